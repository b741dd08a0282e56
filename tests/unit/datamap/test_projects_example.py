"""The example of Taakveld: map, policy and schema agree, and the maker gives the same people everywhere."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import pytest
from examples.making import people
from examples.projects import make_data

from waarborg.datamap import load_datamap
from waarborg.datamap.against import check_against_policy
from waarborg.datamap.resolve import resolve
from waarborg.errors import Severity
from waarborg.policy import load_policy
from waarborg.stores.contract import Column, Family, Schema, Table

PROJECTS = Path(__file__).parents[3] / "examples" / "projects"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> sqlite3.Connection:
    path = tmp_path_factory.mktemp("projects") / "taakveld.db"
    assert make_data.make(str(path), people=60) > 2_000
    return sqlite3.connect(path)


def names(base: sqlite3.Connection) -> list[str]:
    return [name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]


def test_the_map_fits_the_schema_and_leaves_nothing_out(base: sqlite3.Connection) -> None:
    tables = {}
    for name in names(base):
        rows = base.execute(f"PRAGMA table_info({name})").fetchall()
        key = [row[1] for row in sorted(rows, key=lambda row: row[5]) if row[5]]
        tables[name] = Table(name, tuple(Column(row[1], row[2], Family.OTHER) for row in rows), tuple(key))
    datamap = load_datamap(PROJECTS / "datamap.yaml")
    resolve(datamap, {"app": Schema("sqlite", tables)})
    said = {table.local for table in datamap.tables.values()} | {one.name.partition(".")[2] for one in datamap.ignored}
    assert set(tables) - said == {"schema_migration"}, "it holds version numbers only; check agrees (WB701 is silent)"
    assert not said - set(tables)
    assert len(tables) >= 25


def test_the_map_and_the_policy_agree() -> None:
    findings = check_against_policy(load_datamap(PROJECTS / "datamap.yaml"), load_policy(PROJECTS / "policy.yaml"))
    assert [str(one) for one in findings if one.severity is not Severity.NOTE] == []


def test_every_reference_arrives(base: sqlite3.Connection) -> None:
    assert base.execute("PRAGMA foreign_key_check").fetchall() == []


def test_the_hard_shapes_are_in_the_data(base: sqlite3.Connection) -> None:
    def count(query: str) -> int:
        return int(base.execute(query).fetchone()[0])

    assert count("SELECT count(*) FROM folder WHERE parent_id = id") > 0
    assert count("SELECT count(*) FROM comment WHERE reply_to IS NOT NULL") > 0
    assert count("SELECT count(*) FROM comment JOIN member ON body LIKE '%@' || full_name || '%'") > 0
    assert count("SELECT count(DISTINCT holder_type) FROM attachment") == 3
    assert count("SELECT count(*) FROM activity WHERE subject LIKE 'member,%'") > 0
    assert count("SELECT count(*) FROM login_attempt JOIN member ON lower(trim(username)) = email_lower") > 0
    assert count("SELECT count(*) FROM login_attempt JOIN member ON username = email") > 0
    assert count("SELECT count(*) FROM (SELECT 1 FROM feature_use GROUP BY member_id, used_at HAVING count(*) > 1)") > 0
    assert count("SELECT count(*) FROM task WHERE reporter_id = 0") > 0
    assert count("SELECT count(*) FROM direct_message WHERE sender_id <> recipient_id") > 0
    assert count("SELECT count(*) FROM notification WHERE recipients LIKE '%,%'") > 0
    assert all(count(f"SELECT count(*) FROM {name}") for name in names(base))


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    digests = []
    for number, seed in enumerate((1, 1, 2)):
        path = tmp_path / f"{number}.db"
        make_data.make(f"sqlite:///{path}", people=25, seed=seed)
        with sqlite3.connect(path) as base:
            digests.append(hashlib.sha256("\n".join(base.iterdump()).encode()).hexdigest())
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("people", [1, 21])
def test_any_number_of_people(tmp_path: Path, people: int) -> None:
    make_data.make(str(tmp_path / "few.db"), people=people)
    with sqlite3.connect(tmp_path / "few.db") as base:
        assert base.execute("SELECT count(*) FROM member WHERE id > 0").fetchone()[0] == people
        assert base.execute("PRAGMA foreign_key_check").fetchall() == []


def test_ibans_are_valid_at_a_bank_that_does_not_exist() -> None:
    from stdnum import iban

    assert iban.is_valid(people.iban(7))
    assert people.iban(7)[4:8] == "WBRG"
