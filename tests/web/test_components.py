"""The page with every component: each language, both schemes, three widths."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from tests.web.conftest import WIDTHS, looked_at

from waarborg.office.look.style import sheet


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["nl", "en", "fr"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wrong_with_any_component(browser: Any, live_server: Any, language: str, scheme: str) -> None:
    wrong = []
    for width in WIDTHS:
        wrong += looked_at(browser, live_server.url, f"/components?lang={language}", width=width, scheme=scheme)
    assert wrong == []


@pytest.mark.django_db
def test_what_is_wrong_is_seen(browser: Any, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sabotage: a stylesheet that is too wide, too pale, and calls another host."""
    name, text = sheet()
    bad = text + ".title{width:90rem}.title h1{color:#ddd}.mast{background:url(https://tracker.example/x.png)}"
    monkeypatch.setattr("waarborg.office.look.style.sheet", lambda: (name, bad))
    wrong = "\n".join(looked_at(browser, live_server.url, "/components?lang=nl", width=390, scheme="light"))
    for one in ("tracker.example", "color-contrast", "wide", "Content Security Policy"):
        assert one in wrong


@pytest.mark.django_db
def test_no_page_has_anything_inline(client: Client) -> None:
    answer = client.get("/components?lang=nl", headers={"host": "localhost"})
    html = answer.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", html)
    assert "unsafe-inline" not in answer["Content-Security-Policy"]


@pytest.mark.django_db
def test_the_stylesheet_is_asked_for_once(client: Client) -> None:
    name, text = sheet()
    answer = client.get(f"/style.{name}.css", headers={"host": "localhost"})
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["Content-Type"].startswith("text/css")
    assert len(text) < 24_000
    assert client.get("/style.000000000000.css", headers={"host": "localhost"}).status_code == 404
