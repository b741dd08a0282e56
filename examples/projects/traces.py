"""What they leave behind: logins, bills, questions to the help desk, and what the service learns of their use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ..making.engines import Row
from ..making.people import BROWSERS, DEVICES, TOWNS, address, dutch_vat, iban, ip, phone, spaced
from .world import THINGS, World


def login_attempts(world: World) -> Iterator[Row]:
    for one in range(1, world.people * 3 + 1):
        dice, member = world.dice("login", one), (one + 2) // 3
        mail = world.email(member)
        typed = dice.pick([mail, mail.lower(), mail.upper(), f"{mail.lower()} ", f"{member}@onbekend.example"])
        town = dice.pick(TOWNS)[0]
        yield one, typed, ip(dice), dice.pick(BROWSERS), town, dice.chance(0.8), world.moment("login", one, 400)


def sessions(world: World) -> Iterator[Row]:
    for one in range(1, world.people + 1, 2):
        dice = world.dice("session", one)
        yield dice.hex(32), one, ip(dice), dice.pick(BROWSERS), dice.pick(DEVICES)


def invoices(world: World) -> Iterator[Row]:
    for one in range(1, world.people // 4 + 1):
        member = one * 4
        dice, day, account = world.dice("invoice", one), world.day("invoice", one, 3300), iban(one)
        vat = dutch_vat(one) if dice.chance(0.5) else None
        yield (
            one, f"{day.year}-{one:06}", world.organisation(member), member, world.name(member), address(dice), vat,
            spaced(account), account, world.email(member).lower(), dice.number(900, 90_000), day,
            date(day.year, 12, 31),
        )  # fmt: skip


def invoice_lines(world: World) -> Iterator[Row]:
    for one in range(1, world.people // 4 + 1):
        yield one * 2 - 1, one, "Taakveld Team, per maand", 900
        yield one * 2, one, "Extra opslag", 250


def support_tickets(world: World) -> Iterator[Row]:
    for one in range(1, world.people // 5 + 1):
        dice, member = world.dice("ticket", one), one * 5
        mail = world.email(member) if one % 3 else f"vraag{one}@elders.example"
        words = f"Ik kan niet inloggen. Bel mij op {phone(dice)}." if dice.chance(0.4) else "Waar staat de export?"
        opened = world.moment("ticket", one, 1200)
        closed = None if dice.chance(0.2) else opened
        handler = dice.pick([None, world.staff(1)[0]])
        yield one, mail, world.name(member), words, dice.pick(BROWSERS), handler, opened, closed


def support_messages(world: World) -> Iterator[Row]:
    for one in range(1, world.people // 5 + 1):
        name = world.name(one * 5).split()[0]
        yield one, one, f"Beste {name}, dat zit onder Instellingen.", world.moment("answer", one, 1200)


def activities(world: World) -> Iterator[Row]:
    for one in range(1, world.people * 4 + 1):
        dice, actor = world.dice("activity", one), (one + 3) // 4
        other = dice.pick(world.staff(world.organisation(actor)))
        subject = dice.pick([f"member,{other}", f"task,{dice.number(1, world.tasks)}"])
        actor = 0 if dice.chance(0.05) else actor
        yield one, actor, subject, dice.pick(["bekeken", "gewijzigd"]), ip(dice), world.moment("act", one, 500)


def feature_uses(world: World) -> Iterator[Row]:
    for one in range(1, world.people * 2 + 1):
        dice, at = world.dice("feature", one), world.moment("feature", one, 700)
        yield from [((one + 1) // 2, dice.pick(["bord", "zoeken", "export"]), at)] * dice.pick([1, 1, 2])


def searches(world: World) -> Iterator[Row]:
    for one in range(1, world.people + 1):
        dice = world.dice("search", one)
        term = dice.pick([dice.pick(THINGS)[3:], world.name(dice.number(1, world.people))])
        yield one, one, term, world.moment("search", one, 700)


def coworker_scores(world: World) -> Iterator[Row]:
    for one in range(1, world.people + 1):
        staff = world.staff(world.organisation(one))
        other = staff[(one - staff[0] + 1) % len(staff)]
        if other != one:
            yield one, other, world.dice("score", one).number(1, 99), world.day("score", one, 700)


def migrations(world: World) -> Iterator[Row]:
    yield from ((version,) for version in range(1, 6))
