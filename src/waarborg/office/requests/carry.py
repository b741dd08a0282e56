"""Carrying out: from the plan to the answer, as jobs that converge. Each can be killed anywhere and run again.

    prepare    the plan, or the answer package; automatic where the policy allows and nothing is in the way
    begin      after the undo window, and never while the emergency stop is pulled
    apply      store by store; one that is down delays it and raises the alarm, and the others are done
    after      links that are of no use any more, who took it back is told

Work on the customer's stores happens outside our transactions; what it came to commits with the move that says so.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from waarborg.clock import Period
from waarborg.errors import PlanError, StalePlan, StoreError, WaarborgError
from waarborg.office import engine
from waarborg.office.jobs.queue import Later, named
from waarborg.office.people.models import Tenant
from waarborg.office.people.roles import SYSTEM, By
from waarborg.office.requests import answers, links, messages, moves, recipients
from waarborg.office.requests.life import ENDED, Ask, State
from waarborg.office.requests.models import SubjectRequest
from waarborg.office.requests.papers import opened_papers
from waarborg.plans.model import Plan, Verdict
from waarborg.policy.model import Policy
from waarborg.terms import SubjectRef

HINTS = frozenset(
    {
        "no_rung", "no_address", "addresses", "guardian", "mandate", "child_report", "organisation", "policy", "hold",
        "notes", "budget", "by_hand", "mentions", "not_clean", "leftovers", "in_writing", "weigh", "wanted", "ground",
    }
)  # fmt: skip
"""Why a person of the staff looks at a request; beside these, the id of an error."""
AGAIN = timedelta(minutes=5)
"""How soon a store that was down is tried again."""
LOOKED_AT = {"guardian": "guardian", "reporter": "child_report"}
"""Who asks for or about a child is always looked at by a person."""
TOLD = {
    Ask.ERASURE: "erased",
    Ask.RECTIFICATION: "rectified",
    Ask.RESTRICTION: "restricted",
    Ask.WITHDRAWAL: "withdrawn",
    Ask.OBJECTION: "objected",
    Ask.STOP_USE: "use_stopped",
}
"""What the company's own caches and indexes are told."""
SEARCHED = frozenset({Ask.ERASURE, Ask.RECTIFICATION})
"""After these, every column of every store is searched for what should be gone."""
WRITTEN_HINT = "in_writing"
WRITTEN = frozenset({Ask.COMPLAINT, Ask.SOMETHING_ELSE, Ask.CHILD_REPORT, Ask.HUMAN_REVIEW})
"""What is answered in words by a person."""


def fetch(tenant: Tenant, request: str) -> SubjectRequest:
    """The request of a job."""
    return SubjectRequest.objects.select_related("tenant", "organisation").get(pk=request, tenant=tenant)


# ------------------------------------------------------------------------------------------------ prepare


def prepare(tenant: Tenant, request: str) -> None:
    """Make the plan or the answer, and decide what can be decided without a person."""
    found = fetch(tenant, request)
    if found.state != State.VERIFIED:
        return
    hint = found.hint or (WRITTEN_HINT if found.ask in WRITTEN else lacking(found))
    if hint:
        _review(found, hint)
        return
    try:
        PREPARE.get(Ask(found.ask), by_hand)(found)
    except PlanError as error:
        _review(found, named(error))
    except StoreError as error:
        if not error.unreachable:
            raise
        raise _wait(found, error) from None


def lacking(request: SubjectRequest) -> str:
    """What the person did not say, and has to be asked; empty where nothing is lacking."""
    if request.ask == Ask.RECTIFICATION and not asked_for(request, "wanted"):
        return "wanted"
    if request.ask == Ask.RESTRICTION and not asked_for(request, "ground"):
        return "ground"
    return ""


def _administrator_decides(request: SubjectRequest) -> bool:
    """Whether the administrator of an organisation decides on this request, within the powers it was given."""
    one = request.organisation
    return one is not None and not one.controller and request.ask in one.powers


def _review(request: SubjectRequest, hint: str) -> None:
    """A person of the staff looks, and sees why."""
    request.refresh_from_db()
    with transaction.atomic():
        if request.state != State.IN_REVIEW:
            moves.move(request, "review", by=SYSTEM, data={"hint": hint}, fields={"hint": hint})


def _wait(request: SubjectRequest, error: WaarborgError) -> Later:
    """A store is down: the alarm goes, and the job comes back."""
    request.refresh_from_db()
    if request.delayed_at is None and request.state in (State.APPLYING, State.VERIFIED):
        moves.act(request, "delay", by=SYSTEM, data={"error": named(error)})
    return Later(named(error), seconds=AGAIN.total_seconds())


def person_of(request: SubjectRequest) -> SubjectRef:
    """Who the request is about, as the stores are asked."""
    with opened_papers(request) as papers:
        return SubjectRef(dict((papers.get("person") or {}).get("identifiers", {})))


def by_hand(request: SubjectRequest) -> None:
    """What cannot be planned is done by a person, who answers with a letter."""
    _review(request, "by_hand")


def disclose(request: SubjectRequest) -> None:
    """Access and portability: the package is made, and goes out where nothing in it has to be looked at."""
    person = person_of(request)
    with engine.opened(request.tenant) as opened:
        ready = answers.package(opened, request, person)
    _back(request)
    if ready.review or _administrator_decides(request):
        _review(request, "mentions" if ready.review else "organisation")
        return
    answers.hand_over(request, SYSTEM)


def stop(request: SubjectRequest) -> None:
    """Objection, withdrawal, stop-use: it stops now. An objection that can be weighed is halted until a person did."""
    person = person_of(request)
    with engine.opened(request.tenant) as opened:
        work, id = opened.work, request.id.hex
        match Ask(request.ask):
            case Ask.WITHDRAWAL:
                work.withdraw(person, request.purpose, id)
            case Ask.STOP_USE:
                work.stop_use(person, id)
            case _:
                work.object(person, request.purpose, id)
        weighed = request.ask == Ask.OBJECTION and not opened.policy.purposes[request.purpose].promotional
    recipients.outbox(request, TOLD[Ask(request.ask)])
    if weighed:
        _review(request, "weigh")
        return
    with transaction.atomic():
        answers.stopped(request)
        moves.move(request, "answer", by=SYSTEM)


def plan(request: SubjectRequest) -> None:
    """What is carried out by a plan: it is made and sealed, and passes by itself where the policy lets it."""
    person = person_of(request)
    with engine.opened(request.tenant) as opened:
        work, id = opened.work, request.id.hex
        _forget_plans(request)
        match Ask(request.ask):
            case Ask.RECTIFICATION:
                case = work.plan_rectification(person, asked_for(request, "wanted"), id)
            case Ask.RESTRICTION:
                case = work.restrict(person, asked_for(request, "ground"), id)
            case _:
                case = work.plan([person], id)
        with transaction.atomic():
            if not case.plan.located and case.plan.empty:
                answers.nothing(opened, request)
                moves.move(request, "answer", by=SYSTEM)
                return
            against = objections(case.plan, opened.policy, request, engine.now())
            SubjectRequest.objects.filter(pk=request.pk).update(plan=case.plan.digest)
            _back(request)
            if against:
                _review(request, against[0])
            else:
                work.approve(case.plan.digest, f"rights.{request.ask}", rule=True)
                approved(request, SYSTEM)


def asked_for(request: SubjectRequest, what: str) -> Any:
    """What the person wants: the right values by item, or the ground of a restriction."""
    with opened_papers(request) as papers:
        return (papers.get("asked") or {}).get(what) or ({} if what == "wanted" else "")


def _forget_plans(request: SubjectRequest) -> None:
    """Plans of this request that were never approved: a new one takes their place."""
    with engine.door(request.tenant).begin() as state:
        for name, where in state.plans.of(request.id.hex):
            if where == "made":
                state.plans.set(name, "closed", at=engine.now())


def _back(request: SubjectRequest) -> None:
    """A store that was down is there again."""
    request.refresh_from_db()
    if request.delayed_at is not None:
        moves.act(request, "go_on", by=SYSTEM)


def objections(plan: Plan, policy: Policy, request: SubjectRequest, now: datetime) -> tuple[str, ...]:
    """Why a person has to look at a plan before it is carried out; empty where it may pass by itself (pure but counts).

    The policy must offer it as self-service, the person ask for themselves, and the plan be small and without doubt.
    """
    rule = getattr(policy.rights, request.ask, None)
    tenant = request.tenant
    found = ["policy"] if rule is None or not rule.self_service else []
    found += ["organisation"] if _administrator_decides(request) else []
    found += [request.on_behalf] if request.on_behalf else []
    found += ["hold"] if any(kept.ground.rule.startswith("holds.") for kept in plan.kept()) else []
    found += ["notes"] if plan.notes else []
    today = SubjectRequest.objects.filter(
        tenant=tenant, events__kind="approve", events__role="system", events__at__gt=now - timedelta(days=1)
    ).distinct()
    if plan.rows > tenant.budget_rows or today.count() >= tenant.budget_people:
        found.append("budget")
    return tuple(found)


def approved(request: SubjectRequest, by: By, version: int | None = None) -> None:
    """The move, with the undo window of the policy; and the person is told until when one word stops it."""
    policy = engine.policy_of(request.tenant)
    undo = undo_until(policy, request.ask, engine.now())
    moves.move(request, "approve", by=by, version=version, fields={"undo_until": undo, "hint": ""})
    if undo is None:
        return
    with opened_papers(request) as papers:
        address = (papers.get("contact") or {}).get("address", "")
        if address:
            token = links.make(papers.state, request, "undo", lasts=undo - engine.now())
            fields = {"ask": str(request.ask), "number": request.number, "until": undo.isoformat(), "token": token}
            messages.write(papers, request, "undo", to=address, fields=fields)


def undo_until(policy: Policy, ask: str, now: datetime) -> datetime | None:
    """Until when a request of this kind can be undone; None where the policy gives no such time."""
    rule = getattr(policy.rights, ask, None)
    period = getattr(rule, "undo", None)
    if not isinstance(period, Period):
        return None
    return now + timedelta(days=(period.after(now.date()) - now.date()).days, hours=period.hours % 24)


# ------------------------------------------------------------------------------------------------ apply


def begin(tenant: Tenant, request: str) -> None:
    """The undo window is over: it begins, unless it was undone or the emergency stop is pulled."""
    found = fetch(tenant, request)
    if found.state != State.APPROVED:
        return
    if tenant.stopped_at is not None:
        raise Later("WB950", seconds=AGAIN.total_seconds())
    if found.undo_until is not None and engine.now() < found.undo_until:
        raise Later("", seconds=(found.undo_until - engine.now()).total_seconds())
    moves.move(found, "begin", by=SYSTEM)


def apply(tenant: Tenant, request: str) -> None:
    """Carry out what was approved, verify it, search for leftovers, and answer. Safe to run again after any crash."""
    found = fetch(tenant, request)
    if found.state != State.APPLYING:
        return
    if tenant.stopped_at is not None:
        raise Later("WB950", seconds=AGAIN.total_seconds())
    with engine.opened(tenant) as opened:
        try:
            result = opened.work.apply(found.plan)
            if not result.done:
                late = next(part.finding for part in result.stores if part.state == "delayed")
                raise _wait(found, WaarborgError([late] if late else []))
            verdict = opened.work.verify(found.plan, leftovers=found.ask in SEARCHED)
        except StalePlan as error:
            _review(found, named(error))
            return
        except StoreError as error:
            if not error.unreachable:
                raise
            raise _wait(found, error) from None
        _back(found)
        if not verdict.clean or (verdict.leftovers is not None and not verdict.leftovers.clean):
            _review(found, "leftovers" if verdict.clean else "not_clean")
            return
        _carried_out(opened, found, verdict)


def _carried_out(opened: engine.Engine, request: SubjectRequest, verdict: Verdict) -> None:
    """The letter, the recipients, the event for the company's own caches, and the answer: one transaction."""
    case = opened.work.case(request.plan)
    with transaction.atomic():
        answers.carried_out(opened, request, case, verdict)
        recipients.outbox(request, TOLD[Ask(request.ask)])
        moves.move(request, "answer", by=SYSTEM)


# ------------------------------------------------------------------------------------------------ after


def after(tenant: Tenant, request: str) -> None:
    """What follows an end: links that are of no use any more are revoked, and who took it back is told."""
    found = fetch(tenant, request)
    if found.state not in ENDED:
        return
    links.revoke(found, "confirm", "undo", "mandate", "document")
    if found.state != State.WITHDRAWN or found.messages.filter(kind="withdrawn").exists():
        return
    with transaction.atomic(), opened_papers(found) as papers:
        address = (papers.get("contact") or {}).get("address", "")
        if address and found.subject:
            fields = {"ask": str(found.ask), "number": found.number}
            messages.write(papers, found, "withdrawn", to=address, fields=fields)


PREPARE = {
    Ask.ACCESS: disclose,
    Ask.PORTABILITY: disclose,
    Ask.ERASURE: plan,
    Ask.RECTIFICATION: plan,
    Ask.RESTRICTION: plan,
    Ask.OBJECTION: stop,
    Ask.WITHDRAWAL: stop,
    Ask.STOP_USE: stop,
}
"""How each right is prepared; what is not here is done by a person."""
