"""The digest of keys (`waarborg.stores.matching.keys_digest`), sparing Python one object per row where it can.

A single whole-number key needs no escaping: the engine hands over all keys as one text, which is sorted here. That is
several times faster than sorting texts in the engine, and than one tuple per row. Above `_MOST` rows the engine sorts
and hashes, so that memory stays bounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from waarborg.stores.contract import Family
from waarborg.stores.matching import keys_digest

if TYPE_CHECKING:
    from waarborg.stores.sql.evaluate import Evaluation

EMPTY = sha256(b"").hexdigest()
_MOST = 500_000
"""Keys whose text may travel in one piece (about 10 MB)."""


def whole_key(sets: Evaluation, table: str) -> str:
    """The name of the table's only key column if it is a whole number, else nothing."""
    key = sets.facts.table(table).key
    if len(key) != 1:
        return ""
    col = sets.facts.col(table, key[0])
    return key[0] if col.whole and col.family is Family.NUMBER else ""


def identity(sets: Evaluation, table: str) -> tuple[str, ...]:
    """What the digest knows a row by: its key, or all its columns."""
    return sets.facts.table(table).key or tuple(one.name for one in sets.facts.table(table).columns)


def joined(expression: str, most: int, engine: str) -> str:
    """An aggregate that gives the keys as lines (PostgreSQL above `_MOST`: their digest)."""
    if engine == "sqlite":
        return f"group_concat({expression}, char(10))"
    text = f"{expression}::text"
    if most <= _MOST:
        return f"string_agg({text}, E'\\n')"
    return f"encode(sha256(convert_to(string_agg({text} || E'\\n', '' ORDER BY {text} COLLATE \"C\"), 'UTF8')), 'hex')"


def of_joined(text: str | None, rows: int, most: int, engine: str) -> str:
    """The digest out of what `joined` gave."""
    if not rows or text is None:
        return EMPTY
    if engine == "postgresql" and most > _MOST:
        return text
    lines = text.split("\n")
    lines.sort()
    return sha256(("\n".join(lines) + "\n").encode()).hexdigest()


def digested(rows: Sequence[Any]) -> str:
    """The digest of key rows as a driver returns them."""
    if not rows:
        return EMPTY
    if len(rows[0]) == 1 and all(type(row[0]) is int for row in rows):
        lines = [str(row[0]) for row in rows]
        lines.sort()
        return sha256(("\n".join(lines) + "\n").encode()).hexdigest()
    return keys_digest(rows)
