"""The JSON Schema of `data.json`: what each table and each field means, so that a machine can check and read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from waarborg.notice.phrases import item
from waarborg.notice.tables import Told
from waarborg.notice.words import Say, capital
from waarborg.policy.model import Policy

DIALECT = "https://json-schema.org/draft/2020-12/schema"
CELL = {"type": ["string", "number", "boolean", "object", "array", "null"]}
"""What a cell can be: bytes are an object with their number and hexadecimal digits."""


def answer_schema(told: Sequence[Told], policy: Policy, say: Say, portable: bool) -> dict[str, Any]:
    """The schema of one package: its tables, no others, each with its fields, no others."""
    tables = [_table(one, policy, say) for one in told]
    fields: dict[str, Any] = {
        "format": {"const": 1},
        "made_at": {"type": "string", "format": "date-time"},
        "policy": {"type": "string"},
        "right": {"const": "portability" if portable else "access"},
        "schema": {"const": "schema.json"},
        "data": {"type": "array", "items": {"anyOf": tables} if tables else False},
    }
    if not portable:
        fields["information"] = {"type": "object", "title": "Art. 15(1)"}
    return {
        "$schema": DIALECT,
        "title": say("answer.title", name=policy.controller.name),
        "type": "object",
        "properties": fields,
        "required": sorted(fields),
        "additionalProperties": False,
    }


def _table(one: Told, policy: Policy, say: Say) -> dict[str, Any]:
    columns = {name: CELL | {"title": _title(policy, say, ref)} for name, ref in one.part.columns.items()}
    return {
        "title": one.title,
        "type": "object",
        "properties": {
            "table": {"const": one.part.table},
            "why": {"const": one.part.why},
            "columns": {"const": dict(one.part.columns)},
            "withheld": {"const": list(one.part.withheld)},
            "rows": {
                "type": "array",
                "items": {"type": "object", "properties": columns, "additionalProperties": False},
            },
        },
        "required": ["table", "why", "columns", "withheld", "rows"],
        "additionalProperties": False,
    }


def _title(policy: Policy, say: Say, ref: str) -> str:
    label = item(policy, say, ref) or policy.data[ref.partition(".")[0]].label.say(say.language)
    return capital(label)
