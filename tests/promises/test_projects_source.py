"""Taakveld's promises about which data it has, and where it comes from."""

from __future__ import annotations

import pytest
from tests.promises.kit import World, edit, promise, spoil
from tests.promises.taakveld import CANARY, author, comment, member, shown, task_of

from waarborg.errors import PlanError
from waarborg.terms import SubjectRef

IBAN, OTHER = "NL91ABNA0417164300", "NL02ABNA0123456789"


@promise("projects.2", sabotage=edit("datamap.yaml", "iban_compact: billing.iban", "iban_compact: technical"))
def test_projects_2_account_and_billing_data_are_in_the_answer_and_can_be_corrected(world: World) -> None:
    who = member(
        world, "EXISTS (SELECT 1 FROM invoice i WHERE i.member_id = m.id AND i.fiscal_year_end < '2018-12-31')"
    )
    world.sql("UPDATE member SET phone = '0601234567', photo = ? WHERE id = ?", f"{CANARY}.jpg", who.id)
    world.sql("UPDATE invoice SET iban = 'NL91 ABNA 0417 1643 00', iban_compact = ? WHERE member_id = ?", IBAN, who.id)
    answer = world.access(who.email)
    assert {row["photo"] for row in shown(answer, "app.member")} == {f"{CANARY}.jpg"}
    assert {row.get("iban_compact") for row in shown(answer, "app.invoice")} == {IBAN}
    with world.work() as work, pytest.raises(PlanError, match="IBAN"):  # its check digits do not fit
        work.plan_rectification(SubjectRef({"email": who.email}), {"billing.iban": "NL91ABNA0417164301"})
    world.corrected(who.email, billing_iban=OTHER)
    assert not world.where(IBAN)
    assert not world.where("NL91 ABNA")  # in neither spelling
    written = world.sql("SELECT replace(iban, ' ', ''), iban_compact FROM invoice WHERE member_id = ?", who.id)
    assert written == [(OTHER, OTHER)]


@promise(
    "projects.3",
    sabotage=[
        edit(
            "datamap.yaml",
            "- {about: app.client_contact, by: contact_id, columns: [contact_name, contact_email], on_erasure: clear}",
            "- {visible_to: app.client_contact, by: contact_id, on_erasure: clear}",
        ),
        edit(
            "datamap.yaml", "columns: {body: {is: content.text, source: other_subjects}}", "columns: {body: technical}"
        ),
    ],
)
def test_projects_3_who_wrote_about_others_gets_what_is_theirs_and_takes_nothing_along(world: World) -> None:
    who = author(world)
    project = world.one("SELECT project_id FROM task WHERE id = ?", task_of(world, who))
    contact = world.one("SELECT id FROM client_contact ORDER BY id")
    world.sql(
        "UPDATE project SET contact_id = ?, contact_name = ?, contact_email = 'kanarie@klant1.example' WHERE id = ?",
        contact, f"{CANARY} van der Elders", project,
    )  # fmt: skip
    comment(world, who, f"Geschreven door mij: {CANARY}")
    other = world.one("SELECT id FROM comment WHERE task_id = ? AND author_id <> ?", task_of(world, who), who.id)
    answer = world.access(who.email)
    assert any(CANARY in str(row["body"]) for row in shown(answer, "app.comment"))
    assert f"{CANARY} van der Elders" not in str(answer)  # the contact person's own, withheld
    before = world.sql("SELECT body FROM comment WHERE id = ?", other)
    world.erase(who.email)
    assert world.sql("SELECT contact_name FROM project WHERE id = ?", project) == [(f"{CANARY} van der Elders",)]
    assert len(world.sql("SELECT body FROM comment WHERE id = ?", other)) == len(before)


@promise("projects.4", sabotage=edit("datamap.yaml", "words: support.attachment}", "words: technical}"))
def test_projects_4_attachments_of_a_ticket_are_in_the_answer_and_go(world: World) -> None:
    email = "vraagsteller@elders.example"
    world.insert("support_ticket", id=9001, email=email, question="Waar staat het?", opened_at="2026-11-01 10:00:00")
    world.insert("support_attachment", id=9001, ticket_id=9001, file_name="scherm.png", words=f"Fout {CANARY}")
    (seen,) = shown(world.access(email), "app.support_attachment")
    assert seen.get("words") == f"Fout {CANARY}"
    world.erase(email)
    assert not world.where(CANARY)
    assert not world.where(email)


@promise(
    "projects.5",
    sabotage=[
        edit("datamap.yaml", "columns: {term: usage.search_term}", "columns: {term: technical}"),
        edit(
            "policy.yaml",
            "  usage:\n    data: [usage]\n    for: 1 year",
            "  usage:\n    data: [usage]\n    for: 5 years",
        ),
    ],
)
def test_projects_5_use_is_found_by_person_and_has_a_term_of_its_own(world: World) -> None:
    who = member(world)
    world.insert("search_log", id=9001, member_id=who.id, term=CANARY, at="2025-03-01 10:00:00")
    world.insert("feature_use", member_id=who.id, feature=f"{CANARY}-functie", used_at="2026-11-01 10:00:00")
    answer = world.access(who.email)
    assert CANARY in {row["term"] for row in shown(answer, "app.search_log")}
    assert f"{CANARY}-functie" in {row["feature"] for row in shown(answer, "app.feature_use")}
    assert shown(answer, "app.coworker_score")
    world.swept("usage")
    assert world.sql("SELECT 1 FROM search_log WHERE term = ? AND member_id = ?", CANARY, who.id) == []


@promise(
    "projects.6",
    sabotage=[
        edit(
            "datamap.yaml",
            "  app.invitation:                       # people who have no account yet\n    subject:\n      key: id\n"
            "      identifiers: {email: {column: email, normalise: lowercase}, name: name}",
            "  app.invitation:\n    subject:\n      key: id\n      identifiers: {name: name}",
        ),
        edit(
            "datamap.yaml",
            "by: reply_to, on_erasure: clear}\n      - {about: app.member, in_text: body, "
            'mentions: [name, email], on_erasure: replace, replace_with: "[oud-lid]"}',
            "by: reply_to, on_erasure: clear}",
        ),
    ],
)
def test_projects_6_who_never_had_an_account_is_found_and_has_rights(world: World) -> None:
    email, project = "Kanarie@Bureau1.example", world.one("SELECT id FROM project ORDER BY id")
    inviter = member(world)
    world.insert("invitation", id=9001, project_id=project, email=email, name=CANARY, token="t", invited_by=inviter.id)
    contact = world.one("SELECT email FROM client_contact ORDER BY id")
    answer = world.access("kanarie@bureau1.example")
    assert [row["name"] for row in shown(answer, "app.invitation")] == [CANARY]
    assert shown(world.access(contact), "app.client_contact")
    who = author(world)
    comment(world, author(world), f"Overleg met {who.name}.")
    assert "comment.body" in world.where(who.name)
    world.erase(email)
    world.erase(contact)
    assert not world.where(CANARY)
    assert not world.where(contact)
    assert world.where(inviter.email)
    world.erase(who.email)
    assert "comment.body" not in world.where(who.name)  # mentioned by others


@promise(
    "projects.27",
    sabotage=[
        edit("policy.yaml", "    data: [support]\n    for: 2 years", "    data: [support]\n    for: 20 years"),
        edit("policy.yaml", "    label: {nl: Nieuwsbrief, en: Newsletter}\n    data: [preferences]",
             "    label: {nl: Nieuwsbrief, en: Newsletter}\n    data: [preferences, support.email]"),
    ],
)  # fmt: skip
def test_projects_27_a_form_has_its_own_purpose_and_term_and_is_no_mailing_list(world: World) -> None:
    from waarborg.policy import load_policy

    email = "bezoeker@elders.example"
    world.insert("support_ticket", id=9001, email=email, name=CANARY, question="Mag ik een demonstratie?",
                 opened_at="2024-01-01 10:00:00", closed_at="2024-01-05 10:00:00")  # fmt: skip
    assert shown(world.access(email), "app.support_ticket")
    policy = load_policy(world.folder / "policy.yaml")
    marketing = [one for one in policy.purposes.values() if one.promotional]
    assert marketing
    assert not [ref for one in marketing for ref in policy.expand(one.data) if ref.startswith("support.")]
    world.swept("support", "connection")
    assert not world.where(email)


@promise(
    "projects.28",
    sabotage=[
        edit("datamap.yaml", "      town: connection.town\n", "      town: technical\n"),
        spoil("waarborg.scan.precision.TOO_FINE", {}),
    ],
)
def test_projects_28_the_derived_place_is_a_town_and_no_finer(world: World) -> None:
    who = member(world)
    world.insert("login_attempt", id=9001, username=who.email, ip_address="192.0.2.9", town="Zwolle", succeeded=True,
                 at="2026-11-20 10:00:00")  # fmt: skip
    assert "Zwolle" in {row.get("town") for row in shown(world.access(who.email), "app.login_attempt")}
    assert world.run("check").code == 0
    world.sql("UPDATE login_attempt SET town = '52.5168, 6.0830'")  # a check looks at a sample
    assert "WB720" in world.findings()


@promise("projects.29", sabotage=[
    edit("policy.yaml", "    source: [third_party]\n", "    source: [automatic]\n"),
    edit("policy.yaml", "    third_parties: [Marktkijk B.V.]       # every source outside has a name\n", ""),
])  # fmt: skip
def test_projects_29_a_partner_that_reports_is_named(world: World) -> None:
    email = "kanarie@post.example"
    world.insert("partner_report", id=9001, email=email, interest=CANARY)
    answer = world.access(email)
    assert shown(answer, "app.partner_report")[0]["interest"] == CANARY
    assert answer["information"]["sources"]["partner_reports"]["source"] == ["third_party"]
    told = world.run("notice", "--elsewhere", "--language", "nl", "--format", "md").out
    assert "Marktkijk B.V." in told
    assert world.run("check", "--offline").code == 0
