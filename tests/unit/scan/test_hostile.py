"""Schemas that nobody meant to be kind: findings come out, not stack traces, within time and memory."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.databases import Database

from waarborg.datamap.dump import dump
from waarborg.datamap.load import parse_form
from waarborg.datamap.model import StoreDecl
from waarborg.scan.draft import draft
from waarborg.scan.findings import Findings
from waarborg.scan.pipeline import scan
from waarborg.scan.snapshot import dump as snapshot
from waarborg.scan.snapshot import load, sight
from waarborg.stores.sql import SqlStore

ROOT = Path(__file__).parents[3]
NAMES = [
    'quo"te',
    "back`tick",
    "per%cent",
    "emoji 💥",
    "dot.ted",
    "sp ace",
    "semi;colon--",
    "ключ",
    "{braces}",
    "#hash",
]


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "hostile.db")) as connection:
        connection.execute("CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, first_name TEXT, last_name TEXT)")
        rows = [(n, f"p{n}@post.example", "Jan", "Bos") for n in range(1, 30)]
        connection.executemany("INSERT INTO users VALUES (?, ?, ?, ?)", rows)
        yield connection


def look(url: str) -> Findings:
    """Scan, draft, write, read back, snapshot, read back: all of it has to survive."""
    store = SqlStore("app", url)
    schema = store.describe()
    found = scan(store, 50, schema)
    made = draft(found, schema, StoreDecl("app", "sql", "env:APP"))
    again, wrong = parse_form(dump(made))
    assert again is not None, wrong
    assert again.digest == made.digest
    text = snapshot({"app": sight(found, schema)})
    assert snapshot(load(text)) == text
    json.dumps(found.as_dict(), ensure_ascii=False)
    store.close()
    return found


def address(db: sqlite3.Connection) -> str:
    db.commit()
    return "sqlite:///" + str(db.execute("PRAGMA database_list").fetchone()[2])


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def test_names_with_everything_in_them(db: sqlite3.Connection) -> None:
    for name in NAMES:
        columns = ", ".join(f"{quoted(one)} TEXT" for one in NAMES)
        db.execute(f"CREATE TABLE {quoted(name)} (id INTEGER PRIMARY KEY, user_id INTEGER, email TEXT, {columns})")
        db.execute(f"INSERT INTO {quoted(name)} (id, user_id, email) VALUES (1, 1, 'p1@post.example')")
    found = look(address(db))
    assert {table for table, column in found.columns if column == "email"} == {"users", *NAMES}
    assert {link.reference.table for link in found.links} >= set(NAMES)
    assert not found.refused


def test_views_and_references_to_what_is_not_there(db: sqlite3.Connection) -> None:
    db.execute("CREATE VIEW lost AS SELECT * FROM gone")
    db.execute("CREATE TABLE orphan (id INTEGER PRIMARY KEY, gone_id INTEGER REFERENCES gone (id), email TEXT)")
    db.execute("INSERT INTO orphan VALUES (1, 1, 'p1@post.example')")
    found = look(address(db))
    assert ("orphan", "email") in found.columns
    assert any("lost" in what for what in found.not_visible)


def test_texts_that_are_no_text(db: sqlite3.Connection) -> None:
    db.execute("CREATE TABLE broken (id INTEGER PRIMARY KEY, email TEXT, name TEXT, data BLOB, born DATE)")
    for n in range(1, 20):
        row = "INSERT INTO broken VALUES (?, CAST(? AS TEXT), CAST(? AS TEXT), ?, ?)"
        db.execute(row, (n, b"\xff\xfe@post.example", b"\xc3\x28\x00abc", b"\x00\xff" * 50, "31-31-9999"))
    found = look(address(db))
    assert ("broken", "email") in found.columns
    assert ("users", "email") in found.columns


def test_five_thousand_tables(db: sqlite3.Connection) -> None:
    for n in range(5_000):
        db.execute(f"CREATE TABLE t{n:04} (id INTEGER PRIMARY KEY, user_id INTEGER, email TEXT, a TEXT, b INTEGER)")
    began = time.monotonic()
    store = SqlStore("app", address(db))
    found = scan(store, 20)
    assert time.monotonic() - began < 120
    assert found.tables == 5_001
    assert len([at for at in found.columns if at[1] == "email"]) == 5_001


def test_two_thousand_columns(db: sqlite3.Connection) -> None:
    columns = ", ".join(f"c{n} TEXT" for n in range(1_998))
    db.execute(f"CREATE TABLE wide (id INTEGER PRIMARY KEY, email TEXT, {columns})")
    db.execute("INSERT INTO wide (id, email) VALUES (1, 'p1@post.example')")
    found = look(address(db))
    assert ("wide", "email") in found.columns
    assert "wide" not in found.refused


def test_a_cell_of_a_hundred_megabytes(db: sqlite3.Connection) -> None:
    """In a process of its own, for its memory: the cell is cut by the database, not by us."""
    db.execute("CREATE TABLE attachment (id INTEGER PRIMARY KEY, user_id INTEGER, body TEXT, raw BLOB)")
    db.execute("INSERT INTO attachment VALUES (1, 1, CAST(zeroblob(100000000) AS TEXT), zeroblob(100000000))")
    words = """if True:
        import resource, sys
        from waarborg.scan.pipeline import scan
        from waarborg.stores.sql import SqlStore
        found = scan(SqlStore("app", sys.argv[1]), 50)
        print(len(found.columns), sorted(found.refused), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    """
    done = subprocess.run(
        [sys.executable, "-c", words, address(db)],
        capture_output=True, text=True, timeout=60, env={"PYTHONPATH": str(ROOT / "src")}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) < 900, done.stdout  # SQLite itself reads a value whole to cut it


# ------------------------------------------------------------------------------------------------ PostgreSQL


def test_half_of_it_may_not_be_read(postgresql: Database) -> None:
    """What may not be read is named; the rest is found as ever; row security is not mistaken for an empty table."""
    names = [f"t{n}" for n in range(10)]
    postgresql.run(
        "DROP ROLE IF EXISTS check_half",
        "CREATE ROLE check_half LOGIN",
        *(f"CREATE TABLE {name} (id int PRIMARY KEY, email text, first_name text)" for name in names),
        *(
            f"INSERT INTO {name} SELECT i, 'p' || i || '@post.example', 'Jan' FROM generate_series(1, 30) i"
            for name in names
        ),
        *(f"GRANT SELECT ON {name} TO check_half" for name in names[::2]),
        "ALTER TABLE t0 ENABLE ROW LEVEL SECURITY",
        'CREATE TABLE "we""ird 💥" (id int PRIMARY KEY, "e✉mail" text)',
        'GRANT SELECT ON "we""ird 💥" TO check_half',
        "CREATE VIEW looked AS SELECT * FROM t1",
        "GRANT USAGE ON SCHEMA public TO check_half",
    )
    try:
        url = postgresql.url.replace("postgres@", "check_half@")
        found = look(url)
        assert {"t1", "t3", "t5", "t7", "t9"} <= set(found.refused)
        assert "t0" in found.refused  # row security hides rows: said, not taken for empty
        assert {table for table, column in found.columns if column == "email"} >= set(names)
        assert "post.example" not in json.dumps(found.as_dict())
    finally:
        postgresql.run("DROP OWNED BY check_half", "DROP ROLE check_half")


def test_a_scan_writes_nothing_and_locks_nothing(postgresql: Database) -> None:
    """While another transaction holds a table locked, the others are scanned; every statement runs read-only."""
    postgresql.run(
        "CREATE TABLE users (id int PRIMARY KEY, email text)",
        "INSERT INTO users SELECT i, 'p' || i || '@post.example' FROM generate_series(1, 30) i",
        "CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users, notes text)",
    )
    holder: Any = postgresql.connect()
    with closing(holder), closing(holder.cursor()) as cursor:
        cursor.execute("BEGIN")
        cursor.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
        from waarborg.cli.scan import BUDGET

        began = time.monotonic()
        found = scan(SqlStore("app", postgresql.url, budget=BUDGET), 50)
        assert time.monotonic() - began < 15
        cursor.execute("ROLLBACK")
    assert "orders" in found.refused
    assert ("users", "email") in found.columns
