"""Values are validated, not guessed by looks; nothing of them is kept."""

import random

import pytest

from waarborg.scan.values import eleven_proof, is_iban, is_ip, is_person_name, is_phone, is_vat, luhn, profile


def test_the_eleven_proof_lets_one_in_eleven_random_numbers_pass() -> None:
    random.seed(1)
    passed = sum(eleven_proof(f"{random.randrange(10**8, 10**9)}") for _ in range(4000))  # noqa: S311
    assert 0.07 < passed / 4000 < 0.11


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (eleven_proof, "123456782", "123456789"),
        (luhn, "4111 1111 1111 1111", "4111 1111 1111 1112"),
        (is_iban, "NL91 ABNA 0417 1643 00", "NL92 ABNA 0417 1643 00"),
        (is_vat, "NL004495445B01", "NL004495446B01"),
        (is_ip, "2001:db8::7", "12.30"),
        (is_ip, "192.0.2.7", "1.2.3.4.5"),
        (is_phone, "+31 6 12345678", "2026-01-01"),
        (is_person_name, "Lotte Bakker", "template_footer"),
    ],
)
def test_checks_pass_and_fail(check: object, good: str, bad: str) -> None:
    assert callable(check)
    assert check(good)
    assert not check(bad)


def test_a_profile_tells_shares_and_hides_values() -> None:
    seen = profile(["jan@post.example", "lotte@post.example", None, "", "unknown"])
    assert seen.count == 3
    assert seen.share("email") == pytest.approx(2 / 3, abs=0.01)
    assert "jan" not in repr(seen)


def test_encoded_cells_are_looked_into() -> None:
    serialised = 'a:1:{s:5:"email";s:16:"jan@post.example";}'
    assert profile([serialised]).encodings == {"serialised"}
    assert "email" in profile([serialised]).inside
    assert "person_key" in profile(['{"user_id": 3}']).inside
    assert profile([{"user_id": 3}]).encodings == {"json"}


@pytest.mark.parametrize("cell", [b"\xff\xfe\x00", "\ud800", "x" * 1_000_000, float("nan"), {"a": [None]}])
def test_hostile_cells_are_measured_without_an_error(cell: object) -> None:
    assert profile([cell]).count == 1
