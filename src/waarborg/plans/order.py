"""An order of statements that the foreign keys allow, found when planning and never by switching checks off.

Rows are added first, links cut second, rows deleted last: those that refer before those that are referred to. Rows that
would collide at the stand-in go before the others are pointed there, and what refers to them goes before that. Where
tables refer to each other in a circle, a nullable reference in the rows that go is cleared first; else the engine
deletes them in one act (or looks at the end only); else no order exists and the plan fails, naming the constraint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter

from waarborg.errors import Finding, Place, PlanError
from waarborg.plans.constraints import clearable as empties
from waarborg.plans.drafts import StepDraft
from waarborg.plans.resolve import World
from waarborg.plans.sets import clearable
from waarborg.stores.contract import Abilities, Constant, ForeignKey, Write
from waarborg.terms import Treatment


@dataclass(frozen=True, slots=True)
class Ordered:
    """Steps in order, and which sets go together with a deletion."""

    steps: tuple[StepDraft, ...]
    together: Mapping[str, tuple[str, ...]]


def order(steps: Sequence[StepDraft], world: World, store: str, abilities: Abilities) -> Ordered:
    """Put the steps of one store in an order that its constraints allow. Raises `PlanError` WB410 where none exists."""
    doubles = [step for step in steps if ":double:" in step.id]
    deletes = {
        world.tables[step.table].local: step
        for step in steps
        if step.treatment is Treatment.DELETE and step not in doubles
    }
    updates = [step for step in steps if step.treatment is not Treatment.DELETE]
    updates.sort(key=lambda step: bool(set(step.writes) & set(world.tables[step.table].facts.key)))
    edges = _references(world, store, deletes)
    cleared: list[StepDraft] = []
    groups: dict[str, tuple[str, ...]] = {}
    while True:
        sorter: TopologicalSorter[str] = TopologicalSorter()
        for local in sorted(deletes, key=lambda name: _subject_last(world, deletes[name])):
            sorter.add(local)
        for child, parent in edges:
            sorter.add(parent, child)
        try:
            names = list(sorter.static_order())
            break
        except CycleError as error:
            circle = list(dict.fromkeys(error.args[1]))
            cleared += _break(circle, edges, world, store, deletes, abilities, groups)
    behind = {name for group in groups.values() for name in group}
    ordered = [deletes[name] for name in _subjects_last(names, world, deletes, edges) if name not in behind]
    together = {deletes[head].set: tuple(deletes[name].set for name in group) for head, group in groups.items()}
    found = _cut_and_delete(doubles, updates, [*cleared, *ordered], world)
    found.sort(key=lambda step: not world.tables[step.table].facts.transactional)  # what cannot be rolled back, last
    return Ordered(tuple(found), together)


def _cut_and_delete(
    doubles: Sequence[StepDraft],
    updates: Sequence[StepDraft],
    deletes: Sequence[StepDraft],
    world: World,
) -> list[StepDraft]:
    """Updates before deletions; doubles before the updates of their table, after all that goes and refers to them."""
    doubled = {step.table for step in doubles}
    before: set[str] = set()
    while True:
        targets = {world.tables[name].local for name in doubled | before}
        more = {
            step.table
            for step in deletes
            if any(ref.table in targets for ref in world.tables[step.table].facts.foreign_keys)
        } - doubled
        if more <= before:
            break
        before |= more
    return [
        *(step for step in updates if step.table not in doubled),
        *(step for step in deletes if step.table in before),
        *doubles,
        *(step for step in updates if step.table in doubled),
        *(step for step in deletes if step.table not in before),
    ]


def _references(world: World, store: str, deletes: Mapping[str, StepDraft]) -> dict[tuple[str, str], list[ForeignKey]]:
    """Foreign keys between tables that both lose rows: child and parent."""
    found: dict[tuple[str, str], list[ForeignKey]] = {}
    schema = world.schemas[store]
    for local in deletes:
        for reference in schema.tables[local].foreign_keys:
            if reference.table in deletes and reference.table != local:
                found.setdefault((local, reference.table), []).append(reference)
    return found


def _break(
    circle: Sequence[str],
    edges: dict[tuple[str, str], list[ForeignKey]],
    world: World,
    store: str,
    deletes: Mapping[str, StepDraft],
    abilities: Abilities,
    groups: dict[str, tuple[str, ...]],
) -> list[StepDraft]:
    """Take a circle apart: a reference that may be empty is cleared first; else its tables go in one act."""
    pairs = [pair for pair in edges if pair[0] in circle and pair[1] in circle]
    for pair in pairs:
        table = world.by_local(store, pair[0])
        if table and pair[0] not in groups and all(clearable(table, reference) for reference in edges[pair]):
            return _clear_first(world, table.name, deletes[pair[0]], pair, edges)
    if abilities.cyclic_delete:
        _group(circle, edges, groups)
        return []
    names = ", ".join(sorted({reference.name or pair[0] for pair in pairs for reference in edges[pair]}))
    raise PlanError(
        [
            Finding(
                "WB410",
                Place(path=f"{store}.{circle[0]}"),
                f"No order of statements satisfies the constraints {names}.",
                "The rows refer to each other, no reference may be empty, and this engine cannot defer the check.",
                "Make one of these references nullable or deferrable, or let one of the tables be reduced.",
            )
        ]
    )


def _group(
    circle: Sequence[str], edges: dict[tuple[str, str], list[ForeignKey]], groups: dict[str, tuple[str, ...]]
) -> None:
    """Put the tables of a circle behind one of them, which from now on stands for all in the order."""
    head = min(circle)
    groups[head] = tuple(sorted({one for name in circle for one in (name, *groups.pop(name, ()))} - {head}))
    for child, parent in [pair for pair in edges if set(pair) & set(circle)]:
        references = edges.pop((child, parent))
        pair = (head if child in circle else child, head if parent in circle else parent)
        if pair[0] != pair[1]:
            edges.setdefault(pair, []).extend(references)


def _clear_first(
    world: World,
    table: str,
    step: StepDraft,
    pair: tuple[str, str],
    edges: dict[tuple[str, str], list[ForeignKey]],
) -> list[StepDraft]:
    found = []
    facts = world.tables[table].facts
    for number, reference in enumerate(edges.pop(pair)):
        names = [n for n in reference.columns if (c := facts.column(n)) and empties(facts, c)]
        writes: dict[str, Write] = {name: Constant(None) for name in names}
        id = f"untie:{pair[0]}:{pair[1]}:{number}"
        columns = dict.fromkeys(names, Treatment.CLEAR)
        found.append(replace(step, id=id, treatment=Treatment.CLEAR, writes=writes, columns=columns))
    return found


def _subject_last(world: World, step: StepDraft) -> tuple[bool, str]:
    return bool(world.tables[step.table].decl.subject), step.table


def _subjects_last(
    names: list[str],
    world: World,
    deletes: Mapping[str, StepDraft],
    edges: Mapping[tuple[str, str], list[ForeignKey]],
) -> list[str]:
    """The same order with tables of people as late as their references allow: the identity row goes last."""
    subjects = [name for name in names if world.tables[deletes[name].table].decl.subject]
    rest = [name for name in names if name not in subjects]
    moved = [*rest, *subjects]
    place = {name: position for position, name in enumerate(moved)}
    return moved if all(place[child] < place[parent] for child, parent in edges) else names
