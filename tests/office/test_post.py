"""Mail: every kind in every language reads well, leaves once, signed, from a real server's point of view."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import dkim
import pytest
from aiosmtpd.controller import Controller
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.office.kit import Office
from tests.office.operate.kit import free_port

from waarborg.office.jobs import queue, worker
from waarborg.office.jobs.models import Job
from waarborg.office.post.compose import BODIES, TO_OTHERS, compose
from waarborg.office.requests import messages
from waarborg.office.requests.messages import KINDS, Letter
from waarborg.office.requests.models import Message, SubjectRequest

LETTERS = {"letter", "extension", "refusal"}
"""Kinds that bring their own words."""
FIELDS: dict[str, Any] = {
    "ask": "erasure", "number": "2026-00042", "token": "tok-0123456789", "status": "tok-status-0123",
    "code": "48201375", "identifiers": {"email": "noor@voorbeeld.example"},
    "expires": "2026-12-07T11:00:00+00:00", "due": "2026-12-30", "rung": "second_factor", "why": ["special"],
    "until": "2026-12-03T11:00:00+00:00", "cents": 750, "article": "Art. 12(5)", "reasons": "Dit is de vijfde keer.",
    "organisation": "Bakkerij Zon", "day": "2027-01-01", "recipient": "Postduif", "text": "Wij zoeken het uit.",
    "letter": {"text": "De brief.", "html": "<!doctype html><p>De brief.</p>"},
}  # fmt: skip


@pytest.fixture
def request_(office: Office) -> SubjectRequest:
    """A request to write about."""
    found = office.receive("erasure", office.email(7)).request
    assert found is not None
    return found


def written(request: SubjectRequest, kind: str, language: str, **more: Any) -> Any:
    from waarborg.office import engine

    own = {name: FIELDS[name] for name in (*KINDS[kind], "identifiers") if name in FIELDS}
    letter = Letter(kind, True, "noor@voorbeeld.example", language, {**own, **more})
    policy = replace(engine.policy_of(request.tenant), languages=("nl", "en", "fr"))
    return compose(letter, request, policy)


@pytest.mark.parametrize("language", ["nl", "en", "fr"])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_mail_can_be_read(request_: SubjectRequest, kind: str, language: str) -> None:
    mail = written(request_, kind, language)
    assert request_.number in mail.subject
    both = mail.text + mail.html
    for left in (r"{[a-z_]+}", r"\[\w+\|", r"\bmail\.[a-z_]+", r"\bNone\b", r"{{|{%"):
        assert not re.search(left, both), (kind, left)
    if kind in LETTERS:
        return
    text = " ".join(mail.text.split())
    assert "privacy@taakveld.example" in text  # whom to ask
    assert "Taakveld B.V., Lijnbaan 12" in text
    if kind not in TO_OTHERS:
        assert "autoriteitpersoonsgegevens.nl" in text
    assert "<script" not in mail.html
    assert 'src="http' not in mail.html  # nothing is fetched by who reads


def test_every_kind_is_written_and_no_other() -> None:
    assert set(BODIES) | LETTERS == set(KINDS)


@pytest.mark.parametrize(
    ("kind", "page"),
    [("confirm", "confirm"), ("received", "status"), ("undo", "undo"), ("answer", "answer"), ("step_up", "status")],
)
def test_a_mail_leads_to_its_page(request_: SubjectRequest, kind: str, page: str) -> None:
    mail = written(request_, kind, "nl")
    token = "tok-status-0123" if kind == "received" else "tok-0123456789"
    assert f"http://127.0.0.1:8000/taakveld/nl/{page}/{token}" in mail.text
    document = written(request_, "step_up", "nl", rung="document").text
    assert "/taakveld/nl/document/tok-0123456789" in document


def test_dutch_mails_speak_in_one_form(request_: SubjectRequest) -> None:
    """This company says `je`: no mail of it says `u`, but the one to another organisation."""
    for kind in set(BODIES) - {"recipient", "organisation_asked"}:
        mail = written(request_, kind, "nl")
        assert not re.search(r"\b(u|uw)\b", mail.text.lower()), (kind, mail.text)


def test_the_mails_are_committed_as_text(request_: SubjectRequest) -> None:
    """A change of words is reviewed as words: docs/rendered holds each mail (WAARBORG_WRITE=1 writes them)."""
    import os

    folder = Path(__file__).resolve().parents[2] / "docs" / "rendered"
    for language in ("nl", "en"):
        for kind in ("confirm", "received", "undo", "answer", "step_up", "recipient"):
            text = written(request_, kind, language).text
            path = folder / language / f"mail-{kind}.txt"
            if os.environ.get("WAARBORG_WRITE") == "1":
                path.write_text(text, encoding="utf-8")
            assert path.read_text(encoding="utf-8") == text, path.name


# ------------------------------------------------------------------------------------------------ over the wire


class Inbox:
    """What a real SMTP server took; `refusing` makes it say no."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.refusing = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refusing:
            return "451 not now"
        self.raw.append(envelope.content)
        return "250 taken"


@pytest.fixture
def inbox(settings: Any) -> Iterator[Inbox]:
    found = Inbox()
    port = free_port()
    server = Controller(found, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = ""
    yield found
    server.stop()


def post(office: Office) -> None:
    """Do every job, the mail too."""
    Job.objects.filter(state="held").update(state=Job.State.WAITING)
    while (claimed := queue.claim()) is not None:
        worker.do(claimed)


def test_a_mail_leaves_once_and_its_link_is_nowhere_afterwards(office: Office, inbox: Inbox) -> None:
    request = office.receive("access", office.email(7)).request
    office.drain()
    token = office.token(request, "confirm")  # the canary: it is there before
    post(office)
    post(office)
    assert len(inbox.raw) == 1
    mail = email.message_from_bytes(inbox.raw[0], policy=email.policy.default)
    assert mail["To"] == office.email(7)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert str(mail["From"]).startswith('"Taakveld B.V."') or str(mail["From"]).startswith("Taakveld")
    body = mail.get_body(("plain",))
    assert body is not None
    assert token in body.get_content()
    row = Message.objects.get(request=request, kind="confirm")
    assert row.sent_at is not None
    letter = messages.read(row)
    assert letter is not None
    assert token not in str(letter.fields)


def test_a_server_that_refuses_is_tried_again_and_nothing_is_lost(office: Office, inbox: Inbox) -> None:
    inbox.refusing = True
    request = office.receive("access", office.email(7)).request
    office.drain()
    post(office)
    assert inbox.raw == []
    job = Job.objects.get(name="post.send")
    assert (job.state, job.error) == (Job.State.WAITING, "WB945")
    assert Message.objects.get(request=request, kind="confirm").sent_at is None
    inbox.refusing = False
    office.clock.advance(hours=2)
    post(office)
    assert len(inbox.raw) == 1


def test_a_signature_holds_and_a_changed_mail_breaks_it(
    office: Office, inbox: Inbox, settings: Any, tmp_path: Path
) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = tmp_path / "dkim.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, dkim=("mail", "taakveld.example", str(file)))
    office.receive("access", office.email(7))
    office.drain()
    post(office)

    def record(name: bytes, timeout: int = 5) -> bytes:
        import base64

        assert name == b"mail._domainkey.taakveld.example."
        return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)

    (raw,) = inbox.raw
    assert b"DKIM-Signature" in raw
    assert dkim.verify(raw, dnsfunc=record)
    assert not dkim.verify(raw.replace(b"Taakveld", b"Taakvelt"), dnsfunc=record)  # the sabotage


def test_a_name_cannot_write_headers(office: Office, inbox: Inbox) -> None:
    office.receive("access", office.email(7), name="Noor\r\nBcc: iedereen@voorbeeld.example")
    office.drain()
    post(office)
    (raw,) = inbox.raw
    assert b"\nBcc:" not in raw
