"""What a person confirmed with a document because no program can see it, until a day.

    state.attestations.put("measures.datacentre", document=digest, until=date, by=keyed_hash, entry=seq, at=now)
    state.attestations.latest() -> {"measures.datacentre": Attestation(…)}

The document itself stays where it is; its SHA-256 is kept, so that another document cannot take its place. Earlier
attestations stay. Never commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from waarborg.evidence.entry import instant_text
from waarborg.state.sql import Sql


@dataclass(frozen=True, slots=True)
class Attestation:
    """Somebody confirmed a promise with a document."""

    promise: str
    """Path of the policy's entry: `measures.datacentre`."""
    at: str
    document: str
    """SHA-256 of the document."""
    until: date
    """The last day on which it counts."""
    by: str
    """Keyed hash of who confirmed it."""
    entry: int
    """Number of the evidence entry."""

    def stands(self, today: date) -> bool:
        """Whether it still counts."""
        return today <= self.until


class Attestations:
    """The register, on a connection that was handed in."""

    __slots__ = ("_sql",)

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def put(self, promise: str, *, document: str, until: date, by: str, entry: int, at: datetime) -> None:
        """Write down an attestation."""
        self._sql.run(
            "INSERT INTO waarborg_attestation (promise, at, document, ends, approver, entry) VALUES (?, ?, ?, ?, ?, ?)",
            [promise, instant_text(at), document, until.isoformat(), by, entry],
        )

    def latest(self) -> dict[str, Attestation]:
        """By promise: the attestation that was made last."""
        return {one.promise: one for one in self.all()}

    def all(self) -> list[Attestation]:
        """Every attestation, oldest first."""
        rows = self._sql.all(
            "SELECT promise, at, document, ends, approver, entry FROM waarborg_attestation ORDER BY at, entry"
        )
        return [
            Attestation(promise, at, document, date.fromisoformat(ends), by, int(entry))
            for promise, at, document, ends, by, entry in rows
        ]
