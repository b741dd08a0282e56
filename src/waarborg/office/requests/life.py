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
    """We know who asks, as sure as this request needs; a plan is being made."""
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
    PASSED_ON = "passed_on"
    """We are the processor: it went to the controller, whose instruction we wait for (Art. 28(3)(e))."""


ENDED = frozenset({State.ANSWERED, State.PARTLY_REFUSED, State.REFUSED, State.WITHDRAWN})
"""States in which the clock has stopped for good."""


@dataclass(frozen=True, slots=True)
class Move:
    """One way from a state to another."""

    sources: frozenset[State]
    target: State
    by: frozenset[str]
    """Who may: `person`, `system`, or a staff role."""
    needs: frozenset[str] = frozenset()
    """Facts that must stand: see `requests.moves.FACTS`."""


def _move(sources: str, target: State, by: str, needs: str = "") -> Move:
    return Move(
        frozenset(State(one) for one in sources.split()), target, frozenset(by.split()), frozenset(needs.split())
    )


_OPEN = "received identity verified in_review"
STAFF = "privacy_officer support_agent"

MOVES: Mapping[str, Move] = {
    "ask_identity": _move("received identity", State.IDENTITY, f"system {STAFF}"),
    "identify": _move("received identity", State.VERIFIED, f"system {STAFF}", "sure_enough"),
    "pass_on": _move(
        "received identity verified in_review", State.PASSED_ON, f"system {STAFF}", "organisation_decides"
    ),
    "instruct": _move("passed_on", State.VERIFIED, "system organisation_administrator privacy_officer"),
    "review": _move("verified approved applying", State.IN_REVIEW, f"system {STAFF}"),
    "approve": _move(
        "verified in_review", State.APPROVED, "system privacy_officer organisation_administrator", "sure_enough planned"
    ),
    "undo": _move("approved", State.WITHDRAWN, "person privacy_officer", "in_undo_window"),
    "begin": _move("approved", State.APPLYING, "system", "undo_window_over not_stopped sure_enough"),
    "answer": _move("verified in_review applying", State.ANSWERED, f"system {STAFF}", "sure_enough answer_ready"),
    "answer_partly": _move(
        "in_review applying", State.PARTLY_REFUSED, "system privacy_officer", "sure_enough answer_ready article reasons"
    ),
    "refuse": _move(
        f"{_OPEN} passed_on", State.REFUSED, "privacy_officer organisation_administrator", "article reasons"
    ),
    "withdraw": _move(f"{_OPEN} passed_on", State.WITHDRAWN, f"person system {STAFF}"),
}
"""Every way a request can go. `approve` by `system` is only for plans that the policy lets pass without a person."""
