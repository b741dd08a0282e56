"""The facts that moves need, each with the sentence that says what must stand. Pure, but for a look at the rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from waarborg.office.people.models import Role
from waarborg.office.people.roles import By
from waarborg.office.requests import clock
from waarborg.office.requests.life import ENDED, Ask, State
from waarborg.office.requests.models import SubjectRequest
from waarborg.policy.model import Policy

ARTICLE = re.compile(r"(?:Art\.|art\.) ?\d{1,3}[a-z]?(?:\(\d{1,2}\))?(?:\([a-z]{1,3}\))?(?: [A-Z]{2,6}\w*)?")
PLANNED = frozenset({Ask.ERASURE, Ask.RESTRICTION, Ask.RECTIFICATION})
"""What is carried out by a plan; the others are answered."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What facts are told by: the request as it stands now, and what comes with the move."""

    request: SubjectRequest
    policy: Policy
    now: datetime
    by: By
    article: str = ""
    reasons: str = field(default="", repr=False)
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The controller's day."""
        return clock.day_of(self.now, self.policy)


Fact = Callable[[Moment], bool]


def _organisation_decides(at: Moment) -> bool:
    one = at.request.organisation
    begun = one is not None and (one.takeover_on is None or one.takeover_on <= at.today)
    return one is not None and begun and (one.controller or at.request.ask in one.powers)


def _same_open(at: Moment) -> bool:
    other = at.request.duplicate_of
    same = other is not None and other.ask == at.request.ask and other.purpose == at.request.purpose
    return same and other is not None and other.state not in ENDED and other.subject == at.request.subject != ""


def _repeated(at: Moment) -> bool:
    """An earlier request for the same by the same person, inside the window of the policy (Art. 12(5))."""
    from waarborg.clock import Period

    fee = at.policy.rights.fee
    if fee is None or not isinstance(fee.repeated_within, Period) or not at.request.subject:
        return False
    since = fee.repeated_within.before(at.today)
    earlier = SubjectRequest.objects.filter(
        tenant=at.request.tenant, subject=at.request.subject, ask=at.request.ask, state__in=("answered",)
    ).exclude(pk=at.request.pk)
    return any(clock.day_of(one.received_at, at.policy) >= since for one in earlier)


def _within_cap(at: Moment) -> bool:
    fee, asked = at.policy.rights.fee, at.data.get("cents")
    return bool(fee and fee.at_most and isinstance(asked, int) and 0 < asked <= fee.at_most.cents)


FACTS: Mapping[str, tuple[Fact, str]] = {
    "looked_up": (lambda at: at.request.needed is not None, "The person has been looked up."),
    "sure_enough": (
        lambda at: at.request.needed is not None and at.request.assurance >= at.request.needed,
        "It is certain enough who asks.",
    ),
    "planned": (lambda at: bool(at.request.plan) or at.request.ask not in PLANNED, "There is a plan."),
    "in_undo_window": (
        lambda at: at.request.undo_until is not None and at.now < at.request.undo_until,
        "It can still be undone.",
    ),
    "undo_window_over": (
        lambda at: at.request.undo_until is None or at.now >= at.request.undo_until,
        "The time in which it can be undone is over.",
    ),
    "not_stopped": (lambda at: at.request.tenant.stopped_at is None, "The emergency stop is not pulled."),
    "article": (lambda at: ARTICLE.search(at.article) is not None, "An article of the law is named."),
    "reasons": (lambda at: len(at.reasons.strip()) >= 3, "Reasons are given in words."),
    "answer_ready": (lambda at: len(at.request.answer) == 64, "The answer is ready."),
    "organisation_decides": (_organisation_decides, "An organisation decides on this, and has been announced."),
    "may_decide": (
        lambda at: at.by.role != Role.ORGANISATION_ADMINISTRATOR or _organisation_decides(at),
        "The organisation was given this power.",
    ),
    "same_open": (_same_open, "The same request of the same person is open."),
    "first_month": (lambda at: at.today <= at.request.first_due_on, "The first month is not over."),
    "not_extended": (lambda at: not at.request.extended, "It was not extended before."),
    "not_paused": (lambda at: at.request.paused_at is None, "The clock runs."),
    "paused": (lambda at: at.request.paused_at is not None, "The clock stands still."),
    "identity_awaited": (
        lambda at: at.request.state == State.IDENTITY and at.request.checks.filter(state="open").exists(),
        "Something that shows who asks is awaited.",
    ),
    "repeated": (_repeated, "The same person asked the same not long ago."),
    "within_cap": (_within_cap, "The fee is at most what the policy says."),
    "not_carried_out": (lambda at: not at.request.answer, "Nothing was carried out yet."),
    "no_fee_open": (lambda at: at.request.fee_cents is None or at.request.fee_settled, "No fee is open."),
    "fee_asked": (lambda at: at.request.fee_cents is not None and not at.request.fee_settled, "A fee is open."),
}
"""Every fact a move can need, with the sentence that says what must stand."""
