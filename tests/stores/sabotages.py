"""Connectors that are wrong in one way each, made by spoiling the memory store: the suite must notice every one.

A sabotage names the law that it breaks. It is carried out on a `MonkeyPatch`, so it ends with its test.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from waarborg.errors import StoreError
from waarborg.stores import memory, memory_change, sets
from waarborg.stores.contract import (
    Applied,
    Change,
    Compare,
    Delete,
    Given,
    How,
    Inside,
    Key,
    Leads,
    Not,
    Rows,
    Seeds,
    Update,
)
from waarborg.stores.matching import form
from waarborg.stores.memory import MemoryReading, MemoryStore
from waarborg.stores.memory_change import Working
from waarborg.stores.sets import Evaluation

Patch = pytest.MonkeyPatch
APPLY, ROWS, WRITTEN = MemoryStore.apply, Evaluation._rows, Working._written


@dataclass(frozen=True)
class Sabotage:
    name: str
    law: str
    spoil: Callable[[Patch], None]

    def __str__(self) -> str:
        return f"{self.name}->{self.law}"


SABOTAGES: list[Sabotage] = []


def breaks(law: str) -> Callable[[Callable[[Patch], None]], Callable[[Patch], None]]:
    """Register a sabotage under the law it breaks."""

    def register(spoil: Callable[[Patch], None]) -> Callable[[Patch], None]:
        SABOTAGES.append(Sabotage(spoil.__name__, law, spoil))
        return spoil

    return register


def node(patch: Patch, spoil: Callable[[Rows], Rows]) -> None:
    """Every node of a program is replaced before it is evaluated."""
    patch.setattr(Evaluation, "_rows", lambda self, rows, name: ROWS(self, spoil(rows), name))


# ------------------------------------------------------------------------------------------------ looking


@breaks("locating-changes-nothing")
def looking_writes(patch: Patch) -> None:
    def reading(self: MemoryStore, *arguments: Any) -> Any:
        self.tables["log"].append({"who": "looked", "ip": None})
        return plain(self, *arguments)

    plain = MemoryStore.reading
    patch.setattr(MemoryStore, "reading", reading)


@breaks("a-batch-is-its-singles")
def a_batch_loses_its_last(patch: Patch) -> None:
    whole = Evaluation._holding

    def holding(self: Evaluation, name: str, columns: Sequence[str], keys: Sequence[Key], how: How) -> Any:
        return whole(self, name, columns, keys[:6], how)

    patch.setattr(Evaluation, "_holding", holding)


@breaks("answers-agree")
def digest_in_found_order(patch: Patch) -> None:
    patch.setattr(memory, "keys_digest", lambda keys: form(hash(tuple(keys))))


@breaks("answers-agree")
def rows_in_any_order(patch: Patch) -> None:
    def rows(self: MemoryReading, name: str, columns: Sequence[str]) -> Iterator[Sequence[Key]]:
        for block in ordered(self, name, columns):
            yield list(reversed(block))

    ordered = MemoryReading.rows
    patch.setattr(MemoryReading, "rows", rows)


@breaks("search-finds-words")
def search_without_encodings(patch: Patch) -> None:
    patch.setattr(memory, "readings", lambda cell: iter([("", str(cell))] if cell is not None else []))


@breaks("memory-is-bounded")
def loads_everything(patch: Patch) -> None:
    def rows(self: MemoryReading, name: str, columns: Sequence[str]) -> Iterator[Sequence[Key]]:
        every = [tuple(str(cell) + " " for cell in key) for key in self._tuples(name, columns)]
        for start in range(0, len(every), self._block):
            yield [tuple(cell[:-1] for cell in key) for key in every[start : start + self._block]]

    patch.setattr(MemoryReading, "rows", rows)


@breaks("nonsense-is-refused")
def forgotten_seeds_are_empty(patch: Patch) -> None:
    patch.setattr(sets, "_check_seed", lambda seeds, seed, width, store: seeds.setdefault(seed, ()))


def _refusing(patch: Patch, refuse: Callable[[Exception, Seeds], None]) -> None:
    def apply(self: MemoryStore, change: Change, seeds: Seeds) -> Applied:
        try:
            return APPLY(self, change, seeds)
        except StoreError as refused:
            refuse(refused, seeds)
            raise

    patch.setattr(MemoryStore, "apply", apply)


@breaks("canaries-are-never-told")
def error_shows_a_value(patch: Patch) -> None:
    def refuse(refused: Exception, seeds: Seeds) -> None:
        raise StoreError.one("WB323", f"duplicate value {seeds.get('new')}") from None

    _refusing(patch, refuse)


@breaks("canaries-are-never-told")
def cause_shows_a_value(patch: Patch) -> None:
    def refuse(refused: Exception, seeds: Seeds) -> None:
        raise StoreError.one("WB323", "duplicate value") from ValueError(str(list(seeds.get("new", ()))))

    _refusing(patch, refuse)


@breaks("canaries-are-never-told")
def log_shows_a_value(patch: Patch) -> None:
    _refusing(patch, lambda refused, seeds: logging.getLogger("driver").debug("parameters %s", dict(seeds)))


@breaks("canaries-are-never-told")
def repr_shows_a_value(patch: Patch) -> None:
    patch.setattr(MemoryStore, "__repr__", lambda self: f"MemoryStore({self.tables})")


# ------------------------------------------------------------------------------------------------ meaning


@breaks("null-never-matches")
def null_matches_null(patch: Patch) -> None:
    patch.setattr(sets, "key_form", lambda value, how: "" if value is None else form(value))
    patch.setattr(sets, "cell_forms", lambda cell, how: {"" if cell is None else form(cell)})


@breaks("links-lead-there")
def links_to_the_wrong_table(patch: Patch) -> None:
    def rows(self: Evaluation, rows: Rows, name: str) -> Any:
        if isinstance(rows, Leads) and rows.table != name:
            leads = ROWS(self, rows.rows, rows.table)
            wrong = self.tables["node" if rows.table != "node" else "person"]
            keys = [tuple(wrong[at].get(one) for one in rows.to_columns) for at in leads if at < len(wrong)]
            return self._holding(name, rows.columns, keys, rows.how)
        return ROWS(self, rows, name)

    patch.setattr(Evaluation, "_rows", rows)


@breaks("every-column-of-a-key")
def one_column_of_a_key(patch: Patch) -> None:
    whole = Evaluation._holding

    def holding(self: Evaluation, name: str, columns: Sequence[str], keys: Sequence[Key], how: How) -> Any:
        return whole(self, name, columns[:1], [key[:1] for key in keys], how)

    patch.setattr(Evaluation, "_holding", holding)


@breaks("spelled-exactly")
def the_collation_decides(patch: Patch) -> None:
    keys, cells = sets.key_form, sets.cell_forms
    patch.setattr(sets, "key_form", lambda value, how: (keys(value, how) or "").lower() or None)
    patch.setattr(sets, "cell_forms", lambda cell, how: {one.lower() for one in cells(cell, how)})


@breaks("spelled-exactly")
def text_is_cast_to_a_number(patch: Patch) -> None:
    keys = sets.key_form
    patch.setattr(sets, "key_form", lambda value, how: (keys(value, how) or "").lstrip("0") or None)


@breaks("normalised-as-declared")
def nothing_is_normalised(patch: Patch) -> None:
    def spoil(rows: Rows) -> Rows:
        return replace(rows, how=replace(rows.how, normalise=())) if isinstance(rows, Given | Leads) else rows

    node(patch, spoil)


@breaks("keys-inside-cells")
def cells_are_taken_whole(patch: Patch) -> None:
    def spoil(rows: Rows) -> Rows:
        return replace(rows, how=replace(rows.how, inside=Inside.WHOLE)) if isinstance(rows, Given | Leads) else rows

    node(patch, spoil)


@breaks("constants-compare")
def at_most_is_below(patch: Patch) -> None:
    node(patch, lambda rows: replace(rows, op="<") if isinstance(rows, Compare) and rows.op == "<=" else rows)


@breaks("sets-combine")
def not_is_forgotten(patch: Patch) -> None:
    node(patch, lambda rows: rows.rows if isinstance(rows, Not) else rows)


@breaks("sets-combine")
def not_loses_the_unknown(patch: Patch) -> None:
    def rows(self: Evaluation, rows: Rows, name: str) -> Any:
        found = ROWS(self, rows, name)
        if isinstance(rows, Not) and isinstance(rows.rows, Compare):
            column = rows.rows.column
            return frozenset(at for at in found if self.tables[name][at].get(column) is not None)
        return found

    patch.setattr(Evaluation, "_rows", rows)


@breaks("least-fixpoint")
def half_of_a_fixpoint(patch: Patch) -> None:
    def fixpoint(self: Evaluation, layer: Sequence[Any]) -> None:
        self._found |= {one.name: frozenset() for one in layer}
        for _ in range(2):
            for one in layer:
                self._found[one.name] = self._rows(one.rows, one.table)

    patch.setattr(Evaluation, "_fixpoint", fixpoint)


@breaks("least-fixpoint")
def everything_for_a_fixpoint(patch: Patch) -> None:
    def fixpoint(self: Evaluation, layer: Sequence[Any]) -> None:
        for one in layer:
            self._found[one.name] = frozenset(range(len(self.tables[one.table])))
        for one in layer:
            self._found[one.name] = self._rows(one.rows, one.table)

    patch.setattr(Evaluation, "_fixpoint", fixpoint)


@breaks("whole-words")
def words_match_inside_others(patch: Patch) -> None:
    def mentions(text: str | None, words: Sequence[object], how: How) -> bool:
        return any(str(word) in text for word in words) if text else False

    patch.setattr(sets, "mentions", mentions)


@breaks("collisions-are-foreseen")
def collides_with_itself(patch: Patch) -> None:
    def colliding(self: Evaluation, name: str, rows: Any, column: str, rest: tuple[str, ...], seed: str) -> Any:
        return rows if self.seeds[seed] else frozenset()

    patch.setattr(Evaluation, "_colliding", colliding)


@breaks("nasty-values")
def long_values_are_cut(patch: Patch) -> None:
    cells = sets.cell_forms
    patch.setattr(sets, "cell_forms", lambda cell, how: {one[:255] for one in cells(cell, how)})


@breaks("nasty-names")
def names_are_not_quoted(patch: Patch) -> None:
    def spoil(rows: Rows) -> Rows:
        if isinstance(rows, Compare) and not rows.column.replace("_", "a").isalnum():
            raise StoreError.one("WB399", "syntax error")
        return rows

    node(patch, spoil)


# ------------------------------------------------------------------------------------------------ changing


@breaks("one-outcome-in-order")
def outcomes_out_of_order(patch: Patch) -> None:
    def apply(self: MemoryStore, change: Change, seeds: Seeds) -> Applied:
        done = APPLY(self, change, seeds)
        return replace(done, steps=tuple(reversed(done.steps)))

    patch.setattr(MemoryStore, "apply", apply)


@breaks("one-outcome-in-order")
def an_outcome_is_missing(patch: Patch) -> None:
    def apply(self: MemoryStore, change: Change, seeds: Seeds) -> Applied:
        done = APPLY(self, change, seeds)
        return replace(done, steps=done.steps[:-1])

    patch.setattr(MemoryStore, "apply", apply)


@breaks("done-is-visible")
def yields_before_commit(patch: Patch) -> None:
    def apply(self: MemoryStore, change: Change, seeds: Seeds) -> Applied:
        shared, self.tables = self.tables, {name: list(rows) for name, rows in self.tables.items()}
        self.committed = shared  # type: ignore[attr-defined]
        return APPLY(self, change, seeds)

    def close(self: MemoryStore) -> None:
        for name, rows in getattr(self, "committed", {}).items():
            rows[:] = self.tables[name]

    patch.setattr(MemoryStore, "apply", apply)
    patch.setattr(MemoryStore, "close", close)


@breaks("outside-scope-is-stale")
def ceilings_are_ignored(patch: Patch) -> None:
    within = MemoryStore._within_ceilings

    def ignoring(self: MemoryStore, change: Change, seeds: Seeds) -> Any:
        return within(self, replace(change, steps=tuple(replace(one, ceiling=10**9) for one in change.steps)), seeds)

    patch.setattr(MemoryStore, "_within_ceilings", ignoring)


@breaks("outside-scope-is-stale")
def the_schema_is_not_looked_at(patch: Patch) -> None:
    patch.setattr(MemoryStore, "apply", lambda self, change, seeds: APPLY(self, replace(change, fingerprint=""), seeds))


@breaks("side-effects-are-counted")
def cascades_are_not_counted(patch: Patch) -> None:
    patch.setattr(Working, "finish", lambda self, change, found: None)


@breaks("the-rest-is-untouched")
def touches_an_unnamed_column(patch: Patch) -> None:
    whole = Working._update

    def update(self: Working, step: Update, found: Any, program: Any) -> Any:
        keys = whole(self, step, found, program)
        for row in self._tables["person"].values() if step.id == "who" else ():
            if row["id"] == 1:
                row["phone"] = "+31 20 000 0000"
        return keys

    patch.setattr(Working, "_update", update)


@breaks("the-rest-is-untouched")
def takes_a_neighbour_along(patch: Patch) -> None:
    whole = Working._delete

    def delete(self: Working, step: Delete, found: Any, program: Any) -> Any:
        keys = whole(self, step, found, program)
        self._tables["session"].pop(3, None)
        return keys

    patch.setattr(Working, "_delete", delete)


@breaks("twice-changes-nothing-more")
def the_second_time_changes_again(patch: Patch) -> None:
    def written(self: Working, write: Any, row: Mapping[str, object], table: Any, name: str) -> object:
        old = row.get(name)
        return f"{old}0" if name == "ip" and str(old).endswith(".0") else WRITTEN(self, write, row, table, name)

    patch.setattr(Working, "_written", written)


@breaks("inserted-once")
def inserted_again(patch: Patch) -> None:
    patch.setattr(Working, "_row_like", lambda self, table, known, new: None)


@breaks("a-batch-changes-as-singles")
def only_the_first_is_treated(patch: Patch) -> None:
    def apply(self: MemoryStore, change: Change, seeds: Seeds) -> Applied:
        return APPLY(self, change, Seeds({name: list(keys)[:1] for name, keys in seeds.items()}))

    patch.setattr(MemoryStore, "apply", apply)


@breaks("a-marker-is-kept")
def the_marker_goes_first(patch: Patch) -> None:
    def apply(self: MemoryStore, change: Change, seeds: Seeds) -> Applied:
        if change.marker is None or change.marker in self.markers:
            return APPLY(self, change, seeds)
        self.markers.add(change.marker)
        return APPLY(self, replace(change, marker=None), seeds)

    patch.setattr(MemoryStore, "apply", apply)


@breaks("abandon-and-run-again")
def tables_are_replaced_one_by_one(patch: Patch) -> None:
    def replaced(self: MemoryStore, tables: Mapping[str, list[Any]]) -> None:
        for name, rows in tables.items():
            self.tables[name][:] = rows

    patch.setattr(MemoryStore, "_replace", replaced)


@breaks("a-part-at-a-time")
def limits_are_ignored(patch: Patch) -> None:
    patch.setattr(Evaluation, "first", lambda self, name, limit: self.positions(name))


@breaks("a-part-at-a-time")
def the_last_rows_first(patch: Patch) -> None:
    def first(self: Evaluation, name: str, limit: int) -> Any:
        return frozenset(sorted(self.positions(name))[-limit or None :])

    patch.setattr(Evaluation, "first", first)


@breaks("answers-agree")
def days_are_years(patch: Patch) -> None:
    days = MemoryReading.days

    def yearly(self: MemoryReading, name: str, columns: Sequence[str]) -> Any:
        return {(one and one.replace(month=1, day=1),): n for (one,), n in days(self, name, columns).items()}

    patch.setattr(MemoryReading, "days", yearly)


@breaks("all-or-nothing")
def what_went_before_stays(patch: Patch) -> None:
    def apply(self: MemoryStore, change: Change, seeds: Seeds) -> Applied:
        done = [APPLY(self, replace(change, steps=(step,)), seeds).steps for step in change.steps]
        return Applied(tuple(one for steps in done for one in steps))

    patch.setattr(MemoryStore, "apply", apply)


@breaks("writes-mean-what-they-say")
def codes_without_a_secret(patch: Patch) -> None:
    patch.setattr(memory_change, "coded", lambda value, secret, length: None)


@breaks("writes-mean-what-they-say")
def redacts_inside_words(patch: Patch) -> None:
    patch.setattr(
        memory_change, "redacted", lambda text, words, by, length: text.replace("Jan", by).replace("jan@x.example", by)
    )


@breaks("deletes-find-an-order")
def a_row_at_a_time(patch: Patch) -> None:
    whole = Working._delete

    def delete(self: Working, step: Delete, found: Any, program: Any) -> Any:
        keys = []
        for at in sorted(found[step.set]):
            keys += whole(self, step, {name: {at} & rows for name, rows in found.items()}, program)
            self._hold_constraints(at_commit=False)
        return keys

    patch.setattr(Working, "_delete", delete)


@breaks("cycles-go-together")
def together_is_ignored(patch: Patch) -> None:
    whole = Working._delete
    patch.setattr(
        Working, "_delete", lambda self, step, found, program: whole(self, replace(step, together=()), found, program)
    )


# ------------------------------------------------------------------------------------------------ coming back


@breaks("what-went-comes-back")
def a_row_comes_back_rounded(patch: Patch) -> None:
    def bring(self: Working, back: Any) -> Any:
        for name, rows in list(self._seeds.items()):
            self._seeds[name] = [tuple(cell.lower() if isinstance(cell, str) else cell for cell in row) for row in rows]
        return exact(self, back)

    exact = Working.bring
    patch.setattr(Working, "bring", bring)


@breaks("a-witness-can-stop")
def the_rows_go_before_they_are_kept(patch: Patch) -> None:
    def apply(self: MemoryStore, change: Change, seeds: Seeds) -> Applied:
        done = APPLY(self, replace(change, witness=None), seeds)
        if change.witness:
            change.witness.begin()
            change.witness.keep()
        return done

    patch.setattr(MemoryStore, "apply", apply)


@breaks("nothing-half-comes-back")
def a_taken_key_is_taken_over(patch: Patch) -> None:
    patch.setattr(Working, "_hold_constraints", lambda self, at_commit: None)


@breaks("images-are-what-is-there")
def an_image_lacks_a_row(patch: Patch) -> None:
    def exact(self: MemoryReading, name: str) -> Iterator[Any]:
        for image in whole(self, name):
            yield replace(image, rows=list(image.rows)[:-1])

    whole = MemoryReading.exact
    patch.setattr(MemoryReading, "exact", exact)


@breaks("every-row-is-witnessed")
def a_witness_misses_the_last_row(patch: Patch) -> None:
    def at(self: Working, table: str, positions: Any) -> Any:
        return whole(self, table, positions)[:-1]

    whole = Working.at
    patch.setattr(Working, "at", at)
