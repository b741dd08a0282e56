"""Roundcube (Debian) on MariaDB: sixty mailboxes whose address books are full of each other.

`python tests/real/roundcube/recipe.py WORKDIR` makes a database `real_roundcube_xxxxxx`, the mail under
`WORKDIR/mail`, and a configuration of our own; mail is served by Dovecot on a free port of this machine while
pages are opened, and by nothing afterwards.
"""

from __future__ import annotations

import functools
import grp
import json
import os
import pwd
import random
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.real import kit

HERE = Path(__file__).resolve().parent
PROGRAM = Path("/var/lib/roundcube")
PACKAGES = (
    "php8.2-cgi",
    "php8.2-cli",
    "php8.2-mysql",
    "dbconfig-no-thanks",
    "roundcube-core",
    "roundcube-mysql",
    "dovecot-imapd",
    "mariadb-client",
)
SERVER = os.environ.get("REAL_MARIADB_URL", "mysql+pymysql://root@127.0.0.1:3306")
WRONG = r"SERVICE CURRENTLY NOT AVAILABLE|DATABASE ERROR|CONNECTION TO STORAGE SERVER FAILED|Error No\.|ERROR 404"
NEVER_SIGNED_IN = 60
LIST = "/?_task=mail&_action=list&_mbox=INBOX&_remote=1"
MESSAGE = "/?_task=mail&_mbox=INBOX&_uid={}&_action=show"
PAGES = (
    ("/?_task=mail", "task-mail"),
    (LIST, "Meeting 2 with"),
    (MESSAGE.format(1), "will join us"),
    ("/?_task=mail&_action=compose", "task-mail action-compose"),
    ("/?_task=addressbook", "task-addressbook"),
    ("/?_task=addressbook&_action=list&_source=0&_remote=1", "add_contact_row"),
    ("/?_task=settings", "task-settings"),
    ("/?_task=settings&_action=identities", "identities-table"),
    ("/?_task=settings&_action=responses", "responses-table"),
    ("/?_task=settings&_action=folders", "subscription-table"),
)


def people() -> tuple[kit.Person, ...]:
    """The sixty as Roundcube knows them: 57 wrote a wrong password, 60 is only in other people's address books."""
    found = []
    for number, given, family, login, mail in kit.names():
        known = {"email": mail, "phone": kit.phone(number), "name": f"{given} {family}", "mailbox": login}
        if number % 4 == 0:
            known["second_email"] = f"{login}@thuis.example"
        found.append(kit.Person(number, given, family, "contact" if number == NEVER_SIGNED_IN else "member", known))
    return tuple(found)


def build(workdir: Path) -> kit.Deployment:
    """Install and fill Roundcube in `workdir`; at once when that was done before and the database is still there."""
    workdir = workdir.resolve()
    workdir.mkdir(parents=True, exist_ok=True)
    kit.ensure_debian(PACKAGES)
    persons, database = people(), f"real_roundcube_{kit.short_id(workdir)}"
    if not _sql(f"SHOW DATABASES LIKE '{database}'").strip():
        (workdir / "filled.json").unlink(missing_ok=True)
    sources = [Path(kit.__file__), HERE / "recipe.py", HERE / "fill.php", HERE / "dovecot.conf.in"]
    kit.once(workdir, sources, lambda: _make(workdir, database, persons))
    return kit.Deployment(
        name="roundcube",
        url=f"{SERVER}/{database}?charset=utf8mb4",
        people=persons,
        files=(workdir / "mail",),
        pages=functools.partial(_pages, workdir, persons),
        reset=functools.partial(_restore, workdir, database),
        drop=functools.partial(_drop, database),
        notes="Every table hangs on users.user_id by ON DELETE CASCADE; what others wrote about a person does not.",
    )


# --- the database -------------------------------------------------------------------------------------------


def _client() -> list[str]:
    parts = urlsplit(SERVER)
    return [
        "--protocol=tcp",
        f"--host={parts.hostname or '127.0.0.1'}",
        f"--port={parts.port or 3306}",
        f"--user={parts.username or 'root'}",
        "--default-character-set=utf8mb4",
    ]


def _sql(text: str, database: str = "") -> str:
    secret = {"MYSQL_PWD": urlsplit(SERVER).password or ""}
    return kit.run(["mariadb", *_client(), "--batch", *([database] if database else [])], stdin=text, env=secret)


def _drop(database: str) -> None:
    _sql(f"DROP DATABASE IF EXISTS {database}")


def _restore(workdir: Path, database: str) -> None:
    _sql(f"DROP DATABASE IF EXISTS {database}; CREATE DATABASE {database} CHARACTER SET utf8mb4")
    _sql((workdir / "pristine.sql").read_text(), database)
    kit.copy_tree(workdir / "pristine-mail", workdir / "mail")


# --- filling ------------------------------------------------------------------------------------------------


def _make(workdir: Path, database: str, persons: tuple[kit.Person, ...]) -> None:
    for folder in ("config", "temp", "logs"):
        (workdir / folder).mkdir(exist_ok=True)
    _sql(f"DROP DATABASE IF EXISTS {database}; CREATE DATABASE {database} CHARACTER SET utf8mb4")
    _sql((PROGRAM / "SQL/mysql.initial.sql").read_text(), database)
    for name in ("defaults.inc.php", "mimetypes.php"):
        shutil.copyfile(Path("/etc/roundcube") / name, workdir / "config" / name)
    parts = urlsplit(SERVER)
    login = (parts.username or "root") + (f":{parts.password}" if parts.password else "")
    settings = {
        "db_dsnw": f"mysql://{login}@{parts.hostname}:{parts.port or 3306}/{database}",
        "smtp_host": "",
        "des_key": "abcdefghijklmnopqrstuvwx",
        "plugins": [],
        "skin": "elastic",
        "language": "en_US",
        "temp_dir": str(workdir / "temp"),
        "log_dir": str(workdir / "logs"),
        "imap_cache": "db",
        "messages_cache": "db",
        "session_storage": "db",
        "enable_spellcheck": True,
        "spellcheck_engine": "pspell",
        "username_domain": "",
        "enable_installer": False,
        "login_lc": 0,
        "drafts_mbox": "INBOX",
        "imap_auth_type": "PLAIN",
        "login_rate_limit": 3,
    }
    body = "\n".join(f"$config['{key}'] = json_decode('{json.dumps(value)}', true);" for key, value in settings.items())
    host = "$config['imap_host'] = '127.0.0.1:' . getenv('REAL_IMAP_PORT');"
    (workdir / "config/config.inc.php").write_text(f"<?php\n{body}\n{host}\n")
    listed = [
        {
            "number": p.number,
            "given": p.given,
            "family": p.family,
            "name": p.name,
            "login": p.identifiers["mailbox"],
            "mail": p.identifiers["email"],
            "phone": p.identifiers["phone"],
        }
        for p in persons
    ]
    (workdir / "people.json").write_text(json.dumps(listed))
    _deliver(workdir / "mail", persons)
    with _serve(workdir) as base:
        for person in persons:
            if person.number == NEVER_SIGNED_IN:
                continue
            if person.number % 19 == 0:
                _attempt(base, person, "wrong password")
            browser, header = sign_in(base, person)
            if person.number % 3 == 0:
                for path in (LIST, *(MESSAGE.format(uid) for uid in range(1, 4))):
                    browser.get(path, header)
            if person.number % 4 == 0:
                browser.get(f"/?_task=logout&_token={header['X-Roundcube-Request']}")
    env = {**_environment(workdir, 143), "REAL_PEOPLE": str(workdir / "people.json"), "REAL_PROGRAM": str(PROGRAM)}
    kit.run(["php", HERE / "fill.php"], env=env)
    with _serve(workdir) as base:  # once more: sessions that know the new settings, and one left in the middle
        for person in persons[:20]:
            sign_in(base, person)[0].get("/?_task=addressbook")
    secret = {"MYSQL_PWD": parts.password or ""}
    dump = kit.run(["mariadb-dump", *_client(), "--skip-dump-date", "--hex-blob", database], env=secret)
    (workdir / "pristine.sql").write_text(dump)
    kit.copy_tree(workdir / "mail", workdir / "pristine-mail")


def _deliver(root: Path, persons: tuple[kit.Person, ...]) -> None:
    """Six messages in everybody's mailbox, from and to the others."""
    shutil.rmtree(root, ignore_errors=True)
    dice = random.Random("roundcube")  # noqa: S311 - chance that repeats itself
    for person in persons:
        # Dovecot's %Ln: the lower-case part before the @ of the name that was typed in
        box = root / person.identifiers["email"].lower().split("@")[0]
        for folder in ("cur", "new", "tmp"):
            (box / folder).mkdir(parents=True, exist_ok=True)
        for i in range(6):
            sender, third = dice.sample(persons, 2)
            message = EmailMessage()
            message["From"], message["To"] = _address(sender), _address(person)
            message["Cc"] = _address(third)
            message["Subject"] = f"Meeting {i} with {third.name}"
            message["Date"] = f"Mon, 0{1 + i} Nov 2026 09:0{i}:00 +0100"
            message["Message-ID"] = f"<{person.number}.{i}@lijnwerk.example>"
            message.set_content(
                f"Dear {person.given},\n\n{third.name} will join us, {third.identifiers['phone']}.\n\n{sender.name}\n"
            )
            (box / "cur" / f"{1_793_000_000 + i}.M{i}P{person.number}.box:2,{'S' if i % 2 else ''}").write_bytes(
                bytes(message)
            )


def _address(person: kit.Person) -> Address:
    user, _, domain = person.identifiers["email"].partition("@")
    return Address(person.name, user, domain)


# --- servers and pages --------------------------------------------------------------------------------------


def _environment(workdir: Path, imap_port: int) -> dict[str, str]:
    return {"ROUNDCUBE_CONFIG_DIR": f"{workdir / 'config'}/", "REAL_IMAP_PORT": str(imap_port)}


@contextmanager
def _serve(workdir: Path) -> Iterator[str]:
    imap, web = kit.free_port(), kit.free_port()
    user = pwd.getpwuid(os.getuid())
    # Dovecot started by root insists on accounts other than root, also for the mail itself; these may not be able
    # to enter `workdir`. So it works on a copy, which comes back afterwards. (Socket names end at 107 characters.)
    root = os.getuid() == 0
    mail_user = pwd.getpwnam("dovecot") if root else user
    served = Path(tempfile.mkdtemp(prefix="real-imap-"))
    served.chmod(0o755)
    shutil.copytree(workdir / "mail", served / "mail")
    if root:
        kit.run(["chown", "-R", "dovecot:dovecot", served / "mail"])
    values = {
        "DIR": str(workdir),
        "RUN": str(served),
        "PORT": str(imap),
        "USER": mail_user.pw_name,
        "NOBODY": "dovenull" if root else user.pw_name,
        "GROUP": grp.getgrgid(mail_user.pw_gid).gr_name,
        "UID": str(mail_user.pw_uid),
        "GID": str(mail_user.pw_gid),
        "PASSWORD": kit.PASSWORD,
    }
    text = (HERE / "dovecot.conf.in").read_text()
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    config = workdir / "dovecot.conf"
    config.write_text(text)
    php: list[str | Path] = [
        "php",
        "-d",
        "session.gc_probability=0",
        "-S",
        f"127.0.0.1:{web}",
        "-t",
        PROGRAM,
        PROGRAM / "index.php",
    ]
    try:
        with (
            kit.serving(
                [shutil.which("dovecot") or "/usr/sbin/dovecot", "-F", "-c", config], imap, workdir / "imap.log"
            ),
            kit.serving(php, web, workdir / "web.log", env=_environment(workdir, imap)),
        ):
            yield f"http://127.0.0.1:{web}"
        shutil.rmtree(workdir / "mail")
        shutil.copytree(served / "mail", workdir / "mail", ignore=shutil.ignore_patterns("dovecot.index*"))
    finally:
        shutil.rmtree(served, ignore_errors=True)


def _attempt(base: str, person: kit.Person, password: str) -> tuple[kit.Browser, int, str]:
    browser = kit.Browser(base, person.identifiers["email"])
    form = {
        **browser.form("/?_task=login"),
        "_user": person.identifiers["email"],
        "_pass": password,
        "_action": "login",
        "_task": "login",
        "_timezone": "Europe/Amsterdam",
        "_url": "",
    }
    status, text = browser.post("/?_task=login", form)
    return browser, status, text


def sign_in(base: str, person: kit.Person) -> tuple[kit.Browser, dict[str, str]]:
    """Sign in through the form; the browser, and the header its scripts would send. `PageError` if that fails."""
    browser, status, text = _attempt(base, person, kit.PASSWORD)
    token = re.search(r'"request_token":"([^"]+)"', text)
    if status != 200 or "task-mail" not in text or token is None:
        raise kit.PageError(f"{browser.viewer} /?_task=login: cannot sign in (status {status})")
    return browser, {"X-Roundcube-Request": token.group(1)}


def _pages(workdir: Path, persons: tuple[kit.Person, ...], viewer: kit.Person | None = None) -> list[kit.Page]:
    """Roundcube has no administrator: the pages are opened as one remaining person only."""
    chosen = viewer or persons[NEVER_SIGNED_IN - 2]
    with _serve(workdir) as base:
        browser, header = sign_in(base, chosen)
        return [browser.page(path, wrong=WRONG, right=right, headers=header) for path, right in PAGES]


if __name__ == "__main__":
    begun = time.monotonic()
    kit.report(build(Path(sys.argv[1])), begun)
