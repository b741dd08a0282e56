"""Statements that a person is shown to run: names spelled as each engine wants them."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PARTS = re.compile(r'"(?:[^"])*"|[^.]+')
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_LONGEST = 60
"""Characters of a made-up name of an index, which every engine takes."""


def quoted(engine: str, name: str) -> str:
    """A table as the contract names it (`table`, `schema.table`, `schema."a.b"`), quoted for its engine.

    >>> quoted("postgresql", 'crm."a.b"'), quoted("mariadb", "order")
    ('"crm"."a.b"', '`order`')
    """
    parts = [part[1:-1] if part.startswith('"') and part.endswith('"') else part for part in _PARTS.findall(name)]
    return ".".join(_quote(engine, part) for part in parts)


def create_index(engine: str, table: str, columns: Sequence[str]) -> str:
    """The statement that makes an index, without its semicolon. PostgreSQL finds a name for it by itself.

    >>> create_index("postgresql", "shop.order line", ["group", "no"])
    'CREATE INDEX ON "shop"."order line" ("group", "no")'
    >>> create_index("sqlite", "note", ["member_id"])
    'CREATE INDEX "note_member_id" ON "note" ("member_id")'
    """
    listed = ", ".join(_quote(engine, column) for column in columns)
    if engine == "postgresql":
        return f"CREATE INDEX ON {quoted(engine, table)} ({listed})"
    words = "_".join([table, *columns])
    name = "_".join(_PLAIN.findall(words.lower()))[:_LONGEST] or "waarborg"
    return f"CREATE INDEX {_quote(engine, name)} ON {quoted(engine, table)} ({listed})"


def _quote(engine: str, name: str) -> str:
    sign = "`" if engine == "mariadb" else '"'
    return sign + name.replace(sign, sign + sign) + sign
