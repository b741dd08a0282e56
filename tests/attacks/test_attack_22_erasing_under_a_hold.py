"""Attack 22: erasing what a legal hold covers, for everyone or for one person by name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from waarborg.datamap.model import TableDecl
from waarborg.errors import PlanError
from waarborg.plans.model import Approval
from waarborg.policy.model import LegalHold
from waarborg.policy.retention import EVERYONE
from worlds import NOW, Build, World, belongs, columns_of, person, policy, table

MEMBER = table("member", "id int, email text, name text?")
NOTE = table("note", "id int, member_id int, body text?", refs={"member_id": "member.id"})
DECL = TableDecl("app.note", links=(belongs("app.member", "member_id"),), columns=columns_of(body="content.text"))
ROWS = {
    "member": [(1, "an@x.example", "An"), (2, "bo@x.example", "Bo")],
    "note": [(1, 1, "canary of An"), (2, 2, "canary of Bo")],
}


def held(world: Build, *holds: LegalHold) -> World:
    return world([MEMBER, NOTE], [person(), DECL], ROWS, replace(policy(), holds={one.id: one for one in holds}))


def test_attack_22_without_a_hold_the_canary_goes(world: Build) -> None:
    w = held(world)
    assert "canary of An" in w.column("note", "body")
    w.erase("an@x.example")
    assert "canary of An" not in w.column("note", "body")


def test_attack_22_a_hold_for_everyone_keeps_it_with_its_reason(world: Build) -> None:
    w = held(world, LegalHold(id="inquiry", data=("content",), people=(EVERYONE,), law="an inquiry"))
    plan, _, verdict = w.erase("an@x.example")
    assert "canary of An" in w.column("note", "body")
    assert verdict.clean
    assert [(k.rows, k.ground.rule) for k in plan.kept() if k.table == "app.note"] == [(1, "holds.inquiry")]
    assert w.rows("member")[0]["name"] is None, "what the hold does not cover goes all the same"


def test_attack_22_a_hold_on_a_named_person_keeps_theirs_only(world: Build) -> None:
    w = held(world, LegalHold(id="claim", data=("content",), people=("matter-7",), law="a claim"))
    w.planner.under_hold = lambda one: frozenset({"claim"} if one.identifiers["email"] == "an@x.example" else ())
    w.erase("an@x.example")
    assert "canary of An" in w.column("note", "body")
    w.erase("bo@x.example")
    assert w.column("note", "body") == ["canary of An"]


def test_attack_22_a_hold_that_came_after_the_approval_stops_the_erasure(world: Build) -> None:
    w = held(world, LegalHold(id="claim", data=("content",), people=("matter-7",), law="a claim"))
    plan, sealed = w.plan("an@x.example")
    w.planner.under_hold = lambda one: frozenset({"claim"})
    with pytest.raises(Exception, match="WB4"):
        w.planner.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
    assert "canary of An" in w.column("note", "body")


def test_attack_22_one_held_person_in_a_batch_is_said(world: Build) -> None:
    w = held(world, LegalHold(id="claim", data=("content",), people=("matter-7",), law="a claim"))
    w.planner.under_hold = lambda one: frozenset({"claim"} if one.identifiers["email"] == "an@x.example" else ())
    with pytest.raises(PlanError, match="WB427"):
        w.plan("an@x.example", "bo@x.example")


def test_attack_22_sabotage_a_register_that_is_not_asked(world: Build) -> None:
    w = held(world, LegalHold(id="claim", data=("content",), people=("matter-7",), law="a claim"))
    w.planner.under_hold = lambda one: frozenset()
    w.erase("an@x.example")
    assert "canary of An" not in w.column("note", "body"), "the hold is kept by asking the register, by nothing else"
