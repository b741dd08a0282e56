"""What a policy says, as plain values: the input of its digest and of differences between versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

from waarborg.clock import Period
from waarborg.policy.values import Money, Text


def yaml_key(declared: Field[Any]) -> str:
    """The name of a field in the file: `for` is no Python name, so the model says `period`."""
    return str(declared.metadata.get("key", declared.name))


def default_of(declared: Field[Any]) -> object:
    """The value a field has when the file does not mention it (MISSING for a required one)."""
    if declared.default_factory is not MISSING:
        return declared.default_factory()
    return declared.default


def content(value: object) -> Any:
    """The value as mappings, lists and scalars under the file's own keys; what equals its default is left out.

    Leaving defaults out keeps the digest of an old policy the same when the language gains an optional key.
    """
    match value:
        case Text():
            return dict(value.by_language)
        case Period() | Money():
            return str(value)
        case Enum():
            return value.value
        case date():
            return value.isoformat()
        case Mapping():
            return {str(key): content(item) for key, item in value.items()}
        case list() | tuple():
            return [content(item) for item in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {
                yaml_key(one): content(getattr(value, one.name))
                for one in fields(value)
                if not one.metadata.get("hidden")
                and not one.metadata.get("from_key")
                and getattr(value, one.name) != default_of(one)
            }
        case _:
            return value
