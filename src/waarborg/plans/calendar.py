"""The retention calendar: what goes in which month, as a picture (SVG) and as text. Drawn like the data map."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import sqrt
from xml.sax.saxutils import escape

from waarborg.clock import add_months
from waarborg.datamap.draw import STYLE
from waarborg.plans.forecast import Falls

LEFT, STEP, ROW, TOP, HIGH = 300, 58, 46, 118, 26
"""Pixels: the labels' width, a month's width, a line's height, where lines begin, the tallest bar."""


def months_from(today: date, count: int) -> list[date]:
    """The first days of so many months, the present one first."""
    return [add_months(today.replace(day=1), number) for number in range(count)]


def text(falls: Sequence[Falls], today: date, count: int = 12) -> str:
    """The calendar as lines of text, the months in columns."""
    months = months_from(today, count)
    width = max([len(_label(one)) for one in falls], default=10)
    lines = [" " * width + "".join(f"{month:%y-%m}".rjust(9) for month in months) + "    later  never"]
    for one in falls:
        cells = "".join((f"{one.months[m]:,}" if m in one.months else "·").rjust(9) for m in months)
        lines.append(f"{_label(one):<{width}}{cells}{_later(one, months):>9,}{one.undated:>7,}")
    return "\n".join(lines) + "\n"


def svg(falls: Sequence[Falls], today: date, count: int = 12, title: str = "What goes when") -> str:
    """The calendar as a picture: a line for each rule and table, a bar for each month, as high as rows go then."""
    months = months_from(today, count)
    width, height = LEFT + STEP * (count + 2) + 28, TOP + ROW * max(len(falls), 1) + 52
    most = max((rows for one in falls for rows in one.months.values()), default=1)
    total = sum(rows for one in falls for month, rows in one.months.items() if month <= months[-1])
    says = f"{total:,} rows or parts of rows fall due from {months[0]:%B %Y} to {months[-1]:%B %Y}."
    heads = "".join(
        f'<text class="note" text-anchor="middle" x="{_x(number) + STEP / 2:g}" y="{TOP - 14}">{month:%b}'
        f"{f' {month:%Y}' if month.month == 1 or not number else ''}</text>"
        for number, month in enumerate(months)
    )
    heads += _note(count, TOP - 14, "later") + _note(count + 1, TOP - 14, "no date")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'role="img" aria-labelledby="wb-title wb-desc">',
        f'<title id="wb-title">{escape(title)}</title><desc id="wb-desc">{escape(says)}</desc>',
        f"<style>{STYLE}.bar {{ fill: var(--accent); }} .first {{ fill: var(--tint); }}</style>",
        f'<rect class="first" x="{LEFT}" y="{TOP - 34}" width="{STEP}" height="{height - TOP}"/>',
        f'<text class="title" x="28" y="46">{escape(title)}</text>',
        f'<text class="sum" x="28" y="70">{escape(says)}</text>',
        heads,
        *(_line(number, one, months, most) for number, one in enumerate(falls)),
        f'<text class="cap" x="28" y="{height - 18}">'
        "The first month holds what is due already. Rows that hang on others"
        " and go along with them are not counted.</text>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _line(number: int, one: Falls, months: Sequence[date], most: int) -> str:
    base = TOP + ROW * number + 34
    parts = [
        f'<line class="hair" x1="28" x2="{_x(len(months) + 2)}" y1="{base + 6}" y2="{base + 6}"/>',
        f'<text x="28" y="{base - 14}">{escape(one.table)}</text>',
        f'<text class="also" x="28" y="{base}">{escape(_under(one))}</text>',
    ]
    for place, month in enumerate(months):
        rows = one.months.get(month, 0)
        if rows:
            high = max(2.0, HIGH * sqrt(rows / most))
            middle = _x(place) + STEP / 2
            parts.append(
                f"<g><title>{month:%B %Y}: {rows:,}</title>"
                f'<rect class="bar" x="{middle - 9:g}" y="{base + 6 - high:g}" '
                f'width="18" height="{high:g}" rx="2"/><text class="also" text-anchor="middle" x="{middle:g}" '
                f'y="{base + 2 - high:g}">{_short(rows)}</text></g>'
            )
    for place, rows in ((len(months), _later(one, months)), (len(months) + 1, one.undated)):
        parts.append(_note(place, base, _short(rows) if rows else "·"))
    return "".join(parts)


def _x(place: int) -> int:
    return LEFT + STEP * place


def _note(place: int, y: int, words: str) -> str:
    return f'<text class="note" text-anchor="middle" x="{_x(place) + STEP / 2:g}" y="{y}">{words}</text>'


def _later(one: Falls, months: Sequence[date]) -> int:
    return sum(rows for month, rows in one.months.items() if month > months[-1])


def _label(one: Falls) -> str:
    return f"{one.rule}  {one.table}" + (f" ({', '.join(one.columns)})" if one.columns else "")


def _under(one: Falls) -> str:
    names = f" · {', '.join(one.columns)}" if one.columns else ""
    words = f"{one.rule}{names}"
    return words if len(words) <= 48 else f"{words[:47]}…"


def _short(rows: int) -> str:
    """A number that fits over a bar: 950, 12k, 1.2m."""
    if rows < 10_000:
        return f"{rows:,}"
    return f"{rows / 1_000_000:.1f}m" if rows >= 1_000_000 else f"{rows // 1000}k"
