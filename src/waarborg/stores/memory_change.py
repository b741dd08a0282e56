"""A change carried out on a working copy of plain tables, with the constraints an engine would keep.

Rows are known by their position in the table before the first step; new rows get positions after the last. A row's
value is replaced, never altered in place, so that the tables outside stay as they are until the very end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count

from waarborg.stores import refusals
from waarborg.stores.contract import (
    Change,
    Coarsen,
    Coded,
    Column,
    Constant,
    Delete,
    Family,
    ForeignKey,
    FromPeer,
    FromSeed,
    Insert,
    Key,
    Keyed,
    Program,
    PutBack,
    Redact,
    Refill,
    Schema,
    Seeds,
    StepDone,
    Table,
    Update,
    Without,
    Write,
)
from waarborg.stores.matching import coarsened, coded, form, keyed_text, keys_digest, redacted, redacted_inside
from waarborg.stores.removing import keys_of, without
from waarborg.stores.sets import COARSE, Positions, Row, Tables, check_columns, collated, key_of, order_of, table_of

MutableRow = dict[str, object]
Found = Mapping[str, Positions]


class Working:
    """The working copy of one change: steps are carried out in turn, `finish` looks at the whole, `rows` is the end."""

    def __init__(self, schema: Schema, tables: Tables, seeds: Seeds, store: str) -> None:
        self._schema, self._store = schema, store
        self._seeds = Seeds(seeds)
        self._tables: dict[str, dict[int, MutableRow]] = {
            name: {at: dict(row) for at, row in enumerate(rows)} for name, rows in tables.items()
        }
        self._positions = count(max(map(len, tables.values()), default=0))
        self._reached: dict[str, set[int]] = {}
        """Rows that a cascade changed, by table."""
        self._broken_before = frozenset(self._broken(at_commit=True))
        """What was amiss before us: an engine looks only at the rows that change."""

    def __repr__(self) -> str:
        return f"Working({self._store!r}, {len(self._tables)} tables)"

    def rows(self) -> dict[str, list[MutableRow]]:
        """The tables as they would be."""
        return {name: list(rows.values()) for name, rows in self._tables.items()}

    def carry_out(self, step: Delete | Update | Insert, found: Found, program: Program) -> StepDone:
        """Do one step, and look at the constraints that are held after every statement."""
        match step:
            case Delete():
                keys = self._delete(step, found, program)
            case Update():
                keys = self._update(step, found, program)
            case Insert():
                keys = self._insert(step)
        self._hold_constraints(at_commit=False)
        return StepDone(step.id, len(keys), keys_digest(keys))

    def at(self, table: str, positions: Iterable[int]) -> list[Row]:
        """Those of these rows that are there, in key order."""
        facts = self._schema.tables[table]
        rows = [self._tables[table][one] for one in positions if one in self._tables[table]]
        return sorted(rows, key=lambda row: order_of(key_of(row, facts)))

    def bring(self, back: PutBack | Refill) -> StepDone:
        """Rows that come back, or columns of rows that are there; constraints are looked at when all of it is done."""
        if isinstance(back, Refill):
            keys = self._refill(back)
        else:
            keys = []
            for table, columns, seed in ((back.table, back.columns, back.seed), *back.together):
                facts = self._writable(table)
                check_columns(facts, columns, self._store)
                for values in self._returning(seed, columns, back.id, back.ceiling):
                    row = self._completed(facts, dict(zip(columns, values, strict=True)))
                    self._tables[table][next(self._positions)] = row
                    keys.append(key_of(row, facts))
        self._hold_constraints(at_commit=False)
        return StepDone(back.id, len(keys), keys_digest(keys))

    def _refill(self, back: Refill) -> list[Key]:
        facts = self._writable(back.table)
        check_columns(facts, (*back.key, *back.columns), self._store)
        rows = self._tables[back.table]
        by_key = {tuple(form(row.get(name)) for name in back.key): at for at, row in rows.items()}
        keys: list[Key] = []
        names = (*back.key, *back.columns)
        new = self._returning(back.seed, names, back.id, back.ceiling)
        was = self._returning(back.was, names, back.id, back.ceiling) if back.was else new
        for values, now in zip(new, was, strict=True):
            at = by_key.get(tuple(form(value) for value in values[: len(back.key)]))
            if at is None or (back.was and tuple(rows[at].get(name) for name in names) != now):
                raise refusals.not_there(self._store, back.id)
            rows[at] = rows[at] | dict(zip(back.columns, values[len(back.key) :], strict=True))
            keys.append(key_of(rows[at], facts))
        return keys

    def _returning(self, seed: str, columns: Sequence[str], step: str, ceiling: int) -> Sequence[Key]:
        if seed not in self._seeds:
            raise refusals.unknown_seed(self._store, seed)
        rows = self._seeds[seed]
        if any(len(row) != len(columns) for row in rows):
            raise refusals.malformed(self._store, f'The tuples of seed "{seed}" do not fit the columns.')
        if len(rows) > ceiling:
            raise refusals.too_many(self._store, step, len(rows), ceiling)
        return rows

    def finish(self, change: Change, found: Found) -> None:
        """Look at deferred constraints, and hold what cascades changed against what was planned."""
        self._hold_constraints(at_commit=True)
        treated: dict[str, set[int]] = {}
        for step in change.steps:
            if isinstance(step, Delete):
                for name in (step.set, *step.together):
                    treated.setdefault(change.program.get(name).table, set()).update(found[name])
        for table, positions in sorted(self._reached.items()):
            beside = len(positions - treated.get(table, set()))
            most = change.side_effects.get(table, 0)
            if beside > most:
                raise refusals.side_effects(self._store, table, beside, most)

    # -------------------------------------------------------------------------------------------- steps

    def _delete(self, step: Delete, found: Found, program: Program) -> list[Key]:
        keys: list[Key] = []
        gone: list[tuple[str, Row]] = []
        for name in dict.fromkeys((step.set, *step.together)):
            table = self._writable(program.get(name).table)
            for at in sorted(found[name]):
                old = self._tables[table.name].pop(at, None)
                if old is not None:
                    keys.append(key_of(old, table))
                    gone.append((table.name, old))
        for table_name, row in gone:
            self._cascade(table_name, row)
        return keys

    def _cascade(self, table: str, gone: Row) -> None:
        """What the engine does to rows that referred to a row that is gone."""
        for other, reference in self._schema.referring(table):
            if reference.on_delete not in ("CASCADE", "SET NULL") or other.view:
                continue
            for at, row in list(self._tables[other.name].items()):
                if not _refers(row, reference, gone):
                    continue
                self._reached.setdefault(other.name, set()).add(at)
                if reference.on_delete == "CASCADE":
                    del self._tables[other.name][at]
                    self._cascade(other.name, row)
                else:
                    self._tables[other.name][at] = row | dict.fromkeys(reference.columns)

    def _update(self, step: Update, found: Found, program: Program) -> list[Key]:
        table = self._writable(program.get(step.set).table)
        check_columns(table, tuple(step.writes), self._store)
        keys: list[Key] = []
        for at in sorted(found[step.set]):
            row = self._tables[table.name].get(at)
            if row is None:
                continue  # an earlier step deleted it
            keys.append(key_of(row, table))
            new = {name: self._written(write, row, table, name) for name, write in step.writes.items()}
            self._tables[table.name][at] = row | new
        return keys

    def _insert(self, step: Insert) -> list[Key]:
        table = self._writable(step.table)
        check_columns(table, (*step.columns, *step.key, *step.returning), self._store)
        known = step.key or (table.key if table.key and set(table.key) <= set(step.columns) else step.columns)
        if step.seed not in self._seeds:
            raise refusals.unknown_seed(self._store, step.seed)
        keys: list[Key] = []
        returned: list[Key] = []
        for values in self._seeds[step.seed]:
            if len(values) != len(step.columns):
                raise refusals.malformed(self._store, f'The tuples of seed "{step.seed}" do not fit the columns.')
            new = dict(zip(step.columns, values, strict=True))
            row = self._row_like(table, known, new)
            if row is None:
                row = self._completed(table, new)
                self._tables[table.name][next(self._positions)] = row
                keys.append(key_of(row, table))
            returned.append(tuple(row.get(name) for name in step.returning))
        if step.returning:
            self._seeds[step.id] = returned
        return keys

    def _row_like(self, table: Table, known: Sequence[str], new: Row) -> MutableRow | None:
        wanted = [form(new.get(name)) for name in known]
        if None in wanted:
            return None
        rows = self._tables[table.name].values()
        return next((row for row in rows if [form(row.get(name)) for name in known] == wanted), None)

    def _completed(self, table: Table, new: MutableRow) -> MutableRow:
        row: MutableRow = {column.name: None for column in table.columns} | new
        for column in table.columns:
            if column.name in new:
                self._fits(table, column, row[column.name])
            elif column.identity:
                taken = [other[column.name] for other in self._tables[table.name].values()]
                row[column.name] = max((one for one in taken if isinstance(one, int)), default=0) + 1
            elif column.has_default:
                row[column.name] = _EMPTY.get(column.family)
        return row

    # -------------------------------------------------------------------------------------------- values

    def _written(self, write: Write, row: Row, table: Table, name: str) -> object:
        column = table.column(name)
        assert column is not None  # noqa: S101 - `check_columns` looked
        value = row.get(name)
        new: object
        match write:
            case Constant(constant):
                new = constant
            case Keyed(template):
                new = keyed_text(template, key_of(row, table))
            case FromSeed(seed):
                new = self._one_value(seed)
            case FromPeer():
                new = self._from_peer(write, value)
            case Coarsen(how):
                if how not in COARSE:
                    raise refusals.malformed(self._store, f'A coarser value "{how}" is not known.')
                new = coarsened(value, how)
                if new is None and value is not None and not column.nullable:
                    new = _EMPTY.get(column.family)
            case Coded(seed):
                new = coded(value, self._one_value(seed), column.length)
            case Without():
                new = without(value, keys_of(self._store, write, self._seeds), write.how)
            case Redact(words, text, encoded):
                if words not in self._seeds:
                    raise refusals.unknown_seed(self._store, words)
                several = [word for key in self._seeds[words] for word in key]
                if encoded and value is not None:
                    return redacted_inside(value, several, text, column.length)
                new = value if value is None else redacted(str(form(value)), several, text, column.length)
            case _:
                raise refusals.malformed(self._store, f"A write by {type(write).__name__} is not understood here.")
        self._fits(table, column, new)
        return new

    def _from_peer(self, write: FromPeer, value: object) -> object:
        if write.seed not in self._seeds:
            raise refusals.unknown_seed(self._store, write.seed)
        given = {form(told): new for told, new in self._seeds[write.seed]}
        for peer in self._tables[write.table].values():
            if value is not None and form(peer.get(write.to_column)) == form(value):
                return given.get(form(peer.get(write.by)), value)
        return value

    def _one_value(self, seed: str) -> object:
        if not self._seeds.get(seed):
            raise refusals.unknown_seed(self._store, seed)
        return self._seeds[seed][0][0]

    def _fits(self, table: Table, column: Column, value: object) -> None:
        """Refuse what the column could not hold."""
        why = ""
        if column.generated:
            why = "The engine computes it."
        elif isinstance(value, str | bytes) and column.length is not None and len(value) > column.length:
            why = f"It holds at most {column.length} characters."
        elif column.choices and value is not None and value not in column.choices:
            why = "It holds one of a fixed list of values."
        if why:
            raise refusals.unwritable(self._store, table.name, column.name, why)

    def _writable(self, name: str) -> Table:
        table = table_of(self._schema, name, self._store)
        if table.view:
            raise refusals.unwritable(self._store, name, "", "It is a view: views are read, never treated.")
        return table

    # -------------------------------------------------------------------------------------------- constraints

    def _hold_constraints(self, *, at_commit: bool) -> None:
        for table, name, what in self._broken(at_commit=at_commit):
            if (table, name, what) not in self._broken_before:
                raise refusals.constraint(self._store, table, name, what)

    def _broken(self, *, at_commit: bool) -> Iterator[tuple[str, str, str]]:
        """Every constraint that does not hold now: table, name, what is amiss."""
        for table in self._schema.tables.values():
            if not table.view:
                for name, what in self._broken_in(table, at_commit):
                    yield table.name, name, what

    def _broken_in(self, table: Table, at_commit: bool) -> Iterator[tuple[str, str]]:
        rows = self._tables[table.name].values()
        for column in table.columns:
            needed = not column.nullable or column.name in table.key
            if needed and any(row.get(column.name) is None for row in rows):
                yield f"{column.name} not null", "a row would have no value there"
        for unique in table.uniques:
            if _repeated(rows, unique.columns, table, nulls_distinct=unique.nulls_distinct):
                yield unique.name, "two rows would have the same values"
        if table.key and _repeated(rows, table.key, table, nulls_distinct=True):
            yield "primary key", "two rows would have the same key"
        for reference in table.foreign_keys:
            if (at_commit or not reference.deferrable) and self._dangles(rows, reference):
                yield reference.name, "a row would refer to a row that is not there"

    def _dangles(self, rows: Iterable[Row], reference: ForeignKey) -> bool:
        targets = self._tables.get(reference.table, {}).values()
        there = {tuple(form(row.get(name)) for name in reference.to_columns) for row in targets}
        held = (tuple(form(row.get(name)) for name in reference.columns) for row in rows)
        return any(None not in key and key not in there for key in held)


def _refers(row: Row, reference: ForeignKey, gone: Row) -> bool:
    held = [form(row.get(name)) for name in reference.columns]
    return None not in held and held == [form(gone.get(name)) for name in reference.to_columns]


def _repeated(rows: Iterable[Row], columns: Sequence[str], table: Table, *, nulls_distinct: bool) -> bool:
    seen: set[tuple[str | None, ...]] = set()
    for row in rows:
        key = tuple(collated(row.get(name), table, name) for name in columns)
        if key in seen:
            return True
        if None not in key or not nulls_distinct:
            seen.add(key)
    return False


_EMPTY: Mapping[Family, object] = {
    Family.TEXT: "",
    Family.NUMBER: 0,
    Family.BOOLEAN: False,
    Family.BINARY: b"",
    Family.JSON: "{}",
}
"""The empty value of a type, where NULL is not allowed."""
