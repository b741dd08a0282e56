"""Attacks 12 and 13: the same key, or the same value cut short, is somebody else in another table or row."""

from __future__ import annotations

from contextlib import closing

import pytest

from databases import Database
from waarborg.plans.model import Approval
from waarborg.plans.rectify import plan_rectification
from waarborg.policy.entries import DataItem
from waarborg.policy.model import DataCategory
from waarborg.stores.contract import Given, Program, RowSet, Seeds
from waarborg.stores.sql import SqlStore
from waarborg.terms import SubjectRef
from worlds import NOW, Build, person, policy, table

MEMBER, VISITOR = (table(name, "id int, email text?, name text?") for name in ("member", "visitor"))
ROWS = {"member": [(1, "an@x.example", "An")], "visitor": [(1, "bo.canary@x.example", "Bo")]}
ONE = SubjectRef({"key": "1"}, "app.member")


def test_attack_12_a_key_is_looked_for_in_its_table_only(world: Build) -> None:
    w = world([MEMBER, VISITOR], [person(), person("app.visitor")], ROWS)
    plan, sealed = w.planner.plan_erasure([ONE])
    assert [(step.table, step.rows) for step in plan.steps()] == [("app.member", 1)]
    w.planner.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
    assert w.column("visitor", "email") == ["bo.canary@x.example"]


def test_attack_12_sabotage_without_the_table_both_are_meant(world: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    from waarborg.plans import sets

    monkeypatch.setattr(sets, "_looked_in", lambda kinds, table: True)
    w = world([MEMBER, VISITOR], [person(), person("app.visitor")], ROWS)
    assert len(list(w.planner.plan_erasure([ONE])[0].steps())) == 2


def test_attack_13_a_rectification_corrects_one_of_two_with_the_same_key(world: Build) -> None:
    items = {name: DataItem(id=name) for name in ("email", "name")}
    the = policy()
    the.data["account"] = DataCategory(id="account", label={"nl": "account"}, items=items)  # type: ignore[index, arg-type]
    w = world([MEMBER, VISITOR], [person(), person("app.visitor")], ROWS, the)
    plan, sealed = plan_rectification(w.planner, ONE, {"account.name": "Anna"})
    w.planner.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
    assert (w.column("member", "name"), w.column("visitor", "name")) == (["Anna"], ["Bo"])


def test_attack_13_a_key_of_fixed_length_is_compared_whole(any_database: Database) -> None:
    any_database.run(
        "CREATE TABLE card (code char(5) PRIMARY KEY, owner varchar(20))",
        "INSERT INTO card VALUES ('abc', 'An'), ('a', 'Bo canary'), ('abcde', 'Cy')",
    )
    program = Program((RowSet("found", "card", Given(("code",), "s")),))
    with closing(SqlStore("app", any_database.url)) as store:
        for code, owner in (("abc", "An"), ("a", "Bo canary"), ("abcde", "Cy"), ("abcdef", None)):
            with store.reading(program, Seeds(s=[(code,)])) as look:
                assert [name for (name,) in look.values("found", ("owner",))] == ([owner] if owner else []), code
