"""Mail, marketing and the help centre."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ..making.engines import Row
from ..making.people import BROWSERS, ip
from .world import QUESTIONS, World

LISTS = ("Nieuwsbrief", "Wijzigingen in de btw", "Webinars")
SEGMENTS = (
    ("factureert veel", "aantal facturen per maand"),
    ("kleine zaak", "soort organisatie en aantal mensen"),
    ("leest handleidingen", "bezochte artikels in het helpcentrum"),
)
ARTICLES = (
    ("nl", "Een factuur via Peppol sturen"), ("fr", "Envoyer une facture par Peppol"), ("nl", "Uw bank koppelen"),
    ("fr", "Relier votre banque"), ("nl", "Een creditnota maken"), ("en", "Send an invoice over Peppol"),
)  # fmt: skip


def mail_log(world: World) -> Iterator[Row]:
    """Invoices that went out by mail: from a clerk, to the buyer, now and then a copy to a contact person."""
    for one in range(1, world.invoices + 1, 2):
        dice, buyer = world.dice("mail", one), world.relation_of(one)
        clerk = world.person(world.clerk(one) or world.staff(world.biller(one))[0])
        contact = None if buyer.private or dice.chance(0.5) else world.contact_email(buyer.id * 2)
        row = (
            clerk.email or "robot@pennestreek.example", buyer.email, contact, f"Factuur {one}",
            ip(dice) if dice.chance(0.5) else None, world.moment("mail", one, 900),
        )  # fmt: skip
        yield from [row] * dice.pick((1, 1, 1, 2))


def mailing_lists(world: World) -> Iterator[Row]:
    yield from ((number, name) for number, name in enumerate(LISTS, 1))


def mailing_list_members(world: World) -> Iterator[Row]:
    for one in range(1, world.people + 1, 3):
        who, dice = world.person(one), world.dice("list", one)
        if who.email:
            for number in dice.some((1, 2, 3), dice.number(1, 2)):
                yield number, who.email.lower(), who.name, world.moment("list", one)
        elif one % 2:
            yield 1, f"lezer{one}@post.example", None, world.moment("list", one)


def marketing_permissions(world: World) -> Iterator[Row]:
    number = 0
    for one in range(1, world.people + 1, 2):
        who, dice = world.person(one), world.dice("permission", one)
        if who.email:
            number += 1
            allowed = dice.pick((True, True, False, None))
            via = dice.pick(("inschrijving", "instellingen", "link in mail"))
            said = (None, None) if allowed is None else (via, world.moment("permission", one))
            yield number, who.email.lower(), "email", allowed, *said


def segments(world: World) -> Iterator[Row]:
    yield from SEGMENTS


def person_segments(world: World) -> Iterator[Row]:
    for one in range(1, world.people + 1):
        dice = world.dice("segment", one)
        if world.person(one).kind == "user":
            name, how = dice.pick(SEGMENTS)
            yield one, name, dice.number(1, 99), how, world.moment("segment", one, 700)


def help_articles(world: World) -> Iterator[Row]:
    for number, (language, title) in enumerate(ARTICLES, 1):
        body = {"nl": "Open de factuur en kies Verzenden.", "fr": "Ouvrez la facture et choisissez Envoyer."}
        yield (
            number,
            language,
            title,
            body.get(language, "Open the invoice and choose Send."),
            (world.helper(number)),
            world.moment("article", number),
        )


def help_feedback(world: World) -> Iterator[Row]:
    for one in range(1, world.people // 8 + 1):
        dice, who = world.dice("feedback", one), world.person(one * 8)
        email = (who.email or "").lower() or dice.pick((None, f"bezoeker{one}@post.example"))
        remark = dice.pick((None, "Duidelijk, merci!", f"Groeten, {who.name}"))
        yield one, dice.number(1, len(ARTICLES)), email, dice.chance(0.7), remark, world.moment("feedback", one)


def tickets(world: World) -> Iterator[Row]:
    for one in range(1, world.tickets + 1):
        dice, who = world.dice("ticket", one), world.person(1 + (one * 4 - 1) % world.people)
        email, name = (who.email, who.name) if who.email and one % 5 else (f"vraag{one}@elders.example", None)
        opened = world.moment("ticket", one, 1300)
        closed = None if dice.chance(0.2) else opened
        handler = None if dice.chance(0.1) else world.helper(one)
        yield one, email, name, _asked(world, one)[0], dice.pick(BROWSERS), handler, opened, closed


def _asked(world: World, ticket: int) -> tuple[str, str]:
    return world.dice("question", ticket).pick(QUESTIONS)


def ticket_messages(world: World) -> Iterator[Row]:
    for one in range(1, world.tickets * 2 + 1):
        ticket = (one + 1) // 2
        dice, who = world.dice("ticket", ticket), world.person(1 + (ticket * 4 - 1) % world.people)
        asked = f"{_asked(world, ticket)[1]} {world.phone(dice, 0.3) or ''}".strip()
        answer = f"Dag {who.first}, dat zoeken wij uit. {world.person(world.helper(ticket)).name}"
        body = asked if one % 2 else answer
        yield one, ticket, body, world.moment("ticket", ticket, 1300)


def survey_answers(world: World) -> Iterator[Row]:
    for one in range(1, world.people // 6 + 1):
        dice = world.dice("survey", one)
        meta = json.dumps({"person": {"id": one * 6}, "via": dice.pick(("mail", "site"))})
        yield (
            one,
            "tevredenheid 2026",
            meta,
            dice.pick(("8", "Peppol mag eenvoudiger.", "10, doe zo voort")),
            (world.moment("survey", one, 800)),
        )
