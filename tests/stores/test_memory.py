"""The memory store, in a handful of worked examples: it is what other stores are held against, so it is read first."""

from __future__ import annotations

from datetime import date

import pytest

from waarborg.errors import StalePlan, StoreError
from waarborg.stores.contract import (
    All,
    Both,
    Change,
    Collides,
    Column,
    Compare,
    Constant,
    Delete,
    Either,
    Family,
    ForeignKey,
    FromSeed,
    Given,
    How,
    In,
    Insert,
    Keyed,
    Leads,
    Marker,
    Not,
    Program,
    Redact,
    RowSet,
    Schema,
    Seeds,
    Store,
    Table,
    Unique,
    Update,
)
from waarborg.stores.memory import MemoryStore


def column(name: str, family: Family = Family.TEXT, **more: object) -> Column:
    return Column(name, family.value, family, **more)  # type: ignore[arg-type]


ID = column("id", Family.NUMBER, nullable=False, identity=True)
SCHEMA = Schema(
    "memory",
    {
        "member": Table(
            "member",
            (ID, column("email", length=60), column("born", Family.DATE)),
            key=("id",),
            uniques=(Unique("member_email", ("email",)),),
        ),
        "comment": Table(
            "comment",
            (
                ID,
                column("author_id", Family.NUMBER),
                column("parent_id", Family.NUMBER),
                column("body", nullable=False),
            ),
            key=("id",),
            foreign_keys=(
                ForeignKey("comment_author", ("author_id",), "member", ("id",)),
                ForeignKey("comment_parent", ("parent_id",), "comment", ("id",), "CASCADE"),
            ),
        ),
    },
)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(
        "app",
        SCHEMA,
        {
            "member": [
                {"id": 1, "email": "Jan@x.example", "born": date(1980, 2, 3)},
                {"id": 2, "email": "els@x.example", "born": None},
            ],
            "comment": [
                {"id": 10, "author_id": 1, "parent_id": None, "body": "Jan was here"},
                {"id": 11, "author_id": 2, "parent_id": 10, "body": "hello jan"},
                {"id": 12, "author_id": None, "parent_id": 11, "body": "Janneke"},
                {"id": 13, "author_id": 2, "parent_id": None, "body": "apart"},
            ],
        },
    )


JAN = RowSet("jan", "member", Given(("email",), "who", How(normalise=("lowercase",))))
HIS = RowSet("his", "comment", Leads(("author_id",), "member", ("id",), In("jan")))
THREAD = RowSet("thread", "comment", Either((In("his"), Leads(("parent_id",), "comment", ("id",), In("thread")))))
PROGRAM = Program((THREAD, HIS, JAN, RowSet("others", "comment", Not(In("his")))))
WHO = Seeds(who=[("jan@x.example",)])


def test_a_set_is_the_least_fixpoint(store: MemoryStore) -> None:
    with store.reading(PROGRAM, WHO) as look:
        assert look.values("thread", ["id"]) == [(10,), (11,), (12,)]
        assert look.count("others") == 3
        assert look.groups("jan", "born") == {1980: 1}
        assert [len(block) for block in look.rows("thread", ["body"])] == [3]


def test_a_cycle_through_not_is_refused(store: MemoryStore) -> None:
    odd = Program((RowSet("a", "member", Not(In("b"))), RowSet("b", "member", In("a"))))
    with pytest.raises(StoreError, match='WB315 app: The sets "a", "b"'), store.reading(odd, Seeds()):
        pass


def test_a_reading_is_of_one_moment(store: MemoryStore) -> None:
    with store.reading(PROGRAM, WHO) as look:
        store.apply(Change(PROGRAM, (Update("u", "jan", 1, {"email": Constant(None)}),)), WHO)
        assert look.count("jan") == 1
    with store.reading(PROGRAM, WHO) as look:
        assert look.count("jan") == 0


def test_a_foreign_key_refuses_and_nothing_is_touched(store: MemoryStore) -> None:
    before = {name: [dict(row) for row in rows] for name, rows in store.tables.items()}
    with pytest.raises(StoreError, match="comment_author"):
        store.apply(Change(PROGRAM, (Update("u", "his", 9, {"body": Constant("")}), Delete("d", "jan", 1))), WHO)
    assert store.tables == before


def test_a_cascade_beside_the_plan_is_stale(store: MemoryStore) -> None:
    steps = (Delete("comments", "his", 1), Delete("member", "jan", 1))
    with pytest.raises(StalePlan, match=r"WB322 app.comment: .* 2 rows"):
        store.apply(Change(PROGRAM, steps), WHO)
    assert len(store.tables["comment"]) == 4
    done = store.apply(Change(PROGRAM, steps, side_effects={"comment": 2}, marker=Marker("p", 1)), WHO)
    assert [one.rows for one in done.steps] == [1, 1]
    assert [row["id"] for row in store.tables["comment"]] == [13]
    assert store.apply(Change(PROGRAM, steps, marker=Marker("p", 1)), WHO).already


def test_more_rows_than_approved_is_stale(store: MemoryStore) -> None:
    with pytest.raises(StalePlan, match="WB320"):
        store.apply(Change(PROGRAM, (Delete("d", "thread", 2),)), WHO)


def test_a_stand_in_takes_over(store: MemoryStore) -> None:
    seeds = Seeds(WHO, nobody=[("former@invalid.example",)])
    steps = (
        Insert("stand_in", "member", ("email",), "nobody", 1, returning=("id",)),
        Update("links", "his", 1, {"author_id": FromSeed("stand_in"), "body": Redact("names", "[name]")}),
        Update("keyed", "jan", 1, {"email": Keyed("erased-{}@invalid.example")}),
    )
    seeds["names"] = [("jan",)]
    done = store.apply(Change(PROGRAM, steps), seeds)
    assert [one.rows for one in done.steps] == [1, 1, 1]
    assert store.tables["comment"][0] == {"id": 10, "author_id": 3, "parent_id": None, "body": "[name] was here"}
    assert store.tables["member"][0]["email"] == "erased-1@invalid.example"
    again = store.apply(Change(PROGRAM, steps), seeds)
    assert [one.rows for one in again.steps] == [0, 0, 0]


def test_collisions_are_seen_beforehand(store: MemoryStore) -> None:
    program = Program(
        (
            RowSet("mine", "comment", Compare("id", "in", (10, 11, 12))),
            RowSet("clash", "comment", Collides("mine", "author_id", ("parent_id",), "to")),
        )
    )
    store.tables["comment"][2]["parent_id"] = 10
    with store.reading(program, Seeds(to=[])) as look:
        assert look.values("clash", ["id"]) == [(12,)]
    store.tables["comment"][3] |= {"parent_id": 10}
    with store.reading(program, Seeds(to=[(2,)])) as look:
        assert look.values("clash", ["id"]) == [(11,), (12,)]


def test_null_is_never_equal(store: MemoryStore) -> None:
    program = Program(
        (
            RowSet("null", "comment", Given(("author_id",), "k")),
            RowSet("leads", "comment", Leads(("author_id",), "comment", ("author_id",), Compare("id", "=", (12,)))),
            RowSet("not", "comment", Not(Compare("author_id", "=", (1,)))),
            RowSet("both", "comment", Both((All(), Compare("author_id", "null")))),
        )
    )
    with store.reading(program, Seeds(k=[(None,)])) as look:
        assert [look.count(name) for name in ("null", "leads", "not", "both")] == [0, 0, 3, 1]


def test_search_looks_inside_encodings(store: MemoryStore) -> None:
    store.tables["comment"][3]["body"] = "bWFpbCBmb3IgamFuQHguZXhhbXBsZQ=="
    hits = list(store.search(["jan@x.example"]))
    assert [(hit.table, hit.key, hit.encoding, hit.exact) for hit in hits] == [
        ("member", (1,), "", True),
        ("comment", (13,), "base64", False),
    ]


def test_it_is_a_store_and_hides_values(store: MemoryStore) -> None:
    assert isinstance(store, Store)
    assert "Jan" not in repr(store)
    assert [sample.values for sample in store.sample("member", ["email"], 1)] == [["Jan@x.example"]]
