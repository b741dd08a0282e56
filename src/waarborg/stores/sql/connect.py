"""Connections: addresses from references, pools, and errors that hold neither credentials nor values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import QueuePool, StaticPool

from waarborg.errors import StoreError
from waarborg.stores.contract import Budget
from waarborg.stores.credentials import resolve
from waarborg.stores.sql.functions import register

_DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
    "sqlite": "sqlite",
}
RETRY = {"40001", "40P01", "1213", "1205", "55P03"}
"""Codes after which the whole transaction may be begun again: serialisation, deadlock, lock time-outs."""
GONE = {"08000", "08003", "08006", "57P01", "57P02", "57P03", "2006", "2013", "2055", "0"}
"""Codes that say the connection is lost."""


class Refused(StoreError):
    """A driver error, rewritten. `code` is the engine's own error code."""

    code: str = ""
    retry: bool = False
    gone: bool = False
    unsent: bool = False
    """The connection was lost before anything was asked on it."""


class Door:
    """One pool of connections to one address. The address is never shown."""

    def __init__(self, reference: str, read_only: bool, budget: Budget) -> None:
        address = resolve(reference)
        try:
            url = make_url(address)
            url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
            self.engine_name = _engine_name(url)
            self._engine = _engine(url, read_only, budget)
        except (ArgumentError, NoSuchModuleError, ImportError, ValueError):
            raise StoreError.one(
                "WB331",
                "The address of a store cannot be understood.",
                "",
                "Write it as engine://user:password@host/database; the engines are sqlite, postgresql and mariadb.",
            ) from None

    def __repr__(self) -> str:
        return f"Door({self.engine_name})"

    def open(self) -> Any:
        """A connection out of the pool. `close()` gives it back. Raises `StoreError` WB330 when unreachable."""
        try:
            return self._engine.raw_connection()
        except Exception as error:  # drivers raise their own types, and a refusal may carry the password
            raise rewritten(error, "WB330", "The database cannot be reached.") from None

    def close(self) -> None:
        """Close every pooled connection."""
        self._engine.dispose()


def _engine_name(url: URL) -> str:
    backend = url.get_backend_name()
    return "mariadb" if backend in ("mysql", "mariadb") else backend


def _engine(url: URL, read_only: bool, budget: Budget) -> Engine:
    backend = url.get_backend_name()
    if backend == "sqlite":
        return _sqlite(url, read_only, budget)
    options: dict[str, Any] = {"hide_parameters": True, "pool_size": 4, "max_overflow": 8, "pool_reset_on_return": None}
    if backend == "postgresql":
        engine = create_engine(url, **options, connect_args={"autocommit": True, "application_name": "waarborg"})
        event.listen(engine, "connect", _postgresql_ready)
        return engine
    if backend in ("mysql", "mariadb"):
        from pymysql.constants import CLIENT

        arguments = {"autocommit": True, "charset": "utf8mb4", "client_flag": CLIENT.FOUND_ROWS}
        engine = create_engine(url, **options, connect_args=arguments)
        event.listen(engine, "connect", lambda connection, _: _mariadb_ready(connection, budget))
        return engine
    raise ValueError(backend)


def _postgresql_ready(connection: Any, record: Any) -> None:
    from psycopg.types.string import TextLoader

    for name in ("json", "jsonb"):
        connection.adapters.register_loader(name, TextLoader)
    connection.autocommit = True


def _mariadb_ready(connection: Any, budget: Budget) -> None:
    connection.autocommit(True)
    maria = "maria" in connection.get_server_info().lower()
    most = budget.statement_timeout
    limit = f"max_statement_time = {most}" if maria else f"max_execution_time = {int(most * 1000)}"
    with connection.cursor() as cursor:
        # Backslash escapes and strict mode are what our literals and NOT NULL promises rely on.
        cursor.execute(
            f"SET SESSION {limit}, SESSION group_concat_max_len = 1000000000,"
            f" SESSION innodb_lock_wait_timeout = {max(1, round(budget.lock_timeout))},"
            " SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO'"
        )
        cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")


def _sqlite(url: URL, read_only: bool, budget: Budget) -> Engine:
    import sqlite3

    memory = url.database in (None, "", ":memory:")
    path = "" if memory else str(Path(str(url.database)).absolute())
    address = ":memory:" if memory else f"file:{quote(path)}?mode={'ro' if read_only else 'rw'}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            address,
            timeout=budget.lock_timeout,
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA temp_store = FILE")
        register(connection)
        return connection

    pool = StaticPool if memory else QueuePool
    return create_engine("sqlite://", creator=connect, poolclass=pool, hide_parameters=True, pool_reset_on_return=None)


def code_of(error: BaseException) -> str:
    """The engine's error code: SQLSTATE, MariaDB's number, or SQLite's name."""
    origin = getattr(error, "orig", None) or error
    state = getattr(origin, "sqlstate", None)
    if state and not type(origin).__module__.startswith("pymysql"):
        return str(state)
    name = getattr(origin, "sqlite_errorname", None)
    if name:
        return str(name)
    arguments = getattr(origin, "args", ())
    return str(arguments[0]) if arguments and isinstance(arguments[0], int) else ""


def _id(code: str) -> str:
    """A constraint refused (WB323), a value does not fit (WB324), or anything else (WB332)."""
    if code.startswith(("23", "SQLITE_CONSTRAINT")) or code in ("1451", "1452", "1062", "1048", "4025", "1216", "1217"):
        return "WB323"
    if code.startswith("22") or code in ("1406", "1264", "1265", "1292", "1366", "1364"):
        return "WB324"
    return "WB332"


_SAYS = {
    "23": "A constraint of the database does not allow it.",
    "42": "The database refused the statement: a name is not there, or the account may not do this.",
    "28": "The database does not accept this account.",
    "22": "A value does not fit its column.",
    "40": "Another transaction was in the way, time and again.",
    "53": "The database has run out of room or connections.",
    "57014": "The statement took longer than the time-out of the budget.",
    "55P03": "Another transaction held a lock longer than the time-out of the budget.",
    "25006": "The database is read-only.",
    "3D": "There is no database of that name.",
    "1451": "A foreign key of another row does not allow it.",
    "1452": "A foreign key does not allow it.",
    "1062": "A unique key does not allow it.",
    "1048": "A column must be filled.",
    "4025": "A check constraint does not allow it.",
    "1205": "Another transaction held a lock longer than the time-out of the budget.",
    "1213": "Another transaction was in the way, time and again.",
    "1969": "The statement took longer than the time-out of the budget.",
    "1045": "The database does not accept this account.",
    "1142": "The account may not do this.",
    "1044": "The account may not do this.",
    "SQLITE_BUSY": "Another connection is writing to the database longer than the time-out of the budget.",
    "SQLITE_CONSTRAINT": "A constraint of the database does not allow it.",
    "SQLITE_FULL": "The disk is full.",
    "SQLITE_READONLY": "The database is read-only.",
    "SQLITE_CANTOPEN": "The database file cannot be opened.",
    "SQLITE_NOTADB": "The file is not a SQLite database.",
}


_UNREACHED: tuple[tuple[str, str, str], ...] = (
    ("connection refused|can't connect|no such file", "Nobody answers at that host and port.",
     "Is the server running, and does it listen there? Check host and port in the address."),
    ("translate host|name or service|getaddrinfo|nodename", "No host of that name is known.",
     "Check the host in the address."),
    ("timeout|timed out", "The host does not answer in time.", "Check host, port and firewall."),
    ('database ".*" does not exist|unknown database', "There is no database of that name.",
     "Check the last part of the address, or ask for the right to connect to it."),
    ('role ".*" does not exist|password|pg_hba|access denied|not allowed to connect|fe_sendauth',
     "The server does not accept this account or its password from here.",
     "Check account and password in the address, and from which hosts the server accepts it."),
    ("ssl|certificate", "Server and client do not agree on encryption.",
     "Check sslmode in the address, and the certificates."),
    ("invalid connection option|unexpected keyword", "The address has an option that the driver does not know.",
     "Take away what stands behind the question mark."),
    ("too many (connections|clients)|remaining connection slots", "The server has no connection left for this account.",
     "Try again later, or give the account more connections."),
)  # fmt: skip
"""Words in what a driver says when it got no connection -> what that means, what to do. The words are not shown."""


def _unreached(error: BaseException) -> tuple[str, str]:
    """Why no connection was made, and what to do about it, in words of our own."""
    said = str(getattr(error, "orig", None) or error).lower()
    return next(((says, todo) for words, says, todo in _UNREACHED if re.search(words, said)), ("", ""))


def rewritten(error: BaseException, id: str = "", what: str = "The database refused a statement.") -> Refused:
    """A driver error without its text, which may hold values, parameters or the address."""
    if isinstance(error, Refused):
        return error
    code = code_of(error)
    says = next((text for start, text in sorted(_SAYS.items(), reverse=True) if code and code.startswith(start)), "")
    todo = (
        "Look the code up in the manual of the engine."
        if code
        else "Check the address: engine://account@host/database."
    )
    if id == "WB330":
        reason, cure = _unreached(error)
        says, todo = reason or says, cure or todo
    origin = getattr(error, "orig", None) or error
    diagnosis = getattr(origin, "diag", None)
    names = [
        f'{word} "{value}"'
        for word, value in (
            ("table", getattr(diagnosis, "table_name", None)),
            ("column", getattr(diagnosis, "column_name", None)),
            ("constraint", getattr(diagnosis, "constraint_name", None)),
        )
        if value
    ]
    where = f" ({', '.join(names)})" if names else ""
    kind = type(origin).__name__ + (f" {code}" if code else "")
    made = StoreError.one(id or _id(code), f"{what[:-1]}{where}: {kind}.", says, todo)
    refused = Refused(made.findings)
    refused.code = code
    refused.retry = code in RETRY or code.startswith("SQLITE_BUSY")
    refused.gone = (
        code in GONE
        or code.startswith("08")
        or type(origin).__name__ == "InterfaceError"
        or (getattr(getattr(origin, "pgconn", None), "status", 0) not in (0, None))
        or ("connection" in str(origin)[:200].lower() and ("closed" in str(origin) or "lost" in str(origin)))
    )
    full = code in ("53100", "1114", "1021", "SQLITE_FULL")
    refused.unreachable = refused.gone or refused.retry or full or id == "WB330"
    return refused


@contextmanager
def guarded() -> Iterator[None]:
    """Whatever a driver raises inside becomes a `StoreError` that holds no value."""
    try:
        yield
    except (StoreError, GeneratorExit):
        raise
    except Exception as error:
        if is_driver_error(error):
            raise rewritten(error) from None
        raise


def is_driver_error(error: BaseException) -> bool:
    """Whether an exception comes from a database driver or SQLAlchemy."""
    if isinstance(error, SQLAlchemyError):
        return True
    module = type(error).__module__
    return module.startswith(("sqlite3", "psycopg", "pymysql"))


def moved() -> Refused:
    """Rows left a set while it was being treated: begin the transaction again."""
    made = StoreError.one("WB332", "Rows were changed by somebody else at the same moment.", "", "Run again.")
    refused = Refused(made.findings)
    refused.retry = refused.unreachable = True
    return refused


def discard(connection: Any) -> None:
    """Throw a connection away instead of giving it back."""
    with suppress(Exception):
        connection.invalidate()
