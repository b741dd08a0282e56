"""The map against the policy: every category exists, none is without a column, every term can be counted.

The policy is asked through small protocols, so that a map can be checked against anything that knows categories.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from waarborg.datamap.model import SECRET, TECHNICAL, ColumnDecl, DataMap, TableDecl
from waarborg.errors import Finding, Place, Severity, WaarborgError, near_miss
from waarborg.terms import LinkKind
from waarborg.yamlfile import shown

OWN = (SECRET, TECHNICAL)


class CategoryFacts(Protocol):
    """What is asked of a data category: the names of its items."""

    @property
    def items(self) -> Mapping[str, object]: ...


class RuleFacts(Protocol):
    """What is asked of a retention rule: which data it covers, and from which event its term counts."""

    @property
    def starts_at(self) -> str: ...

    def covers(self, ref: str) -> bool: ...


class PolicyFacts(Protocol):
    """What is asked of a policy."""

    @property
    def data(self) -> Mapping[str, CategoryFacts]: ...

    @property
    def retention(self) -> Mapping[str, RuleFacts]: ...

    def category(self, ref: str) -> object:
        """The category of a reference. Raises `WaarborgError` when it is not declared."""


def check_against_policy(datamap: DataMap, policy: PolicyFacts) -> list[Finding]:
    """Every finding about the map and the policy together."""
    return [
        *unknown_categories(datamap, policy),
        *unused_categories(datamap, policy),
        *uncounted(datamap, policy),
        *people_of_people(datamap),
    ]


def unknown_categories(datamap: DataMap, policy: PolicyFacts) -> Iterator[Finding]:
    """Columns whose category the policy does not promise anything about."""
    for _, column in _columns(datamap):
        if column.category.partition(".")[0] in OWN:
            continue
        try:
            policy.category(column.category)
        except WaarborgError:
            name, _, item = column.category.partition(".")
            known = policy.data[name].items if name in policy.data else policy.data
            hint = near_miss(item if name in policy.data else name, known)
            id, what = ("WB231", "item") if name in policy.data else ("WB230", "category")
            what = f'The policy has no {what} "{shown(column.category)}".'
            why = "Data nobody was told about may not be there."
            todo = hint or "Add it to data in the policy, or choose one that is there."
            yield Finding(id, column.place, what, why, todo)


def unused_categories(datamap: DataMap, policy: PolicyFacts) -> Iterator[Finding]:
    """Categories (warning) and items (note) that the policy names and no column holds."""
    used = {column.category for _, column in _columns(datamap)}
    whole = {category.partition(".")[0] for category in used}
    todo = "Map the column that holds it, or take it out of the policy."
    for name, category in policy.data.items():
        if name not in whole:
            what = f'No column holds data of the category "{name}".'
            why = "An answer to a person would leave it out."
            yield Finding("WB232", _nowhere(datamap), what, why, todo, Severity.WARNING)
        elif name not in used:
            for item in category.items:
                if f"{name}.{item}" not in used:
                    what = f'No column holds "{name}.{item}".'
                    yield Finding("WB232", _nowhere(datamap), what, "", todo, Severity.NOTE)


def uncounted(datamap: DataMap, policy: PolicyFacts) -> Iterator[Finding]:
    """Tables in which a retention term counts from an event that no column tells.

    Columns that describe a person of another table end with that person's; rows that die with others end with them.
    """
    for table in datamap.tables.values():
        if any(link.dies_with for link in table.links):
            continue
        described = {name for link in table.links for name in link.about}
        held = [column.category for column in table.columns.values() if column.name not in described]
        for name, rule in policy.retention.items():
            if not rule.starts_at or rule.starts_at in table.dates:
                continue
            if any(category.partition(".")[0] not in OWN and rule.covers(category) for category in held):
                what = f'The term "{name}" counts from {rule.starts_at}, and no column of this table tells when.'
                todo = f"Add dates: {{{rule.starts_at}: column}}."
                yield Finding("WB233", table.place, what, "The rows would stay for ever.", todo, Severity.WARNING)


def people_of_people(datamap: DataMap) -> Iterator[Finding]:
    """Tables of people whose rows are said to belong to other people of the same table."""
    for table in datamap.subjects():
        for link in table.links:
            if link.kind is LinkKind.BELONGS_TO and link.target == table.name:
                what = "Rows of this table are people, and this link makes them belong to other people in it."
                why = "Erasing one person would take all of those along (the manager, and everybody in the department)."
                todo = "Write visible_to: instead, or leave it when they really are somebody's (a child's account)."
                yield Finding("WB234", link.place, what, why, todo, Severity.WARNING)


def _columns(datamap: DataMap) -> Iterator[tuple[TableDecl, ColumnDecl]]:
    for table in datamap.tables.values():
        for column in table.columns.values():
            yield table, column


def _nowhere(datamap: DataMap) -> Place:
    """The file as a whole."""
    first = next(iter(datamap.tables.values()), None)
    return Place(first.place.file if first else "")
