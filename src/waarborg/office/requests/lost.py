"""A status link that was lost: a new one goes to the address of record of each request that came from an address.

    ask(tenant, "noor@post.example")      # the same for every address: a job, at most one an hour, and no answer
    send(tenant, contact)                 # the job; `contact` is the keyed hash of the address

Nothing is looked up before the page answers, and a mail goes only where answers of that request go anyway.
"""

from __future__ import annotations

from django.db import transaction

from waarborg.office import engine
from waarborg.office.jobs.queue import enqueue
from waarborg.office.people.models import Tenant
from waarborg.office.requests import links, messages
from waarborg.office.requests.life import State
from waarborg.office.requests.models import SubjectRequest
from waarborg.office.requests.papers import papers_of
from waarborg.state.known import spelled

MOST = 5
"""The newest requests of an address that get a new link."""


def ask(tenant: Tenant, address: str) -> None:
    """Put the job in the queue. Asked again within the hour, nothing more is sent."""
    with transaction.atomic(), engine.door(tenant).begin() as state:
        contact = links.hashed(state, "contacts", ["contact", spelled("email", address)])
        hour = engine.now().strftime("%Y-%m-%dT%H")
        enqueue("requests.lost", {"contact": contact}, tenant=tenant, unique=f"requests.lost:{contact[:40]}:{hour}")


def send(tenant: Tenant, contact: str) -> None:
    """New links for the requests that came from this address and whose person is known."""
    found = SubjectRequest.objects.filter(tenant=tenant, contact_hash=contact, destroyed_at=None)
    waiting = (State.RECEIVED, State.IDENTITY)
    for request in found.exclude(state__in=waiting).order_by("-received_at")[:MOST]:
        with transaction.atomic(), engine.door(tenant).begin() as state:
            papers = papers_of(state, request)
            address = (papers.get("contact") or {}).get("address", "")
            if address and request.subject:
                token = links.make(state, request, "status")
                due = request.due_on.isoformat()
                fields = {"ask": str(request.ask), "number": request.number, "due": due, "status": token}
                messages.write(papers, request, "received", to=address, fields=fields)
