"""Roundcube on MariaDB: one person, ten people; what goes, what stays, and that nobody else is touched.

See `checks.py` for what is looked at, `datamap.yaml` and `NOTES.md` for the decisions.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.real import carry, kit
from tests.real.carry import Application
from tests.real.checks import RequestChecks, Sabotage, Setting

from waarborg.datamap.model import Link
from waarborg.terms import SubjectRef

pytestmark = pytest.mark.skipif(
    not os.environ.get("WAARBORG_REAL"), reason="set WAARBORG_REAL=1 to install real applications"
)


def own_key(app: Application, person: kit.Person) -> list[object]:
    with app.engine.connect() as connection:
        query = sa.text("SELECT user_id FROM users WHERE username = :mail")
        return list(connection.execute(query, {"mail": person.identifiers["email"]}).scalars())


def speaks(column: str) -> Sabotage:
    """Without the link that looks for names in this column."""
    table, _, name = column.partition(".")
    return Sabotage(table, lambda link: name in link.columns, name)


def described(link: Link) -> bool:
    return link.kind.value == "about"


class TestRoundcube(RequestChecks):
    """14 is `mirjan@`, of which 13's `jan@` is the tail; 16 has a capital; 30 sends from the shared desk@ as well."""

    setting = Setting(
        name="roundcube",
        people="users",
        key="user_id",
        identify=lambda person: SubjectRef({"email": person.identifiers["email"]}),
        own_key=own_key,
        one=(20,),
        ten=(5, 14, 16, 20, 24, 30, 35, 40, 51, 57),
        stranger="UPDATE users SET language = 'nl_NL' WHERE username = 'jan@lijnwerk.example'",
        # A person's own address book is full of others, and theirs to see.
        others_visible=frozenset(f"contacts.{name}" for name in ("name", "firstname", "surname", "email"))
        | {"collected_addresses.name", "collected_addresses.email", "identities.bcc"},
    )

    @pytest.mark.parametrize(
        "sabotage",
        [
            Sabotage("session", lambda link: link.inside == "serialised", "vars"),
            Sabotage("contacts", lambda link: described(link) and link.inside == "list", "email"),
            Sabotage("collected_addresses", described, "email"),
            Sabotage("searches", described, "data"),
            speaks("contacts.vcard"),
            speaks("cache_messages.data"),
            speaks("responses.data"),
            speaks("identities.signature"),
        ],
        ids=lambda one: f"{one.table}.{one.column}",
    )
    def test_without_a_link_the_dump_finds_them(self, app: Application, tmp_path: Path, sabotage: Sabotage) -> None:
        self.sabotaged(app, tmp_path, sabotage)

    def test_what_others_wrote_about_them_is_in_the_answer(self, app: Application) -> None:
        app.deployment.reset()
        person = app.person(20)
        mail = person.identifiers["email"]
        with app.engine.connect() as connection:
            query = "SELECT count(*) FROM contacts WHERE email LIKE :mail AND user_id <> :key"
            given = {"mail": f"%{mail}%", "key": own_key(app, person)[0]}
            cards = connection.execute(sa.text(query), given).scalar()
        sections = carry.answered(app, SubjectRef({"email": mail}))
        assert carry.shown(sections, "about them")["contacts"] == cards
        assert carry.shown(sections)["session"] == 1
        assert "auth_secret" not in str(sections)  # what opens a mailbox is never handed out
        assert all(not {"vars", "sess_id"} & set(section["columns"]) for section in sections)
