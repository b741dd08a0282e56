"""Attack 44: one person with very many rows, very many people in one plan: the memory of the process stays bounded.

A process of its own plans, applies, verifies and answers; its resident peak is what the system says of it afterwards.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from attacks.village import dump
from databases import Database

ROWS = 150_000
LIMIT = 190 * 1024
"""KiB: an interpreter with SQLAlchemy and a driver is about 90 MiB; the rows of a kilobyte are 150 more."""
CHILD = """
import io, json, sys
from attacks.village import planner
from waarborg.plans.model import Approval
from waarborg.terms import SubjectRef
from worlds import NOW
url, emails = sys.argv[1], sys.argv[2].split(",")
def highest():  # KiB; what getrusage tells begins at the size of the process that started this one
    with open("/proc/self/status") as status:
        return int(next(line for line in status if line.startswith("VmHWM")).split()[1])
one = planner(url)
class Sink(io.StringIO):
    size = 0
    def write(self, text):
        self.size += len(text)
        return len(text)
start = highest()
sink = Sink()
shown = one.access(SubjectRef({"email": emails[0]}), sink)
if "hoard" in sys.argv:
    kept = io.StringIO()
    one.access(SubjectRef({"email": emails[0]}), kept)
    json.loads(kept.getvalue())
people = [SubjectRef({"email": email}) for email in emails]
plan, sealed = one.plan_erasure(people)
one.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
verdict = one.verify(plan, sealed)
peak = highest()
print(json.dumps({"start": start, "peak": peak, "shown": shown, "rows": plan.rows, "clean": verdict.clean}))
"""


def numbers(engine: str, upto: int) -> str:
    if engine == "postgresql":
        return f"SELECT n FROM generate_series(1, {upto}) AS g (n)"
    if engine == "mariadb":
        return f"SELECT seq AS n FROM seq_1_to_{upto}"
    return f"WITH RECURSIVE g (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < {upto}) SELECT n FROM g"


def child(database: Database, emails: list[str], *more: str) -> dict[str, int]:
    done = subprocess.run(
        [sys.executable, "-c", CHILD, database.url, ",".join(emails), *more],
        capture_output=True, text=True, check=False, timeout=250,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, int] = json.loads(done.stdout)
    return found


def crowd(database: Database, people: int, rows: int) -> None:
    """So many people, so many notes of about a kilobyte, all of the first of them; and a bystander with one note."""
    text = "repeat('x', 1000)" if database.engine != "sqlite" else "printf('%.1000c', 'x')"
    mail = "concat('m', n, '@x.example')" if database.engine != "sqlite" else "'m' || n || '@x.example'"
    many, few = numbers(database.engine, rows), numbers(database.engine, people)
    database.run(
        "CREATE TABLE member (id bigint NOT NULL PRIMARY KEY, email varchar(100) NOT NULL, name varchar(100))",
        "CREATE TABLE note (id bigint NOT NULL PRIMARY KEY, member_id bigint REFERENCES member (id), body text)",
        "CREATE TABLE letter (id bigint NOT NULL PRIMARY KEY, sender bigint, receiver bigint, body text)",
        "CREATE TABLE folder (id bigint NOT NULL PRIMARY KEY, owner bigint, parent bigint)",
        "CREATE TABLE login (id bigint NOT NULL PRIMARY KEY, who bigint)",
        "CREATE INDEX note_member ON note (member_id)",
        f"INSERT INTO member SELECT n, {mail}, 'Name' FROM ({few}) AS s",
        f"INSERT INTO note SELECT n, 1, {text} FROM ({many}) AS s",
        f"INSERT INTO note VALUES ({rows + 1}, {people}, 'bystander')",
    )


def test_attack_44_one_person_with_very_many_rows(any_database: Database, tmp_path: Path) -> None:
    crowd(any_database, 3, ROWS)
    found = child(any_database, ["m1@x.example"])
    assert found["clean"]
    assert found["rows"] == ROWS + 1
    assert found["shown"] >= ROWS
    assert found["peak"] < LIMIT, found
    assert len(any_database.run("SELECT id FROM note")) == 1
    assert dump(any_database)


def test_attack_44_very_many_people_in_one_plan(any_database: Database) -> None:
    crowd(any_database, 3001, 3000)
    found = child(any_database, [f"m{number}@x.example" for number in range(1, 3001)])
    assert found["clean"]
    assert found["rows"] == 6000
    assert found["peak"] < LIMIT, found
    assert [row[1] for row in any_database.run("SELECT id, email FROM member")] == ["m3001@x.example"]


def test_attack_44_sabotage_an_answer_kept_in_memory_is_seen(sqlite: Database) -> None:
    crowd(sqlite, 3, ROWS)
    assert child(sqlite, ["m1@x.example"], "hoard")["peak"] > LIMIT
