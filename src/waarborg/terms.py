"""The nouns of Waarborg, in the Regulation's words. Everything else in the package speaks in these.

Four nouns carry the product: the **policy** (what was promised), the **data map** (where personal data is and
whose), the **plan** (what will happen to which rows, and what is kept and why) and the **evidence** (what did happen).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Right(StrEnum):
    """What a data subject can ask for (Art. 15–22), and the two acts that follow from consent."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    PORTABILITY = "portability"
    OBJECTION = "objection"
    STOP_USE = "stop_use"
    WITHDRAWAL = "withdrawal"


ARTICLE: Mapping[Right, str] = {
    Right.ACCESS: "Art. 15",
    Right.RECTIFICATION: "Art. 16",
    Right.ERASURE: "Art. 17",
    Right.RESTRICTION: "Art. 18",
    Right.PORTABILITY: "Art. 20",
    Right.OBJECTION: "Art. 21",
    Right.STOP_USE: "Art. 17",
    Right.WITHDRAWAL: "Art. 7(3)",
}


class LegalBasis(StrEnum):
    """Why processing is lawful (Art. 6(1))."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTERESTS = "legitimate_interests"


class RestrictionGround(StrEnum):
    """Why processing is restricted (Art. 18(1))."""

    ACCURACY_CONTESTED = "accuracy_contested"
    """The person says that it is wrong; until that is verified (a)."""
    UNLAWFUL = "unlawful"
    """The processing is unlawful, and the person wants restriction instead of erasure (b)."""
    CLAIMS = "claims"
    """No longer needed, but the person needs it for a legal claim (c)."""
    OBJECTION_PENDING = "objection_pending"
    """The person objected, and it is being weighed (d)."""


class DespiteRestriction(StrEnum):
    """What restricted data may still be used for (Art. 18(2))."""

    CONSENT = "consent"
    CLAIMS = "claims"
    RIGHTS_OF_OTHERS = "rights_of_others"
    PUBLIC_INTEREST = "public_interest"


class Outcome(StrEnum):
    """What a policy rule says should come of data."""

    ERASE = "erase"
    """Nothing of the person is left."""
    ANONYMISE = "anonymise"
    """The rows stay, no person is in them."""
    ISOLATE = "isolate"
    """Unreadable to the service until a release date."""
    KEEP = "keep"
    """Stays under a named rule, law and end date."""


class Treatment(StrEnum):
    """What happens to a row, a link or a column. Never mixed with `Outcome`."""

    DELETE = "delete"
    """The row goes."""
    REDUCE = "reduce"
    """The row stays because others need it; its personal columns go."""
    CLEAR = "clear"
    """NULL, or the empty value of the type where the column is NOT NULL."""
    REPLACE = "replace"
    """A fixed text of the right type and length."""
    GENERALISE = "generalise"
    """Date to year, address to country, IP address to prefix."""
    STAND_IN = "stand_in"
    """A link is pointed at a placeholder person."""
    PSEUDONYMISE = "pseudonymise"
    """A keyed code in place of the value; still personal data (Art. 4(5))."""
    VAULT = "vault"
    """Sealed under a key of that person, restorable."""
    KEEP = "keep"
    """Left alone, with its reason."""


class LinkKind(StrEnum):
    """How a row stands to a person (see `docs/reference` for the table of consequences)."""

    BELONGS_TO = "belongs_to"
    ABOUT = "about"
    VISIBLE_TO = "visible_to"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class SubjectRef:
    """Who a request is about: identifiers by kind, as the person (or the officer) gave them.

    `identifiers` maps a kind that the data map declares (`email`, `name`, `customer_number`, or `key` for the
    primary key of a table of people) to its value. Values never appear in `repr`.
    """

    identifiers: Mapping[str, str] = field(repr=False)
    table: str = ""
    """Restrict the match to this table of people (`store.table`); empty means all of them."""

    def __str__(self) -> str:
        return f"data subject by {', '.join(sorted(self.identifiers))}"


WEAK = frozenset({"name", "first_name", "last_name", "birth_date", "address", "city", "postcode", "ip_address"})
"""Kinds of identifier that many people share: never enough to know one person by, they only narrow a match."""
