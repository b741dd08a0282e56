"""Signed in at the company: the hand-over, two clicks, what is there, what is corrected, what is chosen."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from django.test import Client
from tests.office.kit import Office

from waarborg.errors import PlanError
from waarborg.office import engine
from waarborg.office.errors import IdentityError
from waarborg.office.people import looks
from waarborg.office.publications.versions import publish
from waarborg.office.requests import choices, handover, mine
from waarborg.office.requests.handover import Handed
from waarborg.office.requests.models import SubjectRequest
from waarborg.terms import SubjectRef

URL = "/taakveld/nl/me"


@pytest.fixture
def centre(office: Office, client: Client) -> Client:
    publish(office.tenant)
    client.defaults["HTTP_HOST"] = "localhost"
    return client


def token(office: Office, id: int = 3, **more: object) -> str:
    claims = handover.claims_for(office.tenant, {"email": office.email(id)}, engine.now(), **more)
    return handover.signed(claims, handover.secret_of(office.tenant))


def come_in(office: Office, client: Client, id: int = 3, **more: object) -> Any:
    return client.post("/taakveld/in", {"token": token(office, id, **more)})


def post(client: Client, path: str, **given: str) -> Any:
    return client.post(f"{URL}{path}", given)


def test_a_hand_over_leads_to_my_data_and_works_once(office: Office, centre: Client) -> None:
    made = token(office, name="Noor")
    first = centre.get("/taakveld/in", {"token": made})
    assert (first.status_code, first["Location"]) == (302, URL)
    assert first["Referrer-Policy"] == "no-referrer"
    assert "Noor" in centre.get(URL).content.decode()
    again = Client(headers={"host": "localhost"}).get("/taakveld/in", {"token": made})
    assert again.status_code == 403
    assert "sessionid" not in again.cookies


def test_the_session_holds_an_id_and_ends_after_an_hour(office: Office, centre: Client) -> None:
    come_in(office, centre)
    assert office.email(3) not in str(dict(centre.session))
    assert centre.get(f"{URL}/data").status_code == 200
    office.clock.advance(minutes=61)
    assert centre.get(f"{URL}/data").status_code == 403
    for path in ("", "/data", "/ask/access", "/choices", "/looks", "/requests/2026-00001"):
        assert Client(headers={"host": "localhost"}).get(f"{URL}{path}").status_code == 403, path


def test_a_request_in_two_clicks_and_nothing_typed(office: Office, centre: Client) -> None:
    click = centre.post("/taakveld/in", {"token": token(office), "ask": "access"})  # the link of the company: one
    assert click["Location"] == f"{URL}/ask/access"
    page = centre.get(click["Location"]).content.decode()
    assert 'type="text"' not in page
    assert "required" not in page
    sent = post(centre, "/ask/access")  # the button: two
    request = SubjectRequest.objects.get()
    assert sent["Location"] == f"{URL}/requests/{request.number}"
    assert (request.door, request.assurance) == ("signed_in", 1)
    assert request.number in centre.get(sent["Location"]).content.decode()


def test_forged_posts_are_refused(office: Office) -> None:
    publish(office.tenant)
    strict = Client(enforce_csrf_checks=True, headers={"host": "localhost", "origin": "https://evil.example"})
    come_in(office, strict)
    assert strict.post(f"{URL}/ask/erasure").status_code == 403
    assert strict.post(f"{URL}/choices", {"do": "stop", "purpose": "newsletter"}).status_code == 403
    assert SubjectRequest.objects.count() == 0


def test_erasure_shows_first_what_goes_and_what_stays(office: Office, centre: Client) -> None:
    billed = int(office.sql("SELECT member_id FROM invoice WHERE member_id IS NOT NULL LIMIT 1")[0][0])
    come_in(office, centre, billed)
    page = centre.get(f"{URL}/ask/erasure").content.decode()
    for says in ("Gaat weg", "Blijft voor anderen, zonder naam", "Blijft nog", "31 december 2027", "artikel 52"):
        assert says in page
    assert SubjectRequest.objects.count() == 0


def test_nobody_sees_a_request_of_somebody_else(office: Office, centre: Client) -> None:
    theirs = office.ask("erasure", office.email(4))
    come_in(office, centre, 3)
    assert centre.get(f"{URL}/requests/{theirs.number}").status_code == 404
    assert theirs.number not in centre.get(URL).content.decode()
    come_in(office, centre, 4)
    assert centre.get(f"{URL}/requests/{theirs.number}").status_code == 200


def test_what_is_there_without_what_is_sensitive(office: Office, centre: Client) -> None:
    billed = int(office.sql("SELECT member_id FROM invoice WHERE member_id IS NOT NULL LIMIT 1")[0][0])
    come_in(office, centre, billed)
    page = centre.get(f"{URL}/data").content.decode()
    assert office.email(billed) in page
    assert "Dit is gevoelig." in page  # invoices and payment: sensitivity high
    come_in(office, centre, billed, amr=["otp"])
    assert "Dit is gevoelig." not in centre.get(f"{URL}/data").content.decode()


def test_each_category_says_whether_it_can_go_and_why_not(office: Office, centre: Client) -> None:
    billed = int(office.sql("SELECT member_id FROM invoice WHERE member_id IS NOT NULL LIMIT 1")[0][0])
    come_in(office, centre, billed)
    page = centre.get(f"{URL}/data").content.decode()
    sections = re.findall(r'<section class="held">.*?</section>', page, re.DOTALL)
    assert len(sections) > 3
    billing = next(one for one in sections if "Facturen en betaling" in one)
    assert "Kan nog niet weg." in billing
    assert "31 december 2027" in billing


def test_secrets_and_other_people_stay_out(office: Office, centre: Client) -> None:
    come_in(office, centre, 3, amr=["otp"])
    page = centre.get(f"{URL}/data").content.decode()
    others = [row[0] for row in office.sql("SELECT email FROM member WHERE id <> 3")]
    assert not [one for one in others if one in page]
    assert "scrypt" not in page


def test_a_correction_goes_into_the_queue_with_its_value_sealed(office: Office, centre: Client) -> None:
    come_in(office, centre)
    assert centre.get(f"{URL}/data/account.name").status_code == 200
    for wrong in ("connection.ip_address", "account.nothing", "account", "billing.iban/x"):
        assert centre.get(f"{URL}/data/{wrong}").status_code == 404, wrong
    answer = post(centre, "/data/account.name", value="Noor de Vries-Kanarie")
    request = SubjectRequest.objects.get()
    assert answer["Location"].endswith(request.number)
    assert request.ask == "rectification"
    assert "Kanarie" not in str(SubjectRequest.objects.values())
    from waarborg.office.requests.papers import opened_papers

    with opened_papers(request) as papers:
        assert papers.get("asked")["wanted"] == {"account.name": "Noor de Vries-Kanarie"}


def test_who_looked_is_shown_by_role(office: Office, centre: Client) -> None:
    request = office.ask("erasure", office.email(3))
    come_in(office, centre)
    assert "Nog niemand keek" in centre.get(f"{URL}/looks").content.decode()
    looks.looked(office.staff(), request, "plan")
    page = centre.get(f"{URL}/looks").content.decode()
    assert "Privacymedewerker" in page
    assert "Wat er zou gebeuren" in page
    assert "Noor" not in page
    come_in(office, centre, 4)
    assert "Privacymedewerker" not in centre.get(f"{URL}/looks").content.decode()


# ------------------------------------------------------------------------------------------------ choices


def test_withdrawing_is_one_click_and_holds_within_a_second(office: Office, centre: Client) -> None:
    person = SubjectRef({"email": office.email(3)})
    link = choices.link(office.tenant, {"email": office.email(3)})
    page = f"/taakveld/nl/preferences/{link}"
    assert choices.may_use(office.tenant, person, "newsletter")
    assert "Ja, stuur mij elke maand de nieuwsbrief." in centre.get(page).content.decode()
    begun = time.perf_counter()
    answer = centre.post(page, {"do": "stop", "purpose": "newsletter"})
    assert not choices.may_use(office.tenant, person, "newsletter")
    assert time.perf_counter() - begun < 1
    assert "Ingetrokken sinds 30 november 2026" in answer.content.decode()
    assert "consent.withdrawn" in office.kinds()
    assert choices.may_use(office.tenant, SubjectRef({"email": office.email(4)}), "newsletter")


def test_looking_at_choices_changes_nothing_and_a_link_only_stops(office: Office, centre: Client) -> None:
    person = SubjectRef({"email": office.email(3)})
    page = f"/taakveld/nl/preferences/{choices.link(office.tenant, {'email': office.email(3)})}"
    before = office.kinds()
    centre.get(page)
    assert office.kinds() == before
    centre.post(page, {"do": "stop", "purpose": "newsletter"})
    assert centre.post(page, {"do": "allow", "purpose": "newsletter"}).status_code == 400
    assert not choices.may_use(office.tenant, person, "newsletter")
    come_in(office, centre)
    assert post(centre, "/choices", do="allow", purpose="newsletter").status_code == 200
    assert choices.may_use(office.tenant, person, "newsletter")


def test_an_objection_stops_at_once_and_is_weighed(office: Office, centre: Client) -> None:
    come_in(office, centre)
    page = post(centre, "/choices", do="stop", purpose="recommendations").content.decode()
    assert "Wij wegen het af." in page
    assert not choices.may_use(office.tenant, SubjectRef({"email": office.email(3)}), "recommendations")
    assert post(centre, "/choices", do="stop", purpose="deliver_service").status_code == 400  # a contract
    assert post(centre, "/choices", do="stop", purpose="no_such").status_code == 400


def test_a_link_to_choices_shows_nothing_and_works_for_one_tenant(office: Office) -> None:
    made = choices.link(office.tenant, {"email": office.email(3)})
    assert choices.opened_link(office.tenant, made).identifiers == {"email": office.email(3)}
    other = type(office.tenant)(slug="other", folder=office.tenant.folder)
    other.save()
    engine.prepare(other)
    for tenant, token_ in ((other, made), (office.tenant, made[:-2] + "xx"), (office.tenant, ""), (office.tenant, "é")):
        with pytest.raises(IdentityError):
            choices.opened_link(tenant, token_)
    office.clock.advance(days=366)
    with pytest.raises(IdentityError):
        choices.opened_link(office.tenant, made)


def test_what_is_mine_is_told_or_refused_but_never_half(office: Office) -> None:
    handed = Handed("x" * 40, {"email": "nobody@nowhere.example"})
    found = mine.mine(office.tenant, handed)
    assert (found.items, dict(found.rows)) == ((), {})
    assert mine.subject_of(office.tenant, handed) == ""
    with pytest.raises(PlanError):
        mine.mine(office.tenant, Handed("x" * 40, {"shoe_size": "41"}))
