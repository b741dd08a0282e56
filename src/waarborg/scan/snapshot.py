"""What the databases look like, in one file that is committed: a check needs no database, and a review sees drift.

A snapshot holds declarations and what a scan made of them (`app.users.email` looks like an e-mail address), never a
value and never a row count: it changes only when the schema does, or when the data starts to look like something else.
JSON, one column on a line, names in order: two snapshots can be compared by eye and by machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from waarborg.canonical import plain
from waarborg.errors import Place, StoreError
from waarborg.scan.classify import SECRET
from waarborg.scan.findings import Findings
from waarborg.stores.contract import (
    Check,
    Column,
    Family,
    ForeignKey,
    Index,
    Schema,
    Table,
    Trigger,
    Unique,
)

FORMAT = "waarborg snapshot 1"
FILE = "snapshot.json"
MAX_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Looks:
    """What a column looks like: the category of a scan with its confidence before calibration (0 to 1)."""

    category: str
    confidence: float

    @property
    def secret(self) -> bool:
        """Whether it is a password, a token or a seed."""
        return self.category in SECRET


@dataclass(frozen=True, slots=True)
class Lead:
    """Columns of a table that lead to a person, or to a row that does."""

    table: str
    columns: tuple[str, ...]
    target: str
    confidence: float
    dead: bool = False
    """Every key that was sampled leads nowhere. Known from values, so never in a snapshot that was read back."""


@dataclass(frozen=True, slots=True)
class Sight:
    """One store as it was seen."""

    schema: Schema
    columns: Mapping[tuple[str, str], Looks] = field(default_factory=dict)
    people: tuple[str, ...] = ()
    leads: tuple[Lead, ...] = ()
    live: bool = False
    """Whether this was seen just now, rather than read from a file."""


def sight(findings: Findings, schema: Schema, dead: Iterable[Lead] = ()) -> Sight:
    """What a scan saw, without a value. `dead` are links of a map that were tested and lead nowhere."""
    looks = {**findings.secrets, **findings.columns}
    people = sorted({one.table for one in findings.subjects})
    leads = [
        Lead(r.table, r.columns, r.target, round(r.confidence, 2)) for r in (link.reference for link in findings.links)
    ]
    return Sight(
        schema,
        {at: Looks(v.category, round(v.confidence, 2)) for at, v in sorted(looks.items())},
        tuple(people),
        (*sorted(set(leads), key=lambda one: (one.table, one.columns, one.target)), *dead),
        live=True,
    )


# ------------------------------------------------------------------------------------------------ writing


def dump(sights: Mapping[str, Sight]) -> str:
    """The text of a snapshot: the same bytes for the same facts."""
    parts = [f'{{"format": {_json(FORMAT)}, "stores": {{']
    stores = []
    for name, seen in sorted(sights.items()):
        head = (
            f' {_json(name)}: {{"engine": {_json(seen.schema.engine)}, "not_visible": {_json(seen.schema.not_visible)},'
        )
        tables = ",\n".join(_table(table, seen) for _, table in sorted(seen.schema.tables.items()))
        stores.append(f'{head}\n  "people": {_json(seen.people)},\n  "tables": {{\n{tables}\n  }}}}')
    return "\n".join([*parts, ",\n".join(stores), "}}"]) + "\n"


def _table(table: Table, seen: Sight) -> str:
    columns = ",\n".join(
        f"    {_json(_escaped(column.name))}: {_json(_column(column, seen.columns.get((table.name, column.name))))}"
        for column in table.columns
    )
    facts = {
        one.name: getattr(table, one.name)
        for one in fields(Table)
        if one.name not in ("name", "columns", "rows", "comment") and getattr(table, one.name) != one.default
    }
    leads = [
        {"columns": one.columns, "to": one.target, "confidence": str(one.confidence)}
        for one in seen.leads
        if one.table == table.name and not one.dead
    ]
    lines = [f'    "/{name}": {_listed(value)}' for name, value in sorted(facts.items())]
    lines += [f'    "/leads": {_listed(leads)}'] if leads else []
    body = ",\n".join(part for part in (*lines, columns) if part)
    return f"   {_json(table.name)}: {{\n{body}}}"


def _column(column: Column, looks: Looks | None) -> dict[str, object]:
    """What is not the default; `looks` is what the scan made of it."""
    said: dict[str, object] = {"type": column.type, "family": column.family}
    for one in fields(Column):
        value = getattr(column, one.name)
        if one.name not in ("name", "type", "family") and value != one.default:
            said[one.name] = value
    if looks:
        said["looks"] = f"{looks.category} {looks.confidence}"
    return said


def _escaped(name: str) -> str:
    """A column's name as a key: one that begins with a slash gets a second one, which no fact of the table has."""
    return f"/{name}" if name.startswith("/") else name


def _listed(value: object) -> str:
    """One item of a list of declarations on a line."""
    items = plain(value)
    if not isinstance(items, list) or len(items) < 2 or not isinstance(items[0], dict):
        return _json(value)
    return "[\n" + ",\n".join(f"     {_json(item)}" for item in items) + "]"


def _json(value: object) -> str:
    return json.dumps(plain(value), ensure_ascii=False)


# ------------------------------------------------------------------------------------------------ reading


def load(text: str, file: str = FILE) -> dict[str, Sight]:
    """The sights in a snapshot. Raises `StoreError` WB715 for a file that is none."""
    try:
        whole = json.loads(text)
        if whole["format"] != FORMAT:
            raise ValueError
        return {str(name): _sight(part) for name, part in whole["stores"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise StoreError.one(
            "WB715",
            "This is not a snapshot that can be read.",
            "It may be half of a merge, or of another version.",
            "Make it again with `waarborg snapshot`.",
            Place(file),
        ) from None


def _sight(part: Mapping[str, Any]) -> Sight:
    tables: dict[str, Table] = {}
    looks: dict[tuple[str, str], Looks] = {}
    leads: list[Lead] = []
    for name, told in part["tables"].items():
        columns = []
        for key, value in told.items():
            if key.startswith("/") and not key.startswith("//"):
                continue
            own = key[1:] if key.startswith("/") else key
            columns.append(_read_column(own, value))
            if said := value.get("looks"):
                category, _, sure = said.rpartition(" ")
                looks[name, own] = Looks(category, float(sure))
        facts = {one: _PARTS[one](told[f"/{one}"]) for one in _PARTS if f"/{one}" in told}
        tables[name] = Table(name, tuple(columns), **facts)
        for one in told.get("/leads", ()):
            leads.append(Lead(name, tuple(one["columns"]), one["to"], float(one["confidence"])))
    schema = Schema(str(part["engine"]), tables, tuple(part["not_visible"]))
    return Sight(schema, looks, tuple(part["people"]), tuple(leads))


def _read_column(name: str, told: Mapping[str, Any]) -> Column:
    more: dict[str, Any] = {
        key: tuple(v) if isinstance(v, list) else v for key, v in told.items() if key not in ("looks", "family")
    }
    return Column(name=name, family=Family(told["family"]), **more)


def _several(kind: type[Any]) -> Any:
    def read(items: Sequence[Mapping[str, Any]]) -> tuple[Any, ...]:
        return tuple(kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in one.items()}) for one in items)

    return read


_PARTS: Mapping[str, Any] = {
    "key": tuple,
    "uniques": _several(Unique),
    "indexes": _several(Index),
    "foreign_keys": _several(ForeignKey),
    "checks": _several(Check),
    "triggers": _several(Trigger),
    "view": bool,
    "stored": bool,
    "partition_of": str,
    "inherits": str,
    "row_security": bool,
    "history": bool,
    "transactional": bool,
    "schema": str,
}
"""How each fact of a table is read back."""
