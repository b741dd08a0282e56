"""The sites of our own connectors, for the compliance suite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing

from databases import Database
from waarborg.stores.compliance import Dump, Site
from waarborg.stores.contract import Budget, Marker, Schema, Store, Table
from waarborg.stores.memory import MemoryStore
from waarborg.stores.sql import SqlStore


class MemorySite(Site):
    """Plain tables; every handle is another store over the same ones."""

    modules = ("waarborg.stores.memory", "waarborg.stores.sets", "sabotages")

    def __init__(self) -> None:
        self.tables: dict[str, list[dict[str, object]]] = {}
        self.schema = Schema("memory", {})
        self.markers: set[Marker] = set()

    def fill(self, tables: Sequence[Table], rows: Mapping[str, Sequence[Mapping[str, object]]]) -> None:
        self.schema = Schema("memory", {table.name: table for table in tables})
        self.tables = {table.name: [dict(row) for row in rows.get(table.name, ())] for table in tables}
        self.markers = set()

    def open(self, budget: Budget | None = None) -> Store:
        return MemoryStore("app", self.schema, self.tables, budget=budget, markers=self.markers)

    def dump(self) -> Dump:
        return {name: [dict(row) for row in rows] for name, rows in self.tables.items()}


class SqlSite(Site):
    """A database, filled and dumped by its own driver; every handle is a store with connections of its own."""

    # Not the functions that SQLite calls back: an exception in there comes out as a refusal of the engine.
    modules = tuple(f"waarborg.stores.sql.{name}" for name in ("store", "apply", "evaluate", "compile", "transaction"))

    def __init__(self, database: Database) -> None:
        self.database = database

    def fill(self, tables: Sequence[Table], rows: Mapping[str, Sequence[Mapping[str, object]]]) -> None:
        self.database.fill(tables, rows)
        with closing(SqlStore("app", self.database.url)) as store:
            store.prepare_marker()

    def open(self, budget: Budget | None = None) -> Store:
        return SqlStore("app", self.database.url, budget=budget)

    def dump(self) -> Dump:
        return self.database.dump()
