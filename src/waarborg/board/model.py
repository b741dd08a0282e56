"""What a board of promises is made of: the facts that were gathered, and a verdict on each promise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from waarborg.datamap.model import DataMap
from waarborg.errors import Finding, Severity
from waarborg.evidence.entry import Entry
from waarborg.policy.model import Policy
from waarborg.policy.promises import Promise
from waarborg.state.attestations import Attestation
from waarborg.state.notifications import RecipientNotification


class Standing(StrEnum):
    """How a promise stands."""

    BROKEN = "broken"
    """A check found otherwise, or an attestation is over."""
    NOT_SHOWN = "not_shown"
    """Nothing says otherwise, and nothing has shown it yet."""
    ATTESTED = "attested"
    """A person confirmed it with a document, until a day that has not passed."""
    KEPT = "kept"
    """A check looked and found it so."""


WORST = (Standing.BROKEN, Standing.NOT_SHOWN, Standing.ATTESTED, Standing.KEPT)
"""From worst to best: a promise that several entries keep stands as the worst of them."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check says of a promise."""

    standing: Standing
    why: str
    entries: tuple[int, ...] = ()
    """Numbers of the evidence entries that show it."""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A promise, how it stands, and what shows that."""

    promise: Promise
    check: str
    """The name of the check."""
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    """What `waarborg check` finds wrong with the entry."""

    @property
    def standing(self) -> Standing:
        """How it stands."""
        return self.verdict.standing


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure that was looked at, in every store that tells about it."""

    ok: bool
    what: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class Sight:
    """What was counted in the databases; None in `Facts` where nobody looked."""

    past: Mapping[str, int] = field(default_factory=dict)
    """By retention rule: rows past their term for more than a day."""
    unswept: Mapping[str, str] = field(default_factory=dict)
    """By retention rule: why its rows could not be counted, or cannot be swept."""
    young: int | None = None
    """Rows that show a person below the minimum age; None where no column of the map holds a birth date."""
    measured: Mapping[str, Measured] = field(default_factory=dict)
    """By measurement: what was found."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a verdict rests on."""

    policy: Policy
    datamap: DataMap
    now: datetime
    findings: Sequence[Finding] = ()
    """Everything that `waarborg check` found."""
    sight: Sight | None = None
    evidence: Sequence[Entry] = ()
    attestations: Mapping[str, Attestation] = field(default_factory=dict)
    """By path of an entry: the one that was made last."""
    notifications: Sequence[RecipientNotification] = ()

    @property
    def today(self) -> date:
        """The day of the board."""
        return self.now.date()

    def errors(self, *paths: str) -> tuple[Finding, ...]:
        """Errors found at or below these paths of the policy."""
        return tuple(
            one
            for one in self.findings
            if one.severity is Severity.ERROR and any(_within(one.place.path, path) for path in paths)
        )

    def entries(self, *kinds: str, **fields: object) -> tuple[int, ...]:
        """Numbers of the evidence entries of these kinds that say this."""
        return tuple(
            entry.seq
            for entry in self.evidence
            if entry.kind in kinds and all(entry.data.get(name) == value for name, value in fields.items())
        )

    def references(self, refs: Iterable[str]) -> int:
        """How many columns of the map hold data of these references."""
        wanted = set(refs)
        return sum(
            column.category in wanted or column.category.partition(".")[0] in wanted
            for table in self.datamap.tables.values()
            for column in table.columns.values()
        )


def _within(path: str, prefix: str) -> bool:
    return f"{path}.".startswith(f"{prefix}.")
