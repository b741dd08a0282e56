"""A request from plan to closing: what is sealed, what is recorded, what a crash leaves to be mended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from waarborg.datamap.model import TableDecl
from waarborg.errors import PlanError, StalePlan
from waarborg.evidence.entry import Entry
from waarborg.plans.casework import Casework
from waarborg.policy.model import LegalHold
from waarborg.state import MasterKey, StateFile, open_state
from waarborg.terms import SubjectRef
from worlds import Build, World, belongs, columns_of, person, policy, table

MEMBER = table("member", "id int, email text, name text?")
NOTE = table("note", "id int, member_id int, body text?")
CANARY = "an.canary@x.example"
AN = SubjectRef({"email": CANARY})


@pytest.fixture
def work(world: Build, tmp_path: Path) -> Iterator[tuple[Casework, World, StateFile]]:
    """Casework over a small world."""
    decl = TableDecl("app.note", links=(belongs("app.member", "member_id"),), columns=columns_of(body="content.text"))
    hold = LegalHold(id="claim", data=("content",), people=("matter-1",), law="a claim")
    rows = {"member": [(1, CANARY, "An"), (2, "bo@x.example", "Bo")], "note": [(1, 1, "a"), (2, 2, "b")]}
    w = world([MEMBER, NOTE], [person(), decl], rows, replace(policy(), holds={"claim": hold}))
    with open_state(tmp_path / "state.db", master=MasterKey.generate()) as door:
        casework = Casework(w.planner, door, w.planner.clock)
        casework.open_log()
        yield casework, w, door


def kinds(door: StateFile) -> list[str]:
    """The kinds of all entries, in order."""
    with door.read() as state:
        return [Entry.parse(body).kind for body in state.entries().bodies(0)]


def test_every_arrow_leaves_an_entry(work: tuple[Casework, World, StateFile]) -> None:
    casework, w, door = work
    case = casework.plan([AN])
    casework.approve(case.plan.digest, "officer")
    assert casework.apply(case.plan.id).done
    assert casework.verify(case.plan.id).clean
    casework.close(case.request)
    assert kinds(door) == [
        "log.opened",
        "request.received",
        "plan.made",
        "plan.approved",
        "plan.applied",
        "plan.verified",
        "request.closed",
    ]
    assert w.column("note", "id") == [2]


def test_nothing_is_applied_unapproved(work: tuple[Casework, World, StateFile]) -> None:
    casework, w, _ = work
    case = casework.plan([AN])
    with pytest.raises(PlanError, match="WB424"):
        casework.apply(case.plan.id)
    assert w.column("note", "id") == [1, 2]


def test_the_state_file_never_shows_who(work: tuple[Casework, World, StateFile], tmp_path: Path) -> None:
    casework, _, _ = work
    case = casework.plan([AN])
    casework.approve(case.plan.id, "officer")
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("state.db*"))
    assert case.plan.digest.encode() in raw
    assert CANARY.encode() not in raw


def test_a_crash_between_store_and_evidence_is_mended(work: tuple[Casework, World, StateFile]) -> None:
    casework, w, door = work
    case = casework.plan([AN])
    approval = casework.approve(case.plan.id, "officer")
    casework.planner.apply(case.plan, case.sealed, approval)
    assert "plan.applied" not in kinds(door)
    result = casework.apply(case.plan.id)
    assert [part.state for part in result.stores] == ["already"]
    assert "plan.applied" in kinds(door)
    assert casework.verify(case.plan.id).clean
    assert w.column("member", "id") == [2]


def test_a_row_born_meanwhile_goes_under_the_same_approval(work: tuple[Casework, World, StateFile]) -> None:
    casework, w, door = work
    case = casework.plan([AN])
    casework.approve(case.plan.id, "officer")
    casework.apply(case.plan.id)
    w.add("note", 7, 1, "late")
    assert casework.verify(case.plan.id).clean
    assert w.column("note", "id") == [2]
    assert kinds(door).count("plan.applied") == 2


def test_a_named_hold_binds_from_placing_to_lifting(work: tuple[Casework, World, StateFile]) -> None:
    casework, w, _ = work
    casework.hold("claim", SubjectRef({"email": CANARY.upper()}))
    case = casework.plan([AN])
    assert {kept.ground.rule for kept in case.plan.kept()} >= {"holds.claim"}
    casework.approve(case.plan.id, "officer")
    casework.lift("claim", AN)
    with pytest.raises(StalePlan):
        casework.apply(case.plan.id)
    assert w.column("note", "body") == ["a", "b"]
    with pytest.raises(PlanError, match="WB457"):
        casework.hold("clam", AN)


def test_leftovers_are_searched_when_asked_and_leave_an_entry(work: tuple[Casework, World, StateFile]) -> None:
    casework, w, door = work
    w.add("note", 5, 2, f"{CANARY} said so")
    case = casework.plan([AN])
    with pytest.raises(PlanError, match="WB439"):
        casework.leftovers(case.plan.id)
    casework.approve(case.plan.id, "officer")
    casework.apply(case.plan.id)
    assert casework.verify(case.plan.id).leftovers is None
    found = casework.verify(case.plan.id, leftovers=True).leftovers
    assert found is not None
    assert (found.unexplained, [one.place for one in found.places]) == (1, ["app.note.body"])
    assert casework.leftovers(case.plan.id) == found, "the same row has the same digest in every scan"
    with door.read() as state:
        entries = [Entry.parse(body) for body in state.entries().bodies(0)]
    scanned = [entry for entry in entries if entry.kind == "leftovers.scanned"]
    assert [entry.data["unexplained"] for entry in scanned] == [1, 1]
    assert scanned[0].data["stores"] == ["app"]
    assert all(CANARY not in str(entry.data) for entry in entries)


def test_what_is_not_clean_is_not_searched(work: tuple[Casework, World, StateFile]) -> None:
    casework, _, _ = work
    case = casework.plan([AN])
    verdict = casework.verify(case.plan.id, leftovers=True)
    assert not verdict.clean
    assert verdict.leftovers is None
