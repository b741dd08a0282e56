"""`waarborg office jobs`: what died, and bringing it back."""

from __future__ import annotations

from argparse import Namespace

from waarborg.cli import exits
from waarborg.cli.output import Out
from waarborg.errors import UsageError
from waarborg.office.operate import start


def run(arguments: Namespace, out: Out) -> int:
    """`waarborg office jobs`. Exit code 1 while a job is dead."""
    start.begin(arguments)
    start.ready()
    from waarborg.office.jobs.models import Job
    from waarborg.office.jobs.queue import requeue

    dead = {str(one.pk): one for one in Job.objects.filter(state=Job.State.DEAD).order_by("pk")}
    asked = getattr(arguments, "requeue", None) or []
    names = list(dead) if "all" in asked else asked
    unknown = [name for name in names if name not in dead]
    if unknown:
        raise UsageError.one(
            "WB984", "There is no dead job with this number.", "", "See them with: waarborg office jobs"
        )
    for name in names:
        requeue(dead.pop(name))
    for name, one in dead.items():
        out.say(f"  {name:>8}  {one.name}  tried {one.attempts} times  {one.error}")
    running = Job.objects.filter(state__in=(Job.State.WAITING, Job.State.RUNNING)).count()
    out.say(f"{'✓ none dead' if not dead else f'{len(dead)} dead'}; {running} waiting or running")
    out.data({"ok": not dead, "dead": [{"job": n, "name": j.name, "error": j.error} for n, j in dead.items()],
              "waiting": running, "requeued": names})  # fmt: skip
    return exits.FINDINGS if dead else exits.OK
