"""Who a request is about: from options, a CSV file or standard input. Values never get into an error."""

from __future__ import annotations

import csv
import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from waarborg.datamap.model import DataMap
from waarborg.errors import Place, UsageError, near_miss
from waarborg.terms import SubjectRef

MOST = 1_000_000
"""People in one file."""
KEY = "key"


def people(arguments: Namespace, datamap: DataMap) -> list[SubjectRef]:
    """Everybody that was named, each once. Raises `UsageError` WB610 to WB613."""
    table = getattr(arguments, "table", "")
    if table and table not in datamap.tables:
        todo = near_miss(table, datamap.tables) or "Take a table of people from datamap.yaml."
        raise UsageError.one("WB612", "The data map has no such table.", "", todo)
    found: list[dict[str, str]] = []
    pairs = [_pair(text, "--identifier") for text in getattr(arguments, "identifier", None) or []]
    if email := getattr(arguments, "email", ""):
        pairs.insert(0, ("email", email))
    if pairs:
        found.append(dict(pairs))
    if file := getattr(arguments, "people", ""):
        found += _from_file(file)
    if getattr(arguments, "stdin", False):
        found += _from_lines(sys.stdin)
    if not found:
        raise UsageError.one(
            "WB610",
            "Nobody was named.",
            "",
            "Say who: --email ADDRESS, --identifier KIND=VALUE, --people FILE, or --stdin.",
        )
    known(found, datamap)
    each = {tuple(sorted(one.items())): SubjectRef(one, table) for one in found}
    return list(each.values())


def known(found: Iterable[dict[str, str]], datamap: DataMap) -> None:
    """Refuse kinds of identifier that the map does not declare: looking by them would find nobody, silently."""
    kinds = {one.kind for table in datamap.subjects() if table.subject for one in table.subject.identifiers} | {KEY}
    for kind in dict.fromkeys(kind for person in found for kind in person):
        if kind not in kinds:
            shown = f' "{kind}"' if kind.isidentifier() and len(kind) < 30 else ""
            raise UsageError.one(
                "WB611",
                f"The data map declares no identifier{shown}.",
                "Nobody could be found by it.",
                near_miss(kind, kinds) or f"It declares: {', '.join(sorted(kinds))}.",
            )


def _pair(text: str, where: str) -> tuple[str, str]:
    kind, equals, value = text.partition("=")
    if not equals or not kind.strip() or not value.strip():
        raise UsageError.one("WB613", f"{where}: this is not KIND=VALUE.", "", "For example customer_number=1042.")
    return kind.strip(), value.strip()


def _from_file(name: str) -> list[dict[str, str]]:
    try:
        with Path(name).open(newline="", encoding="utf-8-sig") as file:
            return list(_rows(file, Path(name).name))
    except (OSError, UnicodeDecodeError) as problem:
        why = (problem.strerror or "") if isinstance(problem, OSError) else "It is not UTF-8 text."
        raise UsageError.one("WB613", "The file with people cannot be read.", why, "Check --people.") from None


def _rows(lines: Iterable[str], name: str) -> Iterator[dict[str, str]]:
    """Each line of a CSV text under its header. Commas or semicolons, whichever the header has more of."""
    text = list(lines)
    head = text[0] if text else ""
    reader = csv.reader(text, delimiter=";" if head.count(";") > head.count(",") else ",")
    kinds = [kind.strip() for kind in next(reader, [])]
    if not kinds or any("@" in kind for kind in kinds):
        what = "The first line must name the kinds of identifier."
        raise UsageError.one("WB613", what, "", "Begin the file with a line such as: email", Place(name, 1))
    for cells in reader:
        if len(cells) > len(kinds):
            what = "This line has more cells than the header."
            raise UsageError.one(
                "WB613", what, "", "Put quotes around values with a comma.", Place(name, reader.line_num)
            )
        person = {kind: cell.strip() for kind, cell in zip(kinds, cells, strict=False) if cell.strip()}
        if person:
            yield person


def _from_lines(lines: Iterable[str]) -> list[dict[str, str]]:
    """A person on each line: an address, or `kind=value` pairs."""
    found = []
    for number, line in enumerate(lines, 1):
        parts: Sequence[str] = next(csv.reader([line.strip()]), [])
        if not parts:
            continue
        if len(parts) == 1 and "=" not in parts[0] and "@" in parts[0]:
            found.append({"email": parts[0].strip()})
        else:
            found.append(dict(_pair(part, f"line {number} of standard input") for part in parts))
        if number > MOST:
            raise UsageError.one("WB613", "There are more than a million lines.", "", "Make it several plans.")
    return found
