"""Coming in from the company's own application, and staying known for an hour: the session holds an id, nothing else.

    @signed_in
    def mine(request, place, handed): …

A token works once and for minutes (`requests.handover`); it may come by a form or by a link, and never stays in an
address. Pages of a session are kept by no browser; what they do is guarded against forged posts like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from waarborg.office.centre.asks import choice
from waarborg.office.centre.place import Place, at, closed, liked, offered, page, published
from waarborg.office.errors import IdentityError
from waarborg.office.publications import versions
from waarborg.office.requests import handover
from waarborg.office.requests.handover import Handed

KEY = "handed"
View = Callable[..., HttpResponseBase]


@csrf_exempt
@require_http_methods(["GET", "POST"])
def come_in(request: HttpRequest, tenant: str) -> HttpResponse:
    """Take the token, begin a session, and go on to an address without it."""
    found, publication = published(tenant)
    policy = versions.policy_of(publication)
    given = request.POST if request.method == "POST" else request.GET
    try:
        handed = handover.accept(found, given.get("token", ""))
    except IdentityError:
        place = at(request, tenant, liked(request, policy))
        request.say = place.say  # type: ignore[attr-defined]
        return place.show("centre/over.html", status=403, private=True)
    language = handed.language if handed.language in offered(policy) else liked(request, policy)
    request.session.cycle_key()
    request.session[KEY] = {found.slug: handed.id}
    request.session.set_expiry(int(handover.STAYS.total_seconds()))
    place = at(request, tenant, language)
    asked = choice(place.policy, place.say, given.get("ask", ""))
    where = place.to("ask", ask=asked.key) if asked else place.to("mine")
    return closed(HttpResponseRedirect(where))


def signed_in(view: View) -> View:
    """A page of whoever was handed over; for everybody else, the page that says how to come in."""

    @wraps(view)
    @page
    def known(request: HttpRequest, place: Place, **parts: Any) -> HttpResponseBase:
        handed = whose(request, place)
        if handed is None:
            return place.show("centre/over.html", status=403, own=True)
        return view(request, place, handed, **parts)

    return known


def whose(request: HttpRequest, place: Place) -> Handed | None:
    """Who is known in this session, for this tenant."""
    ids = request.session.get(KEY)
    id = ids.get(place.tenant.slug, "") if isinstance(ids, dict) else ""
    return handover.recall(place.tenant, id) if id else None


@require_POST
def leave(request: HttpRequest, tenant: str, language: str) -> HttpResponse:
    """End the session."""
    place = at(request, tenant, language)
    request.session.flush()
    return HttpResponseRedirect(place.to("home"))


def not_found() -> Http404:
    """For what is somebody else's, or not there: the same."""
    return Http404()
