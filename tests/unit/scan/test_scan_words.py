"""Names in four languages, cut and translated."""

import pytest

from waarborg.scan.words import canonical, common_prefix, compound, split


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("usr_eml", ("user", "email")),
        ("kd_naam", ("customer", "name")),
        ("tel_nr", ("phone", "number")),
        ("vorname", ("first", "name")),
        ("courriel", ("email",)),
        ("plz", ("postcode",)),
        ("geb_dat", ("birth", "date", "date")),
        ("strFirstName", ("first", "name")),
        ("userRealName", ("user", "real", "name")),
        ("remoteaddr", ("ip",)),
        ("kundennummer", ("customer", "number")),
        ("lastlogin_ip", ("last", "login", "ip")),
        ("template_name", ("template", "name")),
    ],
)
def test_names_are_translated(name: str, words: tuple[str, ...]) -> None:
    assert canonical(name) == words


def test_a_word_cut_short_means_what_only_one_longer_word_means() -> None:
    assert canonical("BEMERK") == ("note",)
    assert canonical("VORNA") == ("first", "name")


@pytest.mark.parametrize("word", ["custom", "report", "local", "trade"])
def test_an_english_word_is_no_short_form_of_another(word: str) -> None:
    assert canonical(word) == (word,)


def test_unknown_and_hostile_names_stay_whole() -> None:
    assert compound("xqzzt") == ("xqzzt",)
    assert split("") == ()
    assert split("💥'\"; drop") == ("drop",)
    assert len(canonical("a" * 10_000)) <= 2


def test_a_common_prefix_is_found_only_where_most_carry_it() -> None:
    assert common_prefix(["wp_users", "wp_posts", "wp_options", "wp_terms", "other"]) == "wp_"
    assert common_prefix(["users", "posts", "user_log", "x"]) == ""
