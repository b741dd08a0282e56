"""The floors are what they claim: complete, explained, indexed, and they erase exactly the people they are given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from benchmarks.engines import Sqlite, every_engine
from benchmarks.figures import Figure
from benchmarks.sample import TABLES, Sample

from benchmarks import floors, start

FULL_SCAN = re.compile(
    r"Seq Scan on|SCAN (customers|orders|payments|events)"
    r'|"table": "(customers|orders|payments|events)", "type": "(ALL|index)"'
)


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sample:
    monkeypatch.setenv("WAARBORG_BENCH_DIR", str(tmp_path))
    made = Sample(Sqlite(), size=60, heavy=40)
    assert made.ensure()
    return made


@pytest.fixture
def connection(sample: Sample) -> Iterator[Any]:
    opened = sample.connect()
    yield opened
    opened.close()


def rows(sample: Sample, connection: Any) -> dict[str, int]:
    return {table: sample.engine.run(connection, f"SELECT count(*) FROM {table}", {})[0][0] for table in TABLES}


@pytest.mark.parametrize("engine", list(every_engine()))
@pytest.mark.parametrize("name", floors.NAMES)
def test_every_floor_is_explained_and_scans_no_table_in_full(engine: str, name: str) -> None:
    explained = (floors.FOLDER / engine / f"{name}.explain.txt").read_text()
    for statement in floors.read(engine, name):
        if statement.sql.startswith(("SELECT", "DELETE")):
            assert f"\n{statement.sql}\n    " in explained, "run benchmarks.run --explain again"
    assert not FULL_SCAN.search(explained)


def test_a_full_scan_would_be_seen() -> None:
    assert FULL_SCAN.search("  ->  Seq Scan on payments (actual rows=500000 loops=1)")
    assert FULL_SCAN.search("    SCAN events")
    assert FULL_SCAN.search('{"id": 1, "table": "orders", "type": "ALL", "key": null}')


@pytest.mark.parametrize("name", ["erase_one", "erase_one_counted", "erase_many", "erase_many_counted"])
def test_a_floor_erases_the_people_it_is_given_and_nobody_else(name: str, sample: Sample, connection: Any) -> None:
    people = [7] if "one" in name else [3, 7, 41]
    timing = floors.run(sample.engine, connection, floors.read("sqlite", name), floors.parameters(people))
    left = rows(sample, connection)
    assert {table: sample.rows[table] - left[table] for table in TABLES} == {
        "customers": len(people), "orders": 5 * len(people), "payments": 5 * len(people), "events": 10 * len(people),
    }  # fmt: skip
    assert sample.engine.run(connection, "SELECT id FROM customers WHERE id IN (3, 7, 41)", {}) == [
        (person,) for person in (3, 7, 41) if person not in people
    ]
    assert timing.parts["apply"] > 0
    assert (timing.parts["plan"] > 0) == name.endswith("counted")


def test_the_erased_come_back_exactly_as_they_were(sample: Sample, connection: Any) -> None:
    before = {table: sample.engine.run(connection, f"SELECT * FROM {table} ORDER BY id", {}) for table in TABLES}
    floors.run(sample.engine, connection, floors.read("sqlite", "erase_many"), floors.parameters([1, 2, 60]))
    assert not sample.ready()
    sample.restore([1, 2, 60])
    assert sample.ready()
    after = {table: sample.engine.run(connection, f"SELECT * FROM {table} ORDER BY id", {}) for table in TABLES}
    assert after == before


def test_a_missing_row_of_somebody_else_is_noticed(sample: Sample, connection: Any) -> None:
    sample.engine.run(connection, "DELETE FROM events WHERE id = 12", {})
    assert not sample.ready()
    assert sample.ensure()
    assert not sample.ensure()


def test_the_access_floor_writes_every_row(sample: Sample, connection: Any, tmp_path: Path) -> None:
    path = tmp_path / "answer.jsonl"
    floors.access(sample.engine, connection, sample.heavy_person, path)
    assert len(path.read_text().splitlines()) == 1 + sample.heavy


def test_a_figure_over_its_aim_is_short() -> None:
    assert Figure("one", 2.01, 2.0).line() == "one 2.010 <=2 short"
    assert Figure("one", 2.0, 2.0).verdict == "ok"
    assert Figure("one", 9.0).verdict == "-"


def test_the_core_install_is_counted_through_its_dependencies(tmp_path: Path) -> None:
    pyproject = tmp_path / "pyproject.toml"
    pyproject.write_text('[project]\nname = "some-service"\ndependencies = ["rich", "nowhere; os_name == \'x\'"]\n')
    assert start.core_packages(pyproject) == {"some-service", "rich", "markdown-it-py", "mdurl", "pygments"}
