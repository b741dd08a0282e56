"""Sets of rows on one connection: which are fetched once (pinned) and which stay a condition (direct).

A pinned set keeps its keys and every column that other sets compare with. Up to `Budget.parameters` of them are held
here and travel as parameters; more fill a key table in the database, which is analysed before use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from waarborg.errors import StoreError
from waarborg.stores.contract import Both, Budget, In, Rows, Seeds
from waarborg.stores.sql.analysis import Analysis, linear, recursive_part
from waarborg.stores.sql.compile import Compiler
from waarborg.stores.sql.connect import Refused, rewritten
from waarborg.stores.sql.dialects import Dialect
from waarborg.stores.sql.facts import Facts

_NO_SCRATCH = {"42501", "25006", "0A000", "1044", "1142", "1227", "1290", "1792", "1836", "SQLITE_READONLY"}
"""Refusals of a key table: no privilege, a read-only transaction, a standby."""


@dataclass(slots=True)
class Pin:
    """A set that was fetched. `columns` begin with the key."""

    table: str
    columns: tuple[str, ...]
    keys: int
    """How many of the columns are the key (0: the table has none)."""
    rows: list[Any] | None
    temp: str = ""
    count: int = 0
    locked: bool = False

    def picked(self, columns: Sequence[str]) -> list[Any]:
        """The distinct tuples of these columns without NULL."""
        places = [self.columns.index(name) for name in columns]
        if len(places) == 1:
            place = places[0]
            return [(value,) for value in dict.fromkeys(row[place] for row in self.rows or ()) if value is not None]
        tuples = dict.fromkeys(tuple(row[place] for place in places) for row in self.rows or ())
        return [one for one in tuples if None not in one]

    def key_rows(self) -> list[Any]:
        """The keys of the rows, as tuples."""
        return [row[: self.keys] for row in self.rows or ()]


class Evaluation(Compiler):
    """One program on one connection. Statements run when a set is first needed; nothing is evaluated twice."""

    def __init__(
        self,
        facts: Facts,
        dialect: Dialect,
        cursor: Any,
        analysis: Analysis,
        seeds: Seeds,
        budget: Budget,
        treated: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(facts, dialect, analysis, seeds)
        self.cursor = cursor
        self.budget = budget
        self.treated = treated
        """Tables whose rows are locked as they are pinned (empty when only reading)."""
        self.pins: dict[str, Pin] = {}
        self.forced: set[str] = set()
        """Sets to pin beside those that reading would pin."""
        self.scratch = True
        self.temps: list[str] = []
        self.filled = 0
        """Rows put into key tables."""

    # -------------------------------------------------------------------------------------------- statements

    def run(self, sql: str, params: Sequence[Any] = ()) -> Any:
        """Execute a statement; a driver's refusal comes out without its values."""
        try:
            if params:
                self.cursor.execute(sql, params)
            else:
                self.cursor.execute(sql.replace("%%", "%") if self.dialect.mark == "%s" else sql)
            return self.cursor
        except Exception as error:
            raise rewritten(error) from None

    def fetch(self, sql: str, params: Sequence[Any] = ()) -> list[Any]:
        """Every row of a query."""
        try:
            return list(self.run(sql, params).fetchall())
        except StoreError:
            raise
        except Exception as error:
            raise rewritten(error) from None

    def stream(self, sql: str, params: Sequence[Any]) -> Iterator[list[Any]]:
        """The rows of a query in blocks."""
        cursor = self.run(sql, params)
        while True:
            try:
                block = cursor.fetchmany(self.budget.block)
            except Exception as error:
                raise rewritten(error) from None
            if not block:
                return
            yield block

    # -------------------------------------------------------------------------------------------- pinning

    def is_pinned(self, name: str) -> bool:
        return name in self.pins or name in self.forced or self.analysis.pinned(name)

    def follow(self, table: str, moved: Mapping[Any, Any]) -> None:
        """Rows that are known by their address have moved: every set that holds them learns where to."""
        for pin in self.pins.values():
            if pin.table != table or not moved or pin.columns[:1] != ("ctid",):
                continue
            if pin.rows is not None:
                pin.rows = [(moved.get(row[0], row[0]), *row[1:]) for row in pin.rows]
            if pin.temp:
                pairs = "unnest(%s::tid[], %s::tid[]) AS m (was, now)"
                params = [list(map(str, moved)), list(map(str, moved.values()))]
                self.run(f"UPDATE {pin.temp} AS k SET c0 = m.now FROM {pairs} WHERE k.c0 = m.was", params)

    def pin(self, name: str) -> Pin:
        """The set, fetched now if it was not yet."""
        found = self.pins.get(name)
        if found is not None:
            return found
        group = self.analysis.group.get(name)
        if group:
            self._fixpoint(group)
            return self.pins[name]
        made = self._fetched(name, self.analysis.sets[name].rows)
        self.pins[name] = made
        return made

    def _columns(self, name: str) -> tuple[tuple[str, ...], int]:
        table = self.analysis.sets[name].table
        key = self.facts.key(table)
        columns = (*key, *(one for one in self.analysis.wants.get(name, ()) if one not in key))
        return columns, len(key)

    def _locks(self, name: str, rows: Rows) -> bool:
        """Whether these rows are still to be locked: a part of a set that is locked is locked already."""
        table = self.analysis.sets[name].table
        if table not in self.treated or not self.dialect.lock:
            return False
        parts = rows.parts if isinstance(rows, Both) else (rows,)
        return not any(isinstance(part, In) and part.set in self.pins and self.pins[part.set].locked for part in parts)

    def _select(self, name: str, rows: Rows) -> tuple[str, list[Any], bool]:
        """The query for a set's rows, its parameters, and whether it looks into other tables."""
        table = self.analysis.sets[name].table
        columns, _ = self._columns(name)
        params: list[Any] = []
        before, self.crossed = self.crossed, False
        condition = self.condition(rows, table, "t", params)
        crossed, self.crossed = self.crossed, before
        picked = ", ".join(self.column("t", one) for one in columns) or "1"
        return f"SELECT {picked} FROM {self.dialect.table(self.facts, table)} t WHERE {condition}", params, crossed

    def limited(self, name: str, limit: int) -> Pin:
        """At most `limit` rows of a set, the first in key order: for one step, known to the program by no name."""
        return self._fetched(name, In(name), limit)

    def _fetched(self, name: str, rows: Rows, first: int = 0) -> Pin:
        table = self.analysis.sets[name].table
        columns, keys = self._columns(name)
        locks = self._locks(name, rows)
        held = table in self.treated and bool(self.dialect.lock)
        sql, params, crossed = self._select(name, rows)
        order, lock = self._order(columns[:keys]) if locks or first else "", self._lock() if locks else ""
        bound = f" LIMIT {first}" if first else ""
        tail = order + bound + lock
        most = self.budget.parameters
        limit = f" LIMIT {most + 1}" if self.scratch and keys and (not first or first > most) else ""
        found = self.fetch(sql + order + (limit or bound) + lock, params)
        if limit and len(found) > most:
            made = self._key_table(name, sql + tail, params)
            if made is not None:
                if locks and crossed:
                    self._still(made, name, rows)
                made.locked = held
                return made
            found = self.fetch(sql + tail, params)
        pin = Pin(table, columns, keys, found, "", len(found), held)
        if locks and crossed and found:
            # What other rows say is asked again now that these rows are held: the first answer may be old by then.
            self.pins["§held"] = pin
            sql, params, _ = self._select(name, Both((In("§held"), rows)))
            pin = Pin(table, columns, keys, self.fetch(sql, params), "", 0, held)
            pin.count = len(pin.rows or ())
            del self.pins["§held"]
        return pin

    def _tail(self, key: Sequence[str]) -> str:
        return self._order(key) + self._lock()

    def _order(self, key: Sequence[str]) -> str:
        return f" ORDER BY {', '.join(self.column('t', one) for one in key)}" if key and key[0] != "ctid" else ""

    def _lock(self) -> str:
        return self.dialect.lock + (" OF t" if self.dialect.name == "postgresql" else "")

    # -------------------------------------------------------------------------------------------- key tables

    def may_scratch(self) -> bool:
        """A chance for a reader to make its transaction one that may create key tables."""
        return True

    def _key_table(self, name: str, sql: str, params: Sequence[Any]) -> Pin | None:
        """A key table filled by a query, or None when this account or place cannot have one."""
        table = self.analysis.sets[name].table
        columns, keys = self._columns(name)
        if not self.may_scratch():
            self.scratch = False
            return None
        temp = self.dialect.key_table(len(self.temps))
        try:
            self._create(temp, table, columns, keys)
        except Refused as error:
            if error.code not in _NO_SCRATCH:
                raise
            self.scratch = False
            return None
        self.temps.append(temp)
        self.run(f"INSERT INTO {temp} {sql}", params)
        return self._ready(Pin(table, columns, keys, None, temp))

    def _ready(self, pin: Pin) -> Pin:
        if self.dialect.name == "postgresql":
            self.run(f"ANALYZE {pin.temp}")
        before, pin.count = pin.count, self.fetch(f"SELECT count(*) FROM {pin.temp}")[0][0]
        self.filled += pin.count - before
        return pin

    def _create(self, temp: str, table: str, columns: Sequence[str], keys: int) -> None:
        own = ", ".join(f"c{number}" for number in range(keys))
        if self.dialect.name == "postgresql":
            typed = ", ".join(f"c{n} {self._type(table, one)}" for n, one in enumerate(columns))
            self.run("SAVEPOINT waarborg_keys")
            try:
                self.run(f"CREATE TEMPORARY TABLE {temp} ({typed}) ON COMMIT DROP")
            except Refused:
                self.run("ROLLBACK TO SAVEPOINT waarborg_keys")
                raise
        elif self.dialect.name == "sqlite":
            typed = ", ".join(f"c{n}" for n in range(len(columns)))
            self.run(f"CREATE TEMPORARY TABLE {temp} ({typed}, PRIMARY KEY ({own})) WITHOUT ROWID")
        else:
            picked = ", ".join(f"{self.column('t', one)} AS c{n}" for n, one in enumerate(columns))
            indexes = "".join(
                f", INDEX (c{n})" for n in range(keys, len(columns)) if self._indexable(table, columns[n])
            )
            self.run(
                f"CREATE TEMPORARY TABLE {temp} (PRIMARY KEY ({own}){indexes}) ENGINE=InnoDB AS"
                f" SELECT {picked} FROM {self.dialect.table(self.facts, table)} t WHERE 1 = 0"
            )

    def _type(self, table: str, column: str) -> str:
        col = self.facts.col(table, column)
        return ("text" if col.ci else col.base).replace("%", "%%")

    def _indexable(self, table: str, column: str) -> bool:
        col = self.facts.col(table, column)
        return not col.base.endswith(("text", "blob", "json")) and (col.length or 0) <= 255

    def _still(self, pin: Pin, name: str, rows: Rows) -> None:
        """Take out of a key table the rows that, now that they are held, are no longer in the set."""
        self.pins["§held"] = pin
        sql, params, _ = self._select(name, Both((In("§held"), rows)))
        del self.pins["§held"]
        fresh = self._key_table(name, sql, params)
        if fresh is None:
            raise StoreError.one("WB332", "A key table could not be made a second time.")
        pin.temp, pin.count = fresh.temp, fresh.count

    def upload(self, name: str, rows: list[Any]) -> Pin:
        """A pin of rows that are known here: in a key table when there are many."""
        table = self.analysis.sets[name].table
        columns, keys = self._columns(name)
        held = Pin(table, columns, keys, rows, "", len(rows), table in self.treated and bool(self.dialect.lock))
        if len(rows) <= self.budget.parameters or not keys or not self.scratch:
            return held
        picked = ", ".join(self.column("t", one) for one in columns)
        empty = f"SELECT {picked} FROM {self.dialect.table(self.facts, table)} t WHERE 1 = 0"
        made = self._key_table(name, empty, ())
        if made is None:
            return held
        marks = ", ".join([self.dialect.mark] * len(columns))
        for start in range(0, len(rows), self.budget.block):
            block = rows[start : start + self.budget.block]
            try:
                self.cursor.executemany(f"INSERT INTO {made.temp} VALUES ({marks})", block)
            except Exception as error:
                raise rewritten(error) from None
        made.locked = held.locked
        return self._ready(made)

    # -------------------------------------------------------------------------------------------- cycles

    def _fixpoint(self, group: tuple[str, ...]) -> None:
        """Sets that lead to each other, round by round: each round asks only what the newly found rows lead to."""
        found: dict[str, dict[Any, Any]] = {name: {} for name in group}
        for name in group:
            columns, keys = self._columns(name)
            self.pins[name] = Pin(self.analysis.sets[name].table, columns, keys, [])
        frontier = {name: self._round(name, self.analysis.sets[name].rows, found) for name in group}
        straight = all(linear(self.analysis.sets[name].rows, group) for name in group)
        while any(frontier.values()):
            fresh: dict[str, list[Any]] = {name: [] for name in group}
            for pins in self._frontiers(frontier if straight else found, group):
                self.pins.update(pins)
                for name in group:
                    rows = recursive_part(self.analysis.sets[name].rows, group)
                    fresh[name] += self._round(name, rows, found)
            frontier = fresh
        for name in group:
            self.pins[name] = self.upload(name, list(found[name].values()))

    def _frontiers(self, rows: Any, group: tuple[str, ...]) -> Iterator[dict[str, Pin]]:
        """The newly found rows in blocks small enough to travel as parameters."""
        lists = {name: list(rows[name].values()) if isinstance(rows[name], dict) else rows[name] for name in group}
        whole = any(isinstance(rows[name], dict) for name in group)
        step = max((len(one) for one in lists.values()), default=1) if whole else self.budget.parameters
        for start in range(0, max(len(one) for one in lists.values()), step or 1):
            made = {}
            for name in group:
                columns, keys = self._columns(name)
                made[name] = Pin(self.analysis.sets[name].table, columns, keys, lists[name][start : start + step])
            yield made

    def _round(self, name: str, rows: Rows, found: dict[str, dict[Any, Any]]) -> list[Any]:
        pin = self._fetched_all(name, rows)
        new = []
        known = found[name]
        for row in pin:
            identity = row[: self._columns(name)[1]] or row
            if identity not in known:
                known[identity] = row
                new.append(row)
        return new

    def _fetched_all(self, name: str, rows: Rows) -> list[Any]:
        columns, keys = self._columns(name)
        sql, params, _ = self._select(name, rows)
        if params == [] and sql.endswith(f"WHERE {self.dialect.nothing()}"):
            return []
        tail = self._tail(columns[:keys]) if self._locks(name, rows) else ""
        return [tuple(row) for row in self.fetch(sql + tail, params)]

    def drop(self) -> None:
        """Let go of the key tables, outside of the transaction that used them."""
        for temp in self.temps:
            if self.dialect.name == "mariadb":
                self.run(f"DROP TEMPORARY TABLE IF EXISTS {temp}")
            elif self.dialect.name == "sqlite":
                self.run(f"DROP TABLE IF EXISTS temp.{temp}")
        self.temps.clear()
