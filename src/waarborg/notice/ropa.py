"""The record of processing (Art. 30): 30(1) as controller, from the policy alone; 30(2) as processor for others.

A record is a page (HTML, Markdown) and the same rows as CSV.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from waarborg.notice.cells import safe
from waarborg.notice.full import who
from waarborg.notice.page import Bullets, Page, Section, Table, some
from waarborg.notice.phrases import called, category, links, pieces, placed, stay
from waarborg.notice.render import service
from waarborg.notice.words import NoticeError, Say, capital, lower, sentence
from waarborg.policy.model import Policy, Purpose, RetentionRule

COLUMNS = ("purpose", "basis", "people", "data", "recipients", "transfers", "terms")
COLUMNS_2 = ("controller", "work", "data", "transfers")


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """Somebody we process data for (Art. 30(2)(a), (b)): who, how they are reached, what we do, with which data."""

    name: str
    contact: str
    work: str
    data: tuple[str, ...]
    representative: str = ""
    officer: str = ""


def record(policy: Policy, language: str) -> Page:
    """The controller's record (Art. 30(1)). Raises `NoticeError` WB801 for what the record cannot do without."""
    from waarborg.notice.gaps import complete

    complete(policy, language)
    say = Say.of(policy, language)
    table = Table(
        say("record.title"), _columns(say, COLUMNS), [_row(policy, say, one) for one in policy.purposes.values()], True
    )
    return _page(policy, say, "record.title", "record.article", table)


def record_of_processor(policy: Policy, language: str, served: Sequence[OnBehalf]) -> Page:
    """The processor's record (Art. 30(2)): per controller the work, the data and the transfers.

    Raises `NoticeError` WB824 for a controller without a name, a contact or a description of the work.
    """
    say = Say.of(policy, language)
    for one in served:
        if not (one.name and one.contact and one.work):
            raise NoticeError.one(
                "WB824",
                "A controller we work for lacks a name, a contact or what we do for them.",
                "The record holds these for each controller (Art. 30(2)).",
                "Complete it.",
            )
    table = Table(
        say("record.title_processor"), _columns(say, COLUMNS_2), [_served(policy, say, one) for one in served], True
    )
    return _page(policy, say, "record.title_processor", "record.article_processor", table)


def to_csv(page: Page) -> str:
    """The rows of a record as CSV, harmless in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    for block in page.blocks:
        if isinstance(block, Table):
            writer.writerow(block.columns)
            writer.writerows([safe(cell) for cell in row] for row in block.rows)
    return out.getvalue()


def _columns(say: Say, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(say(f"record.{name}") for name in names)


def _row(policy: Policy, say: Say, one: Purpose) -> tuple[str, ...]:
    touched = [who for who in policy.recipients.values() if one.id in who.purposes]
    outside = [t for t in policy.transfers.values() if any(who.id == t.recipient for who in touched)]
    refs = {ref.partition(".")[0] for ref in one.data}
    kinds = dict.fromkeys(kind for name in refs for kind in policy.data[name].people if kind in policy.people)
    people = [policy.people[kind].label.say(say.language) for kind in policy.people if kind in kinds]
    rules = [r for r in policy.retention.values() if any(r.covers(ref) for ref in policy.expand(one.data))]
    basis = say(f"basis_name.{one.basis.value}") if one.basis else ""
    if one.law:
        basis += f" ({say.law(one.law)})"
    return (
        capital(one.label.say(say.language)),
        capital(basis),
        capital(say.listed(people)) or capital(say("record.everyone")),
        "\n".join(capital(piece) for piece in pieces(policy, say, one.data, apart=True)),
        "\n".join(f"{placed(policy, say, who)}, {say(f'role.{who.role.value}')}" for who in touched if who.role)
        or say("record.none"),
        "\n".join(
            _transfer(policy, say, t.recipient, t.country, t.safeguard.kind.value) for t in outside if t.safeguard
        )
        or say("record.none"),
        "\n".join(dict.fromkeys(_term(policy, say, rule) for rule in rules)),
    )


def _term(policy: Policy, say: Say, rule: RetentionRule) -> str:
    """`Facturen: zeven jaar na het einde van het boekjaar. Daarna wissen wij ze.`"""
    names = capital("; ".join(pieces(policy, say, rule.data, apart=True)))
    return f"{names}{say('page.colon')} {lower(stay(policy, say, rule)[0])}"


def _transfer(policy: Policy, say: Say, recipient: str, country: str, safeguard: str) -> str:
    return (
        f"{called(policy, say, policy.recipients[recipient])}, {say.country(country)}. {say(f'safeguard.{safeguard}')}"
    )


def _served(policy: Policy, say: Say, one: OnBehalf) -> tuple[str, ...]:
    reached = [part for part in (one.name, one.contact, one.representative, one.officer) if part]
    gets = {who.id for who in policy.recipients.values() if set(policy.expand(who.data)) & set(policy.expand(one.data))}
    outside = [t for t in policy.transfers.values() if t.recipient in gets and t.safeguard]
    return (
        "\n".join(reached),
        sentence(one.work),
        "\n".join(capital(category(policy, say, ref.partition(".")[0])) for ref in one.data),
        "\n".join(
            _transfer(policy, say, t.recipient, t.country, t.safeguard.kind.value) for t in outside if t.safeguard
        )
        or say("record.none"),
    )


def _measures(policy: Policy, say: Say) -> Iterator[str]:
    for one in policy.measures.values():
        if one.label:
            yield sentence(one.label.say(say.language))


def _page(policy: Policy, say: Say, title: str, article: str, table: Table) -> Page:
    measures = Section(say("record.measures"), some(Bullets(tuple(_measures(policy, say)))), "measures")
    return Page(
        say.language,
        say(title),
        some(who(policy, say), table, measures),
        over=service(policy),
        under=f"{say(article)} · {say('record.of', date=say.day(policy.version))}",
        skip=say("page.skip"),
        links=links(policy, say),
        kind="record",
    )
