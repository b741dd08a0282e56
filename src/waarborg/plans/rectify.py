"""Rectification (Art. 16) as a plan: the right value, in every copy, for the same person as before.

    plan, sealed = plan_rectification(planner, person, {"account.email": "jan@new.example"})

A change names a data reference of the policy (`account.email`) or one column (`app.member.email`). What follows is

* the *first* cells: the columns of that item in the rows that are this person (or, where it stands in none of these, in
  the rows that are theirs). They hold the old value, or nothing; anything else by the time the plan is carried out is
  stale;
* the *copies*: cells of that item in everything that is theirs or describes them, and every column by whose value rows
  lead to them, as far as they hold the old value in any spelling. Each is written the way it was (`form`).

What a law or a hold keeps stays as it was recorded, and what others wrote stays theirs: both are said. New and old
values travel as seeds and are sealed with the plan; nothing of them is in the plan itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from waarborg.datamap.model import SECRET, TECHNICAL
from waarborg.errors import Finding, Place, PlanError, Severity, near_miss
from waarborg.plans.allowed import judged
from waarborg.plans.correct import Correcting, family_seed, key_of, old_seed, self_seed, somebody_seed
from waarborg.plans.drafts import Blueprint
from waarborg.plans.locate import asked_of, complete, locate
from waarborg.plans.model import Plan, Sealed
from waarborg.plans.planner import Planner, enough
from waarborg.plans.resolve import Mapped, World
from waarborg.plans.rules import keepings, today_of
from waarborg.plans.sets import hand_seed
from waarborg.plans.values import derived, kinds_of, spellings, typed, unfit, wear
from waarborg.stores.contract import Key, Seeds
from waarborg.stores.matching import form
from waarborg.terms import WEAK, Right, SubjectRef

MOST_CHECKED = 200
"""Rows of one table whose new values are held against its CHECK constraints one by one."""


@dataclass(slots=True)
class Change:
    """One item that is corrected, with everything that was decided about it. Personal: sealed with the plan."""

    ref: str
    column: str
    """`store.table.column` where one column was named; else empty: every column of the item."""
    new: str = field(repr=False)
    old: str | None = field(default=None, repr=False)
    """The value that was there; None where there was none."""
    first: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """By table, by column: the form in which the first cells are written."""
    copies: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """The same for copies."""
    rows: str = "self"
    """Whether the first cells are in the rows that are the person (`self`) or in all that is theirs (`own`)."""
    kinds: list[str] = field(default_factory=list)
    """The kinds of identifier that this item is."""


def plan_rectification(planner: Planner, person: SubjectRef, changes: Mapping[str, str]) -> tuple[Plan, Sealed]:
    """What correcting these items of one person would do, and the sealed side of it. Touches nothing.

    Raises `PlanError` with everything that stands in the way: WB463 (a value that cannot be), WB464 (an item that
    cannot be corrected), WB465 (the value is somebody else's), WB466 (it cannot be told which cell is meant).
    """
    enough([person], planner.datamap)
    made = [_change(planner, name, value.strip()) for name, value in changes.items()]
    if not made:
        raise PlanError.one("WB464", "Nothing is to be corrected.", "", "Name an item and its value: account.email=…")
    findings = [one for change in made for one in _fit(planner, change)]
    if not findings:
        looks = _looks(planner, person)
        findings = [one for change in made for one in _decide(planner, person, change, looks)]
    if findings:
        raise PlanError(list(dict.fromkeys(findings)))
    more = {"changes": [_plain(one) for one in made]}
    blueprints = drawn(planner, Sealed((person,), {}, more), planner.clock.now())
    country = planner.policy.controller.country
    known = {name: _values(planner.world(), name, made, country) for name in planner.stores}
    asked = asked_of([person], frozen=True)
    found = locate(planner.world(), blueprints, planner.stores, [person], asked, known=known)
    plan = planner.made(found, blueprints, planner.rules([person]), right=Right.RECTIFICATION)
    notes = _checked(planner, blueprints, found.sealed.seeds)
    return replace(plan, notes=(*plan.notes, *notes)), replace(found.sealed, more=more)


def drawn(planner: Planner, sealed: Sealed, at: datetime) -> dict[str, Blueprint]:
    """What a rectification does in each store, from what was sealed with its plan."""
    world, policy, people = planner.world(), planner.policy, sealed.people
    rules = keepings(policy, at, planner.held(people))
    asked, changes = asked_of(people, frozen=True), changes_of(sealed)
    return {name: Correcting(world, policy, name, asked, rules, changes).blueprint() for name in planner.stores}


def changes_of(sealed: Sealed) -> list[Change]:
    """The changes that were sealed with a plan."""
    return [Change(**one) for one in sealed.more.get("changes", ())]


def sought(sealed: Sealed) -> Sealed:
    """What a search for leftovers looks for after a rectification: the old values, and not the person."""
    olds = [SubjectRef({change.kinds[0] if change.kinds else change.ref.rpartition(".")[2]: change.old})
            for change in changes_of(sealed) if change.old and change.old != change.new]  # fmt: skip
    return replace(sealed, people=tuple(olds))


def _plain(change: Change) -> dict[str, Any]:
    return {name: getattr(change, name) for name in Change.__slots__}


# ------------------------------------------------------------------------------------------------ what is asked


def _change(planner: Planner, name: str, new: str) -> Change:
    """A change with its item. Raises `PlanError` WB464 where the policy or the map knows no such thing."""
    policy, datamap = planner.policy, planner.datamap
    table, _, column = name.rpartition(".")
    if table in datamap.tables:
        decl = datamap.tables[table].columns.get(column)
        if decl is None or decl.category in (SECRET, TECHNICAL):
            raise _cannot(name, "The data map says of no such column that it holds data of a person.")
        return Change(decl.category, name, new)
    if not policy.has(name) or "." not in name:
        items = [f"{one.id}.{item}" for one in policy.data.values() for item in one.items]
        raise _cannot(name, "The policy declares no such item.", near_miss(name, items))
    return Change(name, "", new)


def _cannot(name: str, what: str, todo: str = "") -> PlanError:
    why = "Only what the policy names and the data map can find is corrected."
    return PlanError.one("WB464", what, why, todo or "Name an item (account.email) or a column (app.member.email).",
                         Place(path=name))  # fmt: skip


def _columns(world: World, change: Change) -> Iterator[tuple[Mapped, str]]:
    """The columns that hold the item: all of them, or the one that was named."""
    for table in world.tables.values():
        for column, decl in table.decl.columns.items():
            named = f"{table.name}.{column}" == change.column
            if decl.category == change.ref and (named or not change.column) and not table.facts.view:
                yield table, column


def _identifiers(world: World, change: Change) -> Iterator[str]:
    """The kinds of identifier whose value is this item."""
    held = {(table.name, column) for table, column in _columns(world, change)}
    for table in world.tables.values():
        for one in table.decl.subject.identifiers if table.decl.subject else ():
            if (one.table or table.name, one.column) in held and not one.more:
                yield one.kind


def _fit(planner: Planner, change: Change) -> Iterator[Finding]:
    """Whether the new value can be one of its item, and of each column that will hold it."""
    world, country = planner.world(), planner.policy.controller.country
    place = Place(path=change.column or change.ref)
    columns = list(_columns(world, change))
    if not columns:
        yield from _cannot(place.path, "No column of the data map holds this item.").findings
        return
    change.kinds = sorted(dict.fromkeys(_identifiers(world, change)))
    kinds = kinds_of([change.ref, *change.kinds])
    today = today_of(planner.policy, planner.clock.now())
    for says in unfit(change.new, kinds, today, country):
        yield _unfit(place, says)
    for table, name in columns:
        column = table.facts.column(name)
        if column and (says := typed(change.new, column)[1]):
            yield _unfit(Place(path=f"{table.name}.{name}"), says)


def _unfit(place: Place, says: str) -> Finding:
    why = "A value that the database or its readers would refuse is found when planning."
    return Finding("WB463", place, f"The new value cannot stand here. {says}", why, "Give another value.")


# ------------------------------------------------------------------------------------------------ what is there


def _values(world: World, store: str, changes: Sequence[Change], country: str) -> Seeds:
    """Old values in every spelling, new values in each form and type that a column of this store asks for."""
    seeds = Seeds()
    for number, change in enumerate(changes):
        seeds[old_seed(number)] = [(one,) for one in spellings(change.old, country)] if change.old else []
        seeds[somebody_seed(number)] = [(change.new,)]
        for name, columns in (*change.first.items(), *change.copies.items()):
            table = world.tables[name]
            for column, forms in columns.items() if table.decl.store == store else ():
                facts = table.facts.column(column)
                if facts is None:
                    continue
                value = typed(wear(forms, change.new, country), facts)[0]
                seeds[family_seed(number, facts, forms)] = [(value,)]
                if (column,) == key_of(table):  # the new key leads to the row as the old one did
                    seeds[self_seed(name)] = seeds[hand_seed("frozen", name, (column,))] = [(value,)]
    return seeds


@dataclass(slots=True)
class _Look:
    """The values of single columns over sets of one store."""

    planner: Planner
    blueprint: Blueprint
    seeds: Seeds

    def values(self, name: str, column: str) -> list[object] | None:
        """The values of a column over a set; None where there is no such set, empty where it has no rows."""
        program = self.blueprint.program
        if not any(one.name == name for one in program.sets):
            return None
        with self.planner.stores[self.blueprint.store].reading(program, complete(program, self.seeds)) as look:
            return [row[0] for row in look.values(name, (column,))]


def _looks(planner: Planner, person: SubjectRef) -> dict[str, _Look]:
    """Where this person's rows are, before anything is decided."""
    blueprints = drawn(planner, Sealed((person,), {}), planner.clock.now())
    asked = asked_of([person], frozen=True)
    found = locate(planner.world(), blueprints, planner.stores, [person], asked)
    return {name: _Look(planner, one, found.sealed.seeds[name]) for name, one in blueprints.items()}


def _decide(planner: Planner, person: SubjectRef, change: Change, looks: Mapping[str, _Look]) -> Iterator[Finding]:
    """Which cells are meant, what stood there, and how each copy is written."""
    world, country = planner.world(), planner.policy.controller.country
    columns = list(_columns(world, change))
    cells: dict[tuple[str, str], list[object]] = {}
    for change.rows in ("self", "own"):
        for table, name in columns:
            if found := looks[table.decl.store].values(f"{change.rows}:{table.local}", name):
                cells[table.name, name] = found
        if cells:
            break
    if not cells:
        place = Place(path=change.column or change.ref)
        why = "Nothing of this person holds it, so there is nothing to correct or to complete."
        yield Finding("WB464", place, "This person has no row with this item.", why, "Try another identifier or item.")
        return
    filled = {place: [text for cell in found if (text := form(cell))] for place, found in cells.items()}
    given = [person.identifiers[kind] for kind in change.kinds if person.identifiers.get(kind)]
    olds = _matching(filled, given, country) or [text for texts in filled.values() for text in texts]
    if len({_folded(one, country) for one in olds}) > 1:
        yield _several(change)
        return
    change.old = min(olds, key=_plainest, default=None)
    for (where, name), texts in filled.items():
        if not texts or any(_same(one, change.old, country) for one in texts):
            forms = _form(world.tables[where], name, change, texts, country)
            if forms is None:
                yield _underived(world.tables[where], name)
                continue
            change.first.setdefault(where, {})[name] = forms
    yield from _twice(world, change, country)
    for table, name in Correcting.copied(world, change) if change.old else ():
        if name not in change.first.get(table.name, {}):
            change.copies.setdefault(table.name, {})[name] = _copy_form(table, name, change, looks, country)


def _plainest(text: str) -> tuple[bool, bool, str]:
    """Of several spellings of one value, the one that the others are made from: with capitals, with blanks."""
    return text == text.lower(), " " not in text, text


def _matching(filled: Mapping[tuple[str, str], list[str]], given: Sequence[str], country: str) -> list[str]:
    """Of several values the one by which the person was asked for."""
    return [text for texts in filled.values() for text in texts if any(_same(text, one, country) for one in given)]


def _folded(text: str, country: str) -> str:
    """A value without the spelling that copies differ in."""
    return wear(("compact", "phone", "lowercase"), text, country)


def _same(one: str, other: str | None, country: str) -> bool:
    return other is not None and _folded(one, country) == _folded(other, country)


def _form(table: Mapped, name: str, change: Change, cells: Iterable[object], country: str) -> list[str] | None:
    declared = table.decl.columns[name].form if name in table.decl.columns else ()
    found = declared or derived(name, change.old or "", cells if change.old else (), change.new, country)
    return None if found is None else list(found)


def _copy_form(table: Mapped, name: str, change: Change, looks: Mapping[str, _Look], country: str) -> list[str]:
    """How a copy is written: what it makes of the old value where all of them agree, else as the value itself."""
    look = looks[table.decl.store]
    cells = [
        cell for cell in look.values(f"own:{table.local}", name) or () if _same(form(cell) or "", change.old, country)
    ]
    return _form(table, name, change, cells, country) or []


def _twice(world: World, change: Change, country: str) -> Iterator[Finding]:
    """Two columns of one row hold the item, and nothing tells which of them is the derived one."""
    for table, columns in change.first.items():
        plain = [
            name for name, forms in columns.items() if not forms and not world.tables[table].decl.columns[name].form
        ]
        differs = any(wear((way,), change.new, country) != change.new for way in ("lowercase", "compact"))
        like = kinds_of([change.ref, *change.kinds]) & {"email", "iban"}
        if len(plain) > 1 and differs and like:
            yield _underived(world.tables[table], plain[-1])


def _several(change: Change) -> Finding:
    return Finding(
        "WB466",
        Place(path=change.column or change.ref),
        "This person has several different values of this item.",
        "One of them is wrong, and the others would be written over.",
        "Name the column (app.member.email), or name the person by the value that is wrong.",
    )


def _underived(table: Mapped, name: str) -> Finding:
    place = Place(table.decl.place.file, table.decl.place.line, 0, f"tables.{table.name}.columns.{name}")
    return Finding(
        "WB466",
        place,
        "Several columns of this row hold the item, and nothing says how this copy is written.",
        "A copy in another spelling would no longer be found, or two people could have one address.",
        "Say it in the data map: {is: …, form: lowercase}.",
    )


# ------------------------------------------------------------------------------------------------ constraints


def _checked(planner: Planner, blueprints: Mapping[str, Blueprint], seeds: Mapping[str, Seeds]) -> list[Finding]:
    """CHECK constraints held against the rows with their new values: `PlanError` WB463, or a note where not judged."""
    findings: list[Finding] = []
    for store, blueprint in blueprints.items():
        for step in blueprint.steps:
            table = planner.world().tables[step.table]
            words = {check: _named(table, check.text) for check in table.facts.checks} if not step.guard else {}
            for check, columns in words.items():
                if not columns & set(step.writes):
                    continue
                new = {name: seeds[store][write.seed][0][0] for name, write in step.writes.items()}  # type: ignore[attr-defined]
                rows = _rows(planner, blueprint, seeds[store], step.set, sorted(columns))
                verdicts = {judged(check.text, row | {c: new[c] for c in columns if c in new}) for row in rows}
                place = Place(path=f"{step.table}.{check.name}")
                if False in verdicts:
                    findings.append(_unfit(place, f"The constraint {check.name} does not allow it."))
                elif None in verdicts:
                    findings.append(_unjudged(place, check.name))
    if errors := [one for one in findings if one.severity is Severity.ERROR]:
        raise PlanError(list(dict.fromkeys(errors)))
    return list(dict.fromkeys(findings))


def _rows(
    planner: Planner, blueprint: Blueprint, seeds: Seeds, name: str, columns: Sequence[str]
) -> list[dict[str, object]]:
    with planner.stores[blueprint.store].reading(blueprint.program, complete(blueprint.program, seeds)) as look:
        found: Sequence[Key] = look.values(name, columns)
    return [dict(zip(columns, row, strict=True)) for row in found[:MOST_CHECKED]]


def _named(table: Mapped, text: str) -> set[str]:
    """The columns that a condition speaks of."""
    words = set(re.findall(r"[^\W\d]\w*", text))
    return {column.name for column in table.facts.columns if column.name in words}


def _unjudged(place: Place, name: str) -> Finding:
    return Finding(
        "WB470",
        place,
        f"The constraint {name} cannot be judged here.",
        "The database will judge it; if it refuses, nothing is changed.",
        "",
        Severity.NOTE,
    )


def strong_kinds(change: Change) -> list[str]:
    """The kinds under which the person is known again after this change."""
    return [kind for kind in change.kinds if kind not in WEAK]
