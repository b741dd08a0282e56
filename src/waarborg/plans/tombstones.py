"""What is left of a request when its names are gone: keys of rows, and keyed hashes of whatever named its people.

    stone = engrave(world, plan.right, sealed, Marker(secret))    # from the sealed side of a plan
    stone_bytes(stone) -> bytes · read_stone(body) -> Stone       # sealed in the vault meanwhile
    backups_end(policy, register, moment, today) -> date | None   # until when copies hold these people

A tombstone brings a kept part back on its day, replays the erasure on a restored copy and notices a re-import. It
knows no name: an identifier is there as a keyed hash (HMAC-SHA-256 under a secret of the installation), and a key of a
row only where it is a number, an id or a token; a key that names somebody (a user name) is hashed as well.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zlib import crc32

from waarborg.canonical import keyed_digest
from waarborg.datamap.model import SECRET, TECHNICAL
from waarborg.errors import PlanError
from waarborg.plans.identifiers import identifiers_of
from waarborg.plans.model import Sealed
from waarborg.plans.resolve import Mapped, World
from waarborg.plans.rules import today_of
from waarborg.plans.sealing import tagged, untagged
from waarborg.plans.sets import hand_seed, handed_columns
from waarborg.policy.model import Policy
from waarborg.state import Backup
from waarborg.stores.contract import Key, Seeds
from waarborg.stores.matching import BLANKS, form
from waarborg.terms import Right

FORMAT = 1
STATES = ("frozen", "own", "gone")
"""Seeds that hold keys of rows: for looking again, and for the other stores that they lead to."""
TAIL = 8
"""Digits at the end of a telephone number by which two spellings of it are held against each other."""


@dataclass(frozen=True, slots=True)
class Stone:
    """The content of a tombstone. Its keys are personal data still; everything of it is sealed."""

    right: Right
    people: int
    keys: Mapping[str, Seeds] = field(repr=False)
    """By store: keys of rows, as the seeds of the plan."""
    marks: Mapping[str, frozenset[str]] = field(repr=False)
    """By kind of identifier: keyed hashes."""
    holds: tuple[str, ...] = field(default=(), repr=False)
    """How the register of holds knows these people."""
    names: tuple[str, ...] = field(default=(), repr=False)
    """The names of their own data keys in the vault, which are destroyed with the tombstone."""
    rules: tuple[str, ...] = ()
    """The rules and holds that kept a part: when one of them falls away, that part goes."""
    details: Mapping[str, object] = field(default_factory=dict, repr=False)
    """What else it takes to do this again, where the right is not erasure."""


@dataclass(frozen=True, slots=True)
class Marker:
    """Makes keyed hashes. A mark also holds a masked checksum, so that a million values are sifted quickly."""

    secret: bytes = field(repr=False)

    def mark(self, kind: str, folded: str) -> str:
        """The mark of a folded value: 32 digits of its keyed hash, 8 of its checksum, masked by the key."""
        tag = self.tag(kind, folded)
        return f"{tag}{crc32(folded.encode()) ^ self._mask(tag):08x}"

    def tag(self, kind: str, folded: str) -> str:
        """The keyed hash alone."""
        return keyed_digest(self.secret, ["tombstone", kind, folded])[:32]

    def checksum(self, mark: str) -> int:
        """The checksum in a mark."""
        return int(mark[32:], 16) ^ self._mask(mark[:32])

    def _mask(self, tag: str) -> int:
        return int(keyed_digest(self.secret, ["tombstone checksum", tag])[:8], 16)


# ------------------------------------------------------------------------------------------------ folding


def value_kind(table: str, columns: Iterable[str]) -> str:
    """The kind under which a key is marked that is itself somebody's name."""
    return f"={table}:{','.join(columns)}"


def fold(kind: str, text: str) -> str:
    """An identifier as marks compare it: without regard to case, composition and blanks at the ends.

    >>> fold("email", " An@X.example"), fold("phone", "+31 6 1234 5678"), fold("phone", "0612345678")
    ('an@x.example', '12345678', '12345678')
    """
    if kind.startswith("="):
        return text
    if telephonic(kind):
        digits = re.sub(r"\D", "", text)
        return digits[-TAIL:] if len(digits) >= TAIL else ""
    return unicodedata.normalize("NFKC", text).casefold().strip(BLANKS)


def telephonic(kind: str) -> bool:
    """Whether identifiers of this kind are telephone numbers."""
    return any(part in kind for part in ("phone", "mobile", "telefoon"))


def key_text(key: Key) -> str:
    """A key that names somebody as one text; empty where a part of it is missing."""
    parts = [form(value) for value in key]
    return "" if None in parts else "\x1f".join(str(part) for part in parts)


def nameless(table: Mapped, columns: Iterable[str]) -> bool:
    """Whether these columns are a key that names nobody: numbers, ids, tokens."""
    subject = table.decl.subject
    named = set(subject.identifying) if subject else set()
    for column in columns:
        decl = table.decl.columns.get(column)
        if column in named or (decl is not None and decl.category not in (TECHNICAL, SECRET)):
            return False
    return True


# ------------------------------------------------------------------------------------------------ making one


def engrave(world: World, right: Right, sealed: Sealed, marker: Marker) -> Stone:
    """What a tombstone keeps of the sealed side of a plan: keys and marks. Holds, names and rules are the caller's."""
    marks: dict[str, set[str]] = {}
    for kind, value, _ in identifiers_of(world, sealed):
        if folded := fold(kind, value):
            marks.setdefault(kind, set()).add(marker.mark(kind, folded))
    keys: dict[str, Seeds] = {}
    for store, seeds in sealed.seeds.items():
        kept = Seeds()
        for table in world.tables.values():
            for columns in handed_columns(world, table):
                named = [(state, hand_seed(state, table.name, columns)) for state in STATES]
                found = [(state, name) for state, name in named if seeds.get(name)]
                if nameless(table, columns):
                    kept.update({name: list(seeds[name]) for _, name in found})
                    continue
                if not _leads_by_name(world, table, columns):
                    continue
                kind = value_kind(table.name, columns)
                texts = {key_text(key) for _, name in found for key in seeds[name]} - {""}
                marks.setdefault(kind, set()).update(marker.mark(kind, text) for text in texts)
            tenant = f"tenant:{table.name}"
            if seeds.get(tenant):
                kept[tenant] = list(seeds[tenant])
        keys[store] = kept
    whole = {kind: frozenset(found) for kind, found in marks.items() if found}
    return Stone(right, len(sealed.people), keys, whole)


def _leads_by_name(world: World, table: Mapped, columns: tuple[str, ...]) -> bool:
    """Whether such a key is needed: it is the row's own, or a link leads to it that is not told by an identifier."""
    if table.decl.subject and columns == (table.decl.subject.key or table.facts.key):
        return True
    arms = (arm for other in world.tables.values() for arm in other.arms)
    return any(a.holder == table.name and a.to_columns == columns and not a.link.by_identifier for a in arms)


def joined(one: Stone, other: Stone) -> Stone:
    """Two tombstones of one request as one: a plan was made again, and found more."""
    stores = {**one.keys, **other.keys}
    keys = {store: _both(one.keys.get(store, Seeds()), other.keys.get(store, Seeds())) for store in stores}
    kinds = {**one.marks, **other.marks}
    marks = {kind: one.marks.get(kind, frozenset()) | other.marks.get(kind, frozenset()) for kind in kinds}
    return replace(
        other,
        people=max(one.people, other.people),
        keys=keys,
        marks=marks,
        holds=tuple(dict.fromkeys((*one.holds, *other.holds))),
        names=tuple(dict.fromkeys((*one.names, *other.names))),
        rules=tuple(dict.fromkeys((*one.rules, *other.rules))),
        details={**one.details, **other.details},
    )


def _both(one: Seeds, other: Seeds) -> Seeds:
    names = {**one, **other}
    return Seeds({name: list(dict.fromkeys([*one.get(name, ()), *other.get(name, ())])) for name in names})


# ------------------------------------------------------------------------------------------------ bytes


def stone_bytes(stone: Stone) -> bytes:
    """The content as bytes, to be sealed and kept nowhere else."""
    body = {
        "format": FORMAT,
        "right": stone.right.value,
        "people": stone.people,
        "keys": {
            store: {name: [[tagged(value) for value in key] for key in keys] for name, keys in seeds.items()}
            for store, seeds in stone.keys.items()
        },
        "marks": {kind: sorted(marks) for kind, marks in stone.marks.items()},
        "holds": list(stone.holds),
        "names": list(stone.names),
        "rules": list(stone.rules),
        "details": dict(stone.details),
    }
    return json.dumps(body, separators=(",", ":")).encode()


def read_stone(body: bytes) -> Stone:
    """The content from its bytes. Raises `PlanError` WB480 for a form that this release does not know."""
    found = json.loads(body)
    if found.get("format") != FORMAT:
        raise PlanError.one(
            "WB480",
            "A tombstone is of a form that this release does not know.",
            "What it keeps could not be brought back, and its erasure not be replayed.",
            "Use the release that made it, or a newer one.",
        )
    keys = {
        store: Seeds({name: [tuple(map(untagged, key)) for key in keys] for name, keys in by_name.items()})
        for store, by_name in found["keys"].items()
    }
    marks = {kind: frozenset(some) for kind, some in found["marks"].items()}
    return Stone(
        Right(found["right"]),
        found["people"],
        keys,
        marks,
        tuple(found["holds"]),
        tuple(found["names"]),
        tuple(found["rules"]),
        found["details"],
    )


# ------------------------------------------------------------------------------------------------ how long


def terms(policy: Policy, day: date) -> Iterator[tuple[str, date]]:
    """For each backup set of the policy the last day of a copy taken on a day."""
    for rule in policy.retention.values():
        if rule.sets and rule.period:
            end = rule.period.after(day)
            end = rule.release_after.after(end) if rule.release_after else end
            yield from ((name, end) for name in rule.sets)


def backups_end(policy: Policy, holding: Iterable[Backup], moment: datetime, today: date) -> date | None:
    """The last day on which a copy may still hold what was erased at `moment`; None where there are no copies.

    `holding` are the registered copies from before it. One whose day has passed counts until somebody has said that it
    is gone; so does one without an end.
    """
    ends = [end for _, end in terms(policy, today_of(policy, moment)) if end >= today]
    for one in holding:
        ends.append(today if one.expires is None else max(one.expires, today))
    return max(ends, default=None)
