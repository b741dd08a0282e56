"""`waarborg check`: policy and data map, by themselves, against each other and the databases. For every push."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from datetime import date

from waarborg.cli import exits
from waarborg.cli.findings import tell
from waarborg.cli.output import Out
from waarborg.cli.project import DATAMAP, POLICY, Project
from waarborg.datamap.model import DataMap
from waarborg.errors import Finding, Severity, StoreError, WaarborgError
from waarborg.policy.model import Policy


def run(arguments: Namespace, out: Out) -> int:
    """`waarborg check`. Exit code 1 when a finding is an error."""
    with Project.of(arguments) as project:
        offline = getattr(arguments, "offline", False)
        with out.working("Looking at the databases"):
            found = list(findings(project, offline))
        errors = [one for one in found if one.severity is Severity.ERROR]
        if found:
            out.say(tell(found, colour=out.console.is_terminal) + "\n")
        _sum(project, found, errors, offline, out)
    out.data({"ok": not errors, "errors": len(errors), "findings": [one.as_dict() for one in found]})
    return exits.FINDINGS if errors else exits.OK


def findings(project: Project, offline: bool = False) -> Iterator[Finding]:
    """Every finding about a project. Later checks are left out where an earlier one broke what they stand on."""
    today = project.clock.now().date()
    policy, wrong = read_policy(project, today)
    yield from wrong
    datamap, more = read_datamap(project, today)
    yield from more
    if policy is not None and datamap is not None:
        from waarborg.datamap.against import check_against_policy

        yield from check_against_policy(datamap, policy)
    if datamap is not None and not offline:
        yield from against_stores(project, policy, datamap)


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


def against_stores(project: Project, policy: Policy | None, datamap: DataMap) -> Iterator[Finding]:
    """The map against what the databases really have. A store out of reach is a finding of its own."""
    from waarborg.plans.resolve import resolve

    try:
        stores = project.stores
    except WaarborgError as error:
        yield from error.findings
        return
    schemas = {}
    for name, store in stores.items():
        try:
            schemas[name] = store.describe()
        except StoreError as error:
            yield from error.findings
    if set(schemas) != set(stores):
        return
    try:
        resolve(datamap, schemas)
    except WaarborgError as error:
        yield from error.findings
        return
    if policy is not None:
        yield from impossible(project)


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
