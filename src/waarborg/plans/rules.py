"""Which rules of the policy keep data against a request for erasure, and until when (Art. 17(3))."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from waarborg.clock import Period, add_months, day_in_zone, fiscal_year_end
from waarborg.plans.model import Ground
from waarborg.plans.resolve import Mapped
from waarborg.policy.model import LegalHold, Policy, RetentionRule
from waarborg.stores.contract import All, Compare, Family, Not, Rows
from waarborg.terms import Outcome

FISCAL = "end_of_fiscal_year"
"""The event whose date is the last day of the fiscal year in which the row's date falls."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """A rule or hold under which rows stay although their person asked for erasure."""

    rule: str
    ground: Ground
    refs: tuple[str, ...]
    """Data it covers."""
    keep: frozenset[str]
    """Items that stay; empty means all that it covers."""
    event: str = ""
    period: Period | None = None
    first_month: int = 1
    cutoff: date | None = None
    """Rows that started on or before this day are past their term; None where everything stays (a hold)."""
    ends: date | None = None
    """The end of a hold, where it has one."""

    def covers(self, item: str) -> bool:
        """Whether the rule is about this item."""
        return item in self.refs or item.partition(".")[0] in self.refs

    def keeps(self, item: str) -> bool:
        """Whether this item stays readable under the rule."""
        return self.covers(item) and (not self.keep or item in self.keep)

    def until(self, year: int) -> date | None:
        """The last day on which a row that started in `year` is still kept: no later than this."""
        if self.period is None:
            return self.ends
        last = date(year, 12, 31)
        return self.period.after(fiscal_year_end(last, self.first_month) if self.event == FISCAL else last)


def keepings(policy: Policy, now: datetime, held: frozenset[str] = frozenset()) -> tuple[Keeping, ...]:
    """The rules and holds in force at this instant, in the order of the file.

    A hold counts when it covers everyone, or when the register of matters says that it covers these people (`held`).
    """
    today = today_of(policy, now)
    found = [
        _from_rule(policy, rule, rule.period, today) for rule in policy.retention.values() if rule.law and rule.period
    ]
    standing = [hold for hold in policy.holds.values() if hold.stands_on(today)]
    found += [_from_hold(hold) for hold in standing if hold.everyone or hold.id in held]
    return tuple(found)


def _from_rule(policy: Policy, rule: RetentionRule, period: Period, today: date) -> Keeping:
    first = policy.controller.fiscal_year_starts
    return Keeping(
        rule=f"retention.{rule.id}",
        ground=Ground(
            f"retention.{rule.id}",
            "Art. 17(3)(b)",
            rule.law,
            rule.promises,
            f"The law demands it ({rule.law}).",
        ),
        refs=rule.data,
        keep=rule.kept,
        event=rule.starts_at,
        period=period,
        first_month=first,
        cutoff=cutoff(period, rule.starts_at, today, first),
    )


def today_of(policy: Policy, now: datetime) -> date:
    """The calendar day where the controller is."""
    return day_in_zone(now, policy.controller.time_zone or "UTC")


def cutoff(period: Period, starts_at: str, today: date, first_month: int = 1) -> date:
    """The last day whose term is over today: its last day has passed (Reg. 1182/71, art. 3(2)).

    >>> cutoff(Period(months=1), "created", date(2027, 3, 1)).isoformat()
    '2027-01-31'
    """
    yesterday = today - timedelta(days=1)
    if starts_at != FISCAL:
        return period.before(yesterday)
    end = fiscal_year_end(today, first_month)
    while period.after(end) > yesterday:
        end = add_months(end + timedelta(days=1), -12) - timedelta(days=1)
    return end


def _from_hold(hold: LegalHold) -> Keeping:
    return Keeping(
        rule=f"holds.{hold.id}",
        ground=Ground(f"holds.{hold.id}", "Art. 17(3)(e)", hold.law, hold.promises, "A legal hold covers it."),
        refs=hold.data,
        keep=frozenset(),
        ends=hold.until,
    )


def applying(mapped: Mapped, rules: tuple[Keeping, ...]) -> Iterator[Keeping]:
    """The rules that are about some column of the table."""
    items = {decl.category for decl in mapped.decl.columns.values()}
    return (rule for rule in rules if any(rule.covers(item) for item in items))


def date_column(mapped: Mapped, rule: Keeping) -> str:
    """The column that tells when the rule's event happened for a row, or nothing."""
    return mapped.decl.dates.get(rule.event, "")


def still_kept(mapped: Mapped, rule: Keeping) -> Rows | None:
    """Rows of the table that the rule still keeps; None where the table cannot tell (its parent then decides).

    A row without a date is kept: its term cannot have been shown to be over.
    """
    if rule.cutoff is None:
        return All()
    name = date_column(mapped, rule)
    column = mapped.facts.column(name) if name else None
    if column is None:
        return None
    return Not(before(mapped, name, rule.cutoff + timedelta(days=1)))


def before(mapped: Mapped, name: str, day: date, zone: str = "") -> Rows:
    """Rows whose date column lies before a day. With `zone`, that of the controller, instants are held against the
    midnight there; the column's own zone is what the map says."""
    column = mapped.facts.column(name)
    family = column.family if column else Family.DATE
    here = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone or "UTC"))
    if family is Family.NUMBER:
        return Compare(name, "<", (int(here.timestamp()),))
    if family is not Family.DATETIME or not zone:
        return Compare(name, "<", (day,))
    aware = column is not None and "with time zone" in column.type
    there = here.astimezone(UTC) if aware else here.astimezone(ZoneInfo(mapped.decl.zone)).replace(tzinfo=None)
    return Compare(name, "<", (there,))


def outcome_of(policy: Policy, item: str) -> Outcome:
    """What the policy says comes of an item when its person leaves: `erase` where nothing milder is promised."""
    thens = {rule.then for rule in policy.retention_for(item) if rule.then and not rule.law}
    return Outcome.ANONYMISE if thens == {Outcome.ANONYMISE} else Outcome.ERASE


def ground_of(policy: Policy, items: set[str], fallback: str) -> Ground:
    """The policy line under which these items go."""
    for item in sorted(items):
        for rule in policy.retention_for(item):
            if not rule.law:
                return Ground(f"retention.{rule.id}", "Art. 17(1)", "", rule.promises, "The person asked for erasure.")
    return Ground(fallback, "Art. 17(1)", "", (), "The person asked for erasure.")
