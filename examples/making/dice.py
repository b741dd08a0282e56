"""Chance that is the same on every machine, for every version of Python, and quick enough for a million people.

A die belongs to a thing ("the invoice 12"), so that nothing needs to be remembered: whoever asks again about invoice 12
throws the same numbers. The generator is SplitMix64, in a few lines of whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from zlib import crc32

Thing = TypeVar("Thing")
WORD = (1 << 64) - 1
STEP = 0x9E3779B97F4A7C15


class Dice:
    """Throws for one thing."""

    __slots__ = ("_state",)

    def __init__(self, state: int) -> None:
        self._state = state

    def bits(self) -> int:
        """64 bits."""
        self._state = mixed = (self._state + STEP) & WORD
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & WORD
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & WORD
        return mixed ^ (mixed >> 31)

    def below(self, end: int) -> int:
        """0 to `end` - 1."""
        return (self.bits() * end) >> 64

    def number(self, first: int, last: int) -> int:
        """`first` to `last`, both included."""
        return first + ((self.bits() * (last - first + 1)) >> 64)

    def pick(self, things: Sequence[Thing]) -> Thing:
        """One of them."""
        return things[(self.bits() * len(things)) >> 64]

    def chance(self, of: float) -> bool:
        """True so often: 0.3 is three times in ten."""
        return self.bits() < of * (WORD + 1)

    def some(self, things: Sequence[Thing], many: int) -> list[Thing]:
        """That many of them, each at most once."""
        chosen: dict[int, None] = {}
        while len(chosen) < min(many, len(things)):
            chosen[self.below(len(things))] = None
        return [things[at] for at in chosen]

    def hex(self, digits: int) -> str:
        """So many hexadecimal digits."""
        return "".join(f"{self.bits():016x}" for _ in range(-(-digits // 16)))[:digits]


class Chance:
    """Gives each thing its die: by the seed, what it is, and its number."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._kinds: dict[str, int] = {}

    def dice(self, what: str, number: int) -> Dice:
        """The same chance for the same thing."""
        kind = self._kinds.get(what)
        if kind is None:
            kind = Dice(crc32(what.encode()) << 32 | crc32(f"{self._seed}/{what}".encode())).bits()
            self._kinds[what] = kind
        return Dice((kind + number * 0xD1B54A32D192ED03) & WORD)
