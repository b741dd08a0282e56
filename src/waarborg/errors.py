"""Errors that say what to do: id, place, what, why, what to do. They name declarations and never show a value.

A `Finding` is one thing that is wrong (or worth a look); a `WaarborgError` carries all of them at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import Self


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a declaration stands: a file with line and column (1-based), and the dotted path inside it."""

    file: str = ""
    line: int = 0
    column: int = 0
    path: str = ""

    def __str__(self) -> str:
        where = self.file
        if self.line:
            where += f":{self.line}"
        return " ".join(part for part in (where, self.path) if part)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. Texts are whole sentences and hold no value of any person.

    >>> str(Finding("WB014", Place("policy.yaml", 41, 0, "purposes.newsletter"), "The basis is consent.", "", "Ask."))
    'WB014 policy.yaml:41 purposes.newsletter: The basis is consent. Ask.'
    """

    id: str
    place: Place
    what: str
    why: str = ""
    todo: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        head = " ".join(part for part in (self.id, str(self.place)) if part)
        body = " ".join(part for part in (self.what, self.why, self.todo) if part)
        return f"{head}: {body}"

    def as_dict(self) -> dict[str, object]:
        """The finding as plain values for `--json`."""
        return {
            "id": self.id,
            "severity": self.severity.value,
            "file": self.place.file,
            "line": self.place.line,
            "path": self.place.path,
            "what": self.what,
            "why": self.why,
            "todo": self.todo,
        }


@dataclass
class WaarborgError(Exception):
    """Something that cannot go on, with every finding that stands in the way. Nothing was changed."""

    findings: Sequence[Finding] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        Exception.__init__(self, str(self))

    def __str__(self) -> str:
        return "\n".join(str(finding) for finding in self.findings)

    @classmethod
    def one(cls, id: str, what: str, why: str = "", todo: str = "", place: Place | None = None) -> Self:
        """The error for a single finding."""
        return cls([Finding(id, place or Place(), what, why, todo)])


class PolicyError(WaarborgError):
    """The policy file cannot be used."""


class DataMapError(WaarborgError):
    """The data map cannot be used."""


class StoreError(WaarborgError):
    """A store refused, or could not be reached. Never holds credentials or values."""

    unreachable: bool = False
    """Whether trying again later may help: the place is down, the connection was lost, others hold the locks."""


class PlanError(WaarborgError):
    """No plan can be made, for example because no order of statements satisfies the constraints."""


class StalePlan(WaarborgError):
    """What was approved is no longer what is there. Nothing was touched; the findings are the difference."""


class EvidenceError(WaarborgError):
    """The evidence does not verify, or an entry is refused."""


class StateError(WaarborgError):
    """Waarborg's own state cannot be opened or written."""


class UsageError(WaarborgError):
    """The command line or an API was called with something that cannot be understood."""


def near_miss(name: str, known: Iterable[str]) -> str:
    """A sentence offering the nearest known name, or nothing.

    >>> near_miss("acount", ["account", "content"])
    'Did you mean "account"?'
    """
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f'Did you mean "{close[0]}"?' if close else ""
