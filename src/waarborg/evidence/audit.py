"""Verify a log from its lines, and name what is wrong. Streaming: memory grows with the logarithm of the log.

    report = audit(lines, keys=[public], seen=head) -> Report
    report.ok · report.flaws · report.entries · report.head · report.findings()

`lines` come from `Log.lines()` or a bundle file. `keys` are the public keys the caller trusts (hexadecimal), `seen` is
a head the caller kept from before. Nothing else is needed: no database, no network, no other part of waarborg.

| flaw | what it means |
|---|---|
| dropped | an entry, or a head, is missing from the middle |
| reordered, repeated | lines stand in another order, or twice |
| edited | an entry is not what the next entry, or the head, recorded of it |
| truncated | the end is missing |
| rolled back | all is in order, but older than the head seen before: an old copy was put back |
| forked | another history than the one whose head was seen before |
| back-dated | an entry or head claims a time before what stands before it |
| unsigned | entries behind the last head: nobody signed for them |
| signature | a signature does not hold, or was made by a key whose time was over |
| unknown key | signed with a key that no trusted key vouches for |
| unreadable | a line is not canonical evidence of a known format |
| refused | an entry says what its kind may not say: it may hold personal data |
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from waarborg.errors import EvidenceError, Finding, Place
from waarborg.evidence.entry import Entry, canonical_object, genesis
from waarborg.evidence.heads import NO_HEAD, Head, KeyChain, loss_holds, rotation_holds
from waarborg.evidence.kinds import KINDS, Kind, misfits
from waarborg.evidence.log import header
from waarborg.evidence.merkle import Tree, leaf_hash

MOST_FLAWS = 100
"""After so many, further flaws are counted but not listed."""


class Flaw(StrEnum):
    """The name of what is wrong."""

    DROPPED = "dropped"
    REORDERED = "reordered"
    REPEATED = "repeated"
    EDITED = "edited"
    TRUNCATED = "truncated"
    FORKED = "forked"
    BACK_DATED = "back-dated"
    ROLLED_BACK = "rolled back"
    UNSIGNED = "unsigned"
    SIGNATURE = "signature"
    UNKNOWN_KEY = "unknown key"
    UNREADABLE = "unreadable"
    REFUSED = "refused"


_IDS = {flaw: f"WB{510 + n}" for n, flaw in enumerate(Flaw)}
_TODO = (
    "Keep this copy as it is, compare it with another copy or an earlier bundle, and treat it as a security incident."
)


@dataclass(frozen=True, slots=True)
class Found:
    """One flaw: its name, where it is, and a sentence."""

    flaw: Flaw
    where: str
    says: str

    def finding(self) -> Finding:
        """The flaw as a finding with its error id (WB510 to WB522)."""
        return Finding(_IDS[self.flaw], Place(path=self.where), self.says, "", _TODO)


@dataclass(frozen=True, slots=True)
class Report:
    """What verifying found. `head` is the last head of the log: keep its line for the next time."""

    entries: int
    heads: int
    head: Head | None
    flaws: tuple[Found, ...]
    more: int = 0
    seen: bool = False
    unknown_kinds: Mapping[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Nothing is wrong. Without a head seen before (`seen` false) an old copy put back cannot be noticed."""
        return not self.flaws

    @property
    def names(self) -> frozenset[Flaw]:
        """The names of all flaws listed."""
        return frozenset(found.flaw for found in self.flaws)

    def findings(self) -> list[Finding]:
        """The flaws as findings, for the command line."""
        return [found.finding() for found in self.flaws]


def audit(
    lines: Iterable[bytes], *, keys: Collection[str], seen: Head | None = None, kinds: Mapping[str, Kind] = KINDS
) -> Report:
    """Verify a log from its lines (without line ends). Never raises for what is in the lines: it reports."""
    auditor = Auditor(keys, seen, kinds)
    for line in lines:
        auditor.take(line)
    return auditor.report()


class Auditor:
    """Takes lines one by one; `report()` at the end."""

    def __init__(self, keys: Collection[str], seen: Head | None = None, kinds: Mapping[str, Kind] = KINDS) -> None:
        self._keys, self._seen, self._kinds = keys, seen, kinds
        self._flaws: list[Found] = []
        self._more = 0
        self._log: str | None = None
        self._started = False
        self._chain = KeyChain()
        self._tree = Tree()
        self._whole = True  # no flaw yet that makes the roots incomparable
        self._next = 0  # the number that the next entry should have
        self._entries = 0
        self._last: Entry | None = None
        self._leaf = ""  # leaf hash of the last entry
        self._suspect = False  # the last entry's link to its predecessor did not hold
        self._gaps: list[tuple[int, int]] = []
        self._at = ""
        self._head: Head | None = None
        self._head_digest = NO_HEAD
        self._heads = 0
        self._seen_reached = False
        self._unknown: dict[str, int] = {}

    def _note(self, flaw: Flaw, where: str, says: str) -> None:
        if len(self._flaws) < MOST_FLAWS:
            self._flaws.append(Found(flaw, where, says))
        else:
            self._more += 1

    def take(self, line: bytes) -> None:
        """The next line."""
        if not self._started:
            self._started = True
            self._take_header(line)
        elif line.startswith(b'{"head"'):
            self._take_head(line)
        else:
            self._take_entry(line)

    # --- the first line -------------------------------------------------------------------------------------------

    def _take_header(self, line: bytes) -> None:
        try:
            bundle = canonical_object(line).get("bundle")
            if isinstance(bundle, dict) and isinstance(bundle.get("log"), str) and header(bundle["log"]) == line:
                self._log = bundle["log"]
                return
        except EvidenceError:
            pass
        self._note(Flaw.UNREADABLE, "header", "The first line is not the header of a bundle of a known format.")

    # --- entries --------------------------------------------------------------------------------------------------

    def _take_entry(self, body: bytes) -> None:
        try:
            entry = Entry.parse(body)
        except EvidenceError:
            self._note(Flaw.UNREADABLE, f"entry {self._next}", "The line here is neither an entry nor a head.")
            self._whole, self._last = False, None
            self._next += 1
            return
        self._entries += 1
        leaf = leaf_hash(body)
        if self._in_place(entry):
            self._check_link(entry)
            self._check_time(entry)
            if self._whole:
                self._tree.add(leaf)
        self._check_content(entry)
        self._last, self._leaf, self._at = entry, leaf.hex(), max(self._at, entry.at)
        if self._seen is not None and self._whole and self._tree.size == self._seen.size:
            self._compare_with_seen(self._seen)

    def _in_place(self, entry: Entry) -> bool:
        """Whether the entry's number is the one expected; otherwise what that means."""
        if entry.seq == self._next:
            self._next += 1
            if self._head is not None and entry.seq < self._head.size:
                self._whole = False
                self._note(Flaw.REORDERED, f"entry {entry.seq}", "This entry stands behind the head that covers it.")
            return True
        self._whole = False
        if entry.seq > self._next:
            if len(self._gaps) < MOST_FLAWS:
                self._gaps.append((self._next, entry.seq))
            else:
                self._note(Flaw.DROPPED, _range(self._next, entry.seq), "Missing, though later entries are there.")
            self._next = entry.seq + 1
            self._last = None
            return True
        for n, (start, stop) in enumerate(self._gaps):
            if start <= entry.seq < stop:
                rest = [(start, entry.seq), (entry.seq + 1, stop)]
                self._gaps[n : n + 1] = [(low, high) for low, high in rest if low < high]
                self._note(Flaw.REORDERED, f"entry {entry.seq}", "This entry stands behind later ones.")
                return False
        self._note(Flaw.REPEATED, f"entry {entry.seq}", "There is more than one entry with this number.")
        return False

    def _check_link(self, entry: Entry) -> None:
        if entry.seq == 0:
            if self._log is not None and entry.previous != genesis(self._log):
                self._edited(0, "The first entry does not belong to the log that the header names.")
            return
        if self._last is None or self._last.seq != entry.seq - 1:
            return
        if entry.previous == self._leaf:
            if self._suspect:
                self._edited(entry.seq - 2, "This entry is not the one that the next entry recorded.")
            self._suspect = False
        elif self._suspect:
            self._edited(entry.seq - 1, "This entry is not the one that the next entry recorded, nor is its own link.")
            self._suspect = False
        else:
            self._suspect, self._whole = True, False

    def _edited(self, seq: int, says: str) -> None:
        self._whole = False
        self._note(Flaw.EDITED, f"entry {seq}", says)

    def _check_time(self, entry: Entry) -> None:
        if entry.at < self._at:
            self._note(Flaw.BACK_DATED, f"entry {entry.seq}", "This entry claims a time before what stands before it.")
        if entry.clock is not None and entry.clock >= entry.at:
            self._note(Flaw.BACK_DATED, f"entry {entry.seq}", "The clock kept beside the time does not lie before it.")

    def _check_content(self, entry: Entry) -> None:
        kind = self._kinds.get(entry.kind)
        if kind is None:
            if entry.kind in self._unknown or len(self._unknown) < MOST_FLAWS:
                self._unknown[entry.kind] = self._unknown.get(entry.kind, 0) + 1
            return
        faults = misfits(kind, entry.subject, entry.data)
        for where, what in faults:
            self._note(Flaw.REFUSED, f"entry {entry.seq}", f"{entry.kind}.{where} {what}.")
        if not faults and entry.kind in ("log.opened", "key.rotated", "key.lost"):
            self._take_key(entry)

    def _take_key(self, entry: Entry) -> None:
        log, data, holding = self._log or "", dict(entry.data), True
        if entry.kind == "log.opened":
            holding = entry.seq == 0 and data["log"] == log
            self._chain.begin(data["key"])
        elif entry.kind == "key.rotated":
            holding = rotation_holds(log, entry.seq, data) and data["old"] == self._chain.current
            self._chain.rotate(data["new"]) if holding else self._chain.begin(data["new"])
        else:
            holding = loss_holds(log, entry.seq, data) and data["old"] == self._chain.current
            self._chain.begin(data["new"])
        if not holding:
            self._note(Flaw.SIGNATURE, f"entry {entry.seq}", "The change of key that this entry records does not hold.")

    # --- heads ----------------------------------------------------------------------------------------------------

    def _take_head(self, line: bytes) -> None:
        where = f"head {self._heads}"
        try:
            head = Head.parse(line)
        except EvidenceError:
            self._note(Flaw.UNREADABLE, where, "This line is not a head.")
            return
        self._check_head_place(head, line)
        where = f"head {head.number}"
        if head.key != self._chain.current:
            self._note(Flaw.SIGNATURE, where, "This head names a key that is not the log's key at this point.")
        elif not head.signature_holds():
            self._note(Flaw.SIGNATURE, where, "The signature under this head does not hold.")
        if self._log is not None and head.log != self._log:
            self._note(Flaw.FORKED, where, "This head belongs to another log.")
        if head.at < self._at:
            self._note(Flaw.BACK_DATED, where, "This head claims a time before what stands before it.")
        self._at = max(self._at, head.at)
        self._check_root(head, where)
        self._compare_head_with_seen(head, where)
        self._head = head

    def _check_head_place(self, head: Head, line: bytes) -> None:
        where, expected = f"head {head.number}", self._heads
        if head.number > expected:
            self._note(Flaw.DROPPED, where, "One or more heads before this one are missing.")
        elif head.number < expected:
            known = self._head is not None and head.number == self._head.number
            flaw, says = (Flaw.REPEATED, "twice") if known else (Flaw.REORDERED, "behind later ones")
            self._note(flaw, where, f"This head stands here {says}.")
        elif head.previous != self._head_digest:
            self._note(Flaw.EDITED, where, "This head does not follow from the head before it.")
        self._heads = max(self._heads, head.number + 1)
        self._head_digest = head.digest()

    def _check_root(self, head: Head, where: str) -> None:
        if head.size > self._next:
            return  # told by `_in_place` when entries follow, or as truncated at the end
        if head.size < self._next:
            self._note(Flaw.REORDERED, where, "This head stands behind entries that it does not cover.")
        elif self._whole and head.root != self._tree.root().hex():
            self._whole = False
            since = self._head.size if self._head is not None else 0
            self._note(
                Flaw.EDITED, f"entries {since} to {head.size - 1}", "These are not the entries that the head signed."
            )

    def _compare_with_seen(self, seen: Head) -> None:
        self._seen_reached = True
        if self._tree.root().hex() != seen.root or seen.log != self._log:
            self._note(
                Flaw.FORKED,
                f"entry {seen.size - 1}",
                "The history up to here is not the one whose head was seen before.",
            )

    def _compare_head_with_seen(self, head: Head, where: str) -> None:
        if self._seen is not None and head.number == self._seen.number and head != self._seen:
            self._note(Flaw.FORKED, where, "The head with this number is not the one that was seen before.")

    # --- the end --------------------------------------------------------------------------------------------------

    def report(self) -> Report:
        """Everything that was found, after the last line."""
        if self._suspect and self._last is not None:
            self._edited(self._last.seq, "This entry, or the one before it, is not what was recorded.")
            self._suspect = False
        for start, stop in self._gaps:
            self._note(Flaw.DROPPED, _range(start, stop), "Missing, though later entries are there.")
        self._gaps = []
        signed = self._head.size if self._head is not None else 0
        if signed > self._next:
            self._note(Flaw.TRUNCATED, _range(self._next, signed), "The head covers entries that are not there.")
        elif signed < self._next:
            self._note(Flaw.UNSIGNED, _range(signed, self._next), "No head covers these entries.")
        if self._next == 0:
            self._note(Flaw.TRUNCATED, "entry 0", "There is no entry at all.")
        self._report_seen(signed)
        unknown = self._chain.untrusted(self._keys)
        if unknown or self._chain.current is None:
            self._note(
                Flaw.UNKNOWN_KEY, "keys", "Part of the log is signed with a key that no trusted key vouches for."
            )
        return Report(
            self._entries,
            self._heads,
            self._head,
            tuple(self._flaws),
            self._more,
            self._seen is not None,
            self._unknown,
        )

    def _report_seen(self, signed: int) -> None:
        seen = self._seen
        if seen is None:
            return
        if not seen.signature_holds():
            self._note(Flaw.SIGNATURE, "head seen before", "The signature under the head seen before does not hold.")
        if self._log is not None and seen.log != self._log:
            self._note(Flaw.FORKED, "head seen before", "The head seen before belongs to another log.")
        elif seen.size > self._next:
            flaw = Flaw.ROLLED_BACK if signed == self._next and self._whole else Flaw.TRUNCATED
            says = "The log is shorter than when its head was seen before."
            self._note(flaw, _range(self._next, seen.size), says)
        elif seen.number >= self._heads:
            self._note(Flaw.ROLLED_BACK, f"head {seen.number}", "The head seen before is not there.")


def _range(start: int, stop: int) -> str:
    return f"entry {start}" if stop - start == 1 else f"entries {start} to {stop - 1}"
