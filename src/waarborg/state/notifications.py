"""Recipients that must be told of an erasure, a rectification or a restriction, until each has answered (Art. 19).

    state.notifications.due(request, "erasure", ["mail_provider"], at=now)     # once for each recipient
    state.notifications.move(request, "mail_provider", "told", at=now, document=digest)
    state.notifications.of(request) -> [RecipientNotification, …]
    state.notifications.unanswered() -> [RecipientNotification, …]             # due or told, oldest first

A recipient is the policy's id; nobody's data is here. Never commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from waarborg.errors import StateError, near_miss
from waarborg.evidence.entry import instant_text
from waarborg.state.sql import Sql

DUE, TOLD, CONFIRMED, IMPOSSIBLE = "due", "told", "confirmed", "impossible"
STATES = (DUE, TOLD, CONFIRMED, IMPOSSIBLE)
"""In order: to be told · was told · has done it · cannot be told, or only with disproportionate effort."""


@dataclass(frozen=True, slots=True)
class RecipientNotification:
    """That a recipient must be told of what was done for a request, and how far that is."""

    request: str
    recipient: str
    right: str
    state: str
    since: str
    """When it became due."""
    changed: str
    document: str = ""
    """SHA-256 of the message or the reply."""

    @property
    def answered(self) -> bool:
        """Whether nothing more is to be waited for."""
        return self.state in (CONFIRMED, IMPOSSIBLE)


class Notifications:
    """The register, on a connection that was handed in."""

    __slots__ = ("_sql",)

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def due(self, request: str, right: str, recipients: list[str], *, at: datetime) -> list[str]:
        """These recipients must be told; returns those that were not known yet."""
        known = {one.recipient for one in self.of(request)}
        new = [name for name in dict.fromkeys(recipients) if name not in known]
        when = instant_text(at)
        self._sql.many(
            "INSERT INTO waarborg_notification (request, recipient, asked, state, since, changed, document) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(request, name, right, DUE, when, when, "") for name in new],
        )
        return new

    def move(self, request: str, recipient: str, state: str, *, at: datetime, document: str = "") -> None:
        """A recipient was told, or answered. Raises `StateError` WB580 where nothing is due to it for this request."""
        touched = self._sql.run(
            "UPDATE waarborg_notification SET state = ?, changed = ?, document = ? WHERE request = ? AND recipient = ?",
            [state, instant_text(at), document, request, recipient],
        )
        if not touched:
            known = [one.recipient for one in self.of(request)]
            raise StateError.one(
                "WB580",
                "This recipient need not be told of anything for this request.",
                "Only who had the data is told that it changed or went (Art. 19).",
                near_miss(recipient, known) or f"To be told: {', '.join(known) or 'nobody'}.",
            )

    def of(self, request: str) -> list[RecipientNotification]:
        """Every recipient of a request, by name."""
        return self._rows("WHERE request = ? ORDER BY recipient", [request])

    def unanswered(self) -> list[RecipientNotification]:
        """Everything that is still to be waited for, oldest first."""
        return self._rows(f"WHERE state IN ('{DUE}', '{TOLD}') ORDER BY since, request, recipient", [])

    def all(self) -> list[RecipientNotification]:
        """Everything, oldest first."""
        return self._rows("ORDER BY since, request, recipient", [])

    def _rows(self, clause: str, values: list[str]) -> list[RecipientNotification]:
        rows = self._sql.all(
            f"SELECT request, recipient, asked, state, since, changed, document FROM waarborg_notification {clause}",
            values,
        )
        return [RecipientNotification(*row) for row in rows]
