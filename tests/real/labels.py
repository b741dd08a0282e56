"""The hand-made labels of the real applications, and checks that they are true of the filled databases.

`truth.yaml` beside each recipe says where people are: it is the yardstick for discovery, so it is itself checked.
Every labelled column and link must exist; every value of a plain link must be found where it points; and every
column in which a made-up person's e-mail address, login or full name can be read must be labelled.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from ruamel.yaml import YAML
from tests.real import kit

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Link:
    """A reference as labelled; `source` and `target` are table and columns, `how` the way it is written down."""

    source: tuple[str, tuple[str, ...]]
    target: tuple[str, tuple[str, ...]]
    kind: str
    how: str
    nobody: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Truth:
    """The labels of one application: `declared` counts foreign keys in its schema.

    `columns` is "table.column" to category; `either` may be judged both ways.
    """

    application: str
    declared: int
    subjects: tuple[str, ...]
    columns: dict[str, str]
    either: frozenset[str]
    links: tuple[Link, ...]


def load(application: str) -> Truth:
    """Read `tests/real/<application>/truth.yaml`."""
    raw: dict[str, Any] = YAML(typ="safe").load((HERE / application / "truth.yaml").read_text())
    links = tuple(
        Link(_split(item["from"]), _split(item["to"]), item["kind"], item["how"], tuple(item.get("nobody", ())))
        for item in raw["links"]
    )
    return Truth(
        raw["application"],
        int(raw["declared_foreign_keys"]),
        tuple(item["table"] for item in raw["subjects"]),
        dict(raw["columns"]),
        frozenset(raw["either"]),
        links,
    )


def _split(columns: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    tables = {name.split(".", 1)[0] for name in columns}
    if len(tables) != 1:
        raise ValueError(f"a link's side names several tables: {sorted(tables)}")
    return tables.pop(), tuple(name.split(".", 1)[1] for name in columns)


def absent(truth: Truth, engine: sa.Engine) -> list[str]:
    """Labelled columns that the database does not have, and columns labelled twice."""
    inspector = sa.inspect(engine)
    real = {
        f"{table}.{column['name']}" for table in inspector.get_table_names() for column in inspector.get_columns(table)
    }
    named = set(truth.columns) | truth.either
    named |= {
        f"{table}.{name}" for link in truth.links for table, names in (link.source, link.target) for name in names
    }
    return sorted(named - real) + sorted(f"{name} (twice)" for name in set(truth.columns) & truth.either)


def dangling(truth: Truth, engine: sa.Engine) -> list[str]:
    """Links over one plain key whose values are not all found where they are said to lead."""
    found = []
    quote = engine.dialect.identifier_preparer.quote
    with engine.connect() as connection:
        for link in truth.links:
            if link.how not in {"key", "declared"}:
                continue
            (table, (column, *_)), (other, (key, *_)) = link.source, link.target
            nobody = f" AND s.{quote(column)} NOT IN ({', '.join(map(str, link.nobody))})" if link.nobody else ""
            query = (
                f"SELECT count(*) FROM {quote(table)} s WHERE s.{quote(column)} IS NOT NULL{nobody} AND NOT EXISTS "
                f"(SELECT 1 FROM {quote(other)} t WHERE t.{quote(key)} = s.{quote(column)})"
            )
            if lost := connection.execute(sa.text(query)).scalar():
                found.append(f"{table}.{column} -> {other}.{key}: {lost}")
    return found


def declared(engine: sa.Engine) -> int:
    """How many foreign keys the schema declares."""
    inspector = sa.inspect(engine)
    return sum(len(inspector.get_foreign_keys(table)) for table in inspector.get_table_names())


def undeclared(truth: Truth, engine: sa.Engine) -> list[str]:
    """Declared foreign keys to a table of people that have no label."""
    labelled = {(link.source[0], link.source[1][0]) for link in truth.links}
    inspector = sa.inspect(engine)
    return sorted(
        f"{table}.{key['constrained_columns'][0]}"
        for table in inspector.get_table_names()
        for key in inspector.get_foreign_keys(table)
        if key["referred_table"] in truth.subjects and (table, key["constrained_columns"][0]) not in labelled
    )


def unlabelled(truth: Truth, deployment: kit.Deployment, engine: sa.Engine) -> list[str]:
    """Columns without a label in which somebody of `deployment.people` can be read, encoded cells included."""
    marks = sorted(
        {
            value.lower()
            for person in deployment.people
            for kind, value in person.identifiers.items()
            if kind in {"email", "second_email", "login", "mailbox", "voucher", "name", "phone"}
        }
    )
    found = []
    for table, columns, rows in _rows(engine):
        open_columns = {
            i: f"{table}.{name}"
            for i, name in enumerate(columns)
            if f"{table}.{name}" not in truth.columns and f"{table}.{name}" not in truth.either
        }
        for row in rows:
            for i in [i for i in open_columns if row[i] is not None]:
                if any(_reads(text.lower(), marks) for text in readings(row[i])):
                    found.append(open_columns.pop(i))
    return sorted(found)


def _reads(text: str, marks: Sequence[str]) -> bool:
    """Whether one of the marks stands in the text as a word of its own: not `jan@` within `mirjan@`."""
    return any(mark in text and re.search(rf"(?<![a-z0-9]){re.escape(mark)}(?![a-z0-9])", text) for mark in marks)


def _rows(engine: sa.Engine) -> Iterator[tuple[str, list[str], Sequence[Sequence[Any]]]]:
    quote = engine.dialect.identifier_preparer.quote
    with engine.connect() as connection:
        for table in sorted(sa.inspect(engine).get_table_names()):
            result = connection.execute(sa.text(f"SELECT * FROM {quote(table)}"))
            yield table, list(result.keys()), result.fetchall()


def readings(value: object) -> Iterator[str]:
    """A cell as a person could read it: as it is, and with base64 or zlib taken off once or twice."""
    if isinstance(value, str):
        raw = value.encode()
    elif isinstance(value, (bytes, memoryview)):
        raw = bytes(value)
    else:
        yield str(value)
        return
    for _ in range(3):
        yield raw.decode("utf-8", "replace")
        if (inner := _unwrap(raw)) is None:
            return
        raw = inner


def _unwrap(raw: bytes) -> bytes | None:
    try:
        return zlib.decompress(raw)
    except zlib.error:
        pass
    text = raw.split(b":", 1)[0].lstrip(b".")  # Django signs: data:time:signature, with a dot when compressed
    try:
        return (
            base64.b64decode(
                text + b"=" * (-len(text) % 4), altchars=b"-_" if b"-" in text or b"_" in text else None, validate=True
            )
            if len(text) >= 16
            else None
        )
    except (binascii.Error, ValueError):
        return None
