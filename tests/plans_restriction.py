"""The village of the restriction tests: rows of one, rows of two, rows the law keeps, and what they hang on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rights_kit import AN, BO, PURPOSES
from waarborg.clock import Period
from waarborg.datamap.model import Identifier, Link, Restricted, TableDecl, Through
from waarborg.policy.model import Policy, RetentionRule
from waarborg.policy.parts import RightRule, Rights, Suspend
from waarborg.terms import LinkKind, Outcome
from worlds import NOW, belongs, columns_of, person, policy, table

__all__ = ["AN", "BO", "ROWS", "TABLES", "decls", "policy_with", "vaulted"]

MEMBER = table("member", "id int, email text?, name text?, secret text?", unique="email")
NOTE = table("note", "id int, member_id int, body text?", refs={"member_id": "member.id"})
PHOTO = table("photo", "id int, note_id int, parent_id int?, body text?",
              refs={"note_id": "note.id", "parent_id": "photo.id"})  # fmt: skip
TOPIC = table("topic", "id int, title text?")
TOPIC_MEMBER = table("topic_member", "topic_id int, member_id int", key="topic_id+member_id",
                     refs={"topic_id": "topic.id", "member_id": "member.id"})  # fmt: skip
REPLY = table("reply", "id int, topic_id int, author_id int?, body text?",
              refs={"topic_id": "topic.id", "author_id": "member.id"})  # fmt: skip
INVOICE = table("invoice", "id int, member_id int, name text?, issued date", refs={"member_id": "member.id"})
VISIT = table("visit", "member_id int?, page text?", key="")
TABLES = [MEMBER, NOTE, PHOTO, TOPIC, TOPIC_MEMBER, REPLY, INVOICE, VISIT]

ROWS: dict[str, list[tuple[object, ...]]] = {
    "member": [(0, None, None, None), (1, "an.canary@x.example", "An canary", "hash canary"),
               (2, "bo@x.example", "Bo", "hash"), (3, "cy@x.example", "Cy", None)],
    "note": [(1, 1, "a canary \u20ac \u00e9"), (2, 2, "of Bo"), (3, 1, None), (4, 3, "of Cy")],
    "photo": [(1, 1, None, "canary"), (2, 1, 1, "child canary"), (5, 1, 2, ""), (9, 2, None, "of Bo")],
    "topic": [(1, "shared"), (2, "of Bo")],
    "topic_member": [(1, 1), (1, 2), (2, 2)],
    "reply": [(1, 1, 1, "said canary"), (2, 2, 2, "said by Bo")],
    "invoice": [(1, 1, "An canary", NOW.date()), (2, 2, "Bo", NOW.date())],
    "visit": [(1, "home canary"), (1, "home canary"), (2, "home"), (None, "nobody")],
}  # fmt: skip


def decls(*, marker: bool = False) -> list[TableDecl]:
    """The map."""
    through = Through("app.topic_member", ("topic_id",), ("id",), ("member_id",))
    member = person(
        identifiers=(Identifier("email", "email", ("lowercase",)),), nobody=(0,),
        restricted=Restricted("secret", "restricted") if marker else None,
    )  # fmt: skip
    return [
        replace(member, columns=columns_of(email="account.email", name="account.name", secret="secret")),
        TableDecl("app.note", links=(belongs("app.member", "member_id"),), columns=columns_of(body="content.text")),
        TableDecl("app.photo", links=(belongs("app.note", "note_id"),), columns=columns_of(body="content.text")),
        TableDecl(
            "app.topic",
            links=(Link(LinkKind.BELONGS_TO, "app.member", through=through),),
            columns=columns_of(title="content.text"),
        ),
        TableDecl("app.topic_member", links=(belongs("app.member", "member_id"), belongs("app.topic", "topic_id"))),
        TableDecl(
            "app.reply",
            links=(belongs("app.topic", "topic_id", dies_with=True), belongs("app.member", "author_id")),
            columns=columns_of(body="content.text"),
        ),
        TableDecl(
            "app.invoice",
            links=(belongs("app.member", "member_id"),),
            columns=columns_of(name="billing.name"),
            dates={"end_of_fiscal_year": "issued"},
        ),
        TableDecl("app.visit", links=(belongs("app.member", "member_id"),), columns=columns_of(page="content.text")),
    ]


def vaulted() -> RightRule:
    """Restriction sets data apart for three months, then it is erased."""
    return RightRule(id="restriction", suspend=Suspend(period=Period(months=3), then=Outcome.ERASE))


def policy_with(**more: Any) -> Policy:
    """The policy of the village."""
    invoices = RetentionRule(
        id="invoices", data=("billing",), period=Period(months=84), starts_at="end_of_fiscal_year",
        law="AWR art. 52", then=Outcome.ERASE,
    )  # fmt: skip
    account = RetentionRule(id="account", data=("account",), until="account_closed", then=Outcome.ERASE)
    options: dict[str, Any] = {"rights": Rights(restriction=vaulted()), "purposes": PURPOSES, **more}
    return replace(policy(account=account, invoices=invoices), **options)
