"""Notice, letter and package in a real Chromium: axe finds nothing, nothing sticks out, no request leaves, it is quick.

Needs the dev extra `web` (playwright, axe-playwright-python) and the system's Chromium. Skipped where they are missing,
unless WAARBORG_REQUIRE_SERVICES=1.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from tests.notice_kit import MAP, boekbaar, every_letter, later, section, taakveld, write_answer
from tests.web.conftest import axe

from waarborg.notice.changes import changes
from waarborg.notice.html import to_html
from waarborg.notice.package import Package, write_package
from waarborg.notice.render import notice
from waarborg.notice.ropa import record

SIZES = (1280, 390, 320)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """100,000 rows in one table, and a few in others."""
    folder = tmp_path_factory.mktemp("answer")
    member = (
        section("app.member", "email", "full_name", "iban"),
        [[("a@post.example", "Noor", None), ("b@post.example", "N", "x")]],
    )
    rows = ([(f"reactie {n}, met wat tekst erbij",) for n in range(b, b + 1000)] for b in range(0, 100_000, 1000))
    with (folder / "answer.json").open("w", encoding="utf-8") as out:
        write_answer(out.write, [member, (section("app.comment", "body"), rows)])
    return write_package(folder / "answer.json", folder / "package", taakveld(), MAP, "nl")


PAGES = {
    "notice-nl": lambda: notice(taakveld(), "nl"),
    "notice-en": lambda: notice(taakveld(), "en"),
    "notice-fr": lambda: notice(boekbaar(), "fr"),
    "elsewhere-nl": lambda: notice(taakveld(), "nl", elsewhere=True),
    "letter-nl": lambda: every_letter(taakveld(), "nl")["erasure"],
    "record-en": lambda: record(taakveld(), "en"),
    "changes-nl": lambda: changes(taakveld(), later(taakveld()), "nl"),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", sorted(PAGES))
def test_axe_finds_nothing_and_nothing_sticks_out(browser: Any, tmp_path: Path, name: str, scheme: str) -> None:
    file = tmp_path / "page.html"
    file.write_text(to_html(PAGES[name]()), encoding="utf-8")
    for width in SIZES:
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
        page.goto(file.as_uri())
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.close()


def test_a_broken_page_is_seen_by_axe(browser: Any, tmp_path: Path) -> None:
    broken = (
        to_html(notice(taakveld(), "nl"))
        .replace('<html lang="nl">', "<html>")
        .replace("--soft: #575c63", "--soft: #c9c9c9")
    )
    file = tmp_path / "page.html"
    file.write_text(broken.replace("<h3>", "<h6>").replace("</h3>", "</h6>"), encoding="utf-8")
    page = browser.new_page(bypass_csp=True)
    page.goto(file.as_uri())
    found = {one.partition(":")[0] for one in axe(page)}
    page.close()
    assert {"html-has-lang", "color-contrast", "heading-order"} <= found


def test_the_style_is_let_through_and_nothing_is_asked_for(browser: Any, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(to_html(notice(taakveld(), "nl")), encoding="utf-8")
    asked: list[str] = []
    said: list[str] = []
    page = browser.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(file.as_uri())
    assert page.evaluate("getComputedStyle(document.body).marginTop") == "0px"
    page.close()
    assert asked == [file.as_uri()]
    assert said == []


def test_the_notice_prints_on_tagged_pages(browser: Any, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(to_html(notice(taakveld(), "nl")), encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    made = page.pdf(prefer_css_page_size=True, tagged=True, outline=True)
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    page.close()
    assert made.startswith(b"%PDF")
    assert b"/StructTreeRoot" in made


def test_a_package_of_a_hundred_thousand_rows_opens_in_two_seconds(browser: Any, package: Package) -> None:
    page = browser.new_page()
    begun = time.perf_counter()
    page.goto((package.folder / "index.html").as_uri(), wait_until="load")
    assert time.perf_counter() - begun < 2
    page.get_by_role("link", name="Alle 100.000 regels").click()
    page.wait_for_url("**/pages/app-comment-1.html")
    page.get_by_role("link", name="Volgende pagina").first.click()
    page.wait_for_url("**/pages/app-comment-2.html")
    assert page.get_by_text("reactie 250,").count() == 1
    page.close()


@pytest.mark.parametrize("name", ["index.html", "pages/app-comment-1.html"])
def test_the_package_is_accessible(browser: Any, package: Package, name: str) -> None:
    for width in SIZES:
        page = browser.new_page(viewport={"width": width, "height": 900}, bypass_csp=True)
        page.goto((package.folder / name).as_uri())
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.close()
