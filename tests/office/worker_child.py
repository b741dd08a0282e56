"""A worker of its own process, with two jobs for tests: `test.note` writes a line, `test.slow` sleeps first.

python worker_child.py HOME FILE LEASE
"""

from __future__ import annotations

import os
import sys
import time
from datetime import timedelta
from pathlib import Path

HOME, FILE, LEASE = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
os.environ |= {
    "WAARBORG_HOME": str(HOME),
    "WAARBORG_KEY": "env:WAARBORG_TEST_MASTER_KEY",
    "WAARBORG_TEST_MASTER_KEY": "7" * 64,
    "DJANGO_SETTINGS_MODULE": "waarborg.office.settings",
}

import django  # noqa: E402 - after the environment

django.setup()

from waarborg.office.jobs import queue, worker  # noqa: E402

queue.LEASE = worker.LEASE = timedelta(seconds=LEASE)
worker.IDLE = 0.05


def _say(word: str) -> None:
    with FILE.open("a") as file:
        file.write(word + "\n")


@queue.job("test.note")
def note(tenant: object, word: str) -> None:
    """Write a line."""
    _say(word)


@queue.job("test.slow")
def slow(tenant: object, word: str, seconds: int) -> None:
    """Write that it begins, sleep, and write that it is done."""
    _say(f"begin-{word}")
    time.sleep(seconds)
    _say(f"end-{word}")


if __name__ == "__main__":
    worker.Worker().run()
