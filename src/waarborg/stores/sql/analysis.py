"""What can be known of a program before anything is asked: which sets refer to which, cycles, what is selective."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from waarborg.stores import refusals
from waarborg.stores.contract import (
    NONE,
    Both,
    Collides,
    Either,
    Given,
    In,
    Leads,
    Mentions,
    Not,
    Program,
    Rows,
    RowSet,
)


@dataclass(slots=True)
class Analysis:
    """A program with every selective `Leads` turned into a reference to a named set."""

    sets: dict[str, RowSet] = field(default_factory=dict)
    wants: dict[str, list[str]] = field(default_factory=dict)
    """Columns of a set that others compare with."""
    group: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """For a set that leads to itself: all sets of its cycle, itself included."""
    selective: dict[str, bool] = field(default_factory=dict)
    led: set[str] = field(default_factory=set)
    """Sets that others lead to."""

    def pinned(self, name: str) -> bool:
        """Whether the set is fetched once when it is read: something leads to it and it is small, or it is a cycle."""
        return name in self.group or (name in self.led and self.selective[name])


def analyse(program: Program) -> Analysis:
    """Look through a program. Raises `StoreError` WB312 for a set that is not there, WB315 for `Not` in a cycle."""
    made = Analysis({one.name: replace(one, rows=_without_itself(one.rows, one.name)) for one in program.sets})
    for one in program.sets:
        _sensible(made, one.rows, one.table)
    for name in made.sets:
        made.selective[name] = made.sets[name].once or _selective(made, made.sets[name].rows, {name})
    for name in list(made.sets):
        made.sets[name] = replace(made.sets[name], rows=_named(made, made.sets[name].rows))
    for name, one in made.sets.items():
        made.wants.setdefault(name, [])
        for part, _ in _walk(one.rows, False):
            if isinstance(part, Leads) and isinstance(part.rows, In):
                target = part.rows.set
                made.led.add(target)
                wanted = made.wants.setdefault(target, [])
                wanted += [column for column in part.to_columns if column not in wanted]
    _cycles(made)
    return made


def _sensible(made: Analysis, rows: Rows, table: str) -> None:
    """Refuse a set that is not there or is of another table, and columns that cannot be paired."""
    match rows:
        case In(name) | Collides(set=name):
            if name not in made.sets:
                raise refusals.unknown_set("", name, made.sets)
            if made.sets[name].table != table:
                raise refusals.malformed("", f'The set "{name}" is of another table than "{table}".')
        case Leads(columns, target, to_columns, inner):
            if len(columns) != len(to_columns) or not columns:
                raise refusals.malformed("", f'Columns of "{table}" and "{target}" cannot be paired.')
            _sensible(made, inner, target)
        case Not(inner):
            _sensible(made, inner, table)
        case Both(parts) | Either(parts):
            for part in parts:
                _sensible(made, part, table)


def _reference(part: Rows) -> str | None:
    return part.set if isinstance(part, In | Collides) else None


def _without_itself(rows: Rows, name: str) -> Rows:
    """The definition without "is in this very set" about the row itself: in a least fixpoint that adds nothing."""
    match rows:
        case In(set) if set == name:
            return NONE
        case Both(parts):
            return Both(tuple(_without_itself(part, name) for part in parts))
        case Either(parts):
            return Either(tuple(_without_itself(part, name) for part in parts))
    return rows


def _walk(rows: Rows, negative: bool) -> Iterator[tuple[Rows, bool]]:
    """Every part, with whether it stands under a `Not`."""
    yield rows, negative
    match rows:
        case Leads(rows=inner):
            yield from _walk(inner, negative)
        case Not(inner):
            yield from _walk(inner, True)
        case Both(parts) | Either(parts):
            for part in parts:
                yield from _walk(part, negative)


def _selective(made: Analysis, rows: Rows, seen: set[str]) -> bool:
    """Whether the seeds bound how many rows there can be."""
    match rows:
        case Given() | Mentions():
            return True
        case Leads(rows=inner):
            return _selective(made, inner, seen)
        case In(name) | Collides(set=name):
            return name in seen or made.sets[name].once or _selective(made, made.sets[name].rows, seen | {name})
        case Both(parts):
            return any(_selective(made, part, seen) for part in parts)
        case Either(parts):
            return all(_selective(made, part, seen) for part in parts)
    return False


def _named(made: Analysis, rows: Rows) -> Rows:
    """Give the rows that a selective `Leads` leads to a set of their own."""
    match rows:
        case Leads(rows=inner):
            inner = _named(made, inner)
            if not isinstance(inner, In) and _selective(made, inner, set()):
                name = f"§{len(made.sets)}"
                made.sets[name] = RowSet(name, rows.table, inner)
                made.selective[name] = True
                inner = In(name)
            return replace(rows, rows=inner)
        case Not(inner):
            return Not(_named(made, inner))
        case Both(parts):
            return Both(tuple(_named(made, part) for part in parts))
        case Either(parts):
            return Either(tuple(_named(made, part) for part in parts))
    return rows


def references(rows: Rows) -> set[str]:
    """Names of the sets a description mentions."""
    return {name for part, _ in _walk(rows, False) if (name := _reference(part)) is not None}


def _cycles(made: Analysis) -> None:
    """Find the cycles (strongly connected sets) and refuse a negative reference inside one."""
    edges = {name: references(one.rows) for name, one in made.sets.items()}
    reach: dict[str, set[str]] = {}
    for name in edges:
        seen: set[str] = set()
        stack = list(edges[name])
        while stack:
            other = stack.pop()
            if other not in seen:
                seen.add(other)
                stack.extend(edges[other])
        reach[name] = seen
    for name in edges:
        if name in reach[name]:
            made.group[name] = tuple(other for other in edges if other in reach[name] and name in reach[other])
            for part, negative in _walk(made.sets[name].rows, False):
                target = _reference(part)
                if target in made.group[name] and (negative or isinstance(part, Collides)):
                    raise refusals.negative_cycle("", made.group[name])


def linear(rows: Rows, group: tuple[str, ...]) -> bool:
    """Whether no conjunction has two references into the cycle: then only newly found rows can lead to new ones."""
    match rows:
        case Both(parts):
            touching = [part for part in parts if references(part) & set(group)]
            return len(touching) <= 1 and all(linear(part, group) for part in touching)
        case Either(parts):
            return all(linear(part, group) for part in parts)
        case Leads(rows=inner):
            return linear(inner, group)
    return True


def recursive_part(rows: Rows, group: tuple[str, ...]) -> Rows:
    """The alternatives that refer into the cycle: the others found all they can in the first round."""
    if isinstance(rows, Either):
        return Either(tuple(part for part in rows.parts if references(part) & set(group)))
    return rows
