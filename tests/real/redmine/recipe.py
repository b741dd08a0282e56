"""Redmine (Debian) on SQLite: projects, issues, wiki, forum, hours and commits that sixty people share.

`python tests/real/redmine/recipe.py WORKDIR` makes `WORKDIR/redmine.sqlite3`, the uploads under
`WORKDIR/app/instances/real/files` and a copy of the program that runs without rights. Nothing of the
system's own Redmine instance is used.
"""

from __future__ import annotations

import functools
import json
import shutil
import sys
import time
from contextlib import AbstractContextManager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.real import kit

HERE = Path(__file__).resolve().parent
PROGRAM = Path("/usr/share/redmine")
PACKAGES = ("redmine", "redmine-sqlite", "ruby-sqlite3", "ruby-webrick", "git")
PRESEED = "redmine redmine/instances/default/dbconfig-install boolean false\n"
WRONG = r"Internal error|An error occurred on the page|Page not found|We're sorry"
ENVIRONMENT = {"RAILS_ENV": "production", "REDMINE_LANG": "en", "REDMINE_INSTANCE": "real", "RUBYOPT": "-W0"}


def people() -> tuple[kit.Person, ...]:
    """The sixty people as Redmine knows them: 1 is an administrator, 58 and 59 are locked, 60 never activated."""
    roles = {1: "admin", 58: "locked", 59: "locked", 60: "registered"}
    found = []
    for number, given, family, login, mail in kit.names():
        known = {"login": login, "email": mail, "phone": kit.phone(number), "name": f"{given} {family}"}
        if number % 4 == 0:
            known["second_email"] = f"{login}@thuis.example"
        found.append(kit.Person(number, given, family, roles.get(number, "member"), known))
    return tuple(found)


def build(workdir: Path) -> kit.Deployment:
    """Install, migrate and fill Redmine in `workdir`; at once when that was done before."""
    workdir = workdir.resolve()
    workdir.mkdir(parents=True, exist_ok=True)
    kit.ensure_debian(PACKAGES, PRESEED)
    persons = people()
    kit.once(workdir, [Path(kit.__file__), HERE / "recipe.py", HERE / "fill.rb"], lambda: _make(workdir, persons))
    files = workdir / "app/instances/real/files"
    return kit.Deployment(
        name="redmine",
        url=f"sqlite:///{workdir / 'redmine.sqlite3'}",
        people=persons,
        files=(files,),
        pages=functools.partial(_pages, workdir, persons),
        reset=functools.partial(_restore, workdir),
        drop=functools.partial(shutil.rmtree, workdir, ignore_errors=True),
        notes="No declared foreign key at all. Uploads lie under `files` at attachments.disk_directory/disk_filename.",
    )


def _make(workdir: Path, persons: tuple[kit.Person, ...]) -> None:
    app = workdir / "app"
    kit.copy_tree(PROGRAM, app)
    for leftover in ("Gemfile.lock", "instances", "config/database.yml"):
        (app / leftover).unlink(missing_ok=True)
    for folder in ("config", "files", "log", "tmp/imports", "public/plugin_assets"):
        (app / "instances/real" / folder).mkdir(parents=True)
    for folder in ("log", "tmp"):
        (app / folder).mkdir(exist_ok=True)
    gemfile = app / "Gemfile"  # Debian's names the system's own directory when it looks for database adapters
    gemfile.write_text(gemfile.read_text().replace(f"{PROGRAM}/", f"{app}/"))
    (app / "Gemfile.local").write_text("gem 'webrick'\n")
    database = workdir / "redmine.sqlite3"
    database.unlink(missing_ok=True)
    settings = {"production": {"adapter": "sqlite3", "database": str(database), "timeout": 20000}}
    (app / "instances/real/config/database.yml").write_text(json.dumps(settings))  # JSON is YAML
    (app / "instances/real/config/secret_key.txt").write_text("0123456789abcdef" * 4)
    kit.run(["rake", "db:migrate"], cwd=app, env=ENVIRONMENT)
    kit.run(["rake", "redmine:load_default_data"], cwd=app, env=ENVIRONMENT)
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
            "second_mail": p.identifiers.get("second_email"),
        }
        for p in persons
    ]
    (workdir / "people.json").write_text(json.dumps(listed))
    _commits(workdir / "commits.git", persons)
    env = {
        **ENVIRONMENT,
        "REAL_PEOPLE": str(workdir / "people.json"),
        "REAL_PASSWORD": kit.PASSWORD,
        "REAL_REPOSITORY": str(workdir / "commits.git"),
    }
    told = kit.run(["bin/rails", "runner", HERE / "fill.rb"], cwd=app, env=env)
    (workdir / "told.json").write_text(told.strip().splitlines()[-1])
    _sign_in_everyone(workdir, persons)
    _keep_pristine(workdir)


def _commits(repository: Path, persons: tuple[kit.Person, ...]) -> None:
    """A bare repository of forty commits by people as their own git names them: known, known otherwise, unknown."""
    shutil.rmtree(repository, ignore_errors=True)
    kit.run(["git", "init", "-q", "--bare", "-b", "main", repository])
    lines = []
    for i in range(40):
        person = persons[(i * 5) % 55]
        name, mail = person.name, person.identifiers["email"]
        if i % 4 == 1:
            name = person.identifiers["login"]  # mapped by login
        if i % 4 == 2:
            name, mail = person.given, f"{person.identifiers['login']}@laptop.example"  # Redmine cannot map this one
        message = f"Line {i}, refs #{i + 1}\n\nThanks to {persons[(i * 3 + 2) % 55].name}\n".encode()
        lines.append(
            f"commit refs/heads/main\ncommitter {name} <{mail}> {1_790_000_000 + i * 3600} +0100\n"
            f"data {len(message)}\n".encode()
            + message
        )
        text = f"{name}\n".encode()
        lines.append(f"M 100644 inline notes/{i % 7}.txt\ndata {len(text)}\n".encode() + text + b"\n")
    kit.run(["git", "-C", repository, "fast-import", "--quiet"], stdin=b"".join(lines).decode())


def _serve(workdir: Path, port: int) -> AbstractContextManager[None]:
    app = workdir / "app"
    command = ["rackup", "-s", "webrick", "-E", "production", "-o", "127.0.0.1", "-p", str(port), "config.ru"]
    return kit.serving(command, port, workdir / "server.log", cwd=app, env=ENVIRONMENT)


def _sign_in(port: int, login: str, *, stay: bool = False) -> kit.Browser:
    browser = kit.Browser(f"http://127.0.0.1:{port}", login)
    form = {**browser.form("/login"), "username": login, "password": kit.PASSWORD}
    if stay:
        form["autologin"] = "1"
    status, text = browser.post("/login", form)
    if status != 200 or 'class="logout"' not in text:
        raise kit.PageError(f"{login} /login: cannot sign in (status {status})")
    return browser


def _sign_in_everyone(workdir: Path, persons: tuple[kit.Person, ...]) -> None:
    """Sessions, remember-me tokens, password resets, and a few issues through the form and the API."""
    ids = json.loads((workdir / "told.json").read_text())["users"]
    port = kit.free_port()
    with _serve(workdir, port):
        for person in persons:
            if person.role not in {"member", "admin"} or ids[person.identifiers["login"]] % 9 == 0:
                continue  # locked, not activated, or asked for a second factor
            if person.number % 2:
                browser = _sign_in(port, person.identifiers["login"], stay=person.number % 3 == 0)
                browser.get("/my/page")
        for person in persons[2:20:4]:
            browser = kit.Browser(f"http://127.0.0.1:{port}", "visitor")
            browser.post(
                "/account/lost_password",
                {**browser.form("/account/lost_password"), "mail": person.identifiers["email"]},
            )


def _pages(workdir: Path, persons: tuple[kit.Person, ...], viewer: kit.Person | None = None) -> list[kit.Page]:
    told = json.loads((workdir / "told.json").read_text())
    ids = told["users"]
    usable = [p for p in persons if p.role == "member" and ids[p.identifiers["login"]] % 9]
    chosen = viewer or usable[-1]
    common = [
        "/my/page",
        "/my/account",
        "/projects",
        "/activity",
        "/issues",
        "/issues?set_filter=1&sort=assigned_to",
        *(f"/issues/{number}" for number in told["issues"]),
        f"/projects/{told['wiki']}",
        f"/projects/{told['wiki']}/wiki",
        f"/projects/{told['wiki']}/wiki/Wiki/history",
        f"/projects/{told['wiki']}/repository",
        f"/projects/{told['wiki']}/time_entries",
        "/time_entries/report",
        f"/projects/{told['wiki']}/activity",
        f"/boards/{told['topics'][0]}/topics/{told['topics'][1]}",
        "/news",
        "/search?q=key",
        f"/users/{ids[chosen.identifiers['login']]}",
    ]
    admin = ["/users", "/groups", "/custom_fields", "/settings", "/admin/info"]
    port = kit.free_port()
    seen = []
    with _serve(workdir, port):
        for login, paths in ((chosen.identifiers["login"], common), ("admin", [*common, *admin])):
            browser = _sign_in(port, login)
            seen += [browser.page(path, wrong=WRONG, right='class="logout"') for path in paths]
    return seen


def _keep_pristine(workdir: Path) -> None:
    shutil.copyfile(workdir / "redmine.sqlite3", workdir / "pristine.sqlite3")
    kit.copy_tree(workdir / "app/instances/real/files", workdir / "pristine-files")


def _restore(workdir: Path) -> None:
    for tail in ("-journal", "-wal", "-shm"):
        (workdir / f"redmine.sqlite3{tail}").unlink(missing_ok=True)
    shutil.copyfile(workdir / "pristine.sqlite3", workdir / "redmine.sqlite3")
    kit.copy_tree(workdir / "pristine-files", workdir / "app/instances/real/files")


if __name__ == "__main__":
    begun = time.monotonic()
    kit.report(build(Path(sys.argv[1])), begun)
