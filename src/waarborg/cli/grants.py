"""`waarborg grants`: the least rights per store, from everything that a plan could ever do there."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from waarborg.cli import exits
from waarborg.cli.findings import clean
from waarborg.cli.output import Out
from waarborg.cli.possible import possible
from waarborg.cli.project import Project
from waarborg.plans.drafts import Blueprint
from waarborg.plans.resolve import World
from waarborg.terms import Treatment

if TYPE_CHECKING:
    from waarborg.stores.sql.privileges import Need

WHAT = {
    "scan": "reads everything: discovery, and the search for leftovers",
    "plan": "reads the mapped tables: plans, answers, verification",
    "apply": "changes what a plan could ever change, and nothing else",
}


def run(arguments: Namespace, out: Out) -> int:
    """`waarborg grants`."""
    from waarborg.stores.sql import SqlStore
    from waarborg.stores.sql.privileges import Role, grants

    account = getattr(arguments, "account", "") or "waarborg"
    roles = [Role(arguments.role)] if getattr(arguments, "role", "") else list(Role)
    told: dict[str, dict[str, list[str]]] = {}
    with Project.of(arguments) as project:
        for name, store in project.stores.items():
            if not isinstance(store, SqlStore):
                told[name] = {"": [f"-- {name} has no accounts of its own: it is a store of another kind"]}
                continue
            wanted = needs(project, name)
            marker = project.datamap.stores[name].marker
            told[name] = {
                role.value: grants(
                    store, wanted, role, account if len(roles) == 1 else f"{account}_{role.value}", marker
                )
                for role in roles
            }
    for name, by_role in told.items():
        for role_name, statements in by_role.items():
            out.say(f"-- {clean(name)}{f', to {role_name}: {WHAT[role_name]}' if role_name else ''}")
            for statement in statements:
                out.say(clean(statement))
            out.say()
    out.data({"ok": True, "stores": told})
    return exits.OK


def needs(project: Project, store: str) -> Sequence[Need]:
    """What plans could ever do to each mapped table of a store."""
    return needs_of(possible(project)[store], project.planner.world(), store)


def needs_of(blueprint: Blueprint, world: World, store: str) -> Sequence[Need]:
    """The same from a blueprint: columns that may be written, tables that may lose or get rows."""
    from waarborg.stores.sql.privileges import Need

    update: dict[str, dict[str, None]] = {}
    delete: set[str] = set()
    insert = {one.local: (*one.values, *([one.tenant] if one.tenant else [])) for one in blueprint.stand_ins}
    for step in blueprint.steps:
        local = world.tables[step.table].local
        if step.treatment is Treatment.DELETE:
            delete.add(local)
        update.setdefault(local, {}).update(dict.fromkeys(step.writes))
    return [
        Need(table.local, tuple(update.get(table.local, ())), table.local in delete, insert.get(table.local, ()))
        for table in world.in_store(store)
    ]
