"""The full text, last part: what people can do, where to complain, and what else a notice has to say."""

from __future__ import annotations

from collections.abc import Iterator

from waarborg.notice.first import lines
from waarborg.notice.page import Block, Bullets, Para, Section, Table, some
from waarborg.notice.phrases import called
from waarborg.notice.words import Say, capital, sentence
from waarborg.policy.model import Policy
from waarborg.policy.parts import Cookie, Limitation, RightRule
from waarborg.policy.values import CookieKind, IdentityStep, SignalTreatment, Technique
from waarborg.terms import LegalBasis, Outcome

RIGHTS = ("access", "rectification", "erasure", "restriction", "portability", "objection", "withdrawal", "stop_use")
ALWAYS = ("access", "rectification", "erasure", "restriction")
"""Rights that everybody has over everything (Art. 15–18); the others depend on the basis."""


def rights(policy: Policy, say: Say) -> Section:
    """Each right in two sentences with what to expect and when, then how to ask and what it costs."""
    parts: list[Block] = []
    for name in RIGHTS:
        if applies(policy, name):
            rule = getattr(policy.rights, name)
            says = tuple(_right(say, name, rule))
            parts.append(Section(say(f"right.{name}"), tuple(map(Para, says)), f"right-{name}", f"rights.{name}"))
    how = [say("right.how_says", list=say.listed(_intake(policy, say), "or"))] if _intake(policy, say) else []
    if IdentityStep.DOCUMENT in policy.rights.identity:
        how.append(say("right.document"))
    how.append(say("right.longer"))
    parts.append(Section(say("right.how"), tuple(map(Para, how)), "right-how", "rights.intake"))
    parts.append(Section(say("right.cost"), (Para(_cost(policy, say)),), "right-cost", "rights.fee"))
    limits = tuple(limit(say, one) for one in policy.rights.limits.values())
    if limits:
        parts.append(Section(say("right.limits"), (Bullets(limits),), "right-limits", "rights.limits"))
    return Section(say("section.rights"), some(*parts), "rights", "rights")


def limit(say: Say, one: Limitation) -> str:
    """A ground on which something is held back, with its article."""
    says = sentence(one.label.say(say.language))
    return f"{says[:-1]} ({say.law(one.law)})." if one.law else says


def applies(policy: Policy, name: str) -> bool:
    """Whether a right has anything to work on: nobody can withdraw a consent that is never asked."""
    bases = {one.basis for one in policy.purposes.values()}
    match name:
        case "withdrawal":
            return LegalBasis.CONSENT in bases
        case "portability":
            return bool(bases & {LegalBasis.CONSENT, LegalBasis.CONTRACT})
        case "objection":
            marketing = any(one.promotional for one in policy.purposes.values())
            return marketing or bool(bases & {LegalBasis.LEGITIMATE_INTERESTS, LegalBasis.PUBLIC_TASK})
        case "stop_use":
            return policy.rights.stop_use is not None
        case _:
            return True


def right_says(policy: Policy, say: Say, name: str) -> list[str]:
    """What a right is, what to expect and when, and what this policy promises beyond the law."""
    return list(_right(say, name, getattr(policy.rights, name)))


def _right(say: Say, name: str, rule: RightRule | None) -> Iterator[str]:
    period = say.period(rule.within) if rule and rule.within else say("right.month")
    within, low = say("right.within", period=period), say("right.within_low", period=period)
    yield say(f"right.{name}_says", within=within, within_low=low)
    if rule is None:
        return
    if rule.label:
        yield from lines(rule.label.say(say.language))
    if rule.self_service:
        yield say("right.self_service")
    if rule.undo:
        yield say("right.undo", period=say.period(rule.undo))
    if rule.suspend and rule.suspend.period:
        ends = "right.suspend" if rule.suspend.then is Outcome.ERASE else "right.suspend_keep"
        yield say(ends, period=say.period(rule.suspend.period))


def _intake(policy: Policy, say: Say) -> list[str]:
    return [say(f"intake.{one.value}", contact=policy.controller.contact) for one in policy.rights.intake]


def _cost(policy: Policy, say: Say) -> str:
    fee = policy.rights.fee
    if fee and fee.repeated_within and fee.at_most:
        return say("right.cost_fee", period=say.period(fee.repeated_within), amount=say.money(fee.at_most))
    return say("right.cost_free")


def complaint(policy: Policy, say: Say) -> Section:
    """How to complain: to us, to the authority, to the one where they live, to a court (Art. 13(2)(d))."""
    return Section(say("section.complaint"), tuple(map(Para, complain(policy, say))), "complaint", "rights.complaint")


def complain(policy: Policy, say: Say) -> list[str]:
    """The sentences of a complaint, as notice and letters say them."""
    says = [say("complaint.us", contact=policy.controller.contact)]
    name, website = say.authority(policy.controller.authority)
    if policy.rights.complaint:
        says.append(policy.rights.complaint.say(say.language))
    elif website:
        says.append(say("complaint.authority", authority=name, website=website))
    else:
        says.append(say("complaint.authority_named", authority=name))
    return [*says, say("complaint.elsewhere"), say("complaint.court")]


def children(policy: Policy, say: Say) -> Section:
    """What the age is, and what happens with data of someone younger."""
    says = []
    if policy.minimum_age:
        says.append(say("children.age", age=say.number(policy.minimum_age)))
    if policy.children.parental_consent:
        says.append(say("children.parental"))
    if policy.minimum_age and policy.children.then is Outcome.ERASE:
        says.append(say("children.erase"))
    if policy.children.report_to:
        says.append(say("children.report", contact=policy.children.report_to))
    return Section(say("section.children"), tuple(map(Para, says or [say("children.none")])), "children", "children")


def cookies(policy: Policy, say: Say) -> Section:
    """Every cookie with what it does, how long it stays, and whether consent is asked first."""
    one = policy.cookies
    if not one.items:
        return Section(say("section.cookies"), (Para(say("cookies.none")),), "cookies", "cookies")
    names = [f"cookies.{part}" for part in ("name", "what", "life", "consent")]
    rows = tuple(_cookie(policy, say, name, cookie) for name, cookie in one.items.items())
    table = Table(say("section.cookies"), tuple(map(say, names)), rows)
    says = []
    if one.banner:
        says.append(say("cookies.banner"))
    if one.at_most:
        says.append(say("cookies.at_most", period=say.period(one.at_most)))
    for name, treated in (("gpc", one.global_privacy_control), ("dnt", one.do_not_track)):
        if treated:
            says.append(say(f"cookies.{name}_{'honoured' if treated is SignalTreatment.HONOURED else 'ignored'}"))
    blocks = some(Para(say("cookies.intro")), table, *map(Para, says))
    return Section(say("section.cookies"), blocks, "cookies", "cookies")


def _cookie(policy: Policy, say: Say, name: str, one: Cookie) -> tuple[str, ...]:
    label = one.label.say(say.language)
    if one.recipient in policy.recipients:
        label = say("cookies.reader", label=label, name=called(policy, say, policy.recipients[one.recipient]))
    if one.technique is not Technique.COOKIE:
        label = say("cookies.technique", label=label, technique=say(f"technique.{one.technique.value}"))
    if one.without:
        label = f"{sentence(label)} {sentence(one.without.say(say.language))}"
    life = say.period(one.period) if one.period else say("cookies.session")
    return (
        name,
        capital(label),
        capital(life),
        capital(say("cookies.needed" if one.kind is CookieKind.NECESSARY else "cookies.asked")),
    )


def security(policy: Policy, say: Say) -> Section:
    """The measures that stand, and what happens when data leaks all the same."""
    measures = tuple(sentence(one.label.say(say.language)) for one in policy.measures.values() if one.label)
    intro = "security.intro" if measures else "security.plain"
    within = policy.breach.authority_within
    leak = say("security.breach", period=say.period(within)) if within else say("security.breach_plain")
    report = say("security.report", contact=policy.breach.contact) if policy.breach.contact else ""
    blocks = some(Para(say(intro)), Bullets(measures), Para(leak), Para(report))
    return Section(say("section.security"), blocks, "security", "measures")


def organisations(policy: Policy, say: Say) -> Section:
    """What an organisation's administrator may do to a member's account: a closed list."""
    powers = tuple(sentence(one.label.say(say.language)) for one in policy.organisations.powers.values())
    if not powers:
        return Section("", ())
    notice = policy.organisations.takeover_notice
    told = Para(say("organisations.notice", period=say.period(notice))) if notice else None
    blocks = some(Para(say("organisations.intro")), Bullets(powers), told)
    return Section(say("section.organisations"), blocks, "organisations", "organisations")


def changes(policy: Policy, say: Say) -> Section:
    """How changes are told, and since when this version holds."""
    one = policy.changes
    says = [say("changes.version", date=say.day(policy.version))]
    if channels := say.listed(say(f"channel.{channel.value}") for channel in one.channels):
        ahead = say.period(one.ahead) if one.ahead else ""
        says.append(say("changes.told" if ahead else "changes.told_plain", ahead=ahead, channels=channels))
    if one.choices:
        says.append(one.choices.say(say.language))
    if one.archive:
        says.append(say("changes.archive"))
    return Section(say("section.changes"), tuple(map(Para, says)), "changes", "changes")


def also(policy: Policy, say: Say) -> Section:
    """The policy's free texts."""
    says = tuple(Para(one.label.say(say.language)) for one in policy.texts.values())
    return Section(say("section.also"), says, "also", "texts")


def glossary(policy: Policy, say: Say) -> Section:
    """Terms explained, in the policy's own words."""
    says = tuple(Para(one.label.say(say.language)) for one in policy.glossary.values())
    return Section(say("section.glossary"), says, "glossary", "glossary")
