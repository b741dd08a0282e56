"""Record a filled database of a real application, so that discovery can be measured without installing it again.

    python tests/discovery/record.py postgresql+psycopg://… tests/discovery/NAME/recording.json.gz

Keeps the schema facts of every table and at most `ROWS` rows of each, long cells cut. `recorded.py` plays it back as a
store. The rows were entered by the builders beside each recording: fictitious people only.
"""

from __future__ import annotations

import base64
import gzip
import json
import sys
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine.reflection import Inspector

ROWS = 200
CELL = 400
_SYSTEM = {"information_schema", "pg_catalog", "pg_toast"}


def family(kind: Any, spelled: str) -> str:
    """The contract's family of a reflected type."""
    spelled = spelled.lower()
    if "json" in spelled:
        return "json"
    if spelled.startswith(("inet", "cidr", "macaddr")):
        return "network"
    if spelled == "boolean" or spelled.startswith(("tinyint(1)", "bool")):
        return "boolean"
    if isinstance(kind, sa.ARRAY) or spelled.endswith("[]"):
        return "array"
    for cls, name in (
        (sa.Uuid, "uuid"),
        (sa.Boolean, "boolean"),
        (sa.DateTime, "datetime"),
        (sa.Date, "date"),
        (sa.Numeric, "number"),
        (sa.Integer, "number"),
        (sa.LargeBinary, "binary"),
        (sa.types._Binary, "binary"),
        (sa.Enum, "text"),
        (sa.String, "text"),
    ):
        if isinstance(kind, cls):
            return name
    return "text" if any(w in spelled for w in ("text", "char", "citext", "enum", "set(")) else "other"


def plain(value: Any) -> Any:
    """A cell as JSON."""
    if isinstance(value, str):
        return value[:CELL]
    if isinstance(value, bytes | memoryview):
        return {"bytes": base64.b64encode(bytes(value)[:CELL]).decode()}
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, UUID | Decimal | time | timedelta):
        return str(value)
    if isinstance(value, dict | list):
        text = json.dumps(value, default=str)
        return value if len(text) < 4 * CELL else text[:CELL]
    return value if isinstance(value, int | float | bool | None) else str(value)[:CELL]


def record(url: str, schemas: list[str] | None = None) -> dict[str, Any]:
    """The recording of one database as plain values."""
    engine = sa.create_engine(url)
    inspector = sa.inspect(engine)
    default = inspector.default_schema_name
    names = schemas or [s for s in inspector.get_schema_names() if s not in _SYSTEM]
    if engine.dialect.name != "postgresql":
        names = [default]
    tables = {}
    with engine.connect() as connection:
        for schema in names:
            tables.update(_schema(inspector, connection, schema, default))
    return {"engine": "postgresql" if engine.dialect.name == "postgresql" else "mariadb", "tables": tables}


def _schema(inspector: Inspector, connection: Any, schema: str, default: str | None) -> dict[str, Any]:
    found = {}
    for name in sorted(inspector.get_table_names(schema=schema)):
        full = name if schema == default else f"{schema}.{name}"
        found[full] = _table(inspector, connection, schema, name, default)
    return found


def _table(inspector: Inspector, connection: Any, schema: str, name: str, default: str | None) -> dict[str, Any]:
    columns = []
    for c in inspector.get_columns(name, schema=schema):
        kind = c["type"]
        try:
            spelled = str(kind.compile(dialect=inspector.engine.dialect)).lower()
        except Exception:
            spelled = str(kind).lower()
        choices = list(getattr(kind, "enums", ()) or ())
        columns.append(
            {
                "name": c["name"],
                "type": spelled,
                "family": family(kind, spelled),
                "nullable": bool(c["nullable"]),
                "length": getattr(kind, "length", None) if not choices else None,
                "has_default": c.get("default") is not None,
                "choices": choices,
            }
        )
    quote = inspector.engine.dialect.identifier_preparer.quote
    target = f"{quote(schema)}.{quote(name)}"
    total = connection.exec_driver_sql(f"SELECT count(*) FROM {target}").scalar()
    rows = connection.exec_driver_sql(f"SELECT * FROM {target} LIMIT {ROWS}").fetchall() if total else []
    return {
        "columns": columns,
        "key": inspector.get_pk_constraint(name, schema=schema).get("constrained_columns") or [],
        "uniques": [u["column_names"] for u in inspector.get_unique_constraints(name, schema=schema)],
        "indexes": [[i["column_names"], bool(i["unique"])] for i in inspector.get_indexes(name, schema=schema)],
        "foreign_keys": [
            {
                "name": f["name"],
                "columns": f["constrained_columns"],
                "table": f["referred_table"]
                if f["referred_schema"] in (None, default)
                else f"{f['referred_schema']}.{f['referred_table']}",
                "to": f["referred_columns"],
            }
            for f in inspector.get_foreign_keys(name, schema=schema)
        ],
        "total": total,
        "rows": [[plain(v) for v in row] for row in rows],
    }


if __name__ == "__main__":
    recording = record(sys.argv[1])
    with gzip.GzipFile(sys.argv[2], "wb", mtime=0) as out:
        out.write(json.dumps(recording, ensure_ascii=False, separators=(",", ":")).encode())
    links = sum(len(t["foreign_keys"]) for t in recording["tables"].values())
    print(
        len(recording["tables"]),
        "tables",
        links,
        "declared foreign keys",
        sum(t["total"] for t in recording["tables"].values()),
        "rows",
    )
