"""Promises derived from a policy, and set against a list both ways."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.policy_pages import EXAMPLE, PAGES, fragments, merged

from waarborg.errors import PolicyError
from waarborg.policy import Policy, load_policy
from waarborg.policy.checks import check_policy
from waarborg.policy.load import parse_policy
from waarborg.policy.promises import ListedPromise, compare, derive, findings, kind_of, load_promises, named

LIST = """\
services:
  projects: {country: NL, minimum_age: 16, languages: [nl, en]}
promises:
- {id: projects.13, kind: retention, promise: "Afterwards it is deleted.", system: "A rule.", proof: behaviour}
- {id: projects.50, kind: retention, promise: "Until the account is deleted.", system: "A rule.", proof: behaviour}
- {id: other.1, kind: notice, promise: "Who we are.", system: "A notice.", proof: behaviour}
"""


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(EXAMPLE)


def listed(*ids: str) -> list[ListedPromise]:
    return [ListedPromise(id=id) for id in ids]


def test_every_entry_that_speaks_is_a_promise_with_a_stable_id(policy: Policy) -> None:
    promises = {one.id: one for one in derive(policy)}
    assert len(promises) == len(derive(policy))
    account = promises["taakveld:retention.account"]
    assert (account.kind, account.keeps) == ("retention", ("projects.13", "projects.50"))
    assert account.place.line > 0
    for name in (*policy.data, *policy.purposes, *policy.recipients):
        assert any(
            path in promises for path in (f"taakveld:{kind}.{name}" for kind in ("data", "purposes", "recipients"))
        )
    assert "taakveld:glossary.personal_data" not in promises
    assert "taakveld:rights.portability" in promises


def test_a_section_that_says_nothing_promises_nothing() -> None:
    text = "policy: s\nversion: 2026-12-01\nlanguages: [nl]\ncontroller: {name: A}\ndata: {}\npurposes: {}\n"
    policy, _ = parse_policy(text)
    assert policy is not None
    assert [one.path for one in derive(policy)] == ["controller"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("retention.account", "retention"),
        ("rights.withdrawal", "consent"),
        ("rights.access", "right"),
        ("notice.asks.newsletter", "consent"),
        ("notice", "notice"),
        ("cookies.items.session", "cookie"),
    ],
)
def test_the_kind_follows_the_longest_path(path: str, kind: str) -> None:
    assert kind_of(path) == kind


def test_the_difference_is_told_both_ways(policy: Policy) -> None:
    difference = compare(policy, listed("projects.13", "projects.99"))
    assert difference.without_entry == ("projects.99",)
    assert "retention.account" in difference.kept["projects.13"]
    assert "projects.50" in difference.unknown
    assert set(difference.kept) | set(difference.unknown) == set(named(policy))


def test_both_differences_are_findings_that_disappear_when_mended(policy: Policy) -> None:
    everything = listed(*named(policy))
    assert findings(policy, everything) == []
    assert {one.id for one in findings(policy, [*everything, *listed("projects.99")])} == {"WB120"}
    missing = [one for one in everything if one.id != "projects.50"]
    (wrong,) = findings(policy, missing)
    assert (wrong.id, wrong.place.path) == ("WB121", "retention.account.promises")


def test_the_page_of_an_unknown_promise_is_right(policy: Policy) -> None:
    everything = listed(*named(policy))
    for kind, expected in (("refused", {"WB121"}), ("accepted", set())):
        (fragment,) = fragments(PAGES / "WB121.md", kind)
        laid, _ = parse_policy(merged(fragment))
        assert laid is not None
        assert {one.id for one in findings(laid, everything)} == expected
        assert check_policy(laid, date(2026, 12, 1)) == []


def test_a_list_of_promises_is_read_by_service(tmp_path: Path) -> None:
    (tmp_path / "promises.yaml").write_text(LIST, encoding="utf-8")
    read = load_promises(tmp_path / "promises.yaml")
    assert [one.id for one in read.of("projects")] == ["projects.13", "projects.50"]
    assert read.services["projects"].minimum_age == 16


@pytest.mark.parametrize("wrong", ["promises: [{kind: retention}]", "promisses: []", "promises: {", ""])
def test_a_broken_list_is_refused(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "promises.yaml").write_text(wrong, encoding="utf-8")
    with pytest.raises(PolicyError):
        load_promises(tmp_path / "promises.yaml")
