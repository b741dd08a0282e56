"""What a person sees of themselves once the company's application has handed them over.

    found = mine(tenant, handed)            # items with their values, how much there is, and what an erasure would do
    requests_of(tenant, handed)             # their requests
    subject_of(tenant, handed)              # the keyed hash under which looks and evidence name them

Reads only. Values of sensitive categories stay closed unless the person signed in with a second factor, exactly as an
access request would have it (`identity.needed`): a session that was left open shows no more than a mail would.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction

from waarborg.notice.answer import THEIRS, Part, guarded, read
from waarborg.office import engine
from waarborg.office.people.models import Tenant
from waarborg.office.requests import clock, identity, links
from waarborg.office.requests.handover import Handed
from waarborg.office.requests.identity import RUNGS
from waarborg.office.requests.life import Ask
from waarborg.office.requests.models import SubjectRequest
from waarborg.plans.model import Plan
from waarborg.plans.who import Known, who
from waarborg.policy.values import Sensitivity
from waarborg.state.known import spelled
from waarborg.terms import SubjectRef

IN_MEMORY = 1_000_000
"""Bytes of an answer that stay in memory while it is read; the rest is in a file that nobody else can open."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of data that stands in the person's own row."""

    ref: str
    values: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Mine:
    """What there is of a person."""

    items: tuple[Item, ...]
    """Items of the rows that are the person."""
    rows: Mapping[str, int]
    """By category: how many rows hold something of it."""
    closed: frozenset[str]
    """Categories that are there, and that this session does not show."""
    plan: Plan | None
    """What an erasure would do; None where that cannot be told without a person looking."""


def person_of(handed: Handed) -> SubjectRef:
    """Who was handed over, as the stores are asked."""
    return SubjectRef(dict(handed.identifiers))


def mine(tenant: Tenant, handed: Handed) -> Mine:
    """Look at everything that is there of this person. Raises `PlanError` and `StoreError` like an access answer."""
    person = person_of(handed)
    with engine.opened(tenant) as opened:
        known = who(opened.work.planner, person)
        closed = _closed(tenant, known, handed)
        own = {table for table, _ in known.rows}
        items: dict[str, dict[str, None]] = {}
        rows: dict[str, int] = {}
        with tempfile.SpooledTemporaryFile(IN_MEMORY, "w+", encoding="utf-8") as file:
            opened.work.planner.access(person, file)
            file.seek(0)
            for part in guarded(read(file)[1], opened.policy, opened.datamap):
                _take(part, part.why == THEIRS and part.table in own, items, rows)
        plan = _plan(opened, person)
    shown = {ref: values for ref, values in items.items() if ref.partition(".")[0] not in closed}
    return Mine(
        tuple(Item(ref, tuple(values)) for ref, values in shown.items() if values),
        rows,
        frozenset(closed & set(rows)),
        plan,
    )


def _take(part: Part, own: bool, items: dict[str, dict[str, None]], rows: dict[str, int]) -> None:
    """Values of the person's own rows; of all others only how many there are."""
    count = 0
    for block in part.rows:
        count += len(block)
        for row in block if own else ():
            for column, ref in part.columns.items():
                value = row.get(column)
                if "." in ref and value not in (None, ""):
                    items.setdefault(ref, {})[str(value)] = None
    for category in dict.fromkeys(ref.partition(".")[0] for ref in part.columns.values()):
        rows[category] = rows.get(category, 0) + count


def _closed(tenant: Tenant, known: Known, handed: Handed) -> set[str]:
    """The categories that need to be surer of who asks than this session is."""
    policy = engine.policy_of(tenant)
    today = clock.day_of(engine.now(), policy)
    if handed.height >= identity.needed(Ask.ACCESS, policy, known, today).height:
        return set()
    sensitive = {name for name, one in policy.data.items() if one.special or one.sensitivity is Sensitivity.HIGH}
    dormant = identity.needed(Ask.ERASURE, policy, known, today).height > RUNGS["session"].height
    return set(policy.data) if dormant else sensitive


def _plan(opened: engine.Engine, person: SubjectRef) -> Plan | None:
    from waarborg.errors import PlanError

    try:
        opened.work.look_up_holds([person])
        return opened.work.planner.plan_erasure([person])[0]
    except PlanError:
        return None


def would_go(tenant: Tenant, handed: Handed) -> Plan | None:
    """What an erasure would do to this person's data, before they ask for it; nothing is recorded."""
    with engine.opened(tenant) as opened:
        return _plan(opened, person_of(handed))


def subject_of(tenant: Tenant, handed: Handed) -> str:
    """The keyed hash of this person; empty where nobody is found. Raises `PlanError`, `StoreError`."""
    with engine.opened(tenant) as opened:
        known = who(opened.work.planner, person_of(handed))
    if not known.rows:
        return ""
    with transaction.atomic(), engine.door(tenant).begin() as state:
        subject, _ = state.people.subject(identity.subject_name(known, handed.identifiers), at=engine.now())
    return subject


def requests_of(tenant: Tenant, handed: Handed) -> list[SubjectRequest]:
    """The requests of this person for themselves, newest first: by the address that the application vouches for."""
    address = handed.identifiers.get("email", "") or next(iter(handed.identifiers.values()), "")
    with engine.door(tenant).read() as state:
        contact = links.hashed(state, "contacts", ["contact", spelled("email", address)])
    return list(SubjectRequest.objects.filter(tenant=tenant, contact_hash=contact, on_behalf="").order_by("-number"))


def one_of(tenant: Tenant, handed: Handed, number: str) -> SubjectRequest | None:
    """One of them by its number."""
    return next((one for one in requests_of(tenant, handed) if one.number == number), None)
