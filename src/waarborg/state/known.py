"""How the state knows a person again without saying who it is: a keyed hash of each identifier, however it is written.

    hashes(vault, "limits", [("email", "An@X.example")], at=…) -> ["5f0c…"]

An identifier counts in one spelling: composed (NFKC), without blanks around it and without regard to case; a telephone
number in the form of E.164. What many people share (a name, a birth date) tells nobody apart and is left out. Each
register has a secret of its own, so that two of them cannot be laid side by side.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import datetime

from waarborg.canonical import keyed_digest
from waarborg.state.vault import Vault
from waarborg.terms import WEAK

TELEPHONIC = ("phone", "mobile", "telefoon", "fax")
"""Parts of the kinds of identifier that are telephone numbers."""
COUNTRY = "NL"
"""The country of a telephone number that is written without one."""


Known = tuple[str, str]
"""A kind of identifier and its value."""


def hashes(vault: Vault, secret: str, identifiers: Iterable[Known], *, at: datetime) -> list[str]:
    """A keyed hash of each identifier, each once, in the order of kinds. `secret` names the register's own secret."""
    key = vault.secret(secret, at=at)
    strong = sorted({(kind, spelled(kind, value)) for kind, value in identifiers if kind not in WEAK and value})
    return [keyed_digest(key, [kind, value]) for kind, value in strong]


def spelled(kind: str, value: str) -> str:
    """The one spelling of an identifier.

    >>> spelled("email", " An@X.example"), spelled("phone", "06 12345678")
    ('an@x.example', '+31612345678')
    """
    text = unicodedata.normalize("NFKC", value).strip().casefold()
    if any(part in kind for part in TELEPHONIC):
        return _telephone(text)
    return text


def _telephone(text: str) -> str:
    import phonenumbers  # heavy, and needed for few identifiers

    try:
        number = phonenumbers.parse(text[:250], COUNTRY)
    except phonenumbers.NumberParseException:
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
