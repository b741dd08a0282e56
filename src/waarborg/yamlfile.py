"""YAML as a tree of nodes with their lines, read so that a hostile file costs little and is refused kindly.

For every file that people write by hand: policy, data map, expected findings. Knows nothing of what the file says.

Only the event stream of the parser is used. Anchors, aliases, merge keys and tags are refused where they appear, so
nothing is ever expanded or constructed; depth and number of nodes are bounded while reading. Scalars stay text: what
`NO` or `2026-12-01` means is decided by the field that takes it, never by guessing (Norway is not false here).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from waarborg.errors import Finding, Place

MAX_DEPTH = 16
MAX_NODES = 50_000
MAX_BYTES = 2_000_000
MAX_TEXT = 20_000
"""Characters of one line or value; so that no pattern that searches texts meets more."""
SHOWN = 40


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value as written. `quoted` tells `"1"` from `1`; `refused` marks an alias, about which all is said."""

    text: str
    line: int
    quoted: bool = False
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: list[Node]
    line: int


@dataclass(frozen=True, slots=True)
class Map:
    """A mapping: name → (line of the name, value)."""

    entries: dict[str, tuple[int, Node]]
    line: int


Node = Scalar | Sequence | Map


def shown(name: str, most: int = SHOWN) -> str:
    """A name from the file, safe to print: no control characters, and short.

    >>> shown("a" + chr(27) + "[31m")
    'a?[31m'
    """
    safe = "".join(char if char.isprintable() else "?" for char in name[: most + 1])
    return safe[:most] + "…" if len(safe) > most else safe


class Refused(Exception):
    """Reading stops here: going on would cost too much or make no sense. The finding is in the tree's list."""


@dataclass(slots=True)
class TreeBuilder:
    """Builds one tree from parser events, collecting findings; one builder per file."""

    file: str
    findings: list[Finding] = field(default_factory=list)
    nodes: int = 0
    max_nodes: int = MAX_NODES

    def report(self, id: str, line: int, what: str, why: str = "", todo: str = "") -> None:
        """Remember a finding and go on."""
        self.findings.append(Finding(id, Place(self.file, line), what, why, todo))

    def refuse(self, id: str, line: int, what: str, why: str, todo: str) -> Refused:
        """Remember a finding that ends the reading."""
        self.report(id, line, what, why, todo)
        return Refused()

    def build(self, events: Iterator[Any]) -> Node | None:
        """The root of the first document, or None when the file says nothing. Raises `Refused`."""
        root: Node | None = None
        for event in events:
            match type(event).__name__:
                case "StreamStartEvent" | "StreamEndEvent" | "DocumentEndEvent":
                    continue
                case "DocumentStartEvent":
                    if root is not None:
                        line = event.start_mark.line + 1
                        raise self.refuse(
                            "WB112",
                            line,
                            "A second document starts here.",
                            "A file holds one document.",
                            'Remove the "---", or split the file.',
                        )
                case _:
                    root = self.node(event, events, 1)
        return root

    def node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        """One node with everything under it."""
        line = event.start_mark.line + 1
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > self.max_nodes:
            raise self.refuse(
                "WB107",
                line,
                f"The file is nested deeper than {MAX_DEPTH} levels or holds more than {self.max_nodes} values.",
                "No policy or data map needs that, and reading on could exhaust the machine.",
                "Check whether this is the right file.",
            )
        self.plainness(event, line)
        if len(getattr(event, "value", None) or "") > MAX_TEXT:
            raise self.too_long(line)
        match type(event).__name__:
            case "MappingStartEvent":
                return self.mapping(events, line, depth)
            case "SequenceStartEvent":
                items = []
                while type(inner := next(events)).__name__ != "SequenceEndEvent":
                    items.append(self.node(inner, events, depth + 1))
                return Sequence(items, line)
            case "ScalarEvent":
                return Scalar(event.value, line, event.style is not None and event.style != "")
            case _:
                return Scalar("", line, refused=True)

    def too_long(self, line: int) -> Refused:
        """Refuse a line or value that nobody could read."""
        return self.refuse(
            "WB107",
            line,
            f"A single line or value is longer than {MAX_TEXT} characters.",
            "Nobody reads a text of that length, and searching it could take for ever.",
            "Shorten it, or split it into several texts.",
        )

    def plainness(self, event: Any, line: int) -> None:
        """Report anchors, aliases and tags: each could make a small file large or a text an object."""
        kind = type(event).__name__
        tag = getattr(event, "ctag", None) or getattr(event, "tag", None)
        if kind == "AliasEvent" or getattr(event, "anchor", None):
            self.report(
                "WB105",
                line,
                "Anchors and aliases (& and *) are not used here.",
                "They hide what an entry says, and can make a small file expand without end.",
                "Write the entry out.",
            )
        elif tag is not None and str(tag) not in ("!", "None"):
            self.report("WB105", line, "Tags (!) are not used here.", "Values are read as plain data.", "Remove it.")

    def mapping(self, events: Iterator[Any], line: int, depth: int) -> Map:
        """A mapping whose keys are names, each once."""
        entries: dict[str, tuple[int, Node]] = {}
        while type(event := next(events)).__name__ != "MappingEndEvent":
            at = event.start_mark.line + 1
            name = self.node(event, events, depth + 1)
            value = self.node(next(events), events, depth + 1)
            if not isinstance(name, Scalar):
                self.report("WB108", at, "A list or mapping stands where a name is expected.", "", "Write a name.")
            elif name.text == "<<" and not name.quoted:
                self.report("WB105", at, "Merge keys (<<) are not used here.", "They hide what an entry says.", "Copy.")
            elif name.text in entries:
                first = entries[name.text][0]
                self.report(
                    "WB106",
                    at,
                    f'"{shown(name.text)}" stands here a second time; the first is on line {first}.',
                    "Only one of them would count, and nobody could tell which.",
                    "Remove or rename one.",
                )
            else:
                entries[name.text] = (at, value)
        return Map(entries, line)


def parse(text: str, file: str, max_nodes: int = MAX_NODES) -> tuple[Node | None, list[Finding]]:
    """The tree of a YAML text, and everything wrong with its form. The tree is None when it could not be read."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    builder = TreeBuilder(file, max_nodes=max_nodes)
    long = next((number for number, row in enumerate(text.split("\n"), 1) if len(row) > MAX_TEXT), 0)
    if long:
        builder.too_long(long)
        return None, builder.findings
    tabs = [number for number, row in enumerate(text.split("\n"), 1) if row[: len(row) - len(row.lstrip())].count("\t")]
    for number in islice(tabs, 20):
        builder.report("WB104", number, "A tab indents this line.", "YAML is indented by spaces.", "Use spaces.")
    try:
        return builder.build(iter(YAML(typ="safe", pure=True).parse(text))), builder.findings
    except Refused:
        return None, builder.findings
    except MarkedYAMLError as error:
        if not tabs:
            mark = error.problem_mark or error.context_mark
            builder.report(*broken(mark.line + 1 if mark else 0, str(error.problem or error.context or "")))
    except (YAMLError, ValueError, StopIteration, RecursionError):
        builder.report(*broken(0, ""))
    return None, builder.findings


def broken(line: int, problem: str) -> tuple[str, int, str, str, str]:
    """The finding for a text that is no YAML. The parser's own words name tokens, never the text of the file."""
    said = f" ({shown(problem.split(chr(10))[0])})" if problem and "'" not in problem and '"' not in problem else ""
    return (
        "WB103",
        line,
        f"From here on this is no YAML{said}.",
        "The cause is often on the line before: a missing colon, quote or bracket, or a different indentation.",
        "Texts that hold a colon or begin with a special sign go between quotes.",
    )


def parse_text(text: str, file: str, max_nodes: int = MAX_NODES) -> tuple[Node | None, list[Finding]]:
    """The tree of a YAML text that must say something. For every file that people write by hand."""
    refused = unprintable(text, file)
    if refused is not None:
        return None, [refused]
    node, findings = parse(text, file, max_nodes)
    if node is None and not findings:
        findings = [Finding("WB112", Place(file, 1), "The file is empty.", "", "Start one with `waarborg init`.")]
    return node, in_order(findings)


def read_text(path: str | os.PathLike[str], limit: int = MAX_BYTES) -> tuple[str, Finding | None]:
    """The text of a file, or the finding that refuses it. Reads at most one byte more than the limit."""
    name = Path(path).name
    try:
        if not Path(path).is_file():
            return "", Finding("WB100", Place(name), "There is no such file.", "", "Check the name and the directory.")
        with open(path, "rb") as stream:
            raw = stream.read(limit + 1)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        return "", Finding("WB100", Place(name), f"The file cannot be read ({reason}).", "", "Check its permissions.")
    if len(raw) > limit:
        what = f"The file is larger than {limit // 1_000_000} MB; it was not read further."
        why, todo = "No file that people write is that long.", "Check whether this is the right file."
        return "", Finding("WB101", Place(name), what, why, todo)
    try:
        return raw.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        what = "This is not UTF-8 text."
        return "", Finding("WB102", Place(name, line), what, "Letters with accents would be lost.", "Save it as UTF-8.")


def unprintable(text: str, file: str) -> Finding | None:
    """The finding for the first control character that no text needs (NUL among them)."""
    for number, row in enumerate(text.split("\n"), 1):
        if any((ord(char) < 32 and char not in "\t\r") or char == "\x7f" for char in row):
            what = "A control character stands in this line."
            return Finding(
                "WB102", Place(file, number), what, "It cannot be seen and changes what is read.", "Remove it."
            )
    return None


def in_order(findings: list[Finding]) -> list[Finding]:
    """Findings from the top of the file to the bottom."""
    return sorted(findings, key=lambda one: (one.place.line, one.id))
