"""Roundcube on MariaDB: one person, ten people; what goes, what stays, and that nobody else is touched.

See `carry.py` for how the result is looked at, `datamap.yaml` and `NOTES.md` for the decisions.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.real import carry
from tests.real.carry import Application, Done

from waarborg.terms import SubjectRef, Treatment

pytestmark = pytest.mark.skipif(
    not os.environ.get("WAARBORG_REAL"), reason="set WAARBORG_REAL=1 to install real applications"
)

ONE = (20,)
TEN = (5, 14, 16, 20, 24, 30, 35, 40, 51, 57)
"""14 is `mirjan@`, of which 13's `jan@` is the tail; 16 has a capital; 30 sends from the shared desk@ as well."""
BOOKS = frozenset(f"contacts.{name}" for name in ("name", "firstname", "surname", "email")) | {
    "collected_addresses.name",
    "collected_addresses.email",
    "identities.bcc",
}
"""A person's own address book is full of others, and theirs to see."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with carry.opened("roundcube", tmp_path_factory.mktemp("real")) as found:
        yield found


def refs(app: Application, numbers: tuple[int, ...]) -> list[SubjectRef]:
    return [SubjectRef({"email": app.person(number).identifiers["email"]}) for number in numbers]


def whose(app: Application, done: Done, numbers: tuple[int, ...]) -> carry.Whose:
    addresses = {app.person(number).identifiers["email"] for number in numbers}
    at = app.columns["users"].index("username")
    keys = [key[0] for key, cells in done.before["users"].items() if cells[at] in addresses]
    assert len(keys) == len(numbers)
    return carry.whose(app, "users", "user_id", keys, [app.person(number) for number in numbers])


@pytest.fixture(scope="module", params=[ONE, TEN], ids=["one", "ten"])
def done(
    request: pytest.FixtureRequest, app: Application, tmp_path_factory: pytest.TempPathFactory
) -> tuple[tuple[int, ...], Done]:
    numbers: tuple[int, ...] = request.param
    return numbers, carry.carry_out(app, refs(app, numbers), tmp_path_factory.mktemp("state"))


def test_the_plan_says_what_goes_and_nothing_stays(app: Application, done: tuple[tuple[int, ...], Done]) -> None:
    numbers, result = done
    print(carry.told(result.plan))
    gone = {s.table: s.rows for s in result.plan.steps() if s.treatment is Treatment.DELETE}
    assert gone["mail.users"] == len(numbers)
    assert gone["mail.contacts"] >= 10 * len(numbers)  # ten cards of their own, and cards of them in other books
    assert not list(result.plan.kept())
    assert result.verdict.clean
    assert result.verdict.sentence == "verified: nothing left"


def test_the_plan_is_what_happened(app: Application, done: tuple[tuple[int, ...], Done]) -> None:
    """Rows that the database took along by cascade were counted beforehand: the plan names each of them."""
    _, result = done
    planned = {s.table.partition(".")[2]: s.rows for s in result.plan.steps() if s.treatment is Treatment.DELETE}
    assert {table: went for table, (went, _) in carry.counts(app, result).items() if went} == planned
    assert carry.undeclared(app, result) == []


def test_nobody_elses_row_is_touched(app: Application, done: tuple[tuple[int, ...], Done]) -> None:
    numbers, result = done
    rows, added = app.differences(result.before, result.after)
    assert rows
    assert added == []
    assert carry.strangers(app, result, whose(app, result, numbers)) == []


def test_they_cannot_be_found_in_a_dump(app: Application, done: tuple[tuple[int, ...], Done]) -> None:
    numbers, result = done
    people = [app.person(number) for number in numbers]
    assert len(app.search(carry.marks(people), result.before)) > 20 * len(numbers)
    assert carry.unexplained(app, result, people) == []


def test_the_request_left_its_evidence(done: tuple[tuple[int, ...], Done]) -> None:
    _, result = done
    kinds = [kind for kind in result.evidence if kind.startswith(("plan", "request"))]
    assert list(dict.fromkeys(kinds)) == [
        "request.received",
        "plan.made",
        "plan.approved",
        "plan.applied",
        "plan.verified",
    ]


@pytest.mark.parametrize("numbers", [ONE, TEN], ids=["one", "ten"])
def test_the_application_still_runs(app: Application, numbers: tuple[int, ...], tmp_path: Path) -> None:
    carry.carry_out(app, refs(app, numbers), tmp_path)
    pages = app.deployment.pages(None)
    assert len(pages) >= 10
    assert {page.status for page in pages} == {200}


def test_the_answer_is_theirs_and_nobody_elses(app: Application) -> None:
    app.deployment.reset()
    person = app.person(ONE[0])
    sections = carry.answered(app, refs(app, ONE)[0])
    with app.engine.connect() as connection:

        def rows(query: str) -> int:
            mail = person.identifiers["email"]
            return int(connection.execute(sa.text(query), {"mail": mail, "like": f"%{mail}%"}).scalar() or 0)

        owner = "(SELECT user_id FROM users WHERE username = :mail)"
        own = {
            t: rows(f"SELECT count(*) FROM {t} WHERE user_id = {owner}")
            for t in app.columns
            if "user_id" in app.columns[t]
        }
        cards = rows(f"SELECT count(*) FROM contacts WHERE email LIKE :like AND user_id <> {owner}")
    shown = carry.shown(sections)
    assert {table: shown.get(table, 0) for table in own} == own
    assert shown["session"] == 1
    assert carry.shown(sections, "about them")["contacts"] == cards
    assert carry.others_in(app, sections, person, carry.texts_of(app) | BOOKS) == set()
    text = str(sections)
    assert "auth_secret" not in text  # what opens a mailbox is never handed out
    assert all("vars" not in section["columns"] and "sess_id" not in section["columns"] for section in sections)


# ---- sabotage: each check fails when it should -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "what", "column"),
    [
        ("mail.session", "by_serialised", "vars"),
        ("mail.contacts", "email", "email"),
        ("mail.contacts", "vcard", "vcard"),
        ("mail.cache_messages", "data", "data"),
        ("mail.collected_addresses", "email", "email"),
        ("mail.searches", "name", "data"),
        ("mail.responses", "name", "data"),
        ("mail.identities", "signature", "signature"),
    ],
)
def test_without_a_link_the_dump_finds_them(
    app: Application, tmp_path: Path, table: str, what: str, column: str
) -> None:
    """Sabotage: one link taken out of the map, and the person can be read in that very column."""
    lame = carry.without(
        app.datamap, table, lambda link: what in (*link.columns, "by_" + link.inside) and link.columns != ("user_id",)
    )
    result = carry.carry_out(app, refs(app, TEN), tmp_path, lame)
    people = [app.person(number) for number in TEN]
    assert (table.partition(".")[2], column) in {(h.table, h.column) for h in carry.unexplained(app, result, people)}


def test_a_touched_stranger_is_noticed(app: Application, tmp_path: Path) -> None:
    """Sabotage: one more row of somebody else is changed behind the engine's back."""
    result = carry.carry_out(app, refs(app, ONE), tmp_path)
    with app.engine.begin() as connection:
        connection.execute(sa.text("UPDATE users SET language = 'nl_NL' WHERE username = 'jan@lijnwerk.example'"))
    result.after = app.dump()
    assert [row.table for row in carry.strangers(app, result, whose(app, result, ONE))] == ["users"]
    assert [row.table for row in carry.undeclared(app, result)] == ["users"]
