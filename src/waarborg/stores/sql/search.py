"""The leftover scan: every text-like and binary cell, streamed in blocks, its words looked up in a table of needles."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from waarborg.stores.contract import Budget, Family, Hit
from waarborg.stores.decoding import readings
from waarborg.stores.matching import Words
from waarborg.stores.sql.dialects import Dialect
from waarborg.stores.sql.facts import Facts
from waarborg.stores.sql.read import streamed

_SEARCHED = {Family.TEXT, Family.JSON, Family.BINARY, Family.NETWORK, Family.ARRAY, Family.OTHER, Family.UUID}


def search(
    connection: Any,
    dialect: Dialect,
    facts: Facts,
    budget: Budget,
    needles: Sequence[str],
    tables: Collection[str] | None,
) -> Iterator[Hit]:
    """Hits table by table. A needle is reported once for each cell and encoding."""
    wanted = Words(needles)
    raw = getattr(connection, "driver_connection", None) or connection
    if dialect.name == "postgresql":
        raw.execute("BEGIN READ ONLY")
        raw.execute("SET LOCAL row_security = off")
    for name, table in facts.schema.tables.items():
        if (tables is not None and name not in tables) or not table.searched:
            continue
        columns = [one.name for one in table.columns if one.family in _SEARCHED or dialect.name == "sqlite"]
        if not columns:
            continue
        key = facts.key(name)
        picked = [*(_named(dialect, one) for one in key), *(_cell(dialect, facts, name, one) for one in columns)]
        past = " FOR SYSTEM_TIME ALL" if table.history else ""
        sql = f"SELECT {', '.join(picked)} FROM {dialect.table(facts, name)}{past} t"
        large = any(facts.col(name, one).family is Family.BINARY for one in columns)
        block = min(budget.block, 100) if large else budget.block
        for rows in streamed(connection, dialect.name, sql, (), block):
            yield from _block(rows, name, columns, len(key), wanted)
    if dialect.name == "postgresql":
        raw.execute("COMMIT")


def _named(dialect: Dialect, name: str) -> str:
    return f"t.{name if name in ('ctid', 'rowid', '_rowid_', 'oid') else dialect.quote(name)}"


def _cell(dialect: Dialect, facts: Facts, table: str, name: str) -> str:
    """The column as text, or as bytes."""
    col = facts.col(table, name)
    column = _named(dialect, name)
    if dialect.name == "postgresql" and col.family is not Family.BINARY:
        return f"{column}::text"
    return column


def _block(rows: Sequence[Any], table: str, columns: Sequence[str], keys: int, wanted: Words) -> Iterator[Hit]:
    for row in rows:
        for column, cell in zip(columns, row[keys:], strict=True):
            if cell is None or isinstance(cell, float) or (isinstance(cell, int) and not wanted.words):
                continue
            for number, encoding, exact in _found(cell, wanted):
                yield Hit(table, column, number, tuple(row[:keys]), encoding, exact)


def _found(cell: Any, wanted: Words) -> Iterator[tuple[int, str, bool]]:
    seen: set[int] = set()
    for encoding, text in readings(cell):
        found = wanted.found(text) - seen
        if not found:
            continue
        whole = wanted.whole(text)
        for number in sorted(found):
            seen.add(number)
            yield number, encoding, number in whole
