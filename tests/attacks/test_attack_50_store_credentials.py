"""Attack 50: the password of a store in an error, whichever way the driver fails."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import psycopg
import pymysql
import pytest

from databases import _ADDRESSES, Database
from waarborg.errors import StoreError, WaarborgError
from waarborg.stores.contract import All, Budget, Change, Delete, Program, RowSet, Seeds
from waarborg.stores.sql import SqlStore
from worlds import table

SECRET = "s3cr3t-canary-9"
HOSTS = {name: address.rpartition("@")[2] for name, address in _ADDRESSES.items()}
URLS: dict[str, str] = {
    "wrong password, mariadb": f"mariadb+pymysql://nobody_x:{SECRET}@{HOSTS['mariadb']}/x",
    "wrong database, postgresql": f"postgresql+psycopg://postgres:{SECRET}@{HOSTS['postgresql']}/no_such_database_x",
    "wrong role, postgresql": f"postgresql+psycopg://no_such_role_x:{SECRET}@{HOSTS['postgresql']}/postgres",
    "closed port, postgresql": f"postgresql+psycopg://u:{SECRET}@127.0.0.1:9/x?connect_timeout=2",
    "closed port, mariadb": f"mariadb+pymysql://u:{SECRET}@127.0.0.1:9/x",
    "no such host": f"postgresql+psycopg://u:{SECRET}@no-such-host.example:5432/x?connect_timeout=2",
    "unknown driver": f"oracle://u:{SECRET}@127.0.0.1/x",
    "not an address": f"u:{SECRET}@nowhere",
    "a port that is no number": f"postgresql://u:{SECRET}@127.0.0.1:port/x",
    "an option nobody knows": f"postgresql+psycopg://postgres:{SECRET}@{HOSTS['postgresql']}/postgres?bogus={SECRET}",
    "a folder for a file": f"sqlite:////{SECRET}/nowhere/x.sqlite",
}


def told(error: BaseException) -> str:
    """Everything that could be printed or logged of an error, its causes and contexts included."""
    return "".join(traceback.format_exception(error)) + repr(error) + str(error) + repr(vars(error))


@pytest.mark.parametrize("how", URLS)
def test_attack_50_no_failure_to_connect_tells_the_password(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAARBORG_ATTACKED", URLS[how])
    store = SqlStore("app", "env:WAARBORG_ATTACKED", budget=Budget(retries=0))
    assert SECRET not in repr(store)
    with pytest.raises(WaarborgError) as caught:
        store.describe()
    assert SECRET not in told(caught.value)
    with pytest.raises(WaarborgError) as caught:
        store.apply(Change(Program(()), ()), Seeds())
    assert SECRET not in told(caught.value)


def refused(database: Database, store: SqlStore) -> StoreError:
    rows = RowSet("all", "member", All())
    with pytest.raises(StoreError) as caught:
        store.apply(Change(Program((rows,)), (Delete("gone", "all", 10),)), Seeds())
    return caught.value


def test_attack_50_no_refused_statement_tells_a_value_or_the_password(
    any_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = table("member", "id int, email text")
    note = table("note", "id int, member_id int", refs={"member_id": "member.id"})
    any_database.make([member, note], {"member": [{"id": 1, "email": SECRET}], "note": [{"id": 1, "member_id": 1}]})
    monkeypatch.setenv("WAARBORG_ATTACKED", with_password(any_database))
    store = SqlStore("app", "env:WAARBORG_ATTACKED")
    error = refused(any_database, store)
    assert error.findings[0].id == "WB323"
    assert SECRET not in told(error)
    any_database.run("DROP TABLE note", "DROP TABLE member")
    assert SECRET not in told(refused(any_database, store))


def with_password(database: Database) -> str:
    """The address with a password that trust does not look at; MariaDB's account has none to give."""
    if database.engine == "postgresql":
        return database.url.replace("postgres@", f"postgres:{SECRET}@")
    return database.url


@pytest.mark.parametrize("driver", ["postgresql", "mariadb"])
def test_attack_50_sabotage_plain_errors_do_tell(driver: str) -> None:
    """What a library without the defence would print."""
    said = ""
    attempts: dict[str, Callable[[], Any]] = {
        "postgresql": lambda: psycopg.connect(f"postgresql://u:{SECRET}@127.0.0.1:9/{SECRET}", connect_timeout=2),
        "mariadb": lambda: pymysql.connect(host="127.0.0.1", port=3306, user=SECRET, password="x"),
    }
    try:
        attempts[driver]()
    except Exception as error:
        said = told(error)
    assert SECRET in said
