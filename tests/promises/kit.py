"""A promise, its check, and the sabotage that turns exactly it red.

    @promise("projects.14", sabotage=edit("policy.yaml", "then: anonymise", "then: keep"))
    def test_projects_14_what_you_wrote_stays_without_your_name(world: World) -> None:
        world.insert("comment", id=9001, task_id=1, author_id=5, body="Kanarie")       # a canary is planted …
        assert world.where("Kanarie")                                                   # … and seen
        world.erase("somebody@bouwhuis1.example")                                        # the real commands
        assert …                                                                        # the check: plain assertions

Every check runs once as it is, and must pass; and once more for each of its sabotages, in a world of its own, and must
then fail at an `assert` of its own. A sabotage that is not caught fails the suite. What the helpers of this kit refuse
(`Unusable`) is no assertion: a sabotage that merely breaks the machinery proves nothing, and fails the suite as well.

*World*: the deployment of the promise's service, made small once for each session, copied for each test. `world.folder`
has policy.yaml, datamap.yaml, the state, and whatever the deployment stores; `world.run("plan", …)` runs the command
line on it, at the instant `world.now`, which a check moves with `world.travel(days=400)`.

*Sabotage*: a function of the world, called before the check. Three ways to make one:

    edit("datamap.yaml", old, new)         # a file of the deployment says something else (`old` stands there once)
    spoil("waarborg.notice.answer.others", lambda decl, why: frozenset())    # a defence of the product is off
    after("waarborg.plans.casework.Casework.apply", lambda world: world.insert(…))    # something happens meanwhile

A new deployment is one entry in `DEPLOYMENTS`. A promise that needs the office stands in `office.yaml` with its reason;
`test_coverage.py` sets both against `mission/promises.yaml`, both ways.
"""

from __future__ import annotations

import csv
import functools
import importlib
import inspect
import io
import json
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from waarborg.cli.main import main
from waarborg.cli.project import Project
from waarborg.clock import SystemClock
from waarborg.evidence.entry import Entry

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
"""Now, in every world, until a check travels. The example data ends in November 2026."""
PATIENCE = 60.0

Sabotage = Callable[["World"], object]
Check = Callable[..., None]


class Unusable(RuntimeError):
    """The world could not be used as the check wants to: never a verdict on the promise."""


@dataclass(frozen=True)
class Deployment:
    """A reference deployment: its folder under examples, and how its stores are filled."""

    service: str
    example: Path
    variable: str
    """The environment variable in which its data map looks for the database."""
    fill: Callable[[Any, Path], object]
    """Fills the stores, with the module make_data.py and the path of the SQLite file to make."""
    database: str = "app.db"
    others: tuple[str, ...] = ()
    """More files and folders of the example that the deployment needs."""


def _taakveld(maker: Any, database: Path) -> None:
    maker.make(str(database), 40, per_organisation=10, projects_each=3, tasks_each=4)


DEPLOYMENTS: Mapping[str, Deployment] = {
    "projects": Deployment("projects", ROOT / "examples" / "projects", "APP_DATABASE", _taakveld),
}


# ------------------------------------------------------------------------------------------------ a world


@dataclass
class Ran:
    """What a run of the command line gave."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        """Standard output as JSON."""
        found: dict[str, Any] = json.loads(self.out)
        return found


@dataclass
class World:
    """A copy of a deployment for one test."""

    deployment: Deployment
    folder: Path
    patch: pytest.MonkeyPatch
    now: datetime = NOON
    sabotage: Sabotage | None = None
    """What is wrong with this world: `promise` calls it before the check."""

    # -- the command line ----------------------------------------------------------------------------------------

    def run(self, *words: str) -> Ran:
        """Run a command on this deployment, at this world's instant. Never raises: look at `code`."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = main([*words, "--dir", str(self.folder)])
        return Ran(code, out.getvalue(), err.getvalue())

    def must(self, *words: str) -> Any:
        """Run a command that has to work (exit code 0) and give its JSON. Raises `Unusable` where it does not."""
        ran = self.run(*words, "--json")
        if ran.code != 0:
            raise Unusable(f"waarborg {' '.join(words)} ended with {ran.code}:\n{ran.err or ran.out}")
        return json.loads(ran.out) if ran.out.strip() else {}

    def plan(self, email: str = "", **identifiers: str) -> str:
        """Plan the erasure of a person; the plan's id."""
        return str(self.must("plan", *_named(email, identifiers))["id"])

    def carry_out(self, plan: str) -> Ran:
        """Approve and apply a plan; gives what `verify`, with its leftover scan, said."""
        self.must("approve", plan, "--by", "privacy officer")
        self.must("apply", plan)
        return self.run("verify", plan, "--json")

    def erase(self, email: str = "", **identifiers: str) -> tuple[str, Ran]:
        """Plan, approve, apply and verify: the plan's id, and what `verify` said."""
        plan = self.plan(email, **identifiers)
        return plan, self.carry_out(plan)

    def access(self, email: str = "", **identifiers: str) -> dict[str, Any]:
        """The access answer of a person."""
        file = self.folder / f"answer-{len(list(self.folder.glob('answer-*.json')))}.json"
        self.must("answer", *_named(email, identifiers), "--output", str(file))
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return found

    # -- the database, beside Waarborg -----------------------------------------------------------------------------

    @property
    def database(self) -> Path:
        """The SQLite file of the deployment."""
        return self.folder / self.deployment.database

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection of the application itself: foreign keys hold."""
        with closing(sqlite3.connect(self.database, timeout=PATIENCE)) as connection, connection:
            connection.execute("PRAGMA foreign_keys = ON")
            yield connection

    def sql(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Run one statement beside Waarborg."""
        with self.connection() as connection:
            return list(connection.execute(statement, values))

    def one(self, statement: str, *values: object) -> Any:
        """The first column of the first row. Raises `Unusable` where there is none."""
        found = self.sql(statement, *values)
        if not found:
            raise Unusable(f"no row: {statement}")
        return found[0][0]

    def insert(self, table: str, **values: object) -> None:
        """Insert a row as the application would."""
        marks = ", ".join("?" * len(values))
        self.sql(f'INSERT INTO "{table}" ({", ".join(values)}) VALUES ({marks})', *values.values())

    def dump(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table, sorted: two dumps are equal where nothing changed."""
        with self.connection() as connection:
            names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {name: sorted(connection.execute(f'SELECT * FROM "{name}"'), key=repr) for name in names}

    def where(self, needle: str) -> dict[str, int]:
        """In which columns a text stands, in any case, and how often: `{"comment.body": 1}`. Nothing is left out."""
        found: dict[str, int] = {}
        with self.connection() as connection:
            names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for name in names:
                cursor = connection.execute(f'SELECT * FROM "{name}"')
                columns = [one[0] for one in cursor.description]
                for row in cursor:
                    for column, cell in zip(columns, row, strict=True):
                        text = cell.decode("latin-1") if isinstance(cell, bytes) else str(cell)
                        if needle.casefold() in text.casefold():
                            found[f"{name}.{column}"] = found.get(f"{name}.{column}", 0) + 1
        return found

    # -- the rest --------------------------------------------------------------------------------------------------

    def travel(self, **parts: int) -> None:
        """Move this world's clock by the parts of a `timedelta`."""
        self.now += timedelta(**parts)

    def edit(self, file: str, old: str, new: str) -> None:
        """Change a file of the deployment. `old` must stand there exactly once."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise Unusable(f"{old!r} stands {text.count(old)} times in {file}")
        path.write_text(text.replace(old, new), encoding="utf-8")

    def entries(self, kind: str = "") -> list[Entry]:
        """The evidence, or the entries of one kind."""
        with Project(self.folder) as project, project.door.read() as state:
            return [entry for entry in state.log().entries() if not kind or entry.kind == kind]

    def findings(self, *words: str) -> list[str]:
        """The ids of what `waarborg check` finds, in order."""
        ran = self.run("check", *words, "--json")
        return [finding["id"] for finding in ran.data["findings"]]

    def people_file(self, people: Sequence[Mapping[str, str]]) -> Path:
        """A CSV file for `plan --people`."""
        path = self.folder / "people.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, sorted({kind for one in people for kind in one}))
            writer.writeheader()
            writer.writerows(people)
        return path


def _named(email: str, identifiers: Mapping[str, str]) -> list[str]:
    words = ["--email", email] if email else []
    return words + [word for kind, value in identifiers.items() for word in ("--identifier", f"{kind}={value}")]


# ------------------------------------------------------------------------------------------------ sabotages


def edit(file: str, old: str, new: str) -> Sabotage:
    """A file of the deployment says something else."""
    return _called(lambda world: world.edit(file, old, new), f"{file}: {new}")


def spoil(target: str, value: object) -> Sabotage:
    """A defence of the product is replaced: `target` is a dotted path."""
    return _called(lambda world: world.patch.setattr(target, value), target)


def after(target: str, does: Callable[[World], object]) -> Sabotage:
    """Something happens each time a function of the product has returned, once it has returned."""

    def sabotage(world: World) -> None:
        owner, name = _owner(target)
        real = getattr(owner, name)

        @functools.wraps(real)
        def wrapped(*given: Any, **named: Any) -> Any:
            found = real(*given, **named)
            does(world)
            return found

        world.patch.setattr(owner, name, wrapped)

    return _called(sabotage, f"after {target}")


def _owner(target: str) -> tuple[Any, str]:
    """The module or class that a dotted path ends in."""
    above, _, name = target.rpartition(".")
    try:
        return importlib.import_module(above), name
    except ModuleNotFoundError:
        module, _, inner = above.rpartition(".")
        return getattr(importlib.import_module(module), inner), name


def _called(sabotage: Sabotage, name: str) -> Sabotage:
    sabotage.__name__ = re.sub(r"[^\w.]+", "-", name).strip("-")[:48]  # type: ignore[attr-defined]
    return sabotage


# ------------------------------------------------------------------------------------------------ checks


@dataclass(frozen=True)
class Registered:
    """A check of a promise, for the set subtraction."""

    promise: str
    test: str
    module: str
    sabotages: tuple[str, ...]


CHECKS: list[Registered] = []
"""Every check of every module that was imported."""


@dataclass(frozen=True)
class Asked:
    """What the fixture `world` is asked for: the deployment, and the sabotage if any."""

    service: str
    sabotage: Sabotage | None = field(default=None)


def promise(id: str, *, sabotage: Sabotage | Sequence[Sabotage]) -> Callable[[Check], Check]:
    """Register the check of a promise. It runs as it is, and with each sabotage."""
    service, _, number = id.partition(".")
    sabotages = [sabotage] if callable(sabotage) else list(sabotage)
    if not sabotages:
        raise TypeError("a check that cannot fail is no check: name a sabotage")

    def register(check: Check) -> Check:
        name = check.__name__
        if not name.startswith(f"test_{service}_{number}_"):
            raise TypeError(f"the check of {id} begins with test_{service}_{number}_: {name}")
        names = tuple(str(getattr(one, "__name__", "sabotage")) for one in sabotages)
        CHECKS.append(Registered(id, name, check.__module__, names))

        @functools.wraps(check)
        def run(*given: Any, **named: Any) -> None:
            world: World = inspect.signature(check).bind(*given, **named).arguments["world"]
            asked = world.sabotage
            if asked is None:
                check(*given, **named)
                return
            asked(world)
            try:
                check(*given, **named)
            except AssertionError:
                return
            pytest.fail(f"{id} is broken ({getattr(asked, '__name__', 'sabotage')}), and this check did not see it")

        asked = [Asked(service), *(Asked(service, one) for one in sabotages)]
        return pytest.mark.parametrize("world", asked, indirect=True, ids=["kept", *names])(run)

    return register


# ------------------------------------------------------------------------------------------------ making worlds


@cache
def _maker(deployment: Deployment) -> Any:
    """make_data.py of the example."""
    return importlib.import_module(f"examples.{deployment.service}.make_data")


def template(deployment: Deployment, folder: Path, patch: pytest.MonkeyPatch) -> World:
    """A deployment made from its example: policy, map, filled stores, state and key."""
    for name in ("policy.yaml", "datamap.yaml", *deployment.others):
        source = deployment.example / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    deployment.fill(_maker(deployment), folder / deployment.database)
    world = enter(World(deployment, folder, patch))
    world.must("init")
    return world


def enter(world: World) -> World:
    """Make this world the one that the command line sees: its clock, its database, no settings from outside."""
    for name in ("WAARBORG_LANG", "WAARBORG_KEY", "LC_ALL", "LC_MESSAGES"):
        world.patch.delenv(name, raising=False)
    world.patch.setenv("LANG", "C.UTF-8")
    world.patch.setenv(world.deployment.variable, f"sqlite:///{world.database}")
    world.patch.setattr(SystemClock, "now", lambda self: world.now)
    return world


def copied(made: World, folder: Path, patch: pytest.MonkeyPatch) -> World:
    """A world of its own for a test."""
    shutil.copytree(made.folder, folder, dirs_exist_ok=True)
    return enter(World(made.deployment, folder, patch))
