"""The first screen: what needs somebody today, in the order of the law's clocks. Every number opens its list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from waarborg.office import engine
from waarborg.office.console.staff import Desk, entrance, page, spoken
from waarborg.office.jobs.models import Job
from waarborg.office.look.drawn import clock_for
from waarborg.office.look.words import words
from waarborg.office.people.models import Account
from waarborg.office.people.roles import visible
from waarborg.office.requests import clock
from waarborg.office.requests.life import ENDED, State
from waarborg.office.requests.models import Task


@dataclass(frozen=True, slots=True)
class Number:
    """One number of the first screen, and where its list is."""

    key: str
    count: int
    link: str
    grave: bool = False
    """Broken or overdue: the only thing that is red."""


@never_cache
def choose(request: HttpRequest) -> HttpResponse:
    """The deployments somebody works for; straight to the only one."""
    if refused := entrance(request):
        return refused
    account = cast(Account, request.user)
    request.say = words(spoken(account))  # type: ignore[attr-defined]
    own = list(account.memberships.select_related("tenant").order_by("tenant__slug"))
    if len(own) == 1:
        return redirect("console:home", tenant=own[0].tenant.slug)
    named = [(one, engine.policy_of(one.tenant).controller.name) for one in own]
    return render(request, "console/choose.html", {"own": named})


@page()
def home(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Clocks, what waits for a decision, what is stuck, and the last signed evidence."""
    nearest = visible(desk.by).exclude(state__in=ENDED).filter(paused_at=None).order_by("due_on")[:5]
    context = {
        "clocks": clocks(desk),
        "stuck": stuck(desk),
        "nearest": [(one, clock_for(one, desk.policy)) for one in nearest],
        "evidence": last_head(desk) if desk.may("see_evidence") else None,
        "stopped": desk.tenant.stopped_at,
    }
    return desk.show(request, "home", "home", context)


def clocks(desk: Desk) -> list[Number]:
    """The requests by what they wait for. One query over an index."""
    today = desk.today
    soon = today + timedelta(days=clock.SOON)
    running = Q(paused_at=None)
    found = visible(desk.by).exclude(state__in=ENDED)
    counted: dict[str, int] = found.aggregate(
        overdue=Count("pk", filter=running & Q(due_on__lt=today)),
        soon=Count("pk", filter=running & Q(due_on__gte=today, due_on__lte=soon)),
        review=Count("pk", filter=Q(state=State.IN_REVIEW)),
        identity=Count("pk", filter=Q(state__in=(State.RECEIVED, State.IDENTITY))),
        paused=Count("pk", filter=Q(paused_at__isnull=False)),
        open=Count("pk"),
    )
    return [_number(desk, key, counted[key]) for key in ("overdue", "soon", "review", "identity", "paused", "open")]


def _number(desk: Desk, key: str, count: int) -> Number:
    link = f"{reverse('console:queue', kwargs={'tenant': desk.tenant.slug})}?show={key}"
    return Number(key, count, link, grave=key == "overdue" and count > 0)


def stuck(desk: Desk) -> list[Number]:
    """What does not go on by itself: a store that is down, a job that died, a recipient that does not answer."""
    place = reverse("console:work", kwargs={"tenant": desk.tenant.slug})
    delayed = visible(desk.by).filter(delayed_at__isnull=False).exclude(state__in=ENDED).count()
    tasks = Task.objects.filter(request__in=visible(desk.by)).exclude(state="confirmed")
    late = tasks.filter(due_on__lt=desk.today).count()
    dead = Job.objects.filter(tenant=desk.tenant, state=Job.State.DEAD).count()
    return [
        Number("delayed", delayed, _number(desk, "delayed", delayed).link, delayed > 0),
        Number("dead", dead, f"{place}#dead", dead > 0),
        Number("late_tasks", late, f"{place}#tasks", late > 0),
        Number("tasks", tasks.count(), f"{place}#tasks"),
    ]


def last_head(desk: Desk) -> dict[str, Any]:
    """The last signed head of the evidence: how many entries, and when it was signed."""
    with engine.door(desk.tenant).read() as state:
        tip = state.log().tip()
    return {"size": tip.size, "at": tip.at}
