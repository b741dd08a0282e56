"""What the suite needs from who tries a connector (`Site`), and what a law is."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from waarborg.stores.contract import (
    Abilities,
    Applied,
    Budget,
    Change,
    Key,
    Program,
    RowSet,
    Seeds,
    Store,
    Table,
)
from waarborg.stores.contract import Rows as SetRows
from waarborg.stores.matching import form

Row = Mapping[str, object]
Dump = Mapping[str, Sequence[Row]]


class Site(ABC):
    """A place where a connector is tried: it can be filled, opened more than once, and read by other means.

    Write one for your connector, and the laws do the rest. The tables that are asked for use every family of values
    that `Abilities.writable_types` names, and names and texts that a careless connector stumbles over.
    """

    modules: tuple[str, ...] = ()
    """Names (or beginnings of names) of the modules that are the connector: where an abandoned change is cut off."""

    @abstractmethod
    def fill(self, tables: Sequence[Table], rows: Dump) -> None:
        """Empty the place, make these tables, put these rows in. Not through the connector."""

    @abstractmethod
    def open(self, budget: Budget | None = None) -> Store:
        """A new handle on the place, as another process would have it. The suite closes it."""

    @abstractmethod
    def dump(self) -> Dump:
        """Every row of every table that `fill` made, as someone else sees it. Not through the connector."""


class LawBroken(AssertionError):
    """A connector broke a law. `law` is its name."""

    def __init__(self, law: str, what: str) -> None:
        super().__init__(f"{law}: {what}")
        self.law = law


class Broken(Exception):
    """What a law says to its runner when it is broken."""


def demand(condition: object, what: str) -> None:
    """Break the law when the condition does not hold."""
    if not condition:
        raise Broken(what)


def always(abilities: Abilities) -> bool:
    """The law holds for every connector."""
    return True


@dataclass(frozen=True, slots=True)
class Law:
    """One law: its name, the sentence it stands for, and how it is tried."""

    name: str
    sentence: str
    trial: Callable[[Site], None]
    applies: Callable[[Abilities], bool] = always

    def __str__(self) -> str:
        return self.name

    def hold(self, site: Site) -> bool:
        """Try the law. False where the connector's abilities leave it out. Raises `LawBroken`."""
        try:
            site.fill((), {})
            with closing(site.open()) as store:
                if not self.applies(store.abilities):
                    return False
            self.trial(site)
        except Broken as broken:
            raise LawBroken(self.name, str(broken)) from None
        except Exception as problem:
            raise LawBroken(self.name, f"{type(problem).__name__} where none belongs: {problem}") from problem
        return True


# ------------------------------------------------------------------------------------------------ what trials share


def one(table: str, rows: SetRows) -> Program:
    """A program of one set, `found`."""
    return Program((RowSet("found", table, rows),))


def found(store: Store, program: Program, seeds: Seeds, columns: Sequence[str], name: str = "found") -> set[Key]:
    """The distinct tuples of a set."""
    with store.reading(program, seeds) as look:
        return set(look.values(name, columns))


def apply(site: Site, change: Change, seeds: Seeds) -> Applied:
    """Carry out a change on a handle of its own."""
    with closing(site.open()) as store:
        return store.apply(change, seeds)


def hashes(dump: Dump, without: Collection[tuple[str, str]] = ()) -> dict[str, Counter[str]]:
    """A hash of every row of every table, leaving out some (table, column)s. Equal hashes: nobody's row changed."""
    return {
        table: Counter(
            row_hash({name: cell for name, cell in row.items() if (table, name) not in without}) for row in rows
        )
        for table, rows in dump.items()
    }


def row_hash(row: Row) -> str:
    """The hash of one row, the same for every engine: values by their form, documents by their content."""
    cells = sorted((name, _plain(value)) for name, value in row.items())
    return hashlib.sha256(repr(cells).encode("utf-8", "surrogateescape")).hexdigest()


def _plain(value: object) -> str | None:
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True)
    text = form(value)
    if text is not None and text[:1] in "{[":
        try:
            return json.dumps(json.loads(text), sort_keys=True)
        except ValueError:
            return text
    return text


def differing(before: Dump, after: Dump) -> list[str]:
    """The tables in which rows differ."""
    first, second = hashes(before), hashes(after)
    return sorted(name for name in {*first, *second} if first.get(name) != second.get(name))


def must_be_same(before: Dump, after: Dump, when: str) -> None:
    """Break the law when any row differs."""
    changed = differing(before, after)
    demand(not changed, f"{when}, rows differ in {', '.join(changed)}.")
