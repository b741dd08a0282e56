"""The register of disclosures: who got which data of whom, when, and on what ground (Art. 15(1)(c), 19, 30(1)(d)).

    state.disclosures.record(Disclosure("mail_provider", purpose="newsletter", …), [[("email", "jan@…")]], at=now) -> id
    state.disclosures.of([("email", "jan@…"), ("customer_number", "1042")]) -> [Disclosure, …]     # oldest first
    state.disclosures.logged() -> {"mail_provider"}           # recipients whose hand-overs are kept here at all
    state.disclosures.also([("email", old)], [("email", new)], at=now)      # the person has a new address
    state.disclosures.forget([("email", "jan@…")], at=now) -> int           # nobody can find theirs any more

A person stands here as keyed hashes, one for each identifier that tells people apart (`waarborg.state.known`). One
disclosure may be about many people: an upload, a takeover. What was said about an exceptional disclosure (who asked,
who decided, why) is sealed. Never commits.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import uuid4

from waarborg.evidence.entry import instant_text
from waarborg.state.known import Known, hashes
from waarborg.state.sql import Sql
from waarborg.state.vault import Vault

BLOCK = 500
"""Hashes looked up at once: engines bound the parameters of a statement."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One hand-over. It names nobody: the people are beside it."""

    recipient: str = ""
    """A recipient of the policy; empty for a disclosure on one of the policy's exceptional grounds."""
    purpose: str = ""
    ground: str = ""
    """A ground under `disclosures` of the policy."""
    data: tuple[str, ...] = ()
    """Data references that were handed over."""
    on: date | None = None
    document: str = ""
    """SHA-256 of the order, the request or the instruction it rests on."""
    told: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Sealed: `who` got it, `decider`, `reason`, and `silent_until` where the law forbids to tell the person yet."""
    id: str = ""

    def silent(self, today: date) -> bool:
        """Whether the person may not be told yet."""
        until = self.told.get("silent_until", "")
        return bool(until) and today <= date.fromisoformat(until)


class Disclosures:
    """The register, on a connection that was handed in."""

    __slots__ = ("_sql", "_vault")

    def __init__(self, sql: Sql, vault: Vault) -> None:
        self._sql, self._vault = sql, vault

    def record(self, one: Disclosure, people: Iterable[Sequence[Known]], *, at: datetime) -> str:
        """Write down a hand-over about these people, each by all identifiers that are known; returns its id."""
        id = one.id or uuid4().hex
        self._sql.run(
            "INSERT INTO waarborg_disclosure (id, recipient, purpose, ground, data, day, document, made) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                id,
                one.recipient,
                one.purpose,
                one.ground,
                json.dumps(list(one.data)),
                (one.on or at.date()).isoformat(),
                one.document,
                instant_text(at),
            ],
        )
        rows = [(id, who, hashed) for who, person in enumerate(people) for hashed in self._hashes(person, at)]
        self._sql.many("INSERT INTO waarborg_disclosed (disclosure, who, person) VALUES (?, ?, ?)", rows)
        if one.told:
            body = json.dumps(dict(one.told)).encode()
            self._vault.seal(f"disclosure:{id}", body, key=f"disclosure:{id}", kind="disclosure", at=at)
        return id

    def of(self, named: Iterable[Known], *, at: datetime) -> list[Disclosure]:
        """Every hand-over about somebody known by any of these identifiers, oldest first."""
        ids = {id for id, _ in self._theirs(self._hashes(named, at))}
        found = [one for block in _blocks(sorted(ids)) for one in self._read(block)]
        return sorted(found, key=lambda one: (one.on or date.min, one.recipient, one.id))

    def logged(self) -> frozenset[str]:
        """The recipients whose hand-overs are written down here: for the others, silence says nothing."""
        rows = self._sql.all("SELECT DISTINCT recipient FROM waarborg_disclosure WHERE recipient <> ''")
        return frozenset(name for (name,) in rows)

    def count(self) -> dict[str, int]:
        """Hand-overs by recipient or ground."""
        rows = self._sql.all("SELECT recipient, ground, count(*) FROM waarborg_disclosure GROUP BY recipient, ground")
        return {recipient or ground: int(number) for recipient, ground, number in rows}

    def also(self, known: Iterable[Known], new: Iterable[Known], *, at: datetime) -> int:
        """Whoever is known by the first is known by the second as well; returns in how many hand-overs."""
        theirs = self._theirs(self._hashes(known, at))
        added = self._hashes(new, at)
        there = self._theirs(added)
        rows = [(id, who, hashed) for id, who in sorted(theirs - there) for hashed in added]
        self._sql.many("INSERT INTO waarborg_disclosed (disclosure, who, person) VALUES (?, ?, ?)", rows)
        return len(theirs)

    def forget(self, named: Iterable[Known], *, at: datetime) -> int:
        """Take whoever is known by these out of the register; what is about nobody any more goes. Returns how many."""
        theirs = self._theirs(self._hashes(named, at))
        for id, who in theirs:
            self._sql.run("DELETE FROM waarborg_disclosed WHERE disclosure = ? AND who = ?", [id, who])
        for id in {id for id, _ in theirs}:
            if self._sql.one("SELECT 1 FROM waarborg_disclosed WHERE disclosure = ?", [id]) is None:
                self._sql.run("DELETE FROM waarborg_disclosure WHERE id = ?", [id])
                self._vault.destroy(f"disclosure:{id}")
        return len(theirs)

    def _read(self, ids: Sequence[str]) -> Iterable[Disclosure]:
        rows = self._sql.all(
            "SELECT id, recipient, purpose, ground, data, day, document FROM waarborg_disclosure "
            f"WHERE id IN ({_marks(ids)})",
            ids,
        )
        for id, recipient, purpose, ground, data, day, document in rows:
            record = f"disclosure:{id}"
            told = json.loads(self._vault.open(record)) if ground and self._vault.has(record) else {}
            yield Disclosure(
                recipient, purpose, ground, tuple(json.loads(data)), date.fromisoformat(day), document, told, id
            )

    def _theirs(self, hashed: Sequence[str]) -> set[tuple[str, int]]:
        """The hand-overs about somebody known by any of these hashes, and the number of that person in each."""
        found: set[tuple[str, int]] = set()
        for block in _blocks(hashed):
            rows = self._sql.all(
                f"SELECT disclosure, who FROM waarborg_disclosed WHERE person IN ({_marks(block)})", block
            )
            found |= {(id, int(who)) for id, who in rows}
        return found

    def _hashes(self, named: Iterable[Known], at: datetime) -> list[str]:
        return hashes(self._vault, "disclosures", named, at=at)


def _blocks(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[at : at + BLOCK] for at in range(0, len(values), BLOCK))


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
