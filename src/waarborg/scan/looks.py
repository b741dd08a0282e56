"""Polite looks into a store: one bounded sample a table, and whether sampled keys stand in another table.

Nothing here reads a whole table. A table whose sample is all of it is compared in memory; for the others the sampled
keys (at most `KEYS`) are asked for by the store, which has its own time-out.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from waarborg.errors import StoreError
from waarborg.scan.values import EMPTY, Profile, as_text, profile
from waarborg.stores.contract import Given, How, Program, RowSet, Schema, Seeds, Store, Table

ROWS = 200
KEYS = 60
LOOKUPS, SCANS = 20.0, 2.0
"""Seconds that all looks for keys in other tables may take together: by an index, and by reading the table."""
_NOBODY = frozenset({"0", "-1", "", "00000000-0000-0000-0000-000000000000"})


@dataclass(frozen=True, slots=True)
class Inclusion:
    """How many sampled distinct keys were looked for and how many stand in the target."""

    asked: int
    found: int
    nobody: tuple[str, ...] = ()
    """Sentinel values seen on the referring side that are no key of the target."""

    @property
    def share(self) -> float:
        """Found among asked; 0 when nothing was asked."""
        return self.found / self.asked if self.asked else 0.0


NOT_LOOKED = Inclusion(0, 0)


@dataclass
class Looks:
    """Samples of one store, taken once and forgotten with the object. `rows` bounds every sample."""

    store: Store
    schema: Schema
    rows: int = ROWS
    refused: dict[str, str] = field(default_factory=dict)
    """Tables that could not be read, with the error's first sentence."""
    _samples: dict[str, dict[str, Sequence[object]]] = field(default_factory=dict, repr=False)
    _profiles: dict[tuple[str, str], Profile] = field(default_factory=dict, repr=False)
    _asked: dict[tuple[object, ...], Inclusion] = field(default_factory=dict, repr=False)
    _spent: dict[bool, float] = field(default_factory=lambda: {True: 0.0, False: 0.0}, repr=False)
    """Seconds that looking for keys has taken: with an index, and without."""

    def values(self, table: str, column: str) -> Sequence[object]:
        """The sampled values of a column (NULL included); empty when the table could not be read."""
        if table not in self._samples:
            self._samples[table] = self._sample(self.schema.tables[table])
        return self._samples[table].get(column, ())

    def profile(self, table: str, column: str) -> Profile:
        """What the sampled values of a column look like."""
        key = (table, column)
        if key not in self._profiles:
            values = self.values(table, column)
            self._profiles[key] = profile(values) if values else EMPTY
        return self._profiles[key]

    def _sample(self, table: Table) -> dict[str, Sequence[object]]:
        if table.view or not self.rows:
            return {}  # a table that the statistics call empty may have been filled since
        try:
            samples = self.store.sample(table.name, [c.name for c in table.columns], self.rows)
        except StoreError as problem:
            self.refused[table.name] = str(problem).partition(". ")[0]
            return {}
        return {one.column: one.values for one in samples}

    def sizes(self) -> dict[str, tuple[int, bool]]:
        """For each table: about how many rows it has, and whether it may have more than that."""
        found: dict[str, tuple[int, bool]] = {}
        for name, table in self.schema.tables.items():
            seen = max((len(values) for values in self._samples.get(name, {}).values()), default=0)
            if table.rows is not None:
                found[name] = max(table.rows, seen), False
            elif seen:
                found[name] = seen, seen >= self.rows
        return found

    def keys(self, table: str, columns: Sequence[str]) -> list[tuple[object, ...]]:
        """Distinct sampled keys without NULL and without sentinels, at most `KEYS`."""
        seen: dict[tuple[str, ...], tuple[object, ...]] = {}
        for key in zip(*(self.values(table, c) for c in columns), strict=False):
            if any(part is None for part in key) or all(as_text(part) in _NOBODY for part in key):
                continue
            seen.setdefault(tuple(map(as_text, key)), key)
            if len(seen) >= KEYS:
                break
        return list(seen.values())

    def inclusion(
        self,
        table: str,
        columns: tuple[str, ...],
        target: str,
        to_columns: tuple[str, ...],
        normalise: tuple[str, ...] = (),
    ) -> Inclusion:
        """Look whether the keys sampled from `columns` stand in `to_columns` of `target`."""
        ticket = (table, columns, target, to_columns, normalise)
        if ticket not in self._asked:
            keys = self.keys(table, columns)
            self._asked[ticket] = self.present(keys, target, to_columns, normalise) if keys else NOT_LOOKED
            self._asked[ticket] = self._with_nobody(self._asked[ticket], table, columns)
        return self._asked[ticket]

    def present(
        self,
        keys: Sequence[tuple[object, ...]],
        target: str,
        to_columns: tuple[str, ...],
        normalise: tuple[str, ...] = (),
    ) -> Inclusion:
        """How many of these keys stand in the target."""
        facts = self.schema.tables[target]
        here = {
            tuple(_even(as_text(p), normalise) for p in k)
            for k in zip(*(self.values(target, c) for c in to_columns), strict=False)
        }
        missing = [k for k in keys if tuple(_even(as_text(p), normalise) for p in k) not in here]
        found, seen = len(keys) - len(missing), len(self.values(target, to_columns[0]))
        # A sample that is not full is the whole table, whatever the statistics believe.
        whole = seen < self.rows and not facts.view and target not in self.refused
        if not missing or whole:
            return Inclusion(len(keys), found)
        more = self._ask(missing, facts, to_columns, normalise)
        return NOT_LOOKED if more is None else Inclusion(len(keys), min(len(keys), found + more))

    def _ask(
        self, keys: Sequence[tuple[object, ...]], target: Table, to_columns: tuple[str, ...], normalise: tuple[str, ...]
    ) -> int | None:
        """How many of these keys the store finds; None when it was not asked.

        With an index the keys are looked up as they are written, and evened out: normalising the column itself would
        read the whole table. Without an index that is done as long as `SCANS` seconds in all are not spent.
        """
        indexed = target.indexed(to_columns)
        if self._spent[indexed] > (LOOKUPS if indexed else SCANS):
            return None
        wanted = list(keys)
        if indexed and normalise:
            evened = [tuple(_even(p, normalise) if isinstance(p, str) else p for p in key) for key in keys]
            wanted = list(dict.fromkeys([*wanted, *evened])) if "phone" not in normalise else wanted
        how = How() if indexed else How(normalise=normalise)
        program = Program((RowSet("there", target.name, Given(to_columns, "keys", how)),))
        began = time.monotonic()
        try:
            with self.store.reading(program, Seeds(keys=wanted)) as look:
                return min(len(keys), len(look.values("there", to_columns)))
        except StoreError as problem:
            self.refused[target.name] = str(problem).partition(". ")[0]
            return 0
        finally:
            self._spent[indexed] += time.monotonic() - began

    def _with_nobody(self, seen: Inclusion, table: str, columns: tuple[str, ...]) -> Inclusion:
        if len(columns) != 1:
            return seen
        sentinels = {as_text(v) for v in self.values(table, columns[0]) if v is not None} & _NOBODY - {""}
        return Inclusion(seen.asked, seen.found, tuple(sorted(sentinels)))


def _even(text: str, normalise: tuple[str, ...]) -> str:
    for step in normalise:
        if step == "lowercase":
            text = text.lower()
        elif step == "trim":
            text = text.strip()
        elif step in ("digits", "phone"):
            digits = "".join(c for c in text if c.isdigit())
            text = digits[-9:] if step == "phone" else digits
    return text
