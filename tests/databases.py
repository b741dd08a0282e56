"""Real databases for tests: a fresh one per worker, emptied for each test, read and filled by plain drivers.

Nothing here goes through the code under test. Where a server is missing the test is skipped, or fails when
`WAARBORG_REQUIRE_SERVICES=1`. Addresses can be set with `WAARBORG_TEST_POSTGRESQL` and `WAARBORG_TEST_MARIADB`
(`user[:password]@host:port`).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from waarborg.stores.contract import Column, Family, ForeignKey, Table

ENGINES = ("sqlite", "postgresql", "mariadb")
Row = Mapping[str, object]

_ADDRESSES = {
    "postgresql": os.environ.get("WAARBORG_TEST_POSTGRESQL", "postgres@127.0.0.1:5432"),
    "mariadb": os.environ.get("WAARBORG_TEST_MARIADB", "root@127.0.0.1:3306"),
}


@dataclass
class Database:
    """One database of one engine, ours alone."""

    engine: str
    name: str
    """The database, or the file for SQLite."""
    _made: list[str] = field(default_factory=list)
    _last: tuple[Table, ...] = ()

    @property
    def url(self) -> str:
        """The address as SQLAlchemy spells it."""
        if self.engine == "sqlite":
            return f"sqlite:///{self.name}"
        driver = {"postgresql": "postgresql+psycopg", "mariadb": "mariadb+pymysql"}[self.engine]
        return f"{driver}://{_ADDRESSES[self.engine]}/{self.name}" + ("?charset=utf8mb4" * (self.engine == "mariadb"))

    def connect(self) -> Any:
        """A connection of the engine's own driver, in autocommit. Close it."""
        return _connect(self.engine, self.name)

    def run(self, *statements: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Carry out statements; the rows of the last one."""
        with closing(self.connect()) as connection, closing(connection.cursor()) as cursor:
            for statement in statements:
                cursor.execute(statement, parameters) if parameters else cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []

    def rows(self, table: str) -> list[dict[str, object]]:
        """Every row of a table."""
        return self._read([table])[table]

    def dump(self) -> dict[str, list[dict[str, object]]]:
        """Every row of every table that `make` made."""
        return self._read(self._made)

    def _read(self, tables: Sequence[str]) -> dict[str, list[dict[str, object]]]:
        found: dict[str, list[dict[str, object]]] = {}
        with closing(self.connect()) as connection, closing(connection.cursor()) as cursor:
            for table in tables:
                cursor.execute(f"SELECT * FROM {self.quoted(table)}")
                names = [one[0] for one in cursor.description]
                found[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        return found

    def quoted(self, name: str) -> str:
        """A table or column name (`schema.table` where a part is quoted apart) as this engine quotes it."""
        sign = "`" if self.engine == "mariadb" else '"'
        return sign + name.replace(sign, sign + sign) + sign

    def empty(self) -> None:
        """Take away everything."""
        self._made.clear()
        self._last = ()
        if self.engine == "sqlite":
            for suffix in ("", "-wal", "-shm", "-journal"):
                Path(self.name + suffix).unlink(missing_ok=True)
        elif self.engine == "postgresql":
            schemas = self.run("SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'")
            drops = [f"DROP SCHEMA {self.quoted(name)} CASCADE" for (name,) in schemas]
            self.run(*drops, "CREATE SCHEMA public", "CREATE EXTENSION IF NOT EXISTS citext")
        else:
            _server("mariadb", f"DROP DATABASE IF EXISTS `{self.name}`", _CREATE["mariadb"].format(self.name))

    def make(self, tables: Sequence[Table], rows: Mapping[str, Sequence[Row]] | None = None) -> None:
        """Create the tables, fill them, then declare the references between them."""
        statements = [self._create(table) for table in tables]
        if self.engine == "sqlite":
            statements.insert(0, "PRAGMA journal_mode=WAL")
        self.run(*statements)
        self._made += [table.name for table in tables]
        for table in tables:
            self.insert(table, (rows or {}).get(table.name, ()))
        if self.engine != "sqlite":
            references = [
                f"ALTER TABLE {self.quoted(table.name)} ADD {self._reference(one)}"
                for table in tables
                for one in table.foreign_keys
            ]
            self.run(*references, *self._sequences(tables))

    def fill(self, tables: Sequence[Table], rows: Mapping[str, Sequence[Row]]) -> None:
        """Empty the database, make the tables, fill them. The same tables again are only filled anew (MariaDB: 10×)."""
        if self.engine != "mariadb" or not tables or tuple(tables) != self._last:
            self.empty()
            self.make(tables, rows)
            self._last = tuple(tables)
            return
        with closing(self.connect()) as connection, closing(connection.cursor()) as cursor:
            cursor.execute("SET foreign_key_checks = 0")
            for table in tables:
                cursor.execute(f"DELETE FROM {self.quoted(table.name)}")
                for row in rows.get(table.name, ()):
                    columns = ", ".join(map(self.quoted, row)).replace("%", "%%")
                    marks = ", ".join(["%s"] * len(row))
                    name = self.quoted(table.name).replace("%", "%%")
                    cursor.execute(
                        f"INSERT INTO {name} ({columns}) VALUES ({marks})", list(map(self._plain, row.values()))
                    )

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Add rows (all columns that the first row has)."""
        if not rows:
            return
        names = list(rows[0])
        mark = "?" if self.engine == "sqlite" else "%s"
        columns = ", ".join(map(self.quoted, names))
        statement = f"INSERT INTO {self.quoted(table.name)} ({columns})"
        if self.engine != "sqlite":
            statement = statement.replace("%", "%%")
        statement += f" VALUES ({', '.join([mark] * len(names))})"
        with closing(self.connect()) as connection, closing(connection.cursor()) as cursor:
            cursor.execute("BEGIN")
            cursor.executemany(statement, [[self._plain(row.get(name)) for name in names] for row in rows])
            cursor.execute("COMMIT")

    def _plain(self, value: object) -> object:
        """A value as the driver takes it."""
        if value is None or isinstance(value, str | int | float | bytes | bool) or self.engine == "postgresql":
            return value
        return value.isoformat(" ") if hasattr(value, "hour") else str(value)

    def _create(self, table: Table) -> str:
        parts = [self._column(column, table) for column in table.columns]
        if table.key and not self._rowid(table):
            parts.append(f"PRIMARY KEY ({', '.join(map(self.quoted, table.key))})")
        parts += [
            f"CONSTRAINT {self.quoted(one.name)} UNIQUE ({', '.join(map(self.quoted, one.columns))})"
            for one in table.uniques
        ]
        if self.engine == "sqlite":
            parts += [self._reference(one) for one in table.foreign_keys]
        end = " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin" if self.engine == "mariadb" else ""
        return f"CREATE TABLE {self.quoted(table.name)} ({', '.join(parts)}){end}"

    def _rowid(self, table: Table) -> bool:
        return self.engine == "sqlite" and len(table.key) == 1 and any(one.identity for one in table.columns)

    def _column(self, column: Column, table: Table) -> str:
        keyed = column.name in table.key or any(column.name in one.columns for one in table.uniques)
        keyed = keyed or any(column.name in one.columns for one in table.foreign_keys)
        parts = [self.quoted(column.name), _type(self.engine, column, keyed)]
        if column.identity and self._rowid(table):
            return " ".join([*parts, "PRIMARY KEY AUTOINCREMENT"])
        if not column.nullable or column.name in table.key:
            parts.append("NOT NULL")
        if column.identity:
            parts.append("AUTO_INCREMENT" if self.engine == "mariadb" else "GENERATED BY DEFAULT AS IDENTITY")
        return " ".join(parts)

    def _reference(self, one: ForeignKey) -> str:
        here, there = (", ".join(map(self.quoted, names)) for names in (one.columns, one.to_columns))
        text = f"CONSTRAINT {self.quoted(one.name)} FOREIGN KEY ({here}) REFERENCES {self.quoted(one.table)} ({there})"
        text += f" ON DELETE {one.on_delete}"
        return text + " DEFERRABLE INITIALLY IMMEDIATE" * (one.deferrable and self.engine != "mariadb")

    def _sequences(self, tables: Sequence[Table]) -> list[str]:
        """PostgreSQL does not move a sequence for rows that brought their own number."""
        if self.engine != "postgresql":
            return []
        return [
            f"SELECT setval(pg_get_serial_sequence('{self.quoted(table.name)}', '{column.name}'), "
            f"(SELECT coalesce(max({self.quoted(column.name)}), 0) + 1 FROM {self.quoted(table.name)}), false)"
            for table in tables
            for column in table.columns
            if column.identity
        ]


def _type(engine: str, column: Column, keyed: bool) -> str:
    """The engine's type for a family of values. MariaDB cannot index a text without a length."""
    at = ENGINES.index(engine)
    if column.family is Family.TEXT:
        length = column.length or (190 if keyed and engine == "mariadb" else None)
        plain = f"varchar({length})" if length else ("TEXT", "text", "longtext")[at]
        if not column.case_insensitive:
            return plain
        return (f"{plain} COLLATE NOCASE", "citext", f"{plain} COLLATE utf8mb4_unicode_ci")[at]
    return {
        Family.NUMBER: ("INTEGER", "bigint", "bigint"),
        Family.BOOLEAN: ("BOOLEAN", "boolean", "boolean"),
        Family.DATE: ("DATE", "date", "date"),
        Family.DATETIME: ("DATETIME", "timestamp", "datetime(6)"),
        Family.UUID: ("CHAR(36)", "uuid", "uuid"),
        Family.JSON: ("JSON", "json", "json"),
        Family.BINARY: ("BLOB", "bytea", "varbinary(255)" if keyed else "longblob"),
    }[column.family][at]


# ------------------------------------------------------------------------------------------------ servers

_CREATE = {
    "postgresql": "CREATE DATABASE \"{}\" TEMPLATE template0 ENCODING 'UTF8'",
    "mariadb": "CREATE DATABASE `{}` DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci",
}


def _connect(engine: str, name: str) -> Any:
    if engine == "sqlite":
        return sqlite3.connect(name, isolation_level=None, timeout=20)
    address = urlsplit("//" + _ADDRESSES[engine])
    host, user, password = address.hostname or "127.0.0.1", address.username or "", address.password or ""
    if engine == "postgresql":
        import psycopg

        return psycopg.connect(
            host=host, port=address.port, user=user, password=password, dbname=name, autocommit=True, connect_timeout=5
        )
    import pymysql

    return pymysql.connect(
        host=host,
        port=address.port or 3306,
        user=user,
        password=password,
        database=name or None,
        autocommit=True,
        charset="utf8mb4",
        connect_timeout=5,
    )


def _server(engine: str, *statements: str) -> None:
    name = "postgres" if engine == "postgresql" else ""
    with closing(_connect(engine, name)) as connection, closing(connection.cursor()) as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def database(engine: str, worker: str, folder: Path) -> Iterator[Database]:
    """A database of our own for as long as the block lasts. Skips (or fails) where the server is missing."""
    name = str(folder / f"{worker}.sqlite") if engine == "sqlite" else f"waarborg_test_{os.getpid()}_{worker}"
    if engine != "sqlite":
        try:
            _server(engine, _CREATE[engine].format(name))
        except Exception as missing:
            reason = f"{engine} cannot be reached ({type(missing).__name__})"
            if os.environ.get("WAARBORG_REQUIRE_SERVICES") == "1":
                pytest.fail(reason, pytrace=False)
            pytest.skip(reason)
    try:
        yield Database(engine, name)
    finally:
        if engine == "postgresql":
            _server(engine, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        elif engine == "mariadb":
            _server(engine, f"DROP DATABASE IF EXISTS `{name}`")
