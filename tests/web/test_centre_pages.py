"""Every page of the centre at every width, in both schemes and each language: axe finds nothing, nothing sticks out,
nothing is asked of anybody else, nothing is inline, no page is heavy."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.web import walk
from tests.web.conftest import Watch, examine

from waarborg.office import engine
from waarborg.office.people.looks import looked
from waarborg.office.people.models import Tenant
from waarborg.office.publications.versions import publish
from waarborg.office.requests import answers, identity, moves

BOEKBAAR = Path(__file__).parents[1] / "unit" / "notice" / "boekbaar.yaml"


def looked_over(page: Any, home: str, steps: Any) -> list[str]:
    """Walk, and look at each page from all sides."""
    wrong = []
    expected = {"broken", "over", "request-wrong"}  # their status is not 200, and the console says so
    for name in steps:
        watch = Watch(page, home)
        page.reload()
        found = [one for one in watch.wrong if not (name in expected and "Failed to load resource" in one)]
        wrong += [f"{name}: {one}" for one in (*found, *examine(page))]
    return wrong


@pytest.mark.slow
@pytest.mark.parametrize("language", ["nl", "en"])
def test_nothing_is_wrong_with_what_everybody_reads(browser: Any, centre: Any, language: str) -> None:
    with browser.new_context() as where:
        page = where.new_page()
        assert looked_over(page, centre.url, walk.public(page, centre.url, "taakveld", language)) == []


@pytest.mark.slow
def test_nothing_is_wrong_in_french(browser: Any, bare: None, live_server: Any, tmp_path: Path) -> None:
    folder = tmp_path / "boekbaar"
    folder.mkdir()
    shutil.copy(BOEKBAAR, folder / "policy.yaml")
    tenant = Tenant.objects.create(slug="boekbaar", folder=str(folder))
    engine.prepare(tenant)
    publish(tenant)
    with browser.new_context() as where:
        page = where.new_page()
        assert looked_over(page, live_server.url, walk.public(page, live_server.url, "boekbaar", "fr")) == []


@pytest.mark.slow
@pytest.mark.parametrize("language", ["nl", "en"])
def test_nothing_is_wrong_with_the_pages_of_a_request(browser: Any, centre: Any, language: str) -> None:
    with browser.new_context() as where:
        page = where.new_page()
        steps = walk.asking(page, centre, language, "erasure", centre.email(walk.billed(centre)))
        wrong = []
        for name in steps:
            if name != "sent":  # an answer to a post: it is looked at without asking again
                page.reload()
            wrong += [f"{name}: {one}" for one in examine(page)]
        assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("language", ["nl", "en"])
def test_nothing_is_wrong_with_the_pages_of_somebody_signed_in(browser: Any, centre: Any, language: str) -> None:
    one = centre.ask("erasure", centre.email(walk.billed(centre)))
    looked(centre.staff(), one, "plan")
    with browser.new_context() as where:
        page = where.new_page()
        wrong = []
        for name in walk.own(page, centre, language, walk.billed(centre)):
            wrong += [f"{name}: {one}" for one in examine(page)]
        assert wrong == []


@pytest.mark.slow
def test_nothing_is_wrong_with_a_paused_an_extended_and_an_answered_request(browser: Any, centre: Any) -> None:
    officer = centre.staff()
    with browser.new_context() as where:
        page = where.new_page()
        wrong = []
        request = centre.ask("access", centre.email(6))
        if request.state == "identity":
            identity.vouch(request, officer, "Gebeld op het nummer dat bij ons staat.")
            centre.drain()
            request.refresh_from_db()
        moves.act(request, "extend", by=officer, reasons="Er zijn veel gegevens.", data={"reason": "complex"})
        status = f"{centre.url}/taakveld/nl/status/{centre.letters(request, 'received')[-1].fields['status']}"
        page.goto(status)
        assert "Er zijn veel gegevens." in page.inner_text("#clock")
        wrong += examine(page)
        answers.hand_over(request, officer)
        page.goto(status)
        page.get_by_role("button", name="Stuur een code").click()
        wrong += examine(page)
        page.goto(f"{centre.url}/taakveld/nl/answer/{centre.token(request, 'answer')}")
        wrong += examine(page)
        assert wrong == []
