"""The office's own state: into a file and back on both engines, evidence held against what it was."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from databases import Database
from office.operate.kit import home, run


def moved(place: Path, folder: Path) -> Path:
    """A home on another machine: the deployment and the key, nothing else."""
    other = folder / "other"
    shutil.copytree(place, other, ignore=shutil.ignore_patterns("office.db*", "packages"))
    return other


def test_a_backup_brings_the_office_back(tmp_path: Path) -> None:
    place, file = home(tmp_path), tmp_path / "office.tar"
    run(place, "office", "account", "fatima@taakveld.example", "--role", "auditor")
    answers = place / ".waarborg" / "office" / "taakveld" / "packages"
    answers.mkdir(parents=True)
    (answers / "one.bin").write_bytes(b"sealed")
    made = json.loads(run(place, "office", "backup", str(file), "--json").stdout)
    assert made["ok"]
    assert file.stat().st_mode & 0o077 == 0
    key = (place / ".waarborg" / "master.key").read_bytes().strip()
    assert key not in file.read_bytes()

    other = moved(place, tmp_path)
    back = run(other, "office", "restore", str(file), "--json")
    assert back.returncode == 0, back.stdout + back.stderr
    assert (other / ".waarborg" / "office" / "taakveld" / "packages" / "one.bin").read_bytes() == b"sealed"
    again = json.loads(run(other, "office", "account", "fatima@taakveld.example", "--end", "--json").stdout)
    assert again["ended"]
    assert run(other, "office", "restore", str(file)).returncode == 2  # never over what is there


@pytest.mark.parametrize("sabotage", ["an entry is gone", "an entry is edited"])
def test_evidence_that_was_changed_in_the_file_is_seen(tmp_path: Path, sabotage: str) -> None:
    place, file = home(tmp_path), tmp_path / "office.tar"
    assert run(place, "office", "backup", str(file)).returncode == 0
    parts = tmp_path / "parts"
    with tarfile.open(file) as archive:
        archive.extractall(parts, filter="data")
    with closing(sqlite3.connect(parts / "office.db")) as database:
        database.execute("DROP TRIGGER taakveld_waarborg_entry_no_delete")
        database.execute("DROP TRIGGER taakveld_waarborg_entry_no_update")
        if sabotage == "an entry is gone":
            database.execute("DELETE FROM taakveld_waarborg_entry")
        else:
            database.execute("UPDATE taakveld_waarborg_entry SET body = CAST(replace(body, '2026', '2025') AS BLOB)")
        database.commit()
    worse = tmp_path / "worse.tar"
    with tarfile.open(worse, "w") as archive:
        for part in parts.iterdir():
            archive.add(part, part.name)
    done = run(moved(place, tmp_path), "office", "restore", str(worse), "--json")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "taakveld" in json.loads(done.stdout)["flaws"]


def test_what_is_no_backup_is_refused_and_nothing_is_there(tmp_path: Path) -> None:
    place, file = home(tmp_path), tmp_path / "holiday.tar"
    run(place, "office", "jobs")
    other = moved(place, tmp_path)
    file.write_bytes(b"not a tar at all")
    done = run(other, "office", "restore", str(file))
    assert done.returncode == 2
    assert "WB989" in done.stderr
    assert run(other, "office", "jobs").returncode == 0  # a new office can still begin here


def test_on_postgresql_too(tmp_path: Path, postgresql: Database) -> None:
    place, file = home(tmp_path), tmp_path / "office.tar"
    url = postgresql.url.replace("+psycopg", "")
    assert run(place, "office", "account", "fatima@taakveld.example", "--role", "auditor", WAARBORG_DATABASE_URL=url,
               WAARBORG_KEY="env:K", K="9" * 64).returncode == 0  # fmt: skip
    told = {"WAARBORG_DATABASE_URL": url, "WAARBORG_KEY": "env:K", "K": "9" * 64}
    assert run(place, "office", "backup", str(file), **told).returncode == 0
    refused = run(place, "office", "restore", str(file), **told)
    assert "WB987" in refused.stderr
    postgresql.empty()
    back = run(place, "office", "restore", str(file), "--json", **told)
    assert back.returncode == 0, back.stdout + back.stderr
    assert json.loads(run(place, "office", "account", "fatima@taakveld.example", "--end", "--json", **told).stdout)[
        "ended"
    ]
