"""Rows that are several people's because one cell holds several keys: a list with separators, a JSON document."""

from __future__ import annotations

import json

import pytest

from waarborg.datamap.model import Link, TableDecl
from waarborg.plans import sets
from waarborg.stores.contract import How, Inside
from waarborg.stores.removing import without
from waarborg.terms import LinkKind
from worlds import Build, World, columns_of, person, table

MEMBER = table("member", "id int, email text, name text?")
PEOPLE = [(1, "an@x.example", "An"), (2, "bo@x.example", "Bo"), (21, "cy@x.example", "Cy")]


def meetings(world: Build, kind: LinkKind = LinkKind.BELONGS_TO, **link: object) -> World:
    """Meetings whose attendees stand in one column."""
    meeting = table("meeting", "id int, who text?, title text?")
    how = {"inside": "list", "path": ","} | link
    decl = TableDecl(
        "app.meeting",
        links=(Link(kind, "app.member", ("who",), **how),),  # type: ignore[arg-type]
        columns=columns_of(title="content.text"),
    )
    cells = {
        "list": ["1,2", "1", "21, 1 ,2", None, "2"],
        "json": ['{"to": [1, 2]}', '{"to": [1]}', '{"to": [21, 1, 2], "n": 1}', None, '{"to": [2]}'],
    }[str(how["inside"])]
    rows = {"member": PEOPLE, "meeting": [(n, cell, f"meeting {n}") for n, cell in enumerate(cells, 1)]}
    return world([MEMBER, meeting], [person(), decl], rows)


def test_a_meeting_of_several_stays_without_the_leaver(world: Build) -> None:
    w = meetings(world)
    plan, _, verdict = w.erase("an@x.example")
    assert verdict.clean, verdict.sentence
    left = {row["id"]: row["who"] for row in w.rows("meeting")}
    assert left == {1: "2", 3: "21,2", 4: None, 5: "2"}, "the second was hers alone"
    assert [(kept.table, kept.rows, kept.why) for kept in plan.kept()] == [("app.meeting", 2, "shared")]


def test_the_last_one_takes_it_along(world: Build) -> None:
    w = meetings(world)
    w.erase("an@x.example")
    _, _, verdict = w.erase("bo@x.example", "cy@x.example")
    assert verdict.clean, verdict.sentence
    assert [row["id"] for row in w.rows("meeting")] == [4]


def test_a_key_goes_from_a_document_and_nothing_else_does(world: Build) -> None:
    w = meetings(world, inside="json", path="to")
    _, _, verdict = w.erase("an@x.example")
    assert verdict.clean, verdict.sentence
    left = {row["id"]: row["who"] for row in w.rows("meeting")}
    assert {id: cell and json.loads(str(cell)) for id, cell in left.items()} == {
        1: {"to": [2]},
        3: {"to": [21, 2], "n": 1},
        4: None,
        5: {"to": [2]},
    }


def test_who_only_watched_is_taken_out_and_the_row_is_nobodys_loss(world: Build) -> None:
    note = {"where": {}, "nobody": ()}
    w = meetings(world, LinkKind.VISIBLE_TO, **note)
    _, _, verdict = w.erase("an@x.example")
    assert verdict.clean, verdict.sentence
    assert [row["who"] for row in w.rows("meeting")] == ["2", "", "21,2", None, "2"]


def test_addresses_in_a_list_go_in_every_spelling(world: Build) -> None:
    mail = table("mail", "id int, cc text?, body text?", refs={})
    link = Link(LinkKind.VISIBLE_TO, "app.member", ("cc",), by_identifier="email", inside="list", path=";",
                normalise=("trim", "lowercase"))  # fmt: skip
    decl = TableDecl("app.mail", links=(link,), columns=columns_of(cc="account.email", body="content.text"))
    cells = ["bo@x.example; AN@x.example", "an@x.example", "ann@x.example;an@x.example.org"]
    rows = {"member": PEOPLE, "mail": [(n, cell, "x") for n, cell in enumerate(cells, 1)]}
    w = world([MEMBER, mail], [person(), decl], rows)
    _, _, verdict = w.erase("an@x.example")
    assert verdict.clean, verdict.sentence
    assert w.column("mail", "cc") == ["bo@x.example", "", "ann@x.example;an@x.example.org"]


def test_sabotage_one_owner_assumed_takes_the_meetings_of_others(world: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sets.Ownership, "_others", lambda self, table: len(table.owners) > 1)
    w = meetings(world)
    w.erase("an@x.example")
    assert [row["id"] for row in w.rows("meeting")] == [4, 5]


@pytest.mark.parametrize(
    ("cell", "how", "left"),
    [
        (",3,17,", How(inside=Inside.LIST, path=","), ",3,"),
        ("17", How(inside=Inside.LIST, path=","), ""),
        ("117|17", How(inside=Inside.LIST, path="|"), "117"),
        ([17, 3], How(inside=Inside.LIST, path=","), [3]),
        ("u17,g17", How(inside=Inside.LIST, path=",", template="u{}"), "g17"),
        ('["17",17,170]', How(inside=Inside.JSON), "[170]"),
        ('{"by": {"id": 17}, "at": 1.50}', How(inside=Inside.JSON, path="by.id"), '{"by": {"id": null}, "at": 1.50}'),
        ('{"a":[{"b":[17,2]}],"c":17}', How(inside=Inside.JSON, path="a.*.b"), '{"a":[{"b":[2]}],"c":17}'),
        ('[[17, 2], {"x": 17}]', How(inside=Inside.JSON, path="0"), '[[2], {"x": 17}]'),
        ({"x": [17, True]}, How(inside=Inside.JSON), {"x": [True]}),
        ("no json: 17", How(inside=Inside.JSON), "no json: 17"),
        ("- 17", How(inside=Inside.YAML), "- 17"),
        (None, How(inside=Inside.JSON), None),
    ],
)
def test_what_is_left_of_a_cell(cell: object, how: How, left: object) -> None:
    assert without(cell, frozenset({"17"}), how) == left
