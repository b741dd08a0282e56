"""The JSON Schema for editors: up to date, and of one mind with the loader about the example."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from waarborg.datamap.jsonschema import text

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "reference" / "datamap.schema.json"
EXAMPLE = ROOT / "examples" / "projects" / "datamap.yaml"


def test_the_published_schema_is_the_generated_one() -> None:
    """Mend it with: python -m waarborg.datamap.jsonschema > docs/reference/datamap.schema.json"""
    assert PAGE.read_text(encoding="utf-8") == text()


def example() -> Any:
    """The example as JSON would hold it (dates are text)."""
    return json.loads(json.dumps(YAML(typ="safe", pure=True).load(EXAMPLE.read_text(encoding="utf-8")), default=str))


def test_the_example_fits_and_mistakes_do_not() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json.loads(text()))
    assert [error.message for error in validator.iter_errors(example())] == []
    for path, value in (
        (("tables", "app.member", "subjct"), {}),
        (("tables", "app.vote", "links", 0, "on_erasure"), "forget"),
        (("tables", "app.vote", "links", 0, "by"), {"type": "a", "is": []}),
        (("stores", "app", "kind"), 3),
    ):
        broken = example()
        here = broken
        for step in path[:-1]:
            here = here[step]
        here[path[-1]] = value
        assert list(validator.iter_errors(broken)), path
