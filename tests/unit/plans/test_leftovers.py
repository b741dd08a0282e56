"""The leftover scan: canaries in every encoding, seen first, then each called what it is; and what turns it red."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import pytest

from waarborg.datamap.model import Identifier, Ignored, StoreDecl, TableDecl
from waarborg.errors import StoreError
from waarborg.plans import leftovers as leftovers_module
from waarborg.plans.identifiers import frozen_words, spelled
from waarborg.plans.kept import KeptRows
from waarborg.plans.leftovers import Leftovers, Standing
from waarborg.plans.model import Approval, Plan, Sealed
from waarborg.stores.contract import Column, Family, Schema, Table
from waarborg.stores.memory import MemoryStore
from waarborg.terms import SubjectRef, Treatment
from worlds import NOW, Build, World, belongs, columns_of, person, table

MAIL = "Canary.Vogel@x.example"
NAME = "Anna Vogelaar"
PHONE = "+31612345678"
AN = SubjectRef({"email": MAIL.lower()})
MEMBER = table("member", "id int, email text, name text?, phone text?")
PHP = f's:5:"email";s:{len(MAIL)}:"{MAIL}";'
PLANTED = {
    "plain": (MAIL, ""),
    "mixed case": (MAIL.swapcase(), ""),
    "json": (json.dumps({"to": [{"mail": MAIL}]}), ""),
    "escaped json": (json.dumps({"to": MAIL.replace("@", "\u0040")}).replace("@", "\\u0040"), "json"),
    "base64": (base64.b64encode(f"mail for {MAIL}.".encode()).decode(), "base64"),
    "php": (f"a:1:{{{PHP}}}", ""),
    "longer text": (f"On Monday we wrote to {MAIL}, who did not answer. " * 3, ""),
    "name": (f"signed, {NAME.upper()}", ""),
    "phone, nationally": ("call 06-12345678 after six", ""),
    "phone, abroad": ("00 or 0031612345678", ""),
}
"""What is planted as text, and how the scan must say it read it."""
NEAR = ["Canary.Vogel@x.example.org", "xCanary.Vogel@x.example", "Anna Vogelaarster", "06123456789", "nothing"]
"""Somebody else's: no hit."""


def people(**more: object) -> TableDecl:
    """People with an address, a name and a telephone number; the name is kept on invoices."""
    identifiers = (
        Identifier("email", "email", ("lowercase",)),
        Identifier("name", "name"),
        Identifier("phone", "phone", ("phone",)),
    )
    decl = person(identifiers=identifiers, **more)
    return replace(decl, columns=columns_of(email="account.email", name="account.name", phone="account.phone"))


ROWS: dict[str, Sequence[tuple[object, ...]]] = {
    "member": [(1, MAIL.lower(), NAME, PHONE), (2, "bo@x.example", "Bo de Boer", "+31687654321")]
}


def seen_and_erased(w: World, *people: SubjectRef) -> tuple[Leftovers, Leftovers, Plan, Sealed]:
    """Search, erase, search again."""
    plan, sealed = w.planner.plan_erasure(people or [AN])
    before = w.planner.leftovers(plan, sealed)
    w.planner.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
    assert w.planner.verify(plan, sealed).clean
    return before, w.planner.leftovers(plan, sealed), plan, sealed


def told(found: Leftovers, standing: Standing) -> dict[str, int]:
    """Hits by place."""
    counts: dict[str, int] = {}
    for one in found.places:
        if one.standing is standing:
            counts[one.place] = counts.get(one.place, 0) + one.hits
    return counts


# ------------------------------------------------------------------------------------------------ finding


def test_a_canary_is_found_in_every_encoding_of_an_unmapped_table(world: Build) -> None:
    stray = table("stray", "id int, body text?")
    bodies = [text for text, _ in PLANTED.values()] + NEAR
    w = world([MEMBER, stray], [people()], {**ROWS, "stray": list(enumerate(bodies))})
    before, after, _, _ = seen_and_erased(w)
    assert told(before, Standing.UNEXPLAINED)["app.stray.body"] == len(PLANTED)
    assert told(before, Standing.UNEXPLAINED)["app.member.email"] == 1
    assert told(after, Standing.UNEXPLAINED) == {"app.stray.body": len(PLANTED)}
    assert {one.encoding for one in after.places} == {encoding for _, encoding in PLANTED.values()}
    assert {one.reason for one in after.places} == {"the table is not in the data map"}
    assert after.sentence == f"leftovers: {len(PLANTED)} unexplained (0 explained, 0 ambiguous, 0 ignored)"


def test_compressed_bytes_are_opened(world: Build) -> None:
    columns = (Column("id", "int", Family.NUMBER, nullable=False), Column("blob", "blob", Family.BINARY))
    packed = gzip.compress(f"for {MAIL}".encode())
    double = base64.b64encode(packed)
    rows = {**ROWS, "raw": [(1, packed), (2, double), (3, b"\x00\xff")]}
    w = world([MEMBER, Table("raw", columns, ("id",))], [people()], rows)
    _, after, _, _ = seen_and_erased(w)
    assert {(one.place, one.encoding, one.hits) for one in after.places} == {
        ("app.raw.blob", "gzip", 1),
        ("app.raw.blob", "base64+gzip", 1),
    }


def test_a_mapped_column_that_leads_nowhere_is_unexplained(world: Build) -> None:
    note = table("note", "id int, member_id int, body text?, extra text?")
    decl = TableDecl("app.note", links=(belongs("app.member", "member_id"),), columns=columns_of(body="content.text"))
    rows = [(1, 1, "mine", MAIL), (2, 2, f"{MAIL} owes me", None), (3, 2, None, NAME)]
    w = world([MEMBER, note], [people(), decl], {**ROWS, "note": rows})
    _, after, _, _ = seen_and_erased(w)
    assert {(one.place, one.reason) for one in after.places} == {
        ("app.note.body", "the plan keeps neither this row nor this column"),
        ("app.note.extra", "the column is not in the data map"),
    }


def test_nothing_left_is_zero(world: Build) -> None:
    note = table("note", "id int, member_id int, body text?")
    decl = TableDecl("app.note", links=(belongs("app.member", "member_id"),), columns=columns_of(body="content.text"))
    w = world([MEMBER, note], [people(), decl], {**ROWS, "note": [(1, 1, MAIL), (2, 2, "bo")]})
    before, after, _, _ = seen_and_erased(w)
    assert before.unexplained == 4
    assert after.places == ()
    assert after.clean
    assert after.sentence == "leftovers: 0 unexplained (0 explained, 0 ambiguous, 0 ignored)"
    assert (after.searched, after.stores) == (3, ("app",))


def test_many_people_are_searched_in_one_pass(world: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    stray = table("stray", "id int, body text?")
    members = [(n, f"person{n}@x.example", f"Person Number{n}", None) for n in range(1, 41)]
    rows = {"member": members, "stray": [(n, f"to person{n}@x.example") for n in range(1, 41)]}
    w = world([MEMBER, stray], [people()], rows)
    calls: list[Sequence[str]] = []
    store = w.planner.stores["app"]
    inner = type(store).search

    def counted(self: object, needles: Sequence[str], tables: Sequence[str]) -> object:
        calls.append(tables)
        return inner(self, needles, tables)  # type: ignore[arg-type]

    plan, sealed = w.planner.plan_erasure([SubjectRef({"email": f"person{n}@x.example"}) for n in range(1, 31)])
    w.planner.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
    monkeypatch.setattr(type(store), "search", counted)
    found = w.planner.leftovers(plan, sealed)
    assert told(found, Standing.UNEXPLAINED) == {"app.stray.body": 30}
    assert sorted(name for (name,) in calls) == ["member", "stray"]
    assert (found.people, found.searched) == (30, 60)


def test_every_store_is_searched(world: Build) -> None:
    w = world([MEMBER], [people()], ROWS)
    events = {"event": [{"id": 1, "body": f"login {MAIL}"}]}
    log = MemoryStore("log", Schema("memory", {"event": table("event", "id int, body text?")}), events)
    w.planner.stores = {**w.planner.stores, "log": log}
    w.planner.datamap = replace(
        w.planner.datamap, stores={**w.planner.datamap.stores, "log": StoreDecl("log", "memory")}
    )
    _, after, plan, sealed = seen_and_erased(w)
    assert told(after, Standing.UNEXPLAINED) == {"log.event.body": 1}
    assert after.stores == ("app", "log")
    log.close()
    with pytest.raises(StoreError):
        w.planner.leftovers(plan, sealed)


def test_a_table_without_a_key_counts_every_row_and_explains_none(world: Build) -> None:
    invoice = replace(INVOICE, name="invoice", key=())
    rows = [(1, 1, date(2024, 5, 1), NAME, None), (1, 1, date(2024, 5, 1), NAME, None)]
    stray = table("stray", "id int, body text?", key="")
    w = world(
        [MEMBER, invoice, stray], [people(), INVOICES], {**ROWS, "invoice": rows, "stray": [(1, MAIL), (1, MAIL)]}
    )
    _, after, _, _ = seen_and_erased(w)
    assert told(after, Standing.UNEXPLAINED) == {"app.invoice.name": 2, "app.stray.body": 2}
    assert "no key tells whether the plan keeps this row" in {one.reason for one in after.places}


# ------------------------------------------------------------------------------------------------ explaining


INVOICE = table(
    "invoice", "id int, member_id int, issued date?, name text?, note text?", refs={"member_id": "member.id"}
)
INVOICES = TableDecl(
    "app.invoice",
    links=(belongs("app.member", "member_id"),),
    columns=columns_of(name="billing.name"),
    dates={"end_of_fiscal_year": "issued"},
)


def invoiced(world: Build) -> World:
    """An invoice that the law keeps, and one of somebody else on which the leaver stands as well."""
    day = date(2024, 5, 1)
    rows = [(1, 1, day, NAME, None), (2, 2, day, NAME, None), (3, 1, day, None, MAIL)]
    return world([MEMBER, INVOICE], [people(), INVOICES], {**ROWS, "invoice": rows})


def test_a_kept_row_and_column_explain_and_their_table_does_not(world: Build) -> None:
    _, after, _, _ = seen_and_erased(invoiced(world))
    assert told(after, Standing.EXPLAINED) == {"app.invoice.name": 1}
    assert told(after, Standing.UNEXPLAINED) == {"app.invoice.name": 1, "app.invoice.note": 1}
    explained = next(one for one in after.places if one.standing is Standing.EXPLAINED)
    assert explained.reason == "retention.invoices, AWR art. 52, until 2031-12-31"


def test_rows_that_others_share_explain_what_the_plan_left_in_them(world: Build) -> None:
    letter = table(
        "letter", "id int, sender int?, receiver int?, body text?, sender_name text?",
        refs={"sender": "member.id", "receiver": "member.id"},
    )  # fmt: skip
    links = (belongs("app.member", "sender", about=("sender_name",)), belongs("app.member", "receiver"))
    columns = columns_of(body="content.text", sender_name="content.text")
    decl = TableDecl("app.letter", links=links, columns=columns)
    rows = [(1, 1, 2, f"from {MAIL}", NAME), (2, 2, 2, f"about {MAIL}", None)]
    w = world([MEMBER, letter], [people(), decl], {**ROWS, "letter": rows})
    _, after, plan, sealed = seen_and_erased(w)
    assert w.rows("letter")[0]["sender"] is None
    assert told(after, Standing.EXPLAINED) == {"app.letter.body": 1}
    assert told(after, Standing.UNEXPLAINED) == {"app.letter.body": 1}
    w.add("letter", 3, None, 2, "late", NAME)
    late = w.planner.leftovers(plan, sealed)
    assert told(late, Standing.UNEXPLAINED) == {"app.letter.body": 1, "app.letter.sender_name": 1}


def test_an_ignored_table_is_counted_until_its_day(world: Build) -> None:
    stray = table("stray", "id int, body text?, note text?")
    w = world([MEMBER, stray], [people()], {**ROWS, "stray": [(1, MAIL, NAME)]})
    entries = {
        "app.stray.body": Ignored("app.stray.body", "old log", "platform team", date(2028, 1, 1)),
        "app.stray.note": Ignored("app.stray.note", "old log", "platform team", date(2026, 11, 21)),
    }
    w.planner.datamap = replace(w.planner.datamap, ignored=tuple(entries.values()))
    _, after, _, _ = seen_and_erased(w)
    assert told(after, Standing.IGNORED) == {"app.stray.body": 1}
    assert told(after, Standing.UNEXPLAINED) == {"app.stray.note": 1}
    reasons = {one.place: one.reason for one in after.places}
    assert reasons["app.stray.body"] == "old log (platform team, until 2028-01-01)"
    assert reasons["app.stray.note"] == "the decision to ignore it ended on 2026-11-21"


def test_a_name_that_somebody_else_has_too_is_ambiguous(world: Build) -> None:
    stray = table("stray", "id int, body text?")
    members = [*ROWS["member"], (3, "other@x.example", NAME.lower(), None)]
    rows = {"member": members, "stray": [(1, f"{NAME} and {MAIL}")]}
    w = world([MEMBER, stray], [people()], rows)
    _, after, _, _ = seen_and_erased(w)
    assert told(after, Standing.AMBIGUOUS) == {"app.stray.body": 1, "app.member.name": 1}
    assert told(after, Standing.UNEXPLAINED) == {"app.stray.body": 1}
    assert {one.reason for one in after.places if one.standing is Standing.AMBIGUOUS} == {"somebody else has this name"}


def test_the_kept_row_of_the_leaver_is_nobody_elses(world: Build) -> None:
    """A shell on which the law keeps the name must not make that name look shared."""
    decl = replace(people(), columns=columns_of(email="account.email", name="billing.name", phone="account.phone"))
    rows = [(1, 1, date(2024, 5, 1), NAME, None)]
    stray = table("stray", "id int, body text?")
    w = world([MEMBER, INVOICE, stray], [decl, INVOICES], {**ROWS, "invoice": rows, "stray": [(1, NAME)]})
    _, after, _, _ = seen_and_erased(w)
    assert w.column("member", "name")[0] == NAME
    assert told(after, Standing.EXPLAINED) == {"app.invoice.name": 1, "app.member.name": 1}
    assert told(after, Standing.UNEXPLAINED) == {"app.stray.body": 1}


def test_a_key_that_was_given_may_stand_where_kept_rows_lead(world: Build) -> None:
    member = table("member", "id text, email text?, name text?")
    invoice = table("invoice", "id int, member_id text, issued date?, name text?")
    stray = table("stray", "id int, body text?")
    uuid = "3c0d8f6e-6a44-4f0e-9d5a-1f6f0a7f2b11"
    invoices = [(1, uuid, date(2024, 5, 1), NAME)]
    rows = {"member": [(uuid, MAIL, NAME)], "invoice": invoices, "stray": [(1, f"/files/{uuid}/a")]}
    w = world([member, invoice, stray], [person(), INVOICES], rows)
    _, after, _, _ = seen_and_erased(w, SubjectRef({"key": uuid}))
    assert told(after, Standing.UNEXPLAINED) == {"app.stray.body": 1}
    assert told(after, Standing.EXPLAINED)["app.invoice.member_id"] == 1


# ------------------------------------------------------------------------------------------------ words


def test_short_and_common_words_are_counted_and_not_searched(world: Build) -> None:
    stray = table("stray", "id int, body text?")
    w = world([MEMBER, stray], [people()], {"member": [(1, MAIL, "An", "12345")], "stray": [(1, "An 12345")]})
    _, after, _, _ = seen_and_erased(w)
    assert (after.searched, after.left_out, after.places) == (1, 2, ())
    assert "too short" in replace(after, searched=0).sentence


def test_numbers_have_both_spellings() -> None:
    for text in (PHONE, "06-12345678", "0031 6 12345678"):
        assert {PHONE, "0612345678", "06-12345678", "0031612345678"} <= set(spelled(text, "NL"))
    assert "O&#39;Brien" in set(spelled("O'Brien"))


def test_no_word_and_no_value_in_what_comes_out(world: Build) -> None:
    stray = table("stray", "mail text, body text?", key="mail")
    w = world([MEMBER, stray], [people()], {**ROWS, "stray": [(MAIL, f"{NAME} {PHONE}")]})
    _, after, _, sealed = seen_and_erased(w)
    assert after.unexplained == 3
    words = frozen_words(w.planner.world(), sealed)
    for shown in (repr(after), repr(words), str(after.places), repr(sealed)):
        for word in (MAIL, NAME, PHONE, "vogel"):
            assert word.lower() not in shown.lower()
    assert len({row for one in after.places for row in one.rows}) == 1


# ------------------------------------------------------------------------------------------------ sabotage


def test_a_table_forgotten_in_the_map_is_found(world: Build) -> None:
    note = table("note", "id int, member_id int, body text?")
    decl = TableDecl("app.note", links=(belongs("app.member", "member_id"),), columns=columns_of(body="content.text"))
    w = world([MEMBER, note], [people(), decl], {**ROWS, "note": [(1, 1, f"by {MAIL}")]})
    known = w.planner.datamap
    w.planner.datamap = replace(known, tables={name: one for name, one in known.tables.items() if name != "app.note"})
    _, after, _, _ = seen_and_erased(w)
    assert told(after, Standing.UNEXPLAINED) == {"app.note.body": 1}


def test_a_treatment_that_did_nothing_is_found(world: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    note = table("note", "id int, member_id int, body text?")
    decl = TableDecl("app.note", links=(belongs("app.member", "member_id"),), columns=columns_of(body="content.text"))
    w = world([MEMBER, note], [people(), decl], {**ROWS, "note": [(1, 1, f"by {MAIL}")]})
    plan, sealed = w.plan(MAIL.lower())
    only = replace(plan.stores[0], steps=tuple(s for s in plan.stores[0].steps if s.treatment is not Treatment.DELETE))
    plan = replace(plan, stores=(only,))
    w.planner.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
    assert told(w.planner.leftovers(plan, sealed), Standing.UNEXPLAINED) == {
        "app.member.email": 1,
        "app.member.name": 1,
        "app.member.phone": 1,
        "app.note.body": 1,
    }


def by_table(patch: pytest.MonkeyPatch) -> None:
    """A table with kept rows explains whatever stands in it."""
    patch.setattr(KeptRows, "_rows", lambda self, draft, table, wanted: frozenset(wanted))


def any_column(patch: pytest.MonkeyPatch) -> None:
    """A kept row explains all of its columns."""
    inner = KeptRows.look

    def look(self: KeptRows, table: Table, hits: object, words: object) -> None:
        inner(self, table, hits, words)  # type: ignore[arg-type]
        every = frozenset(one.name for one in table.columns)
        self._keeping = [(rows, every, says) for rows, _, says in self._keeping]

    patch.setattr(KeptRows, "look", look)


def never_expires(patch: pytest.MonkeyPatch) -> None:
    """A decision to ignore holds for ever."""
    inner = leftovers_module._ignored
    patch.setattr(leftovers_module, "_ignored", lambda d, s, t, c, today: inner(d, s, t, c, date.min))


def no_namesakes(patch: pytest.MonkeyPatch) -> None:
    """Nobody is called the same."""
    patch.setattr(leftovers_module, "namesakes", lambda *_: {})


def given_only(patch: pytest.MonkeyPatch) -> None:
    """Only what was given is searched, not what stood in their rows."""
    from waarborg.plans import identifiers

    patch.setattr(identifiers, "IDENTIFIERS", "nothing:")


SABOTAGES: list[tuple[Callable[[pytest.MonkeyPatch], None], Callable[[Build], None]]] = [
    (by_table, test_a_kept_row_and_column_explain_and_their_table_does_not),
    (by_table, test_rows_that_others_share_explain_what_the_plan_left_in_them),
    (any_column, test_a_kept_row_and_column_explain_and_their_table_does_not),
    (never_expires, test_an_ignored_table_is_counted_until_its_day),
    (no_namesakes, test_a_name_that_somebody_else_has_too_is_ambiguous),
    (given_only, test_a_canary_is_found_in_every_encoding_of_an_unmapped_table),
]


@pytest.mark.parametrize(("sabotage", "check"), SABOTAGES)
def test_each_sabotage_turns_its_check_red(
    sabotage: Callable[[pytest.MonkeyPatch], None], check: Callable[[Build], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    import worlds

    check(worlds.world)
    sabotage(monkeypatch)
    with pytest.raises(AssertionError):
        check(worlds.world)
