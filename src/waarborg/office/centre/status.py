"""Where a request stands, behind a link that can be revoked and needs no login.

The link shows steps, dates, the clock and the plan in categories and counts; what was written, and every file, opens
with a fresh code (`centre.unlocking`). A page is private: no browser keeps it, its address goes nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from waarborg.errors import WaarborgError
from waarborg.office import engine
from waarborg.office.centre import unlocking
from waarborg.office.centre.asking import broken
from waarborg.office.centre.asks import name_of
from waarborg.office.centre.forms import CodeForm, DocumentForm, WriteForm
from waarborg.office.centre.place import Place, closed, page
from waarborg.office.errors import IdentityError, MoveError
from waarborg.office.look.drawn import clock_for, difference_for
from waarborg.office.look.heroes import Difference
from waarborg.office.people.roles import PERSON
from waarborg.office.requests import decide, documents, facts, identity, links, messages, moves, packages
from waarborg.office.requests.life import ENDED, State
from waarborg.office.requests.models import Message, Package, SubjectRequest
from waarborg.plans.sealing import read_plan

STEPS = (
    ("received", ()),
    ("identity", (State.RECEIVED, State.IDENTITY)),
    ("working", (State.VERIFIED, State.IN_REVIEW, State.PASSED_ON)),
    ("carrying", (State.APPROVED, State.APPLYING)),
    ("answered", tuple(ENDED)),
)
"""The steps people see, with the states of a request that belong to each."""
READ = ("note", "letter", "answer", "extension", "refusal", "fee", "asked", "wrote", "mail")
"""Kinds of messages that have a text to read here; the others only carried a link or a code."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step, and whether it is behind us, now, or still to come."""

    name: str
    done: bool
    now: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A message in the list; its text only where the page is unlocked."""

    row: Message
    text: str = ""


def steps_of(request: SubjectRequest) -> list[Step]:
    """The steps of a request; carrying out is one only where something is carried out."""
    shown = [(name, states) for name, states in STEPS if name != "carrying" or request.ask in facts.PLANNED]
    at = next((number for number, (_, states) in enumerate(shown) if request.state in states), 0)
    ended = request.state in ENDED
    return [Step(name, number < at or ended, number == at and not ended) for number, (name, _) in enumerate(shown)]


def plan_of(request: SubjectRequest, place: Place) -> Difference | None:
    """The plan as a difference, where there is one and its request is still open or was just answered."""
    if not request.plan:
        return None
    with engine.door(place.tenant).read() as state:
        if not state.vault.has(f"plan:{request.plan}"):
            return None
        plan = read_plan(state.plans.open(request.plan))
    done = request.state == State.ANSWERED
    return difference_for(plan, engine.policy_of(place.tenant), engine.datamap_of(place.tenant), place.say, done=done)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@page
def status(request: HttpRequest, place: Place, token: str) -> HttpResponseBase:
    """The page of a request. What is done here is posted to the same address; the token is the right to do it."""
    try:
        link = links.find(place.tenant, token, "status")
    except IdentityError:
        return broken(place)
    act = ACTS.get(request.POST.get("do", "")) if request.method == "POST" else None
    if act is not None:
        return act(place, link.request)
    return show(place, link.request)


def show(
    place: Place, found: SubjectRequest, *, grant: str = "", said: str = "", wrong: str = "", code: bool = False
) -> HttpResponse:
    """The page. `said` and `wrong` are names of texts; `code` asks for the code that was just sent."""
    open_ = unlocking.holds(found, grant)
    checks = found.checks.filter(state="open", expires_at__gt=engine.now())
    context: dict[str, object] = {
        "found": found,
        "ask": name_of(place.say, found.ask),
        "purpose": purpose_of(place, found),
        "clock": clock_for(found, engine.policy_of(place.tenant), why_extended(found)),
        "steps": steps_of(found),
        "plan": plan_of(found, place),
        "events": [one for one in found.events.filter(shown=True) if place.say.has(f"status.event.{one.kind}")],
        "messages": told(found, open_),
        "packages": [one for one in found.packages.all() if packages.works(one)],
        "may_undo": can(found, "undo"),
        "may_withdraw": can(found, "withdraw"),
        "ended": found.state in ENDED,
        "second_factor": checks.filter(rung="second_factor").exists(),
        "document": checks.filter(rung="document").exists(),
        "why": why_more(found),
        "grant": grant if open_ else "",
        "said": said,
        "wrong": wrong,
        "asks_code": code and not open_,
        "code_form": CodeForm(),
        "write_form": WriteForm(),
    }
    signed = place.request.resolver_match is not None and place.request.resolver_match.url_name == "asked"
    context |= {"signed": signed}
    return place.show("centre/status.html", context, status=400 if wrong else 200, private=not signed, own=signed)


def session_grant(found: SubjectRequest, height: int) -> str:
    """The grant of a session that is at least as sure of the person as this request had to be (a login, not a link)."""
    return unlocking.grant(found) if found.needed is not None and height >= max(found.needed, 1) else ""


def purpose_of(place: Place, found: SubjectRequest) -> str:
    """The name of the use of data that an objection or a withdrawal is about."""
    one = place.policy.purposes.get(found.purpose)
    return one.label.say(place.language) if one else ""


def can(found: SubjectRequest, move: str) -> bool:
    """Whether the person can make this move now."""
    return not moves.why_not(found, move, PERSON)


def why_extended(found: SubjectRequest) -> str:
    """The reasons of an extension: the law says that the person is told them."""
    if not found.extended or found.destroyed_at:
        return ""
    return next((one["reasons"] for one in reversed(moves.reasons_of(found)) if one["move"] == "extend"), "")


def why_more(found: SubjectRequest) -> list[str]:
    """The words for why more than a link is needed to be sure."""
    event = found.events.filter(kind="ask_identity").last()
    return list(event.data.get("why", [])) if event is not None else []


def told(found: SubjectRequest, open_: bool) -> list[Told]:
    """What was written, newest last; the texts only where the page is unlocked."""
    out = []
    for row in found.messages.filter(kind__in=READ):
        letter = messages.read(row) if open_ else None
        fields = letter.fields if letter else {}
        body = fields.get("letter")
        text = (
            body.get("text", "") if isinstance(body, dict) else str(fields.get("text") or fields.get("reasons") or "")
        )
        out.append(Told(row, text))
    return out


# ------------------------------------------------------------------------------------------------ what can be done


def _code(place: Place, found: SubjectRequest) -> HttpResponse:
    if not unlocking.send(found):
        return show(place, found, wrong="often")
    return show(place, found, said="code_sent", code=True)


def _open(place: Place, found: SubjectRequest) -> HttpResponse:
    try:
        grant = unlocking.unlock(found, place.request.POST.get("code", ""))
    except IdentityError as error:
        return show(place, found, wrong="code_often" if error.findings[0].id == "WB921" else "code", code=True)
    return show(place, found, grant=grant)


def _write(place: Place, found: SubjectRequest) -> HttpResponse:
    form = WriteForm(place.request.POST)
    grant = place.request.POST.get("grant", "")
    if found.state in ENDED or not form.is_valid():
        return show(place, found, grant=grant, wrong="empty")
    if not messages.wrote(found, form.cleaned_data["text"]):
        return show(place, found, grant=grant, wrong="often")
    return show(place, found, grant=grant, said="wrote")


def _undo(place: Place, found: SubjectRequest) -> HttpResponse:
    try:
        decide.undo(found, PERSON)
    except MoveError:
        found.refresh_from_db()
        return show(place, found, wrong="too_late")
    return show(place, found, said="undone")


def _withdraw(place: Place, found: SubjectRequest) -> HttpResponse:
    try:
        moves.move(found, "withdraw", by=PERSON)
    except MoveError:
        found.refresh_from_db()
        return show(place, found, wrong="too_late")
    return show(place, found, said="withdrawn")


def _text(place: Place, found: SubjectRequest) -> HttpResponse:
    try:
        identity.text_code(found)
    except WaarborgError:
        return show(place, found, wrong="no_text")
    return show(place, found, said="text_sent")


def _text_code(place: Place, found: SubjectRequest) -> HttpResponse:
    try:
        identity.check_text(found, place.request.POST.get("code", ""))
    except IdentityError as error:
        return show(place, found, wrong="code_often" if error.findings[0].id == "WB921" else "code")
    found.refresh_from_db()
    return show(place, found, said="sure")


def _revoke(place: Place, found: SubjectRequest) -> HttpResponse:
    links.revoke(found, "status")
    return place.show("centre/revoked.html", private=True)


def _file(place: Place, found: SubjectRequest) -> HttpResponseBase:
    grant = place.request.POST.get("grant", "")
    if not unlocking.holds(found, grant):
        return show(place, found, wrong="closed")
    package = found.packages.filter(pk=place.request.POST.get("package") or 0).first()
    return download(place, package) if package else show(place, found, grant=grant, wrong="gone")


ACTS: dict[str, Callable[[Place, SubjectRequest], HttpResponseBase]] = {
    "code": _code,
    "open": _open,
    "write": _write,
    "undo": _undo,
    "withdraw": _withdraw,
    "text": _text,
    "text_code": _text_code,
    "revoke": _revoke,
    "file": _file,
}
"""What the forms of the page post."""


def download(place: Place, package: Package) -> HttpResponseBase:
    """The package itself, counted; whoever comes here has shown a fresh code."""
    try:
        chunks = packages.fetch(package)
    except IdentityError:
        return broken(place)
    name = f"{place.tenant.slug}-{package.request.number}.zip"
    answer = StreamingHttpResponse(chunks, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return closed(answer)


# ------------------------------------------------------------------------------------------------ other links


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@page
def answer(request: HttpRequest, place: Place, token: str) -> HttpResponseBase:
    """The link to an answer: a fresh code opens it, and it is downloaded from here."""
    try:
        link = links.find(place.tenant, token, "download")
    except IdentityError:
        return broken(place)
    found = link.request
    ready = next((one for one in found.packages.order_by("-pk") if packages.works(one)), None)
    if ready is None:
        return broken(place)
    doing, grant, wrong, asks = request.POST.get("do", ""), request.POST.get("grant", ""), "", False
    if doing == "code":
        asks = unlocking.send(found)
        wrong = "" if asks else "often"
    elif doing == "open":
        try:
            grant = unlocking.unlock(found, request.POST.get("code", ""))
        except IdentityError as error:
            wrong, asks = ("code_often" if error.findings[0].id == "WB921" else "code"), True
    elif doing == "file" and unlocking.holds(found, grant):
        links.use(link)
        return download(place, ready)
    context = {
        "package": ready,
        "found": found,
        "ask": name_of(place.say, found.ask),
        "grant": grant if unlocking.holds(found, grant) else "",
        "asks_code": asks,
        "wrong": wrong,
        "code_form": CodeForm(),
    }
    return place.show("centre/answer.html", context, status=400 if wrong else 200, private=True)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@page
def undo(request: HttpRequest, place: Place, token: str) -> HttpResponse:
    """The link that takes an erasure back in time. Looking does nothing; the button does it."""
    try:
        link = links.find(place.tenant, token, "undo")
    except IdentityError:
        return broken(place)
    found, state = link.request, "ask"
    if request.method == "POST":
        try:
            decide.undo(found, PERSON)
            state = "undone"
        except MoveError:
            state = "late"
    elif not can(found, "undo"):
        state = "late"
    context = {"found": found, "state": state, "ask": name_of(place.say, found.ask), "plan": plan_of(found, place)}
    return place.show("centre/undo.html", context, private=True)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@page
def document(request: HttpRequest, place: Place, token: str) -> HttpResponse:
    """A scan, only where somebody of the staff asked for it and said why; destroyed after it was looked at."""
    try:
        link = links.find(place.tenant, token, "document")
    except IdentityError:
        return broken(place)
    form, wrong = DocumentForm(), ""
    if request.method == "POST":
        form = DocumentForm(request.POST, request.FILES)
        if form.is_valid():
            scan = form.cleaned_data["document"]
            try:
                documents.take(place.tenant, token, scan.read(documents.LARGEST + 1), str(scan.content_type))
                return place.show("centre/document.html", {"state": "taken"}, private=True)
            except IdentityError as error:
                wrong = "scan" if error.findings[0].id == "WB925" else "broken"
        else:
            wrong = "empty"
    reasons = [one["reasons"] for one in moves.reasons_of(link.request) if one["move"] == "ask_identity"]
    context = {"state": "ask", "form": form, "wrong": wrong, "reason": reasons[-1] if reasons else ""}
    return place.show("centre/document.html", context, status=400 if wrong else 200, private=True)
