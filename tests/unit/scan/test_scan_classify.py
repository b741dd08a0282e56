"""One column at a time: names propose, roles decide, values confirm or contradict."""

import pytest

from waarborg.scan.classify import Facts, classify
from waarborg.scan.tables import role_of
from waarborg.scan.values import EMPTY, Profile, profile
from waarborg.stores.contract import Column, Family, Table


def verdict(
    table: str, name: str, family: Family = Family.TEXT, values: Profile = EMPTY, **facts: bool
) -> tuple[str, float]:
    column = Column(name, "varchar(255)", family, length=255 if family is Family.TEXT else None)
    whole = Table(table, (Column("id", "int", Family.NUMBER), column), key=("id",))
    found = classify(Facts(table, column, role_of(whole), **facts), values)
    return (found.category, found.confidence) if found and found.reported else ("", 0.0)


@pytest.mark.parametrize(
    ("table", "column", "category"),
    [
        ("users", "email", "email"),
        ("users", "name", "name"),
        ("klanten", "achternaam", "name"),
        ("kunden", "geburtsdatum", "birth_date"),
        ("client", "courriel", "email"),
        ("users", "passwd", "secret"),
        ("sessions", "remote_addr", "ip_address"),
        ("patienten", "diagnose", "health"),
        ("mitarbeiter", "konfession", "religion"),
        ("users", "avatar", "picture"),
    ],
)
def test_personal_columns(table: str, column: str, category: str) -> None:
    assert verdict(table, column, person=table not in ("sessions",))[0] == category


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("uploads", "file_name"),
        ("mail_templates", "template_name"),
        ("servers", "host_name"),
        ("plugins", "class_name"),
        ("products", "product_name"),
        ("currencies", "currency_name"),
        ("roles", "display_name_format"),
        ("countries", "name"),
        ("settings", "name"),
        ("migrations", "name"),
        ("dispatcher", "description"),
        ("ldap_servers", "attr_mail"),
        ("users", "email_verified_at"),
        ("tax_rates", "country"),
    ],
)
def test_technical_names_are_not_personal(table: str, column: str) -> None:
    assert verdict(table, column, person=table == "users") == ("", 0.0)


def test_values_confirm_and_contradict() -> None:
    mails = profile([f"p{i}@post.example" for i in range(10)])
    words = profile([f"queue-{i}" for i in range(10)])
    assert verdict("orders", "x_17", values=mails)[0] == "email"
    assert verdict("orders", "email", values=mails)[1] > verdict("orders", "email")[1]
    assert verdict("orders", "email", values=words)[1] < 0.6


def test_a_key_of_another_table_is_a_link_not_a_column() -> None:
    assert verdict("comments", "author_name", Family.NUMBER, reference=True, owned=True) == ("", 0.0)


def test_evidence_is_given_in_sentences() -> None:
    column = Column("email", "varchar(255)", Family.TEXT, length=255)
    found = classify(
        Facts("users", column, role_of(Table("users", (column,))), person=True), profile(["a@b.example"] * 3)
    )
    assert found is not None
    assert any("reads as email" in s for s in found.evidence)
    assert any("100%" in s for s in found.evidence)
    assert not any("a@b.example" in s for s in found.evidence)
