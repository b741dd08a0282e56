"""Attack 38: the schema changes between plan and apply. Attack 39: a trigger or a cascade reaches outside the plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from attacks.village import DECLS, planner, settle, whole
from databases import Database
from waarborg.datamap.model import DataMap, Ignored, StoreDecl
from waarborg.errors import PlanError, StalePlan, StoreError
from waarborg.plans.model import Approval
from waarborg.plans.planner import Planner
from waarborg.stores.contract import Schema
from waarborg.stores.sql.transaction import Watch
from waarborg.terms import SubjectRef
from worlds import NOW

AN = [SubjectRef({"email": "m1@x.example"})]
COPYING = {
    "sqlite": ("CREATE TRIGGER copy BEFORE DELETE ON note BEGIN INSERT INTO trail VALUES (OLD.id, OLD.body); END",),
    "postgresql": (
        "CREATE FUNCTION copy() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN INSERT INTO trail VALUES (OLD.id, OLD.body); RETURN OLD; END $$",
        "CREATE TRIGGER copy BEFORE DELETE ON note FOR EACH ROW EXECUTE FUNCTION copy()",
    ),
    "mariadb": ("CREATE TRIGGER copy BEFORE DELETE ON note FOR EACH ROW INSERT INTO trail VALUES (OLD.id, OLD.body)",),
}
TRAIL = "CREATE TABLE trail (id bigint, body varchar(100))"
CHANGES = {
    "a column more": ("ALTER TABLE note ADD COLUMN nickname varchar(50)",),
    "a column less": ("ALTER TABLE note DROP COLUMN body",),
    "a new foreign key": ("CREATE TABLE pin (id bigint PRIMARY KEY, note_id bigint REFERENCES note (id))",),
    "a table renamed": ("ALTER TABLE login RENAME TO sign_in",),
    "a new trigger": (TRAIL, "copy"),
}


def statements(database: Database, change: str) -> list[str]:
    found: list[str] = []
    for one in CHANGES[change]:
        found += COPYING[database.engine] if one == "copy" else (one,)
    return found


@pytest.mark.parametrize("change", [name for name in CHANGES if name != "a new foreign key"])
def test_attack_38_a_migration_after_the_plan_is_stale_and_nothing_is_touched(
    any_database: Database, change: str
) -> None:
    settle(any_database)
    one = planner(any_database.url)
    plan, sealed = one.plan_erasure(AN)
    any_database.run(*statements(any_database, change))
    before = whole(any_database)
    assert any("note 0" in row for row in before["note"]) or change == "a column less"
    with pytest.raises((StalePlan, StoreError)):
        one.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
    assert whole(any_database) == before


def test_attack_38_a_new_reference_with_rows_is_refused_and_nothing_is_touched(any_database: Database) -> None:
    settle(any_database)
    one = planner(any_database.url)
    plan, sealed = one.plan_erasure(AN)
    any_database.run(*CHANGES["a new foreign key"][:1]) if any_database.engine != "mariadb" else any_database.run(
        "CREATE TABLE pin (id bigint PRIMARY KEY, note_id bigint, FOREIGN KEY (note_id) REFERENCES note (id))"
    )
    any_database.run("INSERT INTO pin VALUES (1, 0)")
    before = whole(any_database)
    with pytest.raises((StalePlan, StoreError)):
        one.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
    assert whole(any_database) == before


def test_attack_38_sabotage_without_the_fingerprint_a_new_trigger_copies_the_canary(
    any_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Schema, "fingerprint", lambda self, tables: "same")
    monkeypatch.setattr(Watch, "judge", lambda self, carrier, allowed: None)
    settle(any_database)
    one = planner(any_database.url)
    plan, sealed = one.plan_erasure(AN)
    any_database.run(*statements(any_database, "a new trigger"))
    one.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
    assert any("note" in row for row in whole(any_database)["trail"]), (
        "the attack works on a system without the defence"
    )


def test_attack_39_a_trigger_that_nobody_looked_at_stops_the_plan(any_database: Database) -> None:
    settle(any_database)
    any_database.run(*statements(any_database, "a new trigger"))
    with pytest.raises(PlanError, match="WB412"):
        planner(any_database.url).plan_erasure(AN)


def with_trigger_said(database: Database, what: str) -> Planner:
    """A planner whose map says that the trigger does `what`."""
    one = planner(database.url)
    decls = {decl.name: replace(decl, triggers={"copy": what}) if decl.name == "app.note" else decl for decl in DECLS}
    one.datamap = DataMap({"app": StoreDecl("app", "sql")}, decls)
    return one


def test_attack_39_a_trigger_that_does_more_than_was_said_is_rolled_back(any_database: Database) -> None:
    settle(any_database)
    any_database.run(*statements(any_database, "a new trigger"))
    one = with_trigger_said(any_database, "nothing")
    plan, sealed = one.plan_erasure(AN)
    before = whole(any_database)
    if not one.stores["app"].abilities.counts_side_effects:
        pytest.skip(
            "MariaDB does not count what triggers change: the trigger has to be looked at, and WB412 asks for that"
        )
    with pytest.raises(StalePlan, match="WB322"):
        one.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
    assert whole(any_database) == before


def test_attack_39_sabotage_without_counting_the_trigger_copies_the_canary(
    any_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Watch, "judge", lambda self, carrier, allowed: None)
    settle(any_database)
    any_database.run(*statements(any_database, "a new trigger"))
    one = with_trigger_said(any_database, "nothing")
    plan, sealed = one.plan_erasure(AN)
    one.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
    assert whole(any_database)["trail"]


CASCADE = (
    "CREATE TABLE badge (id bigint PRIMARY KEY, member_id bigint, "
    "FOREIGN KEY (member_id) REFERENCES member (id) ON DELETE CASCADE)"
)


def test_attack_39_a_cascade_into_a_table_nobody_mapped_stops_the_plan(any_database: Database) -> None:
    settle(any_database)
    any_database.run(CASCADE, "INSERT INTO badge VALUES (1, 1), (2, 2)")
    before = whole(any_database)
    with pytest.raises(PlanError, match="WB406"):
        planner(any_database.url).plan_erasure(AN)
    assert whole(any_database) == before


def test_attack_39_a_cascade_that_was_accepted_is_counted_in_the_plan(any_database: Database) -> None:
    settle(any_database)
    any_database.run(CASCADE, "INSERT INTO badge VALUES (1, 1), (2, 2)")
    one = planner(any_database.url)
    left_out = Ignored("app.badge", "no person in it", "platform team", NOW.date().replace(year=2030))
    one.datamap = replace(one.datamap, ignored=(left_out,))
    plan, sealed = one.plan_erasure(AN)
    assert [(reached.table, reached.rows) for reached in plan.stores[0].reached] == [("app.badge", 1)]
    one.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
    assert whole(any_database)["badge"] == ["(2, 2)"]


def test_attack_39_sabotage_plain_sql_takes_the_rows_along(any_database: Database) -> None:
    settle(any_database)
    any_database.run(CASCADE, "INSERT INTO badge VALUES (1, 4)")
    plain = ["DELETE FROM note", "DELETE FROM letter", "DELETE FROM folder WHERE id > 1", "DELETE FROM folder"]
    on = ["PRAGMA foreign_keys = ON"] if any_database.engine == "sqlite" else []
    any_database.run(*on, *plain, "DELETE FROM member WHERE id = 4")
    assert whole(any_database)["badge"] == []
