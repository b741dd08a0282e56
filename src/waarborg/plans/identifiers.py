"""The words that a leftover scan looks for: everything that was known to name these people when the plan was made.

    words = frozen_words(world, sealed, country="NL")
    words.needles          # every spelling, for `Store.search`
    words.of[hit.needle]   # which identifier a spelling belongs to

Identifiers come from what was given, and from the identifier columns of their rows, sealed with the plan (seeds
`frozen:identifiers:…`). Telephone and account numbers are looked for in the spellings people write them in. Words that
would hit everybody are left out and counted: fewer than `SHORTEST` characters, fewer than `FEWEST_DIGITS` digits and
nothing else, and the kinds in `COMMON`.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from waarborg.datamap.model import Identifier, SubjectDecl
from waarborg.plans.model import Sealed
from waarborg.plans.resolve import World
from waarborg.stores.contract import Seeds
from waarborg.stores.matching import form, phone

SHORTEST = 4
"""Words of fewer characters are not searched: they stand in every text."""
FEWEST_DIGITS = 6
"""Whole numbers of fewer digits are not searched: they are everybody's."""
COMMON = frozenset({"first_name", "birth_date", "city", "postcode"})
"""Kinds of identifier that say nothing about one person in a text."""
KEY = "key"
"""The kind under which the key of a row is given."""
IDENTIFIERS = "frozen:identifiers:"
"""The seeds that hold the identifier columns of their rows, as they were when the plan was made."""

_NUMBER = re.compile(r"(?:\+|0)[0-9 ()./-]{7,24}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


@dataclass(frozen=True, slots=True)
class FrozenWords:
    """What is looked for. Personal: nothing of it is ever shown."""

    needles: tuple[str, ...] = field(repr=False)
    """Every spelling of every word."""
    of: tuple[int, ...] = field(repr=False)
    """For each needle the index of its word."""
    words: tuple[str, ...] = field(repr=False)
    kinds: tuple[frozenset[str], ...] = field(repr=False)
    """For each word the kinds of identifier that it is."""
    left_out: int = 0
    """Identifiers that are too short or too common to be searched."""

    def __repr__(self) -> str:
        return f"FrozenWords({len(self.words)} hidden, {self.left_out} left out)"


def frozen_words(world: World, sealed: Sealed, country: str = "NL") -> FrozenWords:
    """The words that name the people of a plan, each once, in every spelling. `country` is that of national numbers."""
    found: dict[str, tuple[str, set[str], bool]] = {}
    for kind, value, is_phone in identifiers_of(world, sealed):
        text = unicodedata.normalize("NFC", value).strip()
        if text:
            word, kinds, numbered = found.get(folded(text), (text, set(), False))
            found[folded(text)] = (word, kinds | {kind}, numbered or is_phone)
    needles: list[str] = []
    of: list[int] = []
    words: list[str] = []
    kinds_of: list[frozenset[str]] = []
    left_out = 0
    for text, kinds, numbered in found.values():
        if not worth_searching(text) or kinds <= COMMON:
            left_out += 1
            continue
        spellings = list(dict.fromkeys(spelled(text, country if numbered or _is_number(text) else "")))
        needles += spellings
        of += [len(words)] * len(spellings)
        words.append(text)
        kinds_of.append(frozenset(kinds))
    return FrozenWords(tuple(needles), tuple(of), tuple(words), tuple(kinds_of), left_out)


def folded(text: str) -> str:
    """A word as the scan compares it: composed, without regard to case."""
    return unicodedata.normalize("NFC", text).strip().lower()


def worth_searching(text: str) -> bool:
    """Whether a word is long enough to be somebody's.

    >>> worth_searching("Bos"), worth_searching("10427"), worth_searching("104270"), worth_searching("Smit")
    (False, False, True, True)
    """
    return len(text) >= SHORTEST and not (text.isdecimal() and len(text) < FEWEST_DIGITS)


def spelled(text: str, country: str = "") -> Iterator[str]:
    """A word in the spellings it may have: as it is, in HTML, and for numbers national, international and in groups.

    >>> list(spelled("+31612345678", "NL"))[-4:]
    ['0031612345678', '0612345678', '06-12345678', '06 12345678']
    >>> list(spelled("NL91ABNA0417164300"))[-1]
    'NL91 ABNA 0417 1643 00'
    """
    yield text
    if (escaped := html.escape(text)) != text:
        yield from (escaped, escaped.replace("&#x27;", "&#39;"), escaped.replace("&#x27;", "&apos;"))
    compact = "".join(text.split())
    if _IBAN.fullmatch(compact.upper()):
        yield compact
        yield " ".join(compact[at : at + 4] for at in range(0, len(compact), 4))
    elif country and (whole := phone(text, country)):
        yield from _telephone(whole.partition(";")[0], text)


def _telephone(whole: str, text: str) -> Iterator[str]:
    """The ways in which people write a telephone number, from its international form."""
    import phonenumbers  # heavy, and needed for few identifiers

    number = phonenumbers.parse(whole)
    yield whole
    yield "00" + whole[1:]
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    digits = re.sub(r"\D", "", national)
    yield digits
    for style in (phonenumbers.PhoneNumberFormat.NATIONAL, phonenumbers.PhoneNumberFormat.INTERNATIONAL):
        grouped = phonenumbers.format_number(number, style)
        yield from (grouped, grouped.replace(" ", "-"), grouped.replace("-", " "))
    for split in (2, 3, 4):
        if digits.startswith("0"):
            yield from (f"{digits[:split]}-{digits[split:]}", f"{digits[:split]} {digits[split:]}")


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


# ------------------------------------------------------------------------------------------------ where they come from


def identifiers_of(world: World, sealed: Sealed) -> Iterator[tuple[str, str, bool]]:
    """Kind and value of every identifier that was given, or stood in their rows; whether it is a telephone number."""
    for person in sealed.people:
        for kind, value in person.identifiers.items():
            yield kind, value, _telephonic(kind)
    for table in world.tables.values():
        subject = table.decl.subject
        seeds = sealed.seeds.get(table.decl.store, Seeds())
        if subject is None:
            continue
        columns = frozen_columns(subject)
        for row in seeds.get(f"{IDENTIFIERS}{table.name}", ()):
            yield from named_by(subject, dict(zip(columns, row, strict=True)))
        for one in subject.identifiers:
            for row in seeds.get(f"{IDENTIFIERS}{table.name}:{one.kind}", ()) if one.table else ():
                yield from _named(one, row)


def frozen_columns(subject: SubjectDecl) -> tuple[str, ...]:
    """The identifying columns of a table of people, each once, in the order of the map."""
    return tuple(dict.fromkeys(subject.identifying))


def named_by(
    subject: SubjectDecl, row: Mapping[str, object], holder: Identifier | None = None
) -> Iterator[tuple[str, str, bool]]:
    """What a row of a table of people, or of the table that holds one of their identifiers, says about who it is."""
    for one in (holder,) if holder else subject.identifiers:
        if holder or not one.table:
            yield from _named(one, [row[name] for name in one.columns])


def _named(identifier: Identifier, values: Iterable[object]) -> Iterator[tuple[str, str, bool]]:
    texts = [text for value in values if (text := _text(value))]
    if texts and texts[0] not in {str(one) for one in identifier.nobody}:
        yield identifier.kind, " ".join(texts), "phone" in identifier.normalise or _telephonic(identifier.kind)


def _text(value: object) -> str:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "replace")
    return form(value) or ""


def _telephonic(kind: str) -> bool:
    return any(part in kind for part in ("phone", "mobile", "telefoon"))
