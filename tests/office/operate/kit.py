"""A home with Taakveld in it, and the command line run on it as a process."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[3]


def home(folder: Path) -> Path:
    """A home with one deployment, of which the database is not needed."""
    place = folder / "home"
    (place / "taakveld").mkdir(parents=True)
    for name in ("policy.yaml", "datamap.yaml"):
        shutil.copy(ROOT / "examples" / "projects" / name, place / "taakveld" / name)
    return place


def words(*arguments: str) -> list[str]:
    """The command line as a process."""
    return [sys.executable, "-m", "waarborg.cli.main", *arguments]


def environment(place: Path, **more: str) -> dict[str, str]:
    """What the process is told: nothing of the tests' own office."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WAARBORG_", "DJANGO_"))}
    return {**kept, "WAARBORG_HOME": str(place), "PYTHONPATH": str(ROOT / "src"), **more}


def run(place: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        words(*arguments), env=environment(place, **more), capture_output=True, text=True, check=False, timeout=120
    )


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def get(address: str, **headers: str) -> tuple[int, str]:
    """Status and body."""
    asked = urllib.request.Request(address, headers={k.replace("_", "-"): v for k, v in headers.items()})  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310 - loopback
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


@contextmanager
def serving(place: Path, log: Path, *arguments: str, **more: str) -> Iterator[str]:
    """`waarborg serve` on loopback for as long as the block lasts; its address."""
    port = free_port()
    told = environment(place, WAARBORG_ADDRESS=f"http://127.0.0.1:{port}", **more)
    with log.open("wb") as file:
        process = subprocess.Popen(
            words("serve", "--bind", f"127.0.0.1:{port}", *arguments), env=told, stdout=file, stderr=file
        )
        try:
            for _ in range(200):
                try:
                    if get(f"http://127.0.0.1:{port}/health")[0] == 200:
                        break
                except OSError:
                    time.sleep(0.1)
                assert process.poll() is None, log.read_text()
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=60)
