"""Objection, withdrawal and stop-use from asking to outcome, with the evidence that each step leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from databases import Database
from rights_kit import AN, BO, PURPOSES, Desk, desk
from waarborg.datamap.model import Identifier
from waarborg.errors import PlanError, StateError
from waarborg.terms import SubjectRef
from worlds import person, policy, table, world

MEMBER = table("member", "id int, email text, name text?, phone text?")
ROWS = {"member": [(1, "an.canary@x.example", "An", "0612345678"), (2, "bo@x.example", "Bo", "0687654321")]}


@pytest.fixture
def at(tmp_path: Path, sqlite: Database) -> Iterator[Desk]:
    ways = (Identifier("email", "email", ("lowercase",)), Identifier("phone", "phone", ("phone",)))
    w = world([MEMBER], [person(identifiers=ways)], ROWS, replace(policy(), purposes=PURPOSES), sqlite)
    with desk(w, tmp_path) as made:
        yield made


def test_an_objection_halts_the_purpose_until_it_is_weighed(at: Desk) -> None:
    limit = at.work.object(AN, "research")
    assert not at.work.may_use(AN, "research")
    assert at.work.may_use(AN, "billing")
    assert at.work.may_use(BO, "research")
    with pytest.raises(StateError, match="WB572"):
        at.work.weigh(limit.id, upheld=False)
    assert not at.work.may_use(AN, "research"), "what could not be decided changes nothing"
    at.work.weigh(limit.id, upheld=False, reason="We must find fraud.")
    assert at.work.may_use(AN, "research")
    assert at.kinds()[-3:] == ["request.received", "objection.recorded", "objection.refused"]


def test_an_objection_that_is_upheld_stands(at: Desk) -> None:
    at.work.weigh(at.work.object(AN, "research").id, upheld=True, reason="Nothing outweighs it.")
    assert not at.work.may_use(AN, "research")
    assert at.work.object(AN, "research").state == "upheld", "to ask again changes nothing"
    assert at.kinds().count("request.received") == 1


def test_an_objection_to_direct_marketing_is_absolute(at: Desk) -> None:
    limit = at.work.object(AN, "newsletter")
    assert limit.state == "upheld"
    assert at.kinds()[-2:] == ["objection.recorded", "objection.upheld"]
    with pytest.raises(StateError, match="WB571"):
        at.work.weigh(limit.id, upheld=False, reason="We like it.")
    assert not at.work.may_use(AN, "newsletter")


def test_what_cannot_be_stopped_this_way_is_said(at: Desk) -> None:
    with pytest.raises(PlanError, match="WB461"):
        at.work.object(AN, "billing")
    with pytest.raises(PlanError, match="WB462"):
        at.work.withdraw(AN, "research")
    with pytest.raises(PlanError, match=r'WB460.*"research"'):
        at.work.object(AN, "reserach")
    with pytest.raises(PlanError, match="WB460"):
        at.work.may_use(AN, "reserach")
    assert "request.received" not in at.kinds()


def test_a_withdrawal_stops_at_once_and_consent_ends_it(at: Desk) -> None:
    at.work.withdraw(AN, "newsletter")
    assert not at.work.may_use(AN, "newsletter")
    assert len(at.work.consent(AN, "newsletter")) == 1
    assert at.work.may_use(AN, "newsletter")
    assert at.kinds()[-2:] == ["consent.withdrawn", "consent.given"]


def test_stop_use_leaves_what_a_law_demands(at: Desk) -> None:
    limit = at.work.stop_use(AN)
    assert [bool(at.work.may_use(AN, one)) for one in ("billing", "research", "books")] == [False, False, True]
    at.work.take_back(limit.id)
    assert at.work.may_use(AN, "billing")
    assert at.kinds()[-2:] == ["use.stopped", "use.resumed"]


def test_a_person_is_known_again_by_what_stands_in_their_row(at: Desk) -> None:
    at.work.object(AN, "research")
    for other in ({"phone": "+31 6 12345678"}, {"key": "1"}, {"email": "AN.canary@X.example"}):
        asked = SubjectRef(other, "app.member" if "key" in other else "")
        assert not at.work.may_use(asked, "research")
    assert at.work.may_use(SubjectRef({"key": "1"}, "app.visitor"), "research"), "another table's number 1"


def test_many_are_asked_for_at_once(at: Desk) -> None:
    at.work.object(AN, "research")
    asked = [BO, AN, *(SubjectRef({"email": f"p{n}@x.example"}) for n in range(1200))]
    found = at.work.may_use_each(asked, "research")
    assert [bool(use) for use in found[:3]] == [True, False, True]
    assert len(found) == 1202
    assert found[1].limits[0].purpose == "research"


def test_nothing_of_it_names_anybody(at: Desk, tmp_path: Path) -> None:
    at.work.object(AN, "research")
    at.work.withdraw(AN, "newsletter")
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("state.db*"))
    assert b"objection.recorded" in raw
    assert b"canary" not in raw.lower()
