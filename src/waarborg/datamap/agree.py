"""The data map held against the policy: what the map says is there must be what the policy tells people.

Set subtraction both ways: a column whose data nobody declared is an error; data that is declared and stands in no
column of the map is a note (it may be on paper, or the map is not finished).
"""

from __future__ import annotations

from collections.abc import Iterator

from waarborg.datamap.model import SECRET, TECHNICAL, DataMap
from waarborg.errors import Finding, Place, Severity, near_miss
from waarborg.policy.model import Policy, undeclared
from waarborg.policy.words import EVENTS

EEA = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split()
)


def disagreements(datamap: DataMap, policy: Policy) -> list[Finding]:
    """Everything in which map and policy contradict each other, top to bottom of the map."""
    found = [*_undeclared(datamap, policy), *_events(datamap, policy), *_regions(datamap, policy)]
    return sorted(found, key=lambda one: (one.place.line, one.id)) + list(_nowhere(datamap, policy))


def _undeclared(datamap: DataMap, policy: Policy) -> Iterator[Finding]:
    """WB230: a column holds data that the policy does not declare."""
    for table in datamap.tables.values():
        for column in table.columns.values():
            if column.category in (SECRET, TECHNICAL) or policy.has(column.category):
                continue
            said = undeclared(policy, column.category, Place())
            path = f"tables.{table.name}.columns.{column.name}"
            place = Place(column.place.file, column.place.line, column.place.column, column.place.path or path)
            what = f"This column holds {column.category}, and the policy does not declare that."
            yield Finding("WB230", place, what, said.why, said.todo)


def _events(datamap: DataMap, policy: Policy) -> Iterator[Finding]:
    """WB231: a date column is said to tell of an event that no rule counts from."""
    known = set(EVENTS) | set(policy.events)
    known |= {event for rule in policy.retention.values() for event in (rule.starts_at, rule.until) if event}
    for table in datamap.tables.values():
        for event in table.dates:
            if event not in known:
                place = Place(table.place.file, table.place.line, 0, f"tables.{table.name}.dates.{event}")
                what = f"The policy knows no event {event}."
                why = "A term that counts from it would never be found."
                yield Finding("WB231", place, what, why, near_miss(event, known) or "Declare it under events.")


def _regions(datamap: DataMap, policy: Policy) -> Iterator[Finding]:
    """WB232: a store stands where the policy says no store stands."""
    if not policy.regions:
        return
    allowed = {part for region in policy.regions for part in (EEA if region in ("EEA", "EU") else {region})}
    for store in datamap.stores.values():
        if store.region and store.region not in allowed and store.region not in policy.regions:
            place = Place(store.place.file, store.place.line, 0, f"stores.{store.name}.region")
            what = f"This store stands in {store.region}; the policy names {', '.join(policy.regions)}."
            yield Finding("WB232", place, what, "Where data stands is told to people (Art. 13(1)(f)).", "Correct one.")


def _nowhere(datamap: DataMap, policy: Policy) -> Iterator[Finding]:
    """WB233: the policy declares data that no column of the map holds."""
    held = {column.category.partition(".")[0] for table in datamap.tables.values() for column in table.columns.values()}
    for name in policy.data:
        if name not in held:
            what = f'No column of the data map holds "{name}".'
            why = "It is told to people, and nothing is carried out on it."
            todo = "Map it, or leave it out of the policy."
            yield Finding("WB233", policy.place(f"data.{name}"), what, why, todo, Severity.NOTE)
