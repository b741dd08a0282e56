"""What the SQL store knows of a database beside the contract's `Schema`: real names, engine types, version stamps."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from waarborg.stores import refusals
from waarborg.stores.contract import Family, ForeignKey, Schema, Table

INT_RANGES = {
    "smallint": (-(2**15), 2**15 - 1),
    "integer": (-(2**31), 2**31 - 1),
    "bigint": (-(2**63), 2**63 - 1),
}
"""Whole numbers PostgreSQL accepts as a parameter of that type: others cannot be in such a column."""


@dataclass(frozen=True, slots=True)
class Col:
    """A column as the compiler needs it."""

    name: str
    family: Family
    base: str = ""
    """The engine's type without length or scale, to which parameters may be cast without cutting them."""
    ci: bool = False
    """The engine's own equality is coarser than bytes: a byte comparison has to be added."""
    charset: str = ""
    nullable: bool = True
    choices: tuple[str, ...] = ()
    length: int | None = None
    whole: bool = False
    """A number without fraction."""


TEXT = Col("", Family.TEXT, "text")
"""The type of a normalised or templated key."""


@dataclass(slots=True)
class Facts:
    """One look at a database. `stamps` are per-table versions that a cheap query can be held against."""

    schema: Schema
    names: Mapping[str, tuple[str, str]]
    """Schema and bare name by contract name."""
    cols: Mapping[str, Mapping[str, Col]]
    address: Mapping[str, str] = field(default_factory=dict)
    """The engine's row address for tables without a key (`ctid`, `rowid`)."""
    ids: Mapping[str, int] = field(default_factory=dict)
    stamps: Mapping[str, str] = field(default_factory=dict)
    whole: bool = False
    """Every schema of the database was described: no reference to a table can have been missed."""
    inert: frozenset[str] = frozenset()
    """Plain tables without rules."""
    parents: frozenset[str] = frozenset()
    """Tables that others inherit from (PostgreSQL): without `ONLY` a statement would reach the rows of those too."""
    virtual: frozenset[str] = frozenset()
    """Tables behind a module (SQLite: full-text search): they give nothing back, and write into tables of their own."""
    store: str = ""
    """The name of the store, for findings."""
    _prints: dict[frozenset[str], str] = field(default_factory=dict)

    def table(self, name: str) -> Table:
        """The table. Raises `StoreError` WB310 for a name that is not there."""
        found = self.schema.tables.get(name)
        if found is None:
            raise refusals.unknown_table(self.store, name, self.schema.tables)
        return found

    def col(self, table: str, name: str) -> Col:
        """The column. Raises `StoreError` WB311 for a name that is not there."""
        found = self.cols[table].get(name) if table in self.cols else None
        if found is None:
            self.table(table)
            if self.address.get(table) == name:
                return Col(name, Family.OTHER, "tid", nullable=False)
            raise refusals.unknown_column(self.store, table, name, self.cols[table])
        return found

    def key(self, table: str) -> tuple[str, ...]:
        """Columns that tell rows apart: the key, else the row address, else nothing."""
        found = self.table(table)
        if found.key:
            return found.key
        address = self.address.get(table)
        return (address,) if address else ()

    def fingerprint(self, tables: Collection[str]) -> str:
        """`Schema.fingerprint`, remembered."""
        wanted = frozenset(tables)
        if wanted not in self._prints:
            self._prints[wanted] = self.schema.fingerprint(wanted)
        return self._prints[wanted]

    def referring(self, table: str) -> Sequence[tuple[Table, ForeignKey]]:
        """Declared references to the table."""
        return list(self.schema.referring(table))


def contract_name(schema: str, table: str, default: str) -> str:
    """The contract's name of a table: bare in the default schema, parts with a dot in double quotes."""

    def part(text: str) -> str:
        return f'"{text}"' if "." in text else text

    return part(table) if schema == default else f"{part(schema)}.{part(table)}"
