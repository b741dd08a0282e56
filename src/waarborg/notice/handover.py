"""The full text, second half: who gets data and where, how long it stays."""

from __future__ import annotations

from collections.abc import Iterator

from waarborg.notice.page import Bullets, Facts, Para, Section, some
from waarborg.notice.phrases import called, data, pieces, placed, stay
from waarborg.notice.words import Say, capital, sentence
from waarborg.policy.law import EEA
from waarborg.policy.model import Policy, Recipient, RetentionRule
from waarborg.policy.values import Role, Safeguard

GROUPS: tuple[tuple[str, tuple[Role, ...]], ...] = (
    ("processor", (Role.PROCESSOR,)),
    ("group", (Role.AFFILIATE,)),
    ("organisation", (Role.ORGANISATION,)),
    ("own", (Role.CONTROLLER, Role.JOINT_CONTROLLER, Role.INTEGRATION)),
    ("authority", (Role.AUTHORITY,)),
)


def recipients(policy: Policy, say: Say) -> Section:
    """Who gets data, by what they are to people; and the closed list of other grounds to hand it over."""
    if not policy.recipients:
        parts: tuple[Section, ...] = ()
        intro = say("recipient.none")
    else:
        intro = say("recipient.intro")
        parts = tuple(_groups(policy, say))
    grounds = tuple(sentence(one.label.say(say.language)) for one in policy.disclosures.values())
    other = Section(
        say("recipient.disclosures"),
        (Para(say("recipient.disclosures_says")), Bullets(grounds)) if grounds else (),
        "disclosures",
        "disclosures",
    )
    return Section(say("section.recipients"), some(Para(intro), *parts, other), "recipients", "recipients")


def _groups(policy: Policy, say: Say) -> Iterator[Section]:
    chosen = [one for one in policy.recipients.values() if one.by_choice]
    for name, roles in GROUPS:
        found = [one for one in policy.recipients.values() if one.role in roles and not one.by_choice]
        if found:
            yield _group(policy, say, name, found)
    if chosen:
        yield _group(policy, say, "choice", chosen)


def _group(policy: Policy, say: Say, name: str, found: list[Recipient]) -> Section:
    rows = tuple((placed(policy, say, one), tuple(_recipient(policy, say, one))) for one in found)
    return Section(
        say(f"recipient.{name}"), (Para(say(f"recipient.{name}_says")), Facts(rows)), f"recipient-{name}", "recipients"
    )


def _recipient(policy: Policy, say: Say, one: Recipient) -> Iterator[str]:
    if called(policy, say, one) == one.name:
        yield sentence(one.label.say(say.language))
    yield say("recipient.gets", data=data(policy, say, one.data))
    if one.contact:
        yield say("recipient.contact", contact=one.contact)
    if one.website:
        yield say("recipient.website", website=one.website)


def transfers(policy: Policy, say: Say) -> Section | None:
    """What leaves the European Economic Area, on what it rests, and how to get a copy of that."""
    rows = []
    for one in policy.transfers.values():
        who = policy.recipients[one.recipient]
        says = [say("transfer.line", country=say.country(one.country), data=data(policy, say, who.data))]
        if one.safeguard:
            says.append(say(f"safeguard.{one.safeguard.kind.value}"))
            if one.safeguard.valid_until:
                says.append(say("transfer.valid", date=say.day(one.safeguard.valid_until)))
            if one.copy_from or one.safeguard.kind is not Safeguard.ADEQUACY:
                says.append(sentence(one.copy_from.say(say.language)))
        rows.append((called(policy, say, who), tuple(says)))
    if not rows:
        inside = all(who.country in EEA for who in policy.recipients.values())
        blocks = (Para(say("transfer.none")),) if inside else ()
    else:
        blocks = (Para(say("transfer.intro")), Facts(tuple(rows)))  # type: ignore[assignment]
    return Section(say("section.transfers"), blocks, "transfers", "transfers") if blocks else None


def retention(policy: Policy, say: Say) -> Section:
    """How long each category stays, what then, which law demands it, and what stays when somebody asks to erase."""
    rows = [
        (_named(policy, say, rule), tuple(stay(policy, say, rule))) for rule in policy.retention.values() if rule.data
    ]
    for rule in policy.retention.values():
        if rule.sets:
            rows.append((say("retention.backups"), (backups(say, rule),)))
    for hold in policy.holds.values():
        says = say(
            "retention.hold_says", label=sentence(hold.label.say(say.language)), data=data(policy, say, hold.data)
        )
        rows.append((say("retention.hold"), (says,)))
    blocks = some(Para(say("retention.intro")), Facts(tuple(rows)))
    return Section(say("section.retention"), blocks, "retention", "retention")


def backups(say: Say, rule: RetentionRule) -> str:
    """What people must know about backups: how long, and that nobody looks at them."""
    if rule.period is None:
        return say("retention.backups_plain")
    return say("retention.backups_says", period=say.period(rule.period))


def _named(policy: Policy, say: Say, rule: RetentionRule) -> str:
    return capital("; ".join(pieces(policy, say, rule.data, apart=True)))
