"""A small village for attacks on the engine: people, what is theirs, what they share, and bystanders.

Made by plain drivers in a real database; nothing here goes through the code under test but `planner`.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from databases import Database
from waarborg.clock import FixedClock
from waarborg.datamap.model import DataMap, StoreDecl, TableDecl
from waarborg.plans.planner import Planner
from waarborg.stores.contract import Budget
from waarborg.stores.sql import SqlStore
from worlds import NOW, belongs, columns_of, person, policy, table

MEMBER = table("member", "id int, email text, name text?")
NOTE = table("note", "id int, member_id int, body text?", refs={"member_id": "member.id"})
LETTER = table(
    "letter", "id int, sender int?, receiver int?, body text?", refs={"sender": "member.id", "receiver": "member.id"}
)
FOLDER = table("folder", "id int, owner int?, parent int?", refs={"owner": "member.id", "parent": "folder.id"})
LOGIN = table("login", "id int, who int")
TABLES = (MEMBER, NOTE, LETTER, FOLDER, LOGIN)
DECLS: tuple[TableDecl, ...] = (
    person(),
    TableDecl("app.note", links=(belongs("app.member", "member_id"),), columns=columns_of(body="content.text")),
    TableDecl(
        "app.letter",
        links=(belongs("app.member", "sender"), belongs("app.member", "receiver")),
        columns=columns_of(body="content.text"),
    ),
    TableDecl("app.folder", links=(belongs("app.member", "owner"), belongs("app.folder", "parent"))),
    TableDecl("app.login", links=(belongs("app.member", "who"),)),
)
ROWS: dict[str, list[dict[str, Any]]] = {
    "member": [{"id": n, "email": f"m{n}@x.example", "name": f"Name {n}"} for n in range(1, 5)],
    "note": [{"id": n, "member_id": n % 4 + 1, "body": f"note {n}"} for n in range(12)],
    "letter": [
        {"id": 1, "sender": 1, "receiver": 2, "body": "shared"},
        {"id": 2, "sender": 1, "receiver": 1, "body": "to myself"},
        {"id": 3, "sender": 3, "receiver": 4, "body": "of others"},
    ],
    "folder": [
        {"id": 1, "owner": 1, "parent": None},
        {"id": 2, "owner": None, "parent": 1},
        {"id": 3, "owner": 2, "parent": 1},
    ],
    "login": [{"id": n, "who": n % 4 + 1} for n in range(8)],
}
Dump = dict[str, str]


def settle(database: Database) -> None:
    """Make the village."""
    database.make(TABLES, ROWS)


def restore(database: Database) -> None:
    """The rows as they were at first, in the tables that are there."""
    names = [one.name for one in reversed(TABLES)]
    off = {"sqlite": "PRAGMA foreign_keys = OFF", "mariadb": "SET foreign_key_checks = 0"}.get(database.engine)
    first = [off] if off else ["TRUNCATE " + ", ".join(names)]
    database.run(*first, *(f"DELETE FROM {name}" for name in names))
    for one in (MEMBER, NOTE, LETTER, LOGIN):
        database.insert(one, ROWS[one.name])
    for row in ROWS["folder"]:
        database.insert(FOLDER, [row])


def dump(database: Database) -> Dump:
    """A digest of every row of every table the database has, mapped or not."""
    return {name: sha256(repr(rows).encode()).hexdigest() for name, rows in whole(database).items()}


def whole(database: Database) -> dict[str, list[str]]:
    """Every row of every table, in one consistent look, in order."""
    names = sorted(tables_of(database))
    begin = {
        "sqlite": "BEGIN",
        "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        "mariadb": "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    }[database.engine]
    connection = database.connect()
    try:
        cursor = connection.cursor()
        cursor.execute(begin)
        found = {}
        for name in names:
            cursor.execute(f"SELECT * FROM {database.quoted(name)}")
            found[name] = sorted(map(repr, cursor.fetchall()))
        cursor.execute("COMMIT")
        return found
    finally:
        connection.close()


def tables_of(database: Database) -> list[str]:
    """The names of all tables."""
    listing = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        "postgresql": "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
        "mariadb": "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() "
        "AND table_type = 'BASE TABLE'",
    }[database.engine]
    return [str(name) for (name,) in database.run(listing)]


def planner(url: str, budget: Budget | None = None, made: Callable[..., SqlStore] = SqlStore) -> Planner:
    """A planner for the village behind an address."""
    datamap = DataMap({"app": StoreDecl("app", "sql")}, {decl.name: decl for decl in DECLS})
    return Planner(policy(), datamap, {"app": made("app", url, budget=budget)}, FixedClock(NOW))
