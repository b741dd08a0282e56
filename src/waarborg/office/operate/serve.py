"""`waarborg serve` and `waarborg worker`: the processes of the office."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from argparse import Namespace
from pathlib import Path

from waarborg.cli import exits
from waarborg.cli.output import Out
from waarborg.errors import UsageError
from waarborg.office.operate import start

BESIDE = "WAARBORG_BESIDE"
"""In the environment of a worker beside a server: the server's process. When that is gone, however, the worker ends."""
PAUSE = 2.0
"""Seconds before a worker that ended by itself is started again."""


def serve(arguments: Namespace, out: Out) -> int:
    """`waarborg serve`. Runs until it is told to stop; then lets what is in hand end."""
    host, port = address(getattr(arguments, "bind", "127.0.0.1:8000"))
    processes = number(getattr(arguments, "workers", "0"))
    home = start.begin(arguments)
    start.ready()
    from django.conf import settings
    from django.db import connection
    from granian.constants import Interfaces
    from granian.server import Server

    from waarborg.office.people.models import Tenant

    processes = processes or (2 if connection.vendor == "postgresql" else 1)
    for one in Tenant.objects.order_by("slug"):
        out.say(f"  {settings.ENVIRONMENT.address}/{one.slug}/")
    out.say(f"  {settings.ENVIRONMENT.address}/console/")
    out.hint("\nFirst time? Make yourself an account: waarborg office account YOU@… --role privacy_officer")
    connection.close()
    with tempfile.TemporaryDirectory(prefix="waarborg-metrics-") as metrics:
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", metrics)
        beside = None if getattr(arguments, "no_worker", False) else Beside(home)
        try:
            Server(
                "waarborg.office.wsgi:application",
                address=host,
                port=port,
                interface=Interfaces.WSGI,
                workers=processes,
                blocking_threads=4,
                respawn_failed_workers=True,
                log_enabled=False,
            ).serve()
        finally:
            if beside:
                beside.stop()
    return exits.OK


def worker(arguments: Namespace, out: Out) -> int:
    """`waarborg worker`. Runs until it is told to stop; the job in hand is ended first."""
    start.begin(arguments)
    start.ready()
    from waarborg.office import observing
    from waarborg.office.jobs.worker import Worker, drain

    observing.set_up()
    if getattr(arguments, "once", False):
        done = drain()
        out.say(f"✓ {done} jobs done")
        out.data({"ok": True, "done": done})
        return exits.OK
    if given := os.environ.get(BESIDE, ""):
        threading.Thread(target=_end_with, args=(int(given),), daemon=True).start()
    Worker().run()
    return exits.OK


def _end_with(server: int) -> None:
    """End this worker, after the job in hand, when the server beside it is gone."""
    while os.getppid() == server:
        time.sleep(1.0)
    os.kill(os.getpid(), signal.SIGTERM)


class Beside:
    """A worker in a process of its own, started again when it ends by itself."""

    def __init__(self, home: Path) -> None:
        self._stopping = threading.Event()
        self._words = [sys.executable, "-m", "waarborg.cli.main", "worker", "--dir", str(home), "--quiet"]
        self._process = self._run()
        self._watch = threading.Thread(target=self._keep, daemon=True)
        self._watch.start()

    def _run(self) -> subprocess.Popen[bytes]:
        told = {**os.environ, BESIDE: str(os.getpid())}
        return subprocess.Popen(self._words, env=told)  # noqa: S603 - ourselves, without a shell

    def _keep(self) -> None:
        while not self._stopping.wait(PAUSE):
            if self._process.poll() is not None and not self._stopping.is_set():
                self._process = self._run()

    def stop(self, patience: float = 30.0) -> None:
        """Let the job in hand end; after `patience` seconds it is killed, and another worker takes the job over."""
        self._stopping.set()
        self._watch.join()
        self._process.terminate()
        ends = time.monotonic() + patience
        while self._process.poll() is None and time.monotonic() < ends:
            time.sleep(0.1)
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()


def address(text: str) -> tuple[str, int]:
    """Host and port of `--bind`. Raises `UsageError` WB983."""
    found = re.fullmatch(r"(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):(\d{1,5})", text)
    if found is None or not 0 < int(found[2]) < 65536:
        raise UsageError.one("WB983", "This is no place to listen.", "", "Write host:port, for example 127.0.0.1:8000.")
    return found[1].strip("[]"), int(found[2])


def number(text: str) -> int:
    """How many processes. Raises `UsageError` WB983."""
    if re.fullmatch(r"\d{1,2}", text) is None:
        raise UsageError.one("WB983", "This is no number of processes.", "", "Write --workers 2.")
    return int(text)
