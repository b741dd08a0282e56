"""What the tests of evidence and state share: a log in a SQLite file, and people in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from waarborg.evidence.audit import Report, audit
from waarborg.evidence.heads import Head, SigningKey
from waarborg.evidence.log import Draft, Log
from waarborg.state import MasterKey, State

START = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
MASTER = MasterKey(bytes(range(32)))
NAMES = frozenset(("app", "app.member", "app.comment", "deliver_service", "nightly"))
REQUEST = "5e7c1a90" * 4
PLAN = "c0ffee00" * 8
PERSON = "ab" * 32


@dataclass
class Kit:
    """A log with entries under several heads, and the key that signs it."""

    state: State
    log: Log
    key: SigningKey
    now: datetime = START

    def tick(self, **parts: int) -> datetime:
        """A later instant."""
        self.now += timedelta(**(parts or {"seconds": 1}))
        return self.now

    def append(self, number: int = 1) -> None:
        """So many ordinary entries, signed for once."""
        drafts = [Draft("plan.made", self.tick(), PERSON, {"plan": PLAN, "rows": n}) for n in range(number)]
        self.log.append_all(drafts)
        self.sign()

    def sign(self) -> Head:
        return self.log.sign(at=self.tick(), key=self.key)

    def lines(self) -> list[bytes]:
        return list(self.log.lines())

    def head(self) -> Head:
        return list(self.log.heads())[-1]

    def audit(self, lines: list[bytes] | None = None, seen: Head | None = None) -> Report:
        return audit(self.lines() if lines is None else lines, keys=[self.key.public], seen=seen)


def in_memory(key: SigningKey | None = None) -> Kit:
    """An open log in memory, without entries of its own yet."""
    state = State(sqlite3.connect(":memory:"), MASTER)
    state.create()
    key = key or SigningKey.from_bytes(bytes(range(100, 132)))
    kit = Kit(state, state.log(NAMES), key)
    kit.log.open(at=START, key=key)
    return kit


def sample(*batches: int) -> Kit:
    """A log with a batch of entries, and a head, for each number."""
    kit = in_memory()
    for number in batches:
        kit.append(number)
    return kit


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A plain connection to a state file, to look or to tamper."""
    connection = sqlite3.connect(path)
    try:
        yield connection
        connection.commit()
    finally:
        connection.close()
