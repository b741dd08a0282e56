"""The difference between two versions: every change is seen once, and weighed."""

from __future__ import annotations

import pytest
from tests.policy_pages import EXAMPLE, merged

from waarborg.policy import Policy, load_policy
from waarborg.policy.diff import Effect, Kind, consent_needed, difference, material
from waarborg.policy.load import parse_policy


@pytest.fixture(scope="module")
def old() -> Policy:
    return load_policy(EXAMPLE)


def new(fragment: str) -> Policy:
    policy, found = parse_policy(merged(fragment))
    assert policy is not None, [str(one) for one in found]
    return policy


def test_a_version_does_not_differ_from_itself(old: Policy) -> None:
    assert difference(old, new("{}")) == []
    assert consent_needed(old, old) == []


@pytest.mark.parametrize(
    ("fragment", "path", "kind", "effect"),
    [
        ("data: {account: {label: {en: Your account}}}", "data.account.label", "changed", "wording"),
        ("notice: {scope: {nl: Dit geldt overal.}}", "notice.scope", "changed", "wording"),
        ("version: 2027-01-01", "version", "changed", "administrative"),
        ("changes: {review: 2029-01-01}", "changes.review", "changed", "administrative"),
        (
            "recipients: {payments: {agreement: d}}",
            "recipients.payments.agreement",
            "changed",
            "administrative",
        ),
        ("languages: [en, nl]", "languages", "changed", "administrative"),
        ("retention: {invoices: {for: 8 years}}", "retention.invoices.for", "changed", "material"),
        ("retention: {content: {then: erase}}", "retention.content.then", "changed", "material"),
        ("purposes: {improvement: {minimum_group: 5}}", "purposes.improvement.minimum_group", "changed", "material"),
        ("purposes: {improvement: {minimum_group: ~}}", "purposes.improvement.minimum_group", "removed", "material"),
        ("recipients: {payments: {country: US}}", "recipients.payments.country", "changed", "material"),
        ("data: {account: {items: {town: optional}}}", "data.account.items.town", "added", "material"),
        ("rights: {portability: ~}", "rights.portability", "removed", "material"),
        (
            "rights: {identity: [session, second_factor]}",
            "rights.identity",
            "changed",
            "material",
        ),
        ("controller: {contact: avg@taakveld.example}", "controller.contact", "changed", "material"),
        ("minimum_age: 18", "minimum_age", "changed", "material"),
        ("purposes: {x: {data: [account], basis: contract}}", "purposes.x", "added", "material"),
    ],
)
def test_each_change_is_seen_once_and_weighed(old: Policy, fragment: str, path: str, kind: str, effect: str) -> None:
    (change,) = difference(old, new(fragment))
    assert (change.path, change.kind, change.effect) == (path, Kind(kind), Effect(effect))
    (back,) = difference(new(fragment), old)
    assert (back.path, back.effect, back.before, back.after) == (path, change.effect, change.after, change.before)


def test_what_people_must_be_told_is_told_apart(old: Policy) -> None:
    changes = difference(old, new("{version: 2027-01-01, minimum_age: 18, retention: {usage: {for: 2 years}}}"))
    assert [one.path for one in material(changes)] == ["minimum_age", "retention.usage.for"]
    assert [(one.before, one.after) for one in material(changes)] == [(16, 18), ("1 year", "2 years")]


@pytest.mark.parametrize(
    ("fragment", "needed"),
    [
        ("purposes: {newsletter: {data: [preferences, account.phone]}}", ["newsletter"]),
        ("notice: {asks: {newsletter: {text: {en: Send me anything.}}}}", ["newsletter"]),
        ("purposes: {trial: {basis: consent}}", ["trial"]),
        ("purposes: {newsletter: {data: [preferences.email]}}", []),
        ("data: {preferences: {items: {topics: optional}}}", ["newsletter"]),
        ("purposes: {newsletter: {label: {en: News by mail}}}", []),
        ("minimum_age: 18", []),
    ],
)
def test_consent_is_asked_again_where_it_reaches_further(old: Policy, fragment: str, needed: list[str]) -> None:
    assert consent_needed(old, new(fragment)) == needed
