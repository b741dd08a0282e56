"""Who of the erased is there again? One read of the identifier columns, held against the tombstones. Reads only.

    recall = Recall(planner, {id: stone}, marker)
    seen = recall.look()
    seen.there[id]      # rows with the very key of an erased row, and something more that says so
    seen.doubts         # rows that a person has to look at: the number alone, or an identifier under another number
    plan, sealed, blueprints = recall.again([id, …], seen)   # the erasure planned once more, by keys, naming nobody

A key says who it is only where the engine gives each out once (an identity column, a UUID), where an identifier of the
row is the person's as well, or where there is nothing to hold against it (the shell that an erasure left is empty). A
key that was given out again is somebody else's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from waarborg.datamap.model import Identifier
from waarborg.plans.columns import EMPTY, written
from waarborg.plans.drafts import Blueprint
from waarborg.plans.locate import complete, locate
from waarborg.plans.model import Plan, Sealed
from waarborg.plans.planner import Planner
from waarborg.plans.resolve import Arm, Mapped
from waarborg.plans.sets import Asked, all_of, hand_seed, having, holding
from waarborg.plans.sieve import Sieve
from waarborg.plans.tombstones import STATES, Marker, Stone, key_text, nameless, value_kind
from waarborg.stores.contract import (
    All,
    Both,
    Column,
    Constant,
    Family,
    Given,
    Key,
    Keyed,
    Program,
    Rows,
    RowSet,
    Seeds,
)
from waarborg.stores.matching import cell_forms, day_of, form, keyed_text
from waarborg.terms import WEAK, SubjectRef, Treatment

NUMBER, ADDRESS = "number", "address"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A row that may be that of an erased person: the number alone (`number`), or an identifier (`address`)."""

    stone: str
    table: str
    why: str
    key: Key = field(repr=False)
    made: date | None = None
    """When the row says that it was made, where its table has such a date."""


@dataclass(slots=True)
class Seen:
    """What one look found. Keys and values are personal: they are used and forgotten."""

    there: dict[str, set[tuple[str, Key]]] = field(default_factory=dict, repr=False)
    """By tombstone: table and key of rows that are surely theirs."""
    doubts: list[Doubt] = field(default_factory=list, repr=False)
    people: dict[str, set[tuple[str, str]]] = field(default_factory=dict, repr=False)
    """By tombstone: identifiers (kind, value) by which rows of no account lead to them."""
    values: dict[str, set[tuple[str, tuple[str, ...], Key]]] = field(default_factory=dict, repr=False)
    """By tombstone: keys that name somebody, known again from the rows that hold them."""
    read: int = 0
    """How many rows were read."""


Emptied = Callable[[object, Key], bool]
"""Whether a cell is as an erasure leaves it, in the row with this key."""


@dataclass(slots=True)
class _Row:
    """What was seen of one row: tombstones by its key, by any identifier, by a strong one; whether it is a shell."""

    owners: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    strongly: set[str] = field(default_factory=set)
    natural: set[str] = field(default_factory=set)
    hollow: bool = True


@dataclass(slots=True)
class Recall:
    """Holds the tombstones against the stores of one planner."""

    planner: Planner
    stones: Mapping[str, Stone] = field(repr=False)
    marker: Marker = field(repr=False)
    _sieves: dict[str, Sieve | None] = field(default_factory=dict, repr=False)

    def of(self, stones: Mapping[str, Stone]) -> Recall:
        """The same for other tombstones."""
        return Recall(self.planner, stones, self.marker)

    def look(self) -> Seen:
        """Read the identifying columns of every store once. Raises `StoreError` where one is out of reach."""
        seen = Seen()
        if not self.stones:
            return seen
        for store in self.planner.stores:
            for mapped in self.planner.world().in_store(store):
                if mapped.facts.view:
                    continue
                if mapped.decl.subject is not None:
                    self._people(mapped, seen)
                for arm in mapped.arms:
                    self._led(mapped, arm, seen)
        return seen

    def again(
        self, ids: Sequence[str], seen: Seen, people: Sequence[SubjectRef] = ()
    ) -> tuple[Plan, Sealed, Mapping[str, Blueprint]]:
        """The erasure of these tombstones planned again under the holds that the planner was told of."""
        planner = self.planner
        asked = Asked(frozenset(tuple(sorted(one.identifiers)) for one in people), frozen=True)
        blueprints = planner.blueprints(asked, planner.held(people))
        frozen = {} if people else self.seeds(ids, seen)
        located = locate(planner.world(), blueprints, planner.stores, people, asked, frozen=frozen)
        plan = planner.made(located, blueprints, planner.rules(people), follows=ids[0][:16])
        marks = dict.fromkeys(mark for id in ids for mark in self.stones[id].holds)
        return plan, Sealed(tuple(people), located.sealed.seeds, tuple(marks)), blueprints

    def seeds(self, ids: Sequence[str], seen: Seen) -> dict[str, Seeds]:
        """The keys of these tombstones by store, without those that are somebody else's by now."""
        others = {(one.table, one.key) for one in seen.doubts if one.why == NUMBER and one.stone in ids}
        found: dict[str, dict[str, dict[Key, None]]] = {store: {} for store in self.planner.stores}
        for id in ids:
            for store, seeds in self.stones[id].keys.items():
                for name, keys in seeds.items():
                    found.setdefault(store, {}).setdefault(name, {}).update(dict.fromkeys(map(tuple, keys)))
            for table, columns, key in seen.values.get(id, ()):
                for by_name in found.values():
                    for state in STATES:
                        by_name.setdefault(hand_seed(state, table, columns), {})[key] = None
        for table, key in others:
            mapped = self.planner.world().tables[table]
            for state in STATES:
                for by_name in found.values():
                    by_name.get(hand_seed(state, table, self._key(mapped)), {}).pop(key, None)
        return {store: Seeds({name: list(keys) for name, keys in by_name.items()}) for store, by_name in found.items()}

    # -- tables of people ------------------------------------------------------------------------------------------

    def _people(self, table: Mapped, seen: Seen) -> None:
        """One table of people: which keys are there, and which identifiers."""
        subject, key = table.decl.subject, self._key(table)
        assert subject is not None  # noqa: S101 - asked for tables of people only
        by_key = self._by_key(table, key)
        found: dict[Key, _Row] = {}
        doubts: list[Doubt] = []
        own = [one for one in subject.identifiers if not one.table]
        rows = all_of([having(column, values) for column, values in subject.where.items()])
        self._read(table, rows, key, own, by_key, found, seen)
        for one in subject.identifiers:
            if one.table and len(one.by) == len(key):
                holder = self.planner.world().tables[one.table]
                self._read(holder, holding(one, All()), one.by, [one], by_key, found, seen, of=table)
        for row, whose in found.items():
            for stone in whose.natural:
                seen.values.setdefault(stone, set()).add((table.name, key, row))
            for stone in whose.owners:
                if whose.hollow or stone in whose.named or self._enough(table, key, stone):
                    seen.there.setdefault(stone, set()).add((table.name, row))
                else:
                    seen.doubts.append(Doubt(stone, table.name, NUMBER, row))
            if str(row[0]) not in {str(number) for number in subject.nobody}:
                doubts += [Doubt(stone, table.name, ADDRESS, row) for stone in sorted(whose.strongly - whose.owners)]
        seen.doubts += self._dated(table, key, doubts)

    def _dated(self, table: Mapped, key: tuple[str, ...], doubts: list[Doubt]) -> Iterator[Doubt]:
        """The doubts with the day on which their row was made: who was made after the erasure is a new account."""
        column = table.decl.dates.get("created", "")
        if not doubts or not column or not key:
            yield from doubts
            return
        program = Program((RowSet("doubts", table.local, Given(key, "doubts")),))
        seeds = Seeds({"doubts": [one.key for one in doubts]})
        with self.planner.stores[table.decl.store].reading(program, seeds) as look:
            days = {tuple(row[:-1]): row[-1] for block in look.rows("doubts", (*key, column)) for row in block}
        for one in doubts:
            yield replace(one, made=day_of(days.get(one.key)))

    def _by_key(self, table: Mapped, key: tuple[str, ...]) -> dict[Key, set[str]]:
        found: dict[Key, set[str]] = {}
        name = hand_seed("frozen", table.name, key)
        for id, stone in self.stones.items():
            for one in stone.keys.get(table.decl.store, Seeds()).get(name, ()):
                found.setdefault(tuple(one), set()).add(id)
        return found

    def _read(
        self,
        table: Mapped,
        rows: Rows,
        key: tuple[str, ...],
        identifiers: Sequence[Identifier],
        by_key: Mapping[Key, set[str]],
        found: dict[Key, _Row],
        seen: Seen,
        of: Mapped | None = None,
    ) -> None:
        """One read of a table: its key, and what identifies. `of` is whose people a table of identifiers speaks of."""
        target = of or table
        sieves = [(one, sieve) for one in identifiers if (sieve := self._sieve(one.kind))]
        its = self._key(target)
        natural = None if nameless(target, its) else self._sieve(value_kind(target.name, its))
        if not by_key and natural is None and not any(one.kind not in WEAK for one, _ in sieves):
            return
        columns = tuple(dict.fromkeys([*key, *(name for one, _ in sieves for name in one.columns)]))
        at = {name: place for place, name in enumerate(columns)}
        places = [(one, sieve, [at[name] for name in one.columns]) for one, sieve in sieves]
        hollow = [(at[name], _emptied(table, name)) for name in columns[len(key) :]]
        single = {one[0]: ids for one, ids in by_key.items()} if len(key) == 1 else None
        program = Program((RowSet("people", table.local, rows),))
        with self.planner.stores[table.decl.store].reading(program, complete(program, Seeds())) as look:
            for block in look.rows("people", columns):
                seen.read += len(block)
                cells = list(zip(*block, strict=True))
                hits = _by_keys(cells, len(key), by_key, single)
                if natural is not None:
                    hits |= set(natural.block([key_text(row[: len(key)]) for row in block]))
                for one, sieve, where in places:
                    if one.kind not in WEAK:
                        hits |= set(sieve.block(_values(cells, where)))
                for row in hits:
                    self._hit(block[row], len(key), by_key, natural, places, hollow, found)

    @staticmethod
    def _hit(
        row: Key,
        width: int,
        by_key: Mapping[Key, set[str]],
        natural: Sieve | None,
        places: Sequence[tuple[Identifier, Sieve, Sequence[int]]],
        hollow: Sequence[tuple[int, Emptied]],
        found: dict[Key, _Row],
    ) -> None:
        key = tuple(row[:width])
        whose = found.setdefault(key, _Row())
        whose.owners |= by_key.get(key, set())
        if natural is not None:
            known = natural.stones(key_text(key))
            whose.owners |= known
            whose.named |= known
            whose.natural |= known
        for one, sieve, where in places:
            stones = sieve.stones(_value(row, where))
            whose.named |= stones
            if one.kind not in WEAK:
                whose.strongly |= stones
        whose.hollow = whose.hollow and all(left(row[at], key) for at, left in hollow)

    def _enough(self, table: Mapped, key: tuple[str, ...], stone: str) -> bool:
        """Whether the key alone says whose row it is."""
        column = table.facts.column(key[0]) if len(key) == 1 else None
        if column is not None and self._once(column, self.planner.world().schemas[table.decl.store].engine):
            return True
        subject = table.decl.subject
        kinds = {one.kind for one in subject.identifiers} if subject else set()
        return not any(self.stones[stone].marks.get(kind) for kind in kinds)

    @staticmethod
    def _once(column: Column, engine: str) -> bool:
        """Whether the engine never gives a key out twice. SQLite does, when the newest row goes."""
        if column.family is Family.UUID:
            return True
        serial = engine == "postgresql" and column.has_default and column.family is Family.NUMBER
        return serial or (column.identity and engine != "sqlite")

    # -- rows that lead to people by value -------------------------------------------------------------------------

    def _led(self, table: Mapped, arm: Arm, seen: Seen) -> None:
        """Rows that lead to somebody by what names them: their address, or a key that is their name."""
        if not arm.columns or arm.link.mentions or arm.link.through or not (arm.owning or arm.takes):
            return
        kind = arm.link.by_identifier
        if kind and kind not in WEAK:
            for value, stones in self._cells(table, arm, kind, seen):
                for stone in stones:
                    seen.people.setdefault(stone, set()).add((kind, value))
            return
        holder = self.planner.world().tables[arm.holder]
        if arm.reference is None and len(arm.to_columns) == 1 and not nameless(holder, arm.to_columns):
            for value, stones in self._cells(table, arm, value_kind(holder.name, arm.to_columns), seen):
                for stone in stones:
                    seen.values.setdefault(stone, set()).add((holder.name, arm.to_columns, (value,)))

    def _cells(self, table: Mapped, arm: Arm, kind: str, seen: Seen) -> Iterator[tuple[str, frozenset[str]]]:
        sieve = self._sieve(kind)
        if sieve is None:
            return
        rows: Rows = Both(tuple(arm.conditions)) if arm.conditions else All()
        program = Program((RowSet("led", table.local, rows),))
        plain = arm.how.template == "{}" and arm.how.inside == "whole"
        with self.planner.stores[table.decl.store].reading(program, Seeds()) as look:
            for block in look.rows("led", arm.columns[:1]):
                seen.read += len(block)
                values: Sequence[object] = [row[0] for row in block]
                if not plain:
                    values = [one for cell in values for one in cell_forms(cell, arm.how)]
                for at in sieve.block(values):
                    if stones := sieve.stones(values[at]):
                        yield form(values[at]) or "", stones

    # -- helpers -----------------------------------------------------------------------------------------------------

    def _sieve(self, kind: str) -> Sieve | None:
        if kind not in self._sieves:
            self._sieves[kind] = Sieve.of(kind, {id: one.marks for id, one in self.stones.items()}, self.marker)
        return self._sieves[kind]

    @staticmethod
    def _key(table: Mapped) -> tuple[str, ...]:
        return (table.decl.subject.key if table.decl.subject else ()) or table.facts.key


def _emptied(table: Mapped, name: str) -> Emptied:
    """What tells that an erasure emptied a column: the row is the shell that it left, and nobody else's."""
    column, decl = table.facts.column(name), table.decl.columns.get(name)
    write = written(table, name, (decl.on_erasure if decl else None) or Treatment.CLEAR, decl).write
    empty: set[object] = {None, "", EMPTY.get(column.family, "") if column else ""}
    empty |= {write.value} if isinstance(write, Constant) else set()
    if isinstance(write, Keyed):
        template = write.template
        return lambda value, key: value in empty or value == keyed_text(template, key)
    return lambda value, key: value in empty


def _by_keys(
    cells: Sequence[Sequence[object]],
    width: int,
    by_key: Mapping[Key, set[str]],
    single: Mapping[object, set[str]] | None,
) -> set[int]:
    if not by_key:
        return set()
    if single is not None:
        known = single.keys()
        return set() if known.isdisjoint(cells[0]) else {at for at, one in enumerate(cells[0]) if one in known}
    return {at for at, one in enumerate(zip(*cells[:width], strict=True)) if one in by_key}


def _values(cells: Sequence[Sequence[object]], where: Sequence[int]) -> Sequence[object]:
    if len(where) == 1:
        return cells[where[0]]
    return [" ".join(filter(None, map(form, parts))) for parts in zip(*(cells[at] for at in where), strict=True)]


def _value(row: Key, where: Sequence[int]) -> object:
    return row[where[0]] if len(where) == 1 else " ".join(filter(None, (form(row[at]) for at in where)))
