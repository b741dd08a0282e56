"""What a plan is: frozen, countable, canonical. It names no person; identifiers and keys are sealed apart from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from waarborg.canonical import digest
from waarborg.errors import Finding
from waarborg.stores.contract import Seeds
from waarborg.terms import LinkKind, Right, SubjectRef, Treatment

if TYPE_CHECKING:
    from waarborg.plans.leftovers import Leftovers

FORMAT = 1
"""Version of the plan's form. A plan of another version is read by the release that wrote it, never guessed at."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Why something happens to data, or why it stays: the policy line, the article, the promises it keeps."""

    rule: str
    """Dotted path of the policy entry or of the data map's declaration: `retention.invoices`, `links.belongs_to`."""
    article: str = ""
    law: str = ""
    promises: tuple[str, ...] = ()
    sentence: str = ""
    """The reason in one English sentence; answers take their words from the policy in the person's language."""


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One treatment of some rows of one table."""

    id: str
    table: str
    """Qualified with the store: `app.comment`."""
    set: str
    treatment: Treatment
    rows: int
    ceiling: int
    ground: Ground
    columns: Mapping[str, Treatment] = field(default_factory=dict)
    """What happens to which column, for treatments that leave the row."""
    together: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows that stay, with their reason and, where there is one, the day on which that reason ends."""

    table: str
    rows: int
    columns: tuple[str, ...]
    """The personal columns that stay readable; empty where only other people's or technical columns are left."""
    ground: Ground
    until: date | None = None
    why: str = "rule"
    """`rule` (law or hold), `shared` (another owner), `needed` (rows of others refer to it), `anonymous`,
    or `undated` (it has no date from which its term could be counted)."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Rows that the database itself changes when the plan runs: by cascade, or by a trigger a person acknowledged."""

    table: str
    rows: int
    by: str


@dataclass(frozen=True, slots=True)
class StorePlan:
    """What will happen in one store: one transaction, in this order."""

    store: str
    steps: tuple[PlannedStep, ...]
    kept: tuple[Kept, ...] = ()
    reached: tuple[Reached, ...] = ()
    located: Mapping[str, int] = field(default_factory=dict)
    """Rows of these people, by table, before anything happens."""
    fingerprint: str = ""
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What will happen to which rows, and what is kept and why. The plan is the dry run."""

    right: Right
    people: int
    made_at: datetime
    policy: str
    """Name and version of the policy: `taakveld 2026-12-01`."""
    policy_digest: str
    datamap_digest: str
    stores: tuple[StorePlan, ...]
    rules: tuple[str, ...] = ()
    """The rules and holds that kept data when the plan was made: others now make it stale."""
    notes: tuple[Finding, ...] = ()
    """What a person should know before approving; nothing here stands in the way."""
    follows: str = ""
    """The plan under whose approval this one runs: rows born while that one was applied."""
    rule: str = ""
    """The retention rule whose sweep this is; empty where a person asked."""
    format: int = FORMAT

    @property
    def id(self) -> str:
        """The first 16 characters of the digest of the whole plan."""
        return self.digest[:16]

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical bytes of the plan."""
        return digest(self)

    def steps(self) -> Iterator[PlannedStep]:
        """Every step of every store, in order."""
        for store in self.stores:
            yield from store.steps

    def kept(self) -> Iterator[Kept]:
        """Everything that stays, with its reason."""
        for store in self.stores:
            yield from store.kept

    @property
    def rows(self) -> int:
        """How many rows are treated."""
        return sum(step.rows for step in self.steps())

    @property
    def located(self) -> int:
        """How many rows of these people there are, treated or not."""
        return sum(sum(store.located.values()) for store in self.stores)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to treat: what a verified plan looks like when it is made again."""
        return self.rows == 0


@dataclass(frozen=True, slots=True)
class Approval:
    """A person, or a rule, agreed to a scope: exactly this plan, with its ceilings."""

    plan: str
    """Digest of the plan."""
    by: str
    at: datetime


@dataclass(slots=True)
class Sealed:
    """The personal side of a plan: who it is about and the keys that lead to their rows. Kept in the vault only."""

    people: tuple[SubjectRef, ...] = field(repr=False)
    seeds: Mapping[str, Seeds] = field(repr=False)
    """By store: identifiers, keys handed over from other stores, and keys frozen for verification."""
    marks: tuple[str, ...] = field(default=(), repr=False)
    """How the register of holds knows people whose names are gone: a tombstone's plan names nobody."""


@dataclass(frozen=True, slots=True)
class StoreResult:
    """What happened in one store."""

    store: str
    steps: tuple[Mapping[str, object], ...]
    """For each step: id, table, treatment, rows approved, rows done, digest."""
    state: str
    """`applied`, `already`, `nothing` or `delayed` (the store is down: the others went on, this one waits)."""
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What applying a plan did, store by store."""

    plan: str
    stores: tuple[StoreResult, ...]

    @property
    def done(self) -> bool:
        """Whether every store is finished."""
        return all(store.state != "delayed" for store in self.stores)

    @property
    def rows(self) -> int:
        """How many rows were treated now."""
        return sum(int(str(step["rows"])) for store in self.stores for step in store.steps)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification found: planning again with everything frozen, and a look for what was born meanwhile."""

    plan: str
    clean: bool
    follow_up: Plan | None
    kept: tuple[Kept, ...]
    sentence: str
    leftovers: Leftovers | None = None
    """What a search of every column found; None where nobody asked for it, or something was left to treat."""


OWNING = (LinkKind.BELONGS_TO,)
"""Kinds of link that make a row somebody's."""
