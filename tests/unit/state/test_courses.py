"""The courses of rights are data: what the law asks of them is read from the tables, and each breach is seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from waarborg.errors import StateError
from waarborg.state.courses import COURSES, Act, Course, Needs, Stops, faults
from waarborg.terms import Right

RESTRICTION, OBJECTION = COURSES[Right.RESTRICTION], COURSES[Right.OBJECTION]


def with_acts(course: Course, state: str, **acts: Act) -> Course:
    return replace(course, acts={**course.acts, state: {**course.acts.get(state, {}), **acts}})


SABOTAGES: Mapping[str, tuple[Right, Course]] = {
    "lifts what the person was not told of": (
        Right.RESTRICTION,
        with_acts(RESTRICTION, "placed", lift=Act("lifted")),
    ),
    "tells without a letter": (
        Right.RESTRICTION,
        with_acts(RESTRICTION, "placed", tell=Act("told", (Needs.REASON,))),
    ),
    "goes on without compelling grounds": (Right.OBJECTION, with_acts(OBJECTION, "weighing", refuse=Act("refused"))),
    "against direct marketing can be refused": (
        Right.OBJECTION,
        with_acts(OBJECTION, "upheld", refuse=Act("refused", (Needs.REASON,))),
    ),
    "data is used while it is weighed": (
        Right.OBJECTION,
        replace(OBJECTION, states={**OBJECTION.states, "weighing": Stops.NOTHING}),
    ),
    "is not an end": (Right.OBJECTION, with_acts(OBJECTION, "refused", again=Act("weighing"))),
    "is no state": (Right.OBJECTION, with_acts(OBJECTION, "weighing", drop=Act("dropped"))),
    "nothing leads to": (
        Right.STOP_USE,
        replace(COURSES[Right.STOP_USE], acts={}),
    ),
    "a reason is asked for": (
        Right.WITHDRAWAL,
        with_acts(COURSES[Right.WITHDRAWAL], "stopped", consent=Act("ended", (Needs.REASON,))),
    ),
}


def test_the_courses_break_nothing() -> None:
    assert list(faults()) == []


@pytest.mark.parametrize("says", SABOTAGES)
def test_sabotage_a_course_that_breaks_the_law_is_seen(says: str) -> None:
    right, course = SABOTAGES[says]
    assert [one for one in faults({**COURSES, right: course}) if says in one]


def test_a_step_that_does_not_follow_is_refused_with_what_would() -> None:
    with pytest.raises(StateError, match=r"WB571.*destroy, tell"):
        RESTRICTION.after("placed", "lift")
    with pytest.raises(StateError, match="it has ended"):
        OBJECTION.after("refused", "uphold")
