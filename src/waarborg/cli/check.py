"""`waarborg check`: policy and data map, by themselves, against each other and the databases. For every push."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from waarborg.cli import exits
from waarborg.cli.findings import tell
from waarborg.cli.output import Out
from waarborg.cli.project import DATAMAP, POLICY, STATE, Project
from waarborg.cli.sights import committed, look, paper
from waarborg.datamap.model import DataMap
from waarborg.errors import Finding, Severity, WaarborgError
from waarborg.policy.model import Policy
from waarborg.scan.coverage import coverage
from waarborg.scan.snapshot import Sight
from waarborg.scan.whole import Whole
from waarborg.stores.contract import Schema


def run(arguments: Namespace, out: Out) -> int:
    """`waarborg check`. Exit code 1 when a finding is an error."""
    shape = "json" if out.json else getattr(arguments, "format", None) or "text"
    snapshot, since = getattr(arguments, "snapshot", ""), getattr(arguments, "since", "")
    with Project.of(arguments) as project:
        offline = getattr(arguments, "offline", False) or bool(snapshot)
        with out.working("Looking at the databases"):
            found = list(findings(project, offline, snapshot, since))
        errors = [one for one in found if one.severity is Severity.ERROR]
        if shape == "text":
            if found:
                out.say(tell(found, colour=out.console.is_terminal) + "\n")
            _sum(project, found, errors, offline, out)
    if shape != "text":
        _write(shape, found, getattr(arguments, "output", ""))
    return exits.FINDINGS if errors else exits.OK


def _write(shape: str, found: list[Finding], where: str) -> None:
    from waarborg.cli import formats
    from waarborg.cli.scan import save
    from waarborg.scan.coverage import CHECKS

    titles = [(rule.id, rule.title) for rule in CHECKS]
    made = {
        "json": lambda: formats.as_json(found),
        "sarif": lambda: formats.as_sarif(found, titles),
        "junit": lambda: formats.as_junit(found, titles),
    }[shape]()
    if where and where != "-":
        save(Path(where), made + "\n")
    else:
        print(made)


def findings(project: Project, offline: bool = False, snapshot: str = "", since: str = "") -> Iterator[Finding]:
    """Every finding about a project. Later checks are left out where an earlier one broke what they stand on.

    Offline, the committed snapshot (or the file `snapshot`) stands for the databases, where there is one; with the
    databases at hand it is what they are compared with. `since` names another snapshot to compare with.
    """
    today = project.clock.now().date()
    policy, wrong = read_policy(project, today)
    yield from wrong
    datamap, more = read_datamap(project, today)
    yield from more
    if policy is not None and datamap is not None:
        from waarborg.datamap.against import check_against_policy

        yield from check_against_policy(datamap, policy)
    if datamap is None:
        return
    project._datamap, project._policy = datamap, policy  # read once: a map of 300 tables takes its time
    try:
        said = committed(project, snapshot)
        old = committed(project, since) if since else {}
    except WaarborgError as error:
        yield from error.findings
        return
    if offline:
        yield from against_snapshot(project, policy, datamap, said, old)
    else:
        yield from against_stores(project, policy, datamap, old or said)


def against_snapshot(
    project: Project, policy: Policy | None, datamap: DataMap, said: dict[str, Sight], old: dict[str, Sight]
) -> Iterator[Finding]:
    """The map against the committed snapshot. Without one, only the two files were checked."""
    known = {name: seen for name, seen in said.items() if name in datamap.stores}
    if not known:
        return
    yield from coverage(Whole(datamap, policy, known, old))
    if set(known) == set(datamap.stores):
        project._stores = paper(known)
        yield from resolved(project, policy, datamap, {name: seen.schema for name, seen in known.items()})


def read_policy(project: Project, today: date) -> tuple[Policy | None, list[Finding]]:
    """The policy, and everything wrong with it by itself; None when it cannot be read."""
    from waarborg.policy import read_policy as read
    from waarborg.policy.checks import check_policy

    policy, wrong = read(project.folder / POLICY)
    if policy is None or wrong:
        return None, wrong
    return policy, check_policy(policy, today)


def read_datamap(project: Project, today: date) -> tuple[DataMap | None, list[Finding]]:
    """The data map, and everything wrong with it by itself; None when it cannot be used."""
    from waarborg.datamap import read_datamap as read

    datamap, wrong = read(project.folder / DATAMAP, today)
    broken = any(one.severity is Severity.ERROR for one in wrong)
    return (None if broken else datamap), wrong


def against_stores(
    project: Project, policy: Policy | None, datamap: DataMap, before: dict[str, Sight]
) -> Iterator[Finding]:
    """The map against what the databases really have. A store out of reach is a finding of its own."""
    seen, wrong = look(project)
    yield from wrong
    yield from coverage(Whole(datamap, policy, seen, before, waiting(project)))
    if set(seen) == set(datamap.stores):
        yield from resolved(project, policy, datamap, {name: one.schema for name, one in seen.items()})
        if policy is not None:
            yield from too_small(project)


def too_small(project: Project) -> Iterator[Finding]:
    """Rows of anonymous tables about fewer people than is promised."""
    from waarborg.plans.anonymous import small_groups

    try:
        found = small_groups(project.planner)
    except WaarborgError:
        return  # what stands in the way is a finding of its own already
    for one in found:
        yield Finding(
            "WB719",
            project.datamap.tables[one.table].place,
            f"{one.rows} rows of {one.table} are about fewer than {one.least} people.",
            "Who knows some of them knows the others: such a row is personal data (recital 26).",
            "Put small groups together, or leave them out.",
        )


def resolved(
    project: Project, policy: Policy | None, datamap: DataMap, schemas: Mapping[str, Schema]
) -> Iterator[Finding]:
    """Whether every table, column and link of the map is there, and what no plan could carry out."""
    from waarborg.plans.resolve import resolve

    try:
        resolve(datamap, schemas)
    except WaarborgError as error:
        yield from error.findings
        return
    if policy is not None:
        yield from impossible(project)


def waiting(project: Project) -> dict[str, frozenset[str]]:
    """The plans that are open, by the first characters of their id, with the tables they treat."""
    if not (project.hidden / STATE).exists():
        return {}
    try:
        with project.door.read() as state:
            names = [name for request in state.plans.open_requests() for name, _ in state.plans.of(request)]
        cases = [project.work.case(name).plan for name in names]
    except WaarborgError:
        return {}  # a state that cannot be opened is what `doctor` tells about
    return {plan.id[:8]: frozenset(step.table for step in plan.steps()) for plan in cases}


def impossible(project: Project) -> Iterator[Finding]:
    """What no plan could carry out if it met such rows: found now, not at the first request. Warnings."""
    from dataclasses import replace

    from waarborg.cli.possible import possible

    seen = dict.fromkeys(
        finding for blueprint in possible(project).values() for step in blueprint.steps for finding in step.findings
    )
    for finding in seen:
        yield replace(finding, severity=Severity.WARNING) if finding.severity is Severity.ERROR else finding


def _sum(project: Project, found: list[Finding], errors: list[Finding], offline: bool, out: Out) -> None:
    if errors:
        out.say(f"✗ {len(errors)} error{'s' * (len(errors) != 1)}, {len(found) - len(errors)} other findings")
        return
    datamap, policy = project.datamap, project.policy
    where = "databases left out" if offline else f"{len(datamap.stores)} store{'s' * (len(datamap.stores) != 1)}"
    more = f"; {len(found)} finding{'s' * (len(found) != 1)} to read" if found else ""
    out.say(
        f"✓ {policy.id} {policy.version}: {len(policy.data)} categories, {len(policy.purposes)} purposes, "
        f"{len(policy.retention)} terms; {len(datamap.tables)} tables, {where}{more}"
    )
