"""Addresses with credentials, resolved at the last moment: from the environment, a file, or a command that prints them.

A data map holds references only:

    url: env:APP_DATABASE            the variable APP_DATABASE
    url: file:/run/secrets/app-url   a file that only its owner can read (mode 0600 or less)
    url: command:pass show app/url   the first line that a command prints, started without a shell

An address without any secret in it (`sqlite:///app.db`) may stand in the map as it is. Findings name the reference,
never what it stands for.
"""

from __future__ import annotations

import os
import re
import shlex
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path
from threading import Timer
from urllib.parse import parse_qsl, urlsplit

from waarborg.datamap.model import StoreDecl
from waarborg.errors import Finding, Place, StoreError

MOST_BYTES = 64 * 1024
"""The most that a file or command may give."""
COMMAND_SECONDS = 10.0
"""How long a command may take."""

_SECRET_NAME = re.compile(r"(?i)passw|passphrase|secret|token|api_?key|access_?key|credential")
_SECRET_PAIR = re.compile(r"(?i)\b(?:password|passwd|pwd)\s*=\s*\S")
_SCHEMES = ("env", "file", "command")


def is_reference(text: str) -> bool:
    """Whether a text is `env:…`, `file:…` or `command:…`."""
    return text.partition(":")[0] in _SCHEMES


def resolve(reference: str, place: Place | None = None, environment: Mapping[str, str] | None = None) -> str:
    """The address that a reference stands for. Never log what comes back.

    Raises `StoreError`: WB304 a literal credential, WB305 nothing there, WB306 a file others can read, WB307 a command
    that fails, takes longer than `COMMAND_SECONDS`, or prints too much.
    """
    place = place or Place()
    kind, _, rest = reference.partition(":")
    match kind:
        case "env":
            value = (os.environ if environment is None else environment).get(rest, "")
        case "file" if not rest.startswith("//"):
            value = _from_file(rest, place)
        case "command":
            value = _from_command(rest, place)
        case _:
            if holds_secret(reference):
                raise StoreError([_literal("url", place)])
            return reference
    if not value:
        raise StoreError.one(
            "WB305",
            f'There is nothing in "{kind}:{rest if kind != "command" else "…"}".',
            "",
            "Set it for the process that runs waarborg.",
            place,
        )
    return value


def holds_secret(address: str) -> bool:
    """Whether an address carries a password or token itself."""
    try:
        parts = urlsplit(address)
        named = [name for name, value in parse_qsl(parts.query) if value]
        return bool(parts.password) or any(map(_SECRET_NAME.search, named)) or bool(_SECRET_PAIR.search(address))
    except ValueError:
        return True  # an address that cannot be read cannot be shown to be harmless


def literals(decl: StoreDecl) -> list[Finding]:
    """A WB304 finding for each field of a declaration that holds a credential itself. Shows none of them."""
    found = [
        _literal(name, decl.place)
        for name, text in (("url", decl.url), ("read_url", decl.read_url))
        if text and not is_reference(text) and holds_secret(text)
    ]
    for name, text in decl.options.items():
        if text and not is_reference(text) and (_SECRET_NAME.search(name) or holds_secret(text)):
            found.append(_literal(name, decl.place))
    return found


def _literal(field: str, place: Place) -> Finding:
    return Finding(
        "WB304",
        place,
        f'The field "{field}" holds a credential itself.',
        "A data map is read by many and kept for ever in version control.",
        "Put it in the environment, a file or a secret store, refer to it (env:NAME, file:PATH, command:…), "
        "and change the credential: it has been seen.",
    )


def _from_file(name: str, place: Place) -> str:
    try:
        with Path(name).open("rb") as file:  # the opened file is looked at, not whatever has the name later
            status = os.fstat(file.fileno())
            if stat.S_IMODE(status.st_mode) & 0o077:
                raise StoreError.one(
                    "WB306",
                    f'Others than its owner can read the file "{name}".',
                    "It holds a credential.",
                    f"chmod 600 {shlex.quote(name)}",
                    place,
                )
            content = file.read(MOST_BYTES + 1)
    except OSError as problem:
        why = problem.strerror or ""
        raise StoreError.one("WB305", f'The file "{name}" cannot be read.', why, "", place) from None
    return _line(content, place)


def _from_command(command: str, place: Place) -> str:
    try:
        words = shlex.split(command)
        process = subprocess.Popen(  # noqa: S603 - the words come from the map of the engineer; no shell reads them
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except (OSError, ValueError, IndexError):
        raise _command_failed("cannot be started", place) from None
    timer = Timer(COMMAND_SECONDS, process.kill)
    timer.start()
    try:
        assert process.stdout is not None  # noqa: S101 - asked for above
        content = process.stdout.read(MOST_BYTES + 1)
        process.stdout.close()
        failed = process.wait() != 0
    finally:
        timer.cancel()
        process.kill()
    if failed:
        raise _command_failed("failed or took too long", place)
    return _line(content, place)


def _command_failed(how: str, place: Place) -> StoreError:
    return StoreError.one(
        "WB307", f"The command for this address {how}.", "Its output is not shown.", "Run it by hand.", place
    )


def _line(content: bytes, place: Place) -> str:
    """The first line, without its end."""
    if len(content) > MOST_BYTES:
        raise _command_failed("or file gives too much", place)
    return content.decode("utf-8", "replace").partition("\n")[0].strip()
