"""`waarborg office play`: both deployments, staff who can sign in, and fictitious persons who are signed in.

Everything lies in one folder, which is made the first time and taken up again afterwards. Mail is written to its `mail`
folder and goes nowhere. Passwords are made anew for each folder and stand in its `accounts.json`; nothing here weakens
a defence: the second factor of these accounts is a list of recovery codes that is printed.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import sqlite3
from argparse import Namespace
from contextlib import closing
from pathlib import Path
from typing import Any

from waarborg.cli import deployments, exits
from waarborg.cli.output import Out
from waarborg.office.operate import serve, start

DEPLOYMENTS = ("projects", "invoicing")
PEOPLE = 60
STAFF = {"noor": "privacy_officer", "sam": "support_agent", "kees": "auditor"}
ACCOUNTS = "accounts.json"


def run(arguments: Namespace, out: Out) -> int:
    """`waarborg office play`. Serves until it is told to stop; with `--prepare` it only makes the folder."""
    home = Path(getattr(arguments, "folder", "") or ".waarborg-play").resolve()
    for name in DEPLOYMENTS:
        deployment(home / name, name)
    arguments.dir = str(home)
    bind = getattr(arguments, "bind", "127.0.0.1:8000")
    host, port = serve.address(bind)
    os.environ.setdefault("WAARBORG_ADDRESS", f"http://{host}:{port}")
    os.environ.setdefault("WAARBORG_SMTP", f"file:{home / 'mail'}")
    start.begin(arguments)
    start.ready()
    told = {"staff": staff(home), "people": people()}
    show(told, home, out)
    out.data({"ok": True, **told})
    if getattr(arguments, "prepare", False):
        return exits.OK
    return serve.serve(arguments, out)


def deployment(folder: Path, name: str) -> None:
    """Policy, map and a filled database, where they are not there yet."""
    if (folder / "policy.yaml").exists():
        return
    made = folder.with_name(f".{name}-half-made")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    source = deployments.folder() / name
    shutil.copy(source / "policy.yaml", made)
    datamap = (source / "datamap.yaml").read_text(encoding="utf-8")
    (made / "datamap.yaml").write_text(re.sub(r"env:APP_DATABASE", "sqlite:///app.db", datamap), encoding="utf-8")
    deployments.maker(name).make(str(made / "app.db"), PEOPLE)
    made.rename(folder)


def staff(home: Path) -> list[dict[str, Any]]:
    """Accounts that can sign in: address, password, and codes for the second step; each code works once."""
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from django.db import transaction

    from waarborg.office.people.models import Account, Membership, Tenant

    place = home / ACCOUNTS
    known: dict[str, str] = json.loads(place.read_text()) if place.exists() else {}
    found = []
    with transaction.atomic():
        for name, role in STAFF.items():
            email = f"{name}@kantoor.example"
            account = Account.objects.filter(email=email).first()
            if account is None or email not in known:
                known[email] = secrets.token_urlsafe(12)
                account = account or Account.objects.create_user(email, name=name.capitalize())
                account.set_password(known[email])
                account.save()
            for tenant in Tenant.objects.all():
                Membership.objects.update_or_create(account=account, tenant=tenant, defaults={"role": role})
            codes = RecoveryCodes.activate(account).get_unused_codes()[:3]
            found.append({"email": email, "role": role, "password": known[email], "codes": codes})
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(known, file)
    return found


def people() -> list[dict[str, str]]:
    """For each deployment a person who is signed in at the company's own application: a link, good once."""
    from waarborg.office import engine
    from waarborg.office.people.models import Tenant
    from waarborg.office.requests import handover

    found = []
    for tenant in Tenant.objects.order_by("slug"):
        email = somebody(tenant)
        if email:
            claims = handover.claims_for(tenant, {"email": email}, engine.now())
            token = handover.signed(claims, handover.secret_of(tenant))
            found.append({"tenant": tenant.slug, "email": email, "link": f"/{tenant.slug}/in?token={token}"})
    return found


def somebody(tenant: Any) -> str:
    """The address of a person of the deployment's first table of people."""
    from waarborg.office import engine

    for name, table in engine.datamap_of(tenant).tables.items():
        known = table.subject.identifiers if table.subject else ()
        column = next((one.column for one in known if one.kind == "email"), "")
        if column:
            with closing(sqlite3.connect(Path(tenant.folder) / "app.db")) as database:
                where = f'FROM "{name.partition(".")[2]}" WHERE "{column}" LIKE \'%@%\' ORDER BY 1 LIMIT 1'
                query = f'SELECT "{column}" {where}'
                row = database.execute(query).fetchone()
            if row:
                return str(row[0])
    return ""


def show(told: dict[str, Any], home: Path, out: Out) -> None:
    """Who there is to play with, and where."""
    from django.conf import settings

    base = settings.ENVIRONMENT.address
    out.say("People (fictitious), signed in at the company itself; each link works once, for ten minutes:")
    for one in told["people"]:
        out.say(f"  {one['email']}\n    {base}{one['link']}")
    out.say(f"\nStaff, at {base}/console/; the second step is a recovery code, each works once:")
    for one in told["staff"]:
        out.say(f"  {one['email']}  {one['password']}  {one['role']}\n    {'  '.join(one['codes'])}")
    out.say(f"\nMail goes nowhere: read it in {home.name}/mail\n")
