"""A read-only look at the sets of one program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from waarborg.errors import StoreError
from waarborg.stores import refusals
from waarborg.stores.contract import Budget, Family, Image, In, Key
from waarborg.stores.matching import day_of
from waarborg.stores.sets import order_of
from waarborg.stores.sql.connect import rewritten
from waarborg.stores.sql.digests import digested, identity, joined, of_joined, whole_key
from waarborg.stores.sql.evaluate import Evaluation


class ReadingEvaluation(Evaluation):
    """Sets as a reader sees them: no locks, and key tables only where the place allows them."""

    begin: Callable[[Any, bool], None] = staticmethod(lambda cursor, read_only: None)
    writable = False

    def may_scratch(self) -> bool:
        """PostgreSQL refuses key tables in a read-only transaction: begin another one, once."""
        if not self.writable and self.dialect.name == "postgresql":
            self.writable = True
            self.run("COMMIT")
            self.begin(self.cursor, False)
            if self.fetch("SELECT pg_is_in_recovery()")[0][0]:
                return False
        return True


class SqlReading:
    """The sets of a program, counted and streamed. One reader, one connection, one thread."""

    def __init__(self, evaluation: Evaluation, connection: Any, budget: Budget) -> None:
        self._sets = evaluation
        self._connection = connection
        self._budget = budget
        self._counts: dict[str, int] = {}

    def _from(self, name: str) -> tuple[str, str, list[Any]]:
        """Table, FROM and WHERE of a set, with the parameters."""
        found = self._sets.analysis.sets.get(name)
        if found is None:
            raise refusals.unknown_set(self._sets.facts.store, name, self._sets.analysis.sets)
        params: list[Any] = []
        condition = self._sets.condition(In(name), found.table, "t", params)
        return (
            found.table,
            f"FROM {self._sets.dialect.table(self._sets.facts, found.table)} t WHERE {condition}",
            params,
        )

    def count(self, name: str) -> int:
        """How many rows are in the set."""
        if name not in self._counts:
            self._counts[name] = self._count(name)
        return self._counts[name]

    def _count(self, name: str) -> int:
        sets = self._sets
        if name in sets.analysis.sets and sets.is_pinned(name):
            pin = sets.pin(name)
            if pin.keys:
                return pin.count
        _, source, params = self._from(name)
        return int(sets.fetch(f"SELECT count(*) {source}", params)[0][0])

    def groups(self, name: str, column: str) -> Mapping[int | None, int]:
        """Rows of the set by the calendar year of a date or datetime column."""
        table, source, params = self._from(name)
        year = self._sets.dialect.year(self._sets.column("t", column), self._sets.facts.col(table, column))
        found = self._sets.fetch(f"SELECT {year} AS y, count(*) {source} GROUP BY 1 ORDER BY 1", params)
        return {None if one is None else int(one): int(rows) for one, rows in found}

    def days(self, name: str, columns: Sequence[str]) -> Mapping[tuple[date | None, ...], int]:
        """Rows of the set by the calendar days of some columns together."""
        table, source, params = self._from(name)
        picked = [
            self._sets.dialect.day(self._sets.column("t", one), self._sets.facts.col(table, one)) for one in columns
        ]
        places = ", ".join(str(number) for number in range(1, len(picked) + 1))
        found = self._sets.fetch(f"SELECT {', '.join(picked)}, count(*) {source} GROUP BY {places}", params)
        return {tuple(map(day_of, row[:-1])): int(row[-1]) for row in found}

    def values(self, name: str, columns: Sequence[str]) -> Sequence[Key]:
        """The distinct tuples of `columns` over the set, told apart by bytes."""
        table, source, params = self._from(name)
        dialect = self._sets.dialect
        exact = [dialect.exact(self._sets.column("t", one), self._sets.facts.col(table, one)) for one in columns]
        found = self._sets.fetch(f"SELECT DISTINCT {', '.join(exact)} {source}", params)
        convert = self._moments(table, columns)
        found = convert(found) if convert else found
        return sorted((tuple(row) for row in found), key=order_of)

    def rows(self, name: str, columns: Sequence[str]) -> Iterator[Sequence[Key]]:
        """The rows of the set in blocks, in key order. Read them to the end before asking something else."""
        table, source, params = self._from(name)
        sets = self._sets
        for one in columns:
            sets.facts.col(table, one)
        key = sets.facts.table(table).key
        order = f" ORDER BY {', '.join(sets.column('t', one) for one in key)}" if key else ""
        sql = f"SELECT {', '.join(sets.column('t', one) for one in columns)} {source}{order}"
        blocks = streamed(self._connection, sets.dialect.name, sql, params, self._budget.block)
        convert = self._moments(table, columns)
        return map(convert, blocks) if convert else blocks

    def _moments(self, table: str, columns: Sequence[str]) -> Callable[[list[Any]], list[Any]] | None:
        """What turns SQLite's texts into the dates they are: other engines do that themselves."""
        if self._sets.dialect.name != "sqlite":
            return None
        families = [self._sets.facts.col(table, one).family for one in columns]
        if Family.DATE not in families and Family.DATETIME not in families:
            return None
        return lambda rows: [tuple(map(_moment, row, families)) for row in rows]

    def exact(self, name: str) -> Iterator[Image]:
        """The rows of the set as images."""
        from waarborg.stores.sql.images import blocks, exactly

        table, source, params = self._from(name)
        with exactly(self._sets):
            yield from blocks(self._sets, table, source, params, name, after=False)

    def digest(self, name: str) -> str:
        """SHA-256 over the keys of the set in order."""
        sets = self._sets
        table, source, params = self._from(name)
        key, engine = whole_key(sets, table), sets.dialect.name
        if key and engine == "postgresql":
            most = self.count(name)
            picked = joined(sets.column("t", key), most, engine)
            text, rows = sets.fetch(f"SELECT {picked}, count(*) {source}", params)[0]
            return of_joined(text, rows, most, engine)
        if key and engine == "sqlite":
            text, rows = sets.fetch(f"SELECT {joined(sets.column('t', key), 0, engine)}, count(*) {source}", params)[0]
            return of_joined(text, rows, 0, engine)
        picked = ", ".join(sets.column("t", one) for one in identity(sets, table))
        return digested(sets.fetch(f"SELECT {picked} {source}", params))


def _moment(value: Any, family: Family) -> Any:
    if not isinstance(value, str) or family not in (Family.DATE, Family.DATETIME):
        return value
    try:
        return date.fromisoformat(value) if family is Family.DATE else datetime.fromisoformat(value)
    except ValueError:
        return value


def streamed(connection: Any, engine: str, sql: str, params: Sequence[Any], block: int) -> Iterator[list[Any]]:
    """Blocks of rows with a cursor that the server holds, so that memory stays bounded."""
    raw = getattr(connection, "driver_connection", None) or connection
    if not params and engine != "sqlite":
        sql = sql.replace("%%", "%")
    cursor: Any = None
    try:
        if engine == "postgresql":
            cursor = raw.cursor(name="waarborg_rows")
            cursor.itersize = block
        elif engine == "mariadb":
            from pymysql.cursors import SSCursor

            cursor = raw.cursor(SSCursor)
        else:
            cursor = raw.cursor()
        cursor.execute(sql, params) if params else cursor.execute(sql)
        while rows := cursor.fetchmany(block):
            yield rows
    except (StoreError, GeneratorExit):
        raise
    except Exception as error:
        raise rewritten(error) from None
    finally:
        if cursor is not None:
            with suppress(Exception):
                cursor.close()
