"""Canonical bytes: one value, one sequence of bytes, one digest.

Plans, evidence, maps and policies are digested through here. The form is JSON with sorted keys, no insignificant
white space and UTF-8 text (RFC 8785 for the values used here: no floating point numbers are allowed, because two
machines may print them differently; decimals and instants travel as text).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from waarborg.errors import WaarborgError


def plain(value: object) -> Any:
    """The value as JSON types: dataclasses become objects, enums their value, dates ISO 8601 text, sets sorted lists.

    Raises `WaarborgError` WB002 for a type that has no canonical form (floats among them).
    """
    match value:
        case None | bool() | int():
            return value
        case Enum():
            return plain(value.value)
        case str():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case set() | frozenset():
            return sorted((plain(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
        case Sequence() if not isinstance(value, bytes | bytearray):
            return [plain(item) for item in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
        case _:
            raise WaarborgError.one(
                "WB002",
                f"A value of type {type(value).__name__} has no canonical form.",
                "Digests must come out the same on every machine.",
                "Turn it into text or a whole number first.",
            )


def canonical(value: object) -> bytes:
    """The canonical bytes of a value.

    >>> canonical({"b": 1, "a": "é"})
    b'{"a":"\\xc3\\xa9","b":1}'
    """
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(value: object) -> str:
    """SHA-256 over the canonical bytes, as 64 hexadecimal characters."""
    return hashlib.sha256(canonical(value)).hexdigest()


def keyed_digest(key: bytes, value: object) -> str:
    """HMAC-SHA-256 over the canonical bytes, as 64 hexadecimal characters: tells nothing to who lacks the key."""
    return hmac.new(key, canonical(value), hashlib.sha256).hexdigest()
