"""A million values held against keyed hashes: a checksum sifts each block, the hash is made for the few that pass.

sieve = Sieve(kind, {mark: {stone, …}}, marker)
sieve.block(values) -> [index, …]        # those that may be marked
sieve.stones(value) -> {stone, …}        # by the keyed hash: those of whom it is
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from zlib import crc32

from waarborg.plans.tombstones import Marker, fold, telephonic
from waarborg.stores.matching import BLANKS, form

PLAIN = frozenset({str, type(None)})
WHOLE = frozenset({int, type(None)})


@dataclass(slots=True)
class Sieve:
    """The marks of one kind of identifier, of many tombstones."""

    kind: str
    marks: Mapping[str, frozenset[str]] = field(repr=False)
    """Tombstones by mark."""
    marker: Marker = field(repr=False)
    _sums: frozenset[int] = field(init=False, repr=False)
    _tags: dict[str, frozenset[str]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._sums = frozenset(self.marker.checksum(mark) for mark in self.marks)
        found: dict[str, frozenset[str]] = {}
        for mark, stones in self.marks.items():
            found[mark[:32]] = found.get(mark[:32], frozenset()) | stones
        self._tags = found

    @classmethod
    def of(cls, kind: str, stones: Mapping[str, Mapping[str, Iterable[str]]], marker: Marker) -> Sieve | None:
        """The sieve of a kind over tombstones (id, marks by kind); None where none of them has such a mark."""
        found: dict[str, set[str]] = {}
        for id, marks in stones.items():
            for mark in marks.get(kind, ()):
                found.setdefault(mark, set()).add(id)
        return cls(kind, {mark: frozenset(ids) for mark, ids in found.items()}, marker) if found else None

    def block(self, values: Sequence[object]) -> list[int]:
        """The places of the values that may be marked: nearly always none."""
        parts = self._folded(values)
        if self._sums.isdisjoint(map(crc32, parts)):
            return []
        return [at for at, part in enumerate(parts) if crc32(part) in self._sums]

    def stones(self, value: object) -> frozenset[str]:
        """The tombstones of whom this value is."""
        text = form(value)
        folded = fold(self.kind, text) if text else ""
        return self._tags.get(self.marker.tag(self.kind, folded), frozenset()) if folded else frozenset()

    def _folded(self, values: Sequence[object]) -> list[bytes]:
        """Every value as marks compare it; texts of a block all at once, which is what makes this quick."""
        if not telephonic(self.kind):
            texts = _texts(values)
            if texts is not None and (found := self._at_once(texts)) is not None:
                return found
        return [fold(self.kind, form(value) or "").encode() for value in values]

    def _at_once(self, texts: Sequence[str]) -> list[bytes] | None:
        whole = "\0".join(texts)
        if not self.kind.startswith("="):
            whole = whole.lower() if whole.isascii() else unicodedata.normalize("NFKC", whole).casefold()
            if whole[:1] in _EDGES or whole[-1:] in _EDGES or any(edge in whole for edge in _INNER):
                return None
        parts = whole.encode("utf-8", "surrogatepass").split(b"\0")
        return parts if len(parts) == len(texts) else None


_EDGES = frozenset(BLANKS)
_INNER = tuple(edge for blank in BLANKS for edge in (f"{blank}\0", f"\0{blank}"))


def _texts(values: Sequence[object]) -> Sequence[str] | None:
    """The values as texts, where all of them are texts or whole numbers."""
    kinds = set(map(type, values))
    if kinds == {str}:
        return values  # type: ignore[return-value]  # just seen
    if kinds <= PLAIN:
        return [value or "" for value in values]  # type: ignore[misc]  # texts and nothing
    return ["" if value is None else str(value) for value in values] if kinds <= WHOLE else None
