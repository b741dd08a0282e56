"""Retention carried out: every rule's sweep with its permission and its evidence, and what a tombstone brings back.

    work = Retention(casework)
    for swept in work.run(): …        # each rule: planned, allowed or waiting for a person, carried out, verified
    for back in work.due(): …         # what a law kept and keeps no longer; what came back by a re-import

A rule's first sweep, and one that takes more than the rule declares, waits for a person (rule 12). Who approves its
plan allows the rule from then on, as long as neither the rule nor what it would do changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from waarborg.canonical import digest, keyed_digest
from waarborg.errors import Finding, Place, StalePlan, StoreError
from waarborg.evidence.log import Log
from waarborg.plans.casework import Casework, applied
from waarborg.plans.due import Terms, outcome
from waarborg.plans.model import Approval, Plan, Sealed
from waarborg.plans.outliving import WAITING, marker, move_on
from waarborg.plans.outliving import stones as outlived
from waarborg.plans.recall import Recall, Seen
from waarborg.plans.rules import today_of
from waarborg.plans.sweeper import Chunk, Held, Sweeper
from waarborg.plans.tombstones import Stone
from waarborg.state import State, Tombstone
from waarborg.stores.contract import Budget
from waarborg.terms import SubjectRef

TOGETHER = 500
"""Tombstones that are looked for in one plan."""


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
        held: Held = {hold: [SubjectRef(person) for person in people] for hold, people in named.items()}
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
        with self.work.door.begin() as state:
            recall = Recall(self.work.planner, {}, marker(state, self.work.clock.now()))
            stones = outlived(state)
        quiet: dict[Tombstone, Stone] = {}
        for stone, content in stones.items():
            over = stone.ends is not None and stone.ends < today
            if stone.state == WAITING and over:
                if ended := self._waited(stone):
                    yield ended
                    continue
            elif over or self._released(stone, content):
                yield self._reopen(recall.of({stone.id: content}), stone, content)
                continue
            quiet[stone] = content
        yield from self._came_back(recall, quiet)

    def _released(self, stone: Tombstone, content: Stone) -> bool:
        """Whether a rule or hold that kept something keeps it no longer, before its day."""
        if stone.state == WAITING:
            return False
        self.work.look_up_holds((), content.holds)
        return bool(set(content.rules) - set(self.work.planner.rules(())))

    def _waited(self, stone: Tombstone) -> Back | None:
        """The last copy has expired: nothing can bring them back. None where another copy is left."""
        with self.work.writing() as (state, log, now):
            until = move_on(self.work, state, log, stone, None, (), now, 0)
        return None if until else Back(stone.id, 0, None)

    def _came_back(self, recall: Recall, quiet: Mapping[Tombstone, Stone]) -> Iterator[Back]:
        """Before its day a tombstone finds only what came back: rows that were erased, and are there again."""
        whole = recall.of({stone.id: content for stone, content in quiet.items()})
        seen: Seen | None = None
        for ids in self._by_hold(whole):
            if whole.again(ids, Seen())[0].empty:
                continue
            seen = seen or whole.look()
            for id in _those_with_rows(whole, ids, seen):
                stone = next(one for one in quiet if one.id == id)
                yield self._found(whole, stone, seen)

    def _by_hold(self, recall: Recall) -> Iterator[list[str]]:
        """Tombstones in groups that one plan can be about: under the same holds, and so many at a time."""
        groups: dict[frozenset[str], list[str]] = {}
        with self.work.door.begin() as state:
            for id, content in recall.stones.items():
                held = state.holds.covering_marks(content.holds, at=self.work.clock.now())
                groups.setdefault(held, []).append(id)
        for held, ids in groups.items():
            self.work.planner.under_hold_unnamed = held
            yield from (ids[at : at + TOGETHER] for at in range(0, len(ids), TOGETHER))

    def _found(self, recall: Recall, stone: Tombstone, seen: Seen) -> Back:
        plan, sealed, _ = recall.again([stone.id], seen)
        request = digest(["re-import", stone.id])[:32]
        with self.work.writing() as (state, log, now):
            state.plans.close(request, at=now)
            self.work.keep(state, log, plan, sealed, request, now)
        return Back(stone.id, 0, stone.ends, came_back(plan))

    def _reopen(self, recall: Recall, stone: Tombstone, content: Stone) -> Back:
        """Its day is over: what was kept goes, under the approval that the erasure had, and the tombstone moves on."""
        self.work.look_up_holds((), content.holds)
        plan, sealed, _ = recall.again([stone.id], Seen())
        planner, rows = self.work.planner, 0
        if not plan.empty:
            result = planner.apply(plan, sealed, Approval(plan.digest, "", plan.made_at))
            rows = result.rows
            with self.work.writing() as (state, log, now):
                for part in result.stores:
                    if part.state in ("applied", "already"):
                        log.append(kind="plan.applied", at=now, data=applied(state, plan, stone.id, part, now))
        verdict = planner.verify(plan, sealed)
        with self.work.writing() as (state, log, now):
            left = verdict.follow_up.rows if verdict.follow_up else 0
            log.append(kind="plan.verified", at=now, data={"plan": verdict.plan, "request": stone.id, "left": left})
            if not verdict.clean:
                return Back(stone.id, rows, stone.ends)
            rules = planner.rules(())
            return Back(stone.id, rows, move_on(self.work, state, log, stone, rules, verdict.kept, now, rows))


def came_back(plan: Plan) -> Finding:
    """The finding for rows of erased people that are there again."""
    tables = ", ".join(sorted({step.table for step in plan.steps()}))
    return Finding(
        "WB455",
        Place(),
        f"{plan.rows} rows that were erased are there again, in {tables}.",
        "They were imported or restored, or their numbers were given out again: a person can tell.",
        f"Look at the plan, and approve it: waarborg approve {plan.id[:8]}",
    )


def _those_with_rows(recall: Recall, ids: Sequence[str], seen: Seen) -> Iterator[str]:
    """Of many tombstones those whose rows are there: halved until each stands alone."""
    if recall.again(ids, seen)[0].empty:
        return
    if len(ids) == 1:
        yield ids[0]
        return
    half = len(ids) // 2
    yield from _those_with_rows(recall, ids[:half], seen)
    yield from _those_with_rows(recall, ids[half:], seen)
