"""The life of a request as data: its states, the moves between them, and what each move needs.

    MOVES[…] is read by `requests.moves.move`, by the console (which buttons), by the tests (every invariant), and drawn
    in docs/reference. No other code changes `SubjectRequest.state`.

Being paused, extended, overdue, or waiting for a fee is no state: it is a fact beside the state (`SubjectRequest`),
because a request that is planned can be all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Ask(StrEnum):
    """What somebody asks for: the rights, and what else comes in by the same door."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    PORTABILITY = "portability"
    OBJECTION = "objection"
    HUMAN_REVIEW = "human_review"
    STOP_USE = "stop_use"
    WITHDRAWAL = "withdrawal"
    COMPLAINT = "complaint"
    CHILD_REPORT = "child_report"
    SOMETHING_ELSE = "something_else"


class Door(StrEnum):
    """How it came in."""

    CENTRE = "centre"
    SIGNED_IN = "signed_in"
    API = "api"
    MAILBOX = "mailbox"
    STAFF = "staff"


class State(StrEnum):
    """Where a request stands."""

    RECEIVED = "received"
    """It is in the queue; nothing is known but what was written."""
    IDENTITY = "identity"
    """We wait until the person has shown who they are."""
    VERIFIED = "verified"
    """We know who asks, as sure as this request needs; a plan or an answer is being made."""
    IN_REVIEW = "in_review"
    """A person of the staff decides."""
    APPROVED = "approved"
    """Decided; it is carried out after the undo window, if there is one."""
    APPLYING = "applying"
    """Being carried out, store by store."""
    ANSWERED = "answered"
    PARTLY_REFUSED = "partly_refused"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """The person took it back, or never showed who they are."""
    JOINED = "joined"
    """The same person had asked the same, and that request was still open: it goes on there."""
    PASSED_ON = "passed_on"
    """We are the processor: it went to the controller, whose instruction we wait for (Art. 28(3)(e))."""


ENDED = frozenset({State.ANSWERED, State.PARTLY_REFUSED, State.REFUSED, State.WITHDRAWN, State.JOINED})
"""States in which the clock has stopped for good."""
DONE = frozenset({State.ANSWERED, State.PARTLY_REFUSED})
"""States that tell the person what was done: never before `sure_enough`."""


@dataclass(frozen=True, slots=True)
class Move:
    """One way from a state to another, or an act beside the state (then `target` is None)."""

    sources: frozenset[State]
    target: State | None
    by: frozenset[str]
    """Who may: `person`, `system`, or a staff role."""
    needs: frozenset[str] = frozenset()
    """Facts that must stand: see `requests.moves.FACTS`."""
    then: str = ""
    """The job that follows."""


def _move(sources: str, target: State | None, by: str, needs: str = "", then: str = "") -> Move:
    return Move(
        frozenset(State(one) for one in sources.split()), target, frozenset(by.split()), frozenset(needs.split()), then
    )


_OPEN = "received identity verified in_review"
_STAFF = "privacy_officer support_agent"
_CLOCK = "received identity verified in_review approved applying passed_on"

MOVES: Mapping[str, Move] = {
    "ask_identity": _move("received identity", State.IDENTITY, f"system {_STAFF}", "looked_up"),
    "identify": _move(
        "received identity", State.VERIFIED, f"system {_STAFF}", "looked_up sure_enough", "requests.prepare"
    ),
    "join": _move("received identity verified", State.JOINED, "system privacy_officer", "same_open"),
    "pass_on": _move(
        "received identity verified in_review", State.PASSED_ON, f"system {_STAFF}", "organisation_decides"
    ),
    "instruct": _move(
        "passed_on", State.VERIFIED, "organisation_administrator privacy_officer", "organisation_decides",
        "requests.prepare",
    ),
    "review": _move("received identity verified approved applying", State.IN_REVIEW, f"system {_STAFF}"),
    "plan_again": _move("in_review", State.VERIFIED, "system privacy_officer", "sure_enough", "requests.prepare"),
    "approve": _move(
        "verified in_review", State.APPROVED, "system privacy_officer organisation_administrator",
        "sure_enough planned may_decide no_fee_open", "requests.begin",
    ),
    "undo": _move("approved", State.WITHDRAWN, "person privacy_officer", "in_undo_window", "requests.after"),
    "begin": _move(
        "approved", State.APPLYING, "system", "undo_window_over not_stopped sure_enough planned", "requests.apply"
    ),
    "answer": _move(
        "verified in_review applying", State.ANSWERED, f"system {_STAFF}",
        "sure_enough answer_ready no_fee_open", "requests.after",
    ),
    "answer_partly": _move(
        "in_review applying", State.PARTLY_REFUSED, "system privacy_officer",
        "sure_enough answer_ready article reasons", "requests.after",
    ),
    "refuse": _move(
        f"{_OPEN} passed_on", State.REFUSED, "privacy_officer organisation_administrator",
        "article reasons may_decide", "requests.after",
    ),
    "withdraw": _move(f"{_OPEN} passed_on", State.WITHDRAWN, f"person system {_STAFF}", "", "requests.after"),
}  # fmt: skip
"""Every way a request can go. `approve` by `system` is only for plans that the policy lets pass without a person."""

ACTS: Mapping[str, Move] = {
    "extend": _move(_CLOCK, None, "privacy_officer", "first_month not_extended reasons"),
    "pause": _move("identity", None, f"system {_STAFF}", "not_paused identity_awaited reasons"),
    "resume": _move(_CLOCK, None, f"system person {_STAFF}", "paused"),
    "ask_fee": _move(
        "verified in_review", None, "privacy_officer", "repeated within_cap not_carried_out article reasons"
    ),
    "fee_settled": _move("verified in_review", None, "privacy_officer", "fee_asked"),
    "assign": _move(_CLOCK, None, _STAFF),
    "delay": _move("applying verified", None, "system"),
    "go_on": _move("applying verified", None, "system"),
}
"""What can be done to a request beside its state: its clock, its fee, who works on it."""


def possible(state: State | str) -> tuple[str, ...]:
    """The names of the moves and acts that begin in this state, in the order of the tables."""
    return tuple(name for name, one in {**MOVES, **ACTS}.items() if state in one.sources)
