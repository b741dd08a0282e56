"""A first data map from what a scan found: a proposal for a person to read, correct and own.

What the scan is unsure about is in the map too (leaving it out would be deciding), and in the questions. A table of
people, its identifiers, every link and every personal column above the reporting threshold are written; nothing is
ignored on anyone's behalf.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from waarborg.datamap.model import SECRET, ColumnDecl, DataMap, Identifier, Link, StoreDecl, SubjectDecl, TableDecl
from waarborg.scan.findings import Findings
from waarborg.scan.links import LinkFound
from waarborg.scan.moments import dates
from waarborg.scan.subjects import Subject
from waarborg.stores.contract import Schema
from waarborg.terms import LinkKind

CATEGORY: Mapping[str, str] = {
    "email": "account.email",
    "contact": "account.contact",
    "phone": "account.phone",
    "social": "account.social",
    "name": "account.name",
    "username": "account.username",
    "title": "account.name",
    "person_reference": "account.number",
    "birth_date": "account.birth_date",
    "birth_place": "account.birth_place",
    "death_date": "account.death_date",
    "gender": "account.gender",
    "nationality": "account.nationality",
    "national_id": "account.national_id",
    "license_plate": "account.license_plate",
    "address": "account.address",
    "picture": "account.picture",
    "biography": "account.biography",
    "job": "account.job",
    "employer": "account.employer",
    "education": "account.education",
    "language": "account.preferences",
    "timezone": "account.preferences",
    "preferences": "account.preferences",
    "website": "account.website",
    "iban": "billing.iban",
    "bank_account": "billing.bank_account",
    "card_number": "billing.card_number",
    "vat_number": "billing.vat_number",
    "salary": "billing.salary",
    "ip_address": "connection.ip_address",
    "mac_address": "connection.mac_address",
    "user_agent": "connection.browser",
    "hostname": "connection.hostname",
    "referer": "connection.referer",
    "device": "connection.device",
    "geolocation": "connection.location",
    "activity": "connection.activity",
    "voice": "content.voice",
    "free_text": "content.text",
    "encoded": "content.encoded",
    "secret": SECRET,
    "session": SECRET,
}
"""Category of a finding -> `category.item` in the draft. Special categories (Art. 9, 10) stand under `special`."""

_NORMALISE = {"email": ("trim", "lowercase"), "phone": ("phone",)}


def draft(findings: Findings, schema: Schema, store: StoreDecl) -> DataMap:
    """The draft of a map for one store. Pure.

    A table that looks personal and leads to nobody is not in it: whose it is, is a question (see `findings.questions`),
    and until somebody answers it `waarborg check` reports its columns as unmapped.
    """
    subjects = {s.table: s for s in findings.subjects}
    links: dict[str, list[Link]] = defaultdict(list)
    for link in findings.links:
        table, one = (
            _turned(link, store.name) if link.carries else (link.reference.table, _link(link, schema, store.name))
        )
        if one not in links[table]:
            links[table].append(one)
    columns: dict[str, dict[str, ColumnDecl]] = defaultdict(dict)
    for link in findings.links:
        if link.kind is LinkKind.ABOUT:
            # Who made or handled a row is said by the reference alone.
            described = [c for c in link.reference.columns if c not in link.reference.where]
            columns[link.reference.table].update((c, ColumnDecl(c, "account.reference")) for c in described)
    for (table, column), verdict in findings.columns.items():
        columns[table][column] = ColumnDecl(column, CATEGORY.get(verdict.category, f"special.{verdict.category}"))
    for guest in findings.guests if schema.engine != "files" else ():  # lines of a log are no people
        if not links[guest.table]:
            # Nothing leads from here to a person with an account: its rows are people themselves.
            subjects.setdefault(guest.table, guest)
    for table, subject in subjects.items():
        for kind, column in subject.identifiers.items():
            columns[table].setdefault(column, ColumnDecl(column, CATEGORY[kind]))
    found = _leading(set(subjects), links, store.name)
    named = [t for t in schema.tables if not schema.tables[t].view and t in found]
    tables = {
        f"{store.name}.{t}": TableDecl(
            f"{store.name}.{t}",
            subject=subject_of(subjects[t]) if t in subjects else None,
            links=tuple(one for one in links.get(t, ()) if one.target.partition(".")[2] in found),
            columns=dict(columns.get(t, {})),
            dates=dates(schema.tables[t], {c.category for c in columns.get(t, {}).values()}),
            path=findings.paths.get(t, ""),
        )
        for t in named
    }
    return DataMap({store.name: store}, tables)


def _leading(people: set[str], links: dict[str, list[Link]], store: str) -> set[str]:
    """Tables of people, and those from which a link leads to one, at any distance."""
    found = set(people)
    while True:
        more = {t for t, several in links.items() if any(one.target.partition(".")[2] in found for one in several)}
        if more <= found:
            return found
        found |= more


def subject_of(subject: Subject) -> SubjectDecl:
    """How a table of people is declared."""
    return SubjectDecl(
        key=subject.key or tuple(list(subject.identifiers.values())[:1]),
        identifiers=tuple(
            Identifier(kind, column, _NORMALISE.get(kind, ())) for kind, column in subject.identifiers.items()
        ),
        nobody=subject.nobody,
    )


def _turned(link: LinkFound, store: str) -> tuple[str, Link]:
    """The address of an order belongs to the order that names it: the link stands in the address."""
    r = link.reference
    return r.target, Link(LinkKind.BELONGS_TO, f"{store}.{r.table}", r.to_columns, r.columns)


def _link(link: LinkFound, schema: Schema, store: str) -> Link:
    r = link.reference
    own_key = schema.tables[r.target].key == r.to_columns
    discriminators = set(r.where)
    return Link(
        kind=link.kind,
        target=f"{store}.{r.target}",
        columns=tuple(c for c in r.columns if c not in discriminators),
        about=tuple(c for c in r.columns if c not in discriminators) if link.kind is LinkKind.ABOUT else (),
        to_columns=() if own_key else r.to_columns,
        where={column: tuple(values) for column, values in r.where.items()},
        normalise=r.normalise,
        template=r.template,
        inside=r.inside,
        path=r.path,
        nobody=tuple(int(n) if n.lstrip("-").isdigit() else n for n in r.nobody),
    )
