"""Carrying out a change in one transaction: locked, held against what was approved, treated by key, accounted for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from waarborg.errors import StoreError
from waarborg.stores import refusals
from waarborg.stores.contract import Change, Delete, ForeignKey, Insert, Key, Seeds, StepDone, Update
from waarborg.stores.sql.digests import EMPTY, digested, identity, joined, of_joined, whole_key
from waarborg.stores.sql.evaluate import Evaluation, Pin
from waarborg.stores.sql.facts import Col
from waarborg.stores.sql.values import coerce
from waarborg.stores.sql.writes import assignments, computed, plain_value, said

_REWRITTEN = 100
"""Rows whose cells are written back in one statement."""


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


class Carrier:
    """One attempt at a change on one connection, inside a transaction that is already open."""

    def __init__(self, sets: Evaluation, change: Change, seeds: Seeds) -> None:
        self.sets = sets
        self.change = change
        self.made: dict[str, Sequence[Key]] = dict(seeds)
        self.changed: dict[str, int] = {}
        """Rows our own statements changed, by table."""
        self.counter = 0
        self.scratched = 0
        """Rows of our own key tables, which SQLite counts among its changes."""

    # -------------------------------------------------------------------------------------------- preparing

    def prepare(self) -> list[Prepared]:
        """Evaluate every set on the state before the first step. Raises `StalePlan` over a ceiling."""
        steps = [step for step in self.change.steps if isinstance(step, Delete | Update)]
        direct = self._direct()
        for step in steps:
            for name in (step.set, *(step.together if isinstance(step, Delete) else ())):
                if name not in self.sets.analysis.sets:
                    raise refusals.unknown_set(self.sets.facts.store, name, self.sets.analysis.sets)
                if step.id not in direct and not step.limit:
                    self.sets.forced.add(name)
        prepared = []
        for one in self.change.steps:
            if isinstance(one, Insert):
                self._within(one, len(self.made.get(one.seed, ())))
                prepared.append(Prepared(one, one.table))
                continue
            table = self.sets.analysis.sets[one.set].table
            if one.id in direct:
                params: list[Any] = []
                rows = self.sets.analysis.sets[one.set].rows
                self.sets.crossed = self.sets.scratched = False
                condition = self.sets.condition(rows, table, self._alias(one, table), params)
                blocked = self.sets.crossed or (self.sets.scratched and self.sets.dialect.joins_delete)
                if not blocked or not self.sets.facts.key(table):
                    prepared.append(self._bounded(one, table, condition, params))
                    continue
                if not one.limit:
                    self.sets.forced.add(one.set)
            prepared.append(self._pinned(one, table))
        return prepared

    def _bounded(self, step: Delete | Update, table: str, condition: str, params: Sequence[Any]) -> Prepared:
        """A step by its condition; with a limit, by the first keys that meet it. The rows themselves are asked again."""
        sets, key = self.sets, self.sets.facts.key(table)
        if not step.limit:
            return Prepared(step, table, condition, params)
        if sets.dialect.name == "mariadb":
            if isinstance(step, Update) or not sets.dialect.delete_returning:
                raise refusals.malformed(sets.facts.store, "Rows without a key cannot be updated a part at a time.")
            order = f" ORDER BY {', '.join(map(sets.dialect.quote, key))}" if key else ""
            return Prepared(step, table, condition, params, ending=f"{order} LIMIT {step.limit}")
        names = [sets.column("t", name) for name in key]
        order = f" ORDER BY {', '.join(names)}" if sets.facts.table(table).key else ""
        left = names[0] if len(names) == 1 else f"({', '.join(names)})"
        source = f"FROM {self._target(table)} t WHERE {condition}{order} LIMIT {step.limit}"
        first = f"{left} IN (SELECT {', '.join(names)} {source})"
        return Prepared(step, table, f"{first} AND ({condition})", [*params, *params])

    def _pinned(self, step: Delete | Update, table: str) -> Prepared:
        if step.limit and isinstance(step, Delete) and step.together:
            raise refusals.malformed(self.sets.facts.store, "Rows that go together cannot go a part at a time.")
        pin = self.sets.limited(step.set, step.limit) if step.limit else self.sets.pin(step.set)
        together = tuple(
            (self.sets.analysis.sets[name].table, self.sets.pin(name))
            for name in (step.together if isinstance(step, Delete) else ())
        )
        count = pin.count + sum(other.count for _, other in together)
        self._within(step, count)
        return Prepared(step, table, pin=pin, together=together)

    def _within(self, step: Delete | Update | Insert, found: int) -> None:
        if found > step.ceiling:
            raise refusals.too_many(self.sets.facts.store, step.id, found, step.ceiling)

    def _direct(self) -> set[str]:
        """Steps whose set can be treated by its condition: nothing leads to it, nothing before can change it."""
        found: set[str] = set()
        seen: set[str] = set()
        sets = self.sets
        for step in self.change.steps:
            if isinstance(step, Insert):
                seen.add(step.table)
                continue
            table = sets.facts.table(sets.analysis.sets[step.set].table).name if step.set in sets.analysis.sets else ""
            if table and self._simple(step, table, seen):
                found.add(step.id)
            seen.add(table)
            for name in step.together if isinstance(step, Delete) else ():
                seen.add(sets.analysis.sets[name].table)
        return found

    def _simple(self, step: Delete | Update, table: str, seen: set[str]) -> bool:
        sets, facts = self.sets, self.sets.facts
        description = facts.table(table)
        if not facts.key(table):
            return True  # nothing to hold on to but the condition itself
        if table in seen or step.set in sets.analysis.led or step.set in sets.analysis.group:
            return False
        if isinstance(step, Delete):
            plain = sets.dialect.delete_returning and not step.together
            to_itself = any(one.table == table for one in description.foreign_keys)
            plain = plain and not (to_itself and sets.dialect.name == "mariadb")
        else:
            # A row of a table without a key has a new address once it is updated.
            moves = set(facts.key(table)) & set(step.writes) or facts.key(table) == ("ctid",)
            clear = all(said(sets.dialect, facts.col(table, name), write) for name, write in step.writes.items())
            plain = sets.dialect.update_returning and not moves and clear
        reached = any(one.table in seen and one.on_delete[:3] in ("CAS", "SET") for one in description.foreign_keys)
        stirred = any(facts.table(other).triggers for other in seen if other in facts.schema.tables)
        return plain and not reached and not stirred

    def _alias(self, step: Delete | Update, table: str) -> str:
        if isinstance(step, Delete) and self.sets.dialect.name == "mariadb":
            return self.sets.dialect.table(self.sets.facts, table)
        return "t"

    def ready(self) -> None:
        """Everything is known: references may be checked at the end where rows refer to each other."""
        if self.sets.dialect.name != "sqlite":
            return
        self.scratched = self.sets.filled
        for step in self.change.steps:
            if not isinstance(step, Delete):
                continue
            table = self.sets.analysis.sets[step.set].table
            if step.together or any(ref.table == table for ref in self.sets.facts.table(table).foreign_keys):
                self.sets.run("PRAGMA defer_foreign_keys = ON")
                return

    # -------------------------------------------------------------------------------------------- carrying out

    def carry(self, prepared: Sequence[Prepared]) -> tuple[StepDone, ...]:
        """The steps in their order."""
        return tuple(self._step(one) for one in prepared)

    def _step(self, one: Prepared) -> StepDone:
        step = one.step
        if isinstance(step, Insert):
            return self._insert(step)
        if isinstance(step, Delete):
            rows, digest = self._delete(one, step)
        else:
            rows, digest = self._update(one, step)
        self._within(step, rows)
        if (
            one.pin is not None
            and not one.together
            and rows < one.pin.count
            and not self.sets.facts.table(one.table).key
        ):
            raise refusals.other_schema(self.sets.facts.store)
        return StepDone(step.id, rows, digest)

    def _count(self, table: str, rows: int) -> None:
        self.changed[table] = self.changed.get(table, 0) + rows
        self.counter += rows

    def _target(self, table: str) -> str:
        return self.sets.dialect.table(self.sets.facts, table)

    def _key_list(self, table: str, alias: str = "") -> str:
        names = [self.sets.column("t", one) for one in identity(self.sets, table)]
        return ", ".join(name if alias else name[2:] for name in names)

    def _delete(self, one: Prepared, step: Delete) -> tuple[int, str]:
        sets = self.sets
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
        if sets.dialect.name == "sqlite" and whole_key(sets, table):
            # Nobody else writes while we hold the lock: asking first spares one object for each row.
            digest = self._before(table, "t", condition, params)
            rows = sets.run(statement, params).rowcount if digest != EMPTY else 0
            self._count(table, rows)
            return rows, digest
        return self._returning(statement, one.step, table, params)

    def _returning(
        self, statement: str, step: Delete | Update | Insert, table: str, params: Sequence[Any]
    ) -> tuple[int, str]:
        """Run a statement with its keys returned, in one text where the key is a whole number."""
        sets = self.sets
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
        if one.pin is None:
            return one.condition, one.params
        return self._by_key(one.table, one.pin, alias)

    def _by_key(self, table: str, pin: Pin, alias: str) -> tuple[str, Sequence[Any]]:
        params: list[Any] = []
        key = pin.columns[: pin.keys]
        if pin.temp:
            return self.sets._in_table(pin, key, table, alias, key, params), params
        return self.sets.keys(table, alias, key, pin.key_rows(), params), params

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
        statement = f"DELETE FROM {target} WHERE {condition}{one.ending}"
        if pin is None and sets.dialect.delete_returning:
            return self._returning(statement, one.step, one.table, params)
        digest = self._pin_digest(pin) if pin is not None else self._before(one.table, target, condition, params)
        rows = sets.run(statement, params).rowcount
        self._count(one.table, rows)
        return rows, digest

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
        if one.pin is not None and one.pin.temp and sets.dialect.joins_delete:
            joined_on = " AND ".join(
                f"t.{sets.dialect.quote(name)} = k.c{n}" for n, name in enumerate(one.pin.columns[: one.pin.keys])
            )
            written = assignments(sets.dialect, sets.facts, table, "t", plain, self.made, params, "t.")
            rows = sets.run(f"UPDATE {target} AS t JOIN {one.pin.temp} k ON {joined_on} SET {written}", params).rowcount
        else:
            written = assignments(sets.dialect, sets.facts, table, "t", plain, self.made, params)
            rows = sets.run(f"UPDATE {target} AS t SET {written} WHERE {condition}", [*params, *more]).rowcount
        self._count(table, rows)
        return rows, digest

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
        done = sets.run(f"UPDATE {self._target(table)} AS t SET {', '.join(parts)} WHERE {where}", params).rowcount
        self._count(table, done)

    # -------------------------------------------------------------------------------------------- inserting

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
        statement = f"INSERT INTO {self._target(step.table)} ({names}) VALUES ({marks})"
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
