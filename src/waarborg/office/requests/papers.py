"""The personal side of a request, sealed in the tenant's vault under the key of the request.

    with opened_papers(request) as papers:
        papers.put("person", {"identifiers": {…}, "name": …})
        papers.get("person")

Destroying the key (`requests.carry.destroy`) destroys all of it. Names are opaque: see `requests.models`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from waarborg.canonical import canonical
from waarborg.office import engine
from waarborg.state import State

if TYPE_CHECKING:
    from waarborg.office.requests.models import SubjectRequest


@dataclass(frozen=True, slots=True)
class Papers:
    """The sealed records of one request, in a transaction on the state."""

    state: State
    request: str
    """The request's id, 32 hexadecimal digits."""
    at: datetime

    @property
    def key(self) -> str:
        """The name of the data key."""
        return f"request:{self.request}"

    def name(self, what: str) -> str:
        """The name of a record."""
        return f"office:{self.request}:{what}"

    def put(self, what: str, value: object) -> None:
        """Seal a value (JSON types); in place of an earlier one."""
        self.put_bytes(what, canonical(value))

    def put_bytes(self, what: str, body: bytes) -> None:
        """Seal bytes; in place of earlier ones."""
        self.state.vault.drop(self.name(what))
        self.state.vault.seal(self.name(what), body, key=self.key, kind="office", at=self.at)

    def get(self, what: str) -> Any:
        """The value, or None where there is none or the key is destroyed."""
        body = self.get_bytes(what)
        return None if body is None else json.loads(body)

    def get_bytes(self, what: str) -> bytes | None:
        """The bytes, or None."""
        name = self.name(what)
        return self.state.vault.open(name) if self.state.vault.has(name) else None

    def drop(self, what: str) -> None:
        """Remove one record."""
        self.state.vault.drop(self.name(what))

    def destroy(self) -> int:
        """Destroy the key of the request and everything under it; returns how many records that were."""
        return self.state.vault.destroy(self.key)


def papers_of(state: State, request: SubjectRequest) -> Papers:
    """The papers of a request, in the transaction of a state that is open."""
    return Papers(state, request.id.hex, engine.now())


@contextmanager
def opened_papers(request: SubjectRequest) -> Iterator[Papers]:
    """The papers of a request, in a transaction (or a part of the one that is open)."""
    with engine.door(request.tenant).begin() as state:
        yield papers_of(state, request)
