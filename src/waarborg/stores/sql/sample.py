"""A few values of a table, spread over it, without reading all of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from waarborg.stores.contract import Budget, Family, Sample
from waarborg.stores.sql.dialects import Dialect
from waarborg.stores.sql.facts import Facts
from waarborg.stores.sql.transaction import begin, execute

_LONGEST = 2_000
"""Characters (or bytes) of a cell that are looked at."""
_PLACES = 20
"""Points of the key range at which rows are taken."""


def sample(
    cursor: Any, dialect: Dialect, facts: Facts, budget: Budget, table: str, columns: Sequence[str], rows: int
) -> list[Sample]:
    """Up to `rows` values of each column; fewer only when the table has no more."""
    picked = ", ".join(_cut(dialect, facts, table, name) for name in columns)
    source = dialect.table(facts, table)
    begin(cursor, dialect, budget, read_only=True)
    found = _spread(cursor, dialect, facts, table, picked, source, rows)
    if len(found) < rows:
        # Fewer than asked for: the table may be no larger, and then all of it was wanted.
        found = _run(cursor, dialect, f"SELECT {picked} FROM {source} t LIMIT {rows}")
    if dialect.name == "postgresql":
        execute(cursor, "COMMIT")
    return [Sample(name, tuple(row[number] for row in found)) for number, name in enumerate(columns)]


def _run(cursor: Any, dialect: Dialect, sql: str, params: Sequence[Any] = ()) -> list[Any]:
    return list(
        execute(cursor, sql if params or dialect.name == "sqlite" else sql.replace("%%", "%"), params).fetchall()
    )


def _cut(dialect: Dialect, facts: Facts, table: str, name: str) -> str:
    col = facts.col(table, name)
    column = f"t.{dialect.quote(name)}"
    if col.family not in (Family.TEXT, Family.JSON, Family.BINARY, Family.OTHER, Family.ARRAY):
        return column
    if dialect.name == "sqlite":
        return f"CASE WHEN typeof({column}) IN ('text', 'blob') THEN substr({column}, 1, {_LONGEST}) ELSE {column} END"
    if dialect.name == "postgresql" and col.family is not Family.BINARY:
        return f"left({column}::text, {_LONGEST})"
    return f"substr({column}, 1, {_LONGEST})"


def _spread(cursor: Any, dialect: Dialect, facts: Facts, table: str, picked: str, source: str, rows: int) -> list[Any]:
    """Rows from several places of the table; none when it is small or has no way to jump around in it."""
    about = facts.table(table).rows
    if dialect.name == "postgresql":
        if facts.table(table).view or not about or about <= rows * 2 or table not in facts.address:
            return []
        share = min(100.0, max(300.0 * rows / about, 0.001))
        return _run(cursor, dialect, f"SELECT {picked} FROM {source} t TABLESAMPLE SYSTEM ({share:.6f}) LIMIT {rows}")
    column = _walkable(dialect, facts, table)
    if not column:
        return []
    low, high = _run(cursor, dialect, f"SELECT min({column}), max({column}) FROM {source} t")[0]
    if not isinstance(low, int) or not isinstance(high, int) or high - low <= rows * 2:
        return []
    each = max(1, rows // _PLACES)
    found: dict[Any, Any] = {}
    for place in range(_PLACES):
        start = low + (high - low) * place // _PLACES
        for row in _run(
            cursor,
            dialect,
            f"SELECT {column}, {picked} FROM {source} t WHERE {column} >= {start} ORDER BY {column} LIMIT {each}",
        ):
            found[row[0]] = row[1:]
    return list(found.values())[:rows]


def _walkable(dialect: Dialect, facts: Facts, table: str) -> str:
    """A whole-number column with an index of its own."""
    if dialect.name == "sqlite" and table in facts.address:
        return f"t.{facts.address[table]}"
    key = facts.table(table).key
    if key and facts.col(table, key[0]).whole:
        return f"t.{dialect.quote(key[0])}"
    return ""
