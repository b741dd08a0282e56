"""Pennestreek's promises to people: contact persons apart, traces found, gone at once, choices and profiles shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.promises.kit import World, edit, promise, without_check
from tests.promises.test_invoicing_notice import refused

CANARY = "kanarie.vogel@zaak2.example"
LIMIT = 60
"""Seconds that carrying out an erasure may take here: the policy says at once."""


OWNED = "{belongs_to: app.person, by: owner_id"
INVITED = "{visible_to: app.person, by: invited_by, withhold: true"
TYPED = "by_value: {username: email, normalise: [lowercase, trim]}"
RULE = "    data: [profile]\n    for: 1 year\n"


def contact_of(world: World, organisation: int = 2) -> int:
    """A new contact person of a company: no account, and somebody else invited them."""
    head = world.one("SELECT min(id) FROM person WHERE organisation_id = ? AND id > 0", organisation)
    world.insert(
        "person", id=9001, organisation_id=organisation, kind="contact", first_name="Kanarie", last_name="Vogel",
        email=CANARY, email_lower=CANARY, invited_by=head, created_at="2026-01-05 10:00:00",
    )  # fmt: skip
    world.insert("access", organisation_id=organisation, person_id=9001, role="lezer", granted_at="2026-01-05 10:00:00")
    return 9001


def shown(answer: dict[str, Any], table: str) -> list[dict[str, Any]]:
    """The rows of a table in an access answer."""
    return [row for one in answer["data"] if one["table"] == table for row in one["rows"]]


def everything_else(world: World) -> dict[str, list[tuple[object, ...]]]:
    """Every row but those of the canary."""
    rows = {name: [row for row in rows if 9001 not in row and CANARY not in row] for name, rows in world.dump().items()}
    return {name: found for name, found in rows.items() if found}


@promise(
    "invoicing.3",
    sabotage=[
        edit("datamap.yaml", f"{OWNED}, where: {{kind: self_employed}}}}", f"{OWNED}}}"),
        edit("datamap.yaml", INVITED, "{belongs_to: app.person, by: invited_by, dies_with: true"),
    ],
)
def test_invoicing_3_a_contact_goes_and_the_company_stays(world: World) -> None:
    world.sql("UPDATE organisation SET kind = 'company' WHERE id = 2")
    contact_of(world)
    world.sql("UPDATE organisation SET owner_id = 9001 WHERE id = 2")
    world.insert(
        "person", id=9002, organisation_id=2, kind="contact", first_name="Een", last_name="Collega", invited_by=9001,
        created_at="2026-01-06 10:00:00",
    )  # fmt: skip
    before = everything_else(world)
    _, verified = world.erase(CANARY)
    assert verified.code == 0
    after = everything_else(world)
    changed = {name for name in before if before[name] != after.get(name)}
    assert changed <= {"person"}, "the company, its invoices and its accesses are as they were"
    assert world.sql("SELECT first_name, last_name FROM person WHERE id = 9002") == [("Een", "Collega")]
    assert world.one("SELECT iban IS NOT NULL AND name IS NOT NULL FROM organisation WHERE id = 2")


@promise(
    "invoicing.3",
    sabotage=edit("datamap.yaml", "where: {kind: [user, contact,", "where: {kind: [contact,"),
)
def test_invoicing_3_an_account_without_any_named_contact_works(world: World) -> None:
    world.insert(
        "organisation", id=901, kind="company", name="Naamloos", language="nl", last_vat_year_end="2026-12-31",
        created_at="2026-02-01 09:00:00",
    )  # fmt: skip
    world.insert(
        "person", id=9003, organisation_id=901, kind="user", email="balie@naamloos.example",
        email_lower="balie@naamloos.example", created_at="2026-02-01 09:00:00",
    )  # fmt: skip
    mine = shown(world.access("balie@naamloos.example"), "app.person")
    assert [row["email"] for row in mine] == ["balie@naamloos.example"]
    _, verified = world.erase("balie@naamloos.example")
    assert verified.code == 0
    assert world.where("balie@naamloos.example") == {}


@promise(
    "invoicing.8",
    sabotage=[
        edit("datamap.yaml", f"belongs_to: app.person, {TYPED}", f"visible_to: app.person, {TYPED}, on_erasure: keep"),
        edit("policy.yaml", "  erasure: {self_service: true,", "  erasure: {self_service: true, undo: 7 days,"),
    ],
)
def test_invoicing_8_deleting_the_account_removes_the_data_at_once(world: World) -> None:
    number = contact_of(world)
    world.insert("session", token="kanarie", person_id=number, ip_address="192.0.2.9", created_at="2026-11-01 10:00:00")
    world.insert(
        "login_attempt", username=f" {CANARY.upper()}", ip_address="192.0.2.9", succeeded=1, at="2026-11-01 10:00:00"
    )
    world.insert("mailing_list_member", list_id=1, email=CANARY, name="Kanarie Vogel", added_at="2026-11-01 10:00:00")
    assert {"person.email", "login_attempt.username", "mailing_list_member.email"} <= set(world.where(CANARY))
    plan, verified = world.erase(CANARY)
    assert verified.code == 0
    assert world.where(CANARY) == {}
    assert world.where("Kanarie") == {}
    assert world.one("SELECT count(*) FROM session WHERE token = 'kanarie'") == 0
    approved, applied = (
        datetime.fromisoformat(world.entries(kind)[-1].at) for kind in ("plan.approved", "plan.applied")
    )
    assert 0 <= (applied - approved).total_seconds() < LIMIT
    letter = " ".join(world.run("answer", plan, "--language", "nl").out.split())
    assert "Zetten wij er een terug, dan wissen wij uw gegevens opnieuw" in letter, "what backups still hold is told"
    notice = world.run("notice", "--language", "nl", "--format", "txt").out
    assert "zeven dagen" not in notice, "there is no waiting period"


@promise(
    "invoicing.19",
    sabotage=[
        edit("datamap.yaml", "      via: marketing.permission\n", "      via: technical\n"),
        edit("datamap.yaml", "      allowed: marketing.permission\n", "      allowed: technical\n"),
        edit("datamap.yaml", "      decided_at: marketing.permission\n", "      decided_at: technical\n"),
    ],
)
def test_invoicing_19_the_choice_itself_is_on_file_and_in_the_answer(world: World) -> None:
    contact_of(world)
    world.insert(
        "marketing_permission", id=9001, email=CANARY, channel="email", allowed=0, via="instellingen",
        decided_at="2026-03-04 11:12:13",
    )  # fmt: skip
    rows = [
        row for one in world.access(CANARY)["data"] if one["table"] == "app.marketing_permission" for row in one["rows"]
    ]
    assert len(rows) == 1
    assert rows[0].get("allowed") == 0
    assert rows[0].get("via") == "instellingen"
    assert str(rows[0].get("decided_at")).startswith("2026-03-04")
    world.sql("UPDATE marketing_permission SET allowed = NULL, via = NULL, decided_at = NULL WHERE id = 9001")
    rows = [
        row for one in world.access(CANARY)["data"] if one["table"] == "app.marketing_permission" for row in one["rows"]
    ]
    assert rows[0].get("allowed") is None, "nobody asked: that is no yes"


@promise(
    "invoicing.25",
    sabotage=[
        edit("datamap.yaml", "derived_from: profile.derived_from", "derived_from: technical"),
        edit("policy.yaml", RULE, f"{RULE}    law: WBTW art. 60\n    keep: [segment, derived_from]\n"),
        without_check("WB039"),
    ],
)
def test_invoicing_25_a_profile_is_shown_with_what_it_came_from_and_goes(world: World) -> None:
    email = str(world.one("SELECT p.email FROM person p JOIN person_segment s ON s.person_id = p.id WHERE p.id > 6"))
    number = world.one("SELECT id FROM person WHERE email = ?", email)
    world.sql("UPDATE person_segment SET built_at = '2026-10-01 10:00:00'")
    answer = world.access(email)
    rows = shown(answer, "app.person_segment")
    segment, derived = world.sql("SELECT segment, derived_from FROM person_segment WHERE person_id = ?", number)[0]
    assert [(row.get("segment"), row.get("derived_from")) for row in rows] == [(segment, derived)]
    assert [one["purpose"] for one in answer["information"]["decisions"]] == ["profiles"]
    assert "WB039" in refused(world, "      inputs: [logs.page, basic.job]\n", "      inputs: [invoices.remark]\n")
    before = world.one("SELECT count(*) FROM person_segment")
    world.erase(email)
    assert world.one("SELECT count(*) FROM person_segment WHERE person_id = ?", number) == 0
    assert world.one("SELECT count(*) FROM person_segment") == before - len(rows), "nor is it built on under another"


@promise(
    "invoicing.11",
    sabotage=edit(
        "datamap.yaml",
        "  app.device:\n    links:\n      - {belongs_to: app.person, by: person_id}",
        "  app.device:\n    unlinked: niemand",
    ),
)
def test_invoicing_11_access_at_any_time_to_everything(world: World) -> None:
    number = contact_of(world)
    world.insert(
        "device", id=9001, person_id=number, name="kanarie-toestel", push_token="x", last_used_at="2026-11-01 10:00:00"
    )
    for _ in range(2):
        assert shown(world.access(CANARY), "app.person")[0]["last_name"] == "Vogel"
        assert [row["name"] for row in shown(world.access(CANARY), "app.device")] == ["kanarie-toestel"]
        world.travel(days=200)
