"""Attack 23: people come back by a backup or a re-import. Attack 24: a row is born while its person is erased."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from waarborg.datamap.model import TableDecl
from waarborg.plans import casework as casework_module
from waarborg.plans.casework import Casework
from waarborg.plans.model import Approval, Sealed
from waarborg.state import MasterKey, open_state
from waarborg.terms import SubjectRef
from worlds import NOW, Build, World, belongs, columns_of, person, table

MEMBER = table("member", "id int, email text, name text?")
LOGIN = table("login", "id int, member_id int, body text?")
DECL = TableDecl("app.login", links=(belongs("app.member", "member_id"),), columns=columns_of(body="content.text"))
ROWS = {
    "member": [(1, "an@x.example", "An"), (2, "bo@x.example", "Bo")],
    "login": [(1, 1, "canary"), (2, 2, "of Bo")],
}
AN = SubjectRef({"email": "an@x.example"})


@pytest.fixture
def w(world: Build) -> World:
    return world([MEMBER, LOGIN], [person(), DECL], ROWS)


@pytest.fixture
def work(w: World, tmp_path: Path) -> Iterator[Casework]:
    with open_state(tmp_path / "state", master=MasterKey.generate()) as door:
        made = Casework(w.planner, door, w.planner.clock)
        made.open_log()
        yield made


def test_attack_23_a_re_import_is_found_by_the_sealed_identifiers(w: World) -> None:
    plan, sealed = w.plan("an@x.example")
    w.planner.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
    w.add("member", 7, "an@x.example", "An")  # a new key, the old address
    w.add("login", 7, 7, "canary")
    verdict = w.planner.verify(plan, sealed)
    assert not verdict.clean
    assert verdict.follow_up is not None
    again = verdict.follow_up
    w.planner.apply(again, sealed, Approval(again.digest, "officer", NOW))
    assert w.planner.verify(plan, sealed).clean
    assert w.column("login", "body") == ["of Bo"]
    assert w.column("member", "id") == [2]


def test_attack_23_a_restored_backup_is_found_by_the_frozen_keys(w: World) -> None:
    plan, sealed = w.plan("an@x.example")
    w.planner.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
    w.add("login", 1, 1, "canary")  # its person is not there any more
    verdict = w.planner.verify(plan, sealed)
    assert verdict.follow_up is not None
    assert {(s.table, s.rows) for s in verdict.follow_up.steps()} == {("app.login", 1)}


def test_attack_23_sabotage_without_the_sealed_side_nothing_is_found(w: World) -> None:
    plan, sealed = w.plan("an@x.example")
    w.planner.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
    w.add("login", 1, 1, "canary")
    forgotten = Sealed(sealed.people, {"app": type(sealed.seeds["app"])()})
    assert w.planner.verify(plan, forgotten).clean
    assert "canary" in w.column("login", "body")


def test_attack_24_a_row_born_meanwhile_goes_under_the_same_approval(w: World, work: Casework) -> None:
    case = work.plan([AN])
    work.approve(case.plan.digest, "officer")
    work.apply(case.plan.id)
    w.add("login", 9, 1, "canary")
    assert "canary" in w.column("login", "body")
    assert work.verify(case.plan.id).clean
    assert w.column("login", "body") == ["of Bo"]


def test_attack_24_too_many_new_rows_wait_for_a_person(w: World, work: Casework) -> None:
    case = work.plan([AN])
    work.approve(case.plan.digest, "officer")
    work.apply(case.plan.id)
    for number in range(100, 130):
        w.add("login", number, 1, "canary")
    assert not work.verify(case.plan.id).clean
    assert w.column("login", "body").count("canary") == 30


def test_attack_24_sabotage_without_follow_ups_it_stays(
    w: World, work: Casework, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(casework_module, "FOLLOW_UPS", 0)
    case = work.plan([AN])
    work.approve(case.plan.digest, "officer")
    work.apply(case.plan.id)
    w.add("login", 9, 1, "canary")
    assert not work.verify(case.plan.id).clean
    assert "canary" in w.column("login", "body")
