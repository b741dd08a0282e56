"""What every step of a change needs: the names, keys and digests of the rows it treats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from waarborg.stores import refusals
from waarborg.stores.contract import Change, Delete, Insert, Key, Seeds, Update
from waarborg.stores.sql.digests import EMPTY, digested, identity, joined, of_joined, whole_key
from waarborg.stores.sql.evaluate import Evaluation, Pin


@dataclass(slots=True)
class Prepared:
    """A step whose rows are known: pinned, or a condition on this table alone."""

    step: Delete | Update | Insert
    table: str
    condition: str = ""
    params: Sequence[Any] = ()
    pin: Pin | None = None
    together: tuple[tuple[str, Pin], ...] = ()
    ending: str = ""
    """What bounds a statement of MariaDB that treats rows by their condition."""


class Treating:
    """One attempt at a change on one connection, inside a transaction that is already open."""

    def __init__(self, sets: Evaluation, change: Change, seeds: Seeds) -> None:
        self.sets = sets
        self.change = change
        self.made: dict[str, Sequence[Key]] = dict(seeds)
        self.changed: dict[str, int] = {}
        """Rows our own statements changed, by table."""
        self.reached: dict[str, int] = {}
        """Rows that cascades will have changed, where the engine does not count them."""
        self.counter = 0
        self.scratched = 0
        """Rows of our own key tables, which SQLite counts among its changes."""

    # -- rows and keys

    def _count(self, table: str, rows: int) -> None:
        self.changed[table] = self.changed.get(table, 0) + rows
        self.counter += rows

    def _changed(self, table: str, statement: str, params: Sequence[Any]) -> int:
        """Run a statement; how many rows it changed. What a module writes for itself is told from side effects."""
        if table not in self.sets.facts.virtual:
            return int(self.sets.run(statement, params).rowcount)
        connection = self.sets.cursor.connection
        before = connection.total_changes
        rows = int(self.sets.run(statement, params).rowcount)
        self.scratched += connection.total_changes - before - rows
        return rows

    def _target(self, table: str) -> str:
        return self.sets.dialect.table(self.sets.facts, table)

    def _key_list(self, table: str, alias: str = "") -> str:
        names = [self.sets.column("t", one) for one in identity(self.sets, table)]
        return ", ".join(name if alias else name[2:] for name in names)

    def _within(self, step: Delete | Update | Insert, found: int) -> None:
        if found > step.ceiling:
            raise refusals.too_many(self.sets.facts.store, step.id, found, step.ceiling)

    def _calm(self, table: str) -> bool:
        """Whether no earlier step can have taken rows of this table along: then what was held is what is treated."""
        facts = self.sets.facts
        if any(ref.on_delete[:3] in ("CAS", "SET") for ref in facts.table(table).foreign_keys):
            return False
        return not any(facts.table(name).triggers for name in self.sets.treated)

    def _returning(
        self, statement: str, step: Delete | Update | Insert, table: str, params: Sequence[Any]
    ) -> tuple[int, str]:
        """Run a statement with its keys returned, in one text where the key is a whole number."""
        sets = self.sets
        if table in sets.facts.virtual:
            raise refusals.malformed(sets.facts.store, f'"{table}" gives back nothing of what was treated.')
        key = whole_key(sets, table)
        if key and sets.dialect.name == "postgresql":
            column = sets.dialect.quote(key)
            picked = f"SELECT count(*), {joined(column, step.ceiling, 'postgresql')} FROM done"
            found = sets.fetch(f"WITH done AS ({statement} RETURNING t.{column}) {picked}", params)[0]
            rows, digest = found[0], of_joined(found[1], found[0], step.ceiling, "postgresql")
        else:
            alias = "t" if sets.dialect.name == "postgresql" else ""
            keys = sets.fetch(f"{statement} RETURNING {self._key_list(table, alias)}", params)
            rows, digest = len(keys), digested(keys)
        self._count(table, rows)
        return rows, digest

    def _before(self, table: str, alias: str, condition: str, params: Sequence[Any]) -> str:
        """The digest of rows that are about to be treated: of their keys, or of all their columns."""
        sets = self.sets
        key = whole_key(sets, table)
        if key and sets.dialect.name == "sqlite":
            picked = f"{joined(sets.column(alias, key), 0, 'sqlite')}, count(*)"
            text, rows = sets.fetch(f"SELECT {picked} FROM {self._target(table)} {alias} WHERE {condition}", params)[0]
            return of_joined(text, rows, 0, "sqlite")
        picked = ", ".join(sets.column(alias, name) for name in identity(sets, table))
        return digested(sets.fetch(f"SELECT {picked} FROM {self._target(table)} {alias} WHERE {condition}", params))

    def _where(self, one: Prepared, alias: str) -> tuple[str, Sequence[Any]]:
        if one.pin is None or one.condition:
            return one.condition, one.params
        return self._by_key(one.table, one.pin, alias)

    def _by_key(self, table: str, pin: Pin, alias: str) -> tuple[str, Sequence[Any]]:
        params: list[Any] = []
        key = pin.columns[: pin.keys]
        if pin.temp:
            return self.sets._in_table(pin, key, table, alias, key, params), params
        return self.sets.keys(table, alias, key, pin.key_rows(), params), params

    def _pin_digest(self, pin: Pin) -> str:
        """The digest of a pinned set, before its rows are treated."""
        sets = self.sets
        if not sets.facts.table(pin.table).key:
            condition, params = self._by_key(pin.table, pin, "t")
            return self._before(pin.table, "t", condition, params)
        if not pin.temp:
            return digested(pin.key_rows())
        own = ", ".join(f"c{number}" for number in range(pin.keys))
        if sets.dialect.name == "postgresql" and whole_key(sets, pin.table):
            text = sets.fetch(f"SELECT {joined('c0', pin.count, 'postgresql')} FROM {pin.temp}")[0][0]
            return of_joined(text, pin.count, pin.count, "postgresql")
        return digested(sets.fetch(f"SELECT {own} FROM {pin.temp}"))


__all__ = ["EMPTY", "Prepared", "Treating"]
