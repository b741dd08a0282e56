"""Customers of Pennestreek: organisations, their people, and what they pay."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ..making.engines import Row
from ..making.people import belgian_iban, belgian_vat, company_number, ip, spaced
from .world import JOBS, World

PLANS = (("Start", 900), ("Zaak", 1900), ("Kantoor", 4900))
MODULES = ("facturen", "offertes", "bank", "btw")


def organisations(world: World) -> Iterator[Row]:
    for one in range(1, world.organisations + 1):
        dice, language, account = world.dice("o", one), world.language(one), belgian_iban(one)
        alone = world.self_employed(one)
        kind = "self_employed" if alone else "association" if one % 11 == 5 else "company"
        billed = world.day("last bill", one, 300)
        closed = world.moment("closed", one, 300) if one > 1 and dice.chance(0.03) else None
        yield (
            one, kind, world.firm(one), world.address(dice, language), belgian_vat(one), spaced(account), account,
            f"0208:{company_number(one)}", language, world.staff(one)[0] if alone else None,
            one - 1 if one % 13 == 8 else None, date(billed.year, 12, 31), world.moment("o", one, 2000), closed,
        )  # fmt: skip


def people(world: World) -> Iterator[Row]:
    nobody = "robot@pennestreek.example"
    yield 0, 1, "robot", None, None, nobody, nobody, *([None] * 9), world.moment("p", 0, 2000), None
    for one in range(1, world.people + 1):
        who, dice = world.person(one), world.dice("p", one)
        account = who.kind in ("user", "staff")
        first = world.staff(who.organisation)[0]
        yield (
            one, who.organisation, who.kind, who.first, who.last, who.email, who.email.lower() if who.email else None,
            world.phone(dice, 0.5), world.phone(dice, 0.3), dice.pick(JOBS), who.language,
            f"argon2id${dice.hex(40)}" if account else None,
            dice.hex(26).upper() if account and dice.chance(0.3) else None,
            None if one == first else first, ip(dice) if account else None,
            world.moment("seen", one, 90) if account else None, world.moment("p", one, 1500),
            world.moment("left", one, 400) if account and dice.chance(0.02) else None,
        )  # fmt: skip


def person_emails(world: World) -> Iterator[Row]:
    for one in range(5, world.people + 1, 5):
        yield one, f"prive.{world.person(one).last.split()[-1].lower()}{one}@thuis.example", one % 2 == 0


def accesses(world: World) -> Iterator[Row]:
    """Who may work in whose books: the first three of each organisation, and accountants from elsewhere."""
    for one in range(1, world.organisations + 1):
        staff = world.staff(one)
        for person in staff[:3]:
            head = person == staff[0]
            role, by = ("eigenaar", None) if head else ("medewerker", staff[0])
            yield one, person, role, by, world.moment("granted", person)
        if accountant := accountant_of(world, one):
            yield one, accountant, "boekhouder", staff[0], world.moment("granted", one)


def accountant_of(world: World, organisation: int) -> int:
    """Every tenth organisation keeps the books of some of the nine after it: its last person; 0 for none."""
    home = organisation - organisation % 10
    return world.staff(home)[-1] if home and organisation % 10 in (2, 4, 7) else 0


def access_rights(world: World) -> Iterator[Row]:
    for number, (organisation, person, *_) in enumerate(accesses(world), 1):
        dice = world.dice("right", number)
        for module in dice.some(MODULES, 2):
            yield organisation, person, module, dice.pick([None, "alleen lezen"])


def subscriptions(world: World) -> Iterator[Row]:
    for one in range(1, world.organisations + 1):
        dice, staff = world.dice("plan", one), world.staff(one)
        yield one, one, dice.pick(PLANS)[0], dice.pick([None, staff[0]]), world.day("plan", one, 2000), None


def subscription_invoices(world: World) -> Iterator[Row]:
    """Three for each organisation, over twelve years: some are past their term."""
    for one in range(1, world.organisations * 3 + 1):
        organisation, dice = (one + 2) // 3, world.dice("bill", one)
        account, day = belgian_iban(organisation), world.day("bill", one, 4400)
        who = world.person(world.staff(organisation)[0])
        yield (
            one, f"{day.year}-{one:07}", organisation, who.id, who.name, world.address(dice, who.language),
            belgian_vat(organisation) if dice.chance(0.8) else None, who.email, spaced(account), account,
            dice.pick(PLANS)[1], day, date(day.year, 12, 31),
        )  # fmt: skip


def bank_links(world: World) -> Iterator[Row]:
    for one in range(2, world.organisations + 1, 2):
        dice, account = world.dice("bank", one), belgian_iban(one)
        by, at = world.staff(one)[0], world.moment("bank", one)
        yield one // 2, one, world.firm(one), spaced(account), account, dice.hex(32), by, at
