"""Made-up stores and programs, held against the memory store: what no example thought of. Needs the package hypothesis.

Every world is a few small tables with keys of every shape, references between them, values that differ in case or
accents only, NULLs, and names that must be quoted; over it a program of sets that refer to each other, and a change.
Counters make sure that the shapes were really reached.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from waarborg.errors import StalePlan, StoreError
from waarborg.stores.compliance.site import Broken, Dump, Law, Row, Site, demand, must_be_same
from waarborg.stores.contract import (
    All,
    Both,
    Change,
    Coarsen,
    Collides,
    Column,
    Compare,
    Constant,
    Delete,
    Either,
    Family,
    ForeignKey,
    FromSeed,
    Given,
    How,
    In,
    Keyed,
    Leads,
    Mentions,
    Not,
    Program,
    Redact,
    Rows,
    RowSet,
    Schema,
    Seeds,
    Store,
    Table,
    Unique,
    Update,
    Write,
)
from waarborg.stores.matching import key_line
from waarborg.stores.memory import MemoryStore
from waarborg.stores.sets import key_columns

NAMES = ("person", "order", "naam met spatie", "Größe", 'a"b`c', "表%s")
VALUES = (
    None,
    "jan@x.example",
    "JAN@x.example",
    "josé@x.example",
    "jose@x.example",
    "5",
    "05",
    "o'brien\"%_\\{}",
    "\U0001f600\u202eא Jan",
    "l" * 10_000,
    "",
)
NUMBERS = (None, 0, 1, 2, 3, 5)
KINDS = (None, "A", "a", "B")
SHAPES = ("number", "text", "composite", "none")
DATES = (None, date(2024, 2, 29), date(2025, 1, 1))

WANTED = (
    "key number",
    "key text",
    "key composite",
    "key none",
    "not null self reference",
    "unique",
    "recursion",
    "recursion that grew",
    "two sets in turn",
    "polymorphic",
    "composite link",
    "case-insensitive neighbours",
    "NULL",
    "nasty name",
    "10,000 characters",
    "negation",
    "collision",
    "deleted",
    "updated",
    "refused",
)
"""The shapes that a run must reach."""


@dataclass(frozen=True)
class World:
    """Tables, rows, sets over them, and a step to take."""

    tables: tuple[Table, ...]
    rows: Dump
    program: Program
    seeds: Seeds
    step: Delete | Update


# ------------------------------------------------------------------------------------------------ making worlds


@st.composite
def tables(draw: Callable[..., Any], name: str) -> Table:
    """One table with a key of some shape, and the same other columns as every table here."""
    shape = draw(st.sampled_from(SHAPES))
    key = {"number": ("id",), "text": ("code",), "composite": ("id", "code"), "none": ()}[shape]
    tied = shape == "number" and draw(st.booleans())
    columns = (
        Column("id", "bigint", Family.NUMBER, "id" not in key),
        Column("code", "text", Family.TEXT, "code" not in key, 20),
        Column("value", "text", Family.TEXT, case_insensitive=True),
        Column("kind", "text", Family.TEXT, length=20),
        Column("number", "bigint", Family.NUMBER),
        Column("up", "bigint", Family.NUMBER, not tied),
        Column("seen on", "date", Family.DATE),
    )
    uniques = (Unique(f"once_{NAMES.index(name)}", ("number", "kind")),) if draw(st.integers(0, 2)) == 0 else ()
    references = (ForeignKey(f"up_{NAMES.index(name)}", ("up",), name, ("id",)),) if tied else ()
    return Table(name, columns, key, uniques=uniques, foreign_keys=references)


@st.composite
def rows_of(draw: Callable[..., Any], table: Table) -> list[Row]:
    """A few rows that keep the constraints of the table."""
    ids = draw(st.lists(st.sampled_from((1, 2, 3, 5, 10)), min_size=1, max_size=5, unique=True))
    made: list[Row] = []
    pairs: set[tuple[object, object]] = set()
    for id in ids:
        row = {
            "id": id,
            "code": f"c{id}",
            "value": draw(st.sampled_from(VALUES)),
            "kind": draw(st.sampled_from(KINDS)),
            "number": draw(st.sampled_from(NUMBERS)),
            "up": draw(st.sampled_from(ids if table.foreign_keys else (None, *ids))),
            "seen on": draw(st.sampled_from(DATES)),
        }
        pair = (row["number"], row["kind"])
        if table.uniques and pair in pairs:
            row["number"] = None
        pairs.add(pair)
        made.append(row)
    if not table.key and made and draw(st.booleans()):
        made.append(dict(made[0]))  # nothing tells these two apart
        if table.uniques:
            made[-1] = {**made[-1], "number": None}
    return made


_EXACT, _LOOSE = How(), How(("trim", "lowercase"))


@st.composite
def leaves(draw: Callable[..., Any], table: Table, others: Sequence[Table]) -> Rows:
    """A condition without a reference to a set."""
    how = draw(st.sampled_from((_EXACT, _LOOSE)))
    return draw(  # type: ignore[no-any-return]
        st.sampled_from(
            (
                All(),
                Given(("value",), "values", how),
                Given(("number",), "numbers"),
                Given(("kind", "number"), "pairs"),
                Compare("number", draw(st.sampled_from(("=", "<", ">="))), (draw(st.sampled_from((0, 1, 2))),)),
                Compare("kind", "in", ("A", "B")),
                Compare("value", draw(st.sampled_from(("=", "starts"))), (draw(st.sampled_from(VALUES[1:5])),)),
                Compare("up", "null"),
                Compare("seen on", "<", (date(2025, 1, 1),)),
                Mentions("value", "words", how),
            )
        )
    )


def _link(draw: Callable[..., Any], inner: Callable[[Table], Rows], others: Sequence[Table]) -> Leads:
    other = draw(st.sampled_from(others))
    here, there = draw(
        st.sampled_from(
            (
                (("up",), ("id",)),
                (("number",), ("id",)),
                (("value",), ("value",)),
                (("value",), ("number",)),
                (("kind", "number"), ("kind", "number")),
                (("id",), ("up",)),
            )
        )
    )
    how = draw(st.sampled_from((_EXACT, _LOOSE))) if here == ("value",) else _EXACT
    return Leads(here, other.name, there, inner(other), how)


@st.composite
def programs(draw: Callable[..., Any], every: Sequence[Table]) -> Program:
    """Two to five sets. Any may lead to any other without negation; negation looks only back."""
    count = draw(st.integers(2, 5))
    homes = [draw(st.sampled_from(every)) for _ in range(count)]

    def referred(table: Table, below: int | None) -> Rows:
        names = [f"s{at}" for at in range(count) if homes[at] is table and (below is None or at < below)]
        return In(draw(st.sampled_from(names))) if names else draw(leaves(table, every))

    def free(table: Table, at: int, depth: int) -> Rows:
        """A node that may refer to any set, without negation of what is not behind it."""
        kind = draw(st.integers(0, 7 if depth else 1))
        if kind <= 1:
            return draw(leaves(table, every))  # type: ignore[no-any-return]
        if kind == 2:
            return Both((free(table, at, depth - 1), free(table, at, depth - 1)))
        if kind == 3:
            return Not(draw(leaves(table, every)))
        if kind == 4:
            return Both((Compare("kind", "=", ("A",)), _link(draw, lambda other: free(other, at, depth - 1), every)))
        if kind == 5:
            return referred(table, None)
        return _link(draw, lambda other: referred(other, None), every)

    sets: list[RowSet] = []
    for at, table in enumerate(homes):
        rows: Rows = Either((draw(leaves(table, every)), free(table, at, 2)))
        behind = [name for name in range(at) if homes[name] is table]
        turn = draw(st.integers(0, 4))
        if turn == 0 and behind:  # in a circle now and then: then both stores must refuse
            rows = Both((draw(leaves(table, every)), Not(In(f"s{behind[-1]}"))))
        elif turn < 3 and behind and table.key[:1] == ("id",):
            rows = Collides(f"s{behind[-1]}", "number", ("kind",), "target")
        sets.append(RowSet(f"s{at}", table.name, rows))
    return Program(tuple(sets))


@st.composite
def worlds(draw: Callable[..., Any]) -> World:
    """A whole world. Programs that negate in a circle are made too: both stores must refuse them."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True))
    every = tuple(draw(tables(name)) for name in names)
    rows = {table.name: draw(rows_of(table)) for table in every}
    program = draw(programs(every))
    seeds = Seeds(
        values=[(value,) for value in draw(st.lists(st.sampled_from(VALUES), max_size=3))],
        numbers=[(value,) for value in draw(st.lists(st.sampled_from((*NUMBERS, "5", "05")), max_size=2))],
        pairs=[(draw(st.sampled_from(KINDS)), draw(st.sampled_from(NUMBERS)))],
        words=[("Jan",), ("jan@x.example",)],
        target=[(draw(st.sampled_from((1, 2))),)] if draw(st.booleans()) else [],
        one=[(draw(st.sampled_from((1, 2))),)],
    )
    target = draw(st.sampled_from(program.sets))
    table = next(table for table in every if table.name == target.table)
    if draw(st.booleans()):
        return World(every, rows, program, seeds, Delete("step", target.name, 99))
    writes: dict[str, Write] = {
        "value": draw(st.sampled_from((Constant(None), Constant("x"), Redact("words", "[ ]"), Keyed("gone-{}")))),
        "seen on": Coarsen("year"),
        "number": draw(st.sampled_from((FromSeed("one"), Constant(None)))),
        "up": Constant(None),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(writes)), min_size=1, unique=True))
    if not table.key and isinstance(writes["value"], Keyed):
        writes["value"] = Constant("x")
    return World(every, rows, program, seeds, Update("step", target.name, 99, {name: writes[name] for name in chosen}))


# ------------------------------------------------------------------------------------------------ holding them together


def agrees(site: Site, world: World, reached: Counter[str]) -> None:
    """Break the law where the store and the memory store see or do something else."""
    site.fill(world.tables, world.rows)
    schema = Schema("memory", {table.name: table for table in world.tables})
    oracle = MemoryStore("oracle", schema, {name: [dict(row) for row in rows] for name, rows in world.rows.items()})
    _count_shapes(world, reached)
    with closing(site.open()) as store:
        if not _same_sets(store, oracle, world, reached):
            return
        before = site.dump()
        change = Change(world.program, (world.step,))
        done = _tried(store, change, world.seeds)
        if isinstance(done, StoreError) and _may_be_cyclic(world) and not store.abilities.cyclic_delete:
            must_be_same(before, site.dump(), "After a refusal")
            return
        wanted = _tried(oracle, change, world.seeds)
        demand(_kind(done) == _kind(wanted), f"{_told(done)} where the memory store says {_told(wanted)}.")
        demand(isinstance(done, Exception) or _outcome(done, world) == _outcome(wanted, world), "other rows were done.")
        if isinstance(done, Exception):
            reached["refused"] += 1
            must_be_same(before, site.dump(), "After a refusal")
        else:
            reached["deleted" if isinstance(world.step, Delete) else "updated"] += bool(done.steps[0].rows)
            must_be_same(oracle.tables, site.dump(), "After a change, held against the memory store")


def _tried(store: Store, change: Change, seeds: Seeds) -> Any:
    try:
        return store.apply(change, seeds)
    except (StoreError, StalePlan) as refused:
        return refused


def _may_be_cyclic(world: World) -> bool:
    """Whether the step deletes rows of a table with a NOT NULL reference to itself: a row may be its own parent."""
    home = world.program.get(world.step.set).table
    return isinstance(world.step, Delete) and any(one.foreign_keys for one in world.tables if one.name == home)


def _outcome(done: Any, world: World) -> list[object]:
    """What is comparable of an outcome: rows without a key have another content, so another digest, once updated."""
    home = world.program.get(world.step.set).table
    keyed = any(one.key for one in world.tables if one.name == home) or isinstance(world.step, Delete)
    return [(one.step, one.rows, one.digest if keyed else "") for one in done.steps]


def _kind(outcome: object) -> str:
    return "stale" if isinstance(outcome, StalePlan) else "refused" if isinstance(outcome, Exception) else "done"


def _told(outcome: object) -> str:
    return f"refused ({outcome})" if isinstance(outcome, Exception) else "done"


def _same_sets(store: Store, oracle: Store, world: World, reached: Counter[str]) -> bool:
    """Compare every set; False when both refuse the program."""
    try:
        with oracle.reading(world.program, world.seeds) as known:
            wanted = {one.name: known.count(one.name) for one in world.program.sets}
    except StoreError:
        try:
            with store.reading(world.program, world.seeds) as look:
                look.count(world.program.sets[0].name)
        except StoreError:
            return False
        raise Broken("a program was carried out that means nothing.") from None
    with oracle.reading(world.program, world.seeds) as known, store.reading(world.program, world.seeds) as look:
        for one in world.program.sets:
            table = next(table for table in world.tables if table.name == one.table)
            columns = key_columns(table)
            demand(look.count(one.name) == wanted[one.name], f"{one.name} has another number of rows ({one.rows}).")
            demand(look.digest(one.name) == known.digest(one.name), f"{one.name} has other rows ({one.rows}).")
            lines = [{key_line(key) for key in side.values(one.name, columns)} for side in (look, known)]
            same = lines[0] == lines[1]
            demand(same, f"{one.name} has other values ({one.rows}).")
            years = dict(look.groups(one.name, "seen on")) == dict(known.groups(one.name, "seen on"))
            demand(years, f"{one.name} has other years.")
            reached["recursion that grew"] += bool(_recursive(world.program, one) and wanted[one.name] > 1)
            reached["collision"] += isinstance(one.rows, Collides) and bool(wanted[one.name])
    return True


# ------------------------------------------------------------------------------------------------ counting


def _nodes(rows: Rows) -> list[Rows]:
    from waarborg.stores.sets import parts

    return list(parts(rows))


def _recursive(program: Program, one: RowSet) -> bool:
    return any(isinstance(node, In) and node.set == one.name for node in _nodes(one.rows))


def _count_shapes(world: World, reached: Counter[str]) -> None:
    names = {one.name: {node.set for node in _nodes(one.rows) if isinstance(node, In)} for one in world.program.sets}
    for table in world.tables:
        shape = {(): "none", ("id",): "number", ("code",): "text"}.get(table.key, "composite")
        reached[f"key {shape}"] += 1
        reached["not null self reference"] += bool(table.foreign_keys)
        reached["unique"] += bool(table.uniques)
        reached["nasty name"] += table.name in NAMES[1:]
        values = [row["value"] for row in world.rows[table.name]]
        folded = Counter(str(value).lower().replace("é", "e") for value in set(values) if value is not None)
        reached["case-insensitive neighbours"] += any(count > 1 for count in folded.values())
        reached["NULL"] += None in values
        reached["10,000 characters"] += VALUES[9] in values
    for one in world.program.sets:
        reached["recursion"] += one.name in names[one.name]
        reached["two sets in turn"] += any(one.name in names[near] for near in names[one.name] - {one.name})
        for node in _nodes(one.rows):
            reached["negation"] += isinstance(node, Not)
            reached["composite link"] += isinstance(node, Leads) and len(node.columns) > 1
            reached["polymorphic"] += isinstance(node, Both) and isinstance(node.parts[-1], Leads)


def run(site: Site, examples: int, *, shrink: bool = False) -> Counter[str]:
    """Try so many worlds, always the same ones. Returns how often each shape was reached; raises `Broken`.

    With `shrink` the smallest world that breaks the law is looked for, which takes minutes on a real engine.
    """
    reached: Counter[str] = Counter()

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(worlds())
    def trial(world: World) -> None:
        agrees(site, world, reached)

    trial()
    return reached


def law(examples: int) -> Law:
    """The law, tried with so many worlds. From 250 on it also demands that every shape was reached."""

    def trial(site: Site) -> None:
        reached = run(site, examples)
        missed = [shape for shape in WANTED if not reached[shape]] if examples >= 250 else []
        demand(not missed, f"the worlds never had {', '.join(missed)}.")

    return Law("as-the-memory-store", "Sets and changes are those of the reference store.", trial)


LAW = law(250)
