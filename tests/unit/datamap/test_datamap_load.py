"""Reading `datamap.yaml`: every short form, every mistake with its line, and files that mean harm."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from waarborg.datamap import load_datamap, parse_datamap
from waarborg.datamap.dump import dump
from waarborg.datamap.load import MAX_BYTES, parse_form
from waarborg.datamap.model import DataMap, Link, StandIn, TableDecl, Through
from waarborg.errors import DataMapError
from waarborg.terms import LinkKind, Treatment

HEAD = """\
stores:
  app: {kind: sql, url: env:APP_DATABASE, region: NL}
  files: {kind: files, root: env:UPLOADS}
tables:
  app.member:
    subject: {key: id, identifiers: {email: email, name: full_name}, stand_in: {values: {email: x@y.example, n: 0}}}
    columns: {email: account.email, full_name: account.name, password_hash: secret}
  app.comment:
    links: [{belongs_to: app.member, by: author_id}]
    columns: {body: content.text}
"""


def good(text: str) -> DataMap:
    datamap, findings = parse_datamap(text)
    assert [str(one) for one in findings] == []
    assert datamap is not None
    return datamap


def link(text: str) -> Link:
    """The one link of a table that has it and the columns a link may name."""
    columns = "columns: {body: content.text, name: contacts.name}"
    return good(f"{HEAD}  app.part:\n    links: [{{belongs_to: app.member, by: member_id}}]\n"
                f"  app.x:\n    links: [{{{text}}}]\n    {columns}\n").tables["app.x"].links[0]  # fmt: skip


OWN = {"kind": LinkKind.BELONGS_TO, "target": "app.member"}
FORMS = {
    "belongs_to: app.member, by: author_id": Link(**OWN, columns=("author_id",)),
    "belongs_to: app.member, by: [a], to: [b]": Link(**OWN, columns=("a",), to_columns=("b",)),
    "belongs_to: app.comment, by: {a: x, b: y}": Link(
        LinkKind.BELONGS_TO, "app.comment", columns=("a", "b"), to_columns=("x", "y")
    ),
    "belongs_to: app.comment, by: {type: holder_type, is: [Comment, Reply], id: holder_id}": Link(
        LinkKind.BELONGS_TO, "app.comment", columns=("holder_id",), where={"holder_type": ("Comment", "Reply")}
    ),
    'belongs_to: app.member, by: {column: ref, template: "res.partner,{}"}': Link(
        **OWN, columns=("ref",), template="res.partner,{}"
    ),
    "belongs_to: app.member, by_value: {username: email, normalise: lowercase}": Link(
        **OWN, columns=("username",), by_identifier="email", normalise=("lowercase",)
    ),
    "belongs_to: app.member, by_value: {column: normalise, kind: email}": Link(
        **OWN, columns=("normalise",), by_identifier="email"
    ),
    "belongs_to: app.member, by_json: {column: meta, path: user.id}": Link(
        **OWN, columns=("meta",), inside="json", path="user.id"
    ),
    'belongs_to: app.member, by_list: {column: ids, separator: ";"}': Link(
        **OWN, columns=("ids",), inside="list", path=";"
    ),
    "belongs_to: app.member, by_list: ids": Link(**OWN, columns=("ids",), inside="list", path=","),
    "belongs_to: app.member, by_yaml: meta": Link(**OWN, columns=("meta",), inside="yaml"),
    "belongs_to: app.member, by_serialised: {column: blob, kind: email}": Link(
        **OWN, columns=("blob",), inside="serialised", by_identifier="email"
    ),
    "belongs_to: app.member, through: {table: app.part, by: x_id, to: member_id}": Link(
        **OWN, through=Through("app.part", ("x_id",), (), ("member_id",))
    ),
    "about: app.member, by: m, columns: [name], on_erasure: clear": Link(
        LinkKind.ABOUT, "app.member", columns=("m",), about=("name",), on_erasure=Treatment.CLEAR
    ),
    "about: app.member, in_text: body, mentions: [name, email], on_erasure: replace, replace_with: weg": Link(
        LinkKind.ABOUT, "app.member", columns=("body",), mentions=("name", "email"),
        on_erasure=Treatment.REPLACE, replace_with="weg",
    ),
    "visible_to: app.member, by: m, nobody: [0]": Link(LinkKind.VISIBLE_TO, "app.member", columns=("m",), nobody=(0,)),
    "belongs_to: app.member, by: m, dies_with: true": Link(**OWN, columns=("m",), dies_with=True),
    "belongs_to: app.member, by: m, where: {kind: [1, true, null]}": Link(
        **OWN, columns=("m",), where={"kind": (1, True, None)}
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", FORMS)
def test_short_forms(text: str) -> None:
    assert link(text) == FORMS[text]


@pytest.mark.parametrize("text", FORMS)
def test_short_forms_are_written_again(text: str) -> None:
    datamap = DataMap({}, {"app.x": TableDecl("app.x", links=(FORMS[text],))})
    assert parse_form(dump(datamap)) == (datamap, [])


def test_a_path_says_whose_a_file_is() -> None:
    found = good(HEAD + '  files.upload: {path: "up/{app.member.id}/**"}\n').tables["files.upload"]
    assert found.links == (Link(LinkKind.BELONGS_TO, "app.member", to_columns=("id",)),)


def test_values_keep_the_type_the_file_shows() -> None:
    subject = good(HEAD).tables["app.member"].subject
    assert subject is not None
    assert subject.stand_in == StandIn({"email": "x@y.example", "n": 0}, ("email", "n"))
    text = HEAD.replace("key: id,", 'key: id, nobody: [0, "0", 007], where: {land: NO, on: [yes, "true", true]},')
    subject = good(text).tables["app.member"].subject
    assert subject is not None
    assert subject.nobody == (0, "0", "007")
    assert subject.where == {"land": ("NO",), "on": ("yes", "true", True)}


def test_every_mistake_is_told_at_once_with_its_line() -> None:
    text = HEAD.replace("kind: sql", "kin: sql").replace("account.name", "account name") + (
        "  app.x:\n    links:\n      - {belongs_to: app.member}\n"
        "      - {belongs_to: app.member, by: a, columns: [b]}\n"
        "    on_erasure: deleet\n    zone: Europe/Utrecht\n"
    )
    _, findings = parse_datamap(text)
    told = {(one.id, one.place.line) for one in findings}
    assert {("WB201", 2), ("WB202", 2), ("WB204", 7), ("WB207", 13), ("WB207", 14)} <= told
    assert any('Did you mean "delete"?' in one.todo for one in findings)
    assert any('Did you mean "kind"?' in one.todo for one in findings)


def test_findings_show_declarations_never_credentials() -> None:
    for word in ("postgresql://a:hunter2@h/d", "mysql://h/d?password=hunter2"):
        _, findings = parse_datamap(HEAD.replace("env:APP_DATABASE", f'"{word}"'))
        assert [one.id for one in findings] == ["WB205"]
        assert "hunter2" not in str(findings[0])
    _, findings = parse_datamap(HEAD.replace("region: NL}", "options: {api_token: hunter2}}"))
    assert [one.id for one in findings] == ["WB205"]
    good(HEAD.replace("region: NL}", "options: {api_token: env:TOKEN}}"))
    good(HEAD.replace("env:APP_DATABASE", "sqlite:///app.db"))


HOSTILE = {
    "bomb": "a: &a [x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n",
    "merge": "stores: {app: {kind: sql}}\ntables:\n  <<: {app.x: {}}\n",
    "tag": "stores: !!python/object/apply:os.system [ls]\ntables: {}\n",
    "twice": HEAD + "  app.member: {}\n",
    "deep": "[" * 5_000,
    "deep mapping": "stores: " + "{a: " * 400,
    "binary": "stores: \x00\x01\n",
    "list": "- stores\n- tables\n",
    "text": "hello\n",
    "empty": "",
    "two documents": HEAD + "---\n" + HEAD,
    "list as key": "stores: {app: {kind: sql}}\ntables: {[a, b]: {}}\n",
    "numbers": "stores: 3\ntables: [1, 2]\n",
    "null": "stores: ~\ntables: ~\n",
    "long name": HEAD + f"  app.{'x' * 5000}:\n    links: [{{belongs_to: app.nobody, by: {'y' * 5000}}}]\n",
    "escape": HEAD + '  "app.\\e[31m":\n    links: []\n',
}


@pytest.mark.parametrize("what", HOSTILE)
def test_attack_47_hostile_files_are_refused_kindly(what: str) -> None:
    begun = time.monotonic()
    datamap, findings = parse_datamap(HOSTILE[what])
    assert time.monotonic() - begun < 5
    if what == "null":
        assert datamap == DataMap({}, {})
        return
    assert findings
    assert all(len(str(one)) < 600 and str(one).isprintable() for one in findings)


def test_attack_47_a_file_of_a_hundred_megabytes_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "datamap.yaml"
    with path.open("wb") as stream:
        stream.truncate(100_000_000)
    with pytest.raises(DataMapError) as told:
        load_datamap(path)
    assert [one.id for one in told.value.findings] == ["WB101"]
    assert MAX_BYTES < 100_000_000


def test_a_map_of_three_hundred_tables_is_read_in_time() -> None:
    rows = [
        f"  app.t{number}:\n    links:\n      - {{belongs_to: app.member, by: member_id}}\n    columns:\n"
        + "".join(f"      c{column}: content.text\n" for column in range(8))
        for number in range(300)
    ]
    begun = time.monotonic()
    good(HEAD + "".join(rows))
    assert time.monotonic() - begun < 3


def test_a_missing_file_is_a_finding(tmp_path: Path) -> None:
    with pytest.raises(DataMapError) as told:
        load_datamap(tmp_path / "nowhere.yaml")
    assert "nowhere.yaml" in str(told.value)


def test_form_alone_does_not_ask_what_names_what() -> None:
    datamap, findings = parse_form("stores: {}\ntables: {app.x: {links: [{belongs_to: crm.y, by: z}]}}")
    assert datamap is not None
    assert findings == []
