"""Plans and their sealed side as bytes, and back. JSON with tagged values; never pickled, never executed."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from waarborg.canonical import canonical
from waarborg.errors import PlanError
from waarborg.plans.model import Plan, Sealed
from waarborg.stores.contract import Seeds
from waarborg.terms import SubjectRef


@cache
def _adapter() -> TypeAdapter[Plan]:
    return TypeAdapter(Plan)


def plan_bytes(plan: Plan) -> bytes:
    """The plan's canonical bytes: what its digest is taken over."""
    return canonical(plan)


def read_plan(body: bytes) -> Plan:
    """A plan from its bytes. Raises `PlanError` WB418 when they are not a plan of a form this release knows."""
    try:
        plan = _adapter().validate_json(body)
    except ValueError:
        raise PlanError.one("WB418", "These bytes are not a plan.", "", "Make the plan again.") from None
    if canonical(plan) != body:
        raise PlanError.one("WB418", "The plan is not in canonical form.", "Its digest would differ.", "Make it again.")
    return plan


def sealed_bytes(sealed: Sealed) -> bytes:
    """The personal side of a plan, to be sealed in the vault and nowhere else."""
    return json.dumps(
        {
            "people": [{"identifiers": dict(p.identifiers), "table": p.table} for p in sealed.people],
            "seeds": {
                store: {name: [[tagged(value) for value in key] for key in keys] for name, keys in seeds.items()}
                for store, seeds in sealed.seeds.items()
            },
            "marks": list(sealed.marks),
        },
        separators=(",", ":"),
    ).encode()


def read_sealed(body: bytes) -> Sealed:
    """The sealed side from its bytes."""
    found: Mapping[str, Any] = json.loads(body)
    people = tuple(SubjectRef(one["identifiers"], one["table"]) for one in found["people"])
    seeds = {
        store: Seeds(
            {name: [tuple(untagged(value) for value in key) for key in keys] for name, keys in by_name.items()}
        )
        for store, by_name in found["seeds"].items()
    }
    return Sealed(people, seeds, tuple(found.get("marks", ())))


def tagged(value: object) -> object:
    """A value of a key as JSON."""
    match value:
        case None | bool() | int() | str():
            return value
        case datetime():
            return {"datetime": value.isoformat()}
        case date():
            return {"date": value.isoformat()}
        case UUID():
            return {"uuid": str(value)}
        case Decimal():
            return {"decimal": str(value)}
        case bytes() | bytearray() | memoryview():
            return {"bytes": b64encode(bytes(value)).decode()}
        case _:
            return {"text": str(value)}


def untagged(value: object) -> object:
    """The value again."""
    if not isinstance(value, dict):
        return value
    ((kind, text),) = value.items()
    match kind:
        case "datetime":
            return datetime.fromisoformat(text)
        case "date":
            return date.fromisoformat(text)
        case "uuid":
            return UUID(text)
        case "decimal":
            return Decimal(text)
        case "bytes":
            return b64decode(text)
        case _:
            return text
