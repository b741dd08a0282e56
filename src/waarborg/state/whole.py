"""Everything of the state, over one connection that was handed in."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from waarborg.errors import StateError
from waarborg.evidence.kinds import KINDS, Kind
from waarborg.evidence.log import Log
from waarborg.state.attestations import Attestations
from waarborg.state.backups import Backups
from waarborg.state.disclosures import Disclosures
from waarborg.state.entries import SqlEntries
from waarborg.state.holds import Holds
from waarborg.state.limits import Limits
from waarborg.state.master import MasterKey
from waarborg.state.notifications import Notifications
from waarborg.state.records import Markers, Permissions, SealedPlans, Tombstones
from waarborg.state.schema import create
from waarborg.state.sql import Connection, Sql
from waarborg.state.vault import PersonKeys, Vault


class State:
    """The parts of the state. All of them run in whatever transaction the connection is in; none of them commits."""

    __slots__ = ("_vault", "attestations", "backups", "markers", "notifications", "permissions", "sql")

    def __init__(self, connection: Connection, master: MasterKey | None = None, prefix: str = "") -> None:
        self.sql = Sql(connection, prefix)
        self.markers = Markers(self.sql)
        self.permissions = Permissions(self.sql)
        self.backups = Backups(self.sql)
        self.attestations = Attestations(self.sql)
        self.notifications = Notifications(self.sql)
        self._vault = None if master is None else Vault(self.sql, master)

    def create(self) -> None:
        """Make the tables if they are not there."""
        create(self.sql)

    def entries(self) -> SqlEntries:
        """Evidence entries and heads."""
        return SqlEntries(self.sql)

    def log(self, declared: Collection[str] = frozenset(), kinds: Mapping[str, Kind] = KINDS) -> Log:
        """The evidence log. `declared`: every name that policy and data map write down."""
        return Log(self.entries(), declared=declared, kinds=kinds)

    @property
    def vault(self) -> Vault:
        """The vault; raises `StateError` WB551 when the state was opened without a master key."""
        if self._vault is None:
            raise StateError.one(
                "WB551",
                "The state was opened without a master key.",
                "The vault holds personal data and cannot be read without it.",
                "Say where the master key is: file:PATH, env:NAME or command:WORDS.",
            )
        return self._vault

    @property
    def people(self) -> PersonKeys:
        """The keys under which evidence names people."""
        return PersonKeys(self.vault)

    @property
    def holds(self) -> Holds:
        """Who is under which hold."""
        return Holds(self.sql, self.vault)

    @property
    def disclosures(self) -> Disclosures:
        """Who got which data of whom."""
        return Disclosures(self.sql, self.vault)

    @property
    def limits(self) -> Limits:
        """What may not be done with whose data."""
        return Limits(self.sql, self.vault)

    @property
    def tombstones(self) -> Tombstones:
        """Tombstones."""
        return Tombstones(self.sql, self.vault)

    @property
    def plans(self) -> SealedPlans:
        """Plans, sealed until their request is closed."""
        return SealedPlans(self.sql, self.vault)

    @property
    def destroyed(self) -> bool:
        """Whether a data key was destroyed through this state: the owner of a file then scrubs it."""
        return self._vault is not None and self._vault.destroyed > 0
