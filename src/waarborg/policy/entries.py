"""What is processed, what for, and who gets it: data categories, purposes, recipients and transfers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from waarborg.policy.parts import FROM_KEY, Entry
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
