"""When data is due: every rule that covers it has ended, for that very row.

A term counted from an event ends with its last day (Reg. 1182/71, art. 3): data is due on the day after. The worked
calendar is `docs/reference/retention-calendar.md`. A rule counts for a row only where the data map names the date
column of its event; elsewhere, and where the date is NULL, it does not end. `at_most` ends a rule counted from
`created`, whatever its event does. Pure: sets are described here and counted elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from waarborg.clock import Period, fiscal_year_end
from waarborg.datamap.model import SECRET, TECHNICAL
from waarborg.errors import PlanError
from waarborg.plans.resolve import Mapped, World
from waarborg.plans.rules import FISCAL, before, cutoff
from waarborg.plans.sets import Ownership
from waarborg.policy.model import LegalHold, Policy, RetentionRule
from waarborg.stores.contract import NONE, Both, Compare, Either, Leads, Not, Rows
from waarborg.terms import LinkKind, Outcome

CREATED = "created"
"""The event from which `at_most` is counted."""
STRONGEST = (Outcome.ERASE, Outcome.ISOLATE, Outcome.ANONYMISE)
"""Where rules that cover the same data end in different ways, the first of these comes of it."""
Terms = Mapping[str, Mapping[str | int, Period]]
"""By rule: the term that each organisation set for itself, inside the bounds of the policy."""


def due_day(rule: RetentionRule, start: date, first_month: int = 1, period: Period | None = None) -> date:
    """The first day on which data that started on `start` is past the rule.

    >>> rule = RetentionRule(id="r", period=Period(months=1), starts_at="created")
    >>> due_day(rule, date(2027, 1, 31)).isoformat()
    '2027-03-01'
    """
    begins = fiscal_year_end(start, first_month) if rule.starts_at == FISCAL else start
    return (period or rule.period or Period()).after(begins) + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Group:
    """Columns of one table that the same rules cover, and so fall due together."""

    rules: tuple[RetentionRule, ...]
    columns: tuple[str, ...]

    @property
    def decisive(self) -> RetentionRule:
        """The rule under which the sweep of these columns is told."""
        return decisive(self.rules)


def decisive(rules: Sequence[RetentionRule]) -> RetentionRule:
    """Of several rules, the one that is taken to end last: one with a law, then one that waits for an event, then the
    longest term; of equals the first. Which one did end last can differ from row to row; what is due never does."""

    def length(rule: RetentionRule) -> tuple[bool, bool, int]:
        return bool(rule.law), bool(rule.until), (rule.period or Period()).after(date(2000, 1, 1)).toordinal()

    return max(rules, key=length)


def groups(policy: Policy, table: Mapped) -> tuple[Group, ...]:
    """The personal columns of a table, put together by the rules that cover them; not secrets or technical ones."""
    found: dict[tuple[str, ...], list[str]] = {}
    for name, decl in table.decl.columns.items():
        if decl.category not in (SECRET, TECHNICAL):
            rules = tuple(rule.id for rule in policy.retention_for(decl.category))
            found.setdefault(rules, []).append(name)
    return tuple(Group(tuple(policy.retention[id] for id in ids), tuple(columns)) for ids, columns in found.items())


def outcome(rules: Sequence[RetentionRule]) -> Outcome:
    """What comes of data under these rules: where they differ, the strongest."""
    thens = {rule.then for rule in rules if rule.then}
    return next((one for one in STRONGEST if one in thens), Outcome.ERASE)


RESTRICTED = "rights.restriction"
"""Under this name stand the people whose data may only be stored (Art. 18(2)): erasing is not storing."""


@dataclass(frozen=True, slots=True)
class Spared:
    """People under a hold that names them: by table (qualified), the set of their rows."""

    hold: LegalHold
    rows: Mapping[str, Rows]

    def of(self, table: Mapped) -> Rows | None:
        """Rows of a table that stay: those with data that the hold covers, and the people themselves, by whom it is
        known whose rows they are."""
        covers = table.decl.subject or any(self.hold.covers(one.category) for one in table.decl.columns.values())
        return self.rows.get(table.name) if covers else None


@dataclass(slots=True)
class Due:
    """Which rows and columns of a world are due on a day."""

    world: World
    policy: Policy
    today: date
    """The calendar day where the controller is."""
    spared: Sequence[Spared] = ()
    terms: Terms = field(default_factory=dict)

    def groups(self, table: Mapped) -> tuple[Group, ...]:
        """The table's columns by rules."""
        return groups(self.policy, table)

    def rule_of(self, table: Mapped) -> RetentionRule | None:
        """The rule under which whole rows of the table go; None where some column has no rule, or there is none."""
        found = self.groups(table)
        if not found or table.facts.view or not all(group.rules for group in found):
            return None
        return decisive([rule for group in found for rule in group.rules])

    # -- rows ----------------------------------------------------------------------------------------------------

    def whole(self, table: Mapped, held: bool = True) -> Rows:
        """Rows of which every personal column is due. `held` False: as if there were no holds."""
        if self.rule_of(table) is None:
            return NONE
        return _both([*(self.past(table, group, held) for group in self.groups(table)), *only_people(table)])

    def part(self, table: Mapped, group: Group) -> Rows:
        """Rows of which these columns are due, and the whole row is not."""
        if not group.rules or table.facts.view:
            return NONE
        past = self.past(table, group)
        whole = self.whole(table)
        if past == NONE or (whole != NONE and len(self.groups(table)) == 1):
            return NONE
        return _both([past, *only_people(table), *([] if whole == NONE else [Not(whole)])])

    def past(self, table: Mapped, group: Group, held: bool = True) -> Rows:
        """Rows for which every rule of the group has ended and no hold covers its columns."""
        parts: list[Rows] = []
        for rule in group.rules:
            ended = self.ended(table, rule)
            if ended is None:
                return NONE
            parts.append(ended)
        if not parts:
            return NONE
        if held:
            if self.held(table, group):
                return NONE
            parts += [Not(rows) for one in self.spared if (rows := one.of(table))]
        return _both(parts)

    def held(self, table: Mapped, group: Group) -> bool:
        """Whether a hold on everyone covers these columns."""
        items = [table.decl.columns[name].category for name in group.columns]
        holds = [hold for hold in self.policy.holds.values() if hold.everyone and hold.stands_on(self.today)]
        return any(hold.covers(item) for hold in holds for item in items)

    @staticmethod
    def people(table: Mapped) -> Rows | None:
        """In a table of people those rows that are people; None elsewhere: every row counts."""
        found = only_people(table)
        return _both(found) if found else None

    def undated(self, table: Mapped, group: Group) -> Rows:
        """Rows that never fall due because a rule has no date to count from."""
        missing = []
        for rule in group.rules:
            columns = [column for column, _ in self._counted(table, rule, rule.period)]
            missing += [_both([Compare(column, "null") for column in columns])] if columns else []
        return _both([Either(tuple(missing)), *only_people(table)]) if missing else NONE

    def columns(self, table: Mapped, rule: RetentionRule) -> tuple[str, ...]:
        """The date columns from which a rule is counted in a table."""
        return tuple(column for column, _ in self._counted(table, rule, rule.period))

    # -- one rule ------------------------------------------------------------------------------------------------

    def ended(self, table: Mapped, rule: RetentionRule) -> Rows | None:
        """Rows for which the rule has ended; None where the table cannot tell."""
        own = self._past_all(table, rule, self._period(rule))
        if not rule.per_tenant or rule.id not in self.terms:
            return own
        parts: list[Rows] = []
        others: list[Rows] = []
        for tenant, period in self.terms[rule.id].items():
            within(rule, period, self.today)
            rows, past = of_tenant(self.world, table, tenant), self._past_all(table, rule, period)
            if rows is not None and past is not None:
                parts.append(Both((rows, past)))
                others.append(Not(rows))
        if own is not None:
            parts.append(_both([*others, own]))
        return Either(tuple(parts)) if parts else None

    @staticmethod
    def _period(rule: RetentionRule) -> Period | None:
        """The rule's own term; where organisations set it and one did not, the longest that it may be."""
        if rule.period is None and rule.per_tenant and not rule.until:
            return rule.per_tenant.at_most
        return rule.period

    def _past_all(self, table: Mapped, rule: RetentionRule, period: Period | None) -> Rows | None:
        zone = self.policy.controller.time_zone or "UTC"
        ways = [
            before(table, column, last + timedelta(days=1), zone) for column, last in self._counted(table, rule, period)
        ]
        if not ways:
            return None
        return ways[0] if len(ways) == 1 else Either(tuple(ways))

    def _counted(self, table: Mapped, rule: RetentionRule, period: Period | None) -> Iterator[tuple[str, date]]:
        """The date columns that end the rule, each with the last day that is past it."""
        first = self.policy.controller.fiscal_year_starts
        event = rule.starts_at or rule.until
        column = table.decl.dates.get(event, "")
        if column and (period is not None or rule.until):
            yield column, cutoff(period or Period(), event, self.today, first)
        created = table.decl.dates.get(CREATED, "")
        if rule.at_most is not None and created:
            yield created, cutoff(rule.at_most, CREATED, self.today, first)


def within(rule: RetentionRule, period: Period, today: date) -> None:
    """Refuse an organisation's term outside the bounds of the policy. Raises `PlanError` WB453."""
    bounds = rule.per_tenant
    length = period.after(today)
    low = bounds is None or bounds.at_least is None or bounds.at_least.after(today) <= length
    high = bounds is None or bounds.at_most is None or length <= bounds.at_most.after(today)
    if not (low and high):
        raise PlanError.one(
            "WB453",
            f'An organisation set a term of {period} for "{rule.id}", outside the bounds of the policy.',
            "The policy tells people between which bounds the term lies.",
            f"Set a term from {bounds.at_least or 0} to {bounds.at_most or 'any'}." if bounds else "",
        )


def of_tenant(world: World, table: Mapped, tenant: str | int, seen: frozenset[str] = frozenset()) -> Rows | None:
    """Rows of a table that are of an organisation: by their own link to it, or that of the row they belong to."""
    for arm in table.arms_of(LinkKind.ORGANISATION):
        return Compare(arm.columns[0], "in", (tenant,))
    for arm in table.owners:
        target = world.tables[arm.target]
        if arm.same_store and not arm.link.through and target.name not in seen | {table.name}:
            rows = of_tenant(world, target, tenant, seen | {table.name})
            if rows is not None:
                return Leads(arm.columns, target.local, arm.to_columns, rows, arm.how)
    return None


def only_people(table: Mapped) -> list[Rows]:
    """In a table of people: those rows that are people, and no placeholder."""
    subject = table.decl.subject
    if subject is None:
        return []
    found: list[Rows] = [
        Compare(name, "null") if values == (None,) else Compare(name, "in", values)
        for name, values in subject.where.items()
    ]
    found += [Not(Ownership.nobody(table))] if subject.nobody else []
    found += [Not(Ownership.placeholder(table))] if subject.stand_in else []
    return found


def _both(parts: Sequence[Rows]) -> Rows:
    if NONE in parts:
        return NONE
    return parts[0] if len(parts) == 1 else Both(tuple(parts))
