"""The parts of a policy around the data itself: who is responsible, rights, cookies, breach, children, changes.

The docstring under a field is its description in the JSON Schema and in the reference, so write it for the person
who fills in the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from waarborg.clock import Period
from waarborg.policy.values import (
    NO_TEXT,
    AccessFormat,
    ChangeChannel,
    CookieKind,
    IdentityStep,
    Intake,
    MeasureProof,
    Money,
    SignalTreatment,
    Technique,
    Text,
)
from waarborg.terms import Outcome

FROM_KEY = {"from_key": True}
"""Marks the field that takes an entry's name, which stands in the file as its key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something the policy says to people, with a name and the promises it keeps."""

    id: str = field(default="", metadata=FROM_KEY)
    promises: tuple[str, ...] = ()
    """Promises this entry keeps, by id: `[projects.13]`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """The data protection officer (Art. 37–39)."""

    name: str = ""
    """Name of the officer, or of the office."""
    contact: str
    """An address at which the officer can be reached: e-mail or https."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller(Entry):
    """Who decides why and how personal data is processed (Art. 4(7))."""

    name: str
    """Full name of the company, with its legal form."""
    address: str = ""
    """Postal address with town."""
    country: str = ""
    """Country of establishment, two letters: NL."""
    contact: str = ""
    """Where people reach the company about their data: e-mail or https."""
    registration: str = ""
    """Number in the trade register."""
    also_known_as: tuple[str, ...] = ()
    """Trade names that texts may use for this company."""
    dpo: Officer | None = None
    """Data protection officer, where there is one."""
    authority: str = ""
    """Supervisory authority that leads: AP, GBA, CNIL."""
    fiscal_year_starts: int = 1
    """Month in which the fiscal year starts, 1 to 12."""
    time_zone: str = ""
    """Zone in which the controller's days are counted: Europe/Amsterdam."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JointController(Entry):
    """A company that decides together with the controller (Art. 26)."""

    name: str
    """Full name of the company."""
    address: str = ""
    """Postal address with town."""
    country: str = ""
    """Country of establishment, two letters."""
    contact: str = ""
    """Where people reach this company."""
    arrangement: Text = NO_TEXT
    """The essence of the arrangement: who answers for what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Representative(Entry):
    """The representative in the Union of a controller outside it (Art. 27)."""

    name: str
    """Full name."""
    address: str = ""
    """Postal address in the Union."""
    country: str = ""
    """Country, two letters."""
    contact: str
    """E-mail or https."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspend:
    """What restriction does where a marker is not enough: data leaves the live tables and can come back."""

    period: Period | None = field(default=None, metadata={"key": "for"})
    """How long it is kept aside: `3 months`."""
    then: Outcome | None = None
    """What follows when nobody has acted: erase, anonymise or keep."""
    loses: tuple[str, ...] = ()
    """Data that does not survive the suspension. Restriction keeps data, so this is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RightRule(Entry):
    """How one right is carried out."""

    label: Text = NO_TEXT
    """What people read about it, where the standard words do not do."""
    formats: tuple[AccessFormat, ...] = ()
    """Forms of the answer."""
    self_service: bool = False
    """People do it themselves inside the service."""
    within: Period | None = None
    """A term shorter than the law's month, where one is promised."""
    undo: Period | None = None
    """How long the person can take the request back before it is carried out."""
    suspend: Suspend | None = None
    """Restriction only: data set aside and brought back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRule(Entry):
    """When a request may cost something (Art. 12(5): manifestly unfounded or excessive, in particular repeated)."""

    repeated_within: Period | None = None
    """Window inside which a request counts as a repetition."""
    at_most: Money | None = None
    """Highest fee: `10 EUR`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limitation(Entry):
    """A declared ground on which an answer may be limited. A ground that is not declared cannot be used."""

    label: Text = NO_TEXT
    """The limitation in words for people."""
    law: str = ""
    """Article that allows it: Art. 15(4)."""
    weighing: str = ""
    """Document with the weighing, where the ground is a compelling interest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights(Entry):
    """The rights of people and how they are carried out (Art. 12–22)."""

    access: RightRule | None = None
    """Art. 15."""
    rectification: RightRule | None = None
    """Art. 16."""
    erasure: RightRule | None = None
    """Art. 17."""
    restriction: RightRule | None = None
    """Art. 18."""
    portability: RightRule | None = None
    """Art. 20."""
    objection: RightRule | None = None
    """Art. 21."""
    withdrawal: RightRule | None = None
    """Art. 7(3): taking consent back."""
    stop_use: RightRule | None = None
    """Stopping an account that was made without consent or is no longer used."""
    fee: FeeRule | None = None
    """When a request may cost something."""
    intake: tuple[Intake, ...] = ()
    """Where requests come in."""
    identity: tuple[IdentityStep, ...] = ()
    """Identity checks, lightest first; the next is taken only on reasonable doubt."""
    limits: Mapping[str, Limitation] = field(default_factory=dict)
    """Grounds on which an answer may be limited, by name."""
    complaint: Text = NO_TEXT
    """How to complain to the supervisory authority."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Entry):
    """Where and in which words consent is asked (Art. 7)."""

    where: str = ""
    """Form, screen or moment at which the question is put."""
    text: Text = NO_TEXT
    """The exact question. It is recorded with each consent."""
    withdraw: str = ""
    """Where it is taken back: as easy as it was given."""
    preticked: bool = False
    """Ticked before the person chose. Refused: silence is not consent (recital 32)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRules(Entry):
    """What the notice says around the register."""

    asks: Mapping[str, Ask] = field(default_factory=dict)
    """Questions for consent, by the purpose they are for."""
    scope: Text = NO_TEXT
    """What the policy covers: sites, apps, support, guests."""
    summary: Text = NO_TEXT
    """The first layer: what would surprise people, in a few sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie(Entry):
    """One thing stored on or read from a device (ePrivacy 5(3), NL Tw art. 11.7a)."""

    kind: CookieKind | None = None
    """necessary, functional, analytics, marketing or social."""
    label: Text = NO_TEXT
    """What it is for, in words for people."""
    technique: Technique = Technique.COOKIE
    """cookie, local_storage, pixel …"""
    period: Period | None = field(default=None, metadata={"key": "for"})
    """Lifetime; leave out for one that goes when the browser closes."""
    recipient: str = ""
    """Recipient who reads it, when that is not us."""
    without: Text = NO_TEXT
    """What stops working without it."""
    data: tuple[str, ...] = ()
    """Data it yields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookies(Entry):
    """Cookies and similar techniques."""

    at_most: Period | None = None
    """No cookie lives longer than this."""
    do_not_track: SignalTreatment | None = None
    """What is done with Do-Not-Track: honoured or ignored."""
    global_privacy_control: SignalTreatment | None = None
    """What is done with Global Privacy Control: honoured or ignored."""
    banner: bool = False
    """A banner asks before anything optional is stored."""
    items: Mapping[str, Cookie] = field(default_factory=dict)
    """Every cookie or similar, by its name; `*` stands for a changing part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach(Entry):
    """What happens when personal data leaks (Art. 33, 34)."""

    authority_within: Period | None = None
    """Term to the authority from becoming aware: `72 hours`."""
    people_within: Period | None = None
    """Term to the people concerned, where one is promised."""
    contact: str = ""
    """Where a leak can be reported to us."""
    telecom_provider: bool = False
    """A telecom or internet provider reports within 24 hours (Reg. 611/2013)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Children(Entry):
    """What happens with data of people who are too young (Art. 8)."""

    birth_date: str = ""
    """The data item that shows the age: account.birth_date."""
    then: Outcome | None = None
    """What is done with data that is found."""
    report_to: str = ""
    """Where anyone can report it."""
    parental_consent: bool = False
    """The holder of parental responsibility consents for younger people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes(Entry):
    """How changes of this policy are told."""

    channels: tuple[ChangeChannel, ...] = ()
    """Where a material change is told."""
    ahead: Period | None = None
    """How long before it takes effect."""
    archive: bool = False
    """Earlier versions stay readable."""
    review: date | None = None
    """When the policy is reviewed next; a passed date is a finding."""
    choices: Text = NO_TEXT
    """What someone can do who disagrees: export, close the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(Entry):
    """A technical or organisational measure (Art. 32)."""

    label: Text = NO_TEXT
    """The measure in words for people."""
    proof: MeasureProof | None = None
    """measured on the running service, or attested by a person with a document."""
    measured_by: str = ""
    """Measured: by what, tls, access, encryption_at_rest or evidence; the measure's own name if left out."""
    at_most: int | None = None
    """Measured by access: so many accounts at most can read personal data."""
    document: str = ""
    """Attested: the document."""
    owner: str = ""
    """Attested: who answers for it."""
    until: date | None = None
    """Attested: the day the document ends."""
    review: date | None = None
    """When the measure is looked at again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Power(Entry):
    """Something an organisation's administrator may do to a member's account."""

    label: Text = NO_TEXT
    """The power in words for the member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisations(Entry):
    """Accounts that an organisation manages."""

    powers: Mapping[str, Power] = field(default_factory=dict)
    """What administrators may do, as a closed list."""
    takeover_notice: Period | None = None
    """How long before the first act of control a member is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named(Entry):
    """A name with words: an event, a kind of people, a term of the glossary, a free text."""

    label: Text
    """The words for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure(Entry):
    """A ground on which data may be given out beyond the recipients. A closed list; each use is a person's decision."""

    label: Text = NO_TEXT
    """The ground in words for people."""
    basis: str = ""
    """Law or legitimate interest it rests on."""
    decider: str = ""
    """Role that decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """A finding that is accepted for a while, by someone, for a reason. It decays: unused or expired is a finding."""

    finding: str
    """Id of the finding: WB042."""
    at: str = ""
    """Where: purposes.newsletter. Leave out for the whole file."""
    reason: str = ""
    """Why it is accepted."""
    owner: str = ""
    """Who answers for that."""
    until: date | None = None
    """The day it ends."""
