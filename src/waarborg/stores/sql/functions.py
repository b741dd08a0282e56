"""Python functions that SQLite gets, because it has no unicode case, normal forms, whole words or HMAC."""

from __future__ import annotations

import json
import re
import sqlite3
from functools import lru_cache
from typing import Any

from waarborg.stores.contract import How
from waarborg.stores.matching import coarsened, coded, form, normalised, redacted


@lru_cache(maxsize=64)
def _how(steps: str) -> How:
    return How(tuple(steps.split(",")))


@lru_cache(maxsize=16)
def _words(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def _norm(value: Any, steps: str) -> Any:
    return normalised(form(value), _how(steps))


def _redact(value: Any, words: str, text: str, length: int) -> Any:
    if value is None or isinstance(value, bytes):
        return value
    return redacted(str(value), _words(words), text, length or None)


def _coded(value: Any, secret: Any, length: int) -> Any:
    return coded(value, secret, length or None)


def coarse_text(value: Any, how: str) -> Any:
    """A coarser value as SQLite stores it: text with a time keeps its shape (and loses the time)."""
    made = coarsened(value, how)
    if how == "ip" or not isinstance(value, str) or not isinstance(made, str):
        return str(made) if how == "ip" and made is not None else made
    return made + re.sub("[1-9]", "0", value[10:].partition("+")[0]) if len(value) > 10 else made


def _is_coarse(value: Any, how: str) -> Any:
    if value is None:
        return 0
    return int(form(coarsened(value, how)) == form(value) or coarse_text(value, how) == value)


def register(connection: sqlite3.Connection) -> None:
    """Give a connection the functions, under names no application uses."""
    connection.create_function("waarborg_norm", 2, _norm, deterministic=True)
    connection.create_function("waarborg_redact", 4, _redact, deterministic=True)
    connection.create_function("waarborg_coarse", 2, coarse_text, deterministic=True)
    connection.create_function("waarborg_is_coarse", 2, _is_coarse, deterministic=True)
    connection.create_function("waarborg_coded", 3, _coded, deterministic=True)
