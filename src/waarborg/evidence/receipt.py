"""Receipts: what one person gets, can check offline, and can use to prove that entries of the log are about them.

    token = issue(log, key=signing, at=…, request=…, reference="jan@…", person_key=…, entries=[…], head=head)
    receipt = check(token, keys=[public])             # raises EvidenceError WB507 with everything that is wrong
    receipt.entries · receipt.head · receipt.subject
    extends(receipt, head, proof)                     # a later head still contains what the receipt saw

A receipt is a JWS (RFC 7515) signed with Ed25519 (RFC 9864). It holds the entries of a request with their inclusion
proofs, the signed head these lead to, and the key behind the person's hash: with it, and with nothing else, the hash in
the entries can be made again from the reference (the identifier the person knows). Whoever lacks the receipt cannot
link the entries to anybody; once the tombstone is gone, neither can the controller.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from waarborg.canonical import canonical
from waarborg.errors import EvidenceError, Finding, Place
from waarborg.evidence.entry import FORMAT, Entry, instant_text, subject_hash
from waarborg.evidence.heads import Head, SigningKey, key_id
from waarborg.evidence.log import Log
from waarborg.evidence.merkle import consistency_holds, inclusion_holds, leaf_hash

TYPE = "waarborg-receipt+jws"
ALGORITHM = "Ed25519"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt whose every proof holds. `reference` and the entries are the person's own: repr hides them."""

    log: str
    request: str
    issued: str
    subject: str
    reference: str = field(repr=False)
    head: Head
    entries: tuple[Entry, ...] = field(repr=False)


def issue(
    log: Log,
    *,
    key: SigningKey,
    at: datetime,
    request: str,
    reference: str,
    person_key: bytes,
    entries: Sequence[int],
    head: Head,
) -> str:
    """A receipt for these entries of the log, proven against a signed head.

    Entries about somebody else are refused (WB507), so that nobody gets a proof of another person's request.
    """
    subject = subject_hash(person_key, reference)
    proven = []
    for seq in entries:
        body = log.body(seq)
        if Entry.parse(body).subject != subject:
            raise EvidenceError([_flaw("entries", "One of these entries is not about this person.")])
        proof = [step.hex() for step in log.inclusion(seq, head.size)]
        proven.append({"entry": body.decode(), "proof": proof})
    payload = {
        "entries": proven,
        "format": FORMAT,
        "head": head.line().decode(),
        "issued": instant_text(at),
        "log": head.log,
        "person": {"key": person_key.hex(), "reference": reference},
        "request": request,
    }
    protected = {"alg": ALGORITHM, "kid": key_id(key.public), "typ": TYPE}
    token = jws.serialize_compact(protected, canonical(payload), _jwk(key.public, key.private), algorithms=[ALGORITHM])
    check(token, keys={key.public, head.key})  # what would not hold is not handed out
    return token


def check(token: str, *, keys: Collection[str]) -> Receipt:
    """Check a receipt with nothing but public keys. Raises `EvidenceError` WB507 naming everything that is wrong."""
    payload = _payload(token, keys)
    try:
        head = Head.parse(payload["head"].encode())
        proven = [
            (item["entry"].encode(), [bytes.fromhex(step) for step in item["proof"]]) for item in payload["entries"]
        ]
        entries = tuple(Entry.parse(body) for body, _ in proven)
        subject = subject_hash(bytes.fromhex(payload["person"]["key"]), payload["person"]["reference"])
        receipt = Receipt(
            payload["log"],
            payload["request"],
            payload["issued"],
            subject,
            payload["person"]["reference"],
            head,
            entries,
        )
    except (EvidenceError, KeyError, TypeError, ValueError, AttributeError):
        raise EvidenceError([_flaw("payload", "The receipt is not of a format this version knows.")]) from None
    faults = []
    if head.key not in keys or not head.signature_holds() or head.log != receipt.log:
        faults.append(_flaw("head", "The head in the receipt is not signed by a trusted key for this log."))
    for entry, (body, proof) in zip(entries, proven, strict=True):
        if not inclusion_holds(leaf_hash(body), entry.seq, head.size, proof, bytes.fromhex(head.root)):
            faults.append(_flaw(f"entry {entry.seq}", "This entry is not in the log that the head signed for."))
        if entry.subject != subject:
            faults.append(_flaw(f"entry {entry.seq}", "This entry is not about the person of the receipt."))
    if faults:
        raise EvidenceError(faults)
    return receipt


def extends(receipt: Receipt, head: Head, proof: Sequence[bytes], *, keys: Collection[str]) -> bool:
    """Whether a later head, signed by a trusted key, still contains everything that the receipt's head did."""
    return (
        head.key in keys
        and head.signature_holds()
        and head.log == receipt.log
        and consistency_holds(
            receipt.head.size, head.size, bytes.fromhex(receipt.head.root), bytes.fromhex(head.root), proof
        )
    )


def _payload(token: str, keys: Collection[str]) -> dict[str, Any]:
    trusted = {key_id(public): public for public in keys}
    try:
        protected = jws.extract_compact(token.encode()).headers()
        public = trusted.get(str(protected.get("kid")))
        if public is None or protected.get("typ") != TYPE:
            raise EvidenceError([_flaw("signature", "The receipt is not signed by a key that is trusted here.")])
        signed = jws.deserialize_compact(token.encode(), _jwk(public), algorithms=[ALGORITHM])
        payload = json.loads(signed.payload)
    except (JoseError, ValueError, RecursionError):
        raise EvidenceError([_flaw("signature", "The signature under the receipt does not hold.")]) from None
    if not isinstance(payload, dict) or payload.get("format") != FORMAT:
        raise EvidenceError([_flaw("payload", "The receipt is not of a format this version knows.")])
    return payload


def _jwk(public: str, private: bytes | None = None) -> OKPKey:
    values: dict[str, str | list[str]] = {"kty": "OKP", "crv": "Ed25519", "x": _base64(bytes.fromhex(public))}
    if private is not None:
        values["d"] = _base64(private)
    return OKPKey.import_key(values)


def _base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _flaw(where: str, says: str) -> Finding:
    return Finding("WB507", Place(path=f"receipt {where}"), says, "", "Ask the controller for the receipt again.")
