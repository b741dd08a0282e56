"""The register of holds on named people: whom a matter covers, without saying who they are.

    state.holds.place("dispute", person.identifiers, at=…, ends=date)     # the hold is declared in the policy
    state.holds.covering(person.identifiers, on=day) -> frozenset({"dispute"})
    state.holds.lift("dispute", person.identifiers)

    state.holds.named(at=…) -> {"dispute": [{"email": …}]}                # for whoever must spare their rows

Each identifier is kept as a keyed hash of its kind and its spelling in lower case (Art. 17(3)(e), 18(2)). The
identifiers themselves lie sealed, under a data key of their own that goes with the hold: a sweep asks for nobody, and
can spare the rows of these people only if it can look for them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from waarborg.canonical import digest
from waarborg.evidence.entry import instant_text
from waarborg.state.known import hashes
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
        known = hashes(self._vault, "holds", identifiers.items(), at=at)
        record = f"{_prefix(hold)}{digest(known)[:40]}"
        body = json.dumps({"hold": hold, "identifiers": dict(identifiers), "hashes": known}).encode()
        self._vault.seal(record, body, key=record, kind="hold", at=at)
        for person in known:
            self._sql.run(
                "INSERT INTO waarborg_hold (hold, person, since, ends) VALUES (?, ?, ?, ?)",
                [hold, person, instant_text(at), None if ends is None else ends.isoformat()],
            )

    def lift(self, hold: str, identifiers: Mapping[str, str], *, at: datetime) -> None:
        """End a hold for a person, by any identifier that they were put under it with."""
        theirs = set(hashes(self._vault, "holds", identifiers.items(), at=at))
        for record in self._vault.records(kind="hold"):
            if record.startswith(_prefix(hold)):
                known = set(json.loads(self._vault.open(record))["hashes"])
                if known & theirs:
                    theirs |= known
                    self._vault.destroy(record)
        for person in sorted(theirs):
            self._sql.run("DELETE FROM waarborg_hold WHERE hold = ? AND person = ?", [hold, person])

    def covering(self, identifiers: Mapping[str, str], *, at: datetime) -> frozenset[str]:
        """The holds in force that cover a person known by any of these identifiers."""
        return self.covering_marks(self.marks(identifiers, at=at), at=at)

    def marks(self, identifiers: Mapping[str, str], *, at: datetime) -> list[str]:
        """How the register knows a person: for a tombstone, which must not know their name."""
        return hashes(self._vault, "holds", identifiers.items(), at=at)

    def covering_marks(self, marks: Iterable[str], *, at: datetime) -> frozenset[str]:
        """The holds in force that cover a person known by any of these marks."""
        found: set[str] = set()
        for person in marks:
            for hold, ends in self._sql.all("SELECT hold, ends FROM waarborg_hold WHERE person = ?", [person]):
                if ends is None or at.date().isoformat() <= ends:
                    found.add(hold)
        return frozenset(found)

    def named(self, *, at: datetime) -> dict[str, list[dict[str, str]]]:
        """The identifiers of the people under each hold in force. Personal: for looking, never for showing."""
        found: dict[str, list[dict[str, str]]] = {}
        for record in self._vault.records(kind="hold"):
            body = json.loads(self._vault.open(record))
            if body["hold"] in self.covering(body["identifiers"], at=at):
                found.setdefault(body["hold"], []).append(body["identifiers"])
        return found


def _prefix(hold: str) -> str:
    """How the sealed records of a hold begin: the hold's own name may have letters that a record's may not."""
    return f"hold:{digest(hold)[:16]}:"
