"""What columns become, said in each engine's SQL."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from waarborg.stores import refusals
from waarborg.stores.contract import (
    Coarsen,
    Coded,
    Constant,
    Family,
    FromPeer,
    FromSeed,
    Key,
    Keyed,
    Redact,
    Without,
    Write,
)
from waarborg.stores.matching import coarsened, coded, redacted, redacted_inside
from waarborg.stores.removing import keys_of, without
from waarborg.stores.sets import COARSE
from waarborg.stores.sql.dialects import Dialect, Params
from waarborg.stores.sql.facts import Col, Facts
from waarborg.stores.sql.values import text_of

_BLOCK = 64
"""HMAC-SHA-256 works on blocks of so many bytes."""


def assignments(
    dialect: Dialect,
    facts: Facts,
    table: str,
    alias: str,
    writes: Mapping[str, Write],
    seeds: Mapping[str, Sequence[Key]],
    params: Params,
    prefix: str = "",
) -> str:
    """The SET part of an UPDATE; `prefix` is the alias where several tables are named."""
    made = []
    for name, write in writes.items():
        col = facts.col(table, name)
        target = dialect.quote(name)
        column = f"{alias}.{target}"
        made.append(f"{prefix}{target} = {_value(dialect, facts, table, alias, column, col, write, seeds, params)}")
    return ", ".join(made)


def said(dialect: Dialect, col: Col, write: Write) -> bool:
    """Whether the engine can say the write exactly; otherwise the cells are read, computed here and written back."""
    if isinstance(write, Without):
        return False
    if isinstance(write, Redact):
        return dialect.name == "sqlite" and not write.encoded
    if isinstance(write, Coarsen) and dialect.name != "sqlite":
        return write.how != "ip" and col.family in (Family.DATE, Family.DATETIME)
    if isinstance(write, Coded) and dialect.name != "sqlite":
        return col.family is Family.TEXT
    return True


def computed(store: str, write: Write, value: Any, col: Col, seeds: Mapping[str, Sequence[Key]]) -> Any:
    """What a cell becomes, by the meaning that all connectors share."""
    match write:
        case Redact(words, by, encoded=True):
            return None if value is None else redacted_inside(value, _words(store, seeds, words), by, col.length)
        case Redact(words, by):
            return None if value is None else redacted(text_of(value), _words(store, seeds, words), by, col.length)
        case Without():
            return without(value, keys_of(store, write, seeds), write.how)
        case Coarsen(how):
            made = coarsened(value, how)
            return "" if made is None and value is not None and not col.nullable else made
        case Coded(seed):
            return coded(value, _first(store, seeds, seed), col.length)
    raise refusals.malformed(store, f"A write by {type(write).__name__} is not known.")


def _words(store: str, seeds: Mapping[str, Sequence[Key]], name: str) -> list[Any]:
    if name not in seeds:
        raise refusals.unknown_seed(store, name)
    return [word for key in seeds[name] for word in key]


def _value(
    dialect: Dialect,
    facts: Facts,
    table: str,
    alias: str,
    column: str,
    col: Col,
    write: Write,
    seeds: Mapping[str, Sequence[Key]],
    params: Params,
) -> str:
    match write:
        case Constant(value):
            return _constant(dialect, col, value, params)
        case FromSeed(seed):
            return _constant(dialect, col, _first(facts.store, seeds, seed), params)
        case FromPeer():
            return _from_peer(dialect, facts, column, col, write, seeds, params)
        case Keyed(template):
            return _keyed(dialect, facts, table, alias, col, template, params)
        case Coarsen(how):
            return _coarsen(dialect, facts, column, col, how)
        case Coded(seed):
            return _coded(dialect, column, col, _first(facts.store, seeds, seed), params)
        case Redact(words, by):
            spelled = [text_of(one) for one in _words(facts.store, seeds, words) if one is not None]
            params.extend([json.dumps(spelled, ensure_ascii=False), by, col.length or 0])
            return f"waarborg_redact({column}, ?, ?, ?)"
    raise refusals.malformed(facts.store, f"A write by {type(write).__name__} is not known.")


def _from_peer(
    dialect: Dialect,
    facts: Facts,
    column: str,
    col: Col,
    write: FromPeer,
    seeds: Mapping[str, Sequence[Key]],
    params: Params,
) -> str:
    """A choice by what the row led to says in `by`; anything else stays."""
    if write.seed not in seeds:
        raise refusals.unknown_seed(facts.store, write.seed)
    by = facts.col(write.table, write.by)
    arms = []
    for told, new in seeds[write.seed]:
        when = _constant(dialect, by, told, params)
        arms.append(f"WHEN {when} THEN {_constant(dialect, col, new, params)}")
    if not arms:
        return column
    source, to = dialect.table(facts, write.table), dialect.quote(write.to_column)
    asked = f"(SELECT peer.{dialect.quote(write.by)} FROM {source} peer WHERE peer.{to} = {column})"
    return f"CASE {asked} {' '.join(arms)} ELSE {column} END"


def _first(store: str, seeds: Mapping[str, Sequence[Key]], name: str) -> Any:
    if name not in seeds:
        raise refusals.unknown_seed(store, name)
    if not seeds[name]:
        raise refusals.malformed(store, f'A step writes the value of seed "{name}", which is empty.')
    return seeds[name][0][0]


def plain_value(dialect: Dialect, value: Any) -> Any:
    """A value as the driver takes it."""
    if dialect.name == "sqlite":
        if isinstance(value, datetime):
            return value.isoformat(" ")
        if isinstance(value, date) or not isinstance(value, str | int | float | bytes | None):
            return str(value)
    return value


def _constant(dialect: Dialect, col: Col, value: Any, params: Params) -> str:
    if value is None:
        return "NULL"
    params.append(plain_value(dialect, value))
    return f"%s::{col.base}" if dialect.name == "postgresql" else dialect.mark


def _back(dialect: Dialect, col: Col, text: str) -> str:
    """A text expression as the column's own type."""
    if dialect.name == "postgresql" and col.base not in ("text", "character varying", "character"):
        return f"({text})::{col.base}"
    return text


def _keyed(dialect: Dialect, facts: Facts, table: str, alias: str, col: Col, template: str, params: Params) -> str:
    key = facts.key(table)
    if not key:
        raise refusals.malformed(facts.store, f'Table "{table}" has no key to build a text from.')
    before, _, after = template.partition("{}")
    parts: list[str] = []
    for number, name in enumerate(key):
        parts += ["'-'"] if number else []
        expression = f"{alias}.{name}" if name == facts.address.get(table) else f"{alias}.{dialect.quote(name)}"
        parts.append(f"CAST({expression} AS {'char' if dialect.name == 'mariadb' else 'text'})")
    params.extend([before, after])
    mark = "%s::text" if dialect.name == "postgresql" else dialect.mark
    if dialect.name == "mariadb":
        return f"CONCAT({', '.join([mark, *parts, mark])})"
    return _back(dialect, col, f"{' || '.join([mark, *parts, mark])}")


def _coarsen(dialect: Dialect, facts: Facts, column: str, col: Col, how: str) -> str:
    if how not in COARSE:
        raise refusals.malformed(facts.store, f'A coarser value "{how}" is not known.')
    if dialect.name == "sqlite":
        made = f"waarborg_coarse({column}, '{how}')"
        return made if col.nullable else f"coalesce({made}, '')"
    return _first_day(dialect, column, col, how)


def _first_day(dialect: Dialect, column: str, col: Col, how: str) -> str:
    if dialect.name == "postgresql":
        if col.family is Family.DATETIME and "with time zone" in col.base:
            return f"date_trunc('{how}', {column}, 'UTC')"
        return f"date_trunc('{how}', {column}::timestamp)::{col.base}"
    month = "%%m" if how == "month" else "01"
    return f"CAST(DATE_FORMAT({column}, '%%Y-{month}-01') AS {'date' if col.family is Family.DATE else 'datetime'})"


def _coded(dialect: Dialect, column: str, col: Col, secret: Any, params: Params) -> str:
    """HMAC-SHA-256 in the engine: values do not travel, the two derived pads do."""
    key = secret if isinstance(secret, bytes) else str(secret).encode()
    length = min(col.length or 64, 64)
    if dialect.name == "sqlite":
        params.extend([key, length])
        return f"waarborg_coded({column}, ?, ?)"
    if len(key) > _BLOCK:
        from hashlib import sha256

        key = sha256(key).digest()
    key = key.ljust(_BLOCK, b"\0")
    inner, outer = bytes(one ^ 0x36 for one in key), bytes(one ^ 0x5C for one in key)
    params.extend([outer, inner])
    if dialect.name == "postgresql":
        data = column if col.family is Family.BINARY else f"convert_to({column}::text, 'UTF8')"
        made = f"left(encode(sha256(%s::bytea || sha256(%s::bytea || {data})), 'hex'), {length})"
        return f"decode({made}, 'hex')" if col.family is Family.BINARY else made
    data = f"CAST({dialect.text(column, col)} AS BINARY)" if col.family is not Family.BINARY else column
    return f"LEFT(SHA2(CONCAT(%s, UNHEX(SHA2(CONCAT(%s, {data}), 256))), 256), {length})"
