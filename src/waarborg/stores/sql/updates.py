"""Writing columns of sets of rows: said in SQL where that is exact, otherwise read, computed and written back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from waarborg.stores.contract import Update
from waarborg.stores.sql.digests import EMPTY
from waarborg.stores.sql.facts import Col
from waarborg.stores.sql.treat import Prepared, Treating
from waarborg.stores.sql.writes import assignments, computed, plain_value, said

_REWRITTEN = 100
"""Rows whose cells are written back in one statement."""


class Updating(Treating):
    """The `Update` steps."""

    def _update(self, one: Prepared, step: Update) -> tuple[int, str]:
        sets, table = self.sets, one.table
        if one.pin is not None and not one.pin.count:
            return 0, EMPTY
        cols = {name: sets.facts.col(table, name) for name in step.writes}
        plain = {name: write for name, write in step.writes.items() if said(sets.dialect, cols[name], write)}
        params: list[Any] = []
        condition, more = self._where(one, "t")
        target = self._target(table)
        if one.pin is None and sets.dialect.update_returning and sets.facts.table(table).key:
            written = assignments(sets.dialect, sets.facts, table, "t", plain, self.made, params)
            return self._returning(
                f"UPDATE {target} AS t SET {written} WHERE {condition}", step, table, [*params, *more]
            )
        digest = self._pin_digest(one.pin) if one.pin is not None else self._before(table, "t", condition, more)
        rows = self._rewrite(
            one, step, {name: cols[name] for name in step.writes if name not in plain}, condition, more
        )
        if not plain:
            return rows, digest
        condition, more = self._where(one, "t")  # rows that were rewritten may have moved
        if one.pin is not None and one.pin.temp and sets.dialect.joins_delete:
            joined_on = " AND ".join(
                f"t.{sets.dialect.quote(name)} = k.c{n}" for n, name in enumerate(one.pin.columns[: one.pin.keys])
            )
            written = assignments(sets.dialect, sets.facts, table, "t", plain, self.made, params, "t.")
            rows = sets.run(f"UPDATE {target} AS t JOIN {one.pin.temp} k ON {joined_on} SET {written}", params).rowcount
        else:
            written = assignments(sets.dialect, sets.facts, table, "t", plain, self.made, params)
            rows = self._set(table, written, condition, params, more)
        self._count(table, rows)
        return rows, digest

    def _set(self, table: str, written: str, condition: str, params: Sequence[Any], more: Sequence[Any]) -> int:
        """Write, and say how many rows. A row known by its address only gets another one: later steps must know it."""
        sets, target = self.sets, self._target(table)
        if sets.facts.key(table) != ("ctid",):
            return self._changed(table, f"UPDATE {target} AS t SET {written} WHERE {condition}", [*params, *more])
        found = f"SELECT t.ctid AS was FROM {target} AS t WHERE {condition}"
        moved = sets.fetch(
            f"UPDATE {target} AS t SET {written} FROM ({found}) AS o WHERE t.ctid = o.was RETURNING o.was, t.ctid",
            [*params, *more],
        )
        sets.follow(table, dict(moved))
        return len(moved)

    def _rewrite(
        self, one: Prepared, step: Update, cols: Mapping[str, Col], condition: str, params: Sequence[Any]
    ) -> int:
        """Cells that only Python can rewrite exactly: read in blocks, computed, and written back where they differ."""
        sets, table = self.sets, one.table
        if not cols:
            return 0
        key = sets.facts.key(table) or tuple(cols)
        picked = ", ".join(sets.column("t", name) for name in (*key, *cols))
        seen: dict[Any, tuple[Any, ...]] = {}
        rows = 0
        for block in sets.stream(f"SELECT {picked} FROM {self._target(table)} t WHERE {condition}", params):
            for row in block:
                rows += 1
                old = tuple(row[len(key) :])
                new = tuple(
                    computed(sets.facts.store, step.writes[name], value, col, self.made)
                    for (name, col), value in zip(cols.items(), old, strict=True)
                )
                if new != old:
                    seen[tuple(row[: len(key)])] = new
        changes = list(seen.items())
        for start in range(0, len(changes), _REWRITTEN):
            self._write_back(table, key, cols, changes[start : start + _REWRITTEN])
        return rows

    def _write_back(self, table: str, key: Sequence[str], cols: Mapping[str, Col], changes: Sequence[Any]) -> None:
        """One UPDATE for a block of rows, each with values of its own."""
        sets = self.sets
        params: list[Any] = []
        parts = []
        for place, (name, col) in enumerate(cols.items()):
            cases = []
            for row, new in changes:
                same = sets.keys(table, "t", key, [row], params)
                value = new[place]
                if value is None:
                    cases.append(f"WHEN {same} THEN NULL")
                    continue
                params.append(plain_value(sets.dialect, value))
                typed = f"%s::{col.base}" if sets.dialect.name == "postgresql" else sets.dialect.mark
                cases.append(f"WHEN {same} THEN {typed}")
            parts.append(f"{sets.dialect.quote(name)} = CASE {' '.join(cases)} ELSE {sets.column('t', name)} END")
        where = sets.keys(table, "t", key, [row for row, _ in changes], params)
        self._count(table, self._set(table, ", ".join(parts), where, params, ()))
