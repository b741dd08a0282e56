"""The whole scan on small stores: undeclared links, hostile schemas, the draft that comes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from waarborg.datamap.dump import dump
from waarborg.datamap.load import parse_form
from waarborg.datamap.model import StoreDecl
from waarborg.errors import StoreError
from waarborg.scan.draft import draft
from waarborg.scan.findings import Findings
from waarborg.scan.pipeline import scan
from waarborg.stores.contract import Column, Family, Program, Sample, Schema, Seeds, Table

NUMBER, TEXT = Family.NUMBER, Family.TEXT


class Shelf:
    """A store of literal rows that counts what is asked of it."""

    name = "app"

    def __init__(self, tables: dict[str, tuple[str, list[list[Any]]]], forbidden: Sequence[str] = ()) -> None:
        self.rows: dict[str, dict[str, list[Any]]] = {}
        self.forbidden = forbidden
        facts = {}
        for name, (words, rows) in tables.items():
            columns = tuple(
                Column(c, "int", NUMBER) if k == "i" else Column(c, "varchar(200)", TEXT, length=200)
                for c, _, k in (w.rpartition(":") for w in words.split())
            )
            facts[name] = Table(name, columns, key=(columns[0].name,) if columns else (), rows=len(rows))
            self.rows[name] = {c.name: [r[i] for r in rows] for i, c in enumerate(columns)}
        self.facts = facts

    def describe(self) -> Schema:
        return Schema("memory", self.facts)

    def sample(self, table: str, columns: Sequence[str], rows: int) -> Sequence[Sample]:
        if table in self.forbidden:
            raise StoreError.one("WB301", "The account may not read this table.")
        return [Sample(c, self.rows[table][c][:rows]) for c in columns]

    @contextmanager
    def reading(self, program: Program, seeds: Seeds) -> Iterator[Any]:
        raise StoreError.one("WB302", "Nothing may be asked here.")
        yield


def links(found: Findings) -> set[tuple[str, ...]]:
    return {(r.table, *r.columns, r.target, *r.to_columns) for r in (one.reference for one in found.links)}


PEOPLE = [[i, f"p{i}@post.example", f"login{i}", f"hash{i}", "Jan de Vries"] for i in range(1, 13)]
USERS = ("id:i email:t username:t password:t full_name:t", PEOPLE)


def look(**tables: tuple[str, list[list[Any]]]) -> Findings:
    return scan(Shelf({"users": USERS, **tables}))  # type: ignore[arg-type]


def test_an_undeclared_key_is_found_by_name_and_values() -> None:
    found = look(comments=("id:i author_id:i body:t", [[i, i % 12 + 1, "x"] for i in range(30)]))
    assert ("comments", "author_id", "users", "id") in links(found)


def test_values_refute_what_a_name_suggests() -> None:
    """A link to the wrong table: the keys do not stand there."""
    found = look(comments=("id:i author_id:i body:t", [[i, 9000 + i, "x"] for i in range(30)]))
    assert ("comments", "author_id", "users", "id") not in links(found)


def test_rows_that_outlive_their_owner_are_asked_about() -> None:
    found = look(comments=("id:i user_id:i body:t", [[i, i % 15 + 1, "x"] for i in range(60)]))
    assert any("outlive" in q.text for q in found.questions)


def test_a_sentinel_is_reported_and_not_looked_up() -> None:
    found = look(comments=("id:i user_id:i body:t", [[i, 0 if i % 2 else i % 12 + 1, "x"] for i in range(30)]))
    (link,) = [one for one in found.links if one.reference.table == "comments"]
    assert link.reference.nobody == ("0",)


def test_the_other_ways_a_row_refers_to_a_person() -> None:
    found = look(
        note=("id:i res_type:t res_id:i text:t", [[i, "User", i % 12 + 1, "x"] for i in range(24)]),
        trail=("id:i resource:t", [[i, f"users,{i % 12 + 1}"] for i in range(24)]),
        event=("id:i payload:t", [[i, f'{{"user_id": {i % 12 + 1}}}'] for i in range(24)]),
        newsletter_signup=("id:i email:t", [[i, f"p{i % 12 + 1}@post.example"] for i in range(24)]),
        door=("id:i opened_with:t", [[i, f"login{i % 12 + 1}"] for i in range(24)]),
    )
    assert {
        ("note", "res_type", "res_id", "users", "id"),
        ("trail", "resource", "users", "id"),
        ("event", "payload", "users", "id"),
        ("newsletter_signup", "email", "users", "email"),
        ("door", "opened_with", "users", "username"),
    } <= links(found)


def test_the_draft_is_read_back_as_it_was_written() -> None:
    store = Shelf({"users": USERS, "comments": ("id:i author_id:i body:t", [[i, i % 12 + 1, "x"] for i in range(30)])})
    made = draft(scan(store), store.describe(), StoreDecl("app", "sql", url="env:APP"))  # type: ignore[arg-type]
    back, findings = parse_form(dump(made))
    assert not findings
    assert back is not None
    assert back.digest == made.digest
    assert made.tables["app.users"].subject is not None


def test_hostile_schemas_give_findings_not_stack_traces() -> None:
    store = Shelf(
        {
            "users": USERS,
            "we\"ird 💥'; --": ("ключ:i имя:t e✉mail:t", [[1, "\ud800", "x" * 100_000]]),
            "": ("a:i", []),
            "secret": ("id:i email:t", [[1, "p@post.example"]]),
            "wide": (" ".join(f"c{i}:t" for i in range(2000)), [["x"] * 2000]),
            "empty": ("", []),
        },
        forbidden=("secret",),
    )
    found = scan(store)  # type: ignore[arg-type]
    assert "secret" in found.refused
    assert ("secret", "email") in found.columns
    assert "p1@post.example" not in repr(found)


@pytest.mark.parametrize("count", [300])
def test_many_tables_are_scanned_in_seconds(count: int) -> None:
    names = {
        f"t{i}": ("id:i owner_id:i name:t body:t", [[j, j % 12 + 1, "x", "y"] for j in range(20)]) for i in range(count)
    }
    assert len(look(**names).links) >= count
