"""Loading: what is right becomes typed values, what is wrong is told all at once with its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.policy_pages import EXAMPLE, PAGES, fragments

from waarborg.clock import Period
from waarborg.errors import PolicyError
from waarborg.policy import load_policy, read_policy
from waarborg.policy.load import parse_policy
from waarborg.policy.values import Money, Safeguard, Text
from waarborg.terms import LegalBasis, Outcome

APPENDED = ("WB103", "WB105", "WB106", "WB107", "WB108", "WB109", "WB110", "WB111", "WB112")

BROKEN = """\
policy: taakveld
version: 2026-13-01
languages: [nl, en]
langauges: [fr]
controller: {name: Taakveld B.V., dpo: 3}
data:
  account: {sorce: [subject], source: [subjct], items: {email: requird}}
purposes:
  newsletter: {basis: consnt, messages: {news: {refusable: maybe}}}
retention:
  account: {for: 7 jaar}
rights:
  fee: {at_most: ten euro}
minimum_age: sixteen
"""


def example() -> str:
    return EXAMPLE.read_text(encoding="utf-8")


def ids(text: str) -> set[str]:
    return {one.id for one in parse_policy(text)[1]}


def test_values_are_typed_and_exact() -> None:
    policy = load_policy(EXAMPLE)
    invoices = policy.retention["invoices"]
    assert (policy.id, policy.version, policy.languages) == ("taakveld", date(2026, 12, 1), ("nl", "en"))
    assert (invoices.period, invoices.starts_at, invoices.then) == (
        Period(months=84),
        "end_of_fiscal_year",
        Outcome.ERASE,
    )
    assert invoices.basis is LegalBasis.LEGAL_OBLIGATION
    assert policy.breach.authority_within == Period(hours=72)
    assert policy.rights.fee is not None
    assert policy.rights.fee.at_most == Money(1000, "EUR")
    assert policy.data["account"].items["email"].required
    assert not policy.data["account"].items["phone"].required
    assert policy.transfers["hosting_us"].safeguard is not None
    assert policy.transfers["hosting_us"].safeguard.kind is Safeguard.STANDARD_CONTRACTUAL_CLAUSES
    assert policy.data["account"].label == Text({"nl": "Accountgegevens", "en": "Account data"})


def test_every_mistake_is_told_at_once_with_its_line_and_the_nearest_name() -> None:
    policy, found = parse_policy(BROKEN, "policy.yaml")
    assert policy is None
    told = {(one.id, one.place.line, one.place.path): one.todo for one in found}
    assert set(told) == {
        ("WB111", 2, "version"),
        ("WB109", 4, "langauges"),
        ("WB108", 5, "controller.dpo"),
        ("WB109", 7, "data.account.sorce"),
        ("WB111", 7, "data.account.source"),
        ("WB108", 7, "data.account.items.email"),
        ("WB111", 9, "purposes.newsletter.basis"),
        ("WB111", 9, "purposes.newsletter.messages.news.refusable"),
        ("WB111", 11, "retention.account.for"),
        ("WB111", 13, "rights.fee.at_most"),
        ("WB111", 14, "minimum_age"),
    }
    assert told["WB109", 4, "langauges"] == 'Did you mean "languages"?'
    assert told["WB111", 7, "data.account.source"] == 'Did you mean "subject"?'
    assert told["WB111", 9, "purposes.newsletter.basis"] == 'Did you mean "consent"?'


def test_load_raises_one_error_that_lists_them_all(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(BROKEN, encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load_policy(tmp_path / "policy.yaml")
    assert len(caught.value.findings) == 11
    assert str(caught.value).count("policy.yaml:") == 11


@pytest.mark.parametrize("id", APPENDED)
def test_a_page_shows_what_is_refused_and_what_is_accepted(id: str) -> None:
    (refused,) = fragments(PAGES / f"{id}.md", "refused")
    (accepted,) = fragments(PAGES / f"{id}.md", "accepted")
    assert ids(f"{example()}\n{refused}") == {id}
    assert ids(f"{example()}\n{accepted}") == set()


@pytest.mark.parametrize("code", ["NO", "NL", "ON", "IE"])
def test_norway_is_a_country(code: str) -> None:
    policy, found = parse_policy(example().replace("country: DE", f"country: {code}"))
    assert policy is not None
    assert not found
    assert policy.recipients["calendar"].country == code


def test_a_policy_in_one_language_may_leave_the_code_out() -> None:
    text = "policy: small\nversion: 2026-12-01\nlanguages: nl\ncontroller: {name: A}\ndata: {}\npurposes: {}\n"
    policy, found = parse_policy(text + "notice: {scope: Alles}\n")
    assert policy is not None
    assert not found
    assert policy.languages == ("nl",)
    assert policy.notice.scope.say("nl") == "Alles"


def test_a_newer_format_is_refused() -> None:
    assert ids("format: 2\n" + example()) == {"WB111"}


def test_a_place_is_the_line_of_the_entry_or_of_the_nearest_one_around_it() -> None:
    policy = load_policy(EXAMPLE)
    lines = example().splitlines()
    place = policy.place("retention.invoices.law")
    assert lines[place.line - 1].strip() == "law: AWR art. 52"
    assert policy.place("retention.invoices.nothing.here").line == policy.place("retention.invoices").line


def test_reading_never_raises_for_a_file_that_is_not_there(tmp_path: Path) -> None:
    policy, found = read_policy(tmp_path / "none.yaml")
    assert policy is None
    assert [one.id for one in found] == ["WB100"]
    assert [one.id for one in read_policy(tmp_path)[1]] == ["WB100"]
