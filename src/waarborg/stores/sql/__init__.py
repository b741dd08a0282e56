"""Connector for SQL databases: SQLite, PostgreSQL, MariaDB and MySQL."""

from waarborg.stores.sql.store import SqlStore

__all__ = ["SqlStore"]
