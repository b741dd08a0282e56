"""What a column becomes when its row stays: met with NOT NULL, UNIQUE, CHECK, enumerations and lengths at planning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from waarborg.datamap.model import ColumnDecl
from waarborg.errors import Finding, Place
from waarborg.plans.constraints import in_unique, must_be_filled, refuses
from waarborg.plans.resolve import Mapped
from waarborg.stores.contract import (
    Coarsen,
    Coded,
    Column,
    Compare,
    Constant,
    Either,
    Family,
    Keyed,
    Not,
    Rows,
    Scalar,
    Write,
)
from waarborg.terms import Treatment

CODE_SECRET = "code:secret"  # noqa: S105 - the name of a seed
EMPTY: Mapping[Family, Scalar] = {
    Family.TEXT: "",
    Family.NUMBER: 0,
    Family.BOOLEAN: False,
    Family.DATE: date(1900, 1, 1),
    Family.DATETIME: datetime(1900, 1, 1),
    Family.UUID: "00000000-0000-0000-0000-000000000000",
    Family.JSON: "{}",
    Family.BINARY: b"",
    Family.NETWORK: "0.0.0.0",  # noqa: S104 - an address that is nobody's
    Family.ARRAY: "{}",
}
"""The empty value of a type, for a NOT NULL column whose row stays."""
KEYED = ("erased-{}", "e{}")
"""Texts for columns that must stay unique, the first that fits the column's length."""
KEY_DIGITS = 12
"""The most room that is left for the key when a length is checked."""
UNKNOWN_DIGITS = 5
"""The least; a table whose size no statistics know is a small one."""


@dataclass(frozen=True, slots=True)
class Written:
    """What one column becomes, and how to see that it already is."""

    treatment: Treatment
    write: Write | None
    todo: Rows | None
    """Rows in which it is not yet so; None where that cannot be told from the value (it is then done once)."""
    finding: Finding | None = None


def written(mapped: Mapped, name: str, treatment: Treatment, decl: ColumnDecl | None = None) -> Written:
    """Decide what becomes of column `name`. A finding says which constraint makes the declared treatment impossible."""
    column = mapped.facts.column(name)
    if column is None or column.generated or treatment is Treatment.KEEP:
        return Written(Treatment.KEEP, None, None)
    replacement = decl.replace_with if decl else ""
    match treatment:
        case Treatment.GENERALISE:
            how = "ip" if column.family in (Family.NETWORK, Family.TEXT) else "year"
            return Written(
                treatment, Coarsen(how), Not(Either((Compare(name, "null"), Compare(name, "coarse", (how,)))))
            )
        case Treatment.PSEUDONYMISE:
            return Written(
                treatment, Coded(CODE_SECRET), Not(Either((Compare(name, "null"), Compare(name, "starts", ("w~",)))))
            )
        case Treatment.REPLACE if replacement or not column.nullable:
            return _replaced(mapped, column, replacement)
        case _:
            return _cleared(mapped, column, replacement)


def _unless(name: str, done: Rows) -> Rows:
    """Rows in which the column holds something that is not yet as it should be."""
    return Not(Either((Compare(name, "null"), done)))


def _replaced(mapped: Mapped, column: Column, text: str) -> Written:
    if "{}" in text or in_unique(mapped.facts, column.name):
        return _keyed(mapped, column, text if "{}" in text else (text + "{}" if text else ""))
    if not text:
        return _emptied(mapped, column)
    if column.length is not None and len(text) > column.length:
        return _impossible(mapped, column, f"The replacement is longer than the {column.length} characters that fit.")
    value: Scalar = int(text) if column.family is Family.NUMBER and text.lstrip("-").isdigit() else text
    return Written(Treatment.REPLACE, Constant(value), Not(Compare(column.name, "=", (value,))))


def _cleared(mapped: Mapped, column: Column, replacement: str) -> Written:
    if column.name in mapped.facts.key:
        return _impossible(mapped, column, "It is part of the key by which the row is known.")
    if column.nullable and must_be_filled(mapped.facts, column.name):
        return _impossible(mapped, column, "A check of the table asks for a value in it.")
    if column.nullable:
        unique = next((u for u in mapped.facts.uniques if column.name in u.columns and not u.nulls_distinct), None)
        if unique is None:
            return Written(Treatment.CLEAR, Constant(None), Not(Compare(column.name, "null")))
    if in_unique(mapped.facts, column.name):
        return _keyed(mapped, column, replacement)
    if replacement:
        return _replaced(mapped, column, replacement)
    return _emptied(mapped, column)


def _emptied(mapped: Mapped, column: Column) -> Written:
    if column.family not in EMPTY and not column.choices:
        return _impossible(mapped, column, f"It is NOT NULL and its type ({column.type}) has no empty value.")
    if column.choices or refuses(mapped.facts, column.name, EMPTY[column.family]):
        return _impossible(mapped, column, "It is NOT NULL and only certain values are allowed in it.")
    if any(column.name in reference.columns for reference in mapped.facts.foreign_keys):
        return _impossible(mapped, column, "It is NOT NULL and refers to another row.")
    value = EMPTY[column.family]
    return Written(Treatment.CLEAR, Constant(value), Not(Compare(column.name, "=", (value,))))


def _keyed(mapped: Mapped, column: Column, template: str = "") -> Written:
    if column.family is not Family.TEXT:
        return _impossible(mapped, column, "It must stay unique and is not a text.")
    room = column.length or 255
    fitting = [text for text in ((template,) if "{}" in template else KEYED) if len(text) - 2 + _digits(mapped) <= room]
    if not fitting:
        return _impossible(mapped, column, f"It must stay unique and only {room} characters fit.")
    if not template and refuses(mapped.facts, column.name, fitting[0].replace("{}", "*" * _digits(mapped))):
        return _impossible(mapped, column, "It must stay unique and only certain values are allowed in it.")
    start = fitting[0].partition("{}")[0]
    todo = Not(Compare(column.name, "starts", (start,))) if start else None
    return Written(Treatment.REPLACE, Keyed(fitting[0]), todo)


def _digits(mapped: Mapped) -> int:
    """Room for a key: what the table's size asks for with a hundredfold to spare, where the size is known."""
    rows = mapped.facts.rows
    return UNKNOWN_DIGITS if rows is None or rows < 0 else min(KEY_DIGITS, max(UNKNOWN_DIGITS, len(str(rows)) + 2))


def _impossible(mapped: Mapped, column: Column, what: str) -> Written:
    finding = Finding(
        "WB407",
        Place(mapped.decl.place.file, mapped.decl.place.line, 0, f"tables.{mapped.name}.columns.{column.name}"),
        f"This column cannot be cleared in a row that stays. {what}",
        "A treatment that the database would refuse is found when planning, not when it is half done.",
        "Give it on_erasure: replace with a replace_with that is allowed, or on_erasure: keep with a reason.",
    )
    return Written(Treatment.KEEP, None, None, finding)
