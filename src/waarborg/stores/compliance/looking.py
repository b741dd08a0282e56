"""The laws of looking: nothing changes, a batch is its singles, answers agree, nothing leaks, memory is bounded."""

from __future__ import annotations

import logging
import resource
import traceback
import tracemalloc
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout, suppress
from datetime import date
from io import StringIO

from waarborg.errors import StoreError, WaarborgError
from waarborg.stores.compliance import village
from waarborg.stores.compliance.site import Law, Site, apply, demand, found, must_be_same, one
from waarborg.stores.contract import (
    All,
    Budget,
    Change,
    Coded,
    Collides,
    Column,
    Compare,
    Constant,
    Either,
    Family,
    FromSeed,
    Given,
    How,
    In,
    Insert,
    Inside,
    Keyed,
    Leads,
    Mentions,
    Not,
    Program,
    Redact,
    RowSet,
    Seeds,
    Table,
    Update,
)
from waarborg.stores.matching import keys_digest

BUSY = Program(
    (
        RowSet("who", "person", Given(("email",), "s", How(("lowercase",)))),
        RowSet("below", "person", Either((In("who"), Leads(("boss_id",), "person", ("id",), In("below"))))),
        RowSet("accounts", "account", Leads(("owner_id",), "person", ("id",), In("below"))),
        RowSet("entries", "entry", Leads(("tenant", "account_no"), "account", ("tenant", "no"), In("accounts"))),
        RowSet("others", "entry", Not(In("entries"))),
        RowSet("remarks", "remark", Leads(("meta",), "person", ("id",), In("who"), How(inside=Inside.JSON))),
        RowSet("notes", "person", Mentions("note", "s")),
        RowSet("members", "membership", Leads(("person_id",), "person", ("id",), In("who"))),
        RowSet("clash", "membership", Collides("members", "person_id", ("circle",), "to")),
        RowSet("log", "log", All()),
    )
)
"""A program in which every kind of rows occurs."""
_KEYS = {
    "who": ("id",),
    "below": ("id",),
    "accounts": ("tenant", "no"),
    "entries": ("id",),
    "others": ("id",),
    "remarks": ("id",),
    "notes": ("id",),
    "members": ("id",),
    "clash": ("id",),
    "log": ("who", "ip"),
}


def locating_changes_nothing(site: Site) -> None:
    """Every way to look, once; then every row of every table is what it was."""
    site.fill(village.TABLES, village.rows())
    before = site.dump()
    with closing(site.open()) as store:
        facts = store.describe().fingerprint([table.name for table in village.TABLES])
        with store.reading(BUSY, Seeds(s=[("jan@x.example",)], to=[(3,)])) as look:
            for name, columns in _KEYS.items():
                look.count(name)
                look.values(name, columns)
                look.digest(name)
                for _block in look.rows(name, columns):
                    pass
            look.groups("who", "born")
        store.sample("person", ["email"], 5)
        list(store.search(["jan@x.example"]))
        again = store.describe().fingerprint([table.name for table in village.TABLES])
        demand(facts == again, "looking changed the schema.")
    must_be_same(before, site.dump(), "After looking")


def a_batch_is_its_singles(site: Site) -> None:
    """Many seeds at once find the union of what each finds alone, also where they travel in a key table."""
    site.fill(village.TABLES, village.rows())
    every = ["jan@x.example", "jose@x.example", "5", *village.NASTY, "nobody@x.example"]
    for budget in (Budget(), Budget(parameters=2)):
        with closing(site.open(budget)) as store:
            for name in ("who", "below", "accounts", "entries", "remarks", "notes", "members"):
                singles = [found(store, BUSY, Seeds(s=[(one,)], to=[]), _KEYS[name], name) for one in every]
                batch = found(store, BUSY, Seeds(s=[(one,) for one in every], to=[]), _KEYS[name], name)
                union: set[tuple[object, ...]] = set().union(*singles)
                demand(batch == union, f'"{name}" finds {len(batch)} in a batch and {len(union)} one by one.')


def answers_agree(site: Site) -> None:
    """Count, values, rows, groups and digest of one set are about the same rows; rows come in order and in blocks."""
    site.fill(village.TABLES, village.rows())
    with (
        closing(site.open(Budget(block=3))) as store,
        store.reading(BUSY, Seeds(s=[("jan@x.example",)], to=[(3,)])) as look,
    ):
        for name, columns in _KEYS.items():
            blocks = [list(block) for block in look.rows(name, columns)]
            rows = [tuple(row) for block in blocks for row in block]
            demand(all(len(block) <= 3 for block in blocks), f'"{name}" comes in blocks of more than the budget.')
            demand(len(rows) == look.count(name), f'"{name}" counts other rows than it gives.')
            demand(set(rows) == set(look.values(name, columns)), f'"{name}" has other values than rows.')
            demand(len(look.values(name, columns)) == len(set(rows)), f'"{name}" gives a value twice.')
            demand(look.digest(name) == keys_digest(rows), f'"{name}" has the digest of other keys.')
            if name != "log":
                demand(rows == sorted(rows), f'"{name}" is not in the order of its key.')
        demand(look.groups("below", "born") == {1980: 1, 1990: 1, None: 2}, "the groups by year are not those.")
        demand(look.groups("notes", "born") == {None: 1}, "the group without a date is not there.")
        days = {(date(1980, 5, 17),): 1, (date(1990, 1, 1),): 1, (None,): 2}
        demand(dict(look.days("below", ("born",))) == days, "the groups by day are not those.")


def search_finds_words(site: Site) -> None:
    """Needles are found whole, in any case, inside encodings, and only there."""
    rows = village.rows()
    rows["log"] = [{"who": "amFuIDxqYW5AeC5leGFtcGxlPg==", "ip": None}, {"who": "janssen", "ip": "x"}]
    site.fill(village.TABLES, rows)
    with closing(site.open()) as store:
        hits = list(store.search(["Jan@X.example", "sixteen"]))
        seen = {(hit.table, hit.column, hit.needle, hit.encoding, hit.exact) for hit in hits}
        keys = sorted(
            int(str(hit.key[0])) for hit in hits if (hit.table, hit.column) == ("person", "email") and hit.needle == 0
        )
        demand(keys == [1, 2, 11], "the e-mail addresses that were found are not those that are there.")
        for wanted in (("person", "note", 0, "", False), ("person", "login", 1, "", True)):
            demand(wanted in seen, f"{wanted[0]}.{wanted[1]} was not found.")
        demand(any(hit.table == "log" and "base64" in hit.encoding for hit in hits), "base64 was not opened.")
        notes = [hit.key for hit in hits if hit.column == "note"]
        demand(notes == [(3,)], "a word was found inside another.")
        demand(not list(store.search(["jan@x.example"], ["node"])), "a table was searched that was not asked for.")


# ------------------------------------------------------------------------------------------------ nothing leaks

CANARY = "canary.7f3a@secret.example"


def canaries_are_never_told(site: Site) -> None:
    """Values planted in rows and seeds are in no `repr`, error (with all it was caused by), log, warning or output."""
    rows = village.rows()
    rows["person"][0] = {**rows["person"][0], "email": CANARY, "login": CANARY, "note": CANARY}
    site.fill(village.TABLES, rows)
    seeds = Seeds(s=[(CANARY,)], to=[], new=[(CANARY,)], odd=[(CANARY, CANARY)])
    demand(CANARY in {row["email"] for row in site.dump()["person"]}, "the canary is not there, so nothing is shown.")
    told = StringIO()
    with _listening(told), closing(site.open()) as store:
        print(repr(store), repr(store.abilities), seeds)
        with store.reading(BUSY, seeds) as look:
            demand(look.count("who") == 1, "the canary cannot be found.")
            print(repr(look), store.sample("person", ["email"], 3), list(store.search([CANARY])))
    told_by_name = told.getvalue()
    demand(CANARY not in told_by_name, "a canary stands in a repr, log or output.")
    for title, change in _refused().items():
        with _listening(told), closing(site.open()) as store:
            refused = _refusal(store.apply, change, seeds)
        demand(refused is not None, f"{title} was not refused.")
        demand(CANARY not in str(refused), f"a canary stands in the error about {title}.")
        demand(CANARY not in told.getvalue(), f"a canary was logged or printed about {title}.")
        demand(isinstance(refused, WaarborgError), f"{title} was refused with {type(refused).__name__}.")
        chain = "".join(traceback.format_exception(refused)) if refused else ""
        demand(CANARY not in chain, f"a canary stands in the cause of the error about {title}.")


def _refused() -> dict[str, Change]:
    """Changes that every store refuses, each with a canary near at hand."""
    who = Program((*BUSY.sets, RowSet("five", "person", Compare("id", "in", (5, 6)))))
    return {
        "a unique key": Change(who, (Update("u", "five", 9, {"login": FromSeed("new")}),)),
        "a not null": Change(who, (Insert("i", "account", ("label",), "new", 9),)),
        "a text in a number": Change(who, (Insert("i", "account", ("tenant", "no"), "odd", 9),)),
        "too many rows": Change(who, (Update("u", "who", 0, {"note": Constant(None)}),)),
        "a column that is not there": Change(who, (Update("u", "who", 9, {"none": FromSeed("new")}),)),
    }


def _refusal(call: object, *arguments: object) -> Exception | None:
    try:
        call(*arguments)  # type: ignore[operator]
    except Exception as refused:
        return refused
    return None


@contextmanager
def _listening(told: StringIO) -> Iterator[None]:
    """Everything that is logged at any level, warned or printed meanwhile goes to `told`."""
    handler = logging.StreamHandler(told)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with redirect_stdout(told), redirect_stderr(told), warnings.catch_warnings():
            warnings.simplefilter("always")
            yield
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


# ------------------------------------------------------------------------------------------------ memory

BIG = Table(
    "big",
    (Column("id", "bigint", Family.NUMBER, False, identity=True), Column("body", "text", Family.TEXT)),
    key=("id",),
)
BIG_ROWS, BIG_TEXT, BIG_LIMIT = 3_000, 8_000, 12 * 1024 * 1024
"""24 MB of text, of which a look or change may hold half at a time (drivers keep a block or two)."""


def memory_is_bounded(site: Site) -> None:
    """Streaming, counting and changing many rows holds a block of them at a time."""
    site.fill((BIG,), {"big": [{"id": at, "body": f"{at:05d}" * (BIG_TEXT // 5)} for at in range(1, BIG_ROWS + 1)]})
    everything = one("big", All())
    with (
        closing(site.open(Budget(block=100))) as store,
        _watched("looking"),
        store.reading(everything, Seeds()) as look,
    ):
        seen = 0
        for block in look.rows("found", ["id", "body"]):
            demand(len(block) <= 100, "a block holds more rows than the budget.")
            seen += sum(len(str(row[1])) for row in block)
        demand(seen == BIG_ROWS * BIG_TEXT, "rows were lost on the way.")
        demand(look.count("found") == BIG_ROWS, "the count is wrong.")
        look.digest("found")
    with _watched("changing"):
        change = Change(everything, (Update("u", "found", BIG_ROWS, {"body": Keyed("gone-{}")}),))
        apply(site, change, Seeds())


@contextmanager
def _watched(doing: str) -> Iterator[None]:
    """Hold the most memory in between (Python's, and the whole process's where the machine tells) against the limit."""
    told = _reset_resident()
    start = _resident()
    tracemalloc.start()
    try:
        yield
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    demand(most < BIG_LIMIT, f"{doing} held {most // 2**20} MB at a time.")
    if told:
        grown = _resident() - start
        demand(grown < 2 * BIG_LIMIT, f"{doing} made the process grow by {grown // 2**20} MB.")


def _reset_resident() -> bool:
    """Let the kernel count the resident peak from now on, where it can (Linux)."""
    with suppress(OSError), open("/proc/self/clear_refs", "w") as control:
        control.write("5")
        return True
    return False


def _resident() -> int:
    """The resident peak of this process, in bytes."""
    with suppress(OSError), open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


# ------------------------------------------------------------------------------------------------ refusals


def nonsense_is_refused(site: Site) -> None:
    """A program that cannot mean anything is refused in words, not answered with "no data"."""
    site.fill(village.TABLES, village.rows())
    nonsense = {
        "an unknown table": one("persons", All()),
        "an unknown column": one("person", Compare("emial", "=", ("x",))),
        "an unknown set": one("person", In("nothing")),
        "a seed that was forgotten": one("person", Given(("email",), "forgotten")),
        "tuples of another length": one("entry", Given(("tenant", "account_no"), "s")),
        "an unknown operator": one("person", Compare("id", "like", ("x",))),
        "a set of another table": Program((RowSet("found", "person", In("n")), RowSet("n", "node", All()))),
        "a cycle through a negation": Program(
            (RowSet("found", "person", Not(In("n"))), RowSet("n", "person", In("found")))
        ),
    }
    with closing(site.open()) as store:
        for title, program in nonsense.items():
            try:
                found(store, program, Seeds(s=[("x",)]), ("id",))
            except StoreError:
                continue
            demand(False, f"{title} was not refused.")
        change = Change(one("person", All()), (Update("u", "found", 99, {"note": Coded("forgotten")}),))
        demand(isinstance(_refusal(store.apply, change, Seeds()), StoreError), "a forgotten secret was not refused.")
        change = Change(one("person", All()), (Update("u", "found", 99, {"note": Redact("forgotten", "")}),))
        demand(isinstance(_refusal(store.apply, change, Seeds()), StoreError), "forgotten words were not refused.")


LAWS: tuple[Law, ...] = (
    Law("locating-changes-nothing", "Looking changes no row and no table.", locating_changes_nothing),
    Law("a-batch-is-its-singles", "Many at once find the union of what each finds alone.", a_batch_is_its_singles),
    Law("answers-agree", "Counts, values, rows, groups and digests are about the same rows.", answers_agree),
    Law("search-finds-words", "The leftover search finds whole words, in any case and encoding.", search_finds_words),
    Law("canaries-are-never-told", "No value is in a repr, error, log, warning or output.", canaries_are_never_told),
    Law("memory-is-bounded", "No more than a few blocks of rows are held at a time.", memory_is_bounded),
    Law("nonsense-is-refused", "What cannot mean anything is refused in words.", nonsense_is_refused),
)
