"""Carrying out: from the look-up to the answer, as jobs that converge. Each can be killed anywhere and run again.

    look       who is it, how sure must we be, where does the mail go, who decides
    prepare    the plan, or the answer package; automatic where the policy allows and nothing is in the way
    begin      after the undo window, and never while the emergency stop is pulled
    apply      store by store; one that is down delays it and raises the alarm, and the others are done
    after      letters, recipients, the end of links
    destroy    after its term: key, file, write-ahead log

Work on the customer's stores happens outside our transactions; what it came to commits with the move that says so.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

from waarborg.clock import Period
from waarborg.errors import PlanError, StalePlan, StoreError, WaarborgError
from waarborg.office import engine
from waarborg.office.jobs.queue import Later, enqueue, named
from waarborg.office.people.models import Organisation, Tenant
from waarborg.office.people.roles import SYSTEM, By, require
from waarborg.office.requests import answers, clock, identity, links, messages, moves, packages
from waarborg.office.requests.life import ENDED, Ask, Door, State
from waarborg.office.requests.models import SubjectRequest
from waarborg.office.requests.papers import opened_papers, papers_of
from waarborg.plans.casework import reference
from waarborg.plans.model import Plan, Verdict
from waarborg.plans.who import Known, who
from waarborg.policy.model import Policy
from waarborg.terms import SubjectRef

HINTS = frozenset(
    {
        "no_rung", "no_address", "addresses", "guardian", "mandate", "child_report", "organisation", "policy", "hold",
        "notes", "budget", "by_hand", "mentions", "not_clean", "leftovers", "in_writing", "household",
    }
)  # fmt: skip
"""Why a person of the staff looks at a request; beside these, the id of an error."""
AGAIN = timedelta(minutes=5)
"""How soon a store that was down is tried again."""
WRITTEN = frozenset({Ask.COMPLAINT, Ask.SOMETHING_ELSE, Ask.CHILD_REPORT, Ask.HUMAN_REVIEW})
"""What is answered in words by a person."""


def fetch(tenant: Tenant, request: str) -> SubjectRequest:
    """The request of a job."""
    return SubjectRequest.objects.select_related("tenant", "organisation").get(pk=request, tenant=tenant)


# ------------------------------------------------------------------------------------------------ look


def look(tenant: Tenant, request: str) -> None:
    """Look the person up, and take the next step. Raises nothing to the outside about who it is."""
    found = fetch(tenant, request)
    if found.state != State.RECEIVED:
        return
    with opened_papers(found) as papers:
        given = dict((papers.get("person") or {}).get("identifiers", {}))
        asked = papers.get("asked") or {}
    known, hint = _looked_up(tenant, given)
    policy = engine.policy_of(tenant)
    address, problem = record_address(known, given, str(asked.get("contact", "")), bool(found.on_behalf))
    need = identity.needed(
        found.ask, policy, known, clock.day_of(engine.now(), policy),
        purpose=found.purpose, identifying=_identifying(asked), elsewhere=False,
    )  # fmt: skip
    with transaction.atomic(), engine.door(tenant).begin() as state:
        papers = papers_of(state, found)
        identity.keep_known(papers, known)
        papers.put("contact", {"address": address, "record": known.found and bool(known.addresses)})
        papers.put("need", list(need.why))
        SubjectRequest.objects.filter(pk=found.pk).update(
            needed=need.height,
            hint="child_report" if found.on_behalf == "reporter" else hint or problem or found.on_behalf,
            organisation=_organisation(tenant, known),
        )
        found.refresh_from_db()
        if _decided_elsewhere(found):
            _pass_on(found)
            return
        if found.door != Door.SIGNED_IN and address and need.height > 0:
            identity.mail_link(state, found, address)
            moves.move(found, "ask_identity", by=SYSTEM, data={"rung": "address"})
            return
    identity.go_on(found, "session")


def look_again(tenant: Tenant, request: str) -> None:
    """The same was asked again before it was confirmed: the same mail once more, to the same address."""
    found = fetch(tenant, request)
    if found.state == State.IDENTITY:
        with transaction.atomic(), engine.door(tenant).begin() as state:
            address = (papers_of(state, found).get("contact") or {}).get("address", "")
            if address:
                identity.mail_link(state, found, address)


def _looked_up(tenant: Tenant, given: dict[str, str]) -> tuple[Known, str]:
    """What the stores know, and the id of what stands in the way of telling one person from another."""
    with engine.opened(tenant) as opened:
        try:
            return who(opened.work.planner, SubjectRef(given)), ""
        except PlanError as error:
            return Known((), {}, frozenset()), named(error)
        except StoreError as error:
            if error.unreachable:
                raise Later(named(error), seconds=AGAIN.total_seconds()) from None
            raise


def record_address(known: Known, given: dict[str, str], contact: str, behalf: bool) -> tuple[str, str]:
    """Where answers go, and why a person has to look where that is not clear.

    What the database holds, in its spelling; never what the request says, unless nobody is known by it (attacks 1, 2,
    7). Whoever asks on behalf of another gets nothing here: the mail goes to the person it is about (attack 11).
    """
    asked = identity.spelled(given.get("email", "") or ("" if behalf else contact))
    of_record = {identity.spelled(one): one for one in known.addresses}
    if asked in of_record:
        return of_record[asked], ""
    if len(of_record) == 1:
        return next(iter(of_record.values())), ""
    if of_record:
        return "", "addresses"
    if known.rows:
        return "", "no_address"
    return (given.get("email", "") or ("" if behalf else contact)).strip(), ""


def _identifying(asked: dict[str, object]) -> bool:
    """Whether a correction would change what the person is found by."""
    wanted = asked.get("wanted")
    return isinstance(wanted, dict) and any(ref.endswith((".email", ".phone")) for ref in wanted)


def _organisation(tenant: Tenant, known: Known) -> Organisation | None:
    keys = [key for _, key in known.organisations]
    return Organisation.objects.filter(tenant=tenant, key__in=keys).first() if keys else None


def _decided_elsewhere(request: SubjectRequest) -> bool:
    """Whether an organisation that is the controller decides: we are its processor, and pass it on at once."""
    return request.organisation is not None and request.organisation.controller


def _pass_on(request: SubjectRequest) -> None:
    """To the controller, with what it needs to decide; and the person is told where their request went."""
    moves.move(request, "pass_on", by=SYSTEM)
    one = request.organisation
    assert one is not None  # noqa: S101 - the fact organisation_decides says so
    with opened_papers(request) as papers:
        fields = {"ask": str(request.ask), "number": request.number}
        if one.contact:
            due = request.due_on.isoformat()
            messages.write(papers, request, "organisation_asked", to=one.contact, fields={**fields, "due": due})
        address = (papers.get("contact") or {}).get("address", "")
        if address:
            messages.write(papers, request, "passed_on", to=address, fields={**fields, "organisation": one.name})


def identified(request: SubjectRequest, means: str) -> None:
    """We know who asks: one request for each person and thing asked, and the plan follows."""
    with transaction.atomic(), engine.door(request.tenant).begin() as state:
        papers = papers_of(state, request)
        known = identity.known_of(papers)
        given = dict((papers.get("person") or {}).get("identifiers", {}))
        name = f"{known.rows[0][0]}:{'|'.join(known.rows[0][1])}" if known.rows else reference(SubjectRef(given))
        subject, _ = state.people.subject(name, at=engine.now())
        other = (
            SubjectRequest.objects.filter(
                tenant=request.tenant, subject=subject, ask=request.ask, purpose=request.purpose
            )
            .exclude(state__in=ENDED)
            .exclude(pk=request.pk)
            .order_by("received_at")
            .first()
        )
        SubjectRequest.objects.filter(pk=request.pk).update(subject=subject, duplicate_of=other)
        request.refresh_from_db()
        if other is not None:
            moves.move(request, "join", by=SYSTEM)
            return
        moves.move(request, "identify", by=SYSTEM, data={"means": means})
        address = (papers.get("contact") or {}).get("address", "")
        if address:
            token = links.make(state, request, "status")
            due = request.due_on.isoformat()
            fields = {"ask": str(request.ask), "number": request.number, "due": due, "status": token}
            messages.write(papers, request, "received", to=address, fields=fields)
        _tell_member(request, address)


def _tell_member(request: SubjectRequest, address: str) -> None:
    """A member is told that their organisation's administrator decides."""
    one = request.organisation
    if one is None or one.controller or request.ask not in one.powers or not address:
        return
    with opened_papers(request) as papers:
        fields = {"ask": str(request.ask), "number": request.number, "organisation": one.name}
        messages.write(papers, request, "member_told", to=address, fields=fields)


# ------------------------------------------------------------------------------------------------ prepare


def prepare(tenant: Tenant, request: str) -> None:
    """Make the plan or the answer, and decide what can be decided without a person."""
    found = fetch(tenant, request)
    if found.state != State.VERIFIED:
        return
    if found.hint or found.ask in WRITTEN:
        _review(found, found.hint or "in_writing")
        return
    try:
        PREPARE.get(Ask(found.ask), by_hand)(found)
    except PlanError as error:
        _review(found, named(error))
    except StoreError as error:
        if not error.unreachable:
            raise
        raise _wait(found, error) from None


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


def plan_erasure(request: SubjectRequest) -> None:
    """Erasure: the plan is made and sealed; it passes by itself where the policy lets it and nothing is in the way."""
    person = person_of(request)
    with engine.opened(request.tenant) as opened:
        work = opened.work
        work.look_up_holds([person])
        plan, sealed = work.planner.plan_erasure([person])
        if not plan.located and plan.empty:
            with transaction.atomic():
                answers.nothing(opened, request)
                moves.move(request, "answer", by=SYSTEM)
            return
        against = objections(plan, opened.policy, request, engine.now())
        with transaction.atomic():
            with work.writing() as (state, log, now):
                work.keep(state, log, plan, sealed, request.id.hex, now)
            SubjectRequest.objects.filter(pk=request.pk).update(plan=plan.digest)
            request.refresh_from_db()
            _back(request)
            if against:
                _review(request, against[0])
            else:
                work.approve(plan.digest, "rights.erasure", rule=True)
                approved(request, SYSTEM)


def _back(request: SubjectRequest) -> None:
    """A store that was down is there again."""
    request.refresh_from_db()
    if request.delayed_at is not None:
        moves.act(request, "go_on", by=SYSTEM)


def objections(plan: Plan, policy: Policy, request: SubjectRequest, now: datetime) -> tuple[str, ...]:
    """Why a person has to look at a plan before it is carried out; empty where it may pass by itself (pure but counts).

    The policy must offer it as self-service, the person ask for themselves, and the plan be small and without doubt.
    """
    rule = policy.rights.erasure
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


def approve(request: SubjectRequest, by: By, version: int) -> None:
    """A person of the staff approves the plan that was shown on a page of this version.

    What can be undone waits; the rest begins at once. Raises `MoveError` where a fact is missing.
    """
    assert by.account is not None  # noqa: S101 - staff have accounts
    with engine.opened(request.tenant) as opened, transaction.atomic():
        approved(request, by, version)
        if request.plan:
            opened.work.approve(request.plan, f"staff:{by.account.pk}")


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
            verdict = opened.work.verify(found.plan, leftovers=True)
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
        answers.erased(opened, request, case, verdict)
        answers.outbox(request, "erased")
        moves.move(request, "answer", by=SYSTEM)


# ------------------------------------------------------------------------------------------------ after


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


# ------------------------------------------------------------------------------------------------ the end of the file


def tidy(tenant: Tenant) -> None:
    """Once an hour: packages and codes whose time is over, files that had their term."""
    now = engine.now()
    identity.expire(now)
    gone = packages.over(tenant, now)
    today = clock.day_of(now, engine.policy_of(tenant))
    for request in SubjectRequest.objects.filter(tenant=tenant, destroyed_at=None, destroy_on__lte=today):
        destroy(request)
        gone += 1
    if gone:
        scrub()


def destroy(request: SubjectRequest) -> None:
    """Destroy the key of a request, and with it everything sealed under it: what is left is a number and some dates."""
    for package in request.packages.filter(destroyed_at=None):
        packages.destroy(package)
    with transaction.atomic(), engine.door(request.tenant).begin() as state:
        now = engine.moment(state)
        state.vault.destroy(identity.document_name(request))
        state.plans.close(request.id.hex, at=now)
        state.log(engine.declared(request.tenant)).append(
            kind="request.closed", at=now, data={"request": request.id.hex}
        )
        SubjectRequest.objects.filter(pk=request.pk).update(destroyed_at=now, contact_hash="")
    links.revoke(request)
    request.refresh_from_db()


def scrub() -> None:
    """Bring destroyed bytes out of SQLite's write-ahead log. PostgreSQL: its log is a backup set, with a term."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


PREPARE = {
    Ask.ACCESS: disclose,
    Ask.PORTABILITY: disclose,
    Ask.ERASURE: plan_erasure,
}
"""How each right is prepared; what is not here is done by a person."""
