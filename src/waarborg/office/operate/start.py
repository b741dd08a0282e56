"""Before a command of the office runs: where home is, the key of a first start, Django, and the tables."""

from __future__ import annotations

import os
from argparse import Namespace
from importlib.util import find_spec
from pathlib import Path

from waarborg.errors import UsageError
from waarborg.state.master import create_key_file

HIDDEN = ".waarborg"


def begin(arguments: Namespace) -> Path:
    """Set the environment from the options and start Django. Returns home.

    Raises `UsageError` WB980 without the office's packages, WB900 to WB905 for settings that cannot be used.
    """
    if find_spec("django") is None or find_spec("granian") is None:
        raise UsageError.one(
            "WB980",
            "The office is not installed here.",
            "It needs some packages that the library does without.",
            "Run: pip install 'waarborg[office]'",
        )
    if given := getattr(arguments, "dir", ""):
        os.environ["WAARBORG_HOME"] = str(Path(given).resolve())
    if given := getattr(arguments, "key", ""):
        os.environ["WAARBORG_KEY"] = given
    home = Path(os.environ.setdefault("WAARBORG_HOME", str(Path.cwd())))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waarborg.office.settings")
    _first_key(home)
    if (home / HIDDEN).is_dir():
        (home / HIDDEN / "static").mkdir(exist_ok=True)  # whitenoise warns where it is missing
    import django

    django.setup()
    return home


def _first_key(home: Path) -> None:
    """A first start makes the master key; a key that is gone is never replaced by another."""
    hidden = home / HIDDEN
    if os.environ.get("WAARBORG_KEY") or not home.is_dir() or (hidden / "master.key").exists():
        return
    if any((hidden / name).exists() for name in ("office.db", "state.db")) or os.environ.get("WAARBORG_DATABASE_URL"):
        return  # something was sealed with a key that is elsewhere: the settings say that it is missing
    hidden.mkdir(mode=0o700, exist_ok=True)
    create_key_file(hidden / "master.key")


def behind() -> list[str]:
    """The migrations that are not in the database yet: `requests.0002`. All of them where it is new."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return [f"{one.app_label}.{one.name}" for one, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def is_new() -> bool:
    """Whether the database has no table of the office yet."""
    from django.db import connection

    return "django_migrations" not in connection.introspection.table_names()


def ready() -> None:
    """Make the tables of a new database, refuse an old one, and know every deployment in home.

    Raises `UsageError` WB981 where the database is of an earlier release, WB982 where home holds no deployment.
    """
    from django.core.management import call_command

    from waarborg.office.people.models import Tenant
    from waarborg.office.people.tenants import sync

    if is_new():
        call_command("migrate", verbosity=0)
    elif behind():
        raise UsageError.one(
            "WB981",
            "The database of the office is of an earlier release.",
            "It is only changed when you say so.",
            "Make a backup if you wish, then run: waarborg office upgrade",
        )
    sync()
    if not Tenant.objects.exists():
        raise UsageError.one(
            "WB982",
            "There is no deployment here.",
            "A deployment is a folder with policy.yaml and datamap.yaml.",
            "Go to that folder or the one above it, name it with --dir, or begin with: waarborg init",
        )
