"""What outlives a request: every erasure leaves a tombstone that names nobody, and dies by itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from waarborg.clock import FixedClock, Period
from waarborg.datamap.model import Identifier, TableDecl
from waarborg.evidence.entry import Entry
from waarborg.plans.casework import Case, Casework, reference
from waarborg.plans.outliving import marker, stones
from waarborg.plans.recall import ADDRESS, NUMBER, Recall
from waarborg.plans.retention import Back, Retention
from waarborg.plans.tombstones import Stone, backups_end, read_stone
from waarborg.policy.model import Policy
from waarborg.policy.retention import LegalHold, RetentionRule
from waarborg.state import Backup, MasterKey, StateFile, open_state
from waarborg.terms import Outcome, SubjectRef
from worlds import NOW, Build, World, belongs, columns_of, person, policy, table

EMAIL = "canary.jansen@post.example"
NAME = "Canary Jansen"
JAN = SubjectRef({"email": EMAIL})
MEMBER = table("member", "id int, email text?, name text?, made date?")
LOGIN = table("login", "id int, member_id int?, body text?", refs={"member_id": "member.id"})
INVOICE = table("invoice", "id int, member_id int, name text?, day date?", refs={"member_id": "member.id"})
INVITED = table("invited", "id int, address text?")
ROWS = {
    "member": [(1, EMAIL, NAME, date(2024, 1, 1)), (2, "bo@x.example", "Bo", date(2024, 1, 1))],
    "login": [(1, 1, "x"), (2, 2, "y")],
    "invited": [(1, EMAIL), (2, "bo@x.example")],
}
NIGHTLY = RetentionRule(id="backups", sets=("nightly",), period=Period(months=3))
ACCOUNT = RetentionRule(id="account", data=("account",), until="account_closed", then=Outcome.ERASE)
LAW = RetentionRule(id="invoices", data=("billing",), period=Period(months=84), starts_at="end_of_fiscal_year",
                    law="a law", then=Outcome.ERASE)  # fmt: skip


def people() -> TableDecl:
    made = person(identifiers=(Identifier("email", "email"), Identifier("name", "name")))
    return replace(made, dates={"created": "made"})


DECLS = [
    people(),
    TableDecl("app.login", links=(belongs("app.member", "member_id"),), columns=columns_of(body="content.text")),
    TableDecl("app.invoice", links=(belongs("app.member", "member_id"),), columns=columns_of(name="billing.name"),
              dates={"end_of_fiscal_year": "day"}),
    TableDecl("app.invited", links=(belongs("app.member", "address", by_identifier="email"),),
              columns=columns_of(address="content.text")),
]  # fmt: skip


@dataclass
class Office:
    """A world with its casework, and a clock to move."""

    w: World
    work: Casework
    door: StateFile
    clock: FixedClock

    def erase(self, who: SubjectRef = JAN, verify: bool = True) -> Case:
        case = self.work.plan([who])
        self.work.approve(case.plan.id, "officer")
        self.work.apply(case.plan.id)
        if verify:
            assert self.work.verify(case.plan.id).clean
            self.work.close(case.request)
        return case

    def stones(self) -> list[Stone]:
        with self.door.begin() as state:
            return list(stones(state).values())

    def kinds(self) -> list[str]:
        with self.door.read() as state:
            return [Entry.parse(body).kind for body in state.entries().bodies(0)]

    def due(self) -> list[Back]:
        return list(Retention(self.work).due())

    def on(self, day: date) -> None:
        self.clock.instant = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)

    def recall(self) -> Recall:
        with self.door.begin() as state:
            found = {stone.id: content for stone, content in stones(state).items()}
            return Recall(self.w.planner, found, marker(state, self.clock.now()))


Made = Iterator[Office]


def office(world: Build, tmp_path: Path, rules: Policy, rows: dict[str, list[tuple[object, ...]]]) -> Made:
    w = world([MEMBER, LOGIN, INVOICE, INVITED], DECLS, rows, rules)
    with open_state(tmp_path / "state.db", master=MasterKey.generate()) as door:
        work = Casework(w.planner, door, w.planner.clock)
        work.open_log()
        assert isinstance(w.planner.clock, FixedClock)
        yield Office(w, work, door, w.planner.clock)


@pytest.fixture
def kept(world: Build, tmp_path: Path) -> Made:
    """Copies are kept for three months, and the law wants nothing."""
    yield from office(world, tmp_path, policy(account=ACCOUNT, backups=NIGHTLY), ROWS)


@pytest.fixture
def bare(world: Build, tmp_path: Path) -> Made:
    """No copies, and an invoice under law."""
    hold = LegalHold(id="claim", data=("content",), people=("matter-1",), law="a claim")
    rules = replace(policy(account=ACCOUNT, invoices=LAW), holds={"claim": hold})
    yield from office(world, tmp_path, rules, ROWS)


# ------------------------------------------------------------------------------------------------ what is in it


def test_a_tombstone_names_nobody(kept: Office) -> None:
    case = kept.erase()
    with kept.door.read() as state:
        body = state.tombstones.open(case.request)
        shown = repr(read_stone(body))
    for canary in (EMAIL, NAME, EMAIL.upper(), hashlib.sha256(EMAIL.encode()).hexdigest()):
        assert canary.encode() not in body
        assert canary not in shown
    (stone,) = kept.stones()
    assert stone.keys["app"]["frozen:app.member:id"] == [(1,)]
    assert {kind: len(marks) for kind, marks in stone.marks.items()} == {"email": 1, "name": 1}


def test_sabotage_the_plan_itself_does_name_them(kept: Office) -> None:
    """What the check above would find, were the sealed side of the plan kept instead."""
    case = kept.erase(verify=False)
    with kept.door.read() as state:
        assert EMAIL.encode() in state.plans.attached(case.plan.digest, "people")


def test_it_is_there_from_the_moment_the_rows_are_gone(kept: Office) -> None:
    kept.erase(verify=False)
    assert kept.kinds()[-1] == "tombstone.made"
    assert len(kept.stones()) == 1


# ------------------------------------------------------------------------------------------------ how it dies


def test_it_dies_with_the_last_copy_and_takes_the_persons_key_along(kept: Office) -> None:
    kept.erase()
    with kept.door.begin() as state:
        before, _ = state.people.subject(reference(JAN), at=NOW)
        assert [(one.state, one.ends) for one in state.tombstones.all()] == [("waiting", date(2027, 2, 22))]
    kept.on(date(2027, 2, 22))
    assert kept.due() == []
    assert len(kept.stones()) == 1
    kept.on(date(2027, 2, 23))
    (back,) = kept.due()
    assert (back.rows, back.until, back.waits) == (0, None, None)
    assert kept.stones() == []
    assert kept.kinds()[-1] == "tombstone.ended"
    with kept.door.begin() as state:
        assert state.people.subject(reference(JAN), at=NOW)[0] != before
    assert kept.due() == []


def test_a_registered_copy_that_nobody_called_gone_keeps_it(kept: Office) -> None:
    with kept.door.begin() as state:
        early = NOW - timedelta(days=1)
        copy = state.backups.add("nightly", store="app", taken=early, expires=date(2027, 3, 31), at=NOW)
        late = state.backups.add(
            "nightly", store="app", taken=NOW + timedelta(days=9), expires=date(2030, 1, 1), at=NOW
        )
    kept.erase()
    kept.on(date(2027, 3, 31))
    kept.due()
    kept.on(date(2027, 6, 1))  # its day has passed, and it may still lie in a cupboard
    kept.due()
    assert len(kept.stones()) == 1
    with kept.door.begin() as state:
        state.backups.gone(copy.id, at=kept.clock.now())
    kept.on(date(2027, 6, 2))
    kept.due()
    assert kept.stones() == []
    with kept.door.read() as state:
        assert [one.id for one in state.backups.all()] == [late.id]


def test_where_nothing_is_kept_and_no_copy_is_made_there_is_none(bare: Office) -> None:
    bare.erase()
    assert bare.stones() == []
    assert "tombstone.made" not in bare.kinds()


def test_what_a_law_keeps_still_comes_back_on_its_day(bare: Office) -> None:
    bare.w.add("invoice", 1, 1, NAME, date(2024, 5, 1))
    bare.erase()
    bare.on(date(2031, 12, 31))
    assert bare.due() == []
    bare.on(date(2032, 1, 1))
    (back,) = bare.due()
    assert back.rows > 0
    assert bare.w.column("invoice", "id") == []
    assert bare.w.column("member", "id") == [2]
    assert bare.stones() == []


def test_what_a_hold_kept_goes_once_it_is_lifted_although_nobody_knew_its_end(bare: Office) -> None:
    bare.work.hold("claim", JAN)
    bare.erase()
    assert bare.w.column("login", "body") == ["x", "y"]
    assert [one.rules for one in bare.stones()] == [("retention.invoices", "holds.claim")]
    assert bare.due() == []
    bare.work.lift("claim", JAN)
    (back,) = bare.due()
    assert back.rows > 0
    assert bare.w.column("login", "body") == ["y"]
    assert bare.stones() == []


def test_the_last_day_of_a_copy() -> None:
    rules = policy(
        account=ACCOUNT, backups=NIGHTLY, archive=replace(NIGHTLY, id="archive", release_after=Period(days=5))
    )
    moment, today = (
        datetime(2026, 11, 30, 23, 30, tzinfo=UTC),
        date(2026, 12, 1),
    )  # in Amsterdam it is the first already
    assert backups_end(rules, [], moment, today) == date(2027, 3, 6)
    assert backups_end(policy(account=ACCOUNT), [], moment, today) is None
    assert backups_end(rules, [], moment, date(2028, 1, 1)) is None
    endless = Backup("a", "nightly", "app", moment, None)
    assert backups_end(rules, [endless], moment, date(2028, 1, 1)) == date(2028, 1, 1)
    later = replace(endless, expires=date(2029, 1, 1))
    assert backups_end(rules, [later], moment, today) == date(2029, 1, 1)


# ------------------------------------------------------------------------------------------------ who is there again


def test_a_number_that_was_given_out_again_is_somebody_else(kept: Office) -> None:
    kept.erase()
    kept.w.add("member", 1, "dirk@x.example", "Dirk", date(2026, 12, 24))
    kept.w.add("login", 9, 1, "of Dirk")
    seen = kept.recall().look()
    assert [(one.why, one.table) for one in seen.doubts] == [(NUMBER, "app.member")]
    assert seen.there == {}
    assert kept.due() == []


@pytest.mark.parametrize("email", [EMAIL, "Canary.Jansen@POST.example "])
def test_the_same_row_again_is_known_by_key_and_address(kept: Office, email: str) -> None:
    case = kept.erase()
    kept.w.add("member", 1, email, "N.N.", date(2024, 1, 1))
    seen = kept.recall().look()
    assert seen.there == {case.request: {("app.member", (1,))}}
    assert seen.doubts == []
    (back,) = kept.due()
    assert back.waits is not None
    assert back.waits.id == "WB455"


def test_an_address_under_another_number_is_for_a_person_to_judge_with_its_date(kept: Office) -> None:
    kept.erase()
    kept.w.add("member", 7, EMAIL, "Jan", date(2027, 1, 5))
    (doubt,) = kept.recall().look().doubts
    assert (doubt.why, doubt.key, doubt.made) == (ADDRESS, (7,), date(2027, 1, 5))
    assert kept.due() == []  # somebody who came back is no finding of every night


def test_a_row_of_no_account_is_known_by_its_address(kept: Office) -> None:
    case = kept.erase()
    assert kept.w.column("invited", "id") == [2]
    kept.w.add("invited", 5, EMAIL)
    assert kept.recall().look().people == {case.request: {("email", EMAIL)}}


def test_nobody_else_is_taken_for_them(kept: Office) -> None:
    kept.erase()
    for number in range(10, 400):
        kept.w.add("member", number, f"p{number}@x.example", f"P {number}", None)
    seen = kept.recall().look()
    assert (seen.there, seen.doubts, seen.people) == ({}, [], {})
    assert seen.read == 391 + 1
