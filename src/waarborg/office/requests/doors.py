"""How requests come in: six doors, one queue. Nothing here looks at the customer's stores.

    received = receive(tenant, Incoming(ask="access", door="centre", language="nl", identifiers={"email": …}))
    received.code           # shown on the page: the mail with the link asks for it

Whoever is asked about, known or not, the same is done and the same is answered: looking up is the job that follows
(attack 27). For somebody who is not signed in, a page shows the code and nothing else: no number, and not whether
the same request was there already. Raises `IntakeError` WB927, and `Flooded` WB923.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F

from waarborg.errors import Finding, Place
from waarborg.office import engine
from waarborg.office.errors import Flooded, IntakeError
from waarborg.office.jobs.queue import enqueue
from waarborg.office.people.models import Tenant
from waarborg.office.people.roles import PERSON, By, require
from waarborg.office.requests import clock, links, messages
from waarborg.office.requests.handover import Handed
from waarborg.office.requests.identity import RUNGS, new_code, open_check, spelled
from waarborg.office.requests.life import ENDED, Ask, Door, State
from waarborg.office.requests.models import Arrival, Counter, Event, SubjectRequest
from waarborg.office.requests.papers import papers_of
from waarborg.policy.model import Policy
from waarborg.state import State as Vaulted

BEHALF = frozenset({"", "mandate", "guardian", "reporter"})
LONGEST_TEXT = 20_000
FLOODS: Mapping[str, tuple[int, timedelta]] = {
    "address": (5, timedelta(days=1)),
    "network": (30, timedelta(hours=1)),
    "tenant": (2_000, timedelta(hours=1)),
}
"""How much may come in from one side, and in what time. Beyond the first, nothing happens and nothing shows it; beyond
the others the door says `later`."""
UNSURE = frozenset({State.RECEIVED, State.IDENTITY})


@dataclass(frozen=True, slots=True)
class Incoming:
    """What came in, as it was written. Personal: it goes into the vault and nowhere else."""

    ask: str
    door: str
    language: str
    identifiers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Who it is about: kinds of the data map (`email`, `customer_number`)."""
    contact: str = field(default="", repr=False)
    """The address it came from. Answers go there only where the database knows nobody, or no address."""
    name: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    purpose: str = ""
    on_behalf: str = ""
    wanted: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Rectification: the right value by data reference."""
    received_at: datetime | None = None
    """Staff entry: when it really came in, by letter or telephone."""


@dataclass(frozen=True, slots=True)
class Received:
    """What a door tells."""

    request: SubjectRequest | None
    """The request; None where a flood of one address was let run dry. Not to be shown to who is not signed in."""
    code: str = field(repr=False)
    """For the page of whoever asks without being signed in."""
    again: bool = False
    """The same was open already."""


def receive(
    tenant: Tenant, incoming: Incoming, *, by: By = PERSON, network: str = "", handed: Handed | None = None
) -> Received:
    """Take a request in: one row, its sealed papers, its first line in the evidence, and the job that looks it up."""
    policy = engine.policy_of(tenant)
    if by.staff:
        require(by, "enter_request")
    _check(policy, incoming, handed)
    with transaction.atomic(), engine.door(tenant).begin() as state:
        now = engine.moment(state)
        came_by = incoming.contact or incoming.identifiers.get("email", "") or _first(incoming, handed)
        hashed = links.hashed(state, "contacts", ["contact", spelled(came_by)])
        code = new_code()
        if not by.staff and _flooded(tenant, state, hashed, network, now):
            return Received(None, code)
        open_before = _open_before(tenant, hashed, incoming)
        if open_before is not None and open_before.state in UNSURE and handed is None:
            return _again(state, open_before, incoming, code)
        request = _new(tenant, policy, incoming, hashed, now, handed, open_before)
        _seal(state, request, incoming, handed, by)
        if handed is None and request.door != Door.SIGNED_IN:
            shown = code if request.door == Door.CENTRE else ""
            open_check(state, request, "address", shown, links.LASTS["confirm"])
        state.log(engine.declared(tenant)).append(
            kind="request.received",
            at=now,
            data={
                "request": request.id.hex,
                "right": str(request.ask),
                "due": request.due_on.isoformat(),
                "door": str(request.door),
            },
        )
        enqueue("requests.look", {"request": str(request.pk)}, tenant=tenant, unique=f"requests.look:{request.pk.hex}")
    return Received(request, code)


def _first(incoming: Incoming, handed: Handed | None) -> str:
    given = {**incoming.identifiers, **(handed.identifiers if handed else {})}
    return given.get("email", "") or next(iter(given.values()), "")


def _check(policy: Policy, incoming: Incoming, handed: Handed | None) -> None:
    """Everything that is wrong with what came in, at once. Never repeats a value."""
    faults = []
    if incoming.ask not in set(Ask) or incoming.door not in set(Door):
        faults.append(("ask", "This is not something that can be asked here."))
    if incoming.language not in policy.languages:
        faults.append(("language", f"The policy is written in {', '.join(policy.languages)}."))
    if handed is None and not any(value.strip() for value in incoming.identifiers.values()):
        faults.append(("identifiers", "It does not say who it is about."))
    if any(len(value) > 500 for value in incoming.identifiers.values()):
        faults.append(("identifiers", "That is too long."))
    if incoming.on_behalf not in BEHALF or (incoming.on_behalf and handed is not None):
        faults.append(("on_behalf", "Say mandate, guardian or reporter, or nothing."))
    if incoming.on_behalf and not incoming.contact:
        faults.append(("contact", "Whoever asks for somebody else says where to reach them."))
    if incoming.ask == Ask.CHILD_REPORT and incoming.on_behalf != "reporter":
        faults.append(("on_behalf", "A report about a child comes from a reporter."))
    if incoming.purpose and incoming.purpose not in policy.purposes:
        faults.append(("purpose", "The policy has no such purpose."))
    if incoming.ask in (Ask.OBJECTION, Ask.WITHDRAWAL) and not incoming.purpose:
        faults.append(("purpose", "Say which use of the data it is about."))
    if len(incoming.text) > LONGEST_TEXT:
        faults.append(("text", "That is too long."))
    if not all(policy.has(ref) for ref in incoming.wanted):
        faults.append(("wanted", "The policy has no such data."))
    if faults:
        raise IntakeError([Finding("WB927", Place(path=path), what, "", "Correct it.") for path, what in faults])


def _flooded(tenant: Tenant, state: Vaulted, address: str, network: str, now: datetime) -> bool:
    """Count this arrival. Raises `Flooded` for a network or the tenant; True where one address asked too often."""
    sides = {"address": address, "tenant": "all"}
    if prefix := prefix_of(network):
        sides["network"] = links.hashed(state, "contacts", ["network", prefix])
    quiet = False
    for kind, side in sides.items():
        most, window = FLOODS[kind]
        before = Arrival.objects.filter(tenant=tenant, kind=kind, hash=side, at__gt=now - window).count()
        if before >= most and kind == "address":
            quiet = True
        elif before >= most:
            raise Flooded.one("WB923", "Too much is coming in at once.", "", "Please try again in an hour.")
    Arrival.objects.bulk_create(Arrival(tenant=tenant, kind=kind, hash=side, at=now) for kind, side in sides.items())
    return quiet


def prefix_of(network: str) -> str:
    """The part of an internet address that a household or an office shares: /24, or /48 of IPv6.

    >>> prefix_of("192.0.2.77"), prefix_of("2001:db8:1:2::9"), prefix_of("no address")
    ('192.0.2.0/24', '2001:db8:1::/48', '')
    """
    try:
        found = ipaddress.ip_address(network)
    except ValueError:
        return ""
    return str(ipaddress.ip_network(f"{found}/{24 if found.version == 4 else 48}", strict=False))


def _open_before(tenant: Tenant, hashed: str, incoming: Incoming) -> SubjectRequest | None:
    """The newest open request for the same, from the same address."""
    return (
        SubjectRequest.objects.filter(
            tenant=tenant,
            contact_hash=hashed,
            ask=incoming.ask,
            purpose=incoming.purpose,
            on_behalf=incoming.on_behalf,
        )
        .exclude(state__in=ENDED)
        .order_by("-received_at")
        .first()
    )


def _again(state: Vaulted, request: SubjectRequest, incoming: Incoming, code: str) -> Received:
    """The same is open and unconfirmed: no second request, but a new link and a new code, as the first one had."""
    shown = code if incoming.door == Door.CENTRE else ""
    open_check(state, request, "address", shown, links.LASTS["confirm"])
    if incoming.text:
        messages.received(papers_of(state, request), request, incoming.text)
    Event.objects.create(request=request, at=engine.now(), kind="asked_again", role="person", data={})
    count = Event.objects.filter(request=request, kind="asked_again").count()
    enqueue(
        "requests.look_again",
        {"request": str(request.pk)},
        tenant=request.tenant,
        unique=f"requests.look_again:{request.pk.hex}:{count}",
    )
    return Received(request, code, again=True)


def _new(
    tenant: Tenant,
    policy: Policy,
    incoming: Incoming,
    hashed: str,
    now: datetime,
    handed: Handed | None,
    before: SubjectRequest | None,
) -> SubjectRequest:
    came = min(incoming.received_at or now, now)
    due = clock.first_due(came, policy, promised(policy, incoming.ask, came))
    request = SubjectRequest.objects.create(
        tenant=tenant,
        number=next_number(tenant, clock.day_of(now, policy).year),
        ask=incoming.ask,
        purpose=incoming.purpose,
        language=incoming.language,
        door=incoming.door,
        state=State.RECEIVED,
        received_at=came,
        due_on=due,
        first_due_on=due,
        contact_hash=hashed,
        assurance=handed.height if handed else RUNGS["none"].height,
        on_behalf=incoming.on_behalf,
        duplicate_of=before,
    )
    data = {"door": str(incoming.door), "due": due.isoformat()}
    Event.objects.create(request=request, at=now, kind="received", role="person", data=data)
    return request


def promised(policy: Policy, ask: str, came: datetime) -> date | None:
    """The day before which the policy promises this right, where it promises one."""
    rule = getattr(policy.rights, ask, None)
    within = getattr(rule, "within", None)
    return within.after(clock.day_of(came, policy)) if within else None


def next_number(tenant: Tenant, year: int) -> str:
    """The next number of the year: `2026-00042`. Part of the transaction: a request that is not kept leaves no gap."""
    Counter.objects.get_or_create(tenant=tenant, year=year)
    Counter.objects.filter(tenant=tenant, year=year).update(last=F("last") + 1)
    return f"{year}-{Counter.objects.get(tenant=tenant, year=year).last:05d}"


def _seal(state: Vaulted, request: SubjectRequest, incoming: Incoming, handed: Handed | None, by: By) -> None:
    papers = papers_of(state, request)
    given = handed.identifiers if handed else incoming.identifiers
    identifiers = {kind: value.strip() for kind, value in given.items() if value.strip()}
    name = incoming.name or (handed.name if handed else "")
    papers.put("person", {"identifiers": identifiers, "name": name})
    papers.put(
        "asked",
        {
            "text": incoming.text,
            "contact": incoming.contact,
            "name": incoming.name,
            "on_behalf": incoming.on_behalf,
            "wanted": dict(incoming.wanted),
            "entered_by": by.account.pk if by.account else None,
        },
    )
    if incoming.text:
        messages.received(papers, request, incoming.text, kind="asked")
