"""Files under one root: what kinds there are, with a few records of each. Never more than its bounds are opened.

A table is a kind of file in a folder: a log with its rotated parts, a mailbox, a folder of uploads. What is read of it
is the beginning of a few files; nothing is written, and no link that leads out of the root is followed.
"""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from waarborg.errors import StoreError
from waarborg.stores.contract import (
    Abilities,
    Applied,
    Change,
    Column,
    Family,
    Hit,
    Program,
    Reading,
    Sample,
    Schema,
    Seeds,
    Table,
)
from waarborg.stores.credentials import is_reference, resolve
from waarborg.stores.files import formats

MOST_FILES, MOST_LINES, MOST_BYTES = 20_000, 300, 262_144
PER_TABLE = 5
"""Files of one table that are opened."""
_ROTATED = re.compile(r"([.-]\d{1,8})?(\.(gz|old|\d+))*$")
_MAILDIR = ("cur", "new", "tmp")
LOGS = (".log", ".jsonl", ".ndjson", ".json", ".txt", "")


@dataclass(slots=True)
class _Found:
    """The files that make up one table."""

    kind: str
    glob: str
    paths: list[Path] = field(default_factory=list)
    count: int = 0


class FileStore:
    """A folder or a file. Raises `StoreError`: WB340 nothing can be read there, WB341 files are not changed here."""

    def __init__(self, name: str, root: str) -> None:
        self.name = name
        self._root = Path(resolve(root) if is_reference(root) else root)
        self._tables: dict[str, tuple[_Found, list[formats.Record]]] = {}
        self._cut = False

    @classmethod
    def from_decl(cls, decl: Any) -> FileStore:
        """The store a data map declares: `{kind: files, root: …}`."""
        return cls(decl.name, decl.url)

    def __repr__(self) -> str:
        return f"FileStore({self.name!r})"

    @property
    def abilities(self) -> Abilities:
        """Looking only."""
        return Abilities(transactional=False, insert=False, fixpoint=False, writable_types=frozenset())

    def close(self) -> None:
        """Forget what was read."""
        self._tables.clear()

    # -------------------------------------------------------------------------------------------- looking around

    def describe(self) -> Schema:
        """The kinds of files under the root, each as a table."""
        self._tables.clear()
        unreadable: list[str] = []
        made: dict[str, Table] = {}
        for found in self._groups(unreadable):
            name = _name(found, made)
            read = self._records(found)
            self._tables[name] = found, read
            rows = found.count if found.kind not in {kind for kind, _ in formats.LOGS} | {"mbox"} else None
            facts = formats.columns(read) or (Column("path", "text", Family.TEXT),)
            made[name] = Table(name, facts, rows=rows, comment=found.glob)
        cut = (f"more than {MOST_FILES} files",) if self._cut else ()
        return Schema("files", made, (*unreadable, *cut))

    def _groups(self, unreadable: list[str]) -> list[_Found]:
        if not self._root.exists():
            raise StoreError.one("WB340", "There is nothing to read at this root.", "", "Check root: in the data map.")
        groups: dict[tuple[str, str], _Found] = {}
        for path in self._walk(unreadable):
            folder, kind, glob = self._what(path)
            one = groups.setdefault((folder, glob), _Found(kind, glob))
            one.count += 1
            if len(one.paths) < PER_TABLE:
                one.paths.append(path)
        return sorted(groups.values(), key=lambda one: one.glob)

    def _walk(self, unreadable: list[str]) -> Iterator[Path]:
        if self._root.is_file():
            yield self._root
            return
        seen = 0

        def refused(problem: OSError) -> None:
            if problem.filename:
                unreadable.append(f"{os.path.relpath(problem.filename, self._root)}/")

        for folder, folders, files in os.walk(self._root, onerror=refused, followlinks=False):
            folders[:] = sorted(one for one in folders if not one.startswith("."))
            for name in sorted(files):
                path = Path(folder, name)
                if name.startswith(".") or not path.is_file() or path.is_symlink():
                    continue
                seen += 1
                if seen > MOST_FILES:
                    self._cut = True
                    return
                yield path

    def _what(self, path: Path) -> tuple[str, str, str]:
        """The folder, the kind and the glob of a file."""
        inside = path.relative_to(self._root) if path != self._root else Path(path.name)
        if path.parent.name in _MAILDIR and (path.parent.parent / "cur").is_dir():
            box = inside.parent.parent.as_posix()
            return box, "Maildir", f"{box}/*/*" if box != "." else "*/*"
        base = _ROTATED.sub("", path.name) or path.name
        folder = inside.parent.as_posix()
        lead = "" if folder == "." else f"{folder}/"
        if Path(base).suffix.lower() in LOGS or path.name.endswith((".mbox", ".gz")):
            lines = _lines(path)
            if lines and lines[0].startswith("From "):
                return folder, "mbox", f"{lead}{base}"
            if kind := formats.log_kind(lines):
                return folder, kind, f"{lead}{base}*"
        kind = formats.file_kind(Path(base).suffix)
        # Uploads lie in folders named after people, dates or hashes: they are one kind of thing.
        top = inside.parts[0] if len(inside.parts) > 1 else ""
        return top, kind, f"{top}/**" if top else f"*{Path(base).suffix}"

    def _records(self, found: _Found) -> list[formats.Record]:
        read: list[formats.Record] = []
        for path in found.paths:
            if found.kind == "Maildir":
                read.append(formats.message(_text(path)))
            elif found.kind == "mbox":
                read += formats.mbox(_text(path))
            elif found.kind in {kind for kind, _ in formats.LOGS}:
                read += formats.records(found.kind, _lines(path))
            else:
                read.append(self._uploaded(path, found.kind))
            if len(read) >= MOST_LINES:
                break
        return read[:MOST_LINES]

    def _uploaded(self, path: Path, kind: str) -> formats.Record:
        """A file nobody looks into: its name says things, and so does what it is."""
        inside = path.relative_to(self._root) if path != self._root else Path(path.name)
        what = {"recordings": "voice_recording", "pictures": "photo", "documents": "document_text"}.get(kind, "content")
        return {"file_name": path.name, "folder": inside.parent.as_posix(), what: "(not opened)"}

    def sample(self, table: str, columns: Sequence[str], rows: int) -> Sequence[Sample]:
        """Values of the records that were read."""
        read = self._tables[table][1][:rows] if table in self._tables else []
        return [Sample(name, tuple(record.get(name) for record in read)) for name in columns]

    # -------------------------------------------------------------------------------------------- not done here

    def reading(self, program: Program, seeds: Seeds) -> AbstractContextManager[Reading]:
        """Files are not asked which of them hold a key."""
        raise _refused()

    def apply(self, change: Change, seeds: Seeds) -> Applied:
        """Files are not changed."""
        raise _refused()

    def search(self, needles: Sequence[str], tables: Collection[str] | None = None) -> Iterator[Hit]:
        """Files are not searched whole."""
        raise _refused()


def _refused() -> StoreError:
    why = "Files are looked at by scan and check; plans reach databases."
    return StoreError.one(
        "WB341", "Files cannot be asked or changed row by row.", why, "Treat them by their retention."
    )


def _name(found: _Found, taken: Mapping[str, object]) -> str:
    """A table's name from a glob: `logs/access.log*` is `logs_access_log`."""
    base = re.sub(r"\W+", "_", found.glob).strip("_") or found.kind.replace(" ", "_").lower()
    number = 2
    name = base
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    return name


def _text(path: Path) -> str:
    """The beginning of a file, unpacked, as text; what is no UTF-8 is read as Latin-1 letters."""
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            raw = file.read(MOST_BYTES)
    except (OSError, EOFError):
        return ""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _lines(path: Path) -> list[str]:
    text = _text(path)
    if "\x00" in text[:1000]:
        return []
    lines = text.split("\n")
    whole = lines[:-1] if len(text) >= MOST_BYTES else lines
    return [line for line in whole[:MOST_LINES] if line.strip()]
