"""Parts of the policy as phrases: data, recipients, terms, bases. Notices and letters are made of these."""

from __future__ import annotations

import re
from collections.abc import Iterable

from waarborg.notice.words import Say, capital, lower, sentence
from waarborg.policy.model import DataItem, Policy, Purpose, Recipient, RetentionRule
from waarborg.policy.values import InterestOf
from waarborg.policy.words import EVENTS, words_of
from waarborg.terms import LegalBasis, Outcome

BARE = re.compile(r"^(?:de|het|the) ")
"""An article in front of a country's name: inside brackets it goes."""
PRECISIONS = ("country", "town", "year", "month", "region")


def category(policy: Policy, say: Say, name: str) -> str:
    """A category's name for people."""
    found = policy.data.get(name)
    return found.label.say(say.language) if found else ""


def item(policy: Policy, say: Say, ref: str) -> str:
    """An item's name for people; empty for a whole category."""
    name, _, part = ref.partition(".")
    found = policy.data[name].items.get(part) if name in policy.data else None
    return words_of(found).say(say.language) if found else ""


def data(policy: Policy, say: Say, refs: Iterable[str]) -> str:
    """References as people read them: `inhoud en accountgegevens (naam en foto)`.

    Where a name holds an `en` of its own, semicolons keep the names apart.
    """
    told = pieces(policy, say, refs)
    return "; ".join(told) if len(told) > 1 and any(" " in one for one in told) else say.listed(told)


def pieces(policy: Policy, say: Say, refs: Iterable[str], apart: bool = False) -> list[str]:
    """The same one by one: a category, with its items where not all of it is meant.

    `apart` is for lists, where a colon reads better than brackets: `facturen en betaling: naam en bedrag`.
    """
    refs = list(refs)
    parts: dict[str, list[str]] = {}
    for ref in refs:
        name, _, part = ref.partition(".")
        if name in policy.data:
            parts.setdefault(name, []).extend([item(policy, say, ref)] if part else [])
    whole = {ref for ref in refs if "." not in ref}
    out = []
    for name, items in parts.items():
        label = lower(category(policy, say, name))
        if name in whole or not items:
            out.append(label)
        else:
            listed = say.listed(dict.fromkeys(items))
            out.append(f"{label}{say('page.colon')} {listed}" if apart else f"{label} ({listed})")
    return out


def fine(say: Say, one: DataItem) -> str:
    """An item's name, with how fine it is stored where that is promised."""
    name = words_of(one).say(say.language)
    if one.precision in PRECISIONS and one.precision != one.id:
        return say("data.precision", item=name, precision=say(f"precision.{one.precision}"))
    return name


def called(policy: Policy, say: Say, who: Recipient) -> str:
    """A recipient's name. One that is no proper name (`your organisation`) is called by what it is to people."""
    label = who.label.say(say.language)
    return capital(label) if label and who.name[:1].islower() else who.name


def placed(policy: Policy, say: Say, who: Recipient, reach: bool = False) -> str:
    """A recipient with its country: `Postduif B.V. (Nederland)`. For a kind of people there is no one country.

    With `reach`, its contact stands there too.
    """
    country = "" if who.name[:1].islower() else BARE.sub("", say.country(who.country))
    known = ", ".join(part for part in (country, who.contact if reach else "") if part)
    return called(policy, say, who) + (f" ({known})" if known else "")


def basis(say: Say, purpose: Purpose) -> str:
    """Why a purpose is lawful, in a sentence or two."""
    if purpose.basis is None:
        return ""
    name = f"basis.{purpose.basis.value}"
    match purpose.basis:
        case LegalBasis.LEGITIMATE_INTERESTS:
            if purpose.interest_of is not InterestOf.CONTROLLER:
                name += f"_{purpose.interest_of.value}"
            return say(name, interest=lower(sentence(purpose.interest.say(say.language))))
        case LegalBasis.LEGAL_OBLIGATION | LegalBasis.PUBLIC_TASK:
            return say(name, law=say.law(purpose.law))
        case _:
            return say(name)


def event(policy: Policy, say: Say, name: str, when: str) -> str:
    """An event after `tot` (`when="until"`) or after a period (`when="after"`), as a clause that fits there."""
    if say.has(f"{when}.{name}") and name not in policy.events:
        return say(f"{when}.{name}")
    words = policy.events[name].label if name in policy.events else EVENTS.get(name)
    told = lower(words.say(say.language)) if words else ""
    return say(f"{when}.other", event=told)


def term(policy: Policy, say: Say, rule: RetentionRule) -> str:
    """How long: `zeven jaar na het einde van het boekjaar`."""
    if rule.until:
        return event(policy, say, rule.until, "until")
    if rule.period is None:
        return ""
    after = event(policy, say, rule.starts_at, "after") if rule.starts_at else ""
    return say("retention.term", period=say.period(rule.period), event=after).strip()


def outcome(say: Say, rule: RetentionRule) -> str:
    """What comes of the data then."""
    if rule.then is Outcome.ISOLATE:
        if rule.release_after:
            return say("retention.isolate", period=say.period(rule.release_after))
        return say("retention.isolate_plain")
    return say(f"retention.{rule.then.value}") if rule.then else ""


def stay(policy: Policy, say: Say, rule: RetentionRule) -> list[str]:
    """Everything a rule says to people: how long, what then, which law, what stays when they ask to erase."""
    told = [sentence(term(policy, say, rule)) + " " + outcome(say, rule)]
    if rule.at_most:
        told[0] += " " + say("retention.at_most", period=say.period(rule.at_most))
    if rule.label:
        told.append(sentence(rule.label.say(say.language)))
    if rule.law:
        told.append(say("retention.law", law=say.law(rule.law)))
        if rule.keep:
            names = dict.fromkeys(item(policy, say, ref) for ref in kept_in_order(rule))
            told.append(say("retention.kept", list=say.listed(one for one in names if one)))
        else:
            told.append(say("retention.kept_all"))
    bounds = rule.per_tenant
    if bounds and bounds.at_least and bounds.at_most:
        least, most = say.period(bounds.at_least), say.period(bounds.at_most)
        told.append(say("retention.tenant", least=least, most=most))
    if rule.warn_before:
        told.append(say("retention.warn", period=say.period(rule.warn_before)))
    return [one.strip() for one in told]


def kept_in_order(rule: RetentionRule) -> list[str]:
    """What a rule keeps, in the order of the file."""
    refs = []
    for name in rule.keep:
        refs += [name] if "." in name else [f"{ref.partition('.')[0]}.{name}" for ref in rule.data]
    return list(dict.fromkeys(refs))


def links(policy: Policy, say: Say) -> dict[str, str]:
    """The texts that lead somewhere: declared contacts, websites and the authority."""
    from waarborg.policy.walk import contacts

    found: dict[str, str] = {}
    for _, contact in contacts(policy):
        if contact.startswith("https://"):
            found[contact] = contact
        elif "@" in contact and " " not in contact:
            found[contact] = f"mailto:{contact}"
    for one in policy.recipients.values():
        if one.website.startswith("https://"):
            found[one.website] = one.website
    name, website = say.authority(policy.controller.authority)
    if website:
        found |= {website: website, name: website}
    return found
