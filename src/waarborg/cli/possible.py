"""Everything that any plan could ever do in each store: people of every table, asked about in every way."""

from __future__ import annotations

from collections.abc import Mapping

from waarborg.cli.project import Project
from waarborg.plans.drafts import Blueprint
from waarborg.plans.sets import Asked


def possible(project: Project) -> Mapping[str, Blueprint]:
    """The erasure blueprint of each store, for all kinds of identifier."""
    kinds = {
        (one.kind,) for table in project.datamap.subjects() if table.subject for one in table.subject.identifiers
    } | {("key",)}
    return project.planner.blueprints(Asked(frozenset(kinds)))
