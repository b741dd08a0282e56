"""How long data stays, what comes of it then, and what pauses that: retention rules and legal holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from waarborg.clock import Period
from waarborg.policy.parts import Entry
from waarborg.policy.values import NO_TEXT, HoldGround, RetentionGround, Text
from waarborg.terms import LegalBasis, Outcome

EVERYONE = "all"
"""In a legal hold: the hold covers every person whose data it names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantBounds:
    """A term that each organisation sets for itself, inside bounds."""

    at_least: Period | None = None
    """Shortest term."""
    at_most: Period | None = None
    """Longest term."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepCeiling:
    """A sweep that would take more than this waits for a person."""

    rows: int | None = None
    """Rows of one table."""
    percent: int | None = None
    """Share of one table, 1 to 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule(Entry):
    """How long data stays and what comes of it then (Art. 5(1)(e)).

    A rule ends `until` an event, or a `period` (`for`) counted from the event `starts_at` (`from`). Where several rules
    cover an item, the one that ends last decides. When the person asks for erasure before the end, only what `keep`
    names stays, under `law`; a rule without a law keeps nothing against the person.
    """

    label: Text = NO_TEXT
    """The reason in words for people."""
    data: tuple[str, ...] = ()
    """Data it covers, by reference."""
    sets: tuple[str, ...] = ()
    """Backup sets it covers, instead of data."""
    until: str = ""
    """Event that ends it: account_closed."""
    period: Period | None = field(default=None, metadata={"key": "for"})
    """Term: `7 years`."""
    starts_at: str = field(default="", metadata={"key": "from"})
    """Event from which the term is counted: end_of_fiscal_year."""
    at_most: Period | None = None
    """Longest stay counted from creation, whatever the event does."""
    basis: LegalBasis | None = None
    """Ground for keeping it, when that is not the purpose itself."""
    ground: RetentionGround | None = None
    """Why it outlives its purpose: law, dispute, agreement, transaction, archive, business, improvement, security."""
    law: str = ""
    """Law that demands it: AWR art. 52."""
    keep: tuple[str, ...] = ()
    """Items that the law needs; everything else of the data goes on erasure."""
    then: Outcome | None = None
    """What comes of it: erase, anonymise or isolate."""
    release_after: Period | None = None
    """Isolate: how long until it is deleted for good."""
    warn_before: Period | None = None
    """How long before the end the person is warned."""
    per_tenant: TenantBounds | None = None
    """Bounds inside which an organisation sets its own term."""
    sweep: SweepCeiling | None = None
    """A sweep that would take more waits for a person."""

    @property
    def kept(self) -> frozenset[str]:
        """The items of `keep` as full references (`billing.name`), read against the rule's own categories."""
        return frozenset(ref for name in self.keep for ref in self._full(name))

    def _full(self, name: str) -> Iterator[str]:
        if "." in name:
            yield name
        else:
            yield from (f"{ref.partition('.')[0]}.{name}" for ref in self.data)

    def covers(self, ref: str) -> bool:
        """Whether the rule sets a term for this item."""
        return ref in self.data or ref.partition(".")[0] in self.data

    def keeps(self, ref: str) -> bool:
        """Whether the item stays against a request for erasure, until the rule ends (Art. 17(3)(b))."""
        return bool(self.law) and self.covers(ref) and (not self.keep or ref in self.kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHold(Entry):
    """A named hold that pauses erasure of exactly what it covers (Art. 17(3)(e))."""

    label: Text = NO_TEXT
    """The reason in words for people."""
    ground: HoldGround | None = None
    """legal_claim, legal_obligation, authority_order, public_health, archive_and_research or expression."""
    law: str = ""
    """The law or the matter it rests on."""
    data: tuple[str, ...] = ()
    """Data it covers, by reference."""
    people: tuple[str, ...] = ()
    """`[all]`, or references of the matters whose people are listed in the hold register. Never names."""
    since: date | None = None
    """First day."""
    until: date | None = None
    """Last day, when it is known."""
    review: date | None = None
    """When it is looked at again, when the last day is not known."""
    owner: str = ""
    """Who answers for it."""

    @property
    def everyone(self) -> bool:
        """Whether the hold covers all people, not those of named matters."""
        return EVERYONE in self.people

    def stands_on(self, day: date) -> bool:
        """Whether the hold is in force on this day. A hold whose review has passed still stands: erasing is final."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def covers(self, ref: str) -> bool:
        """Whether the hold covers this item."""
        return ref in self.data or ref.partition(".")[0] in self.data
