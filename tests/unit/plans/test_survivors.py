"""Worlds that no other test told apart from a sabotaged planner (see tests/mutants)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from waarborg.datamap.model import TableDecl
from waarborg.errors import StalePlan
from waarborg.plans.model import Approval
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
