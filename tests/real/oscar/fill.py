"""Fills a fresh Oscar shop through Oscar's own views and classes; runs in the shop's environment.

Sign-up, searches, product views, reviews, alerts, wish lists and the addresses go through the pages a customer
uses; orders through `OrderCreator`. What is chosen is chosen by one seeded generator.
"""

from __future__ import annotations

import datetime
import json
import os
import random
import sys
from decimal import Decimal
from pathlib import Path

import django

django.setup()

from django.contrib.admin.models import CHANGE, LogEntry  # noqa: E402 - Django first
from django.contrib.auth.models import Group, Permission, User  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402
from oscar.apps.address.models import Country, UserAddress  # noqa: E402
from oscar.apps.basket.models import Basket  # noqa: E402
from oscar.apps.catalogue.categories import create_from_breadcrumbs  # noqa: E402
from oscar.apps.catalogue.models import Option, Product, ProductClass  # noqa: E402
from oscar.apps.catalogue.reviews.models import ProductReview  # noqa: E402
from oscar.apps.checkout.calculators import OrderTotalCalculator  # noqa: E402
from oscar.apps.communication.models import CommunicationEventType, Notification  # noqa: E402
from oscar.apps.communication.utils import Dispatcher  # noqa: E402
from oscar.apps.customer.models import ProductAlert  # noqa: E402
from oscar.apps.offer.applicator import Applicator  # noqa: E402
from oscar.apps.offer.models import Benefit, Condition, ConditionalOffer, Range  # noqa: E402
from oscar.apps.order.models import (  # noqa: E402
    BillingAddress,
    PaymentEvent,
    PaymentEventType,
    ShippingAddress,
    ShippingEvent,
    ShippingEventType,
)
from oscar.apps.order.utils import OrderCreator, OrderDispatcher  # noqa: E402
from oscar.apps.partner.models import Partner, StockRecord  # noqa: E402
from oscar.apps.partner.strategy import Selector  # noqa: E402
from oscar.apps.payment.models import Bankcard, Source, SourceType  # noqa: E402
from oscar.apps.shipping.methods import Free  # noqa: E402
from oscar.apps.voucher.models import Voucher  # noqa: E402
from oscar.apps.wishlists.models import WishList  # noqa: E402

PASSWORD = os.environ["REAL_PASSWORD"]
people = json.loads(Path(sys.argv[1]).read_text())
dice = random.Random(2026)  # noqa: S311 - chance that repeats itself
by_number = {p["number"]: p for p in people}
users: dict[int, User] = {}
clients: dict[int, Client] = {}


def fine(answer, *, also=()):
    """The answer of a form; an error when the form came back instead of being taken."""
    if answer.status_code not in (302, *also):
        form = answer.context.get("form") if answer.context else None
        raise SystemExit(f"{answer.request['PATH_INFO']}: {answer.status_code} {form.errors if form else ''}")
    return answer


# --- the shop ---------------------------------------------------------------------------------------------------
for code, name in (("NL", "Netherlands"), ("BE", "Belgium"), ("DE", "Germany")):
    Country.objects.create(iso_3166_1_a2=code, printable_name=name, name=name, is_shipping_country=True)
netherlands = Country.objects.get(pk="NL")
for code, name in (
    ("ORDER_PLACED", "Order placed"),
    ("REGISTRATION", "Registration"),
    ("PRODUCT_ALERT", "Alert"),
    ("PASSWORD_RESET", "Password reset"),
):
    CommunicationEventType.objects.create(code=code, name=name, category=CommunicationEventType.USER_RELATED)
engraving = Option.objects.create(name="Engraving", code="engraving", type=Option.TEXT)
kind = ProductClass.objects.create(name="Maps", track_stock=True)
kind.options.add(engraving)
category = create_from_breadcrumbs("Maps > Folded")
partners = [
    Partner.objects.create(name=name, code=name.lower().replace(" ", "-")) for name in ("Drukkerij Roos", "Kaartje")
]
products = []
for n in range(20):
    product = Product.objects.create(title=f"Map {n}", product_class=kind, upc=f"87100{n:08d}", slug=f"map-{n}")
    product.categories.add(category)
    StockRecord.objects.create(
        partner=partners[n % 2],
        product=product,
        partner_sku=f"M{n}",
        price=Decimal(10 + n),
        num_in_stock=0 if n == 19 else 5000,
        price_currency="EUR",
    )
    products.append(product)

# --- people -----------------------------------------------------------------------------------------------------
for p in people:
    if p["role"] == "guest":
        continue
    client = Client()
    fine(
        client.post(
            "/accounts/register/",
            {
                "email": p["mail"],
                "password1": PASSWORD,
                "password2": PASSWORD,
                "registration_submit": "Register",
                "registration-email": p["mail"],
                "registration-password1": PASSWORD,
                "registration-password2": PASSWORD,
            },
        )
    )
    user = User.objects.get(email__iexact=p["mail"])
    fine(
        client.post(
            "/accounts/profile/edit/", {"first_name": p["given"], "last_name": p["family"], "email": user.email}
        )
    )
    user.refresh_from_db()
    users[p["number"]], clients[p["number"]] = user, client
    # a second address is a neighbour's or a relative's: somebody else's name at this person's account
    other = by_number[1 + (p["number"] * 7) % 60]
    for who, line, note in (
        (p, f"Lijnbaan {p['number']}", f"Ring twice, or ask {other['name']}"),
        (other, f"Lijnbaan {other['number']}", f"For my friend {other['given']}"),
    ):
        fine(
            client.post(
                "/accounts/addresses/add/",
                {
                    "title": "Ms" if p["number"] % 2 else "",
                    "first_name": who["given"],
                    "last_name": who["family"],
                    "line1": line,
                    "line4": "Utrecht",
                    "postcode": f"35{who['number']:02d} AB",
                    "country": "NL",
                    "notes": note,
                    "phone_number": who["phone"],
                },
            )
        )

admin = users[1]
admin.is_staff = admin.is_superuser = True
admin.save()
staff = Group.objects.create(name="Desk")
for number in (2, 3):
    users[number].is_staff = True
    users[number].groups.add(staff)
    users[number].save()
    partners[0].users.add(users[number])
users[4].user_permissions.add(Permission.objects.get(codename="dashboard_access"))
partners[1].users.add(users[1], users[4])
users[58].is_active = False
users[58].save()
partner_address = partners[1].addresses.create(
    first_name=by_number[4]["given"],
    last_name=by_number[4]["family"],
    line1="Kade 1",
    line4="Utrecht",
    postcode="3500 AA",
    country=netherlands,
)
active = [n for n, user in users.items() if user.is_active]

# --- vouchers and offers ------------------------------------------------------------------------------------------
everything = Range.objects.create(name="Everything", includes_all_products=True)
condition = Condition.objects.create(range=everything, type=Condition.COUNT, value=1)
benefit = Benefit.objects.create(range=everything, type=Benefit.PERCENTAGE, value=10)
for n in active[:12]:
    p = by_number[n]
    offer = ConditionalOffer.objects.create(
        name=f"Birthday {n}, {p['name']}", offer_type=ConditionalOffer.VOUCHER, condition=condition, benefit=benefit
    )
    voucher = Voucher.objects.create(
        name=f"Birthday {n}, {p['name']}",
        code=p["login"].upper(),
        usage=Voucher.ONCE_PER_CUSTOMER,
        start_datetime=timezone.now() - datetime.timedelta(days=1),
        end_datetime=timezone.now() + datetime.timedelta(days=90),
    )
    voucher.offers.add(offer)

# --- orders -------------------------------------------------------------------------------------------------------
card = SourceType.objects.create(name="Card")
settled, shipped = PaymentEventType.objects.create(name="Settled"), ShippingEventType.objects.create(name="Shipped")


def order_for(p, *, user, to, number_of_lines, voucher=None, status=None):
    """Place one order the way Oscar's checkout does after payment; `to` receives the parcel."""
    basket = Basket.objects.create(owner=user)
    basket.strategy = Selector().strategy(user=user)
    for product in dice.sample(products[:19], number_of_lines):
        options = (
            [{"option": engraving, "value": f"For {to['name']}, from {p['given']}"}] if dice.random() < 0.4 else None
        )
        basket.add_product(product, dice.randint(1, 3), options)
    if voucher:
        basket.vouchers.add(voucher)
    Applicator().apply(basket, user)
    method = Free()
    charge = method.calculate(basket)
    where = {
        "line1": f"Lijnbaan {to['number']}",
        "line4": "Utrecht",
        "postcode": f"35{to['number']:02d} AB",
        "country": netherlands,
    }
    shipping = ShippingAddress.objects.create(
        first_name=to["given"],
        last_name=to["family"],
        phone_number=to["phone_e164"],
        notes=f"Or to {by_number[1 + (to['number'] * 11) % 60]['name']} next door",
        **where,
    )
    billing = BillingAddress.objects.create(
        first_name=p["given"], last_name=p["family"], **{**where, "line1": f"Lijnbaan {p['number']}"}
    )
    extra = {} if user else {"guest_email": p["mail"]}
    order = OrderCreator().place_order(
        basket,
        OrderTotalCalculator().calculate(basket, charge),
        method,
        charge,
        user=user,
        shipping_address=shipping,
        billing_address=billing,
        **extra,
    )
    basket.submit()
    source = Source(source_type=card, currency="EUR", order=order, label=f"Card of {p['name']}")
    source.save()
    source.allocate(order.total_incl_tax, reference=f"pay-{p['login']}-{order.number}")
    source.debit(order.total_incl_tax, reference=f"pay-{p['login']}-{order.number}")
    paid = PaymentEvent.objects.create(
        order=order, event_type=settled, amount=order.total_incl_tax, reference=p["mail"]
    )
    for line in order.lines.all():
        paid.line_quantities.create(event=paid, line=line, quantity=line.quantity)
    if status:
        order.set_status("Being processed")
        sent = ShippingEvent.objects.create(order=order, event_type=shipped, notes=f"Handed to {to['name']}")
        for line in order.lines.all():
            sent.line_quantities.create(event=sent, line=line, quantity=line.quantity)
            line.partner_line_notes = f"Gift for {to['given']}"
            line.save()
    if dice.random() < 0.5:
        desk = users[dice.choice([1, 2, 3])]
        order.notes.create(
            user=desk, note_type="Info", message=f"{p['name']} rang from {p['phone']} about {to['name']}"
        )
    OrderDispatcher().send_order_placed_email_for_user(
        order, {"order": order, "user": user, "lines": order.lines.all()}
    )
    return order


orders = []
for n in active:
    for i in range(1 + n % 3):
        receiver = by_number[n] if i == 0 else by_number[1 + (n * 13 + i) % 60]
        voucher = Voucher.objects.filter(code=by_number[n]["login"].upper()).first() if i == 0 else None
        orders.append(
            order_for(
                by_number[n], user=users[n], to=receiver, number_of_lines=1 + n % 4, voucher=voucher, status=n % 2 == 0
            )
        )
for p in people:  # without an account: two strangers, and a member who did not sign in
    if p["role"] == "guest" or p["number"] in (20, 21):
        for i in range(2):
            orders.append(order_for(p, user=None, to=p if i else by_number[3], number_of_lines=2, status=True))

# --- what customers do besides buying ------------------------------------------------------------------------------
for n in active:
    client, p, user = clients[n], by_number[n], users[n]
    other, third = (by_number[x] for x in dice.sample(active, 2))
    product, second = dice.sample(products[:19], 2)
    for seen in (product, second):
        client.get(seen.get_absolute_url())
    client.get("/search/", {"q": f"gift for {other['given']}"})
    fine(client.post(f"/basket/add/{product.pk}/", {"quantity": 1, "engraving": f"Dear {other['given']}"}))
    if n % 2 == 0:
        fine(
            client.post(
                f"{second.get_absolute_url()}reviews/add/",
                {
                    "score": 4,
                    "title": f"{other['given']} will like it",
                    "body": f"Bought for {other['name']}. {p['given']}",
                },
            )
        )
    if n % 5 == 0:
        alert = client.post(f"/accounts/alerts/create/{products[19].pk}/", {})
        fine(alert)
    if n % 4 == 0:
        Bankcard.objects.create(
            user=user, name=p["name"], number=f"41111111111{n:05d}", expiry_date=datetime.date(2029, 1, 31)
        )
    if n % 3 == 0:
        wish = WishList.objects.create(owner=user, name=f"For {other['given']}", visibility=WishList.SHARED)
        for wanted in dice.sample(products, 3):
            wish.add(wanted)
        for friend in (other, third):
            wish.shared_emails.create(email=friend["mail"])
    Notification.objects.create(
        recipient=user,
        sender=users[other["number"]],
        subject=f"{other['given']} shared a list with you",
        body=f"{other['name']} ({other['mail']}) thought you, {p['given']}, might like it.",
    )
for n, p in enumerate(people):
    if n % 10 == 3:  # visitors who leave a name and an address, one of them with an account
        fine(
            Client().post(
                f"{products[n % 19].get_absolute_url()}reviews/add/",
                {
                    "score": 2,
                    "title": "Late",
                    "body": f"Mine was late too, {people[n - 1]['given']}!",
                    "name": p["name"],
                    "email": p["mail"],
                },
            )
        )
        fine(Client().post(f"/accounts/alerts/create/{products[19].pk}/", {"email": p["mail"]}))
for review in ProductReview.objects.all():
    for n in dice.sample(active, 4):
        if review.can_user_vote(users[n])[0]:
            (review.vote_up if n % 3 else review.vote_down)(users[n])
for n in active[5:15]:
    Client().post("/password-reset/", {"email": by_number[n]["mail"]})
    Dispatcher().notify_user(
        users[n], "Welcome", body=f"Dear {by_number[n]['name']}, {by_number[2]['name']} will help you."
    )
for n in active[20:26]:  # a changed address leaves the old one behind in the e-mails that were kept
    fine(
        clients[n].post(
            "/accounts/profile/edit/",
            {
                "first_name": by_number[n]["given"],
                "last_name": by_number[n]["family"],
                "email": by_number[n]["new_mail"],
                "password": PASSWORD,
            },
        )
    )
LogEntry.objects.log_actions(
    admin.pk, User.objects.filter(pk__in=[users[n].pk for n in active[10:20]]), CHANGE, change_message="Checked"
)
for n in active[30:36]:
    clients[n].post("/accounts/logout/")
partner_address.save()
print(
    json.dumps(
        {
            "users": {p["login"]: users[n].pk for n, p in by_number.items() if n in users},
            "orders": [order.number for order in orders[:3]],
            "product": products[0].get_absolute_url(),
            "alerts": ProductAlert.objects.count(),
            "addresses": UserAddress.objects.count(),
        }
    )
)
