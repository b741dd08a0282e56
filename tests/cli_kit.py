"""A small company in a folder, and the command line run inside this process or as a process of its own."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from waarborg.cli.main import main

ROOT = Path(__file__).resolve().parents[1]
POLICY = """
policy: winkel
version: 2026-01-01
languages: [nl, en]
controller: {name: Winkel B.V., address: Markt 1, country: NL, contact: privacy@winkel.example, authority: AP,
  time_zone: Europe/Amsterdam}
people: {member: {label: {nl: klanten, en: customers}}}
data:
  account: {label: {nl: Accountgegevens, en: Account data}, source: [subject], people: [member],
    items: {email: required, name: optional}}
  content: {label: {nl: Inhoud, en: Content}, source: [subject, other_subjects], people: [member],
    items: {text: {label: {nl: reacties, en: comments}}}}
  billing: {label: {nl: Facturen, en: Invoices}, source: [subject], people: [member],
    items: {name: required, amount: required, iban: optional}}
purposes:
  service: {label: {nl: De dienst, en: The service}, data: [account, content, billing], basis: contract}
recipients:
  mail_provider: {name: Postduif B.V., label: {nl: verstuurt onze e-mail, en: sends our e-mail}, role: processor,
    country: NL, purposes: [service], data: [account.email, account.name], agreement: dpa-2026-03,
    instruction: annex 1, promises: [winkel.4]}
disclosures:
  law: {label: {nl: als de wet het eist, en: when the law demands it}, basis: Art. 6(1)(c), decider: privacy officer}
measures:
  datacentre: {label: {nl: Het rekencentrum is beveiligd., en: The datacentre is secured.}, proof: attested,
    document: ISO 27001 certificate, owner: operations, until: 2029-06-30}
retention:
  account: {data: [account], until: account_closed, then: erase, promises: [winkel.1]}
  content: {data: [content], until: account_closed, then: anonymise, promises: [winkel.2]}
  invoices: {label: {nl: De wet verplicht ons., en: The law obliges us.}, data: [billing], for: 7 years,
    from: end_of_fiscal_year, basis: legal_obligation, ground: law, law: AWR art. 52, keep: [name, amount],
    then: erase, promises: [winkel.3]}
"""
DATAMAP = """
stores:
  app: {kind: sql, url: env:WINKEL_DATABASE, region: NL}
tables:
  app.member:
    subject:
      key: id
      identifiers: {email: {column: email, normalise: [trim, lowercase]}, name: name, customer_number: id}
      stand_in: {values: {email: nobody@winkel.example, name: Oud-klant}, find: email}
    columns: {id: technical, email: account.email, name: account.name}
  app.comment:
    links:
      - {belongs_to: app.member, by: author_id, on_erasure: stand_in}
      - {about: app.member, in_text: body, mentions: [name], on_erasure: replace, replace_with: "[iemand]"}
    columns: {body: content.text}
  app.session:
    links: [{belongs_to: app.member, by: member_id}]
    columns: {token: secret}
  app.invoice:
    links: [{belongs_to: app.member, by: member_id}]
    columns: {name: billing.name, amount: billing.amount, iban: billing.iban}
    dates: {end_of_fiscal_year: issued_on}
"""
SCHEMA = """
CREATE TABLE member (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL);
CREATE TABLE comment (id INTEGER PRIMARY KEY, author_id INTEGER NOT NULL REFERENCES member (id), body TEXT NOT NULL);
CREATE TABLE session (id INTEGER PRIMARY KEY, member_id INTEGER NOT NULL REFERENCES member (id), token TEXT NOT NULL);
CREATE TABLE invoice (id INTEGER PRIMARY KEY, member_id INTEGER REFERENCES member (id), name TEXT NOT NULL,
  amount INTEGER NOT NULL, iban TEXT, issued_on DATE NOT NULL);
INSERT INTO member VALUES (1, 'Jan@voorbeeld.example', 'Jan Jansen'), (2, 'els@voorbeeld.example', 'Els Smit'),
  (3, 'kim@voorbeeld.example', 'Kim Bos');
INSERT INTO comment VALUES (1, 1, 'mijn eerste'), (2, 2, 'Jan Jansen weet dit'), (3, 3, 'ik niet');
INSERT INTO session VALUES (1, 1, 'geheim-1'), (2, 2, 'geheim-2');
INSERT INTO invoice VALUES (1, 1, 'Jan Jansen', 1250, 'NL00BANK0000000001', date('now', '-400 days'));
"""


@dataclass
class Ran:
    """What a run of the command line gave."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, object]:
        """Standard output as JSON."""
        found: dict[str, object] = json.loads(self.out)
        return found


@dataclass
class Shop:
    """The company: a folder with policy, map and database."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    @property
    def database(self) -> Path:
        return self.folder / "winkel.db"

    def run(self, *words: str) -> Ran:
        """Run a command in this process."""
        self.capture.readouterr()
        code = main([*words, "--dir", str(self.folder)])
        seen = self.capture.readouterr()
        return Ran(code, seen.out, seen.err)

    def plan(self, email: str = "jan@voorbeeld.example") -> str:
        """Make a plan; its id."""
        return str(self.run("plan", "--email", email, "--json").data["id"])

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        """Run one statement on the database, beside Waarborg."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            return list(connection.execute(statement))


def shop(folder: Path, capture: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> Shop:
    """A company in an empty folder, with a state."""
    (folder / "policy.yaml").write_text(POLICY)
    (folder / "datamap.yaml").write_text(DATAMAP)
    with closing(sqlite3.connect(folder / "winkel.db")) as connection:
        connection.executescript(SCHEMA)
    patch.setenv("WINKEL_DATABASE", f"sqlite:///{folder / 'winkel.db'}")
    for name in ("WAARBORG_LANG", "WAARBORG_KEY", "LC_ALL", "LC_MESSAGES"):
        patch.delenv(name, raising=False)
    patch.setenv("LANG", "C.UTF-8")
    made = Shop(folder, capture)
    assert made.run("init").code == 0
    return made


def process(*words: str, environment: Mapping[str, str] | None = None, stdin: str = "", cwd: Path | None = None) -> Ran:
    """Run the command line as a process of its own, without the settings of this one."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("WAARBORG_")}
    done = subprocess.run(
        [sys.executable, "-m", "waarborg.cli.main", *words],
        capture_output=True,
        text=True,
        input=stdin,
        cwd=cwd,
        timeout=120,
        check=False,
        env={**own, "PYTHONPATH": str(ROOT / "src"), "LANG": "C.UTF-8", **(environment or {})},
    )
    return Ran(done.returncode, done.stdout, done.stderr)
