"""Rows of somebody too young, and anonymous rows about too few people: found on every engine, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from waarborg.datamap.model import Identifier, StandIn, SubjectDecl, TableDecl
from waarborg.plans.anonymous import SmallGroups, small_groups
from waarborg.plans.young import cutoff, young
from waarborg.policy.model import Children, Identifiability, Policy, Purpose
from waarborg.terms import LegalBasis, Outcome
from worlds import NOW, Build, World, belongs, columns_of, policy, table

PEOPLE = table("member", "id int, email text, name text?, born date?")
PROFILE = table("profile", "id int, member_id int, born date?", refs={"member_id": "member.id"})
TOTALS = table("totals", "id int, feature text, people int?")
ROWS = {
    "member": [
        (0, "system@x.example", "nobody", date(2026, 1, 1)),
        (1, "ouder@x.example", "Ouder", date(1980, 5, 5)),
        (2, "net@x.example", "Net zestien", date(2010, 11, 22)),
        (3, "bijna@x.example", "Bijna zestien", date(2010, 11, 23)),
        (4, "stil@x.example", "Zonder datum", None),
        (5, "weg@x.example", "Oud-lid", date(2026, 1, 1)),
    ],
    "profile": [(1, 1, date(2015, 1, 1)), (2, 4, date(1970, 1, 1))],
    "totals": [(1, "bord", 10), (2, "zoeken", 9), (3, "export", None), (4, "bord", 400)],
}


def sixteen(**more: object) -> Policy:
    made = replace(policy(), minimum_age=16, children=Children(birth_date="account.birth_date", then=Outcome.ERASE))
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.fixture
def made(world: Build) -> World:
    subject = SubjectDecl(
        ("id",),
        (Identifier("email", "email"),),
        nobody=(0,),
        stand_in=StandIn({"email": "weg@x.example", "name": "Oud-lid"}, ("email",)),
    )
    account = columns_of(email="account.email", name="account.name", born="account.birth_date")
    member = TableDecl("app.member", subject, columns=account)
    links, born = (belongs("app.member", "member_id"),), columns_of(born="account.birth_date")
    profile = TableDecl("app.profile", links=links, columns=born)
    counted = columns_of(feature="statistics.feature", people="statistics.people")
    totals = TableDecl("app.totals", columns=counted, group_size="people", unlinked="totals")
    return world([PEOPLE, PROFILE, TOTALS], [member, profile, totals], ROWS, sixteen())


def test_who_is_younger_today_is_found_and_nobody_else(made: World) -> None:
    found = {one.table: one for one in young(made.planner, NOW)}
    assert found["app.member"].rows == 1
    assert [dict(who.identifiers) for who in found["app.member"].people] == [{"email": "bijna@x.example"}]
    assert found["app.profile"].rows == 1
    assert [dict(who.identifiers) for who in found["app.profile"].people] == [{"email": "ouder@x.example"}]


def test_the_day_of_the_birthday_is_the_day(made: World) -> None:
    tomorrow = datetime(2026, 11, 23, 9, tzinfo=NOW.tzinfo)
    assert {one.table for one in young(made.planner, tomorrow)} == {"app.profile"}


def test_people_who_are_found_go_into_an_erasure(made: World) -> None:
    people = [who for one in young(made.planner, NOW) for who in one.people]
    plan, _ = made.planner.plan_erasure(people)
    assert plan.people == 2
    assert {step.table for step in plan.steps()} >= {"app.member", "app.profile"}


@pytest.mark.parametrize(
    "other",
    [{"minimum_age": None}, {"children": Children(birth_date="account.birth_date", parental_consent=True)}],
)
def test_without_an_age_or_with_parents_consent_nobody_is_too_young(made: World, other: dict[str, object]) -> None:
    made.planner.policy = sixteen(**other)
    assert young(made.planner, NOW) == ()


def test_a_leap_day_child_is_sixteen_on_the_day_the_calendar_has() -> None:
    assert cutoff(16, date(2028, 2, 29)) == date(2012, 2, 29)
    assert cutoff(16, date(2027, 2, 28)) == date(2011, 2, 28)


def test_groups_below_the_promised_number_are_counted_and_empty_ones_too(made: World) -> None:
    statistics = replace(policy().data["account"], id="statistics", identifiability=Identifiability.ANONYMOUS)
    purpose = Purpose(id="improve", data=("statistics",), basis=LegalBasis.LEGITIMATE_INTERESTS, minimum_group=10)
    made.planner.policy = replace(
        sixteen(), data={**policy().data, "statistics": statistics}, purposes={"improve": purpose}
    )
    assert small_groups(made.planner) == (SmallGroups("app.totals", "people", 2, 10),)
    made.planner.policy = replace(made.planner.policy, purposes={"improve": replace(purpose, minimum_group=None)})
    assert small_groups(made.planner) == ()
