"""Who else has to know: recipients (Art. 19), work outside, and the company's own caches and indexes.

tell(papers, request, policy)            # a task for each recipient; those with a mail address are told at once
task_told · task_confirmed · add_task    # tracked until confirmed
outbox(request, "erased")                # an event that a webhook tells, in the transaction of what it is about
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction

from waarborg.office import engine
from waarborg.office.people.roles import By, require
from waarborg.office.requests import clock, identity, messages
from waarborg.office.requests.models import Outbox, SubjectRequest, Task
from waarborg.office.requests.papers import Papers, opened_papers
from waarborg.policy.model import Policy, Recipient
from waarborg.policy.values import Role
from waarborg.state.notifications import CONFIRMED, TOLD
from waarborg.terms import Right

TO_CONFIRM = timedelta(days=14)
"""How long a recipient has to confirm that it did what it was told."""


def tell(papers: Papers, request: SubjectRequest, policy: Policy) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A task for each recipient that must be told (Art. 19): the register of notifications says who has the same data.

    Those with a mail address are told at once. Returns who was told, and who is yet to be told by the staff.
    """
    told: list[str] = []
    telling: list[str] = []
    due = clock.day_of(engine.now() + TO_CONFIRM, policy)
    for one in papers.state.notifications.of(request.id.hex):
        recipient = policy.recipients.get(one.recipient)
        if recipient is None or recipient.role is Role.ORGANISATION:
            continue  # the person's own organisation sees it by itself
        task, made = Task.objects.get_or_create(
            request=request, kind="tell_recipient", recipient=recipient.id, defaults={"due_on": due}
        )
        if made and "@" in recipient.contact:
            _tell(papers, request, recipient, task, policy)
        (told if task.state in ("told", "confirmed") else telling).append(recipient.id)
    return tuple(told), tuple(telling)


def _tell(papers: Papers, request: SubjectRequest, one: Recipient, task: Task, policy: Policy) -> None:
    """The mail to a recipient, and the evidence that it was told."""
    now = engine.now()
    person = papers.get("person") or {}
    fields = {
        "ask": str(request.ask),
        "number": request.number,
        "recipient": one.name,
        "identifiers": dict(person.get("identifiers", {})),
    }
    language = "nl" if one.country in ("NL", "BE") and "nl" in policy.languages else policy.languages[-1]
    messages.write(papers, request, "recipient", to=one.contact, fields=fields, language=language)
    Task.objects.filter(pk=task.pk).update(state="told", told_at=now)
    task.refresh_from_db()
    _told_evidence(papers, request, one.id)


def _told_evidence(papers: Papers, request: SubjectRequest, recipient: str) -> None:
    data = {"request": request.id.hex, "recipient": f"recipients.{recipient}"}
    right = {"right": str(request.ask)} if request.ask in {one.value for one in Right} else {}
    papers.state.notifications.move(request.id.hex, recipient, TOLD, at=papers.at)
    log = papers.state.log(engine.declared(request.tenant))
    log.append(kind="recipient.notified", at=papers.at, subject=request.subject or None, data=data | right)


def task_told(task: Task, by: By) -> None:
    """Somebody of the staff told a recipient."""
    require(by, "confirm_task", task.request)
    with transaction.atomic(), opened_papers(task.request) as papers:
        if Task.objects.filter(pk=task.pk, state="open").update(state="told", told_at=engine.now()):
            _told_evidence(papers, task.request, task.recipient)
    task.refresh_from_db()


def task_confirmed(task: Task, by: By) -> None:
    """Outside work was confirmed: a device wiped, a recipient that says it did it."""
    require(by, "confirm_task", task.request)
    request = task.request
    with transaction.atomic(), opened_papers(request) as papers:
        open_still = Task.objects.filter(pk=task.pk).exclude(state="confirmed")
        done = open_still.update(state="confirmed", confirmed_at=engine.now(), account=by.account)
        if done and task.recipient:
            papers.state.notifications.move(request.id.hex, task.recipient, CONFIRMED, at=papers.at)
            data = {
                "request": request.id.hex,
                "recipient": f"recipients.{task.recipient}",
                "reply": "confirmed",
            }
            log = papers.state.log(engine.declared(request.tenant))
            log.append(kind="recipient.answered", at=papers.at, subject=request.subject or None, data=data)
    task.refresh_from_db()


def add_task(request: SubjectRequest, by: By, kind: str, due: date) -> Task:
    """Something that has to happen outside, tracked until it is confirmed."""
    require(by, "confirm_task", request)
    return Task.objects.get_or_create(request=request, kind=kind, recipient="", defaults={"due_on": due})[0]


def outbox(request: SubjectRequest, kind: str) -> None:
    """An event for the company's own caches and indexes, in the transaction of what it tells. Which rows: sealed."""
    row, made = Outbox.objects.get_or_create(request=request, kind=kind, defaults={"made_at": engine.now()})
    if made:
        with opened_papers(request) as papers:
            known = identity.known_of(papers)
            papers.put(f"outbox:{row.pk}", {"kind": kind, "rows": [[table, list(key)] for table, key in known.rows]})


def outbox_body(row: Outbox) -> dict[str, object] | None:
    """What an outbox event is about, for the webhook that tells it; None once the file is destroyed."""
    with opened_papers(row.request) as papers:
        found: dict[str, object] | None = papers.get(f"outbox:{row.pk}")
        return found


def delivered(row: Outbox) -> None:
    """The company's system took it: the sealed rows are no longer needed."""
    with transaction.atomic(), opened_papers(row.request) as papers:
        Outbox.objects.filter(pk=row.pk, delivered_at=None).update(delivered_at=engine.now())
        papers.drop(f"outbox:{row.pk}")
