"""The console: who comes in, what each role sees, what a page decides, and that every look at a person is on record."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from tests.office.console_kit import PASSWORD, member, signed_in
from tests.office.kit import Office

from waarborg.office import engine
from waarborg.office.jobs.models import Job
from waarborg.office.people.models import Account, Look, Membership, Organisation, Role, Tenant
from waarborg.office.requests.life import State
from waarborg.office.requests.models import SubjectRequest

PAGES = ("", "requests", "requests/new", "search", "retention", "map", "map.svg", "retention.svg", "promises",
         "evidence", "looks", "work", "people")  # fmt: skip
SEEN = {
    Role.PRIVACY_OFFICER: set(PAGES),
    Role.SUPPORT_AGENT: set(PAGES) - {"evidence", "looks", "people"},
    Role.AUDITOR: set(PAGES) - {"requests/new", "people"},
    Role.ORGANISATION_ADMINISTRATOR: set(PAGES) - {"requests/new", "promises", "evidence", "looks", "people"},
}
"""Which page each role has: what is not here answers as if it did not exist."""


def version(client: Client, request: SubjectRequest) -> str:
    page = client.get(f"/console/taakveld/requests/{request.number}").content.decode()
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found, "nothing can be done on this page"
    return found[1]


def do(client: Client, request: SubjectRequest, name: str, **given: Any) -> Any:
    given.setdefault("version", version(client, request))
    return client.post(f"/console/taakveld/requests/{request.number}/do/{name}", given)


def to_decide(office: Office, number: int = 7) -> SubjectRequest:
    """An erasure that waits for a person, because no plan may go by itself."""
    Tenant.objects.update(budget_rows=0)
    office.tenant.refresh_from_db()
    request = office.ask("erasure", office.email(number))
    assert (request.state, request.hint, office.stuck()) == (State.IN_REVIEW, "budget", [])
    return request


def written(office: Office, text: str) -> SubjectRequest:
    """A complaint: it is answered in words, and needs no proof of who writes."""
    received = office.receive("complaint", office.email(7), text=text)
    office.drain()
    assert received.request is not None
    received.request.refresh_from_db()
    assert received.request.state == State.IN_REVIEW
    return received.request


# ------------------------------------------------------------------------------------------------ who comes in


def test_nobody_comes_in_without_an_account(office: Office, client: Client) -> None:
    for path in PAGES:
        answer = client.get(f"/console/taakveld/{path}")
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/login/")


def test_nobody_comes_in_without_a_second_factor(office: Office) -> None:
    client = signed_in(office, second=False)
    for path in PAGES:
        answer = client.get(f"/console/taakveld/{path}")
        assert answer["Location"] == "/account/2fa/totp/activate/"
    assert "loket" in client.get("/account/2fa/totp/activate/", follow=True).content.decode()


@pytest.mark.parametrize("role", list(SEEN))
def test_each_role_sees_its_pages_and_nothing_else(office: Office, role: str) -> None:
    own = Organisation.objects.create(tenant=office.tenant, key="1", name="Bakkerij Zon")
    client = signed_in(office, role, organisation=own if role == Role.ORGANISATION_ADMINISTRATOR else None)
    found = {path: client.get(f"/console/taakveld/{path}").status_code for path in PAGES}
    assert found == {path: 200 if path in SEEN[Role(role)] else 404 for path in PAGES}


def test_a_role_for_one_controller_opens_nothing_of_another(office: Office) -> None:
    Tenant.objects.create(slug="ander", folder=office.tenant.folder)
    client = signed_in(office)
    assert client.get("/console/taakveld/").status_code == 200
    for path in PAGES:
        assert client.get(f"/console/ander/{path}").status_code == 404, path


def test_an_account_that_was_ended_is_out_at_once(office: Office) -> None:
    client = signed_in(office)
    assert client.get("/console/taakveld/").status_code == 200
    Account.objects.update(is_active=False)
    assert client.get("/console/taakveld/").status_code == 302


def test_whoever_signs_in_needs_password_and_code(office: Office) -> None:
    account, client = member(office), Client()
    wrong = client.post("/account/login/", {"login": account.email, "password": "een ander lang wachtwoord"})
    assert wrong.status_code == 200
    right = client.post("/account/login/", {"login": account.email, "password": PASSWORD})
    assert right["Location"] == "/account/2fa/authenticate/"  # not signed in yet
    assert client.get("/console/taakveld/").status_code == 302
    assert client.post("/account/signup/", {"email": "x@y.example"}).status_code == 200
    assert Account.objects.count() == 1


def test_nothing_is_kept_by_the_browser_and_nothing_inline_runs(office: Office) -> None:
    answer = signed_in(office).get("/console/taakveld/")
    assert "no-store" in answer["Cache-Control"]
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=|style=", answer.content.decode())


# ------------------------------------------------------------------------------------------------ requests


def test_an_erasure_is_approved_on_its_page_and_carried_out(office: Office) -> None:
    client = signed_in(office)
    request = to_decide(office)
    page = client.get(f"/console/taakveld/requests/{request.number}").content.decode()
    assert "app.comment" in page  # the plan, table by table
    assert office.email(7) not in page  # the canary: who it is does not come with the page
    assert do(client, request, "approve").status_code == 302
    request.refresh_from_db()
    assert request.state == State.APPROVED
    assert request.events.filter(kind="approve").get().account == client.account  # type: ignore[attr-defined]


def test_a_page_that_is_no_longer_how_it_is_decides_nothing(office: Office) -> None:
    client = signed_in(office)
    request = to_decide(office)
    seen = version(client, request)
    assert do(client, request, "assign").status_code == 302  # somebody else was first
    late = do(client, request, "approve", version=seen)
    assert late.status_code == 409
    assert "WB911" in late.content.decode()
    request.refresh_from_db()
    assert request.state == State.IN_REVIEW


def test_a_refusal_needs_its_ground_and_reasons(office: Office) -> None:
    client = signed_in(office)
    request = to_decide(office)
    for given in (
        {"article": "", "reasons": ""},
        {"article": "Art. 12(5)", "reasons": ""},
        {"article": "", "reasons": "omdat"},
    ):
        refused = do(client, request, "refuse", **given)
        assert refused.status_code == 422, given
    request.refresh_from_db()
    assert request.state == State.IN_REVIEW
    assert not request.messages.filter(kind="refusal").exists()
    assert (
        do(client, request, "refuse", article="Art. 12(5)", reasons="Dit is de zesde keer deze week.").status_code
        == 302
    )
    request.refresh_from_db()
    assert request.state == State.REFUSED
    assert request.messages.filter(kind="refusal").exists()


def test_who_it_is_opens_by_a_click_that_is_on_record(office: Office) -> None:
    client = signed_in(office, Role.SUPPORT_AGENT)
    request = to_decide(office)
    where, before = f"/console/taakveld/requests/{request.number}", Look.objects.count()
    assert office.email(7) not in client.get(where).content.decode()
    assert Look.objects.count() == before
    assert office.email(7) in client.post(where, {"open": "person"}).content.decode()
    look = Look.objects.get()
    assert (look.what, look.subject, look.request) == ("request", request.subject, request.id)
    assert office.kinds()[-1] == "data.viewed"


def test_an_auditor_sees_how_it_went_and_never_who(office: Office) -> None:
    client = signed_in(office, Role.AUDITOR)
    request = to_decide(office)
    where = f"/console/taakveld/requests/{request.number}"
    page = client.get(where).content.decode()
    assert "app.comment" in page
    assert "/do/" not in page
    assert client.post(where, {"open": "person"}).status_code == 403
    assert client.post(f"{where}/messages/1").status_code == 404
    assert client.post(f"{where}/answer").status_code == 404
    assert client.post(f"{where}/do/approve", {"version": request.version}).status_code in (403, 409)
    assert not Look.objects.exists()


def test_a_search_for_an_address_finds_the_person_and_is_a_look(office: Office) -> None:
    client = signed_in(office)
    request = office.ask("access", office.email(7))
    spelled = f"  {office.email(7).upper()} "
    found = client.post("/console/taakveld/search", {"q": spelled}).content.decode()
    assert request.number in found
    assert Look.objects.get().what == "search"
    by_link = client.get(f"/console/taakveld/search?q={office.email(7)}").content.decode()
    assert request.number not in by_link  # an address never stands in a link
    assert client.get(f"/console/taakveld/search?q={request.number}").status_code == 302


def test_a_letter_is_read_and_that_is_on_record(office: Office) -> None:
    client = signed_in(office)
    request = written(office, "Ik kreeg geen antwoord, kanarie.")
    asked = request.messages.filter(outgoing=False).first()
    assert asked is not None
    page = client.post(f"/console/taakveld/requests/{request.number}/messages/{asked.number}").content.decode()
    assert "kanarie" in page
    assert Look.objects.get().what == "message"
    assert do(client, request, "reply", text="Het spijt ons. U krijgt het deze week.").status_code == 302
    request.refresh_from_db()
    assert request.state == State.ANSWERED


def test_staff_enter_what_came_by_letter_from_the_day_it_came(office: Office) -> None:
    client = signed_in(office)
    given = {
        "ask": "access",
        "email": office.email(7),
        "received_on": "2026-11-20",
        "language": "nl",
        "text": "per post",
    }
    assert client.post("/console/taakveld/requests/new", {**given, "received_on": "2026-12-24"}).status_code == 422
    assert not SubjectRequest.objects.exists()
    assert client.post("/console/taakveld/requests/new", given).status_code == 302
    request = SubjectRequest.objects.get()
    assert (request.door, request.due_on.isoformat()) == ("staff", "2026-12-21")  # the 20th is a Sunday


def test_names_from_outside_do_nothing_on_a_page(office: Office) -> None:
    """A name with markup is shown as it is."""
    client = signed_in(office)
    request = written(office, "<script>alert('kanarie')</script>{{ say }}")
    asked = request.messages.filter(outgoing=False).get()
    page = client.post(f"/console/taakveld/requests/{request.number}/messages/{asked.number}").content.decode()
    assert "kanarie" in page
    assert "<script>alert" not in page


# ------------------------------------------------------------------------------------------------ lists and work


def test_every_number_of_the_first_screen_is_the_length_of_its_list(office: Office) -> None:
    client = signed_in(office)
    for number in (3, 4, 5, 7):
        to_decide(office, number)
    office.clock.advance(days=40)
    page = client.get("/console/taakveld/").content.decode()
    numbers = re.findall(r'href="([^"]*show=[a-z]+)"><strong class="num">([\d.]+)', page)
    assert {link.rpartition("=")[2] for link, _ in numbers} >= {"overdue", "soon", "review", "identity", "open"}
    assert {link.rpartition("=")[2]: int(count) for link, count in numbers}["overdue"] == 4
    for link, count in numbers:
        rows = re.findall(r'class="stamp"><a href="[^"]*requests/', client.get(link).content.decode())
        assert len(rows) == int(count), link


def test_the_first_screen_asks_the_database_the_same_however_many_there_are(
    office: Office, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(office)
    for number in range(3, 11):
        office.receive("access", office.email(number))
    with django_assert_max_num_queries(40):
        client.get("/console/taakveld/")
    with django_assert_max_num_queries(40):
        client.get("/console/taakveld/requests")


def test_the_emergency_stop_is_pulled_by_an_agent_and_lifted_by_an_officer(office: Office) -> None:
    agent, officer = signed_in(office, Role.SUPPORT_AGENT), signed_in(office)
    assert agent.post("/console/taakveld/work/stop").status_code == 302
    office.tenant.refresh_from_db()
    assert office.tenant.stopped_at is not None
    assert agent.post("/console/taakveld/work/lift").status_code == 403
    assert "alarm" in officer.get("/console/taakveld/").content.decode()
    assert officer.post("/console/taakveld/work/lift").status_code == 302
    office.tenant.refresh_from_db()
    assert office.tenant.stopped_at is None


def test_a_dead_job_is_seen_and_put_back_and_only_of_ones_own_tenant(office: Office) -> None:
    client = signed_in(office)
    other = Tenant.objects.create(slug="ander", folder=office.tenant.folder)
    now = engine.now()
    dead = {"state": Job.State.DEAD, "error": "WB423", "run_at": now, "made_at": now, "finished_at": now}
    ours, theirs = (Job.objects.create(name="requests.look", tenant=one, **dead) for one in (office.tenant, other))
    page = client.get("/console/taakveld/work").content.decode()
    assert f'value="{ours.pk}"' in page
    assert f'value="{theirs.pk}"' not in page
    assert client.post("/console/taakveld/work/requeue", {"job": theirs.pk}).status_code == 404
    assert client.post("/console/taakveld/work/requeue", {"job": ours.pk}).status_code == 302
    ours.refresh_from_db()
    assert ours.state == Job.State.WAITING


def test_evidence_is_verified_on_the_page_and_a_change_is_seen(office: Office) -> None:
    client = signed_in(office)
    office.ask("access", office.email(7))
    assert "told proven" in client.post("/console/taakveld/evidence").content.decode()
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER taakveld_waarborg_entry_no_update")
        cursor.execute(
            "UPDATE taakveld_waarborg_entry SET body = CAST(replace(body, '2026', '2025') AS BLOB) WHERE seq = 1"
        )
    page = client.post("/console/taakveld/evidence").content.decode()
    assert "told alarm" in page
    assert "told proven" not in page


def test_an_officer_gives_and_takes_roles_and_cannot_lock_themselves_out(office: Office) -> None:
    client = signed_in(office)
    new = {"member-email": "sam@taakveld.example", "member-name": "Sam", "member-role": "auditor"}
    page = client.post("/console/taakveld/people/member", new).content.decode()
    assert "/account/password/reset/key/" in page
    made = Membership.objects.get(account__email="sam@taakveld.example")
    assert made.role == "auditor"
    wrong = client.post("/console/taakveld/people/member", {**new, "member-role": "organisation_administrator"})
    assert wrong.status_code == 422
    own = Membership.objects.get(account=client.account)  # type: ignore[attr-defined]
    assert client.post("/console/taakveld/people/end", {"membership": own.pk}).status_code == 404
    assert client.post("/console/taakveld/people/end", {"membership": made.pk}).status_code == 302
    assert not Membership.objects.filter(pk=made.pk).exists()


def test_a_form_without_its_token_does_nothing(office: Office) -> None:
    account = member(office)
    client = Client(enforce_csrf_checks=True)
    client.force_login(account)
    assert client.post("/console/taakveld/work/stop").status_code == 403
    office.tenant.refresh_from_db()
    assert office.tenant.stopped_at is None
