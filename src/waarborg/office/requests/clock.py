"""The clock of a request: one calendar month, pauses, two months more, as Reg. 1182/71 counts (see `waarborg.clock`).

    due = first_due(received_at, policy)                     # 31 January → 28 February → the next working day
    due = later(due, paused_on, resumed_on, policy)          # a pause moves it, and never back
    due = extended(received_on, due, first, policy)          # +2 months
    clock_of(request, policy, now)                           # what both sides see: days left, paused, overdue

Days are those of the controller's zone, holidays those of its country. docs/reference/request-clock.md is the worked
calendar that the tests hold this module to.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from waarborg.clock import add_months, day_in_zone, next_working_day, response_due

if TYPE_CHECKING:
    from waarborg.office.requests.models import SubjectRequest
    from waarborg.policy.model import Policy

ZONES = {"NL": "Europe/Amsterdam", "BE": "Europe/Brussels", "DE": "Europe/Berlin", "FR": "Europe/Paris"}
"""The zone of a controller whose policy names none. Everywhere else days are counted in UTC."""
SOON = 7
"""Days before the end from which a request is shown as nearly due."""


@lru_cache(maxsize=64)
def holidays_of(country: str, years: tuple[int, ...]) -> frozenset[date]:
    """The public holidays of a country; none where the country is not known to us, so that a term is never longer."""
    import holidays  # heavy, and needed for few requests

    try:
        return frozenset(holidays.country_holidays(country, years=years))
    except NotImplementedError:
        return frozenset()


def _free(policy: Policy, around: date) -> Collection[date]:
    years = tuple(range(around.year, around.year + 2))
    return holidays_of(policy.controller.country or "", years) if policy.controller.country else ()


def zone_of(policy: Policy) -> str:
    """The zone in which the controller's days are counted."""
    return policy.controller.time_zone or ZONES.get(policy.controller.country, "UTC")


def day_of(instant: datetime, policy: Policy) -> date:
    """The controller's calendar day of an instant."""
    return day_in_zone(instant, zone_of(policy))


def first_due(received: datetime, policy: Policy, within: date | None = None) -> date:
    """The last day of the first month. `within` is an earlier day that the policy promises."""
    day = day_of(received, policy)
    law = response_due(day, _free(policy, day))
    return law if within is None else min(law, within)


def later(due: date, paused_on: date, resumed_on: date, policy: Policy) -> date:
    """The due day after a pause: as many days later as the clock stood still, and then a working day. Never earlier."""
    still = max((resumed_on - paused_on).days, 0)
    return due if not still else max(due, next_working_day(due + timedelta(days=still), _free(policy, due)))


def extended(due: date, policy: Policy) -> date:
    """The due day with two more months (Art. 12(3)): counted from the end of the first."""
    return next_working_day(add_months(due, 2), _free(policy, due))


@dataclass(frozen=True, slots=True)
class Clock:
    """What the person and the staff both see."""

    received_on: date
    due_on: date
    left: int
    """Days until the due day; negative when it has passed. While paused: as on the day of the pause."""
    paused: bool
    extended: bool
    overdue: bool
    ended: bool

    @property
    def soon(self) -> bool:
        """Whether it is nearly due."""
        return not self.ended and not self.paused and self.left <= SOON


def clock_of(request: SubjectRequest, policy: Policy, now: datetime) -> Clock:
    """The clock of a request at an instant."""
    from waarborg.office.requests.life import ENDED

    ended = request.state in ENDED
    stands = request.answered_at or request.paused_at or now
    left = (request.due_on - day_of(stands, policy)).days
    return Clock(
        day_of(request.received_at, policy),
        request.due_on,
        left,
        request.paused_at is not None,
        request.extended,
        left < 0 and not ended and request.paused_at is None,
        ended,
    )


KEPT = 6
"""Months that the file of a request stays after its end, where the policy declares no retention rule `requests`."""
KEPT_UNKNOWN = 1
"""Months for a request whose person never showed who they are."""


def file_term(policy: Policy, known: bool, today: date) -> date:
    """The day on which the file of a request has had its term. `known`: the person showed who they are."""
    rule = policy.retention.get("requests")
    if known and rule is not None and rule.period is not None:
        return rule.period.after(today)
    return add_months(today, KEPT if known else KEPT_UNKNOWN)
