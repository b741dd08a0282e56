"""The SQL store keeps the laws of `waarborg.stores.compliance` on every engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from databases import Database
from waarborg.stores.compliance import LAWS, Dump, Law, Site
from waarborg.stores.contract import Budget, Store, Table
from waarborg.stores.sql import SqlStore


class SqlSite(Site):
    """One database, filled and dumped by plain drivers."""

    modules = ("waarborg.stores.sql",)

    def __init__(self, database: Database) -> None:
        self.database = database

    def fill(self, tables: Sequence[Table], rows: Mapping[str, Sequence[Mapping[str, object]]]) -> None:
        self.database.empty()
        self.database.make(tables, rows)
        if self.database.engine == "sqlite" and not tables:
            self.database.run("PRAGMA journal_mode=WAL")
        store = SqlStore("app", self.database.url)
        store.prepare_marker()
        store.close()

    def open(self, budget: Budget | None = None) -> Store:
        return SqlStore("app", self.database.url, budget=budget)

    def dump(self) -> Dump:
        return self.database.dump()


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_the_sql_store_keeps(law: Law, any_database: Database) -> None:
    if not law.hold(SqlSite(any_database)):
        pytest.skip("denied by its abilities")
