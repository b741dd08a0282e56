"""Retention by sweep: what is due goes, what is not stays, on every store; nothing else changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from waarborg.clock import Period
from waarborg.datamap.model import Link, TableDecl
from waarborg.errors import PlanError, StalePlan
from waarborg.plans.model import Plan
from waarborg.plans.sweeper import Sweeper
from waarborg.policy.retention import LegalHold, RetentionRule, SweepCeiling, TenantBounds
from waarborg.stores.contract import Budget
from waarborg.terms import LinkKind, Outcome, SubjectRef
from worlds import Build, World, belongs, columns_of, person, policy, table

MEMBER = table("member", "id int, email text, name text?, closed date?")
LOG = table("log", "id int, member_id int?, body text?, made date?", refs={"member_id": "member.id"})
YEAR = RetentionRule(id="content", data=("content",), period=Period(months=12), starts_at="created", then=Outcome.ERASE)
ACCOUNT = RetentionRule(id="account", data=("account",), until="account_closed", then=Outcome.ERASE)
PEOPLE = [(1, "an@x.example", "An", date(2026, 11, 1)), (2, "bo@x.example", "Bo", None)]
LOGS = [(1, 1, "old", date(2025, 11, 20)), (2, 2, "last day", date(2025, 11, 22)), (3, 2, "due", date(2025, 11, 21)),
        (4, 2, "no date", None), (5, 2, "new", date(2026, 11, 1))]  # fmt: skip


def people() -> TableDecl:
    return replace(person(), dates={"account_closed": "closed"})


def log(**more: object) -> TableDecl:
    options: dict[str, object] = {
        "links": (belongs("app.member", "member_id"),),
        "columns": columns_of(body="content.text"),
        "dates": {"created": "made"},
    }
    return TableDecl("app.log", **{**options, **more})  # type: ignore[arg-type]


def sweep(w: World, rule: str, **options: object) -> Plan:
    """Plan, carry out in small chunks, and see that nothing is left to do."""
    sweeper = Sweeper(w.planner, budget=Budget(chunk=2), **options)  # type: ignore[arg-type]
    plan, sealed = sweeper.plan(rule)
    done = sum(chunk.rows for chunk in sweeper.chunks(plan, sealed))
    assert done == plan.rows
    assert sweeper.plan(rule, plan.made_at)[0].empty
    return plan


def test_a_row_goes_on_the_day_after_its_last_day(world: Build) -> None:
    w = world([MEMBER, LOG], [people(), log()], {"member": PEOPLE, "log": LOGS}, policy(account=ACCOUNT, content=YEAR))
    before = w.dump()
    plan = sweep(w, "content")
    assert w.column("log", "id") == [2, 4, 5]
    assert w.rows("member") == before["member"]
    assert [(kept.table, kept.rows, kept.why) for kept in plan.kept()] == [("app.log", 1, "undated")]
    assert {step.ground.article for step in plan.steps()} == {"Art. 5(1)(e)"}


def test_what_hangs_on_a_due_row_goes_along_in_chunks(world: Build) -> None:
    rows = {"member": [(n, f"p{n}@x.example", "P", date(2026, 1, 1) if n % 2 else None) for n in range(1, 10)],
            "log": [(n, 1 + n % 9, "b", None) for n in range(1, 30)]}  # fmt: skip
    w = world([MEMBER, LOG], [people(), log()], rows, policy(account=ACCOUNT, content=YEAR))
    sweep(w, "account")
    assert w.column("member", "id") == [2, 4, 6, 8]
    assert set(w.column("log", "member_id")) == {2, 4, 6, 8}


def test_columns_that_are_due_are_emptied_where_the_row_is_not(world: Build) -> None:
    decl = log(columns=columns_of(body="content.text", member_id="technical"))
    both = replace(decl, columns=columns_of(body="content.text", kind="billing.name"))
    table_ = table("log", "id int, member_id int?, body text?, kind text?, made date?")
    rows = [(1, 1, "old", "k", date(2025, 1, 1)), (2, 1, "new", "k", date(2026, 11, 1))]
    longer = replace(YEAR, id="billing", data=("billing",), period=Period(months=84))
    w = world([MEMBER, table_], [people(), both], {"member": PEOPLE, "log": rows}, policy(content=YEAR, billing=longer))
    sweep(w, "content")
    assert w.column("log", "body") == [None, "new"]
    assert w.column("log", "kind") == ["k", "k"]


def test_rows_without_a_key_go_too_when_no_row_with_a_key_is_due(world: Build) -> None:
    """Chunks begin in rows with a key; what is not in any chunk must not be forgotten because there is none."""
    mail = table("mail", "sender text, reader text, subject text?, made date?", key="")
    decl = TableDecl(
        "app.mail",
        links=(
            belongs("app.member", "sender", by_identifier="email"),
            belongs("app.member", "reader", by_identifier="email"),
        ),
        columns=columns_of(sender="content.text", reader="content.text", subject="content.text"),
        dates={"created": "made"},
    )
    letters = [("an@x.example", "bo@x.example", "hi", date(2025, 1, 1))] * 2
    rows = {"member": PEOPLE, "log": [(5, 2, "new", date(2026, 11, 1))], "mail": [*letters, (*letters[0][:3], None)]}
    w = world([MEMBER, LOG, mail], [people(), log(), decl], rows, policy(content=YEAR))
    sweep(w, "content")
    assert len(w.rows("mail")) == 1
    assert w.column("log", "id") == [5]


def test_the_rule_that_ends_last_decides(world: Build) -> None:
    longer = replace(YEAR, id="longer", period=Period(months=24))
    w = world([MEMBER, LOG], [people(), log()], {"member": PEOPLE, "log": LOGS}, policy(content=YEAR, longer=longer))
    sweep(w, "content")
    sweep(w, "longer")
    assert w.column("log", "id") == [1, 2, 3, 4, 5]


def test_an_anonymised_row_stays_and_leads_to_nobody(world: Build) -> None:
    mild = replace(YEAR, then=Outcome.ANONYMISE)
    w = world([MEMBER, LOG], [people(), log()], {"member": PEOPLE, "log": LOGS}, policy(content=mild))
    sweep(w, "content")
    assert w.column("log", "member_id") == [None, 2, None, 2, 2]
    assert w.column("log", "body") == ["old", "last day", "due", "no date", "new"]


def test_a_ceiling_counts_from_creation(world: Build) -> None:
    capped = RetentionRule(
        id="content", data=("content",), until="account_closed", at_most=Period(months=12), then=Outcome.ERASE
    )
    w = world([MEMBER, LOG], [people(), log()], {"member": PEOPLE, "log": LOGS}, policy(content=capped))
    sweep(w, "content")
    assert w.column("log", "id") == [2, 4, 5]


def test_a_law_keeps_what_hangs_on_a_due_row(world: Build) -> None:
    law = replace(YEAR, id="law", data=("billing",), period=Period(months=84), law="a law")
    w = world([MEMBER, LOG], [people(), log(columns=columns_of(body="billing.name"))],
              {"member": PEOPLE, "log": [(1, 1, "paid", date(2025, 1, 1))]},
              policy(account=ACCOUNT, law=law))  # fmt: skip
    sweep(w, "account")
    assert w.column("log", "body") == ["paid"]
    assert w.rows("member")[0]["name"] is None


def test_a_hold_spares_everyone_or_those_it_names(world: Build) -> None:
    hold = LegalHold(id="claim", data=("content",), people=("matter-1",), law="a claim")
    w = world([MEMBER, LOG], [people(), log()], {"member": PEOPLE, "log": LOGS},
              replace(policy(account=ACCOUNT, content=YEAR), holds={"claim": hold}))  # fmt: skip
    an = {"claim": [SubjectRef({"email": "an@x.example"})]}
    plan = sweep(w, "content", held=an)
    assert w.column("log", "id") == [1, 2, 4, 5]
    assert ("app.log", 1, "holds.claim") in {(k.table, k.rows, k.ground.rule) for k in plan.kept()}
    sweep(w, "account", held=an)
    assert w.column("log", "body")[0] == "old"
    w.planner.policy = replace(w.planner.policy, holds={"claim": replace(hold, people=("all",))})
    assert Sweeper(w.planner).plan("content")[0].empty


def test_a_term_of_an_organisation_lies_inside_its_bounds(world: Build) -> None:
    tenant = table("log", "id int, member_id int?, body text?, made date?, org int?")
    decl = log(links=(Link(LinkKind.ORGANISATION, "app.org", ("org",)),), unlinked="nobody")
    org = table("org", "id int, title text?")
    bounds = replace(YEAR, per_tenant=TenantBounds(at_least=Period(months=1), at_most=Period(months=24)))
    rows = {"org": [(1, "a"), (2, "b")], "log": [(n, None, "x", date(2026, 9, 1), 1 + n % 2) for n in (1, 2, 3)]}
    w = world([MEMBER, tenant, org], [people(), decl, TableDecl("app.org")], rows, policy(content=bounds))
    sweep(w, "content", terms={"content": {1: Period(months=2)}})
    assert w.column("log", "id") == [1, 3]
    with pytest.raises(PlanError, match="WB453"):
        Sweeper(w.planner, terms={"content": {1: Period(days=2)}}).plan("content")


def test_more_than_declared_waits_and_more_than_approved_is_stale(world: Build) -> None:
    few = replace(YEAR, sweep=SweepCeiling(percent=30))
    w = world([MEMBER, LOG], [people(), log()], {"member": PEOPLE, "log": LOGS}, policy(content=few))
    sweeper = Sweeper(w.planner)
    plan, sealed = sweeper.plan("content")
    found = sweeper.too_much(plan)
    assert found is not None
    assert found.id == "WB452"
    for n in range(50, 90):
        w.add("log", n, 2, "x", date(2020, 1, 1))
    with pytest.raises(StalePlan):
        list(sweeper.chunks(plan, sealed))
    assert len(w.column("log", "id")) == 45


def test_a_sweep_that_was_cut_off_is_finished_by_another(world: Build) -> None:
    rows = {"member": [(n, f"p{n}@x.example", "P", date(2026, 1, 1)) for n in range(1, 8)],
            "log": [(n, 1 + n % 7, "b", None) for n in range(1, 30)]}  # fmt: skip
    w = world([MEMBER, LOG], [people(), log()], rows, policy(account=ACCOUNT, content=YEAR))
    sweeper = Sweeper(w.planner, budget=Budget(chunk=2))
    plan, sealed = sweeper.plan("account")
    next(iter(sweeper.chunks(plan, sealed)))
    assert w.column("member", "id") == [3, 4, 5, 6, 7]
    sweep(w, "account")
    assert w.column("member", "id") == [] == w.column("log", "id")
