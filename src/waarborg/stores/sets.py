"""The meaning of a program, carried out over plain Python rows: what the memory store does and others are held against.

A set is a set of positions in its table. Sets that refer to each other are evaluated together, from nothing upwards,
until nothing is added any more: the least fixpoint. Written to be obviously right, not fast.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from waarborg.stores import refusals
from waarborg.stores.contract import (
    All,
    Both,
    Collides,
    Compare,
    Either,
    Given,
    How,
    In,
    Inside,
    Key,
    Leads,
    Mentions,
    Not,
    Program,
    Rows,
    RowSet,
    Schema,
    Seeds,
    Table,
)
from waarborg.stores.matching import NORMALISERS, OPERATORS, cell_forms, compares, form, key_form, mentions, same

Row = Mapping[str, object]
Tables = Mapping[str, Sequence[Row]]
Positions = frozenset[int]

COARSE = ("year", "month", "ip")
"""What `Coarsen.how`, and the value of a `coarse` comparison, may be."""


# ------------------------------------------------------------------------------------------------ checking a program


def parts(rows: Rows) -> Iterator[Rows]:
    """The node and all nodes below it, those of other tables too."""
    yield rows
    match rows:
        case Not(inner) | Leads(rows=inner):
            yield from parts(inner)
        case Both(several) | Either(several):
            for one in several:
                yield from parts(one)


def references(rows: Rows, negated: bool = False) -> Iterator[tuple[str, bool]]:
    """The sets that a node refers to, each with whether a negation stands before it."""
    match rows:
        case In(name):
            yield name, negated
        case Collides(set=name):
            yield name, True
        case Not(inner):
            yield from references(inner, True)
        case Leads(rows=inner):
            yield from references(inner, negated)
        case Both(several) | Either(several):
            for one in several:
                yield from references(one, negated)


def strata(program: Program, store: str = "") -> list[tuple[RowSet, ...]]:
    """The sets in the order of their evaluation; sets that refer to each other stand together.

    Raises `StoreError` WB315 for a cycle through a negation, WB312 for a name that is unknown or given twice.
    """
    names = [one.name for one in program.sets]
    refers = {one.name: dict[str, bool]() for one in program.sets}
    if len(refers) != len(names):
        raise refusals.unknown_set(store, next(name for name in names if names.count(name) > 1), ())
    for one in program.sets:
        for name, negated in references(one.rows):
            if name not in refers:
                raise refusals.unknown_set(store, name, names)
            refers[one.name][name] = refers[one.name].get(name, False) or negated
    reach = {name: _reached(name, refers) for name in names}
    layers: list[tuple[RowSet, ...]] = []
    done: set[str] = set()
    while len(done) < len(names):
        name = next(name for name in names if name not in done and _ready(name, reach, done))
        together = {other for other in reach[name] if name in reach[other]} | {name}
        if any(negated for other in together for near, negated in refers[other].items() if near in together):
            raise refusals.negative_cycle(store, together)
        layers.append(tuple(one for one in program.sets if one.name in together))
        done |= together
    return layers


def _reached(name: str, refers: Mapping[str, Mapping[str, bool]]) -> set[str]:
    found: set[str] = set()
    waiting = list(refers[name])
    while waiting:
        near = waiting.pop()
        if near not in found:
            found.add(near)
            waiting += refers[near]
    return found


def _ready(name: str, reach: Mapping[str, set[str]], done: Collection[str]) -> bool:
    return all(other in done or name in reach[other] for other in reach[name])


def check(program: Program, schema: Schema, seeds: Seeds, store: str = "") -> None:
    """Refuse a program that names what is not there or cannot mean anything, before any row is read."""
    for one in program.sets:
        _check_node(one.rows, table_of(schema, one.table, store), program, schema, seeds, store)


def table_of(schema: Schema, name: str, store: str = "") -> Table:
    """The facts of a table. Raises `StoreError` WB310."""
    table = schema.tables.get(name)
    if table is None:
        raise refusals.unknown_table(store, name, schema.tables)
    return table


def check_columns(table: Table, columns: Sequence[str], store: str = "") -> None:
    """Refuse columns that the table does not have. Raises `StoreError` WB311."""
    known = [column.name for column in table.columns]
    for name in columns:
        if name not in known:
            raise refusals.unknown_column(store, table.name, name, known)


def _check_node(rows: Rows, table: Table, program: Program, schema: Schema, seeds: Seeds, store: str) -> None:
    match rows:
        case Given(columns, seed, how):
            check_columns(table, columns, store)
            _check_seed(seeds, seed, len(columns), store)
            _check_how(how, store)
        case Mentions(column, seed, how):
            check_columns(table, (column,), store)
            _check_seed(seeds, seed, 0, store)
            _check_how(how, store)
        case Compare(column, op, values):
            check_columns(table, (column,), store)
            wanted = {"null": 0, "in": len(values)}.get(op, 1)
            if op not in OPERATORS or len(values) != wanted or (op == "coarse" and values[0] not in COARSE):
                raise refusals.malformed(store, f'A comparison "{op}" with {len(values)} values means nothing.')
        case Leads(columns, other, to_columns, inner, how):
            target = table_of(schema, other, store)
            check_columns(table, columns, store)
            check_columns(target, to_columns, store)
            if not columns or len(columns) != len(to_columns):
                raise refusals.malformed(store, f'A link from "{table.name}" to "{other}" has columns left over.')
            _check_how(how, store)
            _check_node(inner, target, program, schema, seeds, store)
        case In(name):
            _check_set(name, table, program, store)
        case Collides(name, column, rest, seed):
            _check_set(name, table, program, store)
            check_columns(table, (column, *rest), store)
            _check_seed(seeds, seed, 0, store)
        case Not(inner):
            _check_node(inner, table, program, schema, seeds, store)
        case Both(several) | Either(several):
            for one in several:
                _check_node(one, table, program, schema, seeds, store)
        case All():
            pass
        case _:
            raise refusals.malformed(store, f"A set described by {type(rows).__name__} is not understood here.")


def _check_set(name: str, table: Table, program: Program, store: str) -> None:
    other = next((one for one in program.sets if one.name == name), None)
    if other is None:
        raise refusals.unknown_set(store, name, [one.name for one in program.sets])
    if other.table != table.name:
        raise refusals.malformed(store, f'The set "{name}" is of "{other.table}", not of "{table.name}".')


def _check_seed(seeds: Seeds, seed: str, width: int, store: str) -> None:
    if seed not in seeds:
        raise refusals.unknown_seed(store, seed)
    if width and any(len(key) != width for key in seeds[seed]):
        raise refusals.malformed(store, f'The tuples of seed "{seed}" do not have {width} values each.')


def _check_how(how: How, store: str) -> None:
    unknown = [name for name in how.normalise if name not in NORMALISERS]
    if unknown or how.template.count("{}") != 1 or how.inside not in Inside:
        raise refusals.malformed(store, "A way to compare keys names a normalisation or template that means nothing.")


# ------------------------------------------------------------------------------------------------ evaluating it


class Evaluation:
    """The sets of one program over one state of the tables. Evaluated once, when first asked for."""

    def __init__(self, program: Program, schema: Schema, tables: Tables, seeds: Seeds, store: str = "") -> None:
        check(program, schema, seeds, store)
        self.program, self.schema, self.tables, self.seeds, self.store = program, schema, tables, seeds, store
        self._layers = strata(program, store)
        self._found: dict[str, Positions] = {}

    def positions(self, name: str) -> Positions:
        """The positions, in its table, of the rows of a set. Raises `StoreError` WB312."""
        if not any(one.name == name for one in self.program.sets):
            raise refusals.unknown_set(self.store, name, [one.name for one in self.program.sets])
        for layer in self._layers:
            if name in self._found:
                break
            if layer[0].name not in self._found:
                self._fixpoint(layer)
        return self._found[name]

    def first(self, name: str, limit: int) -> Positions:
        """The positions of at most `limit` rows of a set, in key order; of all of them where `limit` is 0."""
        found = self.positions(name)
        table = self.program.get(name).table
        facts, rows = self.schema.tables[table], self.tables[table]
        if not limit or len(found) <= limit:
            return found
        return frozenset(sorted(found, key=lambda at: (order_of(key_of(rows[at], facts)), at))[:limit])

    def _fixpoint(self, layer: tuple[RowSet, ...]) -> None:
        for one in layer:
            self._found[one.name] = frozenset()
        grown = True
        while grown:
            grown = False
            for one in layer:
                rows = self._rows(one.rows, one.table)
                grown = grown or rows != self._found[one.name]
                self._found[one.name] = rows

    def _rows(self, rows: Rows, name: str) -> Positions:
        """The positions of the rows of a node, over what is known of the sets so far."""
        table = self.tables[name]
        every = frozenset(range(len(table)))
        match rows:
            case All():
                return every
            case Given(columns, seed, how):
                return self._holding(name, columns, self.seeds[seed], how)
            case Compare(column, op, values):
                return frozenset(at for at in every if compares(table[at].get(column), op, values))
            case Leads(columns, other, to_columns, inner, how):
                leads = self._rows(inner, other)
                keys = [tuple(self.tables[other][at].get(column) for column in to_columns) for at in sorted(leads)]
                return self._holding(name, columns, keys, how)
            case Mentions(column, seed, how):
                words = [word for key in self.seeds[seed] for word in key]
                return frozenset(at for at in every if mentions(form(table[at].get(column)), words, how))
            case In(set):
                return self._found[set]
            case Not(inner):
                return every - self._rows(inner, name)
            case Both(several):
                return every.intersection(*(self._rows(one, name) for one in several))
            case Either(several):
                return frozenset().union(*(self._rows(one, name) for one in several))
            case Collides(set, column, rest, seed):
                return self._colliding(name, self._found[set], column, rest, seed)
            case _:
                raise refusals.malformed(self.store, f"A set described by {type(rows).__name__} is not understood.")

    def _holding(self, name: str, columns: Sequence[str], keys: Sequence[Key], how: How) -> Positions:
        """The rows whose columns hold one of the keys, all columns of it."""
        wanted = {tuple(key_form(value, how) for value in key) for key in keys}
        wanted = {key for key in wanted if None not in key}
        found = set()
        for at, row in enumerate(self.tables[name]):
            cells = [cell_forms(row.get(column), how) for column in columns]
            if any(all(value in cell for value, cell in zip(key, cells, strict=True)) for key in wanted):
                found.add(at)
        return frozenset(found)

    def _colliding(self, name: str, rows: Positions, column: str, rest: tuple[str, ...], seed: str) -> Positions:
        table = self.tables[name]
        facts = self.schema.tables[name]
        values = [key[0] for key in self.seeds[seed]]

        def other_part(at: int) -> tuple[str | None, ...]:
            return tuple(collated(table[at].get(part), facts, part) for part in rest)

        taken: dict[tuple[str | None, ...], set[int]] = {}
        for at, row in enumerate(table):
            if any(same((row.get(column),), (value,)) for value in values):
                taken.setdefault(other_part(at), set()).add(at)
        colliding: set[int] = set()
        earlier: set[tuple[str | None, ...]] = set()
        for at in sorted(rows, key=lambda at: order_of(key_of(table[at], facts))):
            part = other_part(at)
            if None in part:
                continue
            if part in earlier or taken.get(part, set()) - {at}:
                colliding.add(at)
            earlier.add(part)
        return frozenset(colliding)


def collated(value: object, table: Table, column: str) -> str | None:
    """The form of a value as the engine's own unique key would see it: without case where the column has none."""
    facts = table.column(column)
    text = form(value)
    return text.lower() if text is not None and facts is not None and facts.case_insensitive else text


def key_columns(table: Table) -> tuple[str, ...]:
    """The columns a row is known by: the key, or all of them where there is none."""
    return table.key or tuple(column.name for column in table.columns)


def key_of(row: Row, table: Table) -> Key:
    """What a row is known by."""
    return tuple(row.get(column) for column in key_columns(table))


def order_of(key: Key) -> tuple[tuple[int, int | float, str], ...]:
    """Keys in order: NULL first, numbers by size, everything else by its text."""
    return tuple(
        (0, 0, "") if value is None else (1, value, "") if isinstance(value, int | float) else (2, 0, form(value) or "")
        for value in key
    )
