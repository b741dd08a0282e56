"""When are two values the same key, and what is the text of a key? Pure helpers that every connector shares.

**Forms.** Two values are held against each other by their *form*: a text that a value has exactly one of. Whole numbers
are decimal, `True` is `1`, a decimal loses its trailing zeros, a UUID is lower-case, dates are ISO 8601, text stands as
it is, bytes are read as UTF-8. Text therefore meets a number only where the cast round-trips (`"5"` is 5; `"05"`,
`" 5"` and `"5abc"` are not), and NULL has no form at all.

**The digest of keys** (`Reading.digest`, `StepDone.digest`). One line for each row: the fields of its key, joined with
`|`. A field is its form (bytes in hexadecimal instead), with `\\` written `\\\\`, `|` written `\\|`, a newline `\\n`,
and NULL written `\\N`. The lines are sorted by their UTF-8 bytes, each is ended by one newline, and the digest is the
SHA-256 over all of it, in hexadecimal. No rows give the digest of nothing. In SQL that is
`string_agg(line || E'\\n', '' ORDER BY line COLLATE "C")`, hashed. A row without a key is known by all its columns, in
the order of the table.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface, ip_address, ip_interface
from uuid import UUID

from waarborg.stores.contract import EXACT, How, Inside, Key
from waarborg.stores.decoding import readings, refolded, scalars_inside

NORMALISERS = ("lowercase", "trim", "digits", "phone", "nfc")
"""What `How.normalise` may name."""

BLANKS = " \t\r\n"
"""What `trim` takes off, at both ends: the blanks that every engine can be asked to trim."""


# ------------------------------------------------------------------------------------------------ forms


def form(value: object) -> str | None:
    """The one text of a value, or None for NULL (and for what is not a number).

    >>> form(5), form("05"), form(Decimal("2.50")), form(True), form(None)
    ('5', '05', '2.5', '1', None)
    """
    match value:
        case None:
            return None
        case str():
            return str(value)
        case bool() | int():
            return str(int(value))
        case float() | Decimal():
            return _decimal(Decimal(repr(value)) if isinstance(value, float) else value)
        case datetime():
            return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
        case date() | time():
            return value.isoformat()
        case bytes() | bytearray() | memoryview():
            return bytes(value).decode("utf-8", "surrogateescape")
        case _:
            return str(value)  # UUID is lower-case already; addresses of the engine print themselves


def _decimal(value: Decimal) -> str | None:
    if not value.is_finite():
        return None
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def normalised(text: str | None, how: How) -> str | None:
    """The text after every normalisation of `how`, in order; None when nothing is left that could be a key.

    >>> normalised(" Jan@X.example ", How(normalise=("trim", "lowercase")))
    'jan@x.example'
    >>> normalised("0171 2345678", How(normalise=("phone",), phone_country="DE"))
    '+491712345678'
    """
    for step in how.normalise:
        if text is None:
            return None
        text = _normalise_once(text, step, how.phone_country)
    return text


def _normalise_once(text: str, step: str, country: str) -> str | None:
    match step:
        case "lowercase":
            return text.lower()
        case "trim":
            return text.strip(BLANKS)
        case "digits":
            return "".join(sign for sign in text if sign in "0123456789") or None
        case "nfc":
            return unicodedata.normalize("NFC", text)
        case "phone":
            return phone(text, country)
        case _:
            raise ValueError(step)  # a program is checked before any value is looked at


def phone(text: str, country: str = "NL") -> str | None:
    """A telephone number in the form of E.164 (`+31201234567`, an extension as `;ext=5`), or None if it is not one."""
    import phonenumbers  # heavy, and needed for few columns

    if len(text) > 250:
        return None
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    spelled: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return spelled + (f";ext={number.extension}" if number.extension else "")


def key_form(value: object, how: How = EXACT) -> str | None:
    """The form of a key: a seed's value, or the referred side of a link."""
    return normalised(form(value), how)


def cell_forms(cell: object, how: How = EXACT) -> frozenset[str]:
    """The forms of all keys that stand in a cell of the referring side. Empty for NULL.

    The key is what the template leaves over: the text around it is compared as it is, the key itself normalised.

    >>> sorted(cell_forms("3, 17,20", How(inside=Inside.LIST, path=",")))
    ['17', '20', '3']
    >>> sorted(cell_forms('{"to": [{"id": 5}]}', How(inside=Inside.JSON, path="to.*.id")))
    ['5']
    """
    if cell is None:
        return frozenset()
    if how.inside is Inside.WHOLE:
        found: Iterable[object] = (cell,)
    elif how.inside is Inside.LIST and isinstance(cell, list | tuple):
        found = cell  # an array of the engine
    elif how.inside is Inside.LIST:
        found = (part.strip(BLANKS) for part in (form(cell) or "").split(how.path or ","))
    else:
        found = scalars_inside(cell, how.inside, how.path)
    forms = (normalised(_without_template(form(one), how.template), how) for one in found)
    return frozenset(one for one in forms if one is not None)


def _without_template(text: str | None, template: str) -> str | None:
    """What stands in place of `{}`, or None where the text around it differs."""
    if text is None or template == "{}":
        return text
    before, _, after = template.partition("{}")
    if len(text) < len(before) + len(after) or not text.startswith(before) or not text.endswith(after):
        return None
    return text[len(before) : len(text) - len(after)]


def same(cells: Sequence[object], key: Sequence[object], how: How = EXACT) -> bool:
    """Whether the cells of one row hold the key, on **all** columns. NULL on either side never matches."""
    for cell, value in zip(cells, key, strict=True):
        wanted = key_form(value, how)
        if wanted is None or wanted not in cell_forms(cell, how):
            return False
    return True


# ------------------------------------------------------------------------------------------------ keys


def key_line(key: Sequence[object]) -> str:
    """The line of one key in the digest of keys, without its newline."""
    return "|".join(map(_field, key))


def _field(value: object) -> str:
    text = bytes(value).hex() if isinstance(value, bytes | bytearray | memoryview) else form(value)
    if text is None:
        return "\\N"
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", "\\n")


def keys_digest(keys: Iterable[Sequence[object]]) -> str:
    """The digest of keys, in whatever order they come.

    >>> keys_digest([(2, "b"), (10, "a")]) == keys_digest([(10, "a"), (2, "b")])
    True
    """
    return lines_digest(map(key_line, keys))


def lines_digest(lines: Iterable[str]) -> str:
    """The digest of key lines, for engines that make the lines themselves."""
    whole = hashlib.sha256()
    for line in sorted(one.encode("utf-8", "surrogateescape") for one in lines):
        whole.update(line + b"\n")
    return whole.hexdigest()


def keyed_text(template: str, key: Key) -> str:
    """The text that `Keyed` writes: the fields of the key, joined with `-`, in place of `{}`."""
    return template.replace("{}", "-".join(form(value) or "" for value in key))


# ------------------------------------------------------------------------------------------------ words


class Words:
    """Words (or whole names, addresses, numbers) to be looked for in many texts, in one pass over each text.

    A word stands *whole* where no letter, digit or underscore touches it; an address with an `@` also not where it is
    the end or the beginning of a longer address (`a.jan@x.example`, `jan@x.example.org`). Beside a word that can hardly
    be part of another (with a digit or a blank in it) an underscore may stand: `Rota_of_jdevries7`. `fold` compares in
    any case and in NFC. Costs one look-up for each word of the text, however many words are looked for.
    """

    __slots__ = ("_by_token", "_fold", "_odd", "words")

    def __init__(self, words: Iterable[str], *, fold: bool = True) -> None:
        self.words = tuple(words)
        self._fold = fold
        self._by_token: dict[str, list[tuple[int, str, int]]] = {}
        self._odd: list[tuple[int, str]] = []
        for index, word in enumerate(self.words):
            spelled = self.spelled(word)
            token = _TOKEN.search(spelled)
            if token:
                self._by_token.setdefault(token.group(), []).append((index, spelled, token.start()))
            elif spelled:
                self._odd.append((index, spelled))

    def __repr__(self) -> str:
        return f"Words({len(self.words)} hidden)"

    def spelled(self, text: str) -> str:
        """The text as it is compared."""
        return unicodedata.normalize("NFC", text).lower() if self._fold else text

    def found(self, text: str) -> frozenset[int]:
        """The indexes of the words that stand in the text."""
        text = self.spelled(text)
        hits = {index for index, word in self._odd if word in text}
        if self._by_token.keys().isdisjoint(_TOKEN.findall(text)):  # nearly every cell: half the time of looking closer
            return frozenset(hits)
        for token in _TOKEN.finditer(text):
            for index, word, offset in self._by_token.get(token.group(), ()):
                start = token.start() - offset
                if index in hits or start < 0 or not text.startswith(word, start):
                    continue
                if _stands_whole(text, start, start + len(word), word):
                    hits.add(index)
        return frozenset(hits)

    def whole(self, text: str) -> frozenset[int]:
        """The indexes of the words that are the whole text."""
        text = self.spelled(text.strip(BLANKS))
        return frozenset(index for index, word in enumerate(self.words) if self.spelled(word) == text)


_TOKEN = re.compile(r"[^\W_]+")
_ADDRESS_BEFORE = re.compile(r"\w[.+%'-]")
_ADDRESS_AFTER = re.compile(r"[.-]\w")
_PECULIAR = re.compile(r"[0-9 ]")


def _stands_whole(text: str, start: int, end: int, word: str) -> bool:
    """Whether nothing word-like touches text[start:end]. A boundary counts only on the side where the word has one."""
    joins = _PECULIAR.search(word) is None
    if start and _wordy(text[start]) and _wordy(text[start - 1], joins):
        return False
    if end < len(text) and _wordy(text[end - 1]) and _wordy(text[end], joins):
        return False
    if "@" in word:
        return not (_ADDRESS_BEFORE.fullmatch(text[max(start - 2, 0) : start]) or _ADDRESS_AFTER.match(text, end))
    return True


def _wordy(sign: str, joins: bool = True) -> bool:
    return sign.isalnum() or (joins and sign == "_")


_NUMBER_RUN = re.compile(r"\+?[0-9(][0-9 ()./-]{2,38}[0-9]")


def mentions(text: str | None, words: Iterable[object], how: How = EXACT) -> bool:
    """Whether one of the words stands whole in the text, in any case, after the normalisation of both.

    With `digits` or `phone` the runs of digits in the text are compared instead, each as a number. What is mentioned
    in any case is what `redacted` replaces in any case.
    """
    if text is None:
        return False
    if how.inside is Inside.ENCODED:
        plain = replace(how, inside=Inside.WHOLE)
        return any(mentions(one, words, plain) for _, one in readings(text))
    wanted = {one for one in (key_form(word, how) for word in words) if one}
    if {"digits", "phone"} & set(how.normalise):
        return any(normalised(run, how) in wanted for run in _NUMBER_RUN.findall(text))
    spelled = normalised(text, how)
    return spelled is not None and bool(Words(wanted).found(spelled))


# ------------------------------------------------------------------------------------------------ new values


def redacted(text: str, words: Iterable[object], replacement: str, length: int | None = None) -> str:
    """The text with every word replaced, in any case, longest word first; cut to `length` characters.

    >>> redacted("Jan and jan@x.example; Janneke", ["Jan", "jan@x.example"], "someone")
    'someone and someone; Janneke'
    """
    spellings: set[str] = set()
    for word in words:
        plain = form(word)
        if plain:
            spellings |= {plain, unicodedata.normalize("NFC", plain), unicodedata.normalize("NFD", plain)}
    if not spellings:
        return text
    either = "|".join(re.escape(one) for one in sorted(spellings, key=len, reverse=True))
    whole = "".join(_replace_whole(text, re.compile(either, re.IGNORECASE), replacement))
    return whole if length is None else whole[:length]


def redacted_inside(cell: object, words: Iterable[object], replacement: str, length: int | None = None) -> object:
    """`redacted` for a cell that may be compressed or in base64; a cell that would grow too long becomes empty."""
    known = list(words)
    raw = bytes(cell) if isinstance(cell, bytes | bytearray | memoryview) else str(cell).encode()
    made = refolded(raw, lambda text: redacted(text, known, replacement))
    if length is not None and len(made) > length:
        made = b""
    return made.decode("utf-8", "replace") if isinstance(cell, str) else made


def _replace_whole(text: str, pattern: re.Pattern[str], replacement: str) -> Iterator[str]:
    done = position = 0
    while hit := pattern.search(text, position):
        if _stands_whole(text, hit.start(), hit.end(), hit.group()):
            yield text[done : hit.start()]
            yield replacement
            done = position = hit.end()
        else:
            position = hit.start() + 1
    yield text[done:]


def coarsened(value: object, how: str) -> object:
    """A less exact value (`Coarsen`): `year` or `month` gives the first day, `ip` the network. NULL stays NULL.

    Text in ISO 8601 stays text. What cannot be read as a date or address becomes None: it must not stay.

    >>> coarsened(date(2026, 5, 17), "year"), coarsened("192.0.2.77", "ip"), coarsened("2001:db8:1:2::9", "ip")
    (datetime.date(2026, 1, 1), '192.0.2.0', '2001:db8:1::')
    """
    if value is None:
        return None
    return _coarse_address(value) if how == "ip" else _coarse_date(value, how)


def _coarse_date(value: object, how: str) -> object:
    if isinstance(value, datetime):
        value = value.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return value.replace(month=1) if how == "year" else value
    if isinstance(value, date):
        return value.replace(month=1, day=1) if how == "year" else value.replace(day=1)
    text = form(value) or ""
    if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is None:
        return None
    return f"{text[:4]}-01-01" if how == "year" else f"{text[:7]}-01"


def _coarse_address(value: object) -> object:
    try:
        if isinstance(value, IPv4Interface | IPv6Interface) or "/" in str(value):
            interface = ip_interface(str(value))
            cut = _network(interface.ip)
            return type(interface)(f"{cut}/{interface.network.prefixlen}") if not isinstance(value, str) else str(cut)
        cut = _network(ip_address(str(value).strip(BLANKS)))
    except ValueError:
        return None
    return str(cut) if isinstance(value, str) else cut


def _network(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    bits = 8 if isinstance(address, IPv4Address) else 80
    return type(address)(int(address) >> bits << bits)


def coded(value: object, secret: object, length: int | None = None) -> str | None:
    """The keyed code of a value (`Coded`): HMAC-SHA-256 over its form, hexadecimal, cut to the length."""
    text = form(value)
    if text is None:
        return None
    key = secret if isinstance(secret, bytes) else (form(secret) or "").encode()
    return hmac.new(key, text.encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()[:length]


def is_uuid(text: str) -> bool:
    """Whether a text is the lower-case spelling of a UUID."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


# ------------------------------------------------------------------------------------------------ constants

OPERATORS = ("=", "<", "<=", ">", ">=", "in", "null", "starts", "coarse")
"""What `Compare.op` may be."""


def compares(cell: object, op: str, values: Sequence[object]) -> bool:
    """Whether a cell compares with constants (`Compare`). NULL compares with nothing; text orders by code point.

    >>> compares(5, "in", ("5", 7)), compares(None, "=", (None,)), compares(datetime(2026, 5, 1), "<=", (date.max,))
    (True, False, True)
    """
    if op == "null":
        return cell is None
    if cell is None:
        return False
    if op in ("=", "in"):
        return any(value is not None and _equal(cell, value) for value in values)
    if op == "starts":
        return str(form(cell)).startswith(form(values[0]) or "\0")
    if op == "coarse":
        return form(coarsened(cell, str(values[0]))) == form(cell)
    return _ordered(cell, op, values[0])


def _equal(cell: object, value: object) -> bool:
    if isinstance(cell, date) and isinstance(value, date):
        return _instant(cell) == _instant(value)
    return form(cell) == form(value)


def _ordered(cell: object, op: str, value: object) -> bool:
    """Order within one family of values; values of different families have none."""
    left: object
    right: object
    if isinstance(cell, date) and isinstance(value, date):
        left, right = _instant(cell), _instant(value)
    elif any(isinstance(cell, kind) and isinstance(value, kind) for kind in (int | float | Decimal, bytes)):
        left, right = cell, value
    elif isinstance(cell, str | UUID) and isinstance(value, str):
        left, right = str(cell), value
    else:
        return False
    if op == "=":
        return bool(left == right)
    below, above = bool(left < right), bool(left > right)  # type: ignore[operator]
    return {"<": below, "<=": not above, ">": above, ">=": not below}[op]


def day_of(value: object) -> date | None:
    """The calendar day of a cell: of a date, an instant, its text, or seconds since 1970 (UTC).

    >>> day_of(datetime(2026, 5, 1, 12)), day_of("2026-05-01 12:00"), day_of(None)
    (datetime.date(2026, 5, 1), datetime.date(2026, 5, 1), None)
    """
    if value is None or value == "":
        return None
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    if isinstance(value, int | float | Decimal):
        return datetime.fromtimestamp(float(value), UTC).date()
    return date.fromisoformat(str(value)[:10])


def _instant(value: date) -> datetime:
    """A date is its first instant; what has no zone is taken to be in UTC."""
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    return value if value.tzinfo else value.replace(tzinfo=UTC)
