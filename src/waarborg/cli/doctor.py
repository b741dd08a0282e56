"""`waarborg doctor`: is everything in place that a plan needs? Looks, and with --prepare makes the marker tables."""

from __future__ import annotations

import stat
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from waarborg.cli import exits
from waarborg.cli.findings import BROKEN_MARK, clean, paint
from waarborg.cli.output import Out
from waarborg.cli.project import KEY, STATE, Project
from waarborg.errors import WaarborgError
from waarborg.stores.contract import Store


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that was looked at."""

    about: str
    ok: bool | None
    what: str
    todo: str = ""


def run(arguments: Namespace, out: Out) -> int:
    """`waarborg doctor`. Exit code 1 when something is not as it should be."""
    with Project.of(arguments) as project, out.working("Looking"):
        seen = list(_all(project, getattr(arguments, "prepare", False)))
    about = ""
    for one in seen:
        if one.about != about:
            out.say(f"{chr(10) if about else ''}{clean(one.about)}")
            about = one.about
        mark = {True: "✓", False: BROKEN_MARK, None: "·"}[one.ok]
        out.say(f"  {paint(mark, one.ok)} {clean(one.what)}")
        if one.todo:
            out.say(f"    → {clean(one.todo)}")
    wrong = sum(one.ok is False for one in seen)
    out.say(f"\n{paint('✓', True)} ready" if not wrong else f"\n{paint(BROKEN_MARK, False)} {wrong} to mend")
    out.data({"ok": not wrong, "seen": [{"about": s.about, "ok": s.ok, "what": s.what, "todo": s.todo} for s in seen]})
    return exits.FINDINGS if wrong else exits.OK


def _all(project: Project, prepare: bool) -> Iterator[Seen]:
    yield from _tried("policy.yaml and datamap.yaml", lambda: _files(project))
    yield from _tried("state and evidence", lambda: _state(project))
    try:
        stores = project.stores
    except WaarborgError as error:
        yield from _told("stores", error)
        return
    for name, store in stores.items():
        yield from _tried(f"store {name}", lambda name=name, store=store: _store(project, name, store, prepare))  # type: ignore[misc]


def _tried(about: str, look: Callable[[], Iterator[Seen]]) -> Iterator[Seen]:
    """What was seen; what stands in the way of looking is seen as well."""
    try:
        for one in look():
            yield Seen(about, one.ok, one.what, one.todo)
    except WaarborgError as error:
        yield from _told(about, error)


def _told(about: str, error: WaarborgError) -> Iterator[Seen]:
    for finding in error.findings:
        yield Seen(about, False, f"{finding.id} {finding.place} {finding.what}".replace("  ", " "), finding.todo)


def _files(project: Project) -> Iterator[Seen]:
    yield Seen("", True, f"policy {project.policy.id} {project.policy.version}")
    yield Seen("", True, f"{len(project.datamap.tables)} tables in {len(project.datamap.stores)} stores")


def _state(project: Project) -> Iterator[Seen]:
    for name in (KEY, STATE):
        path = project.hidden / name
        if path.exists():
            mode = stat.S_IMODE(path.stat().st_mode)
            good = not mode & 0o077
            yield Seen("", good, f"{name} has mode {mode:04o}", "" if good else f"chmod 600 {path}")
    with project.door.begin() as state:
        tip = state.log().tip()
        state.vault.signing_key(at=project.clock.now())
    yield Seen("", True, "the state can be written, the key opens the vault")
    late = project.clock.now() < datetime.fromisoformat(tip.at)
    yield Seen(
        "",
        not late,
        "the clock stands before the newest entry" if late else "the clock stands after the newest entry",
        "Set the clock right." if late else "",
    )
    from waarborg.cli.evidence import own

    report = own(project)
    yield Seen(
        "",
        report.ok,
        f"evidence: {report.entries} entries, {len(report.flaws)} flaws",
        "" if report.ok else "waarborg evidence verify",
    )


def _store(project: Project, name: str, store: Store, prepare: bool) -> Iterator[Seen]:
    schema = store.describe()
    yield Seen("", True, f"reached; {len(schema.tables)} tables can be seen")
    from waarborg.stores.sql import SqlStore

    if not isinstance(store, SqlStore):
        return
    from waarborg.cli.grants import needs
    from waarborg.stores.sql.privileges import Role, health, lacking

    for told in health(store):
        yield Seen("", told.ok, told.what, told.todo)
    if prepare and project.datamap.stores[name].marker:
        store.prepare_marker()
        yield Seen("", True, "the table of applied plans is there")
    wanted = needs(project, name)
    for role in (Role.PLAN, Role.APPLY):
        missing = lacking(store, wanted, role)
        if missing:
            shown = "; ".join(missing[:3]) + (f"; and {len(missing) - 3} more" if len(missing) > 3 else "")
            yield Seen("", False, f"not allowed to {role.value}: lacks {shown}", f"waarborg grants --role {role.value}")
        else:
            yield Seen("", True, f"allowed to {role.value}")
