"""The job that sends a mail. At least once: the sent-marker keeps a mail that has left from leaving again."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from waarborg.office import engine
from waarborg.office.jobs.queue import job
from waarborg.office.people.models import Tenant
from waarborg.office.requests import messages
from waarborg.office.requests.messages import Letter
from waarborg.office.requests.models import Message


@job("post.send")
def send(tenant: Tenant, message: int) -> None:
    """Send a message of a request, once."""
    found = Message.objects.select_related("request", "request__tenant").get(pk=message, request__tenant=tenant)
    letter = messages.read(found) if found.sent_at is None else None
    if letter is None or not letter.to:
        return
    name = engine.policy_of(tenant).controller.name
    mail = EmailMultiAlternatives(f"{name} {found.request.number}", _text(tenant, letter), to=[letter.to])
    whole = letter.fields.get("letter") or {}
    if whole.get("html"):
        mail.attach_alternative(whole["html"], "text/html")
    mail.send()
    messages.sent(found)


def _text(tenant: Tenant, letter: Letter) -> str:
    """The letter, or what was written; and below it the link and the code, where there are any."""
    parts = [str((letter.fields.get("letter") or {}).get("text") or letter.fields.get("text") or "")]
    token = letter.fields.get("token") or letter.fields.get("status")
    if token:
        parts.append(f"{settings.ENVIRONMENT.address}/{tenant.slug}/{letter.language}/{letter.kind}/{token}")
    if letter.fields.get("code"):
        parts.append(str(letter.fields["code"]))
    return "\n\n".join(part for part in parts if part) + "\n"
