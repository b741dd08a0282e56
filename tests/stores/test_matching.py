"""Keys, words and encoded cells: the pure helpers that every connector shares."""

from __future__ import annotations

import base64
import doctest
import gzip
import hashlib
import json
import pickle
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waarborg.stores import decoding, matching
from waarborg.stores.contract import How, Inside
from waarborg.stores.decoding import readings, scalars_inside
from waarborg.stores.matching import Words, cell_forms, form, key_line, keys_digest, mentions, redacted


@pytest.mark.parametrize("module", [matching, decoding], ids=lambda module: module.__name__)
def test_the_examples_in_the_documentation(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-5, "-5"),
        (2.5, "2.5"),
        (Decimal("1E+2"), "100"),
        (Decimal("-0.0"), "0"),
        (float("nan"), None),
        (UUID("A" * 32), "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 3, tzinfo=UTC), "2026-01-02T03:00:00+00:00"),
        (b"jan", "jan"),
    ],
)
def test_a_value_has_one_form(value: object, text: str | None) -> None:
    assert form(value) == text


def test_the_digest_is_what_the_documentation_says() -> None:
    lines = [r"1|a\|b|\N", r"10|c\\d\ne|00ff"]
    keys = [(10, "c\\d\ne", b"\x00\xff"), (1, "a|b", None)]
    assert [key_line(key) for key in reversed(keys)] == lines
    assert keys_digest(keys) == hashlib.sha256("".join(line + "\n" for line in sorted(lines)).encode()).hexdigest()
    assert keys_digest([]) == hashlib.sha256().hexdigest()
    assert keys_digest([(2,), (10,)]) == hashlib.sha256(b"10\n2\n").hexdigest()


keys = st.lists(st.tuples(st.one_of(st.none(), st.text(), st.integers()), st.text()), max_size=4)


@given(keys, keys)
def test_different_keys_have_different_lines(first: list[tuple[object, str]], second: list[tuple[object, str]]) -> None:
    def plain(some: list[tuple[object, str]]) -> list[tuple[str | None, str]]:
        return sorted(((form(one), two) for one, two in some), key=repr)

    def digestible(some: list[tuple[object, str]]) -> bool:
        return all(str(part).isprintable() for one in some for part in one)

    if digestible(first) and digestible(second):
        assert (keys_digest(first) == keys_digest(second)) == (plain(first) == plain(second))


WORDS = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1)


@given(WORDS, st.text(), st.text())
def test_what_is_mentioned_is_redacted(word: str, before: str, after: str) -> None:
    text = f"{before} {word.upper()} {after}"
    assert mentions(text, [word])
    assert not mentions(redacted(text, [word], ""), [word])


@pytest.mark.parametrize(
    ("text", "word", "stands"),
    [
        ("mail jan@x.example.", "jan@x.example", True),
        ("mail jan@x.example.org", "jan@x.example", False),
        ("mail kees-jan@x.example", "jan@x.example", False),
        ("<JAN@X.example>", "jan@x.example", True),
        ("Jan_de_Vries", "Jan", False),
        ("Jan-Willem", "Jan", True),
        ("José", "Jose", False),
        ("Jose\u0301", "José", True),
        ("call 020 123 45 67 now", "0201234567", False),
    ],
)
def test_a_word_stands_whole(text: str, word: str, stands: bool) -> None:
    assert mentions(text, [word]) is stands
    assert bool(Words([word]).found(text)) is stands


def test_numbers_are_mentioned_however_they_are_written() -> None:
    assert mentions("call (020) 123 45 67 now", ["+31201234567"], How(("phone",)))
    assert mentions("BSN 1234.56.782", ["123456782"], How(("digits",)))
    assert not mentions("call 020 123 45 68", ["+31201234567"], How(("phone",)))


def test_encodings_are_opened_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    document = json.dumps({"name": "José"})
    packed = base64.b64encode(gzip.compress(document.encode())).decode()
    assert ("base64+gzip+json", "José") in list(readings(packed))
    found = dict(readings(pickle.dumps({"id": 5, "who": "jan"})))
    assert set(found["serialised"].split("\n")) == {"id", "5", "who", "jan"}
    monkeypatch.setattr(decoding, "MOST", 1000)
    bomb = gzip.compress(b"a" * 10_000_000)
    assert max(len(text) for _, text in readings(bomb)) <= max(1000, len(bomb))


def test_hostile_documents_hold_nothing_and_cost_little() -> None:
    bomb = "a: &a [x,x]\n" + "".join(
        f"{chr(98 + at)}: &{chr(98 + at)} [{f'*{chr(97 + at)},' * 9}]\n" for at in range(20)
    )
    assert len(list(scalars_inside(bomb, Inside.YAML))) < 100
    for text in ("[" * 100_000, "{", "!!python/object/apply:os.system [id]", "a:1:{", "\x80\x04."):
        for inside in (Inside.JSON, Inside.YAML, Inside.SERIALISED):
            cell_forms(text, How(inside=inside))
