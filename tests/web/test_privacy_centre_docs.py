"""The snippets of docs/how/privacy-centre.md, on a page of another site, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.web import walk

from waarborg.office import engine
from waarborg.office.requests import choices, handover
from waarborg.office.requests.models import SubjectRequest

DOC = (Path(__file__).parents[2] / "docs" / "how" / "privacy-centre.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```html\n(.*?)```", DOC, re.DOTALL)
THERE = "https://privacy.taakveld.example"


@pytest.fixture
def shop(centre: Any, tmp_path: Path) -> Any:
    """A page of the company with a snippet on it."""

    def made(snippet: str) -> str:
        claims = handover.claims_for(centre.tenant, {"email": centre.email(3)}, engine.now(), lang="nl")
        token = handover.signed(claims, handover.secret_of(centre.tenant))
        path = tmp_path / "company.html"
        text = snippet.replace(THERE, centre.url).replace("eyJhbGciOiJIUzI1NiJ9…", token)
        path.write_text(f'<!doctype html><html lang="nl"><meta charset="utf-8"><title>Taakveld</title>{text}')
        return path.as_uri()

    return made


def test_there_are_three() -> None:
    assert [("<form" in one, "token" in one) for one in SNIPPETS] == [(False, False), (True, False), (True, True)]


def test_the_links_lead_to_pages(browser: Any, centre: Any, shop: Any) -> None:
    with browser.new_context() as where:
        page = where.new_page()
        page.goto(shop(SNIPPETS[0]))
        for link in [one.get_attribute("href") for one in page.locator("a").all()]:
            assert page.goto(link).status == 200


def test_the_form_on_another_page_is_taken_in(browser: Any, centre: Any, shop: Any) -> None:
    with browser.new_context(java_script_enabled=False) as where:
        page = where.new_page()
        page.goto(shop(SNIPPETS[1]))
        page.get_by_label("Je e-mailadres").fill(centre.email(3))
        page.get_by_role("button").click()
        page.wait_for_selector(".big-code")
        centre.drain()
        page.goto(f"{centre.url}/taakveld/nl/confirm/{centre.token(walk.newest(centre), 'confirm')}")
        page.get_by_role("button").click()
        page.wait_for_url("**/status/*")
    assert SubjectRequest.objects.get().assurance == 2


def test_the_hand_over_leads_to_the_request(browser: Any, centre: Any, shop: Any) -> None:
    with browser.new_context() as where:
        page = where.new_page()
        page.goto(shop(SNIPPETS[2]))
        page.get_by_role("button").click()
        page.wait_for_url("**/me/ask/access")


def test_the_link_to_the_choices(browser: Any, centre: Any) -> None:
    tenant, link = centre.tenant, choices.link
    token = link(tenant, {"email": "noor@post.example"})  # as the page says
    assert 'link(tenant, {"email": "noor@post.example"})' in DOC
    with browser.new_context() as where:
        assert where.new_page().goto(f"{centre.url}/taakveld/nl/preferences/{token}").status == 200
