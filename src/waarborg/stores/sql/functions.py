"""Python functions that SQLite gets, because it has no unicode case, normal forms, regular expressions or HMAC."""

from __future__ import annotations

import json
import sqlite3
from functools import lru_cache
from typing import Any

from waarborg.stores.sql.cells import coarse, coded, normalised, words_pattern


@lru_cache(maxsize=64)
def _pattern(words: str) -> Any:
    return words_pattern(tuple(json.loads(words)))


def _norm(value: Any, steps: str) -> Any:
    return None if value is None or isinstance(value, bytes) else normalised(str(value), tuple(steps.split(",")))


def _mentions(value: Any, words: str) -> int:
    return 0 if value is None or isinstance(value, bytes) else int(bool(_pattern(words).search(str(value))))


def _redact(value: Any, words: str, text: str) -> Any:
    return value if value is None or isinstance(value, bytes) else _pattern(words).sub(lambda _: text, str(value))


def _coded(value: Any, secret: bytes, length: int) -> Any:
    return None if value is None else coded(value, secret)[: length or None]


def register(connection: sqlite3.Connection) -> None:
    """Give a connection the functions, under names no application uses."""
    connection.create_function("waarborg_norm", 2, _norm, deterministic=True)
    connection.create_function("waarborg_mentions", 2, _mentions, deterministic=True)
    connection.create_function("waarborg_redact", 3, _redact, deterministic=True)
    connection.create_function("waarborg_coarse", 2, coarse, deterministic=True)
    connection.create_function("waarborg_coded", 3, _coded, deterministic=True)
