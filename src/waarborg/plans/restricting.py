"""A restriction from asking to its end: set apart, told, brought back; or its key destroyed when the term is over.

    case = work.restrict(person, RestrictionGround.CLAIMS)       # then approve, apply, verify, as every plan
    work.tell(case.request, reason="…", letter=b"…")             # before it is lifted, the person is told (Art. 18(3))
    back = work.restore(case.request)                            # a plan; approve, apply, verify
    work.end_restriction(case.request)                           # or: a plan that erases; the key goes with it

The order is data (`waarborg.state.courses`). The copy is sealed and durable before a row goes; it is destroyed when
everything was verified to be back as it was, or when the erasure that ends the restriction was carried out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from waarborg.canonical import keyed_digest
from waarborg.errors import PlanError
from waarborg.evidence.log import Log
from waarborg.plans.access import Aside
from waarborg.plans.apart import Copy, Copying, read_copy, sections
from waarborg.plans.casework import Case, Casework, reference
from waarborg.plans.known import given, known
from waarborg.plans.model import Approval, Result, Sealed, Verdict
from waarborg.plans.restore import keys_now, plan_restore, restore, verify_restore
from waarborg.plans.sealing import read_sealed, sealed_bytes
from waarborg.plans.suspend import VAULT, plan_restriction
from waarborg.state import State
from waarborg.state.courses import COURSES, Needs
from waarborg.state.limits import Limit
from waarborg.terms import RestrictionGround, Right, SubjectRef


@dataclass(slots=True)
class Restricting(Casework):
    """Casework with restriction (Art. 18)."""

    def __post_init__(self) -> None:
        self.planner.apart = self.aside

    def aside(self, person: SubjectRef) -> Aside | None:
        """What is set apart of a person, for an answer to them."""
        with self.door.begin() as state:
            found = state.limits.of(given(person), at=self.clock.now())
            requests = [
                one.request for one in found if one.kind is Right.RESTRICTION and state.apart.holds(one.request)
            ]
            if not requests:
                return None
            sealed = read_sealed(state.apart.people(requests[0]))
            return Aside(sealed.seeds, sections(self.planner.world(), self._read(state, requests[0])))

    # -- what is asked -----------------------------------------------------------------------------------------------

    def restrict(self, person: SubjectRef, ground: RestrictionGround | str, request: str = "") -> Case:
        """Plan the restriction of a person's data on a ground of Art. 18(1). Raises `PlanError` WB468, WB472, WB473."""
        ground = RestrictionGround(ground)
        self.look_up_holds([person])
        self.not_restricted([person], "restricted again")
        plan, sealed = plan_restriction(self.planner, person, ground.value)
        return self.opened([person], plan, sealed, request)

    def plan(self, people: Sequence[SubjectRef], request: str = "") -> Case:
        """Plan the erasure of these people; not while somebody's data is restricted: see `end_restriction`."""
        self.not_restricted(people, "erased by this request")
        return Casework.plan(self, people, request)

    def tell(self, request: str, *, reason: str, letter: bytes) -> Limit:
        """The person was told, with the reason, that the restriction will be lifted (Art. 18(3)). The letter is what
        they got; its digest is kept. Raises `StateError` WB571, WB572."""
        needs = [Needs.REASON] * bool(reason.strip()) + [Needs.LETTER] * bool(letter.strip())
        return self._step(
            request, "tell", needs, {"reason": reason.strip(), "letter": letter.decode("utf-8", "replace")}
        )

    def keep_restriction(self, request: str) -> Limit:
        """The restriction goes on although its end was told."""
        return self._step(request, "keep")

    def restore(self, request: str) -> Case:
        """Plan to lift a restriction: everything comes back, bit for bit.

        Raises `StateError` WB571 before the person was told, `PlanError` WB476 to WB479 where the world moved on.
        """
        limit, copy, sealed = self._standing(request)
        COURSES[Right.RESTRICTION].after(limit.state, "lift")
        plan = plan_restore(self.planner, request, copy)
        with self.writing() as (state, log, now):
            self.keep(state, log, plan, sealed, request, now)
        return Case(request, plan, "made", sealed)

    def end_restriction(self, request: str) -> Case:
        """Plan the erasure that ends a restriction, because its term is over or the person asks for it: what is in the
        live tables is erased, and the key of what is in the vault is destroyed when that was carried out.

        Raises `PlanError` WB480 while a hold covers the person: what is sealed is evidence then.
        """
        limit, _, sealed = self._standing(request)
        COURSES[Right.RESTRICTION].after(limit.state, "destroy")
        self._free_of_holds(limit, sealed.people)
        plan, again = self.planner.plan_again(sealed.people, sealed.seeds)
        again.more = {**again.more, "ends": request}
        with self.writing() as (state, log, now):
            self.keep(state, log, plan, again, request, now)
        return Case(request, plan, "made", again)

    def due_restrictions(self, day: date | None = None) -> list[Limit]:
        """Restrictions whose term is over: each is ended, or lifted, by a plan. The end date is the last day."""
        today = day or self.clock.now().date()
        with self.door.read() as state:
            return [one for one in state.limits.standing(Right.RESTRICTION) if one.ends and one.ends < today]

    def not_restricted(self, people: Sequence[SubjectRef], what: str) -> None:
        """Raise `PlanError` WB468 where somebody's data may only be stored now (Art. 18(2))."""
        with self.door.begin() as state:
            found = state.limits.all_of([given(one) for one in people], at=self.clock.now())
        under = {one.id for limits in found for one in limits if one.kind is Right.RESTRICTION and not one.ended}
        if under:
            raise PlanError.one(
                "WB468",
                f"The data of {len(under)} of these {len(people)} people is restricted and cannot be {what} now.",
                "Restricted data is stored, and nothing else is done with it (Art. 18(2)).",
                "Lift the restriction (tell the person, then restore), or end it in erasure.",
            )

    # -- carrying out ------------------------------------------------------------------------------------------------

    def carry(self, case: Case, approval: Approval) -> Result:
        """Rows go with a witness, and come back from the copy."""
        if case.plan.right is not Right.RESTRICTION:
            return Casework.carry(self, case, approval)
        if case.plan.undoes:
            self.planner.current(case.plan, approval, ())
            return restore(self.planner, case.plan, self._copy(case.plan.undoes))
        witnesses = {
            name: Copying(self.door, self.clock, case.request, name)
            for name, store in self.planner.stores.items()
            if store.abilities.images
        }
        with self.door.begin() as state:
            state.apart.keep_people(case.request, sealed_bytes(case.sealed), at=self.clock.now())
        result = self.planner.apply(case.plan, case.sealed, approval, witnesses)
        with self.door.begin() as state:
            for part in result.stores:
                if part.state != "delayed":
                    state.apart.settle(case.request, part.store, at=self.clock.now())
        return result

    def check(self, case: Case) -> Verdict:
        """Whether what came back is as it was; whether nothing that was to be set apart is left."""
        if case.plan.undoes:
            return verify_restore(self.planner, case.plan, self._copy(case.plan.undoes))
        return Casework.check(self, case)

    def done(self, state: State, log: Log, case: Case, now: datetime) -> None:
        """The restriction stands from here; or the key of what it had set apart is gone."""
        if case.plan.right is Right.RESTRICTION and not case.plan.undoes:
            self._placed(state, log, case, now)
        elif request := str(case.sealed.more.get("ends", "")):
            self._destroyed(state, log, request, now)
        else:
            Casework.done(self, state, log, case, now)

    def proven(self, state: State, log: Log, case: Case, verdict: Verdict, now: datetime) -> None:
        """Everything is back as it was: the restriction is lifted, and the copy is destroyed."""
        if case.plan.undoes:
            for limit in _open(state, case.plan.undoes):
                state.limits.move(limit.id, "lift", at=now)
                data = {"request": case.plan.undoes, "plan": case.plan.digest, "rows": case.plan.rows}
                log.append(kind="restriction.lifted", at=now, subject=limit.subject, data=data)
                state.apart.destroy(case.plan.undoes)
        elif case.plan.right is not Right.RESTRICTION:
            Casework.proven(self, state, log, case, verdict, now)

    def _placed(self, state: State, log: Log, case: Case, now: datetime) -> None:
        if _open(state, case.request):
            return
        (person,) = case.sealed.people
        subject, _ = state.people.subject(reference(person), at=now)
        ends = self._term(now) if case.sealed.more["way"] == VAULT else None
        everything = [*given(person), *((kind, value) for kind, value in case.sealed.more.get("known", ()))]
        limit = state.limits.place(
            Right.RESTRICTION, everything, at=now, request=case.request, subject=subject,
            ground=str(case.sealed.more["ground"]), ends=ends,
        )  # fmt: skip
        data: dict[str, object] = {"request": case.request, "plan": case.plan.digest, "rows": case.plan.rows}
        data |= {"ground": limit.ground, "way": case.sealed.more["way"]} | ({"ends": ends.isoformat()} if ends else {})
        log.append(kind="restriction.placed", at=now, subject=subject, data=data)

    def _term(self, now: datetime) -> date | None:
        """The last day of a restriction that is placed now."""
        rule = self.planner.policy.rights.restriction
        period = rule.suspend.period if rule and rule.suspend else None
        return period.after(now.date()) if period else None

    def _destroyed(self, state: State, log: Log, request: str, now: datetime) -> None:
        for limit in _open(state, request):
            rows = state.apart.destroy(request)
            state.limits.move(limit.id, "destroy", at=now)
            log.append(kind="restriction.destroyed", at=now, subject=limit.subject,
                       data={"request": request, "rows": rows})  # fmt: skip

    # -- shared ------------------------------------------------------------------------------------------------------

    def opened(self, people: Sequence[SubjectRef], plan: object, sealed: Sealed, request: str = "") -> Case:
        """A request with its first plan. A restriction also remembers by what else the person is known, while the rows
        that say so are still there."""
        if sealed.more.get("way"):
            everything = [[kind, value] for kind, value in known(self.planner, people[0])]
            sealed.more = {**sealed.more, "known": everything}
        return Casework.opened(self, people, plan, sealed, request)  # type: ignore[arg-type]  # a plan, passed on

    def close(self, request: str) -> None:
        """The request is done. What was copied for a restriction that never came to stand is destroyed."""
        with self.door.begin() as state:
            if not _open(state, request) and state.apart.holds(request):
                state.apart.destroy(request)
        Casework.close(self, request)

    def _standing(self, request: str) -> tuple[Limit, Copy, Sealed]:
        with self.door.read() as state:
            found = _open(state, request)
            if not found:
                raise PlanError.one(
                    "WB474",
                    "No restriction stands under this request.",
                    "It was lifted, ended, or never carried out.",
                    "`waarborg limits` lists what stands.",
                )
            return found[0], self._read(state, request), read_sealed(state.apart.people(request))

    def _copy(self, request: str) -> Copy:
        with self.door.read() as state:
            return self._read(state, request)

    def _read(self, state: State, request: str) -> Copy:
        return read_copy(state, request, keys_now(self.planner))

    def _step(
        self, request: str, act: str, needs: Sequence[Needs] = (), told: Mapping[str, str] | None = None
    ) -> Limit:
        self._standing(request)
        with self.writing() as (state, log, now):
            secret = state.vault.secret("digests", at=now)
            (before,) = _open(state, request)
            limit = state.limits.move(before.id, act, at=now, given=needs)
            data: dict[str, object] = {"request": request}
            data |= {name: keyed_digest(secret, [name, words]) for name, words in (told or {}).items()}
            kind = {"tell": "restriction.told", "keep": "restriction.kept"}[act]
            log.append(kind=kind, at=now, subject=limit.subject, data=data)
        return limit

    def _free_of_holds(self, limit: Limit, people: Sequence[SubjectRef]) -> None:
        """Attack 22: what a hold covers is not destroyed, in the vault as little as outside of it."""
        today = self.clock.now().date()
        with self.door.begin() as state:
            now, named = self.clock.now(), set[str]()
            everything = [*state.limits.known(limit.id), *(pair for one in people for pair in one.identifiers.items())]
            for kind, value in everything:
                named |= state.holds.covering({kind: value}, at=now)
        standing = [hold for hold in self.planner.policy.holds.values() if hold.stands_on(today)]
        if found := [hold.id for hold in standing if hold.everyone or hold.id in named]:
            raise PlanError.one(
                "WB480",
                f"A hold covers this person: {', '.join(sorted(found))}.",
                "What is sealed may be evidence, and cannot be destroyed while the hold stands (Art. 17(3)(e)).",
                "Lift the hold first, or let the restriction go on.",
            )


def _open(state: State, request: str) -> list[Limit]:
    """The restriction of a request that stands."""
    return [one for one in state.limits.of_request(request) if one.kind is Right.RESTRICTION and not one.ended]
