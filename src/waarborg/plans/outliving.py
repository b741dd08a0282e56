"""What outlives a request: its tombstone, from the moment rows are gone until nothing is kept and no copy is left.

    remember(work, state, log, case, now)           # rows are gone: from here a copy from before could bring them back
    settle(work, state, log, case, verdict, now)    # verified: what is kept until when, or nothing, and the copies
    move_on(work, state, log, stone, …)             # its day is over: the next day on which it is looked at, or its end

A tombstone is *keeping* while a law keeps a part, and *waiting* while only copies are left. It ends by itself, and
takes the keys with it under which the evidence names its people.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from waarborg.evidence.log import Log
from waarborg.plans.model import Kept, Verdict
from waarborg.plans.rules import today_of
from waarborg.plans.sealing import read_sealed
from waarborg.plans.tombstones import Marker, Stone, backups_end, engrave, joined, read_stone, stone_bytes
from waarborg.state import State, Tombstone

if TYPE_CHECKING:
    from waarborg.plans.casework import Case, Casework

SECRET = "tombstones"  # noqa: S105 - the name under which the vault keeps it
KEEPING, WAITING = "keeping", "waiting"


def marker(state: State, now: datetime) -> Marker:
    """What makes the keyed hashes of this installation's tombstones."""
    return Marker(state.vault.secret(SECRET, at=now))


def stones(state: State) -> dict[Tombstone, Stone]:
    """Every tombstone that has not ended, with its content."""
    return {one: read_stone(state.tombstones.open(one.id)) for one in state.tombstones.all()}


def remember(work: Casework, state: State, log: Log, case: Case, now: datetime) -> None:
    """Rows of these people are gone from a store: their tombstone is made, or made anew."""
    if not case.sealed.people:
        for stone in state.tombstones.all():
            if case.plan.follows and stone.id.startswith(case.plan.follows):
                state.tombstones.remake(stone.id, at=now)
        return
    lawful = any(kept.why == "rule" for kept in case.plan.kept())
    end = _backups(work, state, now)
    if not (lawful or end) and not state.tombstones.has(case.request):
        return
    content = _engraved(work, state, case, now)
    if state.tombstones.has(case.request):
        whole = joined(read_stone(state.tombstones.open(case.request)), content)
        state.tombstones.renew(case.request, stone_bytes(whole), at=now)
        state.tombstones.remake(case.request, at=now)
        return
    where = KEEPING if lawful else WAITING
    state.tombstones.put(case.request, stone_bytes(content), at=now, ends=end, state=where)
    log.append(kind="tombstone.made", at=now, data=_told(case.request, end, {}))


def settle(work: Casework, state: State, log: Log, case: Case, verdict: Verdict, now: datetime) -> None:
    """Verified: the tombstone waits for the day on which a law's term ends, else for the last copy, else it ends."""
    if not case.sealed.people:
        return
    keeping = [kept for kept in verdict.kept if kept.why == "rule"]
    until = min((kept.until for kept in keeping if kept.until), default=None)
    end = until or _backups(work, state, now)
    there = state.tombstones.has(case.request)
    if end is None and not keeping:
        if there:
            bury(work, state, log, case.request, now)
        return
    if there:
        state.tombstones.postpone(case.request, ends=end, state=KEEPING if keeping else WAITING)
        return
    content = stone_bytes(_engraved(work, state, case, now))
    state.tombstones.put(case.request, content, at=now, ends=end, state=KEEPING if keeping else WAITING)
    tally: dict[str, int] = {}
    for kept in keeping:
        tally[kept.table] = tally.get(kept.table, 0) + kept.rows
    log.append(kind="tombstone.made", at=now, data=_told(case.request, end, tally))


def move_on(
    work: Casework,
    state: State,
    log: Log,
    stone: Tombstone,
    rules: tuple[str, ...] | None,
    kept: Iterable[Kept],
    now: datetime,
    went: int,
) -> date | None:
    """The day of a tombstone is over. The next day on which it is looked at; None where it ended, or waits for a day
    that nobody knows. `went` is how many rows went now: copies from before this moment hold those. `rules` are those
    that keep something from now on; None where nothing was kept before."""
    if went:
        state.tombstones.remake(stone.id, at=now)
    if rules is not None:
        content = replace(read_stone(state.tombstones.open(stone.id)), rules=rules)
        state.tombstones.renew(stone.id, stone_bytes(content), at=now)
    keeping = [one for one in kept if one.why == "rule"]
    until = min((one.until for one in keeping if one.until), default=None)
    moment = now if went else datetime.fromisoformat(stone.made)
    end = until or _backups(work, state, now, moment)
    if end is None and not keeping:
        bury(work, state, log, stone.id, now)
        return None
    state.tombstones.postpone(stone.id, ends=end, state=KEEPING if keeping else WAITING)
    return end


def bury(work: Casework, state: State, log: Log, id: str, now: datetime) -> None:
    """End a tombstone, and with it the keys of its people, unless something of theirs is still going on."""
    mine = read_stone(state.tombstones.open(id)).names
    state.tombstones.end(id)
    log.append(kind="tombstone.ended", at=now, data={"tombstone": id})
    needed = {name for one in state.tombstones.all() for name in read_stone(state.tombstones.open(one.id)).names}
    for name in mine:
        if name not in needed and name not in _in_open_requests(state, now):
            state.people.forget_key(name)


def _in_open_requests(state: State, now: datetime) -> set[str]:
    from waarborg.plans.casework import reference

    found: set[str] = set()
    for request in state.plans.open_requests():
        for plan, where in state.plans.of(request):
            if where != "closed":
                people = read_sealed(state.plans.attached(plan, "people")).people
                found |= {state.people.key_name(reference(person), at=now) for person in people}
    return found


def _engraved(work: Casework, state: State, case: Case, now: datetime) -> Stone:
    from waarborg.plans.casework import reference

    people = case.sealed.people
    holds = [mark for person in people for mark in state.holds.marks(person.identifiers, at=now)]
    names = [state.people.key_name(reference(person), at=now) for person in people]
    world = work.planner.world()
    bare = engrave(world, case.plan.right, case.sealed, marker(state, now))
    return replace(bare, holds=tuple(dict.fromkeys(holds)), names=tuple(names), rules=case.plan.rules)


def _backups(work: Casework, state: State, now: datetime, moment: datetime | None = None) -> date | None:
    policy, since = work.planner.policy, moment or now
    return backups_end(policy, state.backups.holding(since), since, today_of(policy, now))


def _told(id: str, ends: date | None, kept: dict[str, int]) -> dict[str, object]:
    data: dict[str, object] = {"tombstone": id, "request": id, "kept": kept}
    return data | ({"ends": ends.isoformat()} if ends else {})
