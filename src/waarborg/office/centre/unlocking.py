"""Files and letters open with a fresh code, sent to the address of record: a link alone shows steps (attack 17).

    send(request)                    a code by mail, not more often than `MOST` times an hour
    grant = unlock(request, code)    what the page carries in its forms while it is open; `IdentityError` otherwise
    holds(request, grant)            whether it is still open

A grant is signed, works for one request and for half an hour, and stands in no address and no cookie.
"""

from __future__ import annotations

from datetime import timedelta

from django.core import signing

from waarborg.office import engine
from waarborg.office.requests import identity
from waarborg.office.requests.models import IdentityCheck, SubjectRequest

MOST = 5
OPEN = timedelta(minutes=30)
_SALT = "centre.unlocked"


def send(request: SubjectRequest) -> bool:
    """Mail a fresh code. False where that was done too often in the last hour: nothing is sent then."""
    since = engine.now() - timedelta(hours=1)
    if IdentityCheck.objects.filter(request=request, rung="fresh", made_at__gt=since).count() >= MOST:
        return False
    identity.send_code(request)
    return True


def unlock(request: SubjectRequest, code: str) -> str:
    """The grant for a right code. Raises `IdentityError` WB920 or WB921."""
    identity.check_code(request, code)
    return grant(request)


def grant(request: SubjectRequest) -> str:
    """A grant, for whoever is known well enough already."""
    return signing.dumps([request.id.hex, int(engine.now().timestamp())], salt=_SALT)


def holds(request: SubjectRequest, given: str) -> bool:
    """Whether a grant is for this request, and not older than half an hour."""
    try:
        whose, at = signing.loads(given, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return False
    age = engine.now().timestamp() - at
    return bool(whose == request.id.hex and 0 <= age <= OPEN.total_seconds())
