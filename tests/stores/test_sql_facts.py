"""Facts of databases that bite (see the engine's own behaviour first, then ours), one by one."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import pytest

from databases import Database
from waarborg.errors import StalePlan, StoreError
from waarborg.stores.contract import (
    All,
    Both,
    Budget,
    Change,
    Compare,
    Constant,
    Delete,
    Either,
    Given,
    How,
    In,
    Insert,
    Leads,
    Not,
    Program,
    Redact,
    Rows,
    RowSet,
    Seeds,
    Update,
)
from waarborg.stores.sql import SqlStore


@contextmanager
def opened(database: Database, **options: object) -> Iterator[SqlStore]:
    with closing(SqlStore("app", database.url, **options)) as store:  # type: ignore[arg-type]
        yield store


def one(table: str, rows: Rows) -> Program:
    return Program((RowSet("found", table, rows),))


def ids(store: SqlStore, program: Program, seeds: Seeds, name: str = "found") -> list[object]:
    with store.reading(program, seeds) as look:
        return [row[0] for row in look.values(name, ("id",))]


def people(database: Database, *emails: str, collation: str = "") -> None:
    kind = "varchar(190)" + (f" COLLATE {collation}" if collation else "")
    database.run(f"CREATE TABLE member (id integer PRIMARY KEY, email {kind})", "CREATE INDEX m ON member (email)")
    mark = "?" if database.engine == "sqlite" else "%s"
    for number, email in enumerate(emails, 1):
        database.run(f"INSERT INTO member VALUES ({mark}, {mark})", parameters=(number, email))


BY_EMAIL = one("member", Given(("email",), "email"))


def test_a_loose_collation_does_not_decide(mariadb: Database) -> None:
    people(
        mariadb, "jose@x.example", "josé@x.example", "JOSE@x.example", "jose@x.example ", collation="utf8mb4_unicode_ci"
    )
    assert len(mariadb.run("SELECT id FROM member WHERE email = 'jose@x.example'")) == 4, "the engine takes all for one"
    with opened(mariadb) as store:
        assert ids(store, BY_EMAIL, Seeds(email=[("jose@x.example",)])) == [1]
        assert ids(store, BY_EMAIL, Seeds(email=[("josé@x.example",), ("x",)])) == [2]


def test_nocase_and_citext_do_not_decide(sqlite: Database, postgresql: Database) -> None:
    people(sqlite, "jan@x.example", "JAN@x.example", collation="NOCASE")
    assert len(sqlite.run("SELECT id FROM member WHERE email = 'jan@x.example'")) == 2
    postgresql.run("CREATE TABLE member (id integer PRIMARY KEY, email citext)")
    postgresql.run("INSERT INTO member VALUES (1, 'jan@x.example'), (2, 'JAN@x.example')")
    assert len(postgresql.run("SELECT id FROM member WHERE email = 'jan@x.example'")) == 2
    for database in (sqlite, postgresql):
        with opened(database) as store:
            assert ids(store, BY_EMAIL, Seeds(email=[("jan@x.example",)])) == [1]


def test_text_meets_a_number_only_both_ways_round(mariadb: Database) -> None:
    people(mariadb, "5", "5abc", "05", " 5")
    assert len(mariadb.run("SELECT id FROM member WHERE email = 5")) == 4
    with opened(mariadb) as store:
        assert ids(store, BY_EMAIL, Seeds(email=[(5,)])) == [1]
        by_id = one("member", Given(("id",), "id"))
        assert ids(store, by_id, Seeds(id=[("2abc",), ("03",), ("4",), ("99999999999999999999999",)])) == [4]


def test_a_nul_is_an_error_and_not_no_data(postgresql: Database) -> None:
    people(postgresql, "jan@x.example")
    with opened(postgresql) as store, pytest.raises(StoreError, match="WB334"):
        ids(store, BY_EMAIL, Seeds(email=[("jan\0@x.example",)]))


def test_not_takes_in_the_unknown(any_database: Database) -> None:
    people(any_database, "jan@x.example", "piet@x.example")
    any_database.run("INSERT INTO member VALUES (3, NULL)")
    naive = any_database.run("SELECT id FROM member WHERE NOT (email = 'jan@x.example')")
    assert naive == [(2,)] or list(map(tuple, naive)) == [(2,)]
    with opened(any_database) as store:
        program = one("member", Not(Given(("email",), "email")))
        assert ids(store, program, Seeds(email=[("jan@x.example",)])) == [2, 3]


def test_odd_identifiers_work(any_database: Database) -> None:
    odd = ("o'brien\"%_\\;--@x.example", "\U0001f600\u202eשלום@x.example", "%s{}?:a$1", "l" * 180)
    people(any_database, *odd)
    with opened(any_database) as store:
        for number, text in enumerate(odd, 1):
            assert ids(store, BY_EMAIL, Seeds(email=[(text,)])) == [number]
        assert ids(store, BY_EMAIL, Seeds(email=[("l" * 10_000,)])) == []


@pytest.mark.parametrize("parameters", [5_000, 3], ids=["parameters", "key table"])
def test_a_tree_is_found_and_deleted(any_database: Database, parameters: int) -> None:
    any_database.run(
        "CREATE TABLE node (id integer PRIMARY KEY, up integer, FOREIGN KEY (up) REFERENCES node (id))",
        "INSERT INTO node VALUES (1, NULL)",
        *(f"INSERT INTO node VALUES ({number}, {number // 2})" for number in range(2, 40)),
    )
    rows = Either((Given(("id",), "ids"), Leads(("up",), "node", ("id",), In("found"))))
    program = one("node", rows)
    with opened(any_database, budget=Budget(parameters=parameters)) as store:
        found = ids(store, program, Seeds(ids=[(2,)]))
        assert len(found) == 23
        if any_database.engine == "mariadb":
            with pytest.raises(Exception, match="1451"):
                any_database.run(f"DELETE FROM node WHERE id IN ({', '.join(map(str, found))})")
        done = store.apply(Change(program, (Delete("d", "found", 30),)), Seeds(ids=[(2,)]))
        assert done.steps[0].rows == 23
    assert len(any_database.run("SELECT id FROM node")) == 16


@pytest.mark.parametrize("parameters", [5_000, 3], ids=["parameters", "key table"])
def test_both_ways_do_the_same(any_database: Database, parameters: int) -> None:
    any_database.run(
        "CREATE TABLE a (id integer PRIMARY KEY, name varchar(20))",
        "CREATE TABLE b (id integer PRIMARY KEY, a_name varchar(40), n varchar(10))",
        *(f"INSERT INTO a VALUES ({n}, 'N{n}')" for n in range(20)),
        *(f"INSERT INTO b VALUES ({n}, 'x-N{n % 20}', '{n % 20}')" for n in range(60)),
    )
    program = Program(
        (
            RowSet("a", "a", Given(("id",), "ids")),
            RowSet("by_text", "b", Leads(("a_name",), "a", ("name",), In("a"), How(template="x-{}"))),
            RowSet("by_number", "b", Leads(("n",), "a", ("id",), In("a"))),
            RowSet("others", "b", Not(In("by_number"))),
        )
    )
    seeds = Seeds(ids=[(n,) for n in range(10)])
    with opened(any_database, budget=Budget(parameters=parameters)) as store:
        with store.reading(program, seeds) as look:
            assert [look.count(name) for name in ("a", "by_text", "by_number", "others")] == [10, 30, 30, 30]
            digests = {name: look.digest(name) for name in ("a", "by_text")}
        steps = (Delete("b", "by_text", 30), Update("a", "a", 10, {"name": Constant("gone")}))
        done = store.apply(Change(program, steps), seeds)
        assert [(step.rows, step.digest) for step in done.steps] == [(30, digests["by_text"]), (10, digests["a"])]
    assert len(any_database.run("SELECT id FROM a WHERE name = 'gone'")) == 10


def test_key_tables_shadow_nothing_and_leave_nothing(any_database: Database) -> None:
    any_database.run("CREATE TABLE waarborg_keys_0 (id integer PRIMARY KEY, a integer)")
    any_database.run(*(f"INSERT INTO waarborg_keys_0 VALUES ({n}, {n % 3})" for n in range(30)))
    rows = Given(("a",), "a")
    program = Program((RowSet("x", "waarborg_keys_0", rows), RowSet("found", "waarborg_keys_0", In("x"))))
    leads = Leads(("id",), "waarborg_keys_0", ("id",), In("x"))
    program = Program((*program.sets, RowSet("led", "waarborg_keys_0", leads)))
    with opened(any_database, budget=Budget(parameters=2)) as store, store.reading(program, Seeds(a=[(1,)])) as look:
        assert (look.count("found"), look.count("led")) == (10, 10)
    assert len(any_database.run("SELECT id FROM waarborg_keys_0")) == 30


def test_a_ceiling_holds_and_nothing_is_touched(any_database: Database) -> None:
    people(any_database, "a", "b", "c")
    with opened(any_database) as store, pytest.raises(StalePlan, match="WB320"):
        store.apply(Change(one("member", All()), (Delete("d", "found", 2),)), Seeds())
    assert len(any_database.run("SELECT id FROM member")) == 3


def test_a_migration_in_between_is_stale(any_database: Database) -> None:
    people(any_database, "a")
    with opened(any_database) as store:
        fingerprint = store.describe().fingerprint(("member",))
        change = Change(
            one("member", All()), (Update("u", "found", 9, {"email": Constant("x")}),), ("member",), fingerprint
        )
        any_database.run("ALTER TABLE member ADD note varchar(10)")
        with pytest.raises(StalePlan, match="WB321"):
            store.apply(change, Seeds())
    assert [tuple(row) for row in any_database.run("SELECT email FROM member")] == [("a",)]


def test_attack_39_a_cascade_or_trigger_outside_the_plan(any_database: Database) -> None:
    people(any_database, "a", "b")
    any_database.run(
        "CREATE TABLE note (id integer PRIMARY KEY, member_id integer,"
        " FOREIGN KEY (member_id) REFERENCES member (id) ON DELETE CASCADE)",
        "INSERT INTO note VALUES (1, 1)",
        "INSERT INTO note VALUES (2, 1)",
    )
    change = Change(one("member", Given(("id",), "ids")), (Delete("d", "found", 1),))
    with opened(any_database) as store:
        with pytest.raises(StalePlan, match="WB322"):
            store.apply(change, Seeds(ids=[(1,)]))
        assert len(any_database.run("SELECT id FROM note")) == 2
        approved = Change(change.program, change.steps, side_effects={"note": 2})
        store.apply(approved, Seeds(ids=[(1,)]))
    assert any_database.run("SELECT id FROM note") in ([], ())


def test_a_trigger_that_writes_elsewhere(postgresql: Database, sqlite: Database) -> None:
    for database in (postgresql, sqlite):
        people(database, "a")
        database.run("CREATE TABLE other (id integer)", "INSERT INTO other VALUES (1)")
    sqlite.run("CREATE TRIGGER t AFTER DELETE ON member BEGIN DELETE FROM other; END")
    postgresql.run(
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM other; RETURN NULL; END'",
        "CREATE TRIGGER t AFTER DELETE ON member EXECUTE FUNCTION f()",
    )
    for database in (postgresql, sqlite):
        with opened(database) as store, pytest.raises(StalePlan, match="WB322"):
            store.apply(Change(one("member", All()), (Delete("d", "found", 1),)), Seeds())
        assert len(database.run("SELECT id FROM other")) == 1


def test_row_level_security_is_an_error_and_not_half_an_answer(postgresql: Database) -> None:
    people(postgresql, "a", "b")
    role = f"sql_{postgresql.name}"[:60]
    postgresql.run(
        f"CREATE ROLE {role} LOGIN",
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT SELECT ON member TO {role}",
        "ALTER TABLE member ENABLE ROW LEVEL SECURITY",
        f"CREATE POLICY p ON member TO {role} USING (id = 1)",
    )
    try:
        url = postgresql.url.replace("//postgres@", f"//{role}@")
        with closing(SqlStore("app", url)) as store:
            assert store.describe().tables["member"].row_security
            with pytest.raises(StoreError, match="42501"):
                ids(store, one("member", All()), Seeds())
    finally:
        postgresql.run(f"DROP OWNED BY {role}", f"DROP ROLE {role}")


def test_a_select_only_account_works_without_key_tables_and_sees_no_triggers(mariadb: Database) -> None:
    people(mariadb, *(f"u{n}" for n in range(12)))
    mariadb.run("CREATE TRIGGER t AFTER DELETE ON member FOR EACH ROW SET @x = 1")
    user = "sql_reader"
    mariadb.run(
        f"DROP USER IF EXISTS {user}@'%'",
        f"CREATE USER {user}@'%'",
        f"GRANT SELECT ON `{mariadb.name}`.* TO {user}@'%'",
    )
    try:
        url = mariadb.url.replace("//root@", f"//{user}@")
        program = Program((RowSet("m", "member", Compare("id", ">", (2,))), RowSet("found", "member", In("m"))))
        leads = RowSet("led", "member", Leads(("id",), "member", ("id",), Both((In("m"), Given(("id",), "ids")))))
        with closing(SqlStore("app", url, budget=Budget(parameters=3))) as store:
            schema = store.describe()
            assert schema.not_visible == ("triggers",)
            with store.reading(Program((*program.sets, leads)), Seeds(ids=[(n,) for n in range(12)])) as look:
                assert look.count("led") == 9
    finally:
        mariadb.run(f"DROP USER {user}@'%'")


def test_a_row_taken_over_meanwhile_is_left_alone(postgresql: Database, mariadb: Database) -> None:
    """Somebody else's transaction gives the row to another person while we wait for its lock."""
    for database in (postgresql, mariadb):
        people(database, "a", "b")
        database.run("CREATE TABLE note (id integer PRIMARY KEY, member_id integer)", "INSERT INTO note VALUES (1, 1)")
        program = Program(
            (
                RowSet("me", "member", Given(("id",), "ids")),
                RowSet("mine", "note", Leads(("member_id",), "member", ("id",), In("me"))),
            )
        )
        change = Change(program, (Delete("n", "mine", 1), Delete("m", "me", 1)))
        other = database.connect()
        cursor = other.cursor()
        cursor.execute("BEGIN")
        cursor.execute("UPDATE note SET member_id = 2 WHERE id = 1")
        with opened(database) as store:
            done: list[object] = []
            worker = threading.Thread(target=lambda: done.append(store.apply(change, Seeds(ids=[(1,)]))))  # noqa: B023
            worker.start()
            time.sleep(0.3)
            cursor.execute("COMMIT")
            worker.join(20)
        other.close()
        assert [tuple(row) for row in database.run("SELECT member_id FROM note")] == [(2,)]
        assert done[0].steps[0].rows == 0  # type: ignore[attr-defined]


def test_a_lock_is_waited_for_no_longer_than_the_budget(postgresql: Database) -> None:
    people(postgresql, "a")
    other = postgresql.connect()
    cursor = other.cursor()
    cursor.execute("BEGIN")
    cursor.execute("UPDATE member SET email = 'b'")
    started = time.monotonic()
    with (
        opened(postgresql, budget=Budget(lock_timeout=0.1, retries=1)) as store,
        pytest.raises(StoreError, match="55P03"),
    ):
        store.apply(Change(one("member", All()), (Delete("d", "found", 1),)), Seeds())
    assert time.monotonic() - started < 5
    other.close()


def test_a_cycle_of_filled_columns(sqlite: Database, postgresql: Database) -> None:
    for database in (sqlite, postgresql):
        late = " DEFERRABLE INITIALLY IMMEDIATE"
        database.run("CREATE TABLE l (id integer PRIMARY KEY, r integer NOT NULL)")
        database.run(f"CREATE TABLE r (id integer PRIMARY KEY, l integer NOT NULL REFERENCES l (id){late})")
        if database.engine == "postgresql":
            database.run("INSERT INTO l VALUES (1, 1)", "INSERT INTO r VALUES (1, 1)")
            database.run("ALTER TABLE l ADD FOREIGN KEY (r) REFERENCES r (id)")
            with pytest.raises(Exception, match="foreign key"):
                database.run("DELETE FROM l")
        else:
            database.run("INSERT INTO l VALUES (1, 1)", "INSERT INTO r VALUES (1, 1)")
        program = Program((RowSet("l", "l", All()), RowSet("r", "r", All())))
        with opened(database) as store:
            assert store.apply(Change(program, (Delete("d", "l", 2, ("r",)),)), Seeds()).steps[0].rows == 2
        assert not database.run("SELECT id FROM r")


def test_attack_50_an_address_or_value_is_in_no_error(any_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    people(any_database, "canary-value")
    monkeypatch.setenv("APP_DB", "postgresql://canary-user:canary-secret@127.0.0.1:1/canary-db")
    store = SqlStore("app", "env:APP_DB")
    with pytest.raises(StoreError) as caught:
        store.describe()
    assert "canary" not in repr(caught.value) + str(caught.value) + repr(store)
    assert caught.value.__cause__ is None
    row = Seeds(rows=[(1, "canary-value" + "x" * 500)])
    change = Change(Program(()), (Insert("i", "member", ("id", "email"), "rows", 1, ("email",)),))
    with opened(any_database) as other, pytest.raises(StoreError) as refused:
        other.apply(change, row)
    assert "canary" not in str(refused.value)


def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    missing = tmp_path / "none.db"
    with closing(SqlStore("app", f"sqlite:///{missing}")) as store, pytest.raises(StoreError, match="WB330"):
        store.describe()
    assert not missing.exists()


def test_words_are_replaced_whole_and_other_cells_left(any_database: Database) -> None:
    people(any_database, "Jan wrote to JAN and Janneke", "nothing here")
    change = Change(one("member", All()), (Update("u", "found", 2, {"email": Redact("words", "[x]")}),))
    with opened(any_database) as store:
        store.apply(change, Seeds(words=[("jan",)]))
    found = {row[0] for row in any_database.run("SELECT email FROM member")}
    assert found == {"[x] wrote to [x] and Janneke", "nothing here"}


def test_a_table_without_a_key(any_database: Database) -> None:
    any_database.run("CREATE TABLE log (who varchar(20), day date)")
    any_database.run(*(f"INSERT INTO log VALUES ('{who}', '2020-01-0{n}')" for n, who in enumerate("aabc", 1)))
    program = one("log", Given(("who",), "who"))
    with opened(any_database) as store:
        with store.reading(program, Seeds(who=[("a",)])) as look:
            digest = look.digest("found")
        done = store.apply(Change(program, (Delete("d", "found", 2),)), Seeds(who=[("a",)]))
        assert (done.steps[0].rows, done.steps[0].digest) == (2, digest)
        older = one("log", Compare("day", "<", (date(2020, 1, 4),)))
        with store.reading(older, Seeds()) as look:
            assert look.count("found") == 1


def test_rows_stream_in_blocks_in_key_order(any_database: Database) -> None:
    people(any_database, *(f"u{n}" for n in range(25)))
    with opened(any_database, budget=Budget(block=10)) as store, store.reading(one("member", All()), Seeds()) as look:
        blocks = [list(block) for block in look.rows("found", ("id",))]
    assert [len(block) for block in blocks] == [10, 10, 5]
    assert [row[0] for block in blocks for row in block] == list(range(1, 26))


def test_a_sample_is_bounded(any_database: Database) -> None:
    people(any_database, *("x" * 180 for _ in range(30)))
    with opened(any_database) as store:
        samples = store.sample("member", ("id", "email"), 5)
    assert [len(one.values) for one in samples] == [5, 5]
    assert "xxx" not in repr(samples)
