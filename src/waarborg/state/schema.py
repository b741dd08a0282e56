"""The tables that must last, and their version.

    create(sql)           # makes what is missing; raises StateError WB550 if a newer waarborg made the tables

A table is added by one more statement and the next version: a state of an earlier version gets what it lacks.

Everything personal is in a `sealed` column. Everything else is an opaque id, a declared name, a digest, a keyed hash, a
count or a time. Entries and heads cannot be updated or deleted through SQL (a trigger on SQLite and PostgreSQL): that
stops mistakes; it is the signatures that stop people.
"""

from __future__ import annotations

from waarborg.errors import StateError
from waarborg.state.sql import Sql

VERSION = 4
"""2 added the register of limits (rights); 3 those of disclosures, recipients to be told and attestations; 4 that of
backups."""

_WORDS = {
    "sqlite": {"key": "TEXT", "text": "TEXT", "bytes": "BLOB", "whole": "INTEGER"},
    "postgresql": {"key": "TEXT", "text": "TEXT", "bytes": "BYTEA", "whole": "BIGINT"},
    "mysql": {"key": "VARCHAR(190)", "text": "LONGTEXT", "bytes": "LONGBLOB", "whole": "BIGINT"},
}

_TABLES = (
    "waarborg_schema (version {whole} NOT NULL PRIMARY KEY)",
    """waarborg_log (id {key} NOT NULL PRIMARY KEY, size {whole} NOT NULL, last {key} NOT NULL, at {key} NOT NULL,
       peaks {bytes} NOT NULL, public {key} NOT NULL, heads {whole} NOT NULL, head {key} NOT NULL)""",
    """waarborg_entry (seq {whole} NOT NULL PRIMARY KEY, subject {key}, body {bytes} NOT NULL,
       nodes {bytes} NOT NULL)""",
    "waarborg_head (number {whole} NOT NULL PRIMARY KEY, size {whole} NOT NULL, line {bytes} NOT NULL)",
    """waarborg_key (id {key} NOT NULL PRIMARY KEY, master {key} NOT NULL, wrapped {bytes} NOT NULL,
       made {key} NOT NULL)""",
    """waarborg_vault (record {key} NOT NULL PRIMARY KEY, key_id {key} NOT NULL, kind {key} NOT NULL,
       made {key} NOT NULL, sealed {bytes} NOT NULL)""",
    """waarborg_tombstone (id {key} NOT NULL PRIMARY KEY, made {key} NOT NULL, ends {key}, state {key} NOT NULL)""",
    """waarborg_plan (id {key} NOT NULL PRIMARY KEY, request {key} NOT NULL, state {key} NOT NULL,
       made {key} NOT NULL, changed {key} NOT NULL)""",
    """waarborg_marker (plan {key} NOT NULL, chunk {whole} NOT NULL, store {key} NOT NULL, done {key} NOT NULL,
       row_count {whole} NOT NULL, at {key} NOT NULL, PRIMARY KEY (plan, store, chunk))""",
    """waarborg_permission (rule {key} NOT NULL, scope {key} NOT NULL, approver {key} NOT NULL, at {key} NOT NULL,
       ends {key}, PRIMARY KEY (rule, scope))""",
    """waarborg_hold (hold {key} NOT NULL, person {key} NOT NULL, since {key} NOT NULL, ends {key},
       PRIMARY KEY (hold, person))""",
    """waarborg_limit (id {key} NOT NULL PRIMARY KEY, kind {key} NOT NULL, purpose {key} NOT NULL, state {key} NOT NULL,
       ground {key} NOT NULL, since {key} NOT NULL, changed {key} NOT NULL, ends {key}, request {key} NOT NULL,
       subject {key} NOT NULL)""",
    "waarborg_limited (person {key} NOT NULL, limit_id {key} NOT NULL, PRIMARY KEY (person, limit_id))",
    """waarborg_attestation (promise {key} NOT NULL, at {key} NOT NULL, document {key} NOT NULL, ends {key} NOT NULL,
       approver {key} NOT NULL, entry {whole} NOT NULL, PRIMARY KEY (promise, entry))""",
    """waarborg_disclosure (id {key} NOT NULL PRIMARY KEY, recipient {key} NOT NULL, purpose {key} NOT NULL,
       ground {key} NOT NULL, data {text} NOT NULL, day {key} NOT NULL, document {key} NOT NULL,
       made {key} NOT NULL)""",
    """waarborg_disclosed (disclosure {key} NOT NULL, who {whole} NOT NULL, person {key} NOT NULL,
       PRIMARY KEY (disclosure, who, person))""",
    """waarborg_notification (request {key} NOT NULL, recipient {key} NOT NULL, asked {key} NOT NULL,
       state {key} NOT NULL, since {key} NOT NULL, changed {key} NOT NULL, document {key} NOT NULL,
       PRIMARY KEY (request, recipient))""",
    """waarborg_backup (id {key} NOT NULL PRIMARY KEY, name {key} NOT NULL, store {key} NOT NULL, taken {key} NOT NULL,
       expires {key}, registered {key} NOT NULL, gone {key})""",
)

_INDEXES = (
    ("waarborg_entry_subject", "waarborg_entry (subject)"),
    ("waarborg_head_size", "waarborg_head (size)"),
    ("waarborg_vault_key_id", "waarborg_vault (key_id)"),
    ("waarborg_plan_request", "waarborg_plan (request)"),
    ("waarborg_hold_person", "waarborg_hold (person)"),
    ("waarborg_tombstone_ends", "waarborg_tombstone (ends)"),
    ("waarborg_limit_request", "waarborg_limit (request)"),
    ("waarborg_limited_limit", "waarborg_limited (limit_id)"),
    ("waarborg_disclosed_person", "waarborg_disclosed (person)"),
)

APPEND_ONLY = ("waarborg_entry", "waarborg_head")


def version(sql: Sql) -> int | None:
    """The version of the tables that are there; None when there are none."""
    if not _has_tables(sql):
        return None
    row = sql.one("SELECT MAX(version) FROM waarborg_schema")
    return None if row is None or row[0] is None else int(row[0])


def create(sql: Sql) -> None:
    """Make the tables that are not there, of an older version too: nothing that is there changes.

    Within the caller's transaction, except on MySQL, where DDL commits.
    """
    found = version(sql)
    if found == VERSION:
        return
    if found is not None and found > VERSION:
        raise StateError.one(
            "WB550",
            f"The state has version {found}; this waarborg knows version {VERSION}.",
            "Writing with the wrong version could lose evidence.",
            "Use the version of waarborg that made it, or a newer one.",
        )
    words = _WORDS[sql.engine]
    for table in _TABLES:
        sql.script(f"CREATE TABLE IF NOT EXISTS {table.format(**words)}")
    for name, columns in _INDEXES:
        if not _indexed(sql, name):
            missing_only = "" if sql.engine == "mysql" else "IF NOT EXISTS "
            sql.script(f"CREATE INDEX {missing_only}{name} ON {columns}")
    for table in APPEND_ONLY:
        _forbid_changes(sql, table)
    sql.run("INSERT INTO waarborg_schema (version) VALUES (?)", [VERSION])


def _indexed(sql: Sql, name: str) -> bool:
    """Whether an index is there: only MySQL is asked, which has no word for "if it is not there yet"."""
    if sql.engine != "mysql":
        return False
    found = f"SELECT 1 FROM information_schema.statistics WHERE table_schema = DATABASE() AND index_name = '{name}'"
    return sql.one(found) is not None


def _has_tables(sql: Sql) -> bool:
    if sql.engine == "sqlite":
        found = sql.one("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'waarborg_schema'")
    elif sql.engine == "postgresql":
        found = sql.one("SELECT 1 WHERE to_regclass('waarborg_schema') IS NOT NULL")
    else:
        found = sql.one(
            "SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'waarborg_schema'"
        )
    return found is not None


def _forbid_changes(sql: Sql, table: str) -> None:
    if sql.engine == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            sql.script(
                f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END"
            )
    elif sql.engine == "postgresql":
        sql.script(
            "CREATE OR REPLACE FUNCTION waarborg_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'evidence is append-only'; END $$"
        )
        sql.script(
            f"CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION waarborg_append_only()"
        )
