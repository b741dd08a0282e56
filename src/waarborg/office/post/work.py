"""The job that sends a mail. At least once: the sent-marker keeps a mail that has left from leaving again.

A mail that left twice all the same (the machine died between the server's answer and our marker) has the same
Message-ID, so that the reader's own mail program shows it once. It says that a machine wrote it (RFC 3834), and is
signed by DKIM where the settings name a key.
"""

from __future__ import annotations

import smtplib
from email.message import Message as Mime
from email.utils import formataddr
from functools import cache
from pathlib import Path

import dkim
from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from waarborg.office import engine
from waarborg.office.errors import MailError
from waarborg.office.jobs.queue import job
from waarborg.office.people.models import Tenant
from waarborg.office.post.compose import compose
from waarborg.office.requests import messages
from waarborg.office.requests.models import Message

SIGNED = (b"from", b"to", b"subject", b"date", b"message-id", b"reply-to", b"mime-version", b"content-type")


class Signed(EmailMultiAlternatives):
    """A mail with a DKIM signature (RFC 6376), where the settings name a key."""

    def message(self, *, policy: object = None) -> Mime:  # type: ignore[override] # Django 6 hands a policy
        """The mail as it leaves."""
        made: Mime = super().message()
        if settings.ENVIRONMENT.dkim:
            selector, domain, path = settings.ENVIRONMENT.dkim
            body = made.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            line = dkim.sign(body, selector.encode(), domain.encode(), _key(path), include_headers=list(SIGNED))
            made["DKIM-Signature"] = line.decode().partition(": ")[2].replace("\r\n", "").strip()
        return made


@cache
def _key(path: str) -> bytes:
    return Path(path).read_bytes()


@job("post.send")
def send(tenant: Tenant, message: int) -> None:
    """Send a message of a request, once. Raises `MailError` WB945 where the server refuses: it is tried again."""
    found = Message.objects.select_related("request", "request__tenant").get(pk=message, request__tenant=tenant)
    letter = messages.read(found) if found.sent_at is None else None
    if letter is None or not letter.to:
        return
    policy = engine.policy_of(tenant)
    made = compose(letter, found.request, policy)
    sender = settings.ENVIRONMENT.sender or policy.controller.contact
    domain = sender.rpartition("@")[2] or "localhost"
    mail = Signed(
        made.subject,
        made.text,
        formataddr((policy.controller.name, sender)),
        [letter.to],
        reply_to=[policy.controller.contact],
        headers={
            "Message-ID": f"<{found.request.pk.hex}.{found.number}@{domain}>",
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "Content-Language": letter.language,
        },
    )
    mail.attach_alternative(made.html, "text/html")
    try:
        mail.send()
    except (smtplib.SMTPException, OSError) as refused:
        raise MailError.one(
            "WB945",
            "The mail server did not take a mail.",
            type(refused).__name__,
            "Look at WAARBORG_SMTP and at the server; it is tried again by itself.",
        ) from None
    messages.sent(found)
