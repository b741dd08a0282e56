"""Attacks 40 to 43, 45 and 46: what is matched with what, and when it is."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from waarborg.clock import FixedClock
from waarborg.datamap.model import Identifier, SubjectDecl, TableDecl
from waarborg.errors import PlanError, StalePlan, StoreError
from waarborg.plans.model import Approval
from waarborg.stores.contract import Column, Family, ForeignKey, Table
from waarborg.terms import SubjectRef, Treatment
from worlds import NOW, Build, belongs, columns_of, person, table

MEMBER = table("member", "id int, email text, name text?")
PEOPLE = [(1, "an@x.example", "An"), (2, "bo@x.example", "Bo")]


# ------------------------------------------------------------------------------------ 40: a link to the wrong table


def wrong_link(world: Build, refs: dict[str, str]):  # type: ignore[no-untyped-def]
    device = table("device", "id int, member_id int", refs={"member_id": "member.id"})
    note = table("note", "id int, of int, body text?", refs=refs)
    decls = [
        person(),
        TableDecl("app.device", links=(belongs("app.member", "member_id"),)),
        TableDecl("app.note", links=(belongs("app.device", "of"),), columns=columns_of(body="content.text")),
    ]
    rows = {"member": PEOPLE, "device": [(1, 2), (2, 1)], "note": [(1, 1, "of An"), (2, 2, "of Bo")]}
    return world([MEMBER, device, note], decls, rows)


def test_attack_40_a_link_that_a_foreign_key_contradicts_is_refused(world: Build) -> None:
    w = wrong_link(world, {"of": "member.id"})
    before = w.dump()
    with pytest.raises(PlanError, match="WB432"):
        w.plan("an@x.example")
    assert w.dump() == before


def test_attack_40_sabotage_without_the_foreign_key_the_wrong_rows_go(world: Build) -> None:
    w = wrong_link(world, {})
    w.erase("an@x.example")
    assert w.column("note", "body") == ["of An"], "Bo's note went: nothing but the reference tells"


# ------------------------------------------------------------------------------------ 41: composite keys, 42: NULL

BOX = table("box", "shop int, nr int, owner int?", key="shop+nr", refs={"owner": "member.id"})
ITEM = table("item", "id int, shop int?, nr int?, body text?")
ITEMS = [
    (1, 1, 1, "mine"),
    (2, 2, 1, "same number"),
    (3, 1, 2, "same shop"),
    (4, None, 1, "half"),
    (5, None, None, "no"),
]
BOXES = [(1, 1, 1), (2, 1, 2), (1, 2, 2), (3, 3, None)]


def boxes(world: Build, *columns: str, to: tuple[str, ...] = ("shop", "nr")):  # type: ignore[no-untyped-def]
    decls = [
        person(),
        TableDecl("app.box", links=(belongs("app.member", "owner"),)),
        TableDecl(
            "app.item", links=(belongs("app.box", *columns, to_columns=to),), columns=columns_of(body="content.text")
        ),
    ]
    return world([MEMBER, BOX, ITEM], decls, {"member": PEOPLE, "box": BOXES, "item": ITEMS})


def test_attack_41_a_composite_key_is_matched_on_all_its_columns(world: Build) -> None:
    w = boxes(world, "shop", "nr")
    w.erase("an@x.example")
    assert w.column("item", "body") == ["same number", "same shop", "half", "no"]


def test_attack_41_sabotage_one_column_takes_other_peoples_rows(world: Build) -> None:
    w = boxes(world, "nr", to=("nr",))
    w.erase("an@x.example", "bo@x.example")
    assert "half" not in w.column("item", "body")


def test_attack_42_null_matches_nothing(world: Build) -> None:
    w = boxes(world, "shop", "nr")
    w.erase("an@x.example", "bo@x.example")
    assert w.column("item", "body") == ["half", "no"], "NULL is nobody's, also beside a box without an owner"
    assert w.column("box", "owner") == [None]


def test_attack_42_nobody_is_found_by_nothing(world: Build) -> None:
    member = table("member", "id int, email text?, name text?")
    w = world([member], [person()], {"member": [(1, None, "An"), (2, "", "Bo"), (3, "c@x.example", "Cy")]})
    for value in ("", " "):
        try:
            plan, _ = w.planner.plan_erasure([SubjectRef({"email": value})])
        except PlanError:
            continue
        assert plan.empty
    assert len(w.rows("member")) == 3


# ------------------------------------------------------------------------------------ 43: hostile identifiers

HOSTILE = {
    "quotes": "o'brien\"; DROP TABLE member; --@x.example",
    "percent": "%@x.example",
    "underscore": "a_b@x.example",
    "backslash": "back\\slash\\'@x.example",
    "emoji": "🙂👩‍👩‍👧@x.example",
    "right to left": "\u202eשלום@x.example",
    "long": "x" * 10_000 + "@x.example",
    "format": "%s{}{0}%(name)s@x.example",
    "newline": "a\nb@x.example",
}
DECOYS = [
    "plain@x.example",
    "axb@x.example",
    "🙃@x.example",
    "o'brien@x.example",
    "x" * 10_001 + "@x.example",
    "%%@x.example",
]


@pytest.mark.parametrize("kind", HOSTILE)
def test_attack_43_a_hostile_identifier_finds_exactly_its_person(world: Build, kind: str) -> None:
    note = table("note", "id int, owner text, body text?")
    link = belongs("app.member", "owner", by_identifier="email")
    rows = [(1, HOSTILE[kind], "An"), *((number, decoy, "") for number, decoy in enumerate(DECOYS, 2))]
    w = world(
        [MEMBER, note],
        [person(), TableDecl("app.note", links=(link,), columns=columns_of(body="content.text"))],
        {"member": rows, "note": [(number, email, "text") for number, email, _ in rows]},
    )
    out = io.StringIO()
    w.planner.access(SubjectRef({"email": HOSTILE[kind]}), out)
    plan, _, verdict = w.erase(HOSTILE[kind])
    assert verdict.clean
    assert plan.rows == 2
    assert w.column("member", "email") == DECOYS
    assert sorted(map(str, w.column("note", "owner"))) == sorted(DECOYS)


def test_attack_43_nul_is_said_and_never_an_empty_answer_by_accident(world: Build) -> None:
    w = world([MEMBER], [person()], {"member": PEOPLE})
    before = w.dump()
    said = ""
    try:
        plan, _ = w.planner.plan_erasure([SubjectRef({"email": "an@x.example\0"})])
        assert plan.empty
        assert "WB414" in {note.id for note in plan.notes}
    except (PlanError, StoreError) as error:
        said = str(error)
    assert "an@x" not in said
    assert w.dump() == before


# ------------------------------------------------------------------------------------ 45: names

NAMES = [
    ("select", "from"),
    ("Order Items", "User Id"),
    ("größe", "naïve"),
    ('quo"te', "per%cent"),
    ("UPPER", "MixedCase"),
]


@pytest.mark.parametrize(("name", "column"), NAMES)
def test_attack_45_names_are_quoted_and_never_folded(world: Build, name: str, column: str) -> None:
    number = Column(column, "int", Family.NUMBER, nullable=False)
    owned = Table(
        name,
        (Column("group", "int", Family.NUMBER, nullable=False), number, Column("Bo dy", "text", Family.TEXT)),
        ("group",),
        foreign_keys=(ForeignKey("fk_x", (column,), "Table", ("Id",)),),
    )
    people = Table(
        "Table", (Column("Id", "int", Family.NUMBER, nullable=False), Column("E-Mail", "text", Family.TEXT)), ("Id",)
    )
    decls = [
        TableDecl(
            "app.Table", SubjectDecl(("Id",), (Identifier("email", "E-Mail"),)),
            columns=columns_of(**{"E-Mail": "account.email"}),
        ),
        TableDecl(
            f"app.{name}", links=(belongs("app.Table", column),), columns=columns_of(**{"Bo dy": "content.text"})
        ),
    ]  # fmt: skip
    w = world(
        [people, owned], decls,
        {"Table": [(1, "an@x.example"), (2, "bo@x.example")], name: [(1, 1, "a"), (2, 2, "b"), (3, 1, "c")]},
    )  # fmt: skip
    _, _, verdict = w.erase("an@x.example")
    assert verdict.clean
    assert [row["group"] for row in w.rows(name)] == [2]


# ------------------------------------------------------------------------------------ 46: the clock


def invoices(world: Build):  # type: ignore[no-untyped-def]
    invoice = table("invoice", "id int, member_id int, issued date?, name text?", refs={"member_id": "member.id"})
    decl = TableDecl(
        "app.invoice", links=(belongs("app.member", "member_id"),), columns=columns_of(name="billing.name"),
        dates={"end_of_fiscal_year": "issued"},
    )  # fmt: skip
    rows = [(1, 1, date(2015, 1, 1), "old"), (2, 1, date(2024, 1, 1), "new")]
    return world([MEMBER, invoice], [person(), decl], {"member": PEOPLE, "invoice": rows})


@pytest.mark.parametrize("moment", [datetime(2010, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)])
def test_attack_46_a_clock_that_jumps_between_plan_and_apply_erases_nothing_that_was_kept(
    world: Build, moment: datetime
) -> None:
    w = invoices(world)
    plan, sealed = w.plan("an@x.example")
    w.planner.clock = FixedClock(moment)
    w.planner.refresh()
    try:
        w.planner.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
    except StalePlan:
        assert len(w.rows("invoice")) == 2
    assert "new" in w.column("invoice", "name")


def test_attack_46_a_clock_set_back_keeps_more_never_less(world: Build) -> None:
    w = invoices(world)
    w.planner.clock = FixedClock(datetime(2020, 1, 1, tzinfo=UTC))
    w.erase("an@x.example")
    assert w.column("invoice", "name") == ["old", "new"]


def test_attack_46_sabotage_a_clock_set_forward_at_planning_shows_in_the_plan(world: Build) -> None:
    w = invoices(world)
    w.planner.clock = FixedClock(datetime(2040, 1, 1, tzinfo=UTC))
    plan, _ = w.plan("an@x.example")
    assert {(s.table, s.treatment, s.rows) for s in plan.steps()} >= {("app.invoice", Treatment.DELETE, 2)}
    assert plan.made_at.year == 2040, "whoever approves reads the instant the plan was made for"
    assert replace(plan, made_at=NOW).digest != plan.digest
