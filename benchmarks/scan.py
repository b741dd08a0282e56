"""The figures of discovery: scan 300 tables, and look from outside at what the scan asks of the server.

    python -m benchmarks.scan [--quick] [--rows N] [--tables N] [--engine NAME] [--keep]

Every table has a million rows (quick: ten thousand); one in three declares its key, the others only name it. The scan
runs as a person would run it, with an account that may only read, in a process of its own whose resident peak counts.
Meanwhile another connection looks every few milliseconds which locks the scan holds and how long its statements take.
The full size takes about 25 GB and a quarter of an hour to fill; the database is dropped afterwards, unless kept.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks.engines import Engine, every_engine
from benchmarks.figures import Figure
from waarborg.cli.scan import BUDGET

TABLES, FULL_ROWS, QUICK_ROWS = 300, 1_000_000, 10_000
SECONDS, MEGABYTES = 10.0, 200.0
READER = "bench_scan_reader"
_GENTLE = frozenset({"AccessShareLock", "ExclusiveLock:virtualxid"})
"""What any SELECT holds: only who drops or alters the table waits. A transaction holds its own number as well."""
_CHILD = """
import sys
from waarborg.cli.main import main
from benchmarks.child import resident_peak
sys.argv = ["waarborg", "scan", sys.argv[1], "--json"]
try:
    main()
finally:
    print(resident_peak(), file=sys.stderr)
"""


def fill(engine: Engine, database: str, tables: int, rows: int) -> None:
    """People, and tables that lead to them."""
    engine.create(database)
    connection = engine.connect(database)
    engine.prepare_load(connection)
    key, text = ("bigint", "text") if engine.name == "postgresql" else ("bigint", "varchar(190)")
    series = engine.series(rows)
    engine.run(
        connection,
        f"CREATE TABLE users (id {key} NOT NULL PRIMARY KEY, email {text}, first_name {text}, last_name {text})",
        {},
    )
    people = "i, 'p' || i || '@postvak.example', 'Sanne', 'Jansen'"
    engine.run(connection, f"INSERT INTO users SELECT {people} FROM {series} AS counted", {})
    columns = f"id {key} NOT NULL, user_id {key}, note {text}, amount integer"
    values = f"i, 1 + i % {min(rows, 10_000)}, 'belt over bestelling', i % 100"
    # Not logged: it is filled in half the time, and is read in the same way.
    kind, kept = ("UNLOGGED ", " WITH (autovacuum_enabled = false)") if engine.name == "postgresql" else ("", "")
    for number in range(1, tables):
        name = f"{('orders', 'visits', 'messages')[number % 3]}_{number:03}"
        engine.run(connection, f"CREATE {kind}TABLE {name} ({columns}){kept}", {})
        if not kind:
            engine.run(connection, f"ALTER TABLE {name} ADD PRIMARY KEY (id)", {})
        engine.run(connection, f"INSERT INTO {name} SELECT {values} FROM {series} AS counted", {})
        if kind:
            engine.run(connection, f"ALTER TABLE {name} ADD PRIMARY KEY (id)", {})
        if number % 3 == 0:
            engine.run(connection, f"ALTER TABLE {name} ADD FOREIGN KEY (user_id) REFERENCES users (id)", {})
    if kind:
        engine.run(connection, "ANALYZE", {})
    _reader(engine, connection, database)
    connection.close()


def _reader(engine: Engine, connection: Any, database: str) -> None:
    if engine.name == "postgresql":
        if not engine.run(connection, f"SELECT 1 FROM pg_roles WHERE rolname = '{READER}'", {}):
            engine.run(connection, f"CREATE ROLE {READER} LOGIN", {})
        engine.run(connection, f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {READER}", {})
        return
    engine.run(connection, f"CREATE USER IF NOT EXISTS {READER}@'%'", {})
    engine.run(connection, f"GRANT SELECT ON `{database}`.* TO {READER}@'%'", {})


@dataclass
class Watch:
    """What the server said of the reader's connections while the scan ran."""

    locks: set[str] = field(default_factory=set)
    longest: float = 0.0
    looks: int = 0

    def look(self, engine: Engine, connection: Any) -> None:
        self.looks += 1
        if engine.name == "postgresql":
            held = (
                "SELECT DISTINCT l.mode || CASE WHEN l.locktype = 'virtualxid' THEN ':virtualxid' ELSE '' END"
                f" FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE a.usename = '{READER}'"
            )
            self.locks |= {str(row[0]) for row in engine.run(connection, held, {})}
            asked = (
                "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - query_start)), 0) FROM pg_stat_activity"
                f" WHERE usename = '{READER}' AND state = 'active'"
            )
        else:
            held = (
                "SELECT DISTINCT lock_mode FROM information_schema.innodb_locks l JOIN information_schema.innodb_trx t"
                f" ON t.trx_id = l.lock_trx_id JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id"
                f" WHERE p.user = '{READER}'"
            )
            self.locks |= {str(row[0]) for row in engine.run(connection, held, {})}
            asked = (
                "SELECT coalesce(max(time_ms), 0) / 1000 FROM information_schema.processlist"
                f" WHERE user = '{READER}' AND command = 'Query'"
            )
        self.longest = max(self.longest, float(engine.run(connection, asked, {})[0][0]))


def scanned(engine: Engine, database: str) -> tuple[float, float, dict[str, Any], Watch]:
    """Seconds, megabytes, the JSON that was printed, and what was seen from outside."""
    url = engine.url(database).replace("postgres@", f"{READER}@").replace("root@", f"{READER}@")
    connection, watch, done = engine.connect(database), Watch(), threading.Event()

    def watching() -> None:
        while not done.wait(0.005):
            watch.look(engine, connection)

    thread = threading.Thread(target=watching)
    thread.start()
    began = time.perf_counter()
    try:
        ran = subprocess.run([sys.executable, "-c", _CHILD, url], capture_output=True, text=True, check=False)
    finally:
        seconds = time.perf_counter() - began
        done.set()
        thread.join()
        connection.close()
    if ran.returncode:
        raise RuntimeError(f"{engine.name}: the scan ended with {ran.returncode}: {ran.stderr[-500:]}")
    return seconds, int(ran.stderr.split()[-1]) / 1024 / 1024, json.loads(ran.stdout), watch


def figures(engine: Engine, tables: int, rows: int, keep: bool) -> Iterator[Figure]:
    """Fill, scan twice (the second as any later one), and say what was seen. Raises when the scan found too little."""
    database = f"bench_scan_{tables}_{rows}"
    if not engine.exists(database):
        fill(engine, database, tables, rows)
    try:
        runs = [scanned(engine, database) for _ in range(2)]
    finally:
        if not keep:
            engine.drop(database)
    found = runs[-1][2]
    led = {one["from"][0].rsplit(".", 2)[-2] for one in found["links"] if one["to"][0].endswith("users.id")}
    if len(led) != tables - 1 or not found["subjects"]:
        raise RuntimeError(f"{engine.name}: {len(led)} of {tables - 1} tables were seen to lead to a person")
    raw = {"seconds": [one[0] for one in runs], "looks": [one[3].looks for one in runs], "tables": tables, "rows": rows}
    yield Figure(f"{engine.name}.scan", max(one[0] for one in runs), SECONDS, "s", raw)
    yield Figure(f"{engine.name}.scan.peak", max(one[1] for one in runs), MEGABYTES, "MB")
    yield Figure(
        f"{engine.name}.scan.longest_statement", max(one[3].longest for one in runs), BUDGET.statement_timeout, "s"
    )
    yield Figure(f"{engine.name}.scan.refused", len(found["refused"]), 0)
    yield Figure(f"{engine.name}.scan.locks", len(set().union(*(one[3].locks for one in runs)) - _GENTLE), 0)


def main(given: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.scan", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="ten thousand rows a table, the same aims")
    parser.add_argument("--rows", type=int, help="rows of each table")
    parser.add_argument("--tables", type=int, default=TABLES)
    parser.add_argument("--engine", action="append", choices=("postgresql", "mariadb"), help="only this engine")
    parser.add_argument("--keep", action="store_true", help="keep the database for the next run")
    options = parser.parse_args(given)
    rows, short = options.rows or (QUICK_ROWS if options.quick else FULL_ROWS), False
    for name in options.engine or ("postgresql", "mariadb"):
        for figure in figures(every_engine()[name], options.tables, rows, options.keep):
            print(figure.line(), flush=True)
            short = short or figure.verdict == "short"
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
