"""The same person under a corrected identifier: in evidence, holds, limits, open requests and tombstones.

    known_as(state, person, ("email", old), ("email", new), at=…, but="<this request>")     # before anything changes
    known_no_more(state, ("email", old), at=…)                                              # once that was verified

Between the two both lead to the person, so that no moment exists in which a hold, an objection or an open request of
theirs is not found. Afterwards the old address is nobody's here: it may be given out to somebody else (attack 4).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from waarborg.plans.casework import reference
from waarborg.plans.model import Sealed
from waarborg.plans.sealing import read_sealed, sealed_bytes
from waarborg.state import State
from waarborg.state.known import Known, spelled
from waarborg.stores.contract import Key, Seeds
from waarborg.terms import SubjectRef


def known_as(state: State, person: SubjectRef, old: Known, new: Known, *, at: datetime, but: str = "") -> None:
    """From now on the new identifier leads to this person as the old one does. Safe to repeat."""
    for before in _references(state, person, old, at):
        after = SubjectRef({**before.identifiers, new[0]: new[1]}, before.table)
        state.people.also(reference(before), reference(after), at=at)
    state.holds.also_known(old, new, at=at)
    state.limits.also_known(old, new, at=at)
    for thing in state.whose.of([old], at=at):
        kind, _, id = thing.partition(":")
        state.whose.note(thing, [new], at=at)
        if kind == "tombstone":
            content = read_sealed(state.tombstones.open(id))
            state.tombstones.replace(id, sealed_bytes(renamed(content, old, new)), at=at)
        elif id != but:
            for plan, _ in state.plans.of(id):
                sealed = read_sealed(state.plans.attached(plan, "people"))
                state.plans.replace(plan, "people", sealed_bytes(renamed(sealed, old, new)), at=at)


def known_no_more(state: State, old: Known, *, at: datetime) -> None:
    """The old identifier leads to this person no more. Safe to repeat."""
    state.holds.no_longer_known(old, at=at)
    state.limits.no_longer_known(old, at=at)


def _references(state: State, person: SubjectRef, old: Known, at: datetime) -> Iterator[SubjectRef]:
    """The ways in which this person was named in evidence: as asked for now, and by the old identifier alone."""
    alone = SubjectRef({old[0]: old[1]})
    if state.people.has(reference(alone), at=at):
        yield alone
    yield person


def renamed(sealed: Sealed, old: Known, new: Known) -> Sealed:
    """The personal side of a plan with the corrected identifier. What was frozen stays: an old backup has it so."""
    people = tuple(
        replace(one, identifiers={**one.identifiers, old[0]: new[1]}) if _is(one.identifiers.get(old[0]), old) else one
        for one in sealed.people
    )
    seeds = {store: Seeds({name: _given(name, keys, old, new) for name, keys in by_name.items()})
             for store, by_name in sealed.seeds.items()}  # fmt: skip
    return replace(sealed, people=people, seeds=seeds)


def _given(name: str, keys: object, old: Known, new: Known) -> list[Key]:
    found: list[Key] = list(keys)  # type: ignore[call-overload]
    if not name.startswith("given:"):
        return found
    kinds = name.rpartition("+as+")[2].split("+")
    return [
        tuple(new[1] if kind == old[0] and _is(value, old) else value for kind, value in zip(kinds, key, strict=True))
        for key in found
    ]


def _is(value: object, old: Known) -> bool:
    return isinstance(value, str) and spelled(old[0], value) == spelled(*old)
