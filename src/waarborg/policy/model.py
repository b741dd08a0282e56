"""The policy as frozen, typed values: what was promised. Everything below is data; nothing here reads a file.

A *data reference* is dotted: a category (`account`) or one of its items (`account.email`). Entries name data only
by reference, so that the data map can bind each reference to real columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from waarborg.errors import Finding, Place, PolicyError, near_miss
from waarborg.policy.parts import (
    FROM_KEY,
    Breach,
    Changes,
    Children,
    Controller,
    Cookies,
    Disclosure,
    Entry,
    JointController,
    Measure,
    Named,
    NoticeRules,
    Organisations,
    Representative,
    Rights,
    Suppression,
)
from waarborg.policy.retention import LegalHold, RetentionRule
from waarborg.policy.values import (
    NO_TEXT,
    PROVIDED,
    Channel,
    Identifiability,
    InterestOf,
    OwnUse,
    Role,
    Safeguard,
    Sensitivity,
    Source,
    SpecialCategory,
    SpecialGround,
    Text,
    Visibility,
)
from waarborg.terms import LegalBasis


__all__ = [
    "AutomatedDecision",
    "Breach",
    "Changes",
    "Channel",
    "Children",
    "Controller",
    "Cookies",
    "DataCategory",
    "DataItem",
    "Disclosure",
    "Entry",
    "Identifiability",
    "InterestOf",
    "JointController",
    "LegalHold",
    "Measure",
    "MessageKind",
    "Named",
    "NoticeRules",
    "Organisations",
    "OwnUse",
    "Policy",
    "Profiling",
    "Purpose",
    "Recipient",
    "Representative",
    "RetentionRule",
    "Rights",
    "Role",
    "Safeguard",
    "Sensitivity",
    "Source",
    "SpecialCategory",
    "SpecialGround",
    "Suppression",
    "Text",
    "Transfer",
    "TransferSafeguard",
    "Visibility",
    "content",
    "undeclared",
]

@dataclass(frozen=True, slots=True, kw_only=True)
class DataItem:
    """One item of a category: what a column can hold. `email: required` is short for `email: {required: true}`."""

    id: str = field(default="", metadata=FROM_KEY)
    label: Text = NO_TEXT
    """Its name for people."""
    required: bool = False
    """Whether someone must provide it (Art. 13(2)(e))."""
    without: Text = NO_TEXT
    """What stops working without it."""
    special: SpecialCategory | None = None
    """Special category of this item (Art. 9, 10)."""
    precision: str = ""
    """How fine it is stored, where that is promised: country, town, year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCategory(Entry):
    """A category of personal data (Art. 14(1)(d), Art. 30(1)(c)): a closed list of items and where they come from."""

    label: Text = NO_TEXT
    """Its name for people."""
    about: Text = NO_TEXT
    """A sentence of explanation."""
    source: tuple[Source, ...] = ()
    """Where it comes from: subject, automatic, other_subjects, organisation, third_party, public, inferred."""
    third_parties: tuple[str, ...] = ()
    """Who gives it, by name, when the source is third_party (Art. 14(2)(f))."""
    people: tuple[str, ...] = ()
    """Kinds of people it is about, as named under `people`."""
    items: Mapping[str, DataItem] = field(default_factory=dict)
    """The items, each required or optional."""
    special: SpecialCategory | None = None
    """Special category of personal data (Art. 9, 10)."""
    special_ground: SpecialGround | None = None
    """What lifts the ban (Art. 9(2))."""
    visibility: tuple[Visibility, ...] = ()
    """Who can see it inside the service."""
    sensitivity: Sensitivity = Sensitivity.NORMAL
    """low, normal or high: decides the measures of its stores."""
    identifiability: Identifiability = Identifiability.IDENTIFIED
    """identified, pseudonymous, or anonymous (which the store must prove)."""

    @property
    def inferred(self) -> bool:
        """Concluded by us: shown on access, left out of portability."""
        return Source.INFERRED in self.source

    @property
    def provided(self) -> bool:
        """Given by the person or observed from their use, so portable (Art. 20(1))."""
        return any(source in PROVIDED for source in self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiling:
    """Evaluating aspects of a person automatically (Art. 4(4))."""

    inputs: tuple[str, ...] = ()
    """Data it works on."""
    logic: Text = NO_TEXT
    """How it works, in words for people."""
    effect: Text = NO_TEXT
    """What changes for the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomatedDecision:
    """A decision without a person in it, with legal or similar effect (Art. 22)."""

    logic: Text = NO_TEXT
    """The logic involved (Art. 13(2)(f))."""
    effect: Text = NO_TEXT
    """What it means for the person."""
    ground: LegalBasis | None = None
    """contract, legal_obligation or consent (Art. 22(2))."""
    contest: str = ""
    """Where a person looks again: e-mail or https."""
    suspends: bool = False
    """A contest stops the effect until it is decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageKind:
    """A kind of message that belongs to a purpose."""

    id: str = field(default="", metadata=FROM_KEY)
    label: Text = NO_TEXT
    """Its name in the preferences."""
    refusable: bool = False
    """People can switch it off."""
    switch: str = ""
    """Where it is switched off."""
    promotional: bool = False
    """It promotes something; then it must be refusable (Tw 11.7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose(Entry):
    """What data is used for, with exactly one legal basis (Art. 5(1)(b), 6(1))."""

    label: Text = NO_TEXT
    """Its name for people."""
    about: Text = NO_TEXT
    """A sentence of explanation."""
    data: tuple[str, ...] = ()
    """Data it reads, by reference."""
    basis: LegalBasis | None = None
    """consent, contract, legal_obligation, vital_interests, public_task or legitimate_interests."""
    law: str = ""
    """The law that obliges, when the basis is legal_obligation or public_task."""
    interest: Text = NO_TEXT
    """The legitimate interest pursued (Art. 13(1)(d))."""
    interest_of: InterestOf = InterestOf.CONTROLLER
    """Whose interest it is: controller, organisation or third_party."""
    balancing: str = ""
    """Document with the balancing test."""
    balancing_review: date | None = None
    """When the balancing is looked at again."""
    channel: Channel | None = None
    """How it reaches people, where it does."""
    promotional: bool = False
    """Direct marketing: objection is absolute (Art. 21(2))."""
    soft_opt_in: bool = False
    """Promotional mail to own customers about own similar products (Tw 11.7(3))."""
    profiling: Profiling | None = None
    """Profiling in this purpose."""
    automated_decision: AutomatedDecision | None = None
    """Decision without a person in it."""
    messages: Mapping[str, MessageKind] = field(default_factory=dict)
    """Kinds of messages, by name."""
    minimum_group: int | None = None
    """Reads only in groups of at least this many people."""
    necessary: bool = False
    """The service cannot be given without it: people cannot delete this data while they use it."""
    starts: date | None = None
    """First day, for a purpose announced ahead."""
    ends: date | None = None
    """Last day, for a trial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient(Entry):
    """Who gets data (Art. 4(9), Art. 13(1)(e)); access answers name the actual ones (C-154/21)."""

    name: str = ""
    """Full name of the recipient."""
    role: Role | None = None
    """processor, controller, joint_controller, affiliate, organisation, integration or authority."""
    country: str = ""
    """Country where it processes, two letters."""
    label: Text = NO_TEXT
    """What it does, in words for people."""
    contact: str = ""
    """Where people can reach it."""
    website: str = ""
    """Its own privacy policy, when it is a controller."""
    purposes: tuple[str, ...] = ()
    """Purposes it works for."""
    data: tuple[str, ...] = ()
    """Data it gets, by reference."""
    basis: LegalBasis | None = None
    """Ground of the hand-over, when the recipient is a controller."""
    agreement: str = ""
    """Processor agreement or other contract (Art. 28(3))."""
    agreement_until: date | None = None
    """Last day of the agreement."""
    instruction: str = ""
    """Document with the instructions (Art. 28(3)(a))."""
    own_use: tuple[OwnUse, ...] = ()
    """What it does with the data for itself."""
    for_consideration: bool = False
    """It pays for the data in money or kind. Refused: that is a sale."""
    by_choice: bool = False
    """Only after the person or the organisation switched it on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferSafeguard:
    """What a transfer rests on. `safeguard: adequacy` is short for `safeguard: {kind: adequacy}`."""

    kind: Safeguard
    """adequacy, standard_contractual_clauses, binding_corporate_rules, data_privacy_framework or an Art. 49 ground."""
    valid_from: date | None = field(default=None, metadata={"key": "from"})
    """First day it stands."""
    valid_until: date | None = field(default=None, metadata={"key": "until"})
    """Last day it stands."""
    certificate: str = ""
    """Certification of the recipient; the Data Privacy Framework holds for certified companies only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Entry):
    """Personal data that leaves the European Economic Area (Art. 44)."""

    recipient: str
    """The recipient it goes to."""
    country: str = ""
    """Country it goes to, two letters."""
    safeguard: TransferSafeguard | None = None
    """What it rests on, with its validity."""
    copy_from: Text = NO_TEXT
    """How people get a copy of the safeguard (Art. 13(1)(f))."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What was promised: one file, one effective date, immutable once published."""

    id: str = field(metadata={"key": "policy"})
    """Short name of the policy."""
    version: date
    """Effective date of this version."""
    format: int = 1
    """Version of the policy language."""
    languages: tuple[str, ...]
    """Languages in which every text stands: [nl, en]."""
    controller: Controller
    """Who decides and answers."""
    joint_controllers: Mapping[str, JointController] = field(default_factory=dict)
    """Companies that decide together with the controller."""
    representative: Representative | None = None
    """Representative in the Union, for a controller outside it."""
    minimum_age: int | None = None
    """The service is not meant for younger people."""
    regions: tuple[str, ...] = ()
    """Countries in which stores may stand; EEA stands for all of its members."""
    people: Mapping[str, Named] = field(default_factory=dict)
    """Kinds of people whose data is processed (Art. 30(1)(c))."""
    events: Mapping[str, Named] = field(default_factory=dict)
    """Events that start or end a term, with words for people."""
    data: Mapping[str, DataCategory]
    """Categories of personal data."""
    purposes: Mapping[str, Purpose]
    """What data is used for."""
    recipients: Mapping[str, Recipient] = field(default_factory=dict)
    """Who gets data."""
    transfers: Mapping[str, Transfer] = field(default_factory=dict)
    """Data that leaves the European Economic Area."""
    disclosures: Mapping[str, Disclosure] = field(default_factory=dict)
    """Closed list of grounds to give data out beyond the recipients."""
    retention: Mapping[str, RetentionRule] = field(default_factory=dict)
    """How long data stays."""
    holds: Mapping[str, LegalHold] = field(default_factory=dict)
    """Legal holds."""
    rights: Rights = field(default_factory=Rights)
    """How the rights are carried out."""
    notice: NoticeRules = field(default_factory=NoticeRules)
    """Scope, summary, and where consent is asked."""
    cookies: Cookies = field(default_factory=Cookies)
    """Cookies and similar techniques."""
    organisations: Organisations = field(default_factory=Organisations)
    """Accounts that an organisation manages."""
    breach: Breach = field(default_factory=Breach)
    """What happens when data leaks."""
    children: Children = field(default_factory=Children)
    """What happens with data of people who are too young."""
    changes: Changes = field(default_factory=Changes)
    """How changes are told."""
    measures: Mapping[str, Measure] = field(default_factory=dict)
    """Security measures."""
    glossary: Mapping[str, Named] = field(default_factory=dict)
    """Terms explained."""
    texts: Mapping[str, Named] = field(default_factory=dict)
    """Free texts of the notice."""
    ignored: tuple[Suppression, ...] = ()
    """Findings accepted for a while."""
    places: Mapping[str, Place] = field(default_factory=dict, compare=False, repr=False, metadata={"hidden": True})

    def place(self, path: str) -> Place:
        """Where a dotted path stands in the file: its own line, or that of the nearest entry around it."""
        above = path
        while above and above not in self.places:
            above = above.rpartition(".")[0]
        found = self.places.get(above, Place())
        return Place(found.file, found.line, found.column, path)

    def has(self, ref: str) -> bool:
        """Whether a data reference is declared. A category without items accepts any item."""
        name, _, item = ref.partition(".")
        category = self.data.get(name)
        return category is not None and (not item or not category.items or item in category.items)

    def category(self, ref: str) -> DataCategory:
        """The category of a reference. Raises `PolicyError` WB020 when it is not declared."""
        if not self.has(ref):
            raise PolicyError([undeclared(self, ref, Place(path=ref))])
        return self.data[ref.partition(".")[0]]

    def expand(self, refs: Iterable[str]) -> set[str]:
        """References as single items: `{"account.email", …}`; a category without items stands for itself.

        Raises `PolicyError` WB020 for what is not declared: a forgotten item must never look like an empty one.
        """
        items: set[str] = set()
        for ref in refs:
            category = self.category(ref)
            items |= {ref} if "." in ref or not category.items else {f"{ref}.{item}" for item in category.items}
        return items

    def retention_for(self, ref: str) -> list[RetentionRule]:
        """The rules that set a term for an item, in the order of the file. The one that ends last decides."""
        return [rule for rule in self.retention.values() if rule.covers(ref)]

    def holds_for(self, ref: str, day: date) -> list[LegalHold]:
        """The holds in force on a day that cover an item."""
        return [hold for hold in self.holds.values() if hold.covers(ref) and hold.stands_on(day)]

    def purposes_for(self, ref: str) -> list[Purpose]:
        """The purposes that read an item."""
        return [purpose for purpose in self.purposes.values() if {ref, ref.partition(".")[0]} & set(purpose.data)]

    def recipients_for(self, ref: str) -> list[Recipient]:
        """The recipients that get an item."""
        return [one for one in self.recipients.values() if {ref, ref.partition(".")[0]} & set(one.data)]

    @cached_property
    def digest(self) -> str:
        """SHA-256 over what the policy says: comments, order of keys and places in the file do not count."""
        from waarborg.canonical import digest
        from waarborg.policy.content import content

        return digest(content(self))


def undeclared(policy: Policy, ref: str, place: Place) -> Finding:
    """The finding for a data reference that the policy does not declare, with the nearest one that it does."""
    name, _, item = ref.partition(".")
    if name in policy.data:
        hint = near_miss(item, policy.data[name].items)
        what = f'The category "{name}" has no item "{item}".'
    else:
        hint = near_miss(name, policy.data)
        what = f'There is no data category "{name}".'
    todo = hint or "Declare it under data, or correct the reference."
    return Finding("WB020", place, what, "Data that is not declared is not told to people (Art. 13, 14).", todo)
