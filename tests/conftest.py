"""Fixtures that all tests share: real databases, one per engine and worker, empty at the start of each test."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from databases import ENGINES, Database, database

# In CI the generated worlds are the same each time, so that a red run can be run again; elsewhere they are new ones.
settings.register_profile("ci", derandomize=True, deadline=None, database=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.fixture(scope="session")
def _databases(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[dict[str, Database]]:
    """The databases made so far in this session, by engine; taken away at the end."""
    from contextlib import ExitStack

    with ExitStack() as stack:

        class Made(dict[str, Database]):
            def __missing__(self, engine: str) -> Database:
                folder = tmp_path_factory.mktemp(engine)
                self[engine] = stack.enter_context(database(engine, worker_id, folder))
                return self[engine]

        yield Made()


def _empty(databases: dict[str, Database], engine: str) -> Database:
    found = databases[engine]
    found.empty()
    return found


@pytest.fixture(params=ENGINES)
def any_database(request: pytest.FixtureRequest, _databases: dict[str, Database]) -> Database:
    """Each engine in turn."""
    return _empty(_databases, request.param)


@pytest.fixture
def sqlite(_databases: dict[str, Database]) -> Database:
    """An empty SQLite file."""
    return _empty(_databases, "sqlite")


@pytest.fixture
def postgresql(_databases: dict[str, Database]) -> Database:
    """An empty PostgreSQL database."""
    return _empty(_databases, "postgresql")


@pytest.fixture
def mariadb(_databases: dict[str, Database]) -> Database:
    """An empty MariaDB database."""
    return _empty(_databases, "mariadb")
