"""A sweep and a restricted person: restricted data is stored, so it stays; afterwards it goes (Art. 18(2))."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from databases import Database
from plans_restriction import AN, ROWS, TABLES, decls, policy_with
from rights_kit import Desk, desk
from waarborg.clock import Period
from waarborg.plans import retention
from waarborg.plans.retention import Retention
from waarborg.policy.parts import RightRule, Rights
from waarborg.policy.retention import RetentionRule
from waarborg.terms import Outcome
from worlds import world

OLD = RetentionRule(
    id="old", data=("billing",), period=Period(months=1), starts_at="end_of_fiscal_year", then=Outcome.ERASE
)
PAST = {**ROWS, "invoice": [(1, 1, "An canary", date(2020, 1, 1)), (2, 2, "Bo", date(2020, 1, 1))]}


@pytest.fixture
def at(sqlite: Database, tmp_path: Path) -> Iterator[Desk]:
    rights = Rights(restriction=RightRule(id="restriction"))
    the = policy_with(retention={"old": OLD}, rights=rights)
    with desk(world(TABLES, decls(marker=True), PAST, the, sqlite), tmp_path) as made:
        yield made


def marked(at: Desk) -> str:
    case = at.work.restrict(AN, "claims")
    at.work.approve(case.plan.id, "officer")
    at.work.apply(case.plan.id)
    assert at.work.verify(case.plan.id).clean
    return case.request


def due(at: Desk) -> int:
    return next(plan for plan, _ in Retention(at.work).plans()).rows


def test_a_sweep_leaves_the_rows_of_a_restricted_person_until_it_is_lifted(at: Desk) -> None:
    assert due(at) == 2
    request = marked(at)
    plan = next(plan for plan, _ in Retention(at.work).plans())
    assert plan.rows == 1
    assert [(kept.rows, kept.ground.rule) for kept in plan.kept() if kept.why == "rule"] == [(1, "rights.restriction")]
    at.work.tell(request, reason="It was right.", letter=b"Dear An")
    case = at.work.restore(request)
    at.work.approve(case.plan.id, "officer")
    at.work.apply(case.plan.id)
    assert at.work.verify(case.plan.id).clean
    assert due(at) == 2


def test_sabotage_a_sweep_that_does_not_ask_takes_them(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    marked(at)
    monkeypatch.setattr(retention, "RESTRICTED", "nobody")
    assert due(at) == 2, "they are spared by the register and by nothing else"
