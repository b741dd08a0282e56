"""What people look at most, as values: the plan as a difference, the clock, the promise with its proof.

Whoever draws them (a page, a letter, the command line) reads the same values; they hold words for people, never keys.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

SOON = 7
"""Days before the end from which a clock says so."""


@dataclass(frozen=True, slots=True)
class Line:
    """Some data in a plan: what it is, how much, why this happens to it, and until when that holds."""

    what: str
    rows: int | None = None
    why: tuple[str, ...] = ()
    until: date | None = None
    open_end: bool = False
    """It stays as long as its reason does, and nobody knows the day."""
    place: str = ""
    """For staff: table and rule."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A plan as people compare it: before and after."""

    goes: tuple[Line, ...] = ()
    changes: tuple[Line, ...] = ()
    """Stays for others, without the person's name in it."""
    stays: tuple[Line, ...] = ()
    done: bool = False
    """It happened: the words are in the past."""

    @property
    def parts(self) -> tuple[tuple[str, str, tuple[Line, ...], int], ...]:
        """Each part with its sign, and how much it is: rows, or lines where rows were not counted."""
        named = (("goes", "−", self.goes), ("changes", "≈", self.changes), ("stays", "=", self.stays))
        return tuple((kind, sign, lines, _size(lines)) for kind, sign, lines in named)

    @property
    def empty(self) -> bool:
        """Nothing was found."""
        return not (self.goes or self.changes or self.stays)


def _size(lines: tuple[Line, ...]) -> int:
    rows = [one.rows for one in lines if one.rows is not None]
    return sum(rows) if len(rows) == len(lines) else len(lines)


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of a request (Art. 12(3)), in days of the controller's zone; the same for the person and the staff."""

    received: date
    due: date
    today: date
    first_due: date | None = None
    """The day that was told first, where the clock was extended."""
    why_extended: str = ""
    paused: date | None = None
    """Since when it stands still, waiting for the person."""
    why_paused: str = ""
    answered: date | None = None

    @property
    def left(self) -> int:
        """Days until the last day; negative when it has passed."""
        return (self.due - (self.answered or self.today)).days

    @property
    def state(self) -> str:
        """`answered`, `late` (answered after its day), `paused`, `overdue`, `soon` or `running`."""
        if self.answered:
            return "answered" if self.left >= 0 else "late"
        if self.paused:
            return "paused"
        if self.left < 0:
            return "overdue"
        return "soon" if self.left <= SOON else "running"

    @property
    def gone(self) -> float:
        """How much of the line has passed, in per cent."""
        return self.at(self.answered or self.paused or self.today)

    @property
    def still(self) -> float:
        """How much of the line it has stood still, in per cent."""
        return round(self.at(self.today) - self.at(self.paused), 1) if self.paused else 0.0

    @property
    def now(self) -> float:
        """Where today stands on the line, in per cent."""
        return self.at(self.today)

    @property
    def end(self) -> float:
        """Where the last day stands on the line: at its end, or before it where that day has passed."""
        return self.at(self.due)

    @property
    def first(self) -> float | None:
        """Where on the line the first day stood, where it was extended."""
        return self.at(self.first_due) if self.first_due else None

    def at(self, day: date) -> float:
        """Where a day stands on the line, in per cent; the line ends on the last day, or today when that is later."""
        whole = (max(self.due, self.answered or self.today) - self.received).days or 1
        return round(min(max((day - self.received).days / whole, 0), 1) * 100, 1)


@dataclass(frozen=True, slots=True)
class Proof:
    """A promise with what shows that it is kept."""

    promise: str
    """What was said, in the words of the notice."""
    state: str
    """`proven`, `broken`, `attested` (a document says so), `waiting` (not looked at yet)."""
    at: date | None = None
    how: str = ""
    """What was looked at, in a few words: `14.203 facturen nageteld`."""
    entry: str = ""
    """Where the policy says it."""
    evidence: int | None = None
    """The number of the evidence entry."""
    link: str = ""
    notes: tuple[str, ...] = field(default=())
