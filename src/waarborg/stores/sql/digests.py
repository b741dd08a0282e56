"""The digest of a set's keys, in the engine where that says the same as Python and spares the journey."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from waarborg.stores.contract import Family
from waarborg.stores.sql.values import digest_of

if TYPE_CHECKING:
    from waarborg.stores.sql.evaluate import Evaluation


def whole_key(sets: Evaluation, table: str) -> str:
    """The name of the table's only key column if it is a whole number, else nothing."""
    key = sets.facts.key(table)
    if len(key) != 1:
        return ""
    col = sets.facts.col(table, key[0])
    return key[0] if col.whole and col.family is Family.NUMBER else ""


def aggregate(expression: str) -> str:
    """PostgreSQL's digest of whole-number keys: the same bytes as `digest_of`."""
    return (
        f"encode(sha256(convert_to(string_agg({expression}::text || E'\\n', '' ORDER BY {expression}), 'UTF8')), 'hex')"
    )


def digest_sql(sets: Evaluation, table: str, alias: str) -> str:
    """An expression for the digest of the selected rows of a table, or nothing where Python has to do it."""
    key = whole_key(sets, table)
    if not key or sets.dialect.name != "postgresql":
        return ""
    return aggregate(sets.column(alias, key))


def digested(rows: Sequence[Any]) -> str:
    """The digest of key rows as a driver returns them."""
    if rows and len(rows[0]) == 1:
        return digest_of([row[0] for row in rows])
    return digest_of([tuple(row) for row in rows])
