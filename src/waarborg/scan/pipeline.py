"""The scan: describe, sample, find people, follow references, classify, ask. Reads only; every look is bounded."""

from __future__ import annotations

from collections.abc import Mapping

from waarborg.scan.byvalue import by_identifier, inside_json, model_and_id, polymorphic
from waarborg.scan.classify import ADDRESS_PARTS, SECRET, Facts, Verdict, classify, name_category
from waarborg.scan.findings import Findings
from waarborg.scan.links import LinkFound, choose
from waarborg.scan.looks import ROWS, Looks
from waarborg.scan.questions import questions
from waarborg.scan.references import Finder, Reference, declared
from waarborg.scan.rules import MACHINE_WORDS
from waarborg.scan.subjects import Subject, find_subjects
from waarborg.scan.tables import Role, local_name, role_of
from waarborg.scan.words import canonical, common_prefix
from waarborg.stores.contract import Family, Schema, Store, Table
from waarborg.terms import LinkKind


def scan(store: Store, rows: int = ROWS) -> Findings:
    """Look through one store. `rows` bounds the sample of each table; 0 goes by names and declarations alone.

    Raises `StoreError` when the store cannot be described; a table that cannot be sampled is in `Findings.refused`.
    """
    schema = store.describe()
    looks = Looks(store, schema, rows)
    prefix = common_prefix([local_name(t) for t in schema.tables], 0.6, 5)
    roles = {name: role_of(table, prefix) for name, table in schema.tables.items()}
    subjects = find_subjects(schema.tables, roles)
    references = [*declared(schema), *Finder(schema, roles, subjects, looks).find()]
    keyed = {(r.table, r.target) for r in references}
    first = classify_all(schema, roles, subjects, references, looks)
    categories = {at: v.category for at, v in first.items()}
    references += by_identifier(schema, roles, subjects, looks, categories, keyed)
    reached = set(subjects) | {r.table for r in references if r.target in subjects}
    references += polymorphic(schema, roles, looks, reached)
    references += model_and_id(schema, looks, reached)
    references += inside_json(schema, looks, {n: s for n, s in subjects.items() if s.account})
    links = choose(schema, roles, subjects, references)
    own = [one.reference for one in links if not one.mechanical]
    verdicts = classify_all(schema, roles, subjects, references, looks, own)
    columns = {at: v for at, v in verdicts.items() if v.reported}
    return Findings(
        store=store.name,
        subjects=tuple(subjects.values()),
        columns={at: v for at, v in columns.items()},
        links=tuple(links),
        questions=tuple(questions(store.name, schema, subjects, verdicts, links)),
        secrets={at: v for at, v in verdicts.items() if v.category in SECRET and not v.reported},
        refused=looks.refused,
        tables=len(schema.tables),
    )


def classify_all(
    schema: Schema, roles: Mapping[str, Role], subjects: Mapping[str, Subject], references: list[Reference],
    looks: Looks, own: list[Reference] | None = None,
) -> dict[tuple[str, str], Verdict]:
    """The best verdict about every column of every table, however weak."""
    owned = {r.table for r in (references if own is None else own) if r.target in subjects and r.confidence >= 0.5}
    referring = {(r.table, r.columns[0]) for r in references if len(r.columns) == 1 and not r.by_identifier and r.inside == "whole"}
    found: dict[tuple[str, str], Verdict] = {}
    for table in schema.tables.values():
        role = roles[table.name]
        street, named = _shape(table, role)
        for column in table.columns:
            facts = Facts(
                table.name, column, role,
                unique=any(u.columns == (column.name,) for u in table.uniques),
                key=(column.name,) == table.key,
                reference=(table.name, column.name) in referring,
                person=table.name in subjects,
                owned=table.name in owned,
                street=street,
                named=named,
            )
            verdict = classify(facts, looks.profile(table.name, column.name))
            if verdict:
                found[table.name, column.name] = verdict
    return found


def _shape(table: Table, role: Role) -> tuple[bool, bool]:
    """Whether the table has the parts of an address, and whether it names people itself."""
    words = [set(canonical(c.name)) for c in table.columns if c.family is Family.TEXT]
    parts = sum(1 for w in words if w & {"street", "postcode", "address"} and w & ADDRESS_PARTS)
    people = [c for c in table.columns if not set(canonical(c.name)) & MACHINE_WORDS]
    categories = [name_category(c, role)[0] for c in people]
    first = any({"first", "name"} <= w or {"last", "name"} <= w for w in words)
    return parts >= 1, first or ("email" in categories and "name" in categories)


__all__ = ["LinkFound", "classify_all", "scan"]
