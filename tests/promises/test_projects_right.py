"""Taakveld's promises about what people can do."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from tests.promises.kit import World, edit, promise, spoil
from tests.promises.taakveld import CANARY, author, comment, letter, member, shown, task_of

from waarborg.notice import letters
from waarborg.notice.markdown import to_text
from waarborg.notice.words import NoticeError
from waarborg.policy import load_policy
from waarborg.stores.contract import NONE
from waarborg.terms import Right, SubjectRef

STILL_ALLOWED = spoil(
    "waarborg.state.limits.Limits.stopping", lambda self, people, purpose, *, at: [() for _ in people]
)
"""What a person had stopped is forgotten."""


def package(world: World, email: str, *words: str) -> Path:
    """The answer package of a person, in English."""
    file, folder = world.folder / "for-package.json", world.folder / f"package{len(words)}"
    world.must("answer", "--email", email, "-o", str(file))
    world.must("package", str(file), "--language", "en", "-o", str(folder), *words)
    file.unlink()
    return folder


def nobody_guards(world: World) -> None:
    """Other people's columns are told apart neither by the engine nor by the package."""
    world.patch.setattr("waarborg.plans.access._Access._about_others", lambda self, arm: NONE)
    world.patch.setattr("waarborg.notice.answer.others", lambda decl, why: frozenset())


@promise(
    "projects.18",
    sabotage=[
        nobody_guards,
        edit("policy.yaml", "      law: Art. 15(4)\n      promises: [projects.18]", "      promises: [projects.18]"),
    ],
)
def test_projects_18_others_are_masked_and_each_limit_has_its_ground(world: World) -> None:
    who = author(world)
    project = world.one("SELECT project_id FROM task WHERE id = ?", task_of(world, who))
    contact = world.one("SELECT id FROM client_contact ORDER BY id")
    world.sql("UPDATE project SET contact_id = ?, contact_name = ? WHERE id = ?", contact, f"{CANARY} Elders", project)
    folder = package(world, who.email)
    everything = "".join(path.read_text(encoding="utf-8-sig") for path in folder.rglob("*") if path.is_file())
    assert who.email in everything
    assert CANARY not in everything
    page = (folder / "index.html").read_text()
    assert "We do not show other people" in page
    assert "Article 15(4)" in page or "article 15(4)" in page or "Art. 15(4)" in page
    assert world.run("check", "--offline").code == 0


@promise("projects.20", sabotage=STILL_ALLOWED)
def test_projects_20_who_is_no_longer_active_can_have_all_use_stopped(world: World) -> None:
    who = SubjectRef({"email": member(world).email})
    with world.work() as work:
        assert work.may_use(who, "recommendations")
        work.stop_use(who)
        for purpose in ("recommendations", "newsletter", "deliver_service", "combining"):
            assert not work.may_use(who, purpose), purpose
        assert work.may_use(who, "bookkeeping")  # what a law demands goes on
    assert [entry.kind for entry in world.entries("use.stopped")] == ["use.stopped"]


@promise("projects.21", sabotage=spoil("waarborg.notice.answer.provided", lambda policy, datamap, decl, column: True))
def test_projects_21_the_portable_file_has_what_is_theirs_alone_and_access_has_more(world: World) -> None:
    who = author(world)
    world.sql("UPDATE member SET phone = '0601234567' WHERE id = ?", who.id)
    comment(world, who, f"Gedeeld: {CANARY}")
    whole = (package(world, who.email) / "data.json").read_text()
    portable = (package(world, who.email, "--portable") / "data.json").read_text()
    assert CANARY in whole
    assert CANARY not in portable
    assert "0601234567" in portable
    assert who.email in portable


def at_any_age(world: World) -> None:
    world.patch.setattr("waarborg.plans.young.cutoff", lambda minimum_age, today: date(2100, 1, 1))


@promise(
    "projects.25",
    sabotage=[at_any_age, edit("datamap.yaml", "birth_date: account.birth_date", "birth_date: technical")],
)
def test_projects_25_somebody_under_sixteen_is_found_and_erased(world: World) -> None:
    assert world.run("children").code == 0
    child = member(world, "m.id > 3")
    world.sql("UPDATE member SET birth_date = '2012-01-01' WHERE id = ?", child.id)
    assert world.promises("children")["children"]["state"] == "broken"
    made = world.run("children", "--plan", "--json")
    assert made.data["people"] == 1
    assert world.carry_out(str(made.data["id"])).code == 0
    assert not world.where(child.email)
    assert world.run("children").code == 0


@promise(
    "projects.41",
    sabotage=[
        STILL_ALLOWED,
        edit(
            "policy.yaml",
            "    interest: {nl: Wat voor jou telt staat bovenaan., en: What matters to you comes first.}\n",
            "",
        ),
    ],
)
def test_projects_41_use_on_an_interest_can_be_objected_to_and_the_interest_is_told(world: World) -> None:
    who = SubjectRef({"email": member(world).email})
    told = world.run("notice", "--language", "en", "--format", "md")
    assert "what matters to you comes first" in told.out
    with world.work() as work:
        limit = work.object(who, "recommendations")
        assert not work.may_use(who, "recommendations")  # halted while it is weighed
        work.weigh(limit.id, upheld=True)
        assert not work.may_use(who, "recommendations")
    assert [entry.data["purpose"] for entry in world.entries("objection.upheld")] == ["purposes.recommendations"]


@promise(
    "projects.54", sabotage=edit("datamap.yaml", "      email_lower: account.email\n", "      email_lower: technical\n")
)
def test_projects_54_a_correction_reaches_every_copy(world: World) -> None:
    who = author(world)
    world.insert("login_attempt", id=9001, username=who.email.upper(), ip_address="192.0.2.9", succeeded=True)
    new = "nieuw.adres@bouwhuis1.example"
    world.corrected(who.email, account_email=new)
    assert world.sql("SELECT email, email_lower FROM member WHERE id = ?", who.id) == [(new, new)]
    assert "login_attempt.username" not in world.where(who.email)
    assert shown(world.access(new), "app.member")
    (entry,) = world.entries("value.rectified")
    assert entry.data["item"] == "account.email"
    assert new not in str(entry)


@promise(
    "projects.55",
    sabotage=[
        spoil("waarborg.notice.letters.complain", lambda policy, say: []),
        edit(
            "policy.yaml",
            "    en: Do you disagree with us? You can complain to the Dutch data protection authority.",
            "    en: Do you disagree with us? You can write to us.",
        ),
    ],
)
def test_projects_55_a_refusal_and_a_partial_answer_offer_every_authority(world: World) -> None:
    policy = load_policy(world.folder / "policy.yaml")
    post = letters.Post(date(2026, 11, 2), date(2026, 11, 20))
    for partly in (True, False):
        page = letters.refusal(
            policy, "en", post, Right.ERASURE, article="Art. 17(3)(e)", reason="There is a court case.", partly=partly
        )
        says = " ".join(to_text(page).split())
        assert "Dutch data protection authority" in says
        assert "Do you live or work in another country of the European Union, or did it go wrong there?" in says
    who = member(
        world, "EXISTS (SELECT 1 FROM invoice i WHERE i.member_id = m.id AND i.fiscal_year_end > '2022-01-01')"
    )
    plan, _ = world.erase(who.email)
    assert "Dutch data protection authority" in letter(world, plan)
    assert "did it go wrong there?" in letter(world, plan)


@promise(
    "projects.56",
    sabotage=[
        spoil("waarborg.board.proofs._waiting", lambda facts, right: 0),
        spoil("waarborg.plans.casework.Casework.due", lambda self, received: received.date() + timedelta(days=90)),
    ],
)
def test_projects_56_a_reasonable_time_is_the_laws_month(world: World) -> None:
    world.now = datetime(2027, 1, 31, 12, tzinfo=world.now.tzinfo)
    world.plan(member(world).email)
    (entry,) = world.entries("request.received")
    assert entry.data["due"] == "2027-03-01"  # 28 February is a Sunday
    world.travel(days=29)
    assert world.promises("rights")["rights"]["state"] == "kept"
    world.travel(days=1)
    assert world.promises("rights")["rights"]["state"] == "broken"
    policy, post = load_policy(world.folder / "policy.yaml"), letters.Post(date(2027, 1, 31), date(2027, 3, 2))
    with pytest.raises(NoticeError, match="WB821"):  # more time is told inside the month, or not at all
        letters.extension(
            policy, "en", post, Right.ERASURE, first=date(2027, 3, 1), due=date(2027, 5, 1), reason="Many."
        )
