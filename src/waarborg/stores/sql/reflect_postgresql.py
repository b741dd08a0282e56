"""PostgreSQL's catalogue: six queries for any number of tables."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import Any

from waarborg.stores.contract import Check, Column, Family, ForeignKey, Index, Schema, Table, Trigger, Unique
from waarborg.stores.sql.facts import Col, Facts, contract_name

_TABLES = """
SELECT c.oid::int8, n.nspname, c.relname, c.relkind::text, c.reltuples::int8, c.relrowsecurity,
       (SELECT i.inhparent FROM pg_inherits i WHERE i.inhrelid = c.oid AND c.relispartition)::int8,
       coalesce(obj_description(c.oid, 'pg_class'), ''), current_schema(),
       pg_get_userbyid(c.relowner) = current_user, c.relkind = 'r' AND NOT c.relhasrules AND NOT c.relhassubclass,
       c.relkind IN ('r', 'f') AND c.relhassubclass,
       (SELECT i.inhparent FROM pg_inherits i WHERE i.inhrelid = c.oid AND NOT c.relispartition ORDER BY i.inhseqno
        LIMIT 1)::int8
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND n.nspname <> 'waarborg' AND (%(all)s OR n.nspname = ANY(%(schemas)s))
ORDER BY n.nspname, c.relname"""

_COLUMNS = """
SELECT a.attrelid::int8, a.attname, format_type(a.atttypid, a.atttypmod), format_type(b.oid, NULL),
       b.typcategory::text, a.attnotnull OR (t.typtype = 'd' AND t.typnotnull), a.atthasdef, a.attgenerated <> '',
       a.attidentity <> '',
       coalesce(information_schema._pg_char_max_length(
           information_schema._pg_truetypid(a, t), information_schema._pg_truetypmod(a, t)), -1),
       coalesce(NOT l.collisdeterministic, false),
       CASE WHEN b.typtype = 'e' THEN ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = b.oid
                                            ORDER BY e.enumsortorder) END,
       CASE WHEN t.typtype = 'd' THEN ARRAY(SELECT pg_get_constraintdef(d.oid) FROM pg_constraint d
                                            WHERE d.contypid = t.oid AND d.contype = 'c' ORDER BY d.conname) END
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
LEFT JOIN pg_collation l ON l.oid = a.attcollation
WHERE a.attrelid = ANY(%s::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum"""

_CONSTRAINTS = """
SELECT x.conrelid::int8, x.contype::text, x.conname,
       ARRAY(SELECT a.attname::text FROM unnest(x.conkey) WITH ORDINALITY k(n, i)
             JOIN pg_attribute a ON a.attrelid = x.conrelid AND a.attnum = k.n ORDER BY k.i),
       x.confrelid::int8,
       ARRAY(SELECT a.attname::text FROM unnest(x.confkey) WITH ORDINALITY k(n, i)
             JOIN pg_attribute a ON a.attrelid = x.confrelid AND a.attnum = k.n ORDER BY k.i),
       x.confdeltype::text, x.condeferrable,
       CASE WHEN x.contype = 'c' THEN pg_get_constraintdef(x.oid) END
FROM pg_constraint x WHERE x.conrelid = ANY(%s::oid[]) AND x.contype IN ('p', 'u', 'f', 'c')
ORDER BY x.conrelid, x.conname"""

_INDEXES = """
SELECT i.indrelid::int8, c.relname, i.indisunique, i.indpred IS NOT NULL,
       ARRAY(SELECT CASE WHEN k.n = 0 THEN pg_get_indexdef(i.indexrelid, k.i::int, true) ELSE a.attname::text END
             FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(n, i)
             LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.n
             WHERE k.i <= i.indnkeyatts ORDER BY k.i),
       %s
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = ANY(%%s::oid[]) AND i.indisvalid ORDER BY i.indrelid, c.relname"""

_TRIGGERS = """
SELECT tgrelid::int8, tgname, tgtype::int FROM pg_trigger
WHERE tgrelid = ANY(%s::oid[]) AND NOT tgisinternal AND tgenabled <> 'D' ORDER BY tgrelid, tgname"""

_PARTS = """
SELECT attrelid AS id, hashtextextended(xmin::text, 1) AS h FROM pg_attribute WHERE attrelid = ANY(%(ids)s::oid[])
UNION ALL SELECT conrelid, hashtextextended(xmin::text, 2) FROM pg_constraint WHERE conrelid = ANY(%(ids)s::oid[])
UNION ALL SELECT tgrelid, hashtextextended(xmin::text, 3) FROM pg_trigger WHERE tgrelid = ANY(%(ids)s::oid[])
UNION ALL SELECT indrelid, hashtextextended(xmin::text, 4) FROM pg_index WHERE indrelid = ANY(%(ids)s::oid[])
UNION ALL SELECT ev_class, hashtextextended(xmin::text, 5) FROM pg_rewrite WHERE ev_class = ANY(%(ids)s::oid[])"""
"""Which transaction wrote each catalogue row of a table: columns, constraints, triggers (those of references to the
table among them), indexes and rules. One number for each table; sums of them can be compared as one."""
_STAMPS = f"SELECT id::int8, sum(h)::text FROM ({_PARTS}) p GROUP BY 1"
_STAMP = f"SELECT sum(h)::text FROM ({_PARTS}) p"

_ACTIONS = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_FAMILIES = {
    "boolean": Family.BOOLEAN,
    "date": Family.DATE,
    "timestamp without time zone": Family.DATETIME,
    "timestamp with time zone": Family.DATETIME,
    "uuid": Family.UUID,
    "json": Family.JSON,
    "jsonb": Family.JSON,
    "bytea": Family.BINARY,
}
_BY_CATEGORY = {
    "S": Family.TEXT,
    "E": Family.TEXT,
    "N": Family.NUMBER,
    "B": Family.BOOLEAN,
    "I": Family.NETWORK,
    "A": Family.ARRAY,
    "U": Family.OTHER,
}
_WHOLE = {"smallint", "integer", "bigint"}


def describe_postgresql(cursor: Any, schemas: tuple[str, ...]) -> Facts:
    """Every table of the given schemas (none given: every schema that is not the engine's own)."""
    relations = cursor.execute(_TABLES, {"all": not schemas, "schemas": list(schemas)}).fetchall()
    ids = [row[0] for row in relations]
    default = relations[0][8] if relations else "public"
    names = {row[0]: contract_name(row[1], row[2], default) for row in relations}
    columns, constraints = _columns(cursor, ids)
    for row in cursor.execute(_CONSTRAINTS, (ids,)).fetchall():
        constraints[row[0]].append(row[1:])
    nulls = "i.indnullsnotdistinct" if cursor.connection.info.server_version >= 150000 else "false"
    indexes = defaultdict(list)
    for row in cursor.execute(_INDEXES % nulls, (ids,)).fetchall():
        indexes[row[0]].append(row[1:])
    triggers = defaultdict(list)
    for table, name, kind in cursor.execute(_TRIGGERS, (ids,)).fetchall():
        timing = "INSTEAD OF" if kind & 64 else "BEFORE" if kind & 2 else "AFTER"
        for bit, event in ((4, "INSERT"), (8, "DELETE"), (16, "UPDATE")):
            if kind & bit:
                triggers[table].append(Trigger(name, event, timing))
    tables = {}
    for oid, schema, _, kind, rows, secured, parent, comment, _, owned, _, _, older in relations:
        found = columns[oid]
        tables[names[oid]] = replace(
            _table(names, oid, [pair[0] for pair in found], constraints[oid], indexes[oid]),
            triggers=tuple(triggers[oid]),
            rows=None if rows < 0 else rows,
            view=kind in "vmf",
            stored=kind == "m",
            partition_of=names.get(parent, "") if parent else "",
            inherits=names.get(older, "") if older else "",
            row_security=bool(secured) and not owned,
            comment=comment,
            schema=schema,
        )
    stamps = {names[oid]: stamp for oid, stamp in cursor.execute(_STAMPS, {"ids": ids}).fetchall()}
    return Facts(
        Schema("postgresql", tables),
        {names[row[0]]: (row[1], row[2]) for row in relations},
        {names[oid]: {pair[1].name: pair[1] for pair in columns[oid]} for oid in ids},
        {names[row[0]]: "ctid" for row in relations if row[3] == "r"},
        {names[oid]: oid for oid in ids},
        stamps,
        not schemas,
        frozenset(names[row[0]] for row in relations if row[10]),
        frozenset(names[row[0]] for row in relations if row[11]),
    )


def stamps_postgresql(cursor: Any, facts: Facts, tables: tuple[str, ...]) -> bool:
    """Whether the catalogue rows of these tables are the ones that were seen."""
    if any(name not in facts.ids for name in tables):
        return False
    wanted = sum(int(facts.stamps.get(name, "0")) for name in tables)
    found = cursor.execute(_STAMP, {"ids": [facts.ids[name] for name in tables]}).fetchone()
    return bool(found and found[0] is not None and int(found[0]) == wanted)


def _columns(cursor: Any, ids: list[int]) -> tuple[dict[int, list[tuple[Column, Col]]], dict[int, list[Any]]]:
    """The columns of each table, and the checks that their domains bring along, as if they were the table's own."""
    columns = defaultdict(list)
    checks: dict[int, list[Any]] = defaultdict(list)
    for row in cursor.execute(_COLUMNS, (ids,)).fetchall():
        oid, name, type_, base, category, filled, default, generated, identity, length, loose, choices, domain = row
        for text in domain or ():
            said = re.sub(r"\bVALUE\b", name.replace("\\", r"\\"), text)
            checks[oid].append(("c", type_, [name], None, [], "", False, said))
        family = _FAMILIES.get(base) or _BY_CATEGORY.get(category, Family.OTHER)
        loose = loose or base == "citext"
        if base == "citext" or (family is Family.OTHER and category == "U" and base == "xml"):
            family = Family.TEXT
        size = None if length < 0 else length
        choices = tuple(choices or ())
        columns[oid].append(
            (
                Column(name, type_, family, not filled, size, default, generated, identity, loose, choices),
                Col(name, family, base, loose, "", not filled, choices, size, base in _WHOLE),
            )
        )
    return columns, checks


def _table(names: dict[int, str], oid: int, columns: list[Column], constraints: list[Any], indexes: list[Any]) -> Table:
    uniques, foreign, checks = [], [], []
    key: tuple[str, ...] = ()
    loose = {name for name, _, _, _, distinct in indexes if distinct}
    for kind, name, own, target, to, action, deferrable, text in constraints:
        if kind == "p":
            key = tuple(own)
        elif kind == "u":
            uniques.append(Unique(name, tuple(own), name not in loose))
        elif kind == "c":
            checks.append(Check(name, text))
        elif kind == "f" and target in names:
            foreign.append(ForeignKey(name, tuple(own), names[target], tuple(to), _ACTIONS[action], deferrable))
    known = {unique.name for unique in uniques}
    plain = {column.name: column for column in columns}
    for name, unique, partial, own, distinct in indexes:
        if unique and not partial and name not in known and all(part in plain for part in own) and tuple(own) != key:
            uniques.append(Unique(name, tuple(own), not distinct))
    if not key:
        key = next((u.columns for u in uniques if not any(plain[c].nullable for c in u.columns)), ())
    return Table(
        names[oid],
        tuple(columns),
        key,
        tuple(sorted(uniques, key=lambda one: one.name)),
        tuple(Index(name, tuple(own), unique) for name, unique, _, own, _ in indexes),
        tuple(foreign),
        tuple(checks),
    )
