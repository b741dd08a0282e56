"""The drawing of a scan: people first, what belongs to them under them, then what needs care, what to decide, what
could not be seen. Names come from a database and are drawn as plain text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.table import Table as Grid
from rich.text import Text

from waarborg.cli.findings import clean
from waarborg.cli.scan import Look
from waarborg.datamap.graph import Edge, Graph, ownership
from waarborg.datamap.model import DataMap
from waarborg.scan import calibration
from waarborg.scan.classify import SECRET, SPECIAL
from waarborg.scan.findings import Findings
from waarborg.scan.subjects import Subject
from waarborg.stores.contract import Schema
from waarborg.terms import LinkKind

ACCENT, BROKEN, QUIET, STRONG = "cyan", "bold red", "dim", "bold"
MOST_UNDER = 14
"""Tables drawn under one table of people; the map has them all."""
MOST_LISTED = 8
KINDS = {
    LinkKind.BELONGS_TO: "belongs to",
    LinkKind.ABOUT: "describes",
    LinkKind.VISIBLE_TO: "visible to",
    LinkKind.ORGANISATION: "acts for",
}
ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mariadb": "MariaDB", "files": "files"}


def overview(look: Look, datamap: DataMap) -> RenderableType:
    """Everything about one look, on one or two screens."""
    found, schema = look.findings, look.schema
    graph = ownership(look.proposed)
    parts: list[RenderableType] = [_head(look), Text()]
    parts += _people(found, graph)
    parts += _alone(found, schema, graph)
    parts += _care(found)
    parts += _questions(found)
    parts += _unseen(found, schema)
    return Stack(*parts)


def _head(look: Look) -> RenderableType:
    found = look.findings
    engine = ENGINES.get(look.schema.engine, look.schema.engine)
    line = Text.assemble(
        (clean(found.store), STRONG),
        (
            f"  {engine} · {_count(found.tables, 'table')} · looked for {look.seconds:.1f} s · nothing was written",
            QUIET,
        ),
    )
    people, personal = len(found.subjects), len(found.columns)
    said = (
        f"{_count(people, 'table')} of people, {_count(personal, 'personal column')}, "
        f"{_count(len(found.links), 'link')} to people, {_count(len(found.questions), 'question')} for you."
    )
    return Stack(line, Text(said))


# ------------------------------------------------------------------------------------------------ people


def _people(found: Findings, graph: Graph) -> Iterator[RenderableType]:
    yield _section("People")
    if not found.subjects and not found.guests:
        yield Text("  No table of people was found. --json tells every column that was looked at.", QUIET)
    under = _under(found.store, graph)
    for subject in found.subjects:
        yield _person(subject, found)
        yield from _belongings(found, under.get(f"{found.store}.{subject.table}", []))
    guests = [one for one in found.guests if one.table not in {s.table for s in found.subjects}]
    if guests:
        yield Text()
        yield _section("People without an account, named in")
        yield _rows([("  ", g.table, _size(found, g.table), ", ".join(g.identifiers)) for g in guests[:MOST_LISTED]])
        yield from _more(len(guests) - MOST_LISTED)


def _person(subject: Subject, found: Findings) -> RenderableType:
    sure = calibration.calibrated(subject.confidence, calibration.COLUMNS)
    grid = _grid()
    by = f"known by {', '.join(clean(k) for k in subject.identifiers) or 'its key'}"
    grid.add_row(
        Text("● ", ACCENT),
        Text(clean(subject.table), f"{STRONG} {ACCENT}"),
        Text(_size(found, subject.table)),
        Text(by + ("" if sure >= 0.9 else f" · {sure:.0%} sure"), QUIET),
    )
    return grid


def _under(store: str, graph: Graph) -> Mapping[str, list[tuple[int, Edge]]]:
    """For each table of people, the tables whose shortest path leads there, as a tree in depth-first order."""
    children: dict[str, list[Edge]] = defaultdict(list)
    for table in graph.edges:
        path = graph.path(table)
        if path and graph.distance[table] > 0:
            children[path[0].target].append(path[0])
    found: dict[str, list[tuple[int, Edge]]] = {}
    for person in graph.people:
        listed: list[tuple[int, Edge]] = []
        waiting = [(1, edge) for edge in reversed(children[person])]
        seen = {person}
        while waiting:
            depth, edge = waiting.pop()
            if edge.table in seen:
                continue
            seen.add(edge.table)
            listed.append((depth, edge))
            waiting += [(depth + 1, one) for one in reversed(children[edge.table])]
        found[person] = listed
    return found


def _belongings(found: Findings, listed: Sequence[tuple[int, Edge]]) -> Iterator[RenderableType]:
    held = _held(found)
    shown = sorted(listed, key=lambda one: (-len(held.get(_local(one[1].table), ())), one[0]))[:MOST_UNDER]
    keep = {edge.table for _, edge in shown}
    rows = []
    for depth, edge in listed:
        if edge.table not in keep:
            continue
        table = _local(edge.table)
        how = KINDS[edge.link.kind] if edge.link.kind is not LinkKind.BELONGS_TO else ""
        what = ", ".join(held.get(table, ()))
        rows.append(
            ("  " + "  " * (depth - 1) + "└ ", table, _size(found, table), " · ".join(filter(None, (how, what))))
        )
    if rows:
        yield _rows(rows)
    yield from _more(len(listed) - len(rows))


def _alone(found: Findings, schema: Schema, graph: Graph) -> Iterator[RenderableType]:
    """Tables with personal columns from which nothing leads to a person."""
    held = _held(found)
    lost = [t for t in held if f"{found.store}.{t}" not in graph.distance and t in schema.tables]
    if lost:
        yield Text()
        yield _section("Looks personal, and leads to nobody")
        yield _rows([("! ", t, _size(found, t), ", ".join(held[t])) for t in lost[:MOST_LISTED]])
        yield from _more(len(lost) - MOST_LISTED)


def _held(found: Findings) -> dict[str, list[str]]:
    """The kinds of data of each table, the most frequent first."""
    held: dict[str, dict[str, int]] = {}
    for (table, _), verdict in found.columns.items():
        kinds = held.setdefault(table, {})
        kinds[verdict.category] = kinds.get(verdict.category, 0) + 1
    return {
        table: [kind.replace("_", " ") for kind in sorted(kinds, key=lambda k: (-kinds[k], k))]
        for table, kinds in held.items()
    }


# ------------------------------------------------------------------------------------------------ care, questions


def _care(found: Findings) -> Iterator[RenderableType]:
    special = [(at, v) for at, v in found.columns.items() if v.category in SPECIAL]
    cards = [(at, v) for at, v in found.columns.items() if v.category in ("card_number", "national_id")]
    secrets = [at for at, v in found.columns.items() if v.category in SECRET] + list(found.secrets)
    for title, style, rows in (
        ("Special categories (Art. 9, 10)", BROKEN, [(t, c, v.category) for (t, c), v in special]),
        ("Numbers under rules of their own", BROKEN, [(t, c, v.category) for (t, c), v in cards]),
        ("Secrets: never in an answer, never in an export", "", [(t, c, "") for t, c in secrets]),
    ):
        if rows:
            yield Text()
            yield _section(title, style)
            yield _names([f"{t}.{c}" + (f" ({what.replace('_', ' ')})" if what else "") for t, c, what in rows])


def _questions(found: Findings) -> Iterator[RenderableType]:
    if not found.questions:
        return
    yield Text()
    yield _section("To decide", note="what most depends on comes first; --ask walks you through them")
    grid = Grid.grid(padding=(0, 1))
    grid.add_column(justify="right", width=4)
    grid.add_column(ratio=1)
    for number, one in enumerate(found.questions[:MOST_LISTED], 1):
        grid.add_row(Text(f"{number}.", ACCENT), Text(clean(one.text)))
    yield grid
    yield from _more(len(found.questions) - MOST_LISTED)


def _unseen(found: Findings, schema: Schema) -> Iterator[RenderableType]:
    said = [f"{clean(what)}: not visible to this account" for what in found.not_visible]
    views = [t.name for t in schema.tables.values() if t.view]
    secured = [t.name for t in schema.tables.values() if t.row_security]
    said += [f"{clean(table)}: {clean(why)}" for table, why in list(found.refused.items())[:MOST_LISTED]]
    if len(found.refused) > MOST_LISTED:
        said.append(f"and {len(found.refused) - MOST_LISTED} more tables that could not be read")
    if views:
        said.append(f"{_count(len(views), 'view')}: read by name only, their tables are looked at")
    if secured:
        said.append(f"{_count(len(secured), 'table')} with row security: may hold rows this account does not see")
    if said:
        yield Text()
        yield _section("Not seen")
        yield from (Text(f"  {line}", QUIET) for line in said)


# ------------------------------------------------------------------------------------------------ pieces


def _section(title: str, style: str = "", note: str = "") -> RenderableType:
    return Text.assemble((title, style or STRONG), (f"  {note}" if note else "", QUIET))


def _grid() -> Grid:
    grid = Grid.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, min_width=28, max_width=40, overflow="ellipsis")
    grid.add_column(justify="right", width=11, no_wrap=True)
    grid.add_column(ratio=1)
    return grid


def _rows(rows: Iterable[tuple[str, str, str, str]]) -> RenderableType:
    grid = Grid.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True, width=43, overflow="ellipsis")
    grid.add_column(justify="right", width=11, no_wrap=True)
    grid.add_column(ratio=1)
    for mark, name, size, what in rows:
        red = mark.strip() == "!"
        grid.add_row(Text.assemble((mark, BROKEN if red else QUIET), clean(name)), Text(size), Text(clean(what), QUIET))
    return grid


def _names(names: Sequence[str]) -> RenderableType:
    shown = [clean(name) for name in names[: 3 * MOST_LISTED]]
    more = len(names) - len(shown)
    return Text("  " + " · ".join(shown) + (f" · and {more} more" if more > 0 else ""))


def _more(left: int) -> Iterator[RenderableType]:
    if left > 0:
        yield Text(f"    and {left} more in the map", QUIET)


def _size(found: Findings, table: str) -> str:
    rows, more = found.sizes.get(table, (-1, False))
    return "" if rows < 0 else f"{rows:,}{'+' * more} row{'' if rows == 1 else 's'}"


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def _local(table: str) -> str:
    return table.partition(".")[2]
