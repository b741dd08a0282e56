"""The state on every engine it can live in; an engine that is not running here is skipped by name."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from tests.evidence_kit import MASTER

from waarborg.state import State

Connect = Callable[[], Any]


def sqlite(folder: Any) -> Iterator[Connect]:
    path = folder / "state.sqlite"
    yield lambda: sqlite3.connect(path, isolation_level=None, timeout=10, check_same_thread=False)


def postgresql(folder: Any) -> Iterator[Connect]:
    psycopg = pytest.importorskip("psycopg")
    server = os.environ.get("WAARBORG_TEST_POSTGRESQL", "host=127.0.0.1 user=postgres connect_timeout=2")
    try:
        admin = psycopg.connect(server, autocommit=True)
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL here")
    name = f"evidence_{uuid4().hex[:12]}"
    admin.execute(f"CREATE DATABASE {name}")
    try:
        yield lambda: psycopg.connect(f"{server} dbname={name}", autocommit=True)
    finally:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        admin.close()


def mysql(folder: Any) -> Iterator[Connect]:
    pymysql = pytest.importorskip("pymysql")
    try:
        admin = pymysql.connect(host="127.0.0.1", user="root", autocommit=True, connect_timeout=2)
    except pymysql.err.OperationalError:
        pytest.skip("no MariaDB here")
    name = f"evidence_{uuid4().hex[:12]}"
    admin.cursor().execute(f"CREATE DATABASE {name}")
    try:
        yield lambda: pymysql.connect(host="127.0.0.1", user="root", database=name, autocommit=True)
    finally:
        admin.cursor().execute(f"DROP DATABASE {name}")
        admin.close()


ENGINES = {"sqlite": sqlite, "postgresql": postgresql, "mysql": mysql}


@pytest.fixture(params=ENGINES)
def connect(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Connect]:
    """Opens connections to a database of its own in which the tables are made."""
    opened = []
    with contextmanager(ENGINES[request.param])(tmp_path) as make:

        def tracked() -> Any:
            opened.append(make())
            return opened[-1]

        State(tracked(), MASTER).create()
        yield tracked
        for connection in opened:
            connection.close()


@pytest.fixture(params=ENGINES, scope="session")
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One connection per engine for the whole run, to a database in which nothing is ever committed."""
    with contextmanager(ENGINES[request.param])(tmp_path_factory.mktemp("shared")) as make:
        connection = make()
        State(connection, MASTER).create()
        yield connection
        connection.close()


@pytest.fixture
def state(shared: Any) -> Iterator[State]:
    """A state in a transaction that is rolled back when the test is over."""
    shared.cursor().execute("BEGIN")
    yield State(shared, MASTER)
    shared.cursor().execute("ROLLBACK")
