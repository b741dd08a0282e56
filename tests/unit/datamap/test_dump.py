"""A map that is written and read again is the same map."""

from __future__ import annotations

from hypothesis import HealthCheck, event, given, settings
from maps import datamaps

from waarborg.datamap.dump import dump
from waarborg.datamap.load import parse_form
from waarborg.datamap.model import DataMap


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(datamaps())
def test_written_and_read_again(datamap: DataMap) -> None:
    again, findings = parse_form(dump(datamap))
    assert not findings
    assert again == datamap
    assert again.digest == datamap.digest
    for table in datamap.tables.values():
        for link in table.links:
            event("through" if link.through else link.inside if link.inside != "whole" else link.kind)


@settings(max_examples=25, deadline=None)
@given(datamaps())
def test_order_is_stable_and_lines_are_readable(datamap: DataMap) -> None:
    text = dump(datamap)
    again, _ = parse_form(text)
    assert again is not None
    assert dump(again) == text
    assert list(again.tables) == list(datamap.tables)
