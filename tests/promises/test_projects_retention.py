"""Taakveld's promises about how long data stays, and what comes of it."""

from __future__ import annotations

from tests.promises.kit import World, edit, promise, spoil
from tests.promises.taakveld import CANARY, author, comment, letter, member

LAST_IN_FORCE = "keep: [name, address, vat_number, amount]"


@promise(
    "projects.13",
    sabotage=edit(
        "policy.yaml",
        "  connection:\n    data: [connection]\n    for: 6 months",
        "  connection:\n    data: [connection]\n    for: 9 years",
    ),
)
def test_projects_13_after_the_term_it_is_gone_or_nobody_is_in_it(world: World) -> None:
    who = member(world)
    world.insert("session", token=CANARY, member_id=who.id, ip_address="192.0.2.9", created_at="2026-05-01 10:00:00")
    world.insert("feature_use", member_id=who.id, feature=CANARY, used_at="2025-05-01 10:00:00")
    world.swept("connection", "usage")
    assert "session.token" not in world.where(CANARY)  # erased
    assert world.sql("SELECT member_id FROM feature_use WHERE feature = ?", CANARY) != [(who.id,)]  # nobody in it
    plan, _ = world.erase(who.email)
    assert "after one year they are destroyed" in letter(world, plan)  # backups


@promise(
    "projects.14",
    sabotage=edit(
        "datamap.yaml",
        "{belongs_to: app.member, by: author_id, on_erasure: stand_in}",
        "{visible_to: app.member, by: author_id, on_erasure: keep}",
    ),
)
def test_projects_14_contributions_stay_and_erasing_takes_the_name_out_of_them(world: World) -> None:
    who = author(world)
    id = comment(world, who, f"{CANARY} zingt. Groet, {who.name} ({who.email})")
    world.sql("UPDATE member SET closed_at = '2026-11-27' WHERE id = ?", who.id)
    assert world.sql("SELECT author_id FROM comment WHERE id = ?", id) == [(who.id,)]  # deactivated: under their name
    world.erase(who.email)
    body, now = world.sql("SELECT body, author_id FROM comment WHERE id = ?", id)[0]
    assert body.startswith(f"{CANARY} zingt.")
    assert now != who.id
    assert who.email not in body
    assert who.name not in body


@promise(
    "projects.15",
    sabotage=[
        edit("policy.yaml", LAST_IN_FORCE, "keep: [name, address, vat_number, amount, iban]"),
        spoil("waarborg.notice.erased._still", lambda *given: iter(())),
    ],
)
def test_projects_15_a_law_keeps_what_it_needs_and_the_person_is_told_until_when(world: World) -> None:
    who = member(
        world, "EXISTS (SELECT 1 FROM invoice i WHERE i.member_id = m.id AND i.fiscal_year_end > '2022-01-01')"
    )
    iban = world.one("SELECT iban_compact FROM invoice WHERE member_id = ?", who.id)
    assert world.where(iban)
    plan, _ = world.erase(who.email)
    assert not world.where(iban)
    assert "invoice.name" in world.where(who.name)
    assert "We keep this until 31 December" in letter(world, plan)
    assert "article 52 of the Dutch General State Taxes Act" in letter(world, plan)
    world.edit("policy.yaml", "    ground: law\n", "    ground: business\n")
    world.edit(
        "policy.yaml",
        "    data: [billing]\n    for: 7 years\n    from: end_of_fiscal_year",
        "    data: [billing]\n    until: account_closed",
    )
    assert "WB063" in world.findings("--offline")  # "business" without a term is no reason


@promise(
    "projects.16",
    sabotage=[
        edit(
            "policy.yaml",
            "    data: [preferences]\n    until: erasure_requested",
            "    data: [preferences]\n    for: 1 month\n    from: created",
        ),
        spoil("waarborg.state.limits.Limits.stopping", lambda self, people, purpose, *, at: [() for _ in people]),
    ],
)
def test_projects_16_preferences_stay_until_asked_and_the_ban_outlives_them(world: World) -> None:
    email = "kanarie@post.example"
    world.insert("newsletter_subscriber", id=9001, email=email, subscribed=False, asked_at="2020-01-01 10:00:00")
    world.swept("preferences")
    assert world.where(email)  # unsubscribed long ago: still there
    with world.work() as work:
        from waarborg.terms import SubjectRef

        work.withdraw(SubjectRef({"email": email}), "newsletter")
    plan, _ = world.erase(email)
    world.must("close", plan)
    assert not world.where(email)
    world.insert("newsletter_subscriber", id=9002, email=email.upper(), subscribed=True)  # a list comes in once more
    with world.work() as work:
        assert not work.may_use(SubjectRef({"email": email}), "newsletter")
    assert email.encode() not in b"".join(path.read_bytes() for path in (world.folder / ".waarborg").iterdir())


@promise(
    "projects.50",
    sabotage=edit(
        "policy.yaml",
        "    data: [account, interests]\n    until: account_closed",
        "    data: [account, interests]\n    for: 1 year\n    from: last_activity",
    ),
)
def test_projects_50_closing_the_account_ends_it_and_silence_does_not(world: World) -> None:
    silent = member(world)
    gone = member(world, f"m.id > {silent.id}")
    world.sql("UPDATE member SET last_seen_at = '2016-01-01' WHERE id = ?", silent.id)
    world.sql("UPDATE member SET closed_at = '2026-11-01' WHERE id = ?", gone.id)
    world.swept("account")
    assert world.sql("SELECT full_name FROM member WHERE id = ?", silent.id) == [(silent.name,)]
    assert world.sql("SELECT 1 FROM member WHERE full_name = ?", gone.name) == []


@promise(
    "projects.51",
    sabotage=edit(
        "policy.yaml",
        "per_tenant: {at_least: 1 month, at_most: 2 years}",
        "per_tenant: {at_least: 1 month, at_most: 10 years}",
    ),
)
def test_projects_51_an_organisation_sets_its_own_term_inside_the_bounds(world: World) -> None:
    first, second = (member(world, f"m.organisation_id = {one}") for one in (1, 2))
    for who in (first, second):
        world.insert("search_log", id=9000 + who.id, member_id=who.id, term=CANARY, at="2026-08-01 10:00:00")
    terms = world.folder / "terms.yaml"
    terms.write_text("usage: {1: 2 months}\n")
    for words in (("plan",), ("run",)):
        world.run("retention", *words, "--rule", "usage", "--terms", str(terms))
    for open_ in world.must("plans")["plans"]:
        world.must("approve", open_["id"], "--by", "privacy officer")
    world.must("retention", "run", "--rule", "usage", "--terms", str(terms))
    left = {row[0] for row in world.sql("SELECT member_id FROM search_log WHERE term = ?", CANARY)}
    assert second.id in left
    assert first.id not in left
    terms.write_text("usage: {1: 3 years}\n")
    assert world.run("retention", "plan", "--rule", "usage", "--terms", str(terms)).code == 2  # outside the bounds


@promise(
    "projects.52",
    sabotage=edit(
        "datamap.yaml",
        "      town: connection.town\n    dates: {created: at}",
        "      town: connection.town\n    dates: {}",
    ),
)
def test_projects_52_rows_past_their_term_are_counted_and_go(world: World) -> None:
    world.insert(
        "login_attempt",
        id=9001,
        username="kanarie@post.example",
        ip_address="192.0.2.77",
        succeeded=False,
        at="2026-04-01 10:00:00",
    )
    assert world.promises("retention.connection")["retention.connection"]["state"] == "broken"
    world.swept("connection", "account")
    assert not world.where("192.0.2.77")
    assert world.promises("retention.connection")["retention.connection"]["state"] == "kept"
