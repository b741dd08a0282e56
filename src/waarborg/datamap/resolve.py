"""A map held against real stores: every table and column exists, and what was left to default is filled in.

The map knows no stores; it asks for facts through the small protocols below, which `stores.contract.Schema` keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from waarborg.datamap.model import DataMap, Link, SubjectDecl, TableDecl, Through
from waarborg.datamap.paths import derived
from waarborg.errors import DataMapError, Finding, Place, near_miss
from waarborg.yamlfile import shown

Columns = tuple[str, ...]


class ColumnFacts(Protocol):
    """What is asked of a column."""

    @property
    def name(self) -> str: ...


class TableFacts(Protocol):
    """What is asked of a table: its columns, and its key (empty where it has none)."""

    @property
    def columns(self) -> Sequence[ColumnFacts]: ...

    @property
    def key(self) -> Columns: ...


class SchemaFacts(Protocol):
    """What is asked of a store: its tables by the name they have in the map after the store's name."""

    @property
    def tables(self) -> Mapping[str, TableFacts]: ...


@dataclass(frozen=True, slots=True)
class Resolved:
    """A map without defaults: subjects have their key, links their `to_columns` and `through.own_columns`.

    A link by value has the column of its identifier in `to_columns`, and the identifier's way to normalise where it
    has none of its own. Mentions have no `to_columns`: their words are the identifiers' values.
    """

    datamap: DataMap
    keys: Mapping[str, Columns]
    """The key of the rows of each table; empty where there is none."""

    def table(self, name: str) -> TableDecl:
        """The table of that name. Raises `KeyError`."""
        return self.datamap.tables[name]


def resolve(datamap: DataMap, schemas: Mapping[str, SchemaFacts]) -> Resolved:
    """The map against the schemas of its stores, by store name. Raises `DataMapError` with everything that is amiss."""
    work = _Resolver(datamap, schemas)
    resolved = work.run()
    if work.findings:
        raise DataMapError(work.findings)
    return resolved


def unresolved(datamap: DataMap, schemas: Mapping[str, SchemaFacts]) -> list[Finding]:
    """What keeps the map from being resolved against these schemas."""
    work = _Resolver(datamap, schemas)
    work.run()
    return work.findings


@dataclass(slots=True)
class _Resolver:
    datamap: DataMap
    schemas: Mapping[str, SchemaFacts]
    findings: list[Finding] = field(default_factory=list)
    facts: dict[str, TableFacts] = field(default_factory=dict)

    def report(self, id: str, place: Place, what: str, why: str = "", todo: str = "") -> None:
        self.findings.append(Finding(id, place, what, why, todo))

    def run(self) -> Resolved:
        """Everything in turn: stores, tables, people, links. Findings are collected on the way."""
        for name, store in self.datamap.stores.items():
            if name not in self.schemas and self.datamap.in_store(name):
                todo = "Make the store reachable, or give its snapshot."
                self.report("WB224", store.place, "The schema of this store is not known.", "", todo)
        for table in self.datamap.tables.values():
            self.find(table)
        subjects = {name: self.with_key(table) for name, table in self.datamap.tables.items()}
        self.datamap = replace(self.datamap, tables=subjects)
        tables = {name: self.table(table) for name, table in subjects.items()}
        keys = {name: self.key(name) for name in tables}
        return Resolved(replace(self.datamap, tables=tables), keys)

    def find(self, table: TableDecl) -> None:
        """The facts of a table. A collection of files is declared by its path and needs none."""
        schema = self.schemas.get(table.store)
        if schema is None:
            return
        facts = schema.tables.get(table.local)
        if facts is not None:
            self.facts[table.name] = facts
        elif not table.path:
            near = near_miss(table.local, schema.tables)
            todo = near or "Run waarborg scan, or remove the table."
            self.report("WB220", table.place, f"There is no table {shown(table.local)} in this store.", "", todo)

    def key(self, name: str) -> Columns:
        """The key of a table's rows: of people as the map says, else as the store says."""
        table = self.datamap.tables[name]
        if table.subject and table.subject.key:
            return table.subject.key
        return self.facts[name].key if name in self.facts else ()

    def with_key(self, table: TableDecl) -> TableDecl:
        if table.subject is None or table.subject.key or table.name not in self.facts:
            return table
        key = self.facts[table.name].key
        if not key:
            todo = "Write subject.key with the column that is unique."
            self.report("WB222", table.place, "The store declares no key for this table of people.", "", todo)
        return replace(table, subject=replace(table.subject, key=key))

    def exist(self, name: str, columns: Iterable[str], place: Place) -> None:
        """Report the columns that the table does not have."""
        facts = self.facts.get(name)
        if facts is None:
            return
        known = [column.name for column in facts.columns]
        for column in dict.fromkeys(columns):
            if column not in known:
                todo = near_miss(column, known) or "Check the name, or remove it."
                self.report("WB221", place, f"{name} has no column {shown(column)}.", "", todo)

    def table(self, table: TableDecl) -> TableDecl:
        for column in table.columns.values():
            self.exist(table.name, [column.name], column.place)
        self.exist(table.name, table.dates.values(), table.place)
        if table.subject:
            self.exist(table.name, _columns_of(table.subject), table.place)
            for one in table.subject.identifiers:
                self.exist(one.table, (*one.columns, *one.by, *one.where) if one.table else (), table.place)
        return replace(table, links=tuple(self.link(table, link) for link in table.links))

    def link(self, table: TableDecl, link: Link) -> Link:
        """The link with its defaults filled in."""
        self.exist(table.name, (*link.columns, *link.about, *link.where), link.place)
        target = self.datamap.tables.get(link.target)
        if target is None or link.mentions:
            return link
        if link.by_identifier:
            return self.by_value(link, target)
        ours = link.through.to if link.through else link.columns
        theirs = link.to_columns or self.key(link.target)
        self.exist(link.target, theirs, link.place)
        known = link.target in self.facts or bool(theirs)
        if not theirs and known:
            todo = "Write to: with the columns that are matched."
            self.report("WB222", link.place, f"The store declares no key for {link.target}.", "", todo)
        elif known and not derived(link) and len(ours) != len(theirs):
            what = f"{len(ours)} columns are to match the {len(theirs)} of {link.target} ({', '.join(theirs)})."
            why = "A composite key matched in part leads to other people's rows."
            self.report("WB223", link.place, what, why, "Name them all, or write to:.")
        through = self.through(table, link, link.through) if link.through else None
        return replace(link, to_columns=theirs, through=through)

    def by_value(self, link: Link, target: TableDecl) -> Link:
        identifier = target.subject.identifier(link.by_identifier) if target.subject else None
        if identifier is None:  # `check_datamap` reports it
            return link
        return replace(link, to_columns=(identifier.column,), normalise=link.normalise or identifier.normalise)

    def through(self, table: TableDecl, link: Link, through: Through) -> Through:
        self.exist(through.table, (*through.columns, *through.to), link.place)
        own = through.own_columns or self.key(table.name)
        self.exist(table.name, own, link.place)
        if table.name in self.facts and len(own) != len(through.columns):
            what = f"{len(through.columns)} columns of {through.table} are to match {len(own)} of {table.name}."
            self.report("WB223", link.place, what, "", "Write own: with the columns that are matched.")
        return replace(through, own_columns=own)


def _columns_of(subject: SubjectDecl) -> Columns:
    stand_in = subject.stand_in
    placeholder = (
        (*stand_in.values, *stand_in.find, *([stand_in.tenant] if stand_in.tenant else ())) if stand_in else ()
    )
    return (*subject.key, *subject.identifying, *subject.where, *placeholder)
