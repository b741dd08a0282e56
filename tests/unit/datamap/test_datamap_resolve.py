"""The map against schemas and policies: what is not there is named, what was left out is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from waarborg.datamap import DataMap, parse_datamap
from waarborg.datamap.against import check_against_policy
from waarborg.datamap.resolve import resolve, unresolved
from waarborg.errors import DataMapError, PolicyError, Severity
from waarborg.stores.contract import Column, Family, Schema, Table

TEXT = """\
stores: {app: {kind: sql}, files: {kind: files}}
tables:
  app.person:
    subject: {identifiers: {email: {column: email, normalise: lowercase}}}
    columns: {email: account.email}
    dates: {created: created_at}
  app.seat:
    links: [{belongs_to: app.person, by: person_id}]
  app.shift:
    links: [{belongs_to: app.seat, by: [team_id, person_id]}]
  app.login:
    links: [{belongs_to: app.person, by_value: {username: email}}]
    columns: {ip: connection.ip_address}
  app.team:
    links: [{belongs_to: app.person, through: {table: app.seat, by: team_id, to: person_id}}]
  files.upload: {path: "u/{app.person.id}/**"}
"""
SCHEMA = {
    "person": ("id email created_at", "id"),
    "seat": ("team_id person_id", "team_id person_id"),
    "shift": ("id team_id person_id", "id"),
    "login": ("id username ip", "id"),
    "team": ("id name", "id"),
}


def schemas(changes: Mapping[str, tuple[str, str]] | None = None) -> dict[str, Schema]:
    tables = {
        name: Table(name, tuple(Column(one, "text", Family.TEXT) for one in columns.split()), tuple(key.split()))
        for name, (columns, key) in {**SCHEMA, **(changes or {})}.items()
    }
    return {"app": Schema("sqlite", tables), "files": Schema("files", {})}


def the_map(text: str = TEXT) -> DataMap:
    datamap, findings = parse_datamap(text)
    assert datamap is not None
    assert [str(one) for one in findings] == []
    return datamap


def test_defaults_are_filled_in() -> None:
    resolved = resolve(the_map(), schemas())
    assert resolved.table("app.person").subject.key == ("id",)  # type: ignore[union-attr]
    assert resolved.table("app.seat").links[0].to_columns == ("id",)
    assert resolved.table("app.shift").links[0].to_columns == ("team_id", "person_id")
    login = resolved.table("app.login").links[0]
    assert (login.to_columns, login.normalise) == (("email",), ("lowercase",))
    through = resolved.table("app.team").links[0].through
    assert through is not None
    assert through.own_columns == ("id",)
    assert resolved.keys["app.seat"] == ("team_id", "person_id")
    assert resolved.table("files.upload").links[0].to_columns == ("id",)


@pytest.mark.parametrize(
    ("changes", "id", "said"),
    [
        ({"person": ("id mail created_at", "id")}, "WB221", 'Did you mean "mail"?'),
        ({"person": ("id email created_at", "")}, "WB222", "subject.key"),
        ({"seat": ("team_id person_id day", "team_id person_id day")}, "WB223", "in part"),
        ({"login": ("id username", "id")}, "WB221", "no column ip"),
        ({"team": ("id org name", "id org")}, "WB223", "own"),
    ],
)
def test_what_is_not_there_is_named(changes: Mapping[str, tuple[str, str]], id: str, said: str) -> None:
    findings = unresolved(the_map(), schemas(changes))
    assert id in {one.id for one in findings}
    assert any(said in str(one) for one in findings)
    with pytest.raises(DataMapError):
        resolve(the_map(), schemas(changes))


def test_missing_tables_and_stores() -> None:
    without = schemas()
    found = unresolved(the_map(TEXT.replace("app.login", "app.logins")), without)
    assert [(one.id, one.todo) for one in found] == [("WB220", 'Did you mean "login"?')]
    assert [one.id for one in unresolved(the_map(), {"app": without["app"]})] == ["WB224"]


@dataclass
class Category:
    items: Mapping[str, object]


@dataclass
class Rule:
    starts_at: str
    data: str

    def covers(self, ref: str) -> bool:
        return ref.partition(".")[0] == self.data


@dataclass
class Policy:
    data: Mapping[str, Category]
    retention: Mapping[str, Rule] = field(default_factory=dict)

    def category(self, ref: str) -> object:
        name, _, item = ref.partition(".")
        if name not in self.data or (item and item not in self.data[name].items):
            raise PolicyError.one("WB020", "not declared")
        return self.data[name]


def test_against_a_policy() -> None:
    account = Category({"email": 1})
    whole = Policy({"account": account, "connection": Category({"ip_address": 1})})
    assert check_against_policy(the_map(), whole) == []
    told = check_against_policy(the_map(), Policy({"acount": account, "connection": Category({"ip": 1})}))
    assert [(one.id, one.severity) for one in told] == [
        ("WB230", Severity.ERROR), ("WB231", Severity.ERROR),
        ("WB232", Severity.WARNING), ("WB232", Severity.NOTE),
    ]  # fmt: skip
    assert told[0].todo == 'Did you mean "acount"?'


def test_a_term_needs_a_date() -> None:
    data = {"account": Category({"email": 1}), "connection": Category({"ip_address": 1})}
    rules = {"accounts": Rule("created", "account"), "addresses": Rule("created", "connection")}
    told = check_against_policy(the_map(), Policy(data, rules))
    assert [(one.id, one.place.path) for one in told] == [("WB233", "tables.app.login")]
