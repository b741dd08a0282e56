"""Fills the database of Taakveld (a fictitious company) with plausible people, Dutch and Belgian.

    python make_data.py taakveld.db --people 200

The same seed gives the same rows on SQLite, PostgreSQL and MariaDB. Rows are generated one by one and inserted in
blocks, so a million people need no more memory than two hundred. Nothing here is about a real person: mail domains
end in .example, telephone numbers and bank codes are not in use.
"""

from __future__ import annotations

import argparse
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import unquote, urlsplit

TODAY = datetime(2026, 11, 2, 9, 30)
BLOCK = 5_000
PER_ORGANISATION = 20
PROJECTS_EACH = 4
TASKS_EACH = 12

FIRST = [
    "Sanne", "Daan", "Emma", "Lucas", "Fleur", "Bram", "Noor", "Thijs", "Lotte", "Sem", "Eva", "Milan", "Anouk",
    "Ruben", "Iris", "Jasper", "Maud", "Stijn", "Femke", "Joris", "Amina", "Youssef", "Fatma", "Mehmet", "Priya",
    "Wei", "Zoë", "René", "Chloé", "Jürgen", "Siobhán", "Søren", "Ilse", "Wout", "Lieselot", "Pieter", "Marthe",
    "Jef", "Nele", "Tuur", "Marie-Claire", "Jan-Willem", "Aïcha", "Björn", "Hilde", "Koen", "Griet", "Bart", "Els",
    "Dirk",
]  # fmt: skip
LAST = [
    "de Vries", "Jansen", "van den Berg", "Bakker", "Visser", "Smit", "Meijer", "de Boer", "Mulder", "de Groot",
    "Bos", "Vos", "Peters", "Hendriks", "van Leeuwen", "Dekker", "Brouwer", "de Wit", "Dijkstra", "Smits",
    "de Graaf", "van der Meer", "Peeters", "Janssens", "Maes", "Jacobs", "Mertens", "Willems", "Claes", "Goossens",
    "Wouters", "De Smet", "Vermeulen", "D'hondt", "Van Damme", "Özdemir", "El Amrani", "Nguyen", "Verhaeghe",
    "Núñez", "van 't Hoff", "Ceulemans", "Lemmens", "Çelik", "Desmet-Van Hove", "Pauwels", "Aerts", "Michiels",
    "ter Horst", "op den Kamp",
]  # fmt: skip
TOWNS = [
    ("Utrecht", "NL"), ("Zwolle", "NL"), ("Gent", "BE"), ("Leuven", "BE"), ("Groningen", "NL"), ("Breda", "NL"),
    ("Antwerpen", "BE"), ("Maastricht", "NL"), ("Brugge", "BE"), ("'s-Hertogenbosch", "NL"), ("Mechelen", "BE"),
]  # fmt: skip
STREETS = ["Dorpsstraat", "Kerkweg", "Stationsplein", "Lindelaan", "Molenpad", "Korte Nieuwstraat", "Vaartkade"]
TRADES = ["bouw", "zorg", "onderwijs", "horeca", "adviesbureau", "webwinkel", "architect", "drukkerij"]
FIRMS = ["Bouwhuis", "De Linde", "Noorderlicht", "Zuidpool", "Kaap Advies", "Molenhoek", "Blauwdruk", "Hofstede"]
VERBS = ["Controleer", "Schrijf", "Bestel", "Bespreek", "Plan", "Vernieuw", "Ontwerp", "Lever"]
THINGS = ["de offerte", "het rapport", "de tekening", "de planning", "het materiaal", "de factuur", "het budget"]
TALK = [
    "Ziet er goed uit.", "Kan dit vóór vrijdag?", "Ik kijk er morgen naar.", "Wie pakt dit op?", "Gedaan ✔",
    "De klant belde net, graag vandaag nog.", "Dit wacht op de gemeente.", "100% akkoord; ga door.",
]  # fmt: skip
BROWSERS = ["Firefox 132 / Linux", "Safari 18 / macOS", "Chrome 130 / Windows", "Firefox 131 / Android"]
DEVICES = ["laptop", "telefoon", "tablet"]
PLACES = ["kantoor", "thuis", "onderweg"]

Row = tuple[Any, ...]


class World:
    """Who works where and on what: pure functions of a number and the seed, so that nothing needs remembering."""

    def __init__(self, people: int, seed: int) -> None:
        self.people, self.seed = people, seed
        self.organisations = max(1, -(-people // PER_ORGANISATION))
        self.projects = self.organisations * PROJECTS_EACH
        self.tasks = self.projects * TASKS_EACH

    def dice(self, what: str, number: int) -> Random:
        """The same chance for the same thing, on every machine."""
        return Random(f"{self.seed}/{what}/{number}")  # noqa: S311 - made-up people, not secrets

    def name(self, member: int) -> str:
        dice = self.dice("name", member)
        return f"{dice.choice(FIRST)} {dice.choice(LAST)}"

    def domain(self, organisation: int) -> str:
        firm = FIRMS[organisation % len(FIRMS)].lower().replace(" ", "-")
        return f"{firm}{organisation}.example"

    def email(self, member: int) -> str:
        plain = self.name(member).translate(PLAIN)
        local = ".".join(re.findall(r"[A-Za-z]+", plain))
        written = local if self.dice("case", member).random() < 0.3 else local.lower()
        return f"{written}{member}@{self.domain(self.organisation(member))}"

    def organisation(self, member: int) -> int:
        return 1 + (member - 1) // PER_ORGANISATION

    def staff(self, organisation: int) -> range:
        first = (organisation - 1) * PER_ORGANISATION + 1
        return range(first, min(organisation * PER_ORGANISATION, self.people) + 1)

    def organisation_of_project(self, project: int) -> int:
        return 1 + (project - 1) // PROJECTS_EACH

    def on_project(self, project: int) -> list[int]:
        """The members of a project: some of the organisation's, and every ninth time somebody from outside."""
        dice = self.dice("project", project)
        staff = self.staff(self.organisation_of_project(project))
        found = dice.sample(staff, min(len(staff), dice.randint(1, 7)))
        guest = dice.randint(1, self.people)
        return found if project % 9 or guest in found else [*found, guest]

    def project_of_task(self, task: int) -> int:
        return 1 + (task - 1) // TASKS_EACH

    def on_task(self, task: int) -> list[int]:
        return self.on_project(self.project_of_task(task))

    def moment(self, what: str, number: int, days: int = 900) -> str:
        """Some time in the last `days` days."""
        ago = timedelta(minutes=self.dice(f"{what} at", number).randrange(days * 24 * 60))
        return (TODAY - ago).isoformat(" ", "seconds")

    def day(self, what: str, number: int, days: int = 900) -> date:
        return date.fromisoformat(self.moment(what, number, days)[:10])


PLAIN = str.maketrans("ëéèïüöÖøáúñÇçÁï", "eeeiuoOoaunCcAi")


def address(dice: Random) -> str:
    """A street, number, postcode and town."""
    town, country = dice.choice(TOWNS)
    code = f"{dice.randint(1000, 9999)} {dice.choice('BDGKM')}{dice.choice('BDGKM')}" if country == "NL" else "9000"
    return f"{dice.choice(STREETS)} {dice.randint(1, 180)}, {code} {town}"


def ip(dice: Random) -> str:
    """An address from the ranges set apart for documentation."""
    if dice.random() < 0.2:
        return f"2001:db8:{dice.randrange(65536):x}::{dice.randrange(1, 65536):x}"
    return f"{dice.choice(['192.0.2', '198.51.100', '203.0.113'])}.{dice.randint(1, 254)}"


def phone(dice: Random) -> str:
    """A number in a range that is not in use, in the ways people write it."""
    digits = f"{dice.randrange(10**7):07}"
    return dice.choice([f"060{digits}", f"+31 60{digits}", f"060-{digits[:3]} {digits[3:5]} {digits[5:]}"])


def iban(number: int) -> str:
    """A valid IBAN at a bank that does not exist."""
    account = f"WBRG{number:010}"
    digits = "".join(str(int(char, 36)) for char in account + "NL00")
    return f"NL{98 - int(digits) % 97:02}{account}"


def organisations(world: World) -> Iterator[Row]:
    for one in range(1, world.organisations + 1):
        town, country = world.dice("town", one).choice(TOWNS)
        vat = f"NL{900000000 + one}B01" if country == "NL" else f"BE09{one:08}"
        yield one, f"{FIRMS[one % len(FIRMS)]} {one}", world.domain(one), vat, town, country


def members(world: World) -> Iterator[Row]:
    system = "systeem@taakveld.example"
    yield 0, 1, system, system, "Systeem", None, None, "nl", None, None, "!", None, True, None, None, None
    for one in range(1, world.people + 1):
        dice, email = world.dice("member", one), world.email(one)
        yield (
            one, world.organisation(one), email, email.lower(), world.name(one),
            phone(dice) if dice.random() < 0.7 else None,
            f"photos/{one}.jpg" if dice.random() < 0.4 else None,
            dice.choice(["nl", "nl", "nl", "fr", "en"]),
            (date(1955, 1, 1) + timedelta(days=dice.randrange(18000))).isoformat() if dice.random() < 0.3 else None,
            dice.choice(TRADES) if dice.random() < 0.5 else None,
            f"argon2id${dice.getrandbits(160):040x}",
            f"{dice.getrandbits(100):025X}" if dice.random() < 0.2 else None,
            False, ip(dice), world.moment("seen", one, 60),
            world.moment("closed", one, 200) if dice.random() < 0.02 else None,
        )  # fmt: skip


def teams(world: World) -> Iterator[Row]:
    for one in range(1, world.organisations + 1):
        yield one, one, f"Team {world.dice('team', one).choice(THINGS)[3:]}", world.staff(one)[0]


def team_members(world: World) -> Iterator[Row]:
    for one in range(1, world.organisations + 1):
        for member in world.staff(one)[:6]:
            yield one, member, "lid" if member > world.staff(one)[0] else "trekker"


def availabilities(world: World) -> Iterator[Row]:
    for number, (team, member, _) in enumerate(team_members(world), 1):
        dice = world.dice("available", number)
        yield number, team, member, dice.randint(1, 5), dice.choice([4, 8]), dice.choice([*PLACES, None])


def clients(world: World) -> Iterator[Row]:
    for one in range(1, world.organisations * 2 + 1):
        dice = world.dice("client", one)
        yield one, 1 + (one - 1) // 2, f"{dice.choice(FIRMS)} klant {one}", dice.choice(TOWNS)[0]


def client_contacts(world: World) -> Iterator[Row]:
    for one in range(1, world.organisations * 2 + 1):
        dice = world.dice("contact", one)
        name, organisation = f"{dice.choice(FIRST)} {dice.choice(LAST)}", 1 + (one - 1) // 2
        added = dice.choice([0, *world.staff(organisation)])
        yield one, one, name, f"contact{one}@klant{one}.example", phone(dice), address(dice), added, world.day("c", one)


def projects(world: World) -> Iterator[Row]:
    for one in range(1, world.projects + 1):
        dice, organisation = world.dice("p", one), world.organisation_of_project(one)
        contact = name = mail = None
        if dice.random() < 0.5:
            contact = organisation * 2 - dice.randint(0, 1)
            there = world.dice("contact", contact)
            name, mail = f"{there.choice(FIRST)} {there.choice(LAST)}", f"contact{contact}@klant{contact}.example"
        creator = dice.choice([0, world.on_project(one)[0]])
        about = f"Overleg elke {dice.choice(['maandag', 'dinsdag', 'donderdag'])}."
        yield one, organisation, f"Project {one}", about, creator, contact, name, mail, world.moment("p", one)


def project_members(world: World) -> Iterator[Row]:
    for one in range(1, world.projects + 1):
        team = world.on_project(one)
        for member in team:
            yield one, member, "beheerder" if member == team[0] else "lid", None if member == team[0] else team[0]


def folders(world: World) -> Iterator[Row]:
    for one in range(1, world.projects + 1):
        root, team = one * 4 - 3, world.on_project(one)
        yield root, one, root, "Alles", 0
        for step in range(1, 4):
            parent = root if step < 3 else root + 2
            yield root + step, one, parent, ("Tekeningen", "Offertes", "Oud")[step - 1], team[step % len(team)]


def tasks(world: World) -> Iterator[Row]:
    for one in range(1, world.tasks + 1):
        dice, project, team = world.dice("task", one), world.project_of_task(one), world.on_task(one)
        text = dice.choice([None, "Zie bijlage.", f"Overleggen met {world.name(dice.choice(team))}, zie de map."])
        parent = one - 1 if one % TASKS_EACH > 1 and dice.random() < 0.2 else None
        yield (
            one, project, project * 4 - dice.randint(0, 3), parent, f"{dice.choice(VERBS)} {dice.choice(THINGS)}",
            text, dice.choice([0, *team]), dice.choice([None, *team]), world.day("due", one), world.moment("task", one),
        )  # fmt: skip


def task_watchers(world: World) -> Iterator[Row]:
    for one in range(1, world.tasks + 1):
        yield from ((one, member) for member in world.on_task(one) if world.dice(f"w{member}", one).random() < 0.4)


def votes(world: World) -> Iterator[Row]:
    number = 0
    for one in range(1, world.tasks + 1, 2):
        for member in world.on_task(one)[:4]:
            number += 1
            yield number, one, member, world.dice("vote", number).randint(1, 5)


def tags(world: World) -> Iterator[Row]:
    for one in range(1, world.organisations + 1):
        for step, name in enumerate(("dringend", "wacht", "idee")):
            yield one * 3 - step, one, name, None if step else world.staff(one)[-1]


def task_tags(world: World) -> Iterator[Row]:
    for one in range(1, world.tasks + 1, 3):
        organisation = world.organisation_of_project(world.project_of_task(one))
        yield one, organisation * 3 - one % 3, world.on_task(one)[-1]


def comments(world: World) -> Iterator[Row]:
    for one in range(1, world.tasks * 2 + 1):
        task, dice = (one + 1) // 2, world.dice("comment", one)
        team = world.on_task(task)
        other = dice.choice(team)
        mention = dice.choice(["", "", f" @{world.name(other)} kijk jij mee?", f" Mail {world.email(other)} even."])
        reply = one - 1 if one % 2 == 0 and dice.random() < 0.6 else None
        yield one, task, dice.choice(team), reply, dice.choice(TALK) + mention, world.moment("comment", one)


def attachments(world: World) -> Iterator[Row]:
    for one in range(1, world.tasks // 2 + 1):
        dice = world.dice("file", one)
        kind = ("Task", "Comment", "Project")[one % 3]
        task = dice.randint(1, world.tasks)
        holder = {"Task": task, "Comment": task * 2, "Project": world.project_of_task(task)}[kind]
        name = f"{dice.choice(THINGS)[3:].replace(' ', '-')}-{one}.pdf"
        yield one, kind, holder, dice.choice([None, *world.on_task(task)]), name, dice.randint(900, 900_000)


def direct_messages(world: World) -> Iterator[Row]:
    for one in range(1, world.people * 2 + 1):
        sender, dice = (one + 1) // 2, world.dice("message", one)
        recipient = dice.choice(world.staff(world.organisation(sender)))
        words = f"Hoi {world.name(recipient).split()[0]}, {dice.choice(TALK).lower()}"
        yield one, sender, recipient, words, world.moment("message", one)


def invitations(world: World) -> Iterator[Row]:
    for one in range(1, world.projects // 2 + 1):
        dice, project = world.dice("invite", one), one * 2
        name = f"{dice.choice(FIRST)} {dice.choice(LAST)}" if dice.random() < 0.6 else None
        yield (
            one,
            project,
            f"gast{one}@bureau{one}.example",
            name,
            f"{dice.getrandbits(128):032x}",
            (world.on_project(project)[0]),
        )


def login_attempts(world: World) -> Iterator[Row]:
    for one in range(1, world.people * 3 + 1):
        dice, member = world.dice("login", one), (one + 2) // 3
        mail = world.email(member)
        typed = dice.choice([mail, mail.lower(), mail.upper(), f"{mail.lower()} ", f"{member}@onbekend.example"])
        town = dice.choice(TOWNS)[0]
        yield one, typed, ip(dice), dice.choice(BROWSERS), town, dice.random() < 0.8, world.moment("login", one, 400)


def sessions(world: World) -> Iterator[Row]:
    for one in range(1, world.people + 1, 2):
        dice = world.dice("session", one)
        yield f"{dice.getrandbits(128):032x}", one, ip(dice), dice.choice(BROWSERS), dice.choice(DEVICES)


def preferences(world: World) -> Iterator[Row]:
    for one in range(1, world.people + 1):
        yield one, "newsletter", world.dice("preference", one).choice(["ja", "nee"])


def newsletter_subscribers(world: World) -> Iterator[Row]:
    for one in range(1, world.people // 4 + 1):
        member = one * 4
        mail = world.email(member).lower() if one % 2 else f"lezer{one}@post.example"
        yield one, mail, world.dice("news", one).random() < 0.9, world.moment("news", one)


def invoices(world: World) -> Iterator[Row]:
    for one in range(1, world.people // 4 + 1):
        member = one * 4
        dice, day, account = world.dice("invoice", one), world.day("invoice", one, 3300), iban(one)
        spaced = " ".join(account[at : at + 4] for at in range(0, len(account), 4))
        vat = f"NL{800000000 + one}B01" if dice.random() < 0.5 else None
        yield (
            one, f"{day.year}-{one:06}", world.organisation(member), member, world.name(member), address(dice), vat,
            spaced, account, world.email(member).lower(), dice.randrange(900, 90_000), day, date(day.year, 12, 31),
        )  # fmt: skip


def invoice_lines(world: World) -> Iterator[Row]:
    for one in range(1, world.people // 4 + 1):
        yield one * 2 - 1, one, "Taakveld Team, per maand", 900
        yield one * 2, one, "Extra opslag", 250


def support_tickets(world: World) -> Iterator[Row]:
    for one in range(1, world.people // 5 + 1):
        dice, member = world.dice("ticket", one), one * 5
        mail = world.email(member) if one % 3 else f"vraag{one}@elders.example"
        words = f"Ik kan niet inloggen. Bel mij op {phone(dice)}." if dice.random() < 0.4 else "Waar staat de export?"
        opened = world.moment("ticket", one, 1200)
        closed = None if dice.random() < 0.2 else opened
        handler = dice.choice([None, world.staff(1)[0]])
        yield one, mail, world.name(member), words, dice.choice(BROWSERS), handler, opened, closed


def support_messages(world: World) -> Iterator[Row]:
    for one in range(1, world.people // 5 + 1):
        name = world.name(one * 5).split()[0]
        yield one, one, f"Beste {name}, dat zit onder Instellingen.", world.moment("answer", one, 1200)


def activities(world: World) -> Iterator[Row]:
    for one in range(1, world.people * 4 + 1):
        dice, actor = world.dice("activity", one), (one + 3) // 4
        other = dice.choice(world.staff(world.organisation(actor)))
        subject = dice.choice([f"member,{other}", f"task,{dice.randint(1, world.tasks)}"])
        actor = 0 if dice.random() < 0.05 else actor
        yield one, actor, subject, dice.choice(["bekeken", "gewijzigd"]), ip(dice), world.moment("act", one, 500)


def notifications(world: World) -> Iterator[Row]:
    for one in range(1, world.tasks + 1, 2):
        team = world.on_task(one)
        people = ",".join(str(member) for member in team[1:])
        body = f"{world.name(team[0])} heeft deze taak gewijzigd."
        yield one, one, f'{{"actor": {{"id": {team[0]}}}, "task": {one}}}', people, body


def time_entries(world: World) -> Iterator[Row]:
    for one in range(1, world.tasks + 1):
        dice = world.dice("time", one)
        note = dice.choice([None, "Uitgelopen, ik had hoofdpijn.", "Met de klant gebeld."])
        yield one, one, dice.choice(world.on_task(one)), dice.choice([15, 30, 60, 120]), note, world.day("time", one)


def templates(world: World) -> Iterator[Row]:
    for one in range(1, world.organisations + 1):
        yield (
            one,
            one,
            "Nieuwe klant",
            "1. Bel de klant.\n2. Maak een project.",
            world.dice("t", one).choice([0, world.staff(one)[-1]]),
        )


def feature_uses(world: World) -> Iterator[Row]:
    for one in range(1, world.people * 2 + 1):
        dice, at = world.dice("feature", one), world.moment("feature", one, 700)
        yield from [((one + 1) // 2, dice.choice(["bord", "zoeken", "export"]), at)] * dice.choice([1, 1, 2])


def searches(world: World) -> Iterator[Row]:
    for one in range(1, world.people + 1):
        dice = world.dice("search", one)
        term = dice.choice([dice.choice(THINGS)[3:], world.name(dice.randint(1, world.people))])
        yield one, one, term, world.moment("search", one, 700)


def coworker_scores(world: World) -> Iterator[Row]:
    for one in range(1, world.people + 1):
        staff = world.staff(world.organisation(one))
        other = staff[(one - staff[0] + 1) % len(staff)]
        if other != one:
            yield one, other, world.dice("score", one).randint(1, 99), world.day("score", one, 700)


def partner_reports(world: World) -> Iterator[Row]:
    for one in range(1, world.people // 10 + 1):
        dice, member = world.dice("partner", one), one * 10
        mail = world.email(member).lower() if one % 2 else f"bezoeker{one}@post.example"
        yield one, mail, dice.choice(TRADES), world.moment("partner", one, 700)


def migrations(world: World) -> Iterator[Row]:
    yield from ((version,) for version in range(1, 6))


Maker = Callable[[World], Iterator[Row]]
TABLES: Sequence[tuple[str, str, Maker]] = (
    ("organisation", "id name mail_domain vat_number city country", organisations),
    (
        "member",
        "id organisation_id email email_lower full_name phone photo language birth_date trade password_hash totp_seed "
        "is_system last_ip last_seen_at closed_at",
        members,
    ),
    ("team", "id organisation_id name lead_id", teams),
    ("team_member", "team_id member_id role", team_members),
    ("availability", "id team_id member_id weekday hours remark", availabilities),
    ("client", "id organisation_id name city", clients),
    ("client_contact", "id client_id full_name email phone address added_by last_activity_on", client_contacts),
    (
        "project",
        "id organisation_id name description created_by contact_id contact_name contact_email created_at",
        projects,
    ),
    ("project_member", "project_id member_id role invited_by", project_members),
    ("folder", "id project_id parent_id name owner_id", folders),
    (
        "task",
        "id project_id folder_id parent_id title description reporter_id assignee_id due_on created_at",
        tasks,
    ),
    ("task_watcher", "task_id member_id", task_watchers),
    ("vote", "id task_id member_id points", votes),
    ("tag", "id organisation_id name created_by", tags),
    ("task_tag", "task_id tag_id tagged_by", task_tags),
    ("comment", "id task_id author_id reply_to body created_at", comments),
    ("attachment", "id holder_type holder_id uploaded_by file_name bytes", attachments),
    ("direct_message", "id sender_id recipient_id body sent_at", direct_messages),
    ("invitation", "id project_id email name token invited_by", invitations),
    ("login_attempt", "id username ip_address browser town succeeded at", login_attempts),
    ("session", "token member_id ip_address browser device", sessions),
    ("preference", "member_id name setting", preferences),
    ("newsletter_subscriber", "id email subscribed asked_at", newsletter_subscribers),
    (
        "invoice",
        "id number organisation_id member_id name address vat_number iban iban_compact invoice_email amount_cents "
        "issued_on fiscal_year_end",
        invoices,
    ),
    ("invoice_line", "id invoice_id description amount_cents", invoice_lines),
    ("support_ticket", "id email name question browser handled_by opened_at closed_at", support_tickets),
    ("support_message", "id ticket_id body sent_at", support_messages),
    ("activity", "id actor_id subject action ip_address at", activities),
    ("notification", "id task_id meta recipients body", notifications),
    ("time_entry", "id task_id member_id minutes note worked_on", time_entries),
    ("template", "id organisation_id name body created_by", templates),
    ("feature_use", "member_id feature used_at", feature_uses),
    ("search_log", "id member_id term at", searches),
    ("coworker_score", "member_id coworker_id score seen_on", coworker_scores),
    ("partner_report", "id email interest reported_at", partner_reports),
    ("schema_migration", "version", migrations),
)

STAMPED = {
    "organisation": "created_at", "member": "created_at", "team_member": "joined_at", "project_member": "joined_at",
    "attachment": "created_at", "invitation": "created_at", "notification": "created_at", "session": "created_at",
    "schema_migration": "applied_at",
}  # fmt: skip
"""Columns with the moment a row was made, for tables whose makers leave it out."""

NUMBERED = {
    "sqlite": "INTEGER PRIMARY KEY",
    "postgresql": "INTEGER GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
    "mysql": "INTEGER AUTO_INCREMENT PRIMARY KEY",
}


def make(target: str, people: int = 200, seed: int = 1) -> int:
    """Make the tables in an empty database and fill them; gives the number of rows.

    `target` is a path (SQLite) or an address: `sqlite:///path`, `postgresql://…`, `mysql://…` (`+driver` is read over).
    """
    engine, connection = connect(target)
    try:
        rows = fill(engine, connection, World(max(people, 1), seed))
        connection.commit()
    finally:
        connection.close()
    return rows


def connect(target: str) -> tuple[str, Any]:
    """The engine's name and a DB-API connection."""
    scheme = urlsplit(target).scheme.partition("+")[0] if "://" in target else "sqlite"
    if scheme == "sqlite":
        return "sqlite", sqlite3.connect(target.removeprefix("sqlite:///"))
    parts = urlsplit(target)
    if scheme in ("postgresql", "postgres"):
        import psycopg

        return "postgresql", psycopg.connect(f"postgresql://{parts.netloc}{parts.path}")
    if scheme in ("mysql", "mariadb"):
        import pymysql

        return "mysql", pymysql.connect(
            host=parts.hostname or "127.0.0.1",
            port=parts.port or 3306,
            user=unquote(parts.username or "root"),
            password=unquote(parts.password or ""),
            database=parts.path.lstrip("/"),
            charset="utf8mb4",
        )
    raise SystemExit(f"There is no way to fill a {scheme} database.")


def fill(engine: str, connection: Any, world: World) -> int:
    """Make the tables and insert every row, in blocks."""
    cursor = connection.cursor()
    if engine == "mysql":
        cursor.execute("SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')")
    for statement in statements(engine):
        cursor.execute(statement)
    rows = 0
    mark = "?" if engine == "sqlite" else "%s"
    for table, names, maker in TABLES:
        columns, stamp = names.split(), STAMPED.get(table, "")
        rows_made = stamped(world, table, maker(world)) if stamp else maker(world)
        columns += [stamp] if stamp else []
        insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join([mark] * len(columns))})"
        for block in blocks(rows_made):
            cursor.executemany(insert, block)
            rows += len(block)
        if engine == "postgresql" and columns[0] == "id":
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) + 1 FROM {table}))")
    return rows


def stamped(world: World, table: str, rows: Iterable[Row]) -> Iterator[Row]:
    """The rows with the moment each was made."""
    days = 60 if table == "session" else 900
    yield from ((*row, world.moment(table, number, days)) for number, row in enumerate(rows))


def statements(engine: str) -> Iterator[str]:
    """The statements of schema.sql, with the engine's own way to number rows."""
    text = (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8")
    text = re.sub(r"--[^\n]*", "", text).replace("id INTEGER PRIMARY KEY", f"id {NUMBERED[engine]}")
    yield from (part.strip() for part in text.split(";") if part.strip())


def blocks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows in lists of at most `BLOCK`; dates as text, which all three engines take."""
    source = (tuple(str(cell) if isinstance(cell, date) else cell for cell in row) for row in rows)
    while block := list(islice(source, BLOCK)):
        yield block


def main() -> None:
    """`make_data.py TARGET [--people N] [--seed N]`"""
    parser = argparse.ArgumentParser(description="Fill an empty database with the people of Taakveld.")
    parser.add_argument("target", help="path of a SQLite file, or postgresql://… or mysql://…")
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(f"{make(given.target, given.people, given.seed):,} rows")


if __name__ == "__main__":
    main()
