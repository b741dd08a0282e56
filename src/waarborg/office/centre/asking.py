"""Asking for something without being signed in: one form, one code on the screen, one link in a mail.

Whoever is asked about, the answer is the same page (attack 27): the form is taken in, and looking up is a job. The code
is shown once, and kept in the browser that asked (a cookie that only this centre gets), so that the link in the mail
needs no typing there. Cross-site posts are welcome: a company puts the form on its own page
(docs/how/privacy-centre.md).
"""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from waarborg.office import engine
from waarborg.office.centre.asks import Choice, choice, choices, name_of, purposes
from waarborg.office.centre.forms import AddressForm, AskForm, CodeForm
from waarborg.office.centre.place import Place, closed, page
from waarborg.office.errors import Flooded, IdentityError
from waarborg.office.look.drawn import difference_of_policy
from waarborg.office.requests import doors, identity, links, lost
from waarborg.office.requests.doors import Incoming
from waarborg.office.requests.life import Ask, Door

COOKIE = "code"
KEPT = int(links.LASTS["confirm"].total_seconds())
FOR = ("", "mandate", "guardian", "reporter")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@page
def request(request: HttpRequest, place: Place) -> HttpResponse:
    """The form, and what came in by it."""
    given = request.POST if request.method == "POST" else request.GET
    asked = choice(place.policy, place.say, given.get("ask", ""))
    behalf = given.get("for", "")
    if behalf not in FOR or (asked and asked.ask == Ask.CHILD_REPORT):
        behalf = "reporter" if asked and asked.ask == Ask.CHILD_REPORT else ""
    offered = [asked] if asked else choices(place.policy, place.say)
    about = purposes(place.policy, place.say, asked.key) if asked else []
    form = AskForm(place.say, offered, about, behalf, request.POST if "email" in given and request.POST else None)
    context = _context(place, form, asked, behalf)
    if request.method != "POST" or not form.is_bound or not form.is_valid():
        return place.show("centre/request.html", context, status=400 if form.is_bound else 200)
    if asked is None and purposes(place.policy, place.say, form.cleaned_data["ask"]):
        return _which(place, form, behalf)
    return _take_in(place, form, behalf)


def _context(place: Place, form: AskForm, asked: Choice | None, behalf: str) -> dict[str, object]:
    named = _named(form, behalf)
    return {
        "form": form,
        "asked": asked,
        "behalf": behalf,
        "named": named,
        "fields": list(zip(form.visible_fields(), named, strict=True)),
        "plan": difference_of_policy(place.policy, place.say) if asked and asked.ask == Ask.ERASURE else None,
        "children": bool(place.policy.minimum_age or place.policy.children.report_to),
    }


def _named(form: AskForm, behalf: str) -> list[str]:
    """The fields in order, each with the key of its texts."""
    own = {"about": f"request.about_{behalf}", "email": "request.email" if not behalf else "request.contact"}
    return [own.get(name, f"request.{name}") for name in form.fields if not form[name].is_hidden]


def _which(place: Place, form: AskForm, behalf: str) -> HttpResponse:
    """The same form once more, now with the uses of data that this request can be about."""
    data = form.cleaned_data
    asked = choice(place.policy, place.say, data["ask"])
    again = AskForm(place.say, [asked] if asked else [], purposes(place.policy, place.say, data["ask"]), behalf)
    again.initial = {"email": data["email"], "text": data["text"], "about": data.get("about", ""), "ask": data["ask"]}
    return place.show("centre/request.html", _context(place, again, asked, behalf))


def _take_in(place: Place, form: AskForm, behalf: str) -> HttpResponse:
    data = form.cleaned_data
    about = data.get("about", "").strip() if behalf else data["email"]
    incoming = Incoming(
        ask=data["ask"],
        door=Door.CENTRE,
        language=place.language,
        identifiers={"email" if "@" in about else "name": about},
        contact=data["email"],
        text=data["text"],
        purpose=data.get("purpose", ""),
        on_behalf=behalf,
    )
    try:
        received = doors.receive(place.tenant, incoming, network=place.request.META.get("REMOTE_ADDR", ""))
    except Flooded:
        return place.show("centre/later.html", status=429, private=True)
    context: dict[str, object] = {
        "code": spaced(received.code),
        "ask": name_of(place.say, data["ask"]),
        "behalf": behalf,
    }
    answer = place.show("centre/sent.html", context, private=True)
    _keep(answer, place, received.code)
    return answer


def _keep(answer: HttpResponse, place: Place, code: str) -> None:
    answer.set_cookie(
        COOKIE, code, max_age=KEPT, path=f"/{place.tenant.slug}/", httponly=True, samesite="Lax",
        secure=place.request.is_secure(),
    )  # fmt: skip


@require_safe
@page
def sent(request: HttpRequest, place: Place) -> HttpResponse:
    """The code once more, for whoever closed the page: the browser that asked still has it."""
    code = request.COOKIES.get(COOKIE, "")
    if not (code.isascii() and code.isdigit() and len(code) == 8):
        return HttpResponseRedirect(place.to("request"))
    return place.show("centre/sent.html", {"code": spaced(code)}, private=True)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@page
def confirm(request: HttpRequest, place: Place, token: str) -> HttpResponse:
    """The link from the mail. Looking at it does nothing (a mail scanner looks too): the button confirms."""
    try:
        link = links.find(place.tenant, token, "confirm")
    except IdentityError:
        return broken(place)
    needs_code = link.request.door == Door.CENTRE
    wrong = ""
    if request.method == "POST":
        form = CodeForm(request.POST)
        code = form.cleaned_data["code"] if form.is_valid() else ""
        if code or not needs_code:
            try:
                return _confirmed(place, token, code)
            except IdentityError as error:
                wrong = error.findings[0].id
        else:
            wrong = "required"
    form = CodeForm(initial={"code": spaced(request.COOKIES.get(COOKIE, "")[:8])})
    context = {"form": form, "needs_code": needs_code, "wrong": wrong, "ask": name_of(place.say, link.request.ask)}
    return place.show("centre/confirm.html", context, status=400 if wrong else 200, private=True)


def _confirmed(place: Place, token: str, code: str) -> HttpResponse:
    found = identity.confirm(place.tenant, token, code)
    with transaction.atomic(), engine.door(place.tenant).begin() as state:
        status = links.make(state, found, "status")
    answer = closed(HttpResponseRedirect(place.to("status", token=status)))
    answer.delete_cookie(COOKIE, path=f"/{place.tenant.slug}/", samesite="Lax")
    return answer


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@page
def link(request: HttpRequest, place: Place) -> HttpResponse:
    """A new link to a request, for whoever lost it. The same page for every address."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        lost.ask(place.tenant, form.cleaned_data["email"])
        return place.show("centre/link.html", {"sent": True}, private=True)
    return place.show("centre/link.html", {"form": form}, status=400 if form.is_bound else 200)


def broken(place: Place) -> HttpResponse:
    """One page for a link that does not work, whatever is wrong with it."""
    return place.show("centre/broken.html", status=404, private=True)


def spaced(code: str) -> str:
    """Eight digits as people read them."""
    return f"{code[:4]} {code[4:]}".strip()
