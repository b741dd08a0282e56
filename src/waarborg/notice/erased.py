"""What an erasure did, read from its plan: categories and items instead of tables and columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from waarborg.datamap.model import SECRET, TECHNICAL, DataMap
from waarborg.notice.letters import Erased, StillKept
from waarborg.plans.model import Kept, Plan
from waarborg.policy.model import Policy
from waarborg.terms import Treatment

KEEP, STAND_IN = Treatment.KEEP, Treatment.STAND_IN


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

    Gone is what stood in rows that went, and what was emptied or replaced in rows that stay. Changed is what is still
    there, because others have it too, or because nobody is in it any more.
    """
    stays = list(plan.kept() if kept is None else kept)
    treated = {step.table for step in plan.steps() if step.treatment is not Treatment.DELETE}
    gone: dict[str, None] = {}
    for step in plan.steps():
        if step.treatment is Treatment.DELETE:
            gone.update(dict.fromkeys(refs_of(datamap, step.table)))
        elif not step.id.startswith("mention:"):
            lost = [name for name, treatment in step.columns.items() if treatment not in (KEEP, STAND_IN)]
            gone.update(dict.fromkeys(refs_of(datamap, step.table, lost)))
    changed: dict[str, None] = {}
    for one in stays:
        if one.why in ("shared", "anonymous") and one.table in treated:
            changed.update(dict.fromkeys(refs_of(datamap, one.table, one.columns)))
    return Erased(
        tuple(together(policy, gone)),
        tuple(together(policy, changed)),
        tuple(_still(policy, datamap, stays)),
        told,
        not_told,
        telling,
    )


def refs_of(datamap: DataMap, table: str, columns: Iterable[str] | None = None) -> list[str]:
    """The data references of a table's columns, or of some of them; secrets and technical columns are none."""
    decl = datamap.tables.get(table)
    chosen = None if columns is None else set(columns)
    return [
        column.category
        for name, column in (decl.columns.items() if decl else ())
        if column.category not in (SECRET, TECHNICAL) and (chosen is None or name in chosen)
    ]


def together(policy: Policy, refs: Iterable[str]) -> list[str]:
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
        refs = refs_of(datamap, one.table, one.columns)
        if one.why in ("rule", "needed") and refs:
            known = found.setdefault((one.ground.rule, one.ground.article, one.why), (set(), []))
            known[0].update(refs)
            known[1].append(one)
    for (rule, article, why), (refs_, all_) in found.items():
        counted = [one for one in all_ if not _hangs_on(datamap, one.table, {other.table for other in all_})]
        ends = [one.until for one in counted if one.until]
        until = max(ends) if ends and len(ends) == len(counted) else None
        yield StillKept(tuple(together(policy, refs_)), rule, article, until, why)


def _hangs_on(datamap: DataMap, table: str, others: set[str]) -> bool:
    """Whether rows of a table end with rows of one of the others: a line has no day of its own beside its invoice's."""
    decl = datamap.tables.get(table)
    return any(link.dies_with and link.target in others - {table} for link in (decl.links if decl else ()))
