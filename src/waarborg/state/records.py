"""The rest of what must last: tombstones, plans until their request is closed, markers, permissions.

    tombstones.put(id, reference_key=…, content=bytes, at=…, ends=date) · due(day) · open(id) · end(id)
    plans.put(plan, request=…, body=…, at=…) · open(plan) · set(plan, "applied", at=…) · close(request) · of(request)
    markers.set(Applied(…)) · get(plan, store, chunk) · of(plan)
    permissions.grant(rule, scope, approver=…, at=…, ends=…) · holds(rule, scope, on=…) · withdraw(rule, scope)

Ids are opaque (WB558), rules are declared names, approvers are keyed hashes, all bodies are sealed in the vault.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from waarborg.errors import StateError
from waarborg.evidence.entry import instant_text
from waarborg.evidence.kinds import PERSON
from waarborg.state.sql import Sql
from waarborg.state.vault import Vault, check_opaque


@dataclass(frozen=True, slots=True)
class Tombstone:
    """That something was erased, and until when something else is kept; the content is sealed."""

    id: str
    made: str
    """When its rows went: copies from before this moment may hold them."""
    ends: date | None
    """The last day of what is kept, or of the last copy; None where nobody knows it."""
    state: str
    """`keeping` or `waiting`."""


class Tombstones:
    """Tombstones: each under a data key of its own, so that ending one destroys its content and nothing else."""

    __slots__ = ("_sql", "_vault")

    def __init__(self, sql: Sql, vault: Vault) -> None:
        self._sql, self._vault = sql, vault

    def put(self, id: str, content: bytes, *, at: datetime, ends: date | None, state: str = "keeping") -> None:
        """Seal a tombstone (store keys and keyed identifier hashes). `ends` None: it waits for the last backup set."""
        check_opaque(state)
        self._vault.seal(check_opaque(f"tombstone:{id}"), content, key=f"tombstone:{id}", kind="tombstone", at=at)
        self._sql.run("DELETE FROM waarborg_tombstone WHERE id = ? AND state = 'ended'", [id])
        self._sql.run(
            "INSERT INTO waarborg_tombstone (id, made, ends, state) VALUES (?, ?, ?, ?)",
            [id, instant_text(at), None if ends is None else ends.isoformat(), state],
        )

    def renew(self, id: str, content: bytes, *, at: datetime) -> None:
        """Another content for a tombstone, under its own data key: the moment it was made stays."""
        self._vault.drop(f"tombstone:{id}")
        self._vault.seal(f"tombstone:{id}", content, key=f"tombstone:{id}", kind="tombstone", at=at)

    def remake(self, id: str, *, at: datetime) -> None:
        """Rows of its people went again just now: copies from before this moment hold them."""
        self._sql.run("UPDATE waarborg_tombstone SET made = ? WHERE id = ?", [instant_text(at), id])

    def has(self, id: str) -> bool:
        """Whether there is such a tombstone, and it has not ended."""
        return any(self._rows(" AND id = ?", [id]))

    def open(self, id: str) -> bytes:
        """The content of a tombstone; WB556 once it has ended."""
        return self._vault.open(f"tombstone:{id}")

    def all(self) -> Iterator[Tombstone]:
        """Every tombstone that has not ended, by id."""
        return self._rows("", [])

    def due(self, day: date) -> Iterator[Tombstone]:
        """The tombstones whose kept part comes back on or before this day, by id."""
        return self._rows(" AND ends <= ?", [day.isoformat()])

    def _rows(self, clause: str, values: list[str]) -> Iterator[Tombstone]:
        rows = self._sql.all(
            f"SELECT id, made, ends, state FROM waarborg_tombstone WHERE state <> 'ended'{clause} ORDER BY id", values
        )
        for id, made, ends, state in rows:
            yield Tombstone(id, made, None if ends is None else date.fromisoformat(ends), state)

    def postpone(self, id: str, *, ends: date | None, state: str = "keeping") -> None:
        """Another end date, or another state: `keeping` (a part is kept) or `waiting` (only for backups to expire)."""
        values = [None if ends is None else ends.isoformat(), check_opaque(state), id]
        if not self._sql.run("UPDATE waarborg_tombstone SET ends = ?, state = ? WHERE id = ?", values):
            raise _unknown("tombstone")

    def end(self, id: str) -> None:
        """Nothing is kept any more and the last backup set has expired: destroy the content and its key."""
        self._vault.destroy(f"tombstone:{id}")
        self._sql.run("UPDATE waarborg_tombstone SET state = 'ended' WHERE id = ?", [id])


class SealedPlans:
    """Plans and key sets, sealed under their request until it is closed."""

    __slots__ = ("_sql", "_vault")

    def __init__(self, sql: Sql, vault: Vault) -> None:
        self._sql, self._vault = sql, vault

    def put(self, plan: str, body: bytes, *, request: str, at: datetime, state: str = "made") -> None:
        """Seal a plan. Raises `StateError` WB557 if it is there already."""
        self._vault.seal(f"plan:{plan}", body, key=f"request:{request}", kind="plan", at=at)
        when = instant_text(at)
        self._sql.run(
            "INSERT INTO waarborg_plan (id, request, state, made, changed) VALUES (?, ?, ?, ?, ?)",
            [plan, request, check_opaque(state), when, when],
        )

    def attach(self, plan: str, name: str, body: bytes, *, at: datetime) -> None:
        """Seal something more of a plan (a key set, hand-over keys, an answer) until its request is closed."""
        self._vault.seal(f"plan:{plan}:{name}", body, key=f"request:{self._request(plan)}", kind="plan-part", at=at)

    def attached(self, plan: str, name: str) -> bytes:
        """What was attached under this name."""
        return self._vault.open(f"plan:{plan}:{name}")

    def open(self, plan: str) -> bytes:
        """The body of a plan; WB556 once its request is closed."""
        return self._vault.open(f"plan:{plan}")

    def state(self, plan: str) -> str:
        """Where the plan stands: `made`, `approved`, `applied`, `verified`, `closed`, or the caller's own word."""
        row = self._sql.one("SELECT state FROM waarborg_plan WHERE id = ?", [plan])
        if row is None:
            raise _unknown("plan")
        return str(row[0])

    def set(self, plan: str, state: str, *, at: datetime, expect: str | None = None) -> None:
        """Move a plan to a state. With `expect`, only from that state: two at once, and one gets WB562."""
        clause, values = ("", []) if expect is None else (" AND state = ?", [expect])
        touched = self._sql.run(
            f"UPDATE waarborg_plan SET state = ?, changed = ? WHERE id = ?{clause}",
            [check_opaque(state), instant_text(at), plan, *values],
        )
        if not touched:
            raise StateError.one(
                "WB562",
                "This plan is not in the state that was expected.",
                "Somebody else moved it, or it does not exist.",
                "Look at the plan again before going on.",
            )

    def of(self, request: str) -> list[tuple[str, str]]:
        """The plans of a request with their states, oldest first."""
        rows = self._sql.all("SELECT id, state FROM waarborg_plan WHERE request = ? ORDER BY made, id", [request])
        return [(plan, state) for plan, state in rows]

    def open_requests(self) -> list[str]:
        """The requests that are not closed."""
        return [
            r for (r,) in self._sql.all("SELECT DISTINCT request FROM waarborg_plan WHERE state <> 'closed' ORDER BY 1")
        ]

    def close(self, request: str, *, at: datetime) -> int:
        """The request is closed: its plans are destroyed; returns how many records went."""
        self._sql.run(
            "UPDATE waarborg_plan SET state = 'closed', changed = ? WHERE request = ?", [instant_text(at), request]
        )
        return self._vault.destroy(f"request:{request}")

    def _request(self, plan: str) -> str:
        row = self._sql.one("SELECT request FROM waarborg_plan WHERE id = ?", [plan])
        if row is None:
            raise _unknown("plan")
        return str(row[0])


@dataclass(frozen=True, slots=True)
class Applied:
    """That one chunk of a plan was carried out in one store; `done` is a digest of what was really done."""

    plan: str
    store: str
    chunk: int
    done: str
    rows: int
    at: str


class Markers:
    """What was applied, for stores that cannot keep a marker of their own."""

    __slots__ = ("_sql",)

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def set(self, applied: Applied) -> None:
        """Note that a chunk was applied; the same note twice is one note."""
        if self.get(applied.plan, applied.store, applied.chunk) is None:
            self._sql.run(
                "INSERT INTO waarborg_marker (plan, store, chunk, done, row_count, at) VALUES (?, ?, ?, ?, ?, ?)",
                [applied.plan, applied.store, applied.chunk, applied.done, applied.rows, applied.at],
            )

    def get(self, plan: str, store: str, chunk: int = 0) -> Applied | None:
        """The note about one chunk."""
        for applied in self._rows(" AND store = ? AND chunk = ?", [plan, store, chunk]):
            return applied
        return None

    def of(self, plan: str) -> list[Applied]:
        """The notes about a plan, by store and chunk."""
        return list(self._rows("", [plan]))

    def _rows(self, clause: str, values: list[object]) -> Iterator[Applied]:
        rows = self._sql.all(
            "SELECT plan, store, chunk, done, row_count, at FROM waarborg_marker "
            f"WHERE plan = ?{clause} ORDER BY store, chunk",
            values,
        )
        return (Applied(*row) for row in rows)


class Permissions:
    """What a person allowed beforehand: a rule's first run, or a larger share of a table, within a scope (a digest)."""

    __slots__ = ("_sql",)

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def grant(self, rule: str, scope: str, *, approver: str, at: datetime, ends: date | None = None) -> None:
        """Allow; a later grant of the same replaces the earlier one. `approver` is a keyed hash (WB558 otherwise)."""
        if not PERSON.fits(approver, None):
            raise StateError.one(
                "WB558",
                "The approver is not a keyed hash.",
                "Who allowed something is a person too, and this column is not sealed.",
                "Name the approver by `state.people.subject(...)`.",
            )
        self.withdraw(rule, scope)
        self._sql.run(
            "INSERT INTO waarborg_permission (rule, scope, approver, at, ends) VALUES (?, ?, ?, ?, ?)",
            [rule, scope, approver, instant_text(at), None if ends is None else ends.isoformat()],
        )

    def holds(self, rule: str, scope: str, *, on: date) -> bool:
        """Whether the rule may run within this scope on this day (the end date is the last day)."""
        row = self._sql.one("SELECT ends FROM waarborg_permission WHERE rule = ? AND scope = ?", [rule, scope])
        return row is not None and (row[0] is None or on.isoformat() <= row[0])

    def withdraw(self, rule: str, scope: str) -> None:
        """No longer allow."""
        self._sql.run("DELETE FROM waarborg_permission WHERE rule = ? AND scope = ?", [rule, scope])


def _unknown(what: str) -> StateError:
    return StateError.one("WB556", f"The state does not hold this {what}.", "", "Check its id.")
