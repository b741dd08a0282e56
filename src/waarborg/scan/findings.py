"""What a scan found, as values and as the JSON that `waarborg scan --json` prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from waarborg.scan import calibration
from waarborg.scan.classify import Verdict
from waarborg.scan.links import LinkFound
from waarborg.scan.subjects import Subject


@dataclass(frozen=True, slots=True)
class Question:
    """Something a person must decide, with what depends on it."""

    about: str
    """`store.table` or `store.table.column`."""
    text: str
    impact: int
    """How many rows, columns and links hang on the answer; questions are asked from the highest down."""
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """All findings about one store. Table names are those of the store's schema, without the store's name."""

    store: str
    subjects: tuple[Subject, ...]
    columns: Mapping[tuple[str, str], Verdict]
    links: tuple[LinkFound, ...]
    questions: tuple[Question, ...] = ()
    secrets: Mapping[tuple[str, str], Verdict] = field(default_factory=dict)
    """Passwords and tokens of machines: no personal data, still nothing for an export."""
    guests: tuple[Subject, ...] = ()
    """Tables that name people beside the tables of people: guests of an order, reviewers, addressees."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Tables that could not be sampled, with the reason."""
    tables: int = 0

    def as_dict(self) -> dict[str, object]:
        """One plain object, in a stable order."""
        at = f"{self.store}."
        return {
            "subjects": [
                {
                    "table": at + s.table,
                    "identifiers": dict(s.identifiers),
                    "confidence": s.confidence,
                    "evidence": list(s.evidence),
                }
                for s in (*self.subjects, *self.guests)
            ],
            "columns": [
                {
                    "column": f"{at}{table}.{column}",
                    "category": v.category,
                    "confidence": calibration.calibrated(v.confidence, calibration.COLUMNS),
                    "evidence": list(v.evidence),
                }
                for (table, column), v in self.columns.items()
            ],
            "links": [self._link(at, link) for link in self.links],
            "questions": [
                {"about": q.about, "question": q.text, "impact": q.impact, "answers": list(q.answers)}
                for q in self.questions
            ],
            "refused": [{"table": at + t, "reason": why} for t, why in sorted(self.refused.items())],
        }

    @staticmethod
    def _link(at: str, link: LinkFound) -> dict[str, object]:
        r = link.reference
        found: dict[str, object] = {
            "from": [f"{at}{r.table}.{c}" for c in r.columns],
            "to": [f"{at}{r.target}.{c}" for c in r.to_columns],
            "kind": link.kind.value,
            "found_by": r.found_by,
            "confidence": calibration.calibrated(r.confidence, calibration.LINKS),
            "reason": link.reason,
            "evidence": list(r.evidence),
        }
        if r.where:
            found["where"] = {k: list(v) for k, v in r.where.items()}
        if r.inside != "whole":
            found |= {"inside": r.inside, "path": r.path}
        if r.template != "{}":
            found["template"] = r.template
        if r.nobody:
            found["nobody"] = list(r.nobody)
        if r.orphans:
            found["orphans"] = r.orphans
        return found
