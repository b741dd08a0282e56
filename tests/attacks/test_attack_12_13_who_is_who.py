"""Attacks 12 and 13: two people with the same name and birth date, and duplicates that were merged or never were."""

from __future__ import annotations

import io
from datetime import date

import pytest

from waarborg.datamap.model import Identifier, SubjectDecl, TableDecl
from waarborg.errors import PlanError
from waarborg.plans import locate
from waarborg.plans import planner as planning
from waarborg.terms import SubjectRef
from worlds import Build, World, belongs, columns_of, table

MEMBER = table("member", "id int, email text, name text?, born date?, merged_into int?")
NOTE = table("note", "id int, member_id int, body text?", refs={"member_id": "member.id"})
BORN = date(1980, 5, 5)
ROWS = {
    "member": [
        (1, "jan@x.example", "Jan Jansen", BORN, None),
        (2, "jj@y.example", "Jan Jansen", BORN, None),
        (3, "jan@x.example", "J. Jansen", None, 1),
    ],
    "note": [(1, 1, "canary of one"), (2, 2, "canary of the other"), (3, 3, "canary of the double")],
}
SAME = {"name": "Jan Jansen", "birth_date": "1980-05-05"}


@pytest.fixture
def made(world: Build) -> World:
    identifiers = (Identifier("email", "email"), Identifier("name", "name"), Identifier("birth_date", "born"))
    columns = columns_of(email="account.email", name="account.name", born="account.birth_date", merged_into="technical")
    member = TableDecl("app.member", SubjectDecl(("id",), identifiers), columns=columns)
    note = TableDecl("app.note", links=(belongs("app.member", "member_id"),), columns=columns_of(body="content.text"))
    return world([MEMBER, NOTE], [member, note], ROWS)


def answer(made: World, **identifiers: str) -> str:
    out = io.StringIO()
    made.planner.access(SubjectRef(identifiers), out)
    return out.getvalue()


def test_attack_12_a_name_and_a_birth_date_tell_nobody_apart(made: World) -> None:
    before = made.dump()
    with pytest.raises(PlanError, match="WB417"):
        made.planner.plan_erasure([SubjectRef(SAME)])
    with pytest.raises(PlanError, match="WB417"):
        answer(made, **SAME)
    assert made.dump() == before


def test_attack_12_sabotage_without_the_refusal_it_is_settled_by_what_many_share(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With names enough to find somebody by, only the count of rows stands in the way; without that, both are taken."""
    monkeypatch.setattr(planning, "enough", lambda people, datamap: None)
    monkeypatch.setattr(locate, "_one_each", lambda *given: None)
    monkeypatch.setattr("waarborg.plans.sets.WEAK", frozenset())
    told = answer(made, **SAME)
    assert "canary of one" in told
    assert "canary of the other" in told


def test_attack_12_with_the_address_each_gets_their_own(made: World) -> None:
    told = answer(made, email="jj@y.example", **SAME)
    assert "canary of the other" in told
    assert "canary of one" not in told


def test_attack_13_two_rows_with_one_address_are_not_decided_for_them(made: World) -> None:
    before = made.dump()
    with pytest.raises(PlanError, match="WB411"):
        made.planner.plan_erasure([SubjectRef({"email": "jan@x.example"})])
    with pytest.raises(PlanError, match="WB411"):
        answer(made, email="jan@x.example")
    assert made.dump() == before


def test_attack_13_sabotage_without_the_count_the_double_is_taken_along(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locate, "_one_each", lambda *given: None)
    told = answer(made, email="jan@x.example")
    assert "canary of one" in told
    assert "canary of the double" in told


def test_attack_13_a_row_named_by_its_key_is_that_row_and_no_other(made: World) -> None:
    plan, sealed = made.planner.plan_erasure([SubjectRef({"key": "3"}, "app.member")])
    assert plan.located == 2
    from waarborg.plans.model import Approval
    from worlds import NOW

    made.planner.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
    assert made.column("note", "body") == ["canary of one", "canary of the other"]
    assert made.column("member", "id") == [1, 2]
