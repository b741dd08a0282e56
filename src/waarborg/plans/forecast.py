"""What goes when: rows by the month in which they fall due, under which rule, counted in the database from their dates.

What hangs on a row and goes along with it is not counted here: the plan of the day does that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from waarborg.plans.due import CREATED, Due, Group, due_day
from waarborg.plans.resolve import Mapped
from waarborg.plans.sweeper import Sweeper
from waarborg.policy.model import RetentionRule
from waarborg.stores.contract import All, Both, Compare, Not, Program, Rows, RowSet, Seeds

Days = Mapping[str, date | None]
"""The dates of some rows, by column."""


@dataclass(frozen=True, slots=True)
class Falls:
    """Rows of one table that fall due under one rule."""

    rule: str
    table: str
    columns: tuple[str, ...]
    """The columns that go; empty where the whole row does."""
    months: Mapping[date, int]
    """Rows by month, told by its first day; what is due already stands in the present month."""
    undated: int = 0
    """Rows without a date to count from: they never fall due."""

    @property
    def rows(self) -> int:
        """How many rows fall due at all."""
        return sum(self.months.values())


def forecast(sweeper: Sweeper, at: datetime) -> tuple[Falls, ...]:
    """For every table and rule what falls due, from now on. Reads only. Raises `StoreError`."""
    due = sweeper.due(at)
    found: list[Falls] = []
    for table in due.world.tables.values():
        found += _table(sweeper, due, table)
    return tuple(sorted(found, key=lambda one: (one.rule, one.table, one.columns)))


def _table(sweeper: Sweeper, due: Due, table: Mapped) -> Iterator[Falls]:
    groups = [group for group in due.groups(table) if group.rules]
    columns = sorted({column for group in groups for rule in group.rules for column in due.columns(table, rule)})
    if not columns or table.facts.view:
        return
    every: Rows = due.people(table) or All()
    filled = [
        RowSet(f"filled:{number}", table.local, Both((every, _filled(group)))) for number, group in enumerate(groups)
    ]
    program = Program((RowSet("all", table.local, every), *filled))

    def counted(name: str) -> list[tuple[Days, int]]:
        found = look.days(name, columns)
        return [(dict(zip(columns, days, strict=True)), count) for days, count in found.items()]

    with sweeper.planner.stores[table.decl.store].reading(program, Seeds()) as look:
        rows = counted("all")
        parts = [counted(one.name) for one in filled]
    whole = due.rule_of(table)
    for group, part in zip(groups, parts, strict=True):
        alone = len(due.groups(table)) > 1
        months, undated = _months(due, table, [group], part, groups if alone and whole else [])
        if alone and (months or undated):
            yield Falls(group.decisive.id, table.name, group.columns, months, undated)
    if whole is not None:
        months, undated = _months(due, table, groups, rows, [])
        if months or (undated and len(groups) == 1):
            yield Falls(whole.id, table.name, (), months, undated)


def _filled(group: Group) -> Rows:
    """Rows in which a column of the group still holds something."""
    return Not(Both(tuple(Compare(name, "null") for name in group.columns)))


def _months(
    due: Due, table: Mapped, groups: Sequence[Group], rows: Sequence[tuple[Days, int]], unless: Sequence[Group]
) -> tuple[dict[date, int], int]:
    """Rows by the month in which all these groups are due; not where all of `unless` fall due on the same day."""
    months: dict[date, int] = {}
    undated = 0
    for days, count in rows:
        ends = ends_on(due, table, groups, days)
        if ends is None:
            undated += count
            continue
        if unless and ends_on(due, table, unless, days) == ends:
            continue
        month = max(ends, due.today).replace(day=1)
        months[month] = months.get(month, 0) + count
    return dict(sorted(months.items())), undated


def ends_on(due: Due, table: Mapped, groups: Sequence[Group], days: Days) -> date | None:
    """The first day on which all these columns of rows with such dates are due; None where that never comes."""
    ends = []
    for group in groups:
        if due.held(table, group):
            return None
        for rule in group.rules:
            end = _end(due, table, rule, days)
            if end is None:
                return None
            ends.append(end)
    return max(ends, default=None)


def _end(due: Due, table: Mapped, rule: RetentionRule, days: Days) -> date | None:
    first = due.policy.controller.fiscal_year_starts
    event = table.decl.dates.get(rule.starts_at or rule.until, "")
    created = table.decl.dates.get(CREATED, "")
    ways = []
    if event and (rule.period is not None or rule.until) and (start := days.get(event)):
        ways.append(due_day(rule, start, first))
    if rule.at_most is not None and created and (start := days.get(created)):
        ways.append(rule.at_most.after(start) + timedelta(days=1))
    return min(ways, default=None)
