"""Looking at a person's data: logged before it is shown, and shown to the person.

    looked(by, request, "message")              # the entry is committed when this returns …
    …                                           # … and only then is anything opened

An evidence entry `data.viewed` goes with each look, so that a look cannot be taken out of the table unseen.
"""

from __future__ import annotations

from waarborg.office import engine
from waarborg.office.people.models import Look, Tenant
from waarborg.office.people.roles import By, require
from waarborg.office.requests.models import SubjectRequest

WHAT = frozenset({"request", "plan", "answer", "message", "document", "search"})
"""What can be looked at. A closed list: a look holds no text."""
RIGHT = {"plan": "see_plan", "answer": "see_answer", "document": "see_document", "search": "search_person"}
"""The right that a look needs; the others need `see_person`."""


def looked(by: By, request: SubjectRequest, what: str) -> Look:
    """Record a look, in a transaction of its own. Raises `NotAllowed` WB940, WB941: then nothing is shown."""
    if what not in WHAT:
        raise KeyError(what)
    require(by, RIGHT.get(what, "see_person"), request)
    assert by.account is not None  # noqa: S101 - staff have accounts
    now = engine.now()
    with engine.door(request.tenant).begin() as state:
        viewer, _ = state.people.subject(f"staff:{by.account.pk}", at=now)
        subject = request.subject or None
        state.log().append(
            kind="data.viewed", at=now, subject=subject, data={"viewer": viewer, "request": request.id.hex}
        )
        return Look.objects.create(
            tenant=request.tenant,
            account=by.account,
            role=by.role,
            subject=request.subject,
            request=request.id,
            what=what,
            at=now,
        )


def of_person(tenant: Tenant, subject: str) -> list[Look]:
    """Who among the staff looked at a person's data, newest first: for the person themselves."""
    return list(Look.objects.filter(tenant=tenant, subject=subject).order_by("-at")) if subject else []
