"""What `check` and `snapshot` look at: the stores themselves, or the committed snapshot of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from waarborg.cli.project import Project
from waarborg.errors import Finding, StoreError, WaarborgError
from waarborg.scan.snapshot import FILE, MAX_BYTES, Sight, load, sight
from waarborg.stores.contract import Schema, Store

ROWS = 60
"""Rows of each table that a check looks at: enough to tell an address from a status."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A store that only knows what a snapshot says of it: enough to hold a map against it, and to plan nothing."""

    name: str
    schema: Schema

    def describe(self) -> Schema:
        """The facts of the snapshot."""
        return self.schema

    def close(self) -> None:
        """Nothing to let go of."""

    def __getattr__(self, name: str) -> Any:
        raise StoreError.one("WB716", "A snapshot holds no rows.", "", "Look at the database itself for this.")


def paper(sights: Mapping[str, Sight]) -> dict[str, Store]:
    """The stores of a snapshot."""
    return {name: cast(Store, Paper(name, seen.schema)) for name, seen in sights.items()}


def look(project: Project, rows: int = ROWS) -> tuple[dict[str, Sight], list[Finding]]:
    """Every store that can be reached, and what was wrong with the others."""
    from waarborg.scan.looks import Looks
    from waarborg.scan.pipeline import scan
    from waarborg.scan.precision import too_fine
    from waarborg.scan.tested import dead_leads

    seen: dict[str, Sight] = {}
    wrong: list[Finding] = []
    try:
        stores = project.stores
    except WaarborgError as error:
        return {}, list(error.findings)
    for name, store in stores.items():
        try:
            schema = store.describe()
            looks = Looks(store, schema, rows)
            found = scan(store, rows, schema, looks)
            seen[name] = sight(found, schema, dead_leads(project.datamap, name, looks))
            if project._policy is not None:
                wrong += too_fine(project._policy, project.datamap, name, looks)
        except StoreError as error:
            wrong += error.findings
    return seen, wrong


def committed(project: Project, name: str = "") -> dict[str, Sight]:
    """The sights of a snapshot file; none when the usual one is not there. Raises `StoreError` WB715."""
    path = Path(name) if name else project.folder / FILE
    if not name and not path.exists():
        return {}
    try:
        if path.stat().st_size > MAX_BYTES:
            raise StoreError.one("WB715", "This snapshot is too large to be one.", "", "Make it again.")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        todo = "Make it with `waarborg snapshot`."
        raise StoreError.one("WB715", f'The snapshot "{path.name}" cannot be read.', "", todo) from None
    return load(text, path.name)
