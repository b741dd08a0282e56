"""What the tests of rights share: purposes on every basis, a desk over a small world, and its evidence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from waarborg.evidence.entry import Entry
from waarborg.plans.rights import Rights
from waarborg.policy.entries import Purpose
from waarborg.state import MasterKey, StateFile, open_state
from waarborg.terms import LegalBasis, SubjectRef
from worlds import World

AN = SubjectRef({"email": "an.canary@x.example"})
BO = SubjectRef({"email": "bo@x.example"})
PURPOSES = {
    "billing": Purpose(id="billing", data=("billing",), basis=LegalBasis.CONTRACT),
    "books": Purpose(id="books", data=("billing",), basis=LegalBasis.LEGAL_OBLIGATION, law="AWR art. 52"),
    "research": Purpose(id="research", data=("content",), basis=LegalBasis.LEGITIMATE_INTERESTS),
    "newsletter": Purpose(id="newsletter", data=("account",), basis=LegalBasis.CONSENT, promotional=True),
}


@dataclass
class Desk:
    """Every right over one world, with the state it is kept in."""

    work: Rights
    world: World
    door: StateFile

    def entries(self) -> list[Entry]:
        """Every entry of the evidence."""
        with self.door.read() as state:
            return [Entry.parse(body) for body in state.entries().bodies(0)]

    def kinds(self) -> list[str]:
        """The kinds of all entries, in order."""
        return [entry.kind for entry in self.entries()]

    def data(self, kind: str) -> list[dict[str, object]]:
        """What the entries of one kind say."""
        return [dict(entry.data) for entry in self.entries() if entry.kind == kind]


@contextmanager
def desk(world: World, folder: Path) -> Iterator[Desk]:
    """A desk whose state is a file in this folder."""
    with open_state(folder / "state.db", master=MasterKey.generate()) as door:
        work = Rights(world.planner, door, world.planner.clock)
        work.open_log()
        yield Desk(work, world, door)
