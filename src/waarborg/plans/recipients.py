"""Which recipients have the data that a plan takes away or changes, and so must be told of it (Art. 19).

    must_be_told(planner, state, plan, sealed, now) -> ("mail_provider", …)

Pure but for the look into the register: a recipient always has what the policy says it gets; one that a person switches
on has it only where the register of disclosures says so, or never speaks of it. Authorities are not told (Art. 4(9)).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from waarborg.datamap.model import SECRET, TECHNICAL, DataMap
from waarborg.plans.identifiers import KEY, identifiers_of
from waarborg.plans.known import given
from waarborg.plans.model import Plan, Sealed
from waarborg.plans.planner import Planner
from waarborg.policy.model import Policy
from waarborg.policy.values import Role
from waarborg.state import State
from waarborg.state.known import Known


def must_be_told(planner: Planner, state: State, plan: Plan, sealed: Sealed, now: datetime) -> tuple[str, ...]:
    """The recipients of what a plan treated: those that always get it, and those that got it of these people."""
    names = frozen(planner, sealed)
    had = {one.recipient for one in state.disclosures.of(names, at=now)}
    return recipients_of(planner.policy, treated(plan, planner.datamap), had, state.disclosures.logged())


def frozen(planner: Planner, sealed: Sealed) -> list[Known]:
    """What was given about the people of a plan, and what stood in their rows when it was made."""
    asked = [one for person in sealed.people for one in given(person)]
    stood = [(kind, value) for kind, value, _ in identifiers_of(planner.world(), sealed) if kind != KEY]
    return list(dict.fromkeys([*asked, *stood]))


def recipients_of(policy: Policy, refs: Iterable[str], had: Iterable[str], logged: Iterable[str]) -> tuple[str, ...]:
    """Who has such data, in the order of the policy. `had`: recipients that the register names for these people."""
    items = policy.expand(ref for ref in refs if policy.has(ref))
    got, spoken = set(had), set(logged)
    return tuple(
        name
        for name, one in policy.recipients.items()
        if items & policy.expand(ref for ref in one.data if policy.has(ref))
        and one.role is not Role.AUTHORITY
        and (name in got or not one.by_choice or name not in spoken)
    )


def treated(plan: Plan, datamap: DataMap) -> tuple[str, ...]:
    """The data references that a plan takes away or changes."""
    found: dict[str, None] = {}
    for step in plan.steps():
        table = datamap.tables.get(step.table)
        chosen = set(step.columns) or None
        for name, column in table.columns.items() if table else ():
            if column.category not in (SECRET, TECHNICAL) and (chosen is None or name in chosen):
                found[column.category] = None
    return tuple(found)
