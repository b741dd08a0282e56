"""The leftover scan: every text-like and binary cell, streamed in blocks, its words looked up in a table of needles."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Collection, Iterator, Sequence
from typing import Any
from urllib.parse import unquote

from waarborg.stores.contract import Budget, Family, Hit
from waarborg.stores.sql.cells import words_pattern
from waarborg.stores.sql.dialects import Dialect
from waarborg.stores.sql.facts import Facts
from waarborg.stores.sql.read import streamed

_WORD = re.compile(r"\w+")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_ESCAPED = re.compile(r"\\u[0-9a-fA-F]{4}|\\[\"\\/]")
_MOST = 8_000_000
"""Bytes that one cell may unpack to: more is cut, so that a small cell cannot fill the memory."""
_DEPTH = 3
"""Encodings inside encodings that are opened."""
_SEARCHED = {Family.TEXT, Family.JSON, Family.BINARY, Family.NETWORK, Family.ARRAY, Family.OTHER, Family.UUID}


class Needles:
    """Words to look for, by their first word: most cells are dismissed with one set operation."""

    def __init__(self, needles: Sequence[str]) -> None:
        self.by_head: dict[str, list[tuple[int, str, re.Pattern[str]]]] = {}
        self.loose: list[tuple[int, str, re.Pattern[str]]] = []
        for number, needle in enumerate(needles):
            words = _WORD.findall(needle.lower())
            entry = (number, needle.lower(), words_pattern([needle]))
            if words:
                self.by_head.setdefault(max(words, key=len), []).append(entry)
            elif needle:
                self.loose.append(entry)

    def found(self, text: str) -> Iterator[tuple[int, bool]]:
        """Needles that stand in a text as whole words, and whether they are all of it."""
        lower = text.lower()
        heads = self.by_head.keys() & set(_WORD.findall(lower))
        for head in heads:
            for number, needle, pattern in self.by_head[head]:
                if pattern.search(text):
                    yield number, lower.strip() == needle
        for number, needle, pattern in self.loose:
            if pattern.search(text):
                yield number, lower.strip() == needle


def search(
    connection: Any,
    dialect: Dialect,
    facts: Facts,
    budget: Budget,
    needles: Sequence[str],
    tables: Collection[str] | None,
) -> Iterator[Hit]:
    """Hits table by table. A needle is reported once for each cell and encoding."""
    wanted = Needles(needles)
    raw = getattr(connection, "driver_connection", None) or connection
    if dialect.name == "postgresql":
        raw.execute("BEGIN READ ONLY")
        raw.execute("SET LOCAL row_security = off")
    for name, table in facts.schema.tables.items():
        if (tables is not None and name not in tables) or table.view or table.partition_of:
            continue
        columns = [one.name for one in table.columns if one.family in _SEARCHED or dialect.name == "sqlite"]
        if not columns:
            continue
        key = facts.key(name)
        picked = [*(_named(dialect, one) for one in key), *(_cell(dialect, facts, name, one) for one in columns)]
        sql = f"SELECT {', '.join(picked)} FROM {dialect.table(facts, name)} t"
        large = any(facts.col(name, one).family is Family.BINARY for one in columns)
        block = min(budget.block, 100) if large else budget.block
        for rows in streamed(connection, dialect.name, sql, (), block):
            yield from _block(rows, name, columns, len(key), wanted)
    if dialect.name == "postgresql":
        raw.execute("COMMIT")


def _named(dialect: Dialect, name: str) -> str:
    return f"t.{name if name in ('ctid', 'rowid', '_rowid_', 'oid') else dialect.quote(name)}"


def _cell(dialect: Dialect, facts: Facts, table: str, name: str) -> str:
    """The column as text, or as bytes."""
    col = facts.col(table, name)
    column = _named(dialect, name)
    if dialect.name == "postgresql" and col.family is not Family.BINARY:
        return f"{column}::text"
    return column


def _block(rows: Sequence[Any], table: str, columns: Sequence[str], keys: int, wanted: Needles) -> Iterator[Hit]:
    for row in rows:
        for column, cell in zip(columns, row[keys:], strict=True):
            if cell is None or isinstance(cell, int | float):
                continue
            for number, encoding, exact in _found(cell, wanted):
                yield Hit(table, column, number, tuple(row[:keys]), encoding, exact)


def _found(cell: Any, wanted: Needles) -> Iterator[tuple[int, str, bool]]:
    seen = set()
    for text, encoding in _readings(cell, "", 0):
        for number, exact in wanted.found(text):
            if (number, encoding) not in seen:
                seen.add((number, encoding))
                yield number, encoding, exact and not encoding


def _readings(cell: Any, encoding: str, depth: int) -> Iterator[tuple[str, str]]:
    """The texts a cell can be read as, with the encodings that were opened, outermost first."""

    def deeper(name: str) -> str:
        return f"{encoding}+{name}" if encoding else name

    if isinstance(cell, bytes | bytearray | memoryview):
        data = bytes(cell)
        for name, unpacked in _unpacked(data):
            if depth < _DEPTH:
                yield from _readings(unpacked, deeper(name), depth + 1)
        text = _decoded(data)
        if text is None:
            return
    else:
        text = str(cell)
    yield text, encoding
    if depth >= _DEPTH or len(text) > _MOST:
        return
    if "\\" in text and _ESCAPED.search(text):
        yield _unescaped(text), deeper("json")
    if "%" in text and re.search("%[0-9a-fA-F]{2}", text):
        yield unquote(text), deeper("url")
    for run in _BASE64.findall(text) if len(text) >= 12 else ():
        opened = _opened(run)
        if opened is not None:
            yield from _readings(opened, deeper("base64"), depth + 1)


def _unpacked(data: bytes) -> Iterator[tuple[str, bytes]]:
    for name, magic, bits in (("gzip", b"\x1f\x8b", 31), ("zlib", b"\x78", 15)):
        if data.startswith(magic):
            try:
                yield name, zlib.decompressobj(bits).decompress(data, _MOST)
            except zlib.error:
                continue


def _decoded(data: bytes) -> str | None:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8", "replace")


def _unescaped(text: str) -> str:
    return (
        re.sub(r"\\u([0-9a-fA-F]{4})|\\([\"\\/])", lambda found: chr(int(found[1], 16)) if found[1] else found[2], text)
        .encode("utf-16", "surrogatepass")
        .decode("utf-16", "replace")
    )


def _opened(run: str) -> bytes | None:
    """What a run of base64 holds, if that is packed or is text; ordinary words are not."""
    bare = run.rstrip("=").replace("-", "+").replace("_", "/")
    if len(bare) % 4 == 1:
        return None
    try:
        data = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    if data.startswith((b"\x1f\x8b", b"\x78")):
        return data
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return data if text.isprintable() or "\n" in text or json.dumps(text).count("\\u") < len(text) / 4 else None
