"""People in pretix, entered through its models: buyers with and without an account, attendees, answers, invoices, logs.

Run with pretix's own interpreter: PRETIX_CONFIG_FILE=… python pretix_fill.py, after `python -m pretix migrate`.
"""

import json
import os
import random
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pretix.settings")
import django

django.setup()
from django.utils.timezone import now
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_scopes import scopes_disabled
from pretix.base import models as m
from pretix.base.models.auth import StaffSession
from pretix.base.models.orders import CartPosition, InvoiceAddress
from pretix.base.services.invoices import generate_invoice
from pretix.plugins.banktransfer.models import BankImportJob, BankTransaction

random.seed(4)
GIVEN = [
    "Sanne",
    "Daan",
    "Emma",
    "Lucas",
    "Julia",
    "Finn",
    "Sophie",
    "Jonas",
    "Marie",
    "Pierre",
    "Camille",
    "Ahmed",
    "Fatima",
    "Priya",
    "Wei",
    "Olga",
    "Ivan",
]
FAMILY = [
    "Jansen",
    "Bakker",
    "Visser",
    "Smit",
    "Meijer",
    "Mueller",
    "Schmidt",
    "Dupont",
    "Moreau",
    "Yilmaz",
    "Nguyen",
    "Okafor",
    "Hofstra",
    "Wolters",
]
IBAN = "NL91ABNA0417164300"


class Someone:
    def __init__(self):
        self.given, self.family = random.choice(GIVEN), random.choice(FAMILY)
        host = random.choice(["postvak", "briefkast", "courrier"])
        self.mail = f"{self.given}.{self.family}{random.randint(1, 99)}@{host}.example".lower()
        self.name = f"{self.given} {self.family}"
        self.parts = {"_scheme": "given_family", "given_name": self.given, "family_name": self.family}


def mobile():
    return f"+3161{random.randint(1000000, 9999999)}"


def customers(organizer):
    made = []
    for i in range(30):
        who = Someone()
        if organizer.customers.filter(email=who.mail).exists():
            continue
        customer = organizer.customers.create(
            email=who.mail,
            name_parts=who.parts,
            phone=mobile() if i % 2 else None,
            notes="wil niet gebeld worden" if i % 7 == 0 else "",
            is_verified=True,
            locale="nl",
        )
        customer.set_password("x" * 12)
        customer.save()
        made.append(customer)
    kind = organizer.membership_types.create(name="Vriend")
    for customer in made[:12]:
        customer.attendee_profiles.create(
            attendee_name_parts=customer.name_parts,
            attendee_email=customer.email,
            street="Laan 3",
            zipcode="1234 AB",
            city="Ede",
            country="NL",
        )
        customer.memberships.create(
            membership_type=kind,
            date_start=now(),
            date_end=now() + timedelta(days=300),
            attendee_name_parts=customer.name_parts,
        )
        organizer.issued_gift_cards.create(currency="EUR", customer=customer)
        organizer.reusable_media.create(type="barcode", identifier=f"B{customer.pk}", customer=customer)
    return made


def event(organizer, number):
    made = m.Event.objects.create(
        organizer=organizer,
        name=f"Dag {number}",
        slug=f"dag{number}",
        date_from=now() + timedelta(days=30 * (number + 1)),
        plugins="pretix.plugins.banktransfer",
        live=True,
        currency="EUR",
        location="Marktplein 3, Utrecht",
    )
    made.settings.set("contact_mail", "info@zomer.example")
    items = [made.items.create(name=n, default_price=p, admission=True) for n, p in (("Dagkaart", 25), ("Kind", 10))]
    made.quotas.create(name="Alles", size=500).items.add(*items)
    questions = [
        made.questions.create(question=text, type=kind, required=False)
        for text, kind in (("Dieetwensen", "S"), ("Geboortedatum", "D"), ("Mobiel nummer", "TEL"))
    ]
    for question in questions:
        question.items.add(*items)
    entrance = made.checkin_lists.create(name="Ingang", all_products=True)
    for _ in range(8):
        made.vouchers.create(item=items[0], comment=random.choice(["voor de pers", "gast van Sanne", ""]), tag="pers")
    return made, items, questions, entrance


def position(order, item, number, n, questions, entrance, buyer):
    who = Someone()
    placed = n % 4 == 0
    made = m.OrderPosition.objects.create(
        order=order,
        item=item,
        price=25,
        attendee_name_parts=who.parts,
        attendee_email=who.mail if number else buyer,
        positionid=number + 1,
        street="Kerkweg 4" if placed else None,
        zipcode="3511 AA" if placed else None,
        city="Zeist" if placed else None,
        country="NL" if placed else None,
    )
    made.answers.create(question=questions[0], answer=random.choice(["vegetarisch", "geen noten", "halal", "-"]))
    made.answers.create(question=questions[1], answer=f"19{random.randint(60, 99)}-0{random.randint(1, 9)}-12")
    made.answers.create(question=questions[2], answer=mobile())
    if n % 3 == 0:
        made.all_checkins.create(list=entrance, datetime=now())


def order(parts, known, n, users):
    made_for, items, questions, entrance = parts
    who, customer = Someone(), random.choice(known) if n % 2 else None
    mail = customer.email if customer else who.mail
    made = m.Order.objects.create(
        event=made_for,
        organizer=made_for.organizer,
        email=mail,
        phone=f"+4915{random.randint(10000000, 99999999)}" if n % 3 == 0 else None,
        status=random.choice("pppnc"),
        datetime=now() - timedelta(days=n),
        expires=now() + timedelta(days=10),
        total=25,
        locale="nl",
        customer=customer,
        comment="belde over rolstoelplaats" if n % 9 == 0 else "",
        sales_channel=made_for.organizer.sales_channels.get(identifier="web"),
    )
    InvoiceAddress.objects.create(
        order=made,
        name_parts=who.parts,
        company=f"Bouwbedrijf {who.family}" if n % 5 == 0 else "",
        street=f"{random.choice(['Lijnbaan', 'Dorpsstraat', 'Hauptstrasse'])} {n}",
        zipcode=f"{1000 + n} AB",
        city="Utrecht",
        country="NL",
        is_business=n % 5 == 0,
    )
    for number in range(random.choice([1, 1, 2])):
        position(made, items[number], number, n, questions, entrance, mail)
    info = {"payer": who.name, "iban": IBAN, "reference": made.code}
    made.payments.create(provider="banktransfer", amount=25, state="confirmed", info=json.dumps(info))
    if n % 10 == 0:
        made.refunds.create(provider="banktransfer", amount=25, state="done", source="admin", info=json.dumps(info))
    made.log_action("pretix.event.order.placed", data={"source": "checkout"})
    changed = {"old_email": Someone().mail, "new_email": mail}
    made.log_action("pretix.event.order.contact.changed", user=random.choice(users), data=changed)


def visitors(parts, known, users):
    made_for, items, _, _ = parts
    for n in range(45):
        order(parts, known, n, users)
    for _ in range(10):
        who = Someone()
        made_for.waitinglistentries.create(
            item=items[0], email=who.mail, name_parts=who.parts, locale="nl", phone=mobile()
        )
    for k in range(12):
        who = Someone()
        CartPosition.objects.create(
            event=made_for,
            item=items[0],
            cart_id=f"cart{k}" * 4,
            price=25,
            expires=now(),
            attendee_name_parts=who.parts,
            attendee_email=who.mail,
        )
    for one in made_for.orders.all()[:12]:
        generate_invoice(one)


def staff():
    made = []
    for i in range(14):
        who = Someone()
        user = m.User.objects.create_user(f"{i}.{who.mail}", f"geheim-{i}")
        user.fullname, user.is_verified = who.name, True
        user.save()
        user.known_login_sources.create(agent_type="Firefox", device_type="Desktop", os_type="Linux", last_seen=now())
        TOTPDevice.objects.create(user=user, name="telefoon", confirmed=True)
        made.append(user)
    return made


with scopes_disabled():
    users = staff()
    for name, slug in (("Zomerfestival", "zomer"), ("Techdagen", "tech")):
        organizer = m.Organizer.objects.create(name=name, slug=slug, plugins="")
        team = m.Team.objects.create(organizer=organizer, name="Organisation", all_events=True)
        team.members.add(*random.sample(users, 6))
        for _ in range(2):
            m.TeamInvite.objects.create(team=team, email=Someone().mail)
            m.Device.objects.create(organizer=organizer, name="Scanner", all_events=True)
        m.TeamAPIToken.objects.create(team=team, name="kassa")
        known = customers(organizer)
        for number in range(2):
            visitors(event(organizer, number), known, users)
    first = m.Event.objects.first()
    job = BankImportJob.objects.create(event=first, organizer=first.organizer)
    for i in range(20):
        BankTransaction.objects.create(
            event=first,
            organizer=first.organizer,
            import_job=job,
            payer=Someone().name,
            reference=f"ZOMER-{i} bedankt",
            amount=25,
            date="2026-01-03",
            iban=IBAN,
            bic="ABNANL2A",
            checksum=str(i),
        )
    for one in m.Order.objects.all()[:40]:
        m.OutgoingMail.objects.create(
            organizer=one.event.organizer,
            event=one.event,
            order=one,
            subject=f"Je kaarten: {one.code}",
            body_plain="Beste klant, hier zijn de kaarten.",
            sender="tickets@zomer.example",
            to=[one.email],
            cc=[],
            bcc=[],
            headers={},
        )
    StaffSession.objects.create(user=users[0], comment="kijkt naar een bestelling", session_key="abc" * 8)
