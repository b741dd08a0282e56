"""django-oscar (PyPI) on PostgreSQL: a shop with sixty customers, guests among them.

`python tests/real/oscar/recipe.py WORKDIR` makes an environment of its own under `WORKDIR/venv`, a database
`real_oscar_xxxxxx` by Oscar's own migrations, and fills it through Oscar's own pages and classes.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.real import kit

HERE = Path(__file__).resolve().parent
SERVER = os.environ.get("REAL_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432")
WRONG = r"Server Error|Page not found|Traceback|Bad Request"
MOVED = range(21, 27)  # these changed their e-mail address in the shop
GUESTS = (59, 60)


def people() -> tuple[kit.Person, ...]:
    """The sixty as the shop knows them: 1 is superuser, 2-4 work there, 58 is inactive, 59 and 60 are guests."""
    roles = {1: "admin", 2: "staff", 3: "staff", 4: "staff", 58: "inactive", 59: "guest", 60: "guest"}
    found = []
    for number, given, family, login, mail in kit.names():
        known = {
            "email": mail,
            "phone": f"+316555{number:05d}",
            "name": f"{given} {family}",
            "voucher": login.upper(),
            "login": login,
        }
        if number in MOVED:
            known["second_email"] = f"{login}@verhuisd.example"
        found.append(kit.Person(number, given, family, roles.get(number, "member"), known))
    return tuple(found)


def build(workdir: Path) -> kit.Deployment:
    """Install, migrate and fill the shop; at once when that was done before and the database is still there."""
    workdir = workdir.resolve()
    workdir.mkdir(parents=True, exist_ok=True)
    persons, database = people(), f"real_oscar_{kit.short_id(workdir)}"
    if not _execute(f"SELECT 1 FROM pg_database WHERE datname = '{database}_pristine'"):
        (workdir / "filled.json").unlink(missing_ok=True)
    sources = [
        Path(kit.__file__),
        *(HERE / name for name in ("recipe.py", "fill.py", "shop_settings.py", "shop_urls.py", "requirements.txt")),
    ]
    kit.once(workdir, sources, lambda: _make(workdir, database, persons))
    return kit.Deployment(
        name="oscar",
        url=f"{SERVER}/{database}",
        people=persons,
        pages=functools.partial(_pages, workdir, database, persons),
        reset=functools.partial(_restore, database),
        drop=functools.partial(_drop, database),
        notes="Guests are only an e-mail address in orders; addresses of orders hang on no person by any key.",
    )


# --- the database -------------------------------------------------------------------------------------------


def _execute(*statements: str) -> list[tuple[object, ...]]:
    import psycopg

    parts = urlsplit(SERVER)
    with psycopg.connect(
        host=parts.hostname,
        port=parts.port or 5432,
        user=parts.username,
        password=parts.password,
        dbname="postgres",
        autocommit=True,
    ) as connection:
        for statement in statements:
            cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def _drop(database: str) -> None:
    _execute(
        f"DROP DATABASE IF EXISTS {database} WITH (FORCE)", f"DROP DATABASE IF EXISTS {database}_pristine WITH (FORCE)"
    )


def _restore(database: str) -> None:
    _execute(
        f"DROP DATABASE IF EXISTS {database} WITH (FORCE)", f"CREATE DATABASE {database} TEMPLATE {database}_pristine"
    )


# --- filling ------------------------------------------------------------------------------------------------


def _environment(workdir: Path, database: str) -> dict[str, str]:
    parts = urlsplit(SERVER)
    return {
        "DJANGO_SETTINGS_MODULE": "shop_settings",
        "PYTHONPATH": str(HERE),
        "REAL_WORK": str(workdir),
        "REAL_DATABASE": database,
        "REAL_PG_USER": parts.username or "postgres",
        "REAL_PG_PASSWORD": parts.password or "",
        "REAL_PG_HOST": parts.hostname or "127.0.0.1",
        "REAL_PG_PORT": str(parts.port or 5432),
        "REAL_PASSWORD": kit.PASSWORD,
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _python(workdir: Path) -> Path:
    """The shop's own interpreter; made once for each list of requirements."""
    wanted = (HERE / "requirements.txt").read_text()
    mark, python = workdir / "venv/installed.txt", workdir / "venv/bin/python"
    if not mark.exists() or mark.read_text() != wanted:
        kit.run([sys.executable, "-m", "venv", "--clear", workdir / "venv"])
        kit.run([python, "-m", "pip", "install", "-q", "--no-deps", "-r", HERE / "requirements.txt"], timeout=900)
        mark.write_text(wanted)
    return python


def _make(workdir: Path, database: str, persons: tuple[kit.Person, ...]) -> None:
    python, env = _python(workdir), _environment(workdir, database)
    _drop(database)
    _execute(f"CREATE DATABASE {database}")
    listed = [
        {
            "number": p.number,
            "given": p.given,
            "family": p.family,
            "name": p.name,
            "role": p.role,
            "login": p.identifiers["login"],
            "mail": p.identifiers["email"],
            "phone": p.identifiers["phone"],
            "phone_e164": p.identifiers["phone"],
            "new_mail": p.identifiers.get("second_email"),
        }
        for p in persons
    ]
    (workdir / "people.json").write_text(json.dumps(listed))
    kit.run([python, "-m", "django", "migrate", "--verbosity", "0"], cwd=workdir, env=env)
    told = kit.run([python, HERE / "fill.py", workdir / "people.json"], cwd=workdir, env=env)
    (workdir / "told.json").write_text(told.strip().splitlines()[-1])
    _execute(f"CREATE DATABASE {database}_pristine TEMPLATE {database}")


# --- pages --------------------------------------------------------------------------------------------------


@contextmanager
def _serve(workdir: Path, database: str) -> Iterator[str]:
    port = kit.free_port()
    command: list[str | Path] = [
        _python(workdir),
        "-m",
        "django",
        "runserver",
        f"127.0.0.1:{port}",
        "--noreload",
        "--insecure",
    ]
    with kit.serving(command, port, workdir / "server.log", cwd=workdir, env=_environment(workdir, database)):
        yield f"http://127.0.0.1:{port}"


def _sign_in(base: str, person: kit.Person) -> kit.Browser:
    mail = person.identifiers.get("second_email", person.identifiers["email"])
    browser = kit.Browser(base, mail)
    form = {
        **browser.form("/accounts/login/"),
        "login-username": mail,
        "login-password": kit.PASSWORD,
        "login_submit": "Log In",
    }
    status, text = browser.post("/accounts/login/", form)
    if status != 200 or "logout/" not in text:
        raise kit.PageError(f"{mail} /accounts/login/: cannot sign in (status {status})")
    return browser


def _pages(
    workdir: Path, database: str, persons: tuple[kit.Person, ...], viewer: kit.Person | None = None
) -> list[kit.Page]:
    told = json.loads((workdir / "told.json").read_text())
    chosen = viewer or persons[56]
    shop = [
        "/catalogue/",
        told["product"],
        f"{told['product']}reviews/",
        "/basket/",
        "/search/?q=map",
        "/accounts/profile/",
        "/accounts/orders/",
        "/accounts/addresses/",
        "/accounts/emails/",
        "/accounts/notifications/inbox/",
        "/accounts/wishlists/",
        "/accounts/alerts/",
    ]
    desk = [
        "/dashboard/",
        "/dashboard/orders/",
        *(f"/dashboard/orders/{number}/" for number in told["orders"]),
        "/dashboard/users/",
        "/dashboard/reviews/",
        "/dashboard/vouchers/",
        "/dashboard/partners/",
        "/dashboard/reports/",
        "/admin/",
        "/admin/order/order/",
        "/admin/auth/user/",
    ]
    with _serve(workdir, database) as base:
        seen = []
        for person, paths in ((chosen, shop), (persons[0], [*shop, *desk])):
            browser = _sign_in(base, person)
            seen += [browser.page(path, wrong=WRONG) for path in paths]
        return seen


if __name__ == "__main__":
    begun = time.monotonic()
    kit.report(build(Path(sys.argv[1])), begun)
