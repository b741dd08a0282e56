"""What people would rather look at: the data map, and the calendar of what goes when."""

from __future__ import annotations

from datetime import timedelta

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from waarborg.datamap.draw import draw
from waarborg.errors import WaarborgError
from waarborg.office import engine
from waarborg.office.console.staff import Desk, page
from waarborg.plans import calendar
from waarborg.plans.forecast import Falls, forecast
from waarborg.plans.sweeper import Sweeper

FRESH = timedelta(minutes=10)
"""How long a forecast is good: it counts rows in the controller's databases."""


@page("see_plan")
def data_map(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The map, drawn, and its tables with the data they hold; one table in full where it was clicked."""
    datamap = engine.datamap_of(desk.tenant)
    name = request.GET.get("table", "")
    tables = [(one, sorted({c.category for c in decl.columns.values()})) for one, decl in datamap.tables.items()]
    chosen = datamap.tables.get(name)
    rules = rules_of(desk, name) if chosen else []
    context = {"tables": tables, "chosen": chosen, "name": name, "rules": rules, "stores": datamap.stores}
    return desk.show(request, "map", "map", context)


def rules_of(desk: Desk, table: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """The retention rules that reach a table's data: path, term in words, promises."""
    datamap = engine.datamap_of(desk.tenant)
    categories = {c.category for c in datamap.tables[table].columns.values()}
    found = []
    for id, rule in desk.policy.retention.items():
        if any(category == data or category.startswith(f"{data}.") for data in rule.data for category in categories):
            found.append((f"retention.{id}", str(rule.period or ""), tuple(rule.promises)))
    return found


@page("see_plan")
def map_svg(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The picture; a table leads to its page."""
    return svg(draw(engine.datamap_of(desk.tenant), href=lambda table: f"map?table={table}"))


@page("see_plan")
def retention(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What goes when, how many rows, by which rule; a rule that never ran waits for a person."""
    falls, error = falling(desk)
    months = calendar.months_from(desk.today, 12)
    rows = [(one, [one.months.get(month, 0) for month in months]) for one in falls]
    return desk.show(request, "retention", "retention", {"rows": rows, "months": months, "findings": error})


@page("see_plan")
def retention_svg(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The calendar as a picture."""
    falls, _ = falling(desk)
    return svg(calendar.svg(falls, desk.today))


def falling(desk: Desk) -> tuple[tuple[Falls, ...], tuple[object, ...]]:
    """The forecast, at most ten minutes old; or what is in its way."""
    key = f"forecast:{desk.tenant.slug}:{desk.today}"
    known: tuple[Falls, ...] | None = cache.get(key)
    if known is not None:
        return known, ()
    try:
        with engine.opened(desk.tenant) as opened:
            falls = forecast(Sweeper(opened.work.planner), engine.now())
    except WaarborgError as error:
        return (), tuple(error.findings)
    cache.set(key, falls, FRESH.total_seconds())
    return falls, ()


def svg(text: str) -> HttpResponse:
    """A picture of ours: it brings its own colours, and runs nothing."""
    response = HttpResponse(text, content_type="image/svg+xml")
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response
