"""The evidence log: append, sign, prove, verify. Append-only, hash-chained, in a Merkle tree, without personal data.

    log = Log(state.entries(), declared=names)              # names: what policy and data map declare
    log.open(at=instant, key=key)                           # once; writes `log.opened` and the first head
    log.append(kind="plan.approved", at=instant, subject=keyed_hash, data={…}) -> Entry
    log.append_all([Draft(kind, at, subject, data), …]) -> list[Entry]      # one batch, one lock
    log.sign(at=instant, key=key) -> Head                   # at the end of each transaction that appended
    log.rotate(at=…, old=…, new=…) -> Head                  # log.replace_lost(at=…, new=…) when the old key is gone
    log.inclusion(seq, size) / log.consistency(old, new)    # proofs, from stored nodes: O(log² n) look-ups
    log.lines() -> Iterator[bytes]                          # the bundle, in order; see `bundle` and `audit`

The log never commits: entries become durable with the transaction of whoever handed the connection in. `subject` is
the keyed hash of a person (`waarborg.state.vault.PersonKeys`), never an identifier. Errors: WB501, WB502 (refused by
the guard), WB503 (not open, already open, naive instant), WB504 (not the current key), WB506 (no such entry).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol
from uuid import uuid4

from waarborg.canonical import canonical, plain
from waarborg.errors import EvidenceError
from waarborg.evidence.entry import FORMAT, Entry, genesis, instant_text
from waarborg.evidence.heads import NO_HEAD, Head, SigningKey, sign_loss, sign_rotation
from waarborg.evidence.kinds import KINDS, Guard, Kind
from waarborg.evidence.merkle import Tree, consistency_proof, inclusion_proof, leaf_hash


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that is yet to be appended. `data` may hold anything that `waarborg.canonical.plain` understands."""

    kind: str
    at: datetime
    subject: str | None = None
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tip:
    """Where the log ends: what is needed to append, and nothing more."""

    log: str
    size: int
    last: str
    at: str
    peaks: tuple[bytes, ...] = field(repr=False)
    key: str = field(repr=False)
    heads: int = 0
    head: str = NO_HEAD


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as it is stored: its body, and the hashes of the subtrees that it completed (level 0 first)."""

    seq: int
    subject: str | None
    body: bytes = field(repr=False)
    nodes: bytes = field(repr=False)


class Entries(Protocol):
    """Where entries and heads are kept; `waarborg.state.entries` does it in SQL."""

    def tip(self, *, lock: bool = False) -> Tip | None:
        """The end of the log, locked against other writers until the transaction ends; None before it is opened."""

    def add(self, rows: Sequence[Row], tip: Tip) -> None:
        """Store rows and move the end."""

    def add_head(self, head: Head, tip: Tip) -> None:
        """Store a signed head and move the end."""

    def bodies(self, start: int, stop: int | None = None) -> Iterator[bytes]:
        """The bodies from `start` on, in order, in bounded memory."""

    def heads(self) -> Iterator[tuple[int, bytes]]:
        """Size and line of every head, in order."""

    def node(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree; raises `EvidenceError` WB506 where there is none."""


class Log:
    """The evidence log over a place to keep entries."""

    __slots__ = ("_entries", "_guard")

    def __init__(
        self, entries: Entries, *, declared: Collection[str] = frozenset(), kinds: Mapping[str, Kind] = KINDS
    ) -> None:
        self._entries = entries
        self._guard = Guard(kinds, declared)

    def open(self, *, at: datetime, key: SigningKey) -> Head:
        """Begin the log. Raises `EvidenceError` WB503 if it was begun before."""
        if self._entries.tip(lock=True) is not None:
            raise EvidenceError.one(
                "WB503", "The evidence log is open already.", "A log begins once.", "Append to it, or verify it."
            )
        name, when = str(uuid4()), instant_text(at)
        tip = Tip(name, 0, genesis(name), when, (), key.public)
        self._append(tip, [Draft("log.opened", at, None, {"log": name, "key": key.public})])
        return self.sign(at=at, key=key)

    def tip(self) -> Tip:
        """Where the log ends. Raises `EvidenceError` WB503 if it was never opened."""
        return self._tip(lock=False)

    def _tip(self, *, lock: bool) -> Tip:
        tip = self._entries.tip(lock=lock)
        if tip is None:
            raise EvidenceError.one(
                "WB503", "The evidence log was never opened.", "", "Run `waarborg init`, or call Log.open."
            )
        return tip

    def append(
        self, *, kind: str, at: datetime, subject: str | None = None, data: Mapping[str, object] | None = None
    ) -> Entry:
        """Append one entry: a batch of one."""
        return self.append_all([Draft(kind, at, subject, data or {})])[0]

    def append_all(self, drafts: Iterable[Draft]) -> list[Entry]:
        """Append a batch in order. If one entry is refused, none of the batch is stored."""
        batch = list(drafts)
        return self._append(self._tip(lock=True), batch) if batch else []

    def _append(self, tip: Tip, drafts: Iterable[Draft]) -> list[Entry]:
        tree, last, newest = Tree(tip.size, tip.peaks), tip.last, tip.at
        entries, rows = [], []
        for draft in drafts:
            data = plain(draft.data)
            self._guard.check(draft.kind, draft.subject, data)
            claimed = instant_text(draft.at)
            newest = max(newest, claimed)
            clock = claimed if claimed < newest else None
            entry = Entry(tree.size, newest, draft.kind, draft.subject, data, last, clock)
            body = entry.body()
            leaf = leaf_hash(body)
            rows.append(Row(entry.seq, entry.subject, body, b"".join(tree.add(leaf))))
            entries.append(entry)
            last = leaf.hex()
        self._entries.add(rows, replace(tip, size=tree.size, last=last, at=newest, peaks=tuple(tree.peaks)))
        return entries

    def sign(self, *, at: datetime, key: SigningKey) -> Head:
        """Sign the log as it stands. Raises `EvidenceError` WB504 for a key that is not the log's current one."""
        tip = self._tip(lock=True)
        if key.public != tip.key:
            raise EvidenceError.one(
                "WB504",
                "This is not the key that signs the log now.",
                "A head by another key would not verify.",
                "Use the current key, or rotate: see docs/how/evidence.md.",
            )
        when = max(tip.at, instant_text(at))
        root = Tree(tip.size, tip.peaks).root().hex()
        head = Head.sign(key, log=tip.log, number=tip.heads, size=tip.size, root=root, at=when, previous=tip.head)
        self._entries.add_head(head, replace(tip, at=when, heads=tip.heads + 1, head=head.digest()))
        return head

    def rotate(self, *, at: datetime, old: SigningKey, new: SigningKey) -> Head:
        """Replace the signing key; the old key signs for the new one. Both signatures are an entry of the log."""
        tip = self._tip(lock=True)
        if old.public != tip.key:
            raise EvidenceError.one(
                "WB504", "The old key is not the key that signs the log now.", "", "Use the current key."
            )
        return self._replace(tip, at, "key.rotated", sign_rotation(tip.log, tip.size, old, new), new)

    def replace_lost(self, *, at: datetime, new: SigningKey) -> Head:
        """Go on with a new key when the old one is gone. Who verifies must learn the new public key by other means."""
        tip = self._tip(lock=True)
        return self._replace(tip, at, "key.lost", sign_loss(tip.log, tip.size, tip.key, new), new)

    def _replace(self, tip: Tip, at: datetime, kind: str, data: dict[str, str], new: SigningKey) -> Head:
        self._append(replace(tip, key=new.public), [Draft(kind, at, None, data)])
        return self.sign(at=at, key=new)

    def entry(self, seq: int) -> Entry:
        """The entry with this number. Raises `EvidenceError` WB506 if there is none."""
        return Entry.parse(self.body(seq))

    def body(self, seq: int) -> bytes:
        """The canonical bytes of the entry with this number. Raises `EvidenceError` WB506 if there is none."""
        for body in self._entries.bodies(seq, seq + 1):
            return body
        raise no_such_entry()

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        """The entries from `start` up to and without `stop`, in order, in bounded memory."""
        return (Entry.parse(body) for body in self._entries.bodies(start, stop))

    def heads(self) -> Iterator[Head]:
        """Every signed head, oldest first."""
        return (Head.parse(line) for _, line in self._entries.heads())

    def inclusion(self, seq: int, size: int) -> list[bytes]:
        """The proof that entry `seq` is in the tree of the first `size` entries."""
        if not 0 <= seq < size <= self.tip().size:
            raise no_such_entry()
        return inclusion_proof(seq, size, self._entries.node)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the first `old` of `new` entries are unchanged."""
        if not 0 < old <= new <= self.tip().size:
            raise no_such_entry()
        return consistency_proof(old, new, self._entries.node)

    def lines(self) -> Iterator[bytes]:
        """The whole log as lines, without line ends: a header, then entries with each head after what it covers."""
        yield header(self.tip().log)
        start = 0
        for size, line in self._entries.heads():
            yield from self._entries.bodies(start, size)
            yield line
            start = max(start, size)
        yield from self._entries.bodies(start)


def header(log: str) -> bytes:
    """The first line of a bundle."""
    return canonical({"bundle": {"format": FORMAT, "log": log}})


def no_such_entry() -> EvidenceError:
    """The error for an entry, or a part of the tree, that the log does not hold."""
    return EvidenceError.one(
        "WB506", "The log holds no such entry.", "", "Look at the size in `waarborg evidence head`."
    )
