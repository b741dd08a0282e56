"""A rectification on the desk: evidence that proves and shows nothing, and the same person in everything we keep."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from databases import Database
from plans_rectification import NEW, OLD, ROWS, TABLES, decls, the_policy
from rights_kit import Desk, desk
from waarborg.errors import StalePlan
from waarborg.plans.casework import reference
from waarborg.plans.rights import value_digest
from waarborg.policy.entries import Purpose
from waarborg.policy.model import LegalHold
from waarborg.terms import LegalBasis, SubjectRef
from worlds import NOW, world

AN, NOW_AN = SubjectRef({"email": OLD}), SubjectRef({"email": NEW})


@pytest.fixture
def at(tmp_path: Path, sqlite: Database) -> Iterator[Desk]:
    research = Purpose(id="research", data=("content",), basis=LegalBasis.LEGITIMATE_INTERESTS)
    hold = LegalHold(id="claim", data=("billing",), people=("matter-1",), law="a claim")
    with desk(world(TABLES, decls(), ROWS, the_policy(purposes={"research": research}, holds={"claim": hold}), sqlite),
              tmp_path) as made:  # fmt: skip
        yield made


def corrected(at: Desk) -> str:
    """Plan, approve, apply, verify."""
    case = at.work.plan_rectification(AN, {"account.email": NEW})
    at.work.approve(case.plan.id, "officer")
    assert at.work.apply(case.plan.id).done
    assert at.work.verify(case.plan.id).clean
    return case.plan.id


def test_the_old_value_is_provable_and_unreadable(at: Desk, tmp_path: Path) -> None:
    corrected(at)
    (entry,) = at.data("value.rectified")
    with at.door.read() as state:
        _, key = state.people.subject(reference(AN), at=NOW)
    assert entry["item"] == "account.email"
    assert entry["old"] == value_digest(key, "account.email", OLD), "whoever has the person's key can prove it"
    assert entry["new"] == value_digest(key, "account.email", NEW)
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("state.db*")).lower()
    assert b"value.rectified" in raw
    assert b"canary" not in raw
    assert NEW.encode() not in raw


def test_evidence_names_the_same_person_before_and_after(at: Desk) -> None:
    corrected(at)
    at.work.plan([NOW_AN])
    received = [entry.subject for entry in at.entries() if entry.kind == "request.received"]
    assert len(received) == 2
    assert len(set(received)) == 1
    with at.door.begin() as state:
        assert state.people.forget(reference(NOW_AN), at=NOW)
        assert not state.people.has(reference(AN), at=NOW), "the alias goes with the person's key"


def test_holds_and_objections_follow_and_the_old_address_is_free(at: Desk) -> None:
    at.work.hold("claim", AN)
    at.work.object(AN, "research")
    case = at.work.plan_rectification(AN, {"account.email": NEW})
    at.work.approve(case.plan.id, "officer")
    at.work.apply(case.plan.id)
    for who in (AN, NOW_AN):
        assert not at.work.may_use(who, "research"), "between apply and verify both lead to her"
    at.work.verify(case.plan.id)
    assert not at.work.may_use(NOW_AN, "research")
    assert at.work.may_use(AN, "research"), "the old address may be somebody else's by now (attack 4)"
    with at.door.begin() as state:
        later = NOW + timedelta(days=1)
        assert state.holds.covering(NOW_AN.identifiers, at=later) == {"claim"}
        assert state.holds.covering(AN.identifiers, at=later) == frozenset()
        assert state.holds.named(at=later) == {"claim": [{"email": NEW}]}


def test_an_open_erasure_finds_the_person_under_the_new_address(at: Desk) -> None:
    erasure = at.work.plan([AN])
    at.work.approve(erasure.plan.id, "officer")
    corrected(at)
    case = at.work.case(erasure.plan.id)
    assert case.sealed.people[0].identifiers == {"email": NEW}
    assert at.work.apply(erasure.plan.id).rows > 0
    assert at.work.verify(erasure.plan.id).clean
    for name in ("member", "subscriber", "login"):
        assert NEW not in str(at.world.rows(name)), "what a law keeps is a shell without her"


def test_a_tombstone_knows_the_new_address(at: Desk) -> None:
    erasure = at.work.plan([AN])
    at.work.approve(erasure.plan.id, "officer")
    at.work.apply(erasure.plan.id)
    at.work.verify(erasure.plan.id)
    with at.door.begin() as state:
        assert state.whose.of([("email", OLD.upper())], at=NOW)
    at.world.add("member", 7, OLD, OLD.lower(), "An", None, None)
    corrected(at)
    with at.door.begin() as state:
        (tombstone,) = state.tombstones.all()
        assert NEW.encode() in state.tombstones.open(tombstone.id)
        assert f"tombstone:{tombstone.id}" in state.whose.of([("email", NEW)], at=NOW)


def test_what_is_stale_leaves_everything_as_it_was(at: Desk) -> None:
    case = at.work.plan_rectification(AN, {"account.phone": "0699990000"})
    at.work.approve(case.plan.id, "officer")
    with closing(sqlite3.connect(at.world.database.name)) as other:  # type: ignore[union-attr]
        other.execute("UPDATE member SET phone = '0600000000' WHERE id = 1")
        other.commit()
    with pytest.raises(StalePlan):
        at.work.apply(case.plan.id)
    assert at.kinds()[-1] == "plan.stale"
    assert "value.rectified" not in at.kinds()


def test_a_crash_before_the_evidence_is_mended(at: Desk) -> None:
    case = at.work.plan_rectification(AN, {"account.email": NEW})
    approval = at.work.approve(case.plan.id, "officer")
    at.work.planner.apply(case.plan, case.sealed, approval)
    assert "value.rectified" not in at.kinds()
    assert [part.state for part in at.work.apply(case.plan.id).stores] == ["already"]
    assert at.kinds().count("value.rectified") == 1
    at.work.apply(case.plan.id)
    assert at.kinds().count("value.rectified") == 1
    assert at.work.verify(case.plan.id, leftovers=True).clean


def test_a_copy_in_a_row_of_nobody_is_reported(at: Desk) -> None:
    at.world.add("project", 9, 2, None, OLD, None)
    plan = corrected(at)
    found = at.work.leftovers(plan)
    assert [one.place for one in found.places if one.standing.value == "unexplained"] == ["app.project.contact_email"]
