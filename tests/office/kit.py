"""An office for tests: a tenant over the small world of Taakveld, a clock that is moved by hand, jobs done at once.

office.receive("access", "email")            # as the page of the privacy centre does
office.drain()                               # every job that is due
office.mails()                               # the messages that were written, newest last
office.confirm(office.received)              # as the person does who has the mail, and the code on the screen
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from waarborg.clock import FixedClock
from waarborg.office import engine
from waarborg.office.jobs import queue, worker
from waarborg.office.jobs.models import Job
from waarborg.office.people.models import Account, Membership, Role, Tenant
from waarborg.office.people.roles import By
from waarborg.office.requests import doors, identity, messages
from waarborg.office.requests.doors import Incoming, Received
from waarborg.office.requests.messages import Letter
from waarborg.office.requests.models import Message, SubjectRequest

NOON = datetime(2026, 11, 30, 11, tzinfo=UTC)
"""A Monday, noon in Utrecht."""


@dataclass
class Office:
    """A tenant with its world."""

    tenant: Tenant
    clock: FixedClock
    database: Path
    seen: list[Received] = field(default_factory=list)

    # -- coming in -----------------------------------------------------------------------------------------------

    def receive(self, ask: str, email: str, **more: Any) -> Received:
        """A request through the form of the privacy centre."""
        given: dict[str, Any] = {"door": "centre", "language": "nl", "identifiers": {"email": email}} | more
        given.setdefault("contact", email)
        received = doors.receive(self.tenant, Incoming(ask=ask, **given))
        self.seen.append(received)
        return received

    def ask(self, ask: str, email: str, **more: Any) -> SubjectRequest:
        """A request that came in, was looked up, and was confirmed by whoever has the mail and the code."""
        received = self.receive(ask, email, **more)
        assert received.request is not None
        self.drain()
        self.confirm(received)
        self.drain()
        received.request.refresh_from_db()
        return received.request

    def confirm(self, received: Received) -> None:
        """Follow the newest link in the mail, with the code of the screen."""
        identity.confirm(self.tenant, self.token(received.request, "confirm"), received.code)

    # -- looking -------------------------------------------------------------------------------------------------

    def letters(self, request: SubjectRequest | None = None, kind: str = "") -> list[Letter]:
        """The outgoing messages, opened, oldest first."""
        rows = Message.objects.filter(outgoing=True, request__tenant=self.tenant).order_by("pk")
        rows = rows.filter(request=request) if request else rows
        rows = rows.filter(kind=kind) if kind else rows
        return [letter for row in rows if (letter := messages.read(row)) is not None]

    def token(self, request: SubjectRequest | None, kind: str) -> str:
        """The token in the newest mail of this kind. The post is held back here, so that it is still there."""
        return str(self.letters(request, kind)[-1].fields["token"])

    def drain(self) -> int:
        """Do every job that is due, but the mail."""
        Job.objects.filter(name="post.send", state=Job.State.WAITING).update(state="held")
        done = 0
        while (claimed := queue.claim()) is not None:
            worker.do(claimed)
            done += 1
            Job.objects.filter(name="post.send", state=Job.State.WAITING).update(state="held")
        return done

    def stuck(self) -> list[tuple[str, str]]:
        """Jobs that went wrong or wait: name and error."""
        return list(Job.objects.exclude(error="").values_list("name", "error"))

    def kinds(self) -> list[str]:
        """The kinds of evidence, in order."""
        with engine.door(self.tenant).read() as state:
            return [entry.kind for entry in state.log().entries()]

    # -- the world -----------------------------------------------------------------------------------------------

    def sql(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """A statement on the customer's database."""
        with closing(sqlite3.connect(self.database)) as connection:
            found = connection.execute(statement, values).fetchall()
            connection.commit()
            return found

    def email(self, id: int) -> str:
        """The address of a member."""
        return str(self.sql("SELECT email FROM member WHERE id = ?", id)[0][0])

    def staff(self, role: str = Role.PRIVACY_OFFICER, tenant: Tenant | None = None) -> By:
        """Somebody of the staff."""
        where = tenant or self.tenant
        account = Account.objects.create_user(f"{role}-{Account.objects.count()}@taakveld.example", name="Noor")
        return By.member(Membership.objects.create(account=account, tenant=where, role=role))


def world(folder: Path) -> Path:
    """A small Taakveld: policy, data map and a filled database. Made once, copied for each test."""
    from examples.projects.make_data import make

    example = Path(__file__).resolve().parents[2] / "examples" / "projects"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("policy.yaml", "datamap.yaml"):
        shutil.copy(example / name, folder / name)
    make(str(folder / "app.db"), 20, per_organisation=10, projects_each=2, tasks_each=3)
    return folder
