"""The register of holds on named people: whom a matter covers, without saying who they are.

    state.holds.place("dispute", person.identifiers, at=…, ends=date)     # the hold is declared in the policy
    state.holds.covering(person.identifiers, on=day) -> frozenset({"dispute"})
    state.holds.lift("dispute", person.identifiers)

Each identifier is kept as a keyed hash of its kind and its spelling in lower case (Art. 17(3)(e), 18(2)).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime

from waarborg.canonical import keyed_digest
from waarborg.evidence.entry import instant_text
from waarborg.state.sql import Sql
from waarborg.state.vault import Vault


class Holds:
    """Who is under which hold. Never commits."""

    __slots__ = ("_sql", "_vault")

    def __init__(self, sql: Sql, vault: Vault) -> None:
        self._sql, self._vault = sql, vault

    def place(self, hold: str, identifiers: Mapping[str, str], *, at: datetime, ends: date | None = None) -> None:
        """Put a person under a hold, by every identifier that is known of them."""
        self.lift(hold, identifiers, at=at)
        for person in self._hashes(identifiers, at):
            self._sql.run(
                "INSERT INTO waarborg_hold (hold, person, since, ends) VALUES (?, ?, ?, ?)",
                [hold, person, instant_text(at), None if ends is None else ends.isoformat()],
            )

    def lift(self, hold: str, identifiers: Mapping[str, str], *, at: datetime) -> None:
        """End a hold for a person."""
        for person in self._hashes(identifiers, at):
            self._sql.run("DELETE FROM waarborg_hold WHERE hold = ? AND person = ?", [hold, person])

    def covering(self, identifiers: Mapping[str, str], *, at: datetime) -> frozenset[str]:
        """The holds in force that cover a person known by any of these identifiers."""
        found: set[str] = set()
        for person in self._hashes(identifiers, at):
            for hold, ends in self._sql.all("SELECT hold, ends FROM waarborg_hold WHERE person = ?", [person]):
                if ends is None or at.date().isoformat() <= ends:
                    found.add(hold)
        return frozenset(found)

    def _hashes(self, identifiers: Mapping[str, str], at: datetime) -> list[str]:
        key = self._vault.secret("holds", at=at)
        return [
            keyed_digest(key, [kind, unicodedata.normalize("NFKC", value).strip().casefold()])
            for kind, value in sorted(identifiers.items())
        ]
