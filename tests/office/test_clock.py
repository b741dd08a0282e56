"""The clock of a request against the worked calendar in docs/reference/request-clock.md (attack 29)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waarborg.notice import letters
from waarborg.office.requests import clock
from waarborg.policy import load_policy
from waarborg.policy.model import Policy

ROOT = Path(__file__).resolve().parents[2]
TAAKVELD = load_policy(ROOT / "examples" / "projects" / "policy.yaml")
ZONE = {"NL": "Europe/Amsterdam", "BE": "Europe/Brussels"}


def _policy(country: str) -> Policy:
    return replace(TAAKVELD, controller=replace(TAAKVELD.controller, country=country, time_zone=ZONE[country]))


def _rows(columns: int, title: str) -> Iterator[list[str]]:
    text = (ROOT / "docs" / "reference" / "request-clock.md").read_text(encoding="utf-8")
    for line in text.partition(title)[2].split("\n## ")[0].splitlines():
        if re.match(r"\| 20\d\d-", line):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            assert len(cells) == columns
            yield cells


CALENDAR = list(_rows(5, "## Worked calendar"))
PAUSES = list(_rows(6, "## Pause"))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_calendar_has_the_hard_days() -> None:
    assert len(CALENDAR) >= 16
    assert len(PAUSES) >= 4


@pytest.mark.parametrize("row", CALENDAR, ids=lambda row: f"{row[0]} {row[1]}")
def test_attack_29_the_worked_calendar(row: list[str]) -> None:
    received, country, due, later, _ = row
    policy = _policy(country)
    first = clock.first_due(_instant(received), policy)
    assert first.isoformat() == due
    assert clock.extended(_instant(received), first, policy).isoformat() == later


@pytest.mark.parametrize("row", PAUSES, ids=lambda row: f"{row[3]} {row[4]}")
def test_attack_29_pauses(row: list[str]) -> None:
    received, country, due, paused, resumed, new = row
    policy = _policy(country)
    assert clock.first_due(_instant(received), policy).isoformat() == due
    found = clock.later(date.fromisoformat(due), date.fromisoformat(paused), date.fromisoformat(resumed), policy)
    assert found.isoformat() == new


def test_attack_29_sabotage_days_of_the_server_instead_of_the_controller() -> None:
    """Counting in UTC would give people at midnight another day: the calendar sees it."""
    wrong = [
        row
        for row in CALENDAR
        if clock.first_due(_instant(row[0]).replace(tzinfo=ZoneInfo(ZONE[row[1]])), _policy(row[1])).isoformat()
        != row[2]
    ]
    assert len(wrong) >= 3


def test_attack_29_sabotage_no_holidays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_free", lambda policy, around: ())
    wrong = [row for row in CALENDAR if clock.first_due(_instant(row[0]), _policy(row[1])).isoformat() != row[2]]
    assert len(wrong) >= 5


INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2032, 12, 31), timezones=st.just(UTC))


@given(INSTANTS, st.sampled_from(["NL", "BE"]))
def test_a_term_is_a_month_and_ends_on_a_working_day(received: datetime, country: str) -> None:
    policy = _policy(country)
    day = clock.day_of(received, policy)
    first = clock.first_due(received, policy)
    more = clock.extended(received, first, policy)
    assert timedelta(days=28) <= first - day <= timedelta(days=31 + 5)
    assert first.weekday() < 5
    assert first not in clock._free(policy, first)
    assert first < more <= clock.add_months(first, 2) + letters.UNEVEN


@given(INSTANTS, st.integers(0, 400), st.integers(-400, 400))
def test_a_pause_never_makes_the_term_shorter(received: datetime, start: int, days: int) -> None:
    policy = _policy("NL")
    first = clock.first_due(received, policy)
    paused = clock.day_of(received, policy) + timedelta(days=start)
    after = clock.later(first, paused, paused + timedelta(days=days), policy)
    assert after >= first
    assert days <= 0 or after >= first + timedelta(days=days)
