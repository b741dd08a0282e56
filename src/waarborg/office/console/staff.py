"""Who stands before a page of the console: signed in, with a second factor, in a role for this deployment.

    @page                         # or @page("see_evidence"): the right of `people.roles` that the page needs
    def home(request, desk): …

Without an account: to the sign-in. Without a second factor: to where it is set up, and nowhere else. Without a role for
the deployment, or the right: 404, the same as for what does not exist. Answers are never stored by a browser.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any, cast

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from waarborg.errors import WaarborgError
from waarborg.notice.words import Say
from waarborg.office import engine
from waarborg.office.errors import MovedMeanwhile, NotAllowed
from waarborg.office.look.words import words
from waarborg.office.people.models import Account, Tenant
from waarborg.office.people.roles import By, acting, may
from waarborg.office.people.tenants import tenant as tenant_named
from waarborg.office.requests import clock
from waarborg.policy.model import Policy

LANGUAGES = ("nl", "en")
MENU: tuple[tuple[str, str], ...] = (
    ("home", "see_requests"),
    ("queue", "see_requests"),
    ("retention", "see_plan"),
    ("promises", "see_promises"),
    ("map", "see_plan"),
    ("evidence", "see_evidence"),
    ("work", "see_requests"),
    ("people", "manage_people"),
)
"""The pages of the menu in order, with the right that each needs."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a page of the console begins with."""

    by: By
    account: Account
    tenant: Tenant
    policy: Policy
    say: Say

    @property
    def zone(self) -> str:
        """The controller's zone."""
        return clock.zone_of(self.policy)

    @property
    def today(self) -> date:
        """The controller's day."""
        return clock.day_of(engine.now(), self.policy)

    def may(self, right: str) -> bool:
        """Whether the role includes this."""
        return may(self.by, right)

    def show(
        self, request: HttpRequest, template: str, here: str, context: Mapping[str, Any], status: int = 200
    ) -> HttpResponse:
        """A page in the frame of the console."""
        menu = [name for name, right in MENU if self.may(right)]
        own = self.account.memberships.count()
        common = {"desk": self, "here": here, "menu": menu, "zone": self.zone, "several": own > 1}
        return render(request, f"console/{template}.html", {**common, **context}, status=status)


View = Callable[..., HttpResponseBase]


def page(right: str = "see_requests") -> Callable[[View], View]:
    """A view of the console; `right` is what the role must include."""

    def wrapped(view: View) -> View:
        @never_cache
        @wraps(view)
        def inner(request: HttpRequest, tenant: str, *args: Any, **named: Any) -> HttpResponseBase:
            if refused := entrance(request):
                return refused
            account = cast(Account, request.user)
            desk = _desk(account, tenant)
            request.say = desk.say  # type: ignore[attr-defined]
            if not desk.may(right):
                raise Http404
            try:
                return view(request, desk, *args, **named)
            except MovedMeanwhile as error:
                return problem(request, desk, error, 409)
            except NotAllowed as error:
                if error.findings[0].id == "WB940":
                    raise Http404 from None
                return problem(request, desk, error, 403)
            except WaarborgError as error:
                return problem(request, desk, error, 422)

        return inner

    return wrapped


def entrance(request: HttpRequest) -> HttpResponse | None:
    """Where somebody goes who is not signed in, or has no second factor yet; None for whoever may come in."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), "account_login")
    if not is_mfa_enabled(request.user):
        return redirect("mfa_activate_totp")
    return None


def _desk(account: Account, name: str) -> Desk:
    try:
        tenant = tenant_named(name)
        by = acting(account, tenant)
    except NotAllowed:
        raise Http404 from None
    policy = engine.policy_of(tenant)
    return Desk(by, account, tenant, policy, words(spoken(account)))


def protected(request: HttpRequest) -> dict[str, object]:
    """For the pages of the sign-in: whether the account still has no second factor, without which it opens nothing."""
    user = getattr(request, "user", None)
    if user is None or not request.path.startswith("/account/") or not user.is_authenticated:
        return {}
    return {"must_protect": not is_mfa_enabled(user)}


def spoken(account: Account) -> str:
    """The language of the console for somebody: Dutch or English."""
    return account.language if account.language in LANGUAGES else "en"


def problem(request: HttpRequest, desk: Desk, error: WaarborgError, status: int) -> HttpResponse:
    """What is in the way, as a page: the finding's own words, its id, and the way back."""
    back = request.headers.get("Referer", "")
    local = back if back.startswith(f"{request.scheme}://{request.get_host()}/console/") else ""
    return desk.show(request, "problem", "", {"findings": error.findings, "back": local}, status)
