"""What is inside a cell, decided in Python: normal forms, whole words, keys inside documents, coarser values, codes."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from waarborg.stores.contract import How, Inside

SPACES = " \t\n\r\f\v\u00a0"
"""What `trim` takes off both ends, on every engine."""
LARGEST = 4_000_000
"""Documents longer than this (characters) are not parsed but searched as text."""


def normalised(value: str, steps: Sequence[str], country: str = "NL") -> str | None:
    """The value in its declared normal form; None when it has none (not a telephone number)."""
    for step in steps:
        if step == "lowercase":
            value = value.lower()
        elif step == "trim":
            value = value.strip(SPACES)
        elif step == "digits":
            value = re.sub("[^0-9]", "", value)
        elif step == "nfc":
            value = unicodedata.normalize("NFC", value)
        elif step == "phone":
            number = _phone(value, country)
            if number is None:
                return None
            value = number
    return value


def _phone(value: str, country: str) -> str | None:
    import phonenumbers

    try:
        number = phonenumbers.parse(value, country)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def words_pattern(words: Sequence[str]) -> re.Pattern[str]:
    """A pattern that finds any of the words, whole and in any case."""
    some = sorted((word for word in words if word), key=len, reverse=True)
    if not some:
        return re.compile(r"(?!)")
    return re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(word) for word in some)})(?!\w)", re.IGNORECASE)


def holds(how: How, wanted: frozenset[str]) -> Callable[[str], bool]:
    """A test whether a cell holds one of the wanted keys (already normalised and templated), as `how` says."""

    def one(text: str) -> bool:
        form = normalised(text, how.normalise, how.phone_country)
        return form is not None and form in wanted

    inside = how.inside
    if inside is Inside.WHOLE:
        return one
    if inside is Inside.LIST:
        separator = how.path or ","
        return lambda cell: any(one(part.strip()) for part in cell.split(separator))
    reader = {Inside.JSON: _json, Inside.YAML: _yaml, Inside.SERIALISED: _serialised}[inside]
    return lambda cell: any(one(text) for text in reader(cell, how.path))


def _json(cell: str, path: str) -> Iterator[str]:
    if len(cell) > LARGEST:
        return
    try:
        document = json.loads(cell)
    except ValueError:
        return
    yield from _leaves(document, path)


def _yaml(cell: str, path: str) -> Iterator[str]:
    if len(cell) > LARGEST or ("&" in cell and "*" in cell and cell.count("*") > 100):
        return
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        # Language tags (Ruby, Python objects) say nothing about keys: without them the base loader reads plain text.
        document = YAML(typ="base", pure=True).load(re.sub(r"(?m)(?<=[\s:-])!\S+|^!\S+", "", cell))
    except (YAMLError, ValueError):
        return
    yield from _leaves(document, path)


def _serialised(cell: str, path: str) -> Iterator[str]:
    """Scalars of PHP serialisation, and otherwise every run of word characters."""
    if re.match(r"^(a|O|s|i|b|d|N)[:;]", cell):
        for number, text in re.findall(r'(?:^|[;{])(?:i|d):([^;]*);|s:\d+:"((?:[^"]|"(?!;))*)";', cell):
            yield number or text
        return
    yield from re.findall(r"[^\s\"';:,{}\[\]()<>\x00-\x1f]+", cell)


def _leaves(document: Any, path: str) -> Iterator[str]:
    """Scalars at a path (`$.owner.id`, `owner.id`, `owners[*].id`), or at any depth when the path is empty."""
    found = [document]
    for part in [one for one in re.split(r"[.\[\]]+", path.removeprefix("$")) if one]:
        deeper: list[Any] = []
        for value in found:
            if isinstance(value, list):
                if part == "*":
                    deeper += value
                elif part.lstrip("-").isdigit():
                    deeper += value[int(part) : int(part) + 1]
                else:
                    deeper += [item[part] for item in value if isinstance(item, dict) and part in item]
            elif isinstance(value, dict):
                deeper += list(value.values()) if part == "*" else [value[part]] if part in value else []
        found = deeper
    stack = found
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            # At any depth a key of the document may itself be the reference ({"17": …}).
            stack += list(value.values()) + ([] if path else list(value))
        elif isinstance(value, list):
            stack += value
        elif value is not None and not isinstance(value, bool):
            yield str(value)


def coarse(value: Any, how: str) -> Any:
    """A less exact value: the first day of the year or month, or the network of an address; None if it is neither."""
    if value is None:
        return None
    if how == "ip":
        try:
            address = ipaddress.ip_address(str(value).strip())
        except ValueError:
            return None
        keep = 24 if address.version == 4 else 48
        return str(ipaddress.ip_network((address, keep), strict=False).network_address)
    if isinstance(value, int | float):
        return _coarse_epoch(value, how)
    found = re.match(r"(\d{4})-(\d{2})-\d{2}(.*)", str(value), re.S)
    if not found:
        return None
    rest = re.sub(r"[1-9]", "0", found[3].partition("+")[0].removesuffix("Z"))
    zone = found[3][len(rest) :]
    return f"{found[1]}-{found[2] if how == 'month' else '01'}-01{rest}{zone}"


def _coarse_epoch(value: int | float, how: str) -> int:
    """Seconds (or milliseconds) since 1970 to those of the first of the year or month, in UTC."""
    from datetime import UTC, datetime

    scale = 1000 if abs(value) > 100_000_000_000 else 1
    moment = datetime.fromtimestamp(value / scale, UTC)
    first = moment.replace(
        month=moment.month if how == "month" else 1, day=1, hour=0, minute=0, second=0, microsecond=0
    )
    return int(first.timestamp()) * scale


def coded(value: Any, secret: bytes) -> str:
    """HMAC-SHA-256 of the value's text, hexadecimal."""
    data = value if isinstance(value, bytes) else str(value).encode()
    return hmac.new(secret, data, hashlib.sha256).hexdigest()
