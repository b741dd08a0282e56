"""Somebody of the staff at the console: an account with a role and a second factor, signed in."""

from __future__ import annotations

from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from tests.office.kit import Office

from waarborg.office.people.models import Account, Membership, Organisation, Role
from waarborg.office.people.roles import By

PASSWORD = "een lang wachtwoord voor het loket"


def member(
    office: Office, role: str = Role.PRIVACY_OFFICER, *, second: bool = True, organisation: Organisation | None = None
) -> Account:
    """An account with a role; `second` gives it an authenticator."""
    number = Account.objects.count()
    account = Account.objects.create_user(f"staf{number}@taakveld.example", PASSWORD, name=f"Noor {number}")
    Membership.objects.create(account=account, tenant=office.tenant, role=role, organisation=organisation)
    if second:
        TOTP.activate(account, generate_totp_secret())
    return account


def by(office: Office, account: Account) -> By:
    """Who acts when this account does something."""
    return By.member(Membership.objects.select_related("account", "tenant").get(account=account, tenant=office.tenant))


def signed_in(office: Office, role: str = Role.PRIVACY_OFFICER, **more: Any) -> Client:
    """A browser in which somebody with this role is signed in."""
    account = member(office, role, **more)
    client = Client()
    client.force_login(account)
    client.account = account  # type: ignore[attr-defined]
    return client
