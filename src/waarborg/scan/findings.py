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
    kind: str = ""
    """What it decides: `people`, `guests`, `lost`, `special`, `personal`, `link`, `orphans`, `nobody` or `shared`."""
    table: str = ""
    """The table it is about, by its name in the store's schema."""
    columns: tuple[str, ...] = ()
    target: str = ""
    """The table that a link in question leads to."""


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
    sizes: Mapping[str, tuple[int, bool]] = field(default_factory=dict)
    """About how many rows a table has, and whether it may be more (the sample was full and nobody counted)."""
    names: Mapping[str, str] = field(default_factory=dict)
    """`schema.table` of each table, where the engine has schemas and the table's own name leaves the default out."""
    paths: Mapping[str, str] = field(default_factory=dict)
    """For files: the path template of each table."""
    not_visible: tuple[str, ...] = ()
    """What the account cannot see at all: reported, never taken as absent."""

    def name(self, table: str) -> str:
        """A table with its store and, where the engine has schemas, its schema: `app.public.users`."""
        return f"{self.store}.{self.names.get(table, table)}"

    def about(self, question: Question) -> str:
        """What a question is about, named in full."""
        return ".".join([self.name(question.table), *question.columns[:1]]) if question.table else question.about

    def as_dict(self) -> dict[str, object]:
        """One plain object, in a stable order."""
        return {
            "subjects": [
                {
                    "table": self.name(s.table),
                    "identifiers": dict(s.identifiers),
                    "confidence": s.confidence,
                    "evidence": list(s.evidence),
                }
                for s in (*self.subjects, *self.guests)
            ],
            "columns": [
                {
                    "column": f"{self.name(table)}.{column}",
                    "category": v.category,
                    "confidence": calibration.calibrated(v.confidence, calibration.COLUMNS),
                    "evidence": list(v.evidence),
                }
                for (table, column), v in self.columns.items()
            ],
            "links": [self._link(link) for link in self.links],
            "questions": [
                {"about": self.about(q), "question": q.text, "impact": q.impact, "answers": list(q.answers)}
                for q in self.questions
            ],
            "refused": [{"table": self.name(t), "reason": why} for t, why in sorted(self.refused.items())],
            "not_visible": list(self.not_visible),
        }

    def _link(self, link: LinkFound) -> dict[str, object]:
        r = link.reference
        found: dict[str, object] = {
            "from": [f"{self.name(r.table)}.{c}" for c in r.columns],
            "to": [f"{self.name(r.target)}.{c}" for c in r.to_columns],
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
