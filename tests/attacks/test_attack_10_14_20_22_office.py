"""One person's request never reaches another's data: shared addresses, other tenants, sabotage, holds."""

from __future__ import annotations

from typing import Any

import pytest
from tests.attacks.office_kit import attack, spoil
from tests.office.kit import Office

from waarborg.office import engine
from waarborg.office.errors import IdentityError, NotAllowed
from waarborg.office.people import roles
from waarborg.office.people.models import Tenant
from waarborg.office.people.roles import PERSON
from waarborg.office.requests import carry, decide, identity, links, lookup, moves
from waarborg.office.requests.identity import Need
from waarborg.office.requests.life import State
from waarborg.office.requests.models import SubjectRequest
from waarborg.plans import locate
from waarborg.terms import SubjectRef

# ------------------------------------------------------------------------------------------------ 10, 12


@attack({"whoever shares an address is one": spoil(locate, "_one_each", lambda *_: None)})
def test_attack_10_two_people_behind_one_address(office: Office) -> None:
    """A couple with one mailbox: neither gets the other's data by it; a person finds out which row is meant."""
    shared = office.email(5)
    office.sql("UPDATE member SET email = ?, email_lower = ? WHERE id = 6", shared, shared.lower() + "x")
    request = office.ask("portability", shared)
    assert (request.state, request.hint) == (State.IN_REVIEW, "WB411")
    assert not request.packages.exists()


def test_attack_10_a_session_on_a_shared_device_ends_by_itself(office: Office) -> None:
    from waarborg.office.requests import handover

    claims = handover.claims_for(office.tenant, {"email": office.email(5)}, office.clock.now())
    handed = handover.accept(office.tenant, handover.signed(claims, handover.secret_of(office.tenant)))
    assert handover.recall(office.tenant, handed.id) == handed
    office.clock.advance(hours=1)
    assert handover.recall(office.tenant, handed.id) is None
    handover.forget(office.tenant, office.clock.now())
    office.clock.advance(minutes=11)
    handover.forget(office.tenant, office.clock.now())
    with engine.door(office.tenant).read() as state:
        assert state.vault.records(kind="handed") == []


# ------------------------------------------------------------------------------------------------ 14


def _other(office: Office) -> Tenant:
    tenant = Tenant.objects.create(slug="ander", folder=office.tenant.folder)
    engine.prepare(tenant)
    return tenant


def _any_tenant(tenant: Tenant, token: str, purpose: str) -> Any:
    from waarborg.office.requests.models import Link

    for one in Tenant.objects.all():
        with engine.door(one).read() as state:
            if link := Link.objects.filter(token_hash=links.hashed(state, "links", token)).first():
                return link
    raise links.invalid()


@attack({"links know no tenant": spoil(links, "find", _any_tenant)})
def test_attack_14_a_link_of_one_tenant_opens_nothing_of_another(office: Office) -> None:
    request = office.ask("portability", office.email(5))
    token = office.token(request, "answer")
    assert links.find(office.tenant, token, "download").request == request
    opened = True
    try:
        links.find(_other(office), token, "download")
    except IdentityError:
        opened = False
    assert not opened


def test_attack_14_a_link_for_one_thing_does_not_do_another(office: Office) -> None:
    request = office.ask("portability", office.email(5))
    for purpose in ("confirm", "status", "undo", "document"):
        with pytest.raises(IdentityError, match="WB920"):
            links.find(office.tenant, office.token(request, "answer"), purpose)


@attack({"everybody on the staff knows everything": spoil(roles, "knows", lambda by, request: True)})
def test_attack_14_staff_of_one_tenant_see_and_do_nothing_of_another(office: Office) -> None:
    request = office.ask("erasure", office.email(5))
    stranger = office.staff(tenant=_other(office))
    assert list(roles.visible(stranger)) == []
    assert not roles.may(stranger, "see_person", request)
    for what in (lambda: roles.require(stranger, "see_plan", request),
                 lambda: moves.move(request, "review", by=stranger),
                 lambda: identity.vouch(request, stranger, "Ik ken deze persoon heel goed.")):  # fmt: skip
        with pytest.raises(NotAllowed, match="WB940"):
            what()


def test_attack_14_a_job_of_one_tenant_finds_no_request_of_another(office: Office) -> None:
    request = office.ask("erasure", office.email(5))
    for job in (lookup.look, carry.prepare, carry.begin, carry.apply, carry.after):
        with pytest.raises(SubjectRequest.DoesNotExist):
            job(_other_again(office), str(request.pk))


def _other_again(office: Office) -> Tenant:
    return Tenant.objects.filter(slug="ander").first() or _other(office)


def test_attack_14_what_one_tenant_sealed_another_cannot_open(office: Office) -> None:
    request = office.ask("portability", office.email(5))
    record = f"office:{request.id.hex}:person"
    with engine.door(office.tenant).read() as state:
        assert state.vault.has(record)
    with engine.door(_other(office)).read() as state:
        assert not state.vault.has(record)
        assert [entry.kind for entry in state.log().entries()] == ["log.opened"]


def test_attack_14_a_hand_over_for_one_tenant_is_none_for_another(office: Office) -> None:
    from waarborg.office.requests import handover

    other = _other(office)
    claims = handover.claims_for(office.tenant, {"email": office.email(5)}, office.clock.now())
    for tenant, secret in ((other, handover.secret_of(other)), (other, handover.secret_of(office.tenant)),
                           (office.tenant, handover.secret_of(other))):  # fmt: skip
        with pytest.raises(IdentityError, match="WB920"):
            handover.accept(tenant, handover.signed(claims, secret))


# ------------------------------------------------------------------------------------------------ 20


@attack({"nobody is asked who they are": spoil(identity, "needed", lambda *_, **__: Need(0))})
def test_attack_20_nobody_erases_somebody_else(office: Office) -> None:
    """The attacker fills in the victim's address; the link is in the victim's mailbox, and a scanner follows it."""
    victim = office.email(5)
    received = office.receive("erasure", victim, contact=victim)
    office.drain()
    assert received.request is not None
    if office.letters(received.request, "confirm"):
        links.find(office.tenant, office.token(received.request, "confirm"), "confirm")  # a GET looks, and no more
        for code in ("", "00000000"):
            with pytest.raises(IdentityError):
                identity.confirm(office.tenant, office.token(received.request, "confirm"), code)
    office.clock.advance(days=20)
    office.drain()
    assert office.sql("SELECT count(*) FROM member WHERE email = ?", victim) == [(1,)]


@attack({"no time to undo": spoil(carry, "undo_until", lambda *_: None)})
def test_attack_20_one_word_of_the_person_stops_it_in_time(office: Office) -> None:
    """Even with the mailbox taken over for an hour: nothing goes for seven days, and the undo link stops it."""
    victim = office.email(5)
    request = office.ask("erasure", victim)
    office.clock.advance(days=6, hours=23)
    office.drain()
    request.refresh_from_db()
    assert request.state == State.APPROVED
    link = links.find(office.tenant, office.token(request, "undo"), "undo")
    decide.undo(link.request, PERSON)
    office.clock.advance(days=9)
    office.drain()
    request.refresh_from_db()
    assert request.state == State.WITHDRAWN
    assert office.sql("SELECT count(*) FROM member WHERE email = ?", victim) == [(1,)]
    with pytest.raises(IdentityError, match="WB920"):
        links.find(office.tenant, office.token(request, "undo"), "undo")


# ------------------------------------------------------------------------------------------------ 22

HOLD = """
holds:
  dispute:
    label: {nl: Er loopt een rechtszaak., en: There is a court case.}
    ground: legal_claim
    data: [account, content]
    people: [matter-1]
    since: 2026-11-01
    review: 2027-06-01
    owner: privacy officer
    promises: [projects.17]

rights:
"""


@attack({"a plan under a hold passes by itself": spoil(carry, "objections", lambda *_: ())})
def test_attack_22_an_erasure_under_a_hold_waits_for_a_person(office: Office) -> None:
    office.edit("policy.yaml", "\nrights:\n", HOLD)
    victim = office.email(5)
    with engine.opened(office.tenant) as opened:
        opened.work.hold("dispute", SubjectRef({"email": victim}))
    request = office.ask("erasure", victim)
    assert (request.state, request.hint) == (State.IN_REVIEW, "hold")
    office.clock.advance(days=9)
    office.drain()
    assert office.sql("SELECT count(*) FROM member WHERE email = ?", victim) == [(1,)]


def test_attack_22_a_hold_placed_after_the_approval_stops_it(office: Office) -> None:
    office.edit("policy.yaml", "\nrights:\n", HOLD)
    victim = office.email(5)
    request = office.ask("erasure", victim)
    assert request.state == State.APPROVED
    with engine.opened(office.tenant) as opened:
        opened.work.hold("dispute", SubjectRef({"email": victim}))
    office.clock.advance(days=8)
    office.drain()
    request.refresh_from_db()
    assert (request.state, request.hint) == (State.IN_REVIEW, "WB431")
    assert office.sql("SELECT count(*) FROM member WHERE email = ?", victim) == [(1,)]
