"""django-oscar on PostgreSQL: guests, changed addresses, presents, and invoices that the law keeps.

See `checks.py` for what is looked at, `datamap.yaml` and `NOTES.md` for the decisions.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.real import carry, kit
from tests.real.carry import Application, Row
from tests.real.checks import Numbers, RequestChecks, Sabotage, Setting

from waarborg.terms import SubjectRef

pytestmark = pytest.mark.skipif(
    not os.environ.get("WAARBORG_REAL"), reason="set WAARBORG_REAL=1 to install real applications"
)

_OF_ORDERS = """
    order billingaddress line lineprice lineattribute orderdiscount orderlinediscount surcharge ordernote
    orderstatuschange communicationevent shippingevent shippingeventquantity paymentevent paymenteventquantity
"""
BOOKKEEPING = frozenset(f"order_{name}" for name in _OF_ORDERS.split()) | {
    "payment_source",
    "payment_transaction",
    "voucher_voucherapplication",
}
OTHERS_KEEP = frozenset({"address_useraddress", "order_shippingaddress"})


def identify(person: kit.Person) -> SubjectRef:
    """The address of today; a guest also by name, for texts: there is no account to take it from."""
    known = {"email": person.identifiers.get("second_email", person.identifiers["email"])}
    return SubjectRef(known | ({"name": person.name} if person.role == "guest" else {}))


def own_key(app: Application, person: kit.Person) -> list[object]:
    with app.engine.connect() as connection:
        query = sa.text("SELECT id FROM auth_user WHERE lower(email) = lower(:mail)")
        mail = identify(person).identifiers["email"]
        return list(connection.execute(query, {"mail": mail}).scalars())


class TestOscar(RequestChecks):
    """21 changed her address and once bought without signing in; 59 is a guest; 4 works at a partner."""

    setting = Setting(
        name="oscar",
        people="auth_user",
        key="id",
        identify=identify,
        own_key=own_key,
        one=(20,),
        ten=(4, 14, 16, 20, 21, 24, 30, 35, 51, 59),
        stranger="UPDATE analytics_userrecord SET num_basket_additions = 77 WHERE user_id = "
        "(SELECT id FROM auth_user WHERE email = 'jan@lijnwerk.example')",
        roots=frozenset({"order_order", "basket_basket"}),
        stays=BOOKKEEPING | OTHERS_KEEP | {"auth_user", "reviews_productreview"},
        # An address book holds others, and where a present went is on the order of the one who bought it.
        others_visible=frozenset(
            f"{table}.{name}"
            for table in ("address_useraddress", "order_shippingaddress")
            for name in ("search_text", "phone_number")
        )
        | {"wishlists_wishlistsharedemail.email"},
    )

    @pytest.mark.parametrize(
        "sabotage",
        [
            Sabotage("order_order", lambda link: "guest_email" in link.columns, "guest_email"),
            Sabotage("order_shippingevent", lambda link: True, "notes"),
            Sabotage("order_lineattribute", lambda link: bool(link.mentions), "value"),
            Sabotage("communication_email", lambda link: bool(link.mentions), "body_text"),
            Sabotage("communication_notification", lambda link: bool(link.mentions), "body"),
            Sabotage("wishlists_wishlistsharedemail", lambda link: link.kind.value == "about", "email"),
            Sabotage("voucher_voucher", lambda link: True, "code"),
            Sabotage("partner_partneraddress", lambda link: True, "search_text"),
        ],
        ids=lambda one: f"{one.table}.{one.column}",
    )
    def test_without_a_link_the_dump_finds_them(self, app: Application, tmp_path: Path, sabotage: Sabotage) -> None:
        self.sabotaged(app, tmp_path, sabotage)

    def test_invoices_stay_until_the_day_the_law_names(self, app: Application, tmp_path: Path) -> None:
        result = carry.carry_out(app, self.refs(app, self.setting.one), tmp_path)
        [orders] = [one for one in result.plan.kept() if one.table == "shop.order_order"]
        assert (orders.rows, orders.until) == (5, date(2033, 12, 31))
        assert orders.ground.law == "AWR art. 52"
        rows = [row for row in app.differences(result.before, result.after)[0] if row.table == "order_order"]
        assert rows
        assert all(row.changed <= {"guest_email", "basket_id"} and not row.gone for row in rows)
        with app.engine.connect() as connection:
            query = "SELECT first_name, last_name FROM order_billingaddress WHERE line1 = 'Lijnbaan 20'"
            assert set(connection.execute(sa.text(query)).all()) == {("Aylin", "Peters")}
            [shell] = connection.execute(sa.text("SELECT * FROM auth_user WHERE username LIKE 'erased-%'")).mappings()
        assert (shell["email"], shell["first_name"], shell["last_name"], shell["is_active"]) == ("", "", "", False)

    def test_a_session_of_theirs_is_gone(self, app: Application, tmp_path: Path) -> None:
        """Signed and compressed: found by the key inside, and by nothing else."""
        numbers: Numbers = self.setting.one
        app.deployment.reset()
        [key] = own_key(app, app.person(numbers[0]))
        result = carry.carry_out(app, self.refs(app, numbers), tmp_path)
        gone: list[Row] = [
            row for row in app.differences(result.before, result.after)[0] if row.table == "django_session"
        ]
        assert len(gone) == 1
        texts = list(carry.labels.readings(gone[0].before["session_data"]))
        assert f'"_auth_user_id":"{key}"' in texts[-1]
