"""The links of a map, tested on a few values: one whose keys all lead nowhere leads to the wrong table, or is dead."""

from __future__ import annotations

from collections.abc import Iterator

from waarborg.datamap.model import DataMap, Link, TableDecl
from waarborg.scan.looks import Looks
from waarborg.scan.snapshot import Lead

ENOUGH = 4
"""Distinct keys from which "none of them" is no accident."""


def dead_leads(datamap: DataMap, store: str, looks: Looks) -> Iterator[Lead]:
    """Links inside one store of which every sampled key is missing in the target."""
    for decl in datamap.in_store(store):
        if decl.local not in looks.schema.tables:
            continue
        for link in decl.links:
            to = _target(datamap, looks, link)
            if to is None or link.where or not _there(looks, decl, link):
                continue
            target, columns = to
            seen = looks.inclusion(decl.local, link.columns, target, columns, link.normalise)
            refused = target in looks.refused or decl.local in looks.refused
            if seen.asked >= ENOUGH and seen.found == 0 and not refused:
                yield Lead(decl.local, link.columns, target, 0.0, dead=True)


def _there(looks: Looks, decl: TableDecl, link: Link) -> bool:
    table = looks.schema.tables[decl.local]
    return bool(link.columns) and all(table.column(name) for name in link.columns)


def _target(datamap: DataMap, looks: Looks, link: Link) -> tuple[str, tuple[str, ...]] | None:
    """The target's own name and the columns that are matched; None where values alone cannot tell."""
    target = datamap.tables.get(link.target)
    if target is None or link.through or link.mentions or link.inside != "whole" or link.template != "{}":
        return None
    facts = looks.schema.tables.get(target.local)
    if facts is None or facts.view:
        return None
    columns = link.to_columns
    if not columns and link.by_identifier and target.subject:
        found = target.subject.identifier(link.by_identifier)
        columns = (found.column,) if found else ()
    columns = columns or (target.subject.key if target.subject else ()) or facts.key
    same = len(columns) == len(link.columns) and all(facts.column(name) for name in columns)
    return (target.local, columns) if same else None
