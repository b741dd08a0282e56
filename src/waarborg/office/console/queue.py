"""The queue: the requests by what they wait for, a search, and the door for what comes by letter or telephone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from waarborg.office import engine
from waarborg.office.console.staff import Desk, page
from waarborg.office.look.drawn import clock_for
from waarborg.office.people.looks import looked
from waarborg.office.people.roles import visible
from waarborg.office.requests import clock
from waarborg.office.requests.doors import Incoming, address_hash, receive
from waarborg.office.requests.life import ENDED, Ask, State
from waarborg.office.requests.models import SubjectRequest

PER_PAGE = 50
Rows = QuerySet[SubjectRequest]


def _running(rows: Rows) -> Rows:
    return rows.exclude(state__in=ENDED).filter(paused_at=None)


SHOWS: dict[str, Callable[[Rows, Desk], Rows]] = {
    "open": lambda rows, desk: rows.exclude(state__in=ENDED),
    "overdue": lambda rows, desk: _running(rows).filter(due_on__lt=desk.today),
    "soon": lambda rows, desk: _running(rows).filter(
        due_on__gte=desk.today, due_on__lte=desk.today + timedelta(days=clock.SOON)
    ),
    "review": lambda rows, desk: rows.filter(state=State.IN_REVIEW),
    "identity": lambda rows, desk: rows.filter(state__in=(State.RECEIVED, State.IDENTITY)),
    "paused": lambda rows, desk: rows.exclude(state__in=ENDED).filter(paused_at__isnull=False),
    "delayed": lambda rows, desk: rows.exclude(state__in=ENDED).filter(delayed_at__isnull=False),
    "mine": lambda rows, desk: rows.exclude(state__in=ENDED).filter(assigned=desk.account),
    "ended": lambda rows, desk: rows.filter(state__in=ENDED),
}
"""What the list can show; the order is that of the tabs."""


@page()
def queue(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The list: fifty at a time, the nearest day first, the newest first where all have ended."""
    shown = request.GET.get("show", "open")
    shown = shown if shown in SHOWS else "open"
    rows = SHOWS[shown](visible(desk.by), desk)
    asked = request.GET.get("ask", "")
    if asked in {one.value for one in Ask}:
        rows = rows.filter(ask=asked)
    rows = rows.order_by("-received_at" if shown == "ended" else "due_on", "number").select_related("assigned")
    pages = Paginator(rows, PER_PAGE)
    here = pages.get_page(request.GET.get("page"))
    context = {
        "shows": list(SHOWS),
        "shown": shown,
        "asks": [one.value for one in Ask],
        "asked": asked,
        "here_page": here,
        "rows": [(one, clock_for(one, desk.policy)) for one in here],
    }
    return desk.show(request, "queue", "queue", context)


@page()
def search(request: HttpRequest, desk: Desk) -> HttpResponse:
    """One search: a number leads to its request, an e-mail address to the requests of that person (a logged look)."""
    words = (request.POST.get("q") or request.GET.get("q") or "").strip()[:200]
    rows = visible(desk.by)
    if exact := rows.filter(number=words).first():
        return redirect("console:request", tenant=desk.tenant.slug, number=exact.number)
    found: list[SubjectRequest] = []
    if "@" in words and request.method == "POST" and desk.may("search_person"):
        found = by_address(desk, words)
        for one in found:
            looked(desk.by, one, "search")
    elif words and "@" not in words:
        found = list(
            rows.filter(Q(number__endswith=words) | Q(number__startswith=words)).order_by("-number")[:PER_PAGE]
        )
    context = {"q": words, "rows": [(one, clock_for(one, desk.policy)) for one in found], "searched": bool(words)}
    return desk.show(request, "search", "queue", context)


def by_address(desk: Desk, address: str) -> list[SubjectRequest]:
    """The requests that came from an address: by its keyed hash, the address itself stands nowhere in the clear."""
    with engine.door(desk.tenant).begin() as state:
        hashed = address_hash(state, address)
    same = visible(desk.by).filter(contact_hash=hashed)
    subjects = {one for one in same.values_list("subject", flat=True) if one}
    return list(visible(desk.by).filter(Q(contact_hash=hashed) | Q(subject__in=subjects)).order_by("-received_at")[:50])


class Entry(forms.Form):
    """A request that came by letter, by telephone or at the counter."""

    ask = forms.ChoiceField()
    email = forms.EmailField()
    name = forms.CharField(required=False, max_length=200)
    received_on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    language = forms.ChoiceField()
    text = forms.CharField(required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 6}))

    def __init__(self, desk: Desk, data: Any = None) -> None:
        super().__init__(data, initial={"received_on": desk.today, "language": desk.policy.languages[0]})
        asks, languages = self.fields["ask"], self.fields["language"]
        assert isinstance(asks, forms.ChoiceField)  # noqa: S101 - tells mypy what stands above
        assert isinstance(languages, forms.ChoiceField)  # noqa: S101 - the same
        asks.choices = [(one.value, desk.say(f"console.ask.{one.value}")) for one in Ask]
        languages.choices = [(one, desk.say(f"console.language.{one}")) for one in desk.policy.languages]
        self._desk = desk

    def clean_received_on(self) -> Any:
        """Not in the future."""
        day = self.cleaned_data["received_on"]
        if day > self._desk.today:
            raise forms.ValidationError("", code="future")
        return day


@page("enter_request")
def enter(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Staff enter what came by another way; from there it goes like any other, identity and all."""
    form = Entry(desk, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        came = engine.now()
        if given["received_on"] < desk.today:
            came = clock.noon(given["received_on"], desk.policy)
        incoming = Incoming(
            ask=given["ask"], door="staff", language=given["language"], identifiers={"email": given["email"]},
            contact=given["email"], name=given["name"], text=given["text"], received_at=came,
        )  # fmt: skip
        received = receive(desk.tenant, incoming, by=desk.by)
        if received.request is not None:
            return redirect("console:request", tenant=desk.tenant.slug, number=received.request.number)
        return redirect("console:queue", tenant=desk.tenant.slug)
    return desk.show(request, "enter", "queue", {"form": form}, 422 if form.errors else 200)
