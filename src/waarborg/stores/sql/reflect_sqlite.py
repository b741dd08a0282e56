"""SQLite's schema, through its table-valued pragmas."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from sqlite3 import Error
from typing import Any

from waarborg.stores.contract import Check, Column, Family, ForeignKey, Index, Schema, Table, Trigger, Unique
from waarborg.stores.sql.facts import Col, Facts

_TABLES = """
SELECT m.name, m.type, m.sql FROM main.sqlite_master m
WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND m.name <> 'waarborg_applied'
ORDER BY m.name"""
_COLUMNS = """
SELECT m.name, p.name, p.type, p."notnull", p.dflt_value IS NOT NULL, p.pk, p.hidden
FROM main.sqlite_master m, pragma_table_xinfo(m.name) p WHERE m.type IN ('table', 'view') ORDER BY m.name, p.cid"""
_FOREIGN = """
SELECT m.name, p.id, p.seq, p."table", p."from", p."to", p.on_delete
FROM main.sqlite_master m, pragma_foreign_key_list(m.name) p WHERE m.type = 'table' ORDER BY m.name, p.id, p.seq"""
_INDEXES = """
SELECT m.name, l.name, l."unique", l.origin, l.partial, x.seqno, x.name, x.coll
FROM main.sqlite_master m, pragma_index_list(m.name) l, pragma_index_xinfo(l.name) x
WHERE m.type = 'table' AND x.key = 1 ORDER BY m.name, l.seq, x.seqno"""
_TRIGGERS = "SELECT tbl_name, name, sql FROM main.sqlite_master WHERE type = 'trigger' ORDER BY tbl_name, name"
_NAME = r"""(?:"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|'[^']*'|\w+)"""
_BLANK = r"(?:\s|--[^\n]*\n|/\*.*?\*/)"
_VIRTUAL = re.compile(rf"{_BLANK}*CREATE{_BLANK}+VIRTUAL\b", re.IGNORECASE | re.DOTALL)
_TRIGGER = re.compile(
    rf"{_BLANK}*CREATE{_BLANK}+(?:TEMP(?:ORARY)?{_BLANK}+)?TRIGGER{_BLANK}+(?:IF{_BLANK}+NOT{_BLANK}+EXISTS{_BLANK}+)?"
    rf"(?:{_NAME}{_BLANK}*\.{_BLANK}*)?{_NAME}{_BLANK}*(BEFORE|AFTER|INSTEAD\s+OF)?{_BLANK}*(INSERT|UPDATE|DELETE)\b",
    re.IGNORECASE | re.DOTALL,
)
"""What a trigger waits for: read after its name, which may hold such a word itself."""


def describe_sqlite(cursor: Any) -> Facts:
    """Every table and view of the main database."""
    version = _version(cursor)
    tables = cursor.execute(_TABLES).fetchall()
    columns, broken = _columns(cursor, [row[0] for row in tables])
    triggers = defaultdict(list)
    for table, name, sql in cursor.execute(_TRIGGERS).fetchall():
        if found := _TRIGGER.match(sql or ""):
            triggers[table].append(Trigger(name, found[2].upper(), (found[1] or "BEFORE").upper()))
    foreign, indexes = _foreign(cursor, columns), _indexes(cursor)
    counts = _counts(cursor)
    made, cols, address = {}, {}, {}
    for name, kind, sql in tables:
        pairs = [_column(name, row, sql or "", columns[name]) for row in columns[name]]
        cols[name] = {pair[1].name: pair[1] for pair in pairs}
        made[name] = _table(name, kind, sql or "", columns[name], pairs, indexes[name], foreign[name], triggers[name])
        made[name] = _with_rows(made[name], counts.get(name))
        free = next((one for one in ("rowid", "_rowid_", "oid") if one not in {c.lower() for c in cols[name]}), "")
        if kind == "table" and free and not re.search(r"\)\s*(STRICT\s*,\s*)?WITHOUT\s+ROWID", sql or "", re.I):
            address[name] = free
    return Facts(
        Schema("sqlite", made, tuple(f'"{name}": its columns' for name in broken)),
        {name: ("", name) for name in made},
        cols,
        address,
        {},
        dict.fromkeys(made, version),
        virtual=frozenset(name for name, kind, sql in tables if kind == "table" and _VIRTUAL.match(sql or "")),
    )


def _columns(cursor: Any, names: list[str]) -> tuple[dict[str, list[Any]], list[str]]:
    """The columns of every table, and the tables that cannot say: a view over a missing table, an unknown module."""
    columns: dict[str, list[Any]] = defaultdict(list)
    broken: list[str] = []
    try:
        found = cursor.execute(_COLUMNS).fetchall()
    except Error:
        found = []
        for name in names:
            try:
                found += cursor.execute(_COLUMNS.replace(" ORDER BY", " AND m.name = ? ORDER BY"), (name,)).fetchall()
            except Error:
                broken.append(name)
    for row in found:
        columns[row[0]].append(row[1:])
    return columns, broken


def stamps_sqlite(cursor: Any, facts: Facts) -> bool:
    """Whether no statement changed the schema since."""
    return not facts.stamps or _version(cursor) == next(iter(facts.stamps.values()))


def _version(cursor: Any) -> str:
    return str(cursor.execute("PRAGMA main.schema_version").fetchone()[0])


def _counts(cursor: Any) -> dict[str, int]:
    """Row counts where ANALYZE was run; else none (counting would read the tables)."""
    if not cursor.execute("SELECT 1 FROM main.sqlite_master WHERE name = 'sqlite_stat1'").fetchone():
        return {}
    return {
        table: int(stat.split()[0])
        for table, stat in cursor.execute("SELECT tbl, stat FROM main.sqlite_stat1").fetchall()
        if stat and stat.split()[0].isdigit()
    }


def _with_rows(table: Table, rows: int | None) -> Table:
    return replace(table, rows=rows) if rows is not None else table


def family_of(type_: str) -> Family:
    """The family by SQLite's affinity, refined by the usual names."""
    text = type_.lower()
    for words, family in (
        (("bool",), Family.BOOLEAN),
        (("timestamp", "datetime"), Family.DATETIME),
        (("date",), Family.DATE),
        (("uuid", "guid"), Family.UUID),
        (("json",), Family.JSON),
        (("int",), Family.NUMBER),
        (("char", "clob", "text", "enum", "citext"), Family.TEXT),
        (("blob", "binary", "bytea"), Family.BINARY),
        (("real", "floa", "doub", "num", "dec"), Family.NUMBER),
        (("time",), Family.DATETIME),
    ):
        if any(word in text for word in words):
            return family
    return Family.OTHER


def _column(table: str, row: Any, sql: str, all_rows: list[Any]) -> tuple[Column, Col]:
    name, type_, filled, default, pk, hidden = row
    family = family_of(type_ or "")
    found = re.search(r"\((\d+)\)", type_ or "")
    length = int(found[1]) if found and family in (Family.TEXT, Family.BINARY) else None
    generated = hidden in (2, 3)
    only_key = sum(1 for one in all_rows if one[4]) == 1
    rowid = bool(pk) and only_key and (type_ or "").upper() == "INTEGER"
    loose = bool(
        re.search(
            rf"(?:^|[,(\s])(?:\"{re.escape(name)}\"|`{re.escape(name)}`|\[{re.escape(name)}\]|{re.escape(name)})\s"
            r"[^,]*COLLATE\s+\"?(?:NOCASE|RTRIM)",
            sql,
            re.I,
        )
    )
    nullable = not filled and not rowid
    whole = "int" in (type_ or "").lower()
    return (
        Column(name, type_ or "", family, nullable, length, bool(default), generated, rowid, loose),
        Col(name, family, (type_ or "").lower(), loose, "", nullable, (), length, whole),
    )


def _table(
    name: str, kind: str, sql: str, rows: list[Any], pairs: Any, indexes: Any, foreign: Any, triggers: Any
) -> Table:
    key = tuple(row[0] for row in sorted((row for row in rows if row[4]), key=lambda row: row[4]))
    nullable = {pair[0].name: pair[0].nullable for pair in pairs}
    if any(nullable[one] and len(key) > 0 and not _filled_key(rows, one) for one in key):
        # SQLite lets NULLs into a primary key that is neither INTEGER nor NOT NULL: it does not tell rows apart.
        key = ()
    uniques = tuple(Unique(index.name, index.columns) for index, plain in indexes if index.unique and plain)
    if not key:
        key = next((u.columns for u in uniques if not any(nullable.get(c, True) for c in u.columns)), ())
    checks = tuple(Check(f"check_{number}", text) for number, text in enumerate(_checks(sql), 1))
    return Table(
        name,
        tuple(pair[0] for pair in pairs),
        key,
        uniques,
        tuple(index for index, _ in indexes),
        tuple(foreign),
        checks,
        tuple(triggers),
        view=kind == "view",
    )


def _filled_key(rows: list[Any], name: str) -> bool:
    return any(row[0] == name and row[2] for row in rows)


def _checks(sql: str) -> list[str]:
    """The conditions of the CHECK constraints in a CREATE TABLE text, by counting brackets outside quotes."""
    found = []
    for match in re.finditer(r"\bCHECK\s*\(", sql, re.I):
        depth, quote, start = 1, "", match.end()
        for position in range(start, len(sql)):
            char = sql[position]
            if quote:
                quote = "" if char == quote else quote
            elif char in "'\"":
                quote = char
            elif char in "()":
                depth += 1 if char == "(" else -1
                if not depth:
                    found.append(sql[start:position].strip())
                    break
    return found


def _foreign(cursor: Any, columns: Any) -> dict[str, list[ForeignKey]]:
    parts: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for row in cursor.execute(_FOREIGN).fetchall():
        parts[row[0], row[1]].append(row[3:])
    real = {name.lower(): name for name in columns}
    deferred = {}
    for name, sql in cursor.execute("SELECT name, sql FROM main.sqlite_master WHERE type = 'table'").fetchall():
        deferred[name] = bool(re.search(r"DEFERRABLE\s+INITIALLY\s+DEFERRED", sql or "", re.I))
    made = defaultdict(list)
    for (table, number), rows in parts.items():
        target = real.get(rows[0][0].lower(), rows[0][0])
        keyed = sorted((row for row in columns.get(target, ()) if row[4]), key=lambda row: row[4])
        to = tuple(row[2] or (keyed[n][0] if n < len(keyed) else "rowid") for n, row in enumerate(rows))
        own = {row[0].lower(): row[0] for row in columns[table]}
        made[table].append(
            ForeignKey(
                f"fk_{number}",
                tuple(own.get(row[1].lower(), row[1]) for row in rows),
                target,
                to,
                rows[0][3],
                deferred[table],
            )
        )
    return made


def _indexes(cursor: Any) -> dict[str, list[tuple[Index, bool]]]:
    parts: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in cursor.execute(_INDEXES).fetchall():
        parts[row[0], row[1]].append(row[2:])
    made = defaultdict(list)
    texts = dict(cursor.execute("SELECT name, sql FROM main.sqlite_master WHERE type = 'index'").fetchall())
    for (table, name), rows in parts.items():
        unique, origin, partial = rows[0][0], rows[0][1], rows[0][2]
        said = re.sub(r"^.*?\bON\b", "", texts.get(name) or "", count=1, flags=re.IGNORECASE | re.DOTALL)
        own = tuple(row[4] if row[4] is not None else f"(expression){said}" for row in rows)
        plain = bool(unique) and not partial and origin != "pk" and all(row[4] is not None for row in rows)
        made[table].append((Index(name, own, bool(unique)), plain))
    return made
