"""Putting entries into YAML text without touching a letter of it: only insertions, at places the parser names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from waarborg.datamap.write import Tree, entry, flow, item, scalar

Path = tuple[str, ...]
STEP = 2
LAST = 1_000_000


@dataclass(frozen=True, slots=True)
class Insertion:
    """Words that come in at an index of the text; insertions at one index keep their order."""

    index: int
    order: int
    words: str


class Editor:
    """Collects insertions into one text. Paths name nested mappings by their keys."""

    def __init__(self, text: str) -> None:
        from ruamel.yaml import YAML

        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.source = text
        self.root: Any = YAML(typ="rt", pure=True).compose(text)
        self.insertions: list[Insertion] = []
        self.fresh: dict[Path, list[tuple[str, Tree]] | list[Tree]] = {}

    def put(self, path: Path, key: str, value: Tree) -> None:
        """Put `key: value` last into the mapping at `path`, which is made when it is missing."""
        node, holder = self.find(path)
        if node is None:
            self._grow(path, holder, {key: value})
        elif node.flow_style:
            self._into_braces(node, f"{scalar(key)}: {flow(value)}")
        else:
            indent = node.start_mark.column
            self._under(self._last_line(node), indent, _entry(path, key, value, indent))

    def append(self, path: Path, value: Mapping[str, Tree]) -> None:
        """Put an item last into the list at `path`, which is made when it is missing."""
        node, holder = self.find(path)
        if node is None:
            self._grow(path, holder, [value])
        elif type(node).__name__ == "MappingNode":
            self._wrap(node, flow(value))
        elif node.flow_style:
            self._into_braces(node, flow(value))
        else:
            indent = node.start_mark.column
            self._under(self._last_line(node), indent, item(value, indent))

    def find(self, path: Path) -> tuple[Any, Any]:
        """The node at a path (None when it is missing or empty), and the mapping that holds or would hold it."""
        node, holder = self.root, None
        for step in path:
            holder = node
            node = next((value for key, value in node.value if key.value == step), None)
            if node is None or _empty(node):
                return None, holder
        return node, holder

    def _grow(self, path: Path, holder: Any, content: dict[str, Tree] | list[Tree]) -> None:
        """Remember an entry for a mapping or list that is not there; all of them are written at once in the end."""
        del holder
        known = self.fresh.setdefault(path, [])
        known.extend(content.items() if isinstance(content, dict) else content)  # type: ignore[arg-type]

    def text(self) -> str:
        """The text with everything put in."""
        for path, content in self.fresh.items():
            pairs = all(isinstance(one, tuple) for one in content)
            self._write_fresh(path, dict(content) if pairs else list(content))  # type: ignore[arg-type]
        words, end = [], len(self.source)
        for one in sorted(self.insertions, key=lambda one: (one.index, one.order), reverse=True):
            words += [self.source[one.index : end], one.words]
            end = one.index
        return "".join(reversed([*words, self.source[:end]]))

    def _write_fresh(self, path: Path, content: Tree) -> None:
        """A mapping or list that was missing: under its key where that stands empty, else as a new entry."""
        _, holder = self.find(path)
        pair = next(((key, value) for key, value in holder.value if key.value == path[-1]), None)
        if pair is not None:
            key, value = pair
            if value.start_mark.index != value.end_mark.index:
                return  # `columns: null` or `~`: nothing can be put under that
            if holder.flow_style:
                self._insert(key.end_mark.index + 1, f" {flow(content)}")
                return
            lines = entry(path[-1], content, key.start_mark.column).split("\n", 1)
            if lines[1]:
                self._under(key.end_mark.line, key.start_mark.column + 1, lines[1])
            else:  # short enough to stand behind its key
                self._insert(key.end_mark.index + 1, lines[0].split(":", 1)[1])
        elif holder.flow_style:
            self._into_braces(holder, f"{scalar(path[-1])}: {flow(content)}")
        else:
            indent = holder.start_mark.column
            self._under(self._last_line(holder), indent, _entry(path[:-1], path[-1], content, indent))

    def _insert(self, index: int, words: str) -> None:
        self.insertions.append(Insertion(index, len(self.insertions), words.replace("\n", self.newline)))

    def _into_braces(self, node: Any, words: str) -> None:
        """Before the closing brace of a flow collection."""
        close = node.end_mark.index - 1
        already = any(one.index == close for one in self.insertions)
        last = _last(node)
        after = self.source[last.end_mark.index : close] if last is not None else ""
        comma = "," in "".join(line.split("#")[0] for line in after.split("\n"))
        lead = ", " if already or (node.value and not comma) else " " if comma else ""
        self._insert(close, lead + words)

    def _wrap(self, node: Any, words: str) -> None:
        """A single `{…}` where a list may stand becomes the first of a list. A block is left: the caller refuses."""
        if not node.flow_style:
            return
        start, end = node.start_mark.index, node.end_mark.index
        if not any(one.index == start for one in self.insertions):
            self._insert(start, "[")
            self.insertions.append(Insertion(end, LAST, "]"))
        self._insert(end, f", {words}")

    def _under(self, line: int, indent: int, words: str) -> None:
        """After a line, and after the comments under it that are indented as far."""
        rows = self.source.splitlines(keepends=True)
        here = line + 1
        while here < len(rows) and rows[here].lstrip(" ").startswith("#"):
            if len(rows[here]) - len(rows[here].lstrip(" ")) < max(indent, 1):
                break
            here += 1
        index = sum(len(row) for row in rows[:here])
        open_end = here >= len(rows) and bool(rows) and not rows[-1].endswith(("\n", "\r"))
        first = not any(one.index == index for one in self.insertions)
        self._insert(index, (self.newline if open_end and first else "") + words)

    def _last_line(self, node: Any) -> int:
        """The line on which the content of a node ends."""
        kind = type(node).__name__
        if kind != "ScalarNode" and not node.flow_style and node.value:
            if kind == "SequenceNode":
                return self._last_line(node.value[-1])
            key, value = node.value[-1]
            return int(key.end_mark.line) if _empty(value) else self._last_line(value)
        if kind == "ScalarNode" and node.style in ("|", ">") and node.end_mark.column == 0:
            return int(node.end_mark.line) - 1
        return int(node.end_mark.line)


def _entry(path: Path, key: str, value: Tree, indent: int) -> str:
    """The lines of an entry under `path`: tables are written out, with a blank line before them."""
    if path == ("tables",) and isinstance(value, Mapping):
        inner = "".join(entry(name, part, indent + STEP) for name, part in value.items())
        return f"\n{' ' * indent}{scalar(key)}:\n{inner}"
    if len(path) and path[-1] in ("stores", "columns"):
        return f"{' ' * indent}{scalar(key)}: {flow(value)}\n"
    return entry(key, value, indent)


def _last(node: Any) -> Any:
    if not node.value:
        return None
    last = node.value[-1]
    return last[1] if isinstance(last, tuple) else last


def _empty(node: Any) -> bool:
    """Whether nothing is written there (`columns:`), or only null."""
    return type(node).__name__ == "ScalarNode" and not node.style and node.value in ("", "~", "null")
