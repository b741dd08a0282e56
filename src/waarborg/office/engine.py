"""The library, opened for a tenant: policy, data map, stores, and the state over Django's own connection.

    with opened(tenant) as engine:
        case = engine.work.plan([person], request=request.id.hex)

State, evidence and whatever else the caller writes commit together: `engine.door.begin()` inside `transaction.atomic()`
is part of that transaction. Stores are the customer's databases: never open a transaction here around work on them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.db import connection, transaction

from waarborg.clock import Clock, SystemClock, monotone
from waarborg.plans.casework import Casework
from waarborg.plans.planner import Planner
from waarborg.state import MasterKey, State

if TYPE_CHECKING:
    from waarborg.datamap.model import DataMap
    from waarborg.office.people.models import Tenant
    from waarborg.policy.model import Policy
    from waarborg.state.sql import Connection
    from waarborg.stores.contract import Store


def clock() -> Clock:
    """The clock of the office: the machine's, unless a test or a drill set another (`settings.WAARBORG_CLOCK`)."""
    return cast(Clock, getattr(settings, "WAARBORG_CLOCK", None) or SystemClock())


def now() -> datetime:
    """The present instant, in UTC. Nothing in the office asks the machine directly."""
    return clock().now()


@dataclass(slots=True)
class Door:
    """The state of one tenant, in Django's connection and in whatever transaction that is in."""

    prefix: str
    master: MasterKey = field(repr=False)
    clock: Clock = field(default_factory=SystemClock)

    @contextmanager
    def begin(self) -> Iterator[State]:
        """A writing transaction, or a part of the one that is open; evidence that was appended is signed at its end."""
        with transaction.atomic():
            state = self.state()
            before = state.entries().tip()
            yield state
            after = state.entries().tip()
            grown = after is not None and (before is None or after.size != before.size)
            if after is not None and grown and after.heads == (before.heads if before else 0):
                at = self.clock.now()
                state.log().sign(at=at, key=state.vault.signing_key(at=at))

    @contextmanager
    def read(self) -> Iterator[State]:
        """The state to read from."""
        with transaction.atomic():
            yield self.state()

    def state(self) -> State:
        """The state, in whatever transaction the connection is in."""
        return State(cast("Connection", connection), self.master, prefix=self.prefix)


@dataclass(slots=True)
class Engine:
    """Everything a tenant's work needs. Close it to let go of connections to the stores."""

    tenant: Tenant
    policy: Policy
    datamap: DataMap
    stores: dict[str, Store]
    door: Door
    work: Casework

    def close(self) -> None:
        """Let go of the stores."""
        for store in self.stores.values():
            store.close()


SECRETS = ("people", "digests", "holds", "contacts", "links", "codes", "handover")
"""The named secrets of a tenant: made at the start, so that no two workers make one at the same time."""


def door(tenant: Tenant) -> Door:
    """The state of a tenant, without its stores: for pages that only look at requests and evidence."""
    return Door(f"{tenant.slug.replace('-', '_')}_", settings.ENVIRONMENT.master, clock())


@contextmanager
def opened(tenant: Tenant) -> Iterator[Engine]:
    """The engine of a tenant. Raises `PolicyError` or `DataMapError` with every finding."""
    from waarborg.datamap import load_datamap
    from waarborg.stores.registry import beside, open_store

    folder = Path(tenant.folder)
    policy = policy_of(tenant)
    datamap = load_datamap(folder / "datamap.yaml", now().date())
    stores = {name: open_store(beside(decl, folder)) for name, decl in datamap.stores.items()}
    planner = Planner(policy, datamap, stores, clock())
    place = door(tenant)
    engine = Engine(tenant, policy, datamap, stores, place, Casework(planner, place, clock()))
    try:
        yield engine
    finally:
        engine.close()


_policies: dict[str, tuple[int, Policy]] = {}


def policy_of(tenant: Tenant) -> Policy:
    """The policy of a tenant; read again when the file changed."""
    return policy_at(Path(tenant.folder))


def policy_at(folder: Path) -> Policy:
    """The policy of a folder; read again when the file changed."""
    from waarborg.policy import load_policy

    path = folder / "policy.yaml"
    stamp = path.stat().st_mtime_ns
    known = _policies.get(str(path))
    if known is None or known[0] != stamp:
        known = _policies[str(path)] = (stamp, load_policy(path))
    return known[1]


def declared(tenant: Tenant) -> frozenset[str]:
    """The names of the policy that evidence may hold."""
    from waarborg.state.declared import declared_names

    return declared_names(policy_of(tenant))


def hidden(tenant: Tenant) -> Path:
    """The folder for this tenant's own files: answer packages, work in progress. Only its owner can read it."""
    path = Path(settings.ENVIRONMENT.home) / ".waarborg" / "office" / tenant.slug
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def moment(state: State) -> datetime:
    """The present instant, never before the newest evidence. Raises `WaarborgError` WB004 for a clock set back."""
    return monotone(clock(), lambda: _newest(state))


def _newest(state: State) -> datetime | None:
    tip = state.entries().tip()
    return None if tip is None else datetime.fromisoformat(tip.at)


def prepare(tenant: Tenant) -> None:
    """Make the tenant's state tables and begin its evidence, where that was not done."""
    place = door(tenant)
    with transaction.atomic():
        place.state().create()
    with place.begin() as state:
        at = now()
        if state.entries().tip() is None:
            state.log().open(at=at, key=state.vault.signing_key(at=at))
        for name in SECRETS:
            state.vault.secret(name, at=at)
