"""Attack 35: an export lacks a category its notice names.

Two ways for a category to be missing: no column holds it, so that nobody could ever find it; or its rows were there and
the package dropped them. The first stops the package by name; the second is counted.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.notice_kit import MAP, section, taakveld, written

from waarborg.notice import package as module
from waarborg.notice.package import Package, write_package
from waarborg.notice.phrases import category
from waarborg.notice.words import NoticeError, Say

REST = ("ip", "feature", "question", "news", "trade", "interest", "trial", "flag", "total")
FULL = written(
    (section("app.member", "email", "full_name", "iban"), [[("noor@post.example", "Noor", "NL00TEST0000000001")]]),
    (section("app.comment", "body"), [[("Reactie",)]]),
    (section("app.comment", "about_name", why="about them"), [[("Noor",)]]),
    (section("app.rest", *REST), [[("192.0.2.1", "zoeken", "Hoe?", "ja", "bouw", "veel", "nieuw-bord", "niets", 12)]]),
)


def make(folder: Path, text: str, lacking: str = "") -> Package:
    tables = {
        name: replace(
            one, columns={n: c for n, c in one.columns.items() if not lacking or not c.category.startswith(lacking)}
        )
        for name, one in MAP.tables.items()
    }
    (folder / "answer.json").write_text(text, encoding="utf-8")
    return write_package(folder / "answer.json", folder / "package", taakveld(), replace(MAP, tables=tables), "nl")


def test_attack_35_every_category_of_the_notice_is_in_a_full_answer(tmp_path: Path) -> None:
    made = make(tmp_path, FULL)
    page = (made.folder / "index.html").read_text()
    data = json.loads((made.folder / "data.json").read_text())["data"]
    refs = {ref.partition(".")[0] for part in data for ref in part["columns"].values()}
    say = Say.of(taakveld(), "nl")
    assert refs == set(taakveld().data)
    assert made.nothing == ()
    for name in taakveld().data:
        assert f'id="data-{name}"' in page
        assert category(taakveld(), say, name) in page


def test_attack_35_a_category_without_data_is_named_as_such(tmp_path: Path) -> None:
    made = make(tmp_path, written((section("app.comment", "body"), [[("Reactie",)]])))
    page = (made.folder / "index.html").read_text()
    assert set(made.nothing) == set(taakveld().data) - {"content"}
    assert "Hiervan hebben wij niets van je" in page
    assert "wat partners ons melden" in page


@pytest.mark.parametrize("name", sorted(taakveld().data))
def test_attack_35_a_category_that_no_column_holds_stops_the_package(tmp_path: Path, name: str) -> None:
    with pytest.raises(NoticeError, match=rf"WB814 .*data\.{name}"):
        make(tmp_path, written(), lacking=f"{name}.")
    assert not (tmp_path / "package").exists()


def test_attack_35_without_the_check_the_answer_would_look_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "unmapped", lambda policy, datamap: [])
    made = make(
        tmp_path, written((section("app.member", "email"), [[("noor@post.example",)]])), lacking="partner_reports."
    )
    assert "wat partners ons melden" in (made.folder / "index.html").read_text()
