"""The words: the same texts with the same slots in each language, one form of address, dates and terms in words."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from importlib import resources

import pytest
from tests.notice_kit import boekbaar, every_letter, taakveld

from waarborg.clock import Period
from waarborg.errors import UsageError
from waarborg.notice.markdown import to_text
from waarborg.notice.render import Form, render
from waarborg.notice.words import LANGUAGES, SLOT, Say, addressed
from waarborg.policy.values import Money

PARTS = ("", ".letters", ".answer")
INFORMAL = re.compile(r"\b(?:je|jij|jou|jouw)\b", re.IGNORECASE)
FORMAL = re.compile(r"\b(?:u|uw)\b", re.IGNORECASE)


def texts(language: str) -> dict[str, str]:
    found = {}
    for part in PARTS:
        file = resources.files("waarborg.notice.texts").joinpath(f"{language}{part}.toml")
        for table, rows in tomllib.loads(file.read_text(encoding="utf-8")).items():
            found |= {f"{table}.{key}": text for key, text in rows.items()}
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_the_same_texts(language: str) -> None:
    assert texts(language).keys() == texts("nl").keys()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_text_is_filled_in_with_the_same_parts(language: str) -> None:
    dutch = texts("nl")
    different = {
        name: text
        for name, text in texts(language).items()
        if set(re.findall(r"\{(\w+)\}", text)) != set(re.findall(r"\{(\w+)\}", dutch[name]))
    }
    assert not different


def test_only_dutch_has_two_forms_of_address() -> None:
    assert not [name for lang in ("en", "fr") for name, text in texts(lang).items() if "[" in text or "|" in text]


def test_both_forms_of_address_are_whole() -> None:
    """Choosing one form leaves nothing of the other, in any text: so nobody reads `je` and `u` in one letter."""
    for name, text in texts("nl").items():
        informal = SLOT.sub(lambda found: found[0] if found[1] else found[2], text)
        formal = SLOT.sub(lambda found: found[0] if found[1] else found[3], text)
        assert not FORMAL.search(informal), name
        assert not INFORMAL.search(formal), name


def test_a_service_speaks_as_its_own_policy_does() -> None:
    assert addressed(taakveld())[0] > 0 == addressed(taakveld())[1]
    assert addressed(boekbaar())[1] > 0 == addressed(boekbaar())[0]
    informal = render(taakveld(), "nl", Form.TEXT) + "".join(map(to_text, every_letter(taakveld(), "nl").values()))
    formal = render(boekbaar(), "nl", Form.TEXT) + "".join(map(to_text, every_letter(boekbaar(), "nl").values()))
    assert not FORMAL.findall(informal)
    assert not INFORMAL.findall(formal)


@pytest.mark.parametrize(
    ("language", "period", "said"),
    [
        ("nl", "7 years", "zeven jaar"),
        ("nl", "1 month", "een maand"),
        ("nl", "72 hours", "72 uur"),
        ("en", "1 year", "one year"),
        ("en", "14 days", "fourteen days"),
        ("fr", "7 years", "sept ans"),
        ("fr", "3 months", "trois mois"),
        ("fr", "1 hour", "une heure"),
    ],
)
def test_a_period_in_words(language: str, period: str, said: str) -> None:
    assert Say.in_(language).period(Period.parse(period)) == said


def test_dates_amounts_and_lists() -> None:
    first = date(2026, 12, 1)
    assert [Say.in_(one).day(first) for one in LANGUAGES] == ["1 december 2026", "1 December 2026", "1er décembre 2026"]
    ten, some = Money(1000, "EUR"), Money(123450, "EUR")
    assert [Say.in_(one).money(ten) for one in LANGUAGES] == ["€ 10", "€10", "10 €"]
    assert Say.in_("nl").money(some) == "€ 1.234,50"
    assert Say.in_("nl").listed(["a", "b", "c"]) == "a, b en c"
    assert Say.in_("fr").listed(["a", "b"], "or") == "a ou b"


def test_laws_and_articles_as_people_cite_them() -> None:
    assert Say.in_("nl").law("AWR art. 52") == "artikel 52 van de Algemene wet inzake rijksbelastingen"
    assert Say.in_("fr").law("WBTW art. 60") == "l'article 60 du Code belge de la TVA"
    assert Say.in_("nl").article("Art. 17(3)(b)") == "artikel 17 lid 3 onder b AVG"
    assert Say.in_("en").article("Art. 17(3)(b)") == "Article 17(3)(b) GDPR"
    assert Say.in_("fr").article("Art. 12(3)") == "article 12, paragraphe 3, du RGPD"
    assert Say.in_("nl").law("a law nobody listed") == "a law nobody listed"


def test_french_contracts_and_keeps_marks_with_their_words() -> None:
    say = Say.in_("fr")
    assert say("right.within", period="un mois") == "Dans un délai d'un mois"
    assert "faux\u00a0?" not in say("letter.disagree")
    assert say("letter.disagree") == "Pas d'accord\u00a0?"


def test_an_unknown_language_is_refused_with_a_near_miss() -> None:
    with pytest.raises(UsageError, match="WB802"):
        Say.in_("de")
