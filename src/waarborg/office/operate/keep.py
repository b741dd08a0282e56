"""`waarborg office backup` and `restore`: the office's own state in one file, and back, with its evidence verified.

The file is a tar: `manifest.json` (format, engine, the last head of each evidence log), `office.db` (SQLite, by its
backup interface while the office runs) or `office.dump` (pg_dump, custom format), and `answers/`, encrypted as they lie
on disk. The master key is not in it.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from argparse import Namespace
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from waarborg.cli import exits
from waarborg.cli.output import Out
from waarborg.errors import UsageError
from waarborg.office.operate import start

if TYPE_CHECKING:
    from waarborg.office.people.models import Tenant

FORMAT = 1
ANSWERS = "answers"


def backup(arguments: Namespace, out: Out) -> int:
    """`waarborg office backup`. The file appears whole or not at all."""
    start.begin(arguments)
    start.ready()
    from django.db import connection

    from waarborg.office.people.models import Tenant

    target = Path(arguments.file).resolve()
    if target.exists():
        raise UsageError.one("WB986", "There is a file of this name already.", "", "Choose another name.")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".waarborg-") as folder:
        parts = Path(folder)
        name = "office.db" if connection.vendor == "sqlite" else "office.dump"
        if connection.vendor == "sqlite":
            copy_sqlite(parts / name)
        else:
            _postgresql("pg_dump", "--format=custom", "--no-owner", "--file", str(parts / name))
        manifest = {"format": FORMAT, "engine": connection.vendor, "logs": logs()}
        (parts / "manifest.json").write_text(json.dumps(manifest, indent=2, sort_keys=True))
        made = parts / "made.tar"
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w") as archive:
            archive.add(parts / "manifest.json", "manifest.json")
            archive.add(parts / name, name)
            for tenant in Tenant.objects.order_by("slug"):
                if (answers := waiting(tenant)).is_dir():
                    archive.add(answers, f"{ANSWERS}/{tenant.slug}")
        made.rename(target)
    out.say(f"✓ {target.name}: {target.stat().st_size:,} bytes; keep the master key too, somewhere else")
    out.data({"ok": True, "bytes": target.stat().st_size, **manifest})
    return exits.OK


def restore(arguments: Namespace, out: Out) -> int:
    """`waarborg office restore`. Exit code 1 where the evidence in the file does not verify."""
    home = start.begin(arguments)
    from django.db import connection

    if not start.is_new():
        raise UsageError.one(
            "WB987",
            "There is an office here already.",
            "A restore never writes over what is there.",
            "Restore into an empty folder or database.",
        )
    hidden = home / start.HIDDEN
    with tempfile.TemporaryDirectory(dir=hidden, prefix="restore-") as folder:
        parts = Path(folder)
        manifest = _unpacked(Path(arguments.file), parts)
        if manifest.get("engine") != connection.vendor:
            raise UsageError.one(
                "WB988",
                "This backup is of another engine than the database that the settings name.",
                "",
                "Set WAARBORG_DATABASE_URL as it was when the backup was made, or leave it out for SQLite.",
            )
        if connection.vendor == "sqlite":
            connection.close()
            (hidden / "office.db").unlink(missing_ok=True)
            (parts / "office.db").rename(hidden / "office.db")
        else:
            _postgresql("pg_restore", "--no-owner", "--exit-on-error", "--dbname", "", last=str(parts / "office.dump"))
        _here(home)
        _put_back(parts / ANSWERS)
    flaws = verified(manifest["logs"])
    for name, found in flaws.items():
        out.say(f"✗ {name}: {found}")
    out.say("✓ restored, and the evidence is whole" if not flaws else "restored, but the evidence is not what it was")
    out.hint("If its database is of an earlier release: waarborg office upgrade. Then start it: waarborg serve")
    out.data({"ok": not flaws, "flaws": flaws, **manifest})
    return exits.FINDINGS if flaws else exits.OK


def copy_sqlite(target: Path) -> None:
    """A whole copy of the running SQLite database, readable by its owner only."""
    from django.conf import settings

    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with (
        closing(sqlite3.connect(str(settings.DATABASES["default"]["NAME"]))) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)


def logs() -> dict[str, str]:
    """The last signed head of each deployment's evidence, as the line it is."""
    from waarborg.office import engine
    from waarborg.office.people.models import Tenant

    found: dict[str, str] = {}
    for tenant in Tenant.objects.order_by("slug"):
        with engine.door(tenant).read() as state:
            for head in state.log().heads():
                found[tenant.slug] = head.line().decode()
    return found


def verified(expected: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with the evidence of each deployment, held against the head it had: nothing, or a sentence."""
    from waarborg.evidence.audit import audit
    from waarborg.evidence.heads import Head
    from waarborg.office import engine
    from waarborg.office.people.models import Tenant

    flaws: dict[str, str] = {}
    for slug, line in expected.items():
        tenant = Tenant.objects.filter(slug=slug).first()
        if tenant is None:
            flaws[slug] = "the deployment is not in the backup"
            continue
        seen = Head.parse(line.encode())
        with engine.door(tenant).read() as state:
            report = audit(state.log().lines(), keys=[seen.key], seen=seen)
        if not report.ok:
            flaws[slug] = "; ".join(one.what for one in report.findings())
    return flaws


def waiting(tenant: Tenant) -> Path:
    """Where the answers of a deployment wait for their person."""
    from waarborg.office import engine

    return engine.hidden(tenant) / "packages"


def _put_back(answers: Path) -> None:
    from waarborg.office.people.models import Tenant

    for tenant in Tenant.objects.all():
        target = waiting(tenant)
        if (answers / tenant.slug).is_dir() and not target.exists():
            target.parent.mkdir(mode=0o700, exist_ok=True)
            shutil.move(answers / tenant.slug, target)


def _here(home: Path) -> None:
    """The deployments of the backup are those of this home, wherever they stood when it was made."""
    from waarborg.office.engine import policy_at
    from waarborg.office.people.models import Tenant
    from waarborg.office.people.tenants import folders

    for folder in folders(home):
        slug = policy_at(folder).id.replace("_", "-").lower()
        Tenant.objects.filter(slug=slug).update(folder=str(folder))


def _unpacked(file: Path, parts: Path) -> dict[str, Any]:
    try:
        with tarfile.open(file) as archive:
            archive.extractall(parts, filter="data")
        manifest: dict[str, Any] = json.loads((parts / "manifest.json").read_text())
    except (OSError, tarfile.TarError, ValueError):
        raise UsageError.one(
            "WB989", "This is no backup of an office, or it is not whole.", "Nothing was changed.", "Take another."
        ) from None
    if manifest.get("format") != FORMAT:
        raise UsageError.one("WB989", "This backup was made by another release.", "", "Restore it with that one.")
    return manifest


def _postgresql(program: str, *options: str, last: str = "") -> None:
    """Run one of PostgreSQL's own tools against the office's database; the password goes by the environment."""
    from django.conf import settings

    place = settings.DATABASES["default"]
    names = {"HOST": "--host", "PORT": "--port", "USER": "--username"}
    where = [word for key, option in names.items() if place.get(key) for word in (option, str(place[key]))]
    words = [program, *where, *(o if o else str(place["NAME"]) for o in options)]
    words += [last] if last else [str(place["NAME"])]
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own tools, without a shell
        words, capture_output=True, env={**os.environ, "PGPASSWORD": str(place.get("PASSWORD", ""))}, check=False
    )
    if done.returncode:
        raise UsageError.one(
            "WB990",
            f"{program} could not do its work.",
            "What it printed may hold a value, and is not shown.",
            f"Run {program} by hand with the same database, or install the client tools of its version.",
        )
