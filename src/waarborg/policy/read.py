"""From nodes to typed values, driven by the dataclasses of the model: the fields are the grammar.

Every mistake becomes a finding with its line and the nearest right name; reading goes on, so that all mistakes are
told at once. Values are read by the type of their field.
"""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from waarborg.clock import Period
from waarborg.errors import Finding, Place, WaarborgError, near_miss
from waarborg.policy.content import yaml_key
from waarborg.policy.model import DataItem, TransferSafeguard
from waarborg.policy.values import ANY_LANGUAGE, Money, Text
from waarborg.yamlfile import Map, Node, Scalar, Sequence, shown

NAME = re.compile(r"[\w*][\w*-]{0,79}")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
TRUE, FALSE = {"true", "True", "yes"}, {"false", "False", "no"}
NULL = {"", "~", "null"}


@cache
def hints(kind: type) -> Mapping[str, Any]:
    """The types of a dataclass's fields."""
    return get_type_hints(kind)


@cache
def readable(kind: Any) -> Mapping[str, Field[Any]]:
    """The fields of a dataclass that the file may hold, by their key in the file."""
    return {
        yaml_key(one): one
        for one in fields(kind)
        if not one.metadata.get("hidden") and not one.metadata.get("from_key")
    }


class Unreadable(Exception):
    """This value could not be read; a finding says why."""


@dataclass(slots=True)
class Reader:
    """Reads one tree. `findings` and `places` fill while it reads."""

    file: str
    findings: list[Finding] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)

    def fail(self, id: str, line: int, path: str, what: str, why: str = "", todo: str = "") -> Unreadable:
        """Remember a finding; the caller raises or goes on."""
        self.findings.append(Finding(id, Place(self.file, line, 0, path), what, why, todo))
        return Unreadable()

    def value(self, kind: Any, node: Node, path: str) -> Any:
        """The node as a value of `kind`. Raises `Unreadable` after reporting."""
        self.places.setdefault(path, Place(self.file, node.line, 0, path))
        if isinstance(node, Scalar) and node.refused:
            raise Unreadable
        origin, arguments = get_origin(kind), get_args(kind)
        if origin in (Union, types.UnionType):
            inner = next(one for one in arguments if one is not type(None))
            empty = isinstance(node, Scalar) and not node.quoted and node.text in NULL
            return None if empty else self.value(inner, node, path)
        if origin is tuple:
            return self.items(arguments[0], node, path)
        if origin is not None:
            return self.entries(arguments[1], node, path)
        if kind is Text:
            return self.text(node, path)
        if is_dataclass(kind) and kind not in (Period, Money):
            return self.entry(kind, node, path)
        return self.scalar(kind, node, path)

    def items(self, kind: Any, node: Node, path: str) -> tuple[Any, ...]:
        """A list; a single value stands for a list of one."""
        if isinstance(node, Map) and not is_dataclass(kind):
            raise self.fail("WB108", node.line, path, "A list is expected here.", "", "Write [one, two].")
        nodes = node.items if isinstance(node, Sequence) else [node]
        read = []
        for number, item in enumerate(nodes):
            try:
                read.append(self.value(kind, item, f"{path}.{number}" if is_dataclass(kind) else path))
            except Unreadable:
                continue
        return tuple(read)

    def named(self, node: Node, path: str) -> Map:
        """The node as a mapping."""
        if isinstance(node, Map):
            return node
        if isinstance(node, Scalar) and node.refused:
            raise Unreadable
        if isinstance(node, Scalar) and not node.quoted and node.text in NULL:
            return Map({}, node.line)
        raise self.fail(
            "WB108",
            node.line,
            path,
            "Names with values are expected here.",
            "",
            'Write lines of the form "name: value".',
        )

    def entries(self, kind: Any, node: Node, path: str) -> dict[str, Any]:
        """Named entries of one kind."""
        read = {}
        for name, (line, inner) in self.named(node, path).entries.items():
            here = f"{path}.{shown(name)}"
            self.places[here] = Place(self.file, line, 0, here)
            if not NAME.fullmatch(name):
                self.fail(
                    "WB111",
                    line,
                    here,
                    "This is not a name.",
                    "",
                    "Use at most 80 letters, digits, - and _; no dots.",
                )
                continue
            try:
                read[name] = (
                    self.entry(kind, inner, here, name) if is_dataclass(kind) else self.value(kind, inner, here)
                )
            except Unreadable:
                continue
        return read

    def text(self, node: Node, path: str) -> Text:
        """Words by language, or words alone."""
        if isinstance(node, Scalar):
            return Text({ANY_LANGUAGE: node.text}) if node.text else Text()
        words = {}
        for language, (line, inner) in self.named(node, path).entries.items():
            if not LANGUAGE.fullmatch(language):
                self.fail("WB111", line, path, f'"{shown(language)}" is no language code.', "", "Write {nl: …, en: …}.")
            elif not isinstance(inner, Scalar):
                self.fail("WB108", line, path, "Words are expected here.", "", "Write {nl: …, en: …}.")
            else:
                words[language] = inner.text
        return Text(words)

    def entry(self, kind: Any, node: Node, path: str, name: str = "") -> Any:
        """A dataclass from its keys; what is unknown, missing or unreadable is reported together."""
        node = shorthand(kind, node)
        found = self.named(node, path)
        known = readable(kind)
        values: dict[str, Any] = {"id": name} if name else {}
        broken = False
        for key, (line, inner) in found.entries.items():
            here = f"{path}.{shown(key)}" if path else shown(key)
            self.places[here] = Place(self.file, line, 0, here)
            declared = known.get(key)
            if declared is None:
                hint = near_miss(shown(key), known) or f"Known here: {', '.join(sorted(known))}."
                self.fail("WB109", line, here, f'"{shown(key)}" is not known here.', "", hint)
                continue
            try:
                values[declared.name] = self.value(hints(kind)[declared.name], inner, here)
            except Unreadable:
                broken = True
        for key, declared in known.items():
            if declared.default is MISSING and declared.default_factory is MISSING and key not in found.entries:
                self.fail("WB110", node.line, path, f'"{key}" is missing.', "Nothing can stand in for it.", "Add it.")
                broken = True
        if broken:
            raise Unreadable
        return kind(**values)

    def scalar(self, kind: Any, node: Node, path: str) -> Any:
        """A single value by the type of its field."""
        if not isinstance(node, Scalar):
            raise self.fail("WB108", node.line, path, "A single value is expected here.", "", "Write one value.")
        try:
            return single(kind, node.text)
        except WaarborgError as error:
            for one in error.findings:
                self.fail("WB111", node.line, path, one.what, one.why, one.todo)
            raise Unreadable from None
        except (ValueError, KeyError):
            raise self.fail("WB111", node.line, path, *expected(kind, node.text)) from None


def shorthand(kind: Any, node: Node) -> Node:
    """`email: required` and `safeguard: adequacy`, written out."""
    if not isinstance(node, Scalar):
        return node
    if kind is DataItem and node.text in ("required", "optional"):
        required = Scalar("true" if node.text == "required" else "false", node.line)
        return Map({"required": (node.line, required)}, node.line)
    if kind is TransferSafeguard and node.text not in NULL:
        return Map({"kind": (node.line, node)}, node.line)
    return node


def single(kind: Any, text: str) -> Any:
    """A text as a value of `kind`. Raises `ValueError` or a `WaarborgError` that says what was expected."""
    if kind is str:
        return text
    if kind is bool:
        if text not in TRUE | FALSE:
            raise ValueError
        return text in TRUE
    if kind is int:
        if not re.fullmatch(r"-?[0-9]{1,12}", text):
            raise ValueError
        return int(text)
    if kind is date:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError
        return date.fromisoformat(text)
    if kind in (Period, Money):
        return kind.parse(text)
    return kind(text)


def expected(kind: Any, text: str) -> tuple[str, str, str]:
    """What, why and what to do for a value that does not fit its field. Shows the choices, never the value."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        known = [str(one.value) for one in kind]
        return "This is none of the choices.", "", near_miss(text[:80], known) or f"Choose from: {', '.join(known)}."
    if kind is date:
        return "This is not a date.", "", "Write year-month-day, for example 2026-12-01."
    if kind is int:
        return "This is not a whole number.", "", "Write digits only."
    return "This is neither true nor false.", "", "Write true or false."
