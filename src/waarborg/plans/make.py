"""Make a plan: a pure function of what was located, the facts of the schemas, the policy, the map and an instant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from waarborg.errors import Finding, Place, PlanError, Severity
from waarborg.plans.drafts import Blueprint, KeptDraft, StepDraft
from waarborg.plans.locate import Found, Located
from waarborg.plans.model import Kept, Plan, PlannedStep, Reached, StorePlan
from waarborg.plans.order import Ordered, order
from waarborg.plans.resolve import World
from waarborg.policy.model import Policy
from waarborg.stores.contract import Abilities
from waarborg.terms import Right, Treatment

SLACK_ROWS = 20
SLACK_SHARE = 10
"""More rows of the same people under the same rule are covered when the plan is applied: so many, or one in so many."""
UNINDEXED = 100_000
"""Rows of a table above which a link without an index is refused: every look would read all of it."""


def ceiling(rows: int) -> int:
    """The most rows that an approval of `rows` covers.

    >>> ceiling(3), ceiling(1000)
    (23, 1100)
    """
    return rows + max(SLACK_ROWS, rows // SLACK_SHARE)


def make(
    located: Located,
    blueprints: Mapping[str, Blueprint],
    world: World,
    policy: Policy,
    abilities: Mapping[str, Abilities],
    now: datetime,
    digests: tuple[str, str],
    rules: tuple[str, ...] = (),
    follows: str = "",
    rule: str = "",
    right: Right = Right.ERASURE,
) -> Plan:
    """The plan for what was located. Raises `PlanError` with everything that stands in the way.

    `rule` is the retention rule whose sweep it is. `digests` are those of policy and data map, so that they are
    computed once and not for every plan.
    """
    findings: list[Finding] = []
    stores = []
    for name, blueprint in blueprints.items():
        found = located.found[name]
        steps = [step for step in blueprint.steps if found.counts[step.set]]
        findings += [finding for step in steps for finding in step.findings]
        findings += _reached_findings(blueprint, found)
        findings += _unsafe(world, blueprint, steps)
        carried = [step for step in steps if (step.writes or step.treatment is Treatment.DELETE) and not step.guard]
        ordered = order(carried, world, name, abilities[name])
        stores.append(_store_plan(name, blueprint, found, ordered, world))
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        raise PlanError(list(dict.fromkeys(errors)))
    notes = [finding for finding in findings if finding.severity is not Severity.ERROR]
    return Plan(
        right=right,
        people=len(located.sealed.people),
        made_at=now,
        policy=f"{policy.id} {policy.version.isoformat()}",
        policy_digest=digests[0],
        datamap_digest=digests[1],
        stores=tuple(stores),
        rules=rules,
        notes=(*dict.fromkeys(notes), *(() if rule else _nobody(located, blueprints)), *_notes(world)),
        follows=follows,
        rule=rule,
    )


def _store_plan(name: str, blueprint: Blueprint, found: Found, ordered: Ordered, world: World) -> StorePlan:
    used = {step.table for step in ordered.steps}
    steps = []
    for seed, (stand_in, lacking) in found.missing.items():
        users = [s for s in ordered.steps if any(getattr(w, "seed", "") == seed for w in s.writes.values())]
        if users:
            treatment, ground = Treatment.STAND_IN, users[0].ground
            steps.append(PlannedStep(seed, stand_in.table, "", treatment, lacking, lacking, ground))
            used.add(stand_in.table)
    steps += [_planned(step, found, ordered) for step in ordered.steps]
    tables = tuple(sorted({world.tables[table].local for table in used}))
    return StorePlan(
        store=name,
        steps=tuple(steps),
        kept=tuple(kept for draft in blueprint.kept for kept in _kept(draft, found)),
        reached=tuple(
            Reached(reach.table, found.counts[reach.set], reach.by)
            for reach in blueprint.reached
            if found.counts[reach.set]
        ),
        located={table: found.counts[rows] for table, rows in blueprint.own.items() if found.counts[rows]},
        fingerprint=world.schemas[name].fingerprint(tables),
        tables=tables,
    )


def _planned(step: StepDraft, found: Found, ordered: Ordered) -> PlannedStep:
    together = ordered.together.get(step.set, ())
    rows = found.counts[step.set] + sum(found.counts[name] for name in together)
    return PlannedStep(
        step.id, step.table, step.set, step.treatment, rows, ceiling(rows), step.ground, step.columns, together
    )


def _kept(draft: KeptDraft, found: Found) -> Iterator[Kept]:
    """One line for each end date: what stays, why, until when."""
    rows = found.counts[draft.set]
    if not rows:
        return
    if draft.rule is None or draft.set not in found.years:
        until = draft.rule.ends if draft.rule else None
        yield Kept(draft.table, rows, draft.columns, draft.ground, until, draft.why)
        return
    ends: dict[date | None, int] = {}
    for year, count in found.years[draft.set].items():
        end = draft.rule.until(year) if year is not None else None
        ends[end] = ends.get(end, 0) + count
    for end in sorted(ends, key=lambda day: day or date.max):
        yield Kept(draft.table, ends[end], draft.columns, draft.ground, end, draft.why)


def _reached_findings(blueprint: Blueprint, found: Found) -> Iterator[Finding]:
    for reach in blueprint.reached:
        if found.counts[reach.set] and not reach.allowed:
            yield Finding(
                "WB406",
                Place(path=f"tables.{reach.table}"),
                f"Rows of an unmapped table refer to rows that would go ({reach.by}).",
                "They would be deleted along with them, or stand in the way, and nobody decided that.",
                "Map the table, or ignore it with a reason, an owner and an end date.",
            )


def _unsafe(world: World, blueprint: Blueprint, steps: list[StepDraft]) -> Iterator[Finding]:
    """What makes treating a table unsafe: row-level security, triggers nobody looked at, a link without an index."""
    events: dict[str, set[str]] = {}
    for step in steps:
        events.setdefault(step.table, set()).add("DELETE" if step.treatment is Treatment.DELETE else "UPDATE")
    for name in sorted(events):
        mapped = world.tables[name]
        for trigger in mapped.facts.triggers:
            if trigger.event in events[name] and trigger.name not in mapped.decl.triggers:
                yield Finding(
                    "WB412",
                    Place(path=f"tables.{name}.triggers.{trigger.name}"),
                    f"A trigger fires on {trigger.event} of this table, and nobody has said what it does.",
                    "It may copy what is erased, or change rows of others.",
                    "Look at it, and write down which table it changes: triggers: {name: store.table}, or nothing.",
                )
        for arm in mapped.arms:
            if arm.same_store and arm.target not in blueprint.own:
                continue  # nothing of this plan is behind it
            large = mapped.facts.rows is not None and mapped.facts.rows > UNINDEXED
            if large and arm.columns and not arm.link.mentions and not mapped.facts.indexed(arm.columns):
                columns = ", ".join(arm.columns)
                yield Finding(
                    "WB413",
                    arm.link.place,
                    f"This link has no index, and its table has about {mapped.facts.rows} rows.",
                    "Every request would read the whole table.",
                    f"CREATE INDEX ON {mapped.local} ({columns}).",
                )


def _nobody(located: Located, blueprints: Mapping[str, Blueprint]) -> Iterator[Finding]:
    matched = sum(located.found[n].counts[name] for n, b in blueprints.items() for name in b.me.values())
    rows = sum(located.found[n].counts[name] for n, b in blueprints.items() for name in b.own.values())
    if not matched:
        yield Finding(
            "WB414",
            Place(),
            "Nobody was found by these identifiers." if not rows else "No account was found, other traces were.",
            "The person may be written differently, or have no account.",
            "Try another identifier; declare normalise: [lowercase] where spellings differ.",
            Severity.NOTE,
        )


def _notes(world: World) -> Iterator[Finding]:
    for name, schema in world.schemas.items():
        for what in schema.not_visible:
            yield Finding(
                "WB415",
                Place(path=f"stores.{name}"),
                f"This account cannot see: {what}.",
                "What cannot be seen is not known to be absent.",
                "Grant it the right to see them (waarborg grants prints it).",
                Severity.NOTE,
            )
