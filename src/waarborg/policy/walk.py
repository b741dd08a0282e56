"""Walks over a policy: its entries with their paths, every text, every contact, every data reference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from waarborg.policy.content import yaml_key
from waarborg.policy.model import Policy
from waarborg.policy.parts import Entry
from waarborg.policy.values import Text


def walk(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every value below `value` with its dotted path in the file, outermost first."""
    yield path, value
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from walk(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, tuple):
        for number, inner in enumerate(value):
            yield from walk(inner, f"{path}.{number}")
    elif is_dataclass(value) and not isinstance(value, Text | type):
        for one in fields(value):
            if not one.metadata.get("hidden") and not one.metadata.get("from_key"):
                key = yaml_key(one)
                yield from walk(getattr(value, one.name), f"{path}.{key}" if path else key)


def texts(policy: Policy) -> Iterator[tuple[str, Text]]:
    """Every text that says something, with its path."""
    return ((path, value) for path, value in walk(policy) if isinstance(value, Text) and value)


def entries(policy: Policy) -> Iterator[tuple[str, Entry]]:
    """Every entry that can keep promises, with its path."""
    return ((path, value) for path, value in walk(policy) if isinstance(value, Entry))


def contacts(policy: Policy) -> Iterator[tuple[str, str]]:
    """Every address at which somebody is said to be reached, with its path."""
    ends = ("contact", "report_to", "contest")
    for path, value in walk(policy):
        if isinstance(value, str) and value and path.rpartition(".")[2] in ends:
            yield path, value


def references(policy: Policy) -> Iterator[tuple[str, str]]:
    """Every data reference of every entry, with the path of the key that holds it."""
    ends = ("data", "inputs", "loses", "birth_date")
    for path, value in walk(policy):
        key = path.rpartition(".")[2]
        if key not in ends or path == "data":
            continue
        if isinstance(value, tuple):
            yield from ((path, ref) for ref in value if isinstance(ref, str))
        elif isinstance(value, str) and value:
            yield path, value
