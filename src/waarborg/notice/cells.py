"""Values as people and spreadsheets may see them: dates in words, long texts cut, formulas that cannot run."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from waarborg.notice.words import Say

INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")
NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
RUNS = re.compile(r"[\s\x00-\x1f\u200b\ufeff'\"]*[=+\-@|%\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
"""What a spreadsheet may run: a formula sign at the beginning, also behind blanks or quotes and in its wide form."""


def shown(say: Say, value: Any, most: int) -> str:
    """A value for people. Longer than `most` characters: its beginning, and where the rest is."""
    match value:
        case None | "":
            return "–"
        case bool():
            return say("page.yes") if value else say("page.no")
        case {"bytes": int(count), "hex": str()}:
            return say("answer.bytes", count=say.figure(count))
        case dict() | list():
            text = json.dumps(value, ensure_ascii=False)
        case _:
            text = str(value)
    if found := INSTANT.fullmatch(text):
        return _moment(say, text, found)
    return text if len(text) <= most else text[:most].rstrip() + say("answer.cut")


def _moment(say: Say, text: str, found: re.Match[str]) -> str:
    try:
        day = datetime.fromisoformat(found[1]).date()
    except ValueError:
        return text
    return f"{say.day(day)}, {found[2]}" if found[2] and found[2] != "00:00" else say.day(day)


def safe(value: Any) -> str:
    """A value for a CSV cell. What a spreadsheet could run gets an apostrophe in front; numbers stay numbers."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case {"bytes": int(), "hex": str(code)}:
            return f"hex:{code}"
        case dict() | list():
            text = json.dumps(value, ensure_ascii=False)
        case _:
            text = str(value)
    if NUMBER.fullmatch(text):
        return text
    text = text.replace("\x00", "\ufffd")
    return f"'{text}" if RUNS.match(text) else text
