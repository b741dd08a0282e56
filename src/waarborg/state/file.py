"""The state as one SQLite file beside the policy, for the command line and for small installations.

    with open_state(path, master=master) as file:
        with file.begin() as state:            # BEGIN IMMEDIATE … COMMIT; ROLLBACK on any error
            state.log(declared).append(…)
        with file.read() as state: …           # one snapshot, writes nothing

WAL, `synchronous=FULL`: what was committed survives power loss. `secure_delete` and a checkpoint after a transaction
that destroyed a key keep the destroyed bytes out of the file and its WAL; copies and snapshots are backup sets.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from waarborg.errors import StateError
from waarborg.state.master import MasterKey
from waarborg.state.schema import VERSION, version
from waarborg.state.sql import Sql
from waarborg.state.whole import State

_PATIENCE = 20.0
"""Seconds to wait for another writer."""


class StateFile:
    """An open state file. Owns the connection and the transactions on it."""

    __slots__ = ("_connection", "_master", "_to_scrub")

    def __init__(self, connection: sqlite3.Connection, master: MasterKey | None) -> None:
        self._connection, self._master = connection, master
        self._to_scrub = False

    def __enter__(self) -> StateFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @contextmanager
    def begin(self) -> Iterator[State]:
        """A writing transaction: committed at the end of the block, rolled back on any exception."""
        state = State(self._connection, self._master)
        self._run("BEGIN IMMEDIATE")
        try:
            yield state
            self._run("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        self._to_scrub = self._to_scrub or state.destroyed
        self._scrub()

    @contextmanager
    def read(self) -> Iterator[State]:
        """A snapshot to read from; whatever is written in it is rolled back."""
        self._run("BEGIN")
        try:
            yield State(self._connection, self._master)
        finally:
            self._connection.execute("ROLLBACK")

    def _run(self, statement: str) -> None:
        try:
            self._connection.execute(statement)
        except sqlite3.OperationalError:
            raise _cannot("Another process holds the state file, or it cannot be written.") from None

    def _scrub(self) -> None:
        """Bring destroyed bytes out of the WAL; if a reader is in the way, again after the next transaction."""
        if self._to_scrub:
            self._connection.execute("PRAGMA busy_timeout = 200")
            self._to_scrub = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] != 0
            self._connection.execute(f"PRAGMA busy_timeout = {int(_PATIENCE * 1000)}")

    def close(self) -> None:
        """Close the file."""
        self._scrub()
        self._connection.close()


def open_state(path: Path, *, master: MasterKey | None = None) -> StateFile:
    """Open the state, making file (mode 0600) and tables if they are not there.

    Without a master key everything but the vault works. Errors: WB550 (made by a newer version), WB560 (cannot be
    opened).
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
    except (OSError, sqlite3.Error):
        raise _cannot("The state file cannot be opened.") from None
    file = StateFile(connection, master)
    try:
        if version(Sql(connection)) != VERSION:  # a reader need not wait for a writer
            with file.begin() as state:
                state.create()
    except BaseException:
        file.close()
        raise
    return file


def _cannot(what: str) -> StateError:
    return StateError.one(
        "WB560", what, "Nothing was changed.", "Check the path and its rights, and try again when the other is done."
    )
