"""Carries a request out in a process that is killed (SIGKILL) after its Nth statement, for many N; see test_killed.

    python kill_child.py HOME ASK STEP      prints one JSON line for each N, and one for the run that nobody killed

Statements are counted on the office's database and on the customer's. Each run begins with a fresh copy of both; after
the kill another process does what is due. What is left at the end is compared with the run that nobody killed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

HOME, ASK, STEP = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
os.environ |= {
    "WAARBORG_HOME": str(HOME),
    "WAARBORG_KEY": "env:WAARBORG_TEST_MASTER_KEY",
    "WAARBORG_TEST_MASTER_KEY": "7" * 64,
    "DJANGO_SETTINGS_MODULE": "waarborg.office.settings",
    "APP_DATABASE": f"sqlite:///{HOME / 'app.db'}",
}

import django  # noqa: E402 - after the environment

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from sqlalchemy import event  # noqa: E402
from sqlalchemy.engine import Engine  # noqa: E402

from waarborg.clock import FixedClock  # noqa: E402
from waarborg.evidence.audit import audit  # noqa: E402
from waarborg.office import engine  # noqa: E402
from waarborg.office.jobs import queue, worker  # noqa: E402
from waarborg.office.jobs.models import Job  # noqa: E402
from waarborg.office.people.tenants import sync  # noqa: E402
from waarborg.office.requests import doors, identity, messages  # noqa: E402
from waarborg.office.requests.doors import Incoming  # noqa: E402
from waarborg.office.requests.models import Message, SubjectRequest  # noqa: E402

clock = FixedClock(datetime(2026, 11, 30, 11, tzinfo=UTC))
settings.WAARBORG_CLOCK = clock
settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"


def prepare() -> None:
    """A request that was confirmed; what follows is what is killed."""
    call_command("migrate", verbosity=0)
    (tenant,) = sync()
    with closing(sqlite3.connect(HOME / "app.db")) as stores:
        (email,) = stores.execute("SELECT email FROM member WHERE id = 5").fetchone()
    received = doors.receive(
        tenant, Incoming(ask=ASK, door="centre", language="nl", identifiers={"email": email}, contact=email)
    )
    post = queue.JOBS["post.send"]
    queue.JOBS["post.send"] = held  # so that the link is still in it
    worker.drain()
    queue.JOBS["post.send"] = post
    mail = Message.objects.get(kind="confirm")
    letter = messages.read(mail)
    assert letter is not None
    identity.confirm(tenant, letter.fields["token"], received.code)
    connection.close()
    for name in (".waarborg/office.db", "app.db"):
        shutil.copy(HOME / name, HOME / f"{name}.kept")
        with closing(sqlite3.connect(HOME / f"{name}.kept")) as check:
            assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def held(**_: object) -> None:
    raise queue.Later(seconds=1)


def restore() -> None:
    for name in (".waarborg/office.db", "app.db"):
        for end in ("-wal", "-shm", "-journal"):
            (HOME / f"{name}{end}").unlink(missing_ok=True)
        shutil.copy(HOME / f"{name}.kept", HOME / name)
    shutil.rmtree(HOME / ".waarborg" / "office", ignore_errors=True)


class Counting:
    """Counts statements and ends the process at one of them."""

    def __init__(self, kill_at: int) -> None:
        self.count, self.kill_at = 0, kill_at

    def tick(self) -> None:
        self.count += 1
        if self.count == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def office(self, execute, sql, parameters, many, context):  # type: ignore[no-untyped-def]
        self.tick()
        return execute(sql, parameters, many, context)

    def store(self, *_: object) -> None:
        self.tick()


def work(kill_at: int) -> int:
    """Everything that is due, on the day of the request and after the undo window; returns the statements."""
    counting = Counting(kill_at)
    event.listen(Engine, "before_cursor_execute", counting.store)
    event.listen(Engine, "commit", counting.store)
    with connection.execute_wrapper(counting.office):
        worker.drain()
        clock.instant += timedelta(days=7, minutes=1)
        worker.drain()
    return counting.count


def forked(kill_at: int, at: datetime) -> int | None:
    """The work in a process of its own; the number of statements, or None where it was killed."""
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        clock.instant = at
        try:
            os.write(into, str(work(kill_at)).encode())
            os._exit(0)
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(1)
    os.close(into)
    _, status = os.waitpid(child, 0)
    with os.fdopen(out) as said:
        text = said.read()
    if os.WIFSIGNALED(status):
        return None
    assert status == 0, "the work failed"
    return int(text)


def outcome() -> dict[str, object]:
    """What is left: the customer's rows, the request, its mails, the jobs, the evidence, rooms with plain files."""
    with closing(sqlite3.connect(HOME / "app.db")) as stores:
        # the placeholder's row has a time that the customer's database gives by itself: the machine's
        lines = (line.rpartition(",")[0] if "Oud-lid" in line else line for line in stores.iterdump())
        rows = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    request = SubjectRequest.objects.get()
    with engine.door(request.tenant).read() as state:
        report = audit(state.log().lines(), keys=[state.log().tip().key])
        kinds = [entry.kind for entry in state.log().entries()]
    packages = list(request.packages.filter(destroyed_at=None))
    found: dict[str, object] = {
        "rows": rows,
        "state": request.state,
        "mails": sorted(Message.objects.values_list("kind", flat=True)),
        "sent": Message.objects.filter(outgoing=True, sent_at=None).count(),
        "jobs": sorted(set(Job.objects.values_list("state", flat=True))),
        "answered": kinds.count("request.answered"),
        "flaws": [str(flaw) for flaw in report.flaws[:3]],
        "packages": len(packages),
        "left": sorted(path.name for path in (HOME / ".waarborg" / "office").rglob("answer.*")),
    }
    connection.close()
    return found


prepare()
START = clock.instant
restore()
statements = forked(0, START)
assert statements is not None
whole = outcome()
print(json.dumps({"statements": statements, **whole}), flush=True)
for number in range(1, statements, STEP):
    restore()
    assert forked(number, START) is None, "nobody was killed"
    forked(0, START + timedelta(minutes=2))
    print(json.dumps({"at": number, **outcome()}), flush=True)
