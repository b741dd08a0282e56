"""The courses of what a person can have stopped: restriction, objection, withdrawal, stop-use. Data, with invariants.

    COURSES[Right.OBJECTION].after("weighing", "uphold")       # -> Act("upheld")

A *state* says what may not be done while it lasts: anything but storing, this purpose, or nothing. An *act* leads from
state to state; what an act needs is said beside it. `faults()` names every way in which these tables would break the
law; the tests read it, so that a new state or act cannot be added without deciding what it stops.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from waarborg.errors import StateError
from waarborg.terms import Right


class Stops(StrEnum):
    """What may not be done while a state lasts."""

    EVERYTHING = "everything"
    """Only storing (Art. 18(2))."""
    PURPOSE = "purpose"
    """The one purpose it is about."""
    NOTHING = "nothing"


class Needs(StrEnum):
    """What an act cannot be done without."""

    REASON = "reason"
    """A reason in words, of which the digest is kept (Art. 12(4), 21(1))."""
    LETTER = "letter"
    """The letter that told the person, of which the digest is kept (Art. 18(3))."""


@dataclass(frozen=True, slots=True)
class Act:
    """From a state to a state; the needs must be met."""

    to: str
    needs: tuple[Needs, ...] = ()


@dataclass(frozen=True, slots=True)
class Course:
    """The states of one right with what each stops, where it begins, and the acts that lead on."""

    begins: str
    states: Mapping[str, Stops]
    acts: Mapping[str, Mapping[str, Act]] = field(default_factory=dict)
    """By state, by the name of the act. A state without acts is an end."""
    absolute: str = ""
    """Where it begins when nothing is weighed (direct marketing, Art. 21(3))."""

    def after(self, state: str, act: str) -> Act:
        """What an act leads to. Raises `StateError` WB571 where this state does not allow it."""
        found = self.acts.get(state, {}).get(act)
        if found is None:
            allowed = ", ".join(sorted(self.acts.get(state, {}))) or "nothing, it has ended"
            raise StateError.one(
                "WB571",
                f'This is "{state}" now, and cannot be followed by "{act}".',
                "Each step of a right follows from the one before.",
                f"Possible now: {allowed}.",
            )
        return found

    def ended(self, state: str) -> bool:
        """Whether nothing follows this state."""
        return not self.acts.get(state)


COURSES: Mapping[Right, Course] = {
    Right.RESTRICTION: Course(
        "placed",
        {
            "placed": Stops.EVERYTHING,
            "told": Stops.EVERYTHING,
            "lifted": Stops.NOTHING,
            "destroyed": Stops.NOTHING,
        },
        {
            "placed": {"tell": Act("told", (Needs.REASON, Needs.LETTER)), "destroy": Act("destroyed")},
            "told": {"lift": Act("lifted"), "keep": Act("placed"), "destroy": Act("destroyed")},
        },
    ),
    Right.OBJECTION: Course(
        "weighing",
        {"weighing": Stops.PURPOSE, "upheld": Stops.PURPOSE, "refused": Stops.NOTHING, "ended": Stops.NOTHING},
        {
            "weighing": {
                "uphold": Act("upheld"),
                "refuse": Act("refused", (Needs.REASON,)),
                "take_back": Act("ended"),
            },
            "upheld": {"take_back": Act("ended")},
        },
        absolute="upheld",
    ),
    Right.WITHDRAWAL: Course(
        "stopped",
        {"stopped": Stops.PURPOSE, "ended": Stops.NOTHING},
        {"stopped": {"consent": Act("ended")}},
    ),
    Right.STOP_USE: Course(
        "stopped",
        {"stopped": Stops.EVERYTHING, "ended": Stops.NOTHING},
        {"stopped": {"take_back": Act("ended")}},
    ),
}


def faults(courses: Mapping[Right, Course] = COURSES) -> Iterator[str]:
    """Every way in which the tables break what they must keep."""
    for right, course in courses.items():
        known = set(course.states)
        for state, acts in course.acts.items():
            yield from (f"{right}: {name} leads to {act.to}, which is no state" for name, act in acts.items()
                        if act.to not in known)  # fmt: skip
            if state not in known:
                yield f"{right}: {state} has acts and is no state"
        for state in (course.begins, course.absolute or course.begins):
            if course.states.get(state, Stops.NOTHING) is Stops.NOTHING:
                yield f"{right}: it begins at {state}, which stops nothing: data is used while it is weighed"
        for state, stops in course.states.items():
            if stops is Stops.NOTHING and not course.ended(state):
                yield f"{right}: {state} stops nothing, and is not an end"
        if unreached := known - _reached(course):
            yield f"{right}: nothing leads to {', '.join(sorted(unreached))}"
    yield from _of_the_law(courses)


def _reached(course: Course) -> set[str]:
    found = {course.begins, course.absolute or course.begins}
    while more := {act.to for state in found for act in course.acts.get(state, {}).values()} - found:
        found |= more
    return found


def _of_the_law(courses: Mapping[Right, Course]) -> Iterator[str]:
    restriction, objection = courses[Right.RESTRICTION], courses[Right.OBJECTION]
    for state, acts in restriction.acts.items():
        for name, act in acts.items():
            if act.to == "lifted" and state != "told":
                yield f"restriction: {name} lifts what the person was not told of (Art. 18(3))"
            if act.to == "told" and Needs.LETTER not in act.needs:
                yield f"restriction: {name} tells without a letter (Art. 18(3))"
    for acts in objection.acts.values():
        for name, act in acts.items():
            if act.to == "refused" and Needs.REASON not in act.needs:
                yield f"objection: {name} goes on without compelling grounds in words (Art. 21(1))"
    if any(act.to == "refused" for act in objection.acts.get(objection.absolute, {}).values()):
        yield "objection: one against direct marketing can be refused (Art. 21(3))"
    if Needs.REASON in {need for acts in courses[Right.WITHDRAWAL].acts.values() for act in acts.values()
                        for need in act.needs}:  # fmt: skip
        yield "withdrawal: a reason is asked for (Art. 7(3))"
