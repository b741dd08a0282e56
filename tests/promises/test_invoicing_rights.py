"""Pennestreek's promises about use, choice and copies: grounds, objections, restriction, portability, providers."""

from __future__ import annotations

import csv
import io
import json

from tests.promises.kit import World, after, edit, promise, spoil, without_check
from tests.promises.test_invoicing_notice import LANGUAGES, notice, refused, somebody
from tests.promises.test_invoicing_people import CANARY, contact_of, shown

from waarborg.policy import load_policy
from waarborg.terms import SubjectRef

STILL_ALLOWED = spoil(
    "waarborg.state.limits.Limits.stopping", lambda self, people, purpose, *, at: [() for _ in people]
)
"""What a person had stopped is forgotten."""
SALE = "    instruction: dpa-2026-03 annex 1\n"


@promise(
    "invoicing.5",
    sabotage=[
        edit("policy.yaml", "    data: [support, basic, logs.browser, logs.device]\n    basis: contract\n", "    data: [support, basic, logs.browser, logs.device]\n    basis: legitimate_interests\n    interest: {nl: a, fr: b, en: c}\n    balancing: x\n"),
        without_check("WB031"),
        without_check("WB707"),
    ],
)  # fmt: skip
def test_invoicing_5_each_purpose_has_its_ground_and_an_interest_is_weighed(world: World) -> None:
    record = world.run("record", "--language", "en", "--format", "csv").out
    assert record.count("legitimate") >= 4 or "interest" in record
    purposes = load_policy(world.folder / "policy.yaml").purposes
    contract = {name for name, one in purposes.items() if str(one.basis) == "contract"}
    interest = {name for name, one in purposes.items() if str(one.basis) == "legitimate_interests"}
    assert {"service", "support", "billing"} <= contract
    assert {"development", "marketing"} <= interest
    assert all(purposes[name].balancing for name in interest)
    assert "WB031" in refused(world, "    balancing: docs/balancing-marketing.md\n", "")
    world.edit("policy.yaml", "    data: [logs.page, opinions]\n", "    data: [logs.page]\n")
    assert "WB707" in world.findings(), "a column that no purpose may read is reported"


@promise("invoicing.6", sabotage=STILL_ALLOWED)
def test_invoicing_6_marketing_and_its_profiles_stop_at_once(world: World) -> None:
    who = SubjectRef({"email": somebody(world)})
    with world.work() as work:
        for purpose in ("marketing", "profiles"):
            assert work.may_use(who, purpose)
            work.object(who, purpose)
            assert not work.may_use(who, purpose), "absolute: nothing is weighed"
        assert work.may_use(who, "service")


@promise("invoicing.22", sabotage=STILL_ALLOWED)
def test_invoicing_22_another_interest_is_halted_while_it_is_weighed(world: World) -> None:
    who = SubjectRef({"email": somebody(world)})
    with world.work() as work:
        limit = work.object(who, "development")
        assert not work.may_use(who, "development")
        work.weigh(limit.id, upheld=False, reason="Zonder deze cijfers vinden wij fouten niet.")
        assert work.may_use(who, "development")
        other = work.object(who, "security")
        work.weigh(other.id, upheld=True)
        assert not work.may_use(who, "security")
    assert world.entries("objection.upheld")


@promise(
    "invoicing.7",
    sabotage=[
        without_check("WB042"),
        without_check("WB043"),
        without_check("WB044"),
        edit("policy.yaml", "  fraud:\n    label: {nl: om fraude te onderzoeken, fr: pour enquêter sur une fraude, en: to investigate fraud}\n    basis: Art. 6(1)(f)\n    decider: privacy officer\n    promises: [invoicing.7]\n", ""),
    ],
)  # fmt: skip
def test_invoicing_7_given_on_declared_grounds_only_and_never_sold(world: World) -> None:
    assert "WB043" in refused(world, SALE, f"{SALE}    for_consideration: true\n")
    assert "WB042" in refused(world, SALE, f"{SALE}    own_use: [marketing]\n")
    assert "WB044" in refused(world, SALE, "")
    text = " ".join(notice(world, "en").split())
    for need in ("law or a court", "other hands", "protect our rights", "in danger", "investigate fraud", "authority"):
        assert need in text
    email, order = somebody(world), world.folder / "order.txt"
    order.write_text("bevel")
    words = ["disclose", "--data", "basic", "--email", email, "--who", "Politie", "--by", "privacy officer"]
    assert world.run(*words, "--ground", "curiosity", "--document", str(order)).code != 0
    assert world.run(*words, "--ground", "fraud", "--document", str(order)).code == 0
    told = world.access(email)["information"]["disclosures"]
    assert [one["ground"] for one in told] == ["fraud"]


@promise(
    "invoicing.12",
    sabotage=[
        spoil("waarborg.notice.answer.provided", lambda policy, datamap, decl, column: True),
        edit("datamap.yaml", "      mobile: basic.mobile\n", "      mobile: technical\n"),
    ],
)
def test_invoicing_12_what_people_gave_goes_along_in_a_form_that_machines_read(world: World) -> None:
    number = contact_of(world)
    world.sql("UPDATE person SET mobile = '0400123456' WHERE id = ?", number)
    world.insert(
        "person_segment", person_id=number, segment="kleine zaak", score=5, derived_from="kanarie-afleiding",
        built_at="2026-10-01 10:00:00",
    )  # fmt: skip
    folder = world.folder / "mine"
    world.must("answer", "--email", CANARY, "--portability", "-o", str(folder))
    everything = {path.name: path.read_text(encoding="utf-8-sig") for path in folder.rglob("*") if path.is_file()}
    data = json.loads(everything["data.json"])
    assert "0400123456" in json.dumps(data)
    assert "kanarie-afleiding" not in "".join(everything.values()), "what was inferred is not theirs to take along"
    tables = [list(csv.reader(io.StringIO(text))) for name, text in everything.items() if name.endswith(".csv")]
    assert any("0400123456" in cell for table in tables for row in table for cell in row)
    assert any(name.endswith("schema.json") for name in everything)


def spoilt(world: World) -> None:
    """Something of the person is other than it was."""
    world.sql("UPDATE person SET last_name = 'Anders' WHERE id = 9001")


@promise(
    "invoicing.13",
    sabotage=[
        STILL_ALLOWED,
        after("waarborg.plans.casework.Casework.apply", spoilt),
    ],
)
def test_invoicing_13_restriction_sets_apart_and_gives_back(world: World) -> None:
    number = contact_of(world)
    before = world.dump()
    made = world.must("restrict", "--email", CANARY, "--ground", "accuracy_contested")
    assert world.carry_out(str(made["id"])).code == 0
    assert world.one("SELECT count(*) FROM person WHERE id = ? AND email = ?", number, CANARY) == 0
    with world.work() as work:
        assert not work.may_use(SubjectRef({"email": CANARY}), "service")
    limit = world.must("limits", "--email", CANARY)["limits"][0]["request"]
    assert world.run("restore", limit[:8]).code != 0, "people are told before it is lifted"
    letter = world.folder / "letter.txt"
    letter.write_text("Wij gebruiken uw gegevens weer, want het adres klopt.")
    world.must("restriction", "tell", limit[:8], "--reason", "Het adres klopt.", "--letter", str(letter))
    back = world.must("restore", limit[:8])
    assert world.carry_out(str(back["id"])).code == 0
    assert world.dump() == before


@promise(
    "invoicing.26",
    sabotage=[
        spoil("waarborg.plans.recipients.must_be_told", lambda *given: ()),
        without_check("WB044"),
        edit(
            "policy.yaml", "dan blijven wij verantwoordelijk voor wat", "dan is dat bedrijf verantwoordelijk voor wat"
        ),
    ],
)
def test_invoicing_26_providers_are_told_and_followed_until_they_confirm(world: World) -> None:
    assert "dan blijven wij verantwoordelijk" in " ".join(notice(world, "nl").split())
    assert all(len(notice(world, language)) > 1000 for language in LANGUAGES)
    assert "WB044" in refused(world, "    agreement: dpa-2026-04\n", "")
    plan, _ = world.erase(somebody(world))
    due = world.run("recipients", plan, "--json")
    assert due.code == 1, "somebody still has to be told"
    names = {one["recipient"] for one in due.data["recipients"]}
    assert {"hosting", "mail_provider"} <= names
    for name in names:
        world.run("recipients", plan, name, "--state", "confirmed")
    assert world.run("recipients", plan).code == 0


@promise(
    "invoicing.11",
    sabotage=edit("datamap.yaml", "      email_lower: basic.email\n", "      email_lower: technical\n"),
)
def test_invoicing_11_a_correction_reaches_every_copy(world: World) -> None:
    number = contact_of(world)
    new = "nieuwe.vogel@zaak2.example"
    world.corrected(CANARY, basic_email=new)
    assert world.sql("SELECT email, email_lower FROM person WHERE id = ?", number) == [(new, new)]
    assert shown(world.access(new), "app.person")
