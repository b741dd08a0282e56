"""CHECK constraints met at planning: would a row with its new values still be allowed?

    judged("length(email) > 3 AND email LIKE '%@%'", {"email": "jan@new.example"}) -> True, False or None

The condition is evaluated in an empty SQLite database of our own, in memory, that holds nothing and reaches nothing.
What engines write differently (`~~`, casts, `= ANY (ARRAY[…])`, backticks) is put into SQLite's words first; a
condition that it does not understand is not judged (None), and the plan says that the database will.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import date, datetime

_CAST = re.compile(
    r"::\s*(?:\"[^\"]+\"|[a-z_][a-z0-9_]*)(?:\s+varying|\s+precision|\s+with(?:out)? time zone)?"
    r"(?:\(\d+(?:,\s*\d+)?\))?(?:\[\])?",
    re.I,
)
_WORDS = (
    (re.compile(r"!~~\*?"), " NOT LIKE "),
    (re.compile(r"~~\*?"), " LIKE "),
    (re.compile(r"!~\*?"), " NOT REGEXP "),
    (re.compile(r"~\*?"), " REGEXP "),
    (re.compile(r"=\s*ANY\s*\(\s*\(?\s*ARRAY\s*\[([^\]]*)\]\s*\)?\s*\)", re.I), r" IN (\1)"),
    (re.compile(r"<>\s*ALL\s*\(\s*\(?\s*ARRAY\s*\[([^\]]*)\]\s*\)?\s*\)", re.I), r" NOT IN (\1)"),
    (re.compile(r"\bRLIKE\b", re.I), " REGEXP "),
)
_FUNCTIONS = {
    "char_length": len,
    "character_length": len,
    "octet_length": lambda text: len(text.encode()) if isinstance(text, str) else len(text),
    "btrim": lambda text: text.strip(),
}


def judged(condition: str, row: Mapping[str, object]) -> bool | None:
    """Whether the condition holds for a row; None where it cannot be told here. NULL is allowed, as in SQL."""
    text = re.sub(r"^\s*CHECK\s*", "", condition, flags=re.I)
    text = _CAST.sub("", text)
    for pattern, to in _WORDS:
        text = pattern.sub(to, text)
    if re.search(r"\bselect\b|;", text, re.I):
        return None
    with closing(sqlite3.connect(":memory:")) as place:
        for name, function in _FUNCTIONS.items():
            place.create_function(name, 1, lambda value, f=function: None if value is None else f(value))
        place.create_function("regexp", 2, _matches)
        columns = ", ".join(f'"{name.replace(chr(34), chr(34) * 2)}"' for name in row)
        try:
            place.execute(f"CREATE TABLE one ({columns or 'nothing'})")
            place.execute(f"INSERT INTO one VALUES ({', '.join('?' * max(len(row), 1))})", [*map(_plain, row.values())])
            found = place.execute(f"SELECT ({text}) FROM one").fetchone()[0]
        except (sqlite3.Error, sqlite3.Warning, TypeError, re.error):
            return None
    return found is None or bool(found)


def _matches(pattern: object, value: object) -> bool | None:
    return None if value is None or pattern is None else re.search(str(pattern), str(value)) is not None


def _plain(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    return value if value is None or isinstance(value, str | int | float | bytes) else str(value)
