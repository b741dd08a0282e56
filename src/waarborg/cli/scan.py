"""`waarborg scan`: whose data is where, in a database nobody has described. Reads only, and within a budget."""

from __future__ import annotations

import os
import re
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from waarborg.cli import exits
from waarborg.cli.output import Out
from waarborg.datamap.model import DataMap, StoreDecl
from waarborg.errors import UsageError
from waarborg.stores.contract import Budget, Schema, Store

if TYPE_CHECKING:
    from waarborg.datamap.merge import Merged
    from waarborg.scan.findings import Findings

DATAMAP = "datamap.yaml"
STORE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
BUDGET = Budget(lock_timeout=1.0, statement_timeout=5.0, retries=1)
"""What a scan may ask of a database that is in use: no statement longer than this (seconds)."""
MOST_ROWS = 5_000
LEGEND = """\
# Behind a line: how often a finding like it is right, and what you could decide. Comments decide nothing: write
# on_erasure at the column, and the term under retention in the policy."""
_GIVEN = "WAARBORG_SCAN_ADDRESS"


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one place: what was found, and what it would put into the map."""

    decl: StoreDecl
    findings: Findings
    schema: Schema
    proposed: DataMap
    seconds: float = field(default=0.0, compare=False)


def run(arguments: Namespace, out: Out) -> int:
    """`waarborg scan`."""
    where, name = str(arguments.where), getattr(arguments, "name", "") or "app"
    if not STORE_NAME.fullmatch(name):
        raise UsageError.one("WB605", "This is no name for a store.", "", "Use letters, digits, - and _.")
    map_path = _map_path(arguments)
    with out.working("Looking, a bounded number of rows of each table"):
        look = look_at(where, name, rows_of(arguments))
    merged = write(look, map_path) if map_path else None
    final = _final(look, merged)
    if svg := getattr(arguments, "svg", ""):
        from waarborg.datamap.draw import draw

        save(Path(svg), draw(final))
    out.data(look.findings.as_dict())
    if not out.json:
        from waarborg.cli.scan_view import overview

        out.draw(overview(look, final))
        tell_files(out, map_path, merged, svg)
    if getattr(arguments, "ask", False) and map_path and not out.json:
        from waarborg.cli.ask import walk

        return walk(look, map_path, out, getattr(arguments, "by", ""))
    return exits.OK


def rows_of(arguments: Namespace) -> int:
    """How many rows of each table may be looked at. Raises `UsageError` WB640."""
    text = getattr(arguments, "rows", "") or "200"
    if not text.isdigit() or int(text) > MOST_ROWS:
        todo = f"Give a whole number from 0 (names alone) to {MOST_ROWS}."
        raise UsageError.one("WB640", "This is no number of rows to look at.", "", todo)
    return int(text)


def look_at(where: str, name: str, rows: int) -> Look:
    """Scan the place that an address, a reference or a path names. Raises `StoreError` and `UsageError`."""
    from waarborg.scan.draft import draft
    from waarborg.scan.pipeline import scan

    began = time.monotonic()
    with opened(where, name) as (store, decl):
        schema = store.describe()
        findings = scan(store, rows, schema)
    return Look(decl, findings, schema, draft(findings, schema, decl), time.monotonic() - began)


@contextmanager
def opened(where: str, name: str) -> Iterator[tuple[Store, StoreDecl]]:
    """The store behind an address, with its declaration as the map will have it: never with a credential in it."""
    from waarborg.stores.credentials import holds_secret, is_reference
    from waarborg.stores.sql import SqlStore

    path = _path(where)
    if path is not None and not _sqlite(path):
        from waarborg.stores.registry import open_store

        decl = StoreDecl(name, "files", where)
        store: Store = open_store(decl)
    elif path is not None:
        decl = StoreDecl(name, "sql", f"sqlite:///{where}")
        store = SqlStore(name, decl.url, budget=BUDGET)
    elif is_reference(where) or not holds_secret(where):
        decl = StoreDecl(name, "sql", where)
        store = SqlStore(name, where, budget=BUDGET)
    else:
        # An address with a password is used and forgotten: the map names the variable it should come from.
        decl = StoreDecl(name, "sql", f"env:{re.sub(r'[^A-Z0-9]', '_', name.upper())}_DATABASE")
        os.environ[_GIVEN] = where
        store = SqlStore(name, f"env:{_GIVEN}", budget=BUDGET)
    try:
        yield store, decl
    finally:
        store.close()
        os.environ.pop(_GIVEN, None)


def _path(where: str) -> Path | None:
    """The path of a file or folder, or None for an address or reference."""
    if re.match(r"[a-z][a-z0-9+]*:", where) and not Path(where).exists():
        return None
    path = Path(where)
    if not path.exists():
        todo = "Give an address (postgresql://…), a reference (env:NAME, file:PATH) or a path."
        raise UsageError.one("WB641", "There is nothing at this path.", "", todo)
    return path


def _sqlite(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(16) == b"SQLite format 3\x00"
    except OSError:
        return False


def _map_path(arguments: Namespace) -> Path | None:
    """The map to write: `-o`, or the file of `--merge`, or none."""
    output, merge = getattr(arguments, "output", ""), getattr(arguments, "merge", "")
    if output and merge and output != merge:
        Path(output).write_bytes(_bytes(Path(merge)))
    elif merge:
        _bytes(Path(merge))
    chosen = output or merge or (DATAMAP if getattr(arguments, "ask", False) else "")
    return Path(chosen) if chosen else None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise UsageError.one("WB641", "The map to merge into cannot be read.", problem.strerror or "", "") from None


def write(look: Look, path: Path) -> Merged:
    """Write the map, or merge into the one that is there: every decision and comment in it stays to the letter."""
    from waarborg.datamap.merge import merge
    from waarborg.scan.annotate import annotate

    before = path.read_text(encoding="utf-8") if path.exists() else ""
    merged = merge(before, look.proposed, path.name)
    text = annotate(merged.text, look.findings, look.schema, merged.added)
    if not before.strip():
        text = text.replace("\n\n", f"\n{LEGEND}\n\n", 1)
    save(path, text)
    return merged


def save(path: Path, text: str) -> None:
    """Write a file whole or not at all: a map that a person keeps is never left half written."""
    draft = path.with_name(f".{path.name}.new")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as problem:
        raise UsageError.one("WB616", "The file cannot be made.", problem.strerror or "", "Check the path.") from None


def _final(look: Look, merged: Merged | None) -> DataMap:
    """The map after merging, or the proposal."""
    from waarborg.datamap.load import parse_form

    found = parse_form(merged.text)[0] if merged else None
    return found or look.proposed


def tell_files(out: Out, path: Path | None, merged: Merged | None, svg: str) -> None:
    """What was written, and what to do next."""
    out.say()
    if path and merged:
        out.say(f"✓ {path}: {len(merged.added)} added, everything that was there kept")
        for one in merged.offered[:10]:
            out.say(f"  ? {one}")
        if len(merged.offered) > 10:
            out.say(f"  ? and {len(merged.offered) - 10} more about what you decided already")
    if svg:
        out.say(f"✓ {svg}: the same as a picture")
    if not path:
        out.hint("Nothing was written. -o datamap.yaml writes the map; --ask walks you through the questions.")
