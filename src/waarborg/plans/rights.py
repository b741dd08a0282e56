"""Every right on one desk: what `Casework` does for erasure, and beside it the rights that stop, correct or set apart.

    work = Rights(planner, door, clock)

    work.object(person, "recommendations")          # Art. 21: halted while it is weighed; marketing stops at once
    work.weigh(limit.id, upheld=False, reason="…")  # the outcome, with its reason
    work.withdraw(person, "newsletter")             # Art. 7(3)
    work.stop_use(person)                           # everything stops but what a law demands
    work.may_use(person, "newsletter")              # what guard, consent and office ask before they use data
    work.may_use_each(people, "newsletter")         # the same for many, by one set of questions

Every act leaves an evidence entry in the transaction that makes it so. What stands is in one register,
`waarborg.state.limits`; its courses are data, `waarborg.state.courses`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from waarborg.canonical import keyed_digest
from waarborg.errors import PlanError, StoreError, near_miss
from waarborg.plans.casework import Casework, reference
from waarborg.plans.known import given, known
from waarborg.policy.model import Purpose
from waarborg.state import State
from waarborg.state.courses import Needs
from waarborg.state.known import Known
from waarborg.state.limits import Limit
from waarborg.terms import DespiteRestriction, LegalBasis, Right, SubjectRef

OBJECTABLE = (LegalBasis.LEGITIMATE_INTERESTS, LegalBasis.PUBLIC_TASK)
"""Bases that a person can object to (Art. 21(1)); to direct marketing always, whatever its basis (21(2))."""


@dataclass(frozen=True, slots=True)
class Use:
    """Whether data of one person may be used for a purpose, and what forbids it."""

    allowed: bool
    limits: tuple[Limit, ...] = ()

    def __bool__(self) -> bool:
        return self.allowed


@dataclass(slots=True)
class Rights(Casework):
    """Casework with every right. Construct it like `Casework`; everything that does, this does too."""

    # -- objection, withdrawal, stop-use ---------------------------------------------------------------------------

    def object(self, person: SubjectRef, purpose: str, request: str = "") -> Limit:
        """A person objects to a purpose (Art. 21). It stops now: for good when it is direct marketing, else until it is
        weighed. To object twice is to object once.

        Raises `PlanError` WB460 (no such purpose), WB461 (it does not rest on an interest that can be weighed).
        """
        one = self._purpose(purpose)
        if not one.promotional and one.basis not in OBJECTABLE:
            raise PlanError.one(
                "WB461",
                f'The purpose "{purpose}" rests on {one.basis.value if one.basis else "nothing"}, '
                "which cannot be objected to.",
                "An objection weighs a legitimate interest or a public task (Art. 21(1)).",
                "Consent is withdrawn; what a contract or a law needs ends with the contract or by the law.",
            )
        return self._place(person, Right.OBJECTION, request, purpose, absolute=one.promotional)

    def weigh(self, limit: str, *, upheld: bool, reason: str = "") -> Limit:
        """The outcome of an objection. To go on (`upheld=False`) needs compelling grounds in words: StateError WB572.

        An objection to direct marketing is upheld from the start and cannot be refused: StateError WB571.
        """
        return self._move(limit, "uphold" if upheld else "refuse", reason)

    def withdraw(self, person: SubjectRef, purpose: str, request: str = "") -> Limit:
        """A person takes consent back (Art. 7(3)): the purpose stops now. Raises `PlanError` WB460, WB462."""
        one = self._purpose(purpose)
        if one.basis is not LegalBasis.CONSENT:
            raise PlanError.one(
                "WB462",
                f'The purpose "{purpose}" does not rest on consent.',
                "There is no consent to take back (Art. 7(3)).",
                "Take it as an objection where the person wants it stopped.",
            )
        return self._place(person, Right.WITHDRAWAL, request, purpose)

    def consent(self, person: SubjectRef, purpose: str) -> list[Limit]:
        """A person consented (again): their withdrawal of this purpose ends. Returns what ended."""
        self._purpose(purpose)
        with self.door.read() as state:
            standing = state.limits.of(given(person), at=self.clock.now())
        return [
            self._move(limit.id, "consent")
            for limit in standing
            if limit.kind is Right.WITHDRAWAL and limit.purpose == purpose
        ]

    def stop_use(self, person: SubjectRef, request: str = "") -> Limit:
        """A person wants all use of their data stopped. What a law demands goes on."""
        return self._place(person, Right.STOP_USE, request)

    def take_back(self, limit: str) -> Limit:
        """The person takes an objection, or a stop of all use, back."""
        return self._move(limit, "take_back")

    # -- asking ----------------------------------------------------------------------------------------------------

    def may_use(self, person: SubjectRef, purpose: str, despite: DespiteRestriction | None = None) -> Use:
        """Whether this person's data may be used for a purpose now, as far as the person had it stopped.

        `despite` names the exception of Art. 18(2) under which restricted data is used all the same. Whether the
        purpose has its basis (a consent that was given) is not answered here.
        """
        return self.may_use_each([person], purpose, despite)[0]

    def may_use_each(
        self, people: Sequence[SubjectRef], purpose: str, despite: DespiteRestriction | None = None
    ) -> list[Use]:
        """`may_use` for many people in as few questions as there are blocks of them, in their order."""
        basis = self._purpose(purpose).basis
        with self.door.begin() as state:  # the first question makes the register's secret
            found = state.limits.stopping([given(one) for one in people], purpose, at=self.clock.now())
        return [_use(limits, basis, despite) for limits in found]

    def standing(self, person: SubjectRef) -> list[Limit]:
        """What stands about a person: restrictions, objections, withdrawals, stops. Oldest first."""
        with self.door.begin() as state:
            return state.limits.of(given(person), at=self.clock.now())

    # -- shared ----------------------------------------------------------------------------------------------------

    def known(self, person: SubjectRef) -> list[Known]:
        """Every identifier this person is known by. With a store out of reach, those that were given: to stop comes
        first, and the others are added when somebody asks again."""
        try:
            return known(self.planner, person)
        except StoreError as error:
            if not error.unreachable:
                raise
            return given(person)

    def _purpose(self, name: str) -> Purpose:
        purposes = self.planner.policy.purposes
        if name not in purposes:
            raise PlanError.one(
                "WB460",
                f'The policy declares no purpose "{name}".',
                "What is not declared is not done, and cannot be stopped by that name.",
                near_miss(name, purposes) or f"Purposes are: {', '.join(purposes)}.",
            )
        return purposes[name]

    def _place(
        self, person: SubjectRef, kind: Right, request: str, purpose: str = "", *, absolute: bool = False
    ) -> Limit:
        everything = self.known(person)
        with self.writing() as (state, log, now):
            subject, _ = state.people.subject(reference(person), at=now)
            before = {limit.id for limit in state.limits.of(everything, at=now)}
            request = request or uuid4().hex
            limit = state.limits.place(
                kind, everything, at=now, request=request, subject=subject, purpose=purpose, absolute=absolute
            )
            if limit.id not in before:
                data = {"request": request, "right": kind.value}
                log.append(kind="request.received", at=now, subject=subject, data=data)
                for entry in _ENTRIES[kind, ""]:
                    log.append(kind=entry, at=now, subject=subject, data=_about(limit))
                for entry in _ENTRIES.get((kind, "uphold"), ()) if absolute else ():
                    log.append(kind=entry, at=now, subject=subject, data=_about(limit))
        return limit

    def _move(self, limit: str, act: str, reason: str = "") -> Limit:
        with self.writing() as (state, log, now):
            given = [Needs.REASON] if reason.strip() else []
            after = state.limits.move(limit, act, at=now, given=given)
            data = _about(after) | ({"reason": said(state, reason, now)} if reason.strip() else {})
            for entry in _ENTRIES[after.kind, act]:
                log.append(kind=entry, at=now, subject=after.subject or None, data=data)
        return after


_ENTRIES = {
    (Right.OBJECTION, ""): ("objection.recorded",),
    (Right.OBJECTION, "uphold"): ("objection.upheld",),
    (Right.OBJECTION, "refuse"): ("objection.refused",),
    (Right.OBJECTION, "take_back"): ("objection.ended",),
    (Right.WITHDRAWAL, ""): ("consent.withdrawn",),
    (Right.WITHDRAWAL, "consent"): ("consent.given",),
    (Right.STOP_USE, ""): ("use.stopped",),
    (Right.STOP_USE, "take_back"): ("use.resumed",),
}
"""By kind and act: the entries that it leaves."""


def said(state: State, words: str, now: datetime) -> str:
    """The digest under which evidence keeps a reason: the words themselves are in the letter."""
    return keyed_digest(state.vault.secret("digests", at=now), ["reason", words.strip()])


def _about(limit: Limit) -> dict[str, object]:
    purpose: dict[str, object] = {"purpose": f"purposes.{limit.purpose}"} if limit.purpose else {}
    return {"request": limit.request, **purpose}


def _use(limits: Sequence[Limit], basis: LegalBasis | None, despite: DespiteRestriction | None) -> Use:
    """What of these limits stands in the way: a law goes on after stop-use, an exception of Art. 18(2) lifts a
    restriction for once."""
    standing = tuple(
        limit
        for limit in limits
        if not (limit.kind is Right.STOP_USE and basis is LegalBasis.LEGAL_OBLIGATION)
        and not (limit.kind is Right.RESTRICTION and despite is not None)
    )
    return Use(not standing, standing)
