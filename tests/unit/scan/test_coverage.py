"""Every check of policy, map and schema: its page shows what it refuses and what it accepts, and both are run here."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from waarborg.datamap.load import parse_form
from waarborg.datamap.model import DataMap
from waarborg.errors import Severity
from waarborg.policy.load import parse_policy
from waarborg.policy.model import Policy
from waarborg.scan import coverage as module
from waarborg.scan.coverage import CHECKS, coverage
from waarborg.scan.looks import Looks
from waarborg.scan.pipeline import scan
from waarborg.scan.snapshot import Sight, dump, load, sight
from waarborg.scan.tested import dead_leads
from waarborg.scan.whole import Whole
from waarborg.stores.sql import SqlStore

ROOT = Path(__file__).parents[3]
STORES = "stores: {app: {kind: sql, url: env:APP_DATABASE, region: NL}}\n"
PURPOSES = "purposes:\n  service: {data: [account.email, account.name, content], basis: contract}\n"
POLICY = """
policy: winkel
version: 2026-01-01
languages: [nl]
controller: {name: Winkel B.V., country: NL, contact: privacy@winkel.example, authority: AP}
regions: [NL]
data:
  account: {source: [subject], items: {email: required, name: optional, phone: optional}}
  content: {source: [subject], items: {text: optional}}
  billing: {source: [subject], items: {card_number: optional}}
retention:
  account: {data: [account], until: account_closed, then: erase}
  billing: {data: [billing], for: 7 years, from: end_of_fiscal_year, law: AWR art. 52, then: erase}
"""
IDS = [rule.id for rule in CHECKS]


def seen(sql: str, folder: Path, datamap: DataMap | None = None) -> Sight:
    """The sight of a database made by these statements; with a map, its links are tested too."""
    path = folder / f"{abs(hash(sql))}.db"
    if not path.exists():
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(sql)
    store = SqlStore("app", f"sqlite:///{path}")
    schema = store.describe()
    looks = Looks(store, schema, 50)
    found = scan(store, 50, schema, looks)
    return sight(found, schema, dead_leads(datamap, "app", looks) if datamap else ())


def policy(purposes: str = PURPOSES) -> Policy:
    made, wrong = parse_policy(POLICY + purposes)
    assert made is not None, wrong
    return made


def page(id: str) -> dict[str, str]:
    """The blocks of a page by their tags; what only one side has holds for the other too."""
    text = (ROOT / f"docs/errors/{id}.md").read_text()
    return dict(re.findall(r"```(\w[\w ]*)\n(.*?)```", text, re.DOTALL))


def whole(id: str, side: str, folder: Path) -> Whole:
    blocks = page(id)

    def block(kind: str) -> str:
        return blocks.get(f"{kind} {side}") or blocks.get(f"{kind} refused", "")

    text = block("yaml")
    datamap, wrong = parse_form(text if text.startswith("stores") else STORES + text)
    assert datamap is not None, wrong
    assert not wrong
    before = {"app": seen(blocks["sql before"], folder)} if "sql before" in blocks else {}
    return Whole(
        datamap, policy(block("yaml policy") or PURPOSES), {"app": seen(block("sql"), folder, datamap)}, before
    )


@pytest.mark.parametrize("id", IDS)
def test_what_the_page_shows_is_refused_and_accepted(id: str, tmp_path: Path) -> None:
    assert id in {one.id for one in coverage(whole(id, "refused", tmp_path))}
    assert id not in {one.id for one in coverage(whole(id, "accepted", tmp_path))}


@pytest.mark.parametrize("id", IDS)
def test_sabotage_without_its_check_nothing_else_says_it(
    id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = coverage(whole(id, "refused", tmp_path))
    monkeypatch.setattr(module, "CHECKS", tuple(rule for rule in CHECKS if rule.id != id))
    after = coverage(whole(id, "refused", tmp_path))
    assert [one for one in before if one.id != id] == after
    assert len(after) < len(before)


@pytest.mark.parametrize("id", ["WB701", "WB702", "WB703", "WB705", "WB706", "WB707", "WB709", "WB710", "WB712"])
def test_a_snapshot_that_was_read_back_says_the_same(id: str, tmp_path: Path) -> None:
    """`--offline` is the same check."""
    live = whole(id, "refused", tmp_path)
    text = dump(live.sights)
    paper = replace(live, sights=load(text), before=load(dump(live.before)))
    assert dump(load(text)) == text
    assert [one.id for one in coverage(paper)] == [one.id for one in coverage(live)]


def test_an_ignored_table_and_column_say_nothing_more(tmp_path: Path) -> None:
    made = whole("WB702", "refused", tmp_path)
    text = STORES + page("WB702")["yaml refused"]
    text += "ignored:\n  - {table: app.patient, reason: leaves in spring, owner: platform team, until: 2099-01-01}\n"
    datamap, _ = parse_form(text)
    assert datamap is not None
    assert coverage(replace(made, datamap=datamap)) == []


def test_a_migration_names_what_stands_on_the_column_that_went(tmp_path: Path) -> None:
    made = whole("WB712", "refused", tmp_path)
    gone = seen("CREATE TABLE member (id integer PRIMARY KEY, full_name text);", tmp_path)
    made = replace(made, sights={"app": gone}, open_plans={"4f3a11c0": frozenset({"app.member"})})
    (finding,) = [one for one in coverage(made) if one.id == "WB712"]
    assert finding.severity is Severity.ERROR
    for words in ('"email" is gone', "how people are found", 'the term "account"', "the waiting plan 4f3a11c0"):
        assert words in finding.what


def test_a_snapshot_holds_no_value(tmp_path: Path) -> None:
    blocks = page("WB704")
    text = dump({"app": seen(blocks["sql refused"], tmp_path)})
    assert "jan@voorbeeld.example" in blocks["sql refused"]
    assert "voorbeeld" not in text
    assert "901" not in text
    assert '"looks": "email' in text


def test_every_finding_has_its_page() -> None:
    for id in IDS:
        assert (ROOT / f"docs/errors/{id}.md").exists()
