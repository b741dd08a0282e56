"""The SQL store: one database, read and changed by sets of rows."""

from __future__ import annotations

import random
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any

from waarborg.errors import StoreError
from waarborg.stores import refusals
from waarborg.stores.contract import (
    Abilities,
    Applied,
    Budget,
    Change,
    Delete,
    Hit,
    Insert,
    Program,
    Reading,
    Sample,
    Schema,
    Seeds,
    Update,
)
from waarborg.stores.sql import transaction
from waarborg.stores.sql.analysis import Analysis, analyse
from waarborg.stores.sql.apply import Carrier
from waarborg.stores.sql.connect import Door, Refused, discard, guarded
from waarborg.stores.sql.dialects import Dialect, dialect_for
from waarborg.stores.sql.evaluate import Evaluation
from waarborg.stores.sql.facts import Facts
from waarborg.stores.sql.read import ReadingEvaluation, SqlReading
from waarborg.stores.sql.reflect import describe, unchanged


@lru_cache(maxsize=256)
def _analysed(program: Program) -> Analysis:
    return analyse(program)


def _plain(error: Refused) -> StoreError:
    """A refusal as others know it: its code is for the retries in here."""
    made = StoreError(error.findings)
    made.unreachable = error.unreachable
    return made


class SqlStore:
    """A SQLite, PostgreSQL, MariaDB or MySQL database.

    `url` and `read_url` are references (`env:NAME`, `file:PATH`, `command:…`) or addresses; they are never shown.
    Errors are `StoreError`s with the ids WB304 to WB307 (addresses) and WB310 to WB349.
    """

    def __init__(
        self,
        name: str,
        url: str,
        read_url: str = "",
        budget: Budget | None = None,
        schemas: Sequence[str] = (),
    ) -> None:
        self.name = name
        self.budget = budget or Budget()
        self._schemas = tuple(schemas)
        self._urls = url, read_url
        self._doors: dict[bool, Door] = {}
        self._dialect: Dialect | None = None
        self._facts: Facts | None = None
        self._closed = False

    @classmethod
    def from_decl(cls, decl: Any, budget: Budget | None = None) -> SqlStore:
        """The store a data map declares. Options: `schemas`, separated by commas."""
        schemas = tuple(part.strip() for part in decl.options.get("schemas", "").split(",") if part.strip())
        return cls(decl.name, decl.url, decl.read_url, budget, schemas)

    def __repr__(self) -> str:
        return f"SqlStore({self.name!r})"

    # -------------------------------------------------------------------------------------------- connections

    def _door(self, reading: bool) -> Door:
        if self._closed:
            raise refusals.closed(self.name)
        if reading not in self._doors:
            url, read_url = self._urls
            self._doors[reading] = Door((read_url or url) if reading else url, reading, self.budget)
        return self._doors[reading]

    @contextmanager
    def _cursor(self, reading: bool) -> Iterator[tuple[Any, Any]]:
        """A pooled connection and a cursor; a connection on which something failed is thrown away."""
        connection = self._door(reading).open()
        try:
            cursor = connection.cursor()
            self._know(reading, cursor)
            yield connection, cursor
        except BaseException:
            discard(connection)
            raise
        connection.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Refusals leave as plain `StoreError`s: their codes are for the retries in here."""
        try:
            with guarded():
                yield
        except Refused as error:
            raise _plain(error) from None

    def _know(self, reading: bool, cursor: Any) -> Dialect:
        if self._dialect is None:
            engine = self._door(reading).engine_name
            version = "mariadb"
            if engine == "mariadb":
                version = transaction.execute(cursor, "SELECT VERSION()").fetchone()[0]
            self._dialect = dialect_for(engine, version)
        return self._dialect

    @property
    def dialect(self) -> Dialect:
        """How this engine says things. Connects when that is not known yet."""
        if self._dialect is None:
            with self._cursor(True):
                pass
        return self._dialect or dialect_for(self._door(True).engine_name)

    @property
    def abilities(self) -> Abilities:
        """What this engine can do."""
        engine = self.dialect.name
        return Abilities(
            cyclic_delete=engine != "mariadb",
            counts_side_effects=engine != "mariadb",
            marker=True,
            images=True,
        )

    def close(self) -> None:
        """Let go of connections; everything is refused from now on."""
        self._closed = True
        for door in self._doors.values():
            door.close()
        self._doors.clear()

    # -------------------------------------------------------------------------------------------- facts

    def describe(self) -> Schema:
        """The facts of the database now."""
        with self._told(), self._cursor(True) as (_, cursor):
            # Within the time-outs of the budget: a catalogue can be slow, or locked by a migration.
            transaction.begin(cursor, self.dialect, self.budget, read_only=True)
            self._facts = self._described(cursor)
            if self.dialect.name == "postgresql":
                transaction.execute(cursor, "COMMIT")
        return self._facts.schema

    def _described(self, cursor: Any) -> Facts:
        facts = describe(self.dialect.name, cursor, self._schemas)
        facts.store = self.name
        return facts

    def facts(self) -> Facts:
        """The facts as last described."""
        if self._facts is None:
            with self._told(), self._cursor(True) as (_, cursor):
                self._facts = self._described(cursor)
        return self._facts

    # -------------------------------------------------------------------------------------------- reading

    @contextmanager
    def reading(self, program: Program, seeds: Seeds) -> Iterator[Reading]:
        """Open a read-only look: one connection, no locks."""
        facts, dialect, budget = self.facts(), self.dialect, self.budget
        with self._told(), self._cursor(True) as (connection, cursor):
            transaction.begin(cursor, dialect, budget, read_only=True)
            sets = ReadingEvaluation(facts, dialect, cursor, _analysed(program), seeds, budget)
            sets.begin = lambda cursor, read_only: transaction.begin(cursor, dialect, budget, read_only)
            yield SqlReading(sets, connection, budget)
            if dialect.name == "postgresql":
                transaction.execute(cursor, "COMMIT")
            sets.drop()

    # -------------------------------------------------------------------------------------------- changing

    def apply(self, change: Change, seeds: Seeds) -> Applied:
        """Carry out a change in one transaction; begin again when another transaction was in the way."""
        facts = self.facts()
        for attempt in range(self.budget.retries + 1):
            try:
                return self._apply(facts, change, seeds)
            except Refused as error:
                if not (error.retry or error.unsent) or attempt == self.budget.retries:
                    raise _plain(error) from None
                time.sleep(min(0.05 * 2**attempt, 1.0) * (0.5 + random.random()))  # noqa: S311 - jitter, no secret
        raise AssertionError

    def _apply(self, facts: Facts, change: Change, seeds: Seeds) -> Applied:
        dialect = self.dialect
        with self._cursor(False) as (_, cursor):
            try:
                transaction.begin(cursor, dialect, self.budget)
            except Refused as error:
                error.unsent = error.gone
                raise
            sets: Evaluation | None = None
            try:
                if change.marker and transaction.marked(cursor, dialect, change.marker):
                    transaction.execute(cursor, "ROLLBACK")
                    return Applied((), already=True)
                facts = self._fresh(facts, change, cursor)
                treated = frozenset(
                    one.table
                    for step in change.steps
                    if isinstance(step, Delete | Update)
                    for one in change.program.sets
                    if one.name in (step.set, *(step.together if isinstance(step, Delete) else ()))
                )
                sets = Evaluation(facts, dialect, cursor, _analysed(change.program), seeds, self.budget, treated)
                done = self._carry(sets, change, seeds, cursor)
            except BaseException:
                with suppress(Exception):
                    cursor.execute("ROLLBACK")
                with suppress(Exception):
                    if sets is not None:
                        sets.drop()
                raise
            self._commit(cursor, change)
            sets.drop()
        return Applied(done)

    def _carry(self, sets: Evaluation, change: Change, seeds: Seeds, cursor: Any) -> Any:
        tables = sets.treated | {step.table for step in change.steps if isinstance(step, Insert)}
        tables |= {one.table for one in change.back}
        watch = transaction.Watch(cursor, sets.dialect, sets.facts, tables)
        carrier = Carrier(sets, change, seeds)
        with guarded():
            if change.witness:
                change.witness.begin()
            prepared = carrier.prepare()
            carrier.ready()
            seen = carrier.show(prepared, change.witness) if change.witness else {}
            done = carrier.carry(prepared)
            if change.witness:
                carrier.witnessed(done, seen)
                carrier.show_after(prepared, change.witness)
            done = (*done, *carrier.bring(change.back))
            watch.judge(carrier, change.side_effects)
            if change.witness:
                change.witness.keep()
            if change.marker:
                transaction.mark(cursor, sets.dialect, change.marker)
        return done

    def _fresh(self, facts: Facts, change: Change, cursor: Any) -> Facts:
        """The facts that hold now. Raises `StalePlan` WB321 when the schema is not the one that was planned for."""
        tables = change.tables or tuple(one.table for one in (*change.program.sets, *change.back))
        with guarded():
            if not unchanged(self.dialect.name, cursor, facts, tuple(tables)):
                facts = self._facts = self._described(cursor)
        if change.fingerprint and facts.fingerprint(change.tables) != change.fingerprint:
            raise refusals.other_schema(self.name)
        return facts

    def _commit(self, cursor: Any, change: Change) -> None:
        try:
            transaction.execute(cursor, "COMMIT")
        except Refused as error:
            with suppress(Exception):
                cursor.execute("ROLLBACK")
            if not error.gone:
                raise
            if change.marker is None:
                lost = StoreError.one(
                    "WB337",
                    "The connection was lost while the change was being committed.",
                    "Whether it was committed cannot be known from here.",
                    "Locate again: what is still there is what was not done.",
                )
                lost.unreachable = True
                raise lost from None
            if not self._was_committed(change):
                error.retry = True
                raise

    def _was_committed(self, change: Change) -> bool:
        with self._cursor(False) as (_, cursor):
            return change.marker is not None and transaction.marked(cursor, self.dialect, change.marker)

    def prepare_marker(self) -> None:
        """Create the table of applied plans, where the customer allows one. Safe to repeat."""
        with self._told(), self._cursor(False) as (_, cursor):
            transaction.prepare_marker(cursor, self.dialect)

    # -------------------------------------------------------------------------------------------- looking around

    def sample(self, table: str, columns: Sequence[str], rows: int) -> Sequence[Sample]:
        """Values of at most `rows` rows spread over the table."""
        from waarborg.stores.sql.sample import sample

        facts = self.facts()
        with self._told(), self._cursor(True) as (_, cursor):
            return sample(cursor, self.dialect, facts, self.budget, table, columns, rows)

    def search(self, needles: Sequence[str], tables: Collection[str] | None = None) -> Iterator[Hit]:
        """Every text-like and binary cell in which a needle stands."""
        from waarborg.stores.sql.search import search

        facts = self.facts()
        with self._told(), self._cursor(True) as (connection, _):
            yield from search(connection, self.dialect, facts, self.budget, needles, tables)
