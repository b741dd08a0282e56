"""The registers of disclosures, of recipients to be told, and of what people attested, on every engine."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.evidence_kit import MASTER, PERSON, START

from waarborg.errors import StateError
from waarborg.state import State
from waarborg.state.disclosures import Disclosure
from waarborg.state.schema import VERSION, create, version
from waarborg.state.sql import Sql

JAN, ELS = [("email", "jan@voorbeeld.example"), ("customer_number", "1042")], [("email", "els@voorbeeld.example")]
DAY = date(2026, 3, 2)
REQUEST = "a" * 32


def mailed(day: date = DAY) -> Disclosure:
    return Disclosure("mail_provider", "newsletter", data=("account.email",), on=day, document="f" * 64)


def test_a_person_is_found_by_any_identifier_and_nobody_else_is(state):
    state.disclosures.record(mailed(), [JAN, ELS], at=START)
    later = state.disclosures.record(mailed(DAY + timedelta(days=1)), [JAN], at=START)
    found = state.disclosures.of([("customer_number", "1042")], at=START)
    assert [one.on for one in found] == [DAY, DAY + timedelta(days=1)]
    assert found[1].id == later
    assert found[0].data == ("account.email",)
    assert found[0].document == "f" * 64
    assert len(state.disclosures.of(ELS, at=START)) == 1
    assert state.disclosures.of([("email", "kim@voorbeeld.example")], at=START) == []
    assert state.disclosures.logged() == {"mail_provider"}
    assert state.disclosures.count() == {"mail_provider": 2}


def test_the_register_holds_no_identifier_and_no_bare_hash_of_one(state):
    state.disclosures.record(Disclosure(ground="law", told={"who": "Politie Kanarie"}), [JAN], at=START)
    rows = [
        str(row)
        for name in ("waarborg_disclosure", "waarborg_disclosed", "waarborg_vault")
        for row in state.sql.all(f"SELECT * FROM {name}")
    ]
    assert rows
    assert not [row for row in rows if "jan@" in row or "1042" in row or "Kanarie" in row]
    assert state.disclosures.of(JAN, at=START)[0].told == {"who": "Politie Kanarie"}


def test_many_people_in_one_disclosure(state):
    people = [[("email", f"lezer{n}@post.example")] for n in range(1_201)]
    state.disclosures.record(mailed(), people, at=START)
    assert len(state.disclosures.of([one for person in people for one in person], at=START)) == 1
    assert len(state.disclosures.of(people[1_200], at=START)) == 1


def test_a_new_address_leads_to_the_same_disclosures(state):
    state.disclosures.record(mailed(), [ELS], at=START)
    new = [("email", "els.smit@voorbeeld.example")]
    assert state.disclosures.also(ELS, new, at=START) == 1
    assert state.disclosures.also(ELS, new, at=START) == 1
    assert len(state.disclosures.of(new, at=START)) == 1


def test_a_shared_address_leads_to_both_and_one_is_forgotten_alone(state):
    one, other = [*ELS, ("customer_number", "7")], [*ELS, ("customer_number", "8")]
    state.disclosures.record(mailed(), [one, other], at=START)
    assert state.disclosures.forget([("customer_number", "7")], at=START) == 1
    assert state.disclosures.of([("customer_number", "7")], at=START) == []
    assert len(state.disclosures.of(ELS, at=START)) == 1


def test_forgetting_a_person_leaves_the_others_and_destroys_what_is_about_nobody(state):
    state.disclosures.record(mailed(), [JAN, ELS], at=START)
    state.disclosures.record(Disclosure(ground="law", told={"who": "x"}), [JAN], at=START)
    assert state.disclosures.forget(JAN, at=START) == 2
    assert state.disclosures.of(JAN, at=START) == []
    assert len(state.disclosures.of(ELS, at=START)) == 1
    assert state.vault.records(kind="disclosure") == []


def test_what_may_not_be_told_yet_is_silent_until_its_day():
    one = Disclosure(ground="law", told={"silent_until": "2026-04-01"})
    assert one.silent(date(2026, 4, 1))
    assert not one.silent(date(2026, 4, 2))
    assert not mailed().silent(DAY)


def test_recipients_are_told_and_answer(state):
    register = state.notifications
    assert register.due(REQUEST, "erasure", ["mail_provider", "payments"], at=START) == ["mail_provider", "payments"]
    assert register.due(REQUEST, "erasure", ["payments", "calendar"], at=START) == ["calendar"]
    register.move(REQUEST, "payments", "told", at=START + timedelta(days=1), document="e" * 64)
    register.move(REQUEST, "mail_provider", "confirmed", at=START + timedelta(days=2))
    assert [(one.recipient, one.state) for one in register.of(REQUEST)] == [
        ("calendar", "due"),
        ("mail_provider", "confirmed"),
        ("payments", "told"),
    ]
    assert {one.recipient for one in register.unanswered()} == {"calendar", "payments"}
    assert register.of(REQUEST)[2].document == "e" * 64


def test_only_who_must_be_told_can_be_told(state):
    state.notifications.due(REQUEST, "erasure", ["payments"], at=START)
    with pytest.raises(StateError, match="Did you mean") as refused:
        state.notifications.move(REQUEST, "payment", "told", at=START)
    assert "payment" not in refused.value.findings[0].what


def test_the_last_attestation_counts_until_its_day(state):
    for number, until in enumerate((date(2027, 1, 31), date(2028, 1, 31))):
        state.attestations.put(
            "measures.datacentre", document=str(number) * 64, until=until, by=PERSON, entry=number, at=START
        )
    last = state.attestations.latest()["measures.datacentre"]
    assert (last.until, last.document, last.entry) == (date(2028, 1, 31), "1" * 64, 1)
    assert last.stands(date(2028, 1, 31))
    assert not last.stands(date(2028, 2, 1))
    assert len(state.attestations.all()) == 2


def test_a_state_of_the_first_version_gets_what_it_lacks(connect):
    sql = Sql(connect())
    for name in ("attestation", "disclosure", "disclosed", "notification"):
        sql.run(f"DROP TABLE waarborg_{name}")
    sql.run("DELETE FROM waarborg_schema WHERE version > 1")
    sql.run("INSERT INTO waarborg_schema (version) SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM waarborg_schema)")
    State(connect(), MASTER).vault.secret("kept", at=START)
    assert version(sql) == 1
    create(sql)
    assert version(sql) == VERSION
    state = State(connect(), MASTER)
    assert state.vault.has("secret:kept")
    assert state.disclosures.record(mailed(), [JAN], at=START)
