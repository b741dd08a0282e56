"""What a rectification or a restriction did, read from its plan: categories and items instead of tables and columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from waarborg.datamap.model import SECRET, TECHNICAL, DataMap
from waarborg.notice.erased import together
from waarborg.notice.letters import Rectified, Restricted, StillKept
from waarborg.plans.model import Kept, Plan
from waarborg.policy.model import Policy
from waarborg.terms import Outcome, Treatment


def rectified(plan: Plan, policy: Policy, datamap: DataMap, told: tuple[str, ...] = ()) -> Rectified:
    """The facts of a rectification letter: the items that were corrected, and what was left as it was."""
    steps = [step for step in plan.steps() if step.treatment is Treatment.CORRECT]
    items = [ref for step in steps for ref in _refs(datamap, step.table, step.columns)]
    return Rectified(tuple(together(policy, items)), told, _still(policy, datamap, plan.kept()))


def restricted(plan: Plan, policy: Policy, datamap: DataMap, ground: str, until: date | None = None) -> Restricted:
    """The facts of a restriction letter: what is on hold, until when, and what stays where it is."""
    tables = [table for store in plan.stores for table in store.located]
    rule = policy.rights.restriction
    then = rule.suspend.then if rule and rule.suspend else None
    stays = [kept for kept in plan.kept() if kept.why != "marked"]
    data = together(policy, [ref for table in tables for ref in _refs(datamap, table)])
    return Restricted(ground, tuple(data), until, then is Outcome.ERASE, _still(policy, datamap, stays))


def _refs(datamap: DataMap, table: str, columns: Iterable[str] | None = None) -> list[str]:
    decl, chosen = datamap.tables.get(table), None if columns is None else set(columns)
    return [
        column.category
        for name, column in (decl.columns.items() if decl else ())
        if column.category not in (SECRET, TECHNICAL) and (chosen is None or name in chosen)
    ]


def _still(policy: Policy, datamap: DataMap, kept: Iterable[Kept]) -> tuple[StillKept, ...]:
    """One line for each reason, with everything that stays for it."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for one in kept:
        rule = one.ground.rule if one.why == "rule" else ""
        refs: Sequence[str] = _refs(datamap, one.table, one.columns or None)
        found.setdefault((one.why, rule), {}).update(dict.fromkeys(refs))
    return tuple(StillKept(tuple(together(policy, refs)), rule, why=why) for (why, rule), refs in found.items() if refs)
