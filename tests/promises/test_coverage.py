"""Set subtraction, both ways: every promise of a service has an entry, and a check or a reason why the office shows it.

What fails here names the promises, and what to do: write `test_<service>_<n>_…`, or say in `office.yaml` what of the
office it needs.
"""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from tests.promises.kit import CHECKS, DEPLOYMENTS, ROOT

from waarborg.policy import load_policy
from waarborg.policy.promises import compare, load_promises

HERE = Path(__file__).parent
LISTED = load_promises(ROOT / "mission" / "promises.yaml")
OFFICE: dict[str, str] = YAML(typ="safe").load((HERE / "office.yaml").read_text(encoding="utf-8")) or {}


def checked() -> set[str]:
    """The promises that have a check."""
    for file in sorted(HERE.glob("test_*_*.py")):
        importlib.import_module(f"tests.promises.{file.stem}")
    return {one.promise for one in CHECKS}


@pytest.mark.parametrize("service", DEPLOYMENTS)
def test_every_entry_names_a_promise_of_the_list(service: str) -> None:
    policy = load_policy(DEPLOYMENTS[service].example / "policy.yaml")
    assert compare(policy, LISTED.of(service)).unknown == {}


@pytest.mark.parametrize("service", DEPLOYMENTS)
def test_every_promise_has_an_entry_in_the_policy(service: str) -> None:
    policy = load_policy(DEPLOYMENTS[service].example / "policy.yaml")
    assert compare(policy, LISTED.of(service)).without_entry == ()


def test_the_office_list_names_known_promises_with_a_reason() -> None:
    known = {one.id for one in LISTED.promises}
    assert set(OFFICE) <= known
    assert all(len(reason) > 20 for reason in OFFICE.values())


def test_every_check_is_of_a_known_promise() -> None:
    assert checked() <= {one.id for one in LISTED.promises}
