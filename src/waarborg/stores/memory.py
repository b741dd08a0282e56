"""A store in plain Python tables: the reference of the contract, and a quick place for tests and examples.

    store = MemoryStore("app", schema, {"member": [{"id": 1, "name": "…"}]})

`tables` stays the caller's: a change that is applied replaces the rows in these lists, all at once. Keeps NOT NULL,
unique and foreign keys (NO ACTION, RESTRICT, CASCADE, SET NULL), lengths and choices; CHECK constraints are not read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from datetime import date
from threading import RLock

from waarborg.datamap.model import StoreDecl
from waarborg.stores import refusals
from waarborg.stores.contract import (
    Abilities,
    Applied,
    Budget,
    Change,
    Delete,
    Hit,
    Image,
    Insert,
    Key,
    Marker,
    Program,
    Reading,
    Sample,
    Schema,
    Seeds,
    Store,
    Update,
    Witness,
)
from waarborg.stores.decoding import readings
from waarborg.stores.matching import Words, day_of, keys_digest
from waarborg.stores.memory_change import Working
from waarborg.stores.sets import Evaluation, check_columns, key_of, order_of, table_of

MutableRow = dict[str, object]


class MemoryStore:
    """The tables of one place, in this process. Several stores over the same `tables` are connections to one place."""

    def __init__(
        self,
        name: str,
        schema: Schema,
        tables: MutableMapping[str, list[MutableRow]],
        *,
        budget: Budget | None = None,
        markers: set[Marker] | None = None,
    ) -> None:
        self.name = name
        self.tables = tables
        self.markers: set[Marker] = set() if markers is None else markers
        self._schema = schema
        self._budget = budget or Budget()
        self._lock = RLock()
        self._open = True
        for table in schema.tables:
            tables.setdefault(table, [])

    @classmethod
    def from_decl(cls, decl: StoreDecl) -> Store:
        """An empty store: what a data map that says `kind: memory` opens."""
        return cls(decl.name, Schema("memory", {}), {})

    def __repr__(self) -> str:
        return f"MemoryStore({self.name!r}, {len(self._schema.tables)} tables)"

    @property
    def abilities(self) -> Abilities:
        return Abilities(cyclic_delete=True, marker=True, images=True)

    def describe(self) -> Schema:
        """The schema that was given."""
        self._must_be_open()
        return self._schema

    @contextmanager
    def reading(self, program: Program, seeds: Seeds) -> Iterator[Reading]:
        """A look at the state of this moment: changes made meanwhile are not seen."""
        self._must_be_open()
        with self._lock:
            snapshot = {name: [dict(row) for row in rows] for name, rows in self.tables.items()}
        yield MemoryReading(Evaluation(program, self._schema, snapshot, seeds, self.name), self._budget.block)

    def apply(self, change: Change, seeds: Seeds) -> Applied:
        """Carry out a change on a copy of the tables, and put the copy in their place at the end."""
        self._must_be_open()
        with self._lock:
            if change.marker is not None and change.marker in self.markers:
                return Applied((), already=True)
            if change.fingerprint and change.fingerprint != self._schema.fingerprint(change.tables):
                raise refusals.other_schema(self.name)
            found = self._within_ceilings(change, seeds)
            working = Working(self._schema, self.tables, seeds, self.name)
            if change.witness is not None:
                change.witness.begin()
                self._show(change, found, working, change.witness)
            done = tuple(working.carry_out(step, found, change.program) for step in change.steps)
            if change.witness is not None:
                self._show(change, found, working, change.witness, after=True)
            done += tuple(working.bring(one) for one in change.back)
            working.finish(change, found)
            if change.witness is not None:
                change.witness.keep()
            self._replace(working.rows())
            if change.marker is not None:
                self.markers.add(change.marker)
            return Applied(done)

    def _show(
        self,
        change: Change,
        found: Mapping[str, frozenset[int]],
        working: Working,
        witness: Witness,
        after: bool = False,
    ) -> None:
        """The rows of each step as they are now; afterwards those of updates once more."""
        for step in change.steps:
            if isinstance(step, Insert) or (after and not isinstance(step, Update)):
                continue
            for name in (step.set, *step.together) if isinstance(step, Delete) else (step.set,):
                table = self._schema.tables[change.program.get(name).table]
                columns = tuple(column.name for column in table.columns if not column.generated)
                rows = [tuple(row[c] for c in columns) for row in working.at(table.name, found[name])]
                if rows:
                    witness.see(Image(step.id, table.name, columns, rows, after))

    def _replace(self, tables: Mapping[str, list[MutableRow]]) -> None:
        """Put all tables in place, or none: an interruption half-way puts the old rows back."""
        before = {name: list(rows) for name, rows in self.tables.items()}
        try:
            for name, rows in tables.items():
                self.tables[name][:] = rows
        except BaseException:
            for name, rows in before.items():
                self.tables[name][:] = rows
            raise

    def _within_ceilings(self, change: Change, seeds: Seeds) -> dict[str, frozenset[int]]:
        """The rows of every set that a step treats, as they are before the first step; stale if there are too many."""
        evaluation = Evaluation(change.program, self._schema, self.tables, seeds, self.name)
        found: dict[str, frozenset[int]] = {}
        for step in change.steps:
            if isinstance(step, Insert):
                rows = len(seeds.get(step.seed, ()))
            else:
                names = (step.set, *step.together) if isinstance(step, Delete) else (step.set,)
                found |= {name: evaluation.first(name, step.limit) for name in names}
                rows = len({(change.program.get(name).table, at) for name in names for at in found[name]})
            if rows > step.ceiling:
                raise refusals.too_many(self.name, step.id, rows, step.ceiling)
        return found

    def sample(self, table: str, columns: Sequence[str], rows: int) -> Sequence[Sample]:
        """Values of at most `rows` rows, evenly spread over the table."""
        self._must_be_open()
        check_columns(table_of(self._schema, table, self.name), columns, self.name)
        every = self.tables[table]
        count = min(max(rows, 0), len(every))
        chosen = [every[at * len(every) // count] for at in range(count)]
        return [Sample(column, [row.get(column) for row in chosen]) for column in columns]

    def search(self, needles: Sequence[str], tables: Collection[str] | None = None) -> Iterator[Hit]:
        """Every cell in which a needle stands whole, however it is encoded; each needle once for each cell."""
        self._must_be_open()
        words = Words(needles)
        for name, table in self._schema.tables.items():
            if tables is not None and name not in tables:
                continue
            for row in list(self.tables[name]):
                for column in table.columns:
                    yield from _hits(words, row.get(column.name), name, column.name, key_of(row, table))

    def close(self) -> None:
        """Refuse everything from now on."""
        self._open = False

    def _must_be_open(self) -> None:
        if not self._open:
            raise refusals.closed(self.name)


def _hits(words: Words, cell: object, table: str, column: str, key: Key) -> Iterator[Hit]:
    seen: set[int] = set()
    for encoding, text in readings(cell):
        whole = words.whole(text)
        for needle in sorted(words.found(text) - seen):
            seen.add(needle)
            yield Hit(table, column, needle, key, encoding, needle in whole)


class MemoryReading:
    """A read-only look at one program."""

    def __init__(self, evaluation: Evaluation, block: int) -> None:
        self._evaluation = evaluation
        self._block = block

    def __repr__(self) -> str:
        return f"MemoryReading({len(self._evaluation.program.sets)} sets)"

    def count(self, name: str) -> int:
        """How many rows are in the set."""
        return len(self._evaluation.positions(name))

    def groups(self, name: str, column: str) -> Mapping[int | None, int]:
        """Rows of the set by calendar year."""
        years: dict[int | None, int] = {}
        for (value,) in self._tuples(name, (column,)):
            year = value.year if isinstance(value, date) else int(str(value)[:4]) if value else None
            years[year] = years.get(year, 0) + 1
        return years

    def days(self, name: str, columns: Sequence[str]) -> Mapping[tuple[date | None, ...], int]:
        """Rows of the set by calendar days."""
        found: dict[tuple[date | None, ...], int] = {}
        for values in self._tuples(name, columns):
            days = tuple(map(day_of, values))
            found[days] = found.get(days, 0) + 1
        return found

    def values(self, name: str, columns: Sequence[str]) -> Sequence[Key]:
        """The distinct tuples over the set, in order."""
        return sorted(set(self._tuples(name, columns)), key=order_of)

    def rows(self, name: str, columns: Sequence[str]) -> Iterator[Sequence[Key]]:
        """The rows in blocks, in key order."""
        found = list(self._tuples(name, columns))
        for start in range(0, len(found), self._block):
            yield found[start : start + self._block]

    def digest(self, name: str) -> str:
        """The digest of the keys of the set."""
        table = self._evaluation.schema.tables[self._evaluation.program.get(name).table]
        return keys_digest(key_of(row, table) for row in self._rows(name))

    def exact(self, name: str) -> Iterator[Image]:
        """The rows of the set as images."""
        table = self._evaluation.schema.tables[self._evaluation.program.get(name).table]
        columns = tuple(column.name for column in table.columns if not column.generated)
        for block in self.rows(name, columns):
            yield Image(name, table.name, columns, block)

    def _rows(self, name: str) -> list[Mapping[str, object]]:
        positions = self._evaluation.positions(name)
        table = self._evaluation.program.get(name).table
        facts = self._evaluation.schema.tables[table]
        rows = [self._evaluation.tables[table][at] for at in positions]
        return sorted(rows, key=lambda row: order_of(key_of(row, facts)))

    def _tuples(self, name: str, columns: Sequence[str]) -> Iterator[Key]:
        rows = self._rows(name)
        facts = self._evaluation.schema.tables[self._evaluation.program.get(name).table]
        check_columns(facts, columns, self._evaluation.store)
        for row in rows:
            yield tuple(row.get(column) for column in columns)
