"""A folder with a policy, a data map and a state: opened lazily, piece by piece, by whatever a command needs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from waarborg.clock import Clock, SystemClock
from waarborg.datamap.model import DataMap
from waarborg.errors import UsageError
from waarborg.evidence.entry import Entry
from waarborg.plans.disclosing import attach
from waarborg.plans.planner import Planner
from waarborg.plans.rights import Rights
from waarborg.policy.model import Policy
from waarborg.state import MasterKey, State, StateFile, load_master, open_state
from waarborg.stores.contract import Store

if TYPE_CHECKING:
    from argparse import Namespace

POLICY, DATAMAP, HIDDEN = "policy.yaml", "datamap.yaml", ".waarborg"
STATE, KEY, SEEN = "state.db", "master.key", "seen-head.json"


@dataclass(slots=True)
class SignedDoor:
    """The state's door; what a transaction appended to the evidence, and did not sign, is signed before it commits."""

    file: StateFile
    clock: Clock

    @contextmanager
    def begin(self) -> Iterator[State]:
        """A writing transaction."""
        with self.file.begin() as state:
            before = state.entries().tip()
            yield state
            after = state.entries().tip()
            grown = after is not None and (before is None or after.size != before.size)
            if after is not None and grown and after.heads == (before.heads if before else 0):
                now = self.clock.now()
                state.log().sign(at=now, key=state.vault.signing_key(at=now))

    @contextmanager
    def read(self) -> Iterator[State]:
        """A snapshot to read from."""
        with self.file.read() as state:
            yield state


@dataclass(slots=True)
class Project:
    """Everything a command works with. Close it (or use it as a context manager) to let go of connections."""

    folder: Path
    key: str = ""
    """Where the master key is; empty means the file beside the state."""
    clock: Clock = field(default_factory=SystemClock)
    _policy: Policy | None = None
    _datamap: DataMap | None = None
    _stores: dict[str, Store] | None = None
    _door: SignedDoor | None = None
    _work: Rights | None = None

    @classmethod
    def of(cls, arguments: Namespace) -> Project:
        """The project that the options name. Raises `UsageError` WB602 for a folder that is not there."""
        folder = Path(getattr(arguments, "dir", "") or ".")
        if not folder.is_dir():
            raise UsageError.one(
                "WB602", "There is no such folder.", "", "Name the folder with policy.yaml: --dir DIR."
            )
        return cls(folder, getattr(arguments, "key", "") or os.environ.get("WAARBORG_KEY", ""))

    def __enter__(self) -> Project:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of connections and files."""
        for store in (self._stores or {}).values():
            store.close()
        if self._door:
            self._door.file.close()
        self._stores = self._door = self._work = None

    # -- the files -----------------------------------------------------------------------------------------------

    @property
    def hidden(self) -> Path:
        """Where state and key are."""
        return self.folder / HIDDEN

    @property
    def policy(self) -> Policy:
        """The policy. Raises `PolicyError`."""
        if self._policy is None:
            from waarborg.policy import load_policy

            self._here(POLICY)
            self._policy = load_policy(self.folder / POLICY)
        return self._policy

    @property
    def datamap(self) -> DataMap:
        """The data map. Raises `DataMapError`."""
        if self._datamap is None:
            from waarborg.datamap import load_datamap

            self._here(DATAMAP)
            self._datamap = load_datamap(self.folder / DATAMAP, self.clock.now().date())
        return self._datamap

    def _here(self, name: str) -> None:
        if not (self.folder / name).exists():
            raise UsageError.one(
                "WB603",
                f"There is no {name} in this folder.",
                "",
                "Go to the folder that has it, name it with --dir, or begin with `waarborg init`.",
            )

    # -- stores and state ----------------------------------------------------------------------------------------

    @property
    def stores(self) -> dict[str, Store]:
        """Every store of the data map. Connections are made when they are first used."""
        if self._stores is None:
            from waarborg.stores.registry import beside, open_store

            self._stores = {name: open_store(beside(decl, self.folder)) for name, decl in self.datamap.stores.items()}
        return self._stores

    @property
    def planner(self) -> Planner:
        """The planner over policy, map and stores."""
        return self.work.planner if self._work else Planner(self.policy, self.datamap, self.stores, self.clock)

    @property
    def work(self) -> Rights:
        """Requests, with the state they are kept in."""
        if self._work is None:
            planner = Planner(self.policy, self.datamap, self.stores, self.clock)
            self._work = Rights(planner, self.door, self.clock)
            attach(self._work)
        return self._work

    def master(self) -> MasterKey:
        """The master key. Raises `StateError`."""
        return load_master(self.key or f"file:{self.hidden / KEY}")

    @property
    def door(self) -> SignedDoor:
        """The state. Raises `UsageError` WB604 where `init` has not been."""
        if self._door is None:
            path = self.hidden / STATE
            if not path.exists():
                raise UsageError.one(
                    "WB604",
                    "There is no state in this folder yet.",
                    "Plans are kept sealed, and everything leaves evidence: both need a place.",
                    "Run `waarborg init` here once.",
                )
            self._door = SignedDoor(open_state(path, master=self.master()), self.clock)
        return self._door

    def entries_of(self, plan: str) -> tuple[Entry, ...]:
        """The evidence entries about a plan."""
        with self.door.read() as state:
            return tuple(entry for entry in state.log().entries() if entry.data.get("plan") == plan)

    def placed(self, rule: str) -> str:
        """Where a rule was written: `policy.yaml:262`, `datamap.yaml:40`."""
        place = self._in_map(rule) if rule.startswith("tables.") else self.policy.place(rule)
        return f"{place.file}:{place.line}" if place.line else ""

    def _in_map(self, rule: str) -> Any:
        from waarborg.errors import Place

        path = rule.removeprefix("tables.")
        for name, table in self.datamap.tables.items():
            if path == name or path.startswith(f"{name}."):
                found = re.fullmatch(r"links\.(\d+)", path[len(name) + 1 :])
                links = table.links
                return links[int(found[1])].place if found and int(found[1]) < len(links) else table.place
        return Place()
