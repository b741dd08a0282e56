"""Three database engines behind one small face: create a database, connect, run a statement, explain it.

Only raw drivers are used here (sqlite3, psycopg, pymysql): a floor must not pay for a layer that ours pays for.
Every connection is in autocommit mode, so that the ``BEGIN`` and ``COMMIT`` written in a floor are the real ones.
Server addresses come from ``WAARBORG_BENCH_POSTGRESQL`` and ``WAARBORG_BENCH_MARIADB`` (``host:port``), the folder
of the SQLite files from ``WAARBORG_BENCH_DIR``.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

Parameters = Mapping[str, Any]

_EXPLAINABLE = re.compile(r"(SELECT|DELETE|INSERT)\b")
_PARAMETER = re.compile(r"(?<![:\w]):(\w+)")


def _folder() -> Path:
    folder = Path(os.environ.get("WAARBORG_BENCH_DIR", Path(__file__).parent / ".data"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _address(variable: str, default: str) -> tuple[str, int]:
    host, port = os.environ.get(variable, default).rsplit(":", 1)
    return host, int(port)


def used(sql: str, parameters: Parameters) -> dict[str, Any]:
    """The parameters this statement names: pymysql and psycopg would otherwise send or convert all of them."""
    return {name: parameters[name] for name in set(_PARAMETER.findall(sql)) if name in parameters}


class Engine(Protocol):
    """What the harness needs of an engine. ``name`` is also the name of its folder of floors."""

    name: str
    moment: str

    def url(self, database: str) -> str: ...
    def exists(self, database: str) -> bool: ...
    def create(self, database: str) -> None: ...
    def drop(self, database: str) -> None: ...
    def connect(self, database: str) -> Any: ...
    def prepare_load(self, connection: Any) -> None: ...
    def series(self, last: int) -> str: ...
    def run(self, connection: Any, sql: str, parameters: Parameters) -> list[Sequence[Any]]: ...
    def stream(self, connection: Any, sql: str, parameters: Parameters) -> Iterator[dict[str, Any]]: ...
    def explain(self, connection: Any, sql: str, parameters: Parameters) -> list[str]: ...
    def settle(self, connection: Any) -> None: ...  # back to a calm state: vacuum, checkpoint, statistics
    def indexes(self, connection: Any) -> list[str]: ...
    def version(self, connection: Any) -> str: ...


def _rows(cursor: Any) -> list[Sequence[Any]]:
    return list(cursor.fetchall()) if cursor.description else []


class Sqlite:
    """A file in WAL mode with foreign keys enforced, the way a service that cares runs it; the rest at its default."""

    name = "sqlite"
    moment = "text"

    def path(self, database: str) -> Path:
        return _folder() / f"{database}.sqlite"

    def url(self, database: str) -> str:
        return f"sqlite:///{self.path(database)}"

    def exists(self, database: str) -> bool:
        return self.path(database).exists()

    def create(self, database: str) -> None:
        self.path(database).touch()

    def drop(self, database: str) -> None:
        for ending in ("", "-wal", "-shm", "-journal"):
            Path(f"{self.path(database)}{ending}").unlink(missing_ok=True)

    def connect(self, database: str) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path(database), isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def prepare_load(self, connection: Any) -> None:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("PRAGMA synchronous = OFF")

    def series(self, last: int) -> str:
        return (
            "(WITH RECURSIVE counting(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM counting"
            f" WHERE i < {last}) SELECT i FROM counting)"
        )

    def run(self, connection: Any, sql: str, parameters: Parameters) -> list[Sequence[Any]]:
        named = used(sql, parameters)  # a list travels as JSON text, for json_each
        simple = {name: json.dumps(value) if isinstance(value, list) else value for name, value in named.items()}
        return _rows(connection.execute(sql, simple))

    def stream(self, connection: Any, sql: str, parameters: Parameters) -> Iterator[dict[str, Any]]:
        cursor = connection.execute(sql, used(sql, parameters))
        names = [column[0] for column in cursor.description]
        for row in cursor:
            yield dict(zip(names, row, strict=True))

    def explain(self, connection: Any, sql: str, parameters: Parameters) -> list[str]:
        explained = _EXPLAINABLE.match(sql)
        rows = self.run(connection, f"EXPLAIN QUERY PLAN {sql}", parameters) if explained else []
        self.run(connection, sql, parameters)
        return [str(row[3]) for row in rows]

    def settle(self, connection: Any) -> None:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def indexes(self, connection: Any) -> list[str]:
        rows = connection.execute("SELECT tbl_name || '.' || name FROM sqlite_master WHERE type = 'index' ORDER BY 1")
        return [str(row[0]) for row in rows]

    def version(self, connection: Any) -> str:
        return f"SQLite {sqlite3.sqlite_version}"


class PostgreSQL:
    """A PostgreSQL server; autovacuum is off on the sample's tables so that it never runs inside a timing."""

    name = "postgresql"
    moment = "timestamp"

    def __init__(self) -> None:
        self.host, self.port = _address("WAARBORG_BENCH_POSTGRESQL", "127.0.0.1:5432")

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@{self.host}:{self.port}/{database}"

    def exists(self, database: str) -> bool:
        with self.connect("postgres") as connection:
            return bool(connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone())

    def create(self, database: str) -> None:
        with self.connect("postgres") as connection:
            connection.execute(f'CREATE DATABASE "{database}"')

    def drop(self, database: str) -> None:
        with self.connect("postgres") as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{database}"')

    def connect(self, database: str) -> Any:
        import psycopg

        return psycopg.connect(host=self.host, port=self.port, user="postgres", dbname=database, autocommit=True)

    def prepare_load(self, connection: Any) -> None:
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET maintenance_work_mem = '256MB'")

    def series(self, last: int) -> str:
        return f"(SELECT i FROM generate_series(1, {last}) AS counting(i))"

    @staticmethod
    def _text(sql: str, parameters: Parameters) -> tuple[str, dict[str, Any] | None]:
        named = used(sql, parameters)
        return (_PARAMETER.sub(r"%(\1)s", sql), named) if named else (sql, None)

    def run(self, connection: Any, sql: str, parameters: Parameters) -> list[Sequence[Any]]:
        return _rows(connection.execute(*self._text(sql, parameters)))

    def stream(self, connection: Any, sql: str, parameters: Parameters) -> Iterator[dict[str, Any]]:
        with connection.transaction(), connection.cursor(name="access") as cursor:
            cursor.itersize = 2000
            cursor.execute(*self._text(sql, parameters))
            names = [column.name for column in cursor.description]
            for row in cursor:
                yield dict(zip(names, row, strict=True))

    def explain(self, connection: Any, sql: str, parameters: Parameters) -> list[str]:
        if not _EXPLAINABLE.match(sql):
            self.run(connection, sql, parameters)
            return []
        settings = "ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF"
        return [str(row[0]) for row in self.run(connection, f"EXPLAIN ({settings}) {sql}", parameters)]

    def settle(self, connection: Any) -> None:
        connection.execute("VACUUM (ANALYZE)")

    def indexes(self, connection: Any) -> list[str]:
        sql = "SELECT tablename || '.' || indexname FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
        return [str(row[0]) for row in connection.execute(sql)]

    def version(self, connection: Any) -> str:
        return str(connection.execute("SELECT 'PostgreSQL ' || current_setting('server_version')").fetchone()[0])


class MariaDB:
    """A MariaDB server, InnoDB, READ COMMITTED as the engine uses it."""

    name = "mariadb"
    moment = "datetime"

    def __init__(self) -> None:
        self.host, self.port = _address("WAARBORG_BENCH_MARIADB", "127.0.0.1:3306")

    def url(self, database: str) -> str:
        return f"mysql+pymysql://root@{self.host}:{self.port}/{database}?charset=utf8mb4"

    def exists(self, database: str) -> bool:
        with self.connect(None) as connection:
            return bool(self.run(connection, f"SHOW DATABASES LIKE '{database}'", {}))

    def create(self, database: str) -> None:
        with self.connect(None) as connection:
            self.run(connection, f"CREATE DATABASE `{database}` CHARACTER SET utf8mb4", {})

    def drop(self, database: str) -> None:
        with self.connect(None) as connection:
            self.run(connection, f"DROP DATABASE IF EXISTS `{database}`", {})

    def connect(self, database: str | None) -> Any:
        import pymysql

        connection = pymysql.connect(
            host=self.host, port=self.port, user="root", database=database, charset="utf8mb4", autocommit=True
        )
        self.run(connection, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", {})
        return connection

    def prepare_load(self, connection: Any) -> None:
        self.run(connection, "SET foreign_key_checks = 0, unique_checks = 0", {})
        self.run(connection, "SET sql_mode = CONCAT(@@sql_mode, ',PIPES_AS_CONCAT')", {})

    def series(self, last: int) -> str:
        return f"(SELECT seq AS i FROM seq_1_to_{last})"

    @staticmethod
    def _text(sql: str, parameters: Parameters) -> tuple[str, dict[str, Any] | None]:
        named = used(sql, parameters)
        return (_PARAMETER.sub(r"%(\1)s", sql), named) if named else (sql, None)

    def run(self, connection: Any, sql: str, parameters: Parameters) -> list[Sequence[Any]]:
        with connection.cursor() as cursor:
            cursor.execute(*self._text(sql, parameters))
            return _rows(cursor)

    def stream(self, connection: Any, sql: str, parameters: Parameters) -> Iterator[dict[str, Any]]:
        from pymysql.cursors import SSCursor

        with connection.cursor(SSCursor) as cursor:
            cursor.execute(*self._text(sql, parameters))
            names = [column[0] for column in cursor.description]
            for row in cursor:
                yield dict(zip(names, row, strict=True))

    def explain(self, connection: Any, sql: str, parameters: Parameters) -> list[str]:
        lines: list[str] = []
        if _EXPLAINABLE.match(sql):
            with connection.cursor() as cursor:
                cursor.execute(*self._text(f"EXPLAIN {sql}", parameters))
                names = [column[0] for column in cursor.description]
                lines = [json.dumps(dict(zip(names, row, strict=True)), default=str) for row in cursor]
        self.run(connection, sql, parameters)
        return lines

    def settle(self, connection: Any) -> None:
        self.run(connection, "ANALYZE TABLE customers, orders, payments, events", {})
        # deleted rows are purged in the background; left alone, that work falls into somebody else's timing
        history = "SELECT count FROM information_schema.innodb_metrics WHERE name = 'trx_rseg_history_len'"
        for _ in range(40):
            if int(self.run(connection, history, {})[0][0]) < 100:
                return
            time.sleep(0.05)

    def indexes(self, connection: Any) -> list[str]:
        sql = (
            "SELECT DISTINCT CONCAT(table_name, '.', index_name) FROM information_schema.statistics"
            " WHERE table_schema = DATABASE() ORDER BY 1"
        )
        return [str(row[0]) for row in self.run(connection, sql, {})]

    def version(self, connection: Any) -> str:
        return f"MariaDB {self.run(connection, 'SELECT VERSION()', {})[0][0]}"


def every_engine() -> dict[str, Engine]:
    """The engines by name, in the order in which they are reported."""
    engines: tuple[Engine, ...] = (Sqlite(), PostgreSQL(), MariaDB())
    return {engine.name: engine for engine in engines}
