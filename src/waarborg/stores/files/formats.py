"""What a file is, from its name and its first lines, and its records: pure functions over bounded text."""

from __future__ import annotations

import email
import email.policy
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

from waarborg.stores.contract import Column, Family

Record = Mapping[str, object]
LONGEST = 2_000
_COMMON = re.compile(
    r"(?P<ip_address>\S+) \S+ (?P<username>\S+) \[(?P<time>[^\]]+)\] "
    r'"(?P<request>[^"]*)" (?P<status>\d{3}) (?P<bytes>\S+)'
    r'(?: "(?P<referer>[^"]*)" "(?P<user_agent>[^"]*)")?'
)
_SYSLOG = re.compile(
    r"(?:<\d+>)?(?:\d )?(?P<time>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S+) (?P<host>\S+) "
    r"(?P<process>[\w./-]+)(?:\[\d+\])?:? (?P<message>.*)"
)
_RECORDINGS = {"wav", "mp3", "ogg", "opus", "m4a", "flac", "amr", "mp4", "mov", "webm", "avi", "mkv"}
_PICTURES = {"jpg", "jpeg", "png", "gif", "webp", "heic", "bmp", "tif", "tiff", "svg"}
_DOCUMENTS = {"pdf", "doc", "docx", "odt", "xls", "xlsx", "ods", "csv", "txt", "rtf", "ppt", "pptx", "odp", "md"}
MAIL = ("sender", "recipient", "cc", "subject", "sent_at", "body")


def combined(lines: Sequence[str]) -> list[Record]:
    """Lines of a web server's log, Common or Combined."""
    return [_unset(found.groupdict()) for line in lines if (found := _COMMON.match(line))]


def syslog(lines: Sequence[str]) -> list[Record]:
    """Lines of a system log, old (RFC 3164) or new (RFC 5424) date."""
    return [found.groupdict() for line in lines if (found := _SYSLOG.match(line))]


def json_lines(lines: Sequence[str]) -> list[Record]:
    """One JSON object a line; members of members stand as `user.email`."""
    found: list[Record] = []
    for line in lines:
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            found.append(dict(islice(_flat(value, ""), 500)))
    return found


def _flat(value: Mapping[str, object], before: str) -> Iterator[tuple[str, object]]:
    for name, inner in value.items():
        if isinstance(inner, dict) and before.count(".") < 3:
            yield from _flat(inner, f"{before}{name}.")
        else:
            yield f"{before}{name}"[:200], inner if isinstance(inner, int | str | None) else json.dumps(inner)[:LONGEST]


def _unset(record: Mapping[str, str | None]) -> Record:
    return {name: None if value in ("-", "") else value for name, value in record.items()}


LOGS: tuple[tuple[str, Callable[[Sequence[str]], list[Record]]], ...] = (
    ("web server log", combined),
    ("JSON lines", json_lines),
    ("system log", syslog),
)


def log_kind(lines: Sequence[str]) -> str:
    """Which kind of log these lines are: the one that reads more than half of them; empty for none."""
    filled = [line for line in lines if line.strip()]
    for name, read in LOGS:
        if filled and len(read(filled)) * 2 > len(filled):
            return name
    return ""


def records(kind: str, lines: Sequence[str]) -> list[Record]:
    """The records of the lines of a log."""
    return next(read for name, read in LOGS if name == kind)(lines)


def mbox(text: str) -> list[Record]:
    """The messages of an mbox (the last one may be cut short)."""
    return [message(part.partition("\n")[2]) for part in re.split(r"(?m)^(?=From \S+ )", text) if part.strip()]


def message(text: str) -> Record:
    """One message: who, to whom, about what, and the beginning of what was written."""
    parsed = email.message_from_string(text, policy=email.policy.compat32)
    body = next((part for part in parsed.walk() if part.get_content_type() == "text/plain"), parsed)
    written = body.get_payload()
    names = ("From", "To", "Cc", "Subject", "Date")
    values = [str(parsed[name])[:LONGEST] if parsed[name] is not None else None for name in names]
    return dict(zip(MAIL, [*values, written[:LONGEST] if isinstance(written, str) else None], strict=True))


def file_kind(suffix: str) -> str:
    """What a file that is no log and no mail is, from its extension."""
    for kind, known in (("recordings", _RECORDINGS), ("pictures", _PICTURES), ("documents", _DOCUMENTS)):
        if suffix.lower().lstrip(".") in known:
            return kind
    return "files"


def columns(found: Sequence[Record]) -> tuple[Column, ...]:
    """The columns that records have between them."""
    values: dict[str, list[object]] = {}
    for record in found:
        for name, value in record.items():
            values.setdefault(name, []).append(value)
    return tuple(_column(name, seen) for name, seen in values.items())


def _column(name: str, values: Sequence[object]) -> Column:
    filled = [value for value in values if value is not None]
    if filled and all(isinstance(value, bool) for value in filled):
        return Column(name, "boolean", Family.BOOLEAN)
    if filled and all(isinstance(value, int) for value in filled):
        return Column(name, "number", Family.NUMBER)
    return Column(name, "text", Family.TEXT)
