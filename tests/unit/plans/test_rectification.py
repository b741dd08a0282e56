"""Rectification as a plan, in memory and on every engine: every copy, nobody else's, the same person afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from databases import Database
from plans_rectification import AN, EMAIL, MEMBER, NEW, OLD, ROWS, TABLES, decls, the_policy
from waarborg.clock import FixedClock
from waarborg.datamap.model import ColumnDecl, DataMap, StoreDecl
from waarborg.errors import PlanError, StalePlan
from waarborg.plans.model import Approval, Plan, Sealed
from waarborg.plans.planner import Planner
from waarborg.plans.rectify import plan_rectification
from waarborg.policy.model import LegalHold, Policy
from waarborg.policy.retention import EVERYONE
from waarborg.stores.contract import Check
from waarborg.stores.sql import SqlStore
from waarborg.terms import SubjectRef
from worlds import NOW, Build, World, table


def village(world: Build, the: Policy | None = None, tables: object = None, maps: object = None) -> World:
    return world(tables or TABLES, maps or decls(), ROWS, the or the_policy())


def rectified(w: World, who: SubjectRef = AN, **changes: str) -> tuple[Plan, Sealed]:
    """Plan, approve and apply; `account_email` stands for `account.email`."""
    plan, sealed = plan_rectification(w.planner, who, {name.replace("_", ".", 1): v for name, v in changes.items()})
    w.planner.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
    return plan, sealed


def test_every_copy_changes_and_nothing_of_anybody_else(world: Build) -> None:
    w = village(world)
    before = w.dump()
    assert OLD in str(before), "the old value stands there to begin with"
    plan, sealed = rectified(w, account_email=NEW)
    after = w.dump()
    changed = {
        (name, row["id"], column): row[column]
        for name in after
        for row, was in zip(after[name], before[name], strict=True)
        for column in row
        if row[column] != was[column]
    }
    assert changed == {
        ("member", 1, "email"): NEW,
        ("member", 1, "email_lower"): NEW,
        ("subscriber", 1, "address"): NEW,
        ("login", 1, "username"): NEW,
        ("login", 2, "username"): NEW,
        ("project", 1, "contact_email"): NEW,
    }
    assert w.planner.verify(plan, sealed).clean
    assert {step.treatment.value for step in plan.steps()} == {"correct"}
    assert plan.rows == 6


def test_what_law_keeps_and_what_others_wrote_stays_and_is_said(world: Build) -> None:
    w = village(world)
    plan, _ = rectified(w, account_email=NEW)
    assert w.column("project", "about")[0] == f"Ask {OLD} about it"
    assert [(k.table, k.rows, k.why) for k in plan.kept()] == [
        ("app.project", 1, "shared"),
        ("app.invoice", 1, "other"),
    ]
    plan, _ = plan_rectification(w.planner, SubjectRef({"email": NEW}), {"billing.email": NEW})
    assert plan.rows == 0
    assert [(k.table, k.ground.law, k.until.year if k.until else 0) for k in plan.kept()] == [
        ("app.invoice", "AWR art. 52", 2033)
    ]


def test_the_same_person_is_found_by_the_new_value(world: Build) -> None:
    w = village(world)
    before = {table: rows for part in w.plan(OLD)[0].stores for table, rows in part.located.items()}
    rectified(w, account_email=NEW)
    assert {table: rows for part in w.plan(NEW)[0].stores for table, rows in part.located.items()} == before
    assert w.plan(OLD)[0].located == 0


def test_a_derived_copy_is_written_the_way_it_was(world: Build) -> None:
    w = village(world)
    rectified(w, account_email="An.Right@New.example")
    assert w.column("member", "email")[1] == "An.Right@New.example"
    assert w.column("member", "email_lower")[1] == "an.right@new.example"


def test_only_the_case_can_be_what_was_wrong(world: Build) -> None:
    w = village(world)
    plan, sealed = rectified(w, account_email=OLD.lower())
    assert w.column("member", "email")[1] == OLD.lower()
    assert w.planner.verify(plan, sealed).clean


def test_what_was_missing_is_completed(world: Build) -> None:
    w = village(world)
    plan, sealed = rectified(w, account_birth_date="1990-04-05")
    assert str(w.column("member", "born")[1]) == "1990-04-05"
    assert [w.column("member", "born")[at] for at in (0, 2)] == [None, None]
    assert w.planner.verify(plan, sealed).clean


def test_several_items_are_one_plan(world: Build) -> None:
    w = village(world)
    plan, sealed = rectified(w, account_email=NEW, account_name="Anna", account_phone="+32 470 12 34 56")
    assert [w.column("member", c)[1] for c in ("email", "name", "phone")] == [NEW, "Anna", "+32 470 12 34 56"]
    assert w.planner.verify(plan, sealed).clean


@pytest.mark.parametrize(
    ("item", "value", "says"),
    [
        ("account.email", "an.right@new", "not an e-mail"),
        ("account.email", "a b@new.example", "not an e-mail"),
        ("account.email", "an@new.example\nBcc: x@y.example", "not an e-mail"),
        ("account.phone", "12", "not a telephone"),
        ("account.birth_date", "2026-13-01", "not a date"),
        ("account.birth_date", "2030-01-01", "in the future"),
        ("account.birth_date", "1850-01-01", "too long ago"),
        ("account.name", "An\x00", "control character"),
    ],
)
def test_a_value_that_cannot_be_is_refused_before_anything(world: Build, item: str, value: str, says: str) -> None:
    w = village(world)
    with pytest.raises(PlanError, match="WB463") as caught:
        plan_rectification(w.planner, AN, {item: value})
    assert says in str(caught.value)
    assert value not in str(caught.value), "an error never shows a value"


def test_not_null_length_and_check_are_met_at_planning(world: Build) -> None:
    column = replace(MEMBER.columns[3], length=5)
    required = replace(MEMBER.columns[1], nullable=False)
    strict = replace(
        MEMBER,
        columns=(MEMBER.columns[0], required, *MEMBER.columns[2:3], column, *MEMBER.columns[4:]),
        checks=(Check("shape", "email LIKE '%@%.example'"),),
    )
    w = village(world, tables=[strict, *TABLES[1:]])
    if w.database:
        pytest.skip("constraints of real engines: the test below")
    with pytest.raises(PlanError, match="longer than the 5"):
        plan_rectification(w.planner, AN, {"account.name": "Annabel"})
    with pytest.raises(PlanError, match="constraint shape"):
        plan_rectification(w.planner, AN, {"account.email": "an@new.test"})
    assert plan_rectification(w.planner, AN, {"account.email": NEW})[0].rows


def test_a_value_of_somebody_else_is_refused(world: Build) -> None:
    """Attack 20: a rectification to another person's address would hand over their account."""
    w = village(world)
    for taken in ("bo@x.example", "BO@x.example"):
        with pytest.raises(PlanError, match="WB465"):
            plan_rectification(w.planner, AN, {"account.email": taken})
    rectified(w, account_name="Bo")
    assert w.column("member", "name")[1:] == ["Bo", "Bo"], "a name may be shared"
    plan, _ = rectified(w, account_phone="0687654321")
    assert [note.id for note in plan.notes] == ["WB471"], "a household shares a telephone, and it is said"


def test_what_moved_meanwhile_is_stale(world: Build) -> None:
    w = village(world)
    plan, sealed = plan_rectification(w.planner, AN, {"account.phone": "0699990000"})
    other = SubjectRef({"email": OLD})
    rectified(w, other, account_phone="0611112222")
    before = w.dump()
    with pytest.raises(StalePlan):
        w.planner.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
    assert w.dump() == before


def test_a_value_that_was_taken_meanwhile_is_stale(world: Build) -> None:
    w = village(world)
    plan, sealed = plan_rectification(w.planner, AN, {"account.email": NEW})
    w.add("member", 9, NEW, NEW, "Eve", None, None)
    before = w.dump()
    with pytest.raises(StalePlan):
        w.planner.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
    assert w.dump() == before


def test_to_apply_twice_changes_nothing_more(world: Build) -> None:
    w = village(world)
    plan, sealed = rectified(w, account_email=NEW)
    once = w.dump()
    again = w.planner.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
    assert w.dump() == once
    assert [part.state for part in again.stores] == ["already"]


def test_a_copy_that_was_born_meanwhile_is_found(world: Build) -> None:
    w = village(world)
    plan, sealed = rectified(w, account_email=NEW)
    w.add("login", 9, OLD.lower(), None)
    verdict = w.planner.verify(plan, sealed)
    assert not verdict.clean
    assert verdict.follow_up is not None
    assert [(step.table, step.rows) for step in verdict.follow_up.steps()] == [("app.login", 1)]


def test_a_copy_in_a_place_nobody_mapped_is_found_by_the_search(world: Build) -> None:
    w = village(world)
    w.add("project", 5, 2, None, None, f"{OLD} again")
    w.add("invoice", 3, 2, OLD, NOW.date())
    plan, sealed = rectified(w, account_email=NEW)
    found = w.planner.leftovers(plan, sealed, b"x" * 32)
    assert {one.place for one in found.places if one.standing.value == "unexplained"} == {
        "app.invoice.sent_to", "app.project.contact_email"}  # fmt: skip
    assert {one.place for one in found.places if one.standing.value == "explained"} == {
        "app.project.about", "app.invoice.sent_to"}  # fmt: skip


def test_under_a_hold_it_stays(world: Build) -> None:
    hold = LegalHold(id="claim", data=("account",), people=(EVERYONE,), law="a claim")
    w = village(world, the_policy(holds={"claim": hold}))
    plan, _ = rectified(w, account_email=NEW)
    assert OLD in w.column("member", "email"), "evidence is not corrected while a claim stands on it"
    assert {kept.ground.rule for kept in plan.kept() if kept.why == "rule"} == {"holds.claim"}


def test_which_cell_is_meant_must_be_clear(world: Build) -> None:
    maps = decls()
    maps[0] = replace(
        maps[0],
        subject=replace(maps[0].subject, identifiers=(EMAIL,)),  # type: ignore[type-var]
        columns={**maps[0].columns, "phone": ColumnDecl("phone", "account.name")},
    )
    w = village(world, maps=maps)
    with pytest.raises(PlanError, match="WB466"):
        plan_rectification(w.planner, AN, {"account.name": "Anna"})
    plan_rectification(w.planner, AN, {"app.member.name": "Anna"})


def test_two_columns_without_a_form_are_asked_about(world: Build) -> None:
    plain = table("member", "id int, email text, login text, name text?, phone text?, born date?")
    maps = decls()
    columns = {**maps[0].columns, "login": ColumnDecl("login", "account.email")}
    del columns["email_lower"]
    maps[0] = replace(maps[0], columns=columns)
    rows = {**ROWS, "member": [(1, "an@x.example", "an@x.example", "An", None, None)]}
    who = SubjectRef({"email": "an@x.example"})
    w = world([plain, *TABLES[1:]], maps, rows, the_policy())
    with pytest.raises(PlanError, match="form: lowercase"):
        plan_rectification(w.planner, who, {"account.email": "An@new.example"})
    assert plan_rectification(w.planner, who, {"account.email": "an@new.example"})[0].rows == 2
    maps[0] = replace(maps[0], columns={**columns, "login": ColumnDecl("login", "account.email", form=("lowercase",))})
    w.planner.datamap.tables["app.member"] = maps[0]  # type: ignore[index]
    w.planner.refresh()
    rectified(w, who, account_email="An@new.example")
    assert w.rows("member")[0]["login"] == "an@new.example"


@pytest.mark.parametrize("item", ["account.nickname", "acount.email", "app.member.id", "account"])
def test_what_cannot_be_named_is_said(world: Build, item: str) -> None:
    w = village(world)
    with pytest.raises(PlanError, match="WB464"):
        plan_rectification(w.planner, SubjectRef({"email": "bo@x.example"}), {item: "x"})


def test_constraints_of_a_real_engine_are_met_at_planning(any_database: Database) -> None:
    any_database.run(
        "CREATE TABLE member (id int PRIMARY KEY, email varchar(40) NOT NULL, email_lower varchar(40), name varchar(8),"
        " phone varchar(20), born date, CONSTRAINT shape CHECK (email LIKE '%@%.example'),"
        " CONSTRAINT same CHECK (email_lower IS NULL OR length(email_lower) <= 30))"
    )
    any_database.run(f"INSERT INTO member VALUES (1, '{OLD}', '{OLD.lower()}', 'An', NULL, NULL)")
    store = SqlStore("app", any_database.url)
    datamap = DataMap({"app": StoreDecl("app", "sql")}, {"app.member": decls()[0]})
    planner = Planner(the_policy(), datamap, {"app": store}, FixedClock(NOW))
    for item, value, says in (
        ("account.email", "an@new.test", "The constraint"),
        ("account.email", f"{'a' * 25}@new.example", "The constraint"),
        ("account.email", f"{'a' * 30}@new.example", "longer than the 40"),
        ("account.name", "Annabelle", "longer than the 8"),
        ("account.email", "", "not be empty|not an e-mail|The constraint"),
    ):
        with pytest.raises(PlanError, match="WB463") as caught:
            plan_rectification(planner, AN, {item: value})
        assert any(word in str(caught.value) for word in says.split("|")), (item, str(caught.value))
    plan, sealed = plan_rectification(planner, AN, {"account.email": NEW})
    planner.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
    assert any_database.run("SELECT email, email_lower FROM member") == [(NEW, NEW)]
