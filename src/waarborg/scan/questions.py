"""What cannot be decided from outside, ordered by how much depends on the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from waarborg.scan.classify import SPECIAL, Verdict
from waarborg.scan.findings import Question
from waarborg.scan.links import LinkFound
from waarborg.scan.subjects import Subject
from waarborg.stores.contract import Schema
from waarborg.terms import LinkKind

_UNSURE = 0.75


def questions(
    store: str,
    schema: Schema,
    subjects: Mapping[str, Subject],
    verdicts: Mapping[tuple[str, str], Verdict],
    links: Sequence[LinkFound],
) -> list[Question]:
    """The questions, the one with the most hanging on it first."""
    leading = Counter(link.reference.target for link in links)
    asked: list[Question] = []
    for subject in subjects.values():
        if subject.confidence < _UNSURE:
            asked.append(
                Question(
                    f"{store}.{subject.table}",
                    f'Is each row of "{subject.table}" a person?',
                    10 * (1 + leading[subject.table]),
                    ("yes", "no", "some of them"),
                )
            )
    for link in links:
        asked.extend(_of_link(store, link))
    for (table, column), verdict in verdicts.items():
        at = f"{store}.{table}.{column}"
        if verdict.category in SPECIAL and verdict.confidence >= 0.4:
            asked.append(
                Question(
                    at,
                    f'Does "{column}" of "{table}" hold {verdict.category.replace("_", " ")} data (Art. 9 or 10)?',
                    40,
                    ("yes", "no"),
                )
            )
        elif 0.4 <= verdict.confidence < 0.6:
            asked.append(
                Question(
                    at,
                    f'Does "{column}" of "{table}" say something of a person ({verdict.category.replace("_", " ")})?',
                    _size(schema, table),
                    ("yes", "no"),
                )
            )
    return sorted(asked, key=lambda q: (-q.impact, q.about))


def _of_link(store: str, link: LinkFound) -> list[Question]:
    r = link.reference
    at = f"{store}.{r.table}.{r.columns[0]}"
    found: list[Question] = []
    if r.confidence < _UNSURE:
        found.append(
            Question(at, f'Does "{" and ".join(r.columns)}" of "{r.table}" lead to "{r.target}"?', 8, ("yes", "no"))
        )
    if r.orphans > 0.02:
        found.append(
            Question(
                at,
                f'{r.orphans:.0%} of the sampled keys in "{r.columns[0]}" of "{r.table}" lead to no "{r.target}": '
                "do these rows outlive their owner, or does the link lead elsewhere?",
                15,
                ("they outlive", "another table"),
            )
        )
    if r.nobody:
        found.append(
            Question(
                at,
                f'Does {", ".join(r.nobody)} in "{r.columns[0]}" of "{r.table}" mean that there is no person?',
                5,
                ("yes", "no"),
            )
        )
    if link.kind is LinkKind.VISIBLE_TO:
        found.append(
            Question(
                at,
                f'May the person of "{r.table}" only see the row, or is it theirs too?',
                12,
                ("only see", "theirs too"),
            )
        )
    return found


def _size(schema: Schema, table: str) -> int:
    rows = schema.tables[table].rows or 0
    return 1 + len(str(rows))
