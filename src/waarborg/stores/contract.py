"""What a store must be able to do. A small protocol plus frozen values; connectors know no policy and no request.

A store is asked about **sets of rows**. A `Program` names the sets; each set is described by a small algebra (`Rows`)
that every store can carry out where the data is: rows that hold a given key, rows that lead to a row of another set,
rows whose column compares with a constant, and their combinations. A set may refer to itself (trees, cycles): its
meaning is then the *least fixpoint*. References under `Not` must not be part of a cycle (stratified negation).

A program holds no personal value. Values (identifiers, keys that lead from one store to the next) travel apart, as
`Seeds`, and never appear in `repr`, errors or logs.

Reading and changing are two doors:

* `reading(program, seeds)` opens a read-only look: counts, groups, keys, streamed rows. It takes no lock and writes
  nothing.
* `apply(change, seeds)` carries out a `Change` in **one transaction**: it locks the rows, holds them against the
  ceilings that were approved, treats them by key in the given order, and says what it did. Outside the approved
  scope it raises `StalePlan` and has touched nothing.

The laws that every connector keeps are checked by `waarborg.stores.compliance`, which third parties can import.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from waarborg.canonical import digest

Scalar = str | int | bytes | bool | None | date | datetime
"""A constant of a map or policy, or a key. Engines may return key types of their own (UUID): they pass through."""

Key = tuple[object, ...]
"""The values of some columns of one row, in the order the columns were named."""


# ------------------------------------------------------------------------------------------------ schema facts


class Family(StrEnum):
    """What kind of values a column holds, across engines."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    UUID = "uuid"
    JSON = "json"
    BINARY = "binary"
    NETWORK = "network"
    ARRAY = "array"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the engine declares it."""

    name: str
    type: str
    """The engine's own spelling, for example `varchar(255)`."""
    family: Family
    nullable: bool = True
    length: int | None = None
    """The most characters (text) or bytes (binary) it holds; None when unbounded."""
    has_default: bool = False
    generated: bool = False
    """Computed by the engine: never written."""
    identity: bool = False
    case_insensitive: bool = False
    """Compared by the engine without regard to case or accents."""
    choices: tuple[str, ...] = ()
    """The values of an enumerated type."""


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A declared reference: `columns` of this table hold `to_columns` of `table`."""

    name: str
    columns: tuple[str, ...]
    table: str
    to_columns: tuple[str, ...]
    on_delete: str = "NO ACTION"
    """NO ACTION, RESTRICT, CASCADE, SET NULL or SET DEFAULT."""
    deferrable: bool = False


@dataclass(frozen=True, slots=True)
class Unique:
    name: str
    columns: tuple[str, ...]
    nulls_distinct: bool = True


@dataclass(frozen=True, slots=True)
class Index:
    name: str
    columns: tuple[str, ...]
    """Plain columns in order; an expression stands as its text."""
    unique: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Trigger:
    name: str
    event: str
    """INSERT, UPDATE or DELETE (one entry for each)."""
    timing: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table, view or collection of records as it stands in the store."""

    name: str
    """`table`, or `schema.table` outside the default schema; a part with a dot in it stands in double quotes."""
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    """The primary key, else the first NOT NULL unique key, else empty: rows are then known by address or content."""
    uniques: tuple[Unique, ...] = ()
    indexes: tuple[Index, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    checks: tuple[Check, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    rows: int | None = None
    """About how many rows, from the engine's statistics; None when unknown."""
    view: bool = False
    """Read, never treated."""
    stored: bool = False
    """A view whose rows are a copy (materialised): it holds what it held until it is refreshed."""
    partition_of: str = ""
    """The table whose rows these are: they are reached and treated through it."""
    inherits: str = ""
    """The table whose columns this one has as well (PostgreSQL); its rows are its own, and no foreign key says so."""
    row_security: bool = False
    history: bool = False
    """The engine keeps every old version of a row, also of one that was deleted (system versioning)."""
    transactional: bool = True
    """Whether a change of its rows can be rolled back (not with MyISAM)."""
    comment: str = ""
    schema: str = ""
    """The engine's schema, also when it is the default one; empty where the engine has none."""

    @property
    def searched(self) -> bool:
        """Whether it has rows of its own to be searched: a plain view and a partition only show those of others."""
        return (self.stored or not self.view) and not self.partition_of

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)

    def indexed(self, columns: Sequence[str]) -> bool:
        """Whether a look-up by these columns can use an index: one whose leading column is among them."""
        leading = [index.columns[0] for index in self.indexes if index.columns]
        leading += [unique.columns[0] for unique in self.uniques if unique.columns] + list(self.key[:1])
        return any(name in leading for name in columns)


@dataclass(frozen=True, slots=True)
class Schema:
    """The facts of a store at one moment."""

    engine: str
    """`sqlite`, `postgresql`, `mariadb`, `memory`, `files`, …"""
    tables: Mapping[str, Table]
    not_visible: tuple[str, ...] = ()
    """What this account cannot see (for example `triggers`): reported, never taken as absent."""

    def referring(self, table: str) -> Iterator[tuple[Table, ForeignKey]]:
        """Every declared reference to `table`, with the table that holds it."""
        for other in self.tables.values():
            for reference in other.foreign_keys:
                if reference.table == table:
                    yield other, reference

    def fingerprint(self, tables: Collection[str]) -> str:
        """A digest of everything about these tables but their row counts: equal means no migration came between."""
        facts = []
        for name in sorted(tables):
            table = self.tables.get(name)
            facts.append([name, None] if table is None else [name, _without_rows(table)])
        return digest(facts)


def _without_rows(table: Table) -> list[object]:
    return [table.columns, table.key, table.uniques, table.foreign_keys, table.checks, table.triggers, table.view]


# ------------------------------------------------------------------------------------------------ sets of rows


class Inside(StrEnum):
    """Where in a cell a key stands."""

    WHOLE = "whole"
    """The cell is the key."""
    JSON = "json"
    """Somewhere in a JSON document: at `path`, or at any depth when the path is empty."""
    YAML = "yaml"
    SERIALISED = "serialised"
    """PHP serialisation, pickled or otherwise length-prefixed text."""
    LIST = "list"
    """One of several keys with a separator (`path`), for example `3,17,20`."""
    ENCODED = "encoded"
    """In whatever text the cell unfolds to: base64, compressed, escaped. For `Mentions` only."""


@dataclass(frozen=True, slots=True)
class How:
    """How two spellings of one key are held against each other.

    `normalise` is applied to both sides, in order, and the results are compared **byte by byte** (an engine's case- or
    accent-insensitive collation never decides): `lowercase`, `trim`, `digits`, `phone`, `nfc`. `template` is the text
    around the key on the referring side (`"res.partner,{}"`). Text meets a number only where the cast round-trips.
    """

    normalise: tuple[str, ...] = ()
    template: str = "{}"
    inside: Inside = Inside.WHOLE
    path: str = ""
    phone_country: str = "NL"


EXACT = How()


@dataclass(frozen=True, slots=True)
class Rows:
    """Some of the rows of one table. NULL never matches anything."""


@dataclass(frozen=True, slots=True)
class All(Rows):
    """Every row."""


@dataclass(frozen=True, slots=True)
class Given(Rows):
    """Rows whose `columns` hold one of the tuples of seed `seed`; a composite key is compared on all its columns."""

    columns: tuple[str, ...]
    seed: str
    how: How = EXACT


@dataclass(frozen=True, slots=True)
class Compare(Rows):
    """Rows whose column compares with constants of the map or policy.

    `op` is one of `=`, `<`, `<=`, `>`, `>=` (one value), `in` (any of the values), `null` (no value), `starts` (the
    text begins with the value) or `coarse` (the value is already as coarse as `Coarsen` of that name would make it).
    """

    column: str
    op: str
    values: tuple[Scalar, ...] = ()


@dataclass(frozen=True, slots=True)
class Leads(Rows):
    """Rows whose `columns` hold the `to_columns` of some row in `rows` of `table` (same store)."""

    columns: tuple[str, ...]
    table: str
    to_columns: tuple[str, ...]
    rows: Rows
    how: How = EXACT


@dataclass(frozen=True, slots=True)
class Mentions(Rows):
    """Rows in whose text `column` one of the words of seed `seed` stands as whole words."""

    column: str
    seed: str
    how: How = EXACT


@dataclass(frozen=True, slots=True)
class In(Rows):
    """Rows of the named set (of the same table)."""

    set: str


@dataclass(frozen=True, slots=True)
class Not(Rows):
    """Every other row, those for which the condition is unknown (NULL) included."""

    rows: Rows


@dataclass(frozen=True, slots=True)
class Both(Rows):
    """Rows that are in all parts."""

    parts: tuple[Rows, ...]


@dataclass(frozen=True, slots=True)
class Either(Rows):
    """Rows that are in at least one part; no part means no row."""

    parts: tuple[Rows, ...]


@dataclass(frozen=True, slots=True)
class Collides(Rows):
    """Rows of set `set` that could not stay if `column` got a value of seed `seed`.

    Because of a unique key (`column` with `rest`): another row of the table has such a value in `column` and the same
    `rest`, or an earlier row (by key order) of the same set has the same `rest`. An empty seed (the value does not
    exist yet) leaves only the second case. Rows with a NULL in `rest` never collide.
    """

    set: str
    column: str
    rest: tuple[str, ...]
    seed: str


NONE = Either(())


@dataclass(frozen=True, slots=True)
class RowSet:
    """A name for some rows of a table. Names are unique within a program."""

    name: str
    table: str
    rows: Rows
    once: bool = False
    """A hint, without meaning: much leads to this set, so it is worth fetching once even though no seed bounds it."""


@dataclass(frozen=True, slots=True)
class Program:
    """Sets in any order; references between them decide the order of evaluation."""

    sets: tuple[RowSet, ...]

    def get(self, name: str) -> RowSet:
        """The set of that name. Raises `KeyError`."""
        for one in self.sets:
            if one.name == name:
                return one
        raise KeyError(name)


class Seeds(dict[str, Sequence[Key]]):
    """Values by seed name. Personal: never shown, never logged, sealed when kept."""

    def __repr__(self) -> str:
        return f"Seeds({', '.join(f'{name}: {len(values)} hidden' for name, values in sorted(self.items()))})"

    __str__ = __repr__


# ------------------------------------------------------------------------------------------------ changes


@dataclass(frozen=True, slots=True)
class Write:
    """What a column becomes."""


@dataclass(frozen=True, slots=True)
class Constant(Write):
    """The same value in every row; None is NULL. Never a personal value."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class Keyed(Write):
    """A text with the row's key in place of `{}`: for columns that must stay unique (`erased-{}@…`)."""

    template: str


@dataclass(frozen=True, slots=True)
class FromSeed(Write):
    """The one value (first column of the first tuple) of a seed, for example the key of a stand-in."""

    seed: str


@dataclass(frozen=True, slots=True)
class FromPeer(Write):
    """The value that seed `seed` gives for the row the column leads to now: its tuples are (value of `by`, new value).

    `by` is a column of `table` (a tenant); the column's present value is held against `to_column` of that table. A row
    that leads nowhere, or to a value the seed does not name, is left as it is.
    """

    seed: str
    table: str
    to_column: str
    by: str


@dataclass(frozen=True, slots=True)
class Coarsen(Write):
    """A less exact value: `year` or `month` (of a date: its first day), `ip` (last 8 bits of IPv4, 80 of IPv6 zero)."""

    how: str


@dataclass(frozen=True, slots=True)
class Coded(Write):
    """A keyed code of the value (hexadecimal, HMAC-SHA-256 under the secret in seed `seed`), cut to the length."""

    seed: str


@dataclass(frozen=True, slots=True)
class Without(Write):
    """The cell without the keys of these seeds, where it holds several: a list, an array, a JSON document (`how`)."""

    seeds: tuple[str, ...]
    how: How


@dataclass(frozen=True, slots=True)
class Redact(Write):
    """The text with every word of seed `words` (whole words, both spellings of case) replaced by `text`."""

    words: str
    text: str
    encoded: bool = False
    """The cell may be compressed or in base64: it is unfolded, treated and folded again."""


@dataclass(frozen=True, slots=True)
class Step:
    """One statement's worth of change. `ceiling` is the most rows that were approved for it.

    With `limit` (not 0) at most so many rows of the set are treated, the first in key order; for the rest the change is
    carried out again. The ceiling is then held against the rows that are treated.
    """

    id: str
    set: str
    ceiling: int


@dataclass(frozen=True, slots=True)
class Delete(Step):
    """Delete the rows of the set. With `together`, the rows of those sets go in the same act (a NOT NULL cycle).

    References of the table to itself are the store's to order (one statement, deferred, or leaves first).
    """

    together: tuple[str, ...] = ()
    limit: int = 0
    """Not beside `together`."""


@dataclass(frozen=True, slots=True)
class Update(Step):
    """Write columns of the rows of the set. Columns that are not named stay identical."""

    writes: Mapping[str, Write] = field(default_factory=dict)
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Insert:
    """Insert rows: the tuples of seed `seed`, in the order of `columns`. Rows whose key is there already are left."""

    id: str
    table: str
    columns: tuple[str, ...]
    seed: str
    ceiling: int
    key: tuple[str, ...] = ()
    """What tells that a row is there already."""
    returning: tuple[str, ...] = ()
    """Columns (of the new or found row) that become the seed named `id`, for later steps."""


class RawText(bytes):
    """Text of a cell that is no UTF-8, as its bytes. Put back as text."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"RawText({len(self)} hidden)"


@dataclass(frozen=True, slots=True)
class Image:
    """Rows of one table exactly as they are: each cell in a form that the same store puts back bit for bit.

    Columns that the engine computes are not in it. `after`: the same rows once a step has updated them.
    """

    step: str
    table: str
    columns: tuple[str, ...]
    rows: Sequence[Key] = field(repr=False)
    after: bool = False


class Witness(Protocol):
    """Sees the rows of a change before they go, so that they can come back. Called inside the transaction.

    What it raises leaves the store untouched. `keep` returns only when what was seen is durable: the rows go after it.
    """

    def begin(self) -> None:
        """A transaction begins, perhaps again: what was seen in the one before counts no more."""

    def see(self, image: Image) -> None:
        """A block of rows: all of each step's before any is touched, and those of updates once more afterwards."""

    def keep(self) -> None:
        """Everything was seen and treated; it is committed when this returns."""


@dataclass(frozen=True, slots=True)
class PutBack:
    """Insert rows exactly as a witness saw them: the tuples of seed `seed`, in the order of `columns`.

    A row whose key or unique value is taken is refused by the engine, and nothing is done. With `together`, rows of
    other tables come in the same act, because they refer to each other: (table, columns, seed) of each. Numbers that
    the engine gives out go on after the highest that came back.
    """

    id: str
    table: str
    columns: tuple[str, ...]
    seed: str
    ceiling: int
    together: tuple[tuple[str, tuple[str, ...], str], ...] = ()


@dataclass(frozen=True, slots=True)
class Refill:
    """Write columns of rows that are there: the tuples of seed `seed` are the values of `key`, then of `columns`."""

    id: str
    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    seed: str
    ceiling: int
    was: str = ""
    """A seed of the same shape and order: what the columns must hold now. A row that holds anything else is stale."""


@dataclass(frozen=True, slots=True)
class Marker:
    """`applied(plan, chunk)`: committed with the data where the customer allows a small schema of ours."""

    plan: str
    chunk: int


@dataclass(frozen=True, slots=True)
class Change:
    """What was approved, for one store: carried out in one transaction, in the order of the steps.

    Sets are evaluated on the state before the first step; rows found then are locked and treated. `fingerprint` is
    `Schema.fingerprint` of `tables` when the plan was made: another one now is stale. `side_effects` names the tables
    in which cascades (or acknowledged triggers) may change rows beside the steps, with the most rows for each; more,
    or any other table, is stale and rolled back, wherever the engine lets us count.
    """

    program: Program
    steps: tuple[Delete | Update | Insert, ...]
    tables: tuple[str, ...] = ()
    fingerprint: str = ""
    side_effects: Mapping[str, int] = field(default_factory=dict)
    marker: Marker | None = None
    back: tuple[PutBack | Refill, ...] = ()
    """What comes back, after the steps and in this order. Only where `Abilities.images` says so."""
    witness: Witness | None = field(default=None, compare=False, repr=False)
    """Where the store is able to show images: sees every row of every `Delete` and `Update` before it is touched."""


@dataclass(frozen=True, slots=True)
class StepDone:
    """What one step did: how many rows, and the digest (SHA-256, hexadecimal) of their keys in order."""

    step: str
    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What a change did. `already` means that the marker said so and nothing was touched now."""

    steps: tuple[StepDone, ...]
    already: bool = False


# ------------------------------------------------------------------------------------------------ leftovers, samples


@dataclass(frozen=True, slots=True)
class Hit:
    """A cell in which a searched word still stands. The word itself is not in it: `needle` is its index."""

    table: str
    column: str
    needle: int
    key: Key = field(repr=False)
    encoding: str = ""
    """How the cell was read: empty, or `base64`, `gzip`, `serialised`, `json`, …, outermost first, joined with `+`."""
    exact: bool = True
    """Whether the whole cell was the word (False: it stands somewhere in it)."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Values of one column of a bounded number of rows: seen, hidden, forgotten."""

    column: str
    values: Sequence[object] = field(repr=False)


# ------------------------------------------------------------------------------------------------ the store


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a connector can do; the compliance suite reads it and leaves out only what is denied here."""

    transactional: bool = True
    """A change is all or nothing. Without it, every step is repeatable and the whole is finished by running again."""
    insert: bool = True
    fixpoint: bool = True
    cyclic_delete: bool = False
    """Can delete rows that refer to each other through NOT NULL columns in one act (`Delete.together`)."""
    counts_side_effects: bool = True
    """Sees the rows that triggers and cascades changed."""
    marker: bool = False
    images: bool = False
    """Shows rows exactly as they are (`Change.witness`, `Reading.exact`) and puts them back (`PutBack`, `Refill`)."""
    writable_types: frozenset[Family] = frozenset(Family)


@dataclass(frozen=True, slots=True)
class Budget:
    """What production grants us. Times in seconds."""

    lock_timeout: float = 2.0
    statement_timeout: float = 60.0
    retries: int = 5
    """How often a transaction that was refused (deadlock, serialisation) is begun again as a whole."""
    block: int = 2_000
    """Rows in one block of a stream."""
    parameters: int = 5_000
    """Up to so many keys travel as parameters; more fill an analysed key table."""
    chunk: int = 10_000
    """Rows that a sweep treats in one transaction."""
    pause: float = 0.0
    """How long a sweep rests between two transactions."""


class Reading(Protocol):
    """A read-only look at the sets of one program. Evaluated lazily; a set is evaluated once."""

    def count(self, name: str) -> int:
        """How many rows are in the set."""

    def groups(self, name: str, column: str) -> Mapping[int | None, int]:
        """Rows of the set by the calendar year of a date or datetime column (None: NULL)."""

    def days(self, name: str, columns: Sequence[str]) -> Mapping[tuple[date | None, ...], int]:
        """Rows of the set by the calendar days of some date or datetime columns together (None: NULL)."""

    def values(self, name: str, columns: Sequence[str]) -> Sequence[Key]:
        """The distinct tuples of `columns` over the set. For keys and identifiers, not for contents."""

    def rows(self, name: str, columns: Sequence[str]) -> Iterator[Sequence[Key]]:
        """The rows of the set, streamed in blocks of at most `Budget.block`, in key order where there is a key."""

    def digest(self, name: str) -> str:
        """SHA-256 over the keys of the set in order: the same as `StepDone.digest` for the same rows."""

    def exact(self, name: str) -> Iterator[Image]:
        """The rows of the set as images, in blocks, in key order. Only where `Abilities.images` says so."""


@runtime_checkable
class Store(Protocol):
    """A place where personal data is. Every method raises `StoreError` when the place cannot be reached."""

    name: str

    @property
    def abilities(self) -> Abilities: ...

    def describe(self) -> Schema:
        """The facts of the store now. Costs a few queries; callers keep the answer."""

    def reading(self, program: Program, seeds: Seeds) -> AbstractContextManager[Reading]:
        """Open a read-only look. Takes no lock, writes nothing, works on a replica."""

    def apply(self, change: Change, seeds: Seeds) -> Applied:
        """Carry out a change. Raises `StalePlan` (nothing touched) outside the approved scope."""

    def sample(self, table: str, columns: Sequence[str], rows: int) -> Sequence[Sample]:
        """Values of at most `rows` rows spread over the table, without reading all of it."""

    def search(self, needles: Sequence[str], tables: Collection[str] | None = None) -> Iterator[Hit]:
        """Every text-like and binary cell in which a needle stands as whole words, in any case, encoded or not."""

    def close(self) -> None:
        """Let go of connections. Safe to call twice."""
