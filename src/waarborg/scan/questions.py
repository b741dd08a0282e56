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
    guests: Sequence[Subject] = (),
    apart: Mapping[str, tuple[int, int]] | None = None,
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
                    "people",
                    subject.table,
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
                    "special",
                    table,
                    (column,),
                )
            )
        elif 0.4 <= verdict.confidence < 0.6:
            asked.append(
                Question(
                    at,
                    f'Does "{column}" of "{table}" say something of a person ({verdict.category.replace("_", " ")})?',
                    _size(schema, table),
                    ("yes", "no"),
                    "personal",
                    table,
                    (column,),
                )
            )
    for table, (alone, seen) in (apart or {}).items():
        text = (
            f'{alone} of {seen} sampled rows of "{table}" name somebody and lead to no account: may such a person '
            "ask for these rows by that address?"
        )
        asked.append(Question(f"{store}.{table}", text, 30, ("yes", "no"), "guests", table))
    asked += _lost(store, schema, subjects, verdicts, links, {one.table for one in guests})
    return sorted(asked, key=lambda q: (-q.impact, q.about))


def _lost(
    store: str,
    schema: Schema,
    subjects: Mapping[str, Subject],
    verdicts: Mapping[tuple[str, str], Verdict],
    links: Sequence[LinkFound],
    guests: set[str],
) -> list[Question]:
    """Tables that look personal and from which nothing leads to a person: no request would reach their rows."""
    reached = set(subjects) | {link.reference.table for link in links}
    reached |= {link.reference.target for link in links if link.kind is LinkKind.ORGANISATION or link.carries}
    kinds: dict[str, set[str]] = {}
    for (table, _), verdict in verdicts.items():
        if verdict.reported and table not in reached and not schema.tables[table].view:
            kinds.setdefault(table, set()).add(verdict.category.replace("_", " "))
    return [
        Question(
            f"{store}.{table}",
            f'"{table}" looks personal ({", ".join(sorted(held))}), and nothing in it leads to a person: whose is it?',
            20 + len(held) + _size(schema, table),
            ("of people we cannot name", "no person in it", *(["each row is a person"] if table in guests else [])),
            "lost",
            table,
        )
        for table, held in kinds.items()
    ]


def _of_link(store: str, link: LinkFound) -> list[Question]:
    r = link.reference
    at, columns = f"{store}.{r.table}.{r.columns[0]}", " and ".join(r.columns)
    asked: list[tuple[str, int, tuple[str, ...], str]] = []
    if r.confidence < _UNSURE:
        asked.append((f'Does "{columns}" of "{r.table}" lead to "{r.target}"?', 8, ("yes", "no"), "link"))
    if r.orphans > 0.02:
        text = (
            f'{r.orphans:.0%} of the sampled keys in "{r.columns[0]}" of "{r.table}" lead to no "{r.target}": '
            "do these rows outlive their owner, or does the link lead elsewhere?"
        )
        asked.append((text, 15, ("they outlive", "another table"), "orphans"))
    if r.nobody:
        text = f'Does {", ".join(r.nobody)} in "{r.columns[0]}" of "{r.table}" mean that there is no person?'
        asked.append((text, 5, ("yes", "no"), "nobody"))
    if link.kind is LinkKind.VISIBLE_TO:
        text = f'May the person of "{r.table}" only see the row, or is it theirs too?'
        asked.append((text, 12, ("only see", "theirs too"), "shared"))
    return [
        Question(at, text, impact, answers, kind, r.table, r.columns, r.target) for text, impact, answers, kind in asked
    ]


def _size(schema: Schema, table: str) -> int:
    rows = schema.tables[table].rows or 0
    return 1 + len(str(rows))
