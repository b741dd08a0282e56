"""A request on one page: what is asked, the clock, the plan as a difference, what can be done, and everything that was.

What is personal (who it is, what was written, the answer, a document) opens by a click that is a logged look, never
with the page. What is done is posted with the version of the page it was decided on; where somebody else was first, the
page says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from waarborg.office import engine
from waarborg.office.console.staff import Desk, page
from waarborg.office.errors import MoveError
from waarborg.office.look.drawn import clock_for, difference_for
from waarborg.office.look.heroes import Difference
from waarborg.office.people.looks import looked
from waarborg.office.people.roles import By, require, visible
from waarborg.office.requests import (
    answers,
    carry,
    decide,
    documents,
    facts,
    identity,
    messages,
    moves,
    packages,
    recipients,
)
from waarborg.office.requests.life import ENDED, State, possible
from waarborg.office.requests.models import SubjectRequest
from waarborg.office.requests.papers import opened_papers
from waarborg.plans.sealing import read_plan

ARTICLES: Mapping[str, tuple[str, ...]] = {
    "erasure": ("Art. 17(3)(b)", "Art. 17(3)(e)", "Art. 17(3)(a)", "Art. 17(3)(c)", "Art. 17(3)(d)", "Art. 12(5)"),
    "access": ("Art. 15(4)", "Art. 12(5)", "Art. 11(2)"),
    "portability": ("Art. 20(4)", "Art. 12(5)", "Art. 11(2)"),
    "objection": ("Art. 21(1)", "Art. 12(5)"),
}
"""The articles on which a request can be refused, the most usual first; for others those of Art. 12."""
OTHERS = ("Art. 12(5)", "Art. 12(6)", "Art. 11(2)")


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that can be done on the page: its form asks for what `asks` names."""

    name: str
    do: Callable[[SubjectRequest, Desk, int, Mapping[str, str]], object]
    asks: tuple[str, ...] = ()
    """`article`, `reasons`, `text`, `reason`."""
    key: str = ""
    """The key on the keyboard."""
    second: bool = True


def _approve(request: SubjectRequest, desk: Desk, version: int, given: Mapping[str, str]) -> None:
    decide.approve(request, desk.by, version)


def _refuse(request: SubjectRequest, desk: Desk, version: int, given: Mapping[str, str]) -> None:
    decide.refuse(request, desk.by, version, article=given["article"], reasons=given["reasons"])


def _extend(request: SubjectRequest, desk: Desk, version: int, given: Mapping[str, str]) -> None:
    decide.extend(request, desk.by, version, reason=given["reason"], reasons=given["reasons"])


def _reply(request: SubjectRequest, desk: Desk, version: int, given: Mapping[str, str]) -> None:
    decide.answer_in_words(request, desk.by, version, given["text"])


def _hand_over(request: SubjectRequest, desk: Desk, version: int, given: Mapping[str, str]) -> None:
    if request.version != version:
        raise moves.meanwhile()
    answers.hand_over(request, desk.by)


def _uphold(request: SubjectRequest, desk: Desk, version: int, given: Mapping[str, str]) -> None:
    decide.weigh(request, desk.by, version, upheld=True)


def _overrule(request: SubjectRequest, desk: Desk, version: int, given: Mapping[str, str]) -> None:
    decide.weigh(request, desk.by, version, upheld=False, reasons=given["reasons"])


def _move(name: str) -> Callable[[SubjectRequest, Desk, int, Mapping[str, str]], object]:
    def made(request: SubjectRequest, desk: Desk, version: int, given: Mapping[str, str]) -> object:
        return moves.move(request, name, by=desk.by, version=version)

    return made


def _act(name: str) -> Callable[[SubjectRequest, Desk, int, Mapping[str, str]], object]:
    def made(request: SubjectRequest, desk: Desk, version: int, given: Mapping[str, str]) -> object:
        return moves.act(request, name, by=desk.by, version=version, reasons=given.get("reasons", ""))

    return made


def _take(request: SubjectRequest, desk: Desk, version: int, given: Mapping[str, str]) -> object:
    return moves.act(request, "assign", by=desk.by, version=version, fields={"assigned": desk.account})


def _document(request: SubjectRequest, desk: Desk, version: int, given: Mapping[str, str]) -> None:
    documents.ask(request, desk.by, given["reasons"])


def _vouch(request: SubjectRequest, desk: Desk, version: int, given: Mapping[str, str]) -> None:
    identity.vouch(request, desk.by, given["reasons"])


ACTS: Mapping[str, Act] = {
    one.name: one
    for one in (
        Act("approve", _approve, key="a", second=False),
        Act("hand_over", _hand_over, key="h", second=False),
        Act("reply", _reply, ("text",), second=False),
        Act("uphold", _uphold, second=False),
        Act("overrule", _overrule, ("reasons",)),
        Act("instruct", _move("instruct"), second=False),
        Act("plan_again", _move("plan_again")),
        Act("review", _move("review")),
        Act("assign", _take, key="m"),
        Act("extend", _extend, ("reason", "reasons")),
        Act("resume", _act("resume")),
        Act("ask_document", _document, ("reasons",)),
        Act("vouch", _vouch, ("reasons",)),
        Act("undo", _move("undo")),
        Act("refuse", _refuse, ("article", "reasons")),
        Act("withdraw", _move("withdraw")),
        Act("fee_settled", _act("fee_settled")),
    )
}
"""What the page can do. Whether it is shown follows from `life` and the role; see `offered`."""
RULED = {"hand_over": "answer", "reply": "answer", "uphold": "answer", "overrule": "answer"}
"""Acts that end in a move of another name."""


def find(desk: Desk, number: str) -> SubjectRequest:
    """The request of this number, where it exists for this role."""
    found = visible(desk.by).select_related("organisation", "assigned").filter(number=number).first()
    if found is None:
        raise Http404
    return found


def offered(request: SubjectRequest, desk: Desk) -> list[tuple[Act, tuple[str, ...]]]:
    """What the role can do in this state, each with what is still missing for it."""
    here = set(possible(request.state))
    return [
        (one, moves.why_not(request, RULED.get(name, name), desk.by) if RULED.get(name, name) in here else ())
        for name, one in ACTS.items()
        if _fits(name, request, desk.by, here)
    ]


def _fits(name: str, request: SubjectRequest, by: By, here: set[str]) -> bool:
    """Whether an act belongs on the page at all."""
    ready = request.packages.filter(released_at=None, destroyed_at=None).exists()
    match name:
        case "hand_over":
            return request.state == State.IN_REVIEW and ready and by.role == "privacy_officer"
        case "reply":
            return request.state == State.IN_REVIEW and not ready and request.ask in carry.WRITTEN
        case "uphold" | "overrule":
            weighed = request.state == State.IN_REVIEW and request.hint == "weigh"
            return weighed and by.role == "privacy_officer"
        case "approve":
            return name in here and request.ask in facts.PLANNED and by.role in moves.roles(name)
        case "ask_document":
            return request.state == State.IDENTITY and by.role == "privacy_officer"
        case "vouch":
            return request.state in (State.RECEIVED, State.IDENTITY) and by.role == "privacy_officer"
        case "resume" | "fee_settled" | "undo":
            return name in here and not moves.why_not(request, name, by)
        case "extend":
            return name in here and by.role in moves.roles(name) and not request.extended
        case _:
            return name in here and by.role in moves.roles(name)


@page()
def show(request: HttpRequest, desk: Desk, number: str, problem: MoveError | None = None) -> HttpResponse:
    """The page."""
    found = find(desk, number)
    context = {
        "found": found,
        "clock": clock_for(found, desk.policy),
        "plan": plan_of(found, desk) if desk.may("see_plan") else None,
        "acts": offered(found, desk),
        "articles": ARTICLES.get(found.ask, OTHERS),
        "reasons": ("many", "complex"),
        "events": found.events.select_related("account"),
        "messages": found.messages.all(),
        "packages": found.packages.filter(destroyed_at=None),
        "tasks": found.tasks.all(),
        "document": identity_document(found) if desk.may("see_document") else False,
        "rungs": [(rung, found.assurance >= rung.height) for rung in identity.RUNGS.values() if rung.height],
        "purpose": purpose_of(found, desk),
        "ended": found.state in ENDED,
        "person": None,
        "others": visible(desk.by).filter(subject=found.subject).exclude(pk=found.pk)[:10] if found.subject else [],
    }
    if request.method == "POST" and request.POST.get("open") == "person":
        looked(desk.by, found, "request")
        context["person"] = person_of(found)
    return desk.show(request, "request", "queue", context)


def plan_of(found: SubjectRequest, desk: Desk) -> Difference | None:
    """The plan as a difference, table by table, while its file exists."""
    if not found.plan:
        return None
    with engine.door(desk.tenant).read() as state:
        if not state.vault.has(f"plan:{found.plan}"):
            return None
        plan = read_plan(state.plans.open(found.plan))
    datamap = engine.datamap_of(desk.tenant)
    return difference_for(plan, desk.policy, datamap, desk.say, done=found.state == State.ANSWERED, staff=True)


def identity_document(found: SubjectRequest) -> bool:
    """Whether a document waits to be judged."""
    with opened_papers(found) as papers:
        return papers.state.vault.has(f"{documents.name_of(found)}:body")


def person_of(found: SubjectRequest) -> dict[str, Any]:
    """Who it is and what they wrote: only after a look was logged."""
    with opened_papers(found) as papers:
        person, asked = papers.get("person") or {}, papers.get("asked") or {}
        contact = (papers.get("contact") or {}).get("address", "")
    identifiers = sorted(dict(person.get("identifiers", {})).items())
    return {
        "identifiers": identifiers,
        "name": person.get("name", "") or asked.get("name", ""),
        "address": contact,
        "text": asked.get("text", ""),
        "wanted": sorted(dict(asked.get("wanted") or {}).items()),
    }


def purpose_of(found: SubjectRequest, desk: Desk) -> str:
    """The use of data that an objection or a withdrawal is about, in words."""
    one = desk.policy.purposes.get(found.purpose)
    return one.label.say(desk.say.language) if one else ""


@require_POST
@page()
def do(request: HttpRequest, desk: Desk, number: str, name: str) -> HttpResponse:
    """Do one thing, and come back to the page. What is wrong is said with what to do, and nothing happened."""
    found, act = find(desk, number), ACTS.get(name)
    if act is None or not _fits(name, found, desk.by, set(possible(found.state))):
        raise moves.meanwhile()
    given = {key: request.POST.get(key, "").strip()[:20_000] for key in act.asks}
    try:
        version = int(request.POST.get("version", ""))
    except ValueError:
        raise Http404 from None
    act.do(found, desk, version, given)
    return redirect("console:request", tenant=desk.tenant.slug, number=number)


@require_POST
@page("see_person")
def message(request: HttpRequest, desk: Desk, number: str, message: int) -> HttpResponse:
    """One letter or mail, opened: a logged look."""
    found = find(desk, number)
    row = found.messages.filter(number=message).first()
    if row is None:
        raise Http404
    looked(desk.by, found, "message")
    letter = messages.read(row)
    fields = letter.fields if letter else {}
    body = fields.get("letter")
    text = body.get("text", "") if isinstance(body, dict) else str(fields.get("text") or fields.get("reasons") or "")
    return desk.show(request, "message", "queue", {"found": found, "row": row, "letter": letter, "text": text})


@require_POST
@page("see_answer")
def answer(request: HttpRequest, desk: Desk, number: str) -> HttpResponseBase:
    """The package before it goes out, to look at what was withheld: a logged look, not a download of the person's."""
    found = find(desk, number)
    package = found.packages.filter(destroyed_at=None).last()
    if package is None:
        raise Http404
    looked(desk.by, found, "answer")
    name = f"{found.number}.zip"
    return FileResponse(packages.opened(package), as_attachment=True, filename=name, content_type="application/zip")


@require_POST
@page("see_document")
def document(request: HttpRequest, desk: Desk, number: str) -> HttpResponseBase:
    """The identity document: seen (a logged look), or judged, which destroys it."""
    found = find(desk, number)
    if (judged := request.POST.get("genuine")) is not None:
        documents.judge(found, desk.by, genuine=judged == "yes")
        return redirect("console:request", tenant=desk.tenant.slug, number=number)
    looked(desk.by, found, "document")
    opened = documents.read(found, desk.by)
    if opened is None:
        raise Http404
    body, kind = opened
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{found.number}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
@page("confirm_task")
def task(request: HttpRequest, desk: Desk, number: str, task: int, step: str) -> HttpResponse:
    """A recipient was told, or confirmed; something outside was done; or there is one thing more to do outside."""
    found = find(desk, number)
    require(desk.by, "confirm_task", found)
    if step == "add":
        recipients.add_task(found, desk.by, "by_hand", desk.today + timedelta(days=14))
    else:
        row = found.tasks.filter(pk=task).first()
        doing = {"told": recipients.task_told, "confirmed": recipients.task_confirmed}.get(step)
        if row is None or doing is None:
            raise Http404
        doing(row, desk.by)
    return redirect("console:request", tenant=desk.tenant.slug, number=number)
