"""What arises by itself while people use the service: sessions, logins, activity, devices."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ..making.engines import Row
from ..making.people import BROWSERS, DEVICES, ip
from .world import World

ROUTES = ("GET /api/invoices", "POST /api/invoices", "GET /api/relations", "GET /api/reports/vat")


def users(world: World) -> Iterator[int]:
    """The people with an account."""
    return (one for one in range(1, world.people + 1) if world.person(one).kind in ("user", "staff"))


def sessions(world: World) -> Iterator[Row]:
    for one in users(world):
        dice = world.dice("session", one)
        yield dice.hex(32), one, ip(dice), dice.pick(BROWSERS), dice.pick(DEVICES), world.moment("session", one, 60)


def login_attempts(world: World) -> Iterator[Row]:
    for one in users(world):
        mail = world.person(one).email or ""
        for time in range(3):
            dice = world.dice("login", one * 3 + time)
            typed = dice.pick((mail, mail.lower(), mail.upper(), f"{mail.lower()} ", f"{one}@onbekend.example"))
            row = typed, ip(dice), dice.pick(BROWSERS), dice.chance(0.8), world.moment("login", one * 3 + time, 400)
            yield from [row] * (1 + dice.chance(0.1))


def activities(world: World) -> Iterator[Row]:
    number = 0
    for one in users(world):
        for _ in range(4):
            number += 1
            dice = world.dice("activity", number)
            kind, last = dice.pick((("invoice", world.invoices), ("relation", world.relations)))
            actor = "person,0" if dice.chance(0.05) else f"person,{one}"
            done = dice.pick(("bekeken", "gewijzigd", "verstuurd"))
            yield number, actor, f"{kind},{dice.number(1, last)}", done, ip(dice), world.moment("activity", number)


def api_calls(world: World) -> Iterator[Row]:
    number = 0
    for one in users(world):
        for _ in range(2):
            number += 1
            dice = world.dice("api", number)
            context = json.dumps({"user": {"id": one}, "took": dice.number(2, 400)})
            yield number, dice.pick(ROUTES), context, ip(dice), world.moment("api", number, 300)


def devices(world: World) -> Iterator[Row]:
    for number, one in enumerate((one for one in users(world) if one % 2), 1):
        dice = world.dice("device", one)
        name = f"{dice.pick(DEVICES)} van {world.person(one).first}"
        yield number, one, name, dice.hex(40), world.moment("device", one, 200)


def migrations(world: World) -> Iterator[Row]:
    yield from ((version, world.moment("migration", version, 2000)) for version in range(1, 8))
