"""Answers: what goes out, in the person's language, sealed until it has had its term. Nothing here touches a store.

    package(opened, request, person)      access and portability: the package, encrypted; says whether to look first
    hand_over(request, by)                releases it, with its letter and link, and makes the move
    erased(opened, request, case, verdict)    the letter of an erasure, and the recipients to tell (Art. 19)
    refusal · extension · in_words · nothing

A letter is sealed under `letter:<n>` of its message; its digest is what the evidence names.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import IO, cast

from django.db import transaction

from waarborg.canonical import digest
from waarborg.notice import letters
from waarborg.notice.erased import erased as facts_of
from waarborg.notice.html import to_html
from waarborg.notice.letters import Post
from waarborg.notice.markdown import to_text
from waarborg.notice.package import write_package, zipped
from waarborg.notice.page import Page
from waarborg.office import engine
from waarborg.office.people.models import Tenant
from waarborg.office.people.roles import By, require
from waarborg.office.requests import clock, identity, links, messages, moves, packages
from waarborg.office.requests.life import Ask
from waarborg.office.requests.models import Outbox, Package, SubjectRequest, Task
from waarborg.office.requests.papers import Papers, opened_papers
from waarborg.plans.casework import Case
from waarborg.plans.model import Plan, Verdict
from waarborg.policy.model import Policy, Recipient
from waarborg.policy.values import Role
from waarborg.terms import Right, SubjectRef

TO_CONFIRM = timedelta(days=14)
"""How long a recipient has to confirm that it did what it was told."""
NOT_TOLD = frozenset({Role.ORGANISATION, Role.AUTHORITY})
"""Recipients that are not told by us: the person's own organisation knows, an authority keeps what it must."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A package that was made."""

    package: Package | None
    rows: int
    review: bool
    """Whether a person has to look at what is in it before it goes out."""


# ------------------------------------------------------------------------------------------------ letters


def post_of(request: SubjectRequest, policy: Policy, name: str = "") -> Post:
    """What every letter of a request has."""
    today = clock.day_of(engine.now(), policy)
    return Post(clock.day_of(request.received_at, policy), today, name, request.number)


def _name(papers: Papers) -> str:
    person = papers.get("person") or {}
    return str(person.get("name") or next(iter(identity.known_of(papers).names), ""))


def _send(papers: Papers, request: SubjectRequest, kind: str, page: Page, **more: object) -> str:
    """Seal a letter and mail it to the address of record; returns its digest."""
    html, text = to_html(page), to_text(page)
    address = (papers.get("contact") or {}).get("address", "")
    fields = {"ask": str(request.ask), "number": request.number, "letter": {"html": html, "text": text}, **more}
    if address:
        messages.write(papers, request, kind, to=str(address), fields=fields)
    else:  # nobody to write to: the letter stands on the status page, and staff send it by post
        messages.received(papers, request, text, kind=kind)
    return hashlib.sha256(html.encode()).hexdigest()


def _ready(request: SubjectRequest, digest: str) -> None:
    SubjectRequest.objects.filter(pk=request.pk).update(answer=digest)
    request.refresh_from_db()


# ------------------------------------------------------------------------------------------------ access


class _Hashing:
    """Writes on, and keeps the SHA-256 of what was written."""

    def __init__(self, to: IO[str]) -> None:
        self._to, self._hash = to, hashlib.sha256()

    def write(self, text: str) -> int:
        self._hash.update(text.encode())
        return self._to.write(text)

    def digest(self) -> str:
        return self._hash.hexdigest()


def package(opened: engine.Engine, request: SubjectRequest, person: SubjectRef) -> Ready:
    """Make and encrypt the answer to an access or portability request. Converges: made again, the earlier one goes."""
    portable = request.ask == Ask.PORTABILITY
    with packages.workroom(request) as room:
        raw = room / "answer.json"
        with raw.open("w", encoding="utf-8") as file:
            rows = opened.work.planner.access(person, cast("IO[str]", _Hashing(file)))
        if not rows:
            return Ready(None, 0, False)
        made = write_package(
            raw, room / request.number, opened.policy, opened.datamap, request.language, portable=portable
        )
        raw.unlink()
        kept = packages.keep(request, zipped(made.folder, room / "answer.zip"), made.digest)
    return Ready(kept, made.rows, bool(made.to_review))


def hand_over(request: SubjectRequest, by: By) -> None:
    """Release the package: the letter, the mail with the link, and the move to `answered` commit together."""
    policy = engine.policy_of(request.tenant)
    if by.staff:
        require(by, "release_answer", request)
    with transaction.atomic(), opened_papers(request) as papers:
        post = post_of(request, policy, _name(papers))
        kept = request.packages.filter(destroyed_at=None).order_by("-pk").first()
        if kept is None:
            page = letters.access(policy, request.language, post, found=False)
            _ready(request, _send(papers, request, "letter", page))
        else:
            now = engine.now()
            Package.objects.filter(pk=kept.pk).update(released_at=now, expires_at=now + packages.LASTS)
            if request.ask == Ask.PORTABILITY:
                page = letters.portability(policy, request.language, post)
            else:
                page = letters.access(policy, request.language, post, found=True, withheld=True)
            token = links.make(papers.state, request, "download")
            expires = (now + packages.LASTS).isoformat()
            sent = _send(papers, request, "answer", page, token=token, expires=expires)
            _ready(request, digest([kept.digest, sent]))
        moves.move(request, "answer", by=by)


def nothing(opened: engine.Engine, request: SubjectRequest) -> None:
    """Nobody was found: said in a letter, and that is the answer."""
    with opened_papers(request) as papers:
        post = post_of(request, opened.policy, _name(papers))
        page = letters.erasure(opened.policy, request.language, post, letters.Erased())
        _ready(request, _send(papers, request, "letter", page))


# ------------------------------------------------------------------------------------------------ erasure


def erased(opened: engine.Engine, request: SubjectRequest, case: Case, verdict: Verdict) -> None:
    """Tell the recipients, and the person: what went, what stays, why, until when. In the caller's transaction."""
    policy, datamap = opened.policy, opened.datamap
    touched = set(facts_of(case.plan, policy, datamap).gone)
    with opened_papers(request) as papers:
        told, telling = tell_recipients(papers, request, policy, {ref.partition(".")[0] for ref in touched})
        what = facts_of(case.plan, policy, datamap, told, (), verdict.kept, telling)
        page = letters.erasure(policy, request.language, post_of(request, policy, _name(papers)), what)
        _ready(request, _send(papers, request, "letter", page))


def tell_recipients(
    papers: Papers, request: SubjectRequest, policy: Policy, categories: set[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A task for each recipient that had any of this data (Art. 19). Those with a mail address are told at once.

    Returns who was told, and who is yet to be told by somebody of the staff.
    """
    told: list[str] = []
    telling: list[str] = []
    due = clock.day_of(engine.now() + TO_CONFIRM, policy)
    for one in policy.recipients.values():
        if one.role in NOT_TOLD or not {ref.partition(".")[0] for ref in one.data} & categories:
            continue
        task, made = Task.objects.get_or_create(
            request=request, kind="tell_recipient", recipient=one.id, defaults={"due_on": due}
        )
        if made and "@" in one.contact:
            _tell(papers, request, one, task, policy)
        (told if task.state in ("told", "confirmed") else telling).append(one.id)
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
    done = Task.objects.filter(pk=task.pk).exclude(state="confirmed")
    done.update(state="confirmed", confirmed_at=engine.now(), account=by.account)
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


def delivered(tenant: Tenant, row: Outbox) -> None:
    """The company's system took it: the sealed rows are no longer needed."""
    with transaction.atomic(), opened_papers(row.request) as papers:
        Outbox.objects.filter(pk=row.pk, delivered_at=None).update(delivered_at=engine.now())
        papers.drop(f"outbox:{row.pk}")


# ------------------------------------------------------------------------------------------------ other letters


def right_of(request: SubjectRequest) -> Right:
    """The right by whose name a letter speaks of a request."""
    known = {one.value: one for one in Right}
    return known.get(str(request.ask), Right.OBJECTION)


def refusal(request: SubjectRequest, *, article: str, reasons: str, partly: bool) -> None:
    """The letter of a refusal (Art. 12(4)). Raises `NoticeError` WB820 without article and reasons."""
    policy = engine.policy_of(request.tenant)
    with opened_papers(request) as papers:
        post = post_of(request, policy, _name(papers))
        page = letters.refusal(
            policy, request.language, post, right_of(request), article=article, reason=reasons, partly=partly
        )
        sent = _send(papers, request, "refusal", page)
        if not request.answer:
            _ready(request, sent)


def extension(request: SubjectRequest, *, first: date, reasons: str) -> None:
    """The letter of an extension. Raises `NoticeError` WB821 where it comes too late."""
    policy = engine.policy_of(request.tenant)
    with opened_papers(request) as papers:
        post = post_of(request, policy, _name(papers))
        page = letters.extension(
            policy, request.language, post, right_of(request), first=first, due=request.due_on, reason=reasons
        )
        _send(papers, request, "extension", page)


def in_words(request: SubjectRequest, text: str) -> None:
    """An answer in words. Raises `NoticeError` WB820 where there are none."""
    policy = engine.policy_of(request.tenant)
    with opened_papers(request) as papers:
        page = letters.reply(policy, request.language, post_of(request, policy, _name(papers)), text)
        _ready(request, _send(papers, request, "letter", page))


def plan_of(opened: engine.Engine, request: SubjectRequest) -> Plan:
    """The plan of a request, for the page that shows it as a difference."""
    return opened.work.case(request.plan).plan
