"""The laws of changing: approved rows and columns only, all or nothing, visible when done, the same however often."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date
from types import FrameType
from typing import Any

from waarborg.errors import StalePlan
from waarborg.stores.compliance import village
from waarborg.stores.compliance.looking import BUSY
from waarborg.stores.compliance.site import (
    Dump,
    Law,
    Site,
    apply,
    demand,
    differing,
    found,
    must_be_same,
    one,
    row_hash,
)
from waarborg.stores.contract import (
    Abilities,
    All,
    Change,
    Coarsen,
    Coded,
    Compare,
    Constant,
    Delete,
    Either,
    FromSeed,
    Given,
    In,
    Insert,
    Keyed,
    Leads,
    Marker,
    Program,
    Redact,
    RowSet,
    Seeds,
    Update,
)
from waarborg.stores.matching import coded, keys_digest

JAN = Seeds(
    s=[("jan@x.example",)], to=[(3,)], words=[("Jan",), ("jan@x.example",)], new=[(99, "stand-in")], secret=[("k",)]
)
PROGRAM = Program(
    (
        *BUSY.sets,
        RowSet("nodes", "node", Compare("owner_id", "=", (1,))),
        RowSet("tree", "node", Compare("id", "in", (2, 3, 4, 7))),
        RowSet("logged", "log", Compare("who", "=", ("a",))),
    )
)
MANY = Change(
    PROGRAM,
    (
        Insert("stand_in", "person", ("id", "login"), "new", 1, key=("login",), returning=("id",)),
        Update("remarks", "remarks", 3, {"holder_type": Constant(None)}),
        Delete("entries", "entries", 6),
        Update("accounts", "accounts", 4, {"owner_id": FromSeed("stand_in"), "label": Keyed("erased-{}")}),
        Delete("members", "members", 5),
        Update("who", "who", 2, {"email": Keyed("gone-{}@invalid.example"), "born": Coarsen("year")}),
        Update("log", "logged", 2, {"ip": Coarsen("ip")}),
    ),
)
"""A change of seven steps over six tables; carried out twice it changes nothing more.

The stand-in brings its number: engines do not take back a number that was given out before a rollback.
"""
_ROWS = {"stand_in": 1, "remarks": 3, "entries": 5, "accounts": 4, "members": 5, "who": 2, "log": 2}


def _many() -> Change:
    """The change, with ceilings that are just enough."""
    steps = tuple(replace(step, ceiling=_ROWS[step.id]) for step in MANY.steps)
    return replace(MANY, steps=steps)


def _filled(site: Site) -> Dump:
    site.fill(village.TABLES, village.rows())
    return site.dump()


def one_outcome_in_order(site: Site) -> None:
    """Every step has one outcome, in the order of the steps, with the rows and the digest of what it did."""
    _filled(site)
    change = _many()
    with closing(site.open()) as store, store.reading(PROGRAM, JAN) as look:
        sets = {step.id: step.set for step in change.steps if not isinstance(step, Insert)}
        before = {id: (look.count(name), look.digest(name)) for id, name in sets.items()}
    done = apply(site, change, JAN)
    demand(
        [one.step for one in done.steps] == [step.id for step in change.steps], "outcomes are missing or out of order."
    )
    demand(not done.already, "a first change says it was done already.")
    for outcome in done.steps:
        demand(outcome.rows == _ROWS[outcome.step], f'"{outcome.step}" says it did {outcome.rows} rows.')
        if outcome.step in before and outcome.step != "log":  # without a key, a row is another one once updated
            demand((outcome.rows, outcome.digest) == before[outcome.step], f'"{outcome.step}" has another digest.')
    demand(done.steps[0].digest == keys_digest([(99,)]), "the digest of the insert is not of its row.")


def done_is_visible(site: Site) -> None:
    """When `apply` returns, another connection (opened before or after) and everybody else sees it, whole."""
    _filled(site)
    with closing(site.open()) as early:
        found(early, PROGRAM, JAN, ("id",), "who")
        with closing(site.open()) as store:
            store.apply(_many(), JAN)
            outside = site.dump()
            with closing(site.open()) as late:
                for title, other in (("opened before", early), ("opened afterwards", late)):
                    demand(not found(other, PROGRAM, JAN, ("id",), "who"), f"a connection {title} sees the old rows.")
            demand(len(outside["entry"]) == len(village.rows()["entry"]) - 5, "what is said to be done cannot be seen.")
    must_be_same(outside, site.dump(), "After closing")


def outside_scope_is_stale(site: Site) -> None:
    """One row more than approved, another schema, or a cascade beside the plan: stale, and nothing is touched."""
    before = _filled(site)
    change = _many()
    for at, step in enumerate(change.steps):
        steps = list(change.steps)
        steps[at] = replace(step, ceiling=step.ceiling - 1)
        _stale(site, replace(change, steps=tuple(steps)), before, f'one row more than approved in "{step.id}"')
    _stale(site, replace(change, tables=("person",), fingerprint="0" * 64), before, "another schema")
    with closing(site.open()) as store:
        now = store.describe().fingerprint(("person", "entry"))
    apply(site, replace(change, tables=("person", "entry"), fingerprint=now), JAN)
    demand(len(site.dump()["entry"]) == 2, "the same schema was taken for another.")


def _stale(site: Site, change: Change, before: Dump, title: str) -> None:
    try:
        apply(site, change, JAN)
    except StalePlan as stale:
        demand(stale.findings, f"{title} is stale without saying why.")
    else:
        demand(False, f"{title} was carried out.")
    must_be_same(before, site.dump(), f"After {title}")


def side_effects_are_counted(site: Site) -> None:
    """Rows that a cascade takes beside the steps are held against what was planned; more is rolled back."""
    before = _filled(site)
    program = one("person", Compare("id", "=", (12,)))
    change = Change(program, (Delete("d", "found", 1),), side_effects={"session": 1})
    _stale(site, change, before, "a cascade of one row more than planned")
    _stale(site, replace(change, side_effects={}), before, "a cascade that was not planned")
    apply(site, replace(change, side_effects={"session": 2}), Seeds())
    demand([row["id"] for row in site.dump()["session"]] == [1, 4], "the cascade did not take its rows.")


def the_rest_is_untouched(site: Site) -> None:
    """Rows that are in no set, and columns that are not named, are identical afterwards, in every table."""
    before = _filled(site)
    apply(site, _many(), JAN)
    after = site.dump()
    named: Mapping[str, tuple[set[object], set[str]]] = {
        "person": ({1, 2}, {"email", "born"}),
        "remark": ({1, 2, 3}, {"holder_type"}),
        "account": ({(1, 1), (1, 2), (2, 1), (2, 2)}, {"owner_id", "label"}),
        "entry": ({1, 2, 3, 4, 7}, set()),
        "membership": ({1, 2, 3, 4, 6}, set()),
    }
    for table in village.TABLES:
        if not table.key:
            continue  # compared by content below
        treated, columns = named.get(table.name, (set(), set()))
        now = {tuple(row[name] for name in table.key): row for row in after[table.name]}
        for row in before[table.name]:
            key = tuple(row[name] for name in table.key)
            mine = key in treated or key[0] in treated
            if key in now:
                kept = {name: cell for name, cell in row.items() if not (mine and name in columns)}
                same = {name: now[key].get(name) for name in kept}
                demand(row_hash(kept) == row_hash(same), f"a cell of {table.name} changed that nobody named.")
            else:
                demand(mine and not columns, f"a row of {table.name} is gone that nobody named.")
    demand(len(after["person"]) == len(before["person"]) + 1, "other rows than the stand-in were added.")
    ips = sorted((str(row["who"]), str(row["ip"])) for row in after["log"])
    demand(
        ips == [("None", "x"), ("a", "192.0.2.0"), ("a", "192.0.2.0"), ("b", "None")], "rows without a key are wrong."
    )


def twice_changes_nothing_more(site: Site) -> None:
    """Carrying out a change again, whoever does it, leaves every table as the first time did."""
    _filled(site)
    apply(site, _many(), JAN)
    once = site.dump()
    apply(site, MANY, JAN)
    must_be_same(once, site.dump(), "After a second time")


def a_marker_is_kept(site: Site) -> None:
    """A marker commits with the data: the second time nothing is touched, and it says so."""
    _filled(site)
    marked = replace(_many(), marker=Marker("plan", 1))
    demand(not apply(site, marked, JAN).already, "the first time says it was done already.")
    once = site.dump()
    demand(apply(site, marked, JAN).already, "the second time does not say that it was done already.")
    must_be_same(once, site.dump(), "After a second time")
    before = _filled(site)
    stale = replace(marked, steps=(replace(MANY.steps[1], ceiling=0),), marker=Marker("plan", 2))
    _stale(site, stale, before, "a stale change with a marker")
    done = apply(site, replace(_many(), marker=Marker("plan", 2)), JAN)
    demand(not done.already, "a change that was refused left its marker.")


# ------------------------------------------------------------------------------------------------ abandoned


class Abandoned(BaseException):
    """Thrown into a connector in the middle of its work."""


def abandon_and_run_again(site: Site) -> None:
    """Cut off anywhere, a change is there whole or not at all; run again, it ends as one clean run does."""
    before = _filled(site)
    lines = _run_until(site, None)
    clean = site.dump()
    for at in _spread(lines):
        _filled(site)
        _run_until(site, at)
        seen = site.dump()
        half = differing(seen, before) and differing(seen, clean)
        with closing(site.open()) as store:
            demand(not (half and store.abilities.transactional), f"half a change is seen when cut off at line {at}.")
        apply(site, MANY, JAN)
        must_be_same(clean, site.dump(), f"When cut off at line {at} and run again")


def _spread(lines: int) -> list[int]:
    """A few lines over the whole, and more and more of them towards the end, where a change is committed."""
    even = range(1, lines + 1, max(1, lines // 8))
    late = (lines - back for back in (0, 1, 2, 3, 5, 8, 13, 21, 34, 55) if back < lines)
    return sorted({*even, *late})


def _run_until(site: Site, stop: int | None) -> int:
    """Carry out the change, throw `Abandoned` at the line of the connector with that number; how many lines ran."""
    store = site.open()
    modules = site.modules or (type(store).__module__,)
    lines = 0

    def trace(frame: FrameType, event: str, _argument: Any) -> Callable[..., Any] | None:
        nonlocal lines
        if not str(frame.f_globals.get("__name__", "")).startswith(modules):
            return None
        if event == "line":
            lines += 1
            if lines == stop:
                raise Abandoned
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        store.apply(_many(), JAN)
    except Abandoned:
        pass
    finally:
        sys.settrace(before)
        store.close()
    return lines


# ------------------------------------------------------------------------------------------------ writes and orders


def writes_mean_what_they_say(site: Site) -> None:
    """Each kind of write gives the value that the contract says."""
    _filled(site)
    mine = one("person", Compare("id", "in", (1, 2, 3)))
    writes = {
        "email": Keyed("erased-{}@invalid.example"),
        "born": Coarsen("month"),
        "last_ip": Coarsen("ip"),
        "note": Redact("words", "[someone]"),
        "phone": Coded("secret"),
        "boss_id": FromSeed("to"),
        "login": Constant(None),
    }
    apply(site, Change(mine, (Update("u", "found", 3, writes),)), JAN)
    after = {row["id"]: row for row in site.dump()["person"]}
    code = coded("+31 20 123 4567", "k", 60)
    wanted: dict[tuple[int, str], object] = {
        (1, "email"): "erased-1@invalid.example",
        (1, "born"): date(1980, 5, 1),
        (3, "born"): None,
        (1, "last_ip"): "192.0.2.0",
        (2, "last_ip"): "2001:db8:1::",
        (3, "note"): "[someone] wrote to [someone], not Janneke",
        (1, "note"): None,
        (1, "phone"): code,
        (2, "boss_id"): 3,
        (4, "email"): "jose@x.example",
    }
    for (id, column), value in wanted.items():
        demand(
            row_hash({"": after[id][column]}) == row_hash({"": value}), f"{column} of a row is not what was written."
        )
    keyed = Change(one("account", Compare("no", "=", (2,))), (Update("u", "found", 2, {"label": Keyed("no {}")}),))
    apply(site, keyed, JAN)
    labels = {row["label"] for row in site.dump()["account"] if row["no"] == 2}
    demand(labels == {"no 1-2", "no 2-2"}, "a composite key is not written as its fields with - between.")


def inserted_once(site: Site) -> None:
    """A row is inserted where its key is not there, and only then; its columns lead on to later steps."""
    _filled(site)
    program = one("account", Compare("tenant", "=", (3,)))
    seeds = Seeds(rows=[(9, 1, "new"), (1, 1, "there"), (9, 2, "new")], login=[("six",), ("seven",)])
    steps = (
        Insert("accounts", "account", ("tenant", "no", "label"), "rows", 3),
        Insert("six", "person", ("login",), "login", 2, key=("login",), returning=("id",)),
        Update("u", "found", 1, {"owner_id": FromSeed("six")}),
    )
    done = apply(site, Change(program, steps), seeds)
    demand([one.rows for one in done.steps] == [2, 1, 1], "the inserts count other rows than they made.")
    accounts = {(row["tenant"], row["no"]): row for row in site.dump()["account"]}
    demand(len(accounts) == 7 and accounts[1, 1]["label"] == "1/1", "a row that was there was written over.")
    demand(accounts[3, 1]["owner_id"] == 6, "the row that was found does not lead on.")
    keyless = Insert("log", "log", ("who", "ip"), "lines", 2, returning=("who",))
    use = Update("u", "found", 1, {"label": FromSeed("log")})
    done = apply(site, Change(program, (keyless, use)), Seeds(lines=[("new", "y"), ("a", "192.0.2.1")]))
    demand([one.rows for one in done.steps] == [1, 1], "a row without a key is not known by its columns.")


def deletes_find_an_order(site: Site) -> None:
    """A tree whose parent is NOT NULL goes whole, whatever the order of its numbers."""
    _filled(site)
    apply(site, Change(PROGRAM, (Delete("d", "tree", 4),)), JAN)
    demand(sorted(map(_id, site.dump()["node"])) == [1, 5, 6], "a tree was not deleted whole, or not alone.")


def _id(row: Mapping[str, object]) -> int:
    return int(str(row["id"]))


def cycles_go_together(site: Site) -> None:
    """Rows that refer to each other, or to themselves, through NOT NULL columns are deleted in one act."""
    _filled(site)
    root = one("node", Compare("id", "in", (5, 6)))
    apply(site, Change(root, (Delete("d", "found", 2),)), Seeds())
    demand(sorted(map(_id, site.dump()["node"])) == [1, 2, 3, 4, 7], "a row that refers to itself is not gone.")
    program = Program(
        (
            RowSet("l", "left_side", Compare("id", "=", (1,))),
            RowSet("r", "right_side", Leads(("id",), "left_side", ("right_id",), In("l"))),
        )
    )
    apply(site, Change(program, (Delete("d", "l", 2, together=("r",)),)), Seeds())
    dump = site.dump()
    demand((len(dump["left_side"]), len(dump["right_side"])) == (1, 1), "the cycle is not gone, or more is.")


def all_or_nothing(site: Site) -> None:
    """A step that the engine refuses takes every step before it back."""
    before = _filled(site)
    program = Program((RowSet("found", "person", Given(("id",), "s")), RowSet("any", "entry", Either((All(),)))))
    steps = (Delete("entries", "any", 99), Delete("person", "found", 1))
    try:
        apply(site, Change(program, steps), Seeds(s=[(1,)]))
    except Exception as refused:
        demand(type(refused).__module__.startswith("waarborg"), f"a refusal comes as {type(refused).__name__}.")
    else:
        demand(False, "a row was deleted that others refer to.")
    must_be_same(before, site.dump(), "After a change that failed")


def a_part_at_a_time(site: Site) -> None:
    """With a limit, a step treats the first rows of its set in key order, so many; done again and again, all of them.

    Tried on a set told by its own columns, one that leads through others, one of a composite key, and one without a
    key (where any rows will do).
    """
    program = Program(
        (
            *PROGRAM.sets,
            RowSet("told", "entry", Compare("id", "<=", (5,))),
            RowSet("lines", "log", Compare("who", "in", ("a", "b"))),
        )
    )
    cases: tuple[tuple[str, int, Delete | Update], ...] = (
        ("entry", 5, Delete("told", "told", 2, limit=2)),
        ("entry", 5, Delete("entries", "entries", 2, limit=2)),
        ("log", 3, Delete("lines", "lines", 2, limit=2)),
    )
    for table, rows, step in cases:
        before = _filled(site)[table]
        with closing(site.open()) as store, store.reading(program, JAN) as look:
            ordered = [key for block in look.rows(step.set, ("id",)) for key in block] if table != "log" else []
        done = apply(site, Change(program, (step,)), JAN)
        demand(done.steps[0].rows == 2, f'"{step.id}" did {done.steps[0].rows} rows where 2 were the limit.')
        after = site.dump()[table]
        demand(len(after) == len(before) - 2, f'"{step.id}" took another number of rows than it says.')
        if ordered:
            demand(done.steps[0].digest == keys_digest(ordered[:2]), f'"{step.id}" has the digest of other rows.')
            first = {key[0] for key in ordered[:2]}
            demand(not first & {row["id"] for row in after}, f'"{step.id}" did not take the first rows.')
        counts = [apply(site, Change(program, (step,)), JAN).steps[0].rows for _ in range(3)]
        demand(sum(counts) == rows - 2 and counts[-1] == 0, f'"{step.id}" does not end when it is done again.')
    _filled(site)
    part = Update("accounts", "accounts", 3, {"owner_id": Constant(None)}, limit=3)
    counts = [apply(site, Change(program, (part,)), JAN).steps[0].rows for _ in range(3)]
    demand(counts == [3, 1, 0], f"an update of part of a set did {counts} rows where 3, 1 and 0 were to be done.")
    whole = _filled(site)
    _stale(site, Change(program, (Delete("told", "told", 1, limit=2),)), whole, "a limit above the ceiling")


def a_batch_changes_as_singles(site: Site) -> None:
    """A change for two people ends as two changes for one each do."""
    change = Change(PROGRAM, tuple(step for step in MANY.steps if step.id in ("remarks", "entries", "who")))
    both = [("jan@x.example",), ("jose@x.example",)]
    ends = []
    for batches in ([both], [[person] for person in both]):
        _filled(site)
        for batch in batches:
            wide = replace(change, steps=tuple(replace(step, ceiling=99) for step in change.steps))
            apply(site, wide, Seeds(JAN, s=batch))
        ends.append(site.dump())
    must_be_same(ends[0], ends[1], "When people are treated one by one")


def _transactional(abilities: Abilities) -> bool:
    return abilities.transactional


def _insert(abilities: Abilities) -> bool:
    return abilities.insert


LAWS: tuple[Law, ...] = (
    Law(
        "one-outcome-in-order", "Every step has one outcome, in order, with what it did.", one_outcome_in_order, _insert
    ),
    Law("done-is-visible", "Done means visible to another connection.", done_is_visible, _insert),
    Law("outside-scope-is-stale", "Outside the approved scope: stale and untouched.", outside_scope_is_stale, _insert),
    Law(
        "side-effects-are-counted",
        "What cascades take is counted and held against the plan.",
        side_effects_are_counted,
        lambda abilities: abilities.counts_side_effects,
    ),
    Law("the-rest-is-untouched", "Rows and columns not named are identical.", the_rest_is_untouched, _insert),
    Law("twice-changes-nothing-more", "A second time changes nothing more.", twice_changes_nothing_more, _insert),
    Law("a-batch-changes-as-singles", "Two people at once end as one by one.", a_batch_changes_as_singles),
    Law("a-part-at-a-time", "With a limit, the first rows in key order; again and again, all.", a_part_at_a_time),
    Law("a-marker-is-kept", "A marker commits with the data.", a_marker_is_kept, lambda abilities: abilities.marker),
    Law("abandon-and-run-again", "Abandoned anywhere and run again: the same end.", abandon_and_run_again, _insert),
    Law("all-or-nothing", "A refused step takes the others back.", all_or_nothing, _transactional),
    Law("writes-mean-what-they-say", "Each write gives the value the contract says.", writes_mean_what_they_say),
    Law("inserted-once", "A row is inserted where it is not there yet.", inserted_once, _insert),
    Law(
        "deletes-find-an-order", "Trees and self references are deleted in an order that holds.", deletes_find_an_order
    ),
    Law(
        "cycles-go-together",
        "A NOT NULL cycle is deleted in one act.",
        cycles_go_together,
        lambda abilities: abilities.cyclic_delete,
    ),
)
