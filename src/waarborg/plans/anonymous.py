"""Rows of anonymous tables that are about fewer people than their purpose promises: counted in the database.

    small_groups(planner) -> (SmallGroups("app.feature_month", "people", rows=3, least=10), …)

A row about three people is not anonymous: who knows two of them knows the third (recital 26). Which column counts the
people is what the data map says (`group_size`), how many they must be is the policy's (`minimum_group`).
"""

from __future__ import annotations

from dataclasses import dataclass

from waarborg.plans.planner import Planner
from waarborg.plans.resolve import Mapped
from waarborg.stores.contract import Compare, Either, Program, RowSet, Seeds


@dataclass(frozen=True, slots=True)
class SmallGroups:
    """Rows of one table about too few people."""

    table: str
    column: str
    rows: int
    least: int
    """The smallest group that is promised."""


def least_of(planner: Planner, table: Mapped) -> int:
    """The smallest group that purposes over the data of a table promise."""
    policy = planner.policy
    return max(
        (
            purpose.minimum_group or 0
            for column in table.decl.columns.values()
            if policy.has(column.category)
            for purpose in policy.purposes_for(column.category)
        ),
        default=0,
    )


def small_groups(planner: Planner) -> tuple[SmallGroups, ...]:
    """Every anonymous table with such rows. Reads only; raises `StoreError` where a store is out of reach."""
    found = []
    for table in planner.world().tables.values():
        column = table.decl.group_size
        least = least_of(planner, table) if column else 0
        if not least:
            continue
        rows = Either((Compare(column, "<", (least,)), Compare(column, "null")))
        program = Program((RowSet("small", table.local, rows),))
        with planner.stores[table.decl.store].reading(program, Seeds()) as look:
            if count := look.count("small"):
                found.append(SmallGroups(table.name, column, count, least))
    return tuple(found)
