"""Who else has the same identifier: a hit that fits somebody who is still there is listed apart, not called a leftover.

The tables of people are read once, without the people of the plan, and only when there is something to decide.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from waarborg.datamap.model import Identifier
from waarborg.plans.drafts import Blueprint
from waarborg.plans.identifiers import FrozenWords, folded, frozen_columns, named_by
from waarborg.plans.locate import complete
from waarborg.plans.resolve import Mapped, World
from waarborg.stores.contract import All, Both, Compare, In, Leads, Not, Program, Rows, RowSet, Seeds, Store

OTHERS = "others"


def namesakes(
    world: World,
    blueprints: Mapping[str, Blueprint],
    stores: Mapping[str, Store],
    seeds: Mapping[str, Seeds],
    words: FrozenWords,
    wanted: Collection[int],
) -> Mapping[int, str]:
    """Which of the wanted words are identifiers of people outside the plan, and of what kind."""
    spellings = {folded(words.needles[at]): word for at, word in enumerate(words.of) if word in wanted}
    found: dict[int, str] = {}
    for table in world.tables.values() if spellings else ():
        if table.decl.subject is None or table.facts.view:
            continue
        store = table.decl.store
        for kind, value, _ in _names(table, blueprints[store], stores[store], seeds[store], world):
            if (word := spellings.get(folded(value))) is not None:
                found.setdefault(word, kind)
    return found


def _names(
    table: Mapped, blueprint: Blueprint, store: Store, seeds: Seeds, world: World
) -> Iterator[tuple[str, str, bool]]:
    """What everybody else in a table of people is called."""
    subject = table.decl.subject
    assert subject is not None  # noqa: S101 - callers ask only for tables of people
    sets = [*blueprint.program.sets, RowSet(OTHERS, table.local, _others(table, blueprint))]
    looks: list[tuple[str, tuple[str, ...], Identifier | None]] = []
    if columns := frozen_columns(subject):
        looks.append((OTHERS, columns, None))
    for one in subject.identifiers:
        if one.table:
            name = f"{OTHERS}:{one.kind}"
            leads = Leads(one.by, table.local, subject.key or table.facts.key, In(OTHERS))
            sets.append(RowSet(name, world.tables[one.table].local, leads))
            looks.append((name, one.columns, one))
    program = Program(tuple(sets))
    for name, columns, holder in looks:
        with store.reading(program, complete(program, seeds)) as look:
            for block in look.rows(name, columns):
                for row in block:
                    named = dict(zip(columns, row, strict=True))
                    yield from named_by(subject, named, holder)


def _others(table: Mapped, blueprint: Blueprint) -> Rows:
    """The people in a table who are not those of the plan."""
    subject = table.decl.subject
    parts: list[Rows] = []
    if table.name in blueprint.own:
        parts.append(Not(In(blueprint.own[table.name])))
    if subject and subject.nobody:
        parts.append(Not(Compare((subject.key or table.facts.key)[0], "in", subject.nobody)))
    for column, values in subject.where.items() if subject else ():
        parts.append(Compare(column, "null") if values == (None,) else Compare(column, "in", values))
    return Both(tuple(parts)) if parts else All()
