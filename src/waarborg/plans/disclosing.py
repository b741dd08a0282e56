"""Handing data over: checked against the policy, written down with evidence, and told to whoever asks (Art. 15, 19, 30).

    desk = Disclosing(work)
    desk.record(Disclosure("mail_provider", "newsletter", …), [person], by="…")     # checked first, all faults at once
    desk.known(person) -> [Disclosure, …]
    desk.tell(request, "mail_provider", "told")                                      # Art. 19

A recipient of the policy gets what the policy says, for a purpose it says; everything else rests on one of the policy's
exceptional grounds, with a document or a reasoned belief, somebody who decided, and no more data than is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from waarborg.errors import Finding, Place, PlanError, near_miss
from waarborg.plans.casework import Casework, reference
from waarborg.plans.naming import Name, names_of, spellings
from waarborg.policy.checks.recipients import dead_safeguard
from waarborg.policy.model import Policy, undeclared
from waarborg.state.disclosures import Disclosure
from waarborg.state.notifications import TOLD
from waarborg.terms import SubjectRef

Row = tuple[Disclosure, Sequence[SubjectRef]]


@dataclass(slots=True)
class Disclosing:
    """The register of disclosures of one deployment, beside its requests."""

    work: Casework

    @property
    def policy(self) -> Policy:
        """The policy that says who may get what."""
        return self.work.planner.policy

    def record(self, one: Disclosure, people: Sequence[SubjectRef], *, by: str = "", place: Place | None = None) -> str:
        """Check a hand-over, write it down with an evidence entry, and give its id. Raises `PlanError` WB660 to WB667."""
        return self.record_all([(one, people)], by=by, places=[place or Place()])[0]

    def record_all(self, rows: Sequence[Row], *, by: str = "", places: Sequence[Place] = ()) -> list[str]:
        """Many hand-overs at once (a log of another system): all of them, or with any fault none."""
        today = self.work.clock.now().date()
        where = list(places) or [Place()] * len(rows)
        faults = [f for (one, people), at in zip(rows, where, strict=True) for f in self._faults(one, people, at, today)]
        if faults:
            raise PlanError(faults)
        named = [[self.names(person, look=len(rows) == 1) for person in people] for _, people in rows]
        ids = []
        with self.work.writing() as (state, log, now):
            for (one, people), names in zip(rows, named, strict=True):
                id = state.disclosures.record(one, names, at=now)
                subject = None
                if len(people) == 1:
                    subject, _ = state.people.subject(reference(people[0]), at=now)
                log.append(kind="data.disclosed", at=now, subject=subject, data=_entry(one, id, len(people)))
                ids.append(id)
        return ids

    def _faults(self, one: Disclosure, people: Sequence[SubjectRef], at: Place, today: date) -> Iterator[Finding]:
        if not people:
            yield _fault("WB660", at, "Nobody is named whose data was handed over.", "A disclosure is about people.",
                         "Name them.")  # fmt: skip
        if any(not spellings(person) for person in people):
            yield _fault("WB660", at, "These identifiers do not tell one person from another.",
                         "The register would give one person what is another's.",
                         "Add an e-mail address, a number, or the key of the row.")  # fmt: skip
        yield from (placed(found, at) for found in faults(self.policy, one, today))

    def names(self, person: SubjectRef, look: bool = True) -> tuple[Name, ...]:
        """By what the register knows a person: what was given, and (with `look`) what stands in their rows."""
        country = self.policy.controller.country or "NL"
        return names_of(self.work.planner, person) if look else spellings(person, country)

    def known(self, person: SubjectRef) -> list[Disclosure]:
        """Every hand-over of this person's data, oldest first."""
        names = self.names(person)
        with self.work.door.begin() as state:
            return state.disclosures.of(names, at=self.work.clock.now())

    def tell(self, request: str, recipient: str, state: str, document: str = "") -> None:
        """A recipient was told of what was done for a request, or answered. Raises `StateError` WB571."""
        with self.work.writing() as (opened, log, now):
            opened.notifications.move(request, recipient, state, at=now, document=document)
            data = {"request": request, "recipient": recipient} | ({"document": document} if document else {})
            if state == TOLD:
                log.append(kind="recipient.notified", at=now, data=data)
            else:
                log.append(kind="recipient.answered", at=now, data={**data, "reply": state})


def attach(work: Casework) -> None:
    """Let access answers name the actual recipients: the planner asks the register."""

    def asked(names: Sequence[Name]) -> tuple[Sequence[Disclosure], frozenset[str]]:
        with work.door.begin() as state:
            return state.disclosures.of(names, at=work.clock.now()), state.disclosures.logged()

    work.planner.disclosed = asked


# ------------------------------------------------------------------------------------------------ what is refused


def faults(policy: Policy, one: Disclosure, today: date) -> Iterator[Finding]:
    """Why this hand-over is not what the policy promises; nothing where it is."""
    at = Place(path="disclosure")
    if bool(one.recipient) == bool(one.ground):
        yield _fault("WB661", at, "A disclosure is to a recipient of the policy, or on one of its grounds; one of the two.",
                     "Everything else was never told to people (Art. 13(1)(e)).",
                     "Name the recipient and the purpose, or the ground.")  # fmt: skip
        return
    yield from _data(policy, one, at)
    yield from _exceptional(policy, one, at) if one.ground else _regular(policy, one, at, today)
    if one.on and one.on > today:
        yield _fault("WB667", at, "This day is still to come.", "The register says what did happen.", "Correct it.")


def _data(policy: Policy, one: Disclosure, at: Place) -> Iterator[Finding]:
    if not one.data:
        yield _fault("WB662", at, "Nothing says which data was handed over.", "A person is told what, not only to whom.",
                     "Name the data: account.email.")  # fmt: skip
    yield from (undeclared(policy, ref, at) for ref in one.data if not policy.has(ref))


def _exceptional(policy: Policy, one: Disclosure, at: Place) -> Iterator[Finding]:
    if one.ground not in policy.disclosures:
        todo = near_miss(one.ground, policy.disclosures) or f"Grounds are: {', '.join(policy.disclosures) or 'none'}."
        yield _fault("WB663", at, "The policy declares no such ground.", "The list of grounds is closed.", todo)
    missing = [word for word in ("who", "decider") if not one.told.get(word)]
    if not one.document and not one.told.get("reason"):
        missing.append("document or reason")
    if missing:
        yield _fault("WB664", at, f"The disclosure does not say: {', '.join(missing)}.",
                     "Each use of an exceptional ground is one person's decision, on a document or a reasoned belief.",
                     "Add it.")  # fmt: skip
    if one.told.get("silent_until") and not one.told.get("silent_law"):
        yield _fault("WB664", at, "Nothing says which law forbids to tell the person.",
                     "People are told unless a law forbids it (Art. 23).", "Add --silent-law, or leave it out.")  # fmt: skip


def _regular(policy: Policy, one: Disclosure, at: Place, today: date) -> Iterator[Finding]:
    who = policy.recipients.get(one.recipient)
    if who is None:
        todo = near_miss(one.recipient, policy.recipients) or "Declare it under recipients, or use a ground."
        yield _fault("WB665", at, "The policy declares no such recipient.", "Recipients are told (Art. 13(1)(e)).", todo)
        return
    if one.purpose not in who.purposes:
        todo = near_miss(one.purpose, who.purposes) or f"Its purposes are: {', '.join(who.purposes)}."
        yield _fault("WB665", at, "The recipient does not work for this purpose.", "Nor was that told to people.", todo)
    allowed = policy.expand(ref for ref in who.data if policy.has(ref))
    if extra := sorted(policy.expand(ref for ref in one.data if policy.has(ref)) - allowed):
        yield _fault("WB665", at, f"The recipient may not have: {', '.join(extra)}.",
                     "It gets what its task needs and no more (Art. 5(1)(c)).", "Leave it out, or declare it.")  # fmt: skip
    day = one.on or today
    if who.agreement_until and who.agreement_until < day:
        yield _fault("WB666", at, f"The agreement with this recipient ended on {who.agreement_until}.",
                     "Without one nothing may go to it (Art. 28(3)).", "Renew it first.")  # fmt: skip
    transfers = {path.split(".")[1] for path, _ in dead_safeguard(policy, day)}
    if any(policy.transfers[name].recipient == one.recipient for name in transfers):
        yield _fault("WB666", at, "What the transfer to this recipient rests on does not stand.",
                     "Such a transfer is unlawful (Art. 44).", "Put another safeguard in place first.")  # fmt: skip


def placed(found: Finding, at: Place) -> Finding:
    """The same finding, at the line it is about where there is one."""
    return replace(found, place=at) if at.file else found


def _fault(id: str, at: Place, what: str, why: str, todo: str) -> Finding:
    return Finding(id, at, what, why, todo)


def _entry(one: Disclosure, id: str, people: int) -> Mapping[str, object]:
    found: dict[str, object] = {"people": people, "disclosure": id, "data": list(one.data)}
    for name in ("recipient", "purpose", "ground", "document"):
        if value := getattr(one, name):
            found[name] = value
    return found
