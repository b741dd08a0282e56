"""Planning and carrying out the sweep of a retention rule, with one planner; keeps no state.

    sweeper = Sweeper(planner, held={"claim": [SubjectRef(…)]})
    plan, sealed = sweeper.plan("connection")
    for done in sweeper.chunks(plan): …           # each its own transaction; to stop anywhere and begin again is safe
    sweeper.plan("connection", at=plan.made_at)    # empty: verified

What goes is told by dates in the rows, so a sweep that was cut off is finished by planning and sweeping again. Rows
that stand alone go by the thousand, straight by their date. Where other rows hang on them, a transaction begins in some
of them, by key, and takes all that hangs on those along.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import sleep

from waarborg.errors import Finding, PlanError, StalePlan, near_miss
from waarborg.plans.drafts import Blueprint, Handover, StandInDraft, WordSource
from waarborg.plans.due import Due, Spared, Terms
from waarborg.plans.locate import asked_of, complete, given_seeds, locate, prepare
from waarborg.plans.make import make
from waarborg.plans.model import Plan, Sealed, StorePlan
from waarborg.plans.planner import Planner
from waarborg.plans.rules import today_of
from waarborg.plans.sets import Ownership
from waarborg.plans.sweep import NOBODY, chunk_seed, scope, sweep_blueprint
from waarborg.policy.model import RetentionRule
from waarborg.stores.contract import (
    All,
    Both,
    Budget,
    Change,
    Collides,
    Compare,
    Delete,
    Either,
    Given,
    In,
    Insert,
    Key,
    Leads,
    Mentions,
    Not,
    Program,
    Rows,
    RowSet,
    Seeds,
    StepDone,
    Update,
)
from waarborg.terms import Outcome, SubjectRef, Treatment

PASSES = 5
"""How often all that is due is gone through again: rows that others needed may go once those are gone."""
Held = Mapping[str, Sequence[SubjectRef]]
"""By hold of the policy: the people it names in the register."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one transaction of a sweep did."""

    store: str
    number: int
    steps: tuple[StepDone, ...]
    tables: Mapping[str, int]
    """Rows treated, by table (qualified)."""

    @property
    def rows(self) -> int:
        """How many rows were treated."""
        return sum(self.tables.values())


@dataclass(slots=True)
class Sweeper:
    """Plans and carries out retention for one planner, under the holds and terms of this moment."""

    planner: Planner
    held: Held = field(default_factory=dict, repr=False)
    terms: Terms = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    rest: Callable[[float], None] = sleep

    def rules(self) -> tuple[RetentionRule, ...]:
        """The rules of the policy that set a term for rows."""
        return tuple(rule for rule in self.planner.policy.retention.values() if rule.data)

    def rule(self, name: str) -> RetentionRule:
        """A rule by its name. Raises `PlanError` WB450."""
        found = self.planner.policy.retention.get(name)
        if found is None or not found.data:
            known = [rule.id for rule in self.rules()]
            raise PlanError.one(
                "WB450",
                f'The policy has no retention rule "{name}" about rows.',
                "Only what the policy promises is swept.",
                near_miss(name, known) or f"Rules are: {', '.join(known)}.",
            )
        return found

    # -- planning ------------------------------------------------------------------------------------------------

    def due(self, at: datetime, store: str = "") -> Due:
        """What is due at an instant; with `store`, without the rows of people under a hold there."""
        policy = self.planner.policy
        spared = [one for one, _, _ in self._spared(store)] if store else []
        return Due(self.planner.world(), policy, today_of(policy, at), spared, self.terms)

    def blueprints(self, rule: RetentionRule, at: datetime, chunked: bool = False) -> dict[str, Blueprint]:
        """What the sweep of a rule could do in each store."""
        world, policy = self.planner.world(), self.planner.policy
        found = {}
        for name in self.planner.stores:
            held = [one for _, sets, _ in self._spared(name) for one in sets]
            found[name] = sweep_blueprint(world, policy, name, rule, self.due(at, name), at, held, chunked)
        return found

    def scope(self, name: str) -> str:
        """A digest of all that the sweep of a rule may do: what a person allows once."""
        rule = self.rule(name)
        quiet = replace(self, held={})
        return scope(rule, quiet.blueprints(rule, self.planner.clock.now()))

    def plan(self, name: str, at: datetime | None = None) -> tuple[Plan, Sealed]:
        """What the sweep of a rule would do, counted. Touches nothing. Raises `PlanError`, `StoreError`."""
        rule, now = self.rule(name), at or self.planner.clock.now()
        blueprints = self.blueprints(rule, now)
        stores = {name: self.planner.stores[name] for name in blueprints}
        located = locate(self.planner.world(), blueprints, stores, [], NOBODY, known=self._seeds())
        abilities = {name: store.abilities for name, store in stores.items()}
        policy, digests = self.planner.policy, self.planner.digests()
        plan = make(
            located, blueprints, self.planner.world(), policy, abilities, now, digests, self._holds(), rule=rule.id
        )
        return plan, Sealed((), {store: _without_held(seeds) for store, seeds in located.sealed.seeds.items()})

    def _holds(self) -> tuple[str, ...]:
        return tuple(f"holds.{name}" for name, people in sorted(self.held.items()) if people)

    def share(self, plan: Plan) -> dict[str, int]:
        """The share, in per cent, of each table that the plan would treat."""
        found: dict[str, int] = {}
        for part in plan.stores:
            treated: dict[str, int] = {}
            for step in part.steps:
                treated[step.table] = max(treated.get(step.table, 0), step.rows)
            program = Program(tuple(RowSet(name, name.partition(".")[2], All()) for name in treated))
            with self.planner.stores[part.store].reading(program, Seeds()) as look:
                for name, rows in treated.items():
                    found[name] = -(-100 * rows // max(look.count(name), 1))
        return found

    def too_much(self, plan: Plan) -> Finding | None:
        """Why a plan waits for a person although its rule may run: it takes more than the rule declares (rule 12)."""
        ceiling = self.rule(plan.rule).sweep
        if ceiling is None:
            return None
        rows: dict[str, int] = {}
        for step in plan.steps():
            rows[step.table] = max(rows.get(step.table, 0), step.rows)
        over = [name for name, n in rows.items() if ceiling.rows is not None and n > ceiling.rows]
        if ceiling.percent is not None:
            over += [name for name, percent in self.share(plan).items() if percent > ceiling.percent]
        if not over:
            return None
        place = self.planner.policy.place(f"retention.{plan.rule}.sweep")
        return Finding(
            "WB452",
            place,
            f"This sweep would take more of {', '.join(sorted(set(over)))} than the rule declares.",
            "A wrong date or a wrong clock looks like this before it is too late.",
            f"Look at the plan, and approve it: waarborg approve {plan.id[:8]}",
        )

    def apart(self, rule: RetentionRule) -> Finding | None:
        """Why the rows of a rule cannot be swept at all: they are to be set apart, and erasing them is not that."""
        if rule.then is not Outcome.ISOLATE:
            return None
        return Finding(
            "WB456",
            self.planner.policy.place(f"retention.{rule.id}.then"),
            "Rows of this rule are to be set apart until a release date, and a sweep cannot do that.",
            "They would have to be sealed in the vault first; erasing them instead would break the promise.",
            "Say then: erase (or anonymise), or set them apart yourself and map where they are.",
        )

    # -- people under a hold -------------------------------------------------------------------------------------

    def _spared(self, store: str) -> list[tuple[Spared, list[RowSet], Seeds]]:
        """For each hold that names people: their rows in this store, as sets under names of their own."""
        found = []
        for name, people in sorted(self.held.items()):
            hold = self.planner.policy.holds.get(name)
            if hold is None or not people:
                continue
            world = self.planner.world()
            theirs = Ownership(world, store, asked_of(people), (), leaving=False, erased=frozenset())
            program = theirs.program()
            drawn = _Drawn(store, program)
            prefix = f"hold {name} "
            rows: dict[str, Rows] = {
                table.name: In(prefix + own) for table in theirs.tables if (own := theirs.own(table))
            }
            sets = [replace(one, name=prefix + one.name, rows=_renamed(one.rows, prefix)) for one in program.sets]
            seeds = Seeds({prefix + key: values for key, values in given_seeds(world, drawn, people).items()})
            found.append((Spared(hold, rows), sets, seeds))
        return found

    def _seeds(self) -> dict[str, Seeds]:
        """The identifiers of people under a hold, for the sets of each store."""
        found = {name: Seeds() for name in self.planner.stores}
        for name, seeds in found.items():
            for _, _, more in self._spared(name):
                seeds.update(more)
        return found

    # -- carrying out --------------------------------------------------------------------------------------------

    def chunks(self, plan: Plan, sealed: Sealed) -> Iterator[Chunk]:
        """Carry out an approved plan, transaction by transaction. Raises `StalePlan` where more is due than approved.

        Stop anywhere and call again: what is done is not due any more.
        """
        self._current(plan)
        rule = self.rule(plan.rule)
        if finding := self.apart(rule):
            raise PlanError([finding])
        plain = self.blueprints(rule, plan.made_at)
        whole = self.blueprints(rule, plan.made_at, chunked=True)
        held = self._seeds()
        for part in self.planner.leaves_first(plan.stores):
            if not part.steps:
                continue
            seeds = Seeds({**sealed.seeds.get(part.store, Seeds()), **held[part.store]})
            run = _Run(self, plan, part, seeds)
            yield from run.placeholders(plain[part.store])
            yield from run.loose(plain[part.store])
            yield from run.hanging(whole[part.store], plain[part.store])

    def _current(self, plan: Plan) -> None:
        """Refuse a plan whose policy or map is another one by now. Holds are looked up anew instead."""
        if (plan.policy_digest, plan.datamap_digest) != self.planner.digests():
            raise StalePlan.one(
                "WB421", "Policy or data map changed after the plan was made.", "", "Make the plan again."
            )


@dataclass(slots=True)
class _Run:
    """One sweep in one store."""

    sweeper: Sweeper
    plan: Plan
    part: StorePlan
    seeds: Seeds = field(repr=False)
    number: int = 0
    done: dict[str, int] = field(default_factory=dict)
    """Rows treated so far, by step."""

    def placeholders(self, drafts: Blueprint) -> Iterator[Chunk]:
        """The stand-ins that are not there yet, first and alone: rows that were led to one that nobody knows yet would
        be led there again and again."""
        change, seeds = self.sweeper.planner.change(self.plan, self.part, drafts, complete(drafts.program, self.seeds))
        inserts = _inserts(change)
        if not inserts:
            return
        chunk = self._apply(replace(change, steps=inserts, marker=None), seeds)
        prepare(drafts, self.sweeper.planner.stores[self.part.store], self.seeds, ())
        if chunk.rows:
            yield chunk

    def loose(self, drafts: Blueprint) -> Iterator[Chunk]:
        """Rows that stand alone: step by step, so many at a time, by their dates."""
        change, seeds = self.sweeper.planner.change(self.plan, self.part, drafts, complete(drafts.program, self.seeds))
        for step in change.steps:
            if isinstance(step, Insert) or step.id not in self._loose(drafts):
                continue
            size = self.sweeper.budget.chunk
            while True:
                left = step.ceiling - self.done.get(step.id, 0)
                bounded = replace(step, limit=size, ceiling=max(0, min(size, left)))
                chunk = self._apply(replace(change, steps=(*_inserts(change), bounded), marker=None), seeds)
                if chunk.rows:
                    yield chunk
                if chunk.steps[-1].rows < size:
                    break
                self._rest()

    def hanging(self, drafts: Blueprint, plain: Blueprint) -> Iterator[Chunk]:
        """Rows that others hang on: some of them by key, with all of theirs, in one transaction.

        `drafts` begin in the rows of a chunk, `plain` in all that are due.
        """
        change, seeds = self.sweeper.planner.change(self.plan, self.part, drafts, complete(drafts.program, self.seeds))
        loose = self._loose(drafts)
        steps = tuple(step for step in change.steps if isinstance(step, Insert) or step.id not in loose)
        if all(isinstance(step, Insert) for step in steps):
            return
        names = [one.seed for one in map(_chunk_of, drafts.program.sets) if one]
        empty = dict.fromkeys(names, ())
        for _ in range(PASSES):
            before = self.number
            for table in self._children_first(names):
                for keys in self._keys(plain, table, seeds):
                    now = Seeds({**seeds, **empty, chunk_seed(table): keys})
                    bounded = replace(change, steps=tuple(map(self._left, steps)), marker=None)
                    chunk = self._apply(bounded, now)
                    if chunk.rows:
                        yield chunk
                        self._rest()
            # What begins in no chunk (rows without a key, columns of rows that stay): all of it at once.
            rest = replace(change, steps=tuple(map(self._left, steps)), marker=None)
            chunk = self._apply(rest, Seeds({**seeds, **empty}))
            if chunk.rows:
                yield chunk
            if self.number == before:
                return

    def _left(self, step: Delete | Update | Insert) -> Delete | Update | Insert:
        """The step with what is left of its ceiling; a placeholder is added once, however often it is asked for."""
        if isinstance(step, Insert):
            return step
        return replace(step, ceiling=max(0, step.ceiling - self.done.get(step.id, 0)))

    def _apply(self, change: Change, seeds: Seeds) -> Chunk:
        applied = self.sweeper.planner.stores[self.part.store].apply(change, seeds)
        planned = {step.id: step.table for step in self.part.steps}
        tables: dict[str, int] = {}
        for one in applied.steps:
            self.done[one.step] = self.done.get(one.step, 0) + one.rows
            if one.rows:
                tables[planned[one.step]] = tables.get(planned[one.step], 0) + one.rows
        if tables:
            self.number += 1
        return Chunk(self.part.store, self.number, applied.steps, tables)

    def _rest(self) -> None:
        if self.sweeper.budget.pause:
            self.sweeper.rest(self.sweeper.budget.pause)

    # -- what stands alone ---------------------------------------------------------------------------------------

    def _loose(self, drafts: Blueprint) -> set[str]:
        """Steps whose rows are told by their own columns, which no other step looks at, and which end when repeated."""
        sets = {one.name: one for one in drafts.program.sets}
        tables = {step.id: _tables(step.set, sets) for step in self.part.steps if step.set}
        found = set()
        for step in self.part.steps:
            local = self.sweeper.planner.world().tables[step.table]
            itself = any(reference.table == local.local for reference in local.facts.foreign_keys)
            others = [tables[one.id] for one in self.part.steps if one.id in tables and one.table != step.table]
            alone = bool(step.set) and tables[step.id] == {local.local}
            looked_at = any(local.local in seen for seen in others)
            ends = step.treatment is Treatment.DELETE or (_shrinks(step.set) and bool(local.facts.key))
            if alone and not looked_at and not itself and ends and not step.together:
                found.add(step.id)
        return found

    def _keys(self, drafts: Blueprint, table: str, seeds: Seeds) -> Iterator[Sequence[Key]]:
        """The keys of the rows in which the sweep begins, so many at a time, in their order."""
        mapped = self.sweeper.planner.world().tables[table]
        key, size = mapped.facts.key, self.sweeper.budget.chunk
        begins: Rows = In(f"me:{mapped.local}")
        while True:
            program = Program((*drafts.program.sets, RowSet("next", mapped.local, begins)))
            with self.sweeper.planner.stores[self.part.store].reading(program, complete(program, seeds)) as look:
                some = _first(look.rows("next", key), size if len(key) == 1 else 0)
            for start in range(0, len(some), size):
                yield some[start : start + size]
            if len(some) != size or len(key) > 1:
                return
            begins = Both((In(f"me:{mapped.local}"), Compare(key[0], ">", (some[-1][0],))))  # type: ignore[arg-type]

    def _children_first(self, seeds: Sequence[str]) -> list[str]:
        """Tables in which the sweep begins, those that lead to others before those they lead to."""
        world = self.sweeper.planner.world()
        left = [seed.removeprefix("chunk:") for seed in dict.fromkeys(seeds)]
        ordered: list[str] = []
        while left:
            led = {arm.target for name in left for arm in world.tables[name].arms if arm.target != name}
            ready = [name for name in left if name not in led] or left[:1]
            ordered += ready
            left = [name for name in left if name not in ready]
        return ordered


@dataclass(frozen=True, slots=True)
class _Drawn:
    """As much of a blueprint as looking people up needs."""

    store: str
    program: Program
    handovers: Sequence[Handover] = ()
    me: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, tuple[WordSource, ...]] = field(default_factory=dict)
    stand_ins: Sequence[StandInDraft] = ()


def _renamed(rows: Rows, prefix: str) -> Rows:
    """The same rows, told by sets and seeds under names of their own."""
    match rows:
        case In(set):
            return In(prefix + set)
        case Given():
            return replace(rows, seed=prefix + rows.seed)
        case Mentions():
            return replace(rows, seed=prefix + rows.seed)
        case Collides():
            return replace(rows, set=prefix + rows.set, seed=prefix + rows.seed)
        case Leads():
            return replace(rows, rows=_renamed(rows.rows, prefix))
        case Not(inner):
            return Not(_renamed(inner, prefix))
        case Both(parts):
            return Both(tuple(_renamed(part, prefix) for part in parts))
        case Either(parts):
            return Either(tuple(_renamed(part, prefix) for part in parts))
    return rows


def _without_held(seeds: Seeds) -> Seeds:
    """What is sealed with a plan: not the people under a hold, whom the register alone knows."""
    return Seeds({name: values for name, values in seeds.items() if not name.startswith("hold ")})


def _first(blocks: Iterator[Sequence[Key]], most: int) -> list[Key]:
    """The first rows of a stream (0: all of them), which is closed before the look that it belongs to."""
    some: list[Key] = []
    for block in blocks:
        some += block
        if most and len(some) >= most:
            break
    if isinstance(blocks, Generator):
        blocks.close()
    return some[:most] if most else some


def _inserts(change: Change) -> tuple[Insert, ...]:
    return tuple(step for step in change.steps if isinstance(step, Insert))


def _walk(rows: Rows) -> Iterator[Rows]:
    yield rows
    match rows:
        case Leads(rows=inner) | Not(inner):
            yield from _walk(inner)
        case Both(parts) | Either(parts):
            for part in parts:
                yield from _walk(part)


def _chunk_of(one: RowSet) -> Given | None:
    """The chunk seed by which a set begins, if it does."""
    found = (part for part in _walk(one.rows) if isinstance(part, Given) and part.seed.startswith("chunk:"))
    return next(found, None)


def _tables(name: str, sets: Mapping[str, RowSet]) -> set[str]:
    """Every table that a set looks at, its own included."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        one = sets[waiting.pop()]
        found.add(one.table)
        for part in _walk(one.rows):
            if isinstance(part, Leads):
                found.add(part.table)
            other = part.set if isinstance(part, In | Collides) else None
            if other and other not in seen:
                seen.add(other)
                waiting.append(other)
    return found


def _shrinks(name: str) -> bool:
    """Whether a treated row leaves the set: its description asks for what is yet to be done."""
    return name.startswith(("todo:", "leave:"))
