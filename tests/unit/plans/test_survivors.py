"""Worlds that no other test told apart from a sabotaged planner (see tests/mutants)."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date

import pytest

from waarborg.datamap.model import SECRET, Link, StandIn, TableDecl
from waarborg.errors import StalePlan
from waarborg.plans.model import Approval
from waarborg.policy.model import RetentionRule
from waarborg.terms import LinkKind, Outcome, SubjectRef, Treatment
from worlds import NOW, Build, belongs, columns_of, person, policy, table

MEMBER = table("member", "id int, email text, name text?")


def test_nobody_is_not_found_by_an_address_of_its_own(world: Build) -> None:
    note = table("note", "id int, member_id int", refs={"member_id": "member.id"})
    decl = TableDecl("app.note", links=(belongs("app.member", "member_id"),))
    rows = {"member": [(0, "nobody@x.example", "System"), (1, "an@x.example", "An")], "note": [(1, 0), (2, 1)]}
    w = world([MEMBER, note], [person(nobody=(0,)), decl], rows)
    before = w.dump()
    plan, _, verdict = w.erase("nobody@x.example")
    assert plan.empty
    assert verdict.clean
    assert w.dump() == before


def test_a_row_of_a_leaver_and_the_stand_in_has_no_living_owner_left(world: Build) -> None:
    letter = table("letter", "id int, sender int, receiver int", refs={"sender": "member.id", "receiver": "member.id"})
    links = tuple(belongs("app.member", end, on_erasure=Treatment.STAND_IN) for end in ("sender", "receiver"))
    stand_in = StandIn({"id": 99, "email": "nobody@x.example", "name": "Former member"}, ("email",))
    people = [(1, "an@x.example", "An"), (2, "bo@x.example", "Bo"), (99, "nobody@x.example", "Former member")]
    rows = {"member": people, "letter": [(1, 1, 99), (2, 1, 2), (3, 2, 99)]}
    w = world([MEMBER, letter], [person(stand_in=stand_in), TableDecl("app.letter", links=links)], rows)
    plan, _, verdict = w.erase("an@x.example")
    assert verdict.clean, verdict.sentence
    ends = {row["id"]: (row["sender"], row["receiver"]) for row in w.rows("letter")}
    assert ends == {2: (99, 2), 3: (2, 99)}, "the first letter is nobody's, the second is Bo's now"
    assert [(kept.table, kept.rows) for kept in plan.kept()] == [("app.letter", 1)]


def test_a_row_of_a_leaver_and_nobody_has_no_living_owner_left(world: Build) -> None:
    letter = table("letter", "id int, sender int?, receiver int?")
    decl = TableDecl("app.letter", links=(belongs("app.member", "sender"), belongs("app.member", "receiver")))
    rows = {"member": [(0, "", "System"), (1, "an@x.example", "An")], "letter": [(1, 1, 0), (2, 0, 0)]}
    w = world([MEMBER, letter], [person(nobody=(0,)), decl], rows)
    _, _, verdict = w.erase("an@x.example")
    assert verdict.clean, verdict.sentence
    assert w.column("letter", "id") == [2]


def test_a_row_that_goes_is_not_rewritten_first(world: Build) -> None:
    ends = {"sender": "member.id", "receiver": "member.id"}
    letter = table("letter", "id int, sender int?, receiver int?", refs=ends)
    decl = TableDecl("app.letter", links=(belongs("app.member", "sender"), belongs("app.member", "receiver")))
    people = [(n, f"{name}@x.example", name) for n, name in enumerate(("an", "bo", "cy"), 1)]
    w = world([MEMBER, letter], [person(), decl], {"member": people, "letter": [(1, 1, 2), (2, 1, 3), (3, 2, 1)]})
    plan, _, verdict = w.erase("an@x.example", "bo@x.example")
    assert verdict.clean, verdict.sentence
    found = [(step.table, step.treatment, step.rows) for step in plan.steps()]
    assert found == [
        ("app.letter", Treatment.CLEAR, 1),
        ("app.letter", Treatment.DELETE, 2),
        ("app.member", Treatment.DELETE, 2),
    ]


@pytest.mark.parametrize("reduce", [False, True])
def test_a_row_without_its_person_keeps_what_the_policy_anonymises(world: Build, reduce: bool) -> None:
    visit = table("visit", "id int, member_id int?, page text?, token text", refs={"member_id": "member.id"})
    decl = TableDecl(
        "app.visit",
        links=(belongs("app.member", "member_id"),),
        columns=columns_of(page="content.page", token=SECRET),
        on_erasure=Treatment.REDUCE if reduce else None,
    )
    the_policy = policy(content=RetentionRule(id="content", data=("content",), until="x", then=Outcome.ANONYMISE))
    rows = {
        "member": [(1, "an@x.example", "An"), (2, "bo@x.example", "Bo")],
        "visit": [(1, 1, "/pay", "hush"), (2, 2, "/", "sst")],
    }
    w = world([MEMBER, visit], [person(), decl], rows, the_policy)
    _, _, verdict = w.erase("an@x.example")
    assert verdict.clean, verdict.sentence
    assert w.rows("visit") == [
        {"id": 1, "member_id": None, "page": None if reduce else "/pay", "token": ""},
        {"id": 2, "member_id": 2, "page": "/", "token": "sst"},
    ]


def test_two_tables_that_refer_to_each_other_go_after_a_reference_is_emptied(world: Build) -> None:
    order = table("orders", "id int, member_id int?, bill int?", refs={"member_id": "member.id", "bill": "bill.id"})
    bill = table("bill", "id int, orders int", refs={"orders": "orders.id"})
    decls = [
        person(),
        TableDecl("app.orders", links=(belongs("app.member", "member_id"), belongs("app.bill", "bill"))),
        TableDecl("app.bill", links=(belongs("app.orders", "orders"),)),
    ]
    people = [(1, "an@x.example", "An"), (2, "bo@x.example", "Bo")]
    rows = {"member": people, "orders": [(1, 1, 1), (2, 2, 2)], "bill": [(1, 1), (2, 2)]}
    w = world([MEMBER, order, bill], decls, rows)
    plan, _, verdict = w.erase("an@x.example")
    assert verdict.clean, verdict.sentence
    assert next(iter(plan.steps())).id.startswith("untie:")
    assert w.rows("orders") == [{"id": 2, "member_id": 2, "bill": 2}]
    assert w.rows("bill") == [{"id": 2, "orders": 2}]


def test_what_is_written_about_somebody_else_does_not_come_out(world: Build) -> None:
    review = table("review", "id int, writer int, about int?, remark text?, body text?")
    links = (
        belongs("app.member", "writer"),
        Link(LinkKind.ABOUT, "app.member", ("about",), about=("remark",)),
    )
    decl = TableDecl("app.review", links=links, columns=columns_of(remark="account.name", body="content.text"))
    people = [(1, "an@x.example", "An"), (2, "bo@x.example", "Bo")]
    rows = [(1, 1, 2, "of Bo", "first"), (2, 1, 1, "of An", "second"), (3, 1, None, "of nobody", "third")]
    w = world([MEMBER, review], [person(), decl], {"member": people, "review": rows})
    out = io.StringIO()
    w.planner.access(SubjectRef({"email": "an@x.example"}), out)
    parts = [part for part in json.loads(out.getvalue())["data"] if part["table"] == "app.review"]
    shown = sorted((row["body"], row.get("remark")) for part in parts for row in part["rows"])
    assert shown == [("first", None), ("second", "of An"), ("third", "of nobody")]
    assert [part["withheld"] for part in parts if any(row["body"] == "first" for row in part["rows"])] == [["remark"]]


def test_a_shell_keeps_what_the_law_names_only_where_a_kept_row_leads_to_it(world: Build) -> None:
    contact = table("contact", "id int, member_id int, name text?", refs={"member_id": "member.id"})
    invoice = table("invoice", "id int, contact_id int, issued date?, name text?", refs={"contact_id": "contact.id"})
    letter = table("letter", "id int, writer int?, about int", refs={"writer": "member.id", "about": "contact.id"})
    decls = [
        person(),
        TableDecl("app.contact", links=(belongs("app.member", "member_id"),), columns=columns_of(name="billing.name")),
        TableDecl(
            "app.invoice",
            links=(belongs("app.contact", "contact_id"),),
            columns=columns_of(name="billing.name"),
            dates={"end_of_fiscal_year": "issued"},
        ),
        TableDecl("app.letter", links=(belongs("app.member", "writer"), belongs("app.contact", "about"))),
    ]
    rows = {
        "member": [(1, "an@x.example", "An"), (2, "bo@x.example", "Bo")],
        "contact": [(1, 1, "for the invoice"), (2, 1, "for the letter"), (3, 1, "for the old invoice")],
        "invoice": [(1, 1, date(2025, 1, 1), "An"), (2, 3, date(2010, 1, 1), "An")],
        "letter": [(1, 2, 2)],
    }
    w = world([MEMBER, contact, invoice, letter], decls, rows)
    plan, _, verdict = w.erase("an@x.example")
    assert verdict.clean, verdict.sentence
    assert [(row["id"], row["name"]) for row in w.rows("contact")] == [(1, "for the invoice"), (2, None)]
    assert sorted((k.rows, k.columns) for k in plan.kept() if k.table == "app.contact") == [(1, ()), (1, ("name",))]


def test_a_reference_behind_which_there_is_no_link_is_cleared(world: Build) -> None:
    ticket = table("ticket", "id int, owner int, closed_by int?", refs={"owner": "member.id", "closed_by": "member.id"})
    decl = TableDecl("app.ticket", links=(belongs("app.member", "owner"),))
    rows = {"member": [(1, "an@x.example", "An"), (2, "bo@x.example", "Bo")], "ticket": [(1, 2, 1), (2, 2, 2)]}
    w = world([MEMBER, ticket], [person(), decl], rows)
    _, _, verdict = w.erase("an@x.example")
    assert verdict.clean
    assert w.column("ticket", "closed_by") == [None, 2]


def test_shells_of_two_people_stay_apart_under_a_unique_address(world: Build) -> None:
    member = table("member", "id int, email text, name text?", unique="email")
    letter = table("letter", "id int, writer int, reader int", refs={"writer": "member.id", "reader": "member.id"})
    decl = TableDecl("app.letter", links=(belongs("app.member", "writer"), belongs("app.member", "reader")))
    people = [(n, f"{name}@x.example", name) for n, name in enumerate(("an", "bo", "cy"), 1)]
    w = world([member, letter], [person(), decl], {"member": people, "letter": [(1, 1, 3), (2, 2, 3)]})
    _, _, verdict = w.erase("an@x.example", "bo@x.example")
    assert verdict.clean
    mails = w.column("member", "email")
    assert len(set(mails)) == 3
    assert not {"an@x.example", "bo@x.example"} & set(mails)


def test_more_rows_than_the_ceiling_or_another_policy_touch_nothing(world: Build) -> None:
    note = table("note", "id int, member_id int", refs={"member_id": "member.id"})
    decl = TableDecl("app.note", links=(belongs("app.member", "member_id"),))
    w = world([MEMBER, note], [person(), decl], {"member": [(1, "an@x.example", "An")], "note": [(1, 1)]})
    plan, sealed = w.plan("an@x.example")
    approval = Approval(plan.digest, "officer", NOW)
    for number in range(2, 40):
        w.add("note", number, 1)
    before = w.dump()
    with pytest.raises(StalePlan, match=r"WB320.*at most 21"):
        w.planner.apply(plan, sealed, approval)
    w.planner.policy = replace(policy(), version=date(2027, 1, 1))
    w.planner._digests = None
    with pytest.raises(StalePlan, match="WB421"):
        w.planner.apply(plan, sealed, approval)
    assert w.dump() == before


def test_a_row_without_a_key_is_cut_on_both_sides(world: Build) -> None:
    """Two steps treat one row: in PostgreSQL it has another address after the first."""
    log = table("log", "sender int?, receiver int?, note int, body text?", key="")
    decl = TableDecl(
        "app.log",
        links=(belongs("app.member", "sender"), belongs("app.member", "receiver")),
        columns=columns_of(body="content.text"),
    )
    member = table("member", "id int, email text, name text?")
    people = [(n, f"{name}@x.example", name) for n, name in enumerate(("an", "bo", "cy"), 1)]
    rows = [(1, 3, 1, "a"), (3, 2, 2, "b"), (1, 2, 3, "c"), (3, 3, 4, "d")]
    other = TableDecl(
        "app.pair", links=(belongs("app.member", "a"), belongs("app.member", "b"), belongs("app.member", "c"))
    )
    pair = table("pair", "a int?, b int?, c int?", key="")
    w = world(
        [member, log, pair],
        [person(), decl, other],
        {"member": people, "log": rows, "pair": [(1, 2, 3), (1, 2, 2), (3, 3, 3), (1, 2, 3)]},
    )
    _, _, verdict = w.erase("an@x.example", "bo@x.example")
    assert verdict.clean
    found = w.database.dump() if w.database else w.memory
    assert sorted(str(tuple(row.values())[:3]) for row in found["log"]) == ["(3, 3, 4)", "(3, None, 2)", "(None, 3, 1)"]
    assert sorted(str(tuple(row.values())) for row in found["pair"]) == ["(3, 3, 3)", *["(None, None, 3)"] * 2]
