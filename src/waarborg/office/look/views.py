"""The page with every component in each state: what a page is made of, and where a change of style is looked at."""

from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from waarborg.notice.words import LANGUAGES, Say
from waarborg.office.look.forms import Choice
from waarborg.office.look.heroes import Clock, Difference, Line, Proof
from waarborg.office.look.words import preferred, words

RECEIVED, DUE = date(2026, 11, 28), date(2026, 12, 28)


class Sample(forms.Form):
    """One question of each kind."""

    choice = forms.ChoiceField(widget=forms.RadioSelect)
    email = forms.EmailField()
    text = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 5}))
    agree = forms.BooleanField()

    def __init__(self, say: Say, data: dict[str, str] | None = None, prefix: str = "one") -> None:
        super().__init__(data, prefix=prefix)
        choice = self.fields["choice"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 - tells mypy what stands five lines up
        named = (("access", "access_says"), ("erasure", "erasure_says"))
        choice.choices = [(key, Choice(say(f"components.{key}"), say(f"components.{says}"))) for key, says in named]
        self.order_fields(["choice", "email", "text", "agree"])


def components(request: HttpRequest) -> HttpResponse:
    """Every component, in the language of `?lang=` or of the browser."""
    asked = request.GET.get("lang", "")
    language = asked if asked in LANGUAGES else preferred(request.headers.get("Accept-Language", ""), LANGUAGES)
    say = words(language, formal=False)
    request.say = say  # type: ignore[attr-defined]
    wrong = Sample(say, {"two-email": "noor@", "two-text": "…"}, "two")
    plan = _plan(say)
    return render(
        request,
        "office/components.html",
        {
            "languages": LANGUAGES,
            "plan": plan,
            "done": Difference(plan.goes, plan.changes, plan.stays, done=True),
            "nothing": Difference(),
            "clocks": _clocks(say),
            "proofs": _proofs(say),
            "form": Sample(say),
            "wrong": wrong,
        },
    )


def _plan(say: Say) -> Difference:
    def text(name: str) -> str:
        return say(f"components.{name}")

    return Difference(
        goes=(
            Line(text("account"), 1, place="app.member · rights.erasure"),
            Line(text("comments"), 412, place="app.comment · links.belongs_to"),
        ),
        changes=(Line(text("comments"), 38, (text("comments_why"),), place="app.comment · retention.content"),),
        stays=(
            Line(text("invoices"), 12, (text("invoices_why"),), date(2033, 12, 31), place="app.invoice · retention.invoices"),  # noqa: E501
            Line(text("hold"), 3, (text("hold_why"),), open_end=True, place="app.ticket · holds.case"),
        ),
    )  # fmt: skip


def _clocks(say: Say) -> list[tuple[str, Clock]]:
    def on(days: int) -> date:
        return RECEIVED + timedelta(days=days)

    why = say("components.extended_why")
    longer = date(2027, 3, 1)
    return [
        ("running", Clock(RECEIVED, DUE, on(9))),
        ("soon", Clock(RECEIVED, DUE, on(26))),
        ("overdue", Clock(RECEIVED, DUE, on(34))),
        ("paused", Clock(RECEIVED, DUE, on(14), paused=on(6))),
        ("extended", Clock(RECEIVED, longer, on(40), first_due=DUE, why_extended=why)),
        ("answered", Clock(RECEIVED, DUE, on(40), answered=on(11))),
        ("late", Clock(RECEIVED, DUE, on(40), answered=on(35))),
    ]


def _proofs(say: Say) -> list[Proof]:
    def proof(kind: str, state: str, at: date | None, evidence: int | None, entry: str) -> Proof:
        how = "" if state == "waiting" else say(f"components.proof_{kind}")
        return Proof(say(f"components.promise_{kind}"), state, at, how, entry, evidence)

    return [
        proof("kept", "proven", RECEIVED, 1042, "retention.invoices"),
        proof("broken", "broken", RECEIVED, 1043, "retention.connection"),
        proof("attested", "attested", date(2026, 6, 30), None, "measures.datacentre"),
        proof("waiting", "waiting", None, None, "rights.access"),
    ]
