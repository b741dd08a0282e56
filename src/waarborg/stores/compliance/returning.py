"""The laws of coming back: what a witness saw is all that went, exactly, and it can be put back."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field

from waarborg.errors import StalePlan, WaarborgError
from waarborg.stores.compliance import village
from waarborg.stores.compliance.changing import JAN, MANY
from waarborg.stores.compliance.site import Law, Site, demand, must_be_same, one
from waarborg.stores.contract import (
    Abilities,
    All,
    Change,
    Compare,
    Constant,
    Delete,
    Image,
    Insert,
    Program,
    PutBack,
    Refill,
    RowSet,
    Seeds,
    Update,
)


@dataclass
class Kept:
    """A witness that remembers, and can refuse."""

    refuses: bool = False
    begun: int = 0
    images: list[Image] = field(default_factory=list)
    kept: bool = False

    def begin(self) -> None:
        """Nothing counts that was seen before."""
        self.begun += 1
        self.images.clear()

    def see(self, image: Image) -> None:
        """Remember."""
        demand(not self.kept, "a witness is shown rows after it was told to keep them.")
        self.images.append(image)

    def keep(self) -> None:
        """Refuse, or be done."""
        if self.refuses:
            raise WaarborgError.one("WB555", "The copy cannot be kept.")
        self.kept = True

    def rows(self, table: str, *, after: bool = False) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Columns and rows of one table."""
        found = [image for image in self.images if image.table == table and image.after is after]
        columns = found[0].columns if found else ()
        return columns, [row for image in found for row in image.rows]


def _able(abilities: Abilities) -> bool:
    return abilities.images


PROGRAM = Program(
    (
        RowSet("nodes", "node", Compare("id", "in", (2, 3, 4, 7))),
        RowSet("entries", "entry", All()),
        RowSet("log", "log", All()),
        RowSet("strange", village.ODD, All()),
        RowSet("remarks", "remark", Compare("id", "<=", (3,))),
    )
)
GOING = (
    Update("emptied", "remarks", 3, {"meta": Constant(None), "listed": Constant("gone")}),
    Delete("entries", "entries", 9),
    Delete("nodes", "nodes", 9),
    Delete("log", "log", 9),
    Delete("strange", "strange", 9),
)


def what_went_comes_back(site: Site) -> None:
    """Trees, keyless rows, odd names and emptied columns: put back, everything is as it was."""
    site.fill(village.TABLES, village.rows())
    before, witness = site.dump(), Kept()
    with closing(site.open()) as store:
        done = store.apply(Change(PROGRAM, GOING, witness=witness), Seeds())
        demand(witness.kept, "the change was carried out before its witness kept what it saw.")
        demand({one.step: one.rows for one in done.steps}["nodes"] == 4, "rows are missing.")
        back: list[PutBack | Refill] = []
        seeds = Seeds()
        for table in ("node", "entry", "log", village.ODD):
            columns, seeds[table] = witness.rows(table)
            back.append(PutBack(f"back {table}", table, columns, table, 9))
        columns, was = witness.rows("remark")
        _, became = witness.rows("remark", after=True)
        demand(len(was) == len(became) == 3, "updated rows are not shown before and after.")
        places = [columns.index(name) for name in ("id", "meta", "listed")]
        demand(all(row[columns.index("listed")] == "gone" for row in became), "afterwards is not what became of them.")
        seeds["remark"] = [tuple(row[place] for place in places) for row in was]
        back.append(Refill("back remark", "remark", ("id",), ("meta", "listed"), "remark", 9))
        store.apply(Change(PROGRAM, (), back=tuple(back)), seeds)
    must_be_same(before, site.dump(), "when what went was put back")


def a_witness_that_refuses_stops(site: Site) -> None:
    """A copy that cannot be kept: nothing goes."""
    site.fill(village.TABLES, village.rows())
    before = site.dump()
    with closing(site.open()) as store:
        try:
            store.apply(Change(PROGRAM, GOING, witness=Kept(refuses=True)), Seeds())
        except WaarborgError as error:
            demand(error.findings[0].id == "WB555", "what a witness says is not passed on.")
        else:
            demand(False, "a witness refused, and the rows went all the same.")
    must_be_same(before, site.dump(), "when a witness refused")


def nothing_half_comes_back(site: Site) -> None:
    """A key that is taken, a row that is not there, more rows than approved: refused, and nothing is done."""
    site.fill(village.TABLES, village.rows())
    before = site.dump()
    columns = ("id", "parent_id", "owner_id")
    free, taken = (90, 90, 1), (1, 1, 1)
    tries: tuple[tuple[PutBack | Refill, list[tuple[object, ...]]], ...] = (
        (PutBack("b", "node", columns, "r", 9), [free, taken]),
        (PutBack("b", "node", columns, "r", 1), [free, (91, 91, 1)]),
        (Refill("b", "node", ("id",), ("owner_id",), "r", 9), [(1, 2), (99, 2)]),
    )
    for back, rows in tries:
        with closing(site.open()) as store:
            try:
                store.apply(Change(one("node", All()), (), back=(back,)), Seeds(r=rows))
            except (WaarborgError, StalePlan):
                must_be_same(before, site.dump(), "when a row could not come back")
            else:
                demand(False, "a row came back where another one was, or where it was not to be.")


def images_are_what_is_there(site: Site) -> None:
    """`exact` shows the rows of a set as a witness would see them; showing them changes nothing."""
    site.fill(village.TABLES, village.rows())
    before, witness = site.dump(), Kept()
    with closing(site.open()) as store:
        with store.reading(PROGRAM, Seeds()) as look:
            seen = {name: [row for image in look.exact(name) for row in image.rows] for name in ("nodes", "log")}
        must_be_same(before, site.dump(), "after looking at images")
        store.apply(Change(PROGRAM, GOING, witness=witness), Seeds())
    for name, table in (("nodes", "node"), ("log", "log")):
        shown = sorted(map(str, witness.rows(table)[1]))
        demand(sorted(map(str, seen[name])) == shown, "looking and witnessing show different rows.")


def the_many_steps_are_all_seen(site: Site) -> None:
    """Every row of every step of a long change is shown, each once, before anything happened to it."""
    site.fill(village.TABLES, village.rows())
    witness = Kept()
    with closing(site.open()) as store:
        done = store.apply(Change(MANY.program, MANY.steps, witness=witness), JAN)
    inserts = {step.id for step in MANY.steps if isinstance(step, Insert)}
    for outcome in done.steps:
        shown = sum(len(i.rows) for i in witness.images if i.step == outcome.step and not i.after)
        if outcome.step not in inserts:
            demand(shown == outcome.rows, f'{shown} of the {outcome.rows} rows of "{outcome.step}" were shown.')
    columns, rows = witness.rows("person")
    emails = {row[columns.index("email")] for row in rows}
    demand("jan@x.example" in emails, "a row was shown after it had been changed.")


LAWS: tuple[Law, ...] = (
    Law("what-went-comes-back", "What a witness saw can be put back, exactly.", what_went_comes_back, _able),
    Law("a-witness-can-stop", "What cannot be kept does not go.", a_witness_that_refuses_stops, _able),
    Law("nothing-half-comes-back", "What cannot come back whole does not come back.", nothing_half_comes_back, _able),
    Law("images-are-what-is-there", "Images are the rows as they are.", images_are_what_is_there, _able),
    Law(
        "every-row-is-witnessed",
        "A witness sees each row of each step, before.",
        the_many_steps_are_all_seen,
        lambda abilities: abilities.images and abilities.insert,
    ),
)
