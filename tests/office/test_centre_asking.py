"""Asking without being signed in: what comes in, what is told, and what is not."""

from __future__ import annotations

import os
import re
import time
from typing import Any

import pytest
from django.test import Client
from tests.office.kit import Office

from waarborg.office import engine
from waarborg.office.jobs.models import Job
from waarborg.office.publications.versions import publish
from waarborg.office.requests import doors
from waarborg.office.requests.life import Ask, State
from waarborg.office.requests.models import IdentityCheck, SubjectRequest
from waarborg.plans.who import who
from waarborg.terms import SubjectRef

URL = "/taakveld/nl/"
HOST = {"host": "localhost"}


@pytest.fixture
def centre(office: Office, client: Client) -> Client:
    publish(office.tenant)
    client.defaults["HTTP_HOST"] = "localhost"
    return client


def ask(client: Client, **given: str) -> Any:
    return client.post(f"{URL}request", given)


def code_of(answer: Any) -> str:
    found = re.search(r"big-code num[^>]*>(\d{4}) (\d{4})<", answer.content.decode())
    assert found is not None
    return found[1] + found[2]


def test_from_the_form_to_the_status_page(office: Office, centre: Client) -> None:
    answer = ask(centre, ask="access", email=office.email(3))
    request = SubjectRequest.objects.get()
    assert (answer.status_code, request.ask, request.door, request.language) == (200, "access", "centre", "nl")
    assert request.number not in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    office.drain()
    confirm = f"{URL}confirm/{office.token(request, 'confirm')}"
    assert centre.get(confirm).status_code == 200
    request.refresh_from_db()
    assert request.state == State.IDENTITY  # looking does nothing: a scanner of mail looks too
    wrong = centre.post(confirm, {"code": "00000000"})
    assert wrong.status_code == 400
    right = centre.post(confirm, {"code": code_of(answer)})
    assert right.status_code == 302
    assert right["Location"].startswith(f"{URL}status/")
    assert right["Referrer-Policy"] == "no-referrer"
    assert centre.get(confirm).status_code == 404  # for one purpose, once
    status = centre.get(right["Location"])
    assert status.status_code == 200
    assert status["Cache-Control"] == "no-store"
    assert status["Referrer-Policy"] == "no-referrer"
    assert request.number in status.content.decode()


def test_the_code_stays_in_the_browser_that_asked(office: Office, centre: Client) -> None:
    answer = ask(centre, ask="access", email=office.email(3))
    cookie = answer.cookies["code"]
    assert cookie.value == code_of(answer)
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/taakveld/", True, "Lax")
    assert code_of(centre.get(f"{URL}request/sent")) == cookie.value
    office.drain()
    page = centre.get(f"{URL}confirm/{office.token(None, 'confirm')}").content.decode()
    assert f"{cookie.value[:4]} {cookie.value[4:]}" in page
    elsewhere = Client(headers=HOST).get(f"{URL}confirm/{office.token(None, 'confirm')}").content.decode()
    assert cookie.value[:4] not in elsewhere


def test_a_link_without_the_code_confirms_nothing(office: Office, centre: Client) -> None:
    ask(centre, ask="erasure", email=office.email(3))
    office.drain()
    token = office.token(None, "confirm")
    other = Client(headers=HOST)
    for code in ("", "1234", "99999999"):
        assert other.post(f"{URL}confirm/{token}", {"code": code}).status_code == 400
    assert SubjectRequest.objects.get().state == State.IDENTITY


def test_public_pages_set_no_cookie_and_private_ones_are_kept_nowhere(office: Office, centre: Client) -> None:
    for path in ("", "notice", "notice/versions", "rights", "request", "request?ask=erasure", "link"):
        answer = centre.get(f"{URL}{path}")
        assert answer.status_code == 200, path
        assert not answer.cookies, path
        assert "csrf" not in answer.content.decode(), path
    for path in ("confirm/x", "status/x", "answer/x", "undo/x", "document/x"):
        answer = centre.get(f"{URL}{path}")
        assert answer.status_code == 404, path
        assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "no-referrer"), path


@pytest.mark.parametrize("one", [one.value for one in Ask])
def test_every_right_and_everything_else_comes_in(office: Office, centre: Client, one: str) -> None:
    given = {"ask": one, "email": "ouder@post.example", "text": "Dit klopt niet."}
    given |= {"purpose": "newsletter"} if one == "withdrawal" else {}
    given |= {"purpose": "recommendations"} if one == "objection" else {}
    given |= {"about": "kind@school.example"} if one == "child_report" else {}
    answer = ask(centre, **given)
    if one == "human_review":  # Taakveld decides nothing by computer alone
        assert answer.status_code == 400
        return
    assert answer.status_code == 200
    request = SubjectRequest.objects.get()
    assert request.ask == one
    assert request.on_behalf == ("reporter" if one == "child_report" else "")


def test_an_objection_asks_what_it_is_about(office: Office, centre: Client) -> None:
    first = ask(centre, ask="objection", email=office.email(3))
    assert first.status_code == 400
    assert "Kies waar het om gaat." in first.content.decode()
    chosen_by_list = centre.post(
        f"{URL}request", {"ask": "objection", "email": office.email(3), "purpose": "newsletter"}
    )
    assert chosen_by_list.status_code == 400  # consent is withdrawn, not objected to
    assert ask(centre, ask="objection", email=office.email(3), purpose="security").status_code == 200
    assert SubjectRequest.objects.get().purpose == "security"


@pytest.mark.parametrize("behalf", ["mandate", "guardian"])
def test_for_somebody_else_the_mail_goes_to_the_person(office: Office, centre: Client, behalf: str) -> None:
    about, own = office.email(3), "advocaat@kantoor.example"
    answer = centre.post(f"{URL}request", {"ask": "access", "for": behalf, "about": about, "email": own})
    assert answer.status_code == 200
    office.drain()
    assert SubjectRequest.objects.get().on_behalf == behalf
    assert [letter.to for letter in office.letters()] == [about]


def test_what_is_missing_is_told_in_words(office: Office, centre: Client) -> None:
    answer = centre.post(f"{URL}request", {"email": ""})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Kies wat je wilt." in page
    assert "Geef je e-mailadres." in page
    assert 'aria-invalid="true"' in page
    assert SubjectRequest.objects.count() == 0


def same(html: str) -> str:
    """A page without its code."""
    return re.sub(r"\d{4} \d{4}", "#### ####", html)


def test_known_and_unknown_get_the_same_page(office: Office, centre: Client) -> None:
    for ask_ in ("access", "erasure", "something_else"):
        known = ask(centre, ask=ask_, email=office.email(3), text="x")
        unknown = ask(centre, ask=ask_, email="nobody@nowhere.example", text="x")
        again = ask(centre, ask=ask_, email=office.email(3), text="x")
        pages = {same(one.content.decode()) for one in (known, unknown, again)}
        assert len(pages) == 1
        assert {one.status_code for one in (known, unknown, again)} == {200}
        heads = [{k: v for k, v in one.headers.items() if k not in ("Content-Length",)} for one in (known, unknown)]
        assert heads[0] == heads[1]
    known = centre.post(f"{URL}link", {"email": office.email(3)})
    unknown = centre.post(f"{URL}link", {"email": "nobody@nowhere.example"})
    assert known.content == unknown.content


def sooner(one: list[float], other: list[float]) -> float:
    """How often a sample of the first is below one of the second: a half where nobody could tell them apart."""
    return sum((a < b) + (a == b) / 2 for a in one for b in other) / (len(one) * len(other))


SAMPLES = 1000 if os.environ.get("WAARBORG_LONG") else 200


@pytest.mark.slow
def test_known_and_unknown_take_the_same_time(office: Office, centre: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two distributions of samples, taken in turns; and the sabotage: a known person is looked up on the way."""
    monkeypatch.setattr(doors, "FLOODS", {kind: (10**9, window) for kind, (_, window) in doors.FLOODS.items()})
    emails = [row[0] for row in office.sql("SELECT email FROM member")]

    def took(email: str) -> float:
        begun = time.perf_counter()
        assert ask(centre, ask="access", email=email).status_code == 200
        return time.perf_counter() - begun

    def rounds(count: int) -> float:
        known, unknown = [], []
        for turn in range(count):
            at = turn % len(emails)
            pair = [(known, emails[at]), (unknown, f"u{at}@no.example")]
            for where, email in pair if turn % 2 else reversed(pair):
                where.append(took(email))
        return abs(sooner(known, unknown) - 0.5)

    assert rounds(SAMPLES) < 0.15
    real = doors.receive

    def looks_up(tenant: Any, incoming: Any, **more: Any) -> Any:
        if incoming.identifiers.get("email", "") in emails:
            with engine.opened(tenant) as opened:
                who(opened.work.planner, SubjectRef(dict(incoming.identifiers)))
        return real(tenant, incoming, **more)

    monkeypatch.setattr(doors, "receive", looks_up)
    assert rounds(40) > 0.15


def test_looking_up_is_a_job(office: Office, centre: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing on the way of the request opens a store: were one opened, this fails."""

    def never(*_: object) -> None:
        raise AssertionError("a store was opened")

    monkeypatch.setattr("waarborg.office.engine.opened", never)
    ask(centre, ask="access", email=office.email(3))
    assert [job.name for job in Job.objects.all()] == ["requests.look"]


def test_a_flood_is_asked_to_come_back(office: Office, centre: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    window = doors.FLOODS["network"][1]
    monkeypatch.setattr(doors, "FLOODS", {**doors.FLOODS, "network": (2, window)})
    assert [ask(centre, ask="access", email=f"a{n}@x.example").status_code for n in range(3)] == [200, 200, 429]


def test_a_lost_link_goes_to_the_address_of_record(office: Office, centre: Client) -> None:
    request = office.ask("erasure", office.email(3))
    before = len(office.letters(request, "received"))
    for _ in range(3):
        centre.post(f"{URL}link", {"email": office.email(3)})
        centre.post(f"{URL}link", {"email": "nobody@nowhere.example"})
    office.drain()
    letters = office.letters(request, "received")
    assert len(letters) == before + 1  # at most one an hour
    assert letters[-1].to == office.email(3)
    assert centre.get(f"{URL}status/{letters[-1].fields['status']}").status_code == 200


def test_a_form_on_another_site_is_taken_in(office: Office) -> None:
    """No cookie, another origin, CSRF checks on: the form of docs/how/privacy-centre.md."""
    strict = Client(enforce_csrf_checks=True, headers={"host": "localhost", "origin": "https://www.taakveld.example"})
    publish(office.tenant)
    answer = strict.post(f"{URL}request", {"ask": "access", "email": office.email(3)})
    assert answer.status_code == 200
    assert IdentityCheck.objects.filter(rung="address").count() == 1
