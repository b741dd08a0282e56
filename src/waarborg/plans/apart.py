"""The copy of what is set apart: made by a witness before the rows go, read back as what has to be put back.

    witness = Copying(door, clock, request, "app")     # handed to the store with the change
    copy = read_copy(state, request, ["app", "crm"])   # by store and table: rows that went, columns that were emptied

A copy is an *attempt* until the store is known to have committed (`waarborg.state.apart`). A witness that sees rows of
an earlier attempt again, exactly as they were, knows that those never went, and replaces it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from waarborg.clock import Clock
from waarborg.datamap.model import SECRET, TECHNICAL
from waarborg.plans.access import Section
from waarborg.plans.casework import StateDoor
from waarborg.plans.resolve import World
from waarborg.plans.sealing import packed, unpacked
from waarborg.state import State
from waarborg.stores.contract import Image, Key
from waarborg.stores.matching import key_line


@dataclass(slots=True)
class Copying:
    """A witness that seals what it sees, in a transaction of the state that commits before the store's."""

    door: StateDoor
    clock: Clock
    request: str
    store: str
    _images: list[Image] = field(default_factory=list, repr=False)

    def begin(self) -> None:
        """What was seen in a transaction that was refused counts no more."""
        self._images.clear()

    def see(self, image: Image) -> None:
        """Remember a block of rows."""
        if image.rows:
            self._images.append(image)

    def keep(self) -> None:
        """Seal all of it. An earlier attempt whose rows are seen again never went, and is replaced."""
        if not self._images:
            return
        seen = {_line(image, row) for image in self._images if not image.after for row in image.rows}
        with self.door.begin() as state:
            apart, now = state.apart, self.clock.now()
            for number, settled in apart.attempts(self.request, self.store):
                if not settled and _again(map(unpacked, apart.attempt(self.request, self.store, number)), seen):
                    apart.drop(self.request, self.store, number)
            apart.settle(self.request, self.store, at=now)  # what is left went in a transaction nobody heard of
            apart.put(self.request, self.store, [packed(image) for image in self._images], at=now)


def _again(images: Iterable[Image], seen: set[str]) -> bool:
    return any(_line(image, row) in seen for image in images if not image.after for row in image.rows)


def _line(image: Image, row: Key) -> str:
    """A row as it is told from others: its table, and every cell in the form in which it is sealed."""
    return packed(replace(image, step="", rows=[row])).hex()


# ------------------------------------------------------------------------------------------------ reading it back


@dataclass(slots=True)
class Emptied:
    """Columns of one row that were emptied: what was in them, and what they were left with."""

    key: Key = field(repr=False)
    before: dict[str, object] = field(repr=False)
    after: dict[str, object] = field(repr=False)


@dataclass(slots=True)
class TableCopy:
    """What is set apart of one table."""

    table: str
    columns: tuple[str, ...] = ()
    rows: list[Key] = field(default_factory=list, repr=False)
    """Rows that went."""
    emptied: list[Emptied] = field(default_factory=list, repr=False)
    """Rows that stayed without their personal columns."""


Copy = Mapping[str, Mapping[str, TableCopy]]
"""By store, by table."""


def read_copy(
    state: State, request: str, keys: Mapping[str, Mapping[str, tuple[str, ...]]]
) -> dict[str, dict[str, TableCopy]]:
    """Everything that counts. `keys` gives the key of each table by store, as the schema says now."""
    return {
        store: _gathered((unpacked(block) for block in state.apart.blocks(request, store)), tables)
        for store, tables in keys.items()
    }


def _gathered(images: Iterator[Image], keys: Mapping[str, tuple[str, ...]]) -> dict[str, TableCopy]:
    found: dict[str, TableCopy] = {}
    gone: dict[str, dict[str, Key]] = {}
    emptied: dict[str, dict[str, Emptied]] = {}
    for image, became in _paired(list(images)):
        table = found.setdefault(image.table, TableCopy(image.table, image.columns))
        table.columns = image.columns
        key = keys.get(image.table, ())
        for number, row in enumerate(image.rows):
            name = key_line([row[image.columns.index(one)] for one in key]) if key else f"row {len(gone)} {id(row)}"
            if became is None:
                gone.setdefault(image.table, {})[name] = row
            else:
                one = _emptied(image, key, row, became.rows[number])
                first = emptied.setdefault(image.table, {}).get(name)
                emptied[image.table][name] = _both(first, one) if first else one
    for name, table in found.items():
        rows, cells = gone.get(name, {}), emptied.get(name, {})
        table.rows = [_filled(table.columns, row, cells.pop(line, None)) for line, row in rows.items()]
        table.emptied = [one for one in cells.values() if one.before]
    return found


def _paired(images: Sequence[Image]) -> Iterator[tuple[Image, Image | None]]:
    """Images of rows that went, alone; images of rows that were updated with what became of them, in the same order."""
    after: dict[tuple[str, str], list[Key]] = {}
    for image in images:
        if image.after:
            after.setdefault((image.step, image.table), []).extend(image.rows)
    for image in images:
        if image.after:
            continue
        became = after.get((image.step, image.table))
        if became is None:
            yield image, None
            continue
        yield image, replace(image, rows=became[: len(image.rows)], after=True)
        del became[: len(image.rows)]


def _emptied(image: Image, key: Sequence[str], before: Key, after: Key) -> Emptied:
    pairs = list(zip(image.columns, before, after, strict=True))
    changed = {name: (was, became) for name, was, became in pairs if was != became or type(was) is not type(became)}
    return Emptied(
        tuple(after[image.columns.index(name)] for name in key),
        {name: was for name, (was, _) in changed.items()},
        {name: became for name, (_, became) in changed.items()},
    )


def _both(first: Emptied, second: Emptied) -> Emptied:
    """A row that was emptied twice: what it held at first, and what it was left with at last."""
    return Emptied(second.key, {**second.before, **first.before}, {**first.after, **second.after})


def _filled(columns: Sequence[str], row: Key, emptied: Emptied | None) -> Key:
    """A row that was emptied before it went comes back as it was at first."""
    if emptied is None:
        return row
    return tuple(emptied.before.get(name, cell) for name, cell in zip(columns, row, strict=True))


def sections(world: World, copy: Copy) -> list[tuple[Section, list[list[Key]]]]:
    """What is set apart, as an answer shows it: no secret, and of columns about others only that they are there."""
    found: list[tuple[Section, list[list[Key]]]] = []
    for store, tables in copy.items():
        for local, one in tables.items():
            mapped = world.by_local(store, local)
            if mapped is None:
                continue
            about = {name for arm in mapped.arms for name in arm.link.about}
            personal = [name for name, decl in mapped.decl.columns.items() if decl.category not in (SECRET, TECHNICAL)]
            withheld = tuple(name for name in personal if name in about)
            for columns, rows in _shown(one, [name for name in personal if name not in about]):
                found.append((Section(mapped.name, "", "theirs", columns, withheld), [rows]))
    return found


def _shown(copy: TableCopy, personal: Sequence[str]) -> Iterator[tuple[tuple[str, ...], list[Key]]]:
    """Rows that went, and rows of which columns were emptied, each with those of these columns that they have."""
    columns = tuple(name for name in personal if name in copy.columns)
    if copy.rows and columns:
        places = [copy.columns.index(name) for name in columns]
        yield columns, [tuple(row[place] for place in places) for row in copy.rows]
    for one in copy.emptied:
        columns = tuple(name for name in personal if name in one.before)
        if columns:
            yield columns, [tuple(one.before[name] for name in columns)]
