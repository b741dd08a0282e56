"""Letters to the person: what happened with a request, in their language, in the policy's own words.

Each letter takes a frozen value with what is to be told and gives a `Page`. A letter that the law does not allow
without something (a refusal without article and reason, an extension told too late) cannot be written: `NoticeError`
WB82x.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from waarborg.clock import add_months
from waarborg.errors import Finding, Place
from waarborg.notice.guide import complain, limit
from waarborg.notice.page import Block, Bullets, Facts, Page, Para, Section, some
from waarborg.notice.phrases import links, pieces, placed
from waarborg.notice.words import NoticeError, Say, capital, lower, sentence
from waarborg.policy.model import Policy
from waarborg.terms import Right

ARTICLE_EXTENSION = "Art. 12(3)"


@dataclass(frozen=True, slots=True)
class Post:
    """What every letter has: to whom, when it came in, when it goes out. `to` is how the person is called."""

    received: date
    on: date
    to: str = field(default="", repr=False)
    reference: str = ""


@dataclass(frozen=True, slots=True)
class StillKept:
    """Something that stays: data references, the rule or hold of the policy, and the last day."""

    data: tuple[str, ...]
    rule: str = ""
    article: str = ""
    until: date | None = None
    why: str = "rule"


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did, by data references (`waarborg.notice.erased.erased` reads it from a plan)."""

    gone: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    kept: tuple[StillKept, ...] = ()
    told: tuple[str, ...] = ()
    """Recipients that were told (Art. 19), by id."""
    not_told: tuple[str, ...] = ()
    telling: tuple[str, ...] = ()
    """Recipients that are yet to be told: somebody sees to it, and it is tracked until they confirm."""


@dataclass(frozen=True, slots=True)
class Rectified:
    """Items that were corrected, by reference, and who was told."""

    items: tuple[str, ...]
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Restricted:
    """A restriction: on which ground of Art. 18(1), over which data, until when and what follows."""

    ground: str
    """accuracy_contested, unlawful, claims or objection_pending."""
    data: tuple[str, ...]
    until: date | None = None
    then_erase: bool = False


def erasure(policy: Policy, language: str, post: Post, what: Erased) -> Page:
    """What went, what stays with its reason, law and end date, who was told, complaint and court (Art. 17, 19)."""
    say = Say.of(policy, language)
    received = say.day(post.received)
    if not (what.gone or what.changed or what.kept):
        return _page(policy, say, post, "erasure.title_nothing", Para(say("erasure.nothing", received=received)))
    partly = bool(what.kept)
    opening = "erasure.opening" if what.kept or what.changed else "erasure.opening_all"
    gone = Section(say("erasure.gone"), some(Bullets(_named(policy, say, what.gone))))
    changed = Section(
        say("erasure.changed"),
        (Para(say("erasure.changed_says")), Bullets(_named(policy, say, what.changed))) if what.changed else (),
    )
    kept = Section(say("erasure.kept"), some(Facts(tuple(_kept(policy, say, what.kept)))))
    return _page(
        policy,
        say,
        post,
        "erasure.title_partly" if partly else "erasure.title",
        Para(say(opening, received=received)),
        gone,
        changed,
        kept,
        _backups(policy, say),
        _told(policy, say, what.told, what.not_told, what.telling),
    )


def _kept(policy: Policy, say: Say, kept: tuple[StillKept, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for one in kept:
        name = capital("; ".join(pieces(policy, say, one.data, apart=True)))
        until = say("erasure.until", date=say.day(one.until)) if one.until else say("erasure.until_unknown")
        yield name, (*_reason(policy, say, one), until)


def _reason(policy: Policy, say: Say, one: StillKept) -> list[str]:
    kind, _, id = one.rule.partition(".")
    if kind == "holds" and id in policy.holds:
        hold = policy.holds[id]
        return [
            sentence(hold.label.say(say.language))
            or say("erasure.hold", article=say.article(one.article or "Art. 17(3)(e)"))
        ]
    rule = policy.retention.get(id)
    says = [sentence(rule.label.say(say.language))] if rule and rule.label else []
    if rule and rule.law:
        says.append(say("retention.law", law=say.law(rule.law)))
    return says or [say("erasure.needed")]


def _backups(policy: Policy, say: Say) -> Section:
    terms = [rule.period for rule in policy.retention.values() if rule.sets and rule.period]
    says = (Para(say("erasure.backups_says", period=say.period(max(terms)))),) if terms else ()
    return Section(say("erasure.backups"), says)


def _told(
    policy: Policy, say: Say, told: tuple[str, ...], not_told: tuple[str, ...] = (), telling: tuple[str, ...] = ()
) -> Section:
    """Art. 19: recipients are named, not counted."""
    says = [say("letter.told_says", list=_recipients(policy, say, told))] if told else []
    if telling:
        says.append(say("letter.told_will", list=_recipients(policy, say, telling)))
    if not_told:
        says.append(say("letter.told_cannot", list=_recipients(policy, say, not_told)))
    return Section(say("letter.told"), tuple(map(Para, says or [say("letter.told_none")])))


def _recipients(policy: Policy, say: Say, ids: tuple[str, ...]) -> str:
    return say.listed(placed(policy, say, policy.recipients[id]) for id in ids)


def access(policy: Policy, language: str, post: Post, *, found: bool, withheld: bool = False) -> Page:
    """The letter that goes with an access package (Art. 15), or that says nothing was found."""
    say = Say.of(policy, language)
    received = say.day(post.received)
    if not found:
        return _page(policy, say, post, "erasure.title_nothing", Para(say("access_letter.nothing", received=received)))
    limits = tuple(limit(say, one) for one in policy.rights.limits.values()) if withheld else ()
    return _page(
        policy,
        say,
        post,
        "access_letter.title",
        Para(say("access_letter.opening", received=received)),
        Section(
            say("access_letter.open"), tuple(Para(say(f"access_letter.{n}")) for n in ("open_says", "machine", "care"))
        ),
        Section(say("access_letter.withheld"), some(Bullets(limits))),
        Section(say("access_letter.next"), (Para(say("access_letter.next_says", contact=policy.controller.contact)),)),
    )


def reply(policy: Policy, language: str, post: Post, text: str) -> Page:
    """An answer in the controller's own words: to a complaint, a question, a report. `NoticeError` WB820 if empty."""
    if not text.strip():
        raise _cannot("WB820", "The answer says nothing.", "People must be told what was done.", "Write the answer.")
    say = Say.of(policy, language)
    paragraphs = [Para(part.strip()) for part in text.split("\n\n") if part.strip()]
    opening = Para(say("reply.opening", received=say.day(post.received)))
    return _page(policy, say, post, "reply.title", opening, *paragraphs)


def portability(policy: Policy, language: str, post: Post) -> Page:
    """The letter that goes with a portability export (Art. 20)."""
    say = Say.of(policy, language)
    return _page(
        policy,
        say,
        post,
        "portability_letter.title",
        Para(say("portability_letter.opening", received=say.day(post.received))),
        Section(say("portability_letter.what"), (Para(say("portability_letter.what_says")),)),
        Section(say("portability_letter.not_in"), (Para(say("portability_letter.not_in_says")),)),
    )


def refusal(
    policy: Policy, language: str, post: Post, right: Right, *, article: str, reason: str, partly: bool = False
) -> Page:
    """A request that is refused (Art. 12(4)). Raises `NoticeError` WB820 without an article and a reason in words."""
    if not article.strip() or not reason.strip():
        raise _cannot(
            "WB820",
            "A refusal names no article or no reason.",
            "People must be told why (Art. 12(4)).",
            "Give the article of the law and the reason in plain words.",
        )
    say = Say.of(policy, language)
    form = "_partly" if partly else ""
    opening = say(f"refusal.opening{form}", received=say.day(post.received), right=say(f"asked.{right.value}"))
    why = (Para(sentence(reason)), Para(say("refusal.law", article=say.law(article))))
    return _page(policy, say, post, f"refusal.title{form}", Para(opening), Section(say("refusal.why"), why))


def extension(policy: Policy, language: str, post: Post, right: Right, *, first: date, due: date, reason: str) -> Page:
    """More time (Art. 12(3)): told inside the first term, with the reason, and two months more at most.

    `first` is the day the answer was due, `due` the new one (`waarborg.clock.response_due`). Raises `NoticeError`
    WB820 without a reason, WB821 when it is told too late or takes too long.
    """
    if not reason.strip():
        raise _cannot(
            "WB820", "An extension gives no reason.", "People must be told why (Art. 12(3)).", "Give the reason."
        )
    if post.on > first:
        raise _cannot(
            "WB821",
            "The first term has passed.",
            "An extension is told inside the first month (Art. 12(3)).",
            "Answer now, and say that it is late.",
        )
    if not first < due <= add_months(first, 2):
        raise _cannot(
            "WB821", "The new day lies outside two more months.", "Art. 12(3) gives no more.", "Choose an earlier day."
        )
    say = Say.of(policy, language)
    received, right_ = say.day(post.received), say(f"asked.{right.value}")
    opening = say("extension.opening", received=received, right=right_, first=say.day(first))
    when = say("extension.when_says", due=say.day(due), article=say.article(ARTICLE_EXTENSION))
    return _page(
        policy,
        say,
        post,
        "extension.title",
        Para(opening),
        Section(say("extension.why"), (Para(sentence(reason)),)),
        Section(say("extension.when"), (Para(when),)),
    )


def restriction(policy: Policy, language: str, post: Post, what: Restricted) -> Page:
    """Data is on hold (Art. 18): what, why, until when, and that it is told before it ends."""
    say = Say.of(policy, language)
    ends = [say("restriction.ends_says")]
    if what.until:
        name = "restriction.ends_erase" if what.then_erase else "restriction.ends_until"
        ends.append(say(name, until=say.day(what.until)))
    opening = say("restriction.opening", received=say.day(post.received), on=say.day(post.on))
    return _page(
        policy,
        say,
        post,
        "restriction.title",
        Para(opening),
        Section(say("restriction.what"), some(Bullets(_named(policy, say, what.data)))),
        Section(say("restriction.why"), (Para(say(f"ground.{what.ground}")),)),
        Section(say("restriction.ends"), tuple(map(Para, ends))),
    )


def restriction_lifted(policy: Policy, language: str, post: Post, *, since: date, resumes: date, reason: str) -> Page:
    """Told before a restriction ends (Art. 18(3)). Raises `NoticeError` WB820 without a reason, WB822 when too late."""
    if not reason.strip():
        raise _cannot(
            "WB820", "No reason is given for ending the restriction.", "People must know why.", "Give the reason."
        )
    if post.on >= resumes:
        raise _cannot(
            "WB822",
            "The letter is later than the day it announces.",
            "People are told before a restriction is lifted (Art. 18(3)).",
            "Choose a later day.",
        )
    say = Say.of(policy, language)
    opening = say("restriction_lifted.opening", since=say.day(since), on=say.day(resumes))
    return _page(
        policy,
        say,
        post,
        "restriction_lifted.title",
        Para(opening),
        Para(say("restriction_lifted.nothing_lost")),
        Section(say("restriction_lifted.why"), (Para(sentence(reason)),)),
    )


def rectification(policy: Policy, language: str, post: Post, what: Rectified) -> Page:
    """Something was corrected (Art. 16), and who was told of it (Art. 19). Never repeats a value, old or new."""
    say = Say.of(policy, language)
    return _page(
        policy,
        say,
        post,
        "rectification.title",
        Para(say("rectification.opening", received=say.day(post.received))),
        Section(
            say("rectification.what"), (Bullets(_named(policy, say, what.items)), Para(say("rectification.check")))
        ),
        _told(policy, say, what.told),
    )


def objection(policy: Policy, language: str, post: Post, purpose: str, *, stopped: bool, reason: str = "") -> Page:
    """The outcome of an objection (Art. 21). Going on needs compelling grounds in words: else `NoticeError` WB820.

    An objection to direct marketing is absolute: going on raises WB823.
    """
    one = policy.purposes[purpose]
    if one.promotional and not stopped:
        raise _cannot(
            "WB823",
            "An objection to direct marketing was not followed.",
            "It is absolute (Art. 21(2), (3)).",
            "Stop, and say that you stopped.",
        )
    if not stopped and not reason.strip():
        raise _cannot(
            "WB820", "No compelling ground is given for going on.", "Art. 21(1) asks for it.", "Give the reason."
        )
    say = Say.of(policy, language)
    opening = say("objection.opening", received=say.day(post.received), purpose=lower(one.label.say(say.language)))
    outcome = "marketing" if one.promotional else "stopped" if stopped else "continued"
    why = Section(say("objection.why"), some(Para(sentence(reason))))
    title = "objection.title_stopped" if stopped else "objection.title_continued"
    return _page(policy, say, post, title, Para(opening), Para(say(f"objection.{outcome}")), why)


# ------------------------------------------------------------------------------------------------ shared


def _named(policy: Policy, say: Say, refs: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(capital(one) for one in pieces(policy, say, refs, apart=True))


def _page(policy: Policy, say: Say, post: Post, title: str, *blocks: Block) -> Page:
    dear = say("letter.dear", to=post.to) if post.to else say("letter.dear_nobody")
    end = Section(say("letter.disagree"), tuple(map(Para, complain(policy, say))))
    sign = [Para(say("letter.regards")), Para(policy.controller.name)]
    if post.reference:
        sign.append(Para(say("letter.reference", reference=post.reference)))
    return Page(
        say.language,
        say(title),
        some(Para(dear), *blocks, end, *sign),
        over=policy.controller.name,
        under=say.day(post.on),
        links=links(policy, say),
        kind="letter",
    )


def _cannot(id: str, what: str, why: str, todo: str) -> NoticeError:
    return NoticeError([Finding(id, Place(), what, why, todo)])
