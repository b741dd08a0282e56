"""The register of limits, on every engine: who is known again, what is stopped, and what is never legible in it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from waarborg.errors import StateError
from waarborg.state import MasterKey, State
from waarborg.state.courses import COURSES, Needs, Stops
from waarborg.state.limits import Limit
from waarborg.terms import Right

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
AN = [("email", "An.Canary@x.example"), ("phone", "06 12345678"), ("key@app.member", "17")]
BO = [("email", "bo@x.example"), ("name", "An de Vries")]


def place(state: State, kind: Right = Right.OBJECTION, known: Any = AN, **more: Any) -> Limit:
    options = {"at": NOW, "request": uuid4().hex, "subject": "0" * 64, "purpose": "research", **more}
    return state.limits.place(kind, known, **options)


@pytest.mark.parametrize(
    "asked",
    [
        ("email", " an.canary@X.EXAMPLE "),
        ("phone", "+31 6 1234 5678"),
        ("phone", "0612345678"),
        ("key@app.member", "17"),
    ],
    ids=["case and blanks", "international", "national", "key"],
)
def test_a_person_is_known_again_however_it_is_written(state: State, asked: tuple[str, str]) -> None:
    place(state)
    assert [bool(found) for found in state.limits.stopping([[asked], BO], "research", at=NOW)] == [True, False]


def test_what_many_people_share_stops_nobody(state: State) -> None:
    place(state, known=[*AN, ("name", "An de Vries")])
    assert state.limits.of(BO, at=NOW) == []


def test_only_the_purpose_is_stopped_or_everything(state: State) -> None:
    place(state)
    assert state.limits.stopping([AN], "billing", at=NOW) == [()]
    place(state, Right.RESTRICTION, purpose="", ground="claims")
    assert [one.kind for one in state.limits.stopping([AN], "billing", at=NOW)[0]] == [Right.RESTRICTION]


def test_to_ask_twice_is_to_ask_once(state: State) -> None:
    assert place(state).id == place(state).id
    assert place(state, purpose="other").id != place(state).id


def test_two_at_once_do_not_both_move_it(state: State) -> None:
    limit = place(state)
    state.limits.move(limit.id, "uphold", at=NOW)
    with pytest.raises(StateError, match="WB571"):
        state.limits.move(limit.id, "refuse", at=NOW, given=[Needs.REASON])


def test_what_ended_is_forgotten_but_for_its_step(state: State) -> None:
    limit = place(state)
    with pytest.raises(StateError, match="WB572"):
        state.limits.move(limit.id, "refuse", at=NOW)
    state.limits.move(limit.id, "refuse", at=NOW, given=[Needs.REASON])
    assert state.limits.of(AN, at=NOW) == []
    assert state.limits.get(limit.id).state == "refused"
    with pytest.raises(StateError, match="WB556"):
        state.limits.known(limit.id)


def test_a_corrected_identifier_leads_on_and_the_old_one_no_more(state: State) -> None:
    limit = place(state)
    old, new = ("email", "an.canary@x.example"), ("email", "an@new.example")
    assert state.limits.also_known(old, new, at=NOW) == 1
    assert state.limits.of([new], at=NOW)[0].id == state.limits.of([old], at=NOW)[0].id == limit.id
    state.limits.no_longer_known(old, at=NOW)
    assert state.limits.of([old], at=NOW) == []
    assert {value for _, value in state.limits.known(limit.id)} == {"an@new.example", "06 12345678", "17"}


def test_the_register_never_shows_who(state: State) -> None:
    place(state, ground="claims")
    cells = [cell for table in ("limit", "limited", "vault") for row in state.sql.all(f"SELECT * FROM waarborg_{table}")
             for cell in row]  # fmt: skip
    raw = b"".join(
        bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode() for cell in cells
    ).lower()
    assert b"research" in raw, "the purpose is there to be seen"
    assert b"canary" not in raw
    assert b"12345678" not in raw


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(several=st.lists(st.sampled_from([AN, BO, [("email", "c@x.example")], []]), max_size=6))
def test_asking_for_many_is_asking_for_each(state: State, several: list[list[tuple[str, str]]]) -> None:
    place(state, known=BO)
    place(state)
    limits = state.limits
    each = [limits.stopping([one], "research", at=NOW)[0] for one in several]
    assert limits.stopping(several, "research", at=NOW) == each


class Courses(RuleBasedStateMachine):
    """Whatever is done in whatever order: a purpose is stopped exactly while a state says so, and ends are ends."""

    def __init__(self) -> None:
        super().__init__()
        import sqlite3

        self.state = State(sqlite3.connect(":memory:", isolation_level=None), MasterKey.generate())
        self.state.create()
        self.at: dict[str, tuple[Right, str, str]] = {}

    @rule(kind=st.sampled_from(list(COURSES)), purpose=st.sampled_from(["news", "research"]), absolute=st.booleans())
    def place(self, kind: Right, purpose: str, absolute: bool) -> None:
        purpose = "" if COURSES[kind].states[COURSES[kind].begins] is Stops.EVERYTHING else purpose
        limit = place(self.state, kind, purpose=purpose, absolute=absolute)
        self.at.setdefault(limit.id, (kind, purpose, limit.state))

    @rule(
        pick=st.integers(0, 99),
        act=st.sampled_from(sorted({a for c in COURSES.values() for s in c.acts.values() for a in s})),
    )
    def act(self, pick: int, act: str) -> None:
        if not self.at:
            return
        id = list(self.at)[pick % len(self.at)]
        kind, purpose, where = self.at[id]
        found = COURSES[kind].acts.get(where, {}).get(act)
        if found is None:
            with pytest.raises(StateError, match="WB571"):
                self.state.limits.move(id, act, at=NOW, given=list(Needs))
            return
        self.at[id] = (kind, purpose, self.state.limits.move(id, act, at=NOW, given=list(Needs)).state)
        assert self.at[id][2] == found.to

    @invariant()
    def stopped_exactly_while_a_state_says_so(self) -> None:
        for asked in ("news", "research", "billing"):
            should = {
                id
                for id, (kind, purpose, where) in self.at.items()
                if COURSES[kind].states[where] is Stops.EVERYTHING
                or (COURSES[kind].states[where] is Stops.PURPOSE and purpose == asked)
            }
            assert {limit.id for limit in self.state.limits.stopping([AN], asked, at=NOW)[0]} == should


TestCourses = Courses.TestCase
TestCourses.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
