"""Attack 36, for the state: SIGKILL at any statement of an append, and between COMMIT and its reply.

A process of its own appends batches; each batch is entries, a signed head and a marker in one transaction. It is killed
at its Nth statement, for every N there is. Afterwards the file holds whole batches only, everything it said it had
committed is there, the log verifies, and going on from there ends as one clean run would.
"""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.evidence_kit import MASTER, NAMES, PERSON, PLAN, START

from waarborg.evidence.audit import audit
from waarborg.evidence.heads import SigningKey
from waarborg.evidence.log import Draft
from waarborg.state import Applied, State, StateFile, open_state

KEY = SigningKey.from_bytes(bytes(range(32)))
BATCHES, BATCH = 3, 4


def append_batch(state: State, number: int) -> None:
    """What the engine does after a chunk: entries, a head, a marker; skipped if the marker is there."""
    if state.markers.get(PLAN, "app", number) is not None:
        return
    log = state.log(NAMES)
    log.append_all(Draft("plan.made", START, PERSON, {"plan": PLAN, "rows": n}) for n in range(BATCH))
    log.sign(at=START, key=KEY)
    state.markers.set(Applied(PLAN, "app", number, "d" * 64, BATCH, "2026-12-01T09:30:00.000000Z"))


def work(file: StateFile, said: Callable[[bytes], object]) -> None:
    for number in range(BATCHES):
        with file.begin() as state:
            append_batch(state, number)
        said(b"%d" % number)


def run_and_kill(path: Path, nth: int, moment: str) -> tuple[int, bool]:
    """Do the work in a child that is killed at its nth statement; returns batches it reported, and whether it died."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            count = 0

            def die_at(statement: str) -> None:
                nonlocal count
                count += 1
                if count == nth:
                    os.kill(os.getpid(), signal.SIGKILL)

            def said(text: bytes) -> None:
                if moment == "before the reply":
                    die_at("")
                os.write(writer, text)

            with open_state(path, master=MASTER) as file:
                if moment == "at a statement":
                    file._connection.set_trace_callback(die_at)
                work(file, said)
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        reported = len(pipe.read())
    _, status = os.waitpid(child, 0)
    return reported, os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def whole_batches(path: Path) -> int:
    """How many batches are there; fails if any is there in part."""
    with open_state(path, master=MASTER) as file, file.read() as state:
        report = audit(state.log().lines(), keys=[KEY.public])
        assert report.ok, report.flaws
        assert (report.entries - 1) % BATCH == 0
        batches = (report.entries - 1) // BATCH
        assert report.heads == 1 + batches
        assert [applied.chunk for applied in state.markers.of(PLAN)] == list(range(batches))
        return batches


def clean_state(path: Path) -> None:
    with open_state(path, master=MASTER) as file, file.begin() as state:
        state.log().open(at=START, key=KEY)


def every_kill(folder: Path, moment: str) -> list[int]:
    """Kill at the first, second, third … statement until a run ends by itself; the number of statements of each."""
    seen = []
    for nth in range(1, 1_000):
        path = folder / f"state-{nth}.sqlite"
        clean_state(path)
        reported, died = run_and_kill(path, nth, moment)
        there = whole_batches(path)
        assert reported <= there <= reported + 1
        seen.append(there)
        with open_state(path, master=MASTER) as file:
            work(file, lambda text: None)
        assert whole_batches(path) == BATCHES
        if not died:
            return seen
    raise AssertionError("the work never ended by itself")


def test_attack_36_killed_at_any_statement_of_an_append_nothing_is_half(tmp_path: Path) -> None:
    seen = every_kill(tmp_path, "at a statement")
    assert len(seen) > BATCHES * (BATCH + 6), "every statement was a place to die"
    assert set(seen) == set(range(BATCHES + 1))


def test_attack_36_killed_between_commit_and_reply_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    assert every_kill(tmp_path, "before the reply") == [1, 2, 3, 3]


def test_attack_36_sabotage_without_the_transaction_a_half_batch_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = StateFile._run

    def run_without_transactions(self: StateFile, statement: str) -> None:
        if not statement.startswith(("BEGIN", "COMMIT")):
            original(self, statement)

    path = tmp_path / "state.sqlite"
    clean_state(path)
    monkeypatch.setattr(StateFile, "_run", run_without_transactions)
    _, died = run_and_kill(path, 6, "at a statement")
    assert died
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT COUNT(*) FROM waarborg_entry").fetchone()[0] not in (1, 1 + BATCH)
