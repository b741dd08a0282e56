"""Retention: what each rule would take, carrying it out, and the calendar of what goes when."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path

from waarborg.cli import exits
from waarborg.cli.output import Out
from waarborg.cli.project import Project
from waarborg.cli.show import Shower
from waarborg.cli.words import Words
from waarborg.clock import Period
from waarborg.errors import Finding, UsageError
from waarborg.plans.calendar import svg, text
from waarborg.plans.forecast import forecast
from waarborg.plans.retention import Back, Retention, Swept
from waarborg.plans.rules import today_of

MONTHS = 12
"""Months that a calendar shows when nobody says how many."""


def plan(arguments: Namespace, out: Out) -> int:
    """`waarborg retention plan`."""
    say = Words(out.lang)
    with Project.of(arguments) as project:
        found = []
        for made, waits in _retention(project, arguments).plans(_rules(arguments)):
            found.append({"rule": made.rule, "rows": made.rows, "id": made.id, "waits": _dict(waits)})
            if made.empty:
                out.say(f"· {made.rule}: {say('sweep_empty')}")
                continue
            out.draw(
                Shower(say, None, project.policy, project.datamap).plan(made, brief=getattr(arguments, "brief", False))
            )
            out.say(f"  {waits.what if waits else say('sweep_free')}\n")
        out.data({"ok": True, "plans": found})
    return exits.OK


def run(arguments: Namespace, out: Out) -> int:
    """`waarborg retention run`. Exit code 1 where a rule waits for a person or something is left."""
    say = Words(out.lang)
    with Project.of(arguments) as project:
        retention = _retention(project, arguments)
        backs = [] if _rules(arguments) else [_told_back(one, say, out) for one in retention.due()]
        swept = [_told(one, say, out) for one in retention.run(_rules(arguments))]
        waits = any(one.waits or one.left for one in swept) or any(one.waits for one in backs)
        out.data(
            {
                "ok": not waits,
                "rules": [{"rule": s.rule, "rows": s.rows, "left": s.left, "waits": _dict(s.waits)} for s in swept],
                "tombstones": [{"id": b.tombstone, "rows": b.rows, "waits": _dict(b.waits)} for b in backs],
            }
        )
    return exits.FINDINGS if waits else exits.OK


def show_forecast(arguments: Namespace, out: Out) -> int:
    """`waarborg retention forecast`."""
    with Project.of(arguments) as project:
        falls = forecast(_retention(project, arguments).sweeper(), project.clock.now())
        today = today_of(project.policy, project.clock.now())
        out.say(text(falls, today, _months(arguments)))
        lines = [
            {"rule": f.rule, "table": f.table, "columns": list(f.columns), "undated": f.undated,
             "months": {f"{month:%Y-%m}": rows for month, rows in f.months.items()}}
            for f in falls
        ]  # fmt: skip
        out.data({"ok": True, "falls": lines})
    return exits.OK


def calendar(arguments: Namespace, out: Out) -> int:
    """`waarborg retention calendar`."""
    with Project.of(arguments) as project:
        falls = forecast(_retention(project, arguments).sweeper(), project.clock.now())
        picture = svg(falls, today_of(project.policy, project.clock.now()), _months(arguments))
        file = getattr(arguments, "output", "") or ""
        if file:
            Path(file).write_text(picture, encoding="utf-8")
            out.say(f"✓ {file}")
        else:
            print(picture, end="")
        out.data({"ok": True, "file": file})
    return exits.OK


def _retention(project: Project, arguments: Namespace) -> Retention:
    return Retention(project.work, _terms(getattr(arguments, "terms", "")))


def _rules(arguments: Namespace) -> list[str]:
    return list(getattr(arguments, "rule", None) or [])


def _months(arguments: Namespace) -> int:
    given = getattr(arguments, "months", None) or str(MONTHS)
    if not given.isdigit() or not 1 <= int(given) <= 120:
        raise UsageError.one("WB650", "This is not a number of months.", "", "Give a whole number from 1 to 120.")
    return int(given)


def _terms(file: str) -> Mapping[str, Mapping[str | int, Period]]:
    """The terms that organisations set: rule, organisation, period (`content: {7: 6 months}`)."""
    if not file:
        return {}
    from ruamel.yaml import YAML

    found = YAML(typ="safe").load(Path(file)) or {}
    if not isinstance(found, dict) or not all(isinstance(one, dict) for one in found.values()):
        raise UsageError.one(
            "WB651", "These are no terms of organisations.", "", "Write: rule: {organisation: 6 months}."
        )
    return {rule: {key: Period.parse(str(term)) for key, term in one.items()} for rule, one in found.items()}


def _told(one: Swept, say: Words, out: Out) -> Swept:
    if one.waits:
        out.say(f"✗ {one.rule}: {one.waits.what} {one.waits.todo} ({one.waits.id})")
    elif one.rows or one.left:
        left = f", {say('sweep_left', rows=say.rows(one.left))}" if one.left else ""
        out.say(f"{'✗' if one.left else '✓'} {one.rule}: {say('sweep_done', rows=say.rows(one.rows))}{left}")
    else:
        out.say(f"· {one.rule}: {say('sweep_empty')}")
    return one


def _told_back(one: Back, say: Words, out: Out) -> Back:
    if one.waits:
        out.say(f"✗ {one.waits.what} {one.waits.todo} ({one.waits.id})")
    else:
        until = say("comes_back", day=say.day(one.until)) if one.until else say("sweep_nothing_kept")
        out.say(f"✓ {say('sweep_back', rows=say.rows(one.rows))} {until}")
    return one


def _dict(finding: Finding | None) -> dict[str, object] | None:
    return finding.as_dict() if finding else None
