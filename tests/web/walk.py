"""Walks through the privacy centre that tests and pictures share: each yields the pages it opens, by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.office.kit import Office

from waarborg.office import engine
from waarborg.office.requests import choices, handover
from waarborg.office.requests.models import SubjectRequest

SEND = {"nl": "Versturen", "en": "Send", "fr": "Envoyer"}
CONFIRM = {"nl": "Ja, dit is mijn verzoek", "en": "Yes, this is my request", "fr": "Oui, c'est ma demande"}


def newest(office: Office) -> SubjectRequest:
    """The request that came in last."""
    found = SubjectRequest.objects.filter(tenant=office.tenant).order_by("-number").first()
    assert found is not None
    return found


def public(page: Any, home: str, slug: str, language: str) -> Iterator[str]:
    """What everybody may read."""
    base = f"{home}/{slug}/{language}/"
    for name, path in (
        ("home", ""),
        ("notice", "notice"),
        ("versions", "notice/versions"),
        ("rights", "rights"),
        ("request", "request"),
        ("request-erasure", "request?ask=erasure"),
        ("request-objection", "request?ask=objection"),
        ("request-mandate", "request?ask=access&for=mandate"),
        ("request-child", "request?ask=child_report"),
        ("link", "link"),
        ("broken", "status/nothing"),
        ("over", "me"),
    ):
        page.goto(base + path)
        yield name
    page.goto(base + "request")
    page.get_by_role("button", name=SEND[language]).click()
    yield "request-wrong"


def asking(page: Any, office: Office, language: str, ask: str, email: str) -> Iterator[str]:
    """From the form to the status page."""
    page.goto(f"{office.url}/taakveld/{language}/request?ask={ask}")  # type: ignore[attr-defined]
    page.fill("[name=email]", email)
    page.get_by_role("button", name=SEND[language]).click()
    yield "sent"
    office.drain()
    page.goto(f"{office.url}/taakveld/{language}/confirm/{office.token(newest(office), 'confirm')}")  # type: ignore[attr-defined]
    yield "confirm"
    page.get_by_role("button", name=CONFIRM[language]).click()
    office.drain()
    page.reload()
    yield "status"


def come_in(page: Any, office: Office, id: int, language: str, **more: object) -> None:
    """As the company's application hands somebody over."""
    claims = handover.claims_for(office.tenant, {"email": office.email(id)}, engine.now(), lang=language, **more)
    made = handover.signed(claims, handover.secret_of(office.tenant))
    page.goto(f"{office.url}/taakveld/in?token={made}")  # type: ignore[attr-defined]


def own(page: Any, office: Office, language: str, id: int) -> Iterator[str]:
    """The pages of whoever is signed in."""
    come_in(page, office, id, language, name="Noor van Dijk")
    base = f"{office.url}/taakveld/{language}/me"  # type: ignore[attr-defined]
    page.goto(f"{base}/ask/access")
    yield "mine-access"
    page.get_by_role("button", name=SEND[language]).click()
    yield "mine-asked"
    for name, path in (
        ("mine", ""),
        ("mine-data", "/data"),
        ("mine-correct", "/data/account.name"),
        ("mine-erasure", "/ask/erasure"),
        ("mine-objection", "/ask/objection"),
        ("mine-looks", "/looks"),
        ("mine-choices", "/choices"),
    ):
        page.goto(base + path)
        yield name
    page.goto(
        f"{office.url}/taakveld/{language}/preferences/{choices.link(office.tenant, {'email': office.email(id)})}"
    )  # type: ignore[attr-defined]
    yield "preferences"
    page.locator("#newsletter button").click()
    yield "preferences-stopped"


def billed(office: Office, number: int = 0) -> int:
    """Somebody with an invoice that a law keeps; with a number, another one."""
    return int(office.sql("SELECT DISTINCT member_id FROM invoice WHERE member_id IS NOT NULL")[number][0])
