"""Run the figures: ``python -m benchmarks.run [--quick] [--floors] [--engine NAME] [--only GROUP] [--explain]``.

Prints a line per figure, ``name value aim ok|short``, and writes every raw time with machine, size and date to
``benchmarks/results.json``. The exit code is 1 when a figure is short of its aim.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.util
import json
import os
import platform
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks import floors, start
from benchmarks.engines import Engine, every_engine
from benchmarks.figures import FULL, QUICK, EngineFigures, Figure
from benchmarks.sample import Hundred, Sample

RESULTS = Path(__file__).parent / "results.json"
FULL_SIZE, QUICK_SIZE = 100_000, 10_000
GROUPS = ("start", "install", "erase_one", "erase_many", "erase_heavy", "access", "plan_hundred")


def _arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the data, the same aims")
    parser.add_argument("--floors", action="store_true", help="the floors alone, without waarborg")
    parser.add_argument("--engine", action="append", choices=list(every_engine()), help="only this engine")
    parser.add_argument("--only", action="append", choices=GROUPS, help="only this group of figures")
    parser.add_argument("--explain", action="store_true", help="write each floor's EXPLAIN beside it, and stop")
    return parser.parse_args(given)


def _machine() -> dict[str, Any]:
    model = ""
    about = Path("/proc/cpuinfo")
    if about.exists():
        names = [
            line.split(":", 1)[1].strip() for line in about.read_text().splitlines() if line.startswith("model name")
        ]
        model = names[0] if names else ""
    return {"cpu": model, "cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()}


def _explain(sample: Sample) -> None:
    sample.ensure()
    for name in floors.NAMES:
        people = sample.people(1 if name in ("erase_one", "erase_one_counted", "access") else FULL.people, seed=1)
        connection = sample.connect()
        text = floors.explain(sample.engine, connection, name, people)
        connection.close()
        (floors.FOLDER / sample.engine.name / f"{name}.explain.txt").write_text(text)


def _engine_figures(
    engine: Engine, options: argparse.Namespace, groups: tuple[str, ...], ours: Any
) -> Iterator[Figure]:
    size = QUICK_SIZE if options.quick else FULL_SIZE
    sample, hundred = Sample(engine, size, heavy=size), Hundred(engine)
    started = time.perf_counter()
    made = sample.ensure()
    seconds = time.perf_counter() - started
    yield Figure(f"{engine.name}.data_{'made' if made else 'reused'}", seconds, unit="s")
    connection = sample.connect()
    before = engine.indexes(connection)
    figures = EngineFigures(sample, hundred, QUICK if options.quick else FULL, ours)
    for name, group in figures.groups().items():
        if name in groups:
            yield from group()
    figures.close()
    if engine.indexes(connection) != before:
        raise RuntimeError(f"{engine.name}: an index came or went during the run; the floors had others than ours")
    connection.close()


def collect(options: argparse.Namespace) -> Iterator[Figure]:
    """Every figure asked for, one by one as it is known."""
    groups = tuple(options.only or GROUPS)
    present = importlib.util.find_spec("benchmarks.ours") is not None
    ours = import_module("benchmarks.ours") if present and not options.floors else None
    if "install" in groups:
        yield from start.packages()
    if "start" in groups and not options.floors:
        yield from start.command_line()
    for name, engine in every_engine().items():
        if name in (options.engine or every_engine()):
            yield from _engine_figures(engine, options, groups, ours)


def main(given: list[str]) -> int:
    options = _arguments(given)
    if options.explain:
        for name, engine in every_engine().items():
            if name in (options.engine or every_engine()):
                _explain(Sample(engine, FULL_SIZE, heavy=FULL_SIZE))
        return 0
    started, figures = time.perf_counter(), []
    for figure in collect(options):
        figures.append(figure)
        if not figure.name.endswith(".raw"):
            print(figure.line(), flush=True)
    record = {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "machine": _machine(),
        "customers": QUICK_SIZE if options.quick else FULL_SIZE,
        "seconds": time.perf_counter() - started,
        "figures": [
            {"name": f.name, "value": f.value, "unit": f.unit, "aim": f.aim, "verdict": f.verdict, "raw": dict(f.raw)}
            for f in figures
        ],
    }
    RESULTS.write_text(json.dumps(record, indent=1) + "\n")
    short = [figure.name for figure in figures if figure.verdict == "short"]
    print(f"{len(figures)} lines, {len(short)} short, {record['seconds']:.0f} s", flush=True)
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
