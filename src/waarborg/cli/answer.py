"""`waarborg answer`: everything we have of a person (access, Art. 15), or what an erasure did, in their language."""

from __future__ import annotations

import hashlib
import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast
from uuid import uuid4

from waarborg.cli import exits
from waarborg.cli.letter import as_data, gone, spoken, telling
from waarborg.cli.output import Out
from waarborg.cli.people import people
from waarborg.cli.project import Project
from waarborg.cli.words import Words
from waarborg.errors import UsageError
from waarborg.plans.casework import Case, reference
from waarborg.terms import Right, SubjectRef

if TYPE_CHECKING:
    from waarborg.notice.page import Page


def run(arguments: Namespace, out: Out) -> int:
    """`waarborg answer`."""
    with Project.of(arguments) as project:
        if getattr(arguments, "plan", None):
            return told(arguments, out, project)
        if getattr(arguments, "portability", False):
            return ported(arguments, out, project)
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


# ------------------------------------------------------------------------------------------------ portability


def ported(arguments: Namespace, out: Out, project: Project) -> int:
    """What the person provided, as a folder that another service can read."""
    from waarborg.notice.portable import port

    asked, where = people(arguments, project.datamap), getattr(arguments, "output", "")
    if len(asked) != 1:
        raise UsageError.one("WB614", "An answer is for one person.", "Nobody gets what is about another.", "Name one.")
    if not where or where == "-":
        raise UsageError.one("WB615", "Where should the answer go?", "", "Name a new folder: -o mine.")
    language = spoken(project.policy, getattr(arguments, "language", ""), out.lang)
    with out.working(Words(out.lang)("answering")):
        made = port(project.work, asked[0], Path(where), language)
    out.say(f"✓ {Words(out.lang).rows(made.rows)} → {where}")
    out.data({"ok": True, "folder": where, "rows": made.rows, "sha256": made.digest, "files": list(made.files)})
    return exits.OK


# ------------------------------------------------------------------------------------------------ letters


def told(arguments: Namespace, out: Out, project: Project) -> int:
    """The letter about a plan that was carried out: an erasure, a rectification, a restriction."""
    from waarborg.notice.markdown import to_text

    work, where, say = project.work, getattr(arguments, "output", ""), Words(out.lang)
    case = work.case(arguments.plan)
    language = spoken(project.policy, getattr(arguments, "language", ""), out.lang)
    text = to_text(page_of(case, project, language))
    digest = hashlib.sha256(text.encode()).hexdigest()
    if case.state != "verified":
        out.say(f"! {say('answer_not_yet')}\n")
    if where and where != "-":
        with _target(where) as file:
            file.write(text)
        out.say(f"✓ {where}")
    else:
        out.say(text.rstrip("\n"))
    if case.state == "verified":
        work.answered(case.plan.digest, digest, case.plan.rows)
        out.hint("\n" + say("next_close", plan=case.plan.id[:8]))
    out.data({"ok": True, "sha256": digest, "letter": text, **facts_of(case, project, language)})
    return exits.OK


def facts_of(case: Case, project: Project, language: str) -> dict[str, object]:
    """What the letter says, for machines."""
    same: dict[str, object] = {"request": case.request, "right": case.plan.right.value, "language": language}
    if case.plan.right is not Right.ERASURE:
        return same
    return {**same, "verified": case.state == "verified", **as_data(gone(case, project), project.policy, language)}


def page_of(case: Case, project: Project, language: str) -> Page:
    """The letter as a page. Raises `UsageError` WB618 for the plan that lifts: that letter goes out before it."""
    from waarborg.notice import letters
    from waarborg.notice.facts import rectified, restricted

    policy, datamap, today = project.policy, project.datamap, project.clock.now().date()
    post = letters.Post(case.plan.made_at.date(), today, reference=case.request)
    if case.plan.undoes:
        raise UsageError.one(
            "WB618",
            "The letter about the end of a restriction goes out before it is lifted.",
            "People are told first (Art. 18(3)).",
            "Write it with the reason, and record it: waarborg restriction tell.",
        )
    if case.plan.right is Right.ERASURE:
        return letters.erasure(policy, language, post, gone(case, project))
    if case.plan.right is Right.RECTIFICATION:
        passed_on = telling(project, case.request)["told"]
        return letters.rectification(policy, language, post, rectified(case.plan, policy, datamap, passed_on))
    with project.door.read() as state:
        limits = [one for one in state.limits.of_request(case.request) if one.kind is Right.RESTRICTION]
    ground = str(case.sealed.more.get("ground", ""))
    until = limits[0].ends if limits else None
    return letters.restriction(policy, language, post, restricted(case.plan, policy, datamap, ground, until))
