"""Checks on how long data stays, and on legal holds."""

from __future__ import annotations

from datetime import date
from itertools import combinations

from waarborg.policy.checks.data import each_item, items_of
from waarborg.policy.checks.who import Said
from waarborg.policy.model import Policy, RetentionRule
from waarborg.policy.values import Identifiability, RetentionGround
from waarborg.terms import LegalBasis, Outcome

NEEDS_TERM = (RetentionGround.BUSINESS, RetentionGround.ARCHIVE, RetentionGround.IMPROVEMENT)


def endless(policy: Policy, today: date) -> Said:
    for ref, category in each_item(policy):
        if not policy.retention_for(ref) and category.identifiability is not Identifiability.ANONYMOUS:
            yield f"data.{ref.replace('.', '.items.')}", "No retention rule says when this data goes."


def two_ends(policy: Policy, today: date) -> Said:
    for name, rule in policy.retention.items():
        if rule.until and rule.period is not None:
            yield f"retention.{name}", "The rule has both an event (until) and a term (for)."


def no_end(policy: Policy, today: date) -> Said:
    for name, rule in policy.retention.items():
        if rule.ground in NEEDS_TERM and rule.period is None:
            continue
        if not rule.until and rule.period is None and rule.per_tenant is None:
            yield f"retention.{name}", "The rule has neither an event (until) nor a term (for)."
        elif rule.period is not None and not rule.starts_at and not rule.sets:
            yield f"retention.{name}", "The term has no event from which it is counted."


def vague_ground(policy: Policy, today: date) -> Said:
    for name, rule in policy.retention.items():
        if rule.ground in NEEDS_TERM and rule.period is None:
            yield f"retention.{name}", f'The ground "{rule.ground}" has no term.'


def kept_outside(policy: Policy, today: date) -> Said:
    for name, rule in policy.retention.items():
        inside = items_of(policy, rule.data)
        for item in rule.keep:
            full = {item} if "." in item else {f"{ref.partition('.')[0]}.{item}" for ref in rule.data}
            if not full & inside:
                yield f"retention.{name}.keep", f'The rule keeps "{item}", which is not in its data.'


def no_outcome(policy: Policy, today: date) -> Said:
    for name, rule in policy.retention.items():
        expires = bool(rule.sets) and not rule.data  # a backup set that has expired is thrown away: nothing to choose
        if rule.then is Outcome.KEEP or (rule.then is None and not expires):
            yield f"retention.{name}", "Nothing says what comes of the data at the end."


def kept_without_law(policy: Policy, today: date) -> Said:
    for name, rule in policy.retention.items():
        by_law = rule.basis is LegalBasis.LEGAL_OBLIGATION or rule.ground is RetentionGround.LAW or rule.keep
        if by_law and not rule.law:
            yield f"retention.{name}", "The rule keeps data by law, and no law is named."


def isolated_for_ever(policy: Policy, today: date) -> Said:
    for name, rule in policy.retention.items():
        if rule.then is Outcome.ISOLATE and rule.release_after is None:
            yield f"retention.{name}", "Isolated data has no release date."


def covers_nothing(policy: Policy, today: date) -> Said:
    for name, rule in policy.retention.items():
        if not rule.data and not rule.sets:
            yield f"retention.{name}", "The rule covers neither data nor backup sets."


def rules_disagree(policy: Policy, today: date) -> Said:
    for one, other in combinations(policy.retention.values(), 2):
        same_end = (one.until, one.period, one.starts_at) == (other.until, other.period, other.starts_at)
        shared = items_of(policy, one.data) & items_of(policy, other.data)
        if same_end and shared and one.then is not other.then:
            yield f"retention.{other.id}", f'At the same end, "{one.id}" says something else of the same data.'


def bounds_crossed(policy: Policy, today: date) -> Said:
    for name, rule in policy.retention.items():
        if rule.per_tenant is not None and _crossed(rule, today):
            yield f"retention.{name}.per_tenant", "The bounds exclude each other, or the rule's own term."


def _crossed(rule: RetentionRule, today: date) -> bool:
    bounds = rule.per_tenant
    ends = [] if bounds is None else [bounds.at_least, rule.period, bounds.at_most]
    days = [period.after(today) for period in ends if period is not None]
    return days != sorted(days)


def hold_open(policy: Policy, today: date) -> Said:
    for name, hold in policy.holds.items():
        if hold.until is None and hold.review is None:
            yield f"holds.{name}", "The hold has neither an end nor a review date."
        missing = [key for key in ("ground", "data", "people", "since", "owner") if not getattr(hold, key)]
        if missing:
            yield f"holds.{name}", f"The hold does not say: {', '.join(missing)}."


def hold_over(policy: Policy, today: date) -> Said:
    for name, hold in policy.holds.items():
        if hold.until is not None and hold.until < today:
            yield f"holds.{name}", f"The hold ended on {hold.until}."
        elif hold.until is None and hold.review is not None and hold.review < today:
            yield f"holds.{name}", f"The hold was to be looked at again on {hold.review}."
