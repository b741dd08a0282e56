"""The look-up: who is it, how sure must we be, where does the mail go, who decides. Jobs that converge.

What the stores know is sealed; nothing of it comes back to whoever asked (attack 27): the answer is a mail, to the
address of record.
"""

from __future__ import annotations

from django.db import transaction

from waarborg.errors import PlanError, StoreError
from waarborg.office import engine
from waarborg.office.jobs.queue import Later, named
from waarborg.office.people.models import Organisation, Tenant
from waarborg.office.people.roles import SYSTEM
from waarborg.office.requests import clock, identity, links, messages, moves
from waarborg.office.requests.carry import AGAIN, LOOKED_AT, fetch
from waarborg.office.requests.life import ENDED, Door, State
from waarborg.office.requests.models import SubjectRequest
from waarborg.office.requests.papers import opened_papers, papers_of
from waarborg.plans.who import Known, who
from waarborg.terms import SubjectRef


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
    address, problem = record_address(known, given, str(asked.get("contact", "")), found.on_behalf)
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
            hint=hint or problem or LOOKED_AT.get(found.on_behalf, ""),
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
    identity.go_on(found, "session" if found.assurance else "not_needed")


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


def record_address(known: Known, given: dict[str, str], contact: str, behalf: str) -> tuple[str, str]:
    """Where answers go, and why a person has to look where that is not clear.

    What the database holds, in its spelling; never what the request says, unless nobody is known by it (attacks 1, 2,
    7). Whoever asks on behalf of another gets nothing here: the mail goes to the person it is about (attack 11). Who
    reports about a child is answered themselves, in words, and the child learns nothing of it (attack 16).
    """
    if behalf == "reporter":
        return contact.strip(), ""
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
        subject, _ = state.people.subject(identity.subject_name(known, given), at=engine.now())
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
