"""Our side of the figures: the same people erased and answered through the planner, as any user of the library would.

What may be known beforehand (policy, data map, schema, an open connection pool) is kept between calls.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from waarborg.clock import SystemClock
from waarborg.datamap.load import load_datamap
from waarborg.datamap.model import DataMap
from waarborg.plans.model import Approval
from waarborg.plans.planner import Planner
from waarborg.policy.load import load_policy
from waarborg.stores.sql import SqlStore
from waarborg.terms import SubjectRef

HERE = Path(__file__).parent
HUNDRED = 100


@cache
def _planner(engine_url: str, hundred: bool = False) -> Planner:
    datamap: DataMap = load_datamap(HERE / ("hundred.yaml" if hundred else "datamap.yaml"))
    planner = Planner(load_policy(HERE / "policy.yaml"), datamap, {"app": SqlStore("app", engine_url)}, SystemClock())
    planner.world()
    return planner


def erase(engine_url: str, emails: Sequence[str]) -> Mapping[str, float]:
    """Plan, apply and verify the erasure of these people; the seconds of each."""
    planner = _planner(engine_url)
    people = [SubjectRef({"email": email}) for email in emails]
    start = time.perf_counter()
    plan, sealed = planner.plan_erasure(people)
    planned = time.perf_counter()
    planner.apply(plan, sealed, Approval(plan.digest, "benchmark", plan.made_at))
    applied = time.perf_counter()
    verdict = planner.verify(plan, sealed)
    verified = time.perf_counter()
    if not verdict.clean:
        raise RuntimeError(verdict.sentence)
    return {"plan": planned - start, "apply": applied - planned, "verify": verified - applied}


def access(engine_url: str, email: str, path: Path) -> None:
    """Everything about one person, as JSON."""
    with path.open("w", encoding="utf-8") as out:
        _planner(engine_url).access(SubjectRef({"email": email}), out)


def plan_hundred(engine_url: str, email: str) -> float:
    """The seconds that planning over 100 tables takes, the schema being known."""
    planner = _planner(engine_url, hundred=True)
    start = time.perf_counter()
    plan, _ = planner.plan_erasure([SubjectRef({"email": email})])
    seconds = time.perf_counter() - start
    if plan.rows < HUNDRED:
        raise RuntimeError(f"the plan has {plan.rows} rows")
    return seconds
