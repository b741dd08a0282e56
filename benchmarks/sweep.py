"""The figure of retention: sweep half of a table, beside a chunked DELETE by hand.

    python -m benchmarks.sweep [--quick] [--engine NAME]

A table of 2,000,000 visits (quick: 200,000), of which every second is past its term. The floor is
``floors/<engine>/sweep.sql``: one statement, done again until nothing is left, each a transaction of its own, with the
same index. Ours deletes the same rows in chunks of the same size, and keeps a digest of every chunk. Planning and
verifying (a count over the table each) are told apart.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from statistics import median
from typing import Any

from benchmarks import floors
from benchmarks.engines import Engine, every_engine
from benchmarks.figures import Figure
from waarborg.clock import FixedClock, Period
from waarborg.datamap.model import ColumnDecl, DataMap, StoreDecl, TableDecl
from waarborg.plans.planner import Planner
from waarborg.plans.sweeper import Sweeper
from waarborg.policy.model import Controller, DataCategory, Policy
from waarborg.policy.retention import RetentionRule
from waarborg.policy.values import Text
from waarborg.stores.contract import Budget
from waarborg.stores.sql import SqlStore
from waarborg.terms import Outcome

FULL_SIZE, QUICK_SIZE, TIMES = 2_000_000, 200_000, 3
CHUNK = 10_000
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CUTOFF = "2026-05-22"
"""The first day that is not past six months: what the rule below comes to on that day."""
AIM = 1.3


def load(engine: Engine, database: str, size: int) -> None:
    """The table anew, with its index."""
    if not engine.exists(database):
        engine.create(database)
    connection = engine.connect(database)
    engine.prepare_load(connection)
    key = "integer" if engine.name == "sqlite" else "bigint"
    ending = {"postgresql": " WITH (autovacuum_enabled = false)", "mariadb": " ENGINE = InnoDB"}.get(engine.name, "")
    columns = f"id {key} NOT NULL PRIMARY KEY, seen_on date NOT NULL, ip_address varchar(45), browser varchar(160)"
    old, new = "CAST('2026-01-15' AS date)", "CAST('2026-10-15' AS date)"
    if engine.name == "sqlite":
        old, new = "'2026-01-15'", "'2026-10-15'"
    seen = f"CASE WHEN i % 2 = 0 THEN {old} ELSE {new} END"
    engine.run(connection, "DROP TABLE IF EXISTS visits", {})
    engine.run(connection, f"CREATE TABLE visits ({columns}){ending}", {})
    engine.run(connection, "BEGIN", {})
    values = f"i, {seen}, '203.0.113.' || (i % 254), 'Mozilla/5.0 (X11; Linux x86_64) Firefox/' || (90 + i % 40)"
    engine.run(connection, f"INSERT INTO visits SELECT {values} FROM {engine.series(size)} AS counted", {})
    engine.run(connection, "COMMIT", {})
    engine.run(connection, "CREATE INDEX visits_seen_on ON visits (seen_on)", {})
    engine.run(connection, "ANALYZE TABLE visits" if engine.name == "mariadb" else "ANALYZE visits", {})
    connection.close()


def by_hand(engine: Engine, database: str) -> float:
    """The floor. Seconds."""
    (statement,) = floors.read(engine.name, "sweep")
    connection = engine.connect(database)
    given = {"cutoff": CUTOFF, "chunk": CHUNK}
    left = "SELECT count(*) FROM visits WHERE seen_on < :cutoff"
    rounds = -(-int(engine.run(connection, left, given)[0][0]) // CHUNK)
    started = time.perf_counter()
    for _ in range(rounds + 1):  # by hand, too, one only knows that it is done when nothing is left
        engine.run(connection, statement.sql, given)
    seconds = time.perf_counter() - started
    if engine.run(connection, left, given)[0][0]:
        raise RuntimeError("the floor left rows")
    connection.close()
    return seconds


def planner(engine: Engine, database: str) -> Planner:
    """A policy of one rule and a map of one table."""
    rule = RetentionRule(id="visits", data=("visit",), period=Period(months=6), starts_at="created", then=Outcome.ERASE)
    policy = Policy(
        id="bench",
        version=date(2026, 11, 1),
        languages=("nl",),
        controller=Controller(id="controller", name="Meetlat B.V.", country="NL", time_zone="UTC"),
        data={"visit": DataCategory(id="visit", label=Text({"nl": "bezoek"}))},
        purposes={},
        retention={"visits": rule},
    )
    columns = {name: ColumnDecl(name, f"visit.{name}") for name in ("ip_address", "browser")}
    table = TableDecl("app.visits", columns=columns, dates={"created": "seen_on"}, unlinked="visitors have no account")
    datamap = DataMap({"app": StoreDecl("app", "sql")}, {"app.visits": table})
    return Planner(policy, datamap, {"app": SqlStore("app", engine.url(database))}, FixedClock(NOW))


def ours(engine: Engine, database: str, rows: int) -> dict[str, float]:
    """The sweep. Seconds of each part."""
    made = planner(engine, database)
    made.world()
    sweeper = Sweeper(made, budget=Budget(chunk=CHUNK))
    started = time.perf_counter()
    plan, sealed = sweeper.plan("visits")
    planned = time.perf_counter()
    done = sum(chunk.rows for chunk in sweeper.chunks(plan, sealed))
    applied = time.perf_counter()
    again, _ = sweeper.plan("visits", plan.made_at)
    verified = time.perf_counter()
    for store in made.stores.values():
        store.close()
    if done != rows or not again.empty:
        raise RuntimeError(f"{engine.name}: {done} of {rows} rows were swept")
    return {"plan": planned - started, "apply": applied - planned, "verify": verified - applied}


def figures(engine: Engine, size: int, times: int) -> Iterator[Figure]:
    """Floor and ours in turn, each on a fresh table; medians."""
    database = f"bench_sweep_{size}"
    floor: list[float] = []
    parts: dict[str, list[float]] = {"plan": [], "apply": [], "verify": []}
    for number in range(times):
        for mine in (False, True) if number % 2 else (True, False):
            load(engine, database, size)
            if mine:
                for name, seconds in ours(engine, database, size // 2).items():
                    parts[name].append(seconds)
            else:
                floor.append(by_hand(engine, database))
    engine.drop(database)
    raw: dict[str, Any] = {"floor": floor, **parts, "rows": size // 2, "chunk": CHUNK}
    yield Figure(f"{engine.name}.sweep.floor", median(floor), unit="s")
    for name, each in parts.items():
        yield Figure(f"{engine.name}.sweep.{name}", median(each), unit="s")
    yield Figure(f"{engine.name}.sweep", median(parts["apply"]) / median(floor), AIM, raw=raw)


def main(given: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.sweep", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the data, the same aim")
    parser.add_argument("--times", type=int, default=TIMES, help="how often each side runs")
    parser.add_argument("--engine", action="append", choices=list(every_engine()), help="only this engine")
    options = parser.parse_args(given)
    short = False
    for name, engine in every_engine().items():
        if name in (options.engine or every_engine()):
            for figure in figures(engine, QUICK_SIZE if options.quick else FULL_SIZE, options.times):
                print(figure.line(), flush=True)
                short = short or figure.verdict == "short"
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
