"""Rows that show somebody below the minimum age of the policy: found by their birth date, and led into an erasure.

    found = young(planner, at)                    # [Young("app.member", "birth_date", 2, people), …]
    work.plan([who for one in found for who in one.people])

A birth date is what the policy names under `children.birth_date`, wherever the map says that a column holds it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from waarborg.clock import add_months
from waarborg.plans.planner import Planner
from waarborg.plans.resolve import Mapped
from waarborg.plans.rules import before, today_of
from waarborg.plans.sets import Ownership
from waarborg.stores.contract import Both, Compare, Not, Program, Rows, RowSet, Seeds
from waarborg.stores.matching import form
from waarborg.terms import SubjectRef


@dataclass(frozen=True, slots=True)
class Young:
    """Rows of one table that show a person who is too young."""

    table: str
    column: str
    rows: int
    people: tuple[SubjectRef, ...] = field(repr=False)
    """Who they are, by the keys of their rows; fewer than `rows` where a row leads to nobody."""


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
        target, columns = _leading(planner, table)
        program = Program((RowSet("young", table.local, rows),))
        with planner.stores[table.decl.store].reading(program, Seeds()) as look:
            count = look.count("young")
            keys = look.values("young", columns) if count and len(columns) == 1 else []
        if count:
            people = tuple(SubjectRef({"key": text}, target) for (key,) in keys if (text := form(key)))
            found.append(Young(table.name, column, count, people))
    return tuple(found)


def _people(table: Mapped) -> list[Rows]:
    """In a table of people: those rows that are people, and no placeholder."""
    subject = table.decl.subject
    found: list[Rows] = [Not(Ownership.nobody(table))] if subject and subject.nobody else []
    return found + ([Not(Ownership.placeholder(table))] if subject and subject.stand_in else [])


def _leading(planner: Planner, table: Mapped) -> tuple[str, tuple[str, ...]]:
    """The table of people that the rows are of, and the columns that hold its key."""
    if table.decl.subject:
        return table.name, table.decl.subject.key or table.facts.key
    for arm in table.owners:
        target = planner.world().tables[arm.target]
        if target.decl.subject and arm.to_columns == (target.decl.subject.key or target.facts.key):
            return arm.target, arm.columns
    return "", ()
