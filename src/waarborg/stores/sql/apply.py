"""Carrying out a change in one transaction: locked, held against what was approved, treated by key, accounted for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from waarborg.stores import refusals
from waarborg.stores.contract import Delete, Insert, StepDone, Update
from waarborg.stores.sql.deletes import Deleting
from waarborg.stores.sql.digests import whole_key
from waarborg.stores.sql.evaluate import Pin
from waarborg.stores.sql.images import PuttingBack, Witnessing
from waarborg.stores.sql.inserts import Inserting
from waarborg.stores.sql.treat import Prepared
from waarborg.stores.sql.updates import Updating
from waarborg.stores.sql.writes import said


class Carrier(Deleting, Updating, Inserting, Witnessing, PuttingBack):
    """A whole change: what is treated by its condition, what is fetched and held first, and the steps in order."""

    def prepare(self) -> list[Prepared]:
        """Evaluate every set on the state before the first step. Raises `StalePlan` over a ceiling."""
        steps = [step for step in self.change.steps if isinstance(step, Delete | Update)]
        direct = self._direct() if self.change.witness is None else self._keyless()
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
        """A step by its condition; with a limit, by the first keys that meet it. Rows are asked again as they go."""
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
        source = f"FROM {self._target(table)} t WHERE {condition}{order} LIMIT {step.limit}"
        if sets.dialect.name == "sqlite":
            # We hold the one lock there is: keys that are read now are the keys that are there.
            rows = sets.fetch(f"SELECT {', '.join(names)} {source}", params)
            pin = Pin(table, key, len(key), rows, "", len(rows), True)
            if rows and whole_key(sets, table):
                between = f"{names[0]} BETWEEN ? AND ? AND ({condition})"
                return Prepared(step, table, between, [rows[0][0], rows[-1][0], *params], pin)
            return Prepared(step, table, pin=pin)
        # By address: the quickest way back to rows just seen. One that moved meanwhile waits for the next time.
        first = f"t.ctid = ANY(ARRAY(SELECT t.ctid {source}))"
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

    def _keyless(self) -> set[str]:
        """With a witness every row is fetched and held first, but for rows that nothing tells apart."""
        sets = self.sets.analysis.sets
        return {
            step.id
            for step in self.change.steps
            if isinstance(step, Delete | Update) and step.set in sets and not self.sets.facts.key(sets[step.set].table)
        }

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
            cascades = any(ref.on_delete[:3] in ("CAS", "SET") for _, ref in facts.referring(table))
            plain = plain and not ((to_itself or cascades) and sets.dialect.name == "mariadb")
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
