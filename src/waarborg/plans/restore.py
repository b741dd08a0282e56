"""Bringing back what was set apart, bit for bit, or saying why it cannot be (Art. 18(3)).

    plan = plan_restore(planner, request, copy)             # PlanError with every reason, or a plan
    result = restore(planner, plan, copy)                   # one transaction per store; safe to call again
    verdict = verify_restore(planner, plan, copy)           # every cell is what it was

The world may have moved on: a unique value was given out, what a row hangs on is gone, a migration came, somebody
filled what was emptied. Nothing is guessed at then: the plan is refused with each reason, and the copy stays sealed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from graphlib import CycleError, TopologicalSorter

from waarborg.errors import Finding, Place, PlanError, StalePlan, StoreError
from waarborg.plans.apart import Copy, TableCopy
from waarborg.plans.model import Ground, Plan, PlannedStep, Result, StorePlan, StoreResult, Verdict
from waarborg.plans.planner import Planner
from waarborg.plans.suspend import ARTICLE, RULE
from waarborg.stores.contract import (
    All,
    Both,
    Change,
    Column,
    Family,
    ForeignKey,
    Given,
    Key,
    Marker,
    Not,
    Program,
    PutBack,
    Refill,
    Rows,
    RowSet,
    Schema,
    Seeds,
    Table,
)
from waarborg.stores.matching import form
from waarborg.terms import Right, Treatment


def keys_now(planner: Planner) -> dict[str, dict[str, tuple[str, ...]]]:
    """The key of each table of each store that can bring rows back, as the schema says now."""
    schemas = planner.world().schemas
    return {
        name: {table.name: table.key for table in schemas[name].tables.values()}
        for name, store in planner.stores.items()
        if store.abilities.images
    }


def plan_restore(planner: Planner, request: str, copy: Copy) -> Plan:
    """The plan that brings a copy back. Raises `PlanError` WB476 to WB479 with everything that stands in the way."""
    planner.refresh()
    findings: list[Finding] = []
    stores = []
    for name, tables in copy.items():
        back = Back(planner, name, tables)
        findings += back.findings()
        stores.append(back.plan())
    if not any(part.steps for part in stores) and not findings:
        raise PlanError.one("WB473", "Nothing of this restriction is in the vault.", "", "There is nothing to restore.")
    if findings:
        raise PlanError(list(dict.fromkeys(findings)))
    policy, digests = planner.policy, planner.digests()
    return Plan(
        right=Right.RESTRICTION,
        people=1,
        made_at=planner.clock.now(),
        policy=f"{policy.id} {policy.version.isoformat()}",
        policy_digest=digests[0],
        datamap_digest=digests[1],
        stores=tuple(stores),
        rules=planner.rules(()),
        undoes=request,
    )


def restore(planner: Planner, plan: Plan, copy: Copy) -> Result:
    """Put everything back, store by store, each in one transaction. Safe to call again after any crash.

    Raises `StalePlan` where the world moved on since the plan was made: nothing was touched in that store.
    """
    planner.refresh()
    results = []
    for part in reversed(planner.leaves_first(plan.stores)):  # the people first, then what leads to them
        try:
            results.append(_restored(planner, plan, part, copy[part.store]))
        except StoreError as error:
            if not error.unreachable:
                raise
            results.append(StoreResult(part.store, (), "delayed", error.findings[0] if error.findings else None))
    return Result(plan.digest, tuple(results))


def _restored(planner: Planner, plan: Plan, part: StorePlan, tables: Mapping[str, TableCopy]) -> StoreResult:
    if not part.steps:
        return StoreResult(part.store, (), "nothing")
    back = Back(planner, part.store, tables)
    told = [{"id": step.id, "table": step.table, "treatment": step.treatment.value, "approved": step.rows,
             "rows": step.rows, "digest": plan.digest} for step in part.steps]  # fmt: skip
    if not back.differing():
        return StoreResult(part.store, tuple({**one, "rows": 0} for one in told), "already")
    if findings := list(back.findings()):
        raise StalePlan(findings)
    steps, seeds = back.steps()
    decl = planner.datamap.stores.get(part.store)
    marker = Marker(plan.digest, 0) if decl and decl.marker else None
    change = Change(Program(()), (), part.tables, part.fingerprint, marker=marker, back=tuple(steps))
    done = {one.step: one for one in planner.stores[part.store].apply(change, seeds).steps}
    told = [{**one, "rows": done[str(one["id"])].rows, "digest": done[str(one["id"])].digest}
            for one in told if str(one["id"]) in done]  # fmt: skip
    return StoreResult(part.store, tuple(told), "applied")


def verify_restore(planner: Planner, plan: Plan, copy: Copy) -> Verdict:
    """Whether every row is there and every cell is what it was."""
    planner.refresh()
    wrong = {f"{name}.{table}": rows for name, tables in copy.items()
             for table, rows in Back(planner, name, tables).differing().items()}  # fmt: skip
    if not wrong:
        return Verdict(plan.digest, True, None, (), "restored: every row is as it was")
    sentence = f"not restored: {sum(wrong.values())} rows differ in {', '.join(sorted(wrong))}"
    return Verdict(plan.digest, False, None, (), sentence)


@dataclass(slots=True)
class Back:
    """What comes back to one store."""

    planner: Planner
    store: str
    tables: Mapping[str, TableCopy]

    @property
    def schema(self) -> Schema:
        """The facts of the store."""
        return self.planner.world().schemas[self.store]

    def facts(self, table: str) -> Table | None:
        """The facts of a table, if it is there still."""
        return self.schema.tables.get(table)

    # -- the plan --------------------------------------------------------------------------------------------------

    def plan(self) -> StorePlan:
        """The steps as they are shown."""
        steps = []
        for name in self.order():
            copy, qualified = self.tables[name], self._qualified(name)
            right = self.planner.policy.rights.restriction
            ground = Ground(RULE, ARTICLE, "", right.promises if right else (), "The restriction is lifted.")
            if n := len(copy.rows):
                steps.append(PlannedStep(f"back:{name}", qualified, "", Treatment.RESTORE, n, n, ground))
            if n := len(copy.emptied):
                columns = dict.fromkeys(sorted({c for one in copy.emptied for c in one.before}), Treatment.RESTORE)
                steps.append(PlannedStep(f"refill:{name}", qualified, "", Treatment.RESTORE, n, n, ground, columns))
        tables = tuple(sorted(name for name in self.tables if self.facts(name)))
        return StorePlan(self.store, tuple(steps), fingerprint=self.schema.fingerprint(tables), tables=tables)

    def _qualified(self, table: str) -> str:
        mapped = self.planner.world().by_local(self.store, table)
        return mapped.name if mapped else f"{self.store}.{table}"

    def order(self) -> list[str]:
        """Tables that others refer to before those that refer to them; circles as they come."""
        sorter: TopologicalSorter[str] = TopologicalSorter({name: set() for name in self.tables})
        for name, reference in self._references():
            if reference.table in self.tables and reference.table != name:
                sorter.add(name, reference.table)
        try:
            return list(sorter.static_order())
        except CycleError:
            return sorted(self.tables)

    def _references(self) -> Iterator[tuple[str, ForeignKey]]:
        for name in self.tables:
            facts = self.facts(name)
            for reference in facts.foreign_keys if facts else ():
                yield name, reference

    def steps(self) -> tuple[list[PutBack | Refill], Seeds]:
        """What is handed to the store: rows first, then the columns that were emptied or had to wait for other rows."""
        seeds, back = Seeds(), list[PutBack | Refill]()
        circle = self._circle()
        for name in self.order():
            copy = self.tables[name]
            if not copy.rows or name in circle[1:]:
                continue
            parts = circle if name in circle[:1] else (name,)
            for one in parts:
                seeds[f"back:{one}"] = self._parents_first(self.tables[one])
            rest = tuple((one, self.tables[one].columns, f"back:{one}") for one in parts[1:])
            most = max(len(self.tables[one].rows) for one in parts)
            back.append(PutBack(f"back:{name}", name, copy.columns, f"back:{name}", most, rest))
        for name in self.order():
            back += self._refills(name, seeds)
        return back, seeds

    def _circle(self) -> tuple[str, ...]:
        """Tables whose rows refer to each other: they come back in one act."""
        sorter: TopologicalSorter[str] = TopologicalSorter({name: set() for name in self.tables})
        for name, reference in self._references():
            if reference.table in self.tables and reference.table != name and self.tables[name].rows:
                sorter.add(name, reference.table)
        try:
            sorter.prepare()
        except CycleError as error:
            return tuple(dict.fromkeys(error.args[1]))
        return ()

    def _parents_first(self, copy: TableCopy) -> list[Key]:
        """Rows of a table that refer to rows of the same table, after those."""
        facts = self.facts(copy.table)
        own = [one for one in facts.foreign_keys if one.table == copy.table] if facts else []
        if not own:
            return list(copy.rows)
        at = {name: place for place, name in enumerate(copy.columns)}
        sorter: TopologicalSorter[int] = TopologicalSorter(dict.fromkeys(range(len(copy.rows)), ()))
        for reference in own:
            where = {tuple(row[at[name]] for name in reference.to_columns): n for n, row in enumerate(copy.rows)}
            for number, row in enumerate(copy.rows):
                parent = where.get(tuple(row[at[name]] for name in reference.columns))
                if parent is not None and parent != number:
                    sorter.add(number, parent)
        try:
            return [copy.rows[number] for number in sorter.static_order()]
        except CycleError:
            return list(copy.rows)

    def _refills(self, name: str, seeds: Seeds) -> Iterator[Refill]:
        """One statement's worth for rows in which the same columns were emptied."""
        facts, groups = self.facts(name), dict[tuple[str, ...], list[tuple[Key, Key]]]()
        for one in self.tables[name].emptied:
            columns = tuple(sorted(one.before))
            before = tuple(one.before[c] for c in columns)
            groups.setdefault(columns, []).append(((*one.key, *before), (*one.key, *(one.after[c] for c in columns))))
        for number, (columns, rows) in enumerate(groups.items()):
            seed = f"refill:{name}:{number}"
            seeds[seed], seeds[f"was:{seed}"] = [now for now, _ in rows], [was for _, was in rows]
            id = f"refill:{name}" if number == 0 else f"refill:{name}:{number}"
            key = facts.key if facts else ()
            yield Refill(id, name, key, columns, seed, len(rows), was=f"was:{seed}")

    # -- what stands in the way --------------------------------------------------------------------------------------

    def findings(self) -> Iterator[Finding]:
        """Every reason why this cannot come back as it was."""
        for name, copy in self.tables.items():
            facts = self.facts(name)
            wrong = list(self._migrated(name, facts, copy))
            yield from wrong
            if facts and not wrong:
                yield from self._taken(facts, copy)
                yield from self._orphans(facts, copy)
                yield from self._changed(facts, copy)

    def _place(self, table: str, more: str = "") -> Place:
        return Place(path=".".join(part for part in (self._qualified(table), more) if part))

    def _migrated(self, name: str, facts: Table | None, copy: TableCopy) -> Iterator[Finding]:
        if facts is None:
            yield _changed_schema(self._place(name), "The table is not there any more.")
            return
        used = copy.columns if copy.rows else tuple(sorted({c for one in copy.emptied for c in one.before}))
        for column in used:
            now = facts.column(column)
            if now is None:
                yield _changed_schema(self._place(name, column), "The column is not there any more.")
            elif now.generated:
                yield _changed_schema(self._place(name, column), "The database computes this column now.")
            elif says := _unfit(now, _cells(copy, column)):
                yield _changed_schema(self._place(name, column), says)
        for now in facts.columns if copy.rows else ():
            filled = now.nullable or now.has_default or now.generated or now.identity
            if now.name not in copy.columns and not filled:
                yield _changed_schema(
                    self._place(name, now.name), "The column is new, must be filled, and has no value of its own."
                )

    def _taken(self, facts: Table, copy: TableCopy) -> Iterator[Finding]:
        """Keys and unique values that somebody else has by now."""
        keys = [facts.key, *(one.columns for one in facts.uniques)]
        keys += [one.columns for one in facts.indexes if one.unique]
        for columns in sorted({key for key in keys if key and all(facts.column(c) for c in key)}):
            values = _tuples(facts, copy, columns)
            if values and set(columns) <= set(copy.columns) and self._count(facts, Given(columns, "s"), values):
                yield Finding(
                    "WB477",
                    self._place(facts.name, ",".join(columns)),
                    "Another row has this key or unique value by now.",
                    "Both cannot be there, and neither is thrown away for the other.",
                    "Change the other row in the application, and plan again.",
                )
            yield from self._refilled_taken(facts, copy, columns)

    def _refilled_taken(self, facts: Table, copy: TableCopy, columns: tuple[str, ...]) -> Iterator[Finding]:
        """The same for columns that were emptied: the value they get back may be another row's by now."""
        for one in copy.emptied:
            if not set(columns) <= set(one.before) or None in [one.before[c] for c in columns]:
                continue
            value = tuple(key_value(one.before[c], facts.column(c)) for c in columns)
            own = Given(facts.key, "own")
            rows = Both((Given(columns, "s"), Not(own)))
            mine = tuple(key_value(v, facts.column(c)) for c, v in zip(facts.key, one.key, strict=True))
            if self._count(facts, rows, [value], own=[mine]):
                yield Finding(
                    "WB477",
                    self._place(facts.name, ",".join(columns)),
                    "Another row has this unique value by now.",
                    "It was free while it was set apart, and was given out.",
                    "Change the other row in the application, and plan again.",
                )

    def _orphans(self, facts: Table, copy: TableCopy) -> Iterator[Finding]:
        """Rows whose parent is neither there nor comes back with them."""
        for columns, table, to_columns in self._parents(facts):
            target = self.facts(table)
            if target is None or not set(columns) <= set(copy.columns):
                continue
            wanted = {tuple(map(form, value)): value for value in _tuples(facts, copy, columns)}
            back = self.tables.get(table)
            if back is not None and set(to_columns) <= set(back.columns):
                wanted = {n: v for n, v in wanted.items() if n not in _forms(target, back, to_columns)}
            if wanted:
                found = self._values(target, Given(to_columns, "s"), list(wanted.values()), to_columns)
                missing = len(wanted) - len({tuple(map(form, value)) for value in found} & set(wanted))
                if missing:
                    yield Finding(
                        "WB478",
                        self._place(facts.name, ",".join(columns)),
                        f"{missing} row(s) of {self._qualified(table)} that these belong to are gone.",
                        "A row without what it hangs on would be nobody's, or break a reference.",
                        "Nothing, if it may stay sealed until its term ends; else bring the other rows back first.",
                    )

    def _parents(self, facts: Table) -> Iterator[tuple[tuple[str, ...], str, tuple[str, ...]]]:
        """References of a table: declared ones, and links of the map that lead to one row by its key."""
        for one in facts.foreign_keys:
            yield one.columns, one.table, one.to_columns
        declared = {one.columns for one in facts.foreign_keys}
        mapped = self.planner.world().by_local(self.store, facts.name)
        for arm in mapped.arms if mapped else ():
            plain = arm.owning and arm.same_store and arm.to_unique and not arm.conditions and not arm.elsewhere
            plain = plain and arm.how.inside == "whole" and arm.how.template == "{}" and not arm.how.normalise
            if plain and arm.columns and arm.columns not in declared:
                yield arm.columns, arm.to, arm.to_columns

    def _changed(self, facts: Table, copy: TableCopy) -> Iterator[Finding]:
        """Emptied rows that are gone, or that somebody filled."""
        present = self._present(facts, [one.key for one in copy.emptied])
        for one in copy.emptied:
            now = present.get(tuple(map(form, one.key)))
            if now is None:
                yield _moved(self._place(facts.name), "A row that stayed without its data is gone.")
            elif any(now.get(name) != value for name, value in one.after.items()):
                yield _moved(self._place(facts.name), "Somebody filled a column that was emptied.")

    # -- what is there now -------------------------------------------------------------------------------------------

    def differing(self) -> dict[str, int]:
        """Rows that are not there exactly as they were, by table."""
        found: dict[str, int] = {}
        for name, copy in self.tables.items():
            facts = self.facts(name)
            wrong = len(copy.rows) + len(copy.emptied) if facts is None else self._differing(facts, copy)
            if wrong:
                found[name] = wrong
        return found

    def _differing(self, facts: Table, copy: TableCopy) -> int:
        kept = [place for place, name in enumerate(copy.columns) if facts.column(name)]
        names = [copy.columns[place] for place in kept]
        if facts.key and set(facts.key) <= set(copy.columns):
            at = [copy.columns.index(name) for name in facts.key]
            keys = [tuple(row[place] for place in at) for row in copy.rows]
            present = self._present(facts, [*keys, *(one.key for one in copy.emptied)])
            wrong = sum(
                [(present.get(tuple(map(form, key))) or {}).get(name) for name in names] != [row[p] for p in kept]
                for key, row in zip(keys, copy.rows, strict=True)
            )
            for one in copy.emptied:
                now = present.get(tuple(map(form, one.key))) or {}
                wrong += any(now.get(name) != value for name, value in one.before.items())
            return wrong
        there = Counter(tuple(row[name] for name in names) for row in self._like(facts, copy))
        return sum((Counter(tuple(row[place] for place in kept) for row in copy.rows) - there).values())

    def _like(self, facts: Table, copy: TableCopy) -> Iterator[dict[str, object]]:
        """Rows of a table without a key that may be those of a copy: told by a column that all of them fill."""
        for place, name in enumerate(copy.columns):
            column = facts.column(name)
            values = [row[place] for row in copy.rows]
            if column and column.family in (Family.NUMBER, Family.TEXT, Family.UUID) and None not in values:
                seeds = [(key_value(value, column),) for value in dict.fromkeys(values)]
                yield from self._exact(facts, Given((name,), "s"), seeds)
                return
        yield from self._exact(facts, All(), [])

    def _present(self, facts: Table, keys: Sequence[Key]) -> dict[tuple[str | None, ...], dict[str, object]]:
        """Rows by the form of their key, each cell as an image holds it."""
        if not keys or not facts.key:
            return {}
        seeds = [tuple(key_value(v, facts.column(c)) for c, v in zip(facts.key, key, strict=True)) for key in keys]
        rows = self._exact(facts, Given(facts.key, "s"), seeds)
        return {tuple(form(row[name]) for name in facts.key): row for row in rows}

    def _exact(self, facts: Table, rows: Rows, seeds: Sequence[Key]) -> Iterator[dict[str, object]]:
        program = Program((RowSet("found", facts.name, rows),))
        with self.planner.stores[self.store].reading(program, Seeds(s=list(seeds))) as look:
            for image in look.exact("found"):
                for row in image.rows:
                    yield dict(zip(image.columns, row, strict=True))

    def _count(self, facts: Table, rows: Rows, values: Sequence[Key], own: Sequence[Key] = ()) -> int:
        program = Program((RowSet("found", facts.name, rows),))
        with self.planner.stores[self.store].reading(program, Seeds(s=list(values), own=list(own))) as look:
            return look.count("found")

    def _values(self, facts: Table, rows: Rows, seeds: Sequence[Key], columns: Sequence[str]) -> Iterable[Key]:
        program = Program((RowSet("found", facts.name, rows),))
        with self.planner.stores[self.store].reading(program, Seeds(s=list(seeds))) as look:
            return look.values("found", columns)


# ------------------------------------------------------------------------------------------------ cells


def _cells(copy: TableCopy, column: str) -> list[object]:
    """What a column gets back."""
    found: list[object] = [one.before[column] for one in copy.emptied if column in one.before]
    if column in copy.columns:
        place = copy.columns.index(column)
        found += [row[place] for row in copy.rows]
    return found


def _tuples(facts: Table, copy: TableCopy, columns: Sequence[str]) -> list[Key]:
    """The distinct values of some columns without NULL, as the store takes keys."""
    if not set(columns) <= set(copy.columns):
        return []
    places = [copy.columns.index(name) for name in columns]
    found = dict.fromkeys(tuple(row[place] for place in places) for row in copy.rows)
    return [tuple(key_value(v, facts.column(c)) for c, v in zip(columns, row, strict=True))
            for row in found if None not in row]  # fmt: skip


def _forms(facts: Table, copy: TableCopy, columns: Sequence[str]) -> set[tuple[str | None, ...]]:
    return {tuple(map(form, value)) for value in _tuples(facts, copy, columns)}


def key_value(cell: object, column: Column | None) -> object:
    """A cell of an image as a key: engines that hold images as text give numbers, dates and bytes as text too."""
    if not isinstance(cell, str) or column is None:
        return cell
    try:
        match column.family:
            case Family.NUMBER:
                return int(cell) if cell.lstrip("-").isdigit() else Decimal(cell)
            case Family.DATETIME:
                return datetime.fromisoformat(cell)
            case Family.DATE:
                return date.fromisoformat(cell)
            case Family.BOOLEAN:
                return {"true": True, "false": False, "1": True, "0": False}.get(cell, cell)
            case Family.BINARY:
                return bytes.fromhex(cell.removeprefix("\\x"))
    except (ValueError, InvalidOperation):
        return cell
    return cell


def _unfit(column: Column, cells: Sequence[object]) -> str:
    """Why a column cannot hold what was in it, as far as its declaration tells."""
    if not column.nullable and any(cell is None for cell in cells):
        return "The column must be filled now, and was empty."
    kind = {Family.TEXT: str, Family.BINARY: bytes}.get(column.family)
    texts = [cell for cell in cells if isinstance(cell, str | bytes)]
    if kind and column.length is not None and any(len(one) > column.length for one in texts if isinstance(one, kind)):
        return "The column is shorter now than what was in it."
    if column.choices and any(text not in column.choices for text in texts):
        return "The column allows only certain values now."
    if column.family is Family.NUMBER and any(_no_number(text) for text in texts):
        return "The column holds numbers now."
    return ""


def _no_number(text: object) -> bool:
    try:
        Decimal(str(text))
    except InvalidOperation:
        return True
    return False


def _changed_schema(place: Place, says: str) -> Finding:
    return Finding(
        "WB476",
        place,
        f"A migration came since this was set apart. {says}",
        "What does not fit cannot come back bit for bit.",
        "Let the migration make room for it (a nullable column, a default), and plan again.",
    )


def _moved(place: Place, says: str) -> Finding:
    return Finding(
        "WB479",
        place,
        says,
        "To write over it would undo what somebody did since.",
        "Look at the row in the application; empty it again, or let what is sealed end with its term.",
    )


__all__ = ["Back", "keys_now", "plan_restore", "restore", "verify_restore"]
