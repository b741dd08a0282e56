"""The sample: fictitious customers with 21 rows each in four tables, one heavy customer, and a schema of 100 tables.

Everything is computed from row numbers by the engine itself, so that the same people exist on every engine, a load is a
few statements, and an erased person can be put back exactly as they were. Order ``i`` belongs to customer
``(i - 1) % size + 1``: one person's rows lie far apart, as they do in a table that grew over years.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.engines import Engine

TABLES = ("customers", "orders", "payments", "events")

_GIVEN = "Anouk   Bram    Cécile  Daan    Emma    Farid   Greet   Hugo    Inès    Jasper  Karima  Luuk    Mirte   "
_FAMILY = (
    "Aalders   Bakker    Claes     Dubois    El Amrani Fontein   Geerts    Hendriks  Iversen   Jansen    Kuiper    "
)
_STREETS = "Lindelaan     Molenweg      Rue du Marché Kade          Havenstraat   Kerkplein     Parkweg       "

_SCHEMA = {  # SQLite: an INTEGER key is the row id itself, as every application has it
    "customers": "id {key} NOT NULL PRIMARY KEY, email varchar(120) NOT NULL, full_name varchar(80) NOT NULL,"
    " phone varchar(20), address varchar(160), created_at {moment} NOT NULL",
    "orders": "id {key} NOT NULL PRIMARY KEY, customer_id bigint NOT NULL{to_customers}, ordered_at {moment} NOT NULL,"
    " status varchar(12) NOT NULL, total_cents integer NOT NULL, delivery_address varchar(160)",
    "payments": "id {key} NOT NULL PRIMARY KEY, order_id bigint NOT NULL{to_orders}, paid_at {moment} NOT NULL,"
    " method varchar(12) NOT NULL, amount_cents integer NOT NULL, payer_name varchar(80), iban varchar(34)",
    "events": "id {key} NOT NULL PRIMARY KEY, customer_id bigint NOT NULL{to_customers}, happened_at {moment} NOT NULL,"
    " kind varchar(20) NOT NULL, ip_address varchar(45), user_agent varchar(160)",
}

_INDEXES = (
    "CREATE UNIQUE INDEX customers_email ON customers (email)",
    "CREATE INDEX orders_customer ON orders (customer_id)",
    "CREATE INDEX payments_order ON payments (order_id)",
    "CREATE INDEX events_customer ON events (customer_id)",
)

_FOREIGN_KEYS = (
    ("orders", "customer_id", "customers"),
    ("payments", "order_id", "orders"),
    ("events", "customer_id", "customers"),
)


def _pick(words: str, width: int, number: str) -> str:
    return f"trim(substr('{words}', 1 + ({number} % {len(words) // width}) * {width}, {width}))"


def _moment(number: str) -> str:
    return (
        f"CAST('202' || ({number} % 6) || '-0' || (1 + {number} % 9) || '-1' || ({number} % 10) || ' 1' ||"
        f" ({number} % 9) || ':2' || ({number} % 7) || ':3' || ({number} % 10) AS {{moment}})"
    )


_NAME = f"{_pick(_GIVEN, 8, 'n')} || ' ' || {_pick(_FAMILY, 10, 'n')}"
_HOME = f"{_pick(_STREETS, 14, 'n')} || ' ' || (1 + n % 240) || ', ' || (1000 + n % 8999) || ' AB Voorbeeldstad'"
_VALUES = {
    "customers": f"n, 'person' || n || '@post.example', {_NAME}, '+31970' || (1000000 + n), {_HOME}, {_moment('n')}",
    "orders": f"i, n, {_moment('i')}, {_pick('paid    shipped returnednew     ', 8, 'i')}, 500 + i % 20000, {_HOME}",
    "payments": f"i, i, {_moment('i')}, {_pick('ideal   card    transfer', 8, 'i')}, 500 + i % 20000, {_NAME},"
    " 'NL00TEST0' || (100000000 + n)",
    "events": f"i, n, {_moment('i')}, {_pick('login   view    search  logout  ', 8, 'i')}, '203.0.113.' || (i % 254),"
    " 'Mozilla/5.0 (X11; Linux x86_64; rv:' || (90 + i % 40) || '.0) Gecko/20100101 Firefox/' || (90 + i % 40) || '.0'",
}

_PER_PERSON = {"customers": 1, "orders": 5, "payments": 5, "events": 10}


def _holds(engine: Engine, database: str, rows: Mapping[str, int]) -> bool:
    """Does this database hold exactly so many rows in these tables?"""
    if not engine.exists(database):
        return False
    connection = engine.connect(database)
    try:
        # an interrupted load left a table out: each driver has its own error for that, and each means "make it again"
        with contextlib.suppress(Exception):
            return all(
                engine.run(connection, f"SELECT count(*) FROM {table}", {})[0][0] == count
                for table, count in rows.items()
            )
        return False
    finally:
        connection.close()


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample database: ``size`` customers numbered from 1, and customer ``size + 1`` with ``heavy`` events."""

    engine: Engine
    size: int
    heavy: int

    @property
    def database(self) -> str:
        return f"bench_sample_{self.size}"

    @property
    def heavy_person(self) -> int:
        return self.size + 1

    @property
    def rows(self) -> dict[str, int]:
        """Rows per table of the complete sample."""
        expected = {table: count * self.size for table, count in _PER_PERSON.items()}
        expected["customers"] += 1
        expected["events"] += self.heavy
        return expected

    def url(self) -> str:
        return self.engine.url(self.database)

    def connect(self) -> Any:
        return self.engine.connect(self.database)

    def people(self, count: int, seed: int) -> list[int]:
        """``count`` different customers, the same for the same seed, spread over the whole table."""
        return sorted(random.Random(seed).sample(range(1, self.size + 1), count))

    def ready(self) -> bool:
        """Is the complete sample there already? Counting is cheap next to loading."""
        return _holds(self.engine, self.database, self.rows)

    def ensure(self) -> bool:
        """Make the sample unless it is there at this size. True when it had to be made."""
        if self.ready():
            return False
        self.engine.drop(self.database)
        self.engine.create(self.database)
        connection = self.connect()
        try:
            self._load(connection)
        finally:
            connection.close()
        return True

    def _load(self, connection: Any) -> None:
        engine = self.engine
        engine.prepare_load(connection)
        for statement in self._schema():
            engine.run(connection, statement, {})
        engine.run(connection, "BEGIN", {})
        for table in TABLES:
            last = _PER_PERSON[table] * self.size
            numbers = f"SELECT i, (i - 1) % {self.size} + 1 AS n FROM {engine.series(last)} AS counted"
            engine.run(connection, self._insert(table, numbers), {})
        engine.run(connection, "COMMIT", {})
        for statement in _INDEXES:
            engine.run(connection, statement, {})
        if engine.name != "sqlite":
            for table, column, target in _FOREIGN_KEYS:
                constraint = f"FOREIGN KEY ({column}) REFERENCES {target} (id)"
                engine.run(connection, f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_fk {constraint}", {})
        self._insert_heavy(connection)
        engine.run(connection, "ANALYZE" if engine.name != "mariadb" else f"ANALYZE TABLE {', '.join(TABLES)}", {})
        engine.settle(connection)

    def _schema(self) -> list[str]:
        inline = self.engine.name == "sqlite"
        links = {f"to_{table}": f" REFERENCES {table} (id)" if inline else "" for table in ("customers", "orders")}
        ending = {"postgresql": " WITH (autovacuum_enabled = false)", "mariadb": " ENGINE = InnoDB", "sqlite": ""}
        words = {"moment": self.engine.moment, "key": "integer" if inline else "bigint", **links}
        return [
            f"CREATE TABLE {table} ({columns.format(**words)}){ending[self.engine.name]}"
            for table, columns in _SCHEMA.items()
        ]

    def _insert(self, table: str, numbers: str) -> str:
        values = _VALUES[table].format(moment=self.engine.moment)
        return f"INSERT INTO {table} SELECT {values} FROM ({numbers}) AS numbered"

    def restore(self, people: Iterable[int]) -> None:
        """Put erased customers back exactly as they were; for customers who are still there this fails on the key."""
        engine, connection = self.engine, self.connect()
        try:
            engine.prepare_load(connection)
            engine.run(connection, "CREATE TEMPORARY TABLE put_back (n integer NOT NULL PRIMARY KEY)", {})
            engine.run(connection, "BEGIN", {})
            rows = ", ".join(f"({person})" for person in people)
            engine.run(connection, f"INSERT INTO put_back (n) VALUES {rows}", {})
            for table in TABLES:
                counted = f"{engine.series(_PER_PERSON[table])} AS counted"
                numbers = f"SELECT (i - 1) * {self.size} + n AS i, n FROM put_back CROSS JOIN {counted}"
                engine.run(connection, self._insert(table, numbers), {})
            engine.run(connection, "COMMIT", {})
        finally:
            connection.close()

    def restore_heavy(self) -> None:
        """Put the heavy customer back: one row, and ``heavy`` events."""
        connection = self.connect()
        try:
            self.engine.prepare_load(connection)
            self._insert_heavy(connection)
        finally:
            connection.close()

    def _insert_heavy(self, connection: Any) -> None:
        person, engine = self.heavy_person, self.engine
        first = _PER_PERSON["events"] * self.size
        engine.run(connection, "BEGIN", {})
        engine.run(connection, self._insert("customers", f"SELECT {person} AS i, {person} AS n"), {})
        numbers = f"SELECT {first} + i AS i, {person} AS n FROM {engine.series(self.heavy)} AS counted"
        engine.run(connection, self._insert("events", numbers), {})
        engine.run(connection, "COMMIT", {})


@dataclass(frozen=True, slots=True)
class Hundred:
    """A schema of 100 tables: ``person``, and 99 tables that each hold one row of each of ``size`` people."""

    engine: Engine
    size: int = 200
    tables: int = 100

    @property
    def database(self) -> str:
        return f"bench_hundred_{self.size}"

    def url(self) -> str:
        return self.engine.url(self.database)

    def names(self) -> list[str]:
        """The tables that lead to ``person`` by ``person_id``."""
        return [f"record_{number:02}" for number in range(1, self.tables)]

    def ensure(self) -> bool:
        """Make the schema unless it is there. True when it had to be made."""
        engine = self.engine
        if _holds(engine, self.database, dict.fromkeys(("person", *self.names()), self.size)):
            return False
        engine.drop(self.database)
        engine.create(self.database)
        connection = engine.connect(self.database)
        try:
            self._load(connection)
        finally:
            connection.close()
        return True

    def _load(self, connection: Any) -> None:
        engine = self.engine
        engine.prepare_load(connection)
        key = "integer" if engine.name == "sqlite" else "bigint"
        people = f"{engine.series(self.size)} AS counted"
        columns = f"id {key} NOT NULL PRIMARY KEY, email varchar(120) NOT NULL UNIQUE, full_name varchar(80) NOT NULL"
        engine.run(connection, f"CREATE TABLE person ({columns})", {})
        values = f"i, 'person' || i || '@post.example', {_NAME.replace('n %', 'i %')}"
        engine.run(connection, f"INSERT INTO person SELECT {values} FROM {people}", {})
        for name in self.names():
            columns = f"id {key} NOT NULL PRIMARY KEY, person_id {key} NOT NULL, note varchar(80)"
            link = f"CONSTRAINT {name}_fk FOREIGN KEY (person_id) REFERENCES person (id)"
            engine.run(connection, f"CREATE TABLE {name} ({columns}, {link})", {})
            engine.run(connection, f"CREATE INDEX {name}_person ON {name} (person_id)", {})
            engine.run(connection, f"INSERT INTO {name} SELECT i, i, 'note of ' || i FROM {people}", {})
        if engine.name != "mariadb":
            engine.run(connection, "ANALYZE", {})
