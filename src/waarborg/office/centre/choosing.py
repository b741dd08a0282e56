"""The choices of a person: what they consented to in which words, what they can stop with one click, what is stopped.

By a signed link without login (`requests.choices.link`), or in a session. A link only stops; to allow again needs a
session.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from waarborg.errors import PlanError, StateError
from waarborg.notice.words import capital
from waarborg.office.centre.asking import broken
from waarborg.office.centre.place import Place, page
from waarborg.office.centre.session import signed_in
from waarborg.office.errors import IdentityError
from waarborg.office.requests import choices, mine
from waarborg.office.requests.choices import Choice
from waarborg.office.requests.handover import Handed
from waarborg.terms import Right, SubjectRef


@dataclass(frozen=True, slots=True)
class Shown:
    """A choice in words."""

    choice: Choice
    name: str
    about: str
    asked: str
    """The exact words in which consent is asked."""
    standing: str
    """The name of the text for how it stands."""


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@page
def preferences(request: HttpRequest, place: Place, token: str) -> HttpResponse:
    """By link, without login."""
    try:
        person = choices.opened_link(place.tenant, token)
    except IdentityError:
        return broken(place)
    return _page(request, place, person, known=False)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def mine_(request: HttpRequest, place: Place, handed: Handed) -> HttpResponse:
    """In a session."""
    return _page(request, place, mine.person_of(handed), known=True)


def _page(request: HttpRequest, place: Place, person: SubjectRef, *, known: bool) -> HttpResponse:
    said = wrong = ""
    if request.method == "POST":
        said, wrong = _act(request, place, person, known)
    found = [_shown(place, one) for one in choices.choices(place.tenant, person)]
    context = {
        "consents": [one for one in found if one.choice.right is Right.WITHDRAWAL],
        "interests": [one for one in found if one.choice.right is Right.OBJECTION],
        "known": known,
        "said": said,
        "wrong": wrong,
    }
    return place.show("centre/choices.html", context, status=400 if wrong else 200, private=not known, own=known)


def _act(request: HttpRequest, place: Place, person: SubjectRef, known: bool) -> tuple[str, str]:
    """What was clicked. Returns the name of what to say, and of what went wrong."""
    purpose = request.POST.get("purpose", "")
    try:
        if request.POST.get("do") == "stop":
            limit = choices.stop(place.tenant, person, purpose)
            return ("weighing" if limit.state == "weighing" else "stopped"), ""
        if request.POST.get("do") == "allow" and known:
            choices.allow(place.tenant, person, purpose)
            return "allowed", ""
    except PlanError as error:
        return "", "unknown" if choices.unknown(error) else "cannot"
    except StateError:
        return "", "cannot"
    return "", "cannot"


def _shown(place: Place, one: Choice) -> Shown:
    language = place.language
    ask = place.policy.notice.asks.get(one.purpose.id)
    standing = "on" if not one.stopped else str(one.limit.state) if one.limit else "on"
    return Shown(
        one,
        capital(one.purpose.label.say(language)),
        one.purpose.about.say(language) or one.purpose.interest.say(language),
        ask.text.say(language) if ask else "",
        standing,
    )
