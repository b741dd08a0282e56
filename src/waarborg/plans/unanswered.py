"""Access is not answered by deletion: while somebody waits to see their data, nobody erases it.

    answer_first(state, people)        # raises PlanError WB481 while one of them waits for an access answer

The evidence knows: a request for access or portability came in for this person, and was neither answered, refused nor
closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from waarborg.errors import PlanError
from waarborg.state import State
from waarborg.terms import Right

SEEING = (Right.ACCESS.value, Right.PORTABILITY.value)
ENDS = ("request.answered", "request.refused", "request.closed")


def waiting(state: State, references: Iterable[str], at: datetime) -> int:
    """How many requests of these people to see their data are still to be answered."""
    log = state.log()
    open_: dict[str, int] = {}
    for reference in references:
        subject, _ = state.people.subject(reference, at=at)
        for seq in state.entries().of_subject(subject):
            entry = log.entry(seq)
            request = str(entry.data.get("request", ""))
            if entry.kind == "request.received" and entry.data.get("right") in SEEING:
                open_[request] = seq
            elif entry.kind in ENDS:
                open_.pop(request, None)
    if open_:  # that a request was closed names nobody
        for entry in log.entries(min(open_.values())):
            if entry.kind in ENDS:
                open_.pop(str(entry.data.get("request", "")), None)
    return len(open_)


def answer_first(state: State, references: Sequence[str], at: datetime) -> None:
    """Refuse to erase the data of somebody who waits to see it. Raises `PlanError` WB481."""
    number = waiting(state, references, at)
    if number:
        raise PlanError.one(
            "WB481",
            f"{number} request(s) of these people to see their data are not answered yet.",
            "Whoever asks for access is not answered by deletion (Art. 15).",
            "Answer or refuse that request first; then this plan can be carried out.",
        )
