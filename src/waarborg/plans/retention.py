"""Retention carried out: every rule's sweep with its permission and its evidence, and what a tombstone brings back.

    work = Retention(casework)
    for swept in work.run(): …        # each rule: planned, allowed or waiting for a person, carried out, verified
    for back in work.due(): …         # what a law kept and keeps no longer; what came back by a re-import

A rule's first sweep, and one that takes more than the rule declares, waits for a person (rule 12). Who approves its
plan allows the rule from then on, as long as neither the rule nor what it would do changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from waarborg.canonical import digest, keyed_digest
from waarborg.errors import Finding, Place, StalePlan, StoreError
from waarborg.evidence.log import Log
from waarborg.plans.casework import Casework, by_table, next_end
from waarborg.plans.due import RESTRICTED, Terms, outcome
from waarborg.plans.locate import locate
from waarborg.plans.model import Approval, Plan, Sealed, Verdict
from waarborg.plans.planner import Planner
from waarborg.plans.rules import today_of
from waarborg.plans.sealing import read_sealed
from waarborg.plans.sets import Asked
from waarborg.plans.sweeper import Chunk, Held, Sweeper
from waarborg.state import State, Tombstone
from waarborg.stores.contract import Budget, Seeds
from waarborg.terms import Right, SubjectRef

FROZEN = Asked(frozenset(), frozen=True)
"""People told by the keys of their rows alone: an address may be somebody's new account by now."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What became of one rule."""

    rule: str
    plan: Plan
    rows: int = 0
    """Rows treated now."""
    left: int = 0
    """Rows still to treat afterwards: none, unless a store stood in the way."""
    waits: Finding | None = None
    """Why it waits for a person, or what stood in the way."""


@dataclass(frozen=True, slots=True)
class Back:
    """What became of one tombstone."""

    tombstone: str
    rows: int
    until: date | None
    """When the next part comes back; None when nothing is kept any more."""
    waits: Finding | None = None


@dataclass(slots=True)
class Retention:
    """Runs the rules of one casework."""

    work: Casework
    terms: Terms = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    told: Callable[[str, Chunk], None] = lambda rule, chunk: None
    """Called after each transaction: for whoever waits."""

    def sweeper(self) -> Sweeper:
        """A sweeper that spares the people whom the register names now."""
        with self.work.door.begin() as state:
            named = state.holds.named(at=self.work.clock.now())
            restricted = [
                pair for one in state.limits.standing(Right.RESTRICTION) for pair in state.limits.known(one.id)
            ]
        held: Held = {hold: [SubjectRef(person) for person in people] for hold, people in named.items()}
        if restricted:
            held = {**held, RESTRICTED: [_known_by(self.work.planner, kind, value) for kind, value in restricted]}
        return Sweeper(self.work.planner, held, self.terms, self.budget)

    def plans(self, rules: Sequence[str] = ()) -> Iterator[tuple[Plan, Finding | None]]:
        """The plan of each rule as it would be now, and why it would wait. Records nothing."""
        sweeper = self.sweeper()
        for name in rules or [rule.id for rule in sweeper.rules()]:
            plan, _ = sweeper.plan(name)
            yield plan, self._waits(sweeper, plan)

    def run(self, rules: Sequence[str] = ()) -> Iterator[Swept]:
        """Carry out every rule that may run; keep the plan of one that may not until a person has looked at it."""
        for name in rules or [rule.id for rule in self.sweeper().rules()]:
            yield self._rule(self.sweeper(), name)

    # -- one rule ------------------------------------------------------------------------------------------------

    def _rule(self, sweeper: Sweeper, name: str) -> Swept:
        request = digest(["retention", name])[:32]
        if approved := self._approved(request):
            return self._carry_out(sweeper, *approved, request)
        plan, sealed = sweeper.plan(name)
        if plan.empty:
            return Swept(name, plan)
        if waits := self._waits(sweeper, plan):
            with self.work.writing() as (state, log, now):
                state.plans.close(request, at=now)
                self.work.keep(state, log, plan, sealed, request, now)
            return Swept(name, plan, waits=waits)
        with self.work.writing() as (state, log, now):
            self.work.keep(state, log, plan, sealed, request, now)
            state.plans.set(plan.digest, "approved", at=now)
            log.append(
                kind="plan.approved",
                at=now,
                data={
                    "plan": plan.digest,
                    "scope": digest([[step.id, step.ceiling] for step in plan.steps()]),
                    "by": "rule",
                    "rule": f"retention.{name}",
                    "request": request,
                    "rows": plan.rows,
                },
            )
        return self._carry_out(sweeper, plan, sealed, request)

    def _approved(self, request: str) -> tuple[Plan, Sealed] | None:
        """The plan of a rule that a person approved, if one waits to be carried out."""
        with self.work.door.read() as state:
            found = [plan for plan, where in state.plans.of(request) if where == "approved"]
        if not found:
            return None
        case = self.work.case(found[-1])
        return case.plan, case.sealed

    def _waits(self, sweeper: Sweeper, plan: Plan) -> Finding | None:
        """Why this plan may not run by itself."""
        if plan.empty:
            return None
        if apart := sweeper.apart(sweeper.rule(plan.rule)):
            return apart
        scope = sweeper.scope(plan.rule)
        with self.work.door.read() as state:
            allowed = state.permissions.holds(
                f"retention.{plan.rule}", scope, on=today_of(self.work.planner.policy, plan.made_at)
            )
        if allowed:
            return sweeper.too_much(plan)
        return Finding(
            "WB451",
            self.work.planner.policy.place(f"retention.{plan.rule}"),
            "This rule has not run before, or it or what it would do has changed since.",
            "What a rule takes the first time, nobody has ever seen go.",
            f"Look at the plan, and approve it: waarborg approve {plan.id[:8]}",
        )

    def _carry_out(self, sweeper: Sweeper, plan: Plan, sealed: Sealed, request: str) -> Swept:
        """Sweep in bounded transactions, an entry for each; then plan again, and say what the whole came to."""
        treated: dict[str, int] = {}
        try:
            for chunk in sweeper.chunks(plan, sealed):
                self._record(plan, chunk, request)
                for name, rows in chunk.tables.items():
                    treated[name] = treated.get(name, 0) + rows
                self.told(plan.rule, chunk)
        except (StalePlan, StoreError) as error:
            kind = "plan.stale" if isinstance(error, StalePlan) else "plan.failed"
            with self.work.writing() as (state, log, now):
                found = error.findings[0].id if error.findings else "WB425"
                log.append(kind=kind, at=now, data={"plan": plan.digest, "request": request, "error": found})
                if isinstance(error, StalePlan):
                    state.plans.close(request, at=now)
            # One rule that cannot go on keeps no other from its term.
            return Swept(plan.rule, plan, sum(treated.values()), waits=(*error.findings, None)[0])
        again, _ = sweeper.plan(plan.rule, plan.made_at)
        with self.work.writing() as (state, log, now):
            self._finish(state, log, plan, again, treated, now)
            if again.empty:
                state.plans.close(request, at=now)
        return Swept(plan.rule, plan, sum(treated.values()), again.rows)

    def _record(self, plan: Plan, chunk: Chunk, request: str) -> None:
        with self.work.writing() as (state, log, now):
            secret = state.vault.secret("digests", at=now)
            data = {
                "plan": plan.digest,
                "store": chunk.store,
                "done": keyed_digest(secret, [[one.step, one.rows, one.digest] for one in chunk.steps]),
                "request": request,
                "chunk": chunk.number,
                "rows": chunk.rows,
                "treated": dict(chunk.tables),
            }
            log.append(kind="plan.applied", at=now, data=data)

    def _finish(self, state: State, log: Log, plan: Plan, again: Plan, treated: dict[str, int], now: datetime) -> None:
        policy = self.work.planner.policy
        log.append(kind="plan.verified", at=now, data={"plan": plan.digest, "left": again.rows})
        rule = policy.retention[plan.rule]
        log.append(
            kind="retention.swept",
            at=now,
            data={
                "rule": f"retention.{plan.rule}",
                "rows": sum(treated.values()),
                "outcome": outcome([rule]).value,
                "plan": plan.digest,
                "policy": plan.policy_digest,
                "map": plan.datamap_digest,
                "before": today_of(policy, plan.made_at).isoformat(),
                "treated": treated,
            },
        )

    # -- tombstones ----------------------------------------------------------------------------------------------

    def due(self) -> Iterator[Back]:
        """Go through the tombstones: erase what is kept no longer, and find what a re-import brought back."""
        today = today_of(self.work.planner.policy, self.work.clock.now())
        with self.work.door.read() as state:
            stones = list(state.tombstones.all())
        for stone in stones:
            over = stone.ends is not None and stone.ends < today
            found = self._reopen(stone, today) if over else self._look(stone)
            if found:
                yield found

    def _again(self, stone: Tombstone) -> tuple[Plan, Sealed, Sealed]:
        """The erasure planned again, by the keys of the rows that were found then."""
        with self.work.door.read() as state:
            sealed = read_sealed(state.tombstones.open(stone.id))
        self.work.look_up_holds(sealed.people)
        keys = Sealed((), {store: self._keys(seeds) for store, seeds in sealed.seeds.items()})
        planner = self.work.planner
        held = planner.held(sealed.people)
        blueprints = planner.blueprints(FROZEN, held)
        located = locate(planner.world(), blueprints, planner.stores, [], FROZEN, frozen=keys.seeds)
        plan = planner.made(located, blueprints, planner.rules(sealed.people), follows=stone.id[:16])
        return plan, located.sealed, sealed

    def _keys(self, seeds: Seeds) -> Seeds:
        """Of the frozen keys those that are the very keys of rows; an address can be another person's by now."""
        keys = {f"frozen:{t.name}:{','.join(t.facts.key)}" for t in self.work.planner.world().tables.values()}
        return Seeds({name: values for name, values in seeds.items() if name in keys})

    def _look(self, stone: Tombstone) -> Back | None:
        """Before its day a tombstone finds only what came back: rows that were erased, and are there again."""
        plan, sealed, _ = self._again(stone)
        if plan.empty:
            return None
        request = digest(["re-import", stone.id])[:32]
        with self.work.writing() as (state, log, now):
            state.plans.close(request, at=now)
            self.work.keep(state, log, plan, sealed, request, now)
        tables = ", ".join(sorted({step.table for step in plan.steps()}))
        waits = Finding(
            "WB455",
            Place(),
            f"{plan.rows} rows that were erased are there again, in {tables}.",
            "They were imported or restored, or their numbers were given out again: a person can tell.",
            f"Look at the plan, and approve it: waarborg approve {plan.id[:8]}",
        )
        return Back(stone.id, 0, stone.ends, waits)

    def _reopen(self, stone: Tombstone, today: date) -> Back:
        """Its day is over: what was kept goes, under the approval that the erasure had, and the tombstone ends."""
        plan, sealed, _ = self._again(stone)
        planner = self.work.planner
        rows = 0
        if not plan.empty:
            result = planner.apply(plan, sealed, Approval(plan.digest, "", plan.made_at))
            rows = result.rows
            with self.work.writing() as (state, log, now):
                secret = state.vault.secret("digests", at=now)
                for part in result.stores:
                    if part.state in ("applied", "already"):
                        told = [[step["id"], step["rows"], step["digest"]] for step in part.steps]
                        data = {
                            "plan": plan.digest,
                            "store": part.store,
                            "done": keyed_digest(secret, told),
                            "request": stone.id,
                            "rows": sum(int(str(step["rows"])) for step in part.steps),
                            "treated": by_table((str(s["table"]), int(str(s["rows"]))) for s in part.steps),
                        }
                        log.append(kind="plan.applied", at=now, data=data)
        verdict = planner.verify(plan, sealed)
        return Back(stone.id, rows, self._ended(stone, verdict, today))

    def _ended(self, stone: Tombstone, verdict: Verdict, today: date) -> date | None:
        """When the tombstone is looked at again: when the next rule ends, or the last backup set has expired."""
        law = replace(verdict, kept=tuple(kept for kept in verdict.kept if kept.why == "rule"))
        until = next_end(law)
        with self.work.writing() as (state, log, now):
            left = verdict.follow_up.rows if verdict.follow_up else 0
            log.append(kind="plan.verified", at=now, data={"plan": verdict.plan, "request": stone.id, "left": left})
            if not verdict.clean:
                return stone.ends
            backups = [r.period for r in self.work.planner.policy.retention.values() if r.sets and r.period]
            if until is None and stone.state == "keeping" and backups:
                until = max(period.after(today) for period in backups)
                state.tombstones.postpone(stone.id, ends=until, state="waiting")
            elif until is not None:
                state.tombstones.postpone(stone.id, ends=until)
            else:
                state.tombstones.end(stone.id)
                log.append(kind="tombstone.ended", at=now, data={"tombstone": stone.id})
        return until


def _known_by(planner: Planner, kind: str, value: str) -> SubjectRef:
    """A person by one identifier; a key counts within the table it is a key of."""
    key, _, table = kind.partition("@")
    return SubjectRef({key: value}, table if table in planner.datamap.tables else "")
