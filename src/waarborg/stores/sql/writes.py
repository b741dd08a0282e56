"""What columns become, said in each engine's SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from waarborg.errors import StoreError
from waarborg.stores.contract import (
    Coarsen,
    Coded,
    Constant,
    Family,
    FromSeed,
    Key,
    Keyed,
    Redact,
    Write,
)
from waarborg.stores.sql.dialects import Dialect, Params
from waarborg.stores.sql.facts import Col, Facts
from waarborg.stores.sql.values import text_of
from waarborg.stores.sql.words import redact_sql

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
            return _constant(dialect, col, _first(seeds, seed), params)
        case Keyed(template):
            return _keyed(dialect, facts, table, alias, col, template, params)
        case Coarsen(how):
            return _coarsen(dialect, column, col, how, params)
        case Coded(seed):
            return _coded(dialect, column, col, _first(seeds, seed), params)
        case Redact(words, by):
            some = [text_of(one[0]) for one in seeds.get(words, ()) if one[0] not in (None, "")]
            if not some:
                return column
            return _back(dialect, col, redact_sql(dialect, dialect.text(column, col), some, by, params))
    raise StoreError.one("WB315", f"The SQL store does not know a write of the kind {type(write).__name__}.")


def _first(seeds: Mapping[str, Sequence[Key]], name: str) -> Any:
    found = seeds.get(name, ())
    if not found:
        raise StoreError.one("WB314", f'A step writes the value of seed "{name}", which is empty.')
    return found[0][0]


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
        raise StoreError.one("WB316", f'Table "{table}" has no key to build a text from.')
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


def _coarsen(dialect: Dialect, column: str, col: Col, how: str, params: Params) -> str:
    if how not in ("year", "month", "ip"):
        raise StoreError.one("WB315", f'There is no coarser value by the name "{how}".')
    if dialect.name == "sqlite":
        return f"coalesce(waarborg_coarse({column}, '{how}'), {'NULL' if col.nullable else repr('')})"
    if how != "ip":
        return _first_day(dialect, column, col, how)
    return _network(dialect, column, col)


def _first_day(dialect: Dialect, column: str, col: Col, how: str) -> str:
    if dialect.name == "postgresql":
        if col.family is Family.DATETIME and "with time zone" in col.base:
            return f"date_trunc('{how}', {column}, 'UTC')"
        return f"date_trunc('{how}', {column}::timestamp)::{col.base}"
    month = "%%m" if how == "month" else "01"
    return f"CAST(DATE_FORMAT({column}, '%%Y-{month}-01') AS {'date' if col.family is Family.DATE else 'datetime'})"


_IPV4 = r"^(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}$"


def _ipv6() -> str:
    """A regular expression that only valid IPv6 addresses meet (without zone or embedded IPv4)."""
    group = "[0-9a-fA-F]{1,4}"
    forms = [f"({group}:){{7}}{group}", f"({group}:){{1,7}}:", f":(:{group}){{1,7}}", "::"]
    forms += [f"({group}:){{1,{7 - n}}}(:{group}){{1,{n}}}" for n in range(1, 7)]
    return f"^({'|'.join(forms)})$"


def _network(dialect: Dialect, column: str, col: Col) -> str:
    other = "NULL" if col.nullable else "''"
    if dialect.name == "postgresql":

        def cut(address: str) -> str:
            wide = f"CASE family({address}) WHEN 4 THEN 24 ELSE 48 END"
            return f"host(network(set_masklen({address}, {wide})))"

        if col.family is Family.NETWORK:
            return f"{cut(f'{column}::inet')}::{col.base}"
        text = f"btrim({column}::text)"
        # CASE is not enough to keep a cast from running early on constants, but it is on columns.
        return f"CASE WHEN {text} ~ '{_IPV4}' OR {text} ~ '{_ipv6()}' THEN {cut(f'{text}::inet')} ELSE {other} END"
    text = f"TRIM({column})"
    return (
        f"CASE WHEN IS_IPV4({text}) THEN CONCAT(SUBSTRING_INDEX({text}, '.', 3), '.0') WHEN IS_IPV6({text}) THEN"
        f" INET6_NTOA(UNHEX(RPAD(LEFT(HEX(INET6_ATON({text})), 12), 32, '0'))) ELSE {other} END"
    )


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
