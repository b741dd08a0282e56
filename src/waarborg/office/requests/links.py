"""Links in mails: for one purpose, expiring, revocable, counted. Only a keyed hash of the token is kept.

    token = make(state, request, "download")           # goes into the mail, and nowhere else
    link = find(tenant, token, "download")             # `IdentityError` WB920, the same for whatever is wrong with it
    use(link) · revoke(request, "download")

A token alone opens nothing that matters: confirming asks for the code that was shown when the request was made, and
files ask for a fresh code (`requests.identity`). Whoever gets a mail forwarded has a link that does nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta

from django.db.models import F

from waarborg.canonical import keyed_digest
from waarborg.office import engine
from waarborg.office.errors import IdentityError
from waarborg.office.people.models import Tenant
from waarborg.office.requests.models import Link, SubjectRequest
from waarborg.state import State

LASTS: Mapping[str, timedelta] = {
    "confirm": timedelta(days=3),
    "status": timedelta(days=120),
    "download": timedelta(days=7),
    "undo": timedelta(days=31),
    "mandate": timedelta(days=14),
    "document": timedelta(days=14),
}
"""What a link can be for, and how long it works."""


def make(state: State, request: SubjectRequest, purpose: str, *, lasts: timedelta | None = None) -> str:
    """A new link; returns its token, which is not kept."""
    now = engine.now()
    token = secrets.token_urlsafe(32)
    Link.objects.create(
        request=request,
        purpose=purpose,
        token_hash=hashed(state, "links", token),
        made_at=now,
        expires_at=now + (lasts or LASTS[purpose]),
    )
    return token


def find(tenant: Tenant, token: str, purpose: str) -> Link:
    """The link of a token. Raises `IdentityError` WB920 for an unknown, expired, revoked or foreign one alike."""
    with engine.door(tenant).read() as state:
        wanted = hashed(state, "links", token[:200])
    link = Link.objects.select_related("request", "request__tenant").filter(token_hash=wanted).first()
    if link is None or link.request.tenant_id != tenant.pk or link.purpose != purpose or not works(link):
        raise invalid()
    return link


def works(link: Link) -> bool:
    """Whether it is neither revoked nor past its time, and the file of its request still exists."""
    return link.revoked_at is None and engine.now() < link.expires_at and link.request.destroyed_at is None


def use(link: Link) -> None:
    """Count a use."""
    Link.objects.filter(pk=link.pk).update(uses=F("uses") + 1)


def revoke(request: SubjectRequest, *purposes: str) -> int:
    """End the links of a request, those for these purposes or all of them; returns how many."""
    found = Link.objects.filter(request=request, revoked_at=None)
    return (found.filter(purpose__in=purposes) if purposes else found).update(revoked_at=engine.now())


def hashed(state: State, secret: str, value: object) -> str:
    """The keyed hash by which a token or a code is known again."""
    return keyed_digest(state.vault.secret(secret, at=engine.now()), value)


def invalid() -> IdentityError:
    """The one error for a link, a code or a token that does not hold."""
    return IdentityError.one(
        "WB920",
        "This link or code does not work (any more).",
        "Links and codes are for one purpose, and for a short time.",
        "Ask for a new one.",
    )
