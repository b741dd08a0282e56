"""The first page of an answer: everything Art. 15(1) asks to be told, around the data itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from waarborg.notice import full, guide, handover
from waarborg.notice.narrow import only
from waarborg.notice.page import Block, Bullets, Facts, Page, Para, Section, Table, some
from waarborg.notice.phrases import category, data, links, pieces, placed, stay
from waarborg.notice.tables import Told
from waarborg.notice.words import Say, capital, lower, sentence
from waarborg.policy.model import Policy, Recipient

FEW = 5
"""So many days are listed; of more the first and the last."""
WHY = {"about them": "about", "mentions them": "mentions", "visible to them": "visible"}


@dataclass(frozen=True, slots=True)
class Given:
    """Something that a recipient got of this person."""

    on: date | None
    data: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exceptional:
    """Something that was handed over on one of the policy's exceptional grounds."""

    ground: str
    who: str
    on: date | None
    data: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts15:
    """What was found, for the overview to tell."""

    told: list[Told] = field(repr=False)
    found: set[str]
    """Data references with a value."""
    withheld: tuple[str, ...]
    made: date
    given: Mapping[str, Sequence[Given]] = field(default_factory=dict)
    """The recipients that have this person's data, each with what it got and when, as far as that was written down."""
    exceptional: Sequence[Exceptional] = ()
    portable: bool = False


def overview(policy: Policy, say: Say, facts: Facts15) -> Page:
    """The overview, in the person's language."""
    seen = only(policy, facts.found)
    seen = replace(seen, recipients={id: seen.recipients.get(id, policy.recipients[id]) for id in facts.given})
    seen = replace(seen, transfers={n: t for n, t in policy.transfers.items() if t.recipient in seen.recipients})
    name = policy.controller.name
    lead = "answer.lead" if facts.found else "answer.lead_none"
    if facts.portable:
        lead = "answer.lead_portable"
    blocks: list[Block | None] = [Para(say(lead), lead=True), *_data(policy, say, facts)]
    if not facts.portable:
        blocks += _about(policy, seen, say, facts)
    blocks += [guide.complaint(policy, say), _files(say, facts)]
    where = dict(links(policy, say))
    for one in facts.told:
        if one.page:
            where[_all(say, one)] = one.page
    return Page(
        say.language,
        say("answer.title_portable") if facts.portable else say("answer.title", name=name),
        some(*blocks),
        over=name,
        under=say("answer.made", date=say.day(facts.made)),
        contents=say("page.contents"),
        skip=say("page.skip"),
        links=where,
        kind="answer",
    )


def _data(policy: Policy, say: Say, facts: Facts15) -> Iterator[Section]:
    told = [one for one in facts.told if one.rows]
    home = {id(one): _home(policy, one) for one in told}
    sections, empty = [], []
    for name in policy.data:
        mine = [one for one in told if home[id(one)] == name]
        elsewhere = [one for one in told if home[id(one)] != name and any(_in(ref, name) for ref in one.filled)]
        if not any(_in(ref, name) for ref in facts.found) and not mine:
            empty.append(lower(category(policy, say, name)))
            continue
        sections.append(_category(policy, say, name, mine, elsewhere, home))
    yield Section(say("answer.found"), some(*sections), "data")
    if empty and not facts.portable:
        yield Section(say("answer.nothing"), (Para(say("answer.nothing_says", list="; ".join(empty))),), "nothing")
    yield Section(
        say("answer.withheld"), some(*_withheld(policy, say, facts)) if not facts.portable else (), "withheld"
    )


def _in(ref: str, name: str) -> bool:
    return ref.partition(".")[0] == name


def _home(policy: Policy, one: Told) -> str:
    """The category under which a table is told: the one most of its columns are of."""
    names = [ref.partition(".")[0] for ref in one.part.columns.values()]
    return max(dict.fromkeys(names), key=names.count)


def _category(
    policy: Policy, say: Say, name: str, mine: list[Told], elsewhere: list[Told], home: dict[int, str]
) -> Section:
    one = policy.data[name]
    blocks: list[Block] = [Para(one.about.say(say.language))]
    rows: list[tuple[str, tuple[str, ...]]] = [(say("answer.source"), (sentence(say.listed(full.sources(say, one))),))]
    if seen := full.visible(say, one):
        rows.append((say("data.seen"), (sentence(say.listed(seen)),)))
    blocks.append(Facts(tuple(rows)))
    numbers: dict[str, int] = {}
    for told in mine:
        numbers[told.title] = numbers.get(told.title, 0) + 1
        title = told.title if numbers[told.title] == 1 else f"{told.title} ({numbers[told.title]})"
        blocks.append(_table(say, told, title))
    if elsewhere and not mine:
        where = dict.fromkeys(lower(category(policy, say, home[id(told)])) for told in elsewhere)
        blocks.append(Para(say("answer.see", list="; ".join(where))))
    found = sum(told.rows for told in mine)
    return Section(one.label.say(say.language), some(*blocks), f"data-{name}", note=_rows(say, found) if found else "")


def _table(say: Say, told: Told, title: str) -> Section:
    says = [Para(say(f"answer.{WHY[told.part.why]}"))] if told.part.why in WHY else []
    after = [Para(_all(say, told))] if told.page else []
    return Section(title, some(*says, _shown(told, title), *after), note=_rows(say, told.rows))


def _shown(told: Told, title: str) -> Block:
    """A single row reads as facts, a single column as a list; everything else is a table."""
    if told.rows == 1 and len(told.columns) > 1:
        return Facts(tuple((name, (cell,)) for name, cell in zip(told.columns, told.first[0], strict=True)))
    if len(told.columns) == 1:
        return Bullets(tuple(row[0] for row in told.first))
    return Table(title, told.columns, told.first)


def _all(say: Say, told: Told) -> str:
    """The words of the link to a table's pages: they name the table, so that each link says where it leads."""
    return f"{say('answer.all', count=say.figure(told.rows))}: {lower(told.title)}"


def _rows(say: Say, count: int) -> str:
    return say("answer.row") if count == 1 else say("answer.rows", count=say.figure(count))


def _withheld(policy: Policy, say: Say, facts: Facts15) -> Iterator[Block]:
    lines = []
    if facts.withheld:
        lines.append(say("answer.withheld_line", list="; ".join(pieces(policy, say, facts.withheld))))
        lines += [guide.limit(say, one) for one in policy.rights.limits.values()]
    yield Bullets((*lines, say("answer.withheld_secret")))


def _about(policy: Policy, seen: Policy, say: Say, facts: Facts15) -> list[Block | None]:
    """Purposes, decisions, recipients, transfers, terms, rights: about the data that was found, and no other."""
    if not facts.found:
        return [guide.rights(policy, say)]
    return [
        full.why(seen, say),
        full.decisions(seen, say),
        _recipients(policy, seen, say, facts),
        handover.transfers(seen, say),
        handover.retention(seen, say),
        _stays(seen, say),
        guide.rights(policy, say),
    ]


def _recipients(policy: Policy, seen: Policy, say: Say, facts: Facts15) -> Section:
    """Who has it, when each got what as far as that was written down, and what went out by way of exception."""
    told = handover.recipients(seen, say)
    rows = tuple(
        (placed(policy, say, policy.recipients[id]), tuple(_when(policy, say, policy.recipients[id], given)))
        for id, given in facts.given.items()
        if any(one.on for one in given)
    )
    dated = Section(say("answer.given"), (Facts(rows),) if rows else (), "given")
    return replace(told, blocks=some(*told.blocks, dated, _exceptional(policy, say, facts)))


def _when(policy: Policy, say: Say, who: Recipient, given: Sequence[Given]) -> Iterator[str]:
    days = sorted({one.on for one in given if one.on})
    if len(days) > FEW:
        yield say("answer.given_between", count=say.figure(len(given)), first=say.day(days[0]), last=say.day(days[-1]))
    else:
        yield say("answer.given_on", date=say.listed(say.day(day) for day in days))
    if refs := tuple(dict.fromkeys(ref for one in given for ref in one.data)):
        yield say("answer.given_what", data=data(policy, say, refs))
    if who.contact:
        yield say("recipient.contact", contact=who.contact)


def _exceptional(policy: Policy, say: Say, facts: Facts15) -> Section:
    rows = []
    for one in facts.exceptional:
        ground = policy.disclosures.get(one.ground)
        says = [sentence(ground.label.say(say.language))] if ground else []
        if one.on:
            says.append(say("answer.given_on", date=say.day(one.on)))
        rows.append((one.who, (*says, say("answer.given_what", data=data(policy, say, one.data)))))
    return Section(say("answer.exceptional"), (Facts(tuple(rows)),) if rows else (), "exceptional")


def _stays(seen: Policy, say: Say) -> Section:
    """What a law keeps even against a request to erase: why, and until when."""
    rows = [
        (capital("; ".join(pieces(seen, say, rule.data))), tuple(stay(seen, say, rule)))
        for rule in seen.retention.values()
        if rule.law and rule.data
    ]
    return Section(say("answer.stays"), some(Facts(tuple(rows))), "stays")


def _files(say: Say, facts: Facts15) -> Section:
    return Section(say("answer.files"), (Para(say("answer.files_says")),) if facts.found else (), "files")
