"""`waarborg init`: the files to begin with. What exists is left as it is."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from waarborg.cli import exits
from waarborg.cli.output import Out
from waarborg.cli.project import DATAMAP, HIDDEN, KEY, POLICY, STATE, SignedDoor
from waarborg.cli.starter import datamap_text, policy_text
from waarborg.clock import SystemClock
from waarborg.datamap.model import SECRET, TECHNICAL, DataMap, StoreDecl
from waarborg.errors import UsageError

if TYPE_CHECKING:
    from waarborg.cli.scan import Look

STORE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


def run(arguments: Namespace, out: Out) -> int:
    """`waarborg init`."""
    folder = Path(getattr(arguments, "dir", "") or ".")
    folder.mkdir(parents=True, exist_ok=True)
    today = SystemClock().now().date()
    name = getattr(arguments, "name", "") or _service_name(folder)
    made: list[str] = []
    found: list[str] = []
    policy, datamap = folder / POLICY, folder / DATAMAP
    look = None if datamap.exists() else _look(arguments, out, folder)
    text = _map_of(look) if look else datamap_text(getattr(arguments, "store", "") or "app", next_year(today))
    items = items_of(look.proposed) if look else None
    for path, content in ((policy, policy_text(name, today, items)), (datamap, text)):
        (found if path.exists() else made).append(path.name)
        if not path.exists():
            path.write_text(content, encoding="utf-8")
    (made if prepare(folder, getattr(arguments, "key", "")) else found).append(f"{HIDDEN}/")
    for one in made:
        out.say(f"✓ {one} made")
    for one in found:
        out.say(f"· {one} was there; left as it is")
    if f"{HIDDEN}/" in made:
        out.say(f"\nThe key in {HIDDEN}/{KEY} opens everything that is sealed. Keep a copy where the state is not.")
    if look:
        _tell(look, str(arguments.url), folder, out)
    elif getattr(arguments, "url", "") and "datamap.yaml" in made:
        out.say("\nNo table of people was seen at that address: datamap.yaml holds an example to replace.")
    out.hint("Next: read policy.yaml and datamap.yaml top to bottom, then `waarborg check`.")
    out.data({"ok": True, "made": made, "left": found})
    return exits.OK


def _tell(look: Look, url: str, folder: Path, out: Out) -> None:
    """What was seen of the database, and the questions that only a person can answer."""
    found = look.findings
    people, others = ", ".join(one.table for one in found.subjects[:4]), len(found.subjects) - 4
    out.say(
        f"\n{found.tables} tables looked at in {look.seconds:.1f} s, and nothing changed in them. People: "
        f"{people or 'none found'}{f' and {others} more' if others > 0 else ''}. "
        f"{len(found.columns)} personal columns, {len(found.links)} links."
    )
    if look.decl.url != url:
        out.say(f"! The password in the address was not kept. Before the next command: export {look.decl.url[4:]}='…'")
    if found.refused:
        out.say(f"! {len(found.refused)} tables could not be read: `waarborg scan` names them, with the reason.")
    if found.questions:
        out.hint(
            f"{len(found.questions)} questions cannot be decided from outside; this asks them, most telling first:\n"
            f"  waarborg scan {look.decl.url} --ask -o {folder / DATAMAP}"
        )


def _map_of(look: Look) -> str:
    """The drafted map as `waarborg scan -o` writes it: behind each line how sure it is, and what could be decided."""
    from waarborg.cli.scan import LEGEND
    from waarborg.datamap.dump import dump
    from waarborg.scan.annotate import annotate

    text = annotate(dump(look.proposed), look.findings, look.schema)
    return text.replace("\n\n", f"\n{LEGEND}\n\n", 1)


def prepare(folder: Path, where: str = "") -> bool:
    """State, key and an opened evidence log, where they are not there yet. Returns whether anything was made."""
    from waarborg.state import create_key_file, load_master, open_state

    hidden = folder / HIDDEN
    if (hidden / STATE).exists():
        return False
    hidden.mkdir(mode=0o700, exist_ok=True)
    (hidden / ".gitignore").write_text("*\n")
    key = hidden / KEY
    master = load_master(where) if where else load_master(f"file:{key}") if key.exists() else create_key_file(key)
    clock = SystemClock()
    with open_state(hidden / STATE, master=master) as file, SignedDoor(file, clock).begin() as state:
        now = clock.now()
        state.log().open(at=now, key=state.vault.signing_key(at=now))
    return True


def _service_name(folder: Path) -> str:
    name = re.sub(r"[^a-z0-9_]+", "_", folder.resolve().name.lower()).strip("_")
    return name if re.fullmatch(r"[a-z][a-z0-9_]*", name) else "my_service"


def _look(arguments: Namespace, out: Out, folder: Path) -> Look | None:
    """A look at the database that `--url` names, or None: then the map begins with an example.

    A password in the address is used and forgotten, and the map says from which variable to take it.
    """
    url, store = getattr(arguments, "url", ""), getattr(arguments, "store", "") or "app"
    if not STORE_NAME.fullmatch(store):
        raise UsageError.one("WB605", "This is no name for a store.", "", "Use letters, digits, - and _.")
    if not url:
        return None
    from waarborg.cli.scan import look_at, rows_of
    from waarborg.stores.registry import beside

    given = StoreDecl(store, "sql", url)
    placed = beside(given, folder)
    with out.working("Looking at the database, a bounded number of rows of each table"):
        look = look_at(placed.url, store, rows_of(arguments))
    if placed.url != given.url:  # the map stands beside the file that it names
        proposed = replace(look.proposed, stores={store: given})
        look = replace(look, decl=given, proposed=proposed)
    return look if look.proposed.tables else None


def items_of(datamap: DataMap) -> Mapping[str, Iterable[str]]:
    """The categories and items that the columns of a map name."""
    items: dict[str, set[str]] = {}
    for table in datamap.tables.values():
        for column in table.columns.values():
            category, _, item = column.category.partition(".")
            if item and category not in (SECRET, TECHNICAL):
                items.setdefault(category, set()).add(item)
    return items


def next_year(today: date) -> date:
    """A year from today, for dates in the starter files."""
    return today.replace(year=today.year + 1, day=min(today.day, 28))
