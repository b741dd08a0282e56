"""Carrying out a change in one transaction: locked, held against what was approved, treated by key, accounted for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from waarborg.errors import Finding, Place, StalePlan, StoreError
from waarborg.stores.contract import Change, Delete, In, Insert, Key, Seeds, StepDone, Update
from waarborg.stores.sql.digests import aggregate, digested, whole_key
from waarborg.stores.sql.evaluate import Evaluation, Pin
from waarborg.stores.sql.values import coerce, text_of
from waarborg.stores.sql.writes import assignments, plain_value


@dataclass(slots=True)
class Prepared:
    """A step whose rows are known: pinned, or a condition on this table alone."""

    step: Delete | Update | Insert
    table: str
    condition: str = ""
    params: Sequence[Any] = ()
    pin: Pin | None = None
    together: tuple[tuple[str, Pin], ...] = ()


def stale(id: str, what: str, why: str = "") -> StalePlan:
    """What was approved is not what is there."""
    todo = "Make the plan again, look at the difference and approve it."
    return StalePlan([Finding(id, Place(), what, why, todo)])


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
                    raise StoreError.one("WB312", f'Step "{step.id}" names the set "{name}", which the program lacks.')
                if step.id not in direct:
                    self.sets.forced.add(name)
        prepared = []
        for one in self.change.steps:
            if isinstance(one, Insert):
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
                    prepared.append(Prepared(one, table, condition, params))
                    continue
                self.sets.forced.add(one.set)
            prepared.append(self._pinned(one, table))
        return prepared

    def _pinned(self, step: Delete | Update, table: str) -> Prepared:
        pin = self.sets.pin(step.set)
        together = tuple(
            (self.sets.analysis.sets[name].table, self.sets.pin(name))
            for name in (step.together if isinstance(step, Delete) else ())
        )
        count = pin.count + sum(other.count for _, other in together)
        self._within(step, table, count)
        return Prepared(step, table, pin=pin, together=together)

    def _within(self, step: Delete | Update | Insert, table: str, found: int) -> None:
        if found > step.ceiling:
            raise stale(
                "WB330",
                f'Step "{step.id}" would change {found} rows of "{table}"; {step.ceiling} were approved.',
                "Nothing was touched.",
            )

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
            return True
        if table in seen or step.set in sets.analysis.led or step.set in sets.analysis.group:
            return False
        if isinstance(step, Delete):
            plain = sets.dialect.delete_returning and not step.together
            to_itself = any(one.table == table for one in description.foreign_keys)
            plain = plain and not (to_itself and sets.dialect.name == "mariadb")
        else:
            # A row of a table without a key has a new address once it is updated.
            moves = set(facts.key(table)) & set(step.writes) or facts.key(table) == ("ctid",)
            plain = sets.dialect.update_returning and not moves
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
        self._within(step, one.table, rows)
        if one.pin is not None and not one.together and rows < one.pin.count and "ctid" in one.pin.columns[:1]:
            raise stale("WB333", f'Step "{step.id}" found {rows} of the {one.pin.count} rows of "{one.table}" it held.')
        return StepDone(step.id, rows, digest)

    def _count(self, table: str, rows: int) -> None:
        self.changed[table] = self.changed.get(table, 0) + rows
        self.counter += rows

    def _target(self, table: str) -> str:
        return self.sets.dialect.table(self.sets.facts, table)

    def _key_list(self, table: str, alias: str = "") -> str:
        key = self.sets.facts.key(table) or tuple(self.sets.facts.cols[table])
        names = [self.sets.column("t", one) for one in key]
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
            return 0, digested([])
        if sets.dialect.name == "mariadb":
            return self._delete_mariadb(one, target)
        condition, params = self._where(one, "t")
        statement = f"DELETE FROM {target} AS t WHERE {condition}"
        return self._returning(statement, table, params)

    def _returning(self, statement: str, table: str, params: Sequence[Any]) -> tuple[int, str]:
        """Run a statement with its keys returned: counted and digested in the engine where it can."""
        sets = self.sets
        key = whole_key(sets, table)
        if key and sets.dialect.name == "postgresql":
            column = sets.dialect.quote(key)
            found = sets.fetch(
                f"WITH done AS ({statement} RETURNING t.{column}) SELECT count(*), {aggregate(column)} FROM done",
                params,
            )
            rows, digest = found[0][0], found[0][1] or digested([])
        else:
            alias = "t" if sets.dialect.name == "postgresql" else ""
            keys = sets.fetch(f"{statement} RETURNING {self._key_list(table, alias)}", params)
            rows, digest = len(keys), digested(keys)
        self._count(table, rows)
        return rows, digest

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
        statement = f"DELETE FROM {target} WHERE {condition}"
        if pin is None and sets.dialect.delete_returning:
            return self._returning(statement, one.table, params)
        rows = sets.run(statement, params).rowcount
        self._count(one.table, rows)
        return rows, self._pin_digest(pin) if pin is not None else digested([])

    def _pin_digest(self, pin: Pin) -> str:
        if not pin.temp:
            return digested(pin.key_rows())
        own = ", ".join(f"c{number}" for number in range(pin.keys))
        if self.sets.dialect.name == "postgresql" and whole_key(self.sets, pin.table):
            return str(self.sets.fetch(f"SELECT {aggregate('c0')} FROM {pin.temp}")[0][0] or digested([]))
        return digested(self.sets.fetch(f"SELECT {own} FROM {pin.temp}"))

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
        done = 0
        for level in _levels(rows, refs, key):
            for start in range(0, len(level), sets.budget.parameters):
                some = level[start : start + sets.budget.parameters]
                params = []
                where = sets.keys(table, self._target(table), key, some, params)
                done += sets.run(f"DELETE FROM {self._target(table)} WHERE {where}", params).rowcount
        self._count(table, done)
        return done, digested([tuple(row[name] for name in key) for row in rows])

    def _delete_together(self, one: Prepared) -> tuple[int, str]:
        """Rows that refer to each other: one statement with data-modifying parts, or references checked at commit."""
        sets = self.sets
        parts = [(one.table, one.pin), *one.together]
        if sets.dialect.name == "mariadb":
            raise StoreError.one(
                "WB317",
                "This engine cannot delete rows that refer to each other through columns that must be filled.",
                "It checks every reference row by row.",
                "Let one of the references be empty, or be deleted by its foreign key (ON DELETE CASCADE).",
            )
        if sets.dialect.name == "sqlite":
            return self._gathered([self._delete_set(Prepared(one.step, table, pin=pin)) for table, pin in parts])
        made, counts, params = [], [], []
        for number, (table, pin) in enumerate(parts):
            assert pin is not None
            condition, values = self._by_key(table, pin, "t")
            made.append(f"d{number} AS (DELETE FROM {self._target(table)} AS t WHERE {condition} RETURNING 1)")
            counts.append(f"(SELECT count(*) FROM d{number})")
            params += values
        digests = [self._pin_digest(pin) for _, pin in parts if pin is not None]
        found = sets.fetch(f"WITH {', '.join(made)} SELECT {', '.join(counts)}", params)[0]
        for (table, _), rows in zip(parts, found, strict=True):
            self._count(table, rows)
        return self._gathered(list(zip(found, digests, strict=True)))

    def _gathered(self, results: Sequence[tuple[int, str]]) -> tuple[int, str]:
        from waarborg.canonical import digest

        return sum(rows for rows, _ in results), digest([one for _, one in results])

    def _update(self, one: Prepared, step: Update) -> tuple[int, str]:
        sets, table = self.sets, one.table
        if one.pin is not None and not one.pin.count:
            return 0, digested([])
        params: list[Any] = []
        written = assignments(sets.dialect, sets.facts, table, "t", step.writes, self.made, params)
        condition, more = self._where(one, "t")
        target = self._target(table)
        moves = bool(set(sets.facts.key(table)) & set(step.writes))
        if sets.dialect.update_returning and not moves and sets.facts.key(table) != ("ctid",):
            return self._returning(f"UPDATE {target} AS t SET {written} WHERE {condition}", table, [*params, *more])
        digest = self._pin_digest(one.pin) if one.pin is not None else digested([])
        if one.pin is not None and one.pin.temp and sets.dialect.joins_delete:
            joined = " AND ".join(
                f"t.{sets.dialect.quote(name)} = k.c{n}" for n, name in enumerate(one.pin.columns[: one.pin.keys])
            )
            params = []
            written = assignments(sets.dialect, sets.facts, table, "t", step.writes, self.made, params, "t.")
            rows = sets.run(f"UPDATE {target} AS t JOIN {one.pin.temp} k ON {joined} SET {written}", params).rowcount
        else:
            rows = sets.run(f"UPDATE {target} AS t SET {written} WHERE {condition}", [*params, *more]).rowcount
        self._count(table, rows)
        return rows, digest

    # -------------------------------------------------------------------------------------------- inserting

    def _insert(self, step: Insert) -> StepDone:
        """Rows that are not there yet; what `returning` names becomes a seed for later steps."""
        sets = self.sets
        key = step.key or sets.facts.table(step.table).key
        found, fresh, keys = [], 0, []
        for values in self.made.get(step.seed, ()):
            row = dict(zip(step.columns, values, strict=True))
            there = self._there(step, key, row)
            if not there:
                self._insert_one(step, row)
                fresh += 1
                there = self._there(step, key, row)
                keys.append(tuple(row.get(name) for name in key))
            found += there[:1]
            self._within(step, step.table, fresh)
        if step.returning:
            self.made[step.id] = found
        self._count(step.table, fresh)
        return StepDone(step.id, fresh, digested(keys))

    def _insert_one(self, step: Insert, row: Mapping[str, Any]) -> None:
        sets = self.sets
        names = ", ".join(sets.dialect.quote(name) for name in row)
        marks = ", ".join(
            f"%s::{sets.facts.col(step.table, name).base}" if sets.dialect.name == "postgresql" else sets.dialect.mark
            for name in row
        )
        values = [plain_value(sets.dialect, value) for value in row.values()]
        sets.run(f"INSERT INTO {self._target(step.table)} ({names}) VALUES ({marks})", values)

    def _there(self, step: Insert, key: Sequence[str], row: Mapping[str, Any]) -> list[Key]:
        if not key or not all(name in row for name in key):
            return []
        sets = self.sets
        params: list[Any] = []
        parts = []
        for name in key:
            col = sets.facts.col(step.table, name)
            values = coerce(row[name], col, sets.dialect.name)
            if row[name] is None:
                parts.append(f"{sets.column('t', name)} IS NULL")
            else:
                parts.append(sets.dialect.one(sets.column("t", name), col, values or (text_of(row[name]),), params))
        picked = ", ".join(sets.column("t", name) for name in step.returning or key)
        order = ", ".join(sets.column("t", name) for name in sets.facts.key(step.table) or key)
        return [
            tuple(one)
            for one in sets.fetch(
                f"SELECT {picked} FROM {self._target(step.table)} t WHERE {' AND '.join(parts)} ORDER BY {order} LIMIT 1",
                params,
            )
        ]


def _levels(rows: Sequence[Mapping[str, Any]], refs: Sequence[Any], key: Sequence[str]) -> list[list[Key]]:
    """Keys in an order in which no row is deleted while another one of these still refers to it."""
    identity = [tuple(row[name] for name in key) for row in rows]
    waiting = dict.fromkeys(range(len(rows)), 0)
    parents: dict[int, list[int]] = {}
    for ref in refs:
        by_target = {tuple(row[name] for name in ref.to_columns): number for number, row in enumerate(rows)}
        for number, row in enumerate(rows):
            parent = by_target.get(tuple(row[name] for name in ref.columns))
            if parent is not None and parent != number:
                parents.setdefault(number, []).append(parent)
                waiting[parent] += 1
    level = [number for number, children in waiting.items() if not children]
    made, seen = [], 0
    while level:
        made.append([identity[number] for number in level])
        seen += len(level)
        above = []
        for number in level:
            for parent in parents.get(number, ()):
                waiting[parent] -= 1
                if not waiting[parent]:
                    above.append(parent)
        level = above
    if seen < len(rows):
        made.append([identity[number] for number, children in waiting.items() if children])
    return made


__all__ = ["Carrier", "In", "Prepared", "stale"]
