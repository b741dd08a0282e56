"""Inserting the rows that are not there yet, and finding those that are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from waarborg.stores import refusals
from waarborg.stores.contract import Insert, Key, StepDone
from waarborg.stores.sql.digests import digested, identity
from waarborg.stores.sql.treat import Treating
from waarborg.stores.sql.values import coerce
from waarborg.stores.sql.writes import plain_value


class Inserting(Treating):
    """The `Insert` steps."""

    def _insert(self, step: Insert) -> StepDone:
        """Rows that are not there yet; what `returning` names becomes a seed for later steps."""
        sets = self.sets
        own = sets.facts.table(step.table).key
        known = step.key or (own if own and set(own) <= set(step.columns) else step.columns)
        kept = identity(sets, step.table)
        picked = tuple(dict.fromkeys((*step.returning, *kept)))
        found: list[Key] = []
        keys: list[Key] = []
        for values in self._insertable(step):
            row = dict(zip(step.columns, values, strict=True))
            there = self._there(step.table, known, row, picked)
            if there is None:
                there = self._insert_one(step, row, picked, known)
                keys.append(tuple(there[name] for name in kept))
            found.append(tuple(there[name] for name in step.returning))
        if step.returning:
            self.made[step.id] = found
        self._count(step.table, len(keys))
        return StepDone(step.id, len(keys), digested(keys))

    def _insertable(self, step: Insert) -> Sequence[Key]:
        if step.seed not in self.made:
            raise refusals.unknown_seed(self.sets.facts.store, step.seed)
        rows = self.made[step.seed]
        if any(len(values) != len(step.columns) for values in rows):
            raise refusals.malformed(self.sets.facts.store, f'The tuples of seed "{step.seed}" do not fit the columns.')
        return rows

    def _insert_one(
        self, step: Insert, row: Mapping[str, Any], picked: Sequence[str], known: Sequence[str]
    ) -> Mapping[str, Any]:
        sets = self.sets
        names = ", ".join(sets.dialect.quote(name) for name in row)
        marks = ", ".join(
            f"%s::{sets.facts.col(step.table, name).base}" if sets.dialect.name == "postgresql" else sets.dialect.mark
            for name in row
        )
        values = [plain_value(sets.dialect, value) for value in row.values()]
        statement = f"INSERT INTO {sets.dialect.named(sets.facts, step.table)} ({names}) VALUES ({marks})"
        if not sets.dialect.delete_returning:
            sets.run(statement, values)
            return self._there(step.table, known, row, picked) or dict(row)
        back = ", ".join(sets.dialect.quote(name) for name in picked)
        return dict(zip(picked, sets.fetch(f"{statement} RETURNING {back}", values)[0], strict=True))

    def _there(
        self, table: str, known: Sequence[str], row: Mapping[str, Any], picked: Sequence[str]
    ) -> Mapping[str, Any] | None:
        """The row that is there already, if any. NULL is never the same as NULL."""
        sets = self.sets
        params: list[Any] = []
        parts = []
        for name in known:
            col = sets.facts.col(table, name)
            values = coerce(row.get(name), col, sets.dialect.name)
            if not values:
                return None
            parts.append(sets.dialect.one(sets.column("t", name), col, values, params))
        if not parts:
            return None
        columns = ", ".join(sets.column("t", name) for name in picked)
        where = " AND ".join(f"({part})" for part in parts)
        order = ", ".join(sets.column("t", name) for name in sets.facts.table(table).key or known)
        sql = f"SELECT {columns} FROM {self._target(table)} t WHERE {where} ORDER BY {order} LIMIT 1"
        found = sets.fetch(sql, params)
        return dict(zip(picked, found[0], strict=True)) if found else None
