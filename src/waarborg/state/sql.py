"""A thin skin over a DB-API connection: one way to write parameters, and the few words that differ per engine.

    sql = Sql(connection)              # sqlite3, psycopg, pymysql, or a Django connection wrapper
    sql.all("SELECT body FROM waarborg_entry WHERE seq >= ?", [5])
    sql.one(…) · sql.run(…) -> rows touched · sql.many(statement, rows)

Statements here are written with `?` and never hold a literal `?` or `%`. Nothing here commits or rolls back.
Several states can share a database, each under a prefix of its own (`Sql(connection, "taakveld_")`): one controller's
evidence and vault are then other tables than another's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import closing
from typing import Any, Protocol

from waarborg.errors import StateError


class Cursor(Protocol):
    """The part of a DB-API cursor that is used."""

    @property
    def rowcount(self) -> int: ...

    def execute(self, statement: str, parameters: Any = ..., /) -> Any: ...

    def executemany(self, statement: str, parameters: Any, /) -> Any: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> Any: ...

    def close(self) -> Any: ...


class Connection(Protocol):
    """The part of a DB-API connection that is used: commit and rollback are not."""

    def cursor(self) -> Any: ...


_ENGINES = {"sqlite3": "sqlite", "psycopg": "postgresql", "pymysql": "mysql"}
_DJANGO = {"sqlite": "sqlite", "postgresql": "postgresql", "mysql": "mysql"}


def _engine(connection: object) -> tuple[str, str]:
    """The engine, and the mark of a parameter in this driver."""
    vendor = getattr(connection, "vendor", None)
    if isinstance(vendor, str) and vendor in _DJANGO:
        return _DJANGO[vendor], "%s"
    for parent in type(connection).__mro__:
        engine = _ENGINES.get(parent.__module__.split(".")[0])
        if engine is not None:
            return engine, "?" if engine == "sqlite" else "%s"
    raise StateError.one(
        "WB559",
        f"Waarborg's state cannot live behind a connection of type {type(connection).__name__}.",
        "It is plain SQL for SQLite, PostgreSQL and MySQL, through sqlite3, psycopg, pymysql or Django.",
        "Hand in the driver's own connection.",
    )


class Sql:
    """Runs statements on the connection that was handed in."""

    __slots__ = ("_mark", "_prefix", "connection", "engine")

    def __init__(self, connection: Connection, prefix: str = "") -> None:
        if re.fullmatch(r"([a-z][a-z0-9_]{0,30}_)?", prefix) is None:
            raise StateError.one(
                "WB563",
                "This prefix cannot stand before the names of tables.",
                "It is written into every statement.",
                "Use at most 30 lower-case letters, digits and underscores, with an underscore at the end.",
            )
        self.engine, self._mark = _engine(connection)
        self.connection = connection
        self._prefix = prefix

    def _named(self, statement: str) -> str:
        return statement.replace("waarborg_", f"{self._prefix}waarborg_") if self._prefix else statement

    def _written(self, statement: str) -> str:
        statement = self._named(statement)
        return statement if self._mark == "?" else statement.replace("?", self._mark)

    def run(self, statement: str, parameters: Sequence[object] = ()) -> int:
        """Run a statement; returns how many rows it touched."""
        with closing(self.connection.cursor()) as cursor:
            cursor.execute(self._written(statement), tuple(parameters))
            return int(cursor.rowcount)

    def many(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        """Run a statement for each row of parameters."""
        if rows:
            with closing(self.connection.cursor()) as cursor:
                cursor.executemany(self._written(statement), rows)

    def all(self, statement: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Every row."""
        with closing(self.connection.cursor()) as cursor:
            cursor.execute(self._written(statement), tuple(parameters))
            return [tuple(row) for row in cursor.fetchall()]

    def one(self, statement: str, parameters: Sequence[object] = ()) -> tuple[Any, ...] | None:
        """The first row, or None."""
        with closing(self.connection.cursor()) as cursor:
            cursor.execute(self._written(statement), tuple(parameters))
            row = cursor.fetchone()
            return None if row is None else tuple(row)

    def script(self, statement: str) -> None:
        """Run a statement as it is written, without parameters (so that `%` in it is left alone)."""
        with closing(self.connection.cursor()) as cursor:
            cursor.execute(self._named(statement))

    @property
    def for_update(self) -> str:
        """The end of a SELECT that locks what it reads; SQLite's writers are alone by BEGIN IMMEDIATE."""
        return "" if self.engine == "sqlite" else " FOR UPDATE"
