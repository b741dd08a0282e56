"""The JSON Schema of a policy file, for editors: completion, descriptions, and red lines before `waarborg check` runs.

Generated from the dataclasses of the model, so it cannot say something else than the loader does. The description of a
key is the docstring under its field. `python -m waarborg.policy.schema` prints it; the published copy stands in
`docs/reference/policy.schema.json`, and a test compares the two.
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
import types
from dataclasses import MISSING, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin

from waarborg.clock import Period
from waarborg.policy.model import DataItem, Policy, TransferSafeguard
from waarborg.policy.read import LANGUAGE, NAME, hints, readable
from waarborg.policy.values import Money, Safeguard, Text

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]

SIMPLE: dict[Any, Schema] = {
    str: {"type": ["string", "number"]},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    Period: {"type": "string", "pattern": "^\\s*[0-9]{1,4}\\s+(year|month|week|day|hour)s?\\s*$"},
    Money: {"type": "string", "pattern": "^\\s*[0-9]{1,9}(\\.[0-9]{2})?\\s+[A-Z]{3}\\s*$"},
    Text: {"$ref": "#/$defs/Text"},
}


@cache
def documented(kind: type) -> dict[str, str]:
    """The docstrings under the fields of a dataclass, its bases included."""
    docs: dict[str, str] = {}
    for one in reversed(kind.__mro__):
        if not is_dataclass(one):
            continue
        body = ast.parse(inspect.getsource(one)).body[0]
        assert isinstance(body, ast.ClassDef)  # noqa: S101 - the source of a class is a class
        for field, after in zip(body.body, body.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(after, ast.Expr):
                docs[field.target.id] = inspect.cleandoc(str(ast.literal_eval(after.value)))
    return docs


def schema() -> Schema:
    """The whole schema."""
    defs: dict[str, Schema] = {
        "Text": {
            "description": "Words for people, by language; or words alone in a policy of one language.",
            "anyOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "patternProperties": {f"^{LANGUAGE.pattern}$": {"type": "string"}},
                    "additionalProperties": False,
                },
            ],
        }
    }
    root = _entry(Policy, defs)
    return {"$schema": DIALECT, "title": "Waarborg policy", **root, "$defs": dict(sorted(defs.items()))}


def _entry(kind: Any, defs: dict[str, Schema]) -> Schema:
    docs, types_ = documented(kind), hints(kind)
    properties = {}
    for key, declared in readable(kind).items():
        described = {"description": docs[declared.name]} if declared.name in docs else {}
        properties[key] = {**described, **_value(types_[declared.name], defs)}
    required = [key for key, one in readable(kind).items() if one.default is MISSING and one.default_factory is MISSING]
    return {
        "description": inspect.getdoc(kind) or "",
        "type": "object",
        "properties": properties,
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _value(kind: Any, defs: dict[str, Schema]) -> Schema:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        inner = next(one for one in arguments if one is not type(None))
        return {"anyOf": [_value(inner, defs), {"type": "null"}]}
    if origin is tuple:
        item = _value(arguments[0], defs)
        return {"anyOf": [{"type": "array", "items": item}, item]}
    if origin is not None:
        names = {"pattern": f"^{NAME.pattern}$"}
        return {"type": ["object", "null"], "propertyNames": names, "additionalProperties": _value(arguments[1], defs)}
    if kind in SIMPLE:
        return SIMPLE[kind]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"enum": [one.value for one in kind]}
    if kind.__name__ not in defs:
        defs[kind.__name__] = {}
        defs[kind.__name__] = _short(kind, _entry(kind, defs))
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _short(kind: Any, written_out: Schema) -> Schema:
    """The entry, or its short form where it has one; an empty entry may be left empty."""
    description = written_out.pop("description")
    if kind is DataItem:
        short: Schema = {"enum": ["required", "optional", None]}
    elif kind is TransferSafeguard:
        short = {"enum": [one.value for one in Safeguard]}
    else:
        short = {"type": "null"}
    return {"description": description, "anyOf": [written_out, short]}


def published() -> str:
    """The schema as it stands in the documentation."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(published())
