"""The laws of erasure over generated worlds, held against a reference that walks rows by hand.

After erasing a drawn subset of people the whole database is what the reference says; nothing that was theirs alone can
be read any more; whatever was not theirs is as it was; planning again finds nothing; applying again changes nothing; a
batch ends as its members one by one; access shows what the reference shows. Counters assert which shapes were reached.
"""

from __future__ import annotations

import io
import json
import os
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from databases import Database
from laws import generated
from laws.generated import Row, Spec, specs
from laws.reference import Reference
from waarborg.errors import PlanError
from waarborg.plans.model import Approval
from waarborg.terms import SubjectRef
from worlds import NOW, World, world

PHASES = (Phase.generate, Phase.shrink) if os.environ.get("WAARBORG_SHRINK") else (Phase.generate,)
"""Making an example smaller takes minutes: done when a person asks for it."""
FEWER = int(os.environ.get("WAARBORG_EXAMPLES", 10**6))
"""At most so many examples, for the mutation tests: the counters are then not looked at."""
Dump = dict[str, list[Row]]
Law = Callable[[Spec, Database | None, Counter[str]], None]


def build(spec: Spec, database: Database | None = None) -> World:
    """The world of a spec, in memory or in a database."""
    if database:
        database.empty()
    rows = deepcopy(generated.rows(spec))
    return world(generated.tables(spec), generated.decls(spec), rows, generated.policy(), database)


def dump(w: World, spec: Spec) -> Dump:
    """Every row of every table, in an order that does not depend on keys."""
    found = {name: w.database.rows(name) if w.database else w.memory[name] for name in spec.tables}
    return {name: in_order(rows) for name, rows in found.items()}


def in_order(rows: Any) -> list[Row]:
    return sorted(({k: v if isinstance(v, int | None) else str(v) for k, v in row.items()} for row in rows), key=repr)


def erase(w: World, emails: list[str]) -> Any:
    """Plan, approve, apply, verify; the plan, its sealed side and the verdict."""
    plan, sealed = w.plan(*emails)
    approval = Approval(plan.digest, "officer", NOW)
    result = w.planner.apply(plan, sealed, approval)
    assert result.done, result.stores
    return plan, sealed, approval, w.planner.verify(plan, sealed)


def texts(found: Dump) -> set[str]:
    """Every text that stands anywhere."""
    return {str(value) for rows in found.values() for row in rows for value in row.values() if isinstance(value, str)}


def check(spec: Spec, database: Database | None, reached: Counter[str]) -> None:
    """All laws on one world."""
    reference = Reference(spec)
    w = build(spec, database)
    before = dump(w, spec)
    refusals: set[str] = set()
    try:
        plan, sealed, approval, verdict = erase(w, spec.emails())
    except PlanError as error:
        refusals = {one.id for one in error.findings}
    assert reference.held_doubles() == ("WB430" in refusals)
    if refusals:
        reached.update(f"refused {id}" for id in refusals)
        assert dump(w, spec) == before, "a plan that fails touches nothing"
        assert refusals <= {"WB410", "WB430"}
        return
    after = dump(w, spec)
    expected = {name: in_order(rows) for name, rows in reference.after().items()}
    assert not (wrong := difference(after, expected)), "the database is not what the reference says:\n" + wrong
    nothing_left(reference, after)
    nobody_elses(spec, reference, before, after)
    assert verdict.clean, verdict.sentence
    told(reference, plan)
    w.planner.apply(plan, sealed, approval)
    assert dump(w, spec) == after, "twice is once"
    again, _ = w.plan(*spec.emails())
    assert again.empty, "asked again, nothing is found"
    count(spec, reference, reached)


def difference(after: Dump, expected: Dump) -> str:
    """Rows that are there and should not be (+), and rows that should be there (-)."""
    lines = []
    for name in expected:
        lines += [f"+ {name} {row}" for row in after[name] if row not in expected[name]]
        lines += [f"- {name} {row}" for row in expected[name] if row not in after[name]]
        lines += [f"{name}: another number of rows"] if len(after[name]) != len(expected[name]) and not lines else []
    return "\n".join(lines)


def nothing_left(reference: Reference, after: Dump) -> None:
    """Texts of rows that went, or that stay as a shell, stand nowhere; kept rows show only what the law names."""
    left = texts(after)
    for row in reference.own:
        table = reference.table(row)
        for col in table.cols:
            value = reference.rows[row].get(col.name)
            if not col.category or not value or not str(value).startswith("<"):
                continue
            if row in reference.deleted or (row in reference.needed and not reference.needed[row]):
                assert value not in left
            if row in reference.kept:
                assert (value in left) == (col.category == "billing.amount")


def nobody_elses(spec: Spec, reference: Reference, before: Dump, after: Dump) -> None:
    """Rows that are not theirs and lead to nobody who goes are as they were, in every column."""
    untouched = [row for row in reference.rows if row not in reference.own and not any(reference.leaver_links(row))]
    for row in untouched:
        (same,) = in_order([{c.name: reference.rows[row].get(c.name) for c in reference.table(row).cols}])
        assert same in before[row[0]]
        assert same in after[row[0]]


def told(reference: Reference, plan: Any) -> None:
    """The plan counts what goes and says what stays."""
    located = sum(plan.stores[0].located.values())
    assert located == len(reference.own)
    kept = Counter({"rule": 0, "needed": 0, "shared": 0})
    for one in plan.kept():
        kept[one.why] += one.rows
    assert (kept["rule"], kept["needed"], kept["shared"]) == (
        len(reference.kept),
        len(reference.needed),
        len(reference.live),
    )


def count(spec: Spec, reference: Reference, reached: Counter[str]) -> None:
    """Which shapes this world reached, told by rows of the leavers and not by declarations alone."""
    reached["worlds"] += 1
    for row in reference.own:
        table = reference.table(row)
        reached[table.shape] += 1
        reached["no key"] += not table.key
        for lead in table.leads:
            ends = reference.reached(row, lead)
            reached["cascade"] += lead.on_delete == "CASCADE" and bool(ends & reference.deleted)
            reached["self"] += row in ends
            reached["undeclared"] += not lead.declared and bool(ends)
            reached["by value in another case"] += lead.by_value and any(
                reference.rows[row][lead.columns[0]] != reference.rows[end]["email"] for end in ends
            )
            reached["dies with"] += lead.dies_with
        reached["deleted not null self reference"] += table.shape == "tree not null" and row in reference.deleted
        reached["circle"] += circle(reference, row)
    reached["kept by law"] += len(reference.kept)
    reached["live"] += len(reference.live)
    reached["needed"] += sum(not lawful for lawful in reference.needed.values())
    reached["needed by law"] += sum(reference.needed.values())
    reached["double of the stand-in"] += bool(reference.doubles())
    for row in reference.rows.keys() - reference.own:
        reached["cut in a row of somebody else"] += any(reference.leaver_links(row))
    reached["one of two columns matches"] += sum(
        reference.rows[row]["up"] is not None and not reference.reached(row, table.leads[0])
        for row in reference.rows
        if (table := reference.table(row)).shape == "composite"
    )


def circle(reference: Reference, start: tuple[str, int]) -> bool:
    """Whether a row leads back to itself over at least one other row."""
    seen, frontier = set(), {start}
    while frontier:
        row = frontier.pop()
        for lead in reference.table(row).leads:
            for end in reference.reached(row, lead):
                if end == start and row != start:
                    return True
                if end not in seen:
                    seen.add(end)
                    frontier.add(end)
    return False


SHAPES = (
    "child", "shared", "tree", "tree not null", "composite", "polymorphic", "value", "through", "membership", "about",
    "stand-in", "ring", "visible", "no key", "cascade", "self", "undeclared", "by value in another case", "dies with",
    "deleted not null self reference", "circle", "kept by law", "live", "needed", "needed by law",
    "double of the stand-in", "cut in a row of somebody else", "one of two columns matches",
)  # fmt: skip


def hold(law: Law, database: Database | None, examples: int) -> Counter[str]:
    """Check so many worlds; what they reached."""
    reached: Counter[str] = Counter()

    @seed(20261122)
    @settings(
        max_examples=min(examples, FEWER), deadline=None, database=None, derandomize=False,
        suppress_health_check=list(HealthCheck), print_blob=False, phases=PHASES,
    )  # fmt: skip
    @given(specs())
    def run(spec: Spec) -> None:
        law(spec, database, reached)

    run()
    if examples > FEWER:
        reached.update(dict.fromkeys((*SHAPES, "rows of somebody else", "withheld in their own row", "the same"), 1000))
        reached["with shells"] = reached["with doubles"] = reached["worlds"] = 1000
    return reached


def test_the_whole_database_is_what_the_reference_says_in_memory() -> None:
    reached = hold(check, None, 600)
    assert not [shape for shape in SHAPES if not reached[shape]], reached
    assert reached["refused WB410"] <= reached["worlds"] // 10


def check_access(spec: Spec, database: Database | None, reached: Counter[str]) -> None:
    """One person sees what the reference shows, every text as often, and nothing changes."""
    spec = replace(spec, leavers=spec.leavers[:1])
    reference = Reference(spec)
    w = build(spec, database)
    before = dump(w, spec)
    out = io.StringIO()
    w.planner.access(SubjectRef({"email": spec.emails()[0]}), out)
    assert dump(w, spec) == before
    cells = [str(cell) for part in json.loads(out.getvalue())["data"] for row in part["rows"] for cell in row.values()]
    shown, wanted = (Counter(one for one in texts if one.startswith("<")) for texts in (cells, marks(reference)))
    assert shown == wanted, (shown - wanted, wanted - shown)
    reached["worlds"] += 1
    reached["rows of somebody else"] += len(
        wanted.keys() - {str(v) for r in reference.own for v in reference.rows[r].values()}
    )
    reached["withheld in their own row"] += len(
        {str(v) for r in reference.own for v in reference.rows[r].values() if str(v).startswith("<")} - wanted.keys()
    )


def marks(reference: Reference) -> list[str]:
    return [str(one) for one in reference.shown().elements()]


def check_singles(spec: Spec, database: Database | None, reached: Counter[str]) -> None:
    """A batch ends as its members one by one. Two things may differ, and only those: shells that a later member of the
    batch would have freed (they wait for their tombstone), and which of several doubles stays at the stand-in."""
    if len(spec.leavers) < 2:
        return
    batch, singles = build(spec), build(spec)
    try:
        plans = [erase(batch, spec.emails())[0], *(erase(singles, [email])[0] for email in spec.emails())]
    except PlanError:
        reached["refused"] += 1
        return
    one, other = dump(batch, spec), dump(singles, spec)
    shells = any(kept.why == "needed" for plan in plans for kept in plan.kept())
    doubles = {step.table.partition(".")[2] for plan in plans for step in plan.steps() if ":double:" in step.id}
    reached["with shells"] += shells
    reached["batches"] += 1
    if not shells and not doubles:
        assert one == other, difference(one, other)
        reached["the same"] += 1
        return
    reached["with doubles"] += bool(doubles)
    for name in doubles:
        assert len(one[name]) == len(other[name]), "one of the doubles stays, whichever it is"
    rest = [{name: rows for name, rows in found.items() if name not in doubles} for found in (one, other)]
    assert texts(rest[0]) <= texts(rest[1]), "a batch leaves no text that singles would not leave"


def test_access_shows_what_the_reference_shows_and_changes_nothing() -> None:
    reached = hold(check_access, None, 400)
    assert reached["rows of somebody else"] > 20
    assert reached["withheld in their own row"] > 5


def test_a_batch_ends_as_its_members_one_by_one() -> None:
    reached = hold(check_singles, None, 400)
    assert reached["the same"] > 100, reached
    assert reached["with shells"] > 5, reached
    assert reached["with doubles"] > 5, reached


@pytest.mark.parametrize("engine", ["sqlite", "postgresql", "mariadb"])
def test_the_whole_database_is_what_the_reference_says_on(engine: str, request: pytest.FixtureRequest) -> None:
    reached = hold(check, request.getfixturevalue(engine), 40)
    assert reached["worlds"] > 25, reached


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite", "postgresql", "mariadb"])
def test_many_more_worlds_on(engine: str, request: pytest.FixtureRequest) -> None:
    database = request.getfixturevalue(engine)
    reached = hold(check, database, 300)
    assert not [shape for shape in SHAPES if not reached[shape]], reached
    hold(check_access, database, 100)
