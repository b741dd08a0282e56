"""The leftover scan: after an erasure every text-like and binary cell of every store is searched for those people.

    found = scan(world, plan, sealed, blueprints, stores, today=day)
    found.unexplained          # 0, or something was forgotten
    found.sentence             # leftovers: 0 unexplained (3 explained, 1 ambiguous, 0 ignored)

Every table of every store is read once, mapped or not, however many people there are. A cell in which one of their
frozen identifiers still stands is

    explained     row *and* column are among what the plan keeps: the kept sets are evaluated, row by row
    ignored       a person with a name decided that table or column stays out, until a day that has not passed
    ambiguous     somebody else, who is still there, has the same identifier: a name is shared
    unexplained   anything else

What comes out holds counts, names of tables and columns, and keyed digests of row keys: no word and no value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from secrets import token_bytes

from waarborg.canonical import keyed_digest
from waarborg.datamap.model import DataMap, Ignored
from waarborg.plans.drafts import Blueprint
from waarborg.plans.identifiers import FrozenWords, frozen_words
from waarborg.plans.kept import KeptRows
from waarborg.plans.model import Plan, Sealed
from waarborg.plans.namesakes import namesakes
from waarborg.plans.resolve import World
from waarborg.stores.contract import Family, Hit, Key, Seeds, Store, Table
from waarborg.stores.matching import key_line

SEARCHED = frozenset({Family.TEXT, Family.JSON, Family.BINARY, Family.NETWORK, Family.ARRAY, Family.OTHER, Family.UUID})
"""Families of columns in which a word can stand."""
ROWS_NAMED = 20
"""The most rows of one place whose digests are given."""

Progress = Callable[[str, int, int], None]
"""Told before each table: its name, how many were searched, how many there are."""


class Standing(StrEnum):
    """Why something is still there."""

    UNEXPLAINED = "unexplained"
    AMBIGUOUS = "ambiguous"
    IGNORED = "ignored"
    EXPLAINED = "explained"


@dataclass(frozen=True, slots=True)
class Found:
    """A place where identifiers of these people still stand. No word and no value is in it."""

    table: str
    """Qualified with the store."""
    column: str
    standing: Standing
    reason: str
    """Why it may be there, or why nothing explains it."""
    hits: int
    encoding: str = ""
    """How the cells were read: empty, `base64`, `gzip`, `base64+gzip`, …"""
    rows: tuple[str, ...] = ()
    """Keyed digests of the keys of at most `ROWS_NAMED` rows: the same row has the same digest in every place."""

    @property
    def place(self) -> str:
        """`store.table.column`."""
        return f"{self.table}.{self.column}"


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What a leftover scan found. Counts are cells: one word in one cell is one hit."""

    plan: str
    people: int
    searched: int
    """How many identifiers were looked for."""
    left_out: int
    """How many identifiers are too short or too common to be looked for."""
    columns: int
    stores: tuple[str, ...]
    places: tuple[Found, ...] = ()
    """The unexplained first."""
    not_visible: tuple[str, ...] = ()
    """What the accounts cannot see and so nobody searched."""

    def count(self, standing: Standing) -> int:
        """How many hits stand so."""
        return sum(one.hits for one in self.places if one.standing is standing)

    @property
    def unexplained(self) -> int:
        """Hits that nothing explains."""
        return self.count(Standing.UNEXPLAINED)

    @property
    def ambiguous(self) -> int:
        """Hits that fit somebody else too."""
        return self.count(Standing.AMBIGUOUS)

    @property
    def ignored(self) -> int:
        """Hits where a person decided not to look."""
        return self.count(Standing.IGNORED)

    @property
    def explained(self) -> int:
        """Hits in rows and columns that the plan keeps."""
        return self.count(Standing.EXPLAINED)

    @property
    def clean(self) -> bool:
        """Whether everything that was found is accounted for."""
        return self.unexplained == 0

    @property
    def sentence(self) -> str:
        """The last line of a verification."""
        if not self.searched:
            return "leftovers: not searched, every identifier is too short or too common"
        return (
            f"leftovers: {self.unexplained} unexplained ({self.explained} explained, {self.ambiguous} ambiguous, "
            f"{self.ignored} ignored)"
        )


@dataclass(slots=True)
class _Cell:
    """One word in one cell, while it is being classified."""

    store: str
    table: Table
    name: str
    hit: Hit
    word: int


@dataclass(slots=True)
class _Place:
    hits: int = 0
    rows: dict[str, None] = field(default_factory=dict)


def scan(
    world: World,
    plan: Plan,
    sealed: Sealed,
    blueprints: Mapping[str, Blueprint],
    seeds: Mapping[str, Seeds],
    stores: Mapping[str, Store],
    today: date,
    *,
    country: str = "NL",
    secret: bytes = b"",
    progress: Progress | None = None,
) -> Leftovers:
    """Search every store for the frozen identifiers of a plan's people and say of each hit why it is there.

    `blueprints` and `seeds` are those of planning again (verification), `secret` keys the digests of rows. Reads only.
    Raises `StoreError` where a store cannot be reached: what was not searched is not clean.
    """
    words = frozen_words(world, sealed, country)
    tables = [(name, table) for name in stores for table in world.schemas[name].tables.values() if table.searched]
    open_cells: list[_Cell] = []
    places: dict[tuple[str, str, Standing, str, str], _Place] = {}
    key = secret or token_bytes(32)
    for number, (store, table) in enumerate(tables if words.needles else ()):
        if progress:
            progress(f"{store}.{table.name}", number, len(tables))
        cells = list(_cells(world, store, table, stores[store], words))
        if not cells:
            continue
        kept = KeptRows(world, plan, sealed, blueprints[store], stores[store], seeds[store])
        kept.look(table, [cell.hit for cell in cells], words)
        for cell in cells:
            if reason := kept.why(cell.hit, cell.word):
                _put(places, cell, Standing.EXPLAINED, reason, key)
            elif one := _ignored(world.datamap, store, table, cell.hit.column, today):
                _put(places, cell, Standing.IGNORED, f"{one.reason} ({one.owner}, until {one.until})", key)
            else:
                open_cells.append(cell)
    shared = namesakes(world, blueprints, stores, seeds, words, {cell.word for cell in open_cells})
    for cell in open_cells:
        if cell.word in shared:
            _put(places, cell, Standing.AMBIGUOUS, f"somebody else has this {shared[cell.word]}", key)
        else:
            _put(places, cell, Standing.UNEXPLAINED, _nothing(world, cell, today), key)
    return Leftovers(
        plan.digest,
        plan.people,
        len(words.words),
        words.left_out,
        sum(one.family in SEARCHED for _, table in tables for one in table.columns) if words.needles else 0,
        tuple(stores),
        tuple(_in_order(places)),
        tuple(f"{name}: {what}" for name in stores for what in world.schemas[name].not_visible),
    )


def _cells(world: World, store: str, table: Table, where: Store, words: FrozenWords) -> Iterator[_Cell]:
    """The hits of one table, each word once for each cell."""
    mapped = world.by_local(store, table.name)
    name = mapped.name if mapped else f"{store}.{table.name}"
    seen: set[tuple[Key, str, int]] = set()
    for hit in where.search(words.needles, [table.name]):
        word = words.of[hit.needle]
        mark = (tuple(map(str, hit.key)), hit.column, word)
        if table.key and mark in seen:
            continue
        seen.add(mark)
        yield _Cell(store, table, name, hit, word)


def _put(places: dict[tuple[str, str, Standing, str, str], _Place], cell: _Cell, standing: Standing, reason: str,
         secret: bytes) -> None:  # fmt: skip
    hit = cell.hit
    place = places.setdefault((cell.name, hit.column, standing, reason, hit.encoding), _Place())
    place.hits += 1
    if len(place.rows) < ROWS_NAMED and hit.key:
        place.rows[keyed_digest(secret, [cell.name, key_line(hit.key)])[:16]] = None


def _in_order(places: Mapping[tuple[str, str, Standing, str, str], _Place]) -> Iterable[Found]:
    order = list(Standing)
    for name, column, standing, reason, encoding in sorted(places, key=lambda one: (order.index(one[2]), one)):
        place = places[name, column, standing, reason, encoding]
        yield Found(name, column, standing, reason, place.hits, encoding, tuple(sorted(place.rows)))


def _ignores(datamap: DataMap, store: str, table: Table, column: str) -> Iterator[Ignored]:
    names = {f"{store}.{table.name}", f"{store}.{table.schema}.{table.name}"}
    names |= {f"{name}.{column}" for name in names}
    return (one for one in datamap.ignored if one.name in names)


def _ignored(datamap: DataMap, store: str, table: Table, column: str, today: date) -> Ignored | None:
    """The decision that leaves this column out today, made by somebody."""
    for one in _ignores(datamap, store, table, column):
        if one.owner and one.until >= today:
            return one
    return None


def _nothing(world: World, cell: _Cell, today: date) -> str:
    """Why nothing explains a hit: what to look at first."""
    ended = next(_ignores(world.datamap, cell.store, cell.table, cell.hit.column), None)
    if ended is not None:
        return (
            f"the decision to ignore it ended on {ended.until}"
            if ended.owner
            else "nobody owns the decision to ignore it"
        )
    mapped = world.by_local(cell.store, cell.table.name)
    if cell.table.stored:
        return "a stored view holds what its tables held: refresh it"
    if cell.table.history:
        return "the table keeps old versions of its rows: delete the history"
    if mapped is None:
        return "the table is not in the data map"
    if cell.hit.column not in mapped.decl.columns:
        return "the column is not in the data map"
    if not cell.table.key:
        return "no key tells whether the plan keeps this row"
    return "the plan keeps neither this row nor this column"
