"""Which values can be in a column at all, and how a column of that type would hold them."""

from __future__ import annotations

import ipaddress
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from waarborg.errors import StoreError
from waarborg.stores.contract import Family
from waarborg.stores.matching import form
from waarborg.stores.sql.facts import INT_RANGES, Col

_LONGEST_NUMBER = 100


def text_of(value: Any) -> str:
    """The form of a value that is not NULL."""
    return form(value) or ""


def coerce(value: Any, col: Col, engine: str) -> tuple[Any, ...]:
    """The value as the column would hold it; nothing when no row can hold it. Text meets a number only both ways round.

    A SQLite column may hold a value in more than one spelling, so there can be several.
    """
    if value is None:
        return ()
    if isinstance(value, bool) and col.family is not Family.BOOLEAN:
        value = int(value)
    match col.family:
        case Family.TEXT | Family.JSON:
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
    """The other spelling of a value in a SQLite column without a type."""
    if isinstance(value, int):
        return str(value)
    number = _whole(value)
    return number if number is not None and -(2**63) <= number < 2**63 else None


def _whole(value: Any) -> int | None:
    """The whole number a text is exactly the spelling of."""
    if not isinstance(value, str) or len(value) > _LONGEST_NUMBER or not value.lstrip("-").isdecimal():
        return None
    try:
        number = int(value)
    except ValueError:
        return None
    return number if str(number) == value else None


def _text(value: Any, col: Col, engine: str) -> tuple[Any, ...]:
    text = text_of(value)
    if "\x00" in text and engine == "postgresql":
        raise StoreError.one(
            "WB334",
            "An identifier holds a NUL character, which PostgreSQL has no way to store or to look for.",
            "Searching without it would answer a question nobody asked.",
            "Correct the identifier and ask again.",
        )
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return ()
    if col.choices and text not in col.choices:
        return ()
    return (text,)


def _number(value: Any, col: Col) -> tuple[Any, ...]:
    if isinstance(value, str):
        number = _whole(value)
        value = _fraction(value) if number is None and not col.whole else number
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value() and abs(value) < 2**70:
        value = int(value)
    if not isinstance(value, int | Decimal | float) or (col.whole and not isinstance(value, int)):
        return ()
    low, high = INT_RANGES.get(col.base, (-(2**63), 2**63 - 1 if col.whole else 2**70))
    if isinstance(value, int) and (col.whole or abs(value) >= 2**63) and not low <= value <= high:
        return ()
    return (value,)


def _fraction(value: str) -> Decimal | None:
    """The decimal a text is exactly the form of."""
    try:
        number = Decimal(value) if len(value) <= _LONGEST_NUMBER else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() and form(number) == value else None


def _boolean(value: Any, engine: str) -> tuple[Any, ...]:
    found = {"1": True, "0": False}.get(text_of(value))
    if found is None:
        return (value,) if isinstance(value, int) and engine != "postgresql" else ()
    return (found if engine == "postgresql" else int(found),)


def _uuid(value: Any, engine: str) -> tuple[Any, ...]:
    if engine == "sqlite":
        # Applications keep them in full, without hyphens or as bytes: a reference is compared as it is stored.
        return (str(value), value.hex, value.bytes) if isinstance(value, UUID) else (value,)
    try:
        found = value if isinstance(value, UUID) else UUID(text_of(value))
    except ValueError:
        return ()
    if str(found) != text_of(value):
        return ()
    return (found,) if engine == "postgresql" else (str(found),)


def _instant(value: Any, col: Col, engine: str) -> tuple[Any, ...]:
    if engine == "sqlite":
        if isinstance(value, datetime):
            return (value.isoformat(" "), value.isoformat())
        return (value.isoformat(),) if isinstance(value, date) else (value,)
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value) if col.family is Family.DATETIME else date.fromisoformat(value)
        except ValueError:
            return ()
        return (found,) if form(found) == value else ()
    if not isinstance(value, date):
        return ()
    if col.family is Family.DATE and isinstance(value, datetime):
        return (value.date(),) if value.time() == datetime.min.time() else ()
    if col.family is Family.DATETIME and not isinstance(value, datetime):
        return (datetime(value.year, value.month, value.day),)
    return (value,)


def _binary(value: Any, engine: str) -> tuple[Any, ...]:
    data = value if isinstance(value, bytes) else text_of(value).encode("utf-8", "surrogateescape")
    return (data, value) if engine == "sqlite" and isinstance(value, str) else (data,)


def _network(value: Any) -> tuple[Any, ...]:
    try:
        found = ipaddress.ip_interface(str(value))
    except ValueError:
        return ()
    return (str(found),)
