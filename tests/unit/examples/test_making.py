"""What the makers share: chance that is the same everywhere, people nobody can be, and three engines."""

from __future__ import annotations

from collections import Counter

from examples.making import people
from examples.making.dice import Chance, Dice
from stdnum import iban
from stdnum.be import vat


def test_a_thing_has_its_die_whoever_asks() -> None:
    one, other = Chance(7).dice("invoice", 12), Chance(7).dice("invoice", 12)
    assert [one.bits() for _ in range(5)] == [other.bits() for _ in range(5)]
    different = {Chance(seed).dice(what, number).bits() for seed in (7, 8) for what in "ab" for number in range(50)}
    assert len(different) == 200


def test_the_numbers_are_those_of_the_published_generator() -> None:
    """SplitMix64 from 1234567: the vector of its reference implementation."""
    dice = Dice(1234567)
    assert [dice.bits() for _ in range(3)] == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_chance_is_fair_enough() -> None:
    dice = [Chance(1).dice("throw", number) for number in range(20_000)]
    faces = Counter(one.number(1, 6) for one in dice)
    assert set(faces) == set(range(1, 7))
    assert all(3_100 < many < 3_570 for many in faces.values())
    assert 5_700 < sum(one.chance(0.3) for one in dice) < 6_300
    assert sorted(dice[0].some(range(5), 9)) == [0, 1, 2, 3, 4]
    assert len(dice[0].hex(26)) == 26


def test_numbers_have_the_right_form_and_are_nobodys() -> None:
    for number in (1, 7, 999_999, 5_000_000):
        assert iban.is_valid(people.iban(number))
        assert iban.is_valid(people.belgian_iban(number), check_country=False)
        assert not iban.is_valid(people.belgian_iban(number)), "no bank has this code"
        assert vat.is_valid(people.belgian_vat(number))
    assert people.spaced(people.belgian_iban(1)).count(" ") == 3
