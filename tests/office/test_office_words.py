"""The texts of the office: every key in every language, none unused, none missing, and no word that we do not use."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from waarborg.notice.words import SLOT, Say
from waarborg.office.look.words import TEXTS, catalogue, preferred, words

OFFICE = Path(__file__).parents[2] / "src" / "waarborg" / "office"
STAFF_ONLY = {"console"}
"""Files that staff read: Dutch and English. The centre speaks French too."""
LITERAL = re.compile(r"""["']([a-z_]+(?:\.[a-z_0-9]+)+)["']""")
FAMILY = re.compile(r"""["']([a-z_]+(?:\.[a-z_0-9]+)*\.)["{]""")


def keys(language: str, *, public: bool = False) -> set[str]:
    return {key for key in catalogue(language) if not (public and key.partition(".")[0] in STAFF_ONLY)}


def sources() -> str:
    files = [*OFFICE.rglob("*.html"), *OFFICE.rglob("*.txt"), *OFFICE.rglob("*.py")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def unused(found: set[str], text: str) -> set[str]:
    """Keys that nobody names: neither whole, nor by the beginning of a family, nor as the parts of a field."""
    named = set(LITERAL.findall(text))
    families = tuple(set(FAMILY.findall(text)))
    return {
        key
        for key in found
        if key not in named
        and not key.startswith(families)
        and key.rpartition(".")[0] not in named  # label, hint and errors of a field; one and many of a count
    }


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_text_stands_in_every_language(language: str) -> None:
    public = language == "fr"
    assert keys("nl", public=public) == keys(language, public=public)


@pytest.mark.parametrize("language", ["nl", "en", "fr"])
def test_each_text_has_the_same_places_to_fill_in(language: str) -> None:
    for key, text in catalogue(language).items():
        here = {found[1] for found in SLOT.finditer(text) if found[1]}
        there = {found[1] for found in SLOT.finditer(catalogue("nl")[key]) if found[1]}
        assert here == there, key
        assert text, key


def test_every_text_is_used() -> None:
    assert unused(set(catalogue("nl")), sources()) == set()


def test_a_text_that_nobody_uses_is_seen() -> None:
    assert unused({"hero.clock.received", "hero.nobody_says_this", "form.zzz"}, sources()) == {
        "hero.nobody_says_this",
        "form.zzz",
    }


def test_every_text_that_a_template_names_is_there() -> None:
    say = words("nl")
    tag = re.compile(r"{%\s*(?:t|n)\s+\"([a-z_.0-9]+[a-z_0-9])\"(?!\|)")
    for path in OFFICE.rglob("*.html"):
        for key in tag.findall(path.read_text(encoding="utf-8")):
            assert say.has(key) or say.has(f"{key}.one"), f"{path.name}: {key}"


def test_our_names_are_not_those_of_the_notices() -> None:
    for language in ("nl", "en", "fr"):
        assert not set(catalogue(language)) & set(Say.in_(language)._texts)


def test_the_words_are_plain() -> None:
    dutch = " ".join(catalogue("nl").values()).lower()
    for word in ("dient te", "dienen te", "middels", "indien", "gaarne", "betrokkene", "teneinde"):
        assert word not in dutch, word


def test_both_forms_of_address_are_whole_sentences() -> None:
    """In formal Dutch nobody is `je`, in informal Dutch nobody is `u`."""
    for key, text in catalogue("nl").items():
        if key.partition(".")[0] in (*STAFF_ONLY, "components"):
            continue
        formal = SLOT.sub(lambda found: "" if found[1] else found[3], text)
        informal = SLOT.sub(lambda found: "" if found[1] else found[2], text)
        assert not re.search(r"\b(je|jij|jou|jouw)\b", formal, re.IGNORECASE), (key, formal)
        assert not re.search(r"\b(u|uw)\b", informal, re.IGNORECASE), (key, informal)


def test_the_language_that_somebody_likes_best() -> None:
    assert preferred("fr-BE,fr;q=0.9,nl;q=0.8", ("nl", "en")) == "nl"
    assert preferred("fr-BE,fr;q=0.9,nl;q=0.8", ("nl", "en", "fr")) == "fr"
    assert preferred("en;q=0.4, nl;q=0.8", ("en", "nl")) == "nl"
    assert preferred("", ("nl", "en")) == "nl"
    assert preferred("de;q=x,,;q=1", ("nl", "en")) == "nl"
    assert TEXTS.is_dir()
