"""The reference of the policy language, generated from the model: every section, its keys and what they mean.

`python -m waarborg.policy.reference` prints it; the published copy stands in `docs/reference/policy.md`, and a test
compares the two.
"""

from __future__ import annotations

import inspect
import sys
import types
from collections.abc import Iterator
from dataclasses import MISSING, Field, is_dataclass
from datetime import date
from enum import Enum
from typing import Any, Union, get_args, get_origin

from waarborg.clock import Period
from waarborg.errors import Place
from waarborg.policy.model import Policy
from waarborg.policy.read import hints, readable
from waarborg.policy.schema import documented
from waarborg.policy.values import Money, Text
from waarborg.policy.words import EVENTS, ITEMS

HEAD = """\
# The policy file

Generated from the model; do not edit. `examples/projects/policy.yaml` is a complete policy to read beside it, and
`policy.schema.json` lets an editor complete and check the keys.

A *data reference* is a category (`account`) or one of its items (`account.email`). A *text* is words by language:
`{nl: Naam, en: Name}`. A *period* is `7 years`, `3 months`, `2 weeks`, `30 days` or `72 hours`. A list of one may be
written without brackets. Keys marked * are required.
"""
NAMES: dict[Any, str] = {
    str: "words",
    int: "number",
    bool: "true or false",
    date: "date",
    Period: "period",
    Money: "amount",
    Text: "text",
}


def published() -> str:
    """The reference as it stands in the documentation."""
    parts = [HEAD, *_section("The file", Policy)]
    for kind in _kinds(Policy, []):
        parts += _section(_title(kind), kind)
    parts.append(f"## Standard items\n\nThey need no label: {_list(ITEMS)}.\n")
    parts.append(f"## Standard events\n\nThey need no entry under `events`: {_list(EVENTS)}.\n")
    return "\n".join(parts)


def _list(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _kinds(kind: Any, seen: list[Any]) -> list[Any]:
    """Every kind of entry that can stand inside another, in the order in which a reader meets them."""
    for key in hints(kind).values():
        for part in _parts(key):
            if isinstance(part, type) and is_dataclass(part) and part not in (*NAMES, *seen, Place):
                seen.append(part)
                _kinds(part, seen)
    return seen


def _parts(kind: Any) -> Iterator[Any]:
    arguments = [one for one in get_args(kind) if one is not Ellipsis]
    if not arguments:
        yield kind
    for one in arguments:
        yield from _parts(one)


def _title(kind: Any) -> str:
    """`RetentionRule` as `Retention rule`."""
    words = "".join(f" {char.lower()}" if char.isupper() else char for char in kind.__name__).strip()
    return words[:1].upper() + words[1:]


def _section(title: str, kind: Any) -> list[str]:
    docs = documented(kind)
    rows = [
        f"| `{key}`{_star(one)} | {_value(hints(kind)[one.name])} | {docs.get(one.name, '').replace('|', '/')} |"
        for key, one in readable(kind).items()
    ]
    about = inspect.getdoc(kind) or ""
    return [f"## {title}\n", about + "\n", "| key | value | meaning |\n|---|---|---|", *rows, ""]


def _star(declared: Field[Any]) -> str:
    return " *" if declared.default is MISSING and declared.default_factory is MISSING else ""


def _value(kind: Any) -> str:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _value(next(one for one in arguments if one is not type(None)))
    if origin is tuple:
        return f"list of {_value(arguments[0])}"
    if origin is not None:
        return f"name: {_value(arguments[1])}"
    if kind in NAMES:
        return NAMES[kind]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return " · ".join(f"`{one.value}`" for one in kind)
    return f"[{_title(kind).lower()}](#{_title(kind).lower().replace(' ', '-')})"


if __name__ == "__main__":
    sys.stdout.write(published())
