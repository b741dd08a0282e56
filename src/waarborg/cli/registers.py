"""The registers: disclosures, recipients that must be told, and attestations of what no program can see."""

from __future__ import annotations

import csv
import hashlib
from argparse import Namespace
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from getpass import getuser
from pathlib import Path

from waarborg.cli import exits
from waarborg.cli.output import Out
from waarborg.cli.people import known, people
from waarborg.cli.project import Project
from waarborg.cli.words import Words
from waarborg.errors import Place, UsageError, near_miss
from waarborg.plans.disclosing import Disclosing, Row
from waarborg.policy.promises import derive
from waarborg.state.disclosures import Disclosure
from waarborg.state.notifications import TOLD, RecipientNotification
from waarborg.terms import SubjectRef

LOG_COLUMNS = ("recipient", "purpose", "ground", "data", "on")
"""Columns of a log that are about the hand-over; every other column is a kind of identifier."""
MARKS = {"due": "✗", "told": "·", "confirmed": "✓", "impossible": "–"}


# ------------------------------------------------------------------------------------------------ attestations


def attest(arguments: Namespace, out: Out) -> int:
    """`waarborg attest`. Writes an evidence entry with the document's digest."""
    say = Words(out.lang)
    with Project.of(arguments) as project:
        path = _promise(project, arguments.promise)
        document = _document(getattr(arguments, "document", ""), needed=True)
        until = _day(getattr(arguments, "until", ""), "--until")
        if until is None or until < project.clock.now().date():
            raise UsageError.one(
                "WB662", "Until when does it count?", "What is confirmed decays.", "Give --until with a day to come."
            )
        by = getattr(arguments, "by", "") or getuser()
        with project.work.writing() as (state, log, now):
            approver, _ = state.people.subject(f"staff:{by}", at=now)
            data = {"promise": path, "document": document, "until": until.isoformat(), "approver": approver}
            entry = log.append(kind="promise.attested", at=now, data=data)
            state.attestations.put(path, document=document, until=until, by=approver, entry=entry.seq, at=now)
    out.say(f"✓ {path}, {say('until', day=say.day(until))} (#{entry.seq})")
    out.data({"ok": True, "promise": path, "document": document, "until": until.isoformat(), "evidence": entry.seq})
    return exits.OK


def _promise(project: Project, name: str) -> str:
    """The path of the entry that is meant."""
    promises = derive(project.policy)
    found = [one.path for one in promises if name in (one.path, one.id)]
    found = found or [one.path for one in promises if name in one.keeps]
    if len(found) == 1:
        return found[0]
    if found:
        todo = f"Name one of them by its path: {', '.join(found)}."
        raise UsageError.one("WB660", "Several entries keep this promise.", "Each is shown by itself.", todo)
    all_ = [word for one in promises for word in (one.path, *one.keeps)]
    raise UsageError.one(
        "WB660", "The policy makes no such promise.", "", near_miss(name, all_) or "See waarborg promises."
    )


def _document(name: str, needed: bool = False) -> str:
    """The SHA-256 of a document, read in blocks. Empty where none was named."""
    if not name and not needed:
        return ""
    path = Path(name)
    if not path.is_file():
        raise UsageError.one(
            "WB661", "There is no such document.", "Its digest is what shows that it was not exchanged.", "Name a file."
        )
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _day(text: str, option: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError.one("WB662", f"{option}: this is not a day.", "", "Write it as 2027-06-30.") from None


# ------------------------------------------------------------------------------------------------ disclosures


def disclose(arguments: Namespace, out: Out) -> int:
    """`waarborg disclose`."""
    with Project.of(arguments) as project:
        desk = Disclosing(project.work)
        if file := getattr(arguments, "log", ""):
            rows, places = _log(file, project)
            ids = desk.record_all(rows, places)
        else:
            asked = people(arguments, project.datamap)
            ids = [desk.record(_one(arguments), asked)]
    out.say(f"✓ {Words(out.lang)('disclosed', n=len(ids))}")
    out.data({"ok": True, "disclosures": ids})
    return exits.OK


def _one(arguments: Namespace) -> Disclosure:
    def said(name: str) -> str:
        return str(getattr(arguments, name, "") or "")

    silent = _day(said("silent_until"), "--silent-until")
    told = {
        "who": said("who"),
        "decider": said("by"),
        "reason": said("reason"),
        "silent_until": silent.isoformat() if silent else "",
        "silent_law": said("silent_law"),
    }
    return Disclosure(
        said("to"),
        said("purpose"),
        said("ground"),
        tuple(getattr(arguments, "data", None) or ()),
        _day(said("on"), "--on"),
        _document(said("document")),
        {name: value for name, value in told.items() if value},
    )


def _log(name: str, project: Project) -> tuple[list[Row], list[Place]]:
    """The hand-overs of a CSV file, each with its line. Raises `UsageError` WB663 for what cannot be read."""
    try:
        with Path(name).open(newline="", encoding="utf-8-sig") as file:
            lines = list(_lines(file.read().splitlines(), Path(name).name))
    except (OSError, UnicodeDecodeError) as problem:
        why = (problem.strerror or "") if isinstance(problem, OSError) else "It is not UTF-8 text."
        raise UsageError.one("WB663", "The log cannot be read.", why, "Check --log.") from None
    known((person for _, person, _ in lines), project.datamap)
    return [(one, [SubjectRef(person)]) for one, person, _ in lines], [place for *_, place in lines]


def _lines(text: list[str], name: str) -> Iterator[tuple[Disclosure, dict[str, str], Place]]:
    head = text[0] if text else ""
    reader = csv.DictReader(text, delimiter=";" if head.count(";") > head.count(",") else ",")
    if not {"data", "on"} <= set(reader.fieldnames or ()):
        todo = f"Its first line names them: {', '.join(LOG_COLUMNS)}, and kinds of identifier such as email."
        raise UsageError.one("WB663", "The log lacks the columns data and on.", "", todo, Place(name, 1))
    for row in reader:
        place = Place(name, reader.line_num)
        said = {key: (value or "").strip() for key, value in row.items() if key}
        try:
            day = datetime.fromisoformat(said["on"]).date()
        except ValueError:
            raise UsageError.one("WB663", "The day cannot be read.", "", "Write 2026-03-02.", place) from None
        data = tuple(said["data"].replace(",", " ").split())
        one = Disclosure(said.get("recipient", ""), said.get("purpose", ""), said.get("ground", ""), data, day)
        yield one, {kind: value for kind, value in said.items() if kind not in LOG_COLUMNS and value}, place


# ------------------------------------------------------------------------------------------------ recipients


def recipients(arguments: Namespace, out: Out) -> int:
    """`waarborg recipients`. Exit code 1 while a recipient has not answered."""
    with Project.of(arguments) as project:
        request = project.work.case(arguments.plan).request if arguments.plan else ""
        name = getattr(arguments, "recipient", "")
        if name:
            document = _document(getattr(arguments, "document", ""))
            Disclosing(project.work).tell(request, name, getattr(arguments, "state", "") or TOLD, document)
        with project.door.read() as state:
            found = state.notifications.of(request) if request else state.notifications.unanswered()
        for one in found:
            out.say(f"{MARKS[one.state]} {_named(project, one)}")
        if not found:
            out.say(f"✓ {Words(out.lang)('told_nobody')}")
    waits = [one for one in found if not one.answered]
    out.data({"ok": not waits, "recipients": [_as_data(one) for one in found]})
    return exits.FINDINGS if waits else exits.OK


def _named(project: Project, one: RecipientNotification) -> str:
    who = project.policy.recipients.get(one.recipient)
    name = f"{who.name} ({one.recipient})" if who else one.recipient
    return f"{name}  {one.right}  {one.state}  {one.since[:10]}  {one.request[:8]}"


def _as_data(one: RecipientNotification) -> Mapping[str, object]:
    return {
        "request": one.request,
        "recipient": one.recipient,
        "right": one.right,
        "state": one.state,
        "since": one.since,
        "changed": one.changed,
        "document": one.document,
    }
