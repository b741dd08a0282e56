"""Schema facts of a database, in a handful of catalogue queries whatever the number of tables."""

from __future__ import annotations

from typing import Any

from waarborg.stores.sql.facts import Facts
from waarborg.stores.sql.reflect_mariadb import describe_mariadb, stamps_mariadb
from waarborg.stores.sql.reflect_postgresql import describe_postgresql, stamps_postgresql
from waarborg.stores.sql.reflect_sqlite import describe_sqlite, stamps_sqlite


def describe(engine: str, cursor: Any, schemas: tuple[str, ...]) -> Facts:
    """The facts of the database behind the cursor."""
    if engine == "postgresql":
        return describe_postgresql(cursor, schemas)
    if engine == "sqlite":
        return describe_sqlite(cursor)
    return describe_mariadb(cursor, schemas)


def unchanged(engine: str, cursor: Any, facts: Facts, tables: tuple[str, ...]) -> bool:
    """Whether these tables are as they were when `facts` was taken. False may also mean: not known."""
    if engine == "postgresql":
        return stamps_postgresql(cursor, facts, tables)
    if engine == "sqlite":
        return stamps_sqlite(cursor, facts)
    return stamps_mariadb(cursor, facts, tables)
