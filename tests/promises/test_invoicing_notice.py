"""Pennestreek's promises about what people are told: who answers, which data, from whom, and what stops without it."""

from __future__ import annotations

from tests.promises.kit import World, edit, promise, spoil, without_check

from waarborg.policy import load_policy

LANGUAGES = ("nl", "fr", "en")
WHO = ("Pennestreek BV", "Coupure 41, 9000 Gent", "privacy@pennestreek.example")
CONTACT = "  contact: privacy@pennestreek.example\n"


def notice(world: World, language: str) -> str:
    """The notice as published."""
    return world.run("notice", "--language", language, "--format", "txt").out


def refused(world: World, old: str, new: str) -> list[str]:
    """What `waarborg check` says to another policy; this one is put back."""
    path = world.folder / "policy.yaml"
    before = path.read_text(encoding="utf-8")
    world.edit("policy.yaml", old, new)
    found = world.findings("--offline")
    path.write_text(before, encoding="utf-8")
    return found


def somebody(world: World) -> str:
    """A user with an account, whose name nobody else has."""
    return str(world.one("SELECT email FROM person WHERE kind = 'user' AND email IS NOT NULL ORDER BY id DESC"))


@promise(
    "invoicing.1",
    sabotage=[
        edit("policy.yaml", "address: Coupure 41, 9000 Gent", "address: Gent"),
        without_check("WB011"),
        without_check("WB012"),
        without_check("WB013"),
    ],
)
def test_invoicing_1_every_message_says_who_answers(world: World) -> None:
    for language in LANGUAGES:
        assert all(word in notice(world, language) for word in WHO)
    answer = world.access(somebody(world))["information"]["controller"]
    assert (answer["name"], answer["contact"]) == (WHO[0], WHO[2])
    assert "WB011" in refused(world, CONTACT, "  contact: noreply@pennestreek.example\n")
    own = "Dit geldt voor onze site, de app, het helpcentrum"
    assert "WB012" in refused(world, own, "Dit geldt voor de site van Letterzetterij BV, het helpcentrum")
    assert "WB013" in refused(world, own, "Schrijf naar info@letterzetterij.example over het helpcentrum")


@promise(
    "invoicing.2",
    sabotage=[
        edit(
            "policy.yaml",
            "      phone: optional\n      language: optional\n",
            "      phone: required\n      language: optional\n",
        ),
        without_check("WB025"),
        without_check("WB706"),
    ],
)
def test_invoicing_2_what_is_asked_is_a_closed_list(world: World) -> None:
    basic = load_policy(world.folder / "policy.yaml").data["basic"]
    assert {name for name, item in basic.items.items() if item.required} == {"email"}
    for language in LANGUAGES:
        text = " ".join(notice(world, language).split())
        says = [item.without.say(language) for item in basic.items.values() if item.without]
        assert len(says) >= 3
        assert all(one in text for one in says), "what stops working without an item is told"
    assert "WB025" in refused(world, "    items: {email: required, name: optional, message: required}\n", "")
    assert "WB706" not in world.findings()
    made = str(world.one("SELECT sql FROM sqlite_master WHERE name = 'help_feedback'"))
    world.sql("DROP TABLE help_feedback")
    world.sql(made.replace("email VARCHAR(190)", "email VARCHAR(190) NOT NULL"))
    assert "WB706" in world.findings(), "a column that must be filled for an optional item is reported"


@promise(
    "invoicing.15",
    sabotage=[
        edit("policy.yaml", "nl: Zonder bent u kwijt wat u typte.", "nl: Dat merkt u niet."),
        spoil("waarborg.notice.guide.cookies", lambda policy, say: None),
    ],
)
def test_invoicing_15_each_cookie_says_what_stops_without_it(world: World) -> None:
    cookies = load_policy(world.folder / "policy.yaml").cookies
    assert set(cookies.items) == {"session", "language", "draft", "log"}
    told = {
        "nl": "Zonder bent u kwijt wat u typte.",
        "fr": "Sans lui, vous perdez ce que vous avez tapé.",
        "en": "Without it you lose what you typed.",
    }
    for language in LANGUAGES:
        text = " ".join(notice(world, language).split())
        assert told[language] in text
        assert all(one.without.say(language) in text for one in cookies.items.values())


@promise(
    "invoicing.18",
    sabotage=[
        edit("policy.yaml", "minimum_age: 18\n", "minimum_age: 16\n"),
        edit("policy.yaml", "  report_to: privacy@pennestreek.example\n", "  report_to: help@pennestreek.example\n"),
        without_check("WB094"),
    ],
)
def test_invoicing_18_not_for_children_and_whoever_sees_one_can_say_so(world: World) -> None:
    words = {"nl": "achttien", "fr": "dix-huit", "en": "eighteen"}
    for language in LANGUAGES:
        text = notice(world, language).casefold()
        assert words[language] in text
        section = text[text.index(words[language]) :]
        assert "privacy@pennestreek.example" in section
    assert "WB094" in refused(world, "children:\n  then: erase\n", "children:\n")


@promise(
    "invoicing.27",
    sabotage=[
        edit(
            "policy.yaml",
            "    third_parties: [Bankbrug NV]          # every source outside has a name\n",
            "    third_parties: [een bank]\n",
        ),
        without_check("WB023"),
        without_check("WB701"),
    ],
)
def test_invoicing_27_every_category_says_where_it_comes_from(world: World) -> None:
    policy = load_policy(world.folder / "policy.yaml")
    assert all(category.source for category in policy.data.values())
    sources = world.access(somebody(world))["information"]["sources"]
    assert {name: one["source"] for name, one in sources.items()} == {
        name: [str(source) for source in category.source] for name, category in policy.data.items()
    }
    assert sources["payments"]["third_parties"] == ["Bankbrug NV"]
    assert all("Bankbrug NV" in notice(world, language) for language in LANGUAGES)
    assert "WB023" in refused(
        world, "    third_parties: [Bankbrug NV]          # every source outside has a name\n", ""
    )
    world.sql("ALTER TABLE person ADD COLUMN birth_date DATE")
    world.sql("UPDATE person SET birth_date = '1980-05-17' WHERE id > 0")
    assert "WB701" in world.findings(), "data that nobody declared is reported"
