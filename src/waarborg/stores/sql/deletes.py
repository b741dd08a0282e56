"""Deleting sets of rows in an order that foreign keys allow, engine by engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from waarborg.errors import StoreError
from waarborg.stores.contract import EXACT, Delete, ForeignKey, Key
from waarborg.stores.sql.connect import moved
from waarborg.stores.sql.digests import EMPTY, digested, identity, of_joined, whole_key
from waarborg.stores.sql.evaluate import Pin
from waarborg.stores.sql.treat import Prepared, Treating


class Deleting(Treating):
    """The `Delete` steps."""

    def _delete(self, one: Prepared, step: Delete) -> tuple[int, str]:
        sets = self.sets
        if sets.dialect.name == "mariadb" and one.pin is not None and one.pin.count and one.pin.keys:
            self._foresee(one.table, one.pin)
        if one.together:
            return self._delete_together(one)
        itself = any(ref.table == one.table for ref in sets.facts.table(one.table).foreign_keys)
        if itself and sets.dialect.name == "mariadb" and one.pin is not None and one.pin.keys:
            return self._delete_levels(one.table, one.pin)
        return self._delete_set(one)

    def _delete_set(self, one: Prepared) -> tuple[int, str]:
        sets, table = self.sets, one.table
        target = self._target(table)
        if one.pin is not None and not one.pin.count:
            return 0, EMPTY
        if sets.dialect.name == "mariadb":
            return self._delete_mariadb(one, target)
        condition, params = self._where(one, "t")
        statement = f"DELETE FROM {target} AS t WHERE {condition}"
        if one.pin is not None and self._calm(table) and sets.facts.table(table).key:
            digest = self._pin_digest(one.pin)
            rows = sets.run(statement, params).rowcount
            self._count(table, rows)
            return rows, digest
        if sets.dialect.name == "sqlite" and (whole_key(sets, table) or table in sets.facts.virtual):
            # Nobody else writes while we hold the lock: asking first spares one object for each row.
            digest = self._before(table, "t", condition, params)
            rows = self._changed(table, statement, params) if digest != EMPTY else 0
            self._count(table, rows)
            return rows, digest
        return self._returning(statement, one.step, table, params)

    def _delete_mariadb(self, one: Prepared, target: str) -> tuple[int, str]:
        sets, pin = self.sets, one.pin
        if pin is not None and pin.temp:
            joined = " AND ".join(
                f"t.{sets.dialect.quote(name)} = k.c{number}" for number, name in enumerate(pin.columns[: pin.keys])
            )
            digest = self._pin_digest(pin)
            rows = sets.run(f"DELETE t FROM {target} AS t JOIN {pin.temp} k ON {joined}").rowcount
            self._count(one.table, rows)
            return rows, digest
        condition, params = self._where(one, target)
        if pin is None and not one.ending and whole_key(sets, one.table):
            return self._delete_by_primary(one, target)
        if one.ending and whole_key(sets, one.table):
            return self._delete_listed(one, target, condition, params)
        statement = f"DELETE FROM {target} WHERE {condition}{one.ending}"
        if pin is None and sets.dialect.delete_returning:
            return self._returning(statement, one.step, one.table, params)
        digest = self._pin_digest(pin) if pin is not None else self._before(one.table, target, condition, params)
        rows = sets.run(statement, params).rowcount
        self._count(one.table, rows)
        return rows, digest

    def _delete_listed(self, one: Prepared, target: str, condition: str, params: Sequence[Any]) -> tuple[int, str]:
        """The first rows of a condition: held, and named in one text of whole numbers, the digest's as well."""
        column = self.sets.column(target, whole_key(self.sets, one.table))
        held = f"SELECT {column} AS k FROM {target} WHERE {condition}{one.ending} FOR UPDATE"
        listed = f"SELECT GROUP_CONCAT(k SEPARATOR '\n'), COUNT(*) FROM ({held}) held"
        text, found = self.sets.fetch(listed, params)[0]
        if not found:
            return 0, EMPTY
        keys = str(text).split("\n")
        if len(keys) != found or not all(key.lstrip("-").isdigit() for key in keys):
            raise moved()
        rows = self.sets.run(f"DELETE FROM {target} WHERE {column} IN ({','.join(keys)})").rowcount
        self._count(one.table, rows)
        return rows, of_joined(str(text), rows, 0, "mariadb")

    def _delete_by_primary(self, one: Prepared, target: str) -> tuple[int, str]:
        """Keys first, without a lock; then rows by their primary key, and only while the condition still holds.

        InnoDB locks an index entry before the row when a DELETE goes by a link, and an application that writes the
        link locks the row first: the two would wait for each other, and the engine would end one of them, as likely the
        application's. By the primary key both take the row first. A row that left the set in between is moved: begun
        again as a whole.
        """
        sets = self.sets
        name = whole_key(sets, one.table)
        condition, params = self._where(one, target)
        listed = f"SELECT GROUP_CONCAT({sets.column(target, name)} SEPARATOR '\n'), COUNT(*) FROM {target}"
        text, found = sets.fetch(f"{listed} WHERE {condition}", params)[0]
        if not found:
            return 0, EMPTY
        keys = str(text).split("\n")
        if len(keys) != found or not all(key.lstrip("-").isdigit() for key in keys):
            return self._returning(f"DELETE FROM {target} WHERE {condition}", one.step, one.table, params)  # cut short
        by_key = f"DELETE {target} FROM {target} FORCE INDEX (PRIMARY) WHERE {sets.column(target, name)} IN"
        rows = 0
        for start in range(0, len(keys), sets.budget.parameters):
            block = ",".join(keys[start : start + sets.budget.parameters])
            rows += sets.run(f"{by_key} ({block}) AND ({condition})", params).rowcount
        if rows != found:
            raise moved()
        self._count(one.table, rows)
        return rows, of_joined(str(text), rows, 0, "mariadb")

    def _foresee(self, table: str, pin: Pin) -> None:
        """Count what cascades will reach, since this engine does not tell afterwards."""
        sets = self.sets
        for other, ref in sets.facts.referring(table):
            if ref.on_delete in ("NO ACTION", "RESTRICT") or other.name == table:
                continue
            condition, params = self._by_key(table, pin, "t")
            picked = ", ".join(sets.column("t", name) for name in ref.to_columns)
            values = sets.fetch(f"SELECT {picked} FROM {self._target(table)} t WHERE {condition}", params)
            some: list[Any] = []
            where = sets.match(other.name, "t", ref.columns, EXACT, values, some)
            key = identity(sets, other.name)
            columns = ", ".join(sets.column("t", name) for name in key)
            found = sets.fetch(f"SELECT {columns} FROM {self._target(other.name)} t WHERE {where}", some)
            self.reached[other.name] = self.reached.get(other.name, 0) + len(found)
            if found and ref.on_delete == "CASCADE" and other.key:
                self._foresee(other.name, Pin(other.name, key, len(key), found, "", len(found)))

    def _delete_levels(self, table: str, pin: Pin) -> tuple[int, str]:
        """Leaves first, level by level: this engine checks a row's references as it deletes the row."""
        sets = self.sets
        key = pin.columns[: pin.keys]
        refs = [ref for ref in sets.facts.table(table).foreign_keys if ref.table == table]
        columns = list(dict.fromkeys([*key, *(c for ref in refs for c in (*ref.columns, *ref.to_columns))]))
        params: list[Any] = []
        condition = (
            sets._in_table(pin, key, table, "t", key, params)
            if pin.temp
            else sets.keys(table, "t", key, pin.key_rows(), params)
        )
        picked = ", ".join(sets.column("t", name) for name in columns)
        rows = [
            dict(zip(columns, row, strict=True))
            for row in sets.fetch(f"SELECT {picked} FROM {self._target(table)} t WHERE {condition}", params)
        ]
        levels, knots = _levels(rows, refs, key)
        done = sum(self._delete_keys(table, key, level) for level in levels)
        if knots:
            self._untie(table, refs, key, knots, [tuple(row[name] for name in key) for row in rows])
            done += self._delete_keys(table, key, knots)
        self._count(table, done)
        return done, digested([tuple(row[name] for name in key) for row in rows])

    def _delete_keys(self, table: str, key: Sequence[str], keys: Sequence[Key]) -> int:
        done, target = 0, self._target(table)
        for start in range(0, len(keys), self.sets.budget.parameters):
            params: list[Any] = []
            where = self.sets.keys(table, target, key, keys[start : start + self.sets.budget.parameters], params)
            done += int(self.sets.run(f"DELETE FROM {target} WHERE {where}", params).rowcount)
        return done

    def _untie(
        self, table: str, refs: Sequence[ForeignKey], key: Sequence[str], knots: Sequence[Key], leaving: Sequence[Key]
    ) -> None:
        """Rows that refer to themselves or in a circle: their link is emptied, or pointed at a row that stays."""
        sets, target = self.sets, self._target(table)
        for ref in refs:
            params: list[Any] = []
            if all(sets.facts.col(table, name).nullable for name in ref.columns):
                written = ", ".join(f"{sets.dialect.quote(name)} = NULL" for name in ref.columns)
            else:
                some: list[Any] = []
                staying = sets.keys(table, "t", key, leaving, some)
                picked = ", ".join(sets.column("t", name) for name in ref.to_columns)
                found = sets.fetch(f"SELECT {picked} FROM {target} t WHERE NOT ({staying}) LIMIT 1 FOR UPDATE", some)
                if not found:
                    raise _circle()
                written = ", ".join(f"{sets.dialect.quote(name)} = {sets.dialect.mark}" for name in ref.columns)
                params.extend(found[0])
            where = sets.keys(table, "t", key, knots, params)
            self._count(table, sets.run(f"UPDATE {target} AS t SET {written} WHERE {where}", params).rowcount)

    def _delete_together(self, one: Prepared) -> tuple[int, str]:
        """Rows that refer to each other: one statement with data-modifying parts, or references checked at commit."""
        sets = self.sets
        parts = [(one.table, one.pin), *one.together]
        if sets.dialect.name == "mariadb":
            raise _circle()
        if sets.dialect.name == "sqlite":
            digest = self._keys_together(parts)
            return sum(self._delete_set(Prepared(one.step, table, pin=pin))[0] for table, pin in parts), digest
        made, counts = [], []
        params: list[Any] = []
        for number, (table, pin) in enumerate(parts):
            condition, values = self._where(Prepared(one.step, table, pin=pin), "t")
            made.append(f"d{number} AS (DELETE FROM {self._target(table)} AS t WHERE {condition} RETURNING 1)")
            counts.append(f"(SELECT count(*) FROM d{number})")
            params += values
        digest = self._keys_together(parts)
        found = sets.fetch(f"WITH {', '.join(made)} SELECT {', '.join(counts)}", params)[0]
        for (table, _), rows in zip(parts, found, strict=True):
            self._count(table, rows)
        return sum(found), digest

    def _keys_together(self, parts: Sequence[tuple[str, Pin | None]]) -> str:
        keys: list[Any] = []
        for table, pin in parts:
            condition, params = self._where(Prepared(self.change.steps[0], table, pin=pin), "t")
            picked = ", ".join(self.sets.column("t", name) for name in identity(self.sets, table))
            keys += self.sets.fetch(f"SELECT {picked} FROM {self._target(table)} t WHERE {condition}", params)
        return digested(keys)


def _circle() -> StoreError:
    return StoreError.one(
        "WB335",
        "This engine cannot delete rows that refer to each other through columns that must be filled.",
        "It checks every reference row by row.",
        "Let one of the references be empty, or be deleted by its foreign key (ON DELETE CASCADE).",
    )


def _levels(
    rows: Sequence[Mapping[str, Any]], refs: Sequence[ForeignKey], key: Sequence[str]
) -> tuple[list[list[Key]], list[Key]]:
    """Keys in an order in which no row is deleted while another one of these refers to it, and those in circles."""
    identity = [tuple(row[name] for name in key) for row in rows]
    waiting = dict.fromkeys(range(len(rows)), 0)
    parents: dict[int, list[int]] = {}
    for ref in refs:
        by_target = {tuple(row[name] for name in ref.to_columns): number for number, row in enumerate(rows)}
        for number, row in enumerate(rows):
            parent = by_target.get(tuple(row[name] for name in ref.columns))
            if parent is not None:
                parents.setdefault(number, []).append(parent)
                waiting[parent] += 1
    level = [number for number, children in waiting.items() if not children]
    made = []
    while level:
        made.append([identity[number] for number in level])
        above = []
        for number in level:
            for parent in parents.get(number, ()):
                waiting[parent] -= 1
                if not waiting[parent]:
                    above.append(parent)
        level = above
    return made, [identity[number] for number, children in waiting.items() if children]
