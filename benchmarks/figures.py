"""The figures: each works the floor and ours alternately on equal, fresh people, and gives medians with its aim.

``ours`` is the module ``benchmarks.ours`` (see `Ours`); without it the floors run alone.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from benchmarks import floors
from benchmarks.sample import Hundred, Sample

PARTS = ("plan", "apply", "verify")


class Ours(Protocol):
    """What ``benchmarks/ours.py`` offers. Times are seconds; what may be known beforehand (policy, data map, schema)
    is read on the first call for a URL, which the harness makes once before it measures."""

    def erase(self, engine_url: str, emails: Sequence[str]) -> Mapping[str, float]:
        """Erase these people of the sample in one plan. The seconds of ``plan``, ``apply`` and ``verify``."""

    def access(self, engine_url: str, email: str, path: Path) -> None:
        """Write everything about one person of the sample to ``path`` as JSON."""

    def plan_hundred(self, engine_url: str, email: str) -> float:
        """Plan the erasure of one person over the 100 tables. Seconds."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. ``value`` is a ratio unless ``unit`` says otherwise; without an aim it is information only."""

    name: str
    value: float
    aim: float | None = None
    unit: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        if self.aim is None:
            return "-"
        return "ok" if self.value <= self.aim else "short"

    def line(self) -> str:
        aim = "-" if self.aim is None else f"<={self.aim:g}{self.unit}"
        return f"{self.name} {self.value:.3f}{self.unit} {aim} {self.verdict}"


@dataclass(frozen=True, slots=True)
class Workload:
    """How often and on how many: ``single`` and ``batch`` are repetitions, ``people`` the size of the batch."""

    single: int
    batch: int
    heavy: int
    people: int = 1000


FULL = Workload(single=31, batch=5, heavy=5)
QUICK = Workload(single=21, batch=5, heavy=5)


class Recorder:
    """Collects the seconds of each part of each contestant and gives medians."""

    def __init__(self) -> None:
        self.times: dict[str, dict[str, list[float]]] = {}

    def add(self, contestant: str, parts: Mapping[str, float]) -> None:
        mine = self.times.setdefault(contestant, {})
        for part, seconds in {**parts, "whole": sum(parts.get(part, 0.0) for part in PARTS)}.items():
            mine.setdefault(part, []).append(seconds)

    def median(self, contestant: str, part: str) -> float:
        return statistics.median(self.times[contestant][part])

    def raw(self) -> dict[str, Any]:
        return {name: {part: list(seconds) for part, seconds in parts.items()} for name, parts in self.times.items()}


Contestant = tuple[str, Callable[[list[int]], Mapping[str, float]]]


def _turn(contestants: list[Contestant], repetition: int) -> list[Contestant]:
    """Each repetition begins with another contestant, so that none is always the one after a checkpoint or a purge."""
    first = repetition % len(contestants)
    return contestants[first:] + contestants[:first]


class EngineFigures:
    """All figures of one engine, every run checked: the erased can be put back, and then nobody's rows are missing.

    The floors keep one connection open, as ours keeps its pool: PostgreSQL fills its catalogue caches per connection,
    which is half of the time of a small erasure.
    """

    def __init__(self, sample: Sample, hundred: Hundred, workload: Workload, ours: Ours | None) -> None:
        self.sample, self.hundred, self.workload, self.ours = sample, hundred, workload, ours
        self.engine = sample.engine
        self._connection = sample.connect()
        self._seed = 0
        self._single: dict[str, float] = {}

    def close(self) -> None:
        """Close the connection of the floors."""
        self._connection.close()

    def groups(self) -> dict[str, Callable[[], Iterator[Figure]]]:
        """The groups that ``--only`` chooses from, in the order in which they must run."""
        return {
            "erase_one": self.erase_one,
            "erase_many": self.erase_many,
            "erase_heavy": self.erase_heavy,
            "access": self.access,
            "plan_hundred": self.plan_hundred,
        }

    def _fresh(self, count: int) -> list[int]:
        self._seed += 1
        return self.sample.people(count, self._seed)

    def _put_back(self, people: list[int]) -> None:
        self.sample.restore(people)
        self._settle()

    def _settle(self) -> None:
        """Calm the server down, and see that every row of everybody is there."""
        self.engine.settle(self._connection)
        if not self.sample.ready():
            raise RuntimeError(f"{self.engine.name}: rows of other people are missing after an erasure")

    def _floor(self, name: str, people: list[int]) -> dict[str, float]:
        """Run a floor. Where it does not count itself, the counts of its counted twin run first
        and untimed: our apply, too, comes after a locate that brought the pages into memory."""
        connection, given = self._connection, floors.parameters(people)
        if name in ("erase_one", "erase_many"):
            counted = floors.read(self.engine.name, f"{name}_counted")
            select = tuple(statement for statement in counted if statement.part == "plan")
            floors.run(self.engine, connection, select, given)
        timing = floors.run(self.engine, connection, floors.read(self.engine.name, name), given)
        # without counts there is nothing but the erasure: making its key table is part of it
        parts = timing.parts if name.endswith("counted") else {"apply": sum(timing.parts.values())}
        return {**parts, "commit": timing.commit}

    def _contestants(self, name: str, *, counted: bool) -> list[Contestant]:
        runners: list[Contestant] = [("floor", lambda people: self._floor(name, people))]
        if counted:
            runners.append(("counted", lambda people: self._floor(f"{name}_counted", people)))
        if self.ours is not None:
            runners.append(("ours", self._ours))
        return runners

    def _ours(self, people: list[int]) -> Mapping[str, float]:
        assert self.ours is not None
        emails = [f"person{person}@post.example" for person in people]
        return dict(self.ours.erase(self.sample.url(), emails))

    def _figures(self, name: str, recorder: Recorder, apply_aim: float, whole_aim: float | None) -> Iterator[Figure]:
        raw = recorder.raw()
        prefix = f"{self.engine.name}.{name}"
        contestants = list(recorder.times)
        for contestant in contestants:
            for part in recorder.times[contestant]:
                seconds = recorder.median(contestant, part)
                yield Figure(f"{prefix}.{contestant}.{part}", seconds * 1000, unit="ms")
        if self.ours is None:
            yield Figure(f"{prefix}.raw", 0.0, raw=raw)
            return
        apply_ratio = recorder.median("ours", "apply") / recorder.median("floor", "apply")
        yield Figure(f"{prefix}.apply", apply_ratio, apply_aim, raw=raw)
        if whole_aim is not None:
            whole = recorder.median("ours", "whole") / recorder.median("counted", "whole")
            yield Figure(f"{prefix}.whole", whole, whole_aim)

    def erase_one(self) -> Iterator[Figure]:
        """Erase one person: many repetitions, each contestant its own people, all put back at the end."""
        recorder, used = Recorder(), []
        contestants = self._contestants("erase_one", counted=True)
        pool = self._fresh((self.workload.single + 1) * len(contestants))
        for repetition in range(-1, self.workload.single):  # the first round warms up and is not counted
            for contestant, work in _turn(contestants, repetition):
                person = pool.pop()
                used.append(person)
                parts = work([person])
                if repetition >= 0:
                    recorder.add(contestant, parts)
        self._put_back(used)
        for contestant in recorder.times:
            self._single[contestant] = recorder.median(contestant, "whole")
        yield from self._figures("erase_one", recorder, 2.0, 3.0)

    def erase_many(self) -> Iterator[Figure]:
        """Erase a batch in one plan, put back after each run."""
        recorder = Recorder()
        contestants = self._contestants("erase_many", counted=True)
        for repetition in range(self.workload.batch):
            for contestant, work in _turn(contestants, repetition):
                people = self._fresh(self.workload.people)
                recorder.add(contestant, work(people))
                self._put_back(people)
        yield from self._figures("erase_many", recorder, 1.5, 2.0)
        for contestant, aim in (("counted", None), ("ours", 1 / 20)):
            if contestant in recorder.times and contestant in self._single:
                each = recorder.median(contestant, "whole") / self.workload.people
                ending = "per_person" if contestant == "ours" else "per_person_floor"
                yield Figure(f"{self.engine.name}.erase_many.{ending}", each / self._single[contestant], aim)

    def erase_heavy(self) -> Iterator[Figure]:
        """Erase the person with very many rows."""
        recorder = Recorder()
        contestants = self._contestants("erase_one", counted=False)
        for repetition in range(self.workload.heavy):
            for contestant, work in _turn(contestants, repetition):
                recorder.add(contestant, work([self.sample.heavy_person]))
                self.sample.restore_heavy()
                self._settle()
        yield from self._figures("erase_heavy", recorder, 1.3, None)

    def access(self) -> Iterator[Figure]:
        """Write out the person with very many rows; time in this process, resident peak in a process of its own."""
        recorder, person = Recorder(), self.sample.heavy_person
        with tempfile.TemporaryDirectory() as folder:
            for repetition in range(-1, self.workload.heavy):
                path = Path(folder) / "floor.jsonl"
                seconds = {"floor": floors.access(self.engine, self._connection, person, path)}
                if self.ours is not None:
                    seconds["ours"] = self._timed_access(person, Path(folder) / "ours.json")
                if repetition >= 0:
                    for contestant, spent in seconds.items():
                        recorder.add(contestant, {"apply": spent})
        prefix = f"{self.engine.name}.access"
        for contestant in recorder.times:
            yield Figure(
                f"{prefix}.{contestant}", recorder.median(contestant, "apply") * 1000, unit="ms", raw=recorder.raw()
            )
            peak = self._child(contestant, person)["peak_bytes"] / 1e6
            light = self._child(contestant, 1)["peak_bytes"] / 1e6
            aim = 150.0 if contestant == "ours" else None
            yield Figure(f"{prefix}.{contestant}.peak", peak, aim, unit="MB")
            yield Figure(f"{prefix}.{contestant}.peak_growth", peak - light, unit="MB")
        if self.ours is not None:
            yield Figure(prefix, recorder.median("ours", "apply") / recorder.median("floor", "apply"), 3.0)

    def _timed_access(self, person: int, path: Path) -> float:
        assert self.ours is not None
        started = time.perf_counter()
        self.ours.access(self.sample.url(), f"person{person}@post.example", path)
        seconds = time.perf_counter() - started
        if path.stat().st_size < self.sample.heavy * 20:
            raise RuntimeError(f"{self.engine.name}: the access answer is too small to hold every row")
        return seconds

    def _child(self, whose: str, person: int) -> dict[str, float]:
        command = [sys.executable, "-m", "benchmarks.child", whose, self.engine.name, self.sample.database, str(person)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return answer

    def plan_hundred(self) -> Iterator[Figure]:
        """Plan over 100 tables with a row each, the schema known. There is no floor: the aim is in seconds."""
        self.hundred.ensure()
        if self.ours is None:
            return
        times = [self.ours.plan_hundred(self.hundred.url(), f"person{n}@post.example") for n in range(1, 7)][1:]
        yield Figure(
            f"{self.engine.name}.plan_hundred", statistics.median(times), 0.5, unit="s", raw={"seconds": times}
        )
