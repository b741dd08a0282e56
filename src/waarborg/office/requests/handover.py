"""The signed hand-over: the company's own application says who is signed in, and the person types nothing.

    token = signed({"identifiers": {"email": …}, …}, secret, audience="taakveld")     # there (see the client)
    handed = accept(tenant, token)          # here: once, within minutes; `IdentityError` WB920 otherwise
    handed = recall(tenant, handed.id)      # the session holds an id; who it is lies sealed

A token is a JWS: HS256 under the tenant's shared secret, or Ed25519 under the application's own key. Claims: `aud` the
tenant, `iat`, `exp` (at most ten minutes later), `jti`, `identifiers` (kinds of the data map), and may have `lang`,
`name`, and `amr` (how the person signed in, RFC 8176: a second factor there counts as one here).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OctKey, OKPKey

from waarborg.canonical import keyed_digest
from waarborg.office import engine
from waarborg.office.people.models import Tenant
from waarborg.office.requests import links
from waarborg.office.requests.identity import RUNGS, STRONG
from waarborg.office.requests.models import UsedToken

LONGEST = timedelta(minutes=10)
SKEW = timedelta(minutes=1)
STAYS = timedelta(hours=1)
"""How long a person stays known here after a hand-over."""
LARGEST = 4_000
"""Characters of a token."""


@dataclass(frozen=True, slots=True)
class Handed:
    """Who was handed over."""

    id: str
    identifiers: Mapping[str, str] = field(repr=False)
    language: str = ""
    name: str = field(default="", repr=False)
    height: int = RUNGS["session"].height


def secret_of(tenant: Tenant) -> bytes:
    """The shared secret that the company's application signs with."""
    with engine.door(tenant).begin() as state:
        return state.vault.secret("handover", at=engine.now())


def signed(claims: Mapping[str, Any], secret: bytes) -> str:
    """A token under a shared secret, as the client makes it."""
    return jws.serialize_compact({"alg": "HS256"}, json.dumps(claims), OctKey.import_key(secret), algorithms=["HS256"])


def claims_for(tenant: Tenant, identifiers: Mapping[str, str], now: datetime, **more: object) -> dict[str, object]:
    """The claims of a hand-over that begins now."""
    times = {"iat": int(now.timestamp()), "exp": int((now + LONGEST).timestamp())}
    return {"aud": tenant.slug, **times, "jti": uuid4().hex, "identifiers": dict(identifiers), **more}


def accept(tenant: Tenant, token: str) -> Handed:
    """Take a hand-over, once. Raises `IdentityError` WB920 for whatever is wrong with it."""
    claims = _claims(tenant, token)
    now = engine.now()
    _fits(tenant, claims, now)
    identifiers = {str(kind): str(value) for kind, value in claims["identifiers"].items() if str(value).strip()}
    amr = claims.get("amr")
    strong = isinstance(amr, list) and bool(STRONG & {str(one) for one in amr})
    language, name = str(claims.get("lang") or "")[:2], str(claims.get("name") or "")[:200]
    height = RUNGS["second_factor" if strong else "session"].height
    with transaction.atomic(), engine.door(tenant).begin() as state:
        used = keyed_digest(state.vault.secret("links", at=now), ["jti", str(claims["jti"])])
        row, made = UsedToken.objects.get_or_create(tenant=tenant, hash=used, defaults={"expires_at": now + STAYS})
        if not made:
            raise links.invalid()
        body = {"identifiers": identifiers, "language": language, "name": name, "height": height}
        key = f"handed:{used[:40]}"
        state.vault.seal(key, json.dumps(body).encode(), key=key, kind="handed", at=now)
    return Handed(row.hash[:40], identifiers, language, name, height)


def recall(tenant: Tenant, id: str) -> Handed | None:
    """Who was handed over in this session; None once the hour is over."""
    row = UsedToken.objects.filter(tenant=tenant, hash__startswith=id).first() if len(id) == 40 else None
    if row is None or row.expires_at <= engine.now():
        return None
    with engine.door(tenant).read() as state:
        if not state.vault.has(f"handed:{id}"):
            return None
        body = json.loads(state.vault.open(f"handed:{id}"))
    return Handed(id, body["identifiers"], body["language"], body["name"], body["height"])


def forget(tenant: Tenant, now: datetime) -> int:
    """Destroy who was handed over and whose hour is over; returns how many."""
    old = UsedToken.objects.filter(tenant=tenant, expires_at__lte=now - LONGEST)
    with transaction.atomic(), engine.door(tenant).begin() as state:
        for row in old:
            state.vault.destroy(f"handed:{row.hash[:40]}")
        return old.delete()[0]


def _claims(tenant: Tenant, token: str) -> dict[str, Any]:
    """The claims of a token whose signature holds."""
    key: OctKey | OKPKey
    if tenant.handover_key:
        from base64 import urlsafe_b64encode

        raw = urlsafe_b64encode(bytes.fromhex(tenant.handover_key)).rstrip(b"=").decode()
        key, allowed = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": raw}), ["Ed25519", "EdDSA"]
    else:
        key, allowed = OctKey.import_key(secret_of(tenant)), ["HS256"]
    if len(token) > LARGEST:
        raise links.invalid()
    try:
        claims = json.loads(jws.deserialize_compact(token, key, algorithms=allowed).payload)
    except (JoseError, ValueError):
        raise links.invalid() from None
    if not isinstance(claims, dict):
        raise links.invalid()
    return claims


def _fits(tenant: Tenant, claims: Mapping[str, Any], now: datetime) -> None:
    """Whether the claims are for us, now, and say who."""
    begun, ends = claims.get("iat"), claims.get("exp")
    if not isinstance(begun, int) or not isinstance(ends, int):
        raise links.invalid()
    identifiers = claims.get("identifiers")
    if claims.get("aud") != tenant.slug or not isinstance(identifiers, dict) or not identifiers:
        raise links.invalid()
    at = now.timestamp()
    fresh = begun - SKEW.total_seconds() <= at < ends and 0 < ends - begun <= LONGEST.total_seconds()
    if not fresh or not 8 <= len(str(claims.get("jti", ""))) <= 100:
        raise links.invalid()
