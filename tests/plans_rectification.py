"""The village of the rectification tests: every shape in which one e-mail address stands somewhere."""

from __future__ import annotations

from dataclasses import replace

from waarborg.clock import Period
from waarborg.datamap.model import ColumnDecl, Identifier, Link, TableDecl
from waarborg.policy.entries import DataItem
from waarborg.policy.model import DataCategory, Policy, RetentionRule
from waarborg.policy.parts import RightRule, Rights
from waarborg.terms import LinkKind, Outcome, SubjectRef
from worlds import NOW, belongs, person, policy, table

OLD, NEW = "An.Canary@x.example", "an.right@new.example"
AN = SubjectRef({"email": OLD})
EMAIL = Identifier("email", "email", ("lowercase",))

MEMBER = table(
    "member", "id int, email text, email_lower text, name text?, phone text?, born date?", unique="email_lower"
)
LETTER = table("subscriber", "id int, address text, wants text?")
LOGIN = table("login", "id int, username text, ip text?")
PROJECT = table("project", "id int, owner_id int, contact_id int?, contact_email text?, about text?")
INVOICE = table("invoice", "id int, member_id int, sent_to text?, issued date?")


def the_policy(**more: object) -> Policy:
    """A policy whose items the rectifications name."""
    items = {name: DataItem(id=name) for name in ("email", "name", "phone", "birth_date", "sent_to", "text")}
    data = {name: DataCategory(id=name, label={"nl": name}, items=items) for name in ("account", "content", "billing")}  # type: ignore[arg-type]
    rules = {
        "account": RetentionRule(id="account", data=("account",), until="account_closed", then=Outcome.ERASE),
        "invoices": RetentionRule(
            id="invoices", data=("billing",), period=Period(months=84), starts_at="issued", law="AWR art. 52"
        ),
    }
    rights = Rights(rectification=RightRule(id="rectification", promises=("world.9",)))
    return replace(policy(), data=data, retention=rules, rights=rights, **more)


def decls() -> list[TableDecl]:
    """The map of the village of this test."""
    member = person(
        identifiers=(EMAIL, Identifier("name", "name"), Identifier("phone", "phone", ("phone",))), nobody=(0,)
    )
    columns = {
        "email": ColumnDecl("email", "account.email"),
        "email_lower": ColumnDecl("email_lower", "account.email"),
        "name": ColumnDecl("name", "account.name"),
        "phone": ColumnDecl("phone", "account.phone"),
        "born": ColumnDecl("born", "account.birth_date"),
    }
    subscriber = person("app.subscriber", identifiers=(Identifier("email", "address", ("lowercase",)),))
    return [
        replace(member, columns=columns),
        replace(subscriber, columns={"address": ColumnDecl("address", "content.email")}),
        TableDecl(
            "app.login",
            links=(belongs("app.member", "username", by_identifier="email", normalise=("lowercase", "trim")),),
            columns={"username": ColumnDecl("username", "account.email"), "ip": ColumnDecl("ip", "content.text")},
        ),
        TableDecl(
            "app.project",
            links=(
                belongs("app.member", "owner_id"),
                Link(LinkKind.ABOUT, "app.member", ("contact_id",), about=("contact_email",)),
                Link(LinkKind.ABOUT, "app.member", ("about",), mentions=("email",)),
            ),
            columns={
                "contact_email": ColumnDecl("contact_email", "account.email"),
                "about": ColumnDecl("about", "content.text"),
            },
        ),
        TableDecl(
            "app.invoice",
            links=(belongs("app.member", "member_id"),),
            columns={"sent_to": ColumnDecl("sent_to", "billing.email")},
            dates={"issued": "issued"},
        ),
    ]  # fmt: skip


ROWS: dict[str, list[tuple[object, ...]]] = {
    "member": [
        (0, "nobody@x.example", "nobody@x.example", None, None, None),
        (1, OLD, OLD.lower(), "An", "0612345678", None),
        (2, "bo@x.example", "bo@x.example", "Bo", "+31687654321", None),
    ],
    "subscriber": [(1, OLD.lower(), "yes"), (2, "bo@x.example", "yes")],
    "login": [(1, OLD.upper() + " ", "1.2.3.4"), (2, OLD.lower(), None), (3, "bo@x.example", None)],
    "project": [
        (1, 2, 1, OLD, f"Ask {OLD} about it"),
        (2, 2, 1, "an.other@x.example", None),
        (3, 1, None, "bo@x.example", "nothing"),
        (4, 2, None, OLD, "same address, and nothing leads to her"),
    ],
    "invoice": [(1, 1, OLD, NOW.date()), (2, 2, "bo@x.example", NOW.date())],
}
TABLES = [MEMBER, LETTER, LOGIN, PROJECT, INVOICE]
