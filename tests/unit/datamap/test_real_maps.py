"""The maps of the real applications, without their databases: they load, are written out alike, fit their policy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from waarborg.datamap.dump import dump
from waarborg.datamap.load import load_datamap, parse_datamap
from waarborg.policy.load import load_policy

REAL = Path(__file__).parents[2] / "real"
APPLICATIONS = ("redmine", "roundcube", "oscar")


@pytest.mark.parametrize("name", APPLICATIONS)
def test_a_map_is_written_out_as_it_was_read(name: str) -> None:
    datamap = load_datamap(REAL / name / "datamap.yaml", date(2026, 11, 22))
    again, findings = parse_datamap(dump(datamap))
    assert not findings
    assert again is not None
    assert again.digest == datamap.digest


@pytest.mark.parametrize("name", APPLICATIONS)
def test_every_column_is_data_of_the_policy(name: str) -> None:
    """Set subtraction: what the map calls the columns, without what the policy knows, is empty."""
    policy, datamap = load_policy(REAL / name / "policy.yaml"), load_datamap(REAL / name / "datamap.yaml")
    known = {f"{category.id}.{item}" for category in policy.data.values() for item in category.items}
    used = {column.category for table in datamap.tables.values() for column in table.columns.values()}
    assert used - known - {"secret", "technical"} == set()
