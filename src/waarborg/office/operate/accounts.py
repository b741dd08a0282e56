"""`waarborg office account`: who of the staff may do what, and the link with which they begin."""

from __future__ import annotations

from argparse import Namespace

from waarborg.cli import exits
from waarborg.cli.output import Out
from waarborg.errors import UsageError, near_miss
from waarborg.office.operate import start


def run(arguments: Namespace, out: Out) -> int:
    """`waarborg office account`. Raises `UsageError` WB985 for an address, a role or a deployment that cannot be."""
    start.begin(arguments)
    start.ready()
    from django.conf import settings
    from django.db import transaction

    from waarborg.office.people.models import Account, Membership, Tenant

    address = valid(arguments.address)
    found = Account.objects.filter(email=address).first()
    if getattr(arguments, "end", False):
        if found is None:
            raise UsageError.one("WB985", "There is no account with this address.", "", "Check the address.")
        end(found)
        out.say("✓ The account can no longer sign in.")
        out.data({"ok": True, "ended": True})
        return exits.OK
    role = getattr(arguments, "role", "")
    if not role:
        raise UsageError.one("WB985", "The role is missing.", "", "Add --role privacy_officer, or another role.")
    known = {one.slug: one for one in Tenant.objects.all()}
    asked = getattr(arguments, "tenant", None) or list(known)
    for name in asked:
        if name not in known:
            todo = near_miss(name, known) or f"Known here: {', '.join(known)}."
            raise UsageError.one("WB985", "There is no such deployment here.", "", todo)
    with transaction.atomic():
        account = found or Account.objects.create_user(address, name=getattr(arguments, "name", "") or address)
        for name in asked:
            Membership.objects.update_or_create(account=account, tenant=known[name], defaults={"role": role})
    link = "" if found and found.has_usable_password() else f"{settings.ENVIRONMENT.address}{first_link(account)}"
    out.say(f"✓ {role} for {', '.join(asked)}")
    if link:
        out.say(f"\nTo set a password, once, within three days:\n  {link}")
    out.data({"ok": True, "role": role, "tenants": asked, "link": link})
    return exits.OK


def valid(address: str) -> str:
    """An e-mail address in small letters. Raises `UsageError` WB985."""
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    try:
        validate_email(address)
    except ValidationError:
        raise UsageError.one("WB985", "This is no e-mail address.", "", "Write name@host.") from None
    return address.lower()


def first_link(account: object) -> str:
    """The address at which somebody sets their password, good once and for three days (`PASSWORD_RESET_TIMEOUT`)."""
    from allauth.account.forms import default_token_generator
    from allauth.account.utils import user_pk_to_url_str
    from django.urls import reverse

    key = f"{user_pk_to_url_str(account)}-{default_token_generator.make_token(account)}"
    uid, _, token = key.partition("-")
    return reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})


def end(account: object) -> None:
    """Close an account: no sign-in, no session, no role."""
    from django.contrib.sessions.models import Session

    from waarborg.office.people.models import Account

    assert isinstance(account, Account)  # noqa: S101 - for the type checker; the caller looked it up
    account.is_active = False
    account.set_unusable_password()
    account.save()
    account.memberships.all().delete()
    for session in Session.objects.iterator():
        if session.get_decoded().get("_auth_user_id") == str(account.pk):
            session.delete()
