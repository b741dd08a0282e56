"""The log as one file that stands alone: JSON lines, each the canonical bytes that were hashed and signed.

    write(log, path) -> Head                       # returns the last head: keep it, it proves the next bundle
    verify(path, keys=[public], seen=head) -> Report
    lines_of(path) -> Iterator[bytes]              # strict: every line ends in a newline, none is empty

First a header, then the entries, each head after the last entry it covers. Verifying needs the file, a public key and,
to notice an old copy put back, one head seen before. The format is written out in docs/how/evidence.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from waarborg.errors import EvidenceError
from waarborg.evidence.audit import Report, audit
from waarborg.evidence.heads import Head
from waarborg.evidence.kinds import KINDS, Kind
from waarborg.evidence.log import Log

LONGEST = 1 << 20
"""Bytes in the longest line: what is longer is cut there, and the pieces are unreadable."""


def write(log: Log, path: Path) -> Head:
    """Write the whole log to a new file. Raises `FileExistsError`, and `EvidenceError` WB503 for an unsigned log."""
    last: bytes | None = None
    with path.open("xb") as file:
        for line in log.lines():
            file.write(line + b"\n")
            last = line
    if last is None or not last.startswith(b'{"head"'):
        path.unlink()
        raise EvidenceError.one(
            "WB503", "The log ends in entries that nobody signed for.", "", "Sign it first (Log.sign), then export."
        )
    return Head.parse(last)


def lines_of(path: Path) -> Iterator[bytes]:
    """The lines of a bundle without their ends. A line that has no end comes out unreadable."""
    with path.open("rb") as file:
        while line := file.readline(LONGEST):
            yield line[:-1] if line.endswith(b"\n") else line + b"\x00"


def verify(path: Path, *, keys: Collection[str], seen: Head | None = None, kinds: Mapping[str, Kind] = KINDS) -> Report:
    """Verify a bundle file; see `waarborg.evidence.audit` for what the report can name."""
    return audit(lines_of(path), keys=keys, seen=seen, kinds=kinds)
