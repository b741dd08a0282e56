"""Findings as text for people: what, why, what to do, and where. Plain, so that it needs no library."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence
from typing import TextIO

from waarborg.errors import Finding, Severity

MARK = {Severity.ERROR: "✗", Severity.WARNING: "!", Severity.NOTE: "·"}
RED, GREEN, END = "\x1b[1;31m", "\x1b[1;32m", "\x1b[0m"
BROKEN_MARK = "✗"


def clean(text: object) -> str:
    """A name from a file or a database, without the control characters that could command a terminal."""
    return "".join(char if char.isprintable() or char == "\n" else "�" for char in str(text))


def tell(findings: Sequence[Finding], width: int = 80, colour: bool | None = None) -> str:
    """All findings, one paragraph each."""
    colour = _colours() if colour is None else colour
    return "\n".join(_one(finding, width, colour) for finding in findings)


def _one(finding: Finding, width: int, colour: bool) -> str:
    mark = MARK[finding.severity]
    head = clean(" ".join(part for part in (finding.id, str(finding.place)) if part))
    broken = colour and finding.severity is Severity.ERROR
    lines = [f"{RED}{mark}{END} {head}" if broken else f"{mark} {head}"]
    for text in (finding.what, finding.why):
        lines += textwrap.wrap(clean(text), width - 2, initial_indent="  ", subsequent_indent="  ")
    if finding.todo:
        lines += textwrap.wrap(
            clean(finding.todo),
            width - 2,
            initial_indent="  → ",
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "\n".join(lines)


def paint(mark: str, ok: bool | None) -> str:
    """A mark for standard output: green when proven, red when broken, plain otherwise and where nobody looks."""
    if ok is None or not _colours(sys.stdout):
        return mark
    return f"{GREEN if ok else RED}{mark}{END}"


def _colours(stream: TextIO | None = None) -> bool:
    import os

    return (stream or sys.stderr).isatty() and not os.environ.get("NO_COLOR")
