"""Rows exactly as they are: read in a form that the engine takes back bit for bit, shown to a witness, put back.

What "exactly" costs differs. PostgreSQL has a text of every value of every type that reads back as the same value.
SQLite gives each value in its own storage class. MariaDB shows floats rounded, times in a zone and bytes as text unless
it is asked otherwise. Settings that change such a text (zone, date style) are set for the reading and for the putting
back alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from waarborg.stores import refusals
from waarborg.stores.contract import (
    Column,
    Delete,
    Family,
    Image,
    Insert,
    Key,
    PutBack,
    RawText,
    Refill,
    StepDone,
    Update,
    Witness,
)
from waarborg.stores.sql.digests import digested, identity
from waarborg.stores.sql.evaluate import Evaluation
from waarborg.stores.sql.treat import Prepared, Treating

_AT_ONCE = 200
"""Rows in one INSERT or UPDATE that carries its values as parameters."""
_PARAMETERS = 30_000
"""Parameters in one statement: engines stop at 32,766 and 65,535."""
_SETTINGS = (
    "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres';"
    " SET LOCAL extra_float_digits = 3; SET LOCAL bytea_output = 'hex'; SET LOCAL xmloption = 'content'"
)
_MODE = "STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION"
"""What MariaDB may not do with a value that comes back: cut it, or take 0 for "the next number"."""


@contextmanager
def exactly(sets: Evaluation) -> Iterator[None]:
    """Settings under which a value and its text are the same thing, for the length of the block."""
    if sets.dialect.name == "postgresql":
        sets.run(_SETTINGS)
        yield
    elif sets.dialect.name == "mariadb":
        mode, zone = sets.fetch("SELECT @@SESSION.sql_mode, @@SESSION.time_zone")[0]
        sets.run("SET SESSION sql_mode = %s, time_zone = '+00:00'", [_MODE])
        try:
            yield
        finally:
            sets.run("SET SESSION sql_mode = %s, time_zone = %s", [mode, zone])
    else:
        yield


# ------------------------------------------------------------------------------------------------ reading


def stored(sets: Evaluation, table: str) -> tuple[Column, ...]:
    """The columns of a table that the engine does not compute itself."""
    return tuple(column for column in sets.facts.table(table).columns if not column.generated)


def picked(sets: Evaluation, table: str, alias: str = "t") -> list[str]:
    """An expression for each cell; SQLite's come in pairs, the second with the storage class."""
    expressions: list[str] = []
    for column in stored(sets, table):
        name = sets.column(alias, column.name)
        match sets.dialect.name:
            case "postgresql":
                expressions.append(f"{name}::text")
            case "sqlite":
                expressions += [f"CASE typeof({name}) WHEN 'text' THEN CAST({name} AS blob) ELSE {name} END"]
                expressions += [f"typeof({name})"]
            case _:
                expressions.append(_of_mariadb(sets, table, column, name))
    return expressions


def _of_mariadb(sets: Evaluation, table: str, column: Column, name: str) -> str:
    base = sets.facts.col(table, column.name).base.lower()
    if base == "bit":
        return f"CAST({name} + 0 AS char)"
    if base == "float":
        return f"CAST(CAST({name} AS double) AS char)"
    if column.family in (Family.TEXT, Family.JSON) and base not in ("uuid", "inet4", "inet6"):
        return name
    if column.family is Family.BINARY or base in _SHAPES:
        return f"HEX({name})"
    return f"CAST({name} AS char)"


_SHAPES = frozenset(("geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon",
                     "geometrycollection"))  # fmt: skip


def cells(sets: Evaluation, table: str, row: Sequence[Any]) -> Key:
    """The cells of a row as an image holds them."""
    if sets.dialect.name == "postgresql":
        return tuple(row)
    if sets.dialect.name == "sqlite":
        return tuple(_of_sqlite(value, kind) for value, kind in zip(row[::2], row[1::2], strict=True))
    found = []
    for column, value in zip(stored(sets, table), row, strict=True):
        base = sets.facts.col(table, column.name).base.lower()
        if value is None or not (column.family is Family.BINARY or base in _SHAPES or base == "bit"):
            found.append(value.decode() if isinstance(value, bytes) and column.family is not Family.TEXT else value)
        else:
            found.append(int(value) if base == "bit" else bytes.fromhex(_plain(value)))
    return tuple(found)


def _plain(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _of_sqlite(value: Any, kind: str) -> object:
    if kind != "text":
        return value
    raw = bytes(value)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return RawText(raw)


def blocks(
    sets: Evaluation, table: str, source: str, params: Sequence[Any], step: str, after: bool, alias: str = "t"
) -> Iterator[Image]:
    """The rows of a query (`FROM … WHERE …`) as images; `alias` is what it calls the table."""
    names = tuple(column.name for column in stored(sets, table))
    key = sets.facts.table(table).key
    order = f" ORDER BY {', '.join(sets.column(alias, one) for one in key)}" if key else ""
    lock = sets._lock() if table in sets.treated and not after else ""
    found = sets.fetch(f"SELECT {', '.join(picked(sets, table, alias)) or '1'} {source}{order}{lock}", params)
    for start in range(0, len(found), sets.budget.block):
        rows = [cells(sets, table, row) for row in found[start : start + sets.budget.block]]
        yield Image(step, table, names, rows, after)


# ------------------------------------------------------------------------------------------------ a witness


class Witnessing(Treating):
    """Shows the rows of a change to its witness: before the steps, and those of updates afterwards."""

    def show(self, prepared: Sequence[Prepared], witness: Witness) -> dict[str, int]:
        """Every row of each step as it is. Returns how many there were, by step."""
        seen: dict[str, int] = {}
        with exactly(self.sets):
            for one in prepared:
                if isinstance(one.step, Insert):
                    continue
                condition, params = self._where(one, "t")
                # A DELETE of MariaDB names the table itself where it goes by a condition.
                own = one.pin is None and isinstance(one.step, Delete) and self.sets.dialect.joins_delete
                pairs = [(one.table, condition, params, self._target(one.table) if own else "t")]
                for table, pin in one.together:
                    pairs.append((table, *self._by_key(table, pin, "t"), "t"))
                for table, where, values, alias in pairs:
                    for image in self._images(table, where, values, one.step.id, after=False, alias=alias):
                        seen[one.step.id] = seen.get(one.step.id, 0) + len(image.rows)
                        witness.see(image)
        return seen

    def show_after(self, prepared: Sequence[Prepared], witness: Witness) -> None:
        """What became of the rows that were updated."""
        with exactly(self.sets):
            for one in prepared:
                if isinstance(one.step, Update) and one.pin is not None:
                    condition, params = self._by_key(one.table, one.pin, "t")
                    for image in self._images(one.table, condition, params, one.step.id, after=True):
                        witness.see(image)

    def _images(
        self, table: str, where: str, params: Sequence[Any], step: str, *, after: bool, alias: str = "t"
    ) -> Iterator[Image]:
        if where:
            source = f"FROM {self._target(table)}{' t' if alias == 't' else ''} WHERE {where}"
            yield from blocks(self.sets, table, source, params, step, after, alias)

    def witnessed(self, done: Sequence[StepDone], seen: Mapping[str, int]) -> None:
        """Raise `StalePlan` when a step treated other rows than the witness saw: nothing goes that cannot come back."""
        steps = {step.id for step in self.change.steps if isinstance(step, Delete | Update)}
        for one in done:
            if one.step in steps and one.rows != seen.get(one.step, 0):
                raise refusals.unwitnessed(self.sets.facts.store, one.step)


# ------------------------------------------------------------------------------------------------ putting back


def whole_type(base: str) -> str:
    """A type of PostgreSQL as one that cuts nothing: `character` alone means one character, `bit` one bit."""
    plain = base.removesuffix("[]")
    return {"character": "pg_catalog.bpchar", "bit": 'pg_catalog."bit"'}.get(plain, plain).replace("%", "%%") + base[
        len(plain) :
    ]


class PuttingBack(Treating):
    """The rows that come back."""

    def bring(self, back: Sequence[PutBack | Refill]) -> tuple[StepDone, ...]:
        """Carry out what comes back, in order."""
        if not back:
            return ()
        with exactly(self.sets):
            if self.sets.dialect.name == "sqlite":
                self.sets.run("PRAGMA defer_foreign_keys = ON")
            return tuple(self._put(one) if isinstance(one, PutBack) else self._refill(one) for one in back)

    def _rows(self, seed: str, columns: Sequence[str], ceiling: int, step: str) -> Sequence[Key]:
        if seed not in self.made:
            raise refusals.unknown_seed(self.sets.facts.store, seed)
        rows = self.made[seed]
        if any(len(row) != len(columns) for row in rows):
            raise refusals.malformed(self.sets.facts.store, f'The tuples of seed "{seed}" do not fit the columns.')
        if len(rows) > ceiling:
            raise refusals.too_many(self.sets.facts.store, step, len(rows), ceiling)
        return rows

    def _put(self, step: PutBack) -> StepDone:
        parts = [(step.table, step.columns, self._rows(step.seed, step.columns, step.ceiling, step.id))]
        parts += [(table, columns, self._rows(seed, columns, step.ceiling, step.id))
                  for table, columns, seed in step.together]  # fmt: skip
        if self.sets.dialect.name == "postgresql":
            self._put_postgresql(parts)
        else:
            for table, columns, rows in parts:
                self._put_blocks(table, columns, rows)
        keys: list[Key] = []
        for table, columns, rows in parts:
            self._count(table, len(rows))
            places = [columns.index(name) for name in identity(self.sets, table) if name in columns]
            keys += [tuple(row[place] for place in places) for row in rows]
            self._go_on(table, columns)
        return StepDone(step.id, len(keys), digested(keys))

    def _put_postgresql(self, parts: Sequence[tuple[str, Sequence[str], Sequence[Key]]]) -> None:
        """Every row of all parts in one statement: references between them are looked at when it ends."""
        made, params = [], []
        for table, columns, rows in (*parts[1:], parts[0]):  # as the statement names them
            names = ", ".join(self.sets.dialect.quote(name) for name in columns)
            arrays = ", ".join("%s::text[]" for _ in columns)
            typed = ", ".join(
                f"u.c{n}::{whole_type(self.sets.facts.col(table, name).base)}" for n, name in enumerate(columns)
            )
            labels = ", ".join(f"c{n}" for n in range(len(columns)))
            params += [[row[n] for row in rows] for n in range(len(columns))]
            made.append(
                f"INSERT INTO {self._target(table)} ({names}) OVERRIDING SYSTEM VALUE"
                f" SELECT {typed} FROM unnest({arrays}) AS u ({labels})"
            )
        first = [f"put{n} AS ({one} RETURNING 1)" for n, one in enumerate(made[:-1])]
        self.sets.run((f"WITH {', '.join(first)} " if first else "") + made[-1], params)

    def _put_blocks(self, table: str, columns: Sequence[str], rows: Sequence[Key]) -> None:
        names = ", ".join(self.sets.dialect.quote(name) for name in columns)
        size = max(1, min(_AT_ONCE, _PARAMETERS // max(len(columns), 1)))
        for start in range(0, len(rows), size):
            params: list[Any] = []
            marks = [", ".join(self._mark(value, params) for value in row) for row in rows[start : start + size]]
            values = ", ".join(f"({one})" for one in marks)
            self.sets.run(f"INSERT INTO {self._target(table)} ({names}) VALUES {values}", params)

    def _mark(self, value: object, params: list[Any]) -> str:
        params.append(bytes(value) if isinstance(value, RawText) else value)
        if isinstance(value, RawText):
            return "CAST(? AS text)"
        return self.sets.dialect.mark

    def _go_on(self, table: str, columns: Sequence[str]) -> None:
        """A sequence that was set back meanwhile would give out a number that is there again."""
        if self.sets.dialect.name != "postgresql":
            return
        for column in stored(self.sets, table):
            if column.name not in columns or not (column.identity or column.has_default):
                continue
            name = self._target(table).replace("%%", "%")
            own = self.sets.fetch("SELECT pg_get_serial_sequence(%s, %s)", [name, column.name])[0][0]
            if own is None:
                continue
            high, last = self.sets.fetch(
                f"SELECT (SELECT max({self.sets.dialect.quote(column.name)}) FROM {self._target(table)}),"
                f" (SELECT last_value FROM {own.replace('%', '%%')})"
            )[0]
            if high is not None and high > last:
                self.sets.run("SELECT setval(%s::regclass, %s)", [own, high])

    # -- columns of rows that are there

    def _refill(self, step: Refill) -> StepDone:
        rows = self._rows(step.seed, (*step.key, *step.columns), step.ceiling, step.id)
        was = self._rows(step.was, (*step.key, *step.columns), step.ceiling, step.id) if step.was else []
        size = max(1, min(_AT_ONCE, _PARAMETERS // (1 + 2 * len(step.key) + len(step.columns) * (2 + len(step.key)))))
        done = 0
        for start in range(0, len(rows), size):
            done += self._refill_block(step, rows[start : start + size], was[start : start + size])
        if done != len(rows):
            raise refusals.not_there(self.sets.facts.store, step.id)
        self._count(step.table, done)
        return StepDone(step.id, done, digested([row[: len(step.key)] for row in rows]))

    def _refill_block(self, step: Refill, rows: Sequence[Key], was: Sequence[Key]) -> int:
        sets, width = self.sets, len(step.key)
        params: list[Any] = []
        parts = []
        for place, name in enumerate(step.columns):
            cases = []
            for row in rows:
                same = self._same(step, row[:width], params)
                cases.append(f"WHEN {same} THEN {self._typed(step.table, name, row[width + place], params)}")
            parts.append(f"{sets.dialect.quote(name)} = CASE {' '.join(cases)} ELSE {sets.column('t', name)} END")
        conditions = []
        for place, row in enumerate(rows):
            told = self._same(step, row[:width], params)
            if was:
                told += "".join(
                    f" AND {self._is(step.table, name, value, params)}"
                    for name, value in zip(step.columns, was[place][width:], strict=True)
                )
            conditions.append(f"({told})")
        where = " OR ".join(conditions)
        return int(
            sets.run(f"UPDATE {self._target(step.table)} AS t SET {', '.join(parts)} WHERE {where}", params).rowcount
        )

    def _same(self, step: Refill, key: Key, params: list[Any]) -> str:
        return " AND ".join(
            f"{self.sets.column('t', name)} = {self._typed(step.table, name, value, params)}"
            for name, value in zip(step.key, key, strict=True)
        )

    def _is(self, table: str, name: str, value: object, params: list[Any]) -> str:
        """Whether a cell holds exactly this, NULL included."""
        column = self.sets.column("t", name)
        if value is None:
            return f"{column} IS NULL"
        if self.sets.dialect.name == "postgresql":
            params.append(value)
            return f'{column}::text COLLATE "C" = %s::text'
        if self.sets.dialect.name == "sqlite":
            return f"{column} IS {self._mark(value, params)}"
        found = next(one for one in stored(self.sets, table) if one.name == name)
        shown = _of_mariadb(self.sets, table, found, column)
        params.append(value.hex().upper() if isinstance(value, bytes) else str(value))
        return f"BINARY CONVERT({shown} USING utf8mb4) = BINARY %s"

    def _typed(self, table: str, name: str, value: object, params: list[Any]) -> str:
        if value is None:
            return "NULL"
        mark = self._mark(value, params)
        base = whole_type(self.sets.facts.col(table, name).base)
        return f"{mark}::{base}" if self.sets.dialect.name == "postgresql" else mark
