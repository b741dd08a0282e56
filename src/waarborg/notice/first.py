"""The first layer of a notice: who, why, who gets it, what would surprise, what people can do. Half a minute."""

from __future__ import annotations

import re
from collections.abc import Iterator

from waarborg.notice.page import Bullets, Para, Section, some
from waarborg.notice.phrases import called, category
from waarborg.notice.words import Say, lower, sentence
from waarborg.policy.law import EEA
from waarborg.policy.model import Policy
from waarborg.policy.values import Source
from waarborg.terms import LegalBasis

SENTENCES = re.compile(r"(?<=[.!?])\s+")


def first_layer(policy: Policy, say: Say) -> Section:
    """The section `In het kort`."""
    parts = (
        Section(say("short.who"), some(Para(_who(policy, say)))),
        Section(say("short.why"), some(Bullets(tuple(_why(policy, say))))),
        Section(say("short.who_gets"), some(*map(Para, _gets(policy, say)))),
        Section(say("short.surprise"), some(Bullets(tuple(dict.fromkeys(_surprises(policy, say)))))),
        Section(say("short.rights"), some(Para(say("short.rights_says")))),
    )
    return Section(say("page.short"), some(*parts), id="short", first=True)


def _who(policy: Policy, say: Say) -> str:
    one = policy.controller
    country = say.country(one.country)
    name = "short.who_says" if country else "short.who_says_nowhere"
    return say(name, name=one.name, country=country, contact=one.contact)


def _why(policy: Policy, say: Say) -> Iterator[str]:
    asked = [one for one in policy.purposes.values() if one.basis is LegalBasis.CONSENT]
    always = [one for one in policy.purposes.values() if one.basis is not LegalBasis.CONSENT]
    for name, purposes in (("short.why_always", always), ("short.why_asked", asked)):
        if purposes:
            yield say(name, list=say.listed(lower(one.label.say(say.language)) for one in purposes))


def _gets(policy: Policy, say: Say) -> Iterator[str]:
    if not policy.recipients:
        yield say("short.nobody_gets")
        return
    yield say("short.who_gets_says")
    many = len(policy.recipients) > 1
    yield say("short.who_gets_count" if many else "short.who_gets_one", count=say.number(len(policy.recipients)))


def _surprises(policy: Policy, say: Say) -> Iterator[str]:
    """What the policy itself calls surprising comes first; what anybody would be surprised by is never left out."""
    yield from (one for one in SENTENCES.split(policy.notice.summary.say(say.language).strip()) if one)
    for transfer in policy.transfers.values():
        who = policy.recipients[transfer.recipient]
        if transfer.country not in EEA:
            yield say("short.outside", name=called(policy, say, who), country=say.country(transfer.country))
    for source, name in ((Source.INFERRED, "inferred"), (Source.THIRD_PARTY, "third")):
        found = [key for key, one in policy.data.items() if source in one.source]
        if found:
            yield say(f"short.{name}", list=say.listed(lower(category(policy, say, key)) for key in found))
    profiled = [one for one in policy.purposes.values() if one.profiling]
    decided = [one for one in policy.purposes.values() if one.automated_decision]
    for name, purposes in (("profiling", profiled), ("decision", decided)):
        if purposes:
            yield say(f"short.{name}", list=say.listed(lower(one.label.say(say.language)) for one in purposes))


def lines(text: str) -> list[str]:
    """A text of several sentences, one by one."""
    return [sentence(one) for one in SENTENCES.split(text.strip()) if one]
