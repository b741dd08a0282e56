"""A data map written as YAML that a person likes to read: one line per column and link, nothing that is default.

`tree` gives the plain structure of the file, `dump` its text. Reading the text gives the same map again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from waarborg.datamap.links import RESERVED, SEPARATOR
from waarborg.datamap.model import (
    ColumnDecl,
    DataMap,
    Identifier,
    Ignored,
    Link,
    StandIn,
    StoreDecl,
    SubjectDecl,
    TableDecl,
)
from waarborg.datamap.paths import derived
from waarborg.datamap.write import Tree, block
from waarborg.terms import Treatment

HEADER = """\
# Where personal data is, and whose. Drafted by `waarborg scan`, owned by you: edit it, review its differences.
# A table leads to people by its links; a column says which data of the policy it holds.
"""
WORDS = {"json": "by_json", "list": "by_list", "yaml": "by_yaml", "serialised": "by_serialised"}


def dump(datamap: DataMap, header: str = HEADER) -> str:
    """The text of `datamap.yaml`, in the order of the map."""
    sections = [block({name: part}) for name, part in tree(datamap).items()]
    return "\n".join([header, *sections] if header else sections)


def tree(datamap: DataMap) -> dict[str, Tree]:
    """The map as mappings, lists and constants, as the file holds it."""
    found: dict[str, Tree] = {
        "stores": {store.name: store_tree(store) for store in datamap.stores.values()},
        "tables": {table.name: table_tree(table) for table in datamap.tables.values()},
    }
    if datamap.ignored:
        found["ignored"] = ignored_tree(datamap)
    return found


def store_tree(store: StoreDecl) -> dict[str, Tree]:
    """A store."""
    return _said(
        kind=store.kind,
        **{"root" if store.kind == "files" else "url": store.url},
        read_url=store.read_url,
        region=store.region,
        marker=store.marker,
        options=store.options,
    )


def table_tree(table: TableDecl) -> dict[str, Tree]:
    """A table."""
    subject: dict[str, Tree] = {} if table.subject is None else {"subject": subject_tree(table.subject)}
    return subject | _said(
        path=table.path,
        links=[link_tree(link) for link in table.links if not derived(link)],
        columns={column.name: column_tree(column) for column in table.columns.values()},
        dates=table.dates,
        zone=table.zone if table.zone != "UTC" else "",
        on_erasure=table.on_erasure,
        triggers=table.triggers,
        options=table.options,
        unlinked=table.unlinked,
        group_size=table.group_size,
    )


def subject_tree(subject: SubjectDecl) -> dict[str, Tree]:
    """What makes the rows of a table people."""
    return _said(
        key=_few(subject.key),
        identifiers={one.kind: _identifier(one) for one in subject.identifiers},
        where=_conditions(subject.where),
        nobody=list(subject.nobody),
        on_erasure=subject.on_erasure if subject.on_erasure is not Treatment.DELETE else None,
        stand_in=_stand_in(subject.stand_in) if subject.stand_in else None,
        restricted={"column": subject.restricted.column, "is": subject.restricted.value}
        if subject.restricted
        else None,
    )


def column_tree(column: ColumnDecl) -> Tree:
    """A column: its category, or a mapping where there is more to say."""
    more = _said(
        on_erasure=column.on_erasure, replace_with=column.replace_with, source=column.source, form=_few(column.form)
    )
    return {"is": column.category, **more} if more else column.category


def link_tree(link: Link) -> dict[str, Tree]:
    """A link, in the shortest form that is not misread."""
    way, to_said, where_said = _way(link)
    return {
        link.kind.value: link.target,
        **way,
        **_said(
            to=() if to_said else _few(link.to_columns),
            where={} if where_said else _conditions(link.where),
            nobody=list(link.nobody),
            mentions=list(link.mentions),
            columns=list(link.about),
            on_erasure=link.on_erasure,
            replace_with=link.replace_with,
            dies_with=link.dies_with,
            withhold=link.withhold,
        ),
    }


def _way(link: Link) -> tuple[dict[str, Tree], bool, bool]:
    """How the row refers, and whether that says `to_columns` and `where` already."""
    if link.through:
        between = link.through
        parts = _said(table=between.table, by=_few(between.columns), own=_few(between.own_columns), to=_few(between.to))
        return {"through": parts}, False, False
    if link.mentions:
        return {"in_encoded" if link.inside == "encoded" else "in_text": _few(link.columns)}, False, False
    how = _said(normalise=_few(link.normalise), template=link.template if link.template != "{}" else "")
    if link.inside != "whole":
        return {WORDS[link.inside]: _inside(link, how)}, False, False
    column = link.columns[0] if link.columns else ""
    if link.by_identifier:
        if column in RESERVED:
            return {"by_value": {"column": column, "kind": link.by_identifier, **how}}, False, False
        return {"by_value": {column: link.by_identifier, **how}}, False, False
    if how:
        return {"by": {"column": column, **how}}, False, False
    if len(link.where) == 1:
        [(kind, values)] = link.where.items()
        return {"by": {"type": kind, "is": _few(values), "id": _few(link.columns)}}, False, True
    if link.to_columns and len(link.to_columns) == len(link.columns) and not RESERVED & set(link.columns):
        return {"by": dict(zip(link.columns, link.to_columns, strict=True))}, True, False
    return {"by": _few(link.columns)}, False, False


def _inside(link: Link, how: Mapping[str, Tree]) -> Tree:
    where = {"separator": link.path} if link.inside == "list" else {"path": link.path}
    default = SEPARATOR if link.inside == "list" else ""
    said = _said(**({} if link.path == default else where), kind=link.by_identifier, **how)
    return {"column": link.columns[0], **said} if said else link.columns[0]


def ignored_tree(datamap: DataMap) -> list[Tree]:
    """The decisions to leave something out; neighbours with the same words share an entry."""

    def sort(one: Ignored) -> tuple[str, str, str, bool]:
        return one.reason, one.owner, one.until.isoformat(), one.name.rpartition(".")[0] in datamap.tables

    found: list[Tree] = []
    for (reason, owner, until, column), group in groupby(datamap.ignored, key=sort):
        names: list[Tree] = [one.name for one in group]
        word = "column" if column else "table"
        what: dict[str, Tree] = {word: names[0]} if len(names) == 1 else {f"{word}s": names}
        found.append({**what, "reason": reason, "owner": owner, "until": until})
    return found


def _identifier(one: Identifier) -> Tree:
    more = _said(table=one.table, by=_few(one.by), normalise=_few(one.normalise), nobody=list(one.nobody))
    more |= _said(where=_conditions(one.where))
    return {"column": _few(one.columns), **more} if more else _few(one.columns)


def _stand_in(one: StandIn) -> dict[str, Tree]:
    find = () if one.find == tuple(one.values) else one.find
    return {"values": dict(one.values), **_said(find=_few(find), tenant=one.tenant)}


def _conditions(where: Mapping[str, tuple[str | int | bool | None, ...]]) -> dict[str, Tree]:
    return {column: _few(values) for column, values in where.items()}


def _few(values: Sequence[str | int | bool | None]) -> Tree:
    """One value by itself, several as a list."""
    return values[0] if len(values) == 1 else list(values)


def _said(**parts: object) -> dict[str, Tree]:
    """What differs from nothing: neither None, nor false, nor empty."""
    return {name: _plain(part) for name, part in parts.items() if part not in (None, False, "", (), [], {})}


def _plain(part: object) -> Tree:
    match part:
        case Treatment():
            return part.value
        case Mapping():
            return {str(key): _plain(value) for key, value in part.items()}
        case list() | tuple():
            return [_plain(value) for value in part]
        case str() | int() | None:
            return part
    raise TypeError(type(part).__name__)
