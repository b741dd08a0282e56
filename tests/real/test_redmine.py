"""Redmine on SQLite: no foreign key at all, and work that colleagues go on with.

See `checks.py` for what is looked at, `datamap.yaml` and `NOTES.md` for the decisions.
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.real import carry, kit
from tests.real.carry import Application
from tests.real.checks import RequestChecks, Sabotage, Setting

from waarborg.terms import SubjectRef

pytestmark = pytest.mark.skipif(
    not os.environ.get("WAARBORG_REAL"), reason="set WAARBORG_REAL=1 to install real applications"
)


_STAYS = """
    issues journals journal_details attachments comments news messages wiki_contents wiki_content_versions
    time_entries queries
"""


def own_key(app: Application, person: kit.Person) -> list[object]:
    with app.engine.connect() as connection:
        query = sa.text("SELECT id FROM users WHERE login = :login AND type = 'User'")
        return list(connection.execute(query, {"login": person.identifiers["login"]}).scalars())


def speaks(column: str) -> Sabotage:
    """Without the links that look for names in this column."""
    table, _, name = column.partition(".")
    return Sabotage(table, lambda link: bool(link.mentions) and name in link.columns, name)


class TestRedmine(RequestChecks):
    """Every fourth has a second address at home; 13 is `jan@`, the tail of 14's."""

    setting = Setting(
        name="redmine",
        people="users",
        key="id",
        identify=lambda person: SubjectRef({"email": person.identifiers["email"]}),
        own_key=own_key,
        one=(20,),
        ten=(5, 6, 13, 20, 24, 30, 35, 40, 44, 51),
        stranger="UPDATE users SET language = 'fr' WHERE id = (SELECT user_id FROM email_addresses "
        "WHERE address = 'mirjan@lijnwerk.example')",
        roots=frozenset({"members"}),
        stays=frozenset(_STAYS.split()),
    )

    @pytest.mark.parametrize(
        "sabotage",
        [
            speaks("issues.description"),
            speaks("journals.notes"),
            speaks("wiki_contents.text"),
            speaks("wiki_content_versions.data"),
            speaks("custom_values.value"),
            speaks("changesets.committer"),
            speaks("attachments.filename"),
            Sabotage("wiki_redirects", lambda link: "title" in link.columns, "title"),
        ],
        ids=lambda one: f"{one.table}.{one.column}",
    )
    def test_without_a_link_the_dump_finds_them(self, app: Application, tmp_path: Path, sabotage: Sabotage) -> None:
        self.sabotaged(app, tmp_path, sabotage)

    def test_no_key_of_theirs_is_left(self, app: Application, tmp_path: Path) -> None:
        """Without foreign keys nothing but the map sees to it: no labelled reference leads to a row that is gone."""
        numbers = self.setting.ten
        app.deployment.reset()
        keys = {key for number in numbers for key in own_key(app, app.person(number))}
        result = carry.carry_out(app, self.refs(app, numbers), tmp_path)
        left = {}
        for one in carry.labels.load("redmine").links:
            if one.target == ("users", ("id",)) and one.how in {"key", "declared"}:
                table, (column, *_) = one.source
                at = app.columns[table].index(column)
                left[f"{table}.{column}"] = sum(1 for cells in result.after[table].values() if cells[at] in keys)
        assert {name: number for name, number in left.items() if number} == {}

    def test_an_old_version_of_a_page_still_reads_as_a_page(self, app: Application, tmp_path: Path) -> None:
        result = carry.carry_out(app, self.refs(app, self.setting.one), tmp_path)
        rows = [row for row in app.differences(result.before, result.after)[0] if row.table == "wiki_content_versions"]
        at = app.columns["wiki_content_versions"].index("data")
        assert rows
        for row in rows:
            old, new = row.before["data"], result.after["wiki_content_versions"][row.key][at]
            if "data" in row.changed:
                assert isinstance(old, bytes)
                assert isinstance(new, bytes)
                before, after = zlib.decompress(old).decode(), zlib.decompress(new).decode()
                assert "[…]" in after
                assert before.count("\n") == after.count("\n")

    def test_the_word_roos_stays_when_a_roos_leaves(self, app: Application, tmp_path: Path) -> None:
        """A given name that is a word of the language is no reason to rewrite other people's sentences."""
        roos = next(person for person in app.deployment.people if person.given == "Roos" and person.role == "member")
        result = carry.carry_out(app, [self.setting.identify(roos)], tmp_path)
        at = app.columns["journals"].index("notes")
        words = [str(cells[at]).count("roos along the fence") for cells in result.after["journals"].values()]
        before = [str(cells[at]).count("roos along the fence") for cells in result.before["journals"].values()]
        assert sum(words) == sum(before) > 0
