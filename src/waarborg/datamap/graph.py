"""The ownership graph: which tables lead to people, over which links, how far, and where they go in circles.

An edge goes from a row to the row (or person) it leads to. An organisation is reached the other way round: people
lead to it, and through it to what is the organisation's.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass

from waarborg.datamap.model import DataMap, Link
from waarborg.terms import LinkKind

STRENGTH = ((LinkKind.BELONGS_TO,), (LinkKind.ABOUT,), (LinkKind.VISIBLE_TO, LinkKind.ORGANISATION))
"""Kinds of link in the order in which they say best whose a row is."""
FAR = 1_000_000


@dataclass(frozen=True, slots=True)
class Edge:
    """One step towards people: rows of `table` lead to rows of `target`."""

    table: str
    target: str
    link: Link
    backwards: bool = False
    """The link stands in `target` and is followed against its direction: from an organisation to its people."""


@dataclass(frozen=True, slots=True)
class Graph:
    """The edges of a map, and for every table that leads to people the distance to them (people: 0)."""

    people: tuple[str, ...]
    edges: Mapping[str, tuple[Edge, ...]]
    distance: Mapping[str, int]

    def leads_to_nobody(self) -> tuple[str, ...]:
        """Tables from which no path leads to a person, in the order of the map."""
        return tuple(table for table in self.edges if table not in self.distance)

    def path(self, table: str) -> tuple[Edge, ...]:
        """A shortest path from the table to people; empty for people themselves and for tables that lead to nobody."""
        steps: list[Edge] = []
        here = table
        while self.distance.get(here, 0) > 0:
            near = (edge for edge in self.edges[here] if self.distance.get(edge.target, FAR) < self.distance[here])
            edge = min(near, key=lambda one: (_weakness(one), self.distance[one.target]))
            steps.append(edge)
            here = edge.target
        return tuple(steps)

    def owners(self, table: str) -> tuple[str, ...]:
        """Every table of people that rows of this table can lead to, over any number of links."""
        seen, waiting = {table}, [table]
        while waiting:
            for edge in self.edges.get(waiting.pop(), ()):
                if edge.target not in seen:
                    seen.add(edge.target)
                    waiting.append(edge.target)
        return tuple(name for name in self.people if name in seen)

    def components(self) -> tuple[tuple[str, ...], ...]:
        """The tables in groups, people's side first: a group of several (or of one that refers to itself) is a circle.

        Every edge leads into the same group or an earlier one, so a walk over the groups meets targets first.
        """
        return _strongly_connected({table: [edge.target for edge in edges] for table, edges in self.edges.items()})

    def cycles(self) -> tuple[tuple[str, ...], ...]:
        """The groups in which rows can lead back to their own table."""
        return tuple(
            group
            for group in self.components()
            if len(group) > 1 or any(edge.target == group[0] for edge in self.edges[group[0]])
        )


def ownership(datamap: DataMap) -> Graph:
    """The graph of a map. Links to tables that are not in the map are left out (`check_datamap` reports them)."""
    edges: dict[str, list[Edge]] = {name: [] for name in datamap.tables}
    for table in datamap.tables.values():
        for link in table.links:
            if link.target not in edges:
                continue
            edges[table.name].append(Edge(table.name, link.target, link))
            if link.kind is LinkKind.ORGANISATION:
                edges[link.target].append(Edge(link.target, table.name, link, backwards=True))
    people = tuple(table.name for table in datamap.subjects())
    return Graph(people, {name: tuple(found) for name, found in edges.items()}, _distances(people, edges))


def _distances(people: tuple[str, ...], edges: Mapping[str, list[Edge]]) -> dict[str, int]:
    """How many links from each table to the nearest people: over ownership where it leads there, else over others."""
    sources: dict[str, list[str]] = defaultdict(list)
    distance = dict.fromkeys(people, 0)
    for kinds in STRENGTH:
        for table, found in edges.items():
            for edge in found:
                if edge.link.kind in kinds:
                    sources[edge.target].append(table)
        _spread(distance, sources)
    return distance


def _spread(distance: dict[str, int], sources: Mapping[str, list[str]]) -> None:
    """Breadth first from what is reached to what leads there."""
    waiting = deque(sorted(distance, key=distance.__getitem__))
    while waiting:
        here = waiting.popleft()
        for table in sources.get(here, ()):
            if table not in distance:
                distance[table] = distance[here] + 1
                waiting.append(table)


def _weakness(edge: Edge) -> int:
    return next(number for number, kinds in enumerate(STRENGTH) if edge.link.kind in kinds)


def _strongly_connected(targets: Mapping[str, list[str]]) -> tuple[tuple[str, ...], ...]:
    """Tarjan's algorithm without recursion; groups come out with those they lead to before them."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    groups: list[tuple[str, ...]] = []
    for root in targets:
        if root in index:
            continue
        work = [(root, iter(targets[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            here, ahead = work[-1]
            step = next(ahead, None)
            if step is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[here])
                if low[here] == index[here]:
                    groups.append(_unstack(stack, on_stack, here))
            elif step not in index:
                index[step] = low[step] = len(index)
                stack.append(step)
                on_stack.add(step)
                work.append((step, iter(targets[step])))
            elif step in on_stack:
                low[here] = min(low[here], index[step])
    return tuple(groups)


def _unstack(stack: list[str], on_stack: set[str], root: str) -> tuple[str, ...]:
    group: list[str] = []
    while not group or group[-1] != root:
        group.append(stack.pop())
        on_stack.discard(group[-1])
    return tuple(reversed(group))
