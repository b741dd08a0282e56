"""The jobs of requests, on the allow-list. Arguments are ids; each job converges."""

from __future__ import annotations

from datetime import timedelta

from waarborg.office import engine
from waarborg.office.jobs.queue import job
from waarborg.office.people.models import Tenant
from waarborg.office.requests import carry, handover
from waarborg.office.requests.models import Arrival

job("requests.look")(carry.look)
job("requests.look_again")(carry.look_again)
job("requests.prepare")(carry.prepare)
job("requests.begin")(carry.begin)
job("requests.apply")(carry.apply)
job("requests.after")(carry.after)


@job("requests.tidy", every=timedelta(hours=1))
def tidy(tenant: Tenant) -> None:
    """What has had its term goes: packages, codes, hand-overs, arrivals, files of requests."""
    carry.tidy(tenant)
    handover.forget(tenant, engine.now())
    Arrival.objects.filter(tenant=tenant, at__lt=engine.now() - timedelta(days=1)).delete()
