"""`waarborg init`: the files to begin with. What exists is left as it is."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from waarborg.cli import exits
from waarborg.cli.output import Out
from waarborg.cli.project import DATAMAP, HIDDEN, KEY, POLICY, STATE, SignedDoor
from waarborg.cli.starter import datamap_text, policy_text
from waarborg.clock import SystemClock
from waarborg.datamap.model import SECRET, TECHNICAL, DataMap, StoreDecl
from waarborg.errors import UsageError

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
    text, items = ("", None) if datamap.exists() else _datamap(arguments, out, folder, today)
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
    out.hint("Next: read policy.yaml and datamap.yaml top to bottom, then `waarborg check`.")
    out.data({"ok": True, "made": made, "left": found})
    return exits.OK


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


def _datamap(
    arguments: Namespace, out: Out, folder: Path, today: date
) -> tuple[str, Mapping[str, Iterable[str]] | None]:
    """A first data map and the data it speaks of: from a look at the database, or an empty one with an example."""
    url, store = getattr(arguments, "url", ""), getattr(arguments, "store", "") or "app"
    if not STORE_NAME.fullmatch(store):
        raise UsageError.one("WB605", "This is no name for a store.", "", "Use letters, digits, - and _.")
    if not url:
        return datamap_text(store, next_year(today)), None
    from waarborg.datamap.dump import dump
    from waarborg.scan.draft import draft
    from waarborg.scan.pipeline import scan
    from waarborg.stores.registry import beside, open_store

    decl = StoreDecl(store, "sql", url)
    opened = open_store(beside(decl, folder))
    try:
        with out.working("Looking at the database"):
            found = draft(scan(opened), opened.describe(), decl)
    finally:
        opened.close()
    if not found.tables:
        return datamap_text(store, next_year(today)), None
    return dump(found), items_of(found)


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
