"""What the office is told by its environment, read once and all errors at once. No setting weakens a defence.

WAARBORG_HOME            the folder with one deployment (policy.yaml), or with a folder for each; default: here
WAARBORG_DATABASE_URL    postgresql://…; without it a SQLite file under WAARBORG_HOME/.waarborg
WAARBORG_KEY             file:PATH, env:NAME or command:WORDS; default: the file that `waarborg init` made
WAARBORG_ADDRESS         how people reach us, for example https://privacy.taakveld.example
WAARBORG_SMTP            smtp://user:password@host:port, smtps://…, or file:FOLDER (mail is written, not sent)
WAARBORG_SMS             file:FOLDER: text messages with codes are written there; without it there are none
WAARBORG_MAIL_FROM       the sender where a deployment has no mailbox of its own
WAARBORG_DKIM            selector:domain:PATH of the private key
WAARBORG_PREVIOUS_KEYS   earlier master keys, written like WAARBORG_KEY: still good for sessions and signed links
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from waarborg.errors import Finding, Place, UsageError, WaarborgError
from waarborg.state import MasterKey, load_master

HIDDEN = ".waarborg"


@dataclass(frozen=True, slots=True)
class Mail:
    """Where mail goes: a server, or a folder for tries and tests."""

    host: str = ""
    port: int = 25
    user: str = ""
    password: str = field(default="", repr=False)
    tls: str = ""
    """`starttls`, `implicit` or empty (only to this machine itself)."""
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Environment:
    """The settings, valid."""

    home: Path
    master: MasterKey = field(repr=False)
    earlier: tuple[MasterKey, ...] = field(repr=False)
    database: Mapping[str, object] = field(repr=False)
    address: str
    mail: Mail = field(repr=False)
    sender: str
    dkim: tuple[str, str, str] | None
    sms: str = ""
    """The folder of the gateway for text messages."""

    @property
    def secure(self) -> bool:
        """Whether people reach us over TLS; anything but this machine must."""
        return self.address.startswith("https://")

    @property
    def secrets(self) -> tuple[str, ...]:
        """Django's signing keys, derived from the master keys: the present one first."""
        return tuple(_derived(key) for key in (self.master, *self.earlier))


def read_environment(environ: Mapping[str, str]) -> Environment:
    """The settings. Raises `UsageError` with every finding at once (WB900 to WB905)."""
    findings: list[Finding] = []

    def wrong(name: str, id: str, what: str, todo: str) -> None:
        findings.append(Finding(id, Place(path=name), what, "", todo))

    home = Path(environ.get("WAARBORG_HOME") or ".").resolve()
    if not home.is_dir():
        wrong("WAARBORG_HOME", "WB900", "There is no such folder.", "Name the folder with policy.yaml, or its parent.")
    address = environ.get("WAARBORG_ADDRESS", "http://127.0.0.1:8000").rstrip("/")
    here = urlsplit(address).hostname in ("127.0.0.1", "localhost", "::1")
    if not re.fullmatch(r"https?://[^/?#\s]+", address) or (address.startswith("http://") and not here):
        wrong("WAARBORG_ADDRESS", "WB901", "This is no address that people can be sent to.",
              "Write https://host, without a path; plain http only for this machine.")  # fmt: skip
    try:
        master = load_master(environ.get("WAARBORG_KEY") or f"file:{home / HIDDEN / 'master.key'}")
        earlier = tuple(load_master(where) for where in environ.get("WAARBORG_PREVIOUS_KEYS", "").split())
    except WaarborgError as error:
        findings += error.findings
        master, earlier = MasterKey(bytes(32)), ()
    database = _database(environ.get("WAARBORG_DATABASE_URL", ""), home)
    if not database:
        wrong("WAARBORG_DATABASE_URL", "WB902", "The office keeps its state in SQLite or PostgreSQL.",
              "Write postgresql://user:password@host/name, or leave it out for SQLite.")  # fmt: skip
    mail = _mail(environ.get("WAARBORG_SMTP", f"file:{home / HIDDEN / 'mail'}"))
    if mail is None:
        wrong(
            "WAARBORG_SMTP", "WB903", "This is no mail server.", "Write smtp://user:password@host:port or file:FOLDER."
        )
    dkim = tuple(environ.get("WAARBORG_DKIM", "").split(":", 2))
    if dkim != ("",) and len(dkim) != 3:
        wrong("WAARBORG_DKIM", "WB904", "This does not say how to sign mail.", "Write selector:domain:PATH.")
    sms = environ.get("WAARBORG_SMS", "")
    if sms and re.fullmatch(r"file:\s*\S.*", sms) is None:
        wrong("WAARBORG_SMS", "WB908", "This is no gateway for text messages.", "Write file:FOLDER.")
    if findings:
        raise UsageError(findings)
    return Environment(
        home, master, earlier, database, address, mail or Mail(),
        environ.get("WAARBORG_MAIL_FROM", ""), dkim if len(dkim) == 3 else None,
        sms.removeprefix("file:"),
    )  # fmt: skip


def _database(url: str, home: Path) -> dict[str, object]:
    """Django's settings for the database of the office; empty where the address is none of ours."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(home / HIDDEN / "office.db"),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
            },
        }
    found = urlsplit(url)
    if found.scheme not in ("postgresql", "postgres") or not found.path.strip("/"):
        return {}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(found.path.strip("/")),
        "USER": unquote(found.username or ""),
        "PASSWORD": unquote(found.password or ""),
        "HOST": found.hostname or "",
        "PORT": str(found.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def _mail(url: str) -> Mail | None:
    if url.startswith("file:"):
        return Mail(folder=url.removeprefix("file:"))
    found = urlsplit(url)
    try:
        port = found.port
    except ValueError:
        return None
    if found.scheme not in ("smtp", "smtps") or not found.hostname:
        return None
    here = found.hostname in ("127.0.0.1", "localhost", "::1")
    tls = "implicit" if found.scheme == "smtps" else ("" if here else "starttls")
    standard = 465 if tls == "implicit" else (25 if here else 587)
    return Mail(found.hostname, port or standard, unquote(found.username or ""), unquote(found.password or ""), tls)


def _derived(key: MasterKey) -> str:
    return HKDF(SHA256(), 32, None, b"waarborg office signing key").derive(key.secret).hex()
