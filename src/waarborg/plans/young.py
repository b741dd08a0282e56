"""Rows that show somebody below the minimum age of the policy: found by their birth date, and led into an erasure.

    found = young(planner, at)                    # [Young("app.member", "birth_date", 2, people), …]
    work.plan([who for one in found for who in one.people])

A birth date is what the policy names under `children.birth_date`, wherever the map says that a column holds it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from waarborg.clock import add_months
from waarborg.plans.identifiers import frozen_columns, named_by
from waarborg.plans.planner import Planner
from waarborg.plans.resolve import Mapped
from waarborg.plans.rules import before, today_of
from waarborg.plans.sets import Ownership
from waarborg.stores.contract import NONE, Both, Compare, In, Leads, Not, Program, Reading, Rows, RowSet, Seeds
from waarborg.stores.matching import form
from waarborg.terms import WEAK, SubjectRef


@dataclass(frozen=True, slots=True)
class Young:
    """Rows of one table that show a person who is too young."""

    table: str
    column: str
    rows: int
    people: tuple[SubjectRef, ...] = field(repr=False)
    """Who they are; fewer than `rows` where a row leads to nobody."""


def cutoff(minimum_age: int, today: date) -> date:
    """Who was born after this day is younger.

    >>> cutoff(16, date(2028, 2, 29)).isoformat()
    '2012-02-29'
    """
    return add_months(today, -12 * minimum_age)


def columns_of(planner: Planner) -> list[tuple[Mapped, str]]:
    """The columns of the map that hold the birth date of the policy."""
    ref = planner.policy.children.birth_date
    return [
        (table, name)
        for table in planner.world().tables.values()
        for name, decl in table.decl.columns.items()
        if ref and decl.category == ref and not table.facts.view
    ]


def young(planner: Planner, at: datetime) -> tuple[Young, ...]:
    """Every table with rows of somebody too young. Reads only; raises `StoreError` where a store is out of reach.

    Nobody is too young where parents consented, which the policy then says.
    """
    policy = planner.policy
    if policy.minimum_age is None or policy.children.parental_consent:
        return ()
    last = cutoff(policy.minimum_age, today_of(policy, at)) + timedelta(days=1)
    found = []
    for table, column in columns_of(planner):
        rows: Rows = Both((Not(before(table, column, last)), Not(Compare(column, "null")), *_people(table)))
        found += _found(planner, table, column, rows)
    return tuple(found)


def _found(planner: Planner, table: Mapped, column: str, rows: Rows) -> list[Young]:
    """The rows, and who they are: by what tells them apart in every store, or by the key of their own row."""
    program: list[RowSet] = [RowSet("young", table.local, rows)]
    target, whose = _whose(planner, table)
    if target is not None:
        program.append(RowSet("whose", target.local, whose))
    with planner.stores[table.decl.store].reading(Program(tuple(program)), Seeds()) as look:
        count = look.count("young")
        people = tuple(_named(target, look)) if count and target is not None else ()
    return [Young(table.name, column, count, people)] if count else []


def _named(target: Mapped, look: Reading) -> Iterator[SubjectRef]:
    subject = target.decl.subject
    if subject is None:
        return
    key, columns = subject.key or target.facts.key, frozen_columns(subject)
    for row in look.values("whose", (*key, *columns)):
        cells = dict(zip(columns, row[len(key) :], strict=True))
        strong = {kind: value for kind, value, _ in named_by(subject, cells) if kind not in WEAK}
        if "email" in strong:  # known to every table that holds the address, not to their own row alone
            yield SubjectRef({"email": strong["email"]})
        elif strong:
            kind = min(strong)
            yield SubjectRef({kind: strong[kind]})
        elif len(key) == 1 and (text := form(row[0])):
            yield SubjectRef({"key": text}, target.name)


def _people(table: Mapped) -> list[Rows]:
    """In a table of people: those rows that are people, and no placeholder."""
    subject = table.decl.subject
    found: list[Rows] = [Not(Ownership.nobody(table))] if subject and subject.nobody else []
    return found + ([Not(Ownership.placeholder(table))] if subject and subject.stand_in else [])


def _whose(planner: Planner, table: Mapped) -> tuple[Mapped | None, Rows]:
    """The table of people that the rows are of, and which of its rows those are."""
    if table.decl.subject:
        return table, In("young")
    for arm in table.owners:
        target = planner.world().tables[arm.target]
        if target.decl.subject and arm.same_store and not arm.link.through:
            return target, Leads(arm.to_columns, table.local, arm.columns, In("young"))
    return None, NONE
