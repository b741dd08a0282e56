"""Whether a new value can be the value of an item: by what kind of item it is, and by the column that is to hold it.

    fit("account.email", "jan@new.example", columns, kinds, today, "NL") -> the sentences that say why not
    worn("compact", "NL91 ABNA 0417 1643 00") -> "NL91ABNA0417164300"

Nothing here shows a value: a sentence says what is wrong with it. What a form makes of a value is the same for the old
value and the new one, which is how a derived copy is told (`iban` and `iban_compact`, `email` and `email_lower`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from waarborg.scan.values import is_iban
from waarborg.state.known import TELEPHONIC
from waarborg.stores.contract import Column, Family
from waarborg.stores.matching import form, phone

OLDEST = 130
"""Years that a person can be old."""
_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}")
_KINDS: tuple[tuple[str, str], ...] = (
    ("email", r"e_?mail"),
    ("phone", "|".join(TELEPHONIC)),
    ("iban", r"iban"),
    ("birth_date", r"birth|geboorte"),
)
"""What the name of an item, or of a kind of identifier, says about its value."""


def kinds_of(names: Iterable[str]) -> frozenset[str]:
    """What these names of items and identifiers say about the value.

    >>> sorted(kinds_of(["billing.invoice_email", "account.phone"]))
    ['email', 'phone']
    """
    last = [name.rpartition(".")[2].lower() for name in names]
    return frozenset(kind for kind, pattern in _KINDS for name in last if re.search(pattern, name))


def unfit(value: str, kinds: Iterable[str], today: date, country: str) -> Iterator[str]:
    """Why a text cannot be the value of an item of these kinds, in sentences without the value."""
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in value):
        yield "It holds a control character."
        return
    for kind in sorted(kinds):
        if value and (says := _CHECKS[kind](value, today, country)):
            yield says


def _email(value: str, today: date, country: str) -> str:
    name, _, _ = value.partition("@")
    well = _EMAIL.fullmatch(value) and len(value) <= 254 and ".." not in value
    return "" if well and not name.startswith(".") and not name.endswith(".") else "It is not an e-mail address."


def _phone(value: str, today: date, country: str) -> str:
    import phonenumbers  # heavy, and needed for few items

    try:
        possible = phonenumbers.is_possible_number(phonenumbers.parse(value[:250], country))
    except phonenumbers.NumberParseException:
        possible = False
    return "" if possible else "It is not a telephone number."


def _iban(value: str, today: date, country: str) -> str:
    return "" if is_iban(value) else "It is not an IBAN: its check digits do not fit."


def _birth(value: str, today: date, country: str) -> str:
    try:
        born = date.fromisoformat(value[:10])
    except ValueError:
        return "It is not a date; write year-month-day."
    if born > today:
        return "It lies in the future."
    return "It is too long ago for a living person." if born.year < today.year - OLDEST else ""


_CHECKS: Mapping[str, Callable[[str, date, str], str]] = {
    "email": _email,
    "phone": _phone,
    "iban": _iban,
    "birth_date": _birth,
}


# ------------------------------------------------------------------------------------------------ columns


def typed(value: str, column: Column) -> tuple[object, str]:
    """The value as this column holds it, and why it cannot: one of the two is empty. An empty text is no value."""
    if column.generated:
        return None, "The database computes this column."
    if value == "":
        if column.nullable:
            return None, ""
        return ("", "") if column.family is Family.TEXT and not column.choices else (None, "It may not be empty.")
    if column.choices and value not in column.choices:
        return None, "The column allows only certain values, and this is none of them."
    read = _READ.get(column.family, str)
    try:
        made = read(value)
    except (ValueError, InvalidOperation):
        return None, f"It does not fit the type of the column ({column.type})."
    if column.family is Family.TEXT and column.length is not None and len(value) > column.length:
        return None, f"It is longer than the {column.length} characters that fit."
    if column.family is Family.BINARY:
        return None, "The column holds bytes, which are not corrected as text."
    return made, ""


def _number(value: str) -> object:
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError
    return int(number) if number == number.to_integral_value() else number


def _truth(value: str) -> bool:
    known = {"true": True, "1": True, "false": False, "0": False}
    if value.lower() not in known:
        raise ValueError
    return known[value.lower()]


_READ: Mapping[Family, Callable[[str], object]] = {
    Family.NUMBER: _number,
    Family.BOOLEAN: _truth,
    Family.DATE: date.fromisoformat,
    Family.DATETIME: datetime.fromisoformat,
}


# ------------------------------------------------------------------------------------------------ derived copies

_HINTS = (
    ("lowercase", r"_(?:lower|lowercase|lc|ci|canonical|normali[sz]ed)$|^lower_"),
    ("uppercase", r"_(?:upper|uppercase|uc)$"),
    ("compact", r"_(?:compact|bare|plain|stripped)$"),
    ("digits", r"_digits$"),
    ("phone", r"_e164$"),
)
_SIMPLE = ("compact", "lowercase", "uppercase", "digits", "phone")


def worn(name: str, text: str, country: str = "NL") -> str:
    """A text in a form.

    >>> worn("lowercase", "An@X.example"), worn("compact", "NL91 ABNA"), worn("phone", "06 12345678")
    ('an@x.example', 'NL91ABNA', '+31612345678')
    """
    match name:
        case "lowercase":
            return text.lower()
        case "uppercase":
            return text.upper()
        case "trim":
            return text.strip()
        case "compact":
            return "".join(text.split())
        case "digits":
            return "".join(sign for sign in text if sign in "0123456789")
        case "phone":
            return phone(text, country) or text
        case _:
            return unicodedata.normalize("NFC", text)


def wear(forms: Iterable[str], text: str, country: str = "NL") -> str:
    """A text in several forms, one after the other."""
    for name in forms:
        text = worn(name, text, country)
    return text


def hinted(column: str) -> tuple[str, ...]:
    """The form that a column's name speaks of: `email_lower`, `iban_compact`."""
    return tuple(name for name, pattern in _HINTS if re.search(pattern, column.lower()))[:1]


def derived(column: str, old: str, cells: Iterable[object], new: str, country: str) -> tuple[str, ...] | None:
    """How a column's copy is made from the value: from its name, else from what it makes of the old value.

    None where two ways explain what is there and would make different copies of the new value.
    """
    if hint := hinted(column):
        return hint
    held = {text for cell in cells if (text := form(cell)) is not None}
    if not held or old in held:
        return ()
    ways = [(name,) for name in _SIMPLE if {worn(name, old, country)} == held]
    made = {wear(way, new, country) for way in ways}
    if len(made) > 1:
        return None
    return ways[0] if ways else ()


def spellings(value: str, country: str = "NL") -> tuple[str, ...]:
    """The ways in which a copy of a value may be written: as it is, and in each simple form."""
    made = [value, *(worn(name, value, country) for name in _SIMPLE)]
    whole = phone(value, country) if sum(sign.isdigit() for sign in value) >= 7 and "@" not in value else None
    if whole and whole.startswith("+31"):
        made.append("0" + whole[3:])
    return tuple(dict.fromkeys(one for one in made if len(one) > 1 or one == value))
