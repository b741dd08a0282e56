"""The data map as a picture (SVG): stores as lanes, people at the left, what leads to them growing to the right.

One file without scripts, fonts or addresses of others; follows the reader's light or dark scheme; prints. Every table
tells its sentences (`explain`) to whoever points at it or hears it read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from xml.sax.saxutils import escape, quoteattr

from waarborg.datamap.explain import explain
from waarborg.datamap.graph import Graph, ownership
from waarborg.datamap.layout import Box, Bracket, Lane, Picture, Wire, lay_out, shortened
from waarborg.datamap.model import DataMap
from waarborg.terms import LinkKind

STYLE = """
svg { background: var(--paper); color-scheme: light dark;
  --paper: #fdfcf9; --ink: #1b1e22; --soft: #59616b; --line: #8b929b; --hair: #dedbd3; --box: #ffffff;
  --accent: #17508c; --tint: #e7eff8; --red: #b3261e; --blush: #fdf0ee; }
@media (prefers-color-scheme: dark) { svg {
  --paper: #14171b; --ink: #e9e7e2; --soft: #a2abb5; --line: #717a85; --hair: #2c3138; --box: #1b1f24;
  --accent: #93bff0; --tint: #1b2d42; --red: #ff8f85; --blush: #331b1a; } }
@media print { svg { --paper: #ffffff; } }
text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
  font-size: 13px; fill: var(--ink); font-variant-numeric: tabular-nums; }
.title { font-size: 22px; font-weight: 600; } .sum, .note, .cap { fill: var(--soft); }
.sum { font-size: 14px; } .note { font-size: 12.5px; } .cap { font-size: 12.5px; }
.store { font-size: 16px; font-weight: 600; } .also { font-size: 10.5px; fill: var(--soft); }
.hair { stroke: var(--hair); } .wire { fill: none; stroke: var(--line); stroke-width: 1.4; }
.about { stroke-dasharray: 6 4; } .visible_to { stroke-dasharray: 1.2 4; stroke-linecap: round; stroke-width: 1.8; }
.organisation { stroke-dasharray: 10 3 1.5 3; }
rect.box { fill: var(--box); stroke: var(--hair); } rect.people { fill: var(--tint); stroke: var(--accent); }
text.people { fill: var(--accent); font-weight: 600; } rect.elsewhere { fill: none; stroke: var(--accent);
  stroke-dasharray: 3 3; } text.elsewhere { fill: var(--accent); }
rect.nobody, rect.unmapped { fill: var(--blush); stroke: var(--red); }
text.nobody, text.unmapped, .bad { fill: var(--red); } rect.unlinked { stroke-dasharray: 2 3; }
a:hover rect, a:focus rect { stroke: var(--accent); stroke-width: 2; } .tip { fill: var(--line); }
"""
LEGEND = (
    (LinkKind.BELONGS_TO, "belongs to"),
    (LinkKind.ABOUT, "describes or mentions"),
    (LinkKind.VISIBLE_TO, "can be seen by"),
    (LinkKind.ORGANISATION, "acts for an organisation"),
)
FOOT = 62
RED = ("nobody", "unmapped")


def draw(
    datamap: DataMap,
    unmapped: Collection[str] = (),
    title: str = "Whose data is where",
    href: Callable[[str], str] | None = None,
) -> str:
    """The picture as SVG text. `unmapped` names tables nobody has decided about; `href` gives a table its address."""
    picture, graph = lay_out(datamap, unmapped), ownership(datamap)
    width, height = round(picture.width), round(picture.height + FOOT)
    summary = _summary(datamap, picture, graph)
    role = "group" if href else "img"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="{role}" aria-labelledby="wb-title wb-desc">',
        f'<title id="wb-title">{_safe(title)}</title>',
        f'<desc id="wb-desc">{_safe(summary)} People stand at the left, what leads to them at the right.</desc>',
        f"<style>{STYLE}</style>",
        f'<text class="title" x="28" y="46">{_safe(title)}</text>',
        f'<text class="sum" x="28" y="70">{_safe(summary)}</text>',
        *(_lane(lane, datamap, width) for lane in picture.lanes),
        *(_wire(wire) for wire in picture.wires),
        *(_bracket(bracket) for bracket in picture.brackets),
        *(f'<text class="cap" x="{x:g}" y="{y:g}">{_safe(words)}</text>' for x, y, words in picture.captions),
        *(_box(box, datamap, graph, href) for box in picture.boxes),
        _legend(picture, width),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _summary(datamap: DataMap, picture: Picture, graph: Graph) -> str:
    stores = len(picture.lanes)
    said = [
        f"{len(datamap.tables)} tables in {stores} store{'' if stores == 1 else 's'}",
        f"{len(graph.people)} with people",
    ]
    for role, words in (("nobody", "leading to nobody"), ("unmapped", "not in the map")):
        count = sum(box.role == role for box in picture.boxes)
        said += [f"{count} {words}"] if count else []
    return ", ".join(said) + "."


def _safe(text: str) -> str:
    return escape("".join(char if char.isprintable() else "�" for char in text))


def _lane(lane: Lane, datamap: DataMap, width: int) -> str:
    store = datamap.stores.get(lane.store)
    facts = [store.kind, store.region] if store else []
    words = " · ".join([*(fact for fact in facts if fact), f"{lane.tables} table{'' if lane.tables == 1 else 's'}"])
    y = lane.y
    return (
        f'<line class="hair" x1="28" x2="{width - 28}" y1="{y:g}" y2="{y:g}"/>'
        f'<text x="28" y="{y + 27:g}"><tspan class="store">{_safe(lane.store)}</tspan>'
        f'<tspan class="note" dx="10">{_safe(words)}</tspan></text>'
    )


def _wire(wire: Wire) -> str:
    """Out of a box, down the gutter, into the next: straight lines with round corners, sharing their first part."""
    tip = f'<path class="tip" d="M{wire.x1 + 1:g} {wire.y1:g}l7 -3.5v7z"/>'
    if abs(wire.y1 - wire.y2) < 1:
        path = f"M{wire.x1 + 7:g} {wire.y1:g}H{wire.x2:g}"
    else:
        path = f"M{wire.x1 + 7:g} {wire.y1:g}H{wire.trunk - 7:g}q7 0 7 7V{wire.y2 - 7:g}q0 7 7 7H{wire.x2:g}"
    return f'{tip}<path class="wire {wire.kind}" d="{path}"/>'


def _bracket(one: Bracket) -> str:
    return f'<path class="wire {one.kind}" d="M{one.x + 6:g} {one.y1:g}H{one.x:g}V{one.y2:g}H{one.x + 6:g}"/>'


def _box(box: Box, datamap: DataMap, graph: Graph, href: Callable[[str], str] | None) -> str:
    sentences = (
        explain(datamap, box.table, graph) if box.table in datamap.tables else ("This table is not in the map.",)
    )
    inner = box.width - 16
    style = box.role if box.role != "table" else ""
    base = box.y + (15 if box.also else box.height / 2 + 4.5)
    label = shortened(box.label, inner, 14 if box.role == "people" else 13)
    at = f'x="{box.x + 0.5:g}" y="{box.y + 0.5:g}" width="{box.width:g}" height="{box.height:g}"'
    shapes = [
        f"<title>{_safe(box.table)}\n{_lines(sentences)}</title>",
        f'<rect class="box {style}" {at} rx="4"/>',
        f'<text class="{style}" x="{box.x + 10:g}" y="{base:g}">{_safe(label)}</text>',
    ]
    if box.also:
        words = shortened(box.also, inner, 10.5)
        shapes.append(f'<text class="also" x="{box.x + 10:g}" y="{box.y + 28:g}">{_safe(words)}</text>')
    group = f"<g>{''.join(shapes)}</g>"
    return f"<a href={quoteattr(href(box.table))}>{group}</a>" if href else group


def _lines(sentences: Collection[str]) -> str:
    return "\n".join(_safe(sentence) for sentence in sentences)


def _legend(picture: Picture, width: int) -> str:
    """What lines and colours mean; only what occurs."""
    y = picture.height + 30
    parts = [f'<line class="hair" x1="28" x2="{width - 28}" y1="{picture.height:g}" y2="{picture.height:g}"/>']
    x = 28.0
    parts.append(f'<rect class="box people" x="{x}" y="{y - 9}" width="22" height="14" rx="3"/>')
    parts.append(f'<text class="note" x="{x + 30}" y="{y + 2.5}">people</text>')
    x += 92
    used = {wire.kind for wire in picture.wires}
    for kind, words in LEGEND:
        if kind in used:
            parts.append(f'<path class="wire {kind}" d="M{x:g} {y - 2:g}h34"/>')
            parts.append(f'<text class="note" x="{x + 42:g}" y="{y + 2.5:g}">{words}</text>')
            x += 42 + 7 * len(words) + 22
    if any(box.role in RED for box in picture.boxes):
        parts.append(f'<rect class="box nobody" x="{x:g}" y="{y - 9:g}" width="22" height="14" rx="3"/>')
        parts.append(f'<text class="note" x="{x + 30:g}" y="{y + 2.5:g}">undecided</text>')
    return "".join(parts)
