"""Keys as values: which of them can be in a column at all, and their one canonical text and digest."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any
from uuid import UUID

from waarborg.errors import StoreError
from waarborg.stores.contract import Family, Key
from waarborg.stores.sql.facts import INT_RANGES, Col


def coerce(value: Any, col: Col, engine: str) -> tuple[Any, ...]:
    """The value as the column would hold it; nothing when no row can hold it. Text meets a number only both ways round.

    A SQLite column without a type may hold either, so there can be two spellings.
    """
    if value is None:
        return ()
    if isinstance(value, bool) and col.family is not Family.BOOLEAN:
        value = int(value)
    match col.family:
        case Family.TEXT:
            return _text(value, col, engine)
        case Family.NUMBER:
            return _number(value, col)
        case Family.BOOLEAN:
            return _boolean(value, engine)
        case Family.UUID:
            return _uuid(value, engine)
        case Family.DATE | Family.DATETIME:
            return _instant(value, col, engine)
        case Family.BINARY:
            return _binary(value, engine)
        case Family.NETWORK:
            return _network(value)
    if engine == "sqlite":
        other = _loose(value)
        return (value,) if other is None else (value, other)
    return (value,)


def _loose(value: Any) -> Any:
    if isinstance(value, int):
        return str(value)
    if (
        isinstance(value, str)
        and value.lstrip("-").isdigit()
        and str(int(value)) == value
        and -(2**63) <= int(value) < 2**63
    ):
        return int(value)
    return None


def text_of(value: Any) -> str:
    """The plain text of a key value, as an engine's cast to text gives it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return str(value)


def _text(value: Any, col: Col, engine: str) -> tuple[Any, ...]:
    if isinstance(value, bytes):
        return ()
    text = text_of(value)
    if "\x00" in text and engine == "postgresql":
        raise StoreError.one(
            "WB320",
            "An identifier holds a NUL character, which PostgreSQL has no way to store or to look for.",
            "Searching without it would answer a question nobody asked.",
            "Correct the identifier and ask again.",
        )
    if col.choices and text not in col.choices:
        return ()
    return (text,)


def _number(value: Any, col: Col) -> tuple[Any, ...]:
    if isinstance(value, str):
        if value.isascii() and value.lstrip("-").isdigit() and str(int(value[:4300])) == value:
            value = int(value)
        elif not col.whole:
            try:
                number = Decimal(value)
            except InvalidOperation:
                return ()
            if not number.is_finite() or str(number) != value:
                return ()
            value = number
        else:
            return ()
    if isinstance(value, Decimal) and value == value.to_integral_value() and abs(value) < 2**70:
        value = int(value)
    if not isinstance(value, int | Decimal | float) or (col.whole and not isinstance(value, int)):
        return ()
    low, high = INT_RANGES.get(col.base, (-(2**63), 2**64))
    return (value,) if not isinstance(value, int) or not col.whole or low <= value <= high else ()


def _boolean(value: Any, engine: str) -> tuple[Any, ...]:
    words = {"true": True, "false": False, "1": True, "0": False, "t": True, "f": False}
    found = value if isinstance(value, bool) else words.get(str(value).lower())
    if found is None:
        return (int(value),) if isinstance(value, int) and engine != "postgresql" else ()
    return (found if engine == "postgresql" else int(found),)


def _uuid(value: Any, engine: str) -> tuple[Any, ...]:
    try:
        found = (
            value if isinstance(value, UUID) else UUID(bytes=value) if isinstance(value, bytes) else UUID(str(value))
        )
    except ValueError:
        return (value,) if engine == "sqlite" else ()
    if engine == "postgresql":
        return (found,)
    if engine == "sqlite":
        spellings = (str(found), found.hex, str(found).upper(), found.bytes)
        return tuple(dict.fromkeys((value, *spellings) if isinstance(value, str | bytes) else spellings))
    return (str(found),)


def _instant(value: Any, col: Col, engine: str) -> tuple[Any, ...]:
    if isinstance(value, int) and engine == "sqlite":
        return (value,)
    if isinstance(value, str):
        if engine == "sqlite":
            return (value,)
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return ()
    if not isinstance(value, date):
        return ()
    if col.family is Family.DATE and isinstance(value, datetime):
        return (value.date(),) if not value.time().replace(tzinfo=None) > datetime.min.time() else ()
    return (
        (value.isoformat(" ") if isinstance(value, datetime) else value.isoformat(),)
        if engine == "sqlite"
        else (value,)
    )


def _binary(value: Any, engine: str) -> tuple[Any, ...]:
    if isinstance(value, UUID):
        return (value.bytes,)
    if isinstance(value, str):
        return (value.encode(), value) if engine == "sqlite" else (value.encode(),)
    return (value,) if isinstance(value, bytes) else ()


def _network(value: Any) -> tuple[Any, ...]:
    try:
        return (str(ipaddress.ip_interface(str(value).strip())),)
    except ValueError:
        return ()


# ------------------------------------------------------------------------------------------------ canonical keys


def key_text(value: Any) -> str:
    """The canonical text of one key column: escaped so that tuples cannot be confused, `\\N` for NULL."""
    if value is None:
        return "\\N"
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    text = text_of(value)
    if "\\" in text or "\t" in text or "\n" in text:
        text = text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
    return text


def line(key: Key) -> str:
    """The canonical text of a key: its columns separated by tabs."""
    return "\t".join([key_text(value) for value in key])


def key_digest(keys: Iterable[Key]) -> str:
    """SHA-256 over the canonical lines of the keys, in order: single whole numbers by value, all else by their bytes."""
    return digest_of([key[0] for key in some] if (some := list(keys)) and len(some[0]) == 1 else some)


def digest_of(keys: Sequence[Any]) -> str:
    """`key_digest` of a list of single values or of tuples."""
    if not keys:
        return sha256(b"").hexdigest()
    if isinstance(keys[0], tuple):
        lines = sorted(line(key).encode() for key in keys)
        return sha256(b"".join(one + b"\n" for one in lines)).hexdigest()
    if all(type(key) is int for key in keys):
        return sha256("".join([f"{key}\n" for key in sorted(keys)]).encode()).hexdigest()
    lines = sorted(key_text(key).encode() for key in keys)
    return sha256(b"".join(one + b"\n" for one in lines)).hexdigest()
