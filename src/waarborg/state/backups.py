"""The register of backups: which copies of which store were taken when, and when each of them is gone.

    backups.add("nightly", store="app", taken=instant, expires=date, at=…) -> Backup
    backups.all() · backups.find("3f2a") · backups.gone(id, at=…)
    backups.holding(instant) -> list[Backup]     # not gone, and taken before: a person erased then is still in them

A set (`nightly`) is declared by a retention rule of the policy; each copy of it is a line here. A copy is gone when
somebody has said so, not when its day has passed: a disk that was forgotten in a cupboard still holds everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from waarborg.errors import StateError
from waarborg.evidence.entry import instant_text
from waarborg.state.sql import Sql

SLACK = timedelta(hours=1)
"""How far the clock of whoever took a copy may be off: a copy taken just after an erasure counts as taken before it."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One copy of one store."""

    id: str
    set: str
    store: str
    """The store of the data map; empty where the copy holds all of them."""
    taken: datetime
    """The moment whose state it holds: for a dump, when it began."""
    expires: date | None
    gone: datetime | None = None

    def over(self, today: date) -> bool:
        """Whether its last day has passed, and nobody has said that it is gone."""
        return self.gone is None and self.expires is not None and self.expires < today


class Backups:
    """Copies by set. Never commits."""

    __slots__ = ("_sql",)

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def add(self, name: str, *, store: str, taken: datetime, expires: date | None, at: datetime) -> Backup:
        """Register a copy; the same copy (set, store, moment) again is the same line."""
        moment = instant_text(taken)
        for one in self._rows("WHERE name = ? AND store = ? AND taken = ?", [name, store, moment]):
            return one
        made = Backup(uuid4().hex, name, store, datetime.fromisoformat(moment), expires)
        values = [made.id, name, store, moment, None if expires is None else expires.isoformat(), instant_text(at)]
        self._sql.run(
            "INSERT INTO waarborg_backup (id, name, store, taken, expires, registered) VALUES (?, ?, ?, ?, ?, ?)",
            values,
        )
        return made

    def all(self) -> list[Backup]:
        """Every copy that is not gone, oldest first."""
        return list(self._rows("WHERE gone IS NULL", []))

    def find(self, start: str) -> Backup:
        """The copy whose id begins so, gone or not. Raises `StateError` WB563 for none, or more than one."""
        found = [one for one in self._rows("", []) if one.id.startswith(start)] if start else []
        if len(found) != 1:
            raise StateError.one(
                "WB563",
                "The register has no backup with this id."
                if not found
                else "More than one backup begins with this id.",
                "",
                "Take the id from `waarborg backups list`.",
            )
        return found[0]

    def gone(self, id: str, *, at: datetime) -> None:
        """The copy was destroyed."""
        self._sql.run("UPDATE waarborg_backup SET gone = ? WHERE id = ? AND gone IS NULL", [instant_text(at), id])

    def holding(self, moment: datetime) -> list[Backup]:
        """The copies that still hold what was there before this moment, oldest first."""
        before = instant_text(moment.astimezone(UTC) + SLACK)
        return list(self._rows("WHERE gone IS NULL AND taken <= ?", [before]))

    def _rows(self, clause: str, values: list[str]) -> Iterator[Backup]:
        rows = self._sql.all(
            f"SELECT id, name, store, taken, expires, gone FROM waarborg_backup {clause} ORDER BY taken, id", values
        )
        for id, name, store, taken, expires, gone in rows:
            yield Backup(
                id,
                name,
                store,
                datetime.fromisoformat(taken),
                None if expires is None else date.fromisoformat(expires),
                None if gone is None else datetime.fromisoformat(gone),
            )
