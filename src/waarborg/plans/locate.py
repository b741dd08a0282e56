"""Where these people's rows are: sets counted in the databases, keys handed from store to store. Reads only."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from waarborg.errors import Finding, Place, PlanError
from waarborg.plans.drafts import Blueprint, Handover, StandInDraft, WordSource
from waarborg.plans.model import Sealed
from waarborg.plans.resolve import World
from waarborg.plans.sets import Asked
from waarborg.stores.contract import (
    Both,
    Collides,
    Either,
    Family,
    Given,
    Key,
    Leads,
    Mentions,
    Not,
    Program,
    Reading,
    Redact,
    Rows,
    Seeds,
    Store,
)
from waarborg.terms import SubjectRef

SHORTEST_WORD = 3
"""Words of fewer characters are not looked for in texts: they would hit everybody."""
FROZEN = ("frozen:", "own:", "gone:", "words:", "tenant:")
"""Seeds of an earlier look that count at the next: keys of rows, keys that led to other stores, words, tenants."""
ROUNDS = 5
"""How often keys may travel around stores that refer to each other before we give up."""


class Drawn(Protocol):
    """What locating needs of a blueprint, whichever right it is for."""

    @property
    def store(self) -> str: ...
    @property
    def program(self) -> Program: ...
    @property
    def handovers(self) -> Sequence[Handover]: ...
    @property
    def me(self) -> Mapping[str, str]: ...
    @property
    def words(self) -> Mapping[str, tuple[WordSource, ...]]: ...
    @property
    def stand_ins(self) -> Sequence[StandInDraft]: ...


@dataclass(slots=True)
class Found:
    """What was counted in one store."""

    store: str
    counts: dict[str, int] = field(default_factory=dict)
    years: dict[str, Mapping[int | None, int]] = field(default_factory=dict)
    """For sets kept by a rule: rows by the year of the date that the rule counts from."""
    missing: dict[str, tuple[StandInDraft, int]] = field(default_factory=dict)
    """By seed: placeholders that do not exist yet, and how many."""


@dataclass(slots=True)
class Located:
    """Everything a plan is made of: counts in the clear, keys sealed."""

    found: dict[str, Found]
    sealed: Sealed
    asked: Asked


def asked_of(people: Sequence[SubjectRef], frozen: bool = False) -> Asked:
    """The ways in which these people were described."""
    return Asked(frozenset(kinds_of(person) for person in people), frozen)


def kinds_of(person: SubjectRef) -> tuple[str, ...]:
    """The kinds of identifier given for one person, in order; the table first where the match is restricted to one."""
    kinds = tuple(sorted(kind for kind, value in person.identifiers.items() if value))
    return (f"@{person.table}", *kinds) if person.table else kinds


def locate(
    world: World,
    blueprints: Mapping[str, Blueprint],
    stores: Mapping[str, Store],
    people: Sequence[SubjectRef],
    asked: Asked,
    frozen: Mapping[str, Seeds] | None = None,
    known: Mapping[str, Seeds] | None = None,
) -> Located:
    """Count every set of the blueprints and collect the keys that lead on. Takes no lock, writes nothing.

    `frozen` brings the keys of an earlier look (verification), `known` other seeds that programs speak of.
    Raises `PlanError` where a person cannot be told from another, `StoreError` where a store cannot be reached.
    """
    seeds = {name: given_seeds(world, blueprint, people) for name, blueprint in blueprints.items()}
    for name, old in (frozen or {}).items():
        _carry(seeds[name], old)
    for name, more in (known or {}).items():
        seeds[name].update(more)
    found: dict[str, Found] = {}
    names = in_order(world, list(blueprints))
    for _ in range(ROUNDS):
        before = {name: {seed: len(values) for seed, values in seeds[name].items()} for name in names}
        for name in names:
            program = blueprints[name].program
            prepare(blueprints[name], stores[name], seeds[name], people)
            with stores[name].reading(program, complete(program, seeds[name])) as look:
                found[name] = _count(world, blueprints[name], look, seeds, people)
        if not _abroad(world) or before == {n: {s: len(v) for s, v in seeds[n].items()} for n in names}:
            break
    for name, blueprint in blueprints.items():
        seeds[name] = complete(blueprint.program, seeds[name])
        for step in blueprint.steps:
            for write in step.writes.values():
                if isinstance(write, Redact):
                    seeds[name].setdefault(write.words, [])
    return Located(found, Sealed(tuple(people), seeds), asked)


def _carry(seeds: Seeds, old: Seeds) -> None:
    """Frozen keys and words of an earlier look join the present ones, and keys that led on to other stores."""
    for name, values in old.items():
        if name.startswith(FROZEN):
            seeds[name] = _merged(seeds.get(name, []), values)


def _merged(one: Sequence[Key], other: Sequence[Key]) -> list[Key]:
    return list(dict.fromkeys([*one, *other]))


def _count(
    world: World,
    blueprint: Blueprint,
    look: Reading,
    seeds: Mapping[str, Seeds],
    people: Sequence[SubjectRef],
) -> Found:
    found = Found(blueprint.store)
    found.counts.update(hand_over(world, blueprint, look, seeds, people))
    for stand_in in blueprint.stand_ins:
        if (lacking := _missing(stand_in, seeds[blueprint.store])) > 0:
            found.missing[stand_in.seed] = (stand_in, lacking)
    for name in _counted(blueprint):
        found.counts[name] = look.count(name)
    for kept in blueprint.kept:
        if kept.rule and kept.date_column and found.counts[kept.set]:
            found.years[kept.set] = look.groups(kept.set, kept.date_column)
    return found


def hand_over(
    world: World,
    blueprint: Drawn,
    look: Reading,
    seeds: Mapping[str, Seeds],
    people: Sequence[SubjectRef],
) -> dict[str, int]:
    """Count the people themselves, refuse where they cannot be told apart, and pass on the keys that lead further."""
    counts = {}
    for table, name in blueprint.me.items():
        counts[name] = look.count(name)
        _one_each(world, table, name, counts[name], people)
    for hand in blueprint.handovers:
        values = look.values(hand.set, hand.columns)
        for seed in hand.seeds:
            for other in seeds.values() if not seed.startswith("frozen:") else (seeds[blueprint.store],):
                other[seed] = _merged(other.get(seed, []), values)
    return counts


def prepare(blueprint: Drawn, store: Store, seeds: Seeds, people: Sequence[SubjectRef]) -> None:
    """Values that sets of the same store are told by: words that name the people, keys of the placeholders."""
    if not blueprint.words and not blueprint.stand_ins:
        return
    with store.reading(blueprint.program, complete(blueprint.program, seeds)) as look:
        for seed, sources in blueprint.words.items():
            rows = [row for source in sources for row in look.values(source.set, source.columns)]
            words = [(" ".join(str(value) for value in row if value),) for row in rows]
            words += [(value,) for person in people for value in _words_of(person, seed)]
            long = [word for (word,) in words if len(str(word)) >= SHORTEST_WORD]
            seeds[seed] = _merged(seeds.get(seed, []), [(text,) for word in long for text in _spelled(word)])
        for stand_in in blueprint.stand_ins:
            if stand_in.tenant and f"tenant:{stand_in.table}" not in seeds:
                seeds[f"tenant:{stand_in.table}"] = list(look.values(stand_in.me, (stand_in.tenant,)))
    with store.reading(blueprint.program, complete(blueprint.program, seeds)) as look:
        for stand_in in blueprint.stand_ins:
            columns = (stand_in.tenant, *stand_in.key) if stand_in.tenant else stand_in.key
            found = list(look.values(stand_in.set, columns))
            seeds[stand_in.seed] = found
            seeds[stand_in.keys] = [key[-1:] for key in found]


def _missing(stand_in: StandInDraft, seeds: Seeds) -> int:
    """How many placeholders there are not yet."""
    wanted = len(seeds[f"tenant:{stand_in.table}"]) if stand_in.tenant else 1
    return wanted - len({key[0] for key in seeds[stand_in.seed]})


def _spelled(word: object) -> Iterator[str]:
    """A word as it stands in a text, and in the HTML of a text."""
    text = str(word)
    yield text
    if (escaped := html.escape(text)) != text:
        yield from (escaped, escaped.replace("&#x27;", "&#39;"), escaped.replace("&#x27;", "&apos;"))


def _words_of(person: SubjectRef, seed: str) -> Iterator[str]:
    kinds = seed.rpartition(":")[2].split(",")
    return (value for kind, value in person.identifiers.items() if kind in kinds)


def _counted(blueprint: Blueprint) -> list[str]:
    names = [*blueprint.own.values(), *(s.set for s in blueprint.steps), *(k.set for k in blueprint.kept)]
    return list(dict.fromkeys([*names, *(reach.set for reach in blueprint.reached)]))


def _one_each(world: World, table: str, name: str, rows: int, people: Sequence[SubjectRef]) -> None:
    """One row at most for each person, unless keys were given: two rows may be two people (attacks 12 and 13)."""
    by_key = all("key" in person.identifiers for person in people)
    distinct = len({tuple(sorted(person.identifiers.items())) for person in people})
    if rows > distinct and not by_key:
        raise PlanError(
            [
                Finding(
                    "WB411",
                    Place(path=f"tables.{table}"),
                    f"{rows} rows match where {distinct} data subject(s) were asked about.",
                    "They may be different people: a shared mailbox, the same name, a number given out again.",
                    "Find out which row is meant, and name it by its key.",
                )
            ]
        )


def given_seeds(world: World, blueprint: Drawn, people: Sequence[SubjectRef]) -> Seeds:
    """The seeds that hold what was given about the people, in the types of the columns they are held against."""
    seeds = Seeds()
    for set in blueprint.program.sets:
        facts = world.schemas[blueprint.store].tables.get(set.table)
        for given in _givens(set.rows):
            if not given.seed.startswith("given:"):
                continue
            kinds, _, wanted = given.seed.removeprefix("given:").partition("+as+")
            rows = []
            for person in people:
                if "+".join(kinds_of(person)) == kinds:
                    values = tuple(person.identifiers[kind] for kind in wanted.split("+"))
                    families = [c.family if facts and (c := facts.column(n)) else Family.TEXT for n in given.columns]
                    typed = tuple(_typed(v, f) for v, f in zip(values, families, strict=True))
                    rows += [typed] if None not in typed else []
            seeds[given.seed] = _merged(seeds.get(given.seed, []), rows)
    return seeds


def _typed(value: str, family: Family) -> object:
    """A given identifier as the column's type; None where it cannot be one (it then matches nothing)."""
    if family is Family.NUMBER:
        return int(value) if value.lstrip("-").isdigit() and str(int(value)) == value else None
    return value


def _givens(rows: Rows) -> Iterator[Given]:
    match rows:
        case Given():
            yield rows
        case Both(parts) | Either(parts):
            for part in parts:
                yield from _givens(part)
        case Not(inner):
            yield from _givens(inner)
        case Leads():
            yield from _givens(rows.rows)


def _seed_names(rows: Rows) -> Iterator[str]:
    match rows:
        case Given() | Mentions() | Collides():
            yield rows.seed
        case Both(parts) | Either(parts):
            for part in parts:
                yield from _seed_names(part)
        case Not(inner):
            yield from _seed_names(inner)
        case Leads():
            yield from _seed_names(rows.rows)


def complete(program: Program, seeds: Seeds) -> Seeds:
    """The same seeds with an empty one for every name the program speaks of."""
    whole = Seeds(seeds)
    for set in program.sets:
        for name in _seed_names(set.rows):
            whole.setdefault(name, [])
    return whole


def _abroad(world: World) -> bool:
    return any(not arm.same_store for table in world.tables.values() for arm in table.arms)


def in_order(world: World, stores: Sequence[str]) -> list[str]:
    """Stores that others lead to first; in a circle, the order of the map."""
    needs = {
        name: {a.target.partition(".")[0] for t in world.in_store(name) for a in t.arms if not a.same_store}
        for name in stores
    }
    ordered: list[str] = []
    while len(ordered) < len(stores):
        ready = [name for name in stores if name not in ordered and needs[name] <= set(ordered)]
        ordered += ready or [next(name for name in stores if name not in ordered)]
    return ordered
