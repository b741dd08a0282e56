"""`waarborg graph`: the data map as a picture."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from waarborg.cli import exits
from waarborg.cli.output import Out
from waarborg.cli.project import Project
from waarborg.errors import UsageError


def run(arguments: Namespace, out: Out) -> int:
    """`waarborg graph`. Writes over an earlier picture: it can always be drawn again."""
    from waarborg.datamap.draw import draw

    with Project.of(arguments) as project:
        picture = draw(project.datamap)
    where = getattr(arguments, "output", "")
    if not where or where == "-":
        print(picture)
        return exits.OK
    try:
        Path(where).write_text(picture, encoding="utf-8")
    except OSError as problem:
        raise UsageError.one("WB616", "The file cannot be made.", problem.strerror or "", "Check -o.") from None
    out.say(f"✓ {len(project.datamap.tables)} tables → {where}")
    out.data({"ok": True, "file": where, "tables": len(project.datamap.tables)})
    return exits.OK
