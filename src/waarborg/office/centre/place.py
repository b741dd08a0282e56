"""Where a visitor is: whose centre, in which language, in whose words. Every view of the centre starts here.

    @page
    def rights(request, place): return place.show("centre/rights.html", …)

What stands in the centre is public and sets no cookie; a page that is somebody's own says so with `private=True`, and
is then kept by no browser and tells its address to nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any, TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from waarborg.clock import day_in_zone
from waarborg.notice.render import service
from waarborg.notice.words import LANGUAGES, Say
from waarborg.office import engine
from waarborg.office.look.words import preferred, spoken
from waarborg.office.people.models import Tenant
from waarborg.office.publications import versions
from waarborg.office.publications.models import Publication
from waarborg.policy.model import Policy

Answer = TypeVar("Answer", bound=HttpResponseBase)
View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Place:
    """A tenant's centre in one language."""

    request: HttpRequest
    tenant: Tenant
    publication: Publication
    policy: Policy
    say: Say

    @property
    def language(self) -> str:
        """The language of the page."""
        return self.say.language

    @property
    def today(self) -> date:
        """The controller's day."""
        return today(self.policy)

    def to(self, name: str, /, language: str = "", **parts: Any) -> str:
        """The address of another page here."""
        kwargs = {"tenant": self.tenant.slug, "language": language or self.language, **parts}
        return reverse(f"centre:{name}", kwargs=kwargs)

    def show(
        self,
        template: str,
        context: dict[str, object] | None = None,
        *,
        status: int = 200,
        private: bool = False,
        own: bool = False,
    ) -> HttpResponse:
        """A page. `private`: its address is a secret. `own`: it is about whoever is signed in."""
        controller = self.policy.controller
        authority, website = self.say.authority(controller.authority)
        base = {
            "place": self,
            "service": service(self.policy),
            "controller": controller,
            "authority": authority,
            "authority_website": website,
            "zone": controller.time_zone or "UTC",
            "here": getattr(self.request.resolver_match, "url_name", ""),
            "translations": self._translations(),
            "private": private,
            "own": own,
        }
        answer = render(self.request, template, {**base, **(context or {})}, status=status)
        if private:
            closed(answer)
        elif own:
            answer["Cache-Control"] = "no-store"
        return answer

    def _translations(self) -> list[tuple[str, str]]:
        """The same page in each language."""
        match = self.request.resolver_match
        if match is None or "language" not in match.kwargs:
            return []
        return [
            (one, reverse(match.view_name, kwargs={**match.kwargs, "language": one})) for one in offered(self.policy)
        ]


def closed(answer: Answer) -> Answer:
    """Nobody keeps this page, and its address goes nowhere."""
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def page(view: View) -> View:
    """A view of the centre: finds the place, or answers 404 for a tenant, a language or a version there is not."""

    @wraps(view)
    def found(request: HttpRequest, tenant: str, language: str, **parts: Any) -> HttpResponseBase:
        place = at(request, tenant, language)
        request.say = place.say  # type: ignore[attr-defined]
        return view(request, place, **parts)

    return found


def at(request: HttpRequest, slug: str, language: str) -> Place:
    """The place. Raises `Http404`."""
    tenant, publication = published(slug)
    policy = versions.policy_of(publication)
    if language not in offered(policy):
        raise Http404
    return Place(request, tenant, publication, policy, spoken(policy, language))


def published(slug: str) -> tuple[Tenant, Publication]:
    """A tenant and the version that people read today. Raises `Http404`."""
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        raise Http404
    publication = versions.current(tenant, today(engine.policy_of(tenant)))
    if publication is None:
        raise Http404
    return tenant, publication


def today(policy: Policy) -> date:
    """The controller's day."""
    return day_in_zone(engine.now(), policy.controller.time_zone or "UTC")


def offered(policy: Policy) -> tuple[str, ...]:
    """The languages of the centre: those of the policy in which we have words."""
    return tuple(one for one in policy.languages if one in LANGUAGES)


def liked(request: HttpRequest, policy: Policy) -> str:
    """The language of whoever comes in by the front door."""
    return preferred(request.headers.get("Accept-Language", ""), offered(policy))
