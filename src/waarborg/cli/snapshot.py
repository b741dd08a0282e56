"""`waarborg snapshot`: what the databases look like, in a file to commit."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from waarborg.cli import exits
from waarborg.cli.findings import tell
from waarborg.cli.output import Out
from waarborg.cli.project import Project
from waarborg.cli.scan import save
from waarborg.cli.sights import look
from waarborg.errors import Finding, Place, StoreError
from waarborg.scan.snapshot import FILE, dump


def run(arguments: Namespace, out: Out) -> int:
    """`waarborg snapshot`. With `--check`, exit code 1 when the committed one is not what is there."""
    with Project.of(arguments) as project:
        path = Path(getattr(arguments, "output", "") or project.folder / FILE)
        with out.working("Looking at the databases"):
            seen, wrong = look(project)
        if wrong:
            raise StoreError(wrong)
        text = dump(seen)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    same = before == text
    if getattr(arguments, "check", False):
        if not same:
            todo = "Run `waarborg snapshot`, read what changed, and commit it."
            differs = Finding("WB717", Place(path.name), "The databases are not what the snapshot says.", "", todo)
            out.say(tell([differs], colour=out.console.is_terminal))
            out.data({"ok": False, "file": str(path), "findings": [differs.as_dict()]})
            return exits.FINDINGS
    elif not same:
        save(path, text)
    tables = sum(len(one.schema.tables) for one in seen.values())
    done = "says what is there" if same else "written"
    out.say(f"✓ {path.name} {done}: {tables} tables, no value and no row count in it")
    out.data({"ok": True, "file": str(path), "changed": not same, "tables": tables})
    return exits.OK
