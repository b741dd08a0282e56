"""The published JSON Schema is the generated one, describes every key, and agrees with the loader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from tests.policy_pages import EXAMPLE, ROOT

from waarborg.policy.schema import published, schema

PUBLISHED = ROOT / "docs" / "reference" / "policy.schema.json"
TYPES = {"string": str, "number": (int, float), "integer": int, "boolean": bool, "array": list, "null": type(None)}


def read(text: str) -> Any:
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor.yaml_constructors = dict(
        yaml.Constructor.yaml_constructors
    )  # dates stay text, as editors see them
    yaml.Constructor.yaml_constructors["tag:yaml.org,2002:timestamp"] = lambda self, node: node.value
    return yaml.load(text)


def wrong(value: Any, rule: dict[str, Any], whole: dict[str, Any], path: str = "") -> Iterator[str]:
    """The places where a value breaks the schema: the few keywords that ours uses, no more."""
    if "$ref" in rule:
        yield from wrong(value, whole["$defs"][rule["$ref"].rpartition("/")[2]], whole, path)
    if "anyOf" in rule:
        tries = [list(wrong(value, one, whole, path)) for one in rule["anyOf"]]
        if all(tries):
            yield from max(tries, key=lambda one: max(len(place) for place in one))
    if "enum" in rule and value not in rule["enum"]:
        yield path
    kinds = rule.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(isinstance(value, dict if kind == "object" else TYPES[kind]) for kind in kinds):
        yield path
    if isinstance(value, str) and "pattern" in rule and not re.search(rule["pattern"], value):
        yield path
    if isinstance(value, list) and "items" in rule:
        for number, item in enumerate(value):
            yield from wrong(item, rule["items"], whole, f"{path}.{number}")
    if isinstance(value, dict) and ("properties" in rule or "additionalProperties" in rule):
        yield from _object(value, rule, whole, path)


def _object(value: dict[str, Any], rule: dict[str, Any], whole: dict[str, Any], path: str) -> Iterator[str]:
    yield from (f"{path}.{key}" for key in rule.get("required", []) if key not in value)
    for key, inner in value.items():
        patterns = [one for pattern, one in rule.get("patternProperties", {}).items() if re.search(pattern, key)]
        known = rule.get("properties", {}).get(key) or next(iter(patterns), None) or rule.get("additionalProperties")
        if known is False:
            yield f"{path}.{key}"
        elif isinstance(known, dict):
            yield from wrong(inner, known, whole, f"{path}.{key}")


def test_the_published_schema_is_the_generated_one() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == published(), (
        "The policy language changed. Run: python -m waarborg.policy.schema > docs/reference/policy.schema.json"
    )


def test_every_key_is_described() -> None:
    whole = schema()
    objects = {"Policy": whole, **whole["$defs"]}
    silent = []
    for name, one in objects.items():
        written = one if "properties" in one else one["anyOf"][0]
        keys = written.get("properties", {})
        silent += [f"{name}.{key}" for key, rule in keys.items() if not rule.get("description")]
    assert silent == []


def test_the_example_satisfies_the_schema() -> None:
    whole = schema()
    assert list(wrong(read(EXAMPLE.read_text(encoding="utf-8")), whole, whole)) == []


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("then: anonymise", "then: anonimise", "then"),
        ("for: 7 years", "for: 7 jaar", "for"),
        ("version: 2026-12-01", "version: 1 Dec 2026", "version"),
        ("minimum_age: 16", "minimum_age: sixteen", "minimum_age"),
        ("purposes:\n", "purposses:\n", "purposses"),
        ("at_most: 10 EUR", "at_most: 10", "at_most"),
        ("basis: consent", "basis: [consent, contract]", "basis"),
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(old: str, new: str, place: str) -> None:
    whole = schema()
    text = EXAMPLE.read_text(encoding="utf-8").replace(old, new, 1)
    assert any(path.endswith(place) for path in wrong(read(text), whole, whole))


def test_the_schema_names_no_machine() -> None:
    assert str(Path.home()) not in published()
