"""`waarborg evidence`: verify, export, receipts, and the head to keep elsewhere."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from waarborg.cli import exits
from waarborg.cli.findings import tell
from waarborg.cli.output import Out
from waarborg.cli.project import SEEN, Project
from waarborg.errors import EvidenceError, UsageError
from waarborg.evidence import bundle
from waarborg.evidence import receipt as receipts
from waarborg.evidence.audit import Report, audit
from waarborg.evidence.heads import Head
from waarborg.plans.casework import reference


def verify(arguments: Namespace, out: Out) -> int:
    """`waarborg evidence verify`: the log of this folder, or a bundle."""
    trusted = list(getattr(arguments, "trust", None) or [])
    kept = _kept_head(getattr(arguments, "seen", ""))
    if getattr(arguments, "bundle", None):
        report = _bundle(Path(arguments.bundle), trusted, kept)
    else:
        with Project.of(arguments) as project, out.working("Verifying the evidence"):
            report = own(project, trusted, kept)
    _tell(report, out)
    return exits.OK if report.ok else exits.FINDINGS


def own(project: Project, trusted: list[str] | None = None, kept: Head | None = None) -> Report:
    """The report about this folder's log. A clean one is remembered, so that an old copy put back is noticed."""
    place = project.hidden / SEEN
    seen = kept or _kept_head(str(place) if place.exists() else "")
    with project.door.read() as state:
        keys = [*(trusted or []), state.vault.signing_key(at=project.clock.now()).public]
        report = audit(state.log().lines(), keys=keys, seen=seen)
    if report.ok and report.head is not None:
        place.write_bytes(report.head.line() + b"\n")
    return report


def _bundle(path: Path, trusted: list[str], kept: Head | None) -> Report:
    if not trusted:
        why = "A file that vouches for itself proves nothing."
        raise UsageError.one("WB620", "No key was named that you trust.", why, "Add --trust with the public key.")
    try:
        return bundle.verify(path, keys=trusted, seen=kept)
    except OSError as problem:
        raise UsageError.one("WB621", "The bundle cannot be read.", problem.strerror or "", "Check its name.") from None


def _kept_head(name: str) -> Head | None:
    if not name:
        return None
    try:
        return Head.parse(Path(name).read_bytes().strip())
    except OSError as problem:
        raise UsageError.one("WB621", "The head cannot be read.", problem.strerror or "", "Check --seen.") from None


def _tell(report: Report, out: Out) -> None:
    if report.ok:
        out.say(
            f"✓ evidence verified: {report.entries} entries, {report.heads} signed heads, nothing missing or changed"
        )
        if not report.seen:
            out.hint("No earlier head was there to compare with: from now on an old copy put back is noticed.")
    else:
        out.say(tell(report.findings()))
        if report.more:
            out.say(f"… and {report.more} more")
    out.data(
        {
            "ok": report.ok,
            "entries": report.entries,
            "heads": report.heads,
            "head": report.head.line().decode() if report.head else None,
            "findings": [one.as_dict() for one in report.findings()],
        }
    )


def export(arguments: Namespace, out: Out) -> int:
    """`waarborg evidence export`."""
    path = Path(arguments.file)
    with Project.of(arguments) as project:
        try:
            with project.door.read() as state:
                head = bundle.write(state.log(), path)
        except FileExistsError:
            raise UsageError.one("WB616", "There is such a file already.", "", "Name a new one.") from None
        except OSError as problem:
            raise UsageError.one("WB616", "The file cannot be made.", problem.strerror or "", "") from None
        with project.door.begin() as state:
            data = {"size": head.size, "head": head.digest()}
            state.log().append(kind="evidence.exported", at=project.clock.now(), data=data)
    out.say(f"✓ {head.size} entries → {path}")
    out.say(f"  public key {head.key}")
    out.data({"ok": True, "file": str(path), "entries": head.size, "key": head.key})
    return exits.OK


def receipt(arguments: Namespace, out: Out) -> int:
    """`waarborg evidence receipt`: one file for one person, a folder for many."""
    where = getattr(arguments, "output", "")
    if not where:
        raise UsageError.one("WB615", "Where should the receipt go?", "", "Name a file: -o receipt.jws.")
    with Project.of(arguments) as project:
        made = list(_receipts(project, arguments.plan))
    many = len(made) > 1
    if many:
        Path(where).mkdir(mode=0o700, parents=True, exist_ok=True)
    for number, token in enumerate(made, 1):
        path = Path(where) / f"{number:05}.jws" if many else Path(where)
        if path.exists():
            raise UsageError.one("WB616", "There is such a file already.", "", "Name a new one with -o.")
        path.touch(mode=0o600)
        path.write_text(token + "\n")
    out.say(f"✓ {len(made)} receipt{'s' if many else ''} → {where}")
    out.hint("A receipt is for that person only: with it, and with nothing else, the entries are theirs.")
    out.data({"ok": True, "receipts": len(made), "file": where})
    return exits.OK


def _receipts(project: Project, plan: str) -> Iterator[str]:
    case = project.work.case(plan)
    with project.door.read() as state:
        now, log = project.clock.now(), state.log()
        key = state.vault.signing_key(at=now)
        head = list(log.heads())[-1]
        by_subject: dict[str | None, list[int]] = {}
        for entry in log.entries():
            if entry.data.get("request") == case.request:
                by_subject.setdefault(entry.subject, []).append(entry.seq)
        for person in case.sealed.people:
            name = state.people.canonical(reference(person), at=now)
            subject, person_key = state.people.subject(name, at=now)
            yield receipts.issue(
                log,
                key=key,
                at=now,
                request=case.request,
                reference=name,
                person_key=person_key,
                entries=by_subject.get(subject, []),
                head=head,
            )


def head(arguments: Namespace, out: Out) -> int:
    """`waarborg evidence head`."""
    with Project.of(arguments) as project, project.door.read() as state:
        heads = list(state.log().heads())
        if not heads:
            raise EvidenceError.one("WB503", "The log has no signed head.", "", "Run `waarborg init`.")
        line = heads[-1].line().decode()
        out.say(line)
        out.hint(f"Public key {heads[-1].key}. Keep both where nobody who can write this folder can reach them.")
        out.data({"ok": True, "head": line, "key": heads[-1].key, "size": heads[-1].size})
    return exits.OK
