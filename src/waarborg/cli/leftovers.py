"""`waarborg leftovers`, and the line that `waarborg verify` ends with: what a search of every column found."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Mapping
from time import monotonic
from typing import TYPE_CHECKING

from waarborg.cli import exits
from waarborg.cli.output import Out
from waarborg.cli.project import Project
from waarborg.cli.words import Words
from waarborg.plans.leftovers import Found, Leftovers, Standing

if TYPE_CHECKING:
    from rich.console import RenderableType

EVERY = 5.0
"""Seconds between two lines of progress."""
SHOWN = 12
"""Places that are listed; all of them are in the JSON."""
MARKS: Mapping[Standing, str] = {
    Standing.UNEXPLAINED: "✗",
    Standing.AMBIGUOUS: "?",
    Standing.IGNORED: "·",
    Standing.EXPLAINED: "=",
}


def run(arguments: Namespace, out: Out) -> int:
    """`waarborg leftovers`. Exit code 1 where something is unexplained."""
    say = Words(out.lang)
    with Project.of(arguments) as project:
        case = project.work.case(arguments.plan)
        found = project.work.leftovers(case.plan.digest, searching(out, say))
        out.draw(drawn(found, say))
        out.data({"ok": found.clean, "plan": case.plan.digest, **data(found)})
    return exits.OK if found.clean else exits.FINDINGS


def searching(out: Out, say: Words) -> Callable[[str, int, int], None]:
    """Tells who waits which table is being searched: on standard error, now and then, for large stores."""
    told = [monotonic()]

    def progress(table: str, done: int, all_: int) -> None:
        if out.json or out.quiet or not sys.stderr.isatty() or monotonic() - told[0] < EVERY:
            return
        told[0] = monotonic()
        print(say("searching", table=table, n=done + 1, all=all_), file=sys.stderr)

    return progress


def sentence(found: Leftovers, say: Words) -> str:
    """The last line of a verification, in the language."""
    if not found.searched:
        return say("leftovers_none")
    return say("leftovers", u=found.unexplained, e=found.explained, a=found.ambiguous, i=found.ignored)


def drawn(found: Leftovers, say: Words) -> RenderableType:
    """The sentence, and the places with their reasons: the unexplained first."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    mark, style = ("✓", "green") if found.clean else ("✗", "red")
    parts: list[RenderableType] = [Text(f"{mark} {sentence(found, say)}", style)]
    parts.append(Text(f"  {say('leftovers_looked', words=found.searched, columns=found.columns)}", "dim"))
    if found.left_out:
        parts.append(Text(f"  {say('leftovers_short', n=found.left_out)}", "dim"))
    parts += [Text(f"  {say('leftovers_unseen', what=what)}") for what in found.not_visible]
    grid = Table.grid(padding=(0, 2, 0, 0))
    for one in found.places[:SHOWN]:
        grid.add_row(MARKS[one.standing], Text(one.place), str(one.hits), Text(_reason(one)))
    if found.places:
        parts.append(Padding(grid, (0, 0, 0, 2)))
    if len(found.places) > SHOWN:
        parts.append(Text(f"  {say('leftovers_more', n=len(found.places) - SHOWN)}", "dim"))
    return Group(*parts)


def _reason(one: Found) -> str:
    return f"{one.reason} ({one.encoding})" if one.encoding else one.reason


def data(found: Leftovers) -> Mapping[str, object]:
    """What was found as JSON: names, counts and digests."""
    from waarborg.canonical import plain

    return {
        "leftovers": {
            "sentence": found.sentence,
            **{one.value: found.count(one) for one in Standing},
            "searched": found.searched,
            "left_out": found.left_out,
            "columns": found.columns,
            "stores": list(found.stores),
            "not_visible": list(found.not_visible),
            "places": plain(found.places),
        }
    }
