"""Which column tells when a row came to be: the moment from which a term is counted. From names and types alone.

Only a plain word for it counts (`created_at`, `issued_on`, the `timestamp` of a log line), and a column that is always
filled comes before one that may be empty. A moment of something else (`last_login`, `expires`) is never taken.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from waarborg.scan.words import canonical
from waarborg.stores.contract import Column, Family, Table

CREATED, FISCAL = "created", "end_of_fiscal_year"
_MADE = frozenset(
    [
        "created",
        "creation",
        "added",
        "inserted",
        "registered",
        "joined",
        "submitted",
        "placed",
        "posted",
        "received",
        "occurred",
        "logged",
        "sent",
        "issued",
        "opened",
        "started",
        "entered",
        "recorded",
        "visited",
        "seen",
    ]
)
_PLAIN = frozenset(["at", "on", "date", "time", "datetime", "timestamp", "moment", "day", "when"])
_BILLED = frozenset(["invoice", "issued", "billing", "payment", "paid", "order", "placed", "transaction", "booked"])
_ELSE = frozenset(
    [
        "last",
        "updated",
        "modified",
        "changed",
        "expires",
        "expiry",
        "expire",
        "valid",
        "until",
        "due",
        "end",
        "deleted",
        "closed",
        "next",
        "first",
        "birth",
        "verified",
        "confirmed",
        "read",
        "cancelled",
        "revoked",
        "started_by",
        "accessed",
        "login",
    ]
)


def dates(table: Table, categories: Collection[str]) -> Mapping[str, str]:
    """The `dates` of a table in the map; `categories` are those of its columns (`billing.iban`).

    Only what usually has a term of its own is dated: the books, and traces of a connection.
    """
    found: dict[str, str] = {}
    held = {one.partition(".")[0] for one in categories}
    made = _best(table, _MADE)
    if made and "connection" in held:
        found[CREATED] = made
    if "billing" in held:
        billed = _best(table, _BILLED) or made
        if billed:
            found[FISCAL] = billed
    return found


def _best(table: Table, words: Collection[str]) -> str:
    """The column that best says one of these words, or is nothing but a moment; '' when none does."""
    listed = [(score, column) for column in table.columns if (score := _score(column, words))]
    listed.sort(key=lambda one: (-one[0], one[1].nullable))
    return listed[0][1].name if listed else ""


def _score(column: Column, words: Collection[str]) -> int:
    if column.family not in (Family.DATE, Family.DATETIME):
        return 0
    said = set(canonical(column.name))
    if said & _ELSE:
        return 0
    if said & set(words):
        return 3 if said <= set(words) | _PLAIN else 1
    return 2 if said and said <= _PLAIN else 0
