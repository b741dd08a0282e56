"""What an erasure did, read from its plan: categories and items instead of tables and columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from waarborg.datamap.model import SECRET, TECHNICAL, DataMap
from waarborg.notice.letters import Erased, StillKept
from waarborg.plans.model import Kept, Plan
from waarborg.policy.model import Policy
from waarborg.terms import Treatment


def erased(
    plan: Plan,
    policy: Policy,
    datamap: DataMap,
    told: tuple[str, ...] = (),
    not_told: tuple[str, ...] = (),
    kept: Iterable[Kept] | None = None,
    telling: tuple[str, ...] = (),
) -> Erased:
    """The facts of an erasure letter. `kept` is what verification found still there; the plan's own without it.

    Columns that are cleared in a row which a law keeps count as gone: of that row only what the law needs is left.
    """
    stays = list(plan.kept() if kept is None else kept)
    by_rule = {one.table for one in stays if one.why == "rule"}
    gone: dict[str, None] = {}
    changed: dict[str, None] = {}
    for step in plan.steps():
        if step.treatment is Treatment.DELETE:
            gone.update(dict.fromkeys(_refs(datamap, step.table)))
        elif step.table in by_rule:
            gone.update(dict.fromkeys(_refs(datamap, step.table, step.columns)))
        elif step.set:
            changed.update(dict.fromkeys(_refs(datamap, step.table)))
    return Erased(
        tuple(_together(policy, gone)),
        tuple(_together(policy, changed)),
        tuple(_still(policy, datamap, stays)),
        told,
        not_told,
        telling,
    )


def _refs(datamap: DataMap, table: str, columns: Iterable[str] | None = None) -> list[str]:
    decl = datamap.tables.get(table)
    chosen = None if columns is None else set(columns)
    return [
        column.category
        for name, column in (decl.columns.items() if decl else ())
        if column.category not in (SECRET, TECHNICAL) and (chosen is None or name in chosen)
    ]


def _together(policy: Policy, refs: Iterable[str]) -> list[str]:
    """In the order of the policy; a category of which every item is there is said whole."""
    found = set(refs)
    out: list[str] = []
    for name, category in policy.data.items():
        parts = [f"{name}.{item}" for item in category.items if f"{name}.{item}" in found]
        whole = name in found or (parts and len(parts) == len(category.items))
        out += [name] if whole else parts
    return out


def _still(policy: Policy, datamap: DataMap, kept: list[Kept]) -> Iterator[StillKept]:
    """What a rule, a hold or other rows keep; the longest end where one reason keeps several tables."""
    found: dict[tuple[str, str, str], tuple[set[str], list[Kept]]] = {}
    for one in kept:
        refs = _refs(datamap, one.table, one.columns)
        if one.why in ("rule", "needed") and refs:
            known = found.setdefault((one.ground.rule, one.ground.article, one.why), (set(), []))
            known[0].update(refs)
            known[1].append(one)
    for (rule, article, why), (refs_, all_) in found.items():
        ends = [one.until for one in all_ if one.until]
        until = max(ends) if len(ends) == len(all_) else None
        yield StillKept(tuple(_together(policy, refs_)), rule, article, until, why)
