"""The clock as people see it, and the plan as a difference, as values."""

from __future__ import annotations

from datetime import date

import pytest

from waarborg.office.look.heroes import Clock, Difference, Line

RECEIVED, DUE = date(2026, 11, 28), date(2026, 12, 28)


@pytest.mark.parametrize(
    ("today", "more", "state", "left", "gone"),
    [
        (date(2026, 11, 28), {}, "running", 30, 0.0),
        (date(2026, 12, 13), {}, "running", 15, 50.0),
        (date(2026, 12, 20), {}, "running", 8, 73.3),
        (date(2026, 12, 21), {}, "soon", 7, 76.7),
        (date(2026, 12, 28), {}, "soon", 0, 100.0),
        (date(2026, 12, 29), {}, "overdue", -1, 100.0),
        (date(2026, 12, 13), {"paused": date(2026, 12, 4)}, "paused", 15, 20.0),
        (date(2027, 2, 1), {"answered": date(2026, 12, 13)}, "answered", 15, 50.0),
        (date(2027, 2, 1), {"answered": date(2026, 12, 30)}, "late", -2, 100.0),
    ],
)
def test_where_the_clock_stands(today: date, more: dict[str, date], state: str, left: int, gone: float) -> None:
    clock = Clock(RECEIVED, DUE, today, **more)  # type: ignore[arg-type]
    assert (clock.state, clock.left, clock.gone) == (state, left, gone)


def test_an_overdue_line_ends_today_and_shows_its_last_day_before() -> None:
    clock = Clock(RECEIVED, DUE, date(2027, 1, 27))
    assert (clock.end, clock.now) == (50.0, 100.0)


def test_a_request_of_today_that_is_due_today_divides_by_nothing() -> None:
    assert Clock(RECEIVED, RECEIVED, RECEIVED).gone == 0.0


def test_how_much_a_part_is() -> None:
    counted = Difference(goes=(Line("a", 2), Line("b", 3)), stays=(Line("c"), Line("d", 9)))
    assert [(kind, size) for kind, _, _, size in counted.parts] == [("goes", 5), ("changes", 0), ("stays", 2)]
    assert not counted.empty
    assert Difference().empty
