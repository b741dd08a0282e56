"""Rights: what an account needs to scan, plan and apply, as GRANT statements; and what the present account lacks of it.

    grants(store, needs, Role.APPLY, "waarborg")   # statements an administrator can read and run
    lacking(store, needs, Role.APPLY)              # what is missing, asked from the engine itself
    health(store)                                  # version, replica, row-level security, foreign keys

A need comes from whoever knows the data map; here is only how each engine says it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from waarborg.stores.sql.connect import guarded
from waarborg.stores.sql.store import SqlStore
from waarborg.stores.sql.transaction import MARKER_TABLES, execute


class Role(StrEnum):
    """What an account is for. Each role includes what it needs of the one before."""

    SCAN = "scan"
    """Reads every table: discovery, and the search for leftovers after an erasure."""
    PLAN = "plan"
    """Reads the mapped tables, and may make temporary tables for many people at once."""
    APPLY = "apply"
    """Changes exactly what a plan could ever change."""


@dataclass(frozen=True, slots=True)
class Need:
    """What plans could ever do to one table (its name in the contract)."""

    table: str
    update: tuple[str, ...] = ()
    delete: bool = False
    insert: tuple[str, ...] = ()
    """Columns of a row that may be added: the stand-in."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing about a database: whether it is as it should be (None: worth knowing), and what it is."""

    ok: bool | None
    what: str
    todo: str = ""


# ------------------------------------------------------------------------------------------------ statements


def grants(store: SqlStore, needs: Sequence[Need], role: Role, account: str, marker: bool = False) -> list[str]:
    """The statements that give an account this role and nothing more. `--` lines explain."""
    match store.dialect.name:
        case "postgresql":
            return list(_postgresql(store, needs, role, account, marker))
        case "sqlite":
            todo = "read" if role is not Role.APPLY else "read and write"
            return [f"-- SQLite has no accounts: the process needs the right to {todo} the file and its folder."]
        case _:
            return list(_mariadb(store, needs, role, account, marker))


def _postgresql(store: SqlStore, needs: Sequence[Need], role: Role, account: str, marker: bool) -> Iterator[str]:
    facts, quote = store.facts(), store.dialect.quote
    who = quote(account)
    with store._cursor(True) as (_, cursor), guarded():
        database = execute(cursor, "SELECT current_database()").fetchone()[0]
        schemas = dict.fromkeys(
            facts.names[one][0] for one in (facts.schema.tables if role is Role.SCAN else _tables(needs))
        )
        yield f"GRANT CONNECT, TEMPORARY ON DATABASE {quote(database)} TO {who};"
        for schema in schemas:
            yield f"GRANT USAGE ON SCHEMA {quote(schema)} TO {who};"
        if role is Role.SCAN:
            yield from (f"GRANT SELECT ON ALL TABLES IN SCHEMA {quote(schema)} TO {who};" for schema in schemas)
            return
        for need in needs:
            yield f"GRANT SELECT ON {store.dialect.named(facts, need.table)} TO {who};"
        secured = [need.table for need in needs if facts.schema.tables[need.table].row_security]
        if secured:
            yield f"-- Row-level security would hide rows of {', '.join(secured)}: what is hidden cannot be erased."
            yield f"ALTER ROLE {who} BYPASSRLS;"
        if role is Role.APPLY:
            for need in needs:
                yield from _postgresql_change(store, cursor, need, who)
            if marker:
                yield f"GRANT USAGE ON SCHEMA waarborg TO {who};"
                yield f"GRANT SELECT, INSERT ON {MARKER_TABLES['postgresql']} TO {who};"


def _postgresql_change(store: SqlStore, cursor: Any, need: Need, who: str) -> Iterator[str]:
    facts, quote = store.facts(), store.dialect.quote
    table = store.dialect.named(facts, need.table)
    columns = need.update or _any_column(store, need)
    if need.update or need.delete:
        why = "" if need.update else " -- locking a row before it is deleted needs UPDATE on one column"
        yield f"GRANT UPDATE ({', '.join(map(quote, columns))}) ON {table} TO {who};{why}"
    if need.delete:
        yield f"GRANT DELETE ON {table} TO {who};"
    if need.insert:
        yield f"GRANT INSERT ({', '.join(map(quote, need.insert))}) ON {table} TO {who};"
        for sequence in _sequences(cursor, facts.ids[need.table]):
            yield f"GRANT USAGE ON SEQUENCE {sequence} TO {who};"


def _any_column(store: SqlStore, need: Need) -> tuple[str, ...]:
    table = store.facts().schema.tables[need.table]
    return table.key[:1] or (table.columns[0].name,)


def _sequences(cursor: Any, oid: int) -> list[str]:
    """The sequences behind serial columns; identity columns need no right of their own."""
    found = execute(
        cursor,
        "SELECT s.oid::regclass::text FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'"
        " WHERE d.refobjid = %s AND d.deptype = 'a'",
        (oid,),
    )
    return [row[0] for row in found.fetchall()]


def _mariadb(store: SqlStore, needs: Sequence[Need], role: Role, account: str, marker: bool) -> Iterator[str]:
    facts, quote = store.facts(), store.dialect.quote
    who = "'" + account.replace("'", "''") + "'@'%'"
    databases = dict.fromkeys(facts.names[one][0] for one in _tables(needs)) or {}
    for database in databases:
        if role is Role.SCAN:
            yield f"GRANT SELECT ON {quote(database)}.* TO {who};"
            continue
        yield "-- Without TRIGGER an account sees no triggers at all: they would be taken as absent."
        yield f"GRANT TRIGGER, CREATE TEMPORARY TABLES ON {quote(database)}.* TO {who};"
    if role is Role.SCAN:
        return
    for need in needs:
        table = store.dialect.named(facts, need.table)
        yield f"GRANT SELECT ON {table} TO {who};"
        if role is Role.APPLY:
            if need.update:
                yield f"GRANT UPDATE ({', '.join(map(quote, need.update))}) ON {table} TO {who};"
            if need.delete:
                yield f"GRANT DELETE ON {table} TO {who};"
            if need.insert:
                yield f"GRANT INSERT ({', '.join(map(quote, _inserted(store, need)))}) ON {table} TO {who};"
    if role is Role.APPLY and marker:
        yield from (f"GRANT SELECT, INSERT ON {quote(d)}.waarborg_applied TO {who};" for d in list(databases)[:1])


def _inserted(store: SqlStore, need: Need) -> tuple[str, ...]:
    """The columns of a row that may be added. MariaDB asks INSERT for the key too, because the new key is returned."""
    if not need.insert or store.dialect.name != "mariadb":
        return need.insert
    return tuple(dict.fromkeys((*need.insert, *store.facts().schema.tables[need.table].key)))


def _tables(needs: Iterable[Need]) -> list[str]:
    return [need.table for need in needs]


# ------------------------------------------------------------------------------------------------ what is held


def lacking(store: SqlStore, needs: Sequence[Need], role: Role) -> list[str]:
    """The rights that the account of this store does not have, each as `UPDATE (email) on public.member`."""
    reading = role is not Role.APPLY
    with store._cursor(reading) as (_, cursor), guarded():
        match store.dialect.name:
            case "postgresql":
                return list(_lacking_postgresql(store, cursor, needs, role))
            case "sqlite":
                return _lacking_sqlite(cursor, reading)
            case _:
                return list(_lacking_mariadb(store, cursor, needs, role))


def _asked(store: SqlStore, needs: Sequence[Need], role: Role) -> Iterator[tuple[str, str, str]]:
    """Table, right and column (or nothing) of everything the role needs."""
    if role is Role.SCAN:
        yield from ((name, "SELECT", "") for name in store.facts().schema.tables)
        return
    for need in needs:
        yield need.table, "SELECT", ""
        if role is Role.APPLY:
            yield from ((need.table, "UPDATE", column) for column in need.update)
            yield from ((need.table, "INSERT", column) for column in _inserted(store, need))
            if need.delete:
                yield need.table, "DELETE", ""


def _lacking_postgresql(store: SqlStore, cursor: Any, needs: Sequence[Need], role: Role) -> Iterator[str]:
    facts = store.facts()
    if not execute(cursor, "SELECT has_database_privilege(current_database(), 'TEMPORARY')").fetchone()[0]:
        yield "TEMPORARY on the database"
    for table, right, column in _asked(store, needs, role):
        oid = facts.ids[table]
        if column:
            found = execute(cursor, "SELECT has_column_privilege(%s::oid, %s::text, %s)", (oid, column, right))
        else:
            found = execute(cursor, "SELECT has_table_privilege(%s::oid, %s)", (oid, right))
        if not found.fetchone()[0]:
            yield f"{right}{f' ({column})' if column else ''} on {table}"
    if role is Role.APPLY:
        for need in needs:
            if need.delete and not need.update:
                found = execute(cursor, "SELECT has_any_column_privilege(%s::oid, 'UPDATE')", (facts.ids[need.table],))
                if not found.fetchone()[0]:
                    yield f"UPDATE on one column of {need.table} (to lock a row)"


def _lacking_sqlite(cursor: Any, reading: bool) -> list[str]:
    file = next((row[2] for row in execute(cursor, "PRAGMA database_list").fetchall() if row[1] == "main"), "")
    if not file or reading:
        return []
    places = ("file", file), ("folder of the file", os.path.dirname(file))
    return [f"writing in the {what}" for what, path in places if not os.access(path, os.W_OK)]


def _lacking_mariadb(store: SqlStore, cursor: Any, needs: Sequence[Need], role: Role) -> Iterator[str]:
    held = _held_mariadb(cursor)
    names = store.facts().names
    for table, right, column in _asked(store, needs, role):
        schema, bare = names[table]
        places = ("", ""), (schema, ""), (schema, bare)
        if any((*place, "", right) in held for place in places) or (schema, bare, column, right) in held:
            continue
        yield f"{right}{f' ({column})' if column else ''} on {table}"
    if role is not Role.SCAN:
        for schema in dict.fromkeys(names[need.table][0] for need in needs):
            for right in ("TRIGGER", "CREATE TEMPORARY TABLES"):
                if not {("", "", "", right), (schema, "", "", right)} & held:
                    yield f"{right} on {schema}.*"


def _held_mariadb(cursor: Any) -> set[tuple[str, str, str, str]]:
    """Schema, table, column and right of everything granted to this very account (not through roles)."""
    queries = (
        "SELECT '', '', '', PRIVILEGE_TYPE FROM information_schema.USER_PRIVILEGES",
        "SELECT REPLACE(REPLACE(TABLE_SCHEMA, '\\\\_', '_'), '\\\\%%', '%%'), '', '', PRIVILEGE_TYPE"
        " FROM information_schema.SCHEMA_PRIVILEGES",
        "SELECT TABLE_SCHEMA, TABLE_NAME, '', PRIVILEGE_TYPE FROM information_schema.TABLE_PRIVILEGES",
        "SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, PRIVILEGE_TYPE FROM information_schema.COLUMN_PRIVILEGES",
    )
    mine = "WHERE GRANTEE = CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''')"
    return {tuple(row) for query in queries for row in execute(cursor, f"{query} {mine}".replace("%%", "%")).fetchall()}


# ------------------------------------------------------------------------------------------------ health


def health(store: SqlStore) -> Iterator[Told]:
    """What is good to know about a database before anything is changed in it."""
    with store._cursor(True) as (_, cursor), guarded():
        match store.dialect.name:
            case "postgresql":
                yield Told(
                    True, execute(cursor, "SELECT 'PostgreSQL ' || current_setting('server_version')").fetchone()[0]
                )
                yield from _replica(cursor)
            case "sqlite":
                yield Told(True, "SQLite " + execute(cursor, "SELECT sqlite_version()").fetchone()[0])
                yield from _sqlite_keys(cursor)
            case _:
                yield Told(True, execute(cursor, "SELECT VERSION()").fetchone()[0])
    schema = store.facts().schema
    for what in schema.not_visible:
        yield Told(False, f"This account cannot see: {what}.", "waarborg grants prints what it needs.")
    if not schema.not_visible:
        number = sum(len(table.triggers) for table in schema.tables.values())
        yield Told(True, f"triggers can be seen ({number} there)")
    secured = [name for name, table in schema.tables.items() if table.row_security]
    if secured:
        yield Told(False, f"Row-level security may hide rows of {', '.join(secured)}.", "Grant BYPASSRLS.")


def _replica(cursor: Any) -> Iterator[Told]:
    row = execute(
        cursor,
        "SELECT pg_is_in_recovery(), extract(epoch FROM now() - pg_last_xact_replay_timestamp())::bigint",
    ).fetchone()
    if row[0]:
        lag = "unknown" if row[1] is None else f"{row[1]} s"
        yield Told(None, f"reads from a replica; it is behind by: {lag}")


def _sqlite_keys(cursor: Any) -> Iterator[Told]:
    on = execute(cursor, "PRAGMA foreign_keys").fetchone()[0]
    yield Told(bool(on), "foreign keys are enforced on our connections" if on else "Foreign keys are not enforced.")
    broken = len(execute(cursor, "PRAGMA foreign_key_check").fetchmany(1000))
    if broken:
        yield Told(None, f"{broken} rows break a declared foreign key: another program wrote them without checking")
