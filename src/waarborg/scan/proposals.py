"""What could happen to a column when its row stays, and how long it could stay: proposals, written as comments.

Nothing here decides. A treatment is proposed from the category and from what the column allows (nullable, unique,
length); a term from the kind of data. They stand beside the line in the draft, for a person to turn into `on_erasure`
or a rule of the policy, or to leave.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from waarborg.scan.classify import SPECIAL
from waarborg.stores.contract import Column, Family, Table
from waarborg.terms import Treatment

ACCOUNT = "until account_closed"
TERMS: Mapping[str, str] = {
    "account": ACCOUNT,
    "billing": "7 years from end_of_fiscal_year where the books need it, else until account_closed",
    "connection": "6 months",
    "content": ACCOUNT,
    "secret": ACCOUNT,
    "special": "no longer than its purpose needs (Art. 9, 10)",
}
"""First part of the drafted category -> a term to begin the conversation with."""
_COARSE = frozenset({"ip_address", "birth_date", "death_date", "geolocation"})
_DATES = (Family.DATE, Family.DATETIME)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What could become of one column."""

    treatment: Treatment
    """When its row stays because others need it; when the row goes, the column goes with it."""
    term: str
    why: str

    def __str__(self) -> str:
        return f"row stays: {self.treatment}? · term: {self.term}?"


def propose(category: str, drafted: str, column: Column, table: Table) -> Proposal:
    """A proposal for a column of this category; `drafted` is its `category.item` in the map."""
    term = TERMS.get("special" if category in SPECIAL else drafted.partition(".")[0], ACCOUNT)
    alone = any(one.columns == (column.name,) for one in table.uniques) or table.key == (column.name,)
    if category in _COARSE or (column.family in _DATES and not column.nullable):
        return Proposal(Treatment.GENERALISE, term, "less exact, it still counts and no longer points at one person")
    if alone and column.family is Family.TEXT:
        return Proposal(Treatment.REPLACE, term, "each value stands once, so every row needs one of its own")
    if column.nullable:
        return Proposal(Treatment.CLEAR, term, "the column may be empty")
    if column.family is Family.TEXT:
        return Proposal(Treatment.REPLACE, term, "the column must be filled")
    return Proposal(Treatment.CLEAR, term, "the column must be filled: the empty value of its type")
