"""Objection and profile: what was inferred for the purpose goes, what others read or a law keeps stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from rights_kit import AN, BO, Desk, desk
from waarborg.datamap.model import ColumnDecl, TableDecl
from waarborg.errors import PlanError
from waarborg.policy.entries import DataCategory, Purpose
from waarborg.policy.model import LegalHold
from waarborg.policy.retention import EVERYONE
from waarborg.policy.values import Source
from waarborg.terms import LegalBasis
from worlds import Build, belongs, columns_of, person, policy, table

MEMBER = table("member", "id int, email text, name text?, score text?")
TASTE = table("taste", "id int, member_id int, likes text?", refs={"member_id": "member.id"})
SEEN = table("seen", "id int, member_id int, page text?", refs={"member_id": "member.id"})
ROWS = {
    "member": [(1, "an.canary@x.example", "An", "canary 9"), (2, "bo@x.example", "Bo", "8")],
    "taste": [(1, 1, "canary"), (2, 2, "tea"), (3, 1, None)],
    "seen": [(1, 1, "page"), (2, 2, "page")],
}
PURPOSES = {
    "recommendations": Purpose(id="recommendations", data=("taste", "seen"), basis=LegalBasis.LEGITIMATE_INTERESTS),
    "service": Purpose(id="service", data=("account", "seen"), basis=LegalBasis.CONTRACT),
}
DATA = {
    "account": DataCategory(id="account", label={"nl": "account"}),  # type: ignore[arg-type]
    "taste": DataCategory(id="taste", label={"nl": "smaak"}, source=(Source.INFERRED,)),  # type: ignore[arg-type]
    "seen": DataCategory(id="seen", label={"nl": "gezien"}, source=(Source.AUTOMATIC,)),  # type: ignore[arg-type]
}
Make = Callable[..., Desk]


@pytest.fixture
def make(world: Build, tmp_path: Path) -> Iterator[Make]:
    with ExitStack() as stack:

        def build(**more: object) -> Desk:
            member = replace(
                person(), columns={**columns_of(email="account.email", name="account.name"),
                                   "score": ColumnDecl("score", "taste.score")},
            )  # fmt: skip
            decls = [
                member,
                TableDecl(
                    "app.taste", links=(belongs("app.member", "member_id"),), columns=columns_of(likes="taste.likes")
                ),
                TableDecl(
                    "app.seen", links=(belongs("app.member", "member_id"),), columns=columns_of(page="seen.page")
                ),
            ]
            the = replace(policy(), data=DATA, purposes=PURPOSES, retention={}, **more)
            return stack.enter_context(desk(world([MEMBER, TASTE, SEEN], decls, ROWS, the), tmp_path))

        yield build


def test_the_profile_goes_and_nothing_else(make: Make) -> None:
    at = make()
    before = at.dump()
    limit = at.work.object(AN, "recommendations")
    at.work.weigh(limit.id, upheld=True, reason="Nothing outweighs it.")
    case = at.work.plan_profile(AN, "recommendations")
    assert {(step.table, step.rows, step.treatment.value) for step in case.plan.steps()} == {
        ("app.taste", 2, "delete"), ("app.member", 1, "clear")}  # fmt: skip
    at.work.approve(case.plan.id, "officer")
    assert at.work.apply(case.plan.id).done
    assert at.work.verify(case.plan.id).clean
    after = at.dump()
    assert "canary 9" not in str(after)
    assert after["taste"] == [row for row in before["taste"] if row["member_id"] != 1]
    assert after["seen"] == before["seen"], "what she did is not a profile, and the service reads it"
    assert [row["score"] for row in after["member"]] == [None, "8"]
    assert at.work.may_use(BO, "recommendations")
    assert {e.data.get("right") for e in at.entries() if e.kind == "plan.made"} == {"objection"}


def test_a_purpose_without_a_profile_says_so(make: Make) -> None:
    at = make()
    with pytest.raises(PlanError, match="WB482"):
        at.work.plan_profile(AN, "service")
    with pytest.raises(PlanError, match="WB460"):
        at.work.plan_profile(AN, "nothing")


def test_what_another_purpose_reads_is_not_removed(make: Make) -> None:
    both = {**PURPOSES, "service": replace(PURPOSES["service"], data=("account", "taste"))}
    at = make()
    at.work.planner.policy = replace(at.work.planner.policy, purposes=both)
    with pytest.raises(PlanError, match="WB482"):
        at.work.plan_profile(AN, "recommendations")


def test_under_a_hold_the_profile_stays_and_is_said(make: Make) -> None:
    hold = LegalHold(id="inquiry", data=("taste",), people=(EVERYONE,), law="an inquiry")
    at = make(holds={"inquiry": hold})
    case = at.work.plan_profile(AN, "recommendations")
    assert case.plan.rows == 0
    assert {kept.ground.rule for kept in case.plan.kept()} == {"holds.inquiry"}
