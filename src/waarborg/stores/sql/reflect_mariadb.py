"""MariaDB's and MySQL's `information_schema`, read once for a whole database."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from waarborg.stores.contract import Check, Column, Family, ForeignKey, Index, Schema, Table, Trigger, Unique
from waarborg.stores.sql.facts import Col, Facts, contract_name

_FAMILIES = {
    Family.TEXT: ("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"),
    Family.NUMBER: ("tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double", "year"),
    Family.DATE: ("date",),
    Family.DATETIME: ("datetime", "timestamp"),
    Family.UUID: ("uuid",),
    Family.JSON: ("json",),
    Family.BINARY: ("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"),
    Family.NETWORK: ("inet4", "inet6"),
}
_BY_TYPE = {type_: family for family, types in _FAMILIES.items() for type_ in types}
_TABLES = ("BASE TABLE", "SYSTEM VERSIONED")
_WITHOUT_TRANSACTIONS = ("myisam", "aria", "memory", "csv", "archive", "merge", "mrg_myisam", "columnstore")
_WHOLE = {"tinyint", "smallint", "mediumint", "int", "bigint"}


def describe_mariadb(cursor: Any, schemas: tuple[str, ...]) -> Facts:
    """The tables of the database the URL names, and of the other databases that are named."""
    default = _all(cursor, "SELECT DATABASE()")[0][0]
    wanted = tuple(dict.fromkeys((default, *schemas)))
    beyond = _referring_from_elsewhere(cursor, wanted)
    listed, wanted = wanted, tuple(dict.fromkeys((*wanted, *(schema for schema, _ in beyond))))
    names = {}
    made, cols, stamps, checks = {}, {}, {}, _checks(cursor, wanted)
    tables = _all(
        cursor,
        "SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, TABLE_ROWS, TABLE_COMMENT, ENGINE FROM information_schema.TABLES"
        " WHERE TABLE_SCHEMA IN %s AND TABLE_NAME <> 'waarborg_applied' ORDER BY 1, 2",
        (wanted,),
    )
    columns, indexes, foreign = _columns(cursor, wanted), _indexes(cursor, wanted), _foreign(cursor, wanted, default)
    triggers, blind = _triggers(cursor, wanted)
    marks = _marks(cursor, wanted)
    for schema, table, kind, rows, comment, engine in tables:
        if schema not in listed and (schema, table) not in beyond:
            continue
        name = contract_name(schema, table, default)
        names[name] = (schema, table)
        own = [_column(row, checks[schema, table]) for row in columns[schema, table]]
        cols[name] = {pair[1].name: pair[1] for pair in own}
        stamps[name] = marks.get((schema, table), "")
        uniques = tuple(
            Unique(index.name, index.columns)
            for index in indexes[schema, table]
            if index.unique and index.name != "PRIMARY"
        )
        key = next((index.columns for index in indexes[schema, table] if index.name == "PRIMARY"), ())
        nullable = {pair[0].name: pair[0].nullable for pair in own}
        if not key:
            key = next((u.columns for u in uniques if not any(nullable.get(c, True) for c in u.columns)), ())
        made[name] = Table(
            name,
            tuple(pair[0] for pair in own),
            key,
            uniques,
            tuple(indexes[schema, table]),
            tuple(foreign[schema, table]),
            tuple(checks[schema, table]),
            tuple(triggers[schema, table]),
            rows,
            kind not in _TABLES,
            history=kind == "SYSTEM VERSIONED",
            transactional=(engine or "").lower() not in _WITHOUT_TRANSACTIONS,
            comment=comment if kind in _TABLES else "",
            schema=schema,
        )
    return Facts(Schema("mariadb", made, ("triggers",) if blind else ()), names, cols, {}, {}, stamps)


def _referring_from_elsewhere(cursor: Any, schemas: tuple[str, ...]) -> set[tuple[str, str]]:
    """Tables of other databases with a reference into these: their rows would go along, or stand in the way."""
    rows = _all(
        cursor,
        "SELECT DISTINCT TABLE_SCHEMA, TABLE_NAME FROM information_schema.KEY_COLUMN_USAGE"
        " WHERE REFERENCED_TABLE_SCHEMA IN %s AND TABLE_SCHEMA NOT IN %s",
        (schemas, schemas),
    )
    return {(schema, table) for schema, table in rows}


def stamps_mariadb(cursor: Any, facts: Facts, tables: tuple[str, ...]) -> bool:
    """Whether the definitions of these tables are as they were seen."""
    if any(name not in facts.names for name in tables):
        return False
    known = {facts.names[name]: facts.stamps.get(name, "") for name in tables}
    if not all(known.values()):
        return False
    names = tuple({pair[1] for pair in known})
    found = _marks(cursor, tuple({pair[0] for pair in known}), names)
    return all(found.get(pair) == mark for pair, mark in known.items())


def _marks(cursor: Any, schemas: tuple[str, ...], tables: tuple[str, ...] = ()) -> dict[tuple[str, str], str]:
    """A short text per table that any ALTER (its creation time moves) and any trigger changes.

    Times have whole seconds: a table altered within the last three has no mark, so that the next look is a full one.
    """
    made: dict[tuple[str, str], str] = {}
    rows = _all(
        cursor,
        "SELECT TABLE_SCHEMA, TABLE_NAME, CREATE_TIME, CREATE_TIME > NOW() - INTERVAL 3 SECOND, '' AS t"
        f" FROM information_schema.TABLES WHERE TABLE_SCHEMA IN %s{' AND TABLE_NAME IN %s' if tables else ''} UNION ALL"
        " SELECT EVENT_OBJECT_SCHEMA, EVENT_OBJECT_TABLE, CREATED, CREATED > NOW() - INTERVAL 3 SECOND, TRIGGER_NAME"
        " FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA IN %s"
        f"{' AND EVENT_OBJECT_TABLE IN %s' if tables else ''} ORDER BY 1, 2, 5",
        (schemas, tables, schemas, tables) if tables else (schemas, schemas),
    )
    fresh = {(row[0], row[1]) for row in rows if row[3]}
    for schema, table, created, _, trigger in rows:
        if (schema, table) not in fresh:
            made[schema, table] = f"{made.get((schema, table), '')}{trigger} {created};"
    return made


def _all(cursor: Any, sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
    cursor.execute(sql, values)
    return list(cursor.fetchall())


def _column(row: Any, checks: list[Check]) -> tuple[Column, Col]:
    name, data, full, nullable, length, default, extra, collation, charset, _ = row
    data, extra = data.lower(), (extra or "").lower()
    family = _BY_TYPE.get(data, Family.OTHER)
    if full.lower() == "tinyint(1)":
        family = Family.BOOLEAN
    if data == "longtext" and any(f"json_valid(`{name}`)" in check.text.lower() for check in checks):
        family = Family.JSON
    choices = _choices(full) if data == "enum" else ()
    empty = nullable == "YES"
    loose = bool(collation) and not collation.endswith("nopad_bin")
    folded = bool(collation) and not collation.endswith("_bin")
    size = int(length) if length is not None and family in (Family.TEXT, Family.BINARY) and data != "enum" else None
    generated = "generated" in extra and "default_generated" not in extra
    column = Column(
        name, full, family, empty, size, default is not None, generated, "auto_increment" in extra, folded, choices
    )
    return column, Col(name, family, data, loose, charset or "", empty, choices, size, data in _WHOLE)


def _choices(full: str) -> tuple[str, ...]:
    inside = full[full.index("(") + 1 : full.rindex(")")]
    return tuple(part.replace("''", "'") for part in inside.strip("'").split("','"))


def _columns(cursor: Any, schemas: tuple[str, ...]) -> dict[tuple[str, str], list[Any]]:
    made = defaultdict(list)
    for row in _all(
        cursor,
        "SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE, CHARACTER_MAXIMUM_LENGTH,"
        " COLUMN_DEFAULT, EXTRA, COLLATION_NAME, CHARACTER_SET_NAME, COLUMN_KEY FROM information_schema.COLUMNS"
        " WHERE TABLE_SCHEMA IN %s ORDER BY 1, 2, ORDINAL_POSITION",
        (schemas,),
    ):
        made[row[0], row[1]].append(row[2:])
    return made


def _indexes(cursor: Any, schemas: tuple[str, ...]) -> dict[tuple[str, str], list[Index]]:
    parts: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for row in _all(
        cursor,
        "SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, NON_UNIQUE, COLUMN_NAME, SUB_PART FROM"
        " information_schema.STATISTICS WHERE TABLE_SCHEMA IN %s ORDER BY 1, 2, 3, SEQ_IN_INDEX",
        (schemas,),
    ):
        parts[row[0], row[1], row[2]].append(row[3:])
    made = defaultdict(list)
    for (schema, table, name), rows in parts.items():
        whole = all(row[2] is None for row in rows)
        columns = tuple(row[1] if row[1] is not None else "(expression)" for row in rows)
        made[schema, table].append(Index(name, columns, not rows[0][0] and whole))
    return made


def _foreign(cursor: Any, schemas: tuple[str, ...], default: str) -> dict[tuple[str, str], list[ForeignKey]]:
    actions = {
        (schema, table, name): action
        for schema, table, name, action in _all(
            cursor,
            "SELECT CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, DELETE_RULE FROM"
            " information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA IN %s",
            (schemas,),
        )
    }
    parts: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for row in _all(
        cursor,
        "SELECT TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_SCHEMA,"
        " REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE"
        " WHERE TABLE_SCHEMA IN %s AND REFERENCED_TABLE_NAME IS NOT NULL ORDER BY 1, 2, 3, ORDINAL_POSITION",
        (schemas,),
    ):
        parts[row[0], row[1], row[2]].append(row[3:])
    made = defaultdict(list)
    for (schema, table, name), rows in parts.items():
        target = contract_name(rows[0][1], rows[0][2], default)
        columns, to = tuple(row[0] for row in rows), tuple(row[3] for row in rows)
        action = actions.get((schema, table, name), "RESTRICT")
        made[schema, table].append(ForeignKey(name, columns, target, to, action))
    return made


def _checks(cursor: Any, schemas: tuple[str, ...]) -> dict[tuple[str, str], list[Check]]:
    made: dict[tuple[str, str], list[Check]] = defaultdict(list)
    maria = "maria" in _all(cursor, "SELECT VERSION()")[0][0].lower()
    sql = (
        "SELECT CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS"
        " WHERE CONSTRAINT_SCHEMA IN %s ORDER BY 1, 2, 3"
        if maria
        else "SELECT t.TABLE_SCHEMA, t.TABLE_NAME, t.CONSTRAINT_NAME, c.CHECK_CLAUSE FROM"
        " information_schema.TABLE_CONSTRAINTS t JOIN information_schema.CHECK_CONSTRAINTS c"
        " USING (CONSTRAINT_SCHEMA, CONSTRAINT_NAME) WHERE t.TABLE_SCHEMA IN %s ORDER BY 1, 2, 3"
    )
    for schema, table, name, text in _all(cursor, sql, (schemas,)):
        made[schema, table].append(Check(name, text))
    return made


def _triggers(cursor: Any, schemas: tuple[str, ...]) -> tuple[dict[tuple[str, str], list[Trigger]], bool]:
    """Triggers, and whether this account would not see any: without the TRIGGER privilege the list is just empty."""
    made = defaultdict(list)
    for schema, table, name, event, timing in _all(
        cursor,
        "SELECT EVENT_OBJECT_SCHEMA, EVENT_OBJECT_TABLE, TRIGGER_NAME, EVENT_MANIPULATION, ACTION_TIMING FROM"
        " information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA IN %s ORDER BY 1, 2, 3",
        (schemas,),
    ):
        made[schema, table].append(Trigger(name, event, timing))
    allowed = any(
        row[0] == "TRIGGER" for row in _all(cursor, "SELECT PRIVILEGE_TYPE FROM information_schema.USER_PRIVILEGES")
    )
    if not allowed:
        granted = _all(
            cursor,
            "SELECT TABLE_SCHEMA FROM information_schema.SCHEMA_PRIVILEGES WHERE PRIVILEGE_TYPE = 'TRIGGER'",
        )
        patterns = {row[0].replace("\\_", "_").replace("\\%", "%") for row in granted}
        allowed = all(schema in patterns for schema in schemas)
    return made, not allowed
