"""Carrying out requests on a real application, and looking at the result without the engine's help.

What the planner says is held against the database itself: every row of every table before and after, the truth of
`truth.yaml` about whose a row is, and a reading of every cell (base64 and compression taken off) for the person.
"""

from __future__ import annotations

import html
import importlib
import io
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from ruamel.yaml import YAML
from tests.evidence_kit import MASTER
from tests.real import kit, labels

from waarborg.clock import FixedClock
from waarborg.datamap.load import load_datamap
from waarborg.datamap.model import DataMap, Link, TableDecl
from waarborg.plans.casework import Casework
from waarborg.plans.model import Plan, Verdict
from waarborg.plans.planner import Planner
from waarborg.policy.load import load_policy
from waarborg.policy.model import Policy
from waarborg.state import open_state
from waarborg.stores.sql import SqlStore
from waarborg.terms import SubjectRef

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
Cell = object
Dump = dict[str, dict[tuple[object, ...], tuple[Cell, ...]]]
"""Rows by table and key. A row without a key is its own key, with a number for its doubles."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row that was removed or changed: as it was, and the columns that differ now (all of them if it is gone)."""

    table: str
    key: tuple[object, ...] = field(repr=False)
    before: Mapping[str, Cell] = field(repr=False)
    changed: frozenset[str]
    gone: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """Somebody's mark that can be read in a cell."""

    table: str
    column: str
    key: tuple[object, ...] = field(repr=False)


@dataclass(slots=True)
class Application:
    """An installed and filled application with its policy and data map."""

    name: str
    deployment: kit.Deployment
    policy: Policy
    datamap: DataMap
    engine: sa.Engine
    columns: dict[str, list[str]]

    def person(self, number: int) -> kit.Person:
        """The person of that number."""
        return self.deployment.people[number - 1]

    def planner(self, datamap: DataMap | None = None) -> Planner:
        """A planner over the application's database, with its own map or a sabotaged one."""
        [store] = self.datamap.stores
        url = self.deployment.url
        return Planner(self.policy, datamap or self.datamap, {store: SqlStore(store, url)}, FixedClock(NOW))

    # -- looking -------------------------------------------------------------------------------------------------

    def dump(self) -> Dump:
        """Every row of every table, mapped or not."""
        inspector, found = sa.inspect(self.engine), Dump()
        for table, columns, rows in labels._rows(self.engine):
            key = [columns.index(name) for name in inspector.get_pk_constraint(table)["constrained_columns"]]
            held: dict[tuple[object, ...], tuple[Cell, ...]] = {}
            for row in rows:
                plain = tuple(_plain(cell) for cell in row)
                name = tuple(plain[at] for at in key) if key else (*plain, sum(1 for k in held if k[:-1] == plain))
                held[name] = plain
            found[table] = held
        return found

    def differences(self, before: Dump, after: Dump) -> tuple[list[Row], list[tuple[str, tuple[object, ...]]]]:
        """Rows that were removed or changed, and rows that were added."""
        rows, added = [], []
        for table, old in before.items():
            names = self.columns[table]
            for key, cells in old.items():
                now = after[table].get(key)
                if now != cells:
                    differ = {n for n, a, b in zip(names, cells, now or cells, strict=True) if a != b}
                    shown = dict(zip(names, cells, strict=True))
                    rows.append(Row(table, key, shown, frozenset(differ or names), now is None))
            added += [(table, key) for key in after[table] if key not in old]
        return rows, added

    def search(self, marks: Sequence[str], dump: Dump) -> list[Hit]:
        """Every cell in which one of the marks can be read, whatever it is packed in."""
        return [
            Hit(table, column, key)
            for table, rows in dump.items()
            for key, cells in rows.items()
            for column, cell in zip(self.columns[table], cells, strict=True)
            if reads(cell, marks)
        ]


def _plain(cell: Cell) -> Cell:
    return bytes(cell) if isinstance(cell, bytearray | memoryview) else str(cell) if isinstance(cell, dict) else cell


def reads(cell: Cell, marks: Sequence[str]) -> bool:
    """Whether one of the marks stands in the cell, whatever it is packed in."""
    if cell is None:
        return False
    return any(labels._reads(html.unescape(text).lower(), marks) for text in labels.readings(cell))


def marks(people: Sequence[kit.Person]) -> list[str]:
    """What tells these people from everybody else."""
    return sorted({value.lower() for person in people for value in person.identifiers.values()})


@contextmanager
def opened(name: str, tmp: Path) -> Iterator[Application]:
    """The application, installed and filled, as it was after filling."""
    here = Path(__file__).resolve().parent / name
    kept = os.environ.get("WAARBORG_REAL_DIR")
    recipe = importlib.import_module(f"tests.real.{name}.recipe")
    deployment: kit.Deployment = recipe.build((Path(kept) if kept else tmp) / name)
    deployment.reset()
    engine = sa.create_engine(deployment.url, poolclass=sa.NullPool)
    columns = {table: names for table, names, _ in labels._rows(engine)}
    yield Application(
        name,
        deployment,
        load_policy(here / "policy.yaml"),
        load_datamap(here / "datamap.yaml", date(2026, 11, 22)),
        engine,
        columns,
    )
    deployment.reset()
    if not kept:
        deployment.drop()


# ------------------------------------------------------------------------------------------------ a request


@dataclass(slots=True)
class Done:
    """A request that was carried out: plan, verdict, the database before and after."""

    plan: Plan
    verdict: Verdict
    before: Dump
    after: Dump
    evidence: tuple[str, ...]
    """The kinds of the entries that the request left, in order."""
    timing: str


def carry_out(app: Application, people: Sequence[SubjectRef], tmp: Path, datamap: DataMap | None = None) -> Done:
    """Plan, approve, apply and verify an erasure as an officer would, with its evidence."""
    app.deployment.reset()
    before = app.dump()
    with open_state(tmp / f"{app.name}-{os.urandom(4).hex()}.sqlite", master=MASTER) as door:
        with door.begin() as state:
            state.log().open(at=NOW, key=state.vault.signing_key(at=NOW))
        work = Casework(app.planner(datamap), door, FixedClock(NOW))
        started = time.perf_counter()
        case = work.plan(people)
        planned = time.perf_counter()
        work.approve(case.plan.id, by="officer")
        approved = time.perf_counter()
        assert work.apply(case.plan.id).done
        applied = time.perf_counter()
        verdict = work.verify(case.plan.id)
        verified = time.perf_counter()
        with door.read() as state:
            evidence = tuple(entry.kind for entry in state.log().entries())
    timing = f"plan {planned - started:.2f} s, apply {applied - approved:.2f} s, verify {verified - applied:.2f} s"
    return Done(case.plan, verdict, before, app.dump(), evidence, timing)


def told(plan: Plan) -> str:
    """The plan in lines, for a person who reads the test's output."""
    lines = [f"{plan.people} people, {plan.located} rows of theirs"]
    lines += [f"  {s.treatment.value:8} {s.rows:4} {s.table} {' '.join(s.columns)}" for s in plan.steps()]
    lines += [f"  stays    {k.rows:4} {k.table}: {k.ground.sentence} {k.until or ''}" for k in plan.kept()]
    return "\n".join(lines)


def unexplained(app: Application, done: Done, people: Sequence[kit.Person]) -> list[Hit]:
    """Where the people can still be read although the plan did not say that this stays.

    Rows that stay because there is no person in them any more explain nothing.
    """
    kept: dict[tuple[str, str], int] = {}
    for one in done.plan.kept():
        for column in one.columns if one.why != "anonymous" else ():
            where = (one.table.partition(".")[2], column)
            kept[where] = kept.get(where, 0) + one.rows
    found = []
    for hit in app.search(marks(people), done.after):
        left = kept.get((hit.table, hit.column), 0)
        if left:
            kept[hit.table, hit.column] = left - 1
        else:
            found.append(hit)
    return found


# ------------------------------------------------------------------------------------------------ whose a row is


@dataclass(slots=True)
class Whose:
    """Which rows concern some people, by the hand-made labels and by what can be read; the engine is not asked."""

    app: Application
    keys: frozenset[object]
    """Keys of these people in the table of people."""
    marks: Sequence[str] = field(repr=False)
    direct: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    """Table and columns of each label that leads to the table of people."""
    parents: list[tuple[str, str, str, str]] = field(default_factory=list)

    def concerns(self, row: Row, gone: Mapping[tuple[str, str], set[object]]) -> bool:
        """Whether the row leads to these people, names them, or hangs on a row of theirs that went."""
        for table, columns in self.direct:
            if table == row.table and any(self._key(row.before[name]) for name in columns):
                return True
        if any(reads(cell, self.marks) for cell in row.before.values()):
            return True
        return any(
            table == row.table and row.before[column] in gone.get((parent, key), ())
            for table, column, parent, key in self.parents
        )

    def _key(self, cell: Cell) -> bool:
        if isinstance(cell, str | bytes) and not str(cell).isdigit():
            found = {number for text in labels.readings(cell) for number in re.findall(r"\b\d+\b", text)}
            return bool(found & {str(key) for key in self.keys})
        return cell in self.keys or str(cell) in {str(key) for key in self.keys}


def whose(app: Application, table: str, key: str, keys: Sequence[object], people: Sequence[kit.Person]) -> Whose:
    """The labels of `truth.yaml`, ready to be asked about some people of table `table`."""
    truth = labels.load(app.name)
    direct = [(one.source[0], one.source[1]) for one in truth.links if one.target == (table, (key,))]
    direct.append((table, (key,)))
    parents = []
    for one in truth.links:
        if one.target[0] != table and one.how in {"key", "declared", "polymorphic"}:
            parents.append((one.source[0], one.source[1][-1], one.target[0], one.target[1][0]))
    return Whose(app, frozenset(keys), marks(people), direct, parents)


def hanging(app: Application, before: Dump, whose: Whose, roots: frozenset[str]) -> set[tuple[str, tuple[object, ...]]]:
    """Rows that hang on rows of these people in `roots`, at any distance: an order with its lines and its addresses.

    Along labels of the kind `belongs_to`: down from a row to what belongs to it, and from a root to what it points at.
    """
    links = [one for one in labels.load(app.name).links if one.kind == "belongs_to" and one.how in {"key", "declared"}]
    rows = {
        t: [(key, dict(zip(app.columns[t], c, strict=True))) for key, c in held.items()] for t, held in before.items()
    }
    found = {
        (table, key)
        for table in roots
        for key, cells in rows[table]
        if whose.concerns(Row(table, key, cells, frozenset(), False), {})
    }
    while True:
        values: dict[tuple[str, str], set[object]] = {}
        for table, key in found:
            for column, cell in zip(app.columns[table], before[table][key], strict=True):
                values.setdefault((table, column), set()).add(cell)
        more = set()
        for one in links:
            (source, (column, *_)), (target, (to, *_)) = one.source, one.target
            held = values.get((target, to), set()) if target != whose.direct[-1][0] else set()
            more |= {(source, key) for key, cells in rows[source] if cells[column] in held}
            if source in roots and target != whose.direct[-1][0]:
                held = values.get((source, column), set()) - {None}
                more |= {(target, key) for key, cells in rows[target] if cells[to] in held}
        if more <= found:
            return found
        found |= more


def strangers(
    app: Application,
    done: Done,
    whose: Whose,
    roots: frozenset[str] = frozenset(),
    extra: Callable[[Row], bool] = lambda row: False,
) -> list[Row]:
    """Rows that were touched although nothing says that they concern these people."""
    rows, _ = app.differences(done.before, done.after)
    theirs = hanging(app, done.before, whose, roots)
    gone: dict[tuple[str, str], set[object]] = {}
    left = [row for row in rows if (row.table, row.key) not in theirs]
    while True:
        fine = [row for row in left if whose.concerns(row, gone) or extra(row)]
        if not fine:
            return left
        for row in fine:
            if row.gone:
                for name, cell in row.before.items():
                    gone.setdefault((row.table, name), set()).add(cell)
        left = [row for row in left if row not in fine]


def undeclared(app: Application, done: Done) -> list[Row]:
    """Rows that were removed, or columns that were changed, without a step of the plan that says so."""
    steps: dict[str, set[str]] = {}
    deletes = set()
    for step in done.plan.steps():
        table = step.table.partition(".")[2]
        steps.setdefault(table, set()).update(step.columns)
        if step.treatment.value == "delete":
            deletes.add(table)
    rows, _ = app.differences(done.before, done.after)
    return [
        row
        for row in rows
        if (row.table not in deletes if row.gone else not row.changed <= steps.get(row.table, set()))
    ]


def counts(app: Application, done: Done) -> dict[str, tuple[int, int]]:
    """By table: rows that really went, rows that really changed."""
    found: dict[str, tuple[int, int]] = {}
    for row in app.differences(done.before, done.after)[0]:
        went, changed = found.get(row.table, (0, 0))
        found[row.table] = (went + row.gone, changed + (not row.gone))
    return found


# ------------------------------------------------------------------------------------------------ access


def answered(app: Application, person: SubjectRef, datamap: DataMap | None = None) -> list[dict[str, Any]]:
    """The sections of an access answer."""
    out = io.StringIO()
    app.planner(datamap).access(person, out)
    found: list[dict[str, Any]] = json.loads(out.getvalue())["data"]
    return found


def others_in(
    app: Application, sections: Sequence[Mapping[str, Any]], but: kit.Person, texts: frozenset[str]
) -> set[str]:
    """Columns of an answer in which somebody else can be read; `texts` are those where that is said to happen."""
    mine = set(marks([but]))
    others = [mark for mark in marks(app.deployment.people) if mark not in mine]
    found = set()
    for section in sections:
        for column in section["columns"]:
            name = f"{section['table'].partition('.')[2]}.{column}"
            if name not in texts and any(reads(row[column], others) for row in section["rows"] if column in row):
                found.add(name)
    return found


def texts_of(app: Application) -> frozenset[str]:
    """Columns in which people write about others, by the labels: an answer shows them for what they are."""
    truth: dict[str, str] = YAML(typ="safe").load(
        (Path(__file__).resolve().parent / app.name / "truth.yaml").read_text()
    )["columns"]
    return frozenset(name for name, kind in truth.items() if kind in {"free_text", "mixed", "serialised"})


def shown(sections: Sequence[Mapping[str, Any]], why: str = "theirs") -> dict[str, int]:
    """Rows by table of the sections of one kind."""
    found: dict[str, int] = {}
    for section in sections:
        if section["why"] == why:
            table = section["table"].partition(".")[2]
            found[table] = found.get(table, 0) + len(section["rows"])
    return found


def personal(table: TableDecl) -> bool:
    """Whether an answer shows anything of the table at all."""
    return any(column.category not in ("secret", "technical") for column in table.columns.values())


def by_label(app: Application, people: str, key: str, value: object) -> dict[str, int]:
    """Rows by table that a plain `belongs_to` key of the labels leads to one person."""
    truth, quote = labels.load(app.name), app.engine.dialect.identifier_preparer.quote
    found: dict[str, int] = {}
    with app.engine.connect() as connection:
        for one in truth.links:
            if one.kind == "belongs_to" and one.how in {"key", "declared"} and one.target == (people, (key,)):
                table, (column,) = one.source
                query = f"SELECT count(*) FROM {quote(table)} WHERE {quote(column)} = :value"
                found[table] = int(connection.execute(sa.text(query), {"value": value}).scalar() or 0)
    return found


# ------------------------------------------------------------------------------------------------ sabotage


def without(datamap: DataMap, table: str, which: Callable[[Link], bool]) -> DataMap:
    """The map without the links of a table that `which` picks. Raises `AssertionError` when it picks none."""
    decl = datamap.tables[table]
    left = tuple(link for link in decl.links if not which(link))
    assert len(left) < len(decl.links), "nothing was taken out"
    return replace(datamap, tables={**datamap.tables, table: replace(decl, links=left)})
