"""The scan: describe, sample, find people, follow references, classify, ask. Reads only; every look is bounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from waarborg.scan.byvalue import by_identifier, by_value_alone, inside_json, model_and_id, polymorphic
from waarborg.scan.classify import ADDRESS_PARTS, SECRET, Facts, Verdict, classify, name_category
from waarborg.scan.findings import Findings
from waarborg.scan.links import LinkFound, Ownership, choose
from waarborg.scan.looks import ROWS, Looks
from waarborg.scan.questions import questions
from waarborg.scan.references import Finder, Reference, declared
from waarborg.scan.rules import MACHINE_WORDS
from waarborg.scan.subjects import Subject, apart, find_guests, find_subjects
from waarborg.scan.tables import Role, local_name, role_of
from waarborg.scan.words import canonical, common_prefix
from waarborg.stores.contract import Family, Schema, Store, Table
from waarborg.terms import LinkKind


def scan(store: Store, rows: int = ROWS, schema: Schema | None = None, looks: Looks | None = None) -> Findings:
    """Look through one store. `rows` bounds the sample of each table; 0 goes by names and declarations alone.

    `schema` spares describing the store again, `looks` keeps what was sampled for who wants to test more. Raises
    `StoreError` when the store cannot be described; a table that cannot be sampled is in `Findings.refused`.
    """
    schema = _without_partitions(schema or store.describe())
    looks = looks or Looks(store, schema, rows)
    prefix = common_prefix([local_name(t) for t in schema.tables], 0.6, 5)
    roles = {name: role_of(table, prefix) for name, table in schema.tables.items()}
    subjects = find_subjects(schema.tables, roles)
    references = [*declared(schema), *Finder(schema, roles, subjects, looks).find()]
    keyed = {(r.table, r.target) for r in references}
    first = classify_all(schema, roles, subjects, references, looks)
    categories = {at: v.category for at, v in first.items()}
    references += by_identifier(schema, roles, subjects, looks, categories, keyed)
    linked = {(r.table, c) for r in references for c in r.columns}
    references += by_value_alone(schema, subjects, looks, linked)
    reached = set(subjects) | {r.table for r in references if r.target in subjects}
    references += polymorphic(schema, roles, looks, reached)
    references += model_and_id(schema, looks, reached)
    references += inside_json(schema, looks, {n: s for n, s in subjects.items() if s.account})
    links, owned = choose(schema, roles, subjects, references)
    verdicts = classify_all(schema, roles, subjects, references, looks, (links, owned))
    columns = {at: v for at, v in verdicts.items() if v.reported}
    guests = tuple(find_guests(schema.tables, roles, subjects, columns)) if schema.engine != "files" else ()
    return Findings(
        store=store.name,
        subjects=tuple(subjects.values()),
        columns=columns,
        links=tuple(links),
        questions=tuple(
            questions(store.name, schema, subjects, verdicts, links, guests, apart(guests, _led(links), looks))
        ),
        secrets={at: v for at, v in verdicts.items() if v.category in SECRET and not v.reported},
        guests=guests,
        refused=looks.refused,
        tables=len(schema.tables),
        sizes=looks.sizes(),
        names=_full_names(schema),
        paths={n: t.comment for n, t in schema.tables.items()} if schema.engine == "files" else {},
        not_visible=schema.not_visible,
    )


def _led(links: list[LinkFound]) -> dict[str, list[str]]:
    """The columns of each table that lead to a person: by a key of theirs, or over a row that is theirs."""
    found: dict[str, list[str]] = {}
    for link in links:
        r = link.reference
        if not r.by_identifier and link.kind is LinkKind.BELONGS_TO and r.table != r.target:
            found.setdefault(r.table, []).extend(r.columns)
    return found


def _without_partitions(schema: Schema) -> Schema:
    """The tables whose rows are their own: those of a partition are found through the table it is a part of."""
    return replace(schema, tables={name: one for name, one in schema.tables.items() if not one.partition_of})


def _full_names(schema: Schema) -> dict[str, str]:
    """The schema before a table's name where the engine has schemas and the name leaves the default one out.

    A MariaDB "schema" is the database itself, which the store's name stands for already.
    """
    if schema.engine != "postgresql":
        return {}
    return {
        name: f"{t.schema}.{name}"
        for name, t in schema.tables.items()
        if t.schema and not name.startswith((f"{t.schema}.", f'"{t.schema}".'))
    }


def classify_all(
    schema: Schema,
    roles: Mapping[str, Role],
    subjects: Mapping[str, Subject],
    references: list[Reference],
    looks: Looks,
    followed: tuple[list[LinkFound], Ownership] | None = None,
) -> dict[tuple[str, str], Verdict]:
    """The best verdict about every column of every table, however weak."""
    listed = references if followed is None else [one.reference for one in followed[0] if not one.mechanical]
    owned = {r.table for r in listed if r.target in subjects and r.confidence >= 0.5}
    ownership = followed[1] if followed else Ownership(frozenset(), frozenset())
    referring = {
        (r.table, r.columns[0])
        for r in references
        if len(r.columns) == 1 and not r.by_identifier and r.inside == "whole"
    }
    found: dict[tuple[str, str], Verdict] = {}
    for table in schema.tables.values():
        role = roles[table.name]
        street, named = _shape(table, role)
        for column in table.columns:
            facts = Facts(
                table.name,
                column,
                role,
                unique=any(u.columns == (column.name,) for u in table.uniques),
                key=(column.name,) == table.key,
                reference=(table.name, column.name) in referring,
                person=table.name in subjects,
                owned=table.name in owned,
                own=table.name in ownership.own,
                chain=table.name in ownership.chained,
                extension=_extends(table, subjects),
                street=street,
                named=named,
            )
            verdict = classify(facts, looks.profile(table.name, column.name))
            if verdict:
                found[table.name, column.name] = verdict
    return found


def _extends(table: Table, subjects: Mapping[str, Subject]) -> bool:
    """Whether each row belongs to exactly one account."""
    alone = (
        {frozenset(u.columns) for u in table.uniques}
        | {frozenset(table.key)}
        | {frozenset(i.columns) for i in table.indexes if i.unique}
    )
    return any(
        r.table in subjects and subjects[r.table].account and frozenset(r.columns) in alone for r in table.foreign_keys
    )


def _shape(table: Table, role: Role) -> tuple[bool, bool]:
    """Whether the table has the parts of an address, and whether it names people itself."""
    words = [set(canonical(c.name)) for c in table.columns if c.family is Family.TEXT]
    parts = sum(1 for w in words if w & {"street", "postcode", "address"} and w & ADDRESS_PARTS)
    people = [c for c in table.columns if not set(canonical(c.name)) & MACHINE_WORDS]
    categories = [name_category(c, role)[0] for c in people]
    first = any({"first", "name"} <= w or {"last", "name"} <= w for w in words)
    mailed = role.content and any("recipient" in canonical(c.name) for c in people)
    return parts >= 1, first or mailed or (not role.place and ("email" in categories and "name" in categories))


__all__ = ["LinkFound", "classify_all", "scan"]
