"""The master key: 32 bytes that wrap every data key. It lives outside the database, never in it.

    master = load_master("file:waarborg.key")        # or "env:WAARBORG_MASTER_KEY", or "command:vault read …"
    create_key_file(path) -> MasterKey               # new file, mode 0600, never over an old one
    master.wrap(data_key) · master.unwrap(wrapped)   # AES key wrap (RFC 3394)

The text is 64 hexadecimal digits. A key file that group or others can read is refused (WB552). To replace the key, see
`waarborg.state.vault.Vault.rewrap` and docs/how/evidence.md. Whoever has the old master key and an old backup of the
state can still read what was sealed then: destroy the old key to end that.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shlex
import stat
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from waarborg.errors import StateError

_PATIENCE = 30
"""Seconds that a secret command may take."""


@dataclass(frozen=True, slots=True)
class MasterKey:
    """The key that wraps data keys. `id` names it without telling anything about it."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != 32:
            raise _malformed()

    @property
    def id(self) -> str:
        """16 hexadecimal digits that stand beside whatever this key wrapped."""
        return hashlib.sha256(b"waarborg master key\n" + self.secret).hexdigest()[:16]

    def wrap(self, data_key: bytes) -> bytes:
        """A data key that only this master key opens."""
        return aes_key_wrap(self.secret, data_key)

    def unwrap(self, wrapped: bytes) -> bytes:
        """The data key. Raises `StateError` WB554 if another master key wrapped it, or it was changed."""
        try:
            return aes_key_unwrap(self.secret, wrapped)
        except (InvalidUnwrap, ValueError):
            raise StateError.one(
                "WB554",
                "This master key does not open the vault.",
                "Another key wrapped it, or the wrapped key was changed.",
                "Use the master key that belongs to this state; for a lost one see docs/how/evidence.md.",
            ) from None

    @classmethod
    def generate(cls) -> MasterKey:
        """A new key from the operating system's randomness."""
        return cls(secrets.token_bytes(32))


def create_key_file(path: Path) -> MasterKey:
    """A new master key in a new file that only its owner can read. Raises `StateError` WB551 if the file exists."""
    master = MasterKey.generate()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise StateError.one(
            "WB551",
            "There is a key file already.",
            "Writing over a key would make everything sealed with it unreadable.",
            "Use it, or rotate: see docs/how/evidence.md.",
        ) from None
    with os.fdopen(descriptor, "w") as file:
        file.write(master.secret.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return master


def load_master(where: str) -> MasterKey:
    """The master key from `file:PATH`, `env:NAME` or `command:WORDS` (run without a shell).

    Errors: WB551 nothing there, WB552 others may read the file, WB553 not a key, WB561 the command failed. None of them
    shows the key, or what the command printed.
    """
    how, _, what = where.partition(":")
    readers = {"file": _from_file, "env": _from_environment, "command": _from_command}
    if how not in readers or not what:
        raise StateError.one(
            "WB551", "This does not say where the master key is.", "", "Write file:PATH, env:NAME or command:WORDS."
        )
    text = readers[how](what).strip()
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise _malformed()
    return MasterKey(bytes.fromhex(text))


def _from_file(what: str) -> str:
    path = Path(what)
    try:
        with path.open() as file:
            mode = os.fstat(file.fileno()).st_mode
            if stat.S_IMODE(mode) & 0o077:
                raise StateError.one(
                    "WB552",
                    "The key file can be read by others.",
                    "Whoever has the key can read everything that is sealed.",
                    "Run chmod 600 on it; if others may have read it, rotate the key.",
                )
            return file.read(1024)
    except (OSError, UnicodeDecodeError):
        raise _nothing("The key file cannot be read.") from None


def _from_environment(what: str) -> str:
    text = os.environ.get(what)
    if text is None:
        raise _nothing(f"The environment has no {what}.")
    return text


def _from_command(what: str) -> str:
    try:
        words = shlex.split(what)
        done = subprocess.run(words, capture_output=True, text=True, timeout=_PATIENCE, check=True)  # noqa: S603 - the operator's own command, no shell
    except (OSError, ValueError, subprocess.SubprocessError):
        raise StateError.one(
            "WB561",
            "The command that should print the master key failed.",
            "",
            "Run it by hand; it must print 64 hexadecimal digits and exit with 0.",
        ) from None
    return done.stdout


def _nothing(what: str) -> StateError:
    return StateError.one(
        "WB551",
        what,
        "",
        "Say where the master key is: file:PATH, env:NAME or command:WORDS; `waarborg init` makes one.",
    )


def _malformed() -> StateError:
    return StateError.one(
        "WB553", "This is not a master key.", "A key is 32 random bytes.", "Give 64 hexadecimal digits."
    )
