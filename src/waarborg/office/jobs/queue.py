"""The queue: rows with a lease. What is enqueued in a transaction is done at least once, or shown as dead.

    @job("requests.prepare")                       # the allow-list: a row with another name is never run
    def prepare(tenant, request): …                # arguments are ids (WB930 otherwise), and every job converges

    enqueue("requests.prepare", {"request": str(id)}, tenant=tenant, unique="prepare:…")
    raise Later(minutes=5, error="WB423")          # not a failure: wait, and come back

A worker claims a row by putting its token on it until the lease ends, and keeps the lease by a heartbeat. A worker that
was killed lets its lease run out, and another claims the row; the finishing update is filtered by the token, so whoever
lost the lease changes nothing. Tries are counted at the claim: a job that kills its worker ends as `dead` too.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from waarborg.errors import WaarborgError
from waarborg.office import engine
from waarborg.office.errors import JobError
from waarborg.office.jobs.models import Job

if TYPE_CHECKING:
    from waarborg.office.people.models import Tenant

LEASE = timedelta(seconds=45)
"""How long a claim holds without a sign of life; the heartbeat comes at a third of it."""
MOST = 8
"""Tries before a job is dead: about an hour of backing off."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=1)
KEPT = timedelta(days=30)
"""How long a job that was done stays in the table."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._-]{0,79}")

Handler = Callable[..., object]
JOBS: dict[str, Handler] = {}
"""The allow-list: what a row may name."""


@dataclass(frozen=True, slots=True)
class Cron:
    """A job that comes back by itself: once in every slot of this length, for each tenant."""

    name: str
    every: timedelta


CRON: list[Cron] = []


class Later(Exception):
    """A job waits for something: it comes back after this time, and the try does not count."""

    def __init__(self, error: str = "", **parts: float) -> None:
        super().__init__(error)
        self.error, self.after = error, timedelta(**parts)


def job(name: str, every: timedelta | None = None) -> Callable[[Handler], Handler]:
    """Put a function on the allow-list; with `every`, let it come back by itself for each tenant."""

    def listed(function: Handler) -> Handler:
        JOBS[name] = function
        if every is not None and all(one.name != name for one in CRON):
            CRON.append(Cron(name, every))
        return function

    return listed


def now() -> datetime:
    """The database's clock where several hosts share one, so that a lease means the same to all of them."""
    if getattr(settings, "WAARBORG_CLOCK", None) is None and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            found: datetime = cursor.fetchone()[0]
            return found
    return engine.now()


def enqueue(
    name: str,
    arguments: Mapping[str, Any] | None = None,
    *,
    tenant: Tenant | None = None,
    unique: str | None = None,
    run_at: datetime | None = None,
) -> Job:
    """Put a job in the queue, in the transaction that is open. With `unique` there is one under this key, for ever.

    Raises `JobError` WB930 for a name that is not on the list, or an argument that is not an id.
    """
    given = dict(arguments or {})
    if name not in JOBS or not all(isinstance(one, int) or _ID.fullmatch(str(one)) for one in given.values()):
        raise JobError.one(
            "WB930",
            "This job is not on the list, or one of its arguments is not an id.",
            "Rows of the queue are read by many, so nothing of a person stands in them.",
            "Register the job with @job, and hand over ids.",
        )
    at = now()
    row = {"name": name, "arguments": given, "tenant": tenant, "run_at": run_at or at, "made_at": at}
    if unique is None:
        return Job.objects.create(**row)
    made, _ = Job.objects.get_or_create(unique=unique[:160], defaults=row)
    return made


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this worker may do as long as its lease holds."""

    job: Job
    token: str


def claim() -> Claim | None:
    """The next job that is due, or whose worker gave no sign of life; None where there is nothing to do."""
    at = now()
    due = Q(state=Job.State.WAITING, run_at__lte=at) | Q(state=Job.State.RUNNING, leased_until__lt=at)
    while True:
        with transaction.atomic():
            rows = Job.objects.filter(due).order_by("run_at", "pk")
            if connection.features.has_select_for_update_skip_locked:
                rows = rows.select_for_update(skip_locked=True, of=("self",))
            found = rows.first()
            if found is None:
                return None
            token = secrets.token_hex(16)
            same = Job.objects.filter(pk=found.pk, token=found.token, state=found.state)
            if found.attempts >= MOST:  # each of them was begun and not ended: it kills its worker
                same.update(state=Job.State.DEAD, token="", error=found.error or "WB931", finished_at=at)
                continue
            if same.update(state=Job.State.RUNNING, token=token, attempts=found.attempts + 1, leased_until=at + LEASE):
                found.attempts += 1
                return Claim(found, token)


def beat(claimed: Claim) -> bool:
    """A sign of life: the lease begins again. False where it was lost to another worker."""
    held = Job.objects.filter(pk=claimed.job.pk, token=claimed.token, state=Job.State.RUNNING)
    return bool(held.update(leased_until=now() + LEASE))


def finish(claimed: Claim) -> bool:
    """The job is done. False where the lease was lost: then another does it, and it converges."""
    return _end(claimed, state=Job.State.DONE, finished_at=now(), error="")


def postpone(claimed: Claim, later: Later) -> bool:
    """The job waits for something; the try does not count."""
    return _end(
        claimed,
        state=Job.State.WAITING,
        run_at=now() + later.after,
        attempts=max(claimed.job.attempts - 1, 0),
        error=later.error[:40],
    )


def fail(claimed: Claim, error: BaseException) -> bool:
    """The job went wrong: again after a pause that doubles, or dead after so many tries."""
    id = named(error)
    if claimed.job.attempts >= MOST:
        return _end(claimed, state=Job.State.DEAD, finished_at=now(), error=id)
    return _end(claimed, state=Job.State.WAITING, run_at=now() + pause(claimed.job.attempts), error=id)


def _end(claimed: Claim, **fields: object) -> bool:
    held = Job.objects.filter(pk=claimed.job.pk, token=claimed.token, state=Job.State.RUNNING)
    return bool(held.update(token="", leased_until=None, **fields))


def pause(attempts: int) -> timedelta:
    """How long to wait after so many tries: doubling up to an hour, give or take a quarter."""
    longest = min(FIRST_PAUSE.total_seconds() * 2 ** min(attempts, 12), LONGEST_PAUSE.total_seconds())
    return timedelta(seconds=longest * (0.75 + secrets.randbelow(500) / 1000))


def named(error: BaseException) -> str:
    """What stands in the row: the id of the first finding, or the kind of exception. Never a message."""
    if isinstance(error, WaarborgError) and error.findings:
        return error.findings[0].id
    return type(error).__name__[:40]


def requeue(dead: Job) -> None:
    """Somebody looked at a dead job and lets it run again. Raises `JobError` WB932 where it is not dead."""
    fields = {"state": Job.State.WAITING, "attempts": 0, "run_at": now(), "finished_at": None}
    if not Job.objects.filter(pk=dead.pk, state=Job.State.DEAD).update(**fields):
        raise JobError.one("WB932", "This job is not dead.", "", "Only a dead job is put back in the queue.")


def plan_cron(tenants: list[Tenant]) -> None:
    """Enqueue what comes back by itself, once for each slot, whoever of the workers is first."""
    at = now()
    for one in CRON:
        slot = int(at.timestamp() // one.every.total_seconds())
        for tenant in tenants:
            enqueue(one.name, tenant=tenant, unique=f"{one.name}:{tenant.slug}:{slot}")


def tidy() -> int:
    """Take away jobs that were done long ago; the dead stay until somebody looks."""
    gone, _ = Job.objects.filter(state=Job.State.DONE, finished_at__lt=now() - KEPT).delete()
    return gone
