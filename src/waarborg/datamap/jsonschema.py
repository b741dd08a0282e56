"""The JSON Schema of `datamap.yaml`, for editors: completion and a red line while typing. The loader has the last word.

python -m waarborg.datamap.jsonschema > docs/reference/datamap.schema.json
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from waarborg.datamap import links, load
from waarborg.datamap.checks import FOR_COLUMNS, FOR_LINKS, FOR_ROWS
from waarborg.datamap.model import FORMS
from waarborg.terms import Treatment

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
FLAG: Schema = {"type": "boolean"}
CONSTANT: Schema = {"type": ["string", "integer", "boolean", "null"]}
KEY: Schema = {"type": ["string", "integer"]}
TABLE_NAME: Schema = {"type": "string", "pattern": "^[^.]+\\..+", "description": "store.table"}


def some(one: Schema) -> Schema:
    """One, or a list of them."""
    return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


def entries(value: Schema) -> Schema:
    """Names with values."""
    return {"type": ["object", "null"], "additionalProperties": value}


def record(properties: dict[str, Schema], required: Iterable[str] = (), **more: Any) -> Schema:
    """A mapping with known keys."""
    found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return found | ({"required": list(required)} if required else {}) | more


def choice(values: Iterable[Treatment]) -> Schema:
    """One of a closed vocabulary."""
    return {"enum": [one.value for one in values]}


NAMES = some(TEXT)
CONDITIONS = entries(some(CONSTANT))
NORMALISE = some({"enum": list(links.NORMALISE)})
HOW = {"normalise": NORMALISE, "template": {"type": "string", "pattern": "\\{\\}"}}


def inside(where: str) -> Schema:
    """`by_json`, `by_list` and their kin: a column, or a mapping with more to say."""
    return {"anyOf": [TEXT, record({"column": TEXT, where: TEXT, "kind": TEXT, **HOW}, ["column"])]}


def link() -> Schema:
    """A link of ownership: one kind, one way."""
    ways: dict[str, Schema] = {
        "by": {
            "description": "column, [columns], {column: column of the target}, {type, is, id} or {column, template}",
            "anyOf": [
                NAMES,
                record({"type": TEXT, "is": some(CONSTANT), "id": NAMES}, ["type", "is", "id"]),
                record({"column": TEXT, **HOW}, ["column"]),
                {"type": "object", "additionalProperties": TEXT, "minProperties": 1},
            ],
        },
        "by_value": {
            "description": "{column: kind of identifier}",
            "type": "object",
            "properties": {"normalise": NORMALISE},
            "additionalProperties": TEXT,
            "minProperties": 1,
        },
        **{way: inside("separator" if way == "by_list" else "path") for way in links.INSIDE},
        "through": record({"table": TABLE_NAME, "by": NAMES, "own": NAMES, "to": NAMES}, ["table", "by", "to"]),
        "in_text": NAMES,
        "in_encoded": NAMES,
    }
    settings: dict[str, Schema] = {
        "to": NAMES,
        "where": CONDITIONS,
        "nobody": some(KEY),
        "columns": NAMES,
        "mentions": NAMES,
        "on_erasure": choice(dict.fromkeys(one for few in FOR_LINKS.values() for one in few)),
        "replace_with": TEXT,
        "dies_with": FLAG,
        "withhold": FLAG,
    }
    kinds: dict[str, Schema] = dict.fromkeys(links.KINDS, TABLE_NAME)
    one_kind = {"oneOf": [{"required": [kind]} for kind in links.KINDS]}
    one_way = {"oneOf": [{"required": [way]} for way in links.WAYS]}
    return record(kinds | ways | settings, allOf=[one_kind, one_way])


def subject() -> Schema:
    """People."""
    said = {"column": NAMES, "normalise": NORMALISE, "table": TABLE_NAME, "by": NAMES, "where": CONDITIONS}
    identifier = {"anyOf": [NAMES, record({**said, "nobody": some(KEY)}, ["column"])]}
    stand_in = record({"values": entries(CONSTANT), "find": NAMES, "tenant": TEXT}, ["values"])
    return record(
        {
            "key": NAMES,
            "identifiers": entries(identifier),
            "where": CONDITIONS,
            "nobody": some(KEY),
            "on_erasure": choice(FOR_ROWS),
            "stand_in": stand_in,
            "restricted": record({"column": TEXT, "is": CONSTANT}, ["column", "is"]),
        }
    )


def table() -> Schema:
    """A table."""
    said = {"is": TEXT, "on_erasure": choice(FOR_COLUMNS), "replace_with": TEXT, "source": TEXT}
    column = record({**said, "form": some({"enum": list(FORMS)})}, ["is"])
    return record(
        {
            "subject": {"$ref": "#/$defs/subject"},
            "links": some({"$ref": "#/$defs/link"}) | {"description": "how a row leads to a person"},
            "columns": entries({"anyOf": [{"type": "string", "pattern": load.CATEGORY.pattern}, column]}),
            "dates": entries(TEXT),
            "zone": TEXT,
            "on_erasure": choice(FOR_ROWS),
            "triggers": entries(TEXT),
            "path": TEXT,
            "options": entries(TEXT),
            "unlinked": TEXT,
            "group_size": TEXT,
        }
    )


def schema() -> Schema:
    """The whole schema."""
    store = record(
        {"kind": TEXT, "url": TEXT, "root": TEXT, "read_url": TEXT, "region": TEXT, "marker": FLAG,
         "options": entries(TEXT)},
        ["kind"],
    )  # fmt: skip
    names = ("table", "tables", "column", "columns")
    ignored = record(
        {**dict.fromkeys(names, NAMES), "reason": TEXT, "owner": TEXT, "until": {"type": "string", "format": "date"}},
        ["reason", "owner", "until"],
        anyOf=[{"required": [name]} for name in names],
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Waarborg data map",
        "description": "Where personal data is, and whose.",
        **record(
            {
                "stores": entries(store),
                "tables": {"type": ["object", "null"], "additionalProperties": {"$ref": "#/$defs/table"}},
                "ignored": some(ignored),
            },
            ["stores", "tables"],
        ),
        "$defs": {
            "table": {"anyOf": [{"type": "null"}, table()]},
            "subject": {"anyOf": [{"type": "null"}, subject()]},
            "link": link(),
        },
    }


def text() -> str:
    """The schema as it stands in the docs."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(text(), end="")
