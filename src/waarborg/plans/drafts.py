"""Drafts: what could happen in one store, before anything is counted. Plain values that `make` turns into a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from waarborg.errors import Finding
from waarborg.plans.model import Ground
from waarborg.plans.rules import Keeping
from waarborg.stores.contract import Program, Write
from waarborg.terms import Treatment


@dataclass(frozen=True, slots=True)
class WordSource:
    """A set, and the columns whose values (with a blank between) are words that name the people."""

    set: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepDraft:
    """A treatment of a set: a step of the plan if the set turns out to have rows."""

    id: str
    table: str
    set: str
    treatment: Treatment
    ground: Ground
    writes: Mapping[str, Write] = field(default_factory=dict)
    columns: Mapping[str, Treatment] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    """What makes the treatment impossible; matters only if the set has rows."""
    guard: bool = False
    """Nothing is treated: the set must still be empty when the plan is carried out, in the same transaction."""


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """Rows that stay, if the set turns out to have any."""

    table: str
    set: str
    columns: tuple[str, ...]
    ground: Ground
    why: str
    rule: Keeping | None = None
    date_column: str = ""


@dataclass(frozen=True, slots=True)
class ReachDraft:
    """Rows of an unmapped table that refer to rows that go."""

    table: str
    set: str
    by: str
    cascades: bool
    allowed: bool


@dataclass(frozen=True, slots=True)
class StandInDraft:
    """A placeholder person that links may be pointed at."""

    table: str
    local: str
    set: str
    key: tuple[str, ...]
    values: Mapping[str, str | int | bool | None]
    find: tuple[str, ...]
    seed: str
    """Keys of the placeholders; with tenants, pairs of tenant and key."""
    keys: str
    """Seed of the keys alone, for collisions."""
    tenant: str = ""
    """The column that tells tenants apart: each has a placeholder of its own."""
    me: str = ""
    """The set of the people whose tenant it is."""


@dataclass(frozen=True, slots=True)
class Handover:
    """Keys to read from a set, and the seeds they become."""

    set: str
    columns: tuple[str, ...]
    seeds: tuple[str, ...]


@dataclass(slots=True)
class Blueprint:
    """Everything that could happen in one store."""

    store: str
    program: Program
    steps: tuple[StepDraft, ...]
    kept: tuple[KeptDraft, ...]
    reached: tuple[ReachDraft, ...]
    stand_ins: tuple[StandInDraft, ...]
    handovers: tuple[Handover, ...]
    own: Mapping[str, str]
    """By table (qualified): the set of everything that is theirs."""
    me: Mapping[str, str]
    """By table of people: the set of the people themselves."""
    words: Mapping[str, tuple[WordSource, ...]]
    """By seed: where the words of a mention are taken from."""
