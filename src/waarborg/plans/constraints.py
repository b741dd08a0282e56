"""What constraints of a table ask of a column that would be emptied, read from the text the engine gives.

A CHECK passes when it is true or unknown, and nearly every comparison with NULL is unknown: only checks that speak of
NULL itself can refuse an empty column (one of two must be there, exactly one owner, a value or a reason).
"""

from __future__ import annotations

import re

from waarborg.stores.contract import Column, Table

_FUNCTIONS = r"num_nonnulls|num_nulls|coalesce|ifnull|isnull|nvl|if|iif"


def clearable(facts: Table, column: Column) -> bool:
    """Whether a column can be emptied in any row: not generated, not part of the key, asked for by no check."""
    free = column.nullable and not column.generated and column.name not in facts.key
    return free and not must_be_filled(facts, column.name)


def in_unique(facts: Table, name: str) -> bool:
    """Whether a unique key or index looks at the column: by itself, or inside an expression (`lower(email)`)."""
    return any(name in unique.columns for unique in facts.uniques) or any(
        index.unique and any(part == name or speaks_of(name, part) for part in index.columns) for index in facts.indexes
    )


def speaks_of(name: str, expression: str) -> bool:
    """Whether an expression of the engine names the column.

    >>> speaks_of("email", "lower(email)"), speaks_of("mail", "lower(email)")
    (True, False)
    """
    return re.search(_word(name), expression) is not None


def must_be_filled(facts: Table, name: str) -> bool:
    """Whether a check may refuse NULL in the column although the column itself allows it."""
    return any(_asks_for(name, check.text) for check in facts.checks)


def _asks_for(name: str, text: str) -> bool:
    """
    >>> _asks_for("a", "((a IS NOT NULL) OR (b IS NOT NULL))"), _asks_for("a", "(a IS NULL) OR (a > b)")
    (True, False)
    >>> _asks_for("b", "(a IS NULL) OR (a > b)"), _asks_for("a", "(a IS NULL) <> (b IS NULL)")
    (False, True)
    """
    plain = text.replace('"', "").replace("`", "")
    word = _word(name.replace('"', "").replace("`", ""))
    asks = (
        rf"{word}\)*\s+is\s+not\s+null",
        rf"{word}\)*\s+is\s+null\)*\s*(<|>|=|!=|::|\+|xor\b)",
        rf"(<|>|=|!=|\+|\bxor)\s*\(*{word}\)*\s+is\s+null",
        rf"{word}\)*\s+is\s+(not\s+)?distinct",
        rf"{word}\s*(<=>|notnull\b)",
        rf"\b({_FUNCTIONS})\s*\([^()]*{word}",
    )
    return any(re.search(one, plain, re.IGNORECASE) for one in asks)


def refuses(facts: Table, name: str, value: object) -> bool:
    """Whether a check may refuse this value in the column: every check that speaks of it and is not plainly met.

    A text of `*` signs stands for one that is not known yet but is so long.
    """
    checks = (check.text for check in facts.checks if "not null" not in check.text.lower())
    return any(speaks_of(name, text) and not _met(name, text, value) for text in checks)


def _met(name: str, text: str, value: object) -> bool:
    """
    >>> _met("a", "CHECK ((char_length((a)::text) <= 80))", "erased"), _met("a", "a >= 0", 0), _met("a", "a <> ''", "")
    (True, True, False)
    """
    plain = re.sub(r"::[\w ]+|\bcheck\b|[\"`()]", " ", text, flags=re.IGNORECASE)
    word = _word(name.replace('"', "").replace("`", ""))
    length = re.fullmatch(
        rf"\s*(?:char_length|character_length|octet_length|length)\s+{word}\s+(<=?)\s*(\d+)\s*", plain, re.I
    )
    if length and isinstance(value, str):
        return len(value.encode()) < int(length[2]) + (length[1] == "<=")
    number = re.fullmatch(rf"\s*{word}\s*(>=?|<=?)\s*(-?\d+)\s*", plain)
    if number and isinstance(value, int):
        bound = int(number[2])
        return {">=": value >= bound, ">": value > bound, "<=": value <= bound, "<": value < bound}[number[1]]
    return bool(re.fullmatch(rf"\s*json_valid\s+{word}\s*", plain, re.I)) and value in ("{}", "[]")


def _word(name: str) -> str:
    return rf"(?<![\w$]){re.escape(name)}(?![\w$])"
