"""What every kind of rows means, by example: a table of programs over the village, with the rows they must find.

Written out by hand, so that the meaning does not depend on any code; `generated` compares with the memory store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime

from waarborg.errors import StoreError
from waarborg.stores.compliance import village
from waarborg.stores.compliance.site import Law, Site, always, demand, found
from waarborg.stores.contract import (
    Abilities,
    All,
    Both,
    Collides,
    Compare,
    Either,
    Given,
    How,
    In,
    Inside,
    Key,
    Leads,
    Mentions,
    Not,
    Program,
    Rows,
    RowSet,
    Seeds,
)


@dataclass(frozen=True, slots=True)
class Case:
    """A set over the village and the keys (of `table`) it must hold. `sets` are other sets of the program."""

    title: str
    table: str
    rows: Rows
    keys: Iterable[object]
    seed: Sequence[Key] = field(default=(), repr=False)
    sets: tuple[RowSet, ...] = ()
    columns: tuple[str, ...] = ("id",)

    def trial(self, site: Site) -> None:
        """Look, and hold what is found against what must be."""
        program = Program((*self.sets, RowSet("found", self.table, self.rows)))
        wanted = {key if isinstance(key, tuple) else (key,) for key in self.keys}
        with closing(site.open()) as store:
            seeds = Seeds(s=self.seed)
            seen = found(store, program, seeds, self.columns)
            demand(seen == wanted, f"{self.title}: {len(seen - wanted)} rows too many, {len(wanted - seen)} missing.")
            with store.reading(program, seeds) as look:
                demand(look.count("found") == len(wanted), f"{self.title}: the count differs from the rows.")


def _given(
    title: str, column: str, value: object, keys: Iterable[object], *normalise: str, table: str = "person"
) -> Case:
    return Case(title, table, Given((column,), "s", How(normalise)), keys, [(value,)])


def _holder(title: str, how: How, value: object, keys: Iterable[object], column: str = "holder_id") -> Case:
    return Case(title, "remark", Given((column,), "s", how), keys, [(value,)])


_JAN = Compare("id", "=", (1,))
_BELOW = Either((In("top"), Leads(("boss_id",), "person", ("id",), In("found"))))

CASES: dict[tuple[str, str], tuple[Case, ...]] = {
    ("null-never-matches", "NULL on either side never matches anything."): (
        _given("NULL as a key", "email", None, ()),
        Case("NULL in a composite key", "entry", Given(("tenant", "account_no"), "s"), (), [(1, None), (None, 1)]),
        Case("NULL leads nowhere", "person", Leads(("boss_id",), "person", ("boss_id",), _JAN), ()),
        Case(
            "a link with half a key",
            "entry",
            Leads(("tenant", "account_no"), "entry", ("tenant", "account_no"), Compare("id", "in", (5, 6))),
            (),
        ),
        Case("NULL compares with nothing", "person", Compare("boss_id", "<", (99,)), (2, 3, 4, 5, 6)),
    ),
    ("links-lead-there", "A link leads to the rows of the table it names, and through as many tables as there are."): (
        Case("one link", "account", Leads(("owner_id",), "person", ("id",), _JAN), (1, 2), columns=("no",)),
        Case("from many", "session", Leads(("person_id",), "person", ("id",), Compare("id", ">", (12,))), (4,)),
        Case("back", "person", Leads(("id",), "session", ("person_id",), Compare("id", "in", (2, 3))), (12,)),
        Case("not to the key", "node", Leads(("owner_id",), "session", ("id",), Compare("id", "=", (2,))), (3, 5, 6)),
        Case(
            "two links",
            "entry",
            Leads(
                ("tenant", "account_no"),
                "account",
                ("tenant", "no"),
                Leads(("owner_id",), "person", ("id",), Compare("boss_id", "=", (1,))),
            ),
            (2, 3),
        ),
    ),
    ("every-column-of-a-key", "A composite key is compared on all of its columns."): (
        Case("a composite seed", "entry", Given(("tenant", "account_no"), "s"), (2, 3), [(1, 2), (2, 1)]),
        Case(
            "a composite link",
            "entry",
            Leads(("tenant", "account_no"), "account", ("tenant", "no"), Compare("owner_id", "=", (1,))),
            (1, 4, 7),
        ),
        Case(
            "columns in another order",
            "account",
            Given(("no", "tenant"), "s"),
            ((1, 2),),
            [(2, 1)],
            columns=("tenant", "no"),
        ),
    ),
    (
        "spelled-exactly",
        "Keys are compared exactly, whatever the collation of a column; text meets a number as written.",
    ): (
        _given("case", "email", "jan@x.example", (1,)),
        _given("accents", "email", "jose@x.example", (4,)),
        _given("composed accents", "email", "josé@x.example", (3,)),
        _given("blanks", "email", "jan@x.example  ", ()),
        _given("empty text", "email", "", (15,)),
        _given("a number in text", "email", 5, (12,)),
        _given("a text that begins with a number", "id", "5abc", ()),
        _given("a number with a nought", "id", "05", ()),
        _given("a number as text", "id", "5", (5,)),
        Case(
            "a link from text to number",
            "remark",
            Both((Compare("holder_type", "=", ("Person",)), Leads(("holder_id",), "person", ("id",), All()))),
            (1,),
        ),
        Case("a constant", "person", Compare("email", "=", ("jan@x.example",)), (1,)),
        Case("constants", "person", Compare("email", "in", ("JOSE@x.example", "05")), (13,)),
    ),
    ("normalised-as-declared", "Both sides are normalised as the link says, and no further."): (
        _given("lowercase", "email", "Jan@X.example", (1, 2), "lowercase"),
        _given("lowercase keeps accents", "email", "JOSÉ@x.example", (3,), "lowercase"),
        _given("trim", "email", "jan@x.example", (1, 11), "trim"),
        _given("trim and lowercase", "email", " JAN@x.example", (1, 2, 11), "trim", "lowercase"),
        _given("nfc", "email", "jose\u0301@x.example", (3, 16), "nfc"),
        _given("digits", "phone", "0201234567", (2,), "digits"),
        _given("phone", "phone", "0031201234567", (1, 2), "phone"),
        _given("nothing left", "phone", "none", (), "digits"),
    ),
    (
        "keys-inside-cells",
        "Keys are found in templates, lists, JSON, YAML and serialised cells, whole and nowhere else.",
    ): (
        _holder("template", How(template="person,{}"), 1, (7,)),
        _holder("list", How(inside=Inside.LIST, path=","), 2, (1, 6), "listed"),
        _holder("JSON at a path", How(inside=Inside.JSON, path="by.id"), 1, (1, 3), "meta"),
        _holder("JSON through a list", How(inside=Inside.JSON, path="to.*.id"), 5, (1,), "meta"),
        _holder("JSON at any depth", How(inside=Inside.JSON), 1, (1, 2, 3), "meta"),
        _holder("YAML", How(inside=Inside.YAML, path="by.id"), 1, (1, 3, 6), "meta"),
        _holder("PHP", How(inside=Inside.SERIALISED, path="id"), 1, (7,), "meta"),
        Case(
            "a link through a template",
            "remark",
            Leads(("holder_id",), "person", ("id",), Compare("id", "in", (1, 2)), How(template="person,{}")),
            (3, 7),
        ),
    ),
    ("constants-compare", "A column compares with constants of its own kind."): (
        Case("before a date", "person", Compare("born", "<", (date(1990, 12, 31),)), (1, 2)),
        Case("until a date", "person", Compare("born", "<=", (date(1990, 12, 31),)), (1, 2, 4)),
        Case("after an instant", "session", Compare("began", ">", (datetime(2026, 1, 2, 12, 30),)), (3, 4)),
        Case("at least a number", "person", Compare("id", ">=", (15,)), (15, 16)),
        Case("no value", "person", Compare("email", "null"), (5, 6)),
        Case("any of none", "person", Compare("id", "in", ()), ()),
        Case("begins with", "person", Compare("email", "starts", ("jan@",)), (1,)),
        Case("begins with a sign of LIKE", "person", Compare("email", "starts", ("_",)), ()),
        Case("coarse already", "person", Compare("born", "coarse", ("year",)), (2,)),
        Case("a coarse address", "person", Compare("last_ip", "coarse", ("ip",)), ()),
    ),
    ("sets-combine", "Not keeps what is unknown; no part of Either is nothing; In is the other set."): (
        Case(
            "not, with NULL",
            "person",
            Both((Compare("id", "<", (7,)), Not(Compare("boss_id", "=", (1,))))),
            (1, 3, 4, 5, 6),
        ),
        Case("not not", "person", Not(Not(Compare("boss_id", "=", (1,)))), (2,)),
        Case("either of nothing", "person", Either(()), ()),
        Case(
            "both of nothing", "account", Both(()), ((1, 1), (1, 2), (2, 1), (2, 2), (3, 1)), columns=("tenant", "no")
        ),
        Case("in", "person", Both((In("top"), Compare("id", ">", (0,)))), (1,), sets=(RowSet("top", "person", _JAN),)),
        Case(
            "not in", "node", Not(In("top")), (3, 5, 6), sets=(RowSet("top", "node", Compare("owner_id", "=", (1,))),)
        ),
        Case("a seed without values", "person", Given(("id",), "s"), ()),
    ),
    ("least-fixpoint", "A set that refers to itself holds what follows, to any depth, through cycles, and no more."): (
        Case("a chain", "person", _BELOW, (1, 2, 5, 6), sets=(RowSet("top", "person", _JAN),)),
        Case("a cycle", "person", _BELOW, (3, 4), sets=(RowSet("top", "person", Compare("id", "=", (3,))),)),
        Case("nothing from nothing", "person", _BELOW, (), sets=(RowSet("top", "person", Either(())),)),
        Case(
            "two sets in turn",
            "node",
            Either((Compare("id", "=", (2,)), Leads(("parent_id",), "node", ("id",), In("odd")))),
            (2, 4),
            sets=(RowSet("odd", "node", Leads(("parent_id",), "node", ("id",), In("found"))),),
        ),
    ),
    ("whole-words", "A word is mentioned where it stands whole, not inside another word or address."): (
        Case("any case", "person", Mentions("note", "s"), (3, 4, 5), [("Jan",)]),
        Case("lower case", "person", Mentions("note", "s", How(("lowercase",))), (3, 4, 5), [("jan",)]),
        Case("an address", "person", Mentions("note", "s"), (3,), [("jan@x.example",)]),
        Case("several words", "person", Mentions("note", "s"), (3, 12), [("wrote to",), ("number 5",), (None,)]),
        Case("signs of LIKE and patterns", "person", Mentions("note", "s"), (), [(".*",), ("J%",), ("J_n",)]),
        Case(
            "nasty words",
            "person",
            Mentions("note", "s"),
            (7, 8, 10),
            [(value,) for value in (*village.NASTY[:2], village.NASTY[3])],
        ),
    ),
    ("collisions-are-foreseen", "Rows that could not stay beside others after a link is moved are known beforehand."): (
        Case(
            "another row is there",
            "membership",
            Collides("all", "person_id", ("circle",), "s"),
            (1,),
            [(3,)],
            (RowSet("all", "membership", Compare("person_id", "=", (1,))),),
        ),
        Case(
            "an earlier row of the set",
            "membership",
            Collides("all", "person_id", ("circle",), "s"),
            (4, 5),
            (),
            (RowSet("all", "membership", All()),),
        ),
        Case(
            "not with itself",
            "membership",
            Collides("all", "person_id", ("circle",), "s"),
            (),
            [(4,)],
            (RowSet("all", "membership", Compare("id", "=", (7,))),),
        ),
    ),
    ("nasty-names", "Reserved words, blanks, quotes and letters of any script in names."): (
        Case("compare", village.ODD, Compare(village.ODD_COLUMN, "=", ("it's",)), (1,), columns=("order",)),
        Case("given", village.ODD, Given((village.ODD_COLUMN,), "s"), (0,), [("a",)], columns=("order",)),
        Case("leads", village.ODD, Leads(("größe",), village.ODD, ("größe",), All()), (0, 1, 2), columns=("order",)),
        Case("null", village.ODD, Compare("NULL", "null"), (0, 1, 2), columns=("order",)),
    ),
}


def _with_fixpoint(abilities: Abilities) -> bool:
    return abilities.fixpoint


def nasty_values(site: Site) -> None:
    """Each nasty identifier finds its own row; one with NUL finds nothing, or is refused in words."""
    site.fill(village.TABLES, village.rows())
    for at, value in enumerate(village.NASTY):
        _given(f"nasty value {at}", "email", value, (7 + at,)).trial(site)
    Case("all at once", "person", Given(("email",), "s"), (7, 8, 9, 10), [(one,) for one in village.NASTY]).trial(site)
    try:
        _given("NUL", "email", "jan\0@x.example", ()).trial(site)
    except StoreError as refused:
        demand("jan" not in str(refused), "a refusal shows the value.")


def _every(cases: tuple[Case, ...]) -> Callable[[Site], None]:
    def trial(site: Site) -> None:
        site.fill(village.TABLES, village.rows())
        for case in cases:
            case.trial(site)

    return trial


LAWS: tuple[Law, ...] = (
    *(
        Law(name, sentence, _every(cases), _with_fixpoint if name == "least-fixpoint" else always)
        for (name, sentence), cases in CASES.items()
    ),
    Law(
        "nasty-values", "Quotes, emoji, right-to-left marks and 10,000 characters are found; NUL is said.", nasty_values
    ),
)
