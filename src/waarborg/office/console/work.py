"""What goes on behind the requests: jobs that died, what is to be done outside, and the emergency stop."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from waarborg.office import engine
from waarborg.office.console.staff import Desk, page
from waarborg.office.jobs.models import Job
from waarborg.office.jobs.queue import requeue
from waarborg.office.people import tenants
from waarborg.office.people.roles import require, visible
from waarborg.office.requests.models import Task


@page()
def work(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Dead jobs, tasks outside that were not confirmed, and whether the stop is pulled."""
    jobs = Job.objects.filter(tenant=desk.tenant)
    tasks = Task.objects.filter(request__in=visible(desk.by)).exclude(state="confirmed").select_related("request")
    context = {
        "dead": jobs.filter(state=Job.State.DEAD).order_by("-finished_at")[:100],
        "waiting": jobs.filter(state__in=(Job.State.WAITING, Job.State.RUNNING)).count(),
        "tasks": [(one, one.due_on < desk.today) for one in tasks.order_by("due_on")[:100]],
        "stopped": desk.tenant.stopped_at,
        "may_stop": desk.may("stop"),
        "may_lift": desk.may("lift_stop"),
        "may_requeue": desk.may("requeue"),
    }
    return desk.show(request, "work", "work", context)


@require_POST
@page()
def do(request: HttpRequest, desk: Desk, name: str) -> HttpResponse:
    """Pull or lift the emergency stop, or let a dead job run again."""
    if name == "stop":
        require(desk.by, "stop")
        tenants.stop(desk.tenant, engine.now())
    elif name == "lift":
        require(desk.by, "lift_stop")
        tenants.stop(desk.tenant, None)
    elif name == "requeue":
        require(desk.by, "requeue")
        row = Job.objects.filter(tenant=desk.tenant, pk=_number(request)).first()
        if row is None:
            raise Http404
        requeue(row)
    else:
        raise Http404
    return redirect("console:work", tenant=desk.tenant.slug)


def _number(request: HttpRequest) -> int:
    try:
        return int(request.POST.get("job", ""))
    except ValueError:
        raise Http404 from None
