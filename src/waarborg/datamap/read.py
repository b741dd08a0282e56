"""Reading the small parts of a data map from YAML nodes: names, lists, constants, choices; every mistake a finding.

Values keep the type that the file shows: `0` is a number, `"0"` and `007` are text, `true` is a truth value, `null` is
nothing. Nothing else is guessed (Norway is not false, a version is not a number).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar

from waarborg.errors import Finding, Place, near_miss
from waarborg.yamlfile import Map, Node, Scalar, Sequence, shown

Constant = str | int | bool | None
Choice = TypeVar("Choice", bound=Enum)

NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
NULLS = frozenset({"", "~", "null"})
TRUTH = {"true": True, "false": False}
NAME_LIMIT = 256


class Unreadable(Exception):
    """This part could not be read; a finding says why. The caller goes on with the next part."""


def constant(node: Scalar) -> Constant:
    """The value a scalar stands for.

    >>> [constant(Scalar(text, 1)) for text in ("0", "007", "true", "null", "NO")]
    [0, '007', True, None, 'NO']
    """
    if node.quoted:
        return node.text
    if node.text in NULLS:
        return None
    if node.text in TRUTH:
        return TRUTH[node.text]
    return int(node.text) if NUMBER.fullmatch(node.text) else node.text


@dataclass(slots=True)
class Reader:
    """Collects findings while one file is read."""

    file: str
    findings: list[Finding] = field(default_factory=list)

    def place(self, line: int, path: str) -> Place:
        """A place in the file."""
        return Place(self.file, line, 0, path)

    def fail(self, id: str, line: int, path: str, what: str, why: str = "", todo: str = "") -> Unreadable:
        """Remember a finding; the caller raises or goes on."""
        self.findings.append(Finding(id, self.place(line, path), what, why, todo))
        return Unreadable()

    def fields(self, node: Node, path: str, known: Collection[str]) -> Fields:
        """A mapping with keys out of `known`; the others are reported and left out."""
        entries = {}
        for key, entry in self.entries(node, path).items():
            if key in known:
                entries[key] = entry
            else:
                hint = near_miss(shown(key), known) or f"Known here: {', '.join(sorted(known))}."
                self.fail("WB201", entry[0], f"{path}.{shown(key)}", f'"{shown(key)}" is not known here.', "", hint)
        return Fields(self, path, node.line, entries)

    def entries(self, node: Node, path: str) -> Mapping[str, tuple[int, Node]]:
        """Names with values. Raises `Unreadable`."""
        if isinstance(node, Map):
            return node.entries
        if isinstance(node, Scalar) and not node.quoted and node.text in NULLS:
            return {}
        raise self.fail("WB203", node.line, path, "Names with values are expected here.", "", 'Write "name: value".')

    def items(self, node: Node) -> list[Node]:
        """A list; a single value stands for a list of one."""
        return node.items if isinstance(node, Sequence) else [node]

    def text(self, node: Node, path: str) -> str:
        """A text that says something. Raises `Unreadable`."""
        if not isinstance(node, Scalar):
            raise self.fail("WB203", node.line, path, "A single value is expected here.", "", "Write one value.")
        if not node.text or (not node.quoted and node.text in NULLS):
            raise self.fail("WB203", node.line, path, "A value is missing here.", "", "Write one, or remove the line.")
        return node.text

    def name(self, node: Node, path: str) -> str:
        """The name of a column or table: any text without control characters, not endlessly long."""
        text = self.text(node, path)
        if len(text) > NAME_LIMIT or not text.isprintable():
            raise self.fail("WB204", node.line, path, "This is not a name.", f"Names have at most {NAME_LIMIT} signs.")
        return text

    def names(self, node: Node, path: str) -> tuple[str, ...]:
        """One name or a list of them, each once."""
        names = tuple(self.name(item, path) for item in self.items(node))
        if len(set(names)) != len(names):
            raise self.fail("WB204", node.line, path, "A name stands here twice.", "", "Remove one.")
        if not names:
            raise self.fail("WB203", node.line, path, "The list is empty.", "", "Name at least one.")
        return names

    def flag(self, node: Node, path: str) -> bool:
        """True or false."""
        value = constant(node) if isinstance(node, Scalar) else None
        if not isinstance(value, bool):
            raise self.fail("WB204", node.line, path, "This is neither true nor false.", "", "Write true or false.")
        return value

    def constant(self, node: Node, path: str) -> Constant:
        """A constant of the map."""
        if not isinstance(node, Scalar):
            raise self.fail("WB203", node.line, path, "A single value is expected here.", "", "Write one value.")
        return constant(node)

    def constants(self, node: Node, path: str) -> tuple[Constant, ...]:
        """One constant or a list of them."""
        values = tuple(self.constant(item, path) for item in self.items(node))
        if not values:
            raise self.fail("WB203", node.line, path, "The list is empty.", "", "Write at least one value.")
        return values

    def keys(self, node: Node, path: str) -> tuple[str | int, ...]:
        """Constants that can be a key: numbers and text."""
        values = self.constants(node, path)
        keys = tuple(value for value in values if isinstance(value, str | int) and not isinstance(value, bool))
        if len(keys) != len(values):
            why = "NULL never leads anywhere by itself."
            raise self.fail("WB204", node.line, path, "A key is a number or a text.", why, "Write for example [0].")
        return keys

    def choice(self, kind: type[Choice], node: Node, path: str) -> Choice:
        """One of a closed vocabulary."""
        text = self.text(node, path)
        try:
            return kind(text)
        except ValueError:
            known = [str(one.value) for one in kind]
            hint = near_miss(text[:80], known) or f"Choose from: {', '.join(known)}."
            raise self.fail("WB204", node.line, path, "This is none of the choices.", "", hint) from None

    def conditions(self, node: Node, path: str) -> dict[str, tuple[Constant, ...]]:
        """Columns with the values they may have."""
        return {
            column: self.constants(inner, f"{path}.{shown(column)}")
            for column, (_, inner) in self.entries(node, path).items()
        }

    def texts(self, node: Node, path: str) -> dict[str, str]:
        """Names with texts."""
        return {key: self.text(inner, f"{path}.{shown(key)}") for key, (_, inner) in self.entries(node, path).items()}


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping of the file whose keys were checked. Each getter reads one key, or gives what stands for absence."""

    reader: Reader
    path: str
    line: int
    entries: Mapping[str, tuple[int, Node]]

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def at(self, key: str) -> str:
        """The dotted path of a key."""
        return f"{self.path}.{key}"

    def node(self, key: str) -> Node | None:
        """The value of a key as it stands."""
        entry = self.entries.get(key)
        return entry[1] if entry else None

    def require(self, *keys: str) -> None:
        """Report the keys that are missing. Raises `Unreadable` when there are any."""
        missing = [key for key in keys if key not in self.entries]
        for key in missing:
            self.reader.fail(
                "WB202", self.line, self.path, f'"{key}" is missing.', "Nothing can stand in for it.", "Add it."
            )
        if missing:
            raise Unreadable

    def text(self, key: str, default: str = "") -> str:
        node = self.node(key)
        return default if node is None else self.reader.text(node, self.at(key))

    def name(self, key: str) -> str:
        node = self.node(key)
        return "" if node is None else self.reader.name(node, self.at(key))

    def names(self, key: str) -> tuple[str, ...]:
        node = self.node(key)
        return () if node is None else self.reader.names(node, self.at(key))

    def flag(self, key: str) -> bool:
        node = self.node(key)
        return False if node is None else self.reader.flag(node, self.at(key))

    def keys(self, key: str) -> tuple[str | int, ...]:
        node = self.node(key)
        return () if node is None else self.reader.keys(node, self.at(key))

    def conditions(self, key: str) -> dict[str, tuple[Constant, ...]]:
        node = self.node(key)
        return {} if node is None else self.reader.conditions(node, self.at(key))

    def texts(self, key: str) -> dict[str, str]:
        node = self.node(key)
        return {} if node is None else self.reader.texts(node, self.at(key))

    def choice(self, kind: type[Choice], key: str) -> Choice | None:
        node = self.node(key)
        return None if node is None else self.reader.choice(kind, node, self.at(key))
