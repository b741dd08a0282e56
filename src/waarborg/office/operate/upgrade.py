"""`waarborg office upgrade`: the database of an earlier release becomes one of this release, or stays as it was."""

from __future__ import annotations

from argparse import Namespace

from waarborg.cli import exits
from waarborg.cli.output import Out
from waarborg.office.operate import start


def run(arguments: Namespace, out: Out) -> int:
    """`waarborg office upgrade`. With `--check` exit code 1 when there is something to do."""
    home = start.begin(arguments)
    from django.core.management import call_command
    from django.db import connection

    waiting = [] if start.is_new() else start.behind()
    if getattr(arguments, "check", False):
        out.say("\n".join(["To do:", *(f"  {one}" for one in waiting)]) if waiting else "✓ nothing to do")
        out.data({"ok": not waiting, "waiting": waiting})
        return exits.FINDINGS if waiting else exits.OK
    kept = ""
    if waiting and connection.vendor == "sqlite":
        from waarborg.office.operate.keep import copy_sqlite

        copy = home / start.HIDDEN / f"office-before-{waiting[-1]}.db"
        copy_sqlite(copy)
        kept = copy.name
    call_command("migrate", verbosity=0)
    start.ready()
    out.say(f"✓ {len(waiting)} steps done" + (f"; the database as it was is in {start.HIDDEN}/{kept}" if kept else ""))
    out.data({"ok": True, "done": waiting, "kept": kept})
    return exits.OK
