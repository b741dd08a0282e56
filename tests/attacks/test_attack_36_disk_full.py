"""Attack 36: a full disk while a plan is applied, on a real small file system; afterwards the request goes on.

SQLite's file and PostgreSQL's tables lie on a file system of a few megabytes that is filled to the brim. For MariaDB
this machine forbids it: InnoDB writes to files of the whole server, and those are not ours to limit.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from attacks.village import dump, planner, settle, whole
from databases import Database
from waarborg.errors import StoreError
from waarborg.plans.model import Approval
from waarborg.terms import SubjectRef
from worlds import NOW

AN = [SubjectRef({"email": "m1@x.example"})]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of four megabytes."""
    place = tmp_path / "small"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", place], check=False).returncode:
        pytest.skip("this machine does not let us mount a small file system")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def fill(place: Path) -> None:
    """Use every byte that is left."""
    with suppress(OSError), (place / "filler").open("wb", buffering=0) as file:
        for size in (65536, 4096, 512, 1):
            with suppress(OSError):
                while file.write(b"x" * size):
                    pass


def delayed_then_done(database: Database, place: Path) -> None:
    one = planner(database.url)
    plan, sealed = one.plan_erasure(AN)
    approval = Approval(plan.digest, "officer", NOW)
    before = whole(database)
    fill(place)
    result = one.apply(plan, sealed, approval)
    assert [(store.state, store.finding is not None) for store in result.stores] == [("delayed", True)]
    assert whole(database) == before, "nothing is half"
    (place / "filler").unlink()
    assert one.apply(plan, sealed, approval).done
    assert one.verify(plan, sealed).clean
    assert dump(database)


def many_letters(database: Database) -> None:
    database.run("DELETE FROM letter")
    for block in range(5):
        values = ", ".join(f"({block * 100 + n}, 1, 2, '{'x' * 1000}')" for n in range(100))
        database.run(f"INSERT INTO letter VALUES {values}")


def test_attack_36_disk_full_sqlite(small: Path) -> None:
    database = Database("sqlite", str(small / "app.sqlite"))
    settle(database)
    many_letters(database)
    database.run("PRAGMA wal_checkpoint(TRUNCATE)")
    delayed_then_done(database, small)


def test_attack_36_disk_full_postgresql(postgresql: Database, small: Path) -> None:
    shutil.chown(small, "postgres", "postgres") if os.geteuid() == 0 else pytest.skip("needs root")
    for folder in small.parents[:3]:
        folder.chmod(0o755)
    name = f"small_{postgresql.name}"
    settle(postgresql)
    try:
        postgresql.run(f"CREATE TABLESPACE {name} LOCATION '{small}'")
    except Exception as error:
        pytest.skip(f"the server does not see this file system ({type(error).__name__})")
    try:
        postgresql.run(f"ALTER TABLE letter SET TABLESPACE {name}")
        many_letters(postgresql)
        delayed_then_done(postgresql, small)
    finally:
        postgresql.run("ALTER TABLE letter SET TABLESPACE pg_default", f"DROP TABLESPACE {name}")


def test_attack_36_sabotage_a_refusal_is_not_a_delay(sqlite: Database) -> None:
    """What is not for want of room is raised: waiting would not help."""
    settle(sqlite)
    one = planner(sqlite.url)
    plan, sealed = one.plan_erasure(AN)
    sqlite.run("CREATE TABLE pin (id int, member_id int REFERENCES member (id))", "INSERT INTO pin VALUES (1, 1)")
    with pytest.raises(StoreError, match="WB323"):
        one.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
