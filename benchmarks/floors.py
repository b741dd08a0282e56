"""Read and run the committed floors: plain SQL files, a statement per line, timed statement by statement.

A comment ``-- gives :name`` above a SELECT makes its first value the parameter ``name`` of what follows;
``-- gives every :name`` makes it the list of all first values. Everything before the first ``BEGIN`` is reported as
*plan*, ``BEGIN`` to ``COMMIT`` as *apply*, everything after as *verify*: the same three parts that ours reports.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.engines import Engine

FOLDER = Path(__file__).parent / "floors"
NAMES = ("erase_one", "erase_one_counted", "erase_many", "erase_many_counted", "access")

_GIVES = re.compile(r"-- gives (every )?:(\w+)")

_LONG_ARRAY = re.compile(r"'\{[^}]{40,}\}'")  # PostgreSQL prints every one of a thousand keys
_ELLIPSIS = "'{...}'"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a floor, the part it counts for, and the parameter that its answer sets, if any."""

    sql: str
    part: str
    gives: str | None = None
    every: bool = False


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds per statement, in the order of the floor."""

    statements: tuple[tuple[Statement, float], ...]

    def part(self, name: str) -> float:
        return sum(seconds for statement, seconds in self.statements if statement.part == name)

    @property
    def parts(self) -> dict[str, float]:
        return {name: self.part(name) for name in ("plan", "apply", "verify")}

    @property
    def commit(self) -> float:
        return sum(seconds for statement, seconds in self.statements if statement.sql == "COMMIT")


def read(engine: str, name: str) -> tuple[Statement, ...]:
    """The statements of ``floors/<engine>/<name>.sql``."""
    return parse((FOLDER / engine / f"{name}.sql").read_text())


def parse(text: str) -> tuple[Statement, ...]:
    statements: list[Statement] = []
    part = "plan"
    for chunk in text.split(";\n"):
        lines = chunk.strip().splitlines()
        sql = " ".join(line.strip() for line in lines if not line.startswith("--"))
        if not sql:
            continue
        if sql.startswith("BEGIN"):
            part = "apply"
        gives = _GIVES.search(chunk)
        found = (gives.group(2), bool(gives.group(1))) if gives else (None, False)
        statements.append(Statement(sql, part, *found))
        if sql == "COMMIT":
            part = "verify"
    return tuple(statements)


def parameters(people: list[int]) -> dict[str, Any]:
    """Every parameter that a floor may name, for these customers."""
    emails = [f"person{person}@post.example" for person in people]
    return {
        "person": people[0],
        "email": emails[0],
        "people": people,
        "emails": emails,
    }


def run(engine: Engine, connection: Any, statements: tuple[Statement, ...], given: Mapping[str, Any]) -> Timing:
    """Run a floor and time each statement, the round trip and the commit included."""
    values = dict(given)
    timed: list[tuple[Statement, float]] = []
    for statement in statements:
        started = time.perf_counter()
        rows = engine.run(connection, statement.sql, values)
        if statement.gives:
            values[statement.gives] = [row[0] for row in rows] if statement.every else rows[0][0]
        timed.append((statement, time.perf_counter() - started))
    return Timing(tuple(timed))


def access(engine: Engine, connection: Any, person: int, path: Path) -> float:
    """The access floor: each statement through a cursor into one JSON-lines file. Seconds."""
    started = time.perf_counter()
    with path.open("w", encoding="utf-8") as file:
        for statement in read(engine.name, "access"):
            for row in engine.stream(connection, statement.sql, {"person": person}):
                file.write(json.dumps(row, default=str))
                file.write("\n")
    return time.perf_counter() - started


def explain(engine: Engine, connection: Any, name: str, people: list[int]) -> str:
    """The engine's own account of each statement. Nothing stays changed: the transaction is rolled back."""
    values = parameters(people)
    lines = [f"{engine.version(connection)}, floor {name}"]
    opened = False
    for statement in read(engine.name, name):
        if statement.sql == "COMMIT" or (opened and statement.sql.startswith("BEGIN")):
            continue
        opened = opened or statement.sql.startswith("BEGIN")
        if statement.gives:
            rows = engine.run(connection, statement.sql, values)
            values[statement.gives] = [row[0] for row in rows] if statement.every else rows[0][0]
        lines += ["", statement.sql]
        told = engine.explain(connection, statement.sql, values)
        lines += [f"    {_LONG_ARRAY.sub(_ELLIPSIS, line)}" for line in told]
    if opened:
        engine.run(connection, "ROLLBACK", {})
    return "\n".join(lines) + "\n"
