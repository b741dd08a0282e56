"""What lies beside the database: the web server's log (rotated, the oldest packed), the application's log, uploads.

Lines come in the order of time, so that they can be written one by one however many there are.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from ..making.people import ip
from . import billing
from .world import TODAY, World

DAYS = 60
PAGES = ("/", "/facturen", "/facturen/nieuw", "/relaties", "/help/peppol", "/instellingen")
AGENTS = ("Mozilla/5.0 (X11; Linux x86_64) Firefox/132.0", "Mozilla/5.0 (Windows NT 10.0) Chrome/130.0")
EVENTS = ("invoice.sent", "invoice.opened", "login", "relation.changed", "peppol.refused")
MOST_UPLOADS = 2_000
PDF = b"%PDF-1.4\n% bijlage\n%%EOF\n"


def write(world: World, folder: Path) -> int:
    """Write `logs` and `uploads` into a folder; gives the number of lines and files."""
    lines = folder / "logs"
    lines.mkdir(parents=True, exist_ok=True)
    return web_log(world, lines) + application_log(world, lines) + uploads(world, folder / "uploads")


def web_log(world: World, folder: Path) -> int:
    """Combined format in three parts: `access.log`, `access.log.1`, `access.log.2.gz`. Much of it is nobody's."""
    lines = max(30, world.people * 3)
    with ExitStack() as stack:
        parts = [
            _packed(stack, folder / "access.log.2.gz"),
            stack.enter_context((folder / "access.log.1").open("wb")),
            stack.enter_context((folder / "access.log").open("wb")),
        ]
        for number, at in _moments(lines):
            dice = world.dice("web", number)
            who = world.person(dice.number(1, world.people))
            user = who.email if who.kind == "user" and who.email and dice.chance(0.9) else "-"
            stamp = at.strftime("%d/%b/%Y:%H:%M:%S +0100")
            page, agent, size = dice.pick(PAGES), dice.pick(AGENTS), dice.number(300, 40_000)
            line = f'{ip(dice)} - {user} [{stamp}] "GET {page} HTTP/1.1" 200 {size} "-" "{agent}"\n'
            parts[number * 3 // lines].write(line.encode())
    return lines


def _packed(stack: ExitStack, path: Path) -> IO[bytes]:
    """A gzip file without a moment of its own in it: the same lines are the same bytes."""
    raw = stack.enter_context(path.open("wb"))
    return stack.enter_context(gzip.GzipFile("", "wb", mtime=0, fileobj=raw))


def application_log(world: World, folder: Path) -> int:
    """One JSON object a line: what happened, and to whom."""
    lines = max(20, world.people)
    with (folder / "app.jsonl").open("w", encoding="utf-8") as file:
        for number, at in _moments(lines):
            dice = world.dice("app", number)
            who = world.person(dice.number(1, world.people))
            user = {"id": who.id, "email": who.email}
            line = {"at": at.isoformat(), "level": "info", "event": dice.pick(EVENTS), "user": user, "ip": ip(dice)}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return lines


def _moments(lines: int) -> Iterator[tuple[int, datetime]]:
    """So many moments over the last days, the oldest first."""
    step = timedelta(days=DAYS) / lines
    return ((number, (TODAY - timedelta(days=DAYS) + step * number).replace(microsecond=0)) for number in range(lines))


def uploads(world: World, folder: Path) -> int:
    """`uploads/{person}/{file}`: what people attached to invoices and relations."""
    files = 0
    for _, _, _, person, name, *_ in billing.attachments(world):
        if person is None or files >= MOST_UPLOADS:
            continue
        place = folder / str(person)
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(PDF)
        files += 1
    return files
