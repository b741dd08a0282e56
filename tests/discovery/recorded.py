"""Play a recording back as a store: enough of the contract for a scan (describe, sample, reading of given keys)."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from waarborg.stores.contract import (
    Abilities,
    Applied,
    Change,
    Column,
    Family,
    ForeignKey,
    Given,
    Hit,
    Index,
    Key,
    Program,
    Sample,
    Schema,
    Seeds,
    Table,
    Unique,
)


def _cell(value: Any) -> Any:
    if isinstance(value, dict) and len(value) == 1:
        ((kind, inner),) = value.items()
        if kind == "bytes":
            return base64.b64decode(inner)
        if kind == "datetime":
            return datetime.fromisoformat(inner)
        if kind == "date":
            return date.fromisoformat(inner)
    return value


class RecordedStore:
    """A store whose tables stand in a recording."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        with gzip.open(path, "rb") as source:
            self._recording = json.load(source)
        self.asked = 0

    @property
    def abilities(self) -> Abilities:
        return Abilities(transactional=False, insert=False)

    def describe(self) -> Schema:
        tables = {name: _table(name, t) for name, t in self._recording["tables"].items()}
        return Schema(self._recording["engine"], tables)

    def _column(self, table: str, column: str) -> list[Any]:
        facts = self._recording["tables"][table]
        at = [c["name"] for c in facts["columns"]].index(column)
        return [_cell(row[at]) for row in facts["rows"]]

    def sample(self, table: str, columns: Sequence[str], rows: int) -> Sequence[Sample]:
        self.asked += 1
        return [Sample(c, self._column(table, c)[:rows]) for c in columns]

    @contextmanager
    def reading(self, program: Program, seeds: Seeds) -> Iterator[_Reading]:
        self.asked += 1
        yield _Reading(self, program, seeds)

    def apply(self, change: Change, seeds: Seeds) -> Applied:
        raise NotImplementedError("a recording is never changed")

    def search(self, needles: Sequence[str], tables: Collection[str] | None = None) -> Iterator[Hit]:
        return iter(())

    def close(self) -> None:
        return None


class _Reading:
    def __init__(self, store: RecordedStore, program: Program, seeds: Seeds) -> None:
        self._store, self._program, self._seeds = store, program, seeds

    def _given(self, name: str) -> tuple[str, set[Key]]:
        wanted = self._program.get(name)
        if not isinstance(wanted.rows, Given):
            raise NotImplementedError("a recording answers only which given keys are there")
        columns = [self._store._column(wanted.table, c) for c in wanted.rows.columns]
        here = {tuple(map(_comparable, key)) for key in zip(*columns, strict=True)}
        asked = {tuple(map(_comparable, key)) for key in self._seeds[wanted.rows.seed]}
        return wanted.table, here & asked

    def count(self, name: str) -> int:
        return len(self._given(name)[1])

    def values(self, name: str, columns: Sequence[str]) -> Sequence[Key]:
        return sorted(self._given(name)[1], key=str)

    def groups(self, name: str, column: str) -> Mapping[int | None, int]:
        raise NotImplementedError

    def rows(self, name: str, columns: Sequence[str]) -> Iterator[Sequence[Key]]:
        raise NotImplementedError

    def digest(self, name: str) -> str:
        raise NotImplementedError


def _comparable(value: object) -> object:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _table(name: str, facts: dict[str, Any]) -> Table:
    return Table(
        name,
        tuple(
            Column(
                c["name"],
                c["type"],
                Family(c["family"]),
                c["nullable"],
                c["length"],
                has_default=c["has_default"],
                choices=tuple(c["choices"]),
            )
            for c in facts["columns"]
        ),
        key=tuple(facts["key"]),
        uniques=tuple(Unique(f"u{i}", tuple(u)) for i, u in enumerate(facts["uniques"])),
        indexes=tuple(
            Index(f"i{i}", tuple(c or "" for c in columns), unique)
            for i, (columns, unique) in enumerate(facts["indexes"])
        ),
        foreign_keys=tuple(
            ForeignKey(f["name"] or "", tuple(f["columns"]), f["table"], tuple(f["to"])) for f in facts["foreign_keys"]
        ),
        rows=facts["total"],
        schema=name.rpartition(".")[0],
    )
