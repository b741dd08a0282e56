"""Pennestreek's promises about how long: logs on term, invoices by law to the day, an end for everything, backups."""

from __future__ import annotations

import shutil

from tests.promises.kit import World, edit, promise, spoil, without_check
from tests.promises.test_invoicing_notice import LANGUAGES, notice, refused
from tests.promises.test_invoicing_people import CANARY, contact_of, shown

KEEP = "    keep: [name, address, vat_number, amount, product]\n"
LOGS = "    data: [logs]\n    for: 6 months\n"


def buyer(world: World) -> int:
    """A private person who got an invoice this year: name, address and amount are law's; the rest is not."""
    world.insert(
        "relation", id=9001, organisation_id=2, kind="private", name="Kanarie Vogel", email=CANARY, phone="0400112233",
        address="Vogelstraat 1, 9000 Gent", iban="BE42 9860 0000 0254", last_invoice_on="2026-03-01",
    )  # fmt: skip
    world.insert(
        "invoice", id=9001, organisation_id=2, number="2026/9001", relation_id=9001, buyer_name="Kanarie Vogel",
        buyer_address="Vogelstraat 1, 9000 Gent", buyer_email=CANARY, remark="Kanarie belt nog", amount_cents=12345,
        issued_on="2026-03-01", vat_year_end="2026-12-31",
    )  # fmt: skip
    world.insert("invoice_line", invoice_id=9001, line=1, description="Kooi", amount_cents=12345)
    return 9001


@promise(
    "invoicing.10",
    sabotage=[
        edit("policy.yaml", KEEP, "    keep: [name, address, vat_number, amount, product, email]\n"),
        edit("policy.yaml", KEEP, "    keep: [address, vat_number, amount, product]\n"),
        edit("policy.yaml", f"    law: WBTW art. 60\n{KEEP}", KEEP),
    ],
)
def test_invoicing_10_an_invoice_stays_for_the_law_and_goes_on_its_day(world: World) -> None:
    number = buyer(world)
    plan, verified = world.erase(CANARY)
    assert verified.code == 0
    row = world.sql("SELECT buyer_name, buyer_address, amount_cents, buyer_email, remark FROM invoice WHERE id = 9001")
    assert row == [("Kanarie Vogel", "Vogelstraat 1, 9000 Gent", 12345, None, None)]
    assert world.where(CANARY) == {}
    assert world.where("0400112233") == {}
    letter = " ".join(world.run("answer", plan, "--language", "fr").out.split())
    assert "31 décembre 2036" in letter
    assert "l'article 60 du Code belge de la TVA" in letter
    world.travel(days=365 * 10 + 30)
    assert world.one("SELECT count(*) FROM invoice WHERE id = ?", number) == 1, "31 December 2036 has not passed"
    world.travel(days=30)
    world.run("retention", "run")
    assert world.one("SELECT count(*) FROM invoice WHERE id = ?", number) == 0
    assert world.where("Kanarie") == {}


@promise(
    "invoicing.4",
    sabotage=[
        edit("policy.yaml", LOGS, LOGS.replace("6 months", "60 months")),
        edit("datamap.yaml", "{belongs_to: app.person, by: {column: actor, template: \"person,{}\"}, nobody: [0]}", "{visible_to: app.person, by: {column: actor, template: \"person,{}\"}, nobody: [0], on_erasure: keep}"),
        edit("datamap.yaml", "    links:\n      - {belongs_to: app.person, by_json: {column: context, path: user.id}}", "    unlinked: niemand"),
    ],
)  # fmt: skip
def test_invoicing_4_logs_are_searched_on_access_and_go_on_term(world: World) -> None:
    number = contact_of(world)
    for id, at in ((90001, "2026-11-01 10:00:00"), (90002, "2026-02-01 10:00:00")):
        world.insert(
            "activity",
            id=id,
            actor=f"person,{number}",
            object="invoice,1",
            action="bekeken",
            ip_address="192.0.2.77",
            at=at,
        )
        world.insert(
            "api_call",
            id=id,
            route="GET /kanarie",
            context=f'{{"user": {{"id": {number}}}}}',
            ip_address="192.0.2.78",
            at=at,
        )
    answer = world.access(CANARY)
    assert len(shown(answer, "app.activity")) == 2
    assert len(shown(answer, "app.api_call")) == 2
    world.swept("logs")
    assert world.where("192.0.2.77") == {"activity.ip_address": 1}, "what is past six months went by itself"
    world.erase(CANARY)
    assert world.where("192.0.2.77") == {}
    assert world.where("192.0.2.78") == {}


@promise(
    "invoicing.20",
    sabotage=[
        without_check("WB060"),
        edit("datamap.yaml", "created: opened_at, ticket_closed: closed_at}", "created: opened_at}"),
        spoil("waarborg.cli.promises.GRACE", __import__("datetime").timedelta(days=36500)),
    ],
)
def test_invoicing_20_every_category_has_an_end_and_rows_past_it_are_counted(world: World) -> None:
    gone = "  support:\n    data: [support]\n    for: 2 years\n    from: ticket_closed\n    then: erase\n    promises: [invoicing.20]\n"
    assert "WB060" in refused(world, gone, "")
    world.insert(
        "ticket", id=90001, email=CANARY, subject="Kanarie", opened_at="2023-01-01 10:00:00",
        closed_at="2023-01-02 10:00:00",
    )  # fmt: skip
    assert world.promises("retention.support")["retention.support"]["state"] == "broken"
    world.swept("support", "logs")
    assert world.where(CANARY) == {}
    assert world.promises("retention.support")["retention.support"]["state"] == "kept"


@promise(
    "invoicing.9",
    sabotage=[
        edit("policy.yaml", "    sets: [nightly]\n    for: 1 year\n", "    sets: [nightly]\n    for: 5 years\n"),
        spoil("waarborg.plans.retention.Retention._look", lambda self, stone: None),
    ],
)
def test_invoicing_9_a_restored_backup_does_not_bring_anybody_back(world: World) -> None:
    assert "We keep a backup for one year." in " ".join(notice(world, "en").split())
    buyer(world)
    backup = world.folder / "nightly.db"
    shutil.copy(world.database, backup)
    world.erase(CANARY)
    assert world.where(CANARY) == {}
    shutil.copy(backup, world.database)
    assert world.where(CANARY), "the backup holds the person still"
    world.run("retention", "run")
    for one in world.must("plans")["plans"]:
        if one["state"] == "made" and not one["plan"]["rule"]:
            world.carry_out(str(one["id"]))
    assert world.where(CANARY) == {}, "the erasure was done again"
    assert world.one("SELECT buyer_name FROM invoice WHERE id = 9001") == "Kanarie Vogel", "and the law still keeps"


@promise(
    "invoicing.16",
    sabotage=[
        edit("policy.yaml", "    label: {nl: Schijven zijn versleuteld., fr: Les disques sont chiffrés., en: Disks are encrypted.}\n", "    label: {nl: Er zijn schijven., fr: Il y a des disques., en: There are disks.}\n"),
        spoil("waarborg.notice.guide.security", lambda policy, say: None),
    ],
)  # fmt: skip
def test_invoicing_16_the_description_of_security_is_made_from_what_is_declared_and_shown(world: World) -> None:
    told = {"nl": "Schijven zijn versleuteld", "fr": "Les disques sont chiffrés", "en": "Disks are encrypted"}
    for language in LANGUAGES:
        text = " ".join(notice(world, language).split())
        assert told[language] in text
        assert "2026" in text, "it says from which day it holds"
    found = world.promises("measures.access", "measures.datacentre")
    assert found["measures.access"]["state"] in ("kept", "not_shown")
    assert found["measures.datacentre"]["state"] == "not_shown"
    document = world.folder / "iso.pdf"
    document.write_text("een certificaat")
    world.must("attest", "measures.datacentre", "--document", str(document), "--until", "2027-11-30")
    assert world.promises("measures.datacentre")["measures.datacentre"]["state"] == "attested"


@promise("invoicing.24", sabotage=[
    without_check("WB087"),
    edit("policy.yaml", "    review: 2028-06-30\n", "    review: 2036-06-30\n"),
])  # fmt: skip
def test_invoicing_24_a_measure_past_its_review_is_a_finding(world: World) -> None:
    assert "WB087" not in world.findings("--offline")
    world.travel(days=600)
    assert "WB087" in world.findings("--offline")
