"""What the office tells about itself: lines of JSON without personal data, and numbers for whoever watches.

A line holds when, how grave, which logger, a text of ours, and words from a list (`WORDS`). Texts of others are
written as they stand in their code, without what would be filled in; an exception is its kind and the places it passed,
without its message: either could hold a value. Addresses are logged as routes, `/<tenant>/<lang>/status/<token>`, and
never as they came.
"""

from __future__ import annotations

import json
import logging
import logging.config
import os
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from ipaddress import ip_address
from secrets import compare_digest

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

WORDS = ("job", "error", "attempts", "tenant", "route", "method", "status", "ms", "count", "state", "store")
"""What may be said beside the text: declared words, ids of errors, and numbers."""

ANSWERED = Counter("waarborg_http_answers", "Answers given.", ["method", "route", "status"])
SECONDS = Histogram(
    "waarborg_http_seconds", "How long answers took.", ["route"], buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10)
)

log = logging.getLogger("waarborg.web")


class Line(logging.Formatter):
    """One record as one line of JSON, with nothing in it that came from outside."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        found: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "says": str(record.msg)[:200] if isinstance(record.msg, str) else type(record.msg).__name__,
        }
        found |= {word: getattr(record, word) for word in WORDS if isinstance(getattr(record, word, None), str | int)}
        if record.exc_info and record.exc_info[0]:
            found["raised"] = record.exc_info[0].__name__
            found["through"] = [
                f"{os.path.basename(frame.filename)}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(record.exc_info[2])[-8:]
            ]
        return json.dumps(found, ensure_ascii=False)


def set_up() -> None:
    """Send every log through `Line` to standard error."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": {"()": Line}},
            "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"handlers": ["out"], "level": "WARNING"},
            "loggers": {
                "waarborg": {"level": "INFO"},
                "django": {"level": "WARNING"},
                "django.request": {"level": "ERROR"},  # what was refused is in our own line already
            },
        }
    )


class Observing:
    """Middleware: one line and some numbers for each answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and tell how it went."""
        began = time.perf_counter()
        response = self._next(request)
        took = time.perf_counter() - began
        match = request.resolver_match
        route = f"/{match.route}" if match else "-"
        if route == "/health":
            return response
        method = request.method if request.method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE") else "OTHER"
        ANSWERED.labels(method, route, response.status_code).inc()
        SECONDS.labels(route).observe(took)
        words = {"route": route, "method": method, "status": response.status_code, "ms": round(took * 1000)}
        log.info("answered", extra=words)
        return response


def metrics(request: HttpRequest) -> HttpResponse:
    """Numbers for Prometheus: to this machine itself, or to whoever has `WAARBORG_METRICS_TOKEN`. Others see 404."""
    if not _may_see(request):
        return HttpResponse(status=404)
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # prometheus_client has no types here
    else:
        registry = REGISTRY
    body = generate_latest(registry) + generate_latest(_state())
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)


def _may_see(request: HttpRequest) -> bool:
    token = os.environ.get("WAARBORG_METRICS_TOKEN", "")
    given = request.headers.get("Authorization", "")
    if token and compare_digest(given, f"Bearer {token}"):
        return True
    near = request.META.get("REMOTE_ADDR", "")
    try:
        here = ip_address(near).is_loopback
    except ValueError:
        here = False
    return here and "X-Forwarded-For" not in request.headers and "Forwarded" not in request.headers


class _State:
    """Numbers from the database, read when they are asked for."""

    def collect(self) -> Iterable[Metric]:
        """Requests, jobs and evidence, by deployment."""
        yield from _requests()
        yield from _jobs()

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: the database is not asked while the process starts."""
        return ()


def _state() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_State())
    return registry


def _requests() -> Iterator[Metric]:
    from django.db.models import Count

    from waarborg.office import engine
    from waarborg.office.requests.life import ENDED
    from waarborg.office.requests.models import SubjectRequest

    by_state = GaugeMetricFamily("waarborg_requests", "Requests by state.", labels=["tenant", "state"])
    rows = SubjectRequest.objects.values_list("tenant__slug", "state").annotate(Count("pk")).order_by()
    for tenant, state, count in rows:
        by_state.add_metric([tenant, state], count)
    yield by_state
    late = GaugeMetricFamily("waarborg_requests_overdue", "Open requests past their due date.", labels=["tenant"])
    running = SubjectRequest.objects.exclude(state__in=ENDED).filter(due_on__lt=engine.now().date())
    for tenant, count in running.values_list("tenant__slug").annotate(Count("pk")).order_by():
        late.add_metric([tenant], count)
    yield late


def _jobs() -> Iterator[Metric]:
    from django.db.models import Count, Min

    from waarborg.office import engine
    from waarborg.office.jobs.models import Job

    by_state = GaugeMetricFamily("waarborg_jobs", "Jobs by state.", labels=["state"])
    for state, count in Job.objects.values_list("state").annotate(Count("pk")).order_by():
        by_state.add_metric([state], count)
    yield by_state
    oldest = Job.objects.filter(state=Job.State.WAITING).aggregate(Min("run_at"))["run_at__min"]
    waits = max(0.0, (engine.now() - oldest).total_seconds()) if oldest else 0.0
    yield GaugeMetricFamily("waarborg_jobs_oldest_seconds", "How long the oldest due job waits.", value=waits)
