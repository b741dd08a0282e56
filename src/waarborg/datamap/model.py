"""The data map as values: stores, tables, people, links of ownership, columns with their category.

The file is `datamap.yaml`; `waarborg.datamap.load` reads it, `waarborg.datamap.merge` keeps a person's decisions when
a scan finds more. Table names are always qualified with their store: `app.member`, or `app.crm.member` where the table
is outside the default schema of its store.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date

from waarborg.canonical import digest
from waarborg.errors import Place
from waarborg.terms import LinkKind, Treatment

SECRET = "secret"  # noqa: S105 - a category, not a password
"""Category of a column nobody may see in an answer: password hashes, tokens, seeds. Erased with its row."""
TECHNICAL = "technical"
"""Category of a column that says nothing about a person (a sort order, a row version): decided, not forgotten."""

FORMS = ("lowercase", "uppercase", "trim", "compact", "digits", "phone", "nfc")
"""What a column's `form` may name: how its copy of an item is written."""


@dataclass(frozen=True, slots=True)
class StoreDecl:
    """A place where data is. Addresses are references (`env:NAME`, `file:PATH`, `command:…`), never credentials."""

    name: str
    kind: str
    url: str = ""
    read_url: str = ""
    region: str = ""
    marker: bool = False
    """The customer allows a small `waarborg` schema here, so that "did it commit?" always has an answer."""
    options: Mapping[str, str] = field(default_factory=dict)
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True)
class Identifier:
    """A way to find a person: the kind (`email`, `customer_number`) and the column that holds it."""

    kind: str
    column: str
    normalise: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    """Columns that follow `column`, with a blank between: a full name in two columns. Looked for in texts only."""
    table: str = ""
    """The table that holds it, where that is not the table of people itself (several addresses of one account)."""
    by: tuple[str, ...] = ()
    """The columns of that table that hold the key of the person."""
    nobody: tuple[str | int, ...] = ()
    """Values that are nobody's alone: the address of a shared desk."""
    where: Mapping[str, tuple[str | int | bool | None, ...]] = field(default_factory=dict)
    """Only rows of `table` with these values hold it (a table of all kinds of custom fields)."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the value is made of."""
        return (self.column, *self.more)


@dataclass(frozen=True, slots=True)
class StandIn:
    """The placeholder person that rows of others are pointed at. One for each value of `tenant`, or one in all."""

    values: Mapping[str, str | int | bool | None]
    """Column values of the placeholder's row; those named in `find` tell whether it is there already."""
    find: tuple[str, ...]
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class Restricted:
    """How the application itself knows that a person's data may only be stored (Art. 18): a column and its value."""

    column: str
    value: str | int | bool


@dataclass(frozen=True, slots=True)
class SubjectDecl:
    """Rows of this table *are* people."""

    key: tuple[str, ...]
    identifiers: tuple[Identifier, ...] = ()
    where: Mapping[str, tuple[str | int | bool | None, ...]] = field(default_factory=dict)
    """Only rows with these values are people (a table with several kinds of parties in it)."""
    nobody: tuple[str | int, ...] = ()
    """Keys that mean "no person" (0, a system account): never matched, never an owner, never treated."""
    on_erasure: Treatment = Treatment.DELETE
    """DELETE (falls back to REDUCE where rows of others need it) or REDUCE."""
    stand_in: StandIn | None = None
    restricted: Restricted | None = None
    """The marker that restriction sets, where the application has one."""

    @property
    def identifying(self) -> tuple[str, ...]:
        """The columns of the table itself that identify a person."""
        return tuple(column for one in self.identifiers if not one.table for column in one.columns)

    def identifier(self, kind: str) -> Identifier | None:
        """The identifier of that kind, or None."""
        return next((one for one in self.identifiers if one.kind == kind), None)


@dataclass(frozen=True, slots=True)
class Through:
    """A table between two: its `columns` lead to this row (`own_columns`), its `to` columns to the target."""

    table: str
    columns: tuple[str, ...]
    own_columns: tuple[str, ...]
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """How a row leads to a person, or to the row that leads there."""

    kind: LinkKind
    target: str
    columns: tuple[str, ...] = ()
    """Columns of this row that hold the reference (empty for `through`, paths and mentions)."""
    to_columns: tuple[str, ...] = ()
    """Columns of the target they match; empty means the target's key."""
    by_identifier: str = ""
    """The reference is by value: the kind of identifier of the target that the column holds."""
    where: Mapping[str, tuple[str | int | bool | None, ...]] = field(default_factory=dict)
    """The link counts only in rows with these values (`type` beside `id`)."""
    normalise: tuple[str, ...] = ()
    template: str = "{}"
    inside: str = "whole"
    path: str = ""
    nobody: tuple[str | int, ...] = ()
    through: Through | None = None
    mentions: tuple[str, ...] = ()
    """Kinds of identifier looked for in the text of `columns` (an `about` link in free text)."""
    about: tuple[str, ...] = ()
    """Columns of this row that describe the person this link leads to."""
    on_erasure: Treatment | None = None
    """What happens to the link when that person goes and the row stays; None lets the plan choose."""
    replace_with: str = ""
    dies_with: bool = False
    """The row goes with the row it belongs to, whoever else has a part in it (a line of an order)."""
    withhold: bool = False
    """An answer says that there are such rows and does not show them: they are full of somebody else (Art. 15(4))."""
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True)
class ColumnDecl:
    """A column and what it holds: `category` or `category.item` of the policy, `secret` or `technical`."""

    name: str
    category: str
    on_erasure: Treatment | None = None
    """What happens to it when its row stays; None lets the plan choose (clear, or replace where it must be filled)."""
    replace_with: str = ""
    source: str = ""
    place: Place = field(default=Place(), compare=False)
    form: tuple[str, ...] = ()
    """How a copy of its item is written here (`lowercase`, `compact`): a rectification writes it the same way."""


@dataclass(frozen=True, slots=True)
class TableDecl:
    """A table (or collection) with personal data, or on the way to it."""

    name: str
    subject: SubjectDecl | None = None
    links: tuple[Link, ...] = ()
    columns: Mapping[str, ColumnDecl] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    """Which column tells when something happened: `{end_of_fiscal_year: issued_on, created: created_at}`."""
    zone: str = "UTC"
    """The time zone that naive date columns are in."""
    on_erasure: Treatment | None = None
    """DELETE or REDUCE for rows of nobody else; None means DELETE."""
    triggers: Mapping[str, str] = field(default_factory=dict)
    """Triggers a person has looked at, and what they do: table they may change (`name: app.audit`), or `nothing`."""
    path: str = ""
    """For file stores: the path template (`uploads/{app.member.id}/**`)."""
    options: Mapping[str, str] = field(default_factory=dict)
    unlinked: str = ""
    """Why rows with personal data lead to nobody (a web server's log of visitors we cannot name, Art. 11): only
    retention reaches them. Empty for every other table."""
    group_size: str = ""
    """The column that says how many people a row is about: nobody can be found in it, and small groups are counted."""
    place: Place = field(default=Place(), compare=False)

    @property
    def store(self) -> str:
        """The store the table is in."""
        return self.name.partition(".")[0]

    @property
    def local(self) -> str:
        """The table's name inside its store."""
        return self.name.partition(".")[2]


@dataclass(frozen=True, slots=True)
class Ignored:
    """A table or column that a person decided to leave out, with a reason, an owner and an end date."""

    name: str
    """`store.table` or `store.table.column`."""
    reason: str
    owner: str
    until: date
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True)
class DataMap:
    """The whole map. Immutable; `digest` changes with anything but layout and comments."""

    stores: Mapping[str, StoreDecl]
    tables: Mapping[str, TableDecl]
    ignored: tuple[Ignored, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of the map's meaning: places of declarations, layout and comments do not count."""
        return digest([_bare(self.stores), _bare(self.tables), [_bare(one) for one in self.ignored]])

    def subjects(self) -> Iterator[TableDecl]:
        """The tables whose rows are people."""
        return (table for table in self.tables.values() if table.subject)

    def in_store(self, store: str) -> tuple[TableDecl, ...]:
        """The tables of one store, in the order of the file."""
        return tuple(table for table in self.tables.values() if table.store == store)


def _bare(value: object) -> object:
    """The value without the places of its declarations."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _bare(getattr(value, f.name)) for f in fields(value) if f.name != "place"}
    if isinstance(value, Mapping):
        return {key: _bare(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_bare(item) for item in value]
    return value
