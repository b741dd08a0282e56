"""The pages of somebody who is signed in at the company: two clicks for a request, and nothing to type."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods, require_safe

from waarborg.errors import PlanError, StoreError
from waarborg.notice.phrases import category, item
from waarborg.notice.words import capital
from waarborg.office import engine
from waarborg.office.centre import status
from waarborg.office.centre.asks import Choice, choice, choices, name_of, purposes
from waarborg.office.centre.place import Place
from waarborg.office.centre.session import not_found, signed_in
from waarborg.office.look.drawn import clock_for, difference_for, difference_of_policy
from waarborg.office.look.forms import Choice as Option
from waarborg.office.look.heroes import Clock, Difference, Line
from waarborg.office.people import looks
from waarborg.office.people.roles import PERSON
from waarborg.office.requests import doors, mine
from waarborg.office.requests.doors import LONGEST_TEXT, Incoming
from waarborg.office.requests.handover import Handed
from waarborg.office.requests.life import ENDED, Ask, Door
from waarborg.office.requests.models import SubjectRequest
from waarborg.policy.model import Policy
from waarborg.policy.values import Source


@dataclass(frozen=True, slots=True)
class Row:
    """A request in the list."""

    request: SubjectRequest
    name: str
    clock: Clock
    ended: bool


@require_safe
@signed_in
def home(request: HttpRequest, place: Place, handed: Handed) -> HttpResponse:
    """What can be done, and what was asked."""
    rows = [
        Row(one, name_of(place.say, one.ask), clock_for(one, engine.policy_of(place.tenant)), one.state in ENDED)
        for one in mine.requests_of(place.tenant, handed)
    ]
    context = {"asks": choices(place.policy, place.say), "rows": rows, "name": handed.name}
    return place.show("centre/mine.html", context, own=True)


class Remaining(forms.Form):
    """What is left to say of a request by somebody we know: nothing that has to be typed, but where it makes sense."""

    purpose = forms.ChoiceField(widget=forms.RadioSelect)
    text = forms.CharField(max_length=LONGEST_TEXT, widget=forms.Textarea({"rows": 4}), required=False)

    def __init__(self, asked: Choice, about: list[tuple[str, str]], data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type] # what Django calls its own MultiValueDict
        purpose = self.fields["purpose"]
        assert isinstance(purpose, forms.ChoiceField)  # noqa: S101 - tells mypy what stands above
        purpose.choices = [(id, Option(capital(name))) for id, name in about]
        if not about:
            del self.fields["purpose"]
        elif len(about) == 1:
            purpose.initial = about[0][0]
        self.fields["text"].required = asked.ask in (Ask.RECTIFICATION, Ask.COMPLAINT, Ask.SOMETHING_ELSE)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def ask(request: HttpRequest, place: Place, handed: Handed, ask: str) -> HttpResponse:
    """One right: what it is, what would happen, and the button."""
    asked = choice(place.policy, place.say, ask)
    if asked is None or asked.ask == Ask.CHILD_REPORT:
        raise not_found()
    about = purposes(place.policy, place.say, asked.key)
    form = Remaining(asked, about, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        received = doors.receive(
            place.tenant,
            Incoming(
                ask=asked.key,
                door=Door.SIGNED_IN,
                language=place.language,
                text=form.cleaned_data["text"],
                purpose=form.cleaned_data.get("purpose", ""),
            ),
            by=PERSON,
            network=request.META.get("REMOTE_ADDR", ""),
            handed=handed,
        )
        if received.request is None:
            return place.show("centre/later.html", status=429, own=True)
        return HttpResponseRedirect(place.to("asked", number=received.request.number))
    context = {
        "asked": asked,
        "form": form,
        "fields": [(bound, f"request.{bound.name}") for bound in form.visible_fields()],
        "named": [f"request.{bound.name}" for bound in form.visible_fields()],
        "plan": _plan(place, handed) if asked.ask == Ask.ERASURE else None,
    }
    return place.show("centre/mine_ask.html", context, status=400 if form.is_bound else 200, own=True)


def _plan(place: Place, handed: Handed) -> Difference:
    """What would go and what would stay of this person; by the policy alone where a store is out of reach."""
    try:
        plan = mine.would_go(place.tenant, handed)
    except StoreError:
        plan = None
    if plan is None:
        return difference_of_policy(place.policy, place.say)
    return difference_for(plan, engine.policy_of(place.tenant), engine.datamap_of(place.tenant), place.say)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def asked(request: HttpRequest, place: Place, handed: Handed, number: str) -> HttpResponseBase:
    """A request of theirs: the page that the link in the mail shows, without the link."""
    found = mine.one_of(place.tenant, handed, number)
    if found is None:
        raise not_found()
    grant = status.session_grant(found, handed.height)
    act = status.ACTS.get(request.POST.get("do", "")) if request.method == "POST" else None
    if act is not None and request.POST.get("do") != "revoke":
        return act(place, found)
    return status.show(place, found, grant=grant)


@dataclass(frozen=True, slots=True)
class Held:
    """A category with what is there of it."""

    name: str
    rows: int
    closed: bool
    items: tuple[tuple[str, str, str], ...]
    """Name, value, and the reference where it can be corrected here."""
    fates: tuple[tuple[str, Line], ...] = ()
    """Whether it can go: the part of the plan, and what it says."""


@require_safe
@signed_in
def data(request: HttpRequest, place: Place, handed: Handed) -> HttpResponse:
    """Everything that is there, what can be corrected, and what can be erased and why not."""
    try:
        found = mine.mine(place.tenant, handed)
    except (PlanError, StoreError):
        return place.show("centre/mine_data.html", {"unreachable": True}, own=True)
    policy, say = place.policy, place.say
    self_service = policy.rights.rectification is not None and policy.rights.rectification.self_service
    plan = None
    if found.plan is not None:
        policy_ = engine.policy_of(place.tenant)
        plan = difference_for(found.plan, policy_, engine.datamap_of(place.tenant), say)
    held = [
        Held(
            category(policy, say, name),
            found.rows[name],
            name in found.closed,
            tuple(
                (
                    capital(item(policy, say, one.ref)),
                    ", ".join(one.values),
                    one.ref if self_service and given(policy, one.ref) else "",
                )
                for one in found.items
                if one.ref.partition(".")[0] == name and item(policy, say, one.ref)
            ),
            _fates(plan, name),
        )
        for name in policy.data
        if found.rows.get(name)
    ]
    return place.show("centre/mine_data.html", {"held": held, "plan": plan}, own=True)


def _fates(plan: Difference | None, name: str) -> tuple[tuple[str, Line], ...]:
    """What an erasure would do to a category; what goes whole is said in one word."""
    parts = plan.parts if plan else ()
    return tuple((kind, line) for kind, _, lines, _ in parts for line in lines if line.category == name)


def given(policy: Policy, ref: str) -> bool:
    """Whether the person gave this themselves: what happened (an address they came from) is not theirs to rewrite."""
    return Source.SUBJECT in policy.data[ref.partition(".")[0]].source


class Corrected(forms.Form):
    """The right value of one item."""

    value = forms.CharField(max_length=500, strip=True)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def correct(request: HttpRequest, place: Place, handed: Handed, ref: str) -> HttpResponse:
    """Correct one item. It goes through the same queue as every request, and is carried out everywhere it stands."""
    policy = place.policy
    rule = policy.rights.rectification
    if rule is None or not rule.self_service or "." not in ref or not policy.has(ref) or not given(policy, ref):
        raise not_found()
    name = capital(item(policy, place.say, ref))
    if not name:
        raise Http404
    form = Corrected(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        incoming = Incoming(
            ask=Ask.RECTIFICATION,
            door=Door.SIGNED_IN,
            language=place.language,
            wanted={ref: form.cleaned_data["value"]},
        )
        received = doors.receive(place.tenant, incoming, by=PERSON, handed=handed)
        if received.request is None:
            return place.show("centre/later.html", status=429, own=True)
        return HttpResponseRedirect(place.to("asked", number=received.request.number))
    context = {"form": form, "name": name, "ref": ref}
    return place.show("centre/mine_correct.html", context, status=400 if form.is_bound else 200, own=True)


@dataclass(frozen=True, slots=True)
class Looked:
    """A look by somebody of the staff: in which role, at what, when. Not by name: that is theirs (C-579/21)."""

    role: str
    what: str
    at: datetime


@require_safe
@signed_in
def looked(request: HttpRequest, place: Place, handed: Handed) -> HttpResponse:
    """Who among the staff looked at this person's data."""
    try:
        subject = mine.subject_of(place.tenant, handed)
    except (PlanError, StoreError):
        return place.show("centre/looks.html", {"unreachable": True}, own=True)
    found = [Looked(one.role, one.what, one.at) for one in looks.of_person(place.tenant, subject)]
    return place.show("centre/looks.html", {"looks": found}, own=True)
