"""Where each table stands in the picture: trees that grow from people to the right, one lane for each store.

A table hangs under the table it leads to over its best link (see `Graph.path`); its other links are words. Tables that
nothing hangs under are gathered in grids by kind of link, so that a hundred of them stay a block one can read.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from waarborg.datamap.graph import Edge, Graph, ownership
from waarborg.datamap.model import DataMap, Link
from waarborg.datamap.paths import derived
from waarborg.terms import LinkKind

GAP, GUTTER, CELL_GAP = 8, 54, 10
ROW, NODE, DENSE_ROW, DENSE_NODE = 44, 34, 32, 26
DEEPEST = 60
"""Tables further from people than this hang under the people themselves: no page is that wide."""
MANY = 80
"""From so many tables on, boxes hold their name only; the other links are in their sentences."""
LEFT, TOP, LANE_HEAD, LANE_FOOT = 28, 96, 46, 26
WIDEST = 236
LEAST_WIDTH, PAGE = 900, 1560
TRUNK = {kind: 16 + 6 * number for number, kind in enumerate(LinkKind)}
"""How far left of a column the lines of each kind run down, so that they do not hide each other."""
NARROW = frozenset("iljtfrI.,:;'|()[] ")
WIDE = frozenset("mwMW@%")


@dataclass(frozen=True, slots=True)
class Box:
    """A table in the picture. `role`: people, table, elsewhere (of another store), nobody, unmapped, unlinked."""

    table: str
    label: str
    also: str
    role: str
    x: float = 0
    y: float = 0
    width: float = 0
    height: float = NODE


@dataclass(frozen=True, slots=True)
class Wire:
    """From a box (its right side) to a point left of another box or of a bracket."""

    kind: LinkKind
    x1: float
    y1: float
    x2: float
    y2: float
    trunk: float
    """Where it turns down."""


@dataclass(frozen=True, slots=True)
class Bracket:
    """A line along the left of a grid."""

    kind: LinkKind
    x: float
    y1: float
    y2: float


@dataclass(frozen=True, slots=True)
class Lane:
    """A store with everything in it."""

    store: str
    y: float
    height: float
    tables: int


@dataclass(slots=True)
class Picture:
    """Everything with its place."""

    lanes: list[Lane] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)
    brackets: list[Bracket] = field(default_factory=list)
    captions: list[tuple[float, float, str]] = field(default_factory=list)
    width: float = 0
    height: float = 0

    def take(self, part: Picture, dx: float, dy: float) -> None:
        """Put a part into this picture, moved."""
        self.boxes += [replace(one, x=one.x + dx, y=one.y + dy) for one in part.boxes]
        self.brackets += [replace(one, x=one.x + dx, y1=one.y1 + dy, y2=one.y2 + dy) for one in part.brackets]
        self.wires += [
            replace(one, x1=one.x1 + dx, x2=one.x2 + dx, y1=one.y1 + dy, y2=one.y2 + dy, trunk=one.trunk + dx)
            for one in part.wires
        ]


@dataclass(slots=True)
class Twig:
    """A table with what hangs under it."""

    box: Box
    kind: LinkKind | None = None
    twigs: list[Twig] = field(default_factory=list)


def text_width(text: str, size: float = 13) -> float:
    """About how wide a text is in a system font; rather too wide than too narrow."""
    units = sum(0.36 if char in NARROW else 0.95 if char in WIDE else 0.7 if char.isupper() else 0.62 for char in text)
    return units * size


def shortened(text: str, width: float, size: float = 13) -> str:
    """The text as far as it fits."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text + "…"


def lay_out(datamap: DataMap, unmapped: Collection[str] = ()) -> Picture:
    """The picture of a map; `unmapped` are tables of its stores that nobody has decided about."""
    graph, picture = ownership(datamap), Picture()
    y = float(TOP)
    stores = list(dict.fromkeys([*datamap.stores, *(name.partition(".")[0] for name in unmapped)]))
    for store in stores:
        strange = sorted(name for name in unmapped if name.partition(".")[0] == store)
        dense = len(datamap.tables) + len(unmapped) > MANY
        y = _Lane(datamap, graph, picture, store, dense).place(y, strange)
    picture.width = max([box.x + box.width for box in picture.boxes] + [LEAST_WIDTH - LEFT]) + LEFT
    picture.height = y
    return picture


@dataclass(slots=True)
class _Lane:
    datamap: DataMap
    graph: Graph
    picture: Picture
    store: str
    dense: bool

    @property
    def row(self) -> int:
        return DENSE_ROW if self.dense else ROW

    @property
    def node(self) -> int:
        return DENSE_NODE if self.dense else NODE

    def place(self, top: float, strange: Sequence[str]) -> float:
        """Everything of the store, from `top` down; gives the bottom."""
        y = top + LANE_HEAD
        y = self.abreast(sorted(map(self.part, self.forest()), key=lambda part: -part.height), y)
        mine = [table for table in self.datamap.in_store(self.store) if table.name not in self.graph.distance]
        lost = [self.box(table.name, "nobody") for table in mine if not table.unlinked]
        explained = [self.box(table.name, "unlinked") for table in mine if table.unlinked]
        boxes = [Box(name, name.partition(".")[2], "", "unmapped", height=self.node) for name in strange]
        for caption, group in (
            ("Leads to nobody", lost),
            ("Not in the map", boxes),
            ("Nobody can be named, and the map says why", explained),
        ):
            y = self.section(caption, group, y)
        bottom = y + LANE_FOOT
        count = len(self.datamap.in_store(self.store)) + len(strange)
        self.picture.lanes.append(Lane(self.store, top, bottom - top, count))
        return bottom

    def section(self, caption: str, group: list[Box], y: float) -> float:
        if not group:
            return y
        y += GAP + 14
        self.picture.captions.append((LEFT, y, caption))
        return self.grid(self.picture, group, LEFT, y + 12, across=6)

    # ---- what hangs under what

    def forest(self) -> list[Twig]:
        """The trees of the lane: its people, and people of other stores that its tables lead to."""
        under: dict[str, list[tuple[Edge, str]]] = defaultdict(list)
        for table in self.datamap.in_store(self.store):
            path = self.graph.path(table.name)
            if path:
                parent = path[0].target if len(path) <= DEEPEST else path[-1].target
                under[parent].append((path[0], table.name))
        here = [one for one in self.graph.people if one.partition(".")[0] == self.store]
        elsewhere = [name for name in under if name.partition(".")[0] != self.store]
        roots = [self.twig(name, under, "people", None) for name in here]
        return roots + [self.twig(name, under, "elsewhere", None) for name in elsewhere]

    def twig(self, name: str, under: dict[str, list[tuple[Edge, str]]], role: str, edge: Edge | None) -> Twig:
        hanging = [self.twig(child, under, "table", step) for step, child in under.get(name, ())]
        order = list(LinkKind)
        hanging.sort(key=lambda one: (not one.twigs, order.index(one.kind or LinkKind.BELONGS_TO)))
        return Twig(self.box(name, role, edge), edge.link.kind if edge else None, hanging)

    def box(self, name: str, role: str, edge: Edge | None = None) -> Box:
        label = name if role == "elsewhere" else name.partition(".")[2]
        also = "" if role == "elsewhere" or self.dense else self.others(name, edge)
        return Box(name, label, also, role, height=self.node)

    def others(self, name: str, edge: Edge | None) -> str:
        """The links that are not drawn, in words: the column and where it leads."""
        said: dict[str, None] = {}
        for link in self.datamap.tables[name].links:
            if edge is None or link is not edge.link:
                said[self.word(name, link)] = None
        return ", ".join(said)

    def word(self, name: str, link: Link) -> str:
        target = link.target if link.target.partition(".")[0] != self.store else link.target.partition(".")[2]
        by = link.through.table.partition(".")[2] if link.through else "path" if derived(link) else link.columns[0]
        return f"{by} ↺" if link.target == name else f"{by} → {target}"

    # ---- where it stands

    def abreast(self, parts: list[Picture], top: float) -> float:
        """The trees from left to right as far as a page is wide, then on; gives the bottom.

        A tree goes under the one before it while that is no taller than its neighbour on the left.
        """
        page = max([PAGE, *(part.width for part in parts)])
        y, shelf = top, [0.0, 0.0, 0.0]  # the shelf's right end, its height, the height of its last stack
        stack_x = stack_width = 0.0
        for part in parts:
            right, tall, last = shelf
            fits_under = bool(right) and last + part.height + GAP <= tall and stack_x + part.width <= page
            if fits_under:
                self.picture.take(part, LEFT + stack_x, y + last)
                stack_width = max(stack_width, part.width)
                shelf = [max(right, stack_x + stack_width), tall, last + part.height + GAP]
                continue
            if right and right + GUTTER + part.width > page:
                y, right, tall = y + tall, 0.0, 0.0
            stack_x, stack_width = right + GUTTER if right else 0.0, part.width
            self.picture.take(part, LEFT + stack_x, y)
            shelf = [stack_x + part.width, max(tall, part.height + GAP), part.height + GAP]
        return y + shelf[1]

    def part(self, tree: Twig) -> Picture:
        """One tree by itself, at the origin."""
        part = Picture()
        part.height = self.tree(part, tree, 0, 0, _columns(tree))
        part.width = max(box.x + box.width for box in part.boxes)
        return part

    def tree(self, part: Picture, twig: Twig, depth: int, y: float, lefts: list[float]) -> float:
        """A table and everything under it; gives the bottom."""
        box = replace(twig.box, x=lefts[depth], y=y, width=_width(twig.box))
        part.boxes.append(box)
        bottom, start = y + self.row, (box.x + box.width, y + self.node / 2)
        below = y
        leaves: dict[LinkKind, list[Box]] = defaultdict(list)
        for one in twig.twigs:
            kind = one.kind or LinkKind.BELONGS_TO
            if not one.twigs:
                leaves[kind].append(one.box)
                continue
            left = lefts[depth + 1]
            part.wires.append(Wire(kind, *start, left, below + self.node / 2, left - TRUNK[kind]))
            below = self.tree(part, one, depth + 1, below, lefts)
        for kind, boxes in leaves.items():
            below = self.leaves(part, kind, boxes, start, lefts[depth + 1], below)
        return max(bottom, below)

    def leaves(
        self, part: Picture, kind: LinkKind, boxes: list[Box], start: tuple[float, float], left: float, y: float
    ) -> float:
        """Tables that nothing hangs under: a few one by one, many in a grid behind a bracket; gives the bottom."""
        trunk = left - TRUNK[kind]
        if len(boxes) <= 2:
            for box in boxes:
                part.wires.append(Wire(kind, *start, left, y + self.node / 2, trunk))
                part.boxes.append(replace(box, x=left, y=y, width=_width(box)))
                y += self.row
            return y
        end = self.grid(part, boxes, left + 6, y)
        part.wires.append(Wire(kind, *start, left - 4, y + self.node / 2, trunk))
        part.brackets.append(Bracket(kind, left - 4, y + 2, end - self.row + self.node - 2))
        return end + 4

    def grid(self, part: Picture, boxes: list[Box], x: float, y: float, across: int = 0) -> float:
        """Boxes in rows and columns, read downwards; gives the bottom."""
        count = across or (1 if len(boxes) <= 4 else 2 if len(boxes) <= 10 else 3 if len(boxes) <= 33 else 4)
        rows = math.ceil(len(boxes) / count)
        left = x
        for start in range(0, len(boxes), rows):
            column = boxes[start : start + rows]
            width = max(_width(box) for box in column)
            for row, box in enumerate(column):
                part.boxes.append(replace(box, x=left, y=y + row * self.row, width=width))
            left += width + CELL_GAP
        return y + rows * self.row


def _columns(tree: Twig) -> list[float]:
    """The left side of each column of a tree, by distance from its root."""
    widths: list[float] = []

    def measure(twig: Twig, depth: int) -> None:
        if len(widths) <= depth:
            widths.append(0)
        widths[depth] = max(widths[depth], _width(twig.box))
        for one in twig.twigs:
            measure(one, depth + 1)

    measure(tree, 0)
    lefts, x = [], 0.0
    for width in widths:
        lefts.append(x)
        x += width + GUTTER
    return lefts


def _width(box: Box) -> float:
    """How wide a box is: its name, and as much of the words under it as is fair."""
    label = text_width(box.label) * (1.08 if box.role == "people" else 1)
    return round(min(max(label + 24, min(text_width(box.also, 10.5) + 22, 190), 84), WIDEST))
