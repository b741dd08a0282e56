"""The full text, first half: who is responsible, which data, what for, and decisions that a computer takes."""

from __future__ import annotations

from collections.abc import Iterator

from waarborg.notice.page import Block, Facts, Para, Section, some
from waarborg.notice.phrases import basis, category, fine, pieces
from waarborg.notice.words import Say, capital, sentence
from waarborg.policy.model import DataCategory, Policy, Purpose
from waarborg.policy.values import Identifiability, Source, Visibility
from waarborg.terms import LegalBasis

Row = tuple[str, tuple[str, ...]]


def who(policy: Policy, say: Say) -> Section:
    """Controller, officer, representative, joint controllers, and what the policy covers."""
    one = policy.controller
    rows: list[Row] = [
        (say("who.address"), (", ".join(p for p in (one.address, capital(say.country(one.country))) if p),))
    ]
    rows.append((say("who.contact"), (one.contact,)))
    if one.registration:
        rows.append((say("who.registration"), (one.registration,)))
    if one.dpo:
        rows.append((say("who.dpo"), (one.dpo.contact, say("who.dpo_says"))))
    if rep := policy.representative:
        says = ", ".join(part for part in (rep.name, rep.address, capital(say.country(rep.country))) if part)
        rows.append((say("who.representative"), (says, rep.contact)))
    if policy.notice.scope:
        rows.append((say("who.scope"), (policy.notice.scope.say(say.language),)))
    joint = [
        Section(
            say("who.joint", name=two.name),
            some(Para(_joint(say, two.name, two.country, two.arrangement.say(say.language)))),
        )
        for two in policy.joint_controllers.values()
    ]
    blocks = some(Para(say("who.controller", name=one.name)), Facts(tuple(rows)), *joint)
    return Section(say("section.who"), blocks, "who", "controller")


def _joint(say: Say, name: str, country: str, arrangement: str) -> str:
    return say("who.joint_says", name=name, country=say.country(country), arrangement=arrangement)


def what(policy: Policy, say: Say, elsewhere: bool = False) -> Section:
    """Every category with its items, and where it comes from. Elsewhere: Art. 14, where nobody was asked for it."""
    intro = Para(say("data.intro_elsewhere" if elsewhere else "data.intro"))
    parts = [
        Section(
            one.label.say(say.language), some(*_category(policy, say, one, elsewhere)), f"data-{name}", f"data.{name}"
        )
        for name, one in policy.data.items()
    ]
    return Section(say("section.data"), some(intro, *parts), "data", "data")


def _category(policy: Policy, say: Say, one: DataCategory, elsewhere: bool) -> Iterator[Block]:
    yield Para(one.about.say(say.language))
    rows = [*_items(say, one, elsewhere), *_people(policy, say, one)]
    rows.append((say("data.source"), (sentence(say.listed(sources(say, one))),)))
    if seen := visible(say, one):
        rows.append((say("data.seen"), (sentence(say.listed(seen)),)))
    if one.special and one.special_ground:
        what, ground = say(f"special.{one.special.value}"), say(f"special_ground.{one.special_ground.value}")
        rows.append((say("data.special"), (say("data.special_says", what=what, ground=ground),)))
    yield Facts(tuple(rows))
    if one.identifiability is Identifiability.ANONYMOUS:
        yield Para(say("data.anonymous"))
    if one.identifiability is Identifiability.PSEUDONYMOUS:
        yield Para(say("data.pseudonymous"))


def sources(say: Say, one: DataCategory) -> list[str]:
    """Where a category comes from, each as a phrase."""
    names = say.listed(one.third_parties)
    return [say(f"source.{source.value}", names=names) for source in one.source]


def visible(say: Say, one: DataCategory) -> list[str]:
    """Who can see a category inside the service, each as a phrase."""
    return [say(f"visibility.{who.value}") for who in Visibility if who in one.visibility]


def _items(say: Say, one: DataCategory, elsewhere: bool) -> Iterator[Row]:
    """Required and optional apart where the person is the one who gives it (Art. 13(2)(e)); together elsewhere."""
    asked = Source.SUBJECT in one.source and not elsewhere
    required = [item for item in one.items.values() if item.required]
    optional = [item for item in one.items.values() if not item.required]
    if not (asked and required):
        listed = say.listed(fine(say, item) for item in one.items.values())
        if listed:
            yield say("data.recorded"), (sentence(listed),)
        return
    without = [item.without.say(say.language) for item in required if item.without]
    says = sentence(say.listed(fine(say, item) for item in required))
    yield say("data.required"), (says, *(without or [say("data.without_none")]))
    if optional:
        gone = [item.without.say(say.language) for item in optional if item.without]
        yield say("data.optional"), (sentence(say.listed(fine(say, item) for item in optional)), *gone)


def _people(policy: Policy, say: Say, one: DataCategory) -> Iterator[Row]:
    kinds = [policy.people[kind].label.say(say.language) for kind in one.people if kind in policy.people]
    if kinds:
        yield say("data.about"), (sentence(say.listed(kinds)),)


def why(policy: Policy, say: Say) -> Section:
    """Every purpose with its data, its basis, and what people can do about it."""
    parts = [
        Section(one.label.say(say.language), some(*_purpose(policy, say, one)), f"purpose-{name}", f"purposes.{name}")
        for name, one in policy.purposes.items()
    ]
    bases = {one.basis for one in policy.purposes.values()}
    intro = [say("purpose.intro")]
    if LegalBasis.CONSENT in bases:
        intro.append(say("purpose.intro_consent"))
    if LegalBasis.LEGITIMATE_INTERESTS in bases:
        intro.append(say("purpose.intro_interest"))
    return Section(say("section.purposes"), some(*map(Para, intro), *parts), "purposes", "purposes")


def _purpose(policy: Policy, say: Say, one: Purpose) -> Iterator[Block]:
    yield Para(one.about.say(say.language))
    rows: list[Row] = [
        (say("purpose.data"), tuple(capital(piece) for piece in pieces(policy, say, one.data, apart=True)))
    ]
    rows.append((say("purpose.basis"), tuple(_allowed(policy, say, one))))
    if one.profiling:
        rows.append((say("purpose.profiling"), (sentence(one.profiling.logic.say(say.language)),)))
        rows.append(
            (
                say("purpose.inputs"),
                tuple(capital(piece) for piece in pieces(policy, say, one.profiling.inputs, apart=True)),
            )
        )
        rows.append((say("purpose.effect"), (sentence(one.profiling.effect.say(say.language)),)))
    off = [kind.label.say(say.language) for kind in one.messages.values() if kind.refusable and not one.promotional]
    if off:
        rows.append((say("purpose.refusable"), (say("purpose.refusable_says", list=capital(say.listed(off))),)))
    yield Facts(tuple(rows))


def _allowed(policy: Policy, say: Say, one: Purpose) -> Iterator[str]:
    yield basis(say, one)
    ask = policy.notice.asks.get(one.id)
    if one.basis is LegalBasis.CONSENT and ask:
        yield say("purpose.asked", text=ask.text.say(say.language))
    if one.soft_opt_in:
        yield say("purpose.soft_opt_in")
    if one.promotional and one.basis is not LegalBasis.CONSENT:
        yield say("purpose.object_marketing")
    elif one.basis in (LegalBasis.LEGITIMATE_INTERESTS, LegalBasis.PUBLIC_TASK):
        yield say("purpose.object")
    if one.minimum_group:
        yield say("purpose.group", number=say.number(one.minimum_group))
    if one.starts:
        yield say("purpose.starts", date=say.day(one.starts))
    if one.ends:
        yield say("purpose.until", date=say.day(one.ends))


def decisions(policy: Policy, say: Say) -> Section:
    """Decisions without a person in them (Art. 22), or that there are none."""
    made = [one for one in policy.purposes.values() if one.automated_decision]
    blocks = some(*(_decision(say, one) for one in made)) or (Para(say("decision.none")),)
    return Section(say("section.decisions"), blocks, "decisions", "purposes")


def _decision(say: Say, one: Purpose) -> Section | None:
    made = one.automated_decision
    if made is None:
        return None
    contest = [say("decision.contest_says", contact=made.contest)]
    if made.suspends:
        contest.append(say("decision.suspends"))
    rows: tuple[Row, ...] = (
        (say("decision.logic"), (sentence(made.logic.say(say.language)),)),
        (say("decision.effect"), (sentence(made.effect.say(say.language)),)),
        (say("decision.contest"), tuple(contest)),
    )
    path = f"purposes.{one.id}.automated_decision"
    return Section(one.label.say(say.language), (Facts(rows),), f"decision-{one.id}", path)


def categories(policy: Policy, say: Say) -> list[str]:
    """The names of all categories, in the order of the file."""
    return [category(policy, say, name) for name in policy.data]
