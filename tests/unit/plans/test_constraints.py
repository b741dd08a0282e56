"""What a CHECK or a unique index asks of a column, as the three engines spell them."""

from __future__ import annotations

import doctest

import pytest

from waarborg.plans import constraints
from waarborg.stores import removing, spelling
from waarborg.stores.contract import Check, Column, Family, Index, Table


def held(text: str) -> Table:
    """A table with this check."""
    columns = tuple(Column(name, "text", Family.TEXT, True) for name in ("a", "b", "user id"))
    return Table("t", columns, checks=(Check("c", text),))


@pytest.mark.parametrize("module", [constraints, removing, spelling], ids=lambda one: one.__name__)
def test_the_examples_hold(module: object) -> None:
    found = doctest.testmod(module)  # type: ignore[arg-type]
    assert found.attempted
    assert not found.failed


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("CHECK (((a IS NOT NULL) OR (b IS NOT NULL)))", True),
        ("CHECK ((num_nonnulls(a, b) = 1))", True),
        ("CHECK (((((a IS NOT NULL))::integer + ((b IS NOT NULL))::integer) = 1))", True),
        ("`a` is null <> (`b` is null)", True),
        ("(a is null) xor (b is null)", True),
        ("coalesce(a, b) IS NOT NULL", True),
        ("CHECK ((a IS DISTINCT FROM b))", True),
        ("CHECK ((length(a) > 0))", False),
        ("a <> ''", False),
        ("CHECK (((a IS NULL) OR (a > b)))", False),
        ("(aa IS NOT NULL)", False),
        ("b IS NOT NULL OR c IS NOT NULL", False),
    ],
)
def test_a_check_that_asks_for_a_value(text: str, asks: bool) -> None:
    facts = held(text)
    assert constraints.must_be_filled(facts, "a") is asks
    column = facts.column("a")
    assert column is not None
    assert constraints.clearable(facts, column) is not asks


def test_a_name_with_a_blank_is_found_in_quotes() -> None:
    assert constraints.must_be_filled(held('("user id" IS NOT NULL) OR (a IS NOT NULL)'), "user id")


@pytest.mark.parametrize(
    ("text", "value", "refused"),
    [
        ("CHECK ((char_length((a)::text) <= 255))", "", False),
        ("char_length(`a`) < 8", "erased-7", True),
        ("length(a) <= 8", "erased-7", False),
        ("CHECK ((length(a) > 0))", "", True),
        ("CHECK ((a ~ '@'::text))", "erased-7", True),
        ("CHECK ((a >= 0))", 0, False),
        ("CHECK ((a > 0))", 0, True),
        ("json_valid(`a`)", "{}", False),
        ("b <> ''", "", False),
        ("CHECK ((a IS NOT NULL))", "", False),
    ],
)
def test_a_check_that_refuses_a_value(text: str, value: object, refused: bool) -> None:
    assert constraints.refuses(held(text), "a", value) is refused


def test_a_unique_expression_is_about_the_columns_it_names() -> None:
    facts = Table("t", (), indexes=(Index("i", ("lower((a)::text)", "b"), True), Index("j", ("c",), False)))
    assert [constraints.in_unique(facts, name) for name in ("a", "b", "c")] == [True, True, False]
