"""Time, injected: everything that asks the time takes a `Clock`; calendar arithmetic lives here, nowhere else.

Periods follow Regulation (EEC, Euratom) 1182/71 art. 3: the day of the event does not count; a period in months or
years ends on the same date, or on the last day of the month where that date does not exist.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from waarborg.errors import WaarborgError

BREACH_NOTICE = timedelta(hours=72)
"""Art. 33(1): from becoming aware to the authority; week-ends count."""
SKEW = timedelta(seconds=2)
"""How far the clocks of hosts that keep time (NTP) may differ."""


class Clock(Protocol):
    """Tells the present instant, in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(slots=True)
class FixedClock:
    """A clock that stands still until it is moved: for tests, replays and worked examples."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant

    def advance(self, **parts: int) -> None:
        """Move on by the parts of a `timedelta` (days, hours, minutes, seconds)."""
        self.instant += timedelta(**parts)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A calendar period: months and days are kept apart because a month is not a number of days.

    >>> str(Period.parse("7 years"))
    '7 years'
    """

    months: int = 0
    days: int = 0
    hours: int = 0

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read `7 years`, `3 months`, `2 weeks`, `30 days` or `72 hours`. Raises `WaarborgError` WB003 otherwise."""
        found = re.fullmatch(r"\s*(\d{1,4})\s+(year|month|week|day|hour)s?\s*", text)
        if not found:
            raise WaarborgError.one(
                "WB003",
                "This is not a period.",
                "A period is a whole number and a unit.",
                'Write for example "7 years", "3 months", "2 weeks", "30 days" or "72 hours".',
            )
        number, unit = int(found[1]), found[2]
        match unit:
            case "year":
                return cls(months=12 * number)
            case "month":
                return cls(months=number)
            case "week":
                return cls(days=7 * number)
            case "day":
                return cls(days=number)
            case _:
                return cls(hours=number)

    def __str__(self) -> str:
        parts = [(self.months // 12, "year") if self.months and self.months % 12 == 0 else (self.months, "month")]
        parts += [(self.days, "day"), (self.hours, "hour")]
        return " ".join(f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in parts if n) or "0 days"

    def after(self, start: date) -> date:
        """The date on which the period ends when it starts on `start` (that day not counted)."""
        return add_months(start, self.months) + timedelta(days=self.days + self.hours // 24)

    def before(self, end: date) -> date:
        """The latest start whose period has ended on or before `end`: rows that started on it or earlier are due."""
        guess = add_months(end, -self.months) - timedelta(days=self.days + self.hours // 24)
        while self.after(guess + timedelta(days=1)) <= end:
            guess += timedelta(days=1)
        while self.after(guess) > end:
            guess -= timedelta(days=1)
        return guess


def add_months(start: date, months: int) -> date:
    """The same date `months` later, or the last day of that month where the date does not exist.

    >>> add_months(date(2027, 1, 31), 1)
    datetime.date(2027, 2, 28)
    """
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    return start.replace(year=year, month=month + 1, day=min(start.day, monthrange(year, month + 1)[1]))


def fiscal_year_end(day: date, first_month: int = 1) -> date:
    """The last day of the fiscal year in which `day` falls; `first_month` is the month the year starts in."""
    year = day.year if day.month >= first_month else day.year - 1
    return add_months(date(year, first_month, 1), 12) - timedelta(days=1)


def next_working_day(day: date, holidays: Collection[date]) -> date:
    """`day`, or the first day after it that is no Saturday, Sunday or holiday of the controller's country."""
    while day.weekday() >= 5 or day in holidays:
        day += timedelta(days=1)
    return day


def response_due(received: date, holidays: Collection[date], extended: bool = False) -> date:
    """The last day to answer a request (Art. 12(3)): one calendar month after receipt, three when extended.

    >>> response_due(date(2026, 3, 5), ()).isoformat()
    '2026-04-06'
    """
    return next_working_day(add_months(received, 3 if extended else 1), holidays)


def day_in_zone(instant: datetime, zone: str) -> date:
    """The calendar day of an instant where the controller is: clocks run on local days."""
    return instant.astimezone(ZoneInfo(zone)).date()


def as_utc(value: datetime, zone: str = "UTC") -> datetime:
    """An aware instant; a naive value is read in the zone declared for its column."""
    return (value if value.tzinfo else value.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def monotone(clock: Clock, newest: Callable[[], datetime | None]) -> datetime:
    """The present instant, refused when it lies before the newest one recorded: a clock set back is no licence.

    The clocks of several hosts differ a little: within `SKEW` the newest instant is the present one. Raises
    `WaarborgError` WB004.
    """
    now, last = clock.now(), newest()
    if last is not None and last - SKEW <= now < last:
        return last
    if last is not None and now < last:
        raise WaarborgError.one(
            "WB004",
            "The clock of this machine stands before the newest recorded entry.",
            "A clock set back would move terms and deadlines.",
            "Set the clock right (NTP) and try again.",
        )
    return now
