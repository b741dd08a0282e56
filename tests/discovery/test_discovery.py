"""The yardstick: labelled applications, one half to make rules on, the other half to report.

`RULES_MADE_ON` were looked at while the rules were made. `REPORTED` were labelled first and measured before any rule
had seen them; see README.md for those first figures and for what was mended afterwards.
"""

from __future__ import annotations

from functools import cache

import pytest

from discovery.measure import REPORTED, RULES_MADE_ON, Score, compare, together, truth
from discovery.measure import findings as scanned
from waarborg.scan.calibration import COLUMNS, calibrated

findings = cache(scanned)
"""One scan an application for all tests here."""


def pooled(apps: tuple[str, ...], kind: str) -> Score:
    return together({app: compare(findings(app), truth(app))[kind] for app in apps})


@pytest.mark.parametrize(
    ("kind", "recall", "precision"), [("columns", 0.95, 0.90), ("links", 0.95, 0.90), ("subjects", 1.0, 0.75)]
)
def test_the_reported_half(kind: str, recall: float, precision: float) -> None:
    score = pooled(REPORTED, kind)
    assert score.recall >= recall, sorted(map(str, score.missed))
    assert score.precision >= precision, sorted(map(str, score.wrong))


@pytest.mark.parametrize(("kind", "recall", "precision"), [("columns", 0.85, 0.90), ("links", 0.90, 0.90)])
def test_the_half_that_rules_were_made_on(kind: str, recall: float, precision: float) -> None:
    score = pooled(RULES_MADE_ON, kind)
    assert score.recall >= recall, sorted(map(str, score.missed))
    assert score.precision >= precision, sorted(map(str, score.wrong))


@pytest.mark.parametrize("app", [*RULES_MADE_ON, *REPORTED])
def test_no_table_of_people_is_overlooked(app: str) -> None:
    assert not compare(findings(app), truth(app))["subjects"].missed


@pytest.mark.parametrize(("low", "high"), [(0.7, 0.85), (0.85, 0.93), (0.93, 0.97), (0.97, 1.01)])
def test_confidence_is_worth_what_it_says(low: float, high: float) -> None:
    """Of the columns shown with a confidence in this band, at least about that share is right."""
    right = total = 0
    for app in (*RULES_MADE_ON, *REPORTED):
        labels = truth(app)
        either = set(labels.get("either") or ())
        for (table, column), verdict in findings(app).columns.items():
            name = f"{table}.{column}"
            if low <= calibrated(verdict.confidence, COLUMNS) < high and (
                name in labels["columns"] or name not in either
            ):
                total += 1
                right += name in labels["columns"]
    assert total >= 30
    assert right / total >= low - 0.05


def test_the_yardstick_sees_a_scan_that_is_blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sabotage: without name rules the figures must fall."""
    monkeypatch.setattr("waarborg.scan.classify.RULES", ())
    assert compare(scanned("helpdesk"), truth("helpdesk"))["columns"].recall < 0.5
