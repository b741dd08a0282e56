"""`waarborg answer`: everything we have of a person (access, Art. 15), or what an erasure did, in their language."""

from __future__ import annotations

import hashlib
import os
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast
from uuid import uuid4

from waarborg.cli import exits
from waarborg.cli.letter import letter, letter_data, spoken
from waarborg.cli.output import Out
from waarborg.cli.people import people
from waarborg.cli.project import Project
from waarborg.cli.words import Words
from waarborg.errors import UsageError
from waarborg.notice.erased import erased as facts_of
from waarborg.notice.letters import Erased
from waarborg.plans.casework import Case, reference
from waarborg.state.notifications import CONFIRMED, DUE, IMPOSSIBLE, TOLD
from waarborg.terms import Right, SubjectRef

TELLING: Mapping[str, tuple[str, ...]] = {"told": (TOLD, CONFIRMED), "telling": (DUE,), "not_told": (IMPOSSIBLE,)}
"""How a letter speaks of recipients, by how far telling them is."""


def run(arguments: Namespace, out: Out) -> int:
    """`waarborg answer`."""
    with Project.of(arguments) as project:
        if getattr(arguments, "plan", None):
            return erased(arguments, out, project)
        return access(arguments, out, project)


# ------------------------------------------------------------------------------------------------ access


def access(arguments: Namespace, out: Out, project: Project) -> int:
    """Write everything that is theirs to a new file that only its owner can read, and record that it was done."""
    asked = people(arguments, project.datamap)
    where = getattr(arguments, "output", "")
    if len(asked) != 1:
        raise UsageError.one("WB614", "An answer is for one person.", "Nobody gets what is about another.", "Name one.")
    if not where:
        raise UsageError.one("WB615", "Where should the answer go?", "", "Name a file: -o answer.json, or - for here.")
    work, to_screen = project.work, where == "-"
    with _target(where) as file, out.working(Words(out.lang)("answering")):
        hashing = Hashing(file)
        rows = work.planner.access(asked[0], cast("IO[str]", hashing))
    request = record(project, asked[0], hashing.digest(), rows)
    if not to_screen:
        out.say(f"✓ {Words(out.lang).rows(rows)} → {where}")
        out.data({"ok": True, "file": where, "rows": rows, "sha256": hashing.digest(), "request": request})
    return exits.OK


def record(project: Project, person: SubjectRef, digest: str, rows: int) -> str:
    """The evidence of an access request that was answered; returns the request's id."""
    request = uuid4().hex
    with project.door.begin() as state:
        now = project.clock.now()
        subject, _ = state.people.subject(reference(person), at=now)
        log = state.log(project.work.declared())
        right = Right.ACCESS.value
        log.append(kind="request.received", at=now, subject=subject, data={"request": request, "right": right})
        data = {"request": request, "answer": digest, "rows": rows, "right": right}
        log.append(kind="request.answered", at=now, subject=subject, data=data)
    return request


@contextmanager
def _target(where: str) -> Iterator[IO[str]]:
    """A new file (mode 0600), or standard output. A file that was not finished is taken away."""
    if where == "-":
        yield sys.stdout
        return
    path = Path(where)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError.one("WB616", "There is such a file already.", "", "Name a new one with -o.") from None
    except OSError as problem:
        raise UsageError.one("WB616", "The file cannot be made.", problem.strerror or "", "Check -o.") from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


class Hashing:
    """Writes on, and keeps the SHA-256 of what was written."""

    def __init__(self, to: IO[str]) -> None:
        self._to, self._hash = to, hashlib.sha256()

    def write(self, text: str) -> int:
        """Write on."""
        self._hash.update(text.encode())
        return self._to.write(text)

    def digest(self) -> str:
        """Of everything that was written."""
        return self._hash.hexdigest()


# ------------------------------------------------------------------------------------------------ erasure


def facts(project: Project, case: Case) -> Erased:
    """What the letter tells: what the plan did, and which recipients were told of it (Art. 19)."""
    with project.door.read() as state:
        told = state.notifications.of(case.request)
    by = {name: tuple(one.recipient for one in told if one.state in states) for name, states in TELLING.items()}
    return facts_of(case.plan, project.policy, project.datamap, by["told"], by["not_told"], telling=by["telling"])


def erased(arguments: Namespace, out: Out, project: Project) -> int:
    """The answer to an erasure: what went, what stays, why, and until when."""
    work = project.work
    case = work.case(arguments.plan)
    policy, language = project.policy, spoken(project.policy, getattr(arguments, "language", ""), out.lang)
    what = facts(project, case)
    text = letter(case, policy, what, language, project.clock.now().date())
    if case.state != "verified":
        out.say(f"! {Words(out.lang)('answer_not_yet')}\n")
    where = getattr(arguments, "output", "")
    if where and where != "-":
        with _target(where) as file:
            file.write(text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    if case.state == "verified":
        work.answered(case.plan.digest, digest, case.plan.rows)
    if out.json:
        out.data(letter_data(case, policy, what, language, digest))
    elif where and where != "-":
        out.say(f"✓ {where}")
    else:
        out.say(text.rstrip("\n"))
    if case.state == "verified":
        out.hint("\n" + Words(out.lang)("next_close", plan=case.plan.id[:8]))
    return exits.OK
