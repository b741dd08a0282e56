"""The only code that changes where a request stands: `life.MOVES` and `life.ACTS`, read and carried out.

    move(request, "approve", by=By.member(membership), version=7)
    act(request, "extend", by=officer, reasons="…", data={"reason": "many"})
    why_not(request, "refuse", by)            # the facts that are missing: for buttons that say why they are grey

In one transaction: the facts are checked, the version is compared and set, the timeline and the evidence get their
line, and the job that follows is put in the queue. Two at once, and one gets `MovedMeanwhile`. The instant is never
before the newest evidence (attack 46). Errors: WB910 to WB913.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from waarborg.errors import Finding, Place
from waarborg.office import engine
from waarborg.office.errors import MovedMeanwhile, MoveError
from waarborg.office.people.models import Role
from waarborg.office.people.roles import By, knows, unknown
from waarborg.office.requests import clock
from waarborg.office.requests.life import ACTS, ENDED, MOVES, Ask, Move, State
from waarborg.office.requests.models import Event, SubjectRequest
from waarborg.office.requests.papers import Papers, papers_of
from waarborg.policy.model import Policy
from waarborg.state import State as Vaulted

ARTICLE = re.compile(r"(?:Art\.|art\.) ?\d{1,3}[a-z]?(?:\(\d{1,2}\))?(?:\([a-z]{1,3}\))?(?: [A-Z]{2,6}\w*)?")
PLANNED = frozenset({Ask.ERASURE, Ask.RESTRICTION, Ask.RECTIFICATION, Ask.STOP_USE, Ask.OBJECTION, Ask.WITHDRAWAL})
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

Line = tuple[str, dict[str, object]]
"""A kind of evidence entry and its data."""


@dataclass(slots=True)
class Change:
    """What a move changes, and what it leaves behind."""

    fields: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)


def move(
    request: SubjectRequest,
    name: str,
    *,
    by: By,
    version: int | None = None,
    article: str = "",
    reasons: str = "",
    data: Mapping[str, Any] | None = None,
    fields: Mapping[str, Any] | None = None,
) -> SubjectRequest:
    """Make a move of `life.MOVES`, or raise `MoveError` with every fact that is missing; nothing happened then.

    `version` is that of the page the decision was made on: without it, that of `request`. `data` goes on the timeline
    (declared words, dates and counts only), `reasons` are sealed. `fields` are columns that change along with it.
    """
    return _make(request, name, MOVES, by, version, article, reasons, data or {}, fields or {})


def act(
    request: SubjectRequest,
    name: str,
    *,
    by: By,
    version: int | None = None,
    article: str = "",
    reasons: str = "",
    data: Mapping[str, Any] | None = None,
    fields: Mapping[str, Any] | None = None,
) -> SubjectRequest:
    """Do something of `life.ACTS`: extend, pause, resume, ask a fee. The state stays what it is."""
    return _make(request, name, ACTS, by, version, article, reasons, data or {}, fields or {})


def why_not(request: SubjectRequest, name: str, by: By, *, article: str = "", reasons: str = "") -> tuple[str, ...]:
    """The sentences of what is missing for a move or an act by this person; empty where it can be made.

    Facts that come with the move itself (article, reasons) are left out: a form asks for those.
    """
    one = {**MOVES, **ACTS}[name]
    at = Moment(request, engine.policy_of(request.tenant), engine.now(), by, article, reasons)
    if request.state not in one.sources or by.role not in one.by:
        return ("It cannot be done now.",) if by.role in one.by else ("Your role does not include this.",)
    given = {"article", "reasons", "within_cap"}
    return tuple(FACTS[need][1] for need in sorted(one.needs - given) if not FACTS[need][0](at))


def _make(
    request: SubjectRequest,
    name: str,
    table: Mapping[str, Move],
    by: By,
    version: int | None,
    article: str,
    reasons: str,
    data: Mapping[str, Any],
    fields: Mapping[str, Any],
) -> SubjectRequest:
    one = table.get(name)
    if one is None:
        raise MoveError.one("WB910", "There is no such move.", "", f"Choose one of {', '.join(table)}.")
    seen = request.version if version is None else version
    with transaction.atomic(), engine.door(request.tenant).begin() as state:
        now = engine.moment(state)
        fresh = SubjectRequest.objects.select_related("tenant", "organisation", "duplicate_of").get(pk=request.pk)
        at = Moment(fresh, engine.policy_of(fresh.tenant), now, by, article, reasons, data)
        _check(name, one, at, seen)
        change = Change(dict(fields), dict(data))
        if (effect := EFFECTS.get(name)) is not None:
            effect(at, change)
        if one.target is not None:
            change.fields["state"] = one.target
            if one.target in ENDED:
                term = clock.file_term(at.policy, bool(fresh.subject), at.today)
                change.fields |= {"answered_at": now, "paused_at": None, "destroy_on": term}
        if article:
            change.fields.setdefault("article", article)
            change.data["article"] = article
        done = SubjectRequest.objects.filter(pk=fresh.pk, version=seen).update(version=seen + 1, **change.fields)
        if not done:
            raise _meanwhile()
        _record(state, fresh, name, at, change)
        fresh.refresh_from_db()
        if one.then:
            _follow(one.then, fresh)
    request.refresh_from_db()
    return request


def _check(name: str, one: Move, at: Moment, seen: int) -> None:
    """Raise what stands in the way: the wrong state, tenant or role, another version, facts that do not stand."""
    if at.by.staff and not knows(at.by, at.request):
        raise unknown()
    if at.request.version != seen:
        raise _meanwhile()
    if at.request.state not in one.sources:
        raise MoveError.one(
            "WB910",
            f'This request is "{at.request.state}" now: "{name}" cannot follow.',
            "Each step of a request follows from the one before.",
            "Look at the request again.",
        )
    if at.by.role not in one.by:
        raise MoveError.one(
            "WB912", f'A {at.by.role.replace("_", " ")} cannot do "{name}".', "", "Ask somebody whose role it is."
        )
    missing = [need for need in sorted(one.needs) if not FACTS[need][0](at)]
    if missing:
        why = f'"{name}" needs it.'
        raise MoveError(
            [Finding("WB913", Place(path=need), f"This does not stand: {FACTS[need][1]}", why, "") for need in missing]
        )


def _meanwhile() -> MovedMeanwhile:
    return MovedMeanwhile.one(
        "WB911",
        "Somebody else moved this request meanwhile.",
        "A decision is about what was seen.",
        "Look at it again, and decide again.",
    )


def _record(state: Vaulted, request: SubjectRequest, name: str, at: Moment, change: Change) -> None:
    """The timeline, the sealed reasons and the evidence of a move."""
    Event.objects.create(
        request=request,
        at=at.now,
        kind=name,
        role=at.by.role,
        account=at.by.account,
        data=change.data,
        shown=name not in UNSEEN,
    )
    if at.reasons:
        papers = Papers(state, request.id.hex, at.now)
        known = papers.get("decision") or []
        papers.put("decision", [*known, {"move": name, "at": at.now.isoformat(), "reasons": at.reasons}])
    log = state.log(engine.declared(request.tenant))
    subject = change.fields.get("subject", request.subject) or None
    for kind, data in change.lines:
        log.append(kind=kind, at=at.now, subject=subject, data={"request": request.id.hex, **data})


def _follow(job: str, request: SubjectRequest) -> None:
    from waarborg.office.jobs.queue import enqueue

    enqueue(
        job,
        {"request": str(request.pk)},
        tenant=request.tenant,
        unique=f"{job}:{request.pk.hex}:{request.version}",
        run_at=request.undo_until if job == "requests.begin" else None,
    )


UNSEEN = frozenset({"assign", "delay", "go_on"})
"""What the person does not see on the timeline: work notes."""


# ------------------------------------------------------------------------------------------------ what moves do


def _right(request: SubjectRequest) -> dict[str, object]:
    return {"right": str(request.ask)}


def _identify(at: Moment, change: Change) -> None:
    change.lines.append(("request.identified", {"means": str(change.data.get("means", "session"))}))
    if at.request.paused_at is not None:
        _resume(at, change)


def _ask_identity(at: Moment, change: Change) -> None:
    change.lines.append(("request.identity_asked", {"rung": str(change.data.get("rung", "address"))}))


def _answer(at: Moment, change: Change) -> None:
    change.lines.append(("request.answered", {"answer": at.request.answer, **_right(at.request)}))


def _answer_partly(at: Moment, change: Change) -> None:
    _answer(at, change)
    change.lines.append(("request.refused", {"answer": at.request.answer}))


def _refuse(at: Moment, change: Change) -> None:
    change.lines.append(("request.refused", {}))


def _withdraw(at: Moment, change: Change) -> None:
    who = at.by.role if at.by.role in ("person", "system") else "staff"
    change.lines.append(("request.withdrawn", {"by": who}))


def _join(at: Moment, change: Change) -> None:
    assert at.request.duplicate_of_id is not None  # noqa: S101 - the fact same_open says so
    change.lines.append(("request.joined", {"into": at.request.duplicate_of_id.hex}))


def _pass_on(at: Moment, change: Change) -> None:
    change.lines.append(("request.passed_on", {}))


def _instruct(at: Moment, change: Change) -> None:
    """The controller vouches for its own end user: it knows them, we do not (Art. 28(3)(e))."""
    from waarborg.office.requests.identity import INSTRUCTED

    change.fields |= {"assurance": INSTRUCTED, "needed": at.request.needed or 0}
    change.lines.append(("request.instructed", {}))


def _extend(at: Moment, change: Change) -> None:
    due = max(clock.extended(at.request.due_on, at.policy), at.request.due_on)
    change.fields |= {"extended": True, "due_on": due}
    change.data["due"] = due.isoformat()
    reason = change.data.get("reason")
    change.lines.append(
        ("request.extended", {"due": due.isoformat()} | ({"reason": reason} if reason in ("complex", "many") else {}))
    )


def _pause(at: Moment, change: Change) -> None:
    change.fields["paused_at"] = at.now
    change.lines.append(("request.paused", {}))


def _resume(at: Moment, change: Change) -> None:
    assert at.request.paused_at is not None  # noqa: S101 - the fact `paused` says so
    paused_on = clock.day_of(at.request.paused_at, at.policy)
    due = clock.later(at.request.due_on, paused_on, at.today, at.policy)
    first = clock.later(at.request.first_due_on, paused_on, at.today, at.policy)
    change.fields |= {"paused_at": None, "due_on": due, "first_due_on": first}
    change.data["due"] = due.isoformat()
    change.lines.append(("request.resumed", {"due": due.isoformat()}))


def _ask_fee(at: Moment, change: Change) -> None:
    change.fields |= {"fee_cents": int(at.data["cents"]), "fee_settled": False}
    change.lines.append(("request.fee_asked", {"cents": int(at.data["cents"])}))


def _fee_settled(at: Moment, change: Change) -> None:
    change.fields["fee_settled"] = True


def _assign(at: Moment, change: Change) -> None:
    change.fields.setdefault("assigned", at.by.account)


def _delay(at: Moment, change: Change) -> None:
    change.fields["delayed_at"] = at.request.delayed_at or at.now


def _go_on(at: Moment, change: Change) -> None:
    change.fields["delayed_at"] = None


EFFECTS: Mapping[str, Callable[[Moment, Change], None]] = {
    "identify": _identify,
    "ask_identity": _ask_identity,
    "answer": _answer,
    "answer_partly": _answer_partly,
    "refuse": _refuse,
    "withdraw": _withdraw,
    "undo": _withdraw,
    "join": _join,
    "pass_on": _pass_on,
    "instruct": _instruct,
    "extend": _extend,
    "pause": _pause,
    "resume": _resume,
    "ask_fee": _ask_fee,
    "fee_settled": _fee_settled,
    "assign": _assign,
    "delay": _delay,
    "go_on": _go_on,
}
"""What a move changes beside the state, and what the evidence says of it."""


def reasons_of(request: SubjectRequest) -> list[dict[str, str]]:
    """The reasons that were given with moves of this request, oldest first."""
    with engine.door(request.tenant).begin() as state:
        return list(papers_of(state, request).get("decision") or [])
