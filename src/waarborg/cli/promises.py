"""`waarborg promises`: every promise of the policy with its standing, the check behind it, and its evidence."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from waarborg.board.model import WORST, Facts, Measured, Shown, Sight, Standing
from waarborg.board.proofs import board, by_name, counted, worst
from waarborg.cli import exits
from waarborg.cli.check import findings
from waarborg.cli.output import Out
from waarborg.cli.project import STATE, Project
from waarborg.cli.words import Words
from waarborg.datamap.model import SECRET, TECHNICAL, TableDecl
from waarborg.errors import Finding, UsageError, WaarborgError, near_miss
from waarborg.policy.promises import ListedPromise, load_promises
from waarborg.policy.promises import findings as differences

GRACE = timedelta(days=1)
"""A row is past its term when the sweep of the day after did not take it."""
MARKS: Mapping[Standing, tuple[str, str]] = {
    Standing.BROKEN: ("✗", "red"),
    Standing.NOT_SHOWN: ("·", "default"),
    Standing.ATTESTED: ("§", "default"),
    Standing.KEPT: ("✓", "green"),
}


def run(arguments: Namespace, out: Out) -> int:
    """`waarborg promises`. Exit code 1 where a promise is broken (with --strict: or not yet shown)."""
    say, offline = Words(out.lang), getattr(arguments, "offline", False)
    with Project.of(arguments) as project:
        listed = _listed(getattr(arguments, "list", ""), project)
        with out.working(say("looking")):
            all_ = board(gather(project, offline))
        open_ = differences(project.policy, listed) if listed else []
        shown = _chosen(all_, list(getattr(arguments, "promise", None) or []))
    _draw(shown, open_, out, say)
    out.data(as_data(shown, open_, listed))
    bad = {Standing.BROKEN, Standing.NOT_SHOWN} if getattr(arguments, "strict", False) else {Standing.BROKEN}
    return exits.FINDINGS if open_ or any(one.standing in bad for one in shown) else exits.OK


def _listed(file: str, project: Project) -> tuple[ListedPromise, ...]:
    """The promises of a list: those of the services that the policy's entries name."""
    if not file:
        return ()
    if not Path(file).is_file():
        raise UsageError.one("WB603", "There is no such list of promises.", "", "Check --list.")
    services = {name.partition(".")[0] for one in _names(project) for name in one}
    return tuple(one for one in load_promises(file).promises if one.service in services)


def _names(project: Project) -> Iterator[tuple[str, ...]]:
    from waarborg.policy.walk import entries

    return (entry.promises for _, entry in entries(project.policy))


def _chosen(all_: Sequence[Shown], names: Sequence[str]) -> list[Shown]:
    """The promises that were asked for: by path, by id, or by a promise of a list that they keep."""
    if not names:
        return list(all_)
    known = {word for one in all_ for word in (one.promise.path, one.promise.id, *one.promise.keeps)}
    for name in names:
        if name not in known:
            todo = near_miss(name, known) or "See waarborg promises."
            raise UsageError.one("WB660", "The policy makes no such promise.", "", todo)
    wanted = set(names)
    return [one for one in all_ if wanted & {one.promise.path, one.promise.id, *one.promise.keeps}]


# ------------------------------------------------------------------------------------------------ facts


def gather(project: Project, offline: bool = False) -> Facts:
    """Everything that a verdict rests on: findings, counts in the databases, evidence, registers."""
    found = list(findings(project, offline))
    project.close()  # a check against a snapshot leaves paper stores behind
    now = project.clock.now()
    facts = Facts(project.policy, project.datamap, now, found, None if offline else sight(project))
    if not (project.hidden / STATE).exists():
        return facts
    with project.door.read() as state:
        return replace(
            facts,
            evidence=tuple(state.log().entries()),
            attestations=state.attestations.latest(),
            notifications=tuple(state.notifications.all()),
        )


def sight(project: Project) -> Sight:
    """What can be counted: rows past their term, rows of somebody too young, and the measures that a store tells."""
    from waarborg.plans.sweeper import Sweeper
    from waarborg.plans.young import columns_of, young

    at = project.clock.now() - GRACE
    sweeper = Sweeper(project.planner)
    past: dict[str, int] = {}
    unswept: dict[str, str] = {}
    for rule in sweeper.rules():
        try:
            past[rule.id] = sweeper.plan(rule.id, at)[0].rows
        except WaarborgError as error:
            unswept[rule.id] = "; ".join(f"{one.id} {one.what}" for one in error.findings)
    has_birth_dates = bool(columns_of(project.planner))
    rows = sum(one.rows for one in young(project.planner, project.clock.now())) if has_birth_dates else None
    return Sight(past, unswept, rows, dict(measures(project)))


def measures(project: Project) -> Iterator[tuple[str, Measured]]:
    """Each measure over every store that tells about it: it stands where it stands everywhere."""
    from waarborg.cli.evidence import own
    from waarborg.stores.sql import SqlStore
    from waarborg.stores.sql.measures import measured

    found: dict[str, list[tuple[str, bool, str, int]]] = {}
    for name, store in project.stores.items():
        if isinstance(store, SqlStore):
            tables = [
                t.name.partition(".")[2] for t in project.datamap.tables.values() if t.store == name and personal(t)
            ]
            for one in measured(store, tables):
                found.setdefault(one.measure, []).append((name, one.ok, one.what, one.count))
    for measure, seen in found.items():
        what = "; ".join(f"{store}: {what}" for store, _, what, _ in seen)
        yield measure, Measured(all(ok for _, ok, _, _ in seen), what, max(count for *_, count in seen))
    if (project.hidden / STATE).exists():
        report = own(project)
        yield "evidence", Measured(report.ok, f"{report.entries} entries, {len(report.flaws)} flaws")


def personal(table: TableDecl) -> bool:
    """Whether a table of the map holds personal data."""
    return any(column.category not in (SECRET, TECHNICAL) for column in table.columns.values())


# ------------------------------------------------------------------------------------------------ telling


def _draw(shown: Sequence[Shown], open_: Sequence[Finding], out: Out, say: Words) -> None:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2, 0, 0))
    for one in sorted(shown, key=lambda one: WORST.index(one.standing)):
        mark, style = MARKS[one.standing]
        names = f" ({', '.join(one.promise.keeps)})" if one.promise.keeps else ""
        grid.add_row(Text(mark, style), Text(f"{one.promise.path}{names}"), Text(_told(one, say)))
    out.draw(Padding(grid, (0, 0, 1, 0)))
    for finding in open_:
        out.say(f"✗ {finding.id} {finding.what}")
    number = counted(shown)
    out.say(say("promises_sum", **{standing.value: number[standing] for standing in Standing}))


def _told(one: Shown, say: Words) -> str:
    verdict = one.verdict
    said = verdict.why
    if verdict.until:
        said = f"{say('until', day=say.day(verdict.until))}: {said}"
    return f"{said} [{', '.join(f'#{number}' for number in verdict.entries[-3:])}]" if verdict.entries else said


def as_data(shown: Sequence[Shown], open_: Sequence[Finding], listed: Sequence[ListedPromise]) -> dict[str, object]:
    """The board as JSON: by entry, and by the promises of a list that entries name."""
    names = by_name(shown)
    number = counted(shown)
    return {
        "ok": not open_ and not number[Standing.BROKEN],
        "counts": {standing.value: count for standing, count in number.items()},
        "promises": [_entry(one) for one in shown],
        "named": [
            {"id": id, "state": worst(entries).value, "entries": [one.promise.path for one in entries]}
            for id, entries in names.items()
        ],
        "without_entry": [one.id for one in listed if one.id not in names],
        "findings": [one.as_dict() for one in open_],
    }


def _entry(one: Shown) -> dict[str, object]:
    verdict, place = one.verdict, one.promise.place
    return {
        "id": one.promise.id,
        "path": one.promise.path,
        "kind": one.promise.kind,
        "keeps": list(one.promise.keeps),
        "state": one.standing.value,
        "check": one.check,
        "why": verdict.why,
        "until": verdict.until.isoformat() if verdict.until else None,
        "evidence": list(verdict.entries),
        "place": f"{place.file}:{place.line}" if place.line else "",
        "findings": [finding.as_dict() for finding in one.findings],
    }
