"""The office as processes: a first start makes everything, nothing personal reaches the log, what is wrong is said."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from office.operate.kit import get, home, run, serving
from waarborg.office.observing import Line

TOKEN, EMAIL = "kanarie-token-9f3a", "kanarie@voorbeeld.example"


def test_a_first_start_makes_key_and_tables_and_answers(tmp_path: Path) -> None:
    place, log = home(tmp_path), tmp_path / "log"
    with serving(place, log) as address:
        assert get(f"{address}/health") == (200, '{"ok": true}')
        status, numbers = get(f"{address}/metrics")
        assert status == 200
        assert "waarborg_jobs_oldest_seconds" in numbers
        assert get(f"{address}/metrics", X_Forwarded_For="203.0.113.9")[0] == 404
        assert get(f"{address}/taakveld/nl/status/{TOKEN}?email={EMAIL}")[0] in (404, 410)
    written = log.read_text()
    answered = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    assert any(line.get("status") in (404, 410) for line in answered)
    assert TOKEN not in written
    assert EMAIL not in written
    assert (place / ".waarborg" / "master.key").stat().st_mode & 0o077 == 0
    assert f"{address}/taakveld/" in written


@pytest.mark.parametrize(
    ("name", "arguments", "id"),
    [
        ("empty", ("serve",), "WB982"),
        ("taakveld", ("serve", "--bind", "8000"), "WB983"),
        ("taakveld", ("serve", "--workers", "many"), "WB983"),
        ("taakveld", ("office", "account", "fatima", "--role", "auditor"), "WB985"),
        ("taakveld", ("office", "account", "fatima@taakveld.example"), "WB985"),
        ("taakveld", ("office", "account", "f@taakveld.example", "--role", "auditor", "--tenant", "taakvelt"), "WB985"),
        ("taakveld", ("office", "jobs", "--requeue", "77"), "WB984"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, name: str, arguments: tuple[str, ...], id: str) -> None:
    place = home(tmp_path)
    if name == "empty":
        place = tmp_path / "empty"
        place.mkdir()
    done = run(place, *arguments)
    assert done.returncode == 2, done.stdout
    assert id in done.stderr
    assert "Traceback" not in done.stderr


def test_a_key_that_is_gone_is_not_replaced(tmp_path: Path) -> None:
    place = home(tmp_path)
    assert run(place, "office", "jobs").returncode == 0
    (place / ".waarborg" / "master.key").unlink()
    done = run(place, "office", "jobs")
    assert done.returncode == 2
    assert "WB551" in done.stderr
    assert not (place / ".waarborg" / "master.key").exists()


def test_an_account_gets_a_link_once_and_is_ended(tmp_path: Path) -> None:
    place, words = home(tmp_path), ("office", "account", "fatima@taakveld.example")
    made = json.loads(run(place, *words, "--role", "privacy_officer", "--json").stdout)
    assert made["tenants"] == ["taakveld"]
    assert made["link"].startswith("http://127.0.0.1:8000/account/password/reset/key/")
    assert json.loads(run(place, *words, "--end", "--json").stdout)["ended"]


def test_a_line_holds_nothing_that_came_from_outside() -> None:
    def fail() -> None:
        raise ValueError(EMAIL)

    try:
        fail()
    except ValueError:
        import sys

        record = logging.LogRecord("django.request", 40, __file__, 1, "Bad: %s", (EMAIL,), sys.exc_info())
    record.job, record.email = "requests.plan", EMAIL
    assert EMAIL in record.getMessage()  # the canary would be there
    line = Line().format(record)
    assert EMAIL not in line
    assert json.loads(line)["raised"] == "ValueError"
    assert json.loads(line)["job"] == "requests.plan"


def test_the_worker_beside_a_server_ends_with_it_however_that_ends(tmp_path: Path) -> None:
    import os
    import subprocess
    import time

    from office.operate.kit import environment, free_port, words

    place, port = home(tmp_path), free_port()
    told = environment(place, WAARBORG_ADDRESS=f"http://127.0.0.1:{port}")
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(words("serve", "--bind", f"127.0.0.1:{port}"), env=told, stdout=log, stderr=log)
        found: list[str] = []
        for _ in range(200):
            listed = subprocess.run(
                ["ps", "-o", "pid=,args=", "--ppid", str(server.pid)], capture_output=True, text=True
            )
            found = [line.split()[0] for line in listed.stdout.splitlines() if " worker " in line]
            if found:
                break
            time.sleep(0.1)
        assert found, "there is no worker"
        time.sleep(2)
        server.kill()
        server.wait()
    for _ in range(150):
        if not os.path.exists(f"/proc/{found[0]}"):
            return
        time.sleep(0.1)
    os.kill(int(found[0]), 9)
    raise AssertionError("the worker outlived its server")


def test_play_makes_two_companies_and_people_who_can_come_in(tmp_path: Path) -> None:
    folder = tmp_path / "play"
    made = json.loads(run(tmp_path, "office", "play", str(folder), "--prepare", "--json", WAARBORG_HOME="").stdout)
    assert len(made["people"]) == 2
    assert {one["role"] for one in made["staff"]} == {"privacy_officer", "support_agent", "auditor"}
    assert all(len(one["codes"]) == 3 for one in made["staff"])
    again = json.loads(run(tmp_path, "office", "play", str(folder), "--prepare", "--json", WAARBORG_HOME="").stdout)
    assert [one["password"] for one in again["staff"]] == [one["password"] for one in made["staff"]]
    with serving(folder, tmp_path / "log") as address:
        for one in again["people"]:
            assert get(address + one["link"])[0] in (200, 403)  # shown, or how to come in: urllib keeps no cookie
            assert get(f"{address}/{one['tenant']}/nl/")[0] == 200
            assert get(address + one["link"])[0] == 403  # it worked once
