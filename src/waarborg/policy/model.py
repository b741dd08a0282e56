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
from waarborg.policy.entries import (
    AutomatedDecision,
    DataCategory,
    DataItem,
    MessageKind,
    Profiling,
    Purpose,
    Recipient,
    Transfer,
    TransferSafeguard,
)
from waarborg.policy.parts import (
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
from waarborg.yamlfile import shown

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
    "undeclared",
]


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
    name, _, item = (shown(part) for part in ref.partition("."))
    if name in policy.data:
        hint = near_miss(item, policy.data[name].items)
        what = f'The category "{name}" has no item "{item}".'
    else:
        hint = near_miss(name, policy.data)
        what = f'There is no data category "{name}".'
    todo = hint or "Declare it under data, or correct the reference."
    return Finding("WB020", place, what, "Data that is not declared is not told to people (Art. 13, 14).", todo)
