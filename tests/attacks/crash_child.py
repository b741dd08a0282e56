"""The process that is killed: plans, applies or verifies one request, and knows nothing of the faults around it.

Started once, it makes itself ready and forks a child for each job (a line of JSON), so that a hundred deaths do not
cost a hundred starts. It answers with the child's number, later with how it ended (negative: the signal).
"""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg  # noqa: F401 - made ready before the fork
import pymysql  # noqa: F401

from attacks.village import planner
from waarborg.plans.casework import Casework
from waarborg.state import MasterKey, open_state
from waarborg.stores.sql import transaction
from waarborg.terms import SubjectRef

MASTER = MasterKey(bytes(range(32)))


def run(job: Mapping[str, Any]) -> int:
    """Do one phase of the request whose state is in a file. 0: done; 2: the store was out of reach for now."""
    if job.get("sabotage"):
        without_transactions()
    if job.get("leave"):
        ask_leave(job["leave"], job["database"])
    with open_state(Path(job["state"]), master=MASTER) as door:
        work = Casework(planner(job["url"]), door)
        if job["phase"] == "plan":
            work.open_log()
            case = work.plan([SubjectRef({"email": "m1@x.example"})])
            work.approve(case.plan.id, by="officer")
            Path(job["state"] + ".plan").write_text(case.plan.digest)
            return 0
        plan = Path(job["state"] + ".plan").read_text()
        if job["phase"] in ("apply", "finish") and not work.apply(plan).done:
            return 2
        if job["phase"] == "apply":
            return 0
        return 0 if work.verify(plan).clean else 4


def without_transactions() -> None:
    """The sabotage: every statement commits by itself."""
    transaction.begin = lambda *_, **__: None  # type: ignore[assignment]


def ask_leave(address: str, database: str) -> None:
    """Tell each statement on the customer's SQLite file to the process outside, and wait until it says go."""
    line = socket.socket(socket.AF_UNIX)
    line.connect(address)

    def tell(kind: bytes, text: str) -> None:
        line.sendall(kind + text.encode()[:200].replace(b"\n", b" ") + b"\n")
        if not line.recv(1):
            os._exit(9)

    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, *more: Any) -> Any:
            done = super().execute(sql, *more)
            if sql.strip().upper() == "COMMIT":
                tell(b"C", sql)
            return done

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

    plain = sqlite3.connect

    def connect(name: Any, *arguments: Any, **options: Any) -> Any:
        if database not in str(name):
            return plain(name, *arguments, **options)
        made = plain(name, *arguments, **{**options, "factory": Connection})
        made.set_trace_callback(lambda text: tell(b"S", text))
        return made

    sqlite3.connect = connect  # type: ignore[assignment]


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if not child:
            code = 3
            try:
                code = run(json.loads(line))
            except Exception as error:
                print(type(error).__name__, error, file=sys.stderr, flush=True)
            finally:
                os._exit(code)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
