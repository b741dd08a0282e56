"""The errors of the office: what cannot go on, with id, place, what, why and what to do. Never a person's value."""

from __future__ import annotations

from waarborg.errors import WaarborgError


class OfficeError(WaarborgError):
    """Something in the office that cannot go on. Nothing was changed."""


class MoveError(OfficeError):
    """A request cannot make this move now: WB910 to WB913."""


class MovedMeanwhile(MoveError):
    """Somebody else moved the request first (WB911): look again before going on."""


class IdentityError(OfficeError):
    """A link, a code or a token does not hold (WB920 to WB922), or a step is not in place (WB924 to WB926)."""


class Flooded(OfficeError):
    """Too much from one side (WB923): later it may come in."""


class IntakeError(OfficeError):
    """What came in is no request: WB927."""


class NotAllowed(OfficeError):
    """A role may not see or do this: WB940, WB941."""


class JobError(OfficeError):
    """A job that cannot be: WB930, WB931."""
