"""Evidence entries and heads in SQL: what `waarborg.evidence.log.Entries` asks for.

entries = SqlEntries(sql)
entries.of_subject(keyed_hash) -> list[int]        # the numbers of a person's entries, for a receipt
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from waarborg.evidence.heads import Head
from waarborg.evidence.log import Row, Tip, no_such_entry
from waarborg.state.sql import Sql

BLOCK = 2_000
"""Rows fetched at once while streaming: the drivers would otherwise hold the whole log in memory."""


class SqlEntries:
    """Entries and heads on a connection that was handed in. Never commits."""

    __slots__ = ("_sql",)

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def tip(self, *, lock: bool = False) -> Tip | None:
        """The end of the log, locked until the transaction ends if asked; None before it is opened."""
        end = self._sql.for_update if lock else ""
        row = self._sql.one(f"SELECT id, size, last, at, peaks, public, heads, head FROM waarborg_log{end}")
        if row is None:
            return None
        log, size, last, at, peaks, public, heads, head = row
        raw = bytes(peaks)
        return Tip(log, size, last, at, tuple(raw[n : n + 32] for n in range(0, len(raw), 32)), public, heads, head)

    def _move(self, tip: Tip) -> None:
        values = [tip.size, tip.last, tip.at, b"".join(tip.peaks), tip.key, tip.heads, tip.head, tip.log]
        touched = self._sql.run(
            "UPDATE waarborg_log SET size = ?, last = ?, at = ?, peaks = ?, public = ?, heads = ?, head = ? "
            "WHERE id = ?",
            values,
        )
        if touched == 0:
            self._sql.run(
                "INSERT INTO waarborg_log (size, last, at, peaks, public, heads, head, id) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )

    def add(self, rows: Sequence[Row], tip: Tip) -> None:
        """Store rows and move the end."""
        self._sql.many(
            "INSERT INTO waarborg_entry (seq, subject, body, nodes) VALUES (?, ?, ?, ?)",
            [(row.seq, row.subject, row.body, row.nodes) for row in rows],
        )
        self._move(tip)

    def add_head(self, head: Head, tip: Tip) -> None:
        """Store a signed head and move the end."""
        self._sql.run(
            "INSERT INTO waarborg_head (number, size, line) VALUES (?, ?, ?)", [head.number, head.size, head.line()]
        )
        self._move(tip)

    def bodies(self, start: int, stop: int | None = None) -> Iterator[bytes]:
        """The bodies from `start` on, in order, a block at a time."""
        while stop is None or start < stop:
            bound = "" if stop is None else " AND seq < ?"
            rows = self._sql.all(
                f"SELECT seq, body FROM waarborg_entry WHERE seq >= ?{bound} ORDER BY seq LIMIT {BLOCK}",
                [start] if stop is None else [start, stop],
            )
            if not rows:
                return
            for _, body in rows:
                yield bytes(body)
            start = rows[-1][0] + 1

    def heads(self) -> Iterator[tuple[int, bytes]]:
        """Size and line of every head, in order, a block at a time."""
        after = -1
        while rows := self._sql.all(
            f"SELECT number, size, line FROM waarborg_head WHERE number > ? ORDER BY number LIMIT {BLOCK}", [after]
        ):
            for _, size, line in rows:
                yield size, bytes(line)
            after = rows[-1][0]

    def node(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree: it is stored with the last leaf of that subtree."""
        row = self._sql.one("SELECT nodes FROM waarborg_entry WHERE seq = ?", [((index + 1) << level) - 1])
        node = b"" if row is None else bytes(row[0])[level * 32 : level * 32 + 32]
        if len(node) != 32:
            raise no_such_entry()
        return node

    def of_subject(self, subject: str) -> list[int]:
        """The numbers of the entries about this keyed hash, in order."""
        return [
            seq for (seq,) in self._sql.all("SELECT seq FROM waarborg_entry WHERE subject = ? ORDER BY seq", [subject])
        ]
