"""docs/reference/retention-calendar.md is the oracle: what it says of each line is what the code does."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from waarborg.clock import Period
from waarborg.plans.due import due_day
from waarborg.plans.rules import cutoff
from waarborg.policy.retention import RetentionRule

PAGE = Path(__file__).parents[2] / "docs/reference/retention-calendar.md"
MONTHS = [date(2026, number, 1).strftime("%B") for number in range(1, 13)]
LINE = re.compile(r"\| an? [a-z ]+ \| ([\d-]+) \| (until|(\d+ \w+) from) (\w+) \| (\w+) \| ([\d-]+) \| ([\d-]+) \|")
LINES = LINE.findall(PAGE.read_text())


def rule(term: str, event: str) -> RetentionRule:
    if not term:
        return RetentionRule(id="r", until=event)
    return RetentionRule(id="r", period=Period.parse(term), starts_at=event)


def test_every_line_is_read() -> None:
    assert len(LINES) == PAGE.read_text().count("\n| a") == 13


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line[0]} {line[1]} {line[3]} {line[4]}")
def test_a_line_of_the_calendar(line: tuple[str, ...]) -> None:
    start, _, term, event, month, last, due = line
    first, found = MONTHS.index(month) + 1, rule(term, event)
    started, day = date.fromisoformat(start), date.fromisoformat(due)
    assert due_day(found, started, first) == day
    assert day == date.fromisoformat(last) + timedelta(days=1)
    period = found.period or Period()
    assert cutoff(period, event, day, first) >= started
    assert cutoff(period, event, day - timedelta(days=1), first) < started


def test_a_day_less_would_be_seen() -> None:
    start, _, term, event, _, last, _ = LINES[1]
    assert due_day(rule(term, event), date.fromisoformat(start)) != date.fromisoformat(last)
