"""Taakveld's promises about who gets data, and who is told of it."""

from __future__ import annotations

from tests.promises.kit import World, edit, promise, spoil
from tests.promises.taakveld import CANARY, letter, member, shown

from waarborg.policy.checks import CHECKS

WITHOUT_SALE = tuple(check for check in CHECKS if check.id != "WB043")


def given(world: World, email: str, recipient: str) -> list[dict[str, object]] | None:
    """What the access answer says a recipient got of this person; None where it is not named at all."""
    named = {one["id"]: one["given"] for one in world.access(email)["information"]["recipients"]}
    return named.get(recipient)


def disclose(world: World, email: str, to: str, purpose: str, *data: str) -> int:
    """Write a hand-over down; the exit code."""
    words = [word for ref in data for word in ("--data", ref)]
    return world.run("disclose", "--to", to, "--purpose", purpose, *words, "--email", email).code


@promise(
    "projects.10",
    sabotage=[
        edit("datamap.yaml", "      visibility: content.seen_by\n", "      visibility: technical\n"),
        edit("policy.yaml", "    visibility: [members, administrators]\n", "    visibility: [administrators]\n"),
    ],
)
def test_projects_10_the_answer_says_who_can_see_it_and_which_board_is_public_now(world: World) -> None:
    who = member(world, "EXISTS (SELECT 1 FROM project_member p WHERE p.member_id = m.id)")
    project = world.one("SELECT project_id FROM project_member WHERE member_id = ? ORDER BY 1", who.id)
    world.sql("UPDATE project SET visibility = 'public', name = ? WHERE id = ?", CANARY, project)
    answer = world.access(who.email)
    seen = {row["name"]: row.get("visibility") for row in shown(answer, "app.project")}
    assert seen[CANARY] == "public"
    sources = answer["information"]["sources"]
    assert sources["account"]["visible_to"] == ["members", "administrators"]
    assert "public" in sources["content"]["visible_to"]
    world.sql("UPDATE project SET visibility = 'team' WHERE id = ?", project)
    again = {row["name"]: row.get("visibility") for row in shown(world.access(who.email), "app.project")}
    assert again[CANARY] == "team"


@promise(
    "projects.12",
    sabotage=[
        edit("policy.yaml", "    instruction: dpa-2026-03 annex 1\n", ""),
        spoil("waarborg.plans.disclosing._beyond", lambda policy, one, who: iter(())),
    ],
)
def test_projects_12_a_provider_gets_what_its_task_needs_on_instruction_and_it_is_listed(world: World) -> None:
    who = member(world)
    assert world.run("check", "--offline").code == 0
    assert disclose(world, who.email, "mail_provider", "deliver_service", "account.birth_date") == 2
    assert disclose(world, who.email, "mail_provider", "advertising", "account.email") == 2
    assert disclose(world, who.email, "mail_provider", "deliver_service", "account.email") == 0
    assert [one["data"] for one in given(world, who.email, "mail_provider") or []] == [["account.email"]]
    assert given(world, member(world, f"m.id > {who.id}").email, "mail_provider") == []


@promise(
    "projects.37",
    sabotage=[
        spoil("waarborg.state.disclosures.Disclosures._theirs", lambda self, hashed: set()),
        edit(
            "policy.yaml",
            "    data: [preferences.email]\n    agreement: dpa-2026-06",
            "    data: [preferences]\n    agreement: dpa-2026-06",
        ),
    ],
)
def test_projects_37_an_audience_upload_is_a_disclosure_of_each_person_in_it(world: World) -> None:
    one, other = "kanarie@post.example", "geen-kanarie@post.example"
    for number, email in enumerate((one, other)):
        world.insert("newsletter_subscriber", id=9001 + number, email=email, subscribed=True)
    log = world.folder / "audience.csv"
    head, line = "recipient,purpose,data,on,email\n", "ad_platform,advertising,{},2026-11-02,{}\n"
    log.write_text(head + line.format("preferences.newsletter", one))  # a field that was not told
    assert world.run("disclose", "--log", str(log)).code == 2
    log.write_text(head + line.format("preferences.email", one))
    assert world.run("disclose", "--log", str(log)).code == 0
    assert given(world, one, "ad_platform") == [
        {"on": "2026-11-02", "purpose": "advertising", "data": ["preferences.email"]}
    ]
    assert given(world, other, "ad_platform") == []


@promise("projects.42", sabotage=[
    spoil("waarborg.policy.checks.CHECKS", WITHOUT_SALE),
    edit("policy.yaml", "    instruction: dpa-2026-06 annex 1 ", "    own_use: [marketing]\n    instruction: dpa-2026-06 annex 1 "),
])  # fmt: skip
def test_projects_42_a_sale_cannot_be_expressed(world: World) -> None:
    assert world.run("check", "--offline").code == 0
    world.edit(
        "policy.yaml",
        "    role: processor\n    country: IE\n",
        "    role: processor\n    country: IE\n    for_consideration: true\n",
    )
    assert "WB043" in world.findings("--offline")
    assert world.promises("recipients.ad_platform")["recipients.ad_platform"]["state"] == "broken"


@promise(
    "projects.44",
    sabotage=[
        spoil("waarborg.plans.disclosing._exceptional", lambda policy, one: iter(())),
        spoil("waarborg.state.disclosures.Disclosure.silent", lambda self, today: True),
    ],
)
def test_projects_44_an_exception_has_a_ground_a_document_a_decider_and_is_told_afterwards(world: World) -> None:
    who = member(world)
    order = world.folder / "order.pdf"
    order.write_text("an order")
    about = ["--data", "account.email", "--email", who.email]
    assert world.run("disclose", "--ground", "curiosity", *about).code == 2
    assert world.run("disclose", "--ground", "law", *about).code == 2  # nobody decided, on nothing
    whole = ["--ground", "law", "--who", "Politie", "--by", "privacy officer", "--document", str(order), *about]
    assert world.run("disclose", *whole, "--silent-until", "2026-12-31", "--silent-law", "Sv art. 126").code == 0
    assert world.access(who.email)["information"]["disclosures"] == []
    world.travel(days=40)
    told = world.access(who.email)["information"]["disclosures"]
    assert told == [{"ground": "law", "who": "Politie", "data": ["account.email"], "on": "2026-11-28"}]
    (entry,) = world.entries("data.disclosed")
    assert entry.data["ground"] == "law"
    assert len(entry.data["document"]) == 64


@promise(
    "projects.45",
    sabotage=[
        spoil("waarborg.plans.recipients.must_be_told", lambda *given: ()),
        edit("policy.yaml", "    name: Taakveld Support N.V.\n    label: {nl: onze helpdesk in Gent, en: our help desk in Ghent}\n"
             "    role: affiliate", "    name: Taakveld Support N.V.\n    label: {nl: onze helpdesk in Gent, en: our help desk in Ghent}\n"
             "    role: authority"),
    ],
)  # fmt: skip
def test_projects_45_an_erasure_is_passed_on_to_the_affiliate_until_it_is_confirmed(world: World) -> None:
    plan, _ = world.erase(member(world).email)
    told = {one["recipient"]: one["state"] for one in world.run("recipients", plan, "--json").data["recipients"]}
    assert told.get("support_be") == "due"
    world.travel(days=40)
    assert world.promises("recipients.support_be")["recipients.support_be"]["state"] == "broken"
    world.run("recipients", plan, "support_be", "--state", "confirmed")
    assert world.promises("recipients.support_be")["recipients.support_be"]["state"] == "kept"


@promise("projects.48", sabotage=edit(
    "policy.yaml", "    data: [account.email, content.title]\n    basis: contract\n    by_choice: true",
    "    data: [account.email, content.title]\n    basis: contract",
))  # fmt: skip
def test_projects_48_an_app_is_named_only_to_those_for_whom_it_was_switched_on(world: World) -> None:
    who = member(world)
    other = member(world, f"m.id > {who.id}")
    assert disclose(world, who.email, "calendar", "deliver_service", "account.email") == 0
    assert len(given(world, who.email, "calendar") or []) == 1
    assert given(world, other.email, "calendar") is None


@promise(
    "projects.49",
    sabotage=[
        spoil("waarborg.plans.recipients.must_be_told", lambda *given: ()),
        edit("policy.yaml", "    contact: privacy@agendalink.example\n", ""),
    ],
)
def test_projects_49_whoever_got_it_at_the_persons_wish_is_named_with_contact_and_told(world: World) -> None:
    who = member(world)
    assert disclose(world, who.email, "calendar", "deliver_service", "account.email", "content.title") == 0
    file, folder = world.folder / "answer.json", world.folder / "package"
    world.must("answer", "--email", who.email, "-o", str(file))
    world.must("package", str(file), "--language", "en", "-o", str(folder))
    page = (folder / "index.html").read_text()
    assert "Agendalink GmbH" in page
    assert "privacy@agendalink.example" in page
    assert "It was about account data (e-mail address); content (titles of projects and tasks)." in page
    plan, _ = world.erase(who.email)
    reply = world.folder / "reply.txt"
    reply.write_text("done")
    telling = letter(world, plan).partition("We are also passing it on to everyone who had this data from us:")[2]
    assert "Agendalink GmbH (Germany, privacy@agendalink.example)" in telling
    world.run("recipients", plan, "calendar", "--state", "confirmed", "--document", str(reply))
    (entry,) = world.entries("recipient.answered")
    assert (entry.data["reply"], len(entry.data["document"])) == ("confirmed", 64)
