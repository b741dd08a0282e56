"""The worker: claims jobs and does them, one at a time, until it is told to stop. Run as many as there are cores.

Worker().run()            # `waarborg worker`; SIGTERM ends it after the job in hand
drain()                   # everything that is due now, here and at once: for tests and for the command line
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from django.db import close_old_connections, connection

from waarborg.office.jobs import queue
from waarborg.office.jobs.queue import JOBS, LEASE, Claim, Later

IDLE = 1.0
"""Seconds between looks when there is nothing to do."""
TICK = 30.0
"""Seconds between looks at what comes back by itself."""

log = logging.getLogger("waarborg.jobs")


def do(claimed: Claim) -> None:
    """Do a claimed job and record how it ended. Never raises: the row says what went wrong."""
    row = claimed.job
    try:
        JOBS[row.name](tenant=row.tenant, **row.arguments)
    except Later as later:
        queue.postpone(claimed, later)
        log.info("job waits", extra={"job": row.name, "error": later.error})
    except Exception as error:
        queue.fail(claimed, error)
        log.warning("job failed", extra={"job": row.name, "error": queue.named(error), "attempts": row.attempts})
    else:
        queue.finish(claimed)


@contextmanager
def alive(claimed: Claim) -> Iterator[None]:
    """Keep the lease while the block runs, from a thread with a connection of its own."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(LEASE.total_seconds() / 3):
            try:
                if not queue.beat(claimed):
                    break
            except Exception:  # the database is away for a moment: the next beat tries again
                close_old_connections()
        connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(timeout=5)


class Worker:
    """A loop around the queue."""

    def __init__(self) -> None:
        self.stopping = False
        self._ticked = -TICK

    def run(self) -> None:
        """Work until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self.stopping:
            try:
                worked = self.once()
            except Exception as error:  # the database is away: look again, do not die
                log.warning("the queue cannot be reached", extra={"error": type(error).__name__})
                worked = False
                connection.close()
            if not worked:
                time.sleep(IDLE)

    def once(self) -> bool:
        """One job, if there is one. Returns whether there was."""
        close_old_connections()
        self._tick()
        claimed = queue.claim()
        if claimed is None:
            return False
        with alive(claimed):
            do(claimed)
        return True

    def _tick(self) -> None:
        if time.monotonic() - self._ticked >= TICK:
            self._ticked = time.monotonic()
            from waarborg.office.people.models import Tenant

            queue.plan_cron(list(Tenant.objects.all()))
            queue.tidy()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True


def drain(most: int = 1000) -> int:
    """Do everything that is due now, in this thread; returns how many jobs were done."""
    for count in range(most):
        claimed = queue.claim()
        if claimed is None:
            return count
        do(claimed)
    return most
