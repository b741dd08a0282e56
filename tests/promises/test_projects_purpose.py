"""Taakveld's promises about what data is used for."""

from __future__ import annotations

import json
from pathlib import Path

from tests.promises.kit import World, edit, promise, spoil
from tests.promises.taakveld import CANARY, member, shown

from waarborg.policy import load_policy
from waarborg.terms import SubjectRef


def policy(world: World):  # type: ignore[no-untyped-def]
    """The policy of this world."""
    return load_policy(world.folder / "policy.yaml")


def package(world: World, email: str, *words: str) -> Path:
    """The answer package of a person."""
    file, folder = world.folder / "for-package.json", world.folder / f"package{len(words)}"
    world.must("answer", "--email", email, "-o", str(file))
    world.must("package", str(file), "--language", "en", "-o", str(folder), *words)
    file.unlink()
    return folder


def few_people(world: World) -> None:
    world.insert("feature_month", feature=CANARY, month="2026-10", uses=9, people=3)


@promise("projects.7", sabotage=[few_people, edit("datamap.yaml", "    group_size: people\n", "")])
def test_projects_7_improvement_data_has_nobody_in_it_and_no_group_below_ten(world: World) -> None:
    assert world.run("check").code == 0
    found = world.promises("purposes.improvement", "data.statistics")
    assert {one["state"] for one in found.values()} == {"kept"}
    columns = {row[1] for row in world.sql("PRAGMA table_info(feature_month)")}
    assert columns == {"feature", "month", "uses", "people"}
    assert policy(world).expand(policy(world).purposes["improvement"].data) == {
        f"statistics.{name}" for name in ("feature", "month", "uses", "people")
    }
    world.sql("ALTER TABLE feature_month ADD COLUMN member_id INTEGER REFERENCES member (id)")
    assert "WB718" in world.findings()


@promise(
    "projects.31",
    sabotage=[
        edit(
            "policy.yaml",
            "    data: [billing, account.email]\n    basis: contract\n",
            "    data: [billing, account.email]\n",
        ),
        edit("policy.yaml", "    balancing: docs/balancing-security.md\n", ""),
        edit("datamap.yaml", "town: connection.town", "town: connection.street"),
    ],
)
def test_projects_31_every_use_has_one_ground_and_every_column_a_use(world: World) -> None:
    assert world.run("check").code == 0
    made = policy(world)
    assert {one.basis.value if one.basis else "" for one in made.purposes.values()} <= {
        "contract", "legitimate_interests", "consent", "legal_obligation",
    }  # fmt: skip
    answer = world.access(member(world).email)
    refs = {ref for part in answer["data"] for ref in part["columns"].values()}
    assert refs
    assert all(made.purposes_for(ref) for ref in refs)
    assert all(one["basis"] for one in answer["information"]["purposes"])


@promise(
    "projects.32",
    sabotage=[
        spoil("waarborg.state.limits.Limits.stopping", lambda self, people, purpose, *, at: [() for _ in people]),
        edit("policy.yaml", "      inputs: [usage, interests]\n", "      inputs: [usage]\n"),
    ],
)
def test_projects_32_tailoring_is_explained_and_not_done_to_who_objects(world: World) -> None:
    who = member(world)
    world.insert("search_log", id=9001, member_id=who.id, term=CANARY, at="2026-11-01 10:00:00")
    page = (package(world, who.email) / "index.html").read_text()
    assert "What you often open or search for counts more." in page
    decisions = world.access(who.email)["information"]["decisions"]
    assert {"purpose": "recommendations", "automated": False, "inputs": ["usage", "interests"]} in decisions
    with world.work() as work:
        person = SubjectRef({"email": who.email})
        assert work.may_use(person, "recommendations")
        work.object(person, "recommendations")
        assert not work.may_use(person, "recommendations")
        assert work.may_use(person, "deliver_service")


@promise("projects.33", sabotage=edit("policy.yaml", "    source: [inferred]\n", "    source: [subject]\n"))
def test_projects_33_what_was_inferred_is_marked_so_and_not_portable(world: World) -> None:
    who = member(world)
    world.sql("UPDATE member SET trade = ? WHERE id = ?", CANARY, who.id)
    answer = world.access(who.email)
    assert shown(answer, "app.member")[0]["trade"] == CANARY
    assert answer["information"]["sources"]["interests"]["inferred"]
    assert CANARY in (package(world, who.email) / "data.json").read_text()
    assert CANARY not in (package(world, who.email, "--portable") / "data.json").read_text()
    assert who.email in (world.folder / "package1" / "data.json").read_text()


@promise(
    "projects.35",
    sabotage=[
        edit("datamap.yaml", "columns: {trial: trials.trial}", "columns: {trial: technical}"),
        edit("datamap.yaml", "dates: {created: joined_at, trial_ended: ends_on}", "dates: {created: joined_at}"),
    ],
)
def test_projects_35_taking_part_in_a_trial_is_in_the_answer_and_ends_with_it(world: World) -> None:
    who = member(world)
    world.insert("trial_member", trial=CANARY, member_id=who.id, ends_on="2026-12-31")
    assert CANARY in {row.get("trial") for row in shown(world.access(who.email), "app.trial_member")}
    world.swept("trials")
    assert world.where(CANARY)
    world.travel(days=40)
    world.swept("trials")
    assert not world.where(CANARY)


ABOUT_YOUR_ACCOUNT = "en: messages about your account}}"


@promise(
    "projects.36",
    sabotage=[
        edit("policy.yaml", ABOUT_YOUR_ACCOUNT, "en: messages about your account}, promotional: true}"),
        edit("policy.yaml", "refusable: true, switch: settings/notifications}", "refusable: true}"),
    ],
)
def test_projects_36_what_cannot_be_refused_promotes_nothing_and_a_switch_is_told(world: World) -> None:
    kinds = [kind for one in policy(world).purposes.values() for kind in one.messages.values()]
    assert {kind.refusable for kind in kinds} == {True, False}
    assert not [kind.id for kind in kinds if kind.promotional and not kind.refusable]
    assert world.run("check", "--offline").code == 0
    assert "Reminders" in world.run("notice", "--language", "en", "--format", "md").out


@promise(
    "projects.40",
    sabotage=[
        edit("datamap.yaml", "columns: {reason: flags.reason,", "columns: {reason: technical,"),
        edit("policy.yaml", "    data: [flags]\n    for: 1 year", "    data: [flags]\n    for: 9 years"),
    ],
)
def test_projects_40_a_sign_of_abuse_is_in_the_answer_and_has_its_own_term(world: World) -> None:
    who = member(world)
    world.insert("abuse_flag", id=9001, member_id=who.id, reason=CANARY, flagged_at="2026-11-01 10:00:00")
    answer = world.access(who.email)
    assert CANARY in {row.get("reason") for row in shown(answer, "app.abuse_flag")}
    security = [one for one in answer["information"]["purposes"] if one["id"] == "security"]
    assert security == [{"id": "security", "basis": "legitimate_interests", "law": ""}]
    world.travel(days=400)
    world.swept("flags", "connection")
    assert not world.where(CANARY)
    assert json.dumps(world.must("retention", "plan", "--rule", "flags"))
