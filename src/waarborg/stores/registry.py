"""Which connector opens which kind of store: found by the entry point group `waarborg.stores`, imported when needed.

A package adds a kind in its `pyproject.toml`:

    [project.entry-points."waarborg.stores"]
    helpdesk = "waarborg_helpdesk:HelpdeskStore"

The connector is a class with `from_decl(decl) -> Store`, and passes `waarborg.stores.compliance`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Protocol

from waarborg.datamap.model import StoreDecl
from waarborg.errors import Place, StoreError, near_miss
from waarborg.stores.contract import Store
from waarborg.stores.credentials import literals

GROUP = "waarborg.stores"

OWN: Mapping[str, str] = {
    "sql": "waarborg.stores.sql:SqlStore",
    "files": "waarborg.stores.files:FileStore",
    "memory": "waarborg.stores.memory:MemoryStore",
}
"""Our own kinds, so that a checkout that is not installed works too. The only place that names concrete connectors."""


class Connector(Protocol):
    """What an entry point names."""

    @classmethod
    def from_decl(cls, decl: StoreDecl) -> Store:
        """The store of a declaration. Resolves its address with `waarborg.stores.credentials`; connects lazily."""


def kinds() -> tuple[str, ...]:
    """Every kind of store that can be opened here, in order."""
    return tuple(sorted({*OWN, *(point.name for point in metadata.entry_points(group=GROUP))}))


def connector(kind: str, place: Place | None = None) -> type[Connector]:
    """The connector of a kind.

    Raises `StoreError`: WB301 an unknown kind, WB302 a connector that cannot be imported, WB303 one that is none.
    """
    points = {point.name: point for point in metadata.entry_points(group=GROUP)}
    if kind in points:
        point = points[kind]
    elif kind in OWN:
        point = metadata.EntryPoint(kind, OWN[kind], GROUP)
    else:
        known = kinds()
        todo = near_miss(kind, known) or f"Known here: {', '.join(known)}."
        what = f'There is no kind of store "{kind}".'
        raise StoreError.one("WB301", what, todo, "Or install the package that brings it.", place)
    try:
        found: type[Connector] = point.load()
    except Exception as problem:  # whatever a stranger's module raises while it is imported
        why = f"{type(problem).__name__}" + (f": {problem.name}" if isinstance(problem, ImportError) else "")
        what = f'The connector "{point.value}" of kind "{kind}" cannot be imported.'
        raise StoreError.one("WB302", what, why + ".", "Install what it needs.", place) from problem
    if not callable(getattr(found, "from_decl", None)):
        what = f'"{point.value}" is not a connector: it has no from_decl.'
        raise StoreError.one("WB303", what, "", "See waarborg.stores.registry.Connector.", place)
    return found


def open_store(decl: StoreDecl) -> Store:
    """Open the store that a data map declares. Raises `StoreError`; WB304 before anything is opened."""
    if findings := literals(decl):
        raise StoreError(findings)
    found = connector(decl.kind, decl.place).from_decl(decl)
    if not isinstance(found, Store):
        what = f'The connector of kind "{decl.kind}" gave something that is not a store.'
        raise StoreError.one("WB303", what, "", "See waarborg.stores.contract.Store.", decl.place)
    return found


def beside(decl: StoreDecl, folder: Path) -> StoreDecl:
    """The declaration with relative file names read from the project's folder, not from where the command runs."""
    if folder.resolve() == Path.cwd().resolve():
        return decl
    return replace(decl, url=_beside(decl.url, folder), read_url=_beside(decl.read_url, folder))


def _beside(url: str, folder: Path) -> str:
    found = re.fullmatch(r"(sqlite:///|file:)([^/:].*)", url)
    return f"{found[1]}{folder.resolve() / found[2]}" if found and found[2] != ":memory:" else url
