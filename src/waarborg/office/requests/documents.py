"""An identity document, as the last resort: asked by a person of the staff, sealed under a key of its own, destroyed.

ask(request, by, reasons)                    # WB924 where something lighter would do (attack 25)
take(tenant, token, body, kind)              # the person hands it over
read(request, by)                            # for the officer who judges it; a look is logged first
judge(request, by, genuine=True)             # decided, and destroyed either way (attacks 6 and 26)
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from waarborg.office import engine
from waarborg.office.errors import IdentityError
from waarborg.office.people.models import Tenant
from waarborg.office.people.roles import By, require
from waarborg.office.requests import links, messages, moves
from waarborg.office.requests.identity import RUNGS, known_of, lift, offered, open_check, record
from waarborg.office.requests.models import IdentityCheck, SubjectRequest
from waarborg.office.requests.papers import papers_of, scrub


def ask(request: SubjectRequest, by: By, reasons: str) -> str:
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
        messages.write(papers, request, "step_up", to=record(papers), fields=fields)
    return token


LARGEST = 8 * 1024 * 1024
"""Bytes of a document."""


def take(tenant: Tenant, token: str, body: bytes, kind: str) -> SubjectRequest:
    """Seal what was handed over, under a key of its own. Raises `IdentityError` WB920, WB925 (too large, no scan)."""
    link = links.find(tenant, token, "document")
    marks = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n", "application/pdf": b"%PDF-"}
    if len(body) > LARGEST or not body.startswith(marks.get(kind, b"\0none")):
        raise IdentityError.one(
            "WB925", "This file cannot be used.", "A scan is an image or a PDF of at most 8 MB.", "Choose another file."
        )
    with engine.door(tenant).begin() as state:
        name = name_of(link.request)
        state.vault.destroy(name)
        state.vault.seal(f"{name}:body", body, key=name, kind="document", at=engine.now())
        state.vault.seal(f"{name}:kind", kind.encode(), key=name, kind="document", at=engine.now())
    links.use(link)
    links.revoke(link.request, "document")
    return link.request


def name_of(request: SubjectRequest) -> str:
    """The name of the document's own data key: destroying it leaves the rest of the file whole."""
    return f"document:{request.id.hex}"


def read(request: SubjectRequest, by: By) -> tuple[bytes, str] | None:
    """The document and its kind, for the officer who judges it; a look is logged first. None once it is destroyed."""
    from waarborg.office.people.looks import looked

    looked(by, request, "document")
    with engine.door(request.tenant).read() as state:
        name = name_of(request)
        if not state.vault.has(f"{name}:body"):
            return None
        return state.vault.open(f"{name}:body"), state.vault.open(f"{name}:kind").decode()


def judge(request: SubjectRequest, by: By, *, genuine: bool) -> None:
    """Decide on a document, and destroy it either way (attack 26). A blank or forged one lifts nothing (attack 6)."""
    require(by, "see_document", request)
    check = IdentityCheck.objects.filter(request=request, rung="document", state="open").order_by("-pk").first()
    with transaction.atomic():
        with engine.door(request.tenant).begin() as state:
            handed_over = state.vault.destroy(name_of(request)) > 0
        if check is None or not handed_over:
            raise links.invalid()
        IdentityCheck.objects.filter(pk=check.pk).update(
            state="passed" if genuine else "failed", decided_at=engine.now()
        )
        if genuine:
            lift(request, "document", by=by)
    scrub()
