"""Attack 16: who reported or reviewed somebody is revealed by the answer to that somebody.

The canaries are the reporter's name and words. A map that calls the report a shared row would hand them over (shown
first); one that says which columns are about whom gives the person what is about them, and the reporter their words.
"""

from __future__ import annotations

import io

import pytest

from waarborg.datamap.model import Link, TableDecl
from waarborg.plans import access
from waarborg.terms import LinkKind, SubjectRef
from worlds import Build, World, belongs, columns_of, person, table

MEMBER = table("member", "id int, email text, name text?")
REPORT = table("report", "id int, about_id int, by_id int, verdict text?, reporter text?, words text?",
               refs={"about_id": "member.id", "by_id": "member.id"})  # fmt: skip
ROWS = {
    "member": [(1, "an@x.example", "An Beschuldigd"), (2, "kim@x.example", "Kim Kanarie")],
    "report": [(1, 1, 2, "not upheld", "Kim Kanarie", "canary: I saw An do it")],
}
COLUMNS = columns_of(verdict="content.verdict", reporter="account.name", words="content.text")


def made(world: Build, *links: Link) -> World:
    return world([MEMBER, REPORT], [person(), TableDecl("app.report", links=links, columns=COLUMNS)], ROWS)


def guarded(world: Build) -> World:
    about = Link(LinkKind.ABOUT, "app.member", ("about_id",), about=("verdict",))
    return made(world, about, belongs("app.member", "by_id"))


def answer(w: World, email: str) -> str:
    out = io.StringIO()
    w.planner.access(SubjectRef({"email": email}), out)
    return out.getvalue()


def test_attack_16_as_a_shared_row_the_report_reveals_its_reporter(world: Build) -> None:
    told = answer(made(world, belongs("app.member", "about_id"), belongs("app.member", "by_id")), "an@x.example")
    assert "Kim Kanarie" in told
    assert "canary" in told


def test_attack_16_who_is_reported_gets_what_is_about_them_and_not_by_whom(world: Build) -> None:
    told = answer(guarded(world), "an@x.example")
    assert "not upheld" in told
    assert "Kim" not in told
    assert "canary" not in told


def test_attack_16_the_reporter_gets_their_own_words_and_not_the_verdict_on_another(world: Build) -> None:
    told = answer(guarded(world), "kim@x.example")
    assert "canary: I saw An do it" in told
    assert "not upheld" not in told
    assert '"withheld": ["verdict"]' in told


def test_attack_16_sabotage_with_all_columns_of_such_rows_it_comes_out(
    world: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = access._Access._section

    def everything(self, table, rows, why, columns, hidden):  # type: ignore[no-untyped-def]
        real(self, table, rows, why, tuple(table.decl.columns), frozenset())

    monkeypatch.setattr(access._Access, "_section", everything)
    assert "Kim Kanarie" in answer(guarded(world), "an@x.example")
