"""The other rights from door to answer: what stops, stops at once, and the letter says so."""

from __future__ import annotations

import pytest
from tests.office.kit import Office

from waarborg.office.requests import decide
from waarborg.office.requests.life import State
from waarborg.terms import SubjectRef


def _may(office: Office, email: str, purpose: str) -> bool:
    from waarborg.office import engine

    with engine.opened(office.tenant) as opened:
        return bool(opened.work.may_use(SubjectRef({"email": email}), purpose))


def test_consent_is_withdrawn_without_any_check(office: Office) -> None:
    email = office.email(5)
    assert _may(office, email, "newsletter")
    received = office.receive("withdrawal", email, purpose="newsletter")
    office.drain()
    assert received.request is not None
    received.request.refresh_from_db()
    assert (received.request.state, office.stuck()) == (State.ANSWERED, []), received.request.hint
    assert not _may(office, email, "newsletter")
    assert "ingetrokken" in office.letters(received.request, "letter")[-1].fields["letter"]["text"]


def test_an_objection_is_halted_and_weighed_by_a_person(office: Office) -> None:
    email = office.email(5)
    request = office.ask("objection", email, purpose="recommendations")
    assert (request.state, request.hint, office.stuck()) == (State.IN_REVIEW, "weigh", [])
    assert not _may(office, email, "recommendations")
    decide.weigh(request, office.staff(), request.version, upheld=True)
    assert request.state == State.ANSWERED
    assert not _may(office, email, "recommendations")


def test_going_on_after_an_objection_needs_grounds_in_words(office: Office) -> None:
    email = office.email(5)
    request = office.ask("objection", email, purpose="recommendations")
    with pytest.raises(Exception, match=r"WB572|WB820|WB913"):
        decide.weigh(request, office.staff(), request.version, upheld=False)
    decide.weigh(request, office.staff(), request.version, upheld=False, reasons="De rechter vraagt erom.")
    assert (request.state, request.article) == (State.PARTLY_REFUSED, "Art. 21(1)")
    assert _may(office, email, "recommendations")


def test_stop_use(office: Office) -> None:
    email = office.email(5)
    request = office.ask("stop_use", email)
    assert (request.state, office.stuck()) == (State.ANSWERED, [])
    assert not _may(office, email, "deliver_service")


def test_a_question_is_answered_in_words(office: Office) -> None:
    email = office.email(5)
    received = office.receive("something_else", email, text="Waar staan mijn gegevens?")
    office.drain()
    request = received.request
    assert request is not None
    request.refresh_from_db()
    assert (request.state, request.hint) == (State.IN_REVIEW, "in_writing")
    decide.answer_in_words(request, office.staff(), request.version, "In Utrecht.\n\nEn een deel in Amerika.")
    assert request.state == State.ANSWERED
    assert "In Utrecht." in office.letters(request, "letter")[-1].fields["letter"]["text"]


def test_a_correction_by_whoever_is_signed_in(office: Office) -> None:
    email = office.email(5)
    received = office.signed_in("rectification", {"email": email}, wanted={"account.name": "Noor van Dijk-de Wit"})
    office.drain()
    request = received.request
    assert request is not None
    request.refresh_from_db()
    assert (request.state, office.stuck()) == (State.ANSWERED, []), request.hint
    assert office.sql("SELECT full_name FROM member WHERE email = ?", email) == [("Noor van Dijk-de Wit",)]
    assert office.letters(request, "letter")[-1].to == email


def test_a_restriction_is_asked_its_ground_and_placed(office: Office) -> None:
    email = office.email(5)
    request = office.ask("restriction", email)
    assert (request.state, request.hint) == (State.IN_REVIEW, "ground")
    officer = office.staff()
    decide.complete(request, officer, request.version, ground="claims")
    office.drain()
    request.refresh_from_db()
    assert (request.state, request.hint, office.stuck()) == (State.IN_REVIEW, "policy", [])
    decide.approve(request, officer, request.version)
    office.drain()
    request.refresh_from_db()
    assert (request.state, office.stuck()) == (State.ANSWERED, []), request.hint
    assert office.sql("SELECT count(*) FROM member WHERE email = ?", email) == [(0,)]
    assert not _may(office, email, "deliver_service")


def test_attack_22_erasure_waits_while_data_is_restricted(office: Office) -> None:
    email = office.email(5)
    office.ask("restriction", email, ground="claims")
    request = office.tenant.requests.get()
    decide.approve(request, office.staff(), request.version)
    office.drain()
    assert "restriction.placed" in office.kinds()
    again = office.ask("erasure", email)
    assert (again.state, again.hint) == (State.IN_REVIEW, "WB468")
