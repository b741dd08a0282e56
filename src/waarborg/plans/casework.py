"""A request carried from plan to answer: plans are sealed, every arrow leaves an evidence entry.

    case = work.plan(people)                    # plan.made; the personal side is sealed under the request
    work.approve(case.plan_id, by="…")          # plan.approved: exactly this plan, with its ceilings
    work.apply(case.plan_id)                    # plan.applied for each store; safe to call again after a crash
    work.verify(case.plan_id)                   # plan.verified; a follow-up plan runs under the same approval
    work.leftovers(case.plan_id)                # leftovers.scanned: every column of every store was searched
    work.close(case.request)                    # sealed plans are destroyed

Evidence and state commit together in the state's own transaction, after the store has committed: a crash between the
two is mended by calling `apply` again, which finds nothing left to treat and writes the missing entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

from waarborg.canonical import digest, keyed_digest
from waarborg.clock import Clock, SystemClock, monotone
from waarborg.errors import PlanError, StalePlan, StoreError, WaarborgError, near_miss
from waarborg.evidence.log import Log
from waarborg.plans.model import Approval, Plan, Result, Sealed, StoreResult, Verdict
from waarborg.plans.outliving import remember, settle
from waarborg.plans.planner import Planner
from waarborg.plans.sealing import plan_bytes, read_plan, read_sealed, sealed_bytes
from waarborg.plans.sweeper import Sweeper
from waarborg.state import State
from waarborg.state.declared import declared_names
from waarborg.terms import Right, SubjectRef

if TYPE_CHECKING:
    from waarborg.plans.leftovers import Leftovers, Progress

FOLLOW_UPS = 5
"""How many follow-up plans one approval covers: rows that keep being born need a person to look."""


class StateDoor(Protocol):
    """Where the state is opened; `waarborg.state.open_state` gives one over a file."""

    def begin(self) -> AbstractContextManager[State]:
        """A writing transaction."""

    def read(self) -> AbstractContextManager[State]:
        """A snapshot to read from."""


@dataclass(frozen=True, slots=True)
class Case:
    """A plan with the request it belongs to."""

    request: str
    plan: Plan
    state: str
    sealed: Sealed = field(repr=False)


@dataclass(slots=True)
class Casework:
    """Runs requests with one planner over one state."""

    planner: Planner
    door: StateDoor
    clock: Clock = field(default_factory=SystemClock)

    # -- steps of a request --------------------------------------------------------------------------------------

    def plan(self, people: Sequence[SubjectRef], request: str = "") -> Case:
        """Plan the erasure of these people. Raises `PlanError`; nothing is recorded then."""
        self.look_up_holds(people)
        plan, sealed = self.planner.plan_erasure(people)
        request = request or uuid4().hex
        with self.writing() as (state, log, now):
            for person in people:
                subject, _ = state.people.subject(reference(person), at=now)
                data = {"request": request, "right": plan.right.value}
                log.append(kind="request.received", at=now, subject=subject, data=data)
            self.keep(state, log, plan, sealed, request, now)
        return Case(request, plan, "made", sealed)

    @contextmanager
    def writing(self) -> Iterator[tuple[State, Log, datetime]]:
        """A transaction on the state in which evidence is appended; it ends with a signed head."""
        with self.door.begin() as state:
            log = state.log(self.declared())
            now = monotone(self.clock, lambda: datetime.fromisoformat(log.tip().at))
            yield state, log, now
            log.sign(at=now, key=state.vault.signing_key(at=now))

    def look_up_holds(self, people: Sequence[SubjectRef], marks: Sequence[str] = ()) -> None:
        """Ask the register which holds cover these people by name, for this plan and its steps.

        `marks` are those of people whose names are gone (see `Holds.marks`).
        """
        with self.door.begin() as state:
            now = self.clock.now()
            held = {reference(person): state.holds.covering(person.identifiers, at=now) for person in people}
            self.planner.under_hold_unnamed = state.holds.covering_marks(marks, at=now)
        self.planner.under_hold = lambda person: held.get(reference(person), frozenset())

    def keep(self, state: State, log: Log, plan: Plan, sealed: Sealed, request: str, now: datetime) -> None:
        """Seal a plan under its request, and say in the evidence that it was made."""
        state.plans.put(plan.digest, plan_bytes(plan), request=request, at=now)
        state.plans.attach(plan.digest, "people", sealed_bytes(sealed), at=now)
        log.append(
            kind="plan.made",
            at=now,
            data={
                "plan": plan.digest,
                "request": request,
                "policy": plan.policy_digest,
                "map": plan.datamap_digest,
                "right": plan.right.value,
                "people": plan.people,
                "rows": plan.rows,
                "treated": by_table((step.table, step.rows) for step in plan.steps()),
                "kept": by_table((kept.table, kept.rows) for kept in plan.kept()),
            }
            | ({"rule": f"retention.{plan.rule}"} if plan.rule else {}),
        )

    def approve(self, plan_id: str, by: str, *, rule: bool = False) -> Approval:
        """Approve exactly this plan. `by` tells who: it is kept as a keyed hash.

        `rule`: nobody looked; the policy lets such a plan pass, and `by` names what decided.
        """
        with self.writing() as (state, log, now):
            case = self._open(state, plan_id)
            approver, _ = state.people.subject(f"staff:{by}", at=now)
            approval = Approval(case.plan.digest, by, now)
            state.plans.set(case.plan.digest, "approved", at=now, expect="made")
            if case.plan.rule:
                self._allow(state, log, case.plan.rule, approver, now)
            log.append(
                kind="plan.approved",
                at=now,
                data={
                    "plan": case.plan.digest,
                    "scope": digest([[step.id, step.ceiling] for step in case.plan.steps()]),
                    "by": "rule" if rule else "person",
                    "request": case.request,
                    "policy": case.plan.policy_digest,
                    "map": case.plan.datamap_digest,
                    "approver": approver,
                    "people": case.plan.people,
                    "rows": case.plan.rows,
                    "ceiling": by_table((step.table, step.ceiling) for step in case.plan.steps()),
                },
            )
        return approval

    def _allow(self, state: State, log: Log, rule: str, approver: str, now: datetime) -> None:
        """Who approves the sweep of a rule allows the rule to run from now on, within the same scope."""
        scope = Sweeper(self.planner).scope(rule)
        state.permissions.grant(f"retention.{rule}", scope, approver=approver, at=now)
        data = {"rule": f"retention.{rule}", "scope": scope, "approver": approver}
        log.append(kind="permission.granted", at=now, data=data)

    def apply(self, plan_id: str) -> Result:
        """Carry out an approved plan. Raises `StalePlan` where reality moved outside the scope (recorded as well)."""
        case = self._asked(plan_id)
        self.look_up_holds(case.sealed.people, case.sealed.marks)
        if case.state not in ("approved", "applied", "verified"):
            raise PlanError.one(
                "WB424", "This plan was not approved.", "Nothing is carried out unseen.", "Approve it first."
            )
        approval = Approval(case.plan.digest, "", self.clock.now())
        try:
            result = self.planner.apply(case.plan, case.sealed, approval)
        except (StalePlan, StoreError) as error:
            self._failed(case, error)
            raise
        with self.writing() as (state, log, now):
            gone = [part for part in result.stores if part.state in ("applied", "already")]
            for part in gone:
                log.append(kind="plan.applied", at=now, data=applied(state, case.plan, case.request, part, now))
            if gone:
                remember(self, state, log, case, now)
            if result.done and case.state == "approved":
                state.plans.set(case.plan.digest, "applied", at=now)
        return result

    def _failed(self, case: Case, error: WaarborgError) -> None:
        with self.writing() as (_, log, now):
            kind = "plan.stale" if isinstance(error, StalePlan) else "plan.failed"
            found = error.findings[0].id if error.findings else "WB425"
            data = {"plan": case.plan.digest, "request": case.request, "error": found}
            log.append(kind=kind, at=now, data=data)

    def verify(self, plan_id: str, leftovers: bool = False, progress: Progress | None = None) -> Verdict:
        """Plan again with everything frozen. Rows born meanwhile are treated under the same approval, in rounds.

        Before the plan was applied it only looks: what nobody approved, or carried out, is never done on the way.
        With `leftovers` a clean verdict is followed by a search of every column of every store, which tells `progress`.
        """
        case = self._asked(plan_id)
        self.look_up_holds(case.sealed.people, case.sealed.marks)
        verdict = self.planner.verify(case.plan, case.sealed)
        for _ in range(FOLLOW_UPS if case.state in ("applied", "verified") else 0):
            if verdict.clean or verdict.follow_up is None or not within(case.plan, verdict.follow_up):
                break
            verdict = self._follow(case, verdict.follow_up)
        self._verified(case, verdict)
        return replace(verdict, leftovers=self._search(case, progress)) if leftovers and verdict.clean else verdict

    def leftovers(self, plan_id: str, progress: Progress | None = None) -> Leftovers:
        """Search every column of every store for the people of a plan that was carried out; leaves an entry.

        Raises `PlanError` WB439 before the plan was applied: until then everything of them is still there.
        """
        case = self.case(plan_id)
        if case.state not in ("applied", "verified"):
            raise PlanError.one(
                "WB439",
                "This plan was not carried out yet.",
                "Everything of these people is still there, so nothing of it is a leftover.",
                "Approve and apply it first.",
            )
        self.look_up_holds(case.sealed.people, case.sealed.marks)
        return self._search(case, progress)

    def _search(self, case: Case, progress: Progress | None) -> Leftovers:
        with self.door.begin() as state:
            secret = state.vault.secret("digests", at=self.clock.now())
        found = self.planner.leftovers(case.plan, case.sealed, secret, progress)
        data = {
            "unexplained": found.unexplained,
            "explained": found.explained,
            "ambiguous": found.ambiguous,
            "ignored": found.ignored,
            "request": case.request,
            "plan": case.plan.digest,
            "people": found.people,
            "columns": found.columns,
            "stores": list(found.stores),
        }
        with self.writing() as (_, log, now):
            log.append(kind="leftovers.scanned", at=now, data=data)
        return found

    def _follow(self, case: Case, follow_up: Plan) -> Verdict:
        approval = Approval(follow_up.digest, "", self.clock.now())
        result = self.planner.apply(follow_up, case.sealed, approval)
        with self.writing() as (state, log, now):
            for part in result.stores:
                if part.state == "applied":
                    data = {**applied(state, case.plan, case.request, part, now), "again": True}
                    log.append(kind="plan.applied", at=now, data=data)
        return self.planner.verify(case.plan, case.sealed)

    def _verified(self, case: Case, verdict: Verdict) -> None:
        with self.writing() as (state, log, now):
            left = verdict.follow_up.rows if verdict.follow_up else 0
            keeping = by_table((kept.table, kept.rows) for kept in verdict.kept)
            log.append(
                kind="plan.verified",
                at=now,
                data={
                    "plan": case.plan.digest,
                    "request": case.request,
                    "left": left,
                    "kept": sum(keeping.values()),
                    "keeping": keeping,
                },
            )
            if verdict.clean:
                state.plans.set(case.plan.digest, "verified", at=now)
                settle(self, state, log, case, verdict, now)
                self._recipients(state, case, now)

    def _recipients(self, state: State, case: Case, now: datetime) -> None:
        """Whoever has the same data must be told that it went (Art. 19): the register of notifications says who."""
        from waarborg.plans.recipients import must_be_told

        told = must_be_told(self.planner, state, case.plan, case.sealed, now)
        state.notifications.due(case.request, case.plan.right.value, list(told), at=now)

    def answered(self, plan_id: str, answer: str, rows: int) -> None:
        """Record that an answer with this digest was handed over."""
        with self.writing() as (state, log, now):
            case = self._open(state, plan_id)
            data = {"request": case.request, "answer": answer, "rows": rows, "right": case.plan.right.value}
            for person in case.sealed.people:
                subject, _ = state.people.subject(reference(person), at=now)
                log.append(kind="request.answered", at=now, subject=subject, data=data)

    def close(self, request: str) -> None:
        """The request is done: its plans and keys are destroyed. What a tombstone needs stays in the tombstone."""
        with self.writing() as (state, log, now):
            self._forget(state, request, now)
            state.plans.close(request, at=now)
            log.append(kind="request.closed", at=now, data={"request": request})

    def _forget(self, state: State, request: str, now: datetime) -> None:
        """Of people who were erased, of whom nothing is kept, the register of disclosures knows nothing any more."""
        from waarborg.plans.recipients import frozen

        if any(one.id == request for one in state.tombstones.all()):
            return
        for plan, where in state.plans.of(request):
            if where == "verified" and read_plan(state.plans.open(plan)).right is Right.ERASURE:
                sealed = read_sealed(state.plans.attached(plan, "people"))
                state.disclosures.forget(frozen(self.planner, sealed), at=now)

    def hold(self, hold: str, person: SubjectRef, ends: date | None = None) -> None:
        """Put a person under a hold that the policy declares: what it covers stays until the hold is lifted."""
        self._known_hold(hold)
        with self.writing() as (state, log, now):
            subject, _ = state.people.subject(reference(person), at=now)
            state.holds.place(hold, person.identifiers, at=now, ends=ends)
            data = {"hold": f"holds.{hold}"} | ({"ends": ends.isoformat()} if ends else {})
            log.append(kind="hold.placed", at=now, subject=subject, data=data)

    def lift(self, hold: str, person: SubjectRef) -> None:
        """End a hold for a person."""
        self._known_hold(hold)
        with self.writing() as (state, log, now):
            subject, _ = state.people.subject(reference(person), at=now)
            state.holds.lift(hold, person.identifiers, at=now)
            log.append(kind="hold.lifted", at=now, subject=subject, data={"hold": f"holds.{hold}"})

    def _known_hold(self, hold: str) -> None:
        known = self.planner.policy.holds
        if hold not in known:
            raise PlanError.one(
                "WB457",
                f'The policy declares no hold "{hold}".',
                "A hold needs a ground, an owner and an end or review date that people can be told.",
                near_miss(hold, known) or "Declare it under holds in the policy.",
            )

    def open_log(self) -> None:
        """Begin the evidence log if it was never begun."""
        with self.door.begin() as state:
            if state.entries().tip() is None:
                now = self.clock.now()
                state.log(self.declared()).open(at=now, key=state.vault.signing_key(at=now))

    # -- looking things up ---------------------------------------------------------------------------------------

    def case(self, plan_id: str) -> Case:
        """A plan with its sealed side. `plan_id` may be the first characters of its digest."""
        with self.door.read() as state:
            return self._open(state, plan_id)

    def _asked(self, plan_id: str) -> Case:
        """A plan that somebody asked for. Raises `PlanError` WB454 for a sweep, which dates decide and not people."""
        case = self.case(plan_id)
        if case.plan.rule:
            raise PlanError.one(
                "WB454",
                f'This plan is the sweep of the rule "{case.plan.rule}".',
                "A sweep goes in many small transactions, and is verified as it ends.",
                f"Once it is approved: waarborg retention run --rule {case.plan.rule}",
            )
        return case

    def _open(self, state: State, plan_id: str) -> Case:
        found = [
            (request, plan, where)
            for request in state.plans.open_requests()
            for plan, where in state.plans.of(request)
            if plan.startswith(plan_id)
        ]
        if len(found) != 1 or not plan_id:
            raise PlanError.one(
                "WB419",
                "There is no open plan with this id." if not found else "More than one plan begins with this id.",
                "",
                "Take the id from the output of waarborg plan.",
            )
        request, name, where = found[0]
        plan = read_plan(state.plans.open(name))
        return Case(request, plan, where, read_sealed(state.plans.attached(name, "people")))

    def declared(self) -> frozenset[str]:
        """Every name that policy and map write down: the only words an evidence entry may hold."""
        return declared_names(self.planner.policy, self.planner.datamap)


def reference(person: SubjectRef) -> str:
    """The text under which the vault keeps a person's evidence key: the same for the same identifiers."""
    return digest(sorted([kind, value] for kind, value in person.identifiers.items()))


def within(approved: Plan, follow_up: Plan) -> bool:
    """Whether a follow-up stays inside what was approved: same tables and treatments, rows up to the ceiling."""
    ceilings = {(step.table, step.treatment): step.ceiling for step in approved.steps()}
    return all(step.rows <= ceilings.get((step.table, step.treatment), 0) for step in follow_up.steps())


def applied(state: State, plan: Plan, request: str, part: StoreResult, now: datetime) -> dict[str, object]:
    """What one store did. The digests of row keys are keyed: small numbers could be guessed from a bare one."""
    secret = state.vault.secret("digests", at=now)
    return {
        "plan": plan.digest,
        "store": part.store,
        "done": keyed_digest(secret, [[step["id"], step["rows"], step["digest"]] for step in part.steps]),
        "request": request,
        "people": plan.people,
        "rows": sum(int(str(step["rows"])) for step in part.steps),
        "treated": by_table((str(step["table"]), int(str(step["rows"]))) for step in part.steps),
        "again": part.state == "already",
    }


def by_table(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Rows by table."""
    found: dict[str, int] = {}
    for table, rows in pairs:
        found[table] = found.get(table, 0) + rows
    return found
