"""The promises with their proof, the evidence, and who looked at whom."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_POST

from waarborg.board.model import WORST, Shown, Standing
from waarborg.board.proofs import board, counted
from waarborg.cli.project import Project
from waarborg.cli.promises import gather
from waarborg.errors import Finding, WaarborgError
from waarborg.evidence.audit import audit
from waarborg.office import engine
from waarborg.office.console.staff import Desk, page
from waarborg.office.look.heroes import Proof
from waarborg.office.people.models import Look
from waarborg.policy.walk import entries

FRESH = timedelta(minutes=10)
"""How long a board is good: it counts rows in the controller's databases."""
STATES = {
    Standing.KEPT: "proven",
    Standing.BROKEN: "broken",
    Standing.ATTESTED: "attested",
    Standing.NOT_SHOWN: "waiting",
}
PER_PAGE = 100


@page("see_promises")
def promises(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Every promise of the policy, the broken ones first, each with what shows it."""
    shown, findings = standing(desk)
    number = counted(shown)
    context = {
        "counts": [(STATES[one], number[one]) for one in WORST],
        "proofs": [proof_of(one, desk) for one in sorted(shown, key=lambda one: WORST.index(one.standing))],
        "findings": findings,
    }
    return desk.show(request, "promises", "promises", context)


def standing(desk: Desk) -> tuple[tuple[Shown, ...], tuple[Finding, ...]]:
    """The board, at most ten minutes old; or what is in its way."""
    key = f"board:{desk.tenant.slug}"
    known: tuple[Shown, ...] | None = cache.get(key)
    if known is not None:
        return known, ()
    from dataclasses import replace

    try:
        with Project(Path(desk.tenant.folder), clock=engine.clock()) as project:
            facts = gather(project)
    except WaarborgError as error:
        return (), tuple(error.findings)
    with engine.door(desk.tenant).read() as state:
        facts = replace(
            facts,
            evidence=tuple(state.log().entries()),
            attestations=state.attestations.latest(),
            notifications=tuple(state.notifications.all()),
        )
    shown = tuple(board(facts))
    cache.set(key, shown, FRESH.total_seconds())
    return shown, ()


def proof_of(one: Shown, desk: Desk) -> Proof:
    """A promise for the page: in the words of the policy, with the check and its evidence."""
    verdict = one.verdict
    return Proof(
        promise=said(one, desk),
        state=STATES[one.standing],
        at=verdict.until,
        how=verdict.why,
        entry=one.promise.path,
        evidence=verdict.entries[-1] if verdict.entries else None,
        notes=tuple(f"{finding.id} {finding.what}" for finding in one.findings),
    )


def said(one: Shown, desk: Desk) -> str:
    """What kind of promise it is, and about what: in the words that the policy has for the entry."""
    entry = next((found for path, found in entries(desk.policy) if path == one.promise.path), None)
    label = getattr(entry, "label", None)
    name = label.say(desk.say.language) if label else str(getattr(entry, "name", "") or one.promise.path)
    return f"{desk.say(f'console.kind.{one.promise.kind}')}: {name}"


@page("see_evidence")
def evidence(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The last entries, and on demand the whole log verified."""
    report = None
    with engine.door(desk.tenant).read() as state:
        log = state.log()
        tip = log.tip()
        key = state.vault.signing_key(at=engine.now()).public
        if request.method == "POST":
            report = audit(log.lines(), keys=[key])
        last = list(log.entries(max(0, tip.size - PER_PAGE), tip.size))[::-1]
    context = {"entries": last, "size": tip.size, "key": key, "report": report}
    return desk.show(request, "evidence", "evidence", context)


@require_POST
@page("export_evidence")
def export(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """The log as a file that anybody can verify without us."""
    with engine.door(desk.tenant).read() as state:
        lines = list(state.log().lines())
    response = StreamingHttpResponse((line + b"\n" for line in lines), content_type="application/x-ndjson")
    response["Content-Disposition"] = f'attachment; filename="{desk.tenant.slug}-evidence.jsonl"'
    return response


@page("see_looks")
def looks(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Who of the staff looked at a person's data, newest first; the person sees the same of their own."""
    rows = Look.objects.filter(tenant=desk.tenant).select_related("account").order_by("-at")
    here = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    ids = {one.request for one in here if one.request}
    from waarborg.office.requests.models import SubjectRequest

    numbers = dict(SubjectRequest.objects.filter(tenant=desk.tenant, pk__in=ids).values_list("pk", "number"))
    context = {
        "here_page": here,
        "rows": [(one, numbers.get(one.request or UUID(int=0), "")) for one in here],
    }
    return desk.show(request, "looks", "people", context)
