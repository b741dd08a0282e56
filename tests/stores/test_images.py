"""Rows come back bit for bit: every type of every engine, keyless rows, circles, sequences; and nothing half."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from databases import Database
from waarborg.errors import StalePlan, WaarborgError
from waarborg.stores.contract import (
    All,
    Change,
    Compare,
    Constant,
    Delete,
    Image,
    Program,
    PutBack,
    RawText,
    Refill,
    RowSet,
    Seeds,
    Update,
)
from waarborg.stores.sql import SqlStore

TYPES = {
    "sqlite": ["INTEGER", "REAL", "TEXT", "BLOB", "NUMERIC", "DATETIME", "BOOLEAN", ""],
    "postgresql": [
        "boolean", "smallint", "bigint", "numeric", "numeric(30,10)", "real", "double precision", "text",
        "varchar(40)", "char(7)", "bytea", "date", "time", "timetz", "timestamp", "timestamptz", "interval", "uuid",
        "json", "jsonb", "inet", "cidr", "macaddr", "int[]", "text[]", "char(3)[]", "int4range", "tsvector", "bit(5)",
        "varbit", "xml", "point", "citext", "money", "pg_lsn",
    ],
    "mariadb": [
        "tinyint(1)", "int unsigned", "bigint", "decimal(38,12)", "float", "double", "varchar(60)", "char(7)",
        "longtext", "varbinary(30)", "longblob", "date", "datetime(6)", "timestamp(6) NULL", "time(6)", "year",
        "json", "enum('a','b')", "set('x','y','z')", "bit(9)", "uuid", "inet6", "point",
        "varchar(20) CHARACTER SET latin1", "text CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci",
    ],
}  # fmt: skip
VALUES: dict[str, list[list[str]]] = {
    "sqlite": [
        ["9223372036854775807", "0.1", "'a''b'", "x'00ff41'", "12.50", "'2026-02-30'", "1", "x''"],
        ["-1", "1e308", "CAST(x'ff41fe' AS text)", "'text in a blob'", "'12.50x'", "5", "'yes'", "1.5"],
        ["NULL", "9e999", "char(65,0,66)", "NULL", "0.30000000000000004", "NULL", "NULL", "'x'"],
    ],
    "postgresql": [
        ["true", "-32768", "9223372036854775807", "'NaN'", "12345678901234567890.0000000001", "'0.1'", "0.1",
         "E'a\\'b\\n€\\u00e9'", "'%s ? %%'", "'ab'", "'\\x00ff41'", "'infinity'", "'23:59:59.999999'",
         "'12:00+05:30'", "'0001-01-01 BC'", "'2026-10-25 02:30+02'", "'1 year 2 mons -3 days 04:05:06.7'",
         "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "'{\"b\":1,  \"a\":1, \"a\":2}'", "'{\"b\": 1}'", "'10.0.0.1/8'",
         "'10.0.0.0/8'", "'08:00:2b:01:02:03'", "'{1,NULL,3}'", "ARRAY['a,b','\"','{}',NULL,'NULL']",
         "ARRAY['ab','abc']", "'[1,5)'", "'a:1 fat:2,4'", "B'10101'", "B'1'", "'<a>x</a>'", "'(1.5,2)'", "'Ab'",
         "12.34", "'16/B374D848'"],
        ["false", "0", "0", "-0.00", "0.5", "'-Infinity'", "'NaN'", "''", "''", "''", "''", "'-infinity'",
         "'24:00:00'", "'00:00-12'", "'infinity'", "'-infinity'", "'0'", "NULL", "'[]'", "'null'", "'::1'", "'::/0'",
         "NULL", "'{}'", "'{}'", "'{}'", "'empty'", "''", "B'00000'", "B''", "'plain'", "'(0,-0)'", "''",
         "-0.01", "'0/0'"],
        ["NULL"] * 35,
    ],
    "mariadb": [
        ["1", "4294967295", "-9223372036854775808", "12345678901234567890.123456789012", "0.1", "0.1", "'a''b\\\\€😀'",
         "'ab'", "'%s ? %%'", "x'00ff41'", "x'00'", "'2026-02-28'", "'2026-10-25 02:30:00.000001'",
         "'2026-10-25 00:30:00.5'", "'-838:59:59.999999'", "2026", "'{\"b\":1,  \"a\": 1}'", "'a'", "'x,z'",
         "b'101010101'", "'123e4567-e89b-12d3-a456-426614174000'", "'2001:db8::1'",
         "ST_GeomFromText('POINT(1 2)', 4326)",
         "'é'", "'É '"],
        ["0", "0", "0", "-0.000000000001", "3.4028234e38", "1.7976931348623157e308", "''", "''", "''", "''", "''",
         "'0000-00-00'", "'2026-00-00'", "'2026-03-29 01:30:00'", "'00:00:00'", "0", "'[]'", "'b'", "''", "b'0'",
         "NULL", "'::'", "NULL", "''", "''"],
        ["NULL"] * 25,
    ],
}  # fmt: skip


@dataclass
class Kept:
    """A witness that remembers."""

    images: list[Image] = field(default_factory=list)
    kept: int = 0
    refuses: bool = False

    def begin(self) -> None:
        self.images.clear()

    def see(self, image: Image) -> None:
        self.images.append(image)

    def keep(self) -> None:
        if self.refuses:
            raise WaarborgError.one("WB555", "The vault is full.")
        self.kept += 1

    def rows(self, table: str, after: bool = False) -> tuple[tuple[str, ...], list[Any]]:
        found = [image for image in self.images if image.table == table and image.after is after]
        return found[0].columns, [row for image in found for row in image.rows]


def raw(database: Database, table: str = "hard") -> list[str]:
    """Every row as the engine itself writes it down, so that nothing of a driver's conversions is in it."""
    names = [f"c{n}" for n in range(len(TYPES[database.engine]))] if table == "hard" else ["*"]
    if table == "hard" and database.engine == "sqlite":
        cell = "typeof({0}), CASE typeof({0}) WHEN 'text' THEN quote(CAST({0} AS blob)) ELSE quote({0}) END"
        text = ", ".join(cell.format(name) for name in names)
    elif table == "hard" and database.engine == "postgresql":
        text = ", ".join(f"{name}::text" for name in names)
    elif table == "hard":
        shown = [name for name, type_ in zip(names, TYPES["mariadb"], strict=True) if type_ != "point"]
        text = ", ".join([*(f"HEX({name})" for name in names), *(f"CAST({name} AS char)" for name in shown)])
    else:
        text = "*"
    return sorted(str(row) for row in database.run(f"SELECT {text} FROM {table}"))


def build(database: Database, key: str = "") -> SqlStore:
    types = ", ".join(f"c{n} {one}" for n, one in enumerate(TYPES[database.engine]))
    mode = ["SET sql_mode = 'ALLOW_INVALID_DATES'"] if database.engine == "mariadb" else []
    values = VALUES[database.engine] if key else [[_mild(one) for one in row] for row in VALUES[database.engine]]
    rows = [f"INSERT INTO hard VALUES ({f'{n}, ' if key else ''}{', '.join(row)})" for n, row in enumerate(values)]
    database.run(f"CREATE TABLE hard ({key}{types})", *mode, *rows)
    return SqlStore("app", database.url)


def _mild(value: str) -> str:
    """Rows without a key are told apart by all their values, which Python then has to be able to hold."""
    return (
        "NULL"
        if any(one in value for one in ("infinity", "BC", "ff41fe", "0000-00-00", "2026-00-00", "24:00:00"))
        else value
    )


def round_trip(database: Database, key: str) -> tuple[list[str], list[str]]:
    """Every row before it went, and after it came back."""
    witness = Kept()
    with closing(build(database, key)) as store:
        before = raw(database)
        everything = Program((RowSet("all", "hard", All()),))
        change = Change(everything, (Delete("go", "all", 9),), witness=witness)
        assert store.apply(change, Seeds()).steps[0].rows == 3
        assert raw(database) == []
        assert witness.kept == 1
        columns, rows = witness.rows("hard")
        back = Change(everything, (), back=(PutBack("back", "hard", columns, "rows", 9),))
        assert store.apply(back, Seeds(rows=rows)).steps[0].rows == 3
    return before, raw(database)


@pytest.mark.parametrize("key", ["id INTEGER PRIMARY KEY, ", ""], ids=["keyed", "keyless"])
def test_every_type_comes_back_bit_for_bit(any_database: Database, key: str) -> None:
    before, after = round_trip(any_database, key)
    assert len(before) == 3
    assert after == before


def test_sabotage_values_as_a_driver_gives_them_do_not_come_back(
    any_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a plain SELECT hands out is not what was there: rounded floats, a type lost, a value that cannot be held."""
    from waarborg.stores.sql import images

    def plain(sets: Any, table: str, alias: str = "t") -> list[str]:
        names = [sets.column("t", column.name) for column in images.stored(sets, table)]
        if sets.dialect.name == "sqlite":
            return [part for name in names for part in (f"CAST({name} AS text)", "'integer'")]
        return [f"CAST({name} AS char)" if ".`c4`" in name else name for name in names]

    monkeypatch.setattr(images, "picked", plain)
    try:
        before, after = round_trip(any_database, "id INTEGER PRIMARY KEY, ")
    except (WaarborgError, ValueError):
        return
    assert before != after


TREE = (
    "CREATE TABLE person (id {id}, email varchar(90) NOT NULL UNIQUE, boss_id int REFERENCES person (id), main int)",
    "CREATE TABLE item (id {id}, person_id int NOT NULL{ref})",
)
IDS = {
    "sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "postgresql": "int PRIMARY KEY GENERATED ALWAYS AS IDENTITY",
    "mariadb": "int PRIMARY KEY AUTO_INCREMENT",
}


def village(database: Database) -> SqlStore:
    database.run(*(one.format(id=IDS[database.engine], ref=" REFERENCES person (id)") for one in TREE))
    forced = " OVERRIDING SYSTEM VALUE" if database.engine == "postgresql" else ""
    database.run(
        f"INSERT INTO person (id, email, boss_id){forced} VALUES (1, 'a', NULL), (2, 'b', 1), (3, 'c', 2), (4, 'd', 4)",
        f"INSERT INTO item (id, person_id){forced} VALUES (1, 1), (7, 2), (8, 3), (9, 3)",
    )
    if database.engine == "postgresql":
        database.run("SELECT setval('person_id_seq', 4)", "SELECT setval('item_id_seq', 9)")
    return SqlStore("app", database.url)


def go(store: SqlStore, witness: Kept, *extra: Any) -> None:
    """Persons 2 to 4 and their items go."""
    program = Program(
        (
            RowSet("people", "person", Compare("id", "in", (2, 3, 4))),
            RowSet("items", "item", Compare("person_id", "in", (2, 3, 4))),
        )
    )
    steps = (Delete("items", "items", 9), Delete("people", "people", 9))
    store.apply(Change(program, steps, witness=witness, **dict(extra)), Seeds())


def come(store: SqlStore, witness: Kept) -> None:
    back, seeds = [], Seeds()
    for table in ("person", "item"):
        columns, rows = witness.rows(table)
        seeds[table] = rows
        back.append(PutBack(f"back:{table}", table, columns, table, 99))
    store.apply(Change(Program(()), (), back=tuple(back)), seeds)


def both(database: Database) -> list[str]:
    return raw(database, "person") + raw(database, "item")


def test_children_trees_and_sequences_come_back(any_database: Database) -> None:
    witness = Kept()
    with closing(village(any_database)) as store:
        before = both(any_database)
        go(store, witness)
        assert len(both(any_database)) == 2
        come(store, witness)
        assert both(any_database) == before
        any_database.run("INSERT INTO person (email) VALUES ('new')", "INSERT INTO item (person_id) VALUES (1)")
        assert max(row[0] for row in any_database.run("SELECT id FROM person")) == 5
        assert max(row[0] for row in any_database.run("SELECT id FROM item")) == 10


def test_a_sequence_that_was_set_back_goes_on(postgresql: Database) -> None:
    witness = Kept()
    with closing(village(postgresql)) as store:
        go(store, witness)
        postgresql.run("SELECT setval('item_id_seq', 2)")
        come(store, witness)
        postgresql.run("INSERT INTO item (person_id) VALUES (1)")
    assert sorted(row[0] for row in postgresql.run("SELECT id FROM item")) == [1, 7, 8, 9, 10]


def test_what_is_taken_meanwhile_is_refused_and_nothing_is_half(any_database: Database) -> None:
    witness = Kept()
    with closing(village(any_database)) as store:
        go(store, witness)
        any_database.run("INSERT INTO person (email) VALUES ('c')")
        now = both(any_database)
        with pytest.raises(WaarborgError):
            come(store, witness)
        assert both(any_database) == now


def test_a_witness_that_refuses_leaves_everything(any_database: Database) -> None:
    witness = Kept(refuses=True)
    with closing(village(any_database)) as store:
        before = both(any_database)
        with pytest.raises(WaarborgError, match="WB555"):
            go(store, witness)
        assert both(any_database) == before


def test_updates_are_seen_before_and_after_and_refilled(any_database: Database) -> None:
    witness = Kept()
    with closing(village(any_database)) as store:
        before = both(any_database)
        program = Program((RowSet("two", "person", Compare("id", "in", (2, 3))),))
        writes = {"boss_id": Constant(None)}
        store.apply(Change(program, (Update("shell", "two", 2, writes),), witness=witness), Seeds())
        columns, was = witness.rows("person")
        _, became = witness.rows("person", after=True)
        at = columns.index("boss_id")
        assert [row[at] for row in became] == [None, None]
        seeds = Seeds(rows=[(row[columns.index("id")], row[at]) for row in was])
        refill = Refill("refill", "person", ("id",), ("boss_id",), "rows", 9)
        assert store.apply(Change(Program(()), (), back=(refill,)), seeds).steps[0].rows == 2
        assert both(any_database) == before
        any_database.run("UPDATE person SET boss_id = NULL", "DELETE FROM item", "DELETE FROM person WHERE id = 3")
        now = both(any_database)
        with pytest.raises(StalePlan, match="WB328"):
            store.apply(Change(Program(()), (), back=(refill,)), seeds)
        assert both(any_database) == now


def test_rows_that_refer_to_each_other_come_back_together(any_database: Database) -> None:
    if any_database.engine == "mariadb":
        pytest.skip("MariaDB cannot delete such rows in the first place")
    late = " DEFERRABLE INITIALLY DEFERRED" if any_database.engine == "postgresql" else ""
    any_database.run(
        "CREATE TABLE one (id int PRIMARY KEY, two int NOT NULL)",
        "CREATE TABLE two (id int PRIMARY KEY, one int NOT NULL REFERENCES one (id))",
    )
    if any_database.engine == "postgresql":
        any_database.run("INSERT INTO one VALUES (1, 5)", "INSERT INTO two VALUES (5, 1)",
                         "ALTER TABLE one ADD FOREIGN KEY (two) REFERENCES two (id)")  # fmt: skip
    else:
        any_database.run("DROP TABLE two", "DROP TABLE one",
                         f"CREATE TABLE one (id int PRIMARY KEY, two int NOT NULL REFERENCES two (id){late})",
                         f"CREATE TABLE two (id int PRIMARY KEY, one int NOT NULL REFERENCES one (id){late})",
                         "INSERT INTO one VALUES (1, 5)", "INSERT INTO two VALUES (5, 1)")  # fmt: skip
    witness = Kept()
    program = Program((RowSet("one", "one", All()), RowSet("two", "two", All())))
    with closing(SqlStore("app", any_database.url)) as store:
        store.apply(Change(program, (Delete("go", "one", 9, together=("two",)),), witness=witness), Seeds())
        assert raw(any_database, "one") == []
        (first, one), (second, two) = witness.rows("one"), witness.rows("two")
        put = PutBack("back", "one", first, "one", 9, (("two", second, "two"),))
        store.apply(Change(Program(()), (), back=(put,)), Seeds(one=one, two=two))
    assert (raw(any_database, "one"), raw(any_database, "two")) == (["(1, 5)"], ["(5, 1)"])


CELL = st.one_of(
    st.none(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.binary(max_size=12),
    st.text(max_size=12).filter(lambda text: all(not 0xD800 <= ord(sign) < 0xE000 for sign in text)),
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(CELL, CELL), max_size=6), texts=st.lists(st.binary(max_size=6), max_size=3))
def test_whatever_sqlite_holds_comes_back(
    sqlite: Database, rows: Sequence[tuple[Any, Any]], texts: list[bytes]
) -> None:
    sqlite.empty()
    sqlite.run("CREATE TABLE hard (id INTEGER PRIMARY KEY, c0, c1 NUMERIC, c2, c3, c4, c5, c6, c7)")
    for row in rows:
        sqlite.run("INSERT INTO hard (c0, c1) VALUES (?, ?)", parameters=row)
    for one in texts:
        sqlite.run("INSERT INTO hard (c0) VALUES (CAST(? AS text))", parameters=[one])
    before, witness = raw(sqlite), Kept()
    everything = Program((RowSet("all", "hard", All()),))
    with closing(SqlStore("app", sqlite.url)) as store:
        store.apply(Change(everything, (Delete("go", "all", 9),), witness=witness), Seeds())
        if before:
            columns, found = witness.rows("hard")
            put = PutBack("back", "hard", columns, "rows", 9)
            store.apply(Change(everything, (), back=(put,)), Seeds(rows=found))
    assert raw(sqlite) == before


def test_a_cell_that_is_no_text_is_hidden() -> None:
    assert "canary" not in repr(RawText(b"canary\xff"))
    assert "canary" not in repr(Image("s", "t", ("a",), [("canary",)]))
