"""Tables of people: text keys without a primary key, people without an account, what the statistics do not know."""

from __future__ import annotations

from contextlib import closing
from datetime import date

import pytest
import sqlalchemy as sa
from tests.databases import Database

from waarborg.datamap.dump import dump
from waarborg.datamap.load import parse_form
from waarborg.datamap.model import StoreDecl
from waarborg.scan.answers import Who, answer, still_open
from waarborg.scan.draft import draft
from waarborg.scan.findings import Findings
from waarborg.scan.pipeline import scan
from waarborg.stores.contract import Schema
from waarborg.stores.sql import SqlStore

WHO = Who("privacy officer", date(2026, 11, 28), date(2027, 11, 28))


def look(url: str, rows: int = 40) -> tuple[Findings, Schema]:
    with closing(SqlStore("app", url)) as store:
        schema = store.describe()
        return scan(store, rows, schema), schema


def fill(url: str, *statements: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for one in statements:
            connection.execute(sa.text(one))
    engine.dispose()


def led(found: Findings) -> set[tuple[str, str, str, str]]:
    return {(r.table, r.columns[0], r.target, r.to_columns[0]) for r in (link.reference for link in found.links)}


def names(first: int, last: int) -> str:
    return ", ".join(f"('@p{n:03}:hs.example', 'hash{n}')" for n in range(first, last))


def test_a_text_key_that_is_no_primary_key(any_database: Database) -> None:
    """More people than the sample holds: the store is asked whether the others' names stand there."""
    text = "VARCHAR(190)" if "mysql" in any_database.url else "TEXT"
    fill(
        any_database.url,
        f"CREATE TABLE users (name {text} NOT NULL UNIQUE, password_hash {text})",
        f"CREATE TABLE devices (device_id {text}, user_id {text}, label {text})",
        f"CREATE TABLE rooms (room {text}, creator {text}, topic {text})",
        f"CREATE TABLE visits (moment {text}, whose {text})",
        f"CREATE TABLE words (word {text}, listed {text})",
        f"INSERT INTO users VALUES {names(0, 120)}",
        *(f"INSERT INTO devices VALUES ('d{n}', '@p{n:03}:hs.example', 'telefoon')" for n in range(60, 110)),
        *(f"INSERT INTO rooms VALUES ('r{n}', '@p{n:03}:hs.example', 'koor')" for n in range(80, 100)),
        *(f"INSERT INTO visits VALUES ('m{n}', '@p{n:03}:hs.example')" for n in range(30)),
        *(f"INSERT INTO words VALUES ('w{n}', 'x{n}')" for n in range(30)),
    )
    found, _ = look(any_database.url)
    assert {s.table for s in found.subjects} == {"users"}
    assert {
        ("devices", "user_id", "users", "name"),
        ("rooms", "creator", "users", "name"),
        ("visits", "whose", "users", "name"),
    } <= led(found)
    assert not [one for one in led(found) if one[0] == "words"]


@pytest.fixture
def shop(sqlite: Database) -> str:
    fill(
        sqlite.url,
        "CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT UNIQUE, password TEXT, full_name TEXT)",
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer, email TEXT, phone TEXT)",
        *(f"INSERT INTO customer VALUES ({n}, 'k{n}@postvak.example', 'x', 'Sanne Smit')" for n in range(1, 20)),
        *(f"INSERT INTO orders VALUES ({n}, {n}, 'k{n}@postvak.example', NULL)" for n in range(1, 12)),
        *(f"INSERT INTO orders VALUES ({n}, NULL, 'g{n}@postvak.example', NULL)" for n in range(12, 24)),
    )
    return sqlite.url


def test_who_bought_without_an_account_is_asked_about(shop: str) -> None:
    found, schema = look(shop)
    text = dump(draft(found, schema, StoreDecl("app", "sql", "env:APP")))
    [question] = [one for one in still_open(text, found) if one.kind == "guests"]
    assert question.table == "orders"
    assert "12 of 23" in question.text
    said = answer(text, question, "yes", WHO, found)
    assert not said.by_hand
    made, wrong = parse_form(said.text)
    assert made is not None, wrong
    subject = made.tables["app.orders"].subject
    assert subject is not None
    assert {one.kind: one.column for one in subject.identifiers} == {"email": "email", "phone": "phone"}
    assert made.tables["app.orders"].links == parse_form(text)[0].tables["app.orders"].links  # type: ignore[union-attr]
    assert not [one for one in still_open(said.text, found) if one.kind == "guests"]


def test_no_as_an_answer_leaves_the_map(shop: str) -> None:
    found, schema = look(shop)
    text = dump(draft(found, schema, StoreDecl("app", "sql", "env:APP")))
    [question] = [one for one in still_open(text, found) if one.kind == "guests"]
    said = answer(text, question, "no", WHO, found)
    before, after = parse_form(text)[0], parse_form(said.text)[0]
    assert before is not None
    assert after is not None
    assert before.digest == after.digest
    assert not [one for one in still_open(said.text, found) if one.kind == "guests"]


def test_nobody_is_asked_where_every_order_has_its_customer(shop: str) -> None:
    fill(shop, "DELETE FROM orders WHERE customer_id IS NULL")
    found, _ = look(shop)
    assert not [one for one in found.questions if one.kind == "guests"]


def test_a_drafted_subject_has_a_category_for_each_identifier(shop: str) -> None:
    fill(shop, "CREATE TABLE member (id INTEGER PRIMARY KEY, email TEXT, username TEXT, code TEXT, password TEXT)")
    found, schema = look(shop)
    made = draft(found, schema, StoreDecl("app", "sql", "env:APP"))
    for table in made.tables.values():
        identifiers = table.subject.identifiers if table.subject else ()
        assert {one.column for one in identifiers} <= set(table.columns)


def test_statistics_that_call_a_filled_table_empty(postgresql: Database) -> None:
    """An application that was analysed before it was filled: the sample, not the estimate, is believed."""
    fill(
        postgresql.url,
        "CREATE TABLE account (id int PRIMARY KEY, login text, password text, contact text)",
        "CREATE TABLE note (id int PRIMARY KEY, written_for int, words text)",
        "ANALYZE",
    )
    with closing(SqlStore("app", postgresql.url)) as store:
        assert {t.rows for t in store.describe().tables.values()} <= {0, None}
    fill(
        postgresql.url,
        "INSERT INTO account SELECT i, 'login' || i, 'x', 'p' || i || '@postvak.example' FROM generate_series(1, 60) i",
    )
    found, _ = look(postgresql.url)
    assert found.columns["account", "contact"].category == "email"
    assert found.sizes["account"][0] >= 40
