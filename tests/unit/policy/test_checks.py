"""Every check has a page; on every page one fragment turns exactly that check red, and the other turns none.

The refused fragment is the sabotage of its check: the example policy passes without it.
"""

from __future__ import annotations

from datetime import date

import pytest
from tests.policy_pages import EXAMPLE, PAGES, fragments, merged

from waarborg.errors import Finding
from waarborg.policy.checks import CHECKS, EXPIRED, SUPPRESSION, check_policy
from waarborg.policy.load import parse_policy

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
