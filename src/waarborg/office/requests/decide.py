"""What a person decides: each is one transaction of letter, move and evidence, on a page of a known version."""

from __future__ import annotations

from django.db import transaction

from waarborg.office import engine
from waarborg.office.jobs.queue import enqueue
from waarborg.office.people.roles import By, require
from waarborg.office.requests import answers, links, moves
from waarborg.office.requests.carry import approved
from waarborg.office.requests.life import State
from waarborg.office.requests.models import SubjectRequest
from waarborg.office.requests.papers import opened_papers


def approve(request: SubjectRequest, by: By, version: int) -> None:
    """A person of the staff approves the plan that was shown on a page of this version.

    What can be undone waits; the rest begins at once. Raises `MoveError` where a fact is missing.
    """
    assert by.account is not None  # noqa: S101 - staff have accounts
    with engine.opened(request.tenant) as opened, transaction.atomic():
        approved(request, by, version)
        if request.plan:
            opened.work.approve(request.plan, f"staff:{by.account.pk}")


def weigh(request: SubjectRequest, by: By, version: int, *, upheld: bool, reasons: str = "") -> None:
    """The outcome of an objection: it is followed, or compelling grounds are given in words (Art. 21(1))."""
    require(by, "weigh", request)
    with engine.opened(request.tenant) as opened, transaction.atomic():
        with opened.door.read() as state:
            limits = state.limits.of_request(request.id.hex)
        for limit in limits:
            if not limit.ended and limit.state == "weighing":
                opened.work.weigh(limit.id, upheld=upheld, reason=reasons)
        answers.stopped(request, goes_on="" if upheld else reasons)
        moves.move(request, "answer" if upheld else "answer_partly", by=by, version=version,
                   article="" if upheld else "Art. 21(1)", reasons=reasons)  # fmt: skip


def undo(request: SubjectRequest, by: By) -> None:
    """The person takes it back in time; the plan and its keys are destroyed."""
    with transaction.atomic(), engine.door(request.tenant).begin() as state:
        moves.move(request, "undo", by=by)
        links.revoke(request, "undo")
        for plan, where in state.plans.of(request.id.hex):
            if where == "approved":
                state.plans.set(plan, "made", at=engine.now())


def refuse(request: SubjectRequest, by: By, version: int, *, article: str, reasons: str, partly: bool = False) -> None:
    """Refuse, in whole or in part, with the article, the reasons and where to complain; the letter goes along."""
    with transaction.atomic():
        answers.refusal(request, article=article, reasons=reasons, partly=partly)
        name = "answer_partly" if partly else "refuse"
        moves.move(request, name, by=by, version=version, article=article, reasons=reasons)
        request.refresh_from_db()


def extend(request: SubjectRequest, by: By, version: int, *, reason: str, reasons: str) -> None:
    """Two months more, told with reasons inside the first one: the letter and the new day commit together."""
    first = request.due_on
    with transaction.atomic():
        moves.act(request, "extend", by=by, version=version, reasons=reasons, data={"reason": reason})
        answers.extension(request, first=first, reasons=reasons)


def answer_in_words(request: SubjectRequest, by: By, version: int, text: str) -> None:
    """A complaint, a question or a report is answered by a person, in a letter."""
    require(by, "write_message", request)
    with transaction.atomic():
        answers.in_words(request, text)
        moves.move(request, "answer", by=by, version=version)


def name_person(request: SubjectRequest, by: By, identifiers: dict[str, str]) -> None:
    """Staff found out which row is meant (WB411, WB417): the request is looked up again by these identifiers."""
    require(by, "vouch", request)
    with transaction.atomic(), opened_papers(request) as papers:
        body = papers.get("person") or {}
        papers.put("person", {**body, "identifiers": identifiers})
        fields = {"hint": "", "needed": None, "version": request.version + 1}
        if request.state in (State.RECEIVED, State.IDENTITY, State.IN_REVIEW) and not request.plan:
            SubjectRequest.objects.filter(pk=request.pk, version=request.version).update(**fields)
            key = f"requests.look:{request.pk.hex}:{request.version}"
            enqueue("requests.look", {"request": str(request.pk)}, tenant=request.tenant, unique=key)


def complete(
    request: SubjectRequest, by: By, version: int, *, wanted: dict[str, str] | None = None, ground: str = ""
) -> None:
    """What the person did not say was found out: the right values, or the ground. The plan is made again."""
    require(by, "vouch", request)
    with transaction.atomic(), opened_papers(request) as papers:
        asked = papers.get("asked") or {}
        papers.put(
            "asked", {**asked, "wanted": wanted or asked.get("wanted", {}), "ground": ground or asked.get("ground", "")}
        )
        moves.move(request, "plan_again", by=by, version=version, fields={"hint": ""})
