"""From plans and requests to what people look at."""

from __future__ import annotations

from datetime import date

from tests.notice_kit import boekbaar, taakveld
from tests.office.kit import Office

from waarborg.office import engine
from waarborg.office.look.drawn import clock_for, difference_for, difference_of_policy
from waarborg.office.look.heroes import Difference
from waarborg.office.look.words import spoken
from waarborg.plans.model import Plan
from waarborg.terms import SubjectRef


def plan_of(office: Office, id: int) -> Plan:
    with engine.opened(office.tenant) as opened:
        return opened.work.planner.plan_erasure([SubjectRef({"email": office.email(id)})])[0]


def drawn(office: Office, plan: Plan, *, staff: bool = False) -> Difference:
    policy = engine.policy_of(office.tenant)
    return difference_for(plan, policy, engine.datamap_of(office.tenant), spoken(policy, "nl"), staff=staff)


def test_a_plan_as_a_difference_in_the_words_of_the_policy(office: Office) -> None:
    plan = plan_of(office, 3)
    found = drawn(office, plan)
    goes = [line.what for line in found.goes]
    assert any(one.startswith("Accountgegevens") for one in goes)
    assert len(goes) == len({line.category for line in found.goes})  # one line for each category
    contents = [line for line in found.changes if line.category == "content"]
    assert contents
    assert contents[0].why == ("Je team werkt ermee verder.",)
    assert not [line for line in found.changes if line.category == "connection"]  # somebody else's address
    assert not any("app." in line.what or line.place for line in (*found.goes, *found.changes, *found.stays))


def test_staff_see_tables_and_rules_and_the_same_rows(office: Office) -> None:
    plan = plan_of(office, 3)
    person, staff = drawn(office, plan), drawn(office, plan, staff=True)
    assert any(line.place.startswith("app.member · retention.account") for line in staff.goes)
    assert [size for _, _, _, size in person.parts] == [size for _, _, _, size in staff.parts]
    assert sum(line.rows or 0 for line in staff.goes) == staff.parts[0][3]


def test_what_a_law_keeps_has_its_reason_and_its_last_day(office: Office) -> None:
    billed = office.sql("SELECT member_id FROM invoice WHERE member_id IS NOT NULL LIMIT 1")
    plan = plan_of(office, int(billed[0][0]))
    kept = [line for line in drawn(office, plan).stays if line.category == "billing"]
    assert [line.until for line in kept if line.until] == [date(2027, 12, 31)]
    assert all(line.until or line.open_end for line in kept)
    assert any("belasting" in why for line in kept for why in line.why)


def test_an_erasure_by_the_policy_alone_names_every_category_once() -> None:
    for policy in (taakveld(), boekbaar()):
        for language in policy.languages:
            found = difference_of_policy(policy, spoken(policy, language))
            named = [*found.goes, *found.changes, *found.stays]
            assert len(named) == len(policy.data)
            assert all(line.rows is None and line.what for line in named)
            assert all(line.why for line in found.stays)


def test_the_clock_is_that_of_the_request(office: Office) -> None:
    request = office.ask("erasure", office.email(3))
    policy = engine.policy_of(office.tenant)
    clock = clock_for(request, policy)
    assert (clock.received, clock.due, clock.state) == (date(2026, 11, 30), date(2026, 12, 30), "running")
    office.clock.advance(days=31)
    assert clock_for(request, policy).state == "overdue"
