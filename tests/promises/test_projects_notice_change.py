"""Taakveld's promises about its notice and about changes of it."""

from __future__ import annotations

from tests.promises.kit import World, edit, promise, spoil


@promise(
    "projects.26",
    sabotage=[
        edit(
            "policy.yaml", "    nl: Dit geldt voor onze site, de webversie, de apps en de helpdesk van Taakveld.\n", ""
        ),
        edit("policy.yaml", "  address: Lijnbaan 12, 3512 LT Utrecht\n", ""),
    ],
)
def test_projects_26_the_notice_says_who_how_to_reach_them_and_what_it_covers(world: World) -> None:
    for language, words in (
        ("nl", "de apps en de helpdesk van Taakveld"),
        ("en", "the apps and the help desk of Taakveld"),
    ):
        ran = world.run("notice", "--language", language, "--format", "md")
        assert ran.code == 0
        assert words in ran.out
        for told in (
            "Taakveld B.V.",
            "Lijnbaan 12, 3512 LT Utrecht",
            "privacy@taakveld.example",
            "fg@taakveld.example",
        ):
            assert told in ran.out, told


@promise(
    "projects.62",
    sabotage=[
        edit(
            "policy.yaml",
            "    en: Do you disagree with a change? You can take your data with you and close your account.",
            "    en: Do you disagree with a change? Then do not use it.",
        ),
        spoil("waarborg.policy.checks.CHECKS", ()),
    ],
)
def test_projects_62_whoever_disagrees_is_told_how_to_leave_with_their_data(world: World) -> None:
    old = world.folder / "policy-old.yaml"
    old.write_text((world.folder / "policy.yaml").read_text())
    world.edit("policy.yaml", "    data: [contacts]\n    for: 2 years", "    data: [contacts]\n    for: 5 years")
    world.edit("policy.yaml", "version: 2026-12-01", "version: 2027-02-01")
    told = world.run("changes", str(old), "--language", "en", "--format", "md").out
    assert "You can take your data with you and close your account." in told
    assert "five years" in told.lower()
    world.edit(
        "policy.yaml", "    basis: consent\n    channel: advertising", "    basis: contract\n    channel: advertising"
    )
    assert "WB035" in world.findings("--offline")  # going on is no consent: a question that decides nothing is refused
