"""Real worker processes on SQLite and PostgreSQL: several at once, one killed, the others go on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from databases import Database

ROOT = Path(__file__).resolve().parents[2]
CHILD = Path(__file__).with_name("worker_child.py")
PATIENCE = 40.0


@dataclass
class Hall:
    """A home with its database, and workers in it."""

    home: Path
    said: Path
    environment: dict[str, str]
    workers: list[subprocess.Popen[bytes]]

    def start(self, lease: float = 2.0) -> subprocess.Popen[bytes]:
        worker = subprocess.Popen(
            [sys.executable, str(CHILD), str(self.home), str(self.said), str(lease)],
            cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.workers.append(worker)
        return worker

    def python(self, code: str) -> str:
        """Run some code in the office of this home."""
        script = f"import sys; sys.argv = ['x', {str(self.home)!r}, {str(self.said)!r}, '2']\n"
        script += f"exec(open({str(CHILD)!r}).read().split('if __name__')[0])\n{code}"
        ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=self.environment, capture_output=True,
                             text=True, timeout=60)  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.strip()

    def lines(self) -> list[str]:
        return self.said.read_text().splitlines() if self.said.exists() else []

    def until(self, ready: Callable[[], bool]) -> None:
        ends = time.monotonic() + PATIENCE
        while not ready():
            assert time.monotonic() < ends, self.lines()[-5:]
            time.sleep(0.05)


@pytest.fixture(params=["sqlite", "postgresql"])
def hall(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hall]:
    """Workers on each engine; every one that is still there is ended, by its id."""
    (tmp_path / ".waarborg").mkdir()
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("WAARBORG_", "DJANGO_"))}
    if request.param == "postgresql":
        database: Database = request.getfixturevalue("postgresql")
        address = os.environ.get("WAARBORG_TEST_POSTGRESQL", "postgres@127.0.0.1:5432")
        environment["WAARBORG_DATABASE_URL"] = f"postgresql://{address}/{database.name}"
    made = Hall(tmp_path, tmp_path / "said", environment, [])
    made.python("from django.core.management import call_command; call_command('migrate', verbosity=0)")
    yield made
    for worker in made.workers:
        if worker.poll() is None:
            worker.kill()
        worker.wait()
    if request.param == "postgresql":
        made.python(
            "from django.db import connection as c; x = c.cursor(); "
            "x.execute('DROP SCHEMA public CASCADE'); x.execute('CREATE SCHEMA public')"
        )


@pytest.mark.slow
def test_a_killed_worker_is_taken_over(hall: Hall) -> None:
    hall.python("queue.enqueue('test.slow', {'word': 'a', 'seconds': 6})")
    first = hall.start()
    hall.until(lambda: "begin-a" in hall.lines())
    second = hall.start()
    time.sleep(3)  # longer than a lease: the heartbeat keeps it
    assert hall.lines() == ["begin-a"], "the other took a job that was being done"
    os.kill(first.pid, signal.SIGKILL)
    hall.until(lambda: "end-a" in hall.lines())
    assert hall.lines() == ["begin-a", "begin-a", "end-a"]
    hall.until(lambda: hall.python("print(queue.Job.objects.get().state)") == "done")
    second.terminate()
    assert second.wait(timeout=15) == 0


@pytest.mark.slow
def test_several_workers_do_each_job_once(hall: Hall) -> None:
    for _ in range(3):
        hall.start(lease=30)
    hall.python("for n in range(120): queue.enqueue('test.note', {'word': f'n{n}'})")
    hall.until(lambda: len(hall.lines()) >= 120)
    time.sleep(0.5)
    assert set(Counter(hall.lines()).values()) == {1}
    assert len(set(hall.lines())) == 120


@pytest.mark.slow
def test_a_worker_told_to_end_finishes_the_job_in_hand(hall: Hall) -> None:
    hall.python("queue.enqueue('test.slow', {'word': 'a', 'seconds': 2})")
    worker = hall.start()
    hall.until(lambda: "begin-a" in hall.lines())
    worker.terminate()
    assert worker.wait(timeout=20) == 0
    assert hall.lines() == ["begin-a", "end-a"]
