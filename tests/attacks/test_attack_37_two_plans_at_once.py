"""Attack 37: two plans for the same person at once, and batches that overlap, one after the other and side by side."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from attacks.village import dump, planner, restore, settle
from databases import Database
from waarborg.errors import StalePlan, StoreError
from waarborg.plans.model import Approval, Plan, Result, Sealed
from waarborg.plans.planner import Planner
from waarborg.terms import SubjectRef
from worlds import NOW


def plan(one: Planner, *numbers: int) -> tuple[Plan, Sealed]:
    return one.plan_erasure([SubjectRef({"email": f"m{number}@x.example"}) for number in numbers])


def apply(one: Planner, made: tuple[Plan, Sealed]) -> Result | Exception:
    try:
        return one.apply(*made, Approval(made[0].digest, "officer", NOW))
    except (StalePlan, StoreError) as error:
        return error


def clean(database: Database, *numbers: int) -> dict[str, str]:
    """The end of one clean run for these people."""
    restore(database)
    one = planner(database.url)
    made = plan(one, *numbers)
    assert isinstance(apply(one, made), Result)
    assert one.verify(*made).clean
    end = dump(database)
    restore(database)
    return end


def test_attack_37_the_same_person_twice_side_by_side(any_database: Database) -> None:
    settle(any_database)
    end = clean(any_database, 1)
    planners = [planner(any_database.url) for _ in range(2)]
    made = [plan(one, 1) for one in planners]
    with ThreadPoolExecutor() as pool:
        results = list(pool.map(apply, planners, made))
    assert dump(any_database) == end
    assert all(one.verify(*two).clean for one, two in zip(planners, made, strict=True))
    rows = [result.rows for result in results if isinstance(result, Result)]
    assert sum(rows) == made[0][0].rows, "every row was treated once, by one of them"


@pytest.mark.parametrize("at_once", [False, True])
def test_attack_37_batches_that_overlap_end_as_one(any_database: Database, at_once: bool) -> None:
    settle(any_database)
    end = clean(any_database, 1, 2, 3)
    planners = [planner(any_database.url) for _ in range(2)]
    made = [plan(planners[0], 1, 2), plan(planners[1], 2, 3)]
    with ThreadPoolExecutor(2 if at_once else 1) as pool:
        list(pool.map(apply, planners, made))
    for one, numbers in zip(planners, ((1, 2), (2, 3)), strict=True):
        again = plan(one, *numbers)  # whatever was refused or stale is planned again, by the same people
        assert isinstance(apply(one, again), Result)
        assert one.verify(*again).clean
    assert dump(any_database) == end
