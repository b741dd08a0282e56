"""The example of Pennestreek: map, policy and schema agree, and the maker gives the same people everywhere."""

from __future__ import annotations

import gzip
import hashlib
import json
import sqlite3
import tracemalloc
from datetime import date
from pathlib import Path

import pytest
from examples.invoicing import make_data
from examples.invoicing.world import World

from waarborg.datamap import load_datamap
from waarborg.datamap.against import check_against_policy
from waarborg.datamap.resolve import resolve
from waarborg.policy import load_policy
from waarborg.policy.checks import check_policy
from waarborg.stores.contract import Column, Family, Schema, Table
from waarborg.stores.files import formats

EXAMPLE = Path(__file__).parents[3] / "examples" / "invoicing"
TODAY = date(2026, 11, 28)


SHAPES = (
    "person WHERE kind = 'contact' AND email IS NULL",
    "organisation o JOIN person p ON p.id = o.owner_id WHERE o.name LIKE '%' || p.last_name",
    "access a JOIN person p ON p.id = a.person_id WHERE p.organisation_id <> a.organisation_id",
    "access_right JOIN access USING (organisation_id, person_id)",
    "relation WHERE merged_into IS NOT NULL",
    "relation WHERE replace(iban, ' ', '') = iban_compact",
    "relation_note n JOIN person p ON n.body LIKE '%' || p.first_name || ' ' || p.last_name || '%'",
    "relation_note WHERE watchers LIKE '%,%'",
    "invoice WHERE credit_of IS NOT NULL",
    "invoice WHERE vat_year_end < '2016-11-28'",
    "peppol_delivery WHERE json_extract(envelope, '$.by.person') > 0",
    "attachment WHERE holder_type = 'Ticket'",
    "mail_log JOIN person ON email = from_email",
    "(SELECT 1 FROM mail_log GROUP BY from_email, to_email, subject, sent_at HAVING count(*) > 1)",
    "marketing_permission WHERE allowed IS NULL AND decided_at IS NULL",
    "login_attempt JOIN person ON lower(trim(username)) = email_lower",
    "activity WHERE actor LIKE 'person,%'",
)
"""What makes erasing hard, each as rows that must be there."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("invoicing")
    assert make_data.make(str(folder / "pennestreek.db"), people=120, files=folder) > 2_000
    return folder


@pytest.fixture(scope="module")
def base(made: Path) -> sqlite3.Connection:
    return sqlite3.connect(made / "pennestreek.db")


def names(base: sqlite3.Connection) -> list[str]:
    return [name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]


def test_the_map_fits_the_schema_and_leaves_nothing_out(base: sqlite3.Connection) -> None:
    tables = {}
    for name in names(base):
        rows = base.execute(f"PRAGMA table_info({name})").fetchall()
        key = [row[1] for row in sorted(rows, key=lambda row: row[5]) if row[5]]
        tables[name] = Table(name, tuple(Column(row[1], row[2], Family.OTHER) for row in rows), tuple(key))
    datamap = load_datamap(EXAMPLE / "datamap.yaml")
    resolve(datamap, {"app": Schema("sqlite", tables)})
    said = {table.local for table in datamap.tables.values() if table.store == "app"}
    assert set(tables) - said == {"schema_migration", "mailing_list", "segment"}, "there is nobody in those"
    assert len(tables) >= 25


def test_policy_and_map_agree_and_nothing_is_left_to_mend() -> None:
    policy, datamap = load_policy(EXAMPLE / "policy.yaml"), load_datamap(EXAMPLE / "datamap.yaml")
    assert [str(one) for one in [*check_policy(policy, TODAY), *check_against_policy(datamap, policy)]] == []


def test_every_reference_arrives(base: sqlite3.Connection) -> None:
    assert base.execute("PRAGMA foreign_key_check").fetchall() == []


def test_the_hard_shapes_are_in_the_data(base: sqlite3.Connection) -> None:
    for shape in SHAPES:
        assert base.execute(f"SELECT count(*) FROM {shape}").fetchone()[0] > 0, shape
    assert base.execute("SELECT count(DISTINCT kind) FROM person").fetchone()[0] == 5
    assert all(base.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names(base))


def test_logs_are_rotated_and_in_the_order_of_time(made: Path) -> None:
    packed = gzip.decompress((made / "logs/access.log.2.gz").read_bytes()).decode().splitlines()
    plain = [(made / f"logs/{name}").read_text().splitlines() for name in ("access.log.1", "access.log")]
    lines = [*packed, *plain[0], *plain[1]]
    assert len(formats.combined(lines)) == len(lines) == 360
    assert formats.log_kind(lines) == "web server log"
    application = (made / "logs/app.jsonl").read_text().splitlines()
    moments = [json.loads(line)["at"] for line in application]
    assert moments == sorted(moments)
    assert any((made / "uploads").glob("*/*.pdf"))


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    digests = []
    for number, seed in enumerate((1, 1, 2)):
        folder = tmp_path / str(number)
        make_data.make(f"sqlite:///{folder}.db", people=25, seed=seed, files=folder)
        with sqlite3.connect(f"{folder}.db") as base:
            parts = ["\n".join(base.iterdump()).encode()]
        parts += [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]
        digests.append(hashlib.sha256(b"".join(parts)).hexdigest())
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("people", [1, 2, 21])
def test_any_number_of_people(tmp_path: Path, people: int) -> None:
    make_data.make(str(tmp_path / "few.db"), people=people, files=tmp_path)
    with sqlite3.connect(tmp_path / "few.db") as base:
        assert base.execute("SELECT count(*) FROM person WHERE id > 0").fetchone()[0] == people
        assert base.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_large_world_takes_no_more_memory_than_a_small_one() -> None:
    """Rows are made one by one, and what is remembered of people and relations is bounded."""
    world = World(1_500, 1)
    tracemalloc.start()
    rows = sum(1 for _, _, maker in make_data.TABLES for _ in maker(world))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows > 30_000
    assert peak < 4_000_000
