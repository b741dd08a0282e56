"""The words of notices, answers and letters: a text by its name, filled in, in one language and one form of address.

    say = Say.of(policy, "nl")
    say("retention.erase")                     "Daarna wissen wij ze."
    say("purpose.group", number="tien")        "Wij kijken alleen naar groepen van minstens tien mensen."
    say.period(Period(months=84))              "zeven jaar"

Texts are ours and are filled in once: what is put into them (a name, a policy's own words) is never read as a text
again, so a name that looks like a template is a name (attack 48).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources

from waarborg.clock import Period
from waarborg.errors import UsageError, WaarborgError, near_miss
from waarborg.policy.model import Policy
from waarborg.policy.values import Money
from waarborg.policy.walk import texts

LANGUAGES = ("nl", "en", "fr")
SLOT = re.compile(r"\{(\w+)\}|\[([^\[\]|]*)\|([^\[\]|]*)\]")
"""A place to fill in, or a choice between the two Dutch forms of address."""
CITED = re.compile(r"(?P<code>[A-Z]\w{1,5})\s+(?:art\.?\s*)?(?P<number>[\d:.]+\w*)")
GDPR = re.compile(r"Art\.\s*(?P<number>\d+)(?:\((?P<paragraph>\d+)\))?(?:\((?P<letter>[a-z])\))?")
ELISIONS = (
    (re.compile(r"\b([dD])e (une?) "), r"\1'\2 "),
    (re.compile(r"\b([dD])e le (?=[A-Z])"), r"\1u "),
    (re.compile(r"\b([dD])e les "), r"\1es "),
    (re.compile(r" (?=[:;?!»])"), "\u00a0"),
    (re.compile(r"(?<=«) "), "\u00a0"),
)
MOST_IN_WORDS = 20
"""Numbers up to this are written out, as people read them more easily."""


class NoticeError(WaarborgError):
    """A notice, an answer or a letter cannot be written: something people must be told is missing."""


@cache
def load(name: str) -> Mapping[str, Mapping[str, str]]:
    """One file of texts: `nl`, `en.letters`, `names`."""
    text = resources.files("waarborg.notice.texts").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _names() -> Mapping[str, Mapping[str, tuple[str, str, str]]]:
    return {table: {key: tuple(row) for key, row in rows.items()} for table, rows in load("names").items()}  # type: ignore[misc]


@cache
def _texts(language: str) -> Mapping[str, str]:
    files = (load(language), load(f"{language}.letters"), load(f"{language}.answer"))
    return {f"{table}.{key}": text for file in files for table, rows in file.items() for key, text in rows.items()}


@dataclass(frozen=True, slots=True)
class Say:
    """The words of one language. `formal` says `u` where Dutch would otherwise say `je`."""

    language: str
    formal: bool = False
    _texts: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, policy: Policy, language: str) -> Say:
        """The words a service speaks: its own Dutch texts decide whether it says `je` or `u`.

        Raises `NoticeError` WB803 for a language the policy is not written in: half of each sentence would be missing.
        """
        if language in LANGUAGES and language not in policy.languages:
            what = f"The policy is not written in that language ({language})."
            todo = f"Choose one of its own ({', '.join(policy.languages)}), or add the texts."
            raise NoticeError.one("WB803", what, "People are told in their language (Art. 12(1)).", todo)
        return cls.in_(language, addressed(policy)[1] > addressed(policy)[0])

    @classmethod
    def in_(cls, language: str, formal: bool = False) -> Say:
        """Raises `UsageError` WB802 for a language there are no words in."""
        if language not in LANGUAGES:
            todo = near_miss(language, LANGUAGES) or "There are words in Dutch (nl), English (en) and French (fr)."
            raise UsageError.one("WB802", "There are no words in that language.", "", todo)
        return cls(language, formal, _texts(language))

    def __call__(self, name: str, /, **parts: str) -> str:
        """A text, filled in once. A name or a part that is missing is a mistake of ours: `KeyError`."""

        def put(found: re.Match[str]) -> str:
            if found[1] is not None:
                return parts[found[1]]
            return found[3] if self.formal else found[2]

        said = SLOT.sub(put, self._texts[name])
        return french(said) if self.language == "fr" else said

    def has(self, name: str) -> bool:
        """Whether there is such a text."""
        return name in self._texts

    def maybe(self, name: str, other: str = "") -> str:
        """A text, or `other` where there is none."""
        return self(name) if name in self._texts else other

    # -- names ---------------------------------------------------------------------------------------------------

    def _name(self, table: str, key: str) -> str:
        row = _names()[table].get(key)
        return row[LANGUAGES.index(self.language)] if row else ""

    def country(self, code: str) -> str:
        """A country's name; empty where we have none."""
        return self._name("country", code)

    def authority(self, code: str) -> tuple[str, str]:
        """A supervisory authority's name and website; what is no code of ours stands as it was written."""
        return self._name("authority", code) or code, self._name("website", code)

    def law(self, cited: str) -> str:
        """A law as people can look it up: `artikel 52 van de Algemene wet inzake rijksbelastingen`."""
        if found := GDPR.fullmatch(cited):
            return self.article(cited)
        found = CITED.fullmatch(cited)
        name = self._name("law", found["code"]) if found else ""
        if not found or not name:
            return cited
        said = self._name("article", "law").replace("{number}", found["number"]).replace("{law}", name)
        return french(said) if self.language == "fr" else said

    def article(self, cited: str) -> str:
        """An article of the Regulation: `Art. 17(3)(b)` is `artikel 17 lid 3 onder b AVG` in Dutch."""
        found = GDPR.fullmatch(cited)
        if not found:
            return cited
        number = found["number"]
        if found["paragraph"]:
            number += self._name("article", "paragraph").replace("{number}", found["paragraph"])
        if found["letter"]:
            number = number.rstrip(",") if self.language != "fr" else number
            number += self._name("article", "letter").replace("{letter}", found["letter"])
        return self._name("article", "gdpr").replace("{number}", number)

    # -- numbers, dates, lists -----------------------------------------------------------------------------------

    def number(self, number: int) -> str:
        """A number as people read it: `zeven`, `1.204`."""
        if 0 <= number <= MOST_IN_WORDS:
            return self._name("numbers", "words").split()[number]
        return self.figure(number)

    def figure(self, number: int) -> str:
        """A number in figures with its thousands apart."""
        return f"{number:,}".replace(",", {"nl": ".", "en": ",", "fr": "\u202f"}[self.language])

    def day(self, day: date) -> str:
        """A date in words: `1 december 2026`, `1er décembre 2026`."""
        first = "er" if self.language == "fr" and day.day == 1 else ""
        return f"{day.day}{first} {self._name('months', 'names').split()[day.month - 1]} {day.year}"

    def period(self, period: Period) -> str:
        """A period in words: `zeven jaar`, `72 uur`."""
        parts = []
        for count_and_unit in re.findall(r"(\d+) (year|month|day|hour)", str(period)):
            count, unit = int(count_and_unit[0]), count_and_unit[1]
            one, many = self._name("unit", unit).split("/")
            word = "une" if self.language == "fr" and unit == "hour" and count == 1 else self.number(count)
            parts.append(f"{word} {one if count == 1 else many}")
        return self.listed(parts)

    def money(self, money: Money) -> str:
        """An amount: `€ 10`, `€7.50`, `10 €`."""
        whole, cents = divmod(money.cents, 100)
        number = self.figure(whole) + (f"{'.' if self.language == 'en' else ','}{cents:02}" if cents else "")
        sign = "€" if money.currency == "EUR" else money.currency
        if self.language == "fr":
            return f"{number} {sign}"
        return f"{sign}{number}" if self.language == "en" and sign == "€" else f"{sign} {number}"

    def listed(self, names: Iterable[str], last: str = "last") -> str:
        """`a, b en c`; with `last="or"`: `a, b of c`."""
        all_ = list(names)
        if len(all_) < 2:
            return "".join(all_)
        return f"{', '.join(all_[:-1])} {self._name('and', last)} {all_[-1]}"


def french(text: str) -> str:
    """The contractions that filling in can make, and spaces that may not break before a mark."""
    for found, said in ELISIONS:
        text = found.sub(said, text)
    return text


def addressed(policy: Policy) -> tuple[int, int]:
    """How often the policy's own Dutch texts say `je` and `u`, in all their forms."""
    words = " ".join(text.say("nl") for _, text in texts(policy))
    informal = re.findall(r"\b(?:je|jij|jou|jouw)\b", words, re.IGNORECASE)
    return len(informal), len(re.findall(r"\b(?:u|uw|uzelf)\b", words, re.IGNORECASE))


def capital(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def lower(text: str) -> str:
    """The text as it stands inside a sentence: `IP-adres` and `DPO` keep their capitals."""
    return text if text[1:2].isupper() or not text[1:2] else text[:1].lower() + text[1:]


def sentence(text: str) -> str:
    """The text as a sentence: a capital in front, a mark at the end."""
    text = text.strip()
    return capital(text) + ("" if not text or text[-1] in ".!?…»”" else ".")
