"""The databases of the tests are real, ours, empty at first, and keep what is declared."""

from __future__ import annotations

from datetime import date

import pytest

from databases import Database
from waarborg.stores.contract import Column, Family, ForeignKey, Table, Unique

ID = Column("id", "", Family.NUMBER, nullable=False, identity=True)
TABLES = (
    Table(
        "order",
        (
            ID,
            Column("naam van de klant", "", Family.TEXT, length=40, case_insensitive=True),
            Column("on", "", Family.DATE),
            Column("up", "", Family.NUMBER),
        ),
        key=("id",),
        uniques=(Unique("one_name", ("naam van de klant",)),),
        foreign_keys=(ForeignKey("up_there", ("up",), "order", ("id",), "CASCADE"),),
    ),
)


def test_a_database_keeps_what_is_declared(any_database: Database) -> None:
    row = {"id": 4, "naam van de klant": "Jan's % \U0001f600", "on": date(2026, 1, 2), "up": 4}
    any_database.make(TABLES, {"order": [row]})
    name = any_database.quoted("naam van de klant")
    table = any_database.quoted("order")
    (found,) = any_database.dump()["order"]
    assert {key: str(value) for key, value in found.items()} == {key: str(value) for key, value in row.items()}
    any_database.run(f"INSERT INTO {table} ({name}) VALUES ('b')")
    assert [one["id"] for one in any_database.rows("order")] == [4, 5]
    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        any_database.run(f"INSERT INTO {table} ({name}) VALUES ('B')")


def test_it_is_empty_again(any_database: Database) -> None:
    any_database.make(TABLES)
    assert any_database.dump() == {"order": []}
