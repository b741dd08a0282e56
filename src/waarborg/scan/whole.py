"""What a check may look at, what it says, and the words that every finding of it carries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from waarborg.datamap.graph import Graph, ownership
from waarborg.datamap.model import DataMap, TableDecl
from waarborg.errors import Place, Severity
from waarborg.policy.model import Policy
from waarborg.policy.retention import RetentionRule
from waarborg.scan.snapshot import Lead, Sight
from waarborg.stores.contract import Table

FILE = "datamap.yaml"


@dataclass(frozen=True)
class Whole:
    """Everything a check may look at. `before` is what the committed snapshot says, when the stores were looked at."""

    datamap: DataMap
    policy: Policy | None
    sights: Mapping[str, Sight]
    before: Mapping[str, Sight] = field(default_factory=dict)
    open_plans: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Plans that wait, by their short id, with the tables they treat."""

    @cached_property
    def graph(self) -> Graph:
        """The ownership graph of the map."""
        return ownership(self.datamap)

    @cached_property
    def ignored(self) -> frozenset[str]:
        """Names of tables and columns that a person left out."""
        return frozenset(one.name for one in self.datamap.ignored)

    @cached_property
    def rules(self) -> tuple[tuple[str, RetentionRule], ...]:
        """The terms of the policy, by name."""
        return tuple(self.policy.retention.items()) if self.policy else ()

    @cached_property
    def file(self) -> str:
        """The map's file."""
        first = next(iter(self.datamap.tables.values()), None)
        return (first.place.file if first else "") or FILE

    def place(self, table: str, column: str = "") -> Place:
        """Where a table or column is, or would be, declared."""
        decl = self.datamap.tables.get(table)
        path = f"tables.{table}" + (f".columns.{column}" if column else "")
        if decl is None:
            return Place(self.file, 0, 0, path)
        at = decl.columns[column].place if column in decl.columns else decl.place
        return Place(at.file or self.file, at.line, at.column, path)

    def tables(self) -> Iterator[tuple[str, Table, TableDecl | None, Sight]]:
        """Every table that was seen and is not ignored: its name in the map, its facts, its declaration.

        A partition is left out: its rows are those of the table it is a part of.
        """
        for store, seen in self.sights.items():
            for table in seen.schema.tables.values():
                name = self.name_of(store, table)
                if name not in self.ignored and not table.partition_of:
                    yield name, table, self.datamap.tables.get(name), seen

    def name_of(self, store: str, table: Table) -> str:
        """The name under which the map has the table: with its default schema spelled out, or without."""
        full = f"{store}.{table.schema}.{table.name}"
        return full if table.schema and full in self.datamap.tables else f"{store}.{table.name}"

    def facts(self, decl: TableDecl) -> Table | None:
        """The facts of a mapped table, or None."""
        seen = self.sights.get(decl.store)
        if seen is None:
            return None
        found = seen.schema.tables.get(decl.local)
        return found or next((t for t in seen.schema.tables.values() if f"{t.schema}.{t.name}" == decl.local), None)


@dataclass(frozen=True, slots=True)
class Said:
    """One thing a check found. `todo` and `severity` override those of the check."""

    place: Place
    what: str
    todo: str = ""
    severity: Severity | None = None


Checks = Iterator[Said]


def leads_of(table: Table, seen: Sight) -> list[Lead]:
    """Every way a table refers to others that may lead to people: declared, and found by the scan."""
    declared = [Lead(table.name, r.columns, r.table, 1.0) for r in table.foreign_keys]
    return declared + [one for one in seen.leads if one.table == table.name and not one.dead]


@dataclass(frozen=True, slots=True)
class Rule:
    """One check: its id and code, and what every finding of it says besides where and what."""

    id: str
    run: Callable[[Whole], Checks]
    why: str
    todo: str
    severity: Severity = Severity.ERROR

    @property
    def title(self) -> str:
        """The check's name, for SARIF and JUnit."""
        return self.run.__name__.replace("_", " ")
