"""The register of what may not be done with a person's data: one place that everything else asks before it uses data.

    limit = state.limits.place(Right.OBJECTION, known, purpose="recommendations", at=…, request=…)
    state.limits.move(limit.id, "uphold", at=…)                   # the courses are data: `waarborg.state.courses`
    state.limits.stopping([known, known, …], "newsletter", at=…)   # by set: what stops each of these people's data
    state.limits.of(known, at=…)                                  # everything that stands about a person

`known` are kinds and values of identifiers. They are kept as keyed hashes (`waarborg.state.known`) and, to find the
person's rows again, sealed under a data key of the limit's own. Purposes are declared names. Never commits.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from waarborg.errors import StateError
from waarborg.evidence.entry import instant_text
from waarborg.state.courses import COURSES, Needs, Stops
from waarborg.state.known import Known, hashes
from waarborg.state.sql import Sql
from waarborg.state.vault import Vault, check_opaque
from waarborg.terms import Right

_COLUMNS = "id, kind, purpose, state, ground, since, changed, ends, request, subject"
_AT_ONCE = 500
"""Hashes in one question."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One thing that a person had stopped, as it stands."""

    id: str
    kind: Right
    purpose: str
    """The purpose of the policy it is about; empty where it is about all of them."""
    state: str
    ground: str
    """The ground of Art. 18(1), of a restriction."""
    since: str
    changed: str
    ends: date | None
    request: str
    subject: str
    """The keyed hash under which evidence names the person."""

    @property
    def stops(self) -> Stops:
        """What may not be done now."""
        return COURSES[self.kind].states[self.state]

    @property
    def ended(self) -> bool:
        """Whether nothing follows any more."""
        return COURSES[self.kind].ended(self.state)

    def forbids(self, purpose: str) -> bool:
        """Whether data may not be used for this purpose."""
        return self.stops is Stops.EVERYTHING or (self.stops is Stops.PURPOSE and self.purpose == purpose)


class Limits:
    """What stands about whom. Never commits."""

    __slots__ = ("_sql", "_vault")

    def __init__(self, sql: Sql, vault: Vault) -> None:
        self._sql, self._vault = sql, vault

    def place(
        self,
        kind: Right,
        known: Sequence[Known],
        *,
        at: datetime,
        request: str,
        subject: str,
        purpose: str = "",
        ground: str = "",
        ends: date | None = None,
        absolute: bool = False,
    ) -> Limit:
        """Begin a course for a person, by every identifier that is known of them.

        What stands already about this person, kind and purpose is given back as it is: asking twice changes nothing.
        """
        for standing in self.of(known, at=at):
            if (standing.kind, standing.purpose) == (kind, purpose) and not standing.ended:
                return standing
        course = COURSES[kind]
        begins = course.absolute if absolute and course.absolute else course.begins
        id, when = uuid4().hex, instant_text(at)
        ground = check_opaque(ground) if ground else ""
        self._sql.run(
            f"INSERT INTO waarborg_limit ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [id, kind.value, purpose, begins, ground, when, when, ends and ends.isoformat(), request, subject],
        )
        self._know(id, known, at)
        return self.get(id)

    def _know(self, id: str, known: Sequence[Known], at: datetime) -> None:
        """Seal the identifiers of a limit (again), and write down their hashes."""
        self._sql.run("DELETE FROM waarborg_limited WHERE limit_id = ?", [id])
        rows = [[one, id] for one in hashes(self._vault, "limits", known, at=at)]
        self._sql.many("INSERT INTO waarborg_limited (person, limit_id) VALUES (?, ?)", rows)
        self._vault.drop(f"limit:{id}")
        body = json.dumps(sorted({(kind, value) for kind, value in known})).encode()
        self._vault.seal(f"limit:{id}", body, key=f"limit:{id}", kind="limit", at=at)

    def get(self, id: str) -> Limit:
        """A limit by its id. Raises `StateError` WB556."""
        row = self._sql.one(f"SELECT {_COLUMNS} FROM waarborg_limit WHERE id = ?", [id])
        if row is None:
            raise StateError.one("WB556", "The state does not hold this limit.", "", "Check its id.")
        return _limit(row)

    def move(self, id: str, act: str, *, at: datetime, given: Iterable[Needs] = ()) -> Limit:
        """Do an act. Raises `StateError` WB571 where the course does not allow it, WB572 where something is lacking."""
        before = self.get(id)
        found = COURSES[before.kind].after(before.state, act)
        if lacking := [need for need in found.needs if need not in set(given)]:
            raise StateError.one(
                "WB572",
                f'"{act}" lacks {" and ".join(f"a {need.value}" for need in lacking)}.',
                "People are told why, and before it happens (Art. 12(4), 18(3), 21(1)).",
                "Give what is lacking, in words for the person.",
            )
        moved = self._sql.run(
            "UPDATE waarborg_limit SET state = ?, changed = ? WHERE id = ? AND state = ?",
            [found.to, instant_text(at), id, before.state],
        )
        if not moved:
            raise StateError.one("WB562", "Somebody else moved this meanwhile.", "", "Look at it again.")
        after = self.get(id)
        if after.ended:
            self._vault.destroy(f"limit:{id}")
            self._sql.run("DELETE FROM waarborg_limited WHERE limit_id = ?", [id])
        return after

    # -- asking --------------------------------------------------------------------------------------------------

    def of(self, known: Iterable[Known], *, at: datetime) -> list[Limit]:
        """What stands about a person, oldest first. What has ended is found by its id or its request alone."""
        return self._about([list(known)], at)[0]

    def stopping(self, people: Sequence[Iterable[Known]], purpose: str, *, at: datetime) -> list[tuple[Limit, ...]]:
        """For each of these people what forbids this purpose; empty where it may go on. By sets, not one by one."""
        found = self._about([list(known) for known in people], at)
        return [tuple(limit for limit in limits if limit.forbids(purpose)) for limits in found]

    def _about(self, people: Sequence[Sequence[Known]], at: datetime) -> list[list[Limit]]:
        of = [hashes(self._vault, "limits", known, at=at) for known in people]
        wanted = sorted({one for several in of for one in several})
        by_hash: dict[str, list[Limit]] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            block = wanted[start : start + _AT_ONCE]
            rows = self._sql.all(
                f"SELECT person, {_COLUMNS} FROM waarborg_limited JOIN waarborg_limit ON limit_id = id "
                f"WHERE person IN ({', '.join('?' * len(block))})",
                block,
            )
            for person, *row in rows:
                by_hash.setdefault(person, []).append(_limit(row))
        each = [{limit.id: limit for one in several for limit in by_hash.get(one, ())} for several in of]
        return [sorted(limits.values(), key=lambda limit: (limit.since, limit.id)) for limits in each]

    def standing(self, kind: Right | None = None) -> list[Limit]:
        """Everything that has not ended, oldest first."""
        rows = self._sql.all(f"SELECT {_COLUMNS} FROM waarborg_limit ORDER BY since, id")
        found = map(_limit, rows)
        return [limit for limit in found if not limit.ended and (kind is None or limit.kind is kind)]

    def of_request(self, request: str) -> list[Limit]:
        """What a request brought about, ended or not."""
        rows = self._sql.all(f"SELECT {_COLUMNS} FROM waarborg_limit WHERE request = ? ORDER BY since, id", [request])
        return list(map(_limit, rows))

    def known(self, id: str) -> list[Known]:
        """The identifiers under which a standing limit is kept. Personal: for looking, never for showing."""
        return [(kind, value) for kind, value in json.loads(self._vault.open(f"limit:{id}"))]

    def also_known(self, old: Known, new: Known, *, at: datetime) -> int:
        """A person's identifier was corrected: what stands about them is found by the new one. Returns how many."""
        found = [limit for limit in self.of([old], at=at) if not limit.ended]
        for limit in found:
            self._know(limit.id, [*self.known(limit.id), new], at)
        return len(found)

    def no_longer_known(self, old: Known, *, at: datetime) -> None:
        """The old identifier may be somebody else's by now: it leads to nothing any more."""
        for limit in self.of([old], at=at):
            theirs = [one for one in self.known(limit.id) if hashes(self._vault, "limits", [one], at=at)
                      != hashes(self._vault, "limits", [old], at=at)]  # fmt: skip
            if theirs:
                self._know(limit.id, theirs, at)


def _limit(row: Sequence[object]) -> Limit:
    id, kind, purpose, state, ground, since, changed, ends, request, subject = map(_text, row)
    day = date.fromisoformat(ends) if ends else None
    return Limit(id, Right(kind), purpose, state, ground, since, changed, day, request, subject)


def _text(value: object) -> str:
    return "" if value is None else str(value)
