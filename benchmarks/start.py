"""Figures without a database: how long the command takes to start, what it loads, how many packages come with it."""

from __future__ import annotations

import importlib.metadata
import json
import statistics
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from benchmarks.figures import Figure

HEAVY = ("sqlalchemy", "pydantic")
_HELP = "import sys; sys.argv = ['waarborg', '--help']; from waarborg.cli.main import main; main()"
_LOADED = (
    "import atexit, json, sys\n"
    "atexit.register(lambda: print(json.dumps([name for name in {heavy!r} if name in sys.modules]), file=sys.stderr))\n"
)


def _seconds(code: str, times: int) -> list[float]:
    spent = []
    for _ in range(times):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        spent.append(time.perf_counter() - started)
    return spent


def command_line(times: int = 9) -> Iterator[Figure]:
    """``waarborg --help`` against ``python -c pass``: the difference in seconds, and the heavy modules it loads."""
    nothing, help_text = _seconds("pass", times), _seconds(_HELP, times)
    more = statistics.median(help_text) - statistics.median(nothing)
    yield Figure("start.help", more, 0.2, unit="s", raw={"pass": nothing, "help": help_text})
    code = _LOADED.format(heavy=HEAVY) + _HELP
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = json.loads(done.stderr.splitlines()[-1])
    yield Figure("start.heavy_modules", len(loaded), 0, raw={"loaded": loaded})


def core_packages(pyproject: Path) -> set[str]:
    """The closure of the project's dependencies as installed here, the project itself included.

    Raises `importlib.metadata.PackageNotFoundError` where one is not installed: a count with holes is no count.
    """
    project = tomllib.loads(pyproject.read_text())["project"]
    seen: set[tuple[str, str]] = set()
    waiting = [Requirement(text) for text in project["dependencies"]]
    while waiting:
        requirement = waiting.pop()
        for extra in {"", *requirement.extras}:
            found = (canonicalize_name(requirement.name), extra)
            if found in seen or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
                continue
            seen.add(found)
            for text in importlib.metadata.requires(requirement.name) or []:
                inner = Requirement(text)
                if inner.marker is None or inner.marker.evaluate({"extra": extra}):
                    inner.marker = None  # judged here, with the extra that was asked for
                    waiting.append(inner)
    return {name for name, _ in seen} | {canonicalize_name(project["name"])}


def packages() -> Iterator[Figure]:
    """How many distributions the core install brings, both drivers included."""
    names = core_packages(Path(__file__).parents[1] / "pyproject.toml")
    yield Figure("install.packages", len(names), 28, raw={"packages": sorted(names)})
