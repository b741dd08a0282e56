"""What an evidence entry may say: a table of kinds, and the guard that refuses everything else.

    KINDS["plan.approved"].fields          # the registry is data: name -> Kind
    Guard(declared=names).check(kind, subject, data)      # raises EvidenceError WB501 or WB502, never showing a value
    more = kinds(Kind("mail.sent", "A mail left.", {"request": ID}))      # KINDS | more

The log must not become a store of personal data (attack 33). So a field is not "text": it is a digest, a count, a
date, a code from a closed list, an opaque id, a keyed hash, or a **declared name**. A declared name is one that the
policy or the data map writes down (rules, purposes, stores, tables, columns); whoever appends hands in the set of
them, and nothing outside that set passes, however harmless it looks. There is no free text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from waarborg.errors import EvidenceError, Finding, Place, near_miss
from waarborg.terms import LegalBasis, Outcome, RestrictionGround, Right

MOST = 2**53 - 1
"""The largest whole number that every JSON reader keeps exact."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_SIGNATURE = re.compile(r"[0-9a-f]{128}")
_ID = re.compile(r"(?:[a-z]{1,12}[-:])?(?:[0-9a-f]{32,64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_ERROR_ID = re.compile(r"WB\d{3}")
_NAME = re.compile(r"[^\x00-\x1f]{1,300}")
_ADDRESS = re.compile(r"[^\s@]@[^\s@]+\.[^\s@]")

Declared = Collection[str]
Check = Callable[[object, Declared | None], bool]


@dataclass(frozen=True, slots=True)
class Form:
    """The form a field must have: words for the error, and a test of value and declared names.

    The declared names are None when a log is verified later: then only the shape is known.
    """

    says: str
    fits: Check
    words: tuple[str, ...] = ()


def _shaped(says: str, pattern: re.Pattern[str]) -> Form:
    return Form(says, lambda value, declared: isinstance(value, str) and pattern.fullmatch(value) is not None)


def _is_count(value: object, declared: Declared | None) -> bool:
    return type(value) is int and 0 <= value <= MOST


def _is_name(value: object, declared: Declared | None) -> bool:
    if not isinstance(value, str) or _NAME.fullmatch(value) is None or ("@" in value and _ADDRESS.search(value)):
        return False
    return declared is None or value in declared


def _is_date(value: object, declared: Declared | None) -> bool:
    if not isinstance(value, str) or _DATE.fullmatch(value) is None:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_tally(value: object, declared: Declared | None) -> bool:
    if not isinstance(value, dict):
        return False
    for name, number in value.items():  # noqa: SIM110 - a generator costs verifying a million a second
        if not _is_count(number, declared) or not _is_name(name, declared):
            return False
    return True


def code(*words: str) -> Form:
    """One word of a closed list."""
    return Form("one of " + ", ".join(words), lambda value, declared: isinstance(value, str) and value in words, words)


DIGEST = _shaped("a digest of 64 hexadecimal digits", _DIGEST)
PERSON = _shaped("a keyed hash of 64 hexadecimal digits", _DIGEST)
PUBLIC_KEY = _shaped("a public key of 64 hexadecimal digits", _DIGEST)
SIGNATURE = _shaped("a signature of 128 hexadecimal digits", _SIGNATURE)
ID = _shaped("an opaque id: a UUID or 32 to 64 hexadecimal digits", _ID)
INSTANT = _shaped("an instant in UTC with microseconds", _INSTANT)
ERROR_ID = _shaped("an error id such as WB401", _ERROR_ID)
COUNT = Form("a whole number from 0", _is_count)
DATE = Form("a date as year-month-day", _is_date)
FLAG = Form("true or false", lambda value, declared: type(value) is bool)
NAME = Form("a name that the policy or the data map declares", _is_name)
TALLY = Form("counts by names that the policy or the data map declares", _is_tally)
NAMES = Form(
    "a list of names that the policy or the data map declares",
    lambda value, declared: isinstance(value, list | tuple) and all(_is_name(name, declared) for name in value),
)
RIGHT = code(*(right.value for right in Right))
ASK = code(
    *dict.fromkeys([*(right.value for right in Right), "human_review", "complaint", "child_report", "something_else"])
)
"""What somebody can ask: the rights, and what else comes in by the same door."""
OUTCOME = code(*(outcome.value for outcome in Outcome))
GROUND = code(*(ground.value for ground in RestrictionGround))
BASIS = code(*(basis.value for basis in LegalBasis))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entry: its name, what it says, the fields it must and may have, and whether it may name a person."""

    name: str
    says: str
    fields: Mapping[str, Form]
    optional: Mapping[str, Form] = field(default_factory=dict)
    person: bool = True


def kinds(*listed: Kind) -> Mapping[str, Kind]:
    """A registry of these kinds, by name."""
    return MappingProxyType({kind.name: kind for kind in listed})


_REQUEST = {"request": ID}
_BY = {"by": code("person", "rule", "law")}
_WHO = {"approver": PERSON, "rule": NAME}
_BASE = {"policy": DIGEST, "map": DIGEST}

KINDS: Mapping[str, Kind] = kinds(
    Kind("log.opened", "The log begins.", {"log": ID, "key": PUBLIC_KEY}, person=False),
    Kind(
        "key.rotated",
        "A new key signs from here; old and new both signed for it.",
        {"old": PUBLIC_KEY, "new": PUBLIC_KEY, "by_old": SIGNATURE, "by_new": SIGNATURE},
        person=False,
    ),
    Kind(
        "key.lost",
        "The old key is lost or no longer trusted; a new one signs from here, vouched for by nobody but itself.",
        {"old": PUBLIC_KEY, "new": PUBLIC_KEY, "by_new": SIGNATURE},
        person=False,
    ),
    Kind("vault.rewrapped", "A new master key wraps the data keys.", {"keys": COUNT}, person=False),
    Kind(
        "policy.published",
        "A version of the policy took effect.",
        {"policy": DIGEST, "effective": DATE},
        {"name": NAME, "previous": DIGEST, "material": FLAG},
        person=False,
    ),
    Kind(
        "map.accepted", "A data map was accepted.", {"map": DIGEST}, {"previous": DIGEST, "tables": COUNT}, person=False
    ),
    Kind(
        "request.received",
        "A request came in.",
        {**_REQUEST, "right": ASK},
        {"due": DATE, "door": code("centre", "signed_in", "api", "mailbox", "staff")},
    ),
    Kind(
        "request.identity_asked",
        "The person was asked to show who they are.",
        {**_REQUEST, "rung": code("session", "address", "second_factor", "document")},
    ),
    Kind(
        "request.identified",
        "The person was identified.",
        {**_REQUEST, "means": code("session", "code", "link", "document", "mandate", "staff")},
    ),
    Kind(
        "request.extended",
        "The term was extended, with reasons.",
        {**_REQUEST, "due": DATE},
        {"reason": code("complex", "many")},
    ),
    Kind("request.paused", "The clock stands still: what confirms the identity is awaited (Art. 12(6)).", _REQUEST),
    Kind("request.resumed", "The clock runs again.", {**_REQUEST, "due": DATE}),
    Kind("request.fee_asked", "A fee was asked for a repeated request (Art. 12(5)).", {**_REQUEST, "cents": COUNT}),
    Kind("request.passed_on", "The request went to the controller or organisation that decides on it.", _REQUEST),
    Kind("request.instructed", "Who decides on it gave the instruction to carry it out (Art. 28(3)(a)).", _REQUEST),
    Kind("request.joined", "The same request was open already, and goes on there.", {**_REQUEST, "into": ID}),
    Kind("request.withdrawn", "It was taken back.", {**_REQUEST, "by": code("person", "system", "staff")}),
    Kind("request.refused", "The request was refused, with reasons.", _REQUEST, {"rule": NAME, "answer": DIGEST}),
    Kind(
        "request.answered",
        "The answer was handed over.",
        {**_REQUEST, "answer": DIGEST},
        {"kept": COUNT, "rows": COUNT, "right": ASK},
    ),
    Kind("request.closed", "The request was closed; its sealed plans are destroyed.", _REQUEST, {"right": RIGHT}),
    Kind(
        "recipient.notified",
        "A recipient was told (Art. 19).",
        {**_REQUEST, "recipient": NAME},
        {"right": RIGHT, "document": DIGEST},
    ),
    Kind(
        "recipient.answered",
        "A recipient said that it did the same, or it turned out that it cannot be told.",
        {**_REQUEST, "recipient": NAME, "reply": code("confirmed", "impossible")},
        {"right": RIGHT, "document": DIGEST},
    ),
    Kind(
        "data.disclosed",
        "Data was handed to a recipient, or on an exceptional ground.",
        {"people": COUNT},
        {"disclosure": ID, "recipient": NAME, "purpose": NAME, "ground": NAME, "data": NAMES, "document": DIGEST},
    ),
    Kind(
        "promise.attested",
        "A person confirmed a promise with a document, until a day.",
        {"promise": NAME, "document": DIGEST, "until": DATE},
        {"approver": PERSON},
        person=False,
    ),
    Kind(
        "plan.made",
        "A plan was made.",
        {"plan": DIGEST},
        {
            **_REQUEST,
            **_BASE,
            "right": RIGHT,
            "rule": NAME,
            "people": COUNT,
            "rows": COUNT,
            "treated": TALLY,
            "kept": TALLY,
        },
    ),
    Kind(
        "plan.approved",
        "A plan was approved within a scope.",
        {"plan": DIGEST, "scope": DIGEST, **_BY},
        {**_REQUEST, **_BASE, **_WHO, "people": COUNT, "rows": COUNT, "ceiling": TALLY, "ends": INSTANT},
    ),
    Kind(
        "plan.applied",
        "A plan, or a chunk of it, was carried out in one store.",
        {"plan": DIGEST, "store": NAME, "done": DIGEST},
        {**_REQUEST, "chunk": COUNT, "people": COUNT, "rows": COUNT, "treated": TALLY, "again": FLAG, "marker": FLAG},
    ),
    Kind(
        "plan.stale",
        "What was approved was no longer there; nothing was touched.",
        {"plan": DIGEST},
        {**_REQUEST, "store": NAME, "difference": DIGEST, "error": ERROR_ID},
    ),
    Kind(
        "plan.failed",
        "A plan could not be carried out; the store rolled back.",
        {"plan": DIGEST},
        {**_REQUEST, "store": NAME, "chunk": COUNT, "error": ERROR_ID},
    ),
    Kind(
        "plan.verified",
        "Planning again found nothing left but what the plan kept, or this many rows.",
        {"plan": DIGEST, "left": COUNT},
        {**_REQUEST, "store": NAME, "kept": COUNT, "born": COUNT, "keeping": TALLY, "followed_by": DIGEST},
    ),
    Kind(
        "leftovers.scanned",
        "Every store was searched for the frozen identifiers.",
        {"unexplained": COUNT, "explained": COUNT, "ambiguous": COUNT, "ignored": COUNT},
        {**_REQUEST, "plan": DIGEST, "people": COUNT, "columns": COUNT, "stores": NAMES},
    ),
    Kind(
        "retention.swept",
        "Rows past their term were treated.",
        {"rule": NAME, "rows": COUNT, "outcome": OUTCOME},
        {**_BASE, "plan": DIGEST, "before": DATE, "people": COUNT, "treated": TALLY},
    ),
    Kind("hold.placed", "A hold stops erasure.", {"hold": NAME}, {**_REQUEST, **_WHO, "ends": DATE}),
    Kind("hold.lifted", "A hold ended.", {"hold": NAME}, {**_REQUEST, **_WHO}),
    Kind(
        "restriction.placed",
        "Processing was restricted (Art. 18).",
        _REQUEST,
        {"plan": DIGEST, "rows": COUNT, "ends": DATE, "ground": GROUND, "way": code("marker", "vault")},
    ),
    Kind(
        "restriction.told",
        "The person was told, before it happens, that a restriction will be lifted (Art. 18(3)).",
        {**_REQUEST, "reason": DIGEST, "letter": DIGEST},
    ),
    Kind("restriction.kept", "A restriction goes on although its end was told.", _REQUEST),
    Kind("restriction.lifted", "A restriction ended; the rows came back.", _REQUEST, {"plan": DIGEST, "rows": COUNT}),
    Kind(
        "restriction.destroyed",
        "A restriction ran out; the sealed rows are unreadable for ever.",
        _REQUEST,
        {"rows": COUNT},
    ),
    Kind("objection.recorded", "Someone objected to a purpose (Art. 21).", {"purpose": NAME}, _REQUEST),
    Kind("objection.upheld", "A purpose stopped for this person.", {"purpose": NAME}, {**_REQUEST, "reason": DIGEST}),
    Kind(
        "objection.refused",
        "A purpose goes on for compelling grounds, which the person was told (Art. 21(1)).",
        {"purpose": NAME, "reason": DIGEST},
        _REQUEST,
    ),
    Kind("objection.ended", "The person took an objection back.", {"purpose": NAME}, _REQUEST),
    Kind("use.stopped", "All use of a person's data stopped at their word.", _REQUEST),
    Kind("use.resumed", "The person took it back.", _REQUEST),
    Kind(
        "value.rectified",
        "An item was corrected (Art. 16); the digests prove the old and the new value to whoever has the person's key.",
        {**_REQUEST, "item": NAME, "old": DIGEST, "new": DIGEST},
        {"plan": DIGEST, "rows": COUNT},
    ),
    Kind("consent.given", "Consent was given.", {"purpose": NAME}, {**_REQUEST, "notice": DIGEST, "channel": NAME}),
    Kind(
        "consent.withdrawn",
        "Consent was withdrawn.",
        {"purpose": NAME},
        {**_REQUEST, "notice": DIGEST, "channel": NAME},
    ),
    Kind(
        "tombstone.made",
        "What is kept will come back by itself.",
        {"tombstone": ID},
        {**_REQUEST, "ends": DATE, "kept": TALLY},
    ),
    Kind("tombstone.ended", "Nothing is kept any more; the tombstone and its keys are destroyed.", {"tombstone": ID}),
    Kind(
        "permission.granted",
        "A person allowed a rule's first run.",
        {"rule": NAME, "scope": DIGEST},
        {"approver": PERSON, "ends": DATE},
        person=False,
    ),
    Kind(
        "permission.withdrawn",
        "A permission was taken back.",
        {"rule": NAME},
        {"scope": DIGEST, "approver": PERSON},
        person=False,
    ),
    Kind("backup.registered", "A backup set exists.", {"set": NAME, "taken": INSTANT}, {"expires": DATE}, person=False),
    Kind("backup.expired", "A backup set is gone.", {"set": NAME}, {"taken": INSTANT}, person=False),
    Kind(
        "backup.replayed",
        "Erasures were carried out again on a restored copy.",
        {"set": NAME, "people": COUNT},
        {"rows": COUNT, "treated": TALLY},
        person=False,
    ),
    Kind(
        "breach.recorded",
        "A personal data breach was recorded (Art. 33).",
        {"breach": ID, "aware": INSTANT},
        {"people": COUNT},
        person=False,
    ),
    Kind(
        "breach.told",
        "The authority, or people, were told of a breach.",
        {"breach": ID, "whom": code("authority", "subjects", "controller")},
        {"people": COUNT, "letter": DIGEST},
    ),
    Kind("data.viewed", "Staff looked at a person's data.", {"viewer": PERSON}, {**_REQUEST, "purpose": NAME}),
    Kind("evidence.exported", "A bundle was handed out.", {"size": COUNT}, {"head": DIGEST}, person=False),
)


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets an entry pass, or says which of its fields may not be there. Never repeats a value."""

    kinds: Mapping[str, Kind] = field(default_factory=lambda: KINDS)
    declared: Declared = frozenset()

    def check(self, kind: str, subject: str | None, data: Mapping[str, object]) -> None:
        """Raise `EvidenceError`: WB501 for an unknown kind, WB502 for every field that is missing, extra or unfit."""
        known = self.kinds.get(kind)
        if known is None:
            raise EvidenceError.one(
                "WB501",
                "This kind of evidence entry is not registered.",
                "What an entry may say is decided beforehand, so that no personal data can slip in.",
                " ".join(("Use a registered kind, or register this one with its fields.", near_miss(kind, self.kinds))),
            )
        faults = list(misfits(known, subject, data, self.declared))
        if faults:
            raise EvidenceError([_refusal(kind, where, what) for where, what in faults])


def misfits(
    kind: Kind, subject: object, data: Mapping[str, object], declared: Declared | None = None
) -> list[tuple[str, str]]:
    """What of this entry is not on its kind's list: pairs of field name and reason, values never shown.

    A field name that the kind does not know is a value too, so it is not repeated.
    """
    if _all_fit(kind, subject, data, declared):
        return []
    faults: list[tuple[str, str]] = []
    if subject is not None and not (kind.person and PERSON.fits(subject, declared)):
        reason = f"must be {PERSON.says}" if kind.person else "this kind of entry names nobody"
        faults.append(("subject", reason))
    for name, form in kind.fields.items():
        if name not in data:
            faults.append((name, "is missing"))
        elif not form.fits(data[name], declared):
            faults.append((name, f"must be {form.says}"))
    for name, value in data.items():
        if name in kind.fields:
            continue
        optional = kind.optional.get(name)
        if optional is None:
            faults.append(("(a field)", "is not on the list of this kind"))
        elif not optional.fits(value, declared):
            faults.append((name, f"must be {optional.says}"))
    return faults


def _all_fit(kind: Kind, subject: object, data: Mapping[str, object], declared: Declared | None) -> bool:
    """The quick answer for the entry that is as it should be, which is nearly every one."""
    if subject is not None and not (kind.person and PERSON.fits(subject, declared)):
        return False
    required, optional, needed = kind.fields, kind.optional, len(kind.fields)
    for name, value in data.items():
        form = required.get(name)
        if form is not None:
            needed -= 1
        else:
            form = optional.get(name)
        if form is None or not form.fits(value, declared):
            return False
    return needed == 0


def _refusal(kind: str, where: str, what: str) -> Finding:
    return Finding(
        "WB502",
        Place(path=f"{kind}.{where}"),
        f"This field {what}.",
        "Evidence is kept for ever and must hold no personal data.",
        "Give digests, counts, dates, opaque ids and declared names only; name people by their keyed hash.",
    )
