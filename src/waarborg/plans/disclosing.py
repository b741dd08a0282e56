"""Handing data over: checked against the policy, written down with evidence, told to whoever asks (Art. 15, 19, 30).

    desk = Disclosing(work)
    desk.record(Disclosure("mail_provider", "newsletter", data=("account.email",)), [person])
    desk.record_all(rows, places=places)            # a log of another system: all of it, or with any fault nothing
    desk.known(person) -> [Disclosure, …]
    desk.tell(request, "mail_provider", "told")     # Art. 19
    attach(work)                                    # access answers name the actual recipients

A recipient of the policy gets what the policy says, for a purpose it says; everything else rests on one of the policy's
exceptional grounds, with a document or a reasoned belief, somebody who decided, and no more data than is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from waarborg.errors import Finding, Place, PlanError, near_miss
from waarborg.plans.casework import Casework, reference
from waarborg.plans.known import given, known
from waarborg.policy.checks.recipients import dead_safeguard
from waarborg.policy.model import Policy, Recipient, undeclared
from waarborg.state.disclosures import Disclosure
from waarborg.state.known import Known
from waarborg.state.notifications import TOLD
from waarborg.terms import WEAK, SubjectRef

Row = tuple[Disclosure, Sequence[SubjectRef]]
Fault = tuple[str, str, str]
"""An id of `WHY`, what is wrong, and what to do."""

WHY: Mapping[str, str] = {
    "WB581": "A disclosure is about people, each told from the others: else the register gives one what is another's.",
    "WB582": "Whoever gets data beside these was never told to people (Art. 13(1)(e)).",
    "WB583": "A person is told what was handed over, not only to whom (Art. 15(1)(c)).",
    "WB584": "Each use of an exceptional ground is one person's decision, on a document or a reasoned belief.",
    "WB585": "A recipient gets what its task needs, for what people were told, and no more (Art. 5(1)(b), (c)).",
    "WB586": "Without an agreement and, outside the EEA, a safeguard, nothing may go there (Art. 28(3), 44).",
    "WB587": "The register says what did happen.",
}
"""Why each fault matters."""


@dataclass(slots=True)
class Disclosing:
    """The register of disclosures of one deployment, beside its requests."""

    work: Casework

    @property
    def policy(self) -> Policy:
        """The policy that says who may get what."""
        return self.work.planner.policy

    def record(self, one: Disclosure, people: Sequence[SubjectRef]) -> str:
        """Check a hand-over and write it down with its evidence entry; its id. Raises `PlanError` WB581 to WB587."""
        return self.record_all([(one, people)])[0]

    def record_all(self, rows: Sequence[Row], places: Sequence[Place] = ()) -> list[str]:
        """Many hand-overs at once: all of them, or with any fault none. `places`: the line of each, where there is one.

        A single person is looked up, so that the register knows them by every identifier they have; people of a log
        are known by what the log says of them.
        """
        today = self.work.clock.now().date()
        where = list(places) or [Place(path="disclosure")] * len(rows)
        found = [
            replace(fault, place=at)
            for (one, people), at in zip(rows, where, strict=True)
            for fault in self._faults(one, people, today)
        ]
        if found:
            raise PlanError(found)
        alone = len(rows) == 1 and len(rows[0][1]) == 1
        named = [[self._names(person, alone) for person in people] for _, people in rows]
        ids = []
        with self.work.writing() as (state, log, now):
            for (one, people), names in zip(rows, named, strict=True):
                id = state.disclosures.record(one, names, at=now)
                subject = state.people.subject(reference(people[0]), at=now)[0] if len(people) == 1 else None
                log.append(kind="data.disclosed", at=now, subject=subject, data=_entry(one, id, len(people)))
                ids.append(id)
        return ids

    def _names(self, person: SubjectRef, look: bool) -> list[Known]:
        return known(self.work.planner, person) if look else given(person)

    def _faults(self, one: Disclosure, people: Sequence[SubjectRef], today: date) -> Iterator[Finding]:
        if not people or any({kind for kind, _ in given(person)} <= WEAK for person in people):
            yield _finding("WB581", "Nobody is named whose data it was, or not well enough.", "Add an e-mail address.")
        yield from faults(self.policy, one, today)

    def known(self, person: SubjectRef) -> list[Disclosure]:
        """Every hand-over of this person's data, oldest first."""
        names = known(self.work.planner, person)
        with self.work.door.begin() as state:
            return state.disclosures.of(names, at=self.work.clock.now())

    def tell(self, request: str, recipient: str, state: str, document: str = "") -> None:
        """A recipient was told of what was done for a request, or answered. Raises `StateError` WB580."""
        with self.work.writing() as (opened, log, now):
            opened.notifications.move(request, recipient, state, at=now, document=document)
            data = {"request": request, "recipient": recipient} | ({"document": document} if document else {})
            if state == TOLD:
                log.append(kind="recipient.notified", at=now, data=data)
            else:
                log.append(kind="recipient.answered", at=now, data={**data, "reply": state})


def attach(work: Casework) -> None:
    """Let access answers name the actual recipients: the planner asks the register."""

    def asked(person: SubjectRef) -> tuple[Sequence[Disclosure], frozenset[str]]:
        names = known(work.planner, person)
        with work.door.begin() as state:
            return state.disclosures.of(names, at=work.clock.now()), state.disclosures.logged()

    work.planner.disclosed = asked


# ------------------------------------------------------------------------------------------------ what is refused


def faults(policy: Policy, one: Disclosure, today: date) -> Iterator[Finding]:
    """Why this hand-over is not what the policy promises; nothing where it is."""
    if bool(one.recipient) == bool(one.ground):
        what = "It is neither to a recipient of the policy nor on one of its grounds, or said to be both."
        yield _finding("WB582", what, "Name the recipient and the purpose, or the ground.")
        return
    yield from (undeclared(policy, ref, Place()) for ref in one.data if not policy.has(ref))
    who = policy.recipients.get(one.recipient)
    said = [*_always(one, today)]
    if one.ground:
        said += _exceptional(policy, one)
    elif who is None:
        todo = near_miss(one.recipient, policy.recipients) or "Declare it under recipients, or use a ground."
        said.append(("WB582", "The policy declares no such recipient.", todo))
    else:
        said += [*_beyond(policy, one, who), *_unbound(policy, one, who, one.on or today)]
    yield from (_finding(*fault) for fault in said)


def _always(one: Disclosure, today: date) -> Iterator[Fault]:
    if not one.data:
        yield "WB583", "Nothing says which data was handed over.", "Name it: account.email."
    if one.on and one.on > today:
        yield "WB587", "The day is still to come.", "Correct it."


def _exceptional(policy: Policy, one: Disclosure) -> Iterator[Fault]:
    if one.ground not in policy.disclosures:
        todo = near_miss(one.ground, policy.disclosures) or f"Grounds are: {', '.join(policy.disclosures) or 'none'}."
        yield "WB582", "The policy declares no such ground.", todo
    missing = [word for word in ("who", "decider") if not one.told.get(word)]
    missing += [] if one.document or one.told.get("reason") else ["document or reason"]
    if missing:
        yield "WB584", f"The disclosure does not say: {', '.join(missing)}.", "Add it."
    if one.told.get("silent_until") and not one.told.get("silent_law"):
        yield "WB584", "Nothing says which law forbids to tell the person (Art. 23).", "Name it, or tell the person."


def _beyond(policy: Policy, one: Disclosure, who: Recipient) -> Iterator[Fault]:
    if one.purpose not in who.purposes:
        todo = near_miss(one.purpose, who.purposes) or f"Its purposes are: {', '.join(who.purposes)}."
        yield "WB585", "The recipient does not work for this purpose.", todo
    more = _items(policy, one.data) - _items(policy, who.data)
    if more:
        yield "WB585", f"The recipient may not have: {', '.join(sorted(more))}.", "Leave it out, or declare it."


def _items(policy: Policy, refs: Sequence[str]) -> set[str]:
    return policy.expand(ref for ref in refs if policy.has(ref))


def _unbound(policy: Policy, one: Disclosure, who: Recipient, day: date) -> Iterator[Fault]:
    if who.agreement_until and who.agreement_until < day:
        yield "WB586", f"The agreement with this recipient ended on {who.agreement_until}.", "Renew it first."
    dead = {path.split(".")[1] for path, _ in dead_safeguard(policy, day)}
    if any(policy.transfers[name].recipient == one.recipient for name in dead):
        what = "What the transfer to this recipient rests on does not stand."
        yield "WB586", what, "Put another safeguard in place first."


def _finding(id: str, what: str, todo: str) -> Finding:
    return Finding(id, Place(), what, WHY[id], todo)


def _entry(one: Disclosure, id: str, people: int) -> Mapping[str, object]:
    fields = {name: getattr(one, name) for name in ("recipient", "purpose", "ground", "document")}
    return {"people": people, "disclosure": id, "data": list(one.data)} | {n: v for n, v in fields.items() if v}
