"""Shapes of ownership that applications of others taught us, each in a world of a few rows."""

from __future__ import annotations

import base64
import io
import json
import zlib
from dataclasses import replace

import pytest

from waarborg.datamap.model import Identifier, Link, TableDecl
from waarborg.stores.contract import Inside
from waarborg.stores.decoding import refolded, scalars_inside
from waarborg.stores.matching import Words, redacted
from waarborg.terms import LinkKind, SubjectRef, Treatment
from worlds import Build, World, belongs, columns_of, person, policy, table

MEMBER = table("member", "id int, email text, name text?")
PEOPLE = [(1, "an@x.example", "An Bos"), (2, "bo@x.example", "Bo Vos"), (3, "cy@x.example", "Cy Das")]
TWO_NAMES = columns_of(email="account.email", given="account.name", family="account.name")
NAMED = (Identifier("email", "email"), Identifier("name", "name"))


def about(*columns: str, **more: object) -> Link:
    """An `about` link to the members."""
    return Link(LinkKind.ABOUT, "app.member", columns, **more)  # type: ignore[arg-type]


def answer(w: World, email: str) -> dict[str, list[dict[str, object]]]:
    """The rows of an access answer by table and reason."""
    out = io.StringIO()
    w.planner.access(SubjectRef({"email": email}), out)
    return {f"{one['table']} {one['why']}": one["rows"] for one in json.loads(out.getvalue())["data"]}


# ---- rows of others that are about the one who leaves ----------------------------------------------------------------


CARD = table("card", "id int, owner int, email text, note text?", refs={"owner": "member.id"})
CARDS = [(1, 1, "bo@x.example", "mine"), (2, 2, "an@x.example", "hers"), (3, 3, "bo@x.example", "his")]


def cards(treatment: Treatment) -> TableDecl:
    link = about("email", by_identifier="email", about=("email", "note"), on_erasure=treatment)
    links = (belongs("app.member", "owner"), link)
    return TableDecl("app.card", links=links, columns=columns_of(email="content.email", note="content.note"))


def test_a_row_goes_with_the_person_it_is_about(world: Build) -> None:
    w = world([MEMBER, CARD], [person(), cards(Treatment.DELETE)], {"member": PEOPLE, "card": CARDS})
    plan, _, verdict = w.erase("an@x.example")
    assert verdict.clean
    assert [(s.table, s.rows) for s in plan.steps()] == [("app.card", 2), ("app.member", 1)]
    assert w.column("card", "id") == [3]


def test_the_card_is_its_owners_in_an_answer_and_about_the_other(world: Build) -> None:
    w = world([MEMBER, CARD], [person(), cards(Treatment.DELETE)], {"member": PEOPLE, "card": CARDS})
    found = answer(w, "an@x.example")
    assert found["app.card about them"] == [{"email": "an@x.example", "note": "hers"}]


def test_what_stays_with_somebody_else_is_told(world: Build) -> None:
    """Sabotage of the first: with `keep` the row stays, and the plan says so."""
    w = world([MEMBER, CARD], [person(), cards(Treatment.KEEP)], {"member": PEOPLE, "card": CARDS})
    plan, _, verdict = w.erase("an@x.example")
    assert verdict.clean
    assert [(k.table, k.rows, k.why, k.columns) for k in plan.kept()] == [("app.card", 1, "shared", ("email", "note"))]
    assert w.column("card", "id") == [2, 3]


def test_what_hangs_on_such_a_row_goes_with_it(world: Build) -> None:
    tag = table("tag", "id int, card int", refs={"card": "card.id"})
    decl = TableDecl("app.tag", links=(belongs("app.card", "card"),))
    rows = {"member": PEOPLE, "card": CARDS, "tag": [(1, 1), (2, 2), (3, 3)]}
    w = world([MEMBER, CARD, tag], [person(), cards(Treatment.DELETE), decl], rows)
    _, _, verdict = w.erase("an@x.example")
    assert verdict.clean
    assert w.column("tag", "id") == [3]


def test_what_an_answer_withholds_is_counted_and_not_shown(world: Build) -> None:
    decl = TableDecl(
        "app.card",
        links=(belongs("app.member", "owner"), about("note", mentions=("name",), withhold=True)),
        columns=columns_of(note="content.note"),
    )
    rows = {"member": PEOPLE, "card": [(1, 2, "x", "lunch with An Bos and Cy Das")]}
    w = world([MEMBER, CARD], [person(identifiers=NAMED), decl], rows)
    assert answer(w, "an@x.example")["app.card mentions them"] == [{}]


# ---- identifiers -----------------------------------------------------------------------------------------------------

ADDRESS = table("address", "id int, member int, email text", refs={"member": "member.id"})
ADDRESSES = [(1, 1, "an@x.example"), (2, 1, "an@home.example"), (3, 2, "bo@x.example"), (4, 1, "desk@x.example"),
             (5, 2, "desk@x.example")]  # fmt: skip
NOTE = table("note", "id int, sender text, body text?")


def letters() -> list[TableDecl]:
    elsewhere = Identifier(
        "email", "email", ("lowercase",), table="app.address", by=("member",), nobody=("desk@x.example",)
    )
    return [
        person(identifiers=(elsewhere, Identifier("name", "name"))),
        TableDecl("app.address", links=(belongs("app.member", "member"),), columns=columns_of(email="account.email")),
        TableDecl(
            "app.note",
            links=(
                belongs("app.member", "sender", by_identifier="email", normalise=("lowercase",)),
                about("body", mentions=("email", "name")),
            ),
            columns=columns_of(sender="content.email", body="content.text"),
        ),
    ]


def test_an_identifier_in_another_table_finds_the_person_and_all_that_it_leads_to(world: Build) -> None:
    notes = [
        (1, "An@Home.example", "a"),
        (2, "bo@x.example", "ask an@home.example"),
        (3, "desk@x.example", "all of us"),
    ]
    rows = {"member": PEOPLE, "address": ADDRESSES, "note": notes}
    w = world([MEMBER, ADDRESS, NOTE], letters(), rows)
    _, _, verdict = w.erase("an@x.example")
    assert verdict.clean, verdict.sentence
    assert w.column("member", "id") == [2, 3]
    assert w.column("address", "id") == [3, 5]
    assert w.rows("note") == [
        {"id": 2, "sender": "bo@x.example", "body": "ask […]"},
        {"id": 3, "sender": "desk@x.example", "body": "all of us"},
    ]


def test_a_shared_address_is_nobodys_alone(world: Build) -> None:
    """Sabotage: without `nobody` the note of the shared desk would be taken for hers as well."""
    w = world([MEMBER, ADDRESS, NOTE], letters(), {"member": PEOPLE, "address": ADDRESSES, "note": []})
    plan, _ = w.plan("desk@x.example")
    assert plan.empty


def test_a_full_name_in_two_columns_is_one_word(world: Build) -> None:
    member = table("member", "id int, email text, given text, family text")
    names = Identifier("name", "given", more=("family",))
    decl = replace(person(identifiers=(Identifier("email", "email"), names)), columns=TWO_NAMES)
    note = TableDecl("app.note", links=(about("body", mentions=("name",)),), columns=columns_of(body="content.text"))
    people = [(1, "an@x.example", "Roos", "Bos"), (2, "bo@x.example", "Bo", "Vos")]
    body = "Roos Bos saw roos and bos"
    w = world([member, NOTE], [decl, note], {"member": people, "note": [(1, "", body)]})
    w.erase("an@x.example")
    assert w.column("note", "body") == ["[…] saw roos and bos"]


def test_an_empty_text_leads_to_nobody(world: Build) -> None:
    """A shell that had its address cleared must not lead to every row without an address."""
    invoice = table("invoice", "id int, member int, mail text, amount text, day date?", refs={"member": "member.id"})
    links = (belongs("app.member", "member"), belongs("app.member", "mail", by_identifier="email"))
    columns = columns_of(amount="billing.amount", mail="billing.mail")
    decl = TableDecl("app.invoice", links=links, columns=columns, dates={"end_of_fiscal_year": "day"})
    rows = {"member": PEOPLE, "invoice": [(1, 1, "", "5", None), (2, 2, "", "6", None), (3, 3, "", "7", None)]}
    w = world([MEMBER, invoice], [person(), decl], rows, policy())
    _, _, verdict = w.erase("an@x.example")
    assert verdict.clean, verdict.sentence
    assert w.rows("member")[0]["email"] == ""
    assert w.rows("member")[1]["email"] == "bo@x.example"


def test_a_name_that_looks_alike_pins_nobody(world: Build) -> None:
    """A composite match on columns that are not unique is no reference: it keeps no row of a person alive."""
    member = table("member", "id int, email text, given text, family text")
    parcel = table("parcel", "id int, given text, family text")
    link = about(
        "given", "family", to_columns=("given", "family"), about=("given", "family"), on_erasure=Treatment.KEEP
    )
    decl = TableDecl("app.parcel", links=(link,), columns=columns_of(given="content.name", family="content.name"))
    people = [(1, "an@x.example", "An", "Bos"), (2, "bo@x.example", "Bo", "Vos")]
    people_decl = replace(person(), columns=TWO_NAMES)
    w = world([member, parcel], [people_decl, decl], {"member": people, "parcel": [(1, "An", "Bos"), (2, "Bo", "Vos")]})
    plan, _, verdict = w.erase("an@x.example")
    assert verdict.clean
    assert w.column("member", "id") == [2]
    assert [(k.table, k.rows) for k in plan.kept()] == [("app.parcel", 1)]


# ---- texts -----------------------------------------------------------------------------------------------------------


def test_a_text_in_base64_is_read_and_written_back(world: Build) -> None:
    decl = TableDecl(
        "app.note",
        links=(about("body", mentions=("name",), inside="encoded"),),
        columns=columns_of(body="content.text"),
    )
    packed = base64.b64encode(b"seen by An Bos on site").decode()
    other = base64.b64encode(b"seen by Bo Vos on site").decode()
    rows = {"member": PEOPLE, "note": [(1, "", packed), (2, "", other)]}
    w = world([MEMBER, NOTE], [person(identifiers=NAMED), decl], rows)
    _, _, verdict = w.erase("an@x.example")
    assert verdict.clean, verdict.sentence
    bodies = [base64.b64decode(str(cell)).decode() for cell in w.column("note", "body")]
    assert bodies == ["seen by […] on site", "seen by Bo Vos on site"]


def test_a_copy_for_searching_is_cleared_with_its_text(world: Build) -> None:
    card = table("card", "id int, body text, words text?")
    link = about("body", mentions=("name",), about=("words",))
    decl = TableDecl("app.card", links=(link,), columns=columns_of(body="content.text", words="content.text"))
    rows = {"member": PEOPLE, "card": [(1, "of An Bos", "an bos"), (2, "of Bo Vos", "bo vos")]}
    w = world([MEMBER, card], [person(identifiers=NAMED), decl], rows)
    _, _, verdict = w.erase("an@x.example")
    assert verdict.clean
    assert w.column("card", "words") == [None, "bo vos"]


def test_a_name_is_found_as_html_spells_it(world: Build) -> None:
    people = [(1, "an@x.example", "An O'Brien"), (2, "bo@x.example", "Bo Vos")]
    decl = TableDecl("app.note", links=(about("body", mentions=("name",)),), columns=columns_of(body="content.text"))
    notes = [(1, "", "<b>An O&#x27;Brien</b>"), (2, "", "<b>An O&#39;Brien</b>")]
    w = world([MEMBER, NOTE], [person(identifiers=NAMED), decl], {"member": people, "note": notes})
    w.erase("an@x.example")
    assert w.column("note", "body") == ["<b>[…]</b>", "<b>[…]</b>"]


# ---- cells -----------------------------------------------------------------------------------------------------------


SIGNED = base64.urlsafe_b64encode(b'{"_auth_user_id": "7"}').decode().rstrip("=")


@pytest.mark.parametrize(
    ("cell", "path", "found"),
    [
        ('language|s:2:"nl";user_id|i:27;x|b:1;', "user_id", [27]),
        (base64.b64encode(b'user_id|i:27;name|s:2:"An";').decode(), "user_id", [27]),
        (SIGNED + ":1abc:signature", "_auth_user_id", ["7"]),
        ("." + base64.urlsafe_b64encode(zlib.compress(b'{"_auth_user_id": "7"}')).decode().rstrip("=") + ":1a:s",
         "_auth_user_id", ["7"]),
        ("user_id|i:27", "user_id", []),
    ],
)  # fmt: skip
def test_sessions_are_read(cell: str, path: str, found: list[object]) -> None:
    assert list(scalars_inside(cell, Inside.SERIALISED, path)) == found


def test_serialised_php_keeps_its_lengths() -> None:
    cell = 'a:1:{s:4:"from";s:7:"Joël B.";}'.replace("s:7", f"s:{len('Joël B.'.encode())}").encode()
    done = refolded(base64.b64encode(cell), lambda text: text.replace("Joël B.", "[…]"))
    assert base64.b64decode(done).decode() == 'a:1:{s:4:"from";s:5:"[…]";}'


@pytest.mark.parametrize(
    ("word", "text", "hit"),
    [
        ("jdevries7", "Rota_of_jdevries7", True),
        ("Jan Bos", "photo_Jan Bos_2.png", True),
        ("jan", "jan_bos", False),
        ("jdevries7", "jdevries71", False),
        ("jdevries7", "xjdevries7", False),
    ],
)
def test_an_underscore_does_not_hide_a_peculiar_word(word: str, text: str, hit: bool) -> None:
    assert bool(Words([word]).found(text)) is hit
    assert (redacted(text, [word], "-") != text) is hit
