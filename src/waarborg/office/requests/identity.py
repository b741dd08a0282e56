"""Who asks: rungs as data, how sure an answer needs us to be, and the steps up. Never more than this answer needs.

    RUNGS                                  none → session → address → second_factor → document
    needed(ask, policy, known, …)          by the harm of this answer: how high, and why (pure)
    confirm(tenant, token, code)           the link from the mail with the code from the screen
    send_code(request) · check_code(request, code)        a fresh code, for files and status pages
    step_up(request, …) · text_code · check_text          a second factor
    ask_document · take_document · judge_document         the last resort: sealed, decided by a person, destroyed
    vouch(request, by, reasons)            a privacy officer knows otherwise: written down with the reason

A mail goes to the address that the database holds for that person, never to the address in the request (attacks 1, 2
and 7). What somebody knows is no rung: facts only find a row, they never lift the assurance (attack 5). Codes are kept
as keyed hashes, work for a while and for a few tries.
"""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from waarborg.clock import Period
from waarborg.office import engine
from waarborg.office.errors import IdentityError
from waarborg.office.people.models import Tenant
from waarborg.office.people.roles import PERSON, SYSTEM, By, require
from waarborg.office.requests import gateway, links, messages, moves
from waarborg.office.requests.life import Ask, State
from waarborg.office.requests.models import IdentityCheck, SubjectRequest
from waarborg.office.requests.papers import Papers, opened_papers, papers_of
from waarborg.policy.values import Sensitivity

if TYPE_CHECKING:
    from waarborg.plans.who import Known
    from waarborg.policy.model import Policy
    from waarborg.state import State as Vaulted


@dataclass(frozen=True, slots=True)
class Rung:
    """One way of being sure, and how high it reaches."""

    name: str
    height: int
    step: str = ""
    """The word of the policy's `rights.identity` that allows it."""


RUNGS: Mapping[str, Rung] = {
    one.name: one
    for one in (
        Rung("none", 0),
        Rung("session", 1, "session"),
        Rung("address", 2, "confirmed_address"),
        Rung("second_factor", 3, "second_factor"),
        Rung("document", 4, "document"),
    )
}
INSTRUCTED = 9
"""The height of a controller's own instruction: it knows its people, and answers for it."""
STRONG = frozenset({"mfa", "otp", "hwk", "swk", "sms", "fpt", "face", "pop"})
"""Ways of signing in (RFC 8176) that make a hand-over a second factor: authenticator, passkey, text message."""
MEANS = {"session": "session", "address": "link", "second_factor": "code", "document": "document", "staff": "staff"}
"""How the evidence calls each rung."""

TRIES = 5
CODE_LASTS = timedelta(minutes=30)
DORMANT = Period(months=12)
"""Providers give an unused mailbox to somebody else after a year: an older row asks for one step more (attack 4)."""

FREE = frozenset({Ask.COMPLAINT, Ask.SOMETHING_ELSE, Ask.CHILD_REPORT, Ask.WITHDRAWAL})
"""What harms nobody when somebody else asks it: nothing is disclosed, and taking consent back can be undone."""
DISCLOSED = frozenset({Ask.ACCESS, Ask.PORTABILITY})


# ------------------------------------------------------------------------------------------------ how sure


@dataclass(frozen=True, slots=True)
class Need:
    """How sure we have to be, and the words for why it is more than usual."""

    height: int
    why: tuple[str, ...] = ()


def needed(
    ask: str,
    policy: Policy,
    known: Known,
    today: date,
    *,
    purpose: str = "",
    elsewhere: bool = False,
    identifying: bool = False,
) -> Need:
    """How sure this answer needs us to be, by the harm it would do in the wrong hands (attacks 20 and 25).

    `elsewhere`: the answer is to go to another address than that of record. `identifying`: an identifier is corrected.
    """
    one = policy.purposes.get(purpose)
    if ask in FREE or (ask == Ask.OBJECTION and one is not None and one.promotional):
        return Need(RUNGS["none"].height)
    why = []
    if ask in DISCLOSED:
        data = [policy.data[name] for name in known.categories if name in policy.data]
        why += ["special"] if any(one.special for one in data) else []
        why += ["sensitive"] if any(one.sensitivity is Sensitivity.HIGH for one in data) else []
    why += ["elsewhere"] if elsewhere else []
    why += ["identifier"] if identifying else []
    if known.touched is not None and known.touched < DORMANT.before(today):
        why.append("dormant")
    return Need(RUNGS["second_factor" if why and known.found else "session"].height, tuple(why))


def offered(policy: Policy, known: Known, height: int) -> tuple[str, ...]:
    """The rungs by which this person can reach this height, lightest first: those the policy lists and they can climb.

    A document is offered by a person of the staff, when nothing lighter is possible; never here.
    """
    listed = {str(step) for step in policy.rights.identity}
    can = {
        "address": bool(known.addresses),
        "second_factor": bool(known.phones) and gateway.ready(),
    }
    return tuple(
        one.name
        for one in RUNGS.values()
        if one.height >= height and can.get(one.name) and (not listed or one.step in listed)
    )


# ------------------------------------------------------------------------------------------------ the address


def new_code() -> str:
    """Eight digits."""
    return f"{secrets.randbelow(10**8):08d}"


def open_check(state: Vaulted, request: SubjectRequest, rung: str, code: str, lasts: timedelta) -> IdentityCheck:
    """A check that waits for its code; without a code, for whoever decides."""
    now = engine.now()
    return IdentityCheck.objects.create(
        request=request,
        rung=rung,
        code_hash=links.hashed(state, "codes", code) if code else "",
        made_at=now,
        expires_at=now + lasts,
    )


def mail_link(state: Vaulted, request: SubjectRequest, to: str) -> None:
    """The mail with the link to confirm. `to` is the address of record; of an unknown person, the one that asked."""
    token = links.make(state, request, "confirm")
    expires = (engine.now() + links.LASTS["confirm"]).isoformat()
    fields = {"ask": str(request.ask), "number": request.number, "token": token, "expires": expires}
    messages.write(papers_of(state, request), request, "confirm", to=to, fields=fields)


def confirm(tenant: Tenant, token: str, code: str = "") -> SubjectRequest:
    """The link from the mail was followed, with the code that was on the screen where the request was made.

    A request that came by mail, phone or post has shown no code on a screen: its link is enough, and only for this: the
    answer goes to the address of record all the same. Raises `IdentityError` WB920 for whatever is wrong, and WB921
    after too many tries.
    """
    link = links.find(tenant, token, "confirm")
    request = link.request
    check = _match(request, "address", code, or_without=True)
    links.use(link)
    with transaction.atomic():
        _pass(check)
        links.revoke(request, "confirm")
        _lift(request, "address", by=PERSON)
    return request


def _match(request: SubjectRequest, rung: str, code: str, *, or_without: bool = False) -> IdentityCheck:
    """The open check that this code fits. Every wrong code counts as a try on all of them."""
    now = engine.now()
    waiting = IdentityCheck.objects.filter(request=request, rung=rung, state="open")
    waiting.filter(expires_at__lte=now).update(state="expired", decided_at=now)
    with engine.door(request.tenant).read() as state:
        hashed = links.hashed(state, "codes", "".join(code.split()))
    found = None
    for check in waiting.filter(tries__lt=TRIES):
        if hmac.compare_digest(check.code_hash, hashed) or (or_without and not check.code_hash):
            found = check
    if found is not None:
        return found
    waiting.update(tries=F("tries") + 1)
    failed = waiting.filter(tries__gte=TRIES).update(state="failed", decided_at=now)
    if failed:
        raise IdentityError.one(
            "WB921", "That was too often.", "Codes cannot be guessed that way.", "Ask for a new one."
        )
    raise links.invalid()


def _pass(check: IdentityCheck) -> None:
    """Mark a check as passed, once."""
    done = IdentityCheck.objects.filter(pk=check.pk, state="open").update(state="passed", decided_at=engine.now())
    if not done:
        raise links.invalid()


def _lift(request: SubjectRequest, rung: str, *, by: By, means: str = "") -> None:
    """A rung was reached: the assurance rises, and the request goes on where that is enough."""
    height = RUNGS[rung].height
    SubjectRequest.objects.filter(pk=request.pk, assurance__lt=height).update(assurance=height)
    request.refresh_from_db()
    go_on(request, means or MEANS[rung])


def go_on(request: SubjectRequest, means: str) -> None:
    """Identify the person where we are sure enough, or ask for the next step."""
    from waarborg.office.requests import carry

    if request.state not in (State.RECEIVED, State.IDENTITY) or request.needed is None:
        return
    if request.assurance >= request.needed:
        carry.identified(request, means)
    else:
        step_up(request)


# ------------------------------------------------------------------------------------------------ fresh codes


def send_code(request: SubjectRequest) -> IdentityCheck:
    """A fresh code to the address of record, for files (attack 17: a link that was forwarded opens nothing)."""
    code = new_code()
    with transaction.atomic(), engine.door(request.tenant).begin() as state:
        papers = papers_of(state, request)
        IdentityCheck.objects.filter(request=request, rung="fresh", state="open").update(state="expired")
        check = open_check(state, request, "fresh", code, CODE_LASTS)
        to = (papers.get("contact") or {}).get("address", "")
        if to:
            fields = {"number": request.number, "code": code, "expires": check.expires_at.isoformat()}
            messages.write(papers, request, "code", to=to, fields=fields)
    return check


def check_code(request: SubjectRequest, code: str) -> None:
    """Whether a fresh code is right. Raises `IdentityError` WB920 or WB921."""
    _pass(_match(request, "fresh", code))


# ------------------------------------------------------------------------------------------------ a second factor


def step_up(request: SubjectRequest) -> None:
    """Ask for the next step, saying why; where there is none, a person of the staff looks."""
    policy = engine.policy_of(request.tenant)
    with opened_papers(request) as papers:
        known = known_of(papers)
        why = list(papers.get("need") or [])
    assert request.needed is not None  # noqa: S101 - go_on asked
    rungs = [one for one in offered(policy, known, request.needed) if RUNGS[one].height > request.assurance]
    with transaction.atomic():
        if not rungs:
            SubjectRequest.objects.filter(pk=request.pk).update(hint="no_rung")
            request.refresh_from_db()
            if request.state == State.RECEIVED:
                moves.move(request, "ask_identity", by=SYSTEM, data={"rung": "address"})
            return
        moves.move(request, "ask_identity", by=SYSTEM, data={"rung": rungs[0], "why": why})
        with engine.door(request.tenant).begin() as state:
            open_check(state, request, rungs[0], "", timedelta(days=14))
            papers = papers_of(state, request)
            token = links.make(state, request, "status")
            fields = {"ask": str(request.ask), "number": request.number, "rung": rungs[0], "why": why, "token": token}
            messages.write(papers, request, "step_up", to=_record(papers), fields=fields)
        if request.paused_at is None:
            moves.act(request, "pause", by=SYSTEM, reasons=", ".join(why), data={"why": why})


def text_code(request: SubjectRequest) -> None:
    """Send a code to the telephone number of record. Raises `IdentityError` WB922 where this request asks for none."""
    waiting = IdentityCheck.objects.filter(request=request, rung="second_factor", state="open")
    with transaction.atomic(), engine.door(request.tenant).begin() as state:
        phones = known_of(papers_of(state, request)).phones
        if not waiting.exists() or not phones:
            raise IdentityError.one("WB922", "No text message is asked for here.", "", "Look at the status page.")
        code = new_code()
        waiting.update(state="expired", decided_at=engine.now())
        open_check(state, request, "second_factor", code, CODE_LASTS)
        gateway.send(request.tenant, phones[0], code, request.language)


def check_text(request: SubjectRequest, code: str) -> None:
    """The code of the text message. Raises `IdentityError` WB920 or WB921."""
    check = _match(request, "second_factor", code)
    with transaction.atomic():
        _pass(check)
        _lift(request, "second_factor", by=PERSON)


# ------------------------------------------------------------------------------------------------ a document


def ask_document(request: SubjectRequest, by: By, reasons: str) -> str:
    """Ask for an identity document, as the last resort; returns the token of the link to hand it over.

    Raises `IdentityError` WB924 where something lighter would do, or the policy does not list it (attack 25).
    """
    require(by, "vouch", request)
    policy = engine.policy_of(request.tenant)
    with transaction.atomic(), engine.door(request.tenant).begin() as state:
        papers = papers_of(state, request)
        height = request.needed if request.needed is not None else 0
        lighter = [one for one in offered(policy, known_of(papers), height) if RUNGS[one].height > request.assurance]
        listed = "document" in {str(step) for step in policy.rights.identity}
        if lighter or not listed or request.assurance >= height:
            raise IdentityError.one(
                "WB924",
                "An identity document is more than this request needs.",
                "Only what is necessary may be asked (Art. 5(1)(c), 12(6)).",
                "Use a lighter step, or add `document` to rights.identity in the policy as the last resort.",
            )
        moves.move(request, "ask_identity", by=by, reasons=reasons, data={"rung": "document"})
        open_check(state, request, "document", "", timedelta(days=14))
        token = links.make(state, request, "document")
        fields = {"ask": str(request.ask), "number": request.number, "rung": "document", "why": [], "token": token}
        messages.write(papers, request, "step_up", to=_record(papers), fields=fields)
    return token


LARGEST = 8 * 1024 * 1024
"""Bytes of a document."""


def take_document(tenant: Tenant, token: str, body: bytes, kind: str) -> SubjectRequest:
    """Seal what was handed over, under a key of its own. Raises `IdentityError` WB920, WB925 (too large, no scan)."""
    link = links.find(tenant, token, "document")
    marks = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n", "application/pdf": b"%PDF-"}
    if len(body) > LARGEST or not body.startswith(marks.get(kind, b"\0none")):
        raise IdentityError.one(
            "WB925", "This file cannot be used.", "A scan is an image or a PDF of at most 8 MB.", "Choose another file."
        )
    with engine.door(tenant).begin() as state:
        name = document_name(link.request)
        state.vault.destroy(name)
        state.vault.seal(f"{name}:body", body, key=name, kind="document", at=engine.now())
        state.vault.seal(f"{name}:kind", kind.encode(), key=name, kind="document", at=engine.now())
    links.use(link)
    links.revoke(link.request, "document")
    return link.request


def document_name(request: SubjectRequest) -> str:
    """The name of the document's own data key: destroying it leaves the rest of the file whole."""
    return f"document:{request.id.hex}"


def read_document(request: SubjectRequest, by: By) -> tuple[bytes, str] | None:
    """The document and its kind, for the officer who judges it; a look is logged first. None once it is destroyed."""
    from waarborg.office.people.looks import looked

    looked(by, request, "document")
    with engine.door(request.tenant).read() as state:
        name = document_name(request)
        if not state.vault.has(f"{name}:body"):
            return None
        return state.vault.open(f"{name}:body"), state.vault.open(f"{name}:kind").decode()


def judge_document(request: SubjectRequest, by: By, *, genuine: bool) -> None:
    """Decide on a document, and destroy it either way (attack 26). A blank or forged one lifts nothing (attack 6)."""
    from waarborg.office.requests import carry

    require(by, "see_document", request)
    check = IdentityCheck.objects.filter(request=request, rung="document", state="open").order_by("-pk").first()
    with transaction.atomic():
        with engine.door(request.tenant).begin() as state:
            handed_over = state.vault.destroy(document_name(request)) > 0
        if check is None or not handed_over:
            raise links.invalid()
        IdentityCheck.objects.filter(pk=check.pk).update(
            state="passed" if genuine else "failed", decided_at=engine.now()
        )
        if genuine:
            _lift(request, "document", by=by)
    carry.scrub()


def vouch(request: SubjectRequest, by: By, reasons: str) -> None:
    """A privacy officer is sure who asks, and says why: by a call to a known number, in person. It is written down."""
    require(by, "vouch", request)
    if len(reasons.strip()) < 10:
        raise IdentityError.one(
            "WB926", "Say how you know who asks.", "The evidence must be able to show it later.", "Add the reason."
        )
    with transaction.atomic():
        height = request.needed or 0
        now = engine.now()
        IdentityCheck.objects.create(
            request=request, rung="staff", state="passed", made_at=now, expires_at=now, decided_at=now
        )
        with opened_papers(request) as papers:
            papers.put("vouched", {"reasons": reasons, "at": now.isoformat()})
        SubjectRequest.objects.filter(pk=request.pk, assurance__lt=height).update(assurance=height, hint="")
        request.refresh_from_db()
        go_on(request, "staff")


# ------------------------------------------------------------------------------------------------ what is known


def known_of(papers: Papers) -> Known:
    """What the stores know of the person, as it was looked up."""
    from waarborg.plans.who import Known

    body = papers.get("known") or {"rows": [], "identifiers": {}, "categories": [], "organisations": [], "touched": ""}
    return Known(
        tuple((table, tuple(key)) for table, key in body["rows"]),
        {kind: tuple(values) for kind, values in body["identifiers"].items()},
        frozenset(body["categories"]),
        tuple((table, key) for table, key in body["organisations"]),
        date.fromisoformat(body["touched"]) if body["touched"] else None,
    )


def keep_known(papers: Papers, known: Known) -> None:
    """Seal what the stores know of the person."""
    papers.put(
        "known",
        {
            "rows": [[table, list(key)] for table, key in known.rows],
            "identifiers": {kind: list(values) for kind, values in known.identifiers.items()},
            "categories": sorted(known.categories),
            "organisations": [list(one) for one in known.organisations],
            "touched": known.touched.isoformat() if known.touched else "",
        },
    )


def spelled(address: str) -> str:
    """An address in the one spelling by which two are held against each other: composed, without blanks and case."""
    return unicodedata.normalize("NFKC", address).strip().casefold()


def _record(papers: Papers) -> str:
    """The address that answers go to."""
    return str((papers.get("contact") or {}).get("address", ""))


def expire(now: datetime) -> int:
    """End the checks whose time is over; returns how many."""
    return IdentityCheck.objects.filter(state="open", expires_at__lte=now).update(state="expired", decided_at=now)
