"""The state file, and the master key that belongs to it."""

import sqlite3
import stat
import sys

import pytest
from tests.evidence_kit import MASTER, PLAN, START

from waarborg.errors import StateError
from waarborg.state import MasterKey, create_key_file, load_master, open_state


def fails(id: str):
    return pytest.raises(StateError, match=f"^{id}")


def test_the_file_is_durable_and_private(tmp_path):
    path = tmp_path / "state.sqlite"
    with open_state(path, master=MASTER) as file, file.read() as state:
        assert state.sql.one("PRAGMA journal_mode") == ("wal",)
        assert state.sql.one("PRAGMA synchronous") == (2,)
        assert state.sql.one("PRAGMA secure_delete") == (1,)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def put_twice(file):
    with file.begin() as state:
        for _ in range(2):
            state.plans.put(PLAN, b"x", request="r1", at=START)


def test_a_transaction_is_kept_whole_or_rolled_back(tmp_path):
    with open_state(tmp_path / "state.sqlite", master=MASTER) as file:
        with fails("WB557"):
            put_twice(file)
        with file.read() as state:
            assert state.plans.open_requests() == []
            state.plans.put(PLAN, b"x", request="r1", at=START)
        with file.begin() as state:
            assert state.plans.open_requests() == []
            state.plans.put(PLAN, b"x", request="r1", at=START)
    with open_state(tmp_path / "state.sqlite", master=MASTER) as file, file.read() as state:
        assert state.plans.open(PLAN) == b"x"


def test_destroyed_keys_and_sealed_bytes_leave_no_bytes_in_file_or_wal(tmp_path):
    path = tmp_path / "state.sqlite"

    def raw() -> bytes:
        return b"".join(p.read_bytes() for p in tmp_path.iterdir())

    with open_state(path, master=MASTER) as file:
        with file.begin() as state:
            state.plans.put(PLAN, b"jan@post.example" * 50, request="r1", at=START)
        with file.read() as state:
            wrapped = state.sql.one("SELECT wrapped FROM waarborg_key")[0]
            sealed = state.sql.one("SELECT sealed FROM waarborg_vault")[0]
        assert wrapped in raw()
        assert sealed in raw()
        with file.begin() as state:
            state.plans.close("r1", at=START)
        assert wrapped not in raw()
        assert sealed not in raw()


def test_a_reader_in_the_way_puts_the_scrubbing_off_until_the_next_time(tmp_path):
    path = tmp_path / "state.sqlite"
    with open_state(path, master=MASTER) as file:
        with file.begin() as state:
            state.plans.put(PLAN, b"x", request="r1", at=START)
        with file.read() as state:
            wrapped = state.sql.one("SELECT wrapped FROM waarborg_key")[0]
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM waarborg_key").fetchall()
        with file.begin() as state:
            state.plans.close("r1", at=START)
        wal = tmp_path / "state.sqlite-wal"
        assert wrapped in path.read_bytes() + wal.read_bytes(), "the reader still needs it"
        reader.close()
        with file.begin() as state:
            pass
        assert wrapped not in path.read_bytes() + wal.read_bytes()


def test_sabotage_without_scrubbing_the_bytes_are_still_there(tmp_path, monkeypatch):
    from waarborg.state import State

    monkeypatch.setattr(State, "destroyed", False)
    with pytest.raises(AssertionError):
        test_destroyed_keys_and_sealed_bytes_leave_no_bytes_in_file_or_wal(tmp_path)


def test_a_file_that_is_no_state_or_cannot_be_opened_is_refused(tmp_path):
    with fails("WB560"):
        open_state(tmp_path / "none" / "state.sqlite")
    (tmp_path / "text").write_text("not a database, and longer than a header " * 100)
    with fails("WB560"):
        open_state(tmp_path / "text")


def test_a_writer_that_waits_too_long_is_told_so(tmp_path, monkeypatch):
    from waarborg.state import file as module

    monkeypatch.setattr(module, "_PATIENCE", 0.05)
    path = tmp_path / "state.sqlite"
    with open_state(path) as file:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with fails("WB560"), file.begin():
            pass
        with open_state(path) as reader, reader.read() as state:
            assert state.markers.of(PLAN) == []
        other.close()


def test_a_key_file_is_made_once_and_only_for_its_owner(tmp_path):
    path = tmp_path / "waarborg.key"
    master = create_key_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_master(f"file:{path}") == master
    assert master.secret.hex() not in repr(master)
    with fails("WB551"):
        create_key_file(path)
    path.chmod(0o640)
    with fails("WB552"):
        load_master(f"file:{path}")


def test_a_key_comes_from_the_environment_or_a_command(monkeypatch):
    secret = MASTER.secret.hex()
    monkeypatch.setenv("SOME_KEY", secret + "\n")
    assert load_master("env:SOME_KEY") == MASTER
    assert load_master(f"command:{sys.executable} -c \"print('{secret}')\"") == MASTER


@pytest.mark.parametrize(
    ("where", "id"),
    [
        ("", "WB551"),
        ("waarborg.key", "WB551"),
        ("file:", "WB551"),
        ("file:nowhere.key", "WB551"),
        ("env:NO_SUCH_KEY", "WB551"),
        ("env:SHORT_KEY", "WB553"),
        ("command:false", "WB561"),
        ("command:no-such-command", "WB561"),
        ("command:echo 'unbalanced", "WB561"),
        ("command:echo hunter2", "WB553"),
    ],
)
def test_what_is_not_a_key_is_refused_and_never_shown(where, id, monkeypatch):
    monkeypatch.setenv("SHORT_KEY", "hunter2")
    with fails(id) as caught:
        load_master(where)
    assert "hunter2" not in str(caught.value)


def test_a_master_key_has_32_bytes():
    with fails("WB553"):
        MasterKey(b"short")
