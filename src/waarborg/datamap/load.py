"""The way in: `datamap.yaml` becomes a `DataMap`, or one error with everything that is wrong with it.

The file is read up to a bound, without anchors, aliases or tags (see `waarborg.yamlfile`); what names what is checked
afterwards (see `waarborg.datamap.checks`), as far as that can be done without a database.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from waarborg.datamap.checks import check_datamap
from waarborg.datamap.links import read_link, read_normalise
from waarborg.datamap.model import (
    FORMS,
    ColumnDecl,
    DataMap,
    Identifier,
    Ignored,
    Link,
    Restricted,
    StandIn,
    StoreDecl,
    SubjectDecl,
)
from waarborg.datamap.model import TableDecl as Table
from waarborg.datamap.paths import path_links
from waarborg.datamap.read import Fields, Reader, Unreadable
from waarborg.errors import DataMapError, Finding, Severity, near_miss
from waarborg.terms import Treatment
from waarborg.yamlfile import Map, Node, Scalar, in_order, parse_text, read_text, shown

MAX_BYTES = 5_000_000
MAX_NODES = 500_000
STORE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
CATEGORY = re.compile(r"[A-Za-z_][\w-]*(\.[A-Za-z_][\w-]*)?")
STORE_KEYS = ("kind", "url", "root", "read_url", "region", "marker", "options")
TABLE_KEYS = (
    "subject", "links", "columns", "dates", "zone", "on_erasure", "triggers", "path", "options", "unlinked",
    "group_size",
)  # fmt: skip
SUBJECT_KEYS = ("key", "identifiers", "where", "nobody", "on_erasure", "stand_in", "restricted")


def load_datamap(path: str | os.PathLike[str], today: date | None = None) -> DataMap:
    """The map in a file. Raises `DataMapError` with every error; warnings are `check_datamap`'s to tell.

    With `today`, decisions to ignore something that have expired are errors too.
    """
    datamap, findings = read_datamap(path, today)
    errors = [one for one in findings if one.severity is Severity.ERROR]
    if datamap is None or errors:
        raise DataMapError(errors or findings)
    return datamap


def read_datamap(path: str | os.PathLike[str], today: date | None = None) -> tuple[DataMap | None, list[Finding]]:
    """The map in a file as far as it could be read, and everything wrong with it. Never raises for a file."""
    text, refused = read_text(path, MAX_BYTES)
    if refused is not None:
        return None, [refused]
    return parse_datamap(text, Path(path).name, today)


def parse_datamap(
    text: str, file: str = "datamap.yaml", today: date | None = None
) -> tuple[DataMap | None, list[Finding]]:
    """The map in a text, and everything wrong with it, top to bottom."""
    datamap, findings = parse_form(text, file)
    if datamap is not None and not findings:  # a part that is missing would make the cross-checks complain as well
        findings = in_order(check_datamap(datamap, today))
    return datamap, findings


def parse_form(text: str, file: str = "datamap.yaml") -> tuple[DataMap | None, list[Finding]]:
    """The map in a text as far as its form goes: what names what is not looked at."""
    node, findings = parse_text(text, file, MAX_NODES)
    if node is None:
        return None, findings
    reader = Reader(file, findings)
    try:
        datamap = _datamap(reader, node)
    except Unreadable:
        return None, in_order(findings)
    return datamap, in_order(findings)


def _datamap(reader: Reader, node: Node) -> DataMap:
    fields = reader.fields(node, "datamap", ("stores", "tables", "ignored"))
    fields.require("stores", "tables")
    stores: dict[str, StoreDecl] = {}
    tables: dict[str, Table] = {}
    for name, (line, inner) in _named(fields, "stores").items():
        try:
            stores[name] = _store(reader, name, line, inner)
        except Unreadable:
            continue
    for name, (line, inner) in _named(fields, "tables").items():
        try:
            tables[name] = _table(reader, name, line, inner)
        except Unreadable:
            continue
    ignored: list[Ignored] = []
    listed = fields.node("ignored")
    for number, item in enumerate(reader.items(listed) if listed is not None else []):
        try:
            ignored += _ignored(reader, item, f"ignored.{number}")
        except Unreadable:
            continue
    return DataMap(stores, tables, tuple(ignored))


def _named(fields: Fields, key: str) -> Mapping[str, tuple[int, Node]]:
    node = fields.node(key)
    try:
        return {} if node is None else fields.reader.entries(node, key)
    except Unreadable:
        return {}


# ------------------------------------------------------------------------------------------------ stores


def _store(reader: Reader, name: str, line: int, node: Node) -> StoreDecl:
    path = f"stores.{shown(name)}"
    if not STORE_NAME.fullmatch(name):
        raise reader.fail("WB204", line, path, "This is not a name for a store.", "", "Use letters, digits, - and _.")
    fields = reader.fields(node, path, STORE_KEYS)
    fields.require("kind")
    if "url" in fields and "root" in fields:
        raise reader.fail("WB207", line, path, "url and root say the same thing.", "", "Keep one of them.")
    return StoreDecl(
        name=name,
        kind=fields.text("kind"),
        url=fields.text("url") or fields.text("root"),
        read_url=fields.text("read_url"),
        region=fields.text("region"),
        marker=fields.flag("marker"),
        options=fields.texts("options"),
        place=reader.place(line, path),
    )


# ------------------------------------------------------------------------------------------------ tables


def _table(reader: Reader, name: str, line: int, node: Node) -> Table:
    path = f"tables.{shown(name)}"
    store, _, local = name.partition(".")
    if not store or not local or not name.isprintable():
        why = "Two stores may have a table of the same name."
        raise reader.fail("WB206", line, path, "A table is named with its store.", why, "Write store.table.")
    fields = reader.fields(node, path, TABLE_KEYS)
    subject = fields.node("subject")
    template = fields.text("path")
    links = _links(reader, fields)
    return Table(
        name=name,
        subject=None if subject is None else _subject(reader, subject, f"{path}.subject"),
        links=links + path_links(template, links, reader.place(line, path)),
        columns=_columns(reader, fields),
        dates=fields.texts("dates"),
        zone=_zone(fields),
        on_erasure=fields.choice(Treatment, "on_erasure"),
        triggers=fields.texts("triggers"),
        path=template,
        options=fields.texts("options"),
        unlinked=fields.text("unlinked"),
        group_size=fields.text("group_size"),
        place=reader.place(line, path),
    )


def _zone(fields: Fields) -> str:
    zone = fields.text("zone", "UTC")
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        todo = "Write for example Europe/Amsterdam."
        fields.reader.fail("WB204", fields.line, fields.at("zone"), "This time zone is not known.", "", todo)
    return zone


def _links(reader: Reader, fields: Fields) -> tuple[Link, ...]:
    links = []
    node = fields.node("links")
    for number, item in enumerate(reader.items(node) if node is not None else []):
        try:
            links.append(read_link(reader, item, f"{fields.path}.links.{number}"))
        except Unreadable:
            continue
    return tuple(links)


def _columns(reader: Reader, fields: Fields) -> dict[str, ColumnDecl]:
    columns = {}
    for name, (line, node) in _named(fields, "columns").items():
        try:
            columns[name] = _column(reader, name, line, node, f"{fields.path}.columns.{shown(name)}")
        except Unreadable:
            continue
    return columns


def _column(reader: Reader, name: str, line: int, node: Node, path: str) -> ColumnDecl:
    reader.name(Scalar(name, line, quoted=True), path)
    if not isinstance(node, Map):
        category, treatment, words, source = reader.text(node, path), None, "", ""
        form: tuple[str, ...] = ()
    else:
        fields = reader.fields(node, path, ("is", "on_erasure", "replace_with", "source", "form"))
        fields.require("is")
        category, source = fields.text("is"), fields.text("source")
        treatment, words = fields.choice(Treatment, "on_erasure"), fields.text("replace_with")
        if words and treatment is not Treatment.REPLACE:
            todo = "Add on_erasure: replace."
            raise reader.fail("WB207", line, path, "A text to replace with needs to be told when.", "", todo)
        form = fields.names("form")
        for name_ in set(form) - set(FORMS):
            todo = near_miss(name_, FORMS) or f"Choose from: {', '.join(FORMS)}."
            raise reader.fail("WB204", line, f"{path}.form", "This is not a form that a copy can have.", "", todo)
    if not CATEGORY.fullmatch(category):
        todo = "Write category, category.item, secret or technical."
        raise reader.fail("WB204", line, path, "This is not a category of data.", "", todo)
    return ColumnDecl(name, category, treatment, words, source, reader.place(line, path), form)


# ------------------------------------------------------------------------------------------------ people


def _subject(reader: Reader, node: Node, path: str) -> SubjectDecl:
    fields = reader.fields(node, path, SUBJECT_KEYS)
    stand_in, restricted = fields.node("stand_in"), fields.node("restricted")
    return SubjectDecl(
        key=fields.names("key"),
        identifiers=_identifiers(reader, fields),
        where=fields.conditions("where"),
        nobody=fields.keys("nobody"),
        on_erasure=fields.choice(Treatment, "on_erasure") or Treatment.DELETE,
        stand_in=None if stand_in is None else _stand_in(reader, stand_in, f"{path}.stand_in"),
        restricted=None if restricted is None else _restricted(reader, restricted, f"{path}.restricted"),
    )


def _restricted(reader: Reader, node: Node, path: str) -> Restricted:
    fields = reader.fields(node, path, ("column", "is"))
    fields.require("column", "is")
    inner = fields.node("is")
    assert inner is not None  # noqa: S101 - required above
    value = reader.constant(inner, f"{path}.is")
    if value is None:
        raise reader.fail("WB204", node.line, path, "NULL marks nothing.", "", "Name the value that marks: is: true.")
    return Restricted(fields.name("column"), value)


def _identifiers(reader: Reader, fields: Fields) -> tuple[Identifier, ...]:
    found = []
    for kind, (_, node) in _named(fields, "identifiers").items():
        path = f"{fields.path}.identifiers.{shown(kind)}"
        try:
            if not isinstance(node, Map):
                first, *more = reader.names(node, path)
                found.append(Identifier(kind, first, more=tuple(more)))
                continue
            inner = reader.fields(node, path, ("column", "normalise", "table", "by", "nobody", "where"))
            inner.require("column", *(("by",) if "table" in inner else ()))
            first, *more = inner.names("column")
            found.append(
                Identifier(
                    kind,
                    first,
                    read_normalise(inner),
                    tuple(more),
                    inner.name("table"),
                    inner.names("by"),
                    inner.keys("nobody"),
                    inner.conditions("where"),
                )
            )
        except Unreadable:
            continue
    return tuple(found)


def _stand_in(reader: Reader, node: Node, path: str) -> StandIn:
    fields = reader.fields(node, path, ("values", "find", "tenant"))
    fields.require("values")
    values_node = fields.node("values")
    assert values_node is not None  # noqa: S101 - required above
    values = {
        column: reader.constant(inner, f"{path}.values.{shown(column)}")
        for column, (_, inner) in reader.entries(values_node, f"{path}.values").items()
    }
    if not values:
        raise reader.fail("WB203", node.line, path, "The placeholder has no values.", "", "Write {column: value}.")
    return StandIn(values, fields.names("find") or tuple(values), fields.name("tenant"))


# ------------------------------------------------------------------------------------------------ ignored


def _ignored(reader: Reader, node: Node, path: str) -> list[Ignored]:
    fields = reader.fields(node, path, ("table", "tables", "column", "columns", "reason", "owner", "until"))
    fields.require("reason", "owner", "until")
    names = [name for key in ("table", "tables", "column", "columns") for name in fields.names(key)]
    if not names:
        todo = "Write table: or column:, with the store before it."
        raise reader.fail("WB202", node.line, path, "Nothing is named that should be ignored.", "", todo)
    try:
        until = date.fromisoformat(fields.text("until"))
    except ValueError:
        todo = "Write year-month-day, for example 2027-12-31."
        raise reader.fail("WB204", node.line, f"{path}.until", "This is not a date.", "", todo) from None
    reason, owner = fields.text("reason"), fields.text("owner")
    return [Ignored(name, reason, owner, until, reader.place(node.line, path)) for name in names]
