"""Every check has a page; on every page one fragment turns exactly that check red, and the other turns none.

The refused fragment is the sabotage of its check: the example policy passes without it.
"""

from __future__ import annotations

from datetime import date

import pytest
from tests.policy_pages import EXAMPLE, PAGES, fragments, merged

from waarborg.errors import Finding
from waarborg.policy import law
from waarborg.policy.checks import CHECKS, EXPIRED, SUPPRESSION, check_policy
from waarborg.policy.load import parse_policy
from waarborg.policy.values import Safeguard

TODAY = date(2026, 12, 1)
IDS = [check.id for check in CHECKS] + [SUPPRESSION, EXPIRED]


def findings(text: str) -> list[Finding]:
    policy, wrong = parse_policy(text)
    assert policy is not None, [str(one) for one in wrong]
    return wrong + check_policy(policy, TODAY)


def test_the_example_policy_passes_every_check() -> None:
    assert [str(one) for one in findings(EXAMPLE.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("id", IDS)
def test_the_refused_fragment_turns_exactly_its_check_red(id: str) -> None:
    (refused,) = fragments(PAGES / f"{id}.md", "refused")
    found = findings(merged(refused))
    assert {one.id for one in found} == {id}, [str(one) for one in found]
    assert all(one.place.line and one.what and one.why and one.todo for one in found)


@pytest.mark.parametrize("id", IDS)
def test_the_accepted_fragment_passes(id: str) -> None:
    (accepted,) = fragments(PAGES / f"{id}.md", "accepted")
    assert [str(one) for one in findings(merged(accepted))] == []


def test_every_id_is_used_once_and_in_order() -> None:
    ids = [check.id for check in CHECKS]
    assert len(set(ids)) == len(ids) >= 35
    assert sorted(ids[:5]) == ids[:5]
    assert set(ids) == {page.stem for page in PAGES.glob("WB0[1-9]?.md")} - {SUPPRESSION, EXPIRED}


SKETCH = """\
retention:
  backups: {sets: [nightly], for: 1 year, then: ~, release_after: ~}
"""


def test_a_backup_set_that_expires_needs_no_outcome() -> None:
    assert findings(merged(SKETCH)) == []
    assert {one.id for one in findings(merged(SKETCH.replace("~, rel", "keep, rel")))} == {"WB065"}


def test_a_suppression_hides_only_its_own_place() -> None:
    two = """
changes: {review: 2026-10-01}
measures: {datacentre: {review: 2026-10-01}}
ignored:
  - {finding: WB087, at: changes, reason: planned, owner: privacy officer, until: 2027-01-01}
"""
    assert [(one.id, one.place.path) for one in findings(merged(two))] == [("WB087", "measures.datacentre.review")]


@pytest.mark.parametrize(
    ("safeguard", "country", "day", "stands"),
    [
        ("privacy_shield", "US", date(2020, 7, 15), True),
        ("privacy_shield", "US", date(2020, 7, 16), False),
        ("data_privacy_framework", "US", date(2023, 7, 9), False),
        ("data_privacy_framework", "US", date(2023, 7, 10), True),
        ("data_privacy_framework", "IN", date(2026, 12, 1), False),
        ("adequacy", "CH", date(2026, 12, 1), True),
        ("adequacy", "US", date(2026, 12, 1), False),
        ("standard_contractual_clauses", "IN", date(2026, 12, 1), True),
    ],
)
def test_a_safeguard_stands_on_some_days_for_some_countries(
    safeguard: str, country: str, day: date, stands: bool
) -> None:
    assert (law.stands(Safeguard(safeguard), country, day) is not None) is stands


@pytest.mark.parametrize(("country", "age"), [("NL", 16), ("BE", 13), ("FR", 15), ("ES", 14), ("DE", 16), ("XX", 16)])
def test_the_age_of_consent_follows_the_country(country: str, age: int) -> None:
    assert law.consent_age(country, TODAY).value == age
