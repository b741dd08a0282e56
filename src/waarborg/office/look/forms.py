"""What forms share: a choice with a line of explanation under its name."""

from __future__ import annotations


class Choice(str):
    """The name of a choice, with what it means: `Choice("Inkijken", "U krijgt al uw gegevens.")`."""

    __slots__ = ("says",)
    says: str

    def __new__(cls, name: str, says: str = "") -> Choice:
        """A string, so that Django takes it for a label."""
        made = super().__new__(cls, name)
        made.says = says
        return made
