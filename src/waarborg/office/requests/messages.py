"""Letters and mails of a request: a row in the clear, everything else sealed. The post renders and sends them.

    write(papers, request, "confirm", to="address", fields={…})   # sealed row + the job `post.send`, in one transaction
    letter = read(message)                                        # for the post: address, language, fields, text
    sent(message)                                                 # the post's sent-marker; secrets are taken out then
    received(papers, request, text)                               # what the person wrote

`kind` names a template of the post, in each language; `fields` are what it is filled with (JSON types). Fields named in
`SECRETS` are links and codes: they are blanked as soon as the mail has left, so that nobody finds them afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Max

from waarborg.office import engine
from waarborg.office.jobs.queue import enqueue
from waarborg.office.requests.models import Message, SubjectRequest
from waarborg.office.requests.papers import Papers, opened_papers

SECRETS = frozenset({"token", "code", "status"})
"""Fields that open something: blanked once the mail has left."""
KINDS: Mapping[str, tuple[str, ...]] = {
    "confirm": ("ask", "number", "token", "expires"),
    "code": ("number", "code", "expires"),
    "received": ("ask", "number", "due", "status"),
    "step_up": ("ask", "number", "rung", "why", "token"),
    "undo": ("ask", "number", "until", "token"),
    "answer": ("ask", "number", "token", "expires", "letter"),
    "letter": ("ask", "number", "letter"),
    "extension": ("ask", "number", "letter"),
    "refusal": ("ask", "number", "letter"),
    "fee": ("ask", "number", "cents", "article", "reasons"),
    "withdrawn": ("ask", "number"),
    "passed_on": ("ask", "number", "organisation"),
    "member_told": ("ask", "number", "organisation"),
    "takeover": ("organisation", "day"),
    "organisation_asked": ("ask", "number", "due"),
    "recipient": ("ask", "number", "recipient"),
    "note": ("number", "text"),
}
"""Every mail we send, with its fields. `letter` is a whole letter as plain text and HTML (`{"text": …, "html": …}`)."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message, opened."""

    kind: str
    outgoing: bool
    to: str = field(repr=False)
    language: str
    fields: Mapping[str, Any] = field(repr=False)


def write(
    papers: Papers,
    request: SubjectRequest,
    kind: str,
    *,
    to: str,
    fields: Mapping[str, Any] | None = None,
    language: str = "",
) -> Message:
    """Seal a mail and put its sending in the queue, all in the transaction that is open."""
    if kind not in KINDS:
        raise KeyError(kind)
    message = _row(request, kind, outgoing=True)
    papers.put(
        f"message:{message.number}",
        {"to": to, "language": language or request.language, "fields": dict(fields or {})},
    )
    enqueue("post.send", {"message": message.pk}, tenant=request.tenant, unique=f"post.send:{message.pk}")
    return message


def received(papers: Papers, request: SubjectRequest, text: str, kind: str = "mail") -> Message:
    """Seal what the person wrote."""
    message = _row(request, kind, outgoing=False)
    papers.put(f"message:{message.number}", {"to": "", "language": request.language, "fields": {"text": text}})
    return message


def _row(request: SubjectRequest, kind: str, *, outgoing: bool) -> Message:
    SubjectRequest.objects.select_for_update().get(pk=request.pk)  # numbers are given one at a time
    last = Message.objects.filter(request=request).aggregate(last=Max("number"))["last"] or 0
    return Message.objects.create(request=request, number=last + 1, outgoing=outgoing, kind=kind, at=engine.now())


def read(message: Message) -> Letter | None:
    """The message, opened; None once the file of the request is destroyed. Log a look before staff see it."""
    with opened_papers(message.request) as papers:
        body = papers.get(f"message:{message.number}")
    if body is None:
        return None
    return Letter(message.kind, message.outgoing, body["to"], body["language"], body["fields"])


def sent(message: Message) -> None:
    """The mail has left: the marker that keeps it from leaving twice, and links and codes are blanked."""
    with transaction.atomic(), opened_papers(message.request) as papers:
        if not Message.objects.filter(pk=message.pk, sent_at=None).update(sent_at=engine.now()):
            return
        name = f"message:{message.number}"
        body = papers.get(name)
        if body is not None:
            body["fields"] = {key: "" if key in SECRETS else value for key, value in body["fields"].items()}
            papers.put(name, body)
    message.refresh_from_db()
