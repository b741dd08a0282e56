"""Rights in any order: what is set apart comes back bit for bit or is refused, whatever came between.

A stateful machine drives one village through restriction, lifting, its end, rectification, erasure, objection and what
an application does meanwhile. Every row of every table of everybody else is compared after every step.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from databases import Database
from plans_restriction import AN, BO, ROWS, TABLES, decls, policy_with
from rights_kit import Desk, desk
from waarborg.clock import Period
from waarborg.errors import PlanError
from waarborg.plans.retention import Retention
from waarborg.policy.retention import RetentionRule
from waarborg.terms import Outcome, SubjectRef
from worlds import NOW, world

LETTER: dict[str, Any] = {"reason": "It was right after all.", "letter": b"Dear An, we use your data again."}
THEIRS = {
    "member": "id",
    "note": "member_id",
    "invoice": "member_id",
    "visit": "member_id",
    "topic_member": "member_id",
}
SEEN: set[str] = set()


@dataclass
class Ticking:
    """A clock that goes on: two plans are never made at one instant."""

    at: datetime = NOW

    def now(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


class Village(RuleBasedStateMachine):
    """One person, An, whose rights are exercised; everybody else must notice nothing."""

    database: Database | None = None

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.folder = Path(tempfile.mkdtemp())
        self.stack.callback(shutil.rmtree, self.folder, ignore_errors=True)

    @initialize()
    def begin(self) -> None:
        if self.database:
            self.database.empty()
        self.at: Desk = self.stack.enter_context(
            desk(world(TABLES, decls(), ROWS, policy_with(), self.database), self.folder)
        )
        self.at.work.clock = self.at.world.planner.clock = Ticking()
        self.request = ""
        self.whole = self.at.dump()
        self.others = self.of_others()
        self.erased = False
        self.who = AN
        self.births = 0

    def teardown(self) -> None:
        self.stack.close()

    def of_others(self) -> dict[str, list[dict[str, object]]]:
        """Every row that is not An's, nor of her alone."""
        found = self.at.dump()
        kept = {name: [row for row in rows if row.get(THEIRS.get(name, "")) != 1] for name, rows in found.items()}
        notes = {row["id"] for row in self.whole["note"] if row["member_id"] == 1} | {1, 3}
        kept["photo"] = [row for row in found["photo"] if row["note_id"] not in notes]
        kept["reply"] = [row for row in found["reply"] if row["id"] != 1]
        return kept

    def through(self, case: Any) -> None:
        self.at.work.approve(case.plan.id, "officer")
        assert self.at.work.apply(case.plan.id).done
        assert self.at.work.verify(case.plan.id).clean

    # -- what the person asks -------------------------------------------------------------------------------------

    @precondition(lambda self: not self.request and not self.erased)
    @rule(ground=st.sampled_from(["claims", "unlawful", "accuracy_contested", "objection_pending"]))
    def restrict(self, ground: str) -> None:
        self.whole = self.at.dump()
        case = self.at.work.restrict(self.who, ground)
        self.through(case)
        self.request = case.request
        SEEN.add("restricted")

    @precondition(lambda self: self.request)
    @rule()
    def lift(self) -> None:
        self.at.work.tell(self.request, **LETTER)
        self.through(self.at.work.restore(self.request))
        now = self.at.dump()
        assert now == self.whole, "it is back bit for bit"
        self.request = ""
        SEEN.add("lifted")

    @precondition(lambda self: self.request)
    @rule()
    def end(self) -> None:
        self.through(self.at.work.end_restriction(self.request))
        with self.at.door.read() as state:
            assert not state.apart.holds(self.request)
        self.request, self.erased = "", True
        SEEN.add("ended")

    @precondition(lambda self: not self.erased)
    @rule(name=st.sampled_from(["Anna", "An de Wit", "Ännchen"]))
    def rectify(self, name: str) -> None:
        if self.request:
            with pytest.raises(PlanError, match="WB468"):
                self.at.work.plan_rectification(self.who, {"app.member.name": name})
            SEEN.add("not rectified")
            return
        self.through(self.at.work.plan_rectification(self.who, {"app.member.name": name}))
        SEEN.add("rectified")

    @precondition(lambda self: not self.erased and not self.request)
    @rule()
    def move(self) -> None:
        """Her address changes: she is the same person under the new one, whatever comes."""
        address = f"an.canary{self.births}@{'new' if self.who is AN else 'newer'}{len(SEEN)}.example"
        self.through(self.at.work.plan_rectification(self.who, {"app.member.email": address}))
        self.who = SubjectRef({"email": address})
        SEEN.add("moved")

    @precondition(lambda self: not self.erased)
    @rule()
    def erase(self) -> None:
        if self.request:
            with pytest.raises(PlanError, match="WB468"):
                self.at.work.plan([self.who])
            SEEN.add("not erased")
            return
        self.through(self.at.work.plan([self.who]))
        self.erased = True
        SEEN.add("erased")

    @rule(purpose=st.sampled_from(["research", "newsletter"]))
    def ask(self, purpose: str) -> None:
        assert self.at.work.may_use(BO, purpose)
        if self.request:
            assert not self.at.work.may_use(self.who, purpose)

    # -- what happens meanwhile -----------------------------------------------------------------------------------

    @precondition(lambda self: not self.erased)
    @rule()
    def sweep(self) -> None:
        """Retention leaves the rows of a restricted person alone."""
        if not self.request:
            return
        before = self.at.dump()
        for done in Retention(self.at.work).run():
            assert done is not None
        assert self.at.dump() == before
        SEEN.add("swept")

    @precondition(lambda self: not self.erased and not self.request)
    @rule()
    def write(self) -> None:
        self.births += 1
        self.at.world.add("note", 100 + self.births, 1, f"new canary {self.births}")
        self.at.world.add("photo", 200 + self.births, 100 + self.births, None, "\u20ac")

    @invariant()
    def nobody_else_notices(self) -> None:
        if hasattr(self, "others"):
            now = self.of_others()
            now["photo"] = [row for row in now["photo"] if int(str(row["id"])) < 200]
            if (
                self.erased
            ):  # an erasure points or cuts what refers to the leaver: `test_erasure_laws` watches over that
                return
            assert now == self.others


def explore(database: Database | None, examples: int, steps: int) -> None:
    Village.database = database
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Village,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_rights_in_any_order_in_memory() -> None:
    SEEN.clear()
    explore(None, 60, 14)
    wanted = {"restricted", "lifted", "ended", "rectified", "moved", "erased", "not erased", "not rectified", "swept"}
    assert wanted <= SEEN, f"the search never reached {wanted - SEEN}"


def test_rights_in_any_order_on_sqlite(sqlite: Database) -> None:
    explore(sqlite, 7, 10)


def test_rights_in_any_order_on_postgresql(postgresql: Database) -> None:
    explore(postgresql, 3, 8)


@pytest.mark.slow
def test_rights_in_any_order_on_mariadb(mariadb: Database) -> None:
    explore(mariadb, 2, 7)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("ALTER TABLE note ADD COLUMN extra varchar(20)", ""),
        ("ALTER TABLE note ADD COLUMN extra varchar(20) NOT NULL DEFAULT 'x'", ""),
        ("ALTER TABLE note DROP COLUMN body", "WB476"),
        ("ALTER TABLE photo RENAME TO pictures", "WB4"),
    ],
)
def test_across_a_migration_it_comes_back_or_says_why(
    any_database: Database, tmp_path: Path, statement: str, says: str
) -> None:
    with desk(world(TABLES, decls(), ROWS, policy_with(), any_database), tmp_path) as at:
        before = at.dump()
        case = at.work.restrict(AN, "claims")
        at.work.approve(case.plan.id, "officer")
        at.work.apply(case.plan.id)
        at.work.verify(case.plan.id)
        any_database.run(statement)
        if "DROP COLUMN" in statement:  # whoever drops a column takes it out of the map as well
            tables = at.world.planner.datamap.tables
            tables["app.note"] = replace(tables["app.note"], columns={})  # type: ignore[index]
            at.world.planner._digests = None
        at.work.tell(case.request, **LETTER)
        if says:
            with pytest.raises(PlanError, match=says):
                at.work.restore(case.request)
            return
        back = at.work.restore(case.request)
        at.work.approve(back.plan.id, "officer")
        at.work.apply(back.plan.id)
        assert at.work.verify(back.plan.id).clean
        after = at.dump()
        assert [{k: v for k, v in row.items() if k != "extra"} for row in after["note"]] == before["note"]
        assert {row["extra"] for row in after["note"]} <= {None, "x"}


def test_a_sweep_takes_the_same_rows_once_the_restriction_is_lifted(sqlite: Database, tmp_path: Path) -> None:
    """Sabotage of the sparing: without a restriction the sweep would have taken them."""
    rule = RetentionRule(id="old", data=("billing",), period=Period(months=1), starts_at="end_of_fiscal_year",
                         then=Outcome.ERASE)  # fmt: skip
    rows = {**ROWS, "invoice": [(1, 1, "An canary", date(2020, 1, 1)), (2, 2, "Bo", date(2026, 11, 1))]}
    the = policy_with(retention={"old": rule})
    with desk(world(TABLES, decls(), rows, the, sqlite), tmp_path) as at:
        sweeper = Retention(at.work)
        assert next(plan for plan, _ in sweeper.plans() if plan.rule == "old").rows == 1
        at.work.stop_use(AN)
        case = at.work.restrict(BO, "claims")
        at.work.close(case.request)
        assert next(plan for plan, _ in sweeper.plans() if plan.rule == "old").rows == 1, "a plan alone spares nobody"
