"""The console in a real browser: every page at every width and in both schemes, and a decision by the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from tests.office.console_kit import PASSWORD, member
from tests.office.kit import Office
from tests.office.test_console import to_decide, written
from tests.web.conftest import Watch, examine

from waarborg.office.people.models import Account
from waarborg.office.requests.life import State

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PAGES = ("", "requests", "requests/new", "search", "retention", "map", "map?table=app.member", "promises",
         "evidence", "looks", "work", "people")  # fmt: skip


def cookie(account: Account, url: str) -> list[dict[str, str]]:
    client = Client()
    client.force_login(account)
    return [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}]


@pytest.fixture
def desk(centre: Any, browser: Any) -> Iterator[Any]:
    """A page of a browser in which an officer is signed in."""
    account = member(centre)
    with browser.new_context() as context:
        context.add_cookies(cookie(account, centre.url))
        page = context.new_page()
        page.account = account
        yield page


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_is_good_from_all_sides(centre: Office, desk: Any, language: str) -> None:
    Account.objects.update(language=language)
    request, complaint = to_decide(centre, 7), written(centre, "Waarom duurt dit zo lang?")
    centre.clock.advance(days=35)
    wrong = []
    for path in (*PAGES, f"requests/{request.number}", f"requests/{complaint.number}"):
        watch = Watch(desk, centre.url)
        desk.goto(f"{centre.url}/console/taakveld/{path}")
        assert desk.locator("h1").count() == 1, path
        wrong += [f"{path}: {one}" for one in (*watch.wrong, *examine(desk))]
    assert wrong == []


def test_a_plan_is_approved_by_the_keyboard(centre: Office, desk: Any) -> None:
    request = to_decide(centre, 7)
    desk.goto(f"{centre.url}/console/taakveld/requests/{request.number}")
    desk.keyboard.press("a")  # goes to the button; nothing is decided by one key alone
    request.refresh_from_db()
    assert request.state == State.IN_REVIEW
    with desk.expect_navigation():
        desk.keyboard.press("Enter")
    request.refresh_from_db()
    assert request.state == State.APPROVED


def test_staff_sign_in_set_up_their_second_factor_and_work(centre: Office, browser: Any) -> None:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    account = member(centre, second=False)
    with browser.new_context(locale="nl-NL") as context:
        page = context.new_page()
        page.goto(f"{centre.url}/console/taakveld/requests")
        page.get_by_label("E-mailadres").fill(account.email)
        page.get_by_label("Wachtwoord", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Inloggen").click()
        page.wait_for_url("**/account/reauthenticate/**")  # a second factor is set up by whoever knows the password
        page.locator("input[type=password]").fill(PASSWORD)
        page.get_by_role("button", name="Bevestigen").click()
        page.wait_for_url("**/account/2fa/totp/activate/**")
        secret = page.locator("#authenticator_secret").input_value()
        counter = next(iter(yield_hotp_counters_from_time()))
        page.locator("input[name=code]").fill(format_hotp_value(hotp_value(secret, counter)))
        with page.expect_navigation():
            page.get_by_role("button").last.click()
        page.goto(f"{centre.url}/console/taakveld/requests")
        assert page.locator("h1").inner_text() == "Verzoeken"


@pytest.mark.parametrize("path", ["login/", "password/reset/", "2fa/", "2fa/totp/activate/", "password/change/"])
def test_the_pages_of_the_sign_in_are_good_from_all_sides(centre: Office, browser: Any, path: str) -> None:
    account = member(centre, second="activate" not in path)
    with browser.new_context(locale="nl-NL") as context:
        if path not in ("login/", "password/reset/"):
            context.add_cookies(cookie(account, centre.url))
        page = context.new_page()
        watch = Watch(page, centre.url)
        page.goto(f"{centre.url}/account/{path}")
        assert [*watch.wrong, *examine(page)] == []
