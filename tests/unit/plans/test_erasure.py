"""What goes, what stays and why: one small world for each shape of ownership."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from waarborg.datamap.model import Identifier, Link, StandIn, TableDecl, Through
from waarborg.errors import PlanError, StalePlan
from waarborg.plans.model import Approval
from waarborg.policy.model import LegalHold, RetentionRule
from waarborg.terms import LinkKind, Outcome, SubjectRef, Treatment
from worlds import Build, belongs, columns_of, person, policy, table

MEMBER = table("member", "id int, email text, name text?")
PEOPLE = [(1, "an@x.example", "An"), (2, "bo@x.example", "Bo"), (3, "cy@x.example", "Cy")]


def test_rows_of_one_person_go_and_nobody_elses(world: Build) -> None:
    note = table("note", "id int, member_id int, body text?", refs={"member_id": "member.id"})
    decl = TableDecl("app.note", links=(belongs("app.member", "member_id"),), columns=columns_of(body="content.text"))
    w = world([MEMBER, note], [person(), decl], {"member": PEOPLE, "note": [(1, 1, "a"), (2, 2, "b"), (3, 1, "c")]})
    plan, _, verdict = w.erase("an@x.example")
    assert [(s.table, s.treatment, s.rows) for s in plan.steps()] == [
        ("app.note", Treatment.DELETE, 2),
        ("app.member", Treatment.DELETE, 1),
    ]
    assert w.column("note", "id") == [2]
    assert w.column("member", "id") == [2, 3]
    assert verdict.clean
    assert verdict.sentence == "verified: nothing left"


def test_a_shared_row_loses_its_link_and_dies_with_its_last_owner(world: Build) -> None:
    letter = table(
        "letter",
        "id int, sender int?, receiver int?, body text?",
        refs={"sender": "member.id", "receiver": "member.id"},
    )
    decl = TableDecl(
        "app.letter",
        links=(belongs("app.member", "sender"), belongs("app.member", "receiver")),
        columns=columns_of(body="content.text"),
    )
    w = world([MEMBER, letter], [person(), decl], {"member": PEOPLE, "letter": [(1, 1, 2, "hi"), (2, 1, 1, "self")]})
    plan, _, verdict = w.erase("an@x.example")
    assert verdict.clean
    assert w.rows("letter") == [{"id": 1, "sender": None, "receiver": 2, "body": "hi"}]
    assert [(k.table, k.rows, k.why) for k in plan.kept()] == [("app.letter", 1, "shared")]
    _, _, verdict = w.erase("bo@x.example")
    assert verdict.clean
    assert w.rows("letter") == []


def test_a_batch_takes_what_only_its_members_share(world: Build) -> None:
    letter = table("letter", "id int, sender int, receiver int", refs={"sender": "member.id", "receiver": "member.id"})
    decl = TableDecl("app.letter", links=(belongs("app.member", "sender"), belongs("app.member", "receiver")))
    w = world([MEMBER, letter], [person(), decl], {"member": PEOPLE, "letter": [(1, 1, 2)]})
    _, _, verdict = w.erase("an@x.example", "bo@x.example")
    assert verdict.clean
    assert w.rows("letter") == []
    assert w.column("member", "id") == [3]


def test_a_not_null_link_keeps_the_person_as_a_shell_without_a_name(world: Build) -> None:
    letter = table("letter", "id int, sender int, receiver int", refs={"sender": "member.id", "receiver": "member.id"})
    decl = TableDecl("app.letter", links=(belongs("app.member", "sender"), belongs("app.member", "receiver")))
    w = world([MEMBER, letter], [person(), decl], {"member": PEOPLE, "letter": [(1, 1, 2)]})
    plan, _, verdict = w.erase("an@x.example")
    assert verdict.clean
    assert w.rows("member")[0] == {"id": 1, "email": "", "name": None}
    assert ("app.member", "needed") in {(k.table, k.why) for k in plan.kept()}


def test_a_stand_in_takes_the_place_and_doubles_go(world: Build) -> None:
    vote = table("vote", "id int, task int, member_id int", refs={"member_id": "member.id"}, unique="task+member_id")
    decl = TableDecl("app.vote", links=(belongs("app.member", "member_id", on_erasure=Treatment.STAND_IN),))
    stand_in = StandIn({"id": 99, "email": "nobody@x.example", "name": "Former member"}, ("email",))
    rows = {"member": PEOPLE, "vote": [(1, 7, 1), (2, 7, 2), (3, 8, 1), (4, 7, 3)]}
    w = world([MEMBER, vote], [person(stand_in=stand_in), decl], rows)
    plan, _, verdict = w.erase("an@x.example", "bo@x.example")
    assert verdict.clean, verdict.sentence
    assert {(r["task"], r["member_id"]) for r in w.rows("vote")} == {(7, 99), (8, 99), (7, 3)}
    assert {s.treatment for s in plan.steps()} == {Treatment.STAND_IN, Treatment.DELETE}
    _, _, verdict = w.erase("cy@x.example")
    assert verdict.clean
    assert {(r["task"], r["member_id"]) for r in w.rows("vote")} == {(7, 99), (8, 99)}


def test_law_keeps_what_it_needs_until_its_day_and_the_rest_goes(world: Build) -> None:
    invoice = table(
        "invoice",
        "id int, member_id int, issued date?, name text?, amount int?, phone text?",
        refs={"member_id": "member.id"},
    )
    line = table("line", "id int, invoice_id int, words text?", refs={"invoice_id": "invoice.id"})
    decls = [
        person(),
        TableDecl(
            "app.invoice",
            links=(belongs("app.member", "member_id"),),
            columns=columns_of(name="billing.name", amount="billing.amount", phone="billing.phone"),
            dates={"end_of_fiscal_year": "issued"},
        ),
        TableDecl(
            "app.line", links=(belongs("app.invoice", "invoice_id"),), columns=columns_of(words="billing.amount")
        ),
    ]
    rows = {
        "member": PEOPLE,
        "invoice": [
            (1, 1, date(2018, 5, 1), "An", 10, "06"),
            (2, 1, date(2024, 5, 1), "An", 20, "06"),
            (3, 2, date(2018, 5, 1), "Bo", 30, "06"),
        ],
        "line": [(1, 1, "old"), (2, 2, "new"), (3, 3, "other")],
    }
    w = world([MEMBER, invoice, line], decls, rows)
    plan, _, verdict = w.erase("an@x.example")
    assert verdict.clean, verdict.sentence
    assert w.column("invoice", "id") == [2, 3]
    kept_row = w.rows("invoice")[0]
    assert str(kept_row.pop("issued")) == "2024-05-01"
    assert kept_row == {"id": 2, "member_id": 1, "name": "An", "amount": 20, "phone": None}
    assert w.column("line", "id") == [2, 3]
    assert w.rows("member")[0] == {"id": 1, "email": "", "name": None}
    kept = {k.table: k for k in plan.kept()}
    assert kept["app.invoice"].until == date(2031, 12, 31)
    assert kept["app.invoice"].ground.law == "AWR art. 52"
    assert kept["app.line"].rows == 1


def test_trees_and_cycles_end(world: Build) -> None:
    folder = table("folder", "id int, owner int?, parent int?", refs={"owner": "member.id", "parent": "folder.id"})
    decl = TableDecl("app.folder", links=(belongs("app.member", "owner"), belongs("app.folder", "parent")))
    rows = {"member": PEOPLE, "folder": [(1, 1, 3), (2, None, 1), (3, None, 2), (4, 2, 1), (5, None, 4), (6, 3, None)]}
    w = world([MEMBER, folder], [person(), decl], rows)
    _, _, verdict = w.erase("an@x.example")
    assert verdict.clean, verdict.sentence
    assert {r["id"]: r["parent"] for r in w.rows("folder")} == {4: None, 5: 4, 6: None}


def test_members_of_a_project_keep_it_and_its_last_member_takes_it(world: Build) -> None:
    project = table("project", "id int, title text?")
    membership = table(
        "membership",
        "project_id int, member_id int",
        key="project_id+member_id",
        refs={"project_id": "project.id", "member_id": "member.id"},
    )
    task = table(
        "task", "id int, project_id int, assignee int?", refs={"project_id": "project.id", "assignee": "member.id"}
    )
    through = Through("app.membership", ("project_id",), ("id",), ("member_id",))
    decls = [
        person(),
        TableDecl("app.project", links=(Link(LinkKind.BELONGS_TO, "app.member", through=through),)),
        TableDecl("app.membership", links=(belongs("app.member", "member_id"),)),
        TableDecl(
            "app.task", links=(belongs("app.project", "project_id"), Link(LinkKind.ABOUT, "app.member", ("assignee",)))
        ),
    ]
    rows = {
        "member": PEOPLE,
        "project": [(1, "both"), (2, "mine")],
        "membership": [(1, 1), (1, 2), (2, 1)],
        "task": [(1, 1, 1), (2, 2, 1), (3, 1, 2)],
    }
    w = world([MEMBER, project, membership, task], decls, rows)
    _, _, verdict = w.erase("an@x.example")
    assert verdict.clean, verdict.sentence
    assert w.column("project", "id") == [1]
    assert w.rows("task") == [{"id": 1, "project_id": 1, "assignee": None}, {"id": 3, "project_id": 1, "assignee": 2}]
    assert w.rows("membership") == [{"project_id": 1, "member_id": 2}]


def test_by_value_finds_rows_of_people_without_an_account(world: Build) -> None:
    login = table("login", "id int, username text")
    link = belongs("app.member", "username", by_identifier="email", normalise=("lowercase",))
    w = world(
        [MEMBER, login],
        [person(), TableDecl("app.login", links=(link,))],
        {"member": PEOPLE, "login": [(1, "AN@x.example"), (2, "guest@x.example"), (3, "án@x.example")]},
    )
    _, _, verdict = w.erase("an@x.example")
    assert verdict.clean
    assert w.column("login", "id") == [2, 3]
    plan, _, verdict = w.erase("guest@x.example")
    assert w.column("login", "id") == [3]
    assert [note.id for note in plan.notes] == ["WB414"]


def test_words_that_name_the_leaver_go_from_texts_that_stay(world: Build) -> None:
    post = table("post", "id int, author int?, body text?", refs={"author": "member.id"})
    from waarborg.datamap.model import Identifier

    people = person(identifiers=(Identifier("email", "email"), Identifier("name", "name")))
    decl = TableDecl(
        "app.post",
        links=(
            belongs("app.member", "author"),
            Link(LinkKind.ABOUT, "app.member", ("body",), mentions=("name", "email")),
        ),
        columns=columns_of(body="content.text"),
    )
    rows = {
        "member": [(1, "an@x.example", "An Vos"), (2, "bo@x.example", "Bo")],
        "post": [(1, 2, "Ask An Vos or an@x.example, not An Vossen"), (2, 1, "mine")],
    }
    w = world([MEMBER, post], [people, decl], rows)
    _, _, verdict = w.erase("an@x.example")
    assert verdict.clean, verdict.sentence
    assert w.column("post", "body") == ["Ask […] or […], not An Vossen"]


def test_an_unmapped_table_behind_a_cascade_stops_the_plan(world: Build) -> None:
    extra = table("extra", "id int, member_id int", refs={"member_id": "member.id!CASCADE"})
    w = world([MEMBER, extra], [person()], {"member": PEOPLE, "extra": [(1, 1)]})
    with pytest.raises(PlanError, match="WB406"):
        w.plan("an@x.example")
    w.plan("bo@x.example")


def test_two_rows_for_one_address_are_not_one_person(world: Build) -> None:
    w = world([MEMBER], [person()], {"member": [(1, "an@x.example", "An"), (2, "an@x.example", "Ben")]})
    with pytest.raises(PlanError, match="WB411"):
        w.plan("an@x.example")


def test_an_approval_is_for_one_plan_only(world: Build) -> None:
    w = world([MEMBER], [person()], {"member": PEOPLE})
    plan, sealed = w.plan("an@x.example")
    other, _ = w.plan("bo@x.example")
    w.add("member", 4, "di@x.example", "Di")
    three, _ = w.plan("an@x.example", "bo@x.example")
    with pytest.raises(StalePlan, match="WB420"):
        w.planner.apply(plan, sealed, Approval(three.digest, "officer", plan.made_at))
    assert len(w.rows("member")) == 4
    assert other.rows == 1


def test_running_again_changes_nothing_more(world: Build) -> None:
    note = table("note", "id int, member_id int", refs={"member_id": "member.id"})
    w = world(
        [MEMBER, note],
        [person(), TableDecl("app.note", links=(belongs("app.member", "member_id"),))],
        {"member": PEOPLE, "note": [(1, 1), (2, 2)]},
    )
    plan, sealed = w.plan("an@x.example")
    approval = Approval(plan.digest, "officer", plan.made_at)
    assert w.planner.apply(plan, sealed, approval).stores[0].state == "applied"
    before = w.dump()
    assert w.planner.apply(plan, sealed, approval).stores[0].state == "already"
    assert w.dump() == before


def test_a_row_born_meanwhile_comes_back_as_a_follow_up(world: Build) -> None:
    login = table("login", "id int, member_id int")
    w = world(
        [MEMBER, login],
        [person(), TableDecl("app.login", links=(belongs("app.member", "member_id"),))],
        {"member": PEOPLE, "login": [(1, 1)]},
    )
    plan, sealed = w.plan("an@x.example")
    w.planner.apply(plan, sealed, Approval(plan.digest, "officer", plan.made_at))
    w.add("login", 5, 1)
    verdict = w.planner.verify(plan, sealed)
    assert not verdict.clean
    assert verdict.follow_up is not None
    assert verdict.follow_up.rows == 1
    assert verdict.follow_up.follows == plan.id


def test_each_tenant_has_a_stand_in_of_its_own(world: Build) -> None:
    member = table("member", "id int, email text, name text?, org int")
    post = table("post", "id int, author int", refs={"author": "member.id"})
    decl = TableDecl("app.post", links=(belongs("app.member", "author", on_erasure=Treatment.STAND_IN),))
    values: dict[str, str | int | bool | None] = {
        "id": "9{tenant}",
        "email": "former-{tenant}@x.example",
        "name": "Former",
    }
    stand_in = StandIn(values, ("email",), "org")
    people = [(1, "an@x.example", "An", 7), (2, "bo@x.example", "Bo", 8)]
    w = world([member, post], [person(stand_in=stand_in), decl], {"member": people, "post": [(1, 1), (2, 2)]})
    _, _, verdict = w.erase("an@x.example")
    assert verdict.clean
    made = w.rows("member")[1]
    assert int(str(made.pop("id"))) == 97
    assert made == {"email": "former-7@x.example", "name": "Former", "org": 7}
    assert list(map(int, map(str, w.column("post", "author")))) == [97, 2]
    w.add("member", 3, "cy@x.example", "Cy", 7)
    w.add("post", 3, 3)
    _, _, verdict = w.erase("bo@x.example", "cy@x.example")
    assert verdict.clean, verdict.sentence
    assert {row["email"]: row["org"] for row in w.rows("member")} == {"former-7@x.example": 7, "former-8@x.example": 8}
    assert list(map(int, map(str, w.column("post", "author")))) == [97, 98, 97]


def test_an_unknown_kind_of_identifier_is_not_an_empty_answer(world: Build) -> None:
    w = world([MEMBER], [person()], {"member": PEOPLE})
    with pytest.raises(PlanError, match=r"WB428.*Did you mean .email"):
        w.planner.plan_erasure([SubjectRef({"emial": "an@x.example"})])


def test_a_hold_on_one_person_keeps_what_it_covers_and_nothing_of_others(world: Build) -> None:
    note = table("note", "id int, member_id int, body text?", refs={"member_id": "member.id"})
    decl = TableDecl("app.note", links=(belongs("app.member", "member_id"),), columns=columns_of(body="content.text"))
    hold = LegalHold(id="claim", data=("content",), people=("matter-1",), law="a claim")
    the_policy = replace(policy(), holds={"claim": hold})
    w = world([MEMBER, note], [person(), decl], {"member": PEOPLE, "note": [(1, 1, "a"), (2, 2, "b")]}, the_policy)
    w.planner.under_hold = lambda one: frozenset({"claim"} if one.identifiers["email"] == "an@x.example" else ())
    with pytest.raises(PlanError, match="WB427"):
        w.plan("an@x.example", "bo@x.example")
    plan, _, verdict = w.erase("an@x.example")
    assert verdict.clean
    assert w.column("note", "body") == ["a", "b"]
    assert {(k.table, k.why, k.ground.rule) for k in plan.kept()} >= {("app.note", "rule", "holds.claim")}
    w.erase("bo@x.example")
    assert w.column("note", "body") == ["a"]


def test_a_link_that_is_part_of_the_key_is_cut_after_everything_else_in_its_row(world: Build) -> None:
    mark = table("mark", "task int, member_id int, remark text?", key="task+member_id", refs={"member_id": "member.id"})
    people = person(
        identifiers=(Identifier("email", "email"), Identifier("name", "name")),
        stand_in=StandIn({"id": 99, "email": "nobody@x.example", "name": "Former member"}, ("email",)),
    )
    links = (
        belongs("app.member", "member_id", on_erasure=Treatment.STAND_IN),
        Link(LinkKind.ABOUT, "app.member", ("remark",), mentions=("name",)),
    )
    decl = TableDecl("app.mark", links=links, columns=columns_of(remark="content.text"))
    the_policy = policy(content=RetentionRule(id="content", data=("content",), until="x", then=Outcome.ANONYMISE))
    rows = {"member": [(1, "an@x.example", "An Vos")], "mark": [(7, 1, "by An Vos")]}
    w = world([MEMBER, mark], [people, decl], rows, the_policy)
    _, _, verdict = w.erase("an@x.example")
    assert verdict.clean, verdict.sentence
    assert w.rows("mark") == [{"task": 7, "member_id": 99, "remark": "by […]"}]
