"""What a person lets us do, use by use: what they can stop with one word, and what stands.

    found = choices(tenant, person)               # every use that can be stopped, with the exact text and what stands
    stop(tenant, person, "newsletter")            # withdrawn or objected to: it holds when this returns (Art. 7(3), 21)
    allow(tenant, person, "newsletter")           # the person wants it again
    token = link(tenant, {"email": …})            # a page of choices without login, from a mail of the company
    person = opened_link(tenant, token)           # `IdentityError` WB920 for whatever is wrong with it

Effect and evidence commit together, in the register that everybody asks before data is used (`Rights.may_use`). A link
names the person without showing who it is: AES-256-GCM under a secret of the tenant. It only stops; to allow something
again asks for a session, so that a link that was forwarded gives nothing away.
"""

from __future__ import annotations

import binascii
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from waarborg.errors import PlanError
from waarborg.office import engine
from waarborg.office.people.models import Tenant
from waarborg.office.requests import links
from waarborg.plans.known import given
from waarborg.plans.rights import OBJECTABLE, Rights
from waarborg.policy.model import Policy, Purpose
from waarborg.state.limits import Limit
from waarborg.terms import LegalBasis, Right, SubjectRef

LASTS = timedelta(days=365)
"""How long a link to the choices works: as long as somebody may keep a mail."""
LARGEST = 2_000


@dataclass(frozen=True, slots=True)
class Choice:
    """A use of data that the person can stop."""

    purpose: Purpose
    right: Right
    """WITHDRAWAL of consent, or OBJECTION."""
    limit: Limit | None = None
    """What stands; None while nothing was stopped."""

    @property
    def stopped(self) -> bool:
        """Whether it is stopped now, for good or while it is weighed."""
        return self.limit is not None and self.limit.forbids(self.purpose.id)

    @property
    def since(self) -> datetime | None:
        """Since when it is stopped."""
        return datetime.fromisoformat(self.limit.since) if self.limit and self.stopped else None


def right_of(purpose: Purpose) -> Right | None:
    """How a use is stopped: by withdrawing consent, by objecting, or not at all."""
    if purpose.basis is LegalBasis.CONSENT:
        return Right.WITHDRAWAL
    return Right.OBJECTION if purpose.promotional or purpose.basis in OBJECTABLE else None


def offered(policy: Policy) -> list[tuple[Purpose, Right]]:
    """Every use that can be stopped, consent first."""
    found = [(one, right) for one in policy.purposes.values() if (right := right_of(one)) is not None]
    return sorted(found, key=lambda one: one[1] is not Right.WITHDRAWAL)


def choices(tenant: Tenant, person: SubjectRef) -> list[Choice]:
    """Every use that can be stopped, and what stands about this person. Asks no store."""
    policy = engine.policy_of(tenant)
    with engine.door(tenant).begin() as state:
        standing = state.limits.of(given(person), at=engine.now())
    return [Choice(purpose, right, _latest(standing, purpose.id, right)) for purpose, right in offered(policy)]


def _latest(standing: list[Limit], purpose: str, right: Right) -> Limit | None:
    return next((one for one in reversed(standing) if one.purpose == purpose and one.kind is right), None)


def stop(tenant: Tenant, person: SubjectRef, purpose: str) -> Limit:
    """Stop a use of this person's data now. To ask twice changes nothing. Raises `PlanError` WB460 to WB462."""
    with engine.opened(tenant) as opened:
        desk = _desk(opened)
        one = opened.policy.purposes.get(purpose)
        if one is not None and right_of(one) is Right.WITHDRAWAL:
            return desk.withdraw(person, purpose)
        return desk.object(person, purpose)


def allow(tenant: Tenant, person: SubjectRef, purpose: str) -> None:
    """The person wants it again: their withdrawal ends, or they take the objection back."""
    found = next((one for one in choices(tenant, person) if one.purpose.id == purpose), None)
    if found is None or found.limit is None or not found.stopped:
        return
    with engine.opened(tenant) as opened:
        desk = _desk(opened)
        if found.right is Right.WITHDRAWAL:
            desk.consent(person, purpose)
        else:
            desk.take_back(found.limit.id)


def may_use(tenant: Tenant, person: SubjectRef, purpose: str) -> bool:
    """Whether this use stands, as the company's own systems ask it."""
    with engine.opened(tenant) as opened:
        return bool(_desk(opened).may_use(person, purpose))


def _desk(opened: engine.Engine) -> Rights:
    return Rights(opened.work.planner, opened.door, engine.clock())


# ------------------------------------------------------------------------------------------------ the link


def link(tenant: Tenant, identifiers: Mapping[str, str], lasts: timedelta = LASTS) -> str:
    """The token of a page of choices for one person."""
    ends = int((engine.now() + lasts).timestamp())
    nonce, body = secrets.token_bytes(12), json.dumps([dict(identifiers), ends], separators=(",", ":")).encode()
    sealed = _cipher(tenant).encrypt(nonce, body, _bound(tenant))
    return urlsafe_b64encode(nonce + sealed).rstrip(b"=").decode()


def opened_link(tenant: Tenant, token: str) -> SubjectRef:
    """Who a token is for. Raises `IdentityError` WB920."""
    if len(token) > LARGEST or not token.isascii():
        raise links.invalid()
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        identifiers, ends = json.loads(_cipher(tenant).decrypt(raw[:12], raw[12:], _bound(tenant)))
    except (binascii.Error, InvalidTag, ValueError):
        raise links.invalid() from None
    if engine.now().timestamp() >= ends:
        raise links.invalid()
    return SubjectRef(identifiers)


def _cipher(tenant: Tenant) -> AESGCM:
    with transaction.atomic(), engine.door(tenant).begin() as state:
        return AESGCM(state.vault.secret("choices", at=engine.now()))


def _bound(tenant: Tenant) -> bytes:
    return f"waarborg choices 1 {tenant.slug}".encode()


def unknown(error: PlanError) -> bool:
    """Whether a person cannot be told from others: then somebody of the staff looks."""
    return any(one.id in ("WB411", "WB417", "WB428") for one in error.findings)
