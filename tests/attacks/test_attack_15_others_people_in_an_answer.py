"""Attack 15: other people's data in messages, texts and attachments.

The canary is another person's name in a row that belongs to the one who asks. The engine's answer, taken as it is,
would hand it over (shown first); the package withholds it in every form, and says that it did.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.notice_kit import MAP, section, taakveld, written

from waarborg.notice import answer
from waarborg.notice.package import Package, write_package

CANARY = "Kanarie van der Elders"
SHARED = (section("app.comment", "body", "about_name"), [[("Mijn reactie", CANARY)]])


def make(folder: Path, text: str, **more: object) -> Package:
    (folder / "answer.json").write_text(text, encoding="utf-8")
    return write_package(folder / "answer.json", folder / "package", taakveld(), MAP, "nl", **more)  # type: ignore[arg-type]


def everything(package: Package) -> str:
    return "\n".join((package.folder / name).read_text(encoding="utf-8") for name in package.files)


def test_attack_15_another_persons_column_is_withheld_in_every_file(tmp_path: Path) -> None:
    assert CANARY in written(SHARED)
    made = make(tmp_path, written(SHARED))
    assert CANARY not in everything(made)
    assert "Mijn reactie" in everything(made)
    assert made.withheld == ("contacts.name",)
    assert "contactpersonen van klanten (naam)" in (made.folder / "index.html").read_text()


def test_attack_15_without_the_guard_it_comes_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "others", lambda decl, why: frozenset())
    assert CANARY in everything(make(tmp_path, written(SHARED)))


def test_attack_15_the_person_it_is_about_does_get_it(tmp_path: Path) -> None:
    about = (section("app.comment", "about_name", why="about them"), [[(CANARY,)]])
    assert CANARY in everything(make(tmp_path, written(about)))


def test_attack_15_texts_of_others_wait_for_a_person(tmp_path: Path) -> None:
    mention = (section("app.comment", "body", why="mentions them"), [[(f"Noor sprak met {CANARY}.",)]])
    assert make(tmp_path, written(mention)).to_review == ("app.comment",)


def test_attack_15_portability_takes_nothing_of_others_along(tmp_path: Path) -> None:
    assert CANARY not in everything(make(tmp_path, written(SHARED), portable=True))
