"""Security measures as they can be seen on a database: what is measured of it, and whether it stands.

    measured(store, ["app.member"]) -> [Measured("tls", True, "…"), …]

A measure that an engine cannot tell about is not in the list: then a person attests it (Art. 32).
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from waarborg.stores.sql.connect import guarded
from waarborg.stores.sql.store import SqlStore
from waarborg.stores.sql.transaction import execute


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure on one store."""

    measure: str
    """`tls`, `encryption_at_rest` or `access`."""
    ok: bool
    what: str
    count: int = 0
    """Of `access`: how many accounts can read personal data."""


def measured(store: SqlStore, tables: Sequence[str]) -> Iterator[Measured]:
    """What can be seen of this store. `tables`: local names of those that hold personal data."""
    with store._cursor(True) as (_, cursor), guarded():
        match store.dialect.name:
            case "postgresql":
                yield from _postgresql(store, cursor, tables)
            case "sqlite":
                yield from _sqlite(cursor)
            case _:
                yield from _mariadb(cursor)


def _postgresql(store: SqlStore, cursor: Any, tables: Sequence[str]) -> Iterator[Measured]:
    row = execute(
        cursor, "SELECT ssl, host(inet_client_addr()) FROM pg_stat_ssl s WHERE s.pid = pg_backend_pid()"
    ).fetchone()
    yield _tls(bool(row[0]), str(row[1] or ""))
    facts = store.facts()
    names = [store.dialect.table(facts, name) for name in tables if name in facts.schema.tables]
    able = " OR ".join(
        f"has_table_privilege(r.oid, '{name.replace(chr(39), chr(39) * 2)}', 'SELECT')" for name in names
    )
    count = execute(cursor, f"SELECT count(*) FROM pg_roles r WHERE r.rolcanlogin AND ({able or 'false'})").fetchone()
    yield Measured("access", True, f"{count[0]} accounts can read personal data", int(count[0]))


def _mariadb(cursor: Any) -> Iterator[Measured]:
    cipher = execute(cursor, "SHOW SESSION STATUS LIKE 'Ssl_cipher'").fetchone()
    host = execute(cursor, "SELECT SUBSTRING_INDEX(USER(), '@', -1)").fetchone()[0]
    yield _tls(bool(cipher and cipher[1]), str(host))
    row = execute(cursor, "SHOW GLOBAL VARIABLES LIKE 'innodb_encrypt_tables'").fetchone()
    if row:
        on = str(row[1]).upper() in ("ON", "FORCE")
        yield Measured("encryption_at_rest", on, f"innodb_encrypt_tables is {row[1]}")
    accounts = execute(
        cursor,
        "SELECT count(DISTINCT grantee) FROM information_schema.user_privileges WHERE privilege_type = 'SELECT'",
    ).fetchone()
    schemas = execute(
        cursor,
        "SELECT count(DISTINCT grantee) FROM information_schema.schema_privileges"
        " WHERE privilege_type = 'SELECT' AND table_schema = DATABASE()",
    ).fetchone()
    count = int(accounts[0]) + int(schemas[0])
    yield Measured("access", True, f"{count} accounts can read personal data", count)


def _sqlite(cursor: Any) -> Iterator[Measured]:
    yield Measured("tls", True, "the database is a file on this machine: no connection leaves it")
    path = execute(cursor, "PRAGMA database_list").fetchone()[2]
    if path:
        mode = stat.S_IMODE(Path(path).stat().st_mode)
        shared = bool(mode & 0o007)
        yield Measured("access", not shared, f"the file has mode {mode:04o}", 2 if shared else 1)


def _tls(encrypted: bool, client: str) -> Measured:
    here = client in ("", "localhost") or _loopback(client)
    if encrypted:
        return Measured("tls", True, "the connection is encrypted")
    return Measured("tls", here, "the connection stays on this machine" if here else "the connection is not encrypted")


def _loopback(client: str) -> bool:
    try:
        return ip_address(client).is_loopback
    except ValueError:
        return False
