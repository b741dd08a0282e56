"""The office's settings for tests and for mypy: a home of its own for each process, with a key that is nobody's."""

import os
import tempfile
from pathlib import Path

_home = Path(tempfile.gettempdir()) / f"waarborg-office-{os.getpid()}"
(_home / ".waarborg").mkdir(parents=True, exist_ok=True)
os.environ.setdefault("WAARBORG_HOME", str(_home))
os.environ.setdefault("WAARBORG_TEST_MASTER_KEY", "7" * 64)
os.environ.setdefault("WAARBORG_KEY", "env:WAARBORG_TEST_MASTER_KEY")

from waarborg.office.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # tests make many accounts
