"""Attack 31: derived, search, cache and queue copies of a person are missed by an erasure.

Each canary is planted where an application keeps a second copy that nobody put into the map. Planning again sees
nothing left (shown first); the search of every column of every store finds each of them, whatever it is packed in.
"""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path

import pytest
from tests.cli_kit import Shop, shop

from waarborg.stores.sql.store import SqlStore

JAN = "jan@voorbeeld.example"
PAYLOAD = json.dumps({"job": "welcome-mail", "to": JAN}).encode()
COPIES: dict[str, tuple[str, object]] = {
    "search index": ("CREATE TABLE search_index (id INTEGER PRIMARY KEY, words TEXT)", f"jansen jan {JAN} klant"),
    "cache": ("CREATE TABLE cache (id INTEGER PRIMARY KEY, value BLOB)", gzip.compress(PAYLOAD)),
    "queue": ("CREATE TABLE queue (id INTEGER PRIMARY KEY, job TEXT)", base64.b64encode(PAYLOAD).decode()),
    "queue of packed jobs": (
        "CREATE TABLE packed (id INTEGER PRIMARY KEY, job TEXT)",
        base64.b64encode(gzip.compress(PAYLOAD)).decode(),
    ),
    "copy of a column": ("CREATE TABLE totals (id INTEGER PRIMARY KEY, customer TEXT)", JAN.upper()),
    "history": ("CREATE TABLE member_history (id INTEGER PRIMARY KEY, row TEXT)", json.dumps({"email": JAN})),
    "log in the database": ("CREATE TABLE log (id INTEGER PRIMARY KEY, line TEXT)", f'10.0.0.1 "GET /?u={JAN}" 200'),
}


@pytest.fixture
def winkel(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shop:
    return shop(tmp_path, capsys, monkeypatch)


def erased(made: Shop, name: str, *words: str) -> tuple[int, dict[str, object]]:
    """Plant the copy, erase the person; what `verify` said."""
    import sqlite3

    statement, value = COPIES[name]
    with sqlite3.connect(made.database) as connection:
        connection.execute(statement)
        connection.execute(f"INSERT INTO {statement.split()[2]} VALUES (1, ?)", [value])
    plan = made.plan()
    for step in ("approve", "apply"):
        assert made.run(step, plan).code == 0
    ran = made.run("verify", plan, *words, "--json")
    return ran.code, ran.data


@pytest.mark.parametrize("name", COPIES)
def test_attack_31_planning_again_does_not_see_a_copy_that_is_not_mapped(winkel: Shop, name: str) -> None:
    code, said = erased(winkel, name, "--no-leftovers")
    assert code == 0
    assert said["clean"]


@pytest.mark.parametrize("name", COPIES)
def test_attack_31_the_search_of_every_column_finds_it_and_says_where(winkel: Shop, name: str) -> None:
    code, said = erased(winkel, name)
    assert code == 1
    found = said["leftovers"]["places"]  # type: ignore[index]
    local, column = COPIES[name][0].split()[2], COPIES[name][0].rstrip(")").split(", ")[1].split()[0]
    (one,) = [place for place in found if place["standing"] == "unexplained"]
    assert (one["table"], one["column"], one["hits"]) == (f"app.{local}", column, 1)
    assert one["reason"] == "the table is not in the data map"
    assert one["encoding"] == {"cache": "gzip", "queue": "base64", "queue of packed jobs": "base64+gzip"}.get(name, "")


@pytest.mark.parametrize("name", COPIES)
def test_attack_31_sabotage_a_store_that_searches_nothing_hides_it(
    winkel: Shop, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SqlStore, "search", lambda self, needles, tables=None: iter(()))
    assert erased(winkel, name)[0] == 0
