"""Who somebody is, as the stores have them: the look-up behind every request."""

from __future__ import annotations

import pytest
from tests.office.kit import Office

from waarborg.errors import PlanError
from waarborg.office import engine
from waarborg.plans.who import Known, who
from waarborg.terms import SubjectRef


def _who(office: Office, person: SubjectRef) -> Known:
    with engine.opened(office.tenant) as opened:
        return who(opened.work.planner, person)


def test_a_row_with_its_identifiers_organisation_and_categories(office: Office) -> None:
    email, phone = office.sql("SELECT email, phone FROM member WHERE id = 5")[0]
    known = _who(office, SubjectRef({"email": email.upper()}))
    assert ("app.member", ("5",)) in known.rows
    assert (known.addresses, known.phones) == ((email,), (phone,))
    assert ("app.organisation", "1") in known.organisations
    assert {"account", "content"} <= known.categories
    assert known.touched is not None
    assert email not in repr(known)


def test_a_key_is_of_one_table(office: Office) -> None:
    """The fifth subscriber is somebody else than the fifth member: the key of one must never lead to the other."""
    other = office.sql("SELECT email FROM newsletter_subscriber WHERE id = 5")[0][0]
    known = _who(office, SubjectRef({"key": "5"}, "app.member"))
    assert [table for table, _ in known.rows] == ["app.member"]
    assert other not in str(known.identifiers)
    with engine.opened(office.tenant) as opened:
        plan, _ = opened.work.planner.plan_erasure([SubjectRef({"key": "5"}, "app.member")])
    assert "app.newsletter_subscriber" not in {step.table for step in plan.steps()}


def test_an_identifier_that_only_some_tables_know(office: Office) -> None:
    """A telephone number stands in the rows of members and not in those of tickets: that is no error."""
    phone = office.sql("SELECT phone FROM member WHERE id = 5")[0][0]
    assert _who(office, SubjectRef({"phone": phone})).rows == (("app.member", ("5",)),)
    with engine.opened(office.tenant) as opened:
        plan, _ = opened.work.planner.plan_erasure([SubjectRef({"phone": phone})])
    assert plan.rows > 0


def test_nobody(office: Office) -> None:
    known = _who(office, SubjectRef({"email": "niemand@elders.example"}))
    assert (known.found, known.rows, known.addresses) == (False, (), ())


def test_two_people_with_one_address_are_not_told_apart(office: Office) -> None:
    office.sql("UPDATE member SET email = (SELECT email FROM member WHERE id = 5), email_lower = 'x' WHERE id = 6")
    with pytest.raises(PlanError, match="WB411"):
        _who(office, SubjectRef({"email": office.email(5)}))


def test_a_name_is_not_enough(office: Office) -> None:
    with pytest.raises(PlanError, match="WB417"):
        _who(office, SubjectRef({"name": "Noor Bakker"}))
