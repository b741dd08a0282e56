"""Make a plan: a pure function of what was located, the facts of the schemas, the policy, the map and an instant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from waarborg.errors import Finding, Place, PlanError, Severity
from waarborg.plans.drafts import Blueprint, KeptDraft, StepDraft
from waarborg.plans.locate import Found, Located
from waarborg.plans.model import BY_TRIGGER, Kept, Plan, PlannedStep, Reached, StorePlan
from waarborg.plans.order import Ordered, order
from waarborg.plans.resolve import Mapped, World
from waarborg.policy.model import Policy
from waarborg.stores.contract import Abilities
from waarborg.stores.spelling import create_index
from waarborg.terms import Right, Treatment

NOTHING = "nothing"
"""What a map says of a trigger that changes no other table."""
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
        notes=(*dict.fromkeys(notes), *(() if rule else _people(located, blueprints)), *_notes(world)),
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
        reached=(
            *(Reached(one.table, found.counts[one.set], one.by) for one in blueprint.reached if found.counts[one.set]),
            *_stirred(steps, world),
        ),
        located={table: found.counts[rows] for table, rows in blueprint.own.items() if found.counts[rows]},
        fingerprint=world.schemas[name].fingerprint(tables),
        tables=tables,
    )


def _stirred(steps: Sequence[PlannedStep], world: World) -> Iterator[Reached]:
    """What triggers that a person acknowledged will write elsewhere: as many rows as are treated, at most."""
    rows: dict[tuple[str, str, str], int] = {}
    for step in steps:
        event = "DELETE" if step.treatment is Treatment.DELETE else "UPDATE"
        mapped = world.tables[step.table]
        for trigger in mapped.facts.triggers:
            changed = mapped.decl.triggers.get(trigger.name, NOTHING)
            if trigger.event == event and changed != NOTHING:
                at = (changed, trigger.name, step.table)
                rows[at] = rows.get(at, 0) + step.rows
    for (changed, name, table), number in rows.items():
        yield Reached(changed, number, f"{BY_TRIGGER}{name} of {table}")


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
    engine = world.schemas[blueprint.store].engine
    events: dict[str, set[str]] = {}
    for step in steps:
        events.setdefault(step.table, set()).add("DELETE" if step.treatment is Treatment.DELETE else "UPDATE")
    for name in sorted(events):
        mapped = world.tables[name]
        yield from _triggers(mapped, events[name])
        yield from _lasting(mapped)
        for arm in mapped.arms:
            if arm.same_store and arm.target not in blueprint.own:
                continue  # nothing of this plan is behind it
            large = mapped.facts.rows is not None and mapped.facts.rows > UNINDEXED
            if large and arm.columns and not arm.link.mentions and not mapped.facts.indexed(arm.columns):
                yield Finding(
                    "WB413",
                    arm.link.place,
                    f"This link has no index, and its table has about {mapped.facts.rows} rows.",
                    "Every request would read the whole table.",
                    f"{create_index(engine, mapped.local, arm.columns)};",
                )


def _lasting(mapped: Mapped) -> Iterator[Finding]:
    """What the engine does with the table that a plan cannot change: it is said before anybody approves."""
    place = mapped.decl.place if mapped.decl.place.path else Place(path=f"tables.{mapped.name}")
    if mapped.facts.history:
        yield Finding(
            "WB433",
            place,
            f"{mapped.name} keeps every old version of its rows (system versioning).",
            "What goes from the table stays in its history, for whoever asks for the past.",
            "Delete the history up to this erasure (DELETE HISTORY), and ignore the table in leftovers until then.",
            Severity.NOTE,
        )
    if not mapped.facts.transactional:
        yield Finding(
            "WB434",
            place,
            f"{mapped.name} is kept by an engine without transactions.",
            "Its rows are treated last. If something breaks in between, they are gone and the others are not yet.",
            "Run apply again in that case: it ends as one run. Or let the table be kept by InnoDB.",
            Severity.NOTE,
        )


def _triggers(mapped: Mapped, events: set[str]) -> Iterator[Finding]:
    """Triggers that would fire and that nobody has looked at, each once."""
    fired: dict[str, list[str]] = {}
    for trigger in mapped.facts.triggers:
        if trigger.event in events and trigger.name not in mapped.decl.triggers:
            fired.setdefault(trigger.name, []).append(trigger.event)
    place = mapped.decl.place
    for name, on in fired.items():
        yield Finding(
            "WB412",
            Place(place.file, place.line, 0, f"tables.{mapped.name}.triggers.{name}"),
            f"A trigger fires on {' and '.join(sorted(on))} of this table, and nobody has said what it does.",
            "It may copy what is erased, or change rows of others.",
            f"Look at it, and write down which table it changes: triggers: {{{name}: store.table}}, or nothing.",
        )


def _people(located: Located, blueprints: Mapping[str, Blueprint]) -> Iterator[Finding]:
    """What has to be known about the people who were found: none, or more than were asked about."""
    yield from _nobody(located, blueprints)
    for name, blueprint in blueprints.items():
        counts = located.found[name].counts
        for table, me in blueprint.me.items():
            others = counts[blueprint.own[table]] - counts[me]
            if others > 0:
                yield Finding(
                    "WB408",
                    Place(path=f"tables.{table}"),
                    f"{others} rows of {table} are other people, and belong to those who were asked about.",
                    "They go as rows of theirs do, and nobody asked about these people.",
                    "If they are people in their own right, let the link be visible_to instead of belongs_to.",
                    Severity.NOTE,
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
