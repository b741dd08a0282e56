"""What can be said about a map without a database: does everything that is named exist, fit, and lead to a person?

A check is a generator of findings. `CHECKS` names them all; adding one is writing it and naming it there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from waarborg.datamap.graph import ownership
from waarborg.datamap.model import SECRET, TECHNICAL, DataMap, Link, TableDecl
from waarborg.datamap.paths import placeholders
from waarborg.errors import Finding, Place, near_miss
from waarborg.terms import LinkKind, Treatment
from waarborg.yamlfile import shown

FOR_ROWS = (Treatment.DELETE, Treatment.REDUCE)
FOR_COLUMNS = (
    Treatment.CLEAR, Treatment.REPLACE, Treatment.GENERALISE, Treatment.PSEUDONYMISE, Treatment.VAULT, Treatment.KEEP,
)  # fmt: skip
FOR_LINKS = {
    LinkKind.BELONGS_TO: (
        Treatment.DELETE, Treatment.STAND_IN, Treatment.CLEAR, Treatment.REPLACE, Treatment.PSEUDONYMISE,
    ),
    LinkKind.ABOUT: (
        Treatment.CLEAR, Treatment.REPLACE, Treatment.STAND_IN, Treatment.GENERALISE, Treatment.PSEUDONYMISE,
        Treatment.DELETE, Treatment.KEEP,
    ),
    LinkKind.VISIBLE_TO: (Treatment.CLEAR, Treatment.REPLACE, Treatment.STAND_IN, Treatment.KEEP),
    LinkKind.ORGANISATION: (Treatment.CLEAR, Treatment.KEEP),
}  # fmt: skip
"""What may happen to a link of each kind when the person goes and the row stays."""
REFERENCE = re.compile(r"(env|file|command):.+", re.DOTALL)
PASSWORD_IN_URL = re.compile(r"//[^/@\s]*:[^/@\s]+@|[?&;](password|passwd|pwd|token|secret|key|apikey)=", re.I)
SECRET_NAME = re.compile(r"passw|passwd|pwd|secret|token|credential|private|(^|[_-])(api|access)?[_-]?key$", re.I)
OWN_KEY = "key"

Findings = Iterator[Finding]


def check_datamap(datamap: DataMap, today: date | None = None) -> list[Finding]:
    """Every finding about the map by itself. With `today`, decisions that have expired are findings too."""
    findings = [finding for check in CHECKS for finding in check(datamap)]
    return findings + list(expired(datamap, today) if today else ())


def stores_hold_no_credentials(datamap: DataMap) -> Findings:
    """A map is committed, mailed and printed; a password in it is everybody's."""
    todo = "Write env:NAME, file:PATH or command:…, and keep the secret there."
    for store in datamap.stores.values():
        for what, url in (("url", store.url), ("read_url", store.read_url)):
            if url and not REFERENCE.match(url) and PASSWORD_IN_URL.search(url):
                yield Finding("WB205", store.place, f"{what} holds a credential.", "This file is shared.", todo)
        for name, value in store.options.items():
            if REFERENCE.match(value):
                continue
            if SECRET_NAME.search(name) or PASSWORD_IN_URL.search(value):
                what = f'The option "{shown(name)}" holds a credential.'
                yield Finding("WB205", store.place, what, "This file is shared.", todo)


def tables_are_in_stores(datamap: DataMap) -> Findings:
    """Every table is in a store that is declared."""
    for table in datamap.tables.values():
        if table.store not in datamap.stores:
            what = f'The store "{shown(table.store)}" is not declared.'
            todo = near_miss(table.store, datamap.stores) or "Declare it under stores."
            yield Finding("WB206", table.place, what, "", todo)
        for other in table.triggers.values():
            if other != "nothing" and other.partition(".")[0] not in datamap.stores:
                what = f'What a trigger does is "nothing" or a table, and "{shown(other)}" is neither.'
                yield Finding("WB206", table.place, what, "", "Write the table with its store, or nothing.")


def links_arrive(datamap: DataMap) -> Findings:
    """The target of a link, and the table it goes through, are in the map; an identifier is one the target has."""
    for table, link in _links(datamap):
        target = datamap.tables.get(link.target)
        if target is None:
            yield _absent(datamap, link, link.target, "A link leads to a table that is in the map.")
        elif link.by_identifier or link.mentions:
            yield from _identifiers(link, target)
        if link.through is None:
            continue
        if link.through.table not in datamap.tables:
            yield _absent(datamap, link, link.through.table, "Its rows say who takes part, so they are personal too.")
        elif link.through.table.partition(".")[0] != table.store:
            why = "The rows between are looked up where the data is, in one statement."
            todo = "Go through a table of the same store."
            yield Finding("WB216", link.place, "The table between is in another store.", why, todo)


def _absent(datamap: DataMap, link: Link, name: str, why: str) -> Finding:
    todo = near_miss(name, datamap.tables) or "Add it under tables."
    return Finding("WB208", link.place, f'"{shown(name)}" is not in the map.', why, todo)


def _identifiers(link: Link, target: TableDecl) -> Findings:
    kinds = [one.kind for one in target.subject.identifiers] if target.subject else []
    for kind in (link.by_identifier, *link.mentions):
        if kind and kind not in kinds:
            what = f'{target.name} has no identifier "{shown(kind)}".'
            todo = near_miss(kind, kinds) or f"Declare it under subject.identifiers of {target.name}."
            yield Finding("WB209", link.place, what, "A link by value needs to know which column holds it.", todo)


def identifiers_are_named_well(datamap: DataMap) -> Findings:
    """`key` stands for the key of a table of people and is no name for an identifier."""
    for table in datamap.subjects():
        if table.subject and table.subject.identifier(OWN_KEY):
            what = '"key" stands for the key of the table itself.'
            yield Finding("WB209", table.place, what, "", "Give the identifier another name.")
        for one in table.subject.identifiers if table.subject else ():
            if one.table and one.table not in datamap.tables:
                todo = near_miss(one.table, datamap.tables) or "Add it under tables."
                what = f'"{shown(one.table)}" is not in the map.'
                yield Finding("WB208", table.place, what, "It holds identifiers of people.", todo)
            elif one.table and one.table.partition(".")[0] != table.store:
                why = "Identifiers are looked up where the people are, in one statement."
                yield Finding("WB216", table.place, "The identifier is in another store.", why, "Make a link of it.")


def treatments_fit(datamap: DataMap) -> Findings:
    """Each treatment stands where it can be carried out."""
    for table in datamap.tables.values():
        subject = table.subject.on_erasure if table.subject else None
        for treatment in (table.on_erasure, subject):
            if treatment and treatment not in FOR_ROWS:
                yield _misplaced(table.place, treatment, "rows of a table", FOR_ROWS)
        for column in table.columns.values():
            if column.on_erasure and column.on_erasure not in FOR_COLUMNS:
                yield _misplaced(column.place, column.on_erasure, "a column", FOR_COLUMNS)
            elif column.category == SECRET and column.on_erasure is Treatment.KEEP:
                todo = "Choose clear, or leave it out."
                yield Finding("WB210", column.place, "A secret of someone who left is kept.", "", todo)
        for link in table.links:
            if link.on_erasure and link.on_erasure not in FOR_LINKS[link.kind]:
                yield _misplaced(link.place, link.on_erasure, f"a link of the kind {link.kind}", FOR_LINKS[link.kind])


def _misplaced(place: Place, treatment: Treatment, where: str, allowed: tuple[Treatment, ...]) -> Finding:
    todo = f"Choose from: {', '.join(allowed)}."
    return Finding("WB210", place, f"{treatment} cannot be done to {where}.", "", todo)


def stand_ins_exist(datamap: DataMap) -> Findings:
    """A link can only be pointed at a placeholder person that the target declares."""
    for _, link in _links(datamap):
        target = datamap.tables.get(link.target)
        if link.on_erasure is Treatment.STAND_IN and target and not (target.subject and target.subject.stand_in):
            what = f"{target.name} declares no stand-in."
            todo = f"Add subject.stand_in: {{values: {{…}}}} to {target.name}, or choose another treatment."
            yield Finding("WB218", link.place, what, "The row would be pointed at nobody.", todo)


def references_are_whole(datamap: DataMap) -> Findings:
    """A composite reference names as many columns on both sides; a value is in one column."""
    for table, link in _links(datamap):
        target = datamap.tables.get(link.target)
        key = target.subject.key if target and target.subject else ()
        ours = link.through.to if link.through else link.columns
        theirs = link.to_columns or (() if link.by_identifier or link.mentions else key)
        if ours and theirs and len(ours) != len(theirs):
            what = f"{len(ours)} columns here are to match {len(theirs)} of {link.target}."
            why = "A composite key matched in part leads to other people's rows."
            yield Finding("WB212", link.place, what, why, "Name them all, with to: where they differ.")
        own = link.through.own_columns if link.through else ()
        if link.through and own and len(own) != len(link.through.columns):
            between = f"{len(link.through.columns)} columns of {link.through.table}"
            what = f"{between} are to match {len(own)} of {table.name}."
            yield Finding("WB212", link.place, what, "", "Name as many under own: as under by:.")
        single = link.by_identifier or link.inside != "whole" or link.template != "{}"
        if len(link.columns) > 1 and single and not link.mentions:
            yield Finding("WB212", link.place, "A value stands in one column.", "", "Make one link for each column.")


def described_columns_are_mapped(datamap: DataMap) -> Findings:
    """Columns that identify or describe a person have a category, or nobody could say why they are there."""
    for table in datamap.tables.values():
        for link in table.links:
            named = link.about + (link.columns if link.mentions else ())
            yield from _unmapped(table, named, link, "describes a person")
        if table.subject:
            yield from _unmapped(table, table.subject.identifying, None, "identifies a person")


def _unmapped(table: TableDecl, columns: tuple[str, ...], link: Link | None, why: str) -> Findings:
    place = link.place if link else table.place
    for column in columns:
        if column not in table.columns:
            what = f'The column "{shown(column)}" {why} and has no category.'
            todo = near_miss(column, table.columns) or "Add it under columns."
            yield Finding("WB217", place, what, "", todo)


def every_table_leads_to_people(datamap: DataMap) -> Findings:
    """A table in the map is somebody's, or says why it is nobody's."""
    for name in ownership(datamap).leads_to_nobody():
        table = datamap.tables[name]
        if any(link.target not in datamap.tables for link in table.links) or table.unlinked:
            continue  # reported as a link that does not arrive, or explained
        why = "Rows that lead to nobody are missed in every request."
        todo = "Add a link, or unlinked: with the reason why nobody can be named."
        yield Finding("WB211", table.place, "No row of this table leads to a person.", why, todo)
    for table in datamap.tables.values():
        if table.unlinked and (table.links or table.subject):
            todo = "Remove unlinked:, or the links."
            yield Finding("WB211", table.place, "The table is called unlinked, but it leads to people.", "", todo)


def nothing_is_said_twice(datamap: DataMap) -> Findings:
    """The same link once; a table that is ignored is not mapped as well."""
    for table in datamap.tables.values():
        for number, link in enumerate(table.links):
            if link in table.links[:number]:
                yield Finding("WB214", link.place, "The same link stands here a second time.", "", "Remove one.")
    seen: set[str] = set()
    for one in datamap.ignored:
        table_name, _, column = one.name.rpartition(".")
        mapped = one.name in datamap.tables or (
            table_name in datamap.tables and column in datamap.tables[table_name].columns
        )
        if mapped:
            what = f'"{shown(one.name)}" is mapped and ignored.'
            yield Finding("WB214", one.place, what, "Only one can be meant.", "Remove one of the two.")
        if one.name in seen:
            yield Finding("WB214", one.place, f'"{shown(one.name)}" is ignored twice.', "", "Remove one.")
        seen.add(one.name)
        if one.name.partition(".")[0] not in datamap.stores:
            todo = near_miss(one.name.partition(".")[0], datamap.stores) or "Write store.table or store.table.column."
            yield Finding("WB206", one.place, f'"{shown(one.name)}" is in no declared store.', "", todo)


def paths_are_readable(datamap: DataMap) -> Findings:
    """Each placeholder of a path template names a table and a column."""
    todo = "Write for example uploads/{app.member.id}/**."
    for table in datamap.tables.values():
        left = re.sub(r"\{[^{}]*\}", "", table.path)
        bad = any(not name or "." not in name or not column for name, column in placeholders(table.path))
        if bad or "{" in left or "}" in left:
            yield Finding("WB215", table.place, "A placeholder of the path names no column.", "", todo)


def categories_are_decided(datamap: DataMap) -> Findings:
    """`secret` and `technical` have no items."""
    for table in datamap.tables.values():
        for column in table.columns.values():
            if column.category.partition(".")[0] in (SECRET, TECHNICAL) and "." in column.category:
                what = f"{column.category.partition('.')[0]} has no items."
                yield Finding("WB204", column.place, what, "", "Leave out what follows the dot.")


def expired(datamap: DataMap, today: date) -> Findings:
    """A decision to leave something out holds until its date."""
    for one in datamap.ignored:
        if one.until < today:
            what = f'The decision to ignore "{shown(one.name)}" ended on {one.until.isoformat()}.'
            todo = f"Map it, or let {shown(one.owner)} decide again with a new date."
            yield Finding("WB213", one.place, what, "A decision nobody renews is forgotten.", todo)


def _links(datamap: DataMap) -> Iterator[tuple[TableDecl, Link]]:
    for table in datamap.tables.values():
        for link in table.links:
            yield table, link


CHECKS: tuple[Callable[[DataMap], Findings], ...] = (
    stores_hold_no_credentials,
    tables_are_in_stores,
    links_arrive,
    identifiers_are_named_well,
    treatments_fit,
    stand_ins_exist,
    references_are_whole,
    described_columns_are_mapped,
    every_table_leads_to_people,
    nothing_is_said_twice,
    paths_are_readable,
    categories_are_decided,
)
