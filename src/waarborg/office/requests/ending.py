"""The end of a file: what has had its term is destroyed, key first, and brought out of the write-ahead log."""

from __future__ import annotations

from django.db import transaction

from waarborg.office import engine
from waarborg.office.people.models import Tenant
from waarborg.office.requests import clock, documents, identity, links, packages
from waarborg.office.requests.models import SubjectRequest
from waarborg.office.requests.papers import scrub


def tidy(tenant: Tenant) -> None:
    """Once an hour: packages and codes whose time is over, files that had their term."""
    now = engine.now()
    identity.expire(now)
    gone = packages.over(tenant, now)
    today = clock.day_of(now, engine.policy_of(tenant))
    for request in SubjectRequest.objects.filter(tenant=tenant, destroyed_at=None, destroy_on__lte=today):
        destroy(request)
        gone += 1
    if gone:
        scrub()


def destroy(request: SubjectRequest) -> None:
    """Destroy the key of a request, and with it everything sealed under it: what is left is a number and some dates."""
    for package in request.packages.filter(destroyed_at=None):
        packages.destroy(package)
    with engine.opened(request.tenant) as opened, transaction.atomic():
        opened.work.close(request.id.hex)
        with opened.door.begin() as state:
            state.vault.destroy(documents.name_of(request))
        SubjectRequest.objects.filter(pk=request.pk).update(destroyed_at=engine.now(), contact_hash="")
    links.revoke(request)
    request.refresh_from_db()
