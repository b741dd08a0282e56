"""Attack 36, for the engine: power loss, connection lost and disk full at any statement of locate, apply and verify.

A process of its own carries a request. Its statements are counted outside of it (on the wire; SQLite asks leave), and
at the Nth it is killed, or its connection is cut, for every N there is; likewise after COMMIT and before its reply. At
every statement another connection looks at the whole database: it sees the state before or the state after, never a
half. Run again, everything ends as one clean run: the same dump, the evidence in order, the request verified.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import IO

import pytest

from attacks.village import Dump, dump, restore, settle
from attacks.wire import Cut, Fault, Proxy
from databases import _ADDRESSES, Database
from waarborg.evidence.audit import audit
from waarborg.evidence.entry import Entry
from waarborg.state import MasterKey, open_state
from worlds import NOW

MASTER = MasterKey(bytes(range(32)))


@pytest.fixture
def nursery() -> Iterator[subprocess.Popen[str]]:
    """The process that forks those that die."""
    paths = os.pathsep.join(sys.path)
    with subprocess.Popen(
        [sys.executable, "-m", "attacks.crash_child"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": paths},
    ) as process:  # fmt: skip
        yield process
        assert process.stdin
        process.stdin.close()


@dataclass
class Lab:
    """One engine, one request, as many runs as there are statements."""

    database: Database
    nursery: subprocess.Popen[str]
    folder: Path
    before: Dump = field(default_factory=dict)
    after: Dump = field(default_factory=dict)
    half: list[str] = field(default_factory=list)

    def job(self, phase: str, state: Path, fault: Fault | None = None, sabotage: bool = False) -> int:
        """Run one phase in a child, through the proxy, under a fault. Returns its exit code."""
        fault = fault or Fault()
        job = {"phase": phase, "state": str(state), "url": self.database.url, "sabotage": sabotage}
        with self.between(fault, job) if fault.kind != "none" else nullcontext():
            assert self.nursery.stdin
            assert self.nursery.stdout
            self.nursery.stdin.write(json.dumps(job) + "\n")
            self.nursery.stdin.flush()
            fault.pid = int(self.nursery.stdout.readline())
            return int(self.nursery.stdout.readline())

    @contextmanager
    def between(self, fault: Fault, job: dict[str, object]) -> Iterator[None]:
        """Stand between the child and its database."""
        if self.database.engine == "sqlite":
            path = str(self.folder / "leave")
            Path(path).unlink(missing_ok=True)
            with closing(socket.socket(socket.AF_UNIX)) as listener:
                listener.bind(path)
                listener.listen()
                job |= {"leave": path, "database": self.database.name}
                thread = Thread(target=give_leave, args=(listener, fault), daemon=True)
                thread.start()
                yield
                with suppress(OSError):
                    listener.shutdown(socket.SHUT_RDWR)
            return
        host, _, port = _ADDRESSES[self.database.engine].rpartition("@")[2].partition(":")
        proxy = Proxy(self.database.engine, (host, int(port)), fault)
        job["url"] = str(job["url"]).replace(f"{host}:{port}", f"127.0.0.1:{proxy.port}")
        try:
            yield
        finally:
            proxy.close()

    def look(self) -> None:
        """What another connection sees now must be whole."""
        seen = dump(self.database)
        if seen not in (self.before, self.after):
            self.half.append("a half transaction was seen")

    def fresh(self, template: Path | None, name: str) -> Path:
        """The database as at first, and a state file of its own."""
        restore(self.database)
        state = self.folder / name
        if template:
            shutil.copy(template, state)
            shutil.copy(f"{template}.plan", f"{state}.plan")
        return state

    def clean_run(self) -> tuple[Path, Path]:
        """Plan, apply and verify without a fault; the states after planning and after applying."""
        restore(self.database)
        self.before = dump(self.database)
        planned, applied = self.folder / "planned", self.folder / "applied"
        assert self.job("plan", planned) == 0
        shutil.copy(planned, applied)
        shutil.copy(f"{planned}.plan", f"{applied}.plan")
        assert self.job("apply", applied) == 0
        self.after = dump(self.database)
        assert self.after != self.before
        done = self.folder / "done"
        shutil.copy(applied, done)
        shutil.copy(f"{applied}.plan", f"{done}.plan")
        assert self.job("verify", done) == 0
        assert dump(self.database) == self.after
        return planned, applied

    def finish(self, state: Path) -> None:
        """Run again until done: the end is that of one clean run, and the request is not lost."""
        if not Path(f"{state}.plan").exists():
            assert self.job("plan", state) == 0
        assert self.job("finish", state) == 0
        assert dump(self.database) == self.after
        with open_state(state, master=MASTER) as door, door.read() as opened:
            kinds = [Entry.parse(body).kind for body in opened.entries().bodies(0)]
            assert "plan.applied" in kinds
            assert kinds[-1] == "plan.verified"
            key = opened.vault.signing_key(at=NOW)
            assert audit(opened.log().lines(), keys=[key.public]).ok


def give_leave(listener: socket.socket, fault: Fault) -> None:
    """Count the statements that a child on SQLite tells, and let it go on, or not."""
    with suppress(OSError, Cut):
        line, _ = listener.accept()
        with closing(line):
            reader: IO[bytes] = line.makefile("rb")
            for told in reader:
                if told[:1] == b"C":
                    fault.committed()
                else:
                    fault.statement(told[1:].decode())
                line.sendall(b"g")


@pytest.fixture
def lab(any_database: Database, nursery: subprocess.Popen[str], tmp_path: Path) -> Lab:
    settle(any_database)
    return Lab(any_database, nursery, tmp_path)


def every_fault(lab: Lab, phase: str, template: Path | None, kind: str) -> int:
    """Strike at the first, second, third … statement until a run ends by itself; how many statements there were."""
    for nth in range(1, 400):
        state = lab.fresh(template, f"{phase}-{kind}-{nth}")
        if phase == "verify":
            assert lab.job("apply", state) == 0
        fault = Fault(kind, nth, look=lab.look)
        code = lab.job(phase, state, fault)
        assert not lab.half, (nth, fault.seen[-1])
        if not fault.struck:
            assert code == 0
            return nth - 1  # nothing is left to strike at
        assert code == (-9 if kind == "kill" else code)
        assert dump(lab.database) in (lab.before, lab.after)
        lab.finish(state)
    raise AssertionError("the work never ended by itself")


def test_attack_36_killed_at_any_statement_of_apply(lab: Lab) -> None:
    planned, _ = lab.clean_run()
    assert every_fault(lab, "apply", planned, "kill") >= 8


@pytest.mark.slow
def test_attack_36_connection_cut_at_any_statement_of_apply(lab: Lab) -> None:
    if lab.database.engine == "sqlite":
        pytest.skip("SQLite has no connection that could be cut")
    planned, _ = lab.clean_run()
    assert every_fault(lab, "apply", planned, "cut") >= 8


@pytest.mark.slow
def test_attack_36_killed_at_any_statement_of_locate(lab: Lab) -> None:
    lab.clean_run()
    assert every_fault(lab, "plan", None, "kill") >= 4


@pytest.mark.slow
def test_attack_36_killed_at_any_statement_of_verify(lab: Lab) -> None:
    planned, _ = lab.clean_run()
    assert every_fault(lab, "verify", planned, "kill") >= 4


@pytest.mark.parametrize("kind", ["kill", "cut"])
def test_attack_36_between_commit_and_its_reply(lab: Lab, kind: str) -> None:
    if (lab.database.engine, kind) == ("sqlite", "cut"):
        pytest.skip("SQLite has no connection that could be cut")
    planned, _ = lab.clean_run()
    state = lab.fresh(planned, "lost-reply")
    fault = Fault(kind, after_commit=True, look=lab.look, ready=lambda: dump(lab.database) != lab.before)
    code = lab.job("apply", state, fault)
    assert fault.struck
    assert code != 0
    assert dump(lab.database) == lab.after, "it was committed, and nobody was told"
    lab.finish(state)


def test_attack_36_sabotage_without_a_transaction_a_half_is_seen(lab: Lab) -> None:
    planned, _ = lab.clean_run()
    fault = Fault("kill", 2, only="DELETE", look=lab.look)
    lab.job("apply", lab.fresh(planned, "sabotaged"), fault, sabotage=True)
    assert fault.struck
    assert lab.half, "without a transaction the test must see a half"
