"""Who is there: customers of Taakveld, their people, and those whom others write down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from ..making.engines import Row
from ..making.people import FIRST, LAST, TOWNS, address, belgian_vat, dutch_vat, ip, phone
from .world import FIRMS, PLACES, THINGS, TRADES, World


def organisations(world: World) -> Iterator[Row]:
    for one in range(1, world.organisations + 1):
        town, country = world.dice("town", one).pick(TOWNS)
        vat = dutch_vat(one) if country == "NL" else belgian_vat(one)
        yield one, f"{FIRMS[one % len(FIRMS)]} {one}", world.domain(one), vat, town, country


def members(world: World) -> Iterator[Row]:
    system = "systeem@taakveld.example"
    yield 0, 1, system, system, "Systeem", None, None, "nl", None, None, "!", None, True, None, None, None
    for one in range(1, world.people + 1):
        dice, email = world.dice("member", one), world.email(one)
        yield (
            one, world.organisation(one), email, email.lower(), world.name(one),
            phone(dice) if dice.chance(0.7) else None,
            f"photos/{one}.jpg" if dice.chance(0.4) else None,
            dice.pick(["nl", "nl", "nl", "fr", "en"]),
            (date(1955, 1, 1) + timedelta(days=dice.below(18000))).isoformat() if dice.chance(0.3) else None,
            dice.pick(TRADES) if dice.chance(0.5) else None,
            f"argon2id${dice.hex(40)}",
            dice.hex(26).upper() if dice.chance(0.2) else None,
            False, ip(dice), world.moment("seen", one, 60),
            world.moment("closed", one, 200) if dice.chance(0.02) else None,
        )  # fmt: skip


def teams(world: World) -> Iterator[Row]:
    for one in range(1, world.organisations + 1):
        yield one, one, f"Team {world.dice('team', one).pick(THINGS)[3:]}", world.staff(one)[0]


def team_members(world: World) -> Iterator[Row]:
    for one in range(1, world.organisations + 1):
        for member in world.staff(one)[:6]:
            yield one, member, "lid" if member > world.staff(one)[0] else "trekker"


def availabilities(world: World) -> Iterator[Row]:
    for number, (team, member, _) in enumerate(team_members(world), 1):
        dice = world.dice("available", number)
        yield number, team, member, dice.number(1, 5), dice.pick([4, 8]), dice.pick([*PLACES, None])


def clients(world: World) -> Iterator[Row]:
    for one in range(1, world.organisations * 2 + 1):
        dice = world.dice("client", one)
        yield one, 1 + (one - 1) // 2, f"{dice.pick(FIRMS)} klant {one}", dice.pick(TOWNS)[0]


def client_contacts(world: World) -> Iterator[Row]:
    for one in range(1, world.organisations * 2 + 1):
        dice = world.dice("contact", one)
        name, organisation = f"{dice.pick(FIRST)} {dice.pick(LAST)}", 1 + (one - 1) // 2
        added = dice.pick([0, *world.staff(organisation)])
        yield one, one, name, f"contact{one}@klant{one}.example", phone(dice), address(dice), added, world.day("c", one)


def invitations(world: World) -> Iterator[Row]:
    for one in range(1, world.projects // 2 + 1):
        dice, project = world.dice("invite", one), one * 2
        name = f"{dice.pick(FIRST)} {dice.pick(LAST)}" if dice.chance(0.6) else None
        yield (
            one,
            project,
            f"gast{one}@bureau{one}.example",
            name,
            dice.hex(32),
            (world.on_project(project)[0]),
        )


def newsletter_subscribers(world: World) -> Iterator[Row]:
    for one in range(1, world.people // 4 + 1):
        member = one * 4
        mail = world.email(member).lower() if one % 2 else f"lezer{one}@post.example"
        yield one, mail, world.dice("news", one).chance(0.9), world.moment("news", one)


def partner_reports(world: World) -> Iterator[Row]:
    for one in range(1, world.people // 10 + 1):
        dice, member = world.dice("partner", one), one * 10
        mail = world.email(member).lower() if one % 2 else f"bezoeker{one}@post.example"
        yield one, mail, dice.pick(TRADES), world.moment("partner", one, 700)


def preferences(world: World) -> Iterator[Row]:
    for one in range(1, world.people + 1):
        yield one, "newsletter", world.dice("preference", one).pick(["ja", "nee"])
