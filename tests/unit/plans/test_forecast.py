"""What goes when: by month, under which rule; what is due already, what never is, and no column that is empty."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from waarborg.clock import Period
from waarborg.datamap.model import TableDecl
from waarborg.plans.calendar import svg, text
from waarborg.plans.forecast import Falls, forecast
from waarborg.plans.sweeper import Sweeper
from waarborg.policy.retention import LegalHold, RetentionRule
from waarborg.terms import Outcome
from worlds import NOW, Build, World, belongs, columns_of, person, policy, table

MEMBER = table("member", "id int, email text, name text?")
LOG = table("log", "id int, member_id int?, body text?, kind text?, made date?")
YEAR = RetentionRule(id="content", data=("content",), period=Period(months=12), starts_at="created", then=Outcome.ERASE)
LONG = replace(YEAR, id="billing", data=("billing",), period=Period(months=24))
ROWS = [(1, 1, "a", "k", date(2025, 1, 31)), (2, 1, "b", "k", date(2025, 12, 31)),
        (3, 1, None, "k", date(2025, 12, 31)),
        (4, 1, "d", "k", None), (5, 1, "e", "k", date(2024, 11, 1))]  # fmt: skip


def made(world: Build) -> World:
    decl = TableDecl("app.log", links=(belongs("app.member", "member_id"),), dates={"created": "made"},
                     columns=columns_of(body="content.text", kind="billing.name"))  # fmt: skip
    return world([MEMBER, LOG], [person(), decl], {"log": ROWS}, policy(content=YEAR, billing=LONG))


def test_rows_are_told_by_the_month_in_which_they_fall_due(world: Build) -> None:
    falls = forecast(Sweeper(made(world).planner), NOW)
    now, later = date(2026, 11, 1), date(2027, 1, 1)
    assert Falls("content", "app.log", ("body",), {now: 2, later: 1}, 1) in falls
    assert Falls("billing", "app.log", (), {now: 1, date(2027, 2, 1): 1, date(2028, 1, 1): 2}, 1) in falls


def test_a_hold_on_everyone_stops_the_calendar(world: Build) -> None:
    w = made(world)
    hold = LegalHold(id="claim", data=("billing",), people=("all",))
    w.planner.policy = replace(w.planner.policy, holds={"claim": hold})
    assert {fall.rule for fall in forecast(Sweeper(w.planner), NOW) if fall.months} == {"content"}


def test_the_calendar_is_drawn_and_told() -> None:
    falls = [Falls("content", "app.l<o>g", ("body",), {date(2026, 11, 1): 12_345, date(2030, 1, 1): 3}, 7)]
    picture = svg(falls, date(2026, 11, 22))
    assert "app.l&lt;o&gt;g" in picture
    assert ">12k<" in picture
    assert "November 2026: 12,345" in picture
    told = text(falls, date(2026, 11, 22))
    assert "12,345" in told
    assert told.rstrip().endswith("3      7")
