"""YAML text from plain structures: flow style where it fits on a line, blocks where each line is a decision."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from waarborg.datamap.read import constant
from waarborg.yamlfile import Scalar

Tree: TypeAlias = "str | int | bool | Sequence[Tree] | Mapping[str, Tree] | None"

WIDTH = 116
PLAIN = re.compile(r"[^\W_][\w ./@+()=;-]*|_\w*|\.\w[\w.]*|(env|file|command):[\w./-]+")
SAID_OTHERWISE = re.compile(r"(?i)y|n|yes|no|on|off|true|false|null|[-+.\d][\d_.,e+-]*|0x[\da-f]+|0o[0-7]+")
"""Words that another reader of YAML takes for a truth value or number; they are quoted for its sake."""
ONE_PER_LINE = frozenset({"stores", "tables", "links", "columns", "ignored"})


def scalar(value: str | int | bool | None) -> str:
    """A constant as YAML text, quoted only where it would be misread.

    >>> [scalar(value) for value in ("app.member", "0", 0, True, None, "no", "a: b")]
    ['app.member', '"0"', '0', 'true', 'null', '"no"', '"a: b"']
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    date = re.fullmatch(r"\d{4}-\d\d-\d\d", value)
    plain = PLAIN.fullmatch(value) and not value.endswith(" ") and not SAID_OTHERWISE.fullmatch(value)
    if (date or plain) and isinstance(constant(Scalar(value, 0)), str):
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return "".join(char if char.isprintable() else _escaped(char) for char in quoted)


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def flow(tree: Tree) -> str:
    """Anything on one line."""
    if isinstance(tree, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(value)}" for key, value in tree.items()) + "}"
    if isinstance(tree, Sequence) and not isinstance(tree, str):
        return "[" + ", ".join(flow(value) for value in tree) + "]"
    return scalar(tree)


def block(tree: Mapping[str, Tree], indent: int = 0) -> str:
    """Names with values, one under the other; ends with a line break."""
    return "".join(entry(key, value, indent) for key, value in tree.items())


def entry(key: str, value: Tree, indent: int) -> str:
    """One name with its value: on the same line where that reads well."""
    pad = " " * indent
    head = f"{pad}{scalar(key)}:"
    if isinstance(value, Mapping) and value and (key in ONE_PER_LINE or not _short(value, len(head))):
        gap = "\n" if key == "tables" else ""
        return f"{head}\n" + gap.join(_member(key, name, inner, indent + 2) for name, inner in value.items())
    is_list = isinstance(value, Sequence) and not isinstance(value, str)
    if is_list and value and (key in ONE_PER_LINE or not _short(value, len(head))):
        assert isinstance(value, Sequence)  # noqa: S101 - told just above
        if key in ONE_PER_LINE or not all(isinstance(one, str | int) for one in value):
            return f"{head}\n" + "".join(item(one, indent + 2) for one in value)
        return f"{head}\n" + "".join(f"{pad}  - {flow(one)}\n" for one in value)
    return f"{head} {flow(value)}\n"


def _member(parent: str, name: str, value: Tree, indent: int) -> str:
    """An entry under `stores`, `tables`, `columns` or another name: tables are always written out."""
    if parent == "tables" and isinstance(value, Mapping):
        return f"{' ' * indent}{scalar(name)}:\n{block(value, indent + 2)}"
    if parent in ("stores", "columns") and len(flow(value)) + len(name) + indent + 2 <= WIDTH:
        return f"{' ' * indent}{scalar(name)}: {flow(value)}\n"
    return entry(name, value, indent)


def item(tree: Tree, indent: int) -> str:
    """One item of a list: on one line where it fits, else as a block."""
    pad = " " * indent
    if not isinstance(tree, Mapping) or len(flow(tree)) + indent + 2 <= WIDTH:
        return f"{pad}- {flow(tree)}\n"
    return f"{pad}- {block(tree, indent + 2).lstrip()}"


def _short(value: Tree, used: int) -> bool:
    return used + 1 + len(flow(value)) <= WIDTH
