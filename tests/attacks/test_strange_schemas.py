"""Schemas as they are in the wild, engine by engine: what each lets people build, and what a plan makes of it.

Each test makes tables by hand, writes a small data map in its own language, erases one person and looks with a plain
driver. Whoever is not asked about is hashed before and after.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from databases import Database
from waarborg.clock import FixedClock
from waarborg.datamap.against import people_of_people
from waarborg.datamap.load import parse_form
from waarborg.datamap.model import DataMap, Ignored
from waarborg.errors import PlanError, StalePlan
from waarborg.plans import resolve as resolving
from waarborg.plans.casework import within
from waarborg.plans.leftovers import Standing
from waarborg.plans.model import Approval, Plan, Sealed, Verdict
from waarborg.plans.planner import Planner
from waarborg.scan.draft import draft
from waarborg.scan.pipeline import scan
from waarborg.stores.sql import SqlStore
from waarborg.stores.sql.dialects import Dialect, PostgreSQL
from waarborg.stores.sql.transaction import Watch
from waarborg.terms import LinkKind, SubjectRef
from worlds import NOW, policy

STORES = "stores:\n  app: {kind: sql, url: env:APP_DATABASE}\ntables:\n"
MEMBER = """
  app.member:
    subject: {key: id, identifiers: {email: email}}
    columns: {email: account.email}
"""
AN, BO = "an@x.example", "bo@x.example"


def planner(database: Database, tables: str, ignored: Mapping[str, str] | None = None) -> Planner:
    """A planner over the whole database by this map."""
    datamap, wrong = parse_form(STORES + MEMBER + tables)
    assert datamap is not None, wrong
    left_out = tuple(Ignored(name, why, "platform team", date(2030, 1, 1)) for name, why in (ignored or {}).items())
    datamap = replace(datamap, ignored=left_out)
    return Planner(policy(), datamap, {"app": SqlStore("app", database.url)}, FixedClock(NOW))


def erase(one: Planner, email: str = AN) -> tuple[Plan, Sealed, Verdict]:
    plan, sealed = one.plan_erasure([SubjectRef({"email": email})])
    result = one.apply(plan, sealed, Approval(plan.digest, "officer", NOW))
    assert result.done, result.stores
    return plan, sealed, one.verify(plan, sealed)


def column(database: Database, sql: str) -> list[object]:
    return [row[0] for row in database.run(sql)]


def people(database: Database) -> None:
    database.run(
        "CREATE TABLE member (id integer PRIMARY KEY, email varchar(100) NOT NULL)",
        f"INSERT INTO member VALUES (1, '{AN}'), (2, '{BO}')",
    )


# ------------------------------------------------------------------------------------------------ PostgreSQL


PARTED = (
    "CREATE TABLE visit (member_id integer REFERENCES member(id), at date NOT NULL, page text) PARTITION BY RANGE (at)",
    "CREATE TABLE visit_25 PARTITION OF visit FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
    "CREATE TABLE visit_26 PARTITION OF visit FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"
    " PARTITION BY LIST (page)",
    "CREATE TABLE visit_26_a PARTITION OF visit_26 DEFAULT",
    "INSERT INTO visit VALUES (1, '2025-05-05', 'a'), (1, '2026-05-05', 'b')",
    "INSERT INTO visit VALUES (2, '2025-05-05', 'c'), (2, '2026-01-01', 'd')",
)
VISIT = """
  app.visit:
    links: [{belongs_to: app.member, by: member_id}]
    columns: {page: content.text}
"""


def test_a_partitioned_table_is_one_table(postgresql: Database) -> None:
    people(postgresql)
    postgresql.run(*PARTED)
    plan, _, verdict = erase(planner(postgresql, VISIT))
    assert verdict.clean, verdict.sentence
    assert {step.table: step.rows for step in plan.steps()} == {"app.visit": 2, "app.member": 1}
    assert sorted(map(str, column(postgresql, "SELECT page FROM visit"))) == ["c", "d"]


def test_a_partition_in_the_map_is_refused_and_drafted_by_nobody(postgresql: Database) -> None:
    people(postgresql)
    postgresql.run(*PARTED)
    with pytest.raises(PlanError, match=r"WB404.*partition of visit"):
        erase(planner(postgresql, VISIT + VISIT.replace("visit", "visit_25")))
    store = SqlStore("app", postgresql.url)
    drafted = draft(scan(store, 50), store.describe(), planner(postgresql, "").datamap.stores["app"])
    assert set(drafted.tables) == {"app.member", "app.visit"}


HEIRS = (
    "CREATE TABLE doc (id integer, owner integer REFERENCES member(id), title text)",
    "CREATE TABLE contract (signed date) INHERITS (doc)",
    "INSERT INTO doc VALUES (1, 1, 'mine'), (2, 2, 'yours')",
    "INSERT INTO contract VALUES (1, 1, 'my contract'), (3, 2, 'your contract')",
)
DOC = """
  app.doc:
    links: [{belongs_to: app.member, by: owner}]
    columns: {title: content.text}
"""


def test_tables_that_inherit_are_each_their_own(postgresql: Database) -> None:
    people(postgresql)
    postgresql.run(*HEIRS)
    with pytest.raises(PlanError, match=r"WB405.*contract inherits from doc"):
        erase(planner(postgresql, DOC))
    plan, _, verdict = erase(planner(postgresql, DOC + DOC.replace("app.doc", "app.contract")))
    assert verdict.clean, verdict.sentence
    assert {step.table: step.rows for step in plan.steps()} == {"app.doc": 1, "app.contract": 1, "app.member": 1}
    assert sorted(map(str, column(postgresql, "SELECT title FROM doc"))) == ["your contract", "yours"]


def test_an_heir_that_was_ignored_keeps_its_rows(postgresql: Database) -> None:
    people(postgresql)
    postgresql.run(*HEIRS)
    erase(planner(postgresql, DOC, {"app.contract": "a test of the notary"}))
    assert sorted(map(str, column(postgresql, "SELECT title FROM ONLY doc"))) == ["yours"]
    assert sorted(map(str, column(postgresql, "SELECT title FROM contract"))) == ["my contract", "your contract"]


def test_sabotage_without_only_the_rows_of_an_heir_go_along(
    postgresql: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PostgreSQL, "table", Dialect.table)
    people(postgresql)
    postgresql.run(*HEIRS)
    with pytest.raises(StalePlan, match=r"WB322 app.contract"):  # the watch over side effects is the second lock
        erase(planner(postgresql, DOC, {"app.contract": "a test of the notary"}))
    monkeypatch.setattr(Watch, "judge", lambda *_: None)
    erase(planner(postgresql, DOC, {"app.contract": "a test of the notary"}))
    assert column(postgresql, "SELECT title FROM contract") == ["your contract"]


def test_types_of_postgresql_are_emptied_and_arrays_lose_one_key(postgresql: Database) -> None:
    postgresql.run(
        "CREATE DOMAIN address AS citext CHECK (VALUE ~ '@')",
        "CREATE TYPE mood AS ENUM ('well', 'ill')",
        "CREATE TABLE member (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email address UNIQUE NOT NULL,"
        " first text NOT NULL, last text NOT NULL, full_name text GENERATED ALWAYS AS (first || ' ' || last) STORED,"
        " found tsvector GENERATED ALWAYS AS (to_tsvector('simple', first)) STORED, mood mood, tags text[] NOT NULL,"
        " born date, ip inet, mac macaddr, worth money, busy tstzrange, face bytea, at point, code bit(4), doc xml,"
        " prefs jsonb NOT NULL, uid uuid)",
        "CREATE TABLE meeting (id integer PRIMARY KEY, who integer[] NOT NULL, title text)",
        "CREATE TABLE card (id integer PRIMARY KEY, member_id integer NOT NULL REFERENCES member(id),"
        " reader integer REFERENCES member(id))",
        "INSERT INTO member (email, first, last, mood, tags, born, ip, mac, worth, busy, face, at, code, doc, prefs,"
        " uid) SELECT m || '@X.example', upper(m), 'Vos', 'ill', ARRAY[m], '1990-01-01', '192.0.2.7',"
        " '08:00:2b:01:02:03', 5, tstzrange(now(), NULL), 'x', point(1, 2), '1010', '<a/>', '{}', gen_random_uuid()"
        " FROM unnest(ARRAY['an', 'bo']) m",
        "INSERT INTO meeting VALUES (1, '{1,2}', 'both'), (2, '{1}', 'mine'), (3, '{11,21}', 'others')",
        "INSERT INTO card VALUES (1, 1, 2)",
    )
    names = "mood tags born ip mac worth busy face at code doc prefs uid"
    columns = ", ".join(f"{name}: account.name" for name in names.split())
    tables = f"""
  app.member:
    subject: {{key: id, identifiers: {{email: {{column: email, normalise: lowercase}}}}}}
    columns: {{email: account.email, first: account.name, last: account.name, full_name: account.name, {columns}}}
  app.meeting:
    links: [{{belongs_to: app.member, by_list: who}}]
    columns: {{title: content.text}}
  app.card:
    links: [{{belongs_to: app.member, by: member_id}}, {{belongs_to: app.member, by: reader}}]
"""
    datamap, wrong = parse_form(STORES + tables)
    assert datamap is not None, wrong
    one = Planner(policy(), datamap, {"app": SqlStore("app", postgresql.url)}, FixedClock(NOW))
    with pytest.raises(PlanError, match=r"WB407.*columns.email: .*certain values"):
        erase(one)
    member = datamap.tables["app.member"]
    email = replace(member.columns["email"], replace_with="gone-{}@invalid.example")
    tables_ = {**datamap.tables, "app.member": replace(member, columns={**member.columns, "email": email})}
    _, _, verdict = erase(Planner(policy(), replace(datamap, tables=tables_), one.stores, FixedClock(NOW)))
    assert verdict.clean, verdict.sentence
    shell = postgresql.run("SELECT * FROM member WHERE id = 1")[0]
    assert shell[:5] == (1, "gone-1@invalid.example", "", "", " ")
    assert [value for value in shell[5:] if value not in (None, "", [], {})] == []
    assert postgresql.run("SELECT id, who FROM meeting ORDER BY 1") == [(1, [2]), (3, [11, 21])]


def test_a_stored_view_that_was_not_refreshed_is_a_leftover(postgresql: Database) -> None:
    people(postgresql)
    postgresql.run("CREATE MATERIALIZED VIEW seen AS SELECT * FROM member", "CREATE VIEW now AS SELECT * FROM member")
    one = planner(postgresql, "")
    plan, sealed, verdict = erase(one)
    assert verdict.clean
    (place,) = one.leftovers(plan, sealed).places
    assert (place.table, place.standing) == ("app.seen", Standing.UNEXPLAINED)
    assert "refresh" in place.reason
    postgresql.run("REFRESH MATERIALIZED VIEW seen")
    assert not one.leftovers(plan, sealed).places


# ------------------------------------------------------------------------------------------------ MariaDB


def test_history_and_engines_without_transactions_are_said(mariadb: Database) -> None:
    people(mariadb)
    mariadb.run(
        "CREATE TABLE deed (id int PRIMARY KEY, member_id int, txt varchar(100)) WITH SYSTEM VERSIONING",
        "CREATE TABLE legacy (member_id int, txt varchar(100)) ENGINE=MyISAM",
        f"INSERT INTO deed VALUES (1, 1, 'deed of {AN}'), (2, 2, 'x')",
        "INSERT INTO legacy VALUES (1, 'mine'), (2, 'yours')",
    )
    tables = "".join(
        f"\n  app.{name}:\n    links: [{{belongs_to: app.member, by: member_id}}]\n    columns: {{txt: content.text}}\n"
        for name in ("deed", "legacy")
    )
    one = planner(mariadb, tables)
    plan, sealed, verdict = erase(one)
    assert verdict.clean
    assert {note.id for note in plan.notes} == {"WB433", "WB434"}
    assert [step.table for step in plan.steps()][-1] == "app.legacy"
    assert column(mariadb, "SELECT id FROM deed") == [2]
    assert column(mariadb, "SELECT txt FROM legacy") == ["yours"]
    (place,) = one.leftovers(plan, sealed).places
    assert (place.table, place.column) == ("app.deed", "txt")
    assert "history" in place.reason
    mariadb.run("DELETE HISTORY FROM deed")
    assert not one.leftovers(plan, sealed).places


def test_a_reference_from_another_database_is_seen(mariadb: Database) -> None:
    people(mariadb)
    other = f"{mariadb.name}_other"
    mariadb.run(f"DROP DATABASE IF EXISTS {other}", f"CREATE DATABASE {other}")
    try:
        mariadb.run(
            "ALTER TABLE member ENGINE=InnoDB",
            f"CREATE TABLE {other}.badge (id int PRIMARY KEY, member_id int, txt varchar(20), FOREIGN KEY (member_id)"
            f" REFERENCES {mariadb.name}.member (id) ON DELETE CASCADE)",
            f"CREATE TABLE {other}.elsewhere (id int PRIMARY KEY)",
            f"INSERT INTO {other}.badge VALUES (1, 1, 'gone too')",
        )
        one = planner(mariadb, "")
        with pytest.raises(PlanError, match=r"WB406.*badge.*CASCADE"):
            erase(one)
        assert f"{other}.elsewhere" not in one.stores["app"].describe().tables
        mapped = f"\n  app.{other}.badge:\n    links: [{{belongs_to: app.member, by: member_id}}]\n"
        plan, _, verdict = erase(planner(mariadb, mapped))
        assert verdict.clean
        assert {step.table: step.rows for step in plan.steps()} == {f"app.{other}.badge": 1, "app.member": 1}
    finally:
        mariadb.run(f"DROP DATABASE {other}")


def test_types_of_mariadb_are_found_and_emptied(mariadb: Database) -> None:
    mariadb.run(
        "CREATE TABLE member (id int unsigned PRIMARY KEY AUTO_INCREMENT, bin_id binary(4) NOT NULL UNIQUE,"
        " email varchar(100) COLLATE utf8mb4_unicode_ci NOT NULL, low varchar(100) AS (lower(email)) PERSISTENT,"
        " born date NOT NULL DEFAULT '0000-00-00', seen datetime(3), y year, code bit(3), spot point, prefs json,"
        " note mediumtext, face longblob, worth decimal(20,6), UNIQUE KEY (email))",
        "CREATE TABLE badge (id int PRIMARY KEY, of binary(4) NOT NULL, FOREIGN KEY (of) REFERENCES member (bin_id))",
        "CREATE TABLE `order``line` (`key` int, `straße %s` varchar(50), `group` int unsigned,"
        " PRIMARY KEY (`key`, `group`))",
        "INSERT INTO member (bin_id, email, y, code, spot, prefs, note, face, worth) SELECT LPAD(seq, 4, '0'),"
        " ELT(seq, 'an@x.example', 'bo@x.example', 'án@y.example'), 1990, b'101', POINT(1, 2), '[1]', 'n', 'f', 1"
        " FROM seq_1_to_3",
        "SET sql_mode = ''",
        "UPDATE member SET born = '0000-00-00'",
        "INSERT INTO badge VALUES (1, '0001'), (2, '0002')",
        "INSERT INTO `order``line` VALUES (1, 'x', 1), (1, 'y', 2)",
    )
    names = "low born seen y code spot prefs note face worth"
    columns = ", ".join(f"{name}: account.name" for name in names.split())
    tables = f"""
  app.member:
    subject: {{key: id, identifiers: {{email: email}}, on_erasure: reduce}}
    columns: {{email: account.email, {columns}}}
  app.badge:
    links: [{{belongs_to: app.member, by: {{of: bin_id}}}}]
  "app.order`line":
    links: [{{belongs_to: app.member, by: group}}]
    columns: {{"straße %s": content.text}}
"""
    datamap, wrong = parse_form(STORES + tables)
    assert datamap is not None, wrong
    one = Planner(policy(), datamap, {"app": SqlStore("app", mariadb.url)}, FixedClock(NOW))
    _, _, verdict = erase(one)
    assert verdict.clean, verdict.sentence
    assert column(mariadb, "SELECT `key` FROM `order``line`") == [1]
    assert column(mariadb, "SELECT id FROM badge") == [2]
    shell = mariadb.run("SELECT email, low, seen, y, code, spot, prefs, note, face, worth FROM member WHERE id = 1")[0]
    assert shell == ("erased-1", "erased-1", *[None] * 8)
    assert mariadb.run("SELECT count(*) FROM member WHERE prefs IS NOT NULL") == [(2,)]


# ------------------------------------------------------------------------------------------------ SQLite


def test_what_sqlite_lets_people_build(sqlite: Database) -> None:
    sqlite.run(
        "CREATE TABLE member (id INTEGER PRIMARY KEY, email TEXT COLLATE NOCASE, given, CHECK (length(given) < 50))",
        "CREATE UNIQUE INDEX one_address ON member (lower(email))",
        "CREATE TABLE pair (a INTEGER REFERENCES member, b INTEGER REFERENCES member(id), n, PRIMARY KEY (a, b))"
        " WITHOUT ROWID",
        "CREATE TABLE loose (rowid TEXT, who, body TEXT)",
        "CREATE VIRTUAL TABLE words USING fts5(body, who UNINDEXED)",
        "CREATE TABLE trail (id INTEGER PRIMARY KEY AUTOINCREMENT, was TEXT)",
        'CREATE TRIGGER "on delete" AFTER UPDATE ON loose BEGIN INSERT INTO trail (was) VALUES (OLD.body); END',
        f"INSERT INTO member VALUES (1, '{AN}', 'An'), (2, '{BO}', 'Bo'), (3, 'cy@x.example', NULL)",
        "INSERT INTO pair VALUES (1, 2, 'x'), (2, 3, 'y'), (3, 1, 'z')",
        "INSERT INTO loose VALUES ('r', 1, 'one'), ('r', '1', 'two'), ('r', 2, 'three'), ('r', '01', 'four')",
        "INSERT INTO words VALUES ('an says', 1), ('bo says', 2)",
    )
    tables = """
  app.pair:
    links: [{belongs_to: app.member, by: a}, {belongs_to: app.member, by: b, dies_with: true}]
  app.loose:
    links: [{belongs_to: app.member, by: who}]
    columns: {body: content.text}
  app.words:
    links: [{belongs_to: app.member, by: who}]
    columns: {body: content.text}
"""
    one = planner(sqlite, tables)
    _, _, verdict = erase(one)
    assert verdict.clean, verdict.sentence
    assert sqlite.run("SELECT a, b FROM pair") == [(1, 2), (2, 3)], "the first is Bo's too, the last dies with An"
    assert sqlite.run("SELECT * FROM member WHERE id = 1") == [(1, None, "An")], "a shell: only the address is mapped"
    assert column(sqlite, "SELECT body FROM loose") == ["three", "four"]
    assert column(sqlite, "SELECT body FROM words") == ["bo says"]
    assert column(sqlite, "SELECT count(*) FROM trail") == [0]


# ------------------------------------------------------------------------------------------------ every engine


def test_shells_stay_apart_under_an_index_of_an_expression(sqlite: Database, postgresql: Database) -> None:
    for database in (sqlite, postgresql):
        people(database)
        database.run(
            "CREATE UNIQUE INDEX one_address ON member (lower(email))",
            "CREATE TABLE letter (id integer PRIMARY KEY, a integer NOT NULL REFERENCES member(id),"
            " b integer NOT NULL REFERENCES member(id))",
            "INSERT INTO member VALUES (3, 'cy@x.example')",
            "INSERT INTO letter VALUES (1, 1, 3), (2, 2, 3)",
        )
        letter = "\n  app.letter:\n    links: [{belongs_to: app.member, by: a}, {belongs_to: app.member, by: b}]\n"
        one = planner(database, letter)
        erase(one, AN)
        erase(one, BO)
        assert column(database, "SELECT email FROM member ORDER BY id") == ["erased-1", "erased-2", "cy@x.example"]


def test_one_of_two_must_be_there_is_seen_when_planning(any_database: Database) -> None:
    people(any_database)
    any_database.run(
        "CREATE TABLE asset (id integer PRIMARY KEY, member_id integer REFERENCES member(id), shelf integer,"
        " lent_to integer, CONSTRAINT one_place CHECK ((member_id IS NULL) <> (shelf IS NULL)),"
        " CHECK (lent_to IS NULL OR lent_to > 0))",
        "INSERT INTO asset VALUES (1, NULL, 7, 1), (2, 1, NULL, 2)",
    )
    asset = """
  app.asset:
    links: [{visible_to: app.member, by: member_id, on_erasure: clear}, {visible_to: app.member, by: lent_to}]
"""
    with pytest.raises(PlanError, match=r"WB407.*member_id: .*asks for a value"):
        erase(planner(any_database, asset))
    _, _, verdict = erase(planner(any_database, asset.replace(", on_erasure: clear", "")))
    assert verdict.clean, "the member stays as a shell, since the asset must lead somewhere"
    assert any_database.run("SELECT id, member_id, shelf, lent_to FROM asset ORDER BY id") == [
        (1, None, 7, None),
        (2, 1, None, 2),
    ]
    assert column(any_database, "SELECT email FROM member ORDER BY id") == ["", BO]


EMPLOYEES = """
  app.member:
    subject: {key: id, identifiers: {email: email}}
    links: [{KIND: app.member, by: boss}]
    columns: {email: account.email}
"""


def employees(database: Database, kind: str) -> Planner:
    database.run(
        "CREATE TABLE member (id integer PRIMARY KEY, email varchar(100) NOT NULL, boss integer NOT NULL,"
        " FOREIGN KEY (boss) REFERENCES member (id))",
        "INSERT INTO member VALUES (1, 'an@x.example', 1)",
        "INSERT INTO member VALUES (2, 'bo@x.example', 1)",
        "INSERT INTO member VALUES (3, 'cy@x.example', 2)",
    )
    datamap, wrong = parse_form(STORES + EMPLOYEES.replace("KIND", kind))
    assert datamap is not None, wrong
    return Planner(policy(), datamap, {"app": SqlStore("app", database.url)}, FixedClock(NOW))


def test_a_manager_goes_alone(any_database: Database) -> None:
    one = employees(any_database, "visible_to")
    plan, _, verdict = erase(one, BO)
    assert verdict.clean
    assert not plan.notes
    assert any_database.run("SELECT id, email, boss FROM member ORDER BY id") == [
        (1, AN, 1),
        (2, "", 1),
        (3, "cy@x.example", 2),
    ]


def test_who_takes_others_along_is_told_so(any_database: Database) -> None:
    one = employees(any_database, "belongs_to")
    plan, _ = one.plan_erasure([SubjectRef({"email": AN})])
    assert [one.id for one in people_of_people(one.datamap)] == ["WB234"], "and check warns before anybody asks"
    (note,) = plan.notes
    assert (note.id, note.what[:35]) == ("WB408", "2 rows of app.member are other peop")
    assert any_database.run("SELECT count(*) FROM member") == [(3,)]
    store = SqlStore("app", any_database.url)
    drafted = draft(scan(store, 50), store.describe(), one.datamap.stores["app"]).tables["app.member"]
    assert [link.kind for link in drafted.links] == [LinkKind.ABOUT], "a draft does not let people own each other"


COPYING = {
    "sqlite": ["CREATE TRIGGER keep BEFORE DELETE ON member BEGIN INSERT INTO trail VALUES (OLD.id, OLD.email); END"],
    "postgresql": [
        "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN INSERT INTO trail VALUES (OLD.id, OLD.email); RETURN OLD; END $$",
        "CREATE TRIGGER keep BEFORE DELETE ON member FOR EACH ROW EXECUTE FUNCTION keep()",
    ],
    "mariadb": [
        "CREATE TRIGGER keep BEFORE DELETE ON member FOR EACH ROW INSERT INTO trail VALUES (OLD.id, OLD.email)"
    ],
}


def test_what_a_trigger_wrote_down_goes_under_the_same_approval(any_database: Database) -> None:
    people(any_database)
    any_database.run("CREATE TABLE trail (member_id integer, was varchar(100))", *COPYING[any_database.engine])
    trail = """
  app.trail:
    links: [{belongs_to: app.member, by: member_id}]
    columns: {was: account.email}
"""
    with pytest.raises(PlanError, match=r"WB412.*trigger"):
        erase(planner(any_database, trail))
    datamap = planner(any_database, trail).datamap
    member = replace(datamap.tables["app.member"], triggers={"keep": "app.trail"})
    store = {"app": SqlStore("app", any_database.url)}
    one = Planner(policy(), replace(datamap, tables={**datamap.tables, "app.member": member}), store, FixedClock(NOW))
    plan, sealed, verdict = erase(one)
    assert [(reached.table, reached.rows) for part in plan.stores for reached in part.reached] == [("app.trail", 1)]
    assert not verdict.clean, "the trigger wrote the address down again"
    assert verdict.follow_up is not None
    assert within(plan, verdict.follow_up)
    assert not within(replace(plan, stores=tuple(replace(s, reached=()) for s in plan.stores)), verdict.follow_up)
    one.apply(verdict.follow_up, sealed, Approval(verdict.follow_up.digest, "officer", NOW))
    assert one.verify(plan, sealed).clean
    assert column(any_database, "SELECT count(*) FROM trail") == [0]


def test_sabotage_an_heir_that_nobody_asks_for_stays_behind(
    postgresql: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolving, "_heirs", lambda world: iter(()))
    people(postgresql)
    postgresql.run(*HEIRS)
    erase(planner(postgresql, DOC))
    assert "my contract" in column(postgresql, "SELECT title FROM contract")


def test_a_map_of_nothing_but_people_needs_no_links(any_database: Database) -> None:
    people(any_database)
    one = planner(any_database, "")
    assert isinstance(one.datamap, DataMap)
    _, _, verdict = erase(one)
    assert verdict.clean
    assert column(any_database, "SELECT id FROM member") == [2]
