"""What is set apart: the rows of one restriction, sealed under a key of its own, until they come back or the key goes.

    apart.put(request, "app", blocks, at=…, replaces=…)  # one attempt, durable when the caller's transaction commits
    apart.settle(request, "app", at=…)                   # the store has committed: the attempt counts
    apart.blocks(request, "app") -> bytes, …             # of every attempt that counts, oldest first
    apart.destroy(request)                               # the key is gone, and so are the rows

Rows are copied *before* the store commits. Until that is known the copy is an attempt: whoever tries again either finds
the rows still there, and replaces it, or finds them gone, and settles it. Never commits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from waarborg.canonical import digest
from waarborg.state.vault import Vault

KIND = "apart"


class Apart:
    """The copies of restrictions. Never commits."""

    __slots__ = ("_vault",)

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def put(self, request: str, store: str, blocks: Sequence[bytes], *, at: datetime) -> int:
        """Seal the blocks of one attempt; returns its number."""
        number = max((one for one, _ in self.attempts(request, store)), default=-1) + 1
        for part, block in enumerate(blocks):
            record = f"{self._start(request, store)}:{number:04d}:{part:06d}"
            self._vault.seal(record, block, key=key(request), kind=KIND, at=at)
        return number

    def attempts(self, request: str, store: str) -> list[tuple[int, bool]]:
        """The attempts of a store, oldest first, and whether each is known to have been committed."""
        start = self._start(request, store) + ":"
        names = [name.removeprefix(start) for name in self._records(request) if name.startswith(start)]
        numbers = sorted({int(name.partition(":")[0]) for name in names})
        return [(one, f"{one:04d}:settled" in names) for one in numbers]

    def settle(self, request: str, store: str, *, at: datetime) -> None:
        """The rows of every attempt are gone from the store: the copies are all there is now. Safe to repeat."""
        for number, settled in self.attempts(request, store):
            if not settled:
                record = f"{self._start(request, store)}:{number:04d}:settled"
                self._vault.seal(record, b"", key=key(request), kind=KIND, at=at)

    def drop(self, request: str, store: str, attempt: int) -> None:
        """An attempt whose rows did not go."""
        for name in self._records(request):
            if name.startswith(f"{self._start(request, store)}:{attempt:04d}:"):
                self._vault.drop(name)

    def attempt(self, request: str, store: str, number: int) -> Iterator[bytes]:
        """The blocks of one attempt, in order."""
        start = f"{self._start(request, store)}:{number:04d}:"
        for name in self._records(request):
            if name.startswith(start) and not name.endswith(":settled"):
                yield self._vault.open(name)

    def blocks(self, request: str, store: str) -> Iterator[bytes]:
        """The blocks of every attempt that counts, oldest first."""
        for number, settled in self.attempts(request, store):
            if settled:
                yield from self.attempt(request, store, number)

    def keep_people(self, request: str, sealed: bytes, *, at: datetime) -> None:
        """The personal side of the plan: who it is, and the keys that lead to what stayed. Outlives the request."""
        record = f"apart:{request}:people"
        if not self._vault.has(record):
            self._vault.seal(record, sealed, key=key(request), kind=KIND, at=at)

    def people(self, request: str) -> bytes:
        """The personal side of the plan. Raises `StateError` WB556 when the restriction is over."""
        return self._vault.open(f"apart:{request}:people")

    def replace_people(self, request: str, sealed: bytes, *, at: datetime) -> None:
        """The same with a corrected identifier."""
        self._vault.drop(f"apart:{request}:people")
        self.keep_people(request, sealed, at=at)

    def holds(self, request: str) -> bool:
        """Whether anything of this restriction is in the vault."""
        return bool(self._records(request))

    def destroy(self, request: str) -> int:
        """Destroy the key and every row under it; returns how many records that were."""
        return self._vault.destroy(key(request))

    def _records(self, request: str) -> list[str]:
        return self._vault.records(key=key(request))

    @staticmethod
    def _start(request: str, store: str) -> str:
        return f"apart:{request}:{digest(store)[:16]}"


def key(request: str) -> str:
    """The name of the key of one restriction, which is of one person."""
    return f"apart:{request}"
