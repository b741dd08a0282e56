"""A mail of a request as people read it: plain text and HTML in their language, with who writes and where to complain.

    mail = compose(letter, request, policy)        # pure, but for the addresses of our own pages

What a letter says (an answer, a refusal) is in it already; the texts of the others stand in `texts/*/mail.yaml`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.conf import settings
from django.urls import reverse

from waarborg.notice.html import to_html
from waarborg.notice.markdown import to_text
from waarborg.notice.page import Block, Bullets, Page, Para
from waarborg.notice.words import Say
from waarborg.office.look.words import spoken
from waarborg.office.requests import clock
from waarborg.office.requests.messages import Letter
from waarborg.office.requests.models import SubjectRequest
from waarborg.policy.model import Policy
from waarborg.policy.values import Money

PAGES = {"confirm": "confirm", "received": "status", "step_up": "status", "undo": "undo", "answer": "answer"}
"""The page of the privacy centre that a mail leads to."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail before it is sent."""

    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a mail is written from."""

    letter: Letter
    request: SubjectRequest
    policy: Policy
    say: Say

    def about(self) -> str:
        """What is asked for, in a few words."""
        return self.say(f"mail.about.{self.letter.fields.get('ask') or self.request.ask}")

    def day(self, name: str) -> str:
        """A field with a date or an instant, in words, as a day of the controller."""
        value = str(self.letter.fields.get(name) or "")
        if len(value) == 10:
            return self.say.day(date.fromisoformat(value))
        return self.say.day(clock.day_of(datetime.fromisoformat(value), self.policy)) if value else ""

    def link(self) -> str:
        """The address of the page this mail leads to; empty where it leads nowhere, or the mail has left."""
        name = PAGES.get(self.letter.kind, "")
        if self.letter.fields.get("rung") == "document":
            name = "document"
        token = self.letter.fields.get("token") or self.letter.fields.get("status")
        if not name or not token:
            return ""
        parts = {"tenant": self.request.tenant.slug, "language": self.say.language, "token": token}
        return f"{settings.ENVIRONMENT.address}{reverse(f'centre:{name}', kwargs=parts)}"

    def parts(self, *names: str) -> dict[str, str]:
        """Fields that stand in a text as they are."""
        return {name: str(self.letter.fields.get(name) or "") for name in names}


def compose(letter: Letter, request: SubjectRequest, policy: Policy) -> Mail:
    """The mail. Raises `KeyError` for a kind that nobody wrote."""
    language = letter.language if letter.language in policy.languages else policy.languages[0]
    kind = _Kind(letter, request, policy, spoken(policy, language))
    organisation = kind.parts("organisation")
    subject = kind.say(f"mail.{letter.kind}.subject", **(organisation if letter.kind in NAMED else {}))
    named = f"{subject} ({request.number})"
    whole = letter.fields.get("letter")
    if isinstance(whole, Mapping) and letter.kind not in BODIES:
        return Mail(named, str(whole["text"]), str(whole["html"]))
    blocks = [*BODIES[letter.kind](kind), *_foot(kind)]
    page = Page(language, subject, tuple(blocks), over=policy.controller.name, under=_number(kind))
    return Mail(named, to_text(page), to_html(page))


def _number(kind: _Kind) -> str:
    return kind.say("mail.number", number=kind.request.number)


def _foot(kind: _Kind) -> Iterator[Block]:
    controller = kind.policy.controller
    name, website = kind.say.authority(controller.authority)
    yield Para(kind.say("mail.reach", contact=controller.contact))
    if kind.letter.kind not in TO_OTHERS:
        yield Para(kind.say("mail.authority", authority=f"{name} ({website})" if website else name))
    yield Para(kind.say("mail.by", name=controller.name, address=controller.address))


def _linked(kind: _Kind, key: str = "mail.link") -> Iterator[Block]:
    if address := kind.link():
        yield Para(kind.say(key))
        yield Para(address)
    if kind.letter.fields.get("expires"):
        yield Para(kind.say("mail.until", until=kind.day("expires")))


def _confirm(kind: _Kind) -> Iterator[Block]:
    yield Para(kind.say("mail.confirm.says", about=kind.about()), lead=True)
    yield from _linked(kind)
    yield Para(kind.say("mail.alone"))


def _code(kind: _Kind) -> Iterator[Block]:
    yield Para(kind.say("mail.code.says"), lead=True)
    yield Para(str(kind.letter.fields.get("code") or ""), lead=True)
    yield Para(kind.say("mail.code.never"))


def _received(kind: _Kind) -> Iterator[Block]:
    yield Para(kind.say("mail.received.says", about=kind.about()), lead=True)
    yield Para(kind.say("mail.received.due", due=kind.day("due")))
    yield from _linked(kind, "mail.received.follow")


def _step_up(kind: _Kind) -> Iterator[Block]:
    rung = "document" if kind.letter.fields.get("rung") == "document" else "second_factor"
    yield Para(kind.say(f"mail.step_up.{rung}"), lead=True)
    yield from _linked(kind)
    yield Para(kind.say("mail.step_up.clock"))


def _undo(kind: _Kind) -> Iterator[Block]:
    yield Para(kind.say("mail.undo.says", about=kind.about(), until=kind.day("until")), lead=True)
    yield from _linked(kind, "mail.undo.stop")


def _answer(kind: _Kind) -> Iterator[Block]:
    yield Para(kind.say("mail.answer.says"), lead=True)
    yield from _linked(kind)


def _fee(kind: _Kind) -> Iterator[Block]:
    amount = kind.say.money(Money(int(kind.letter.fields.get("cents") or 0), "EUR"))
    article = kind.say.article(kind.parts("article")["article"])
    yield Para(kind.say("mail.fee.says", amount=amount, article=article), lead=True)
    if reasons := str(kind.letter.fields.get("reasons") or ""):
        yield Para(reasons)


def _withdrawn(kind: _Kind) -> Iterator[Block]:
    yield Para(kind.say("mail.withdrawn.says"), lead=True)


def _passed_on(kind: _Kind) -> Iterator[Block]:
    yield Para(kind.say("mail.passed_on.says", **kind.parts("organisation")), lead=True)


def _member_told(kind: _Kind) -> Iterator[Block]:
    yield Para(kind.say("mail.member_told.says", about=kind.about(), **kind.parts("organisation")), lead=True)


def _takeover(kind: _Kind) -> Iterator[Block]:
    yield Para(kind.say("mail.takeover.says", day=kind.day("day"), **kind.parts("organisation")), lead=True)


def _organisation_asked(kind: _Kind) -> Iterator[Block]:
    yield Para(kind.say("mail.organisation_asked.says", about=kind.about(), due=kind.day("due")), lead=True)


def _recipient(kind: _Kind) -> Iterator[Block]:
    yield Para(kind.say("mail.recipient.says", about=kind.about()), lead=True)
    if identifiers := kind.letter.fields.get("identifiers"):
        yield Para(kind.say("mail.recipient.who"))
        yield Bullets(tuple(f"{name}: {value}" for name, value in sorted(dict(identifiers).items())))


def _note(kind: _Kind) -> Iterator[Block]:
    for part in str(kind.letter.fields.get("text") or "").split("\n\n"):
        yield Para(part)


BODIES: Mapping[str, Callable[[_Kind], Iterator[Block]]] = {
    "confirm": _confirm,
    "code": _code,
    "received": _received,
    "step_up": _step_up,
    "undo": _undo,
    "answer": _answer,
    "fee": _fee,
    "withdrawn": _withdrawn,
    "passed_on": _passed_on,
    "member_told": _member_told,
    "takeover": _takeover,
    "organisation_asked": _organisation_asked,
    "recipient": _recipient,
    "note": _note,
}
"""What each mail says between its subject and its foot; letters bring their own words."""
NAMED = frozenset({"member_told", "takeover"})
"""Mails with the organisation's name in the subject."""
TO_OTHERS = frozenset({"recipient", "organisation_asked"})
"""Mails that do not go to the person: nothing is said to them about complaining."""
