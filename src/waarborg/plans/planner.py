"""The planner: one policy, one data map, its stores. Plan, apply, verify, and nothing else; it keeps no state.

    planner = Planner(policy, datamap, stores, clock)
    plan, sealed = planner.plan_erasure([SubjectRef({"email": "…"})])
    result = planner.apply(plan, sealed, approval)
    verdict = planner.verify(plan, sealed)

Plans and results are plain values; whoever runs a request (`waarborg.plans.casework`) keeps them, seals the personal
side and writes the evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, TYPE_CHECKING

from waarborg.clock import Clock, SystemClock
from waarborg.datamap.model import DataMap
from waarborg.errors import Finding, Place, PlanError, StalePlan, StoreError, near_miss
from waarborg.plans.access import Answer, Section, access_blueprint
from waarborg.plans.drafts import Blueprint, StandInDraft
from waarborg.plans.erasure import blueprint
from waarborg.plans.locate import Located, asked_of, complete, given_seeds, hand_over, in_order, locate, prepare
from waarborg.plans.make import make
from waarborg.plans.model import Approval, Plan, PlannedStep, Result, Sealed, StorePlan, StoreResult, Verdict
from waarborg.plans.resolve import World, resolve
from waarborg.plans.rules import keepings
from waarborg.plans.sets import Asked
from waarborg.policy.model import Policy
from waarborg.state.disclosures import Disclosure
from waarborg.stores.contract import (
    Applied,
    Change,
    Constant,
    Delete,
    Insert,
    Marker,
    Reading,
    Schema,
    Seeds,
    Store,
    Update,
    Write,
)
from waarborg.terms import WEAK, SubjectRef, Treatment

if TYPE_CHECKING:
    from waarborg.plans.leftovers import Leftovers, Progress


@dataclass(slots=True)
class Planner:
    """Makes, applies and verifies plans for one policy and one data map."""

    policy: Policy
    datamap: DataMap
    stores: Mapping[str, Store]
    clock: Clock = field(default_factory=SystemClock)
    under_hold: Callable[[SubjectRef], frozenset[str]] = lambda person: frozenset()
    """Which holds of the policy cover this person by name: the register of matters answers (Art. 17(3)(e))."""
    under_hold_unnamed: frozenset[str] = frozenset()
    """Which holds cover the people of a plan that names nobody: a tombstone's."""
    disclosed: Callable[[SubjectRef], tuple[Sequence[Disclosure], frozenset[str]]] = lambda person: ((), frozenset())
    """Who got data of this person, and whose hand-overs are written down at all: the register answers."""
    _world: World | None = None
    _digests: tuple[str, str] | None = None
    _blueprints: dict[tuple[str, Asked, frozenset[str], str], Blueprint] = field(default_factory=dict)

    def world(self) -> World:
        """Map and schemas together. Read once; `refresh` reads again."""
        if self._world is None:
            schemas: dict[str, Schema] = {name: store.describe() for name, store in self.stores.items()}
            self._world = resolve(self.datamap, schemas)
        return self._world

    def refresh(self) -> None:
        """Forget the facts of the schemas: the next plan looks again."""
        self._world = None
        self._blueprints.clear()

    def digests(self) -> tuple[str, str]:
        """The digests of policy and data map."""
        if self._digests is None:
            self._digests = (self.policy.digest, self.datamap.digest)
        return self._digests

    def blueprints(
        self, asked: Asked, held: frozenset[str] = frozenset(), at: datetime | None = None
    ) -> dict[str, Blueprint]:
        """What could happen in each store, for people asked about in these ways, under these holds, at an instant."""
        now = at or self.clock.now()
        world, day = self.world(), now.date().isoformat()
        found = {}
        for name in self.stores:
            key = (name, asked, held, day)
            if key not in self._blueprints:
                self._blueprints[key] = blueprint(world, self.policy, name, asked, now, held)
            found[name] = self._blueprints[key]
        return found

    # -- erasure -------------------------------------------------------------------------------------------------

    def plan_erasure(self, people: Sequence[SubjectRef]) -> tuple[Plan, Sealed]:
        """What erasing these people would do, and the sealed side of it. Touches nothing.

        Raises `PlanError` with everything that stands in the way; `StoreError` where a store cannot be reached.
        """
        enough(people, self.datamap)
        asked = asked_of(people)
        blueprints = self.blueprints(asked, self.held(people))
        located = locate(self.world(), blueprints, self.stores, people, asked)
        return self.made(located, blueprints, self.rules(people)), located.sealed

    def rules(self, people: Sequence[SubjectRef]) -> tuple[str, ...]:
        """The rules and holds that keep data of these people now."""
        return tuple(one.rule for one in keepings(self.policy, self.clock.now(), self.held(people)))

    def held(self, people: Sequence[SubjectRef]) -> frozenset[str]:
        """The holds that cover these people by name: all of them, or none, because one plan has one set of rules."""
        if not people:
            return self.under_hold_unnamed
        held = [self.under_hold(person) for person in people]
        if len(set(held)) > 1:
            under = sum(1 for one in held if one)
            raise PlanError.one(
                "WB427",
                f"{under} of these {len(held)} people are under a legal hold, and the others are not.",
                "What a hold covers stays; a plan for all of them would say so of everybody.",
                "Plan the people under a hold apart.",
            )
        return held[0] if held else frozenset()

    def made(
        self, located: Located, blueprints: Mapping[str, Blueprint], rules: tuple[str, ...], follows: str = ""
    ) -> Plan:
        abilities = {name: store.abilities for name, store in self.stores.items()}
        now = self.clock.now()
        return make(located, blueprints, self.world(), self.policy, abilities, now, self.digests(), rules, follows)

    # -- access --------------------------------------------------------------------------------------------------

    def access(self, person: SubjectRef, out: IO[str]) -> int:
        """Write everything that Art. 15 gives this person to `out` as JSON, streamed. Returns the number of rows.

        Raises `PlanError` where the person cannot be told from another, `StoreError` where a store is out of reach:
        an answer without one of its stores would be a false one.
        """
        people = [person]
        enough(people, self.datamap)
        asked = asked_of(people)
        world = self.world()
        blueprints = {name: access_blueprint(world, name, asked) for name in self.stores}
        seeds = {name: given_seeds(world, blueprint, people) for name, blueprint in blueprints.items()}
        with ExitStack() as stack:
            sections: list[tuple[Section, Iterable[Sequence[tuple[object, ...]]]]] = []
            for name in in_order(world, list(blueprints)):
                blueprint = blueprints[name]
                prepare(blueprint, self.stores[name], seeds[name], people)
                whole = complete(blueprint.program, seeds[name])
                look = stack.enter_context(self.stores[name].reading(blueprint.program, whole))
                hand_over(world, blueprint, look, seeds, people)
                sections += [(one, _blocks(look, one)) for one in blueprint.sections]
            answer = Answer(self.policy, self.clock.now(), sections, *self.disclosed(person))
            answer.write(
                out, {n: {c: d.category for c, d in t.columns.items()} for n, t in self.datamap.tables.items()}
            )
        return answer.rows

    # -- carrying out --------------------------------------------------------------------------------------------

    def apply(self, plan: Plan, sealed: Sealed, approval: Approval) -> Result:
        """Carry out an approved plan, store by store, each in one transaction. Safe to call again after any crash.

        Raises `StalePlan` (nothing touched in that store) where what was approved is no longer what is there, and
        `StoreError` where a store refuses. One that cannot be reached is `delayed`; those it leads to wait with it.
        """
        self._current(plan, approval, sealed.people)
        asked = asked_of(sealed.people, frozen=bool(plan.follows))
        blueprints = self.blueprints(asked, self.held(sealed.people), plan.made_at)
        waiting: set[str] = set()
        results = []
        for part in self.leaves_first(plan.stores):
            if part.store in waiting:
                results.append(StoreResult(part.store, (), "delayed", _waits(part.store)))
                continue
            try:
                results.append(self._apply_store(plan, part, blueprints[part.store], sealed.seeds[part.store]))
            except StoreError as error:
                if not error.unreachable:
                    raise
                results.append(StoreResult(part.store, (), "delayed", error.findings[0] if error.findings else None))
                waiting |= self._leads_to(part.store)
        return Result(plan.digest, tuple(results))

    def _apply_store(self, plan: Plan, part: StorePlan, drafts: Blueprint, seeds: Seeds) -> StoreResult:
        if not part.steps:
            return StoreResult(part.store, (), "nothing")
        change, seeds = self.change(plan, part, drafts, complete(drafts.program, seeds))
        applied = self.stores[part.store].apply(change, seeds)
        return StoreResult(part.store, tuple(_told(part, applied)), _state(applied))

    def change(self, plan: Plan, part: StorePlan, drafts: Blueprint, seeds: Seeds) -> tuple[Change, Seeds]:
        """What is handed to a store, and the values it needs."""
        by_id = {step.id: step for step in drafts.steps}
        seeds = Seeds(seeds)
        steps: list[Delete | Update | Insert] = []
        for step in part.steps:
            if step.treatment is Treatment.STAND_IN and not step.set:
                stand_in = next(one for one in drafts.stand_ins if one.seed == step.id)
                values = f"values:{stand_in.seed}"
                rows = _placeholders(stand_in, seeds)
                columns, seeds[values] = tuple(rows[0]), [tuple(row.values()) for row in rows]
                find = (*stand_in.find, stand_in.tenant) if stand_in.tenant else stand_in.find
                returning = (stand_in.tenant, *stand_in.key) if stand_in.tenant else stand_in.key
                steps.append(Insert(step.id, stand_in.local, columns, values, len(rows), find, returning))
            elif step.treatment is Treatment.DELETE:
                steps.append(Delete(step.id, step.set, step.ceiling, step.together))
            elif step.id.startswith("untie:"):
                steps.append(Update(step.id, step.set, step.ceiling, self._untied(step)))
            else:
                steps.append(Update(step.id, step.set, step.ceiling, by_id[step.id].writes))
        decl = self.datamap.stores.get(part.store)
        marker = Marker(plan.digest, 0) if decl and decl.marker else None
        change = Change(drafts.program, tuple(steps), part.tables, part.fingerprint, self._side_effects(part), marker)
        return change, seeds

    @staticmethod
    def _untied(step: PlannedStep) -> dict[str, Write]:
        return {name: Constant(None) for name in step.columns}

    def _side_effects(self, part: StorePlan) -> dict[str, int]:
        """Rows that cascades and acknowledged triggers may change beside the steps."""
        allowed = {reached.table.partition(".")[2]: reached.rows + 20 for reached in part.reached}
        for step in part.steps:
            for changed in self.datamap.tables[step.table].triggers.values():
                if changed != "nothing":
                    local = changed.partition(".")[2]
                    allowed[local] = allowed.get(local, 0) + step.ceiling
        return allowed

    def _current(self, plan: Plan, approval: Approval, people: Sequence[SubjectRef]) -> None:
        """Refuse a plan that was not approved as it stands, or whose policy, map, rules or holds are others by now."""
        findings = []
        if plan.rules != self.rules(people):
            findings.append(_stale("WB431", "A hold was placed or lifted since.", "Make the plan again."))
        if approval.plan != plan.digest:
            findings.append(_stale("WB420", "The approval is for another plan.", "Approve this plan."))
        if plan.policy_digest != self.digests()[0]:
            findings.append(_stale("WB421", "The policy changed after the plan was made.", "Make the plan again."))
        if plan.datamap_digest != self.digests()[1]:
            findings.append(_stale("WB422", "The data map changed after the plan was made.", "Make the plan again."))
        if findings:
            raise StalePlan(findings)

    def leaves_first(self, parts: Sequence[StorePlan]) -> list[StorePlan]:
        """Stores that lead to others before those they lead to: the identity row goes last."""
        left = list(parts)
        ordered: list[StorePlan] = []
        while left:
            targets = {target for part in left for target in self._leads_to(part.store)}
            ready = [part for part in left if part.store not in targets] or left[:1]
            ordered += ready
            left = [part for part in left if part not in ready]
        return ordered

    def _leads_to(self, store: str) -> set[str]:
        """The other stores that links of this one lead to, at any distance."""
        found: set[str] = set()
        frontier = {store}
        while frontier:
            name = frontier.pop()
            arms = [arm for table in self.world().in_store(name) for arm in table.arms]
            targets = {arm.target.partition(".")[0] for arm in arms if not arm.same_store}
            frontier |= targets - found - {store}
            found |= targets - {store}
        return found

    def verify(self, plan: Plan, sealed: Sealed) -> Verdict:
        """Plan again with identifiers and keys frozen: clean when nothing is left to treat.

        Rows that were born while the plan was applied come back as a follow-up plan under the same approval.
        """
        blueprints, located = self._again(plan, sealed)
        again = self.made(located, blueprints, plan.rules, follows=plan.id)
        kept = tuple(again.kept())
        if again.empty:
            sentence = "verified: nothing left but what the plan kept" if kept else "verified: nothing left"
            return Verdict(plan.digest, True, None, kept, sentence)
        tables = sorted({step.table for step in again.steps()})
        sentence = f"not clean: {again.rows} rows left to treat in {', '.join(tables)}"
        return Verdict(plan.digest, False, again, kept, sentence)

    def leftovers(self, plan: Plan, sealed: Sealed, secret: bytes = b"", progress: Progress | None = None) -> Leftovers:
        """Search every column of every store for the people of a plan, and say of each hit why it is there.

        `secret` keys the digests by which rows are told apart. Raises `StoreError` where a store is out of reach.
        """
        from waarborg.plans.leftovers import scan

        blueprints, located = self._again(plan, sealed)
        return scan(
            self.world(),
            plan,
            sealed,
            blueprints,
            located.sealed.seeds,
            self.stores,
            self.clock.now().date(),
            country=self.policy.controller.country,
            secret=secret,
            progress=progress,
        )

    def _again(self, plan: Plan, sealed: Sealed) -> tuple[dict[str, Blueprint], Located]:
        """Locate once more, with the identifiers and every key of the first time frozen."""
        asked = asked_of(sealed.people, frozen=True)
        blueprints = self.blueprints(asked, self.held(sealed.people), plan.made_at)
        return blueprints, locate(self.world(), blueprints, self.stores, sealed.people, asked, frozen=sealed.seeds)


def _blocks(look: Reading, section: Section) -> Iterable[Sequence[tuple[object, ...]]]:
    """The rows of a section in blocks; of rows that are withheld only how many there are."""
    if section.columns:
        return look.rows(section.set, section.columns)
    return [[()] * look.count(section.set)]


def enough(people: Sequence[SubjectRef], datamap: DataMap) -> None:
    """Refuse to look for people by what many people share, or by what the map does not know."""
    if not people:
        raise PlanError.one("WB416", "Nobody was named.", "", "Give at least one identifier of one person.")
    known = {"key"} | {one.kind for t in datamap.subjects() if t.subject for one in t.subject.identifiers}
    known |= {link.by_identifier for table in datamap.tables.values() for link in table.links if link.by_identifier}
    for kind in sorted({kind for person in people for kind in person.identifiers} - known):
        raise PlanError.one(
            "WB428",
            f'The data map has no identifier of the kind "{kind}".',
            "What is not declared cannot be looked for, and an answer would be a false one.",
            near_miss(kind, known) or f"Declared are: {', '.join(sorted(known))}.",
        )
    for person in people:
        if not {kind for kind, value in person.identifiers.items() if value} - WEAK:
            raise PlanError.one(
                "WB417",
                "These identifiers do not tell one person from another.",
                "Names, birth dates and addresses are shared by many (Art. 12(6)).",
                "Add an e-mail address, a customer number or the key of the row.",
            )


def _placeholders(stand_in: StandInDraft, seeds: Seeds) -> list[dict[str, object]]:
    """The placeholders' columns, one row for each tenant; `{tenant}` in a text is the tenant it stands in for."""
    if not stand_in.tenant:
        return [dict(stand_in.values)]
    rows = []
    for (tenant,) in seeds[f"tenant:{stand_in.table}"]:
        texts = {
            name: value.replace("{tenant}", str(tenant)) if isinstance(value, str) else value
            for name, value in stand_in.values.items()
        }
        rows.append({**texts, stand_in.tenant: tenant})
    return rows


def _told(part: StorePlan, applied: Applied) -> list[Mapping[str, object]]:
    """Step by step: what was approved and what was done."""
    planned = {step.id: step for step in part.steps}
    return [
        {
            "id": done.step,
            "table": planned[done.step].table,
            "treatment": planned[done.step].treatment.value,
            "approved": planned[done.step].rows,
            "rows": done.rows,
            "digest": done.digest,
        }
        for done in applied.steps
    ]


def _state(applied: Applied) -> str:
    if applied.already:
        return "already"
    return "applied" if any(done.rows for done in applied.steps) else "already"


def _stale(id: str, what: str, todo: str) -> Finding:
    return Finding(id, Place(), what, "An approval binds exactly what was shown.", todo)


def _waits(store: str) -> Finding:
    return Finding(
        "WB423",
        Place(path=f"stores.{store}"),
        "This store waits for another one that could not be reached.",
        "The rows that lead from store to store go last.",
        "Run apply again when the other store is back.",
    )
