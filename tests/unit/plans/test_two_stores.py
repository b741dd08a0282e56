"""A person in two stores: rows in one are found again although the row in the other, which led to them, is gone."""

from __future__ import annotations

import pytest

from waarborg.clock import FixedClock
from waarborg.datamap.model import DataMap, StoreDecl, TableDecl
from waarborg.plans import locate
from waarborg.plans.model import Approval
from waarborg.plans.planner import Planner
from waarborg.stores.contract import Schema
from waarborg.stores.memory import MemoryStore
from waarborg.terms import SubjectRef
from worlds import NOW, belongs, columns_of, person, policy, table

MEMBER = table("member", "id int, email text, name text?")
LOGIN = table("login", "id int, member_id int, body text?")
Rows = list[dict[str, object]]


def two_stores() -> tuple[Planner, Rows, Rows]:
    members: Rows = [{"id": 1, "email": "an@x.example", "name": "An"}, {"id": 2, "email": "bo@x.example", "name": "Bo"}]
    logins: Rows = [{"id": 1, "member_id": 1, "body": "canary"}, {"id": 2, "member_id": 2, "body": "of Bo"}]
    app = MemoryStore("app", Schema("memory", {"member": MEMBER}), {"member": members})
    log = MemoryStore("log", Schema("memory", {"login": LOGIN}), {"login": logins})
    decl = TableDecl("log.login", links=(belongs("app.member", "member_id"),), columns=columns_of(body="content.text"))
    stores = {"app": StoreDecl("app", "memory"), "log": StoreDecl("log", "memory")}
    datamap = DataMap(stores, {"app.member": person(), "log.login": decl})
    return Planner(policy(), datamap, {"app": app, "log": log}, FixedClock(NOW)), members, logins


def test_a_row_born_in_the_other_store_after_its_person_went_is_found() -> None:
    planner, members, logins = two_stores()
    plan, sealed = planner.plan_erasure([SubjectRef({"email": "an@x.example"})])
    planner.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
    assert [row["id"] for row in members] == [2]
    logins.append({"id": 9, "member_id": 1, "body": "canary"})
    verdict = planner.verify(plan, sealed)
    assert verdict.follow_up is not None
    planner.apply(verdict.follow_up, sealed, Approval(verdict.follow_up.digest, "officer", NOW))
    assert [row["body"] for row in logins] == ["of Bo"]


def test_sabotage_without_the_keys_that_led_there_it_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locate, "FROZEN", ("frozen:", "words:", "tenant:"))
    planner, _, logins = two_stores()
    plan, sealed = planner.plan_erasure([SubjectRef({"email": "an@x.example"})])
    planner.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
    logins.append({"id": 9, "member_id": 1, "body": "canary"})
    assert planner.verify(plan, sealed).clean
