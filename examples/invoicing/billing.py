"""What customers do: whom they bill, for what, and what comes of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

from ..making.engines import Row
from ..making.people import belgian_iban, company_number, spaced
from .world import GOODS, GOODS_FR, World


def relations(world: World) -> Iterator[Row]:
    for one in range(1, world.relations + 1):
        who, dice, account = world.relation(one), world.dice("r", one), belgian_iban(1_000_000 + one)
        staff = world.staff(who.organisation)
        twice = one - 1 if one % 23 == 0 and world.relation(one - 1).organisation == who.organisation else None
        known = dice.chance(0.5)
        yield (
            one, who.organisation, "private" if who.private else "company", who.name, who.email,
            world.phone(dice), who.address, who.vat_number, spaced(account) if known else None,
            account if known else None, twice, dice.pick([0, staff[0]]), world.day("r", one, 3000),
        )  # fmt: skip


def relation_contacts(world: World) -> Iterator[Row]:
    """Two for each company; the number of a contact tells where they work."""
    for one in range(1, world.relations * 2 + 1):
        if not world.relation((one + 1) // 2).private:
            dice = world.dice("c", one)
            email = world.contact_email(one) if dice.chance(0.9) else None
            yield one, (one + 1) // 2, world.contact_name(one), email, world.phone(dice), world.day("c", one, 1500)


def relation_notes(world: World) -> Iterator[Row]:
    for one in range(1, world.relations // 2 + 1):
        relation, dice = world.relation(one * 2), world.dice("note", one)
        staff = world.staff(relation.organisation)
        other = world.person(dice.pick(staff))
        contact = other.name if relation.private else world.contact_name(relation.id * 2)
        body = dice.pick((
            f"Gebeld met {contact}, belt volgende week terug.", "Betaalt altijd pas na een herinnering.",
            f"Offerte besproken met {other.name}.", f"Mail {other.email or 'de balie'} als er iets is.",
        ))  # fmt: skip
        watchers = ",".join(str(person) for person in dice.some(staff, 2))
        yield one, relation.id, staff[0], watchers, body, world.moment("note", one)


def products(world: World) -> Iterator[Row]:
    for one in range(1, world.organisations * 2 + 1):
        goods = GOODS_FR if world.language((one + 1) // 2) == "fr" else GOODS
        yield one, (one + 1) // 2, goods[one % len(goods)], world.dice("product", one).number(5, 900) * 100


def invoices(world: World) -> Iterator[Row]:
    """Over twelve years: those of the first of them are past their term."""
    for one in range(1, world.invoices + 1):
        buyer, dice, day = world.relation_of(one), world.dice("invoice", one), world.day("invoice", one, 4400)
        contact = None if buyer.private or dice.chance(0.3) else buyer.id * 2 - dice.below(2)
        attention = world.contact_name(contact) if contact else None
        remark = dice.pick((None, None, "Betaling in twee keer afgesproken.", f"Merci {buyer.name} !"))
        credit = one - 1 if one % 12 == 0 and world.relation_of(one - 1) == buyer else None
        yield (
            one, buyer.organisation, f"{day.year}/{one:06}", buyer.id, contact, buyer.name, buyer.address,
            buyer.vat_number, world.contact_email(contact) if contact else buyer.email, attention, remark, credit,
            dice.number(20, 9000) * 50, world.clerk(one), day, date(day.year, 12, 31),
        )  # fmt: skip


def invoice_lines(world: World) -> Iterator[Row]:
    for one in range(1, world.invoices + 1):
        dice = world.dice("line", one)
        goods = GOODS_FR if world.language(world.biller(one)) == "fr" else GOODS
        for line in range(1, dice.number(1, 2) + 1):
            yield one, line, dice.pick(goods), dice.number(20, 4000) * 25


def payments(world: World) -> Iterator[Row]:
    number = 0
    for one in range(1, world.invoices + 1):
        buyer, dice = world.relation_of(one), world.dice("payment", one)
        if dice.chance(0.6):
            number += 1
            account = belgian_iban(1_000_000 + buyer.id)
            message = dice.pick((f"+++{one:03}/0000/00000+++", f"factuur {one}", f"van {buyer.name}", None))
            day = world.day("invoice", one, 4400)
            yield number, one, day, dice.number(20, 9000) * 50, buyer.name, spaced(account), account, message


def reminders(world: World) -> Iterator[Row]:
    for number, one in enumerate(range(6, world.invoices + 1, 6), 1):
        buyer = world.relation_of(one)
        body = f"Dag {buyer.name}, " + ("vergeten?" if buyer.private else "wij zagen nog geen betaling.")
        yield number, one, buyer.email, body, world.moment("reminder", one, 800)


def peppol_deliveries(world: World) -> Iterator[Row]:
    number = 0
    for one in range(1, world.invoices + 1, 2):
        buyer = world.relation_of(one)
        if not buyer.private:
            number += 1
            by = world.clerk(one)
            envelope = json.dumps({"by": {"person": by}, "to": f"0208:{company_number(500_000 + buyer.id)}"})
            state = world.dice("peppol", one).pick(("delivered", "delivered", "refused"))
            yield number, one, envelope, state, world.moment("peppol", one, 700)


def attachments(world: World) -> Iterator[Row]:
    for one in range(1, world.invoices // 6 + 1):
        dice = world.dice("file", one)
        kind = ("Invoice", "Relation", "Ticket")[one % 3]
        last = {"Invoice": world.invoices, "Relation": world.relations, "Ticket": world.tickets}[kind]
        holder = dice.number(1, last)
        by = None if kind == "Ticket" else world.clerk(dice.number(1, world.invoices)) or None
        yield one, kind, holder, by, f"bijlage-{one}.pdf", dice.number(900, 900_000), world.moment("file", one)


def text_templates(world: World) -> Iterator[Row]:
    for one in range(1, world.organisations + 1):
        by = world.dice("template", one).pick([0, world.staff(one)[0]])
        yield one, one, "Herinnering", "Beste klant, wij zagen nog geen betaling.", by
