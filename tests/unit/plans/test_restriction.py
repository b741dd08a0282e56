"""Restriction: what is set apart comes back bit for bit, or it is said why not; nothing of anybody else changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from plans_restriction import AN, BO, ROWS, TABLES, decls, policy_with, vaulted
from rights_kit import Desk, desk
from waarborg.clock import FixedClock, Period
from waarborg.errors import PlanError, StalePlan, StateError
from waarborg.policy.model import LegalHold
from waarborg.policy.parts import RightRule, Rights, Suspend
from waarborg.policy.retention import EVERYONE
from waarborg.terms import DespiteRestriction, Outcome, RestrictionGround, SubjectRef
from worlds import NOW, Build

LETTER = {"reason": "The data was right after all.", "letter": b"Dear An, from Monday on we use your data again."}
Make = Callable[..., Desk]


@pytest.fixture
def make(world: Build, tmp_path: Path) -> Iterator[Make]:
    """A desk over the village, in memory and on each engine."""
    with ExitStack() as stack:

        def build(**more: Any) -> Desk:
            rows = more.pop("rows", ROWS)
            maps = more.pop("maps", decls())
            return stack.enter_context(desk(world(TABLES, maps, rows, policy_with(**more)), tmp_path))

        yield build


def restricted(at: Desk, who: SubjectRef = AN, ground: str = "claims") -> str:
    """Plan, approve, apply and verify a restriction; returns its request."""
    case = at.work.restrict(who, ground)
    at.work.approve(case.plan.id, "officer")
    assert at.work.apply(case.plan.id).done
    assert at.work.verify(case.plan.id).clean
    return case.request


def lifted(at: Desk, request: str) -> None:
    """Tell, plan, approve, apply and verify that it is back."""
    at.work.tell(request, **LETTER)  # type: ignore[arg-type]
    case = at.work.restore(request)
    at.work.approve(case.plan.id, "officer")
    assert at.work.apply(case.plan.id).done
    assert at.work.verify(case.plan.id).clean


def test_what_is_theirs_leaves_and_comes_back_bit_for_bit(make: Make) -> None:
    at = make()
    before = at.dump()
    assert "canary" in str(before)
    request = restricted(at)
    gone = at.dump()
    assert "canary" not in str(gone["note"]) + str(gone["photo"]) + str(gone["member"])
    assert gone["note"] == [row for row in before["note"] if row["member_id"] != 1]
    assert gone["photo"] == [row for row in before["photo"] if row["note_id"] != 1]
    lifted(at, request)
    assert at.dump() == before
    assert at.work.standing(AN) == []


def test_what_stays_is_what_others_share_need_or_the_law_keeps(make: Make) -> None:
    at = make()
    before = at.dump()
    case = at.work.restrict(AN, RestrictionGround.UNLAWFUL)
    assert {(k.table, k.rows, k.why) for k in case.plan.kept()} == {
        ("app.invoice", 1, "rule"),
        ("app.topic", 1, "shared"),
        ("app.topic_member", 2, "shared"),
        ("app.reply", 1, "shared"),
        ("app.member", 1, "needed"),
    }
    at.work.approve(case.plan.id, "officer")
    at.work.apply(case.plan.id)
    after = at.dump()
    for name in ("invoice", "topic", "reply", "topic_member"):
        assert after[name] == before[name], "not a cell of what stays is touched"
    shell = next(row for row in after["member"] if row["id"] == 1)
    assert (shell["name"], shell["secret"]) == (None, None)
    assert shell["email"] != before["member"][1]["email"]
    assert [row for row in after["member"] if row["id"] != 1] == [row for row in before["member"] if row["id"] != 1]


def test_every_step_leaves_an_entry_and_nobody_is_named(make: Make, tmp_path: Path) -> None:
    at = make()
    request = restricted(at)
    (placed,) = at.data("restriction.placed")
    assert (placed["ground"], placed["way"], placed["ends"]) == ("claims", "vault", "2027-02-22")
    lifted(at, request)
    kinds = [kind for kind in at.kinds() if kind.startswith("restriction")]
    assert kinds == ["restriction.placed", "restriction.told", "restriction.lifted"]
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("state.db*"))
    assert b"restriction.placed" in raw
    assert b"canary" not in raw


def test_restricted_data_is_stored_and_nothing_else(make: Make) -> None:
    at = make()
    request = restricted(at)
    assert not at.work.may_use(AN, "billing")
    assert at.work.may_use(AN, "billing", DespiteRestriction.CLAIMS)
    assert at.work.may_use(BO, "billing")
    for attempt in (
        lambda: at.work.plan([AN]),
        lambda: at.work.plan_rectification(AN, {"account.name": "Anna"}),
        lambda: at.work.restrict(AN, "claims"),
    ):
        with pytest.raises(PlanError, match="WB468"):
            attempt()
    lifted(at, request)
    assert at.work.may_use(AN, "billing")


def test_attack_30_an_access_answer_holds_what_is_set_apart(make: Make) -> None:
    import io

    at = make()
    restricted(at)
    out = io.StringIO()
    at.work.planner.access(AN, out)
    for canary in ("a canary", "An canary", "an.canary@x.example", "home canary"):
        assert canary in out.getvalue(), "what is in the vault is theirs all the same"
    assert "hash canary" not in out.getvalue(), "a secret stays one"
    assert "of Bo" not in out.getvalue().replace("said by Bo", "").replace('"title": "of Bo"', "")


def test_nothing_is_lifted_before_the_person_was_told(make: Make) -> None:
    at = make()
    request = restricted(at)
    with pytest.raises(StateError, match="WB571"):
        at.work.restore(request)
    with pytest.raises(StateError, match="WB572"):
        at.work.tell(request, reason=" ", letter=b"Dear An")
    with pytest.raises(StateError, match="WB572"):
        at.work.tell(request, reason="It was right.", letter=b"")
    at.work.tell(request, **LETTER)  # type: ignore[arg-type]
    at.work.keep_restriction(request)
    with pytest.raises(StateError, match="WB571"):
        at.work.restore(request)
    lifted(at, request)
    with pytest.raises(PlanError, match="WB474"):
        at.work.restore(request)


def test_a_row_that_is_born_meanwhile_is_set_apart_as_well(make: Make) -> None:
    at = make()
    case = at.work.restrict(AN, "claims")
    at.work.approve(case.plan.id, "officer")
    at.work.apply(case.plan.id)
    at.world.add("note", 90, 1, "late canary")
    before = at.dump()
    assert at.work.verify(case.plan.id).clean
    assert 90 not in at.world.column("note", "id")
    lifted(at, case.request)
    assert [row for row in at.world.rows("note") if row["id"] == 90] == [r for r in before["note"] if r["id"] == 90]


def test_a_value_that_was_taken_meanwhile_is_refused_with_its_reason(make: Make) -> None:
    at = make()
    request = restricted(at)
    at.world.add("member", 9, "an.canary@x.example", "Eve", None)
    now = at.dump()
    at.work.tell(request, **LETTER)  # type: ignore[arg-type]
    with pytest.raises(PlanError, match=r"WB477.*app\.member\.email"):
        at.work.restore(request)
    assert at.dump() == now
    assert not at.work.may_use(AN, "billing"), "it goes on being restricted"


def test_a_key_that_was_taken_meanwhile_is_refused(make: Make) -> None:
    at = make()
    request = restricted(at)
    at.world.add("note", 1, 2, "somebody else's note by now")
    at.work.tell(request, **LETTER)  # type: ignore[arg-type]
    with pytest.raises(PlanError, match="WB477"):
        at.work.restore(request)


def test_a_row_whose_parent_is_gone_is_refused(make: Make) -> None:
    at = make()
    request = restricted(at)
    if at.world.database:
        at.world.database.run("DELETE FROM invoice WHERE id = 1", "DELETE FROM reply", "DELETE FROM topic_member",
                              "DELETE FROM topic", "DELETE FROM member WHERE id = 1")  # fmt: skip
    else:
        at.world.memory["member"][:] = [row for row in at.world.memory["member"] if row["id"] != 1]
    at.work.tell(request, **LETTER)  # type: ignore[arg-type]
    with pytest.raises(PlanError) as caught:
        at.work.restore(request)
    assert {one.id for one in caught.value.findings} == {"WB478", "WB479"}


def test_what_somebody_filled_meanwhile_is_not_written_over(make: Make) -> None:
    at = make()
    request = restricted(at)
    fill(at, "Somebody new")
    at.work.tell(request, **LETTER)  # type: ignore[arg-type]
    with pytest.raises(PlanError, match="WB479"):
        at.work.restore(request)


def fill(at: Desk, name: str) -> None:
    """The application writes a name into the shell."""
    if at.world.database:
        at.world.database.run(f"UPDATE member SET name = '{name}' WHERE id = 1")
    else:
        next(row for row in at.world.memory["member"] if row["id"] == 1)["name"] = name


def test_what_moved_between_plan_and_apply_is_stale(make: Make) -> None:
    at = make()
    request = restricted(at)
    at.work.tell(request, **LETTER)  # type: ignore[arg-type]
    case = at.work.restore(request)
    at.work.approve(case.plan.id, "officer")
    fill(at, "Somebody new")
    now = at.dump()
    with pytest.raises(StalePlan):
        at.work.apply(case.plan.id)
    assert at.dump() == now


def test_to_restore_twice_changes_nothing_more(make: Make) -> None:
    at = make()
    before = at.dump()
    request = restricted(at)
    at.work.tell(request, **LETTER)  # type: ignore[arg-type]
    case = at.work.restore(request)
    at.work.approve(case.plan.id, "officer")
    at.work.apply(case.plan.id)
    again = at.work.apply(case.plan.id)
    assert {part.state for part in again.stores} <= {"already", "nothing"}
    assert at.dump() == before
    assert at.work.verify(case.plan.id).clean
    with at.door.read() as state:
        assert not state.apart.holds(request), "the copy is destroyed once everything is back"


def test_the_end_of_the_term_is_erasure_by_destroying_the_key(make: Make) -> None:
    at = make()
    request = restricted(at)
    assert at.work.due_restrictions(NOW.date() + timedelta(days=92)) == []
    assert [one.request for one in at.work.due_restrictions(NOW.date() + timedelta(days=93))] == [request]
    case = at.work.end_restriction(request)
    at.work.approve(case.plan.id, "officer")
    at.work.apply(case.plan.id)
    assert at.work.verify(case.plan.id).clean
    with at.door.read() as state:
        assert not state.apart.holds(request)
    (gone,) = at.data("restriction.destroyed")
    assert int(str(gone["rows"])) > 0
    assert at.work.standing(AN) == []
    straight = at.dump()
    assert "canary" not in str({name: rows for name, rows in straight.items() if name not in ("reply", "invoice")})


def test_the_end_of_the_term_leaves_what_a_plain_erasure_leaves(make: Make, tmp_path: Path) -> None:
    at = make()
    request = restricted(at)
    case = at.work.end_restriction(request)
    at.work.approve(case.plan.id, "officer")
    at.work.apply(case.plan.id)
    ended = at.dump()
    if at.world.database:
        at.world.database.empty()
        from worlds import world as build

        other = build(TABLES, decls(), ROWS, policy_with(), at.world.database)
        plan, sealed = other.planner.plan_erasure([AN])
        from waarborg.plans.model import Approval

        other.planner.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
        assert other.dump() == ended


def test_attack_22_a_hold_that_came_later_keeps_what_is_sealed(make: Make) -> None:
    hold = LegalHold(id="claim", data=("content",), people=("matter-1",), law="a claim")
    at = make(holds={"claim": hold})
    request = restricted(at)
    at.work.hold("claim", AN)
    with pytest.raises(PlanError, match=r"WB480.*claim"):
        at.work.end_restriction(request)
    at.work.lift("claim", AN)
    at.work.end_restriction(request)


def test_without_a_way_to_restrict_nothing_is_promised(make: Make) -> None:
    at = make(rights=Rights())
    with pytest.raises(PlanError, match="WB472"):
        at.work.restrict(AN, "claims")
    assert "request.received" not in at.kinds()


def test_a_restriction_of_nobody_is_refused(make: Make) -> None:
    at = make()
    with pytest.raises(PlanError, match="WB473"):
        at.work.restrict(SubjectRef({"email": "nobody@x.example"}), "claims")
    with pytest.raises(ValueError, match="because"):
        at.work.restrict(AN, "because")


def test_a_copy_that_cannot_be_kept_stops_the_rows_from_going(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from waarborg.state.apart import Apart

    at = make()
    before = at.dump()
    case = at.work.restrict(AN, "claims")
    at.work.approve(case.plan.id, "officer")

    def full(*_: object, **__: object) -> int:
        raise StateError.one("WB560", "The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(Apart, "put", full)
        with pytest.raises(StateError, match="WB560"):
            at.work.apply(case.plan.id)
    assert at.dump() == before
    assert at.work.may_use(AN, "billing")
    at.work.apply(case.plan.id)
    assert at.work.verify(case.plan.id).clean
    lifted(at, case.request)
    assert at.dump() == before


def test_a_copy_of_rows_that_did_not_go_is_replaced(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash between the copy and the commit of the store: the next attempt replaces it, nothing comes back twice."""
    from waarborg.plans.apart import Copying

    at = make()
    before = at.dump()
    case = at.work.restrict(AN, "claims")
    at.work.approve(case.plan.id, "officer")
    keep = Copying.keep

    def dies(self: Copying) -> None:
        keep(self)
        raise RuntimeError("killed between the copy and the commit")

    with monkeypatch.context() as patch:
        patch.setattr(Copying, "keep", dies)
        with pytest.raises(RuntimeError):
            at.work.apply(case.plan.id)
    assert at.dump() == before
    at.world.add("note", 91, 1, "written after the crash")
    before = at.dump()
    at.work.apply(case.plan.id)
    assert at.work.verify(case.plan.id).clean
    lifted(at, case.request)
    assert at.dump() == before


def test_a_commit_that_nobody_heard_of_is_settled(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from waarborg.plans.planner import Planner

    at = make()
    before = at.dump()
    case = at.work.restrict(AN, "claims")
    at.work.approve(case.plan.id, "officer")
    plain = Planner.apply

    def dies(*arguments: Any) -> Any:
        plain(*arguments)
        raise RuntimeError("killed after the commit")

    with monkeypatch.context() as patch:
        patch.setattr(Planner, "apply", dies)
        with pytest.raises(RuntimeError):
            at.work.apply(case.plan.id)
    assert at.dump() != before
    assert {part.state for part in at.work.apply(case.plan.id).stores} == {"already"}
    assert at.work.verify(case.plan.id).clean
    lifted(at, case.request)
    assert at.dump() == before


def test_sabotage_a_witness_that_forgets_loses_rows(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from waarborg.plans.apart import Copying

    at = make()
    before = at.dump()
    monkeypatch.setattr(Copying, "see", lambda self, image: None)
    restricted(at)
    assert at.dump() != before
    with at.door.read() as state:
        (limit,) = state.limits.standing()
        assert list(state.apart.blocks(limit.request, "app")) == [], "the copy comes from the witness and nothing else"


def test_the_marker_of_the_application_is_set_and_put_back(make: Make) -> None:
    at = make(rights=Rights(restriction=RightRule(id="restriction")), maps=decls(marker=True))
    before = at.dump()
    request = restricted(at, ground="accuracy_contested")
    after = at.dump()
    assert [row["secret"] for row in after["member"] if row["id"] == 1] == ["restricted"]
    assert {name: rows for name, rows in after.items() if name != "member"} == {
        name: rows for name, rows in before.items() if name != "member"
    }
    assert not at.work.may_use(AN, "billing")
    (placed,) = at.data("restriction.placed")
    assert placed["way"] == "marker"
    lifted(at, request)
    assert at.dump() == before


def test_a_term_that_would_anonymise_is_refused(make: Make) -> None:
    suspend = Suspend(period=Period(months=1), then=Outcome.ANONYMISE)
    at = make(rights=Rights(restriction=RightRule(id="restriction", suspend=suspend)))
    with pytest.raises(PlanError, match="WB472"):
        at.work.restrict(AN, "claims")


def test_under_a_hold_for_everyone_nothing_leaves(make: Make) -> None:
    hold = LegalHold(id="inquiry", data=("account", "content"), people=(EVERYONE,), law="an inquiry")
    at = make(holds={"inquiry": hold})
    before = at.dump()
    restricted(at)
    assert at.dump() == before
    assert not at.work.may_use(AN, "billing")


def test_vaulted_is_what_the_policy_says() -> None:
    assert vaulted().suspend is not None
    assert replace(vaulted(), suspend=None).suspend is None
    assert FixedClock(NOW).now() == NOW
