"""Retention from plan to evidence: first runs wait, permission lasts while nothing changes, tombstones come back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from waarborg.clock import Period
from waarborg.datamap.model import TableDecl
from waarborg.errors import PlanError
from waarborg.evidence.entry import Entry
from waarborg.plans.casework import Casework
from waarborg.plans.retention import Retention
from waarborg.policy.retention import LegalHold, RetentionRule, SweepCeiling
from waarborg.state import MasterKey, StateFile, open_state
from waarborg.stores.contract import Budget
from waarborg.terms import Outcome, SubjectRef
from worlds import Build, World, belongs, columns_of, person, policy, table

MEMBER = table("member", "id int, email text, name text?")
LOG = table("log", "id int, member_id int?, body text?, made date?", refs={"member_id": "member.id"})
INVOICE = table("invoice", "id int, member_id int, name text?, day date?", refs={"member_id": "member.id"})
YEAR = RetentionRule(id="content", data=("content",), period=Period(months=12), starts_at="created", then=Outcome.ERASE,
                     sweep=SweepCeiling(rows=3))  # fmt: skip
LAW = RetentionRule(id="invoices", data=("billing",), period=Period(months=84), starts_at="end_of_fiscal_year",
                    law="a law", then=Outcome.ERASE)  # fmt: skip
ACCOUNT = RetentionRule(id="account", data=("account",), until="account_closed", then=Outcome.ERASE)
AN = SubjectRef({"email": "an@x.example"})
Work = tuple[Retention, World, StateFile]


@pytest.fixture
def work(world: Build, tmp_path: Path) -> Iterator[Work]:
    decls = [
        person(),
        TableDecl("app.log", links=(belongs("app.member", "member_id"),), columns=columns_of(body="content.text"),
                  dates={"created": "made"}),
        TableDecl("app.invoice", links=(belongs("app.member", "member_id"),), columns=columns_of(name="billing.name"),
                  dates={"end_of_fiscal_year": "day"}),
    ]  # fmt: skip
    hold = LegalHold(id="claim", data=("content",), people=("matter-1",), law="a claim")
    rules = replace(policy(content=YEAR, invoices=LAW, account=ACCOUNT), holds={"claim": hold})
    rows = {"member": [(1, "an@x.example", "An"), (2, "bo@x.example", "Bo")],
            "log": [(1, 1, "a", date(2025, 1, 1)), (2, 2, "b", date(2025, 1, 1)), (3, 2, "c", date(2026, 11, 1))],
            "invoice": [(1, 1, "An", date(2024, 5, 1)), (2, 2, "Bo", date(2024, 5, 1))]}  # fmt: skip
    w = world([MEMBER, LOG, INVOICE], decls, rows, rules)
    with open_state(tmp_path / "state.db", master=MasterKey.generate()) as door:
        casework = Casework(w.planner, door, w.planner.clock)
        casework.open_log()
        yield Retention(casework, budget=Budget(chunk=1)), w, door


def kinds(door: StateFile) -> list[str]:
    with door.read() as state:
        return [Entry.parse(body).kind for body in state.entries().bodies(0)]


def test_a_first_run_waits_for_a_person_and_the_next_does_not(work: Work) -> None:
    retention, w, door = work
    (first,) = retention.run(["content"])
    assert first.waits is not None
    assert first.waits.id == "WB451"
    assert w.column("log", "id") == [1, 2, 3]
    with pytest.raises(PlanError, match="WB454"):
        retention.work.apply(first.plan.id)
    retention.work.approve(first.plan.id, "officer")
    (swept,) = retention.run(["content"])
    assert (swept.rows, swept.left, swept.waits) == (2, 0, None)
    assert w.column("log", "id") == [3]
    assert kinds(door)[1:] == ["plan.made", "permission.granted", "plan.approved", "plan.applied", "plan.applied",
                               "plan.verified", "retention.swept"]  # fmt: skip
    w.add("log", 7, 2, "d", date(2025, 2, 2))
    (again,) = retention.run(["content"])
    assert (again.rows, again.waits) == (1, None)


def test_more_than_the_rule_declares_waits_again(work: Work) -> None:
    retention, w, _ = work
    (first,) = retention.run(["content"])
    retention.work.approve(first.plan.id, "officer")
    list(retention.run(["content"]))
    for n in range(10, 14):
        w.add("log", n, 2, "x", date(2025, 1, 1))
    (many,) = retention.run(["content"])
    assert many.waits is not None
    assert many.waits.id == "WB452"
    assert len(w.column("log", "id")) == 5


def test_a_changed_rule_is_a_first_run(work: Work) -> None:
    retention, w, _ = work
    (first,) = retention.run(["content"])
    retention.work.approve(first.plan.id, "officer")
    list(retention.run(["content"]))
    shorter = replace(YEAR, period=Period(days=7))
    w.planner.policy = replace(w.planner.policy, retention={**w.planner.policy.retention, "content": shorter})
    w.planner._digests = None
    (changed,) = retention.run(["content"])
    assert changed.waits is not None
    assert w.column("log", "id") == [3]


def test_a_named_hold_spares_its_people_until_it_is_lifted(work: Work) -> None:
    retention, w, _ = work
    retention.work.hold("claim", AN)
    (first,) = retention.run(["content"])
    assert first.plan.rows == 1
    retention.work.approve(first.plan.id, "officer")
    list(retention.run(["content"]))
    assert w.column("log", "id") == [1, 3]
    retention.work.lift("claim", AN)
    list(retention.run(["content"]))
    assert w.column("log", "id") == [3]


def erase(retention: Retention) -> None:
    case = retention.work.plan([AN])
    retention.work.approve(case.plan.id, "officer")
    retention.work.apply(case.plan.id)
    assert retention.work.verify(case.plan.id).clean
    retention.work.close(case.request)


def test_what_a_law_kept_comes_back_on_the_day_after_its_last(work: Work) -> None:
    retention, w, door = work
    erase(retention)
    assert w.column("invoice", "id") == [1, 2]
    clock = w.planner.clock
    clock.instant = datetime(2031, 12, 31, 9, tzinfo=UTC)  # type: ignore[attr-defined]
    assert list(retention.due()) == []
    clock.instant = datetime(2032, 1, 1, 9, tzinfo=UTC)  # type: ignore[attr-defined]
    (back,) = retention.due()
    assert (back.until, back.waits) == (None, None)
    assert w.column("invoice", "id") == [2]
    assert w.column("member", "id") == [2]
    assert kinds(door)[-1] == "tombstone.ended"
    assert list(retention.due()) == []


def test_a_re_import_is_found_and_waits_for_a_person(work: Work) -> None:
    retention, w, _ = work
    erase(retention)
    assert list(retention.due()) == []
    w.add("log", 1, 1, "a", date(2025, 1, 1))
    (back,) = retention.due()
    assert back.waits is not None
    assert back.waits.id == "WB455"
    plan = back.waits.todo.split()[-1]
    retention.work.approve(plan, "officer")
    retention.work.apply(plan)
    assert 1 not in w.column("log", "id")


def test_a_new_account_with_an_old_address_is_nobody_of_ours(work: Work) -> None:
    retention, w, _ = work
    erase(retention)
    w.add("member", 9, "an@x.example", "An again")
    w.planner.clock.instant = datetime(2032, 1, 1, 9, tzinfo=UTC)  # type: ignore[attr-defined]
    list(retention.due())
    assert w.column("member", "id") == [2, 9]
