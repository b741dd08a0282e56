"""What the engine asks a policy: items, rules, holds, and a digest of what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.policy_pages import EXAMPLE, merged

from waarborg.errors import PolicyError
from waarborg.policy import Policy, load_policy
from waarborg.policy.load import parse_policy
from waarborg.policy.model import LegalHold, RetentionRule


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(EXAMPLE)


def loaded(text: str) -> Policy:
    policy, found = parse_policy(text)
    assert policy is not None, [str(one) for one in found]
    return policy


def test_references_expand_to_items(policy: Policy) -> None:
    assert policy.expand(["interests", "account.email"]) == {"interests.trade", "account.email"}
    assert policy.expand([]) == set()


@pytest.mark.parametrize(("ref", "hint"), [("acount", '"account"'), ("account.emial", '"email"')])
def test_what_is_not_declared_is_an_error_and_never_an_empty_set(policy: Policy, ref: str, hint: str) -> None:
    with pytest.raises(PolicyError, match="WB020") as caught:
        policy.expand([ref])
    assert hint in str(caught.value)
    assert not policy.has(ref)


def test_the_category_of_a_reference(policy: Policy) -> None:
    assert policy.category("interests.trade") is policy.data["interests"]
    assert policy.data["interests"].inferred
    assert not policy.data["interests"].provided
    assert policy.data["connection"].provided


def test_retention_of_an_item(policy: Policy) -> None:
    assert [rule.id for rule in policy.retention_for("billing.iban")] == ["invoices"]
    assert [rule.id for rule in policy.retention_for("account.email")] == ["account"]
    assert policy.retention_for("unknown.item") == []


def test_only_what_the_law_needs_is_kept_against_a_request(policy: Policy) -> None:
    invoices = policy.retention["invoices"]
    kept = {ref for ref in policy.expand(["billing"]) if invoices.keeps(ref)}
    assert kept == {"billing.name", "billing.address", "billing.vat_number", "billing.amount"}
    assert not invoices.keeps("account.name")
    assert not policy.retention["connection"].keeps("connection.ip_address")


def test_a_rule_by_law_without_keep_keeps_all_of_its_data() -> None:
    rule = RetentionRule(data=("billing",), law="AWR art. 52")
    assert rule.keeps("billing.iban")
    assert not replace(rule, law="").keeps("billing.iban")


def test_keep_may_name_items_in_full() -> None:
    rule = RetentionRule(data=("billing", "account"), law="x", keep=("billing.name", "amount"))
    assert rule.kept == {"billing.name", "billing.amount", "account.amount"}


def test_a_hold_stands_between_its_days_and_past_its_review() -> None:
    hold = LegalHold(data=("billing.amount",), people=("all",), since=date(2026, 5, 1), review=date(2026, 8, 1))
    assert not hold.stands_on(date(2026, 4, 30))
    assert hold.stands_on(date(2026, 5, 1))
    assert hold.stands_on(date(2030, 1, 1))
    assert hold.everyone
    assert hold.covers("billing.amount")
    assert not hold.covers("billing.iban")
    ended = replace(hold, until=date(2026, 9, 1))
    assert ended.stands_on(date(2026, 9, 1))
    assert not ended.stands_on(date(2026, 9, 2))


def test_purposes_and_recipients_of_an_item(policy: Policy) -> None:
    assert [one.id for one in policy.purposes_for("account.email")] == [
        "deliver_service",
        "billing",
        "support",
        "security",
        "combining",
    ]
    assert [one.id for one in policy.recipients_for("content.attachment")] == ["hosting_us", "employer"]


def test_the_digest_is_of_what_is_said_not_of_how_it_is_written(policy: Policy) -> None:
    rewritten = loaded(merged("{}"))
    assert "#" in EXAMPLE.read_text(encoding="utf-8")
    assert rewritten == policy
    assert rewritten.digest == policy.digest
    assert len(policy.digest) == 64


@pytest.mark.parametrize(
    "change",
    [
        "retention: {invoices: {for: 8 years}}",
        "retention: {invoices: {keep: [name]}}",
        "data: {account: {label: {en: Account data.}}}",
        "purposes: {newsletter: {basis: contract}}",
        "version: 2026-12-02",
        "minimum_age: 17",
    ],
)
def test_every_change_of_what_is_said_changes_the_digest(policy: Policy, change: str) -> None:
    assert loaded(merged(change)).digest != policy.digest


def test_writing_out_a_default_does_not_change_the_digest(policy: Policy) -> None:
    assert loaded(merged("{format: 1, holds: {}, data: {usage: {sensitivity: normal}}}")).digest == policy.digest
