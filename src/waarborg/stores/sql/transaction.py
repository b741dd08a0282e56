"""What surrounds a change: begin, marker, fingerprint, the count of side effects, commit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from waarborg.errors import StoreError
from waarborg.stores import refusals
from waarborg.stores.contract import Budget, Marker
from waarborg.stores.sql.apply import Carrier
from waarborg.stores.sql.connect import Refused, rewritten
from waarborg.stores.sql.dialects import Dialect
from waarborg.stores.sql.facts import Facts

MARKER_TABLES = {"postgresql": "waarborg.applied", "sqlite": "main.waarborg_applied", "mariadb": "waarborg_applied"}

_MARKER_DDL = {
    "postgresql": (
        "CREATE SCHEMA IF NOT EXISTS waarborg",
        "CREATE TABLE IF NOT EXISTS waarborg.applied (plan text NOT NULL, chunk integer NOT NULL,"
        " applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (plan, chunk))",
    ),
    "sqlite": (
        "CREATE TABLE IF NOT EXISTS main.waarborg_applied (plan text NOT NULL, chunk integer NOT NULL,"
        " applied_at text NOT NULL DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (plan, chunk))",
    ),
    "mariadb": (
        "CREATE TABLE IF NOT EXISTS waarborg_applied (plan varchar(200) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,"
        " chunk integer NOT NULL, applied_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (plan, chunk))"
        " ENGINE=InnoDB",
    ),
}

_TOUCHED = """
SELECT c.oid::int8, n.nspname || '.' || c.relname, pg_stat_get_xact_tuples_inserted(c.oid),
       pg_stat_get_xact_tuples_updated(c.oid), pg_stat_get_xact_tuples_deleted(c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'waarborg'
  AND pg_stat_get_xact_tuples_inserted(c.oid) + pg_stat_get_xact_tuples_updated(c.oid)
    + pg_stat_get_xact_tuples_deleted(c.oid) > 0"""


def execute(cursor: Any, sql: str, params: Any = ()) -> Any:
    """A statement of our own; refusals come out without values."""
    try:
        if params:
            cursor.execute(sql, params)
        else:
            cursor.execute(sql)
        return cursor
    except Exception as error:
        raise rewritten(error) from None


def begin(cursor: Any, dialect: Dialect, budget: Budget, read_only: bool = False) -> None:
    """Open a transaction at READ COMMITTED (SQLite: holding the write lock) within the time-outs of the budget."""
    if dialect.name == "postgresql":
        mode = " READ ONLY" if read_only else ""
        try:
            cursor.execute(
                f"BEGIN ISOLATION LEVEL READ COMMITTED{mode};"
                f" SET LOCAL lock_timeout = {int(budget.lock_timeout * 1000)};"
                f" SET LOCAL statement_timeout = {int(budget.statement_timeout * 1000)}; SET LOCAL row_security = off",
                prepare=False,
            )
        except Exception as error:
            raise rewritten(error) from None
    elif dialect.name == "sqlite":
        if not read_only:
            execute(cursor, "BEGIN IMMEDIATE")
    elif not read_only:
        execute(cursor, "START TRANSACTION")


def marked(cursor: Any, dialect: Dialect, marker: Marker) -> bool:
    """Whether this chunk of this plan was committed before. Raises `StoreError` WB336 without a marker table."""
    mark = dialect.mark
    try:
        execute(
            cursor,
            f"SELECT 1 FROM {MARKER_TABLES[dialect.name]} WHERE plan = {mark} AND chunk = {mark}",
            (marker.plan, marker.chunk),
        )
    except Refused as error:
        raise StoreError.one(
            "WB336",
            "The table of applied plans cannot be read.",
            f"The data map allows a marker in this store ({error.code}).",
            "Create it with `waarborg doctor --prepare`, or set marker to false.",
        ) from None
    return cursor.fetchone() is not None


def mark(cursor: Any, dialect: Dialect, marker: Marker) -> None:
    """Note, in the same transaction as the data, that this chunk was applied."""
    one = dialect.mark
    execute(
        cursor,
        f"INSERT INTO {MARKER_TABLES[dialect.name]} (plan, chunk) VALUES ({one}, {one})",
        (marker.plan, marker.chunk),
    )


def prepare_marker(cursor: Any, dialect: Dialect) -> None:
    """Create the table of applied plans where it is not there yet."""
    for statement in _MARKER_DDL[dialect.name]:
        execute(cursor, statement)


class Watch:
    """Counts what a transaction really changes, to hold it against what its steps report."""

    def __init__(self, cursor: Any, dialect: Dialect, facts: Facts, tables: Collection[str]) -> None:
        self._cursor, self._dialect, self._facts = cursor, dialect, facts
        self._idle = dialect.name == "postgresql" and facts.whole and all(self._inert(name) for name in tables)
        self._before: Any = None if self._idle else self._look()

    def _inert(self, name: str) -> bool:
        """Whether treating this table cannot change any other row: no trigger, no rule, no cascade."""
        table = self._facts.schema.tables.get(name)
        if table is None or table.triggers or table.partition_of or name not in self._facts.inert:
            return False
        return all(reference.on_delete in ("NO ACTION", "RESTRICT") for _, reference in self._facts.referring(name))

    def _look(self) -> Any:
        if self._dialect.name == "postgresql":
            return {row[0]: (row[1], row[2:]) for row in execute(self._cursor, _TOUCHED).fetchall()}
        if self._dialect.name == "sqlite":
            return self._cursor.connection.total_changes
        return None

    def judge(self, carrier: Carrier, allowed: Mapping[str, int]) -> None:
        """Raises `StalePlan` WB322 when cascades or triggers changed more than was approved."""
        if self._idle:
            return
        for name, rows in carrier.reached.items():
            if rows > allowed.get(name, 0):
                raise refusals.side_effects(self._facts.store, name, rows, allowed.get(name, 0))
        if self._dialect.name == "postgresql":
            self._judge_tables(carrier, allowed)
        elif self._dialect.name == "sqlite":
            extra = self._look() - self._before - carrier.counter - carrier.scratched
            if extra > sum(allowed.values()):
                raise refusals.side_effects(self._facts.store, "", extra, sum(allowed.values()))

    def _judge_tables(self, carrier: Carrier, allowed: Mapping[str, int]) -> None:
        names = {oid: name for name, oid in self._facts.ids.items()}
        extra: dict[str, int] = {}
        for oid, (raw, counts) in self._look().items():
            before = self._before.get(oid, ("", (0, 0, 0)))[1]
            name = self._root(names.get(oid, raw))
            extra[name] = extra.get(name, 0) + sum(counts) - sum(before)
        for name, rows in extra.items():
            beyond = rows - carrier.changed.get(name, 0)
            if beyond > allowed.get(name, 0):
                raise refusals.side_effects(self._facts.store, name, beyond, allowed.get(name, 0))

    def _root(self, name: str) -> str:
        table = self._facts.schema.tables.get(name)
        while table is not None and table.partition_of:
            name = table.partition_of
            table = self._facts.schema.tables.get(name)
        return name
