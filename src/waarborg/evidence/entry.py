"""One evidence entry: its canonical bytes, and back.

    entry = Entry(seq=0, at="2026-12-01T09:30:00.000000Z", kind="log.opened", subject=None, data={…}, previous="…")
    entry.body()                     # canonical JSON, format 1; what is hashed, chained and signed
    Entry.parse(body)                # raises EvidenceError WB505; refuses anything that is not the canonical form

An entry holds the leaf hash of the entry before it (`previous`; the first one holds a hash of the log's id), so the
entries are a chain, and the same leaf hash stands in the Merkle tree that the heads sign. `clock` is there only when
the machine's clock stood before the time of the last entry: `at` never goes back, the clock's claim is kept beside it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NoReturn

from waarborg.canonical import keyed_digest
from waarborg.errors import EvidenceError

FORMAT = 1
_NEEDED = frozenset(("at", "data", "format", "kind", "previous", "seq", "subject"))


def _refuse(text: str) -> NoReturn:
    raise ValueError("no fractions in canonical bytes: two machines may print them differently")


_load = json.JSONDecoder(parse_float=_refuse, parse_constant=_refuse).decode
_dump = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Entry:
    """What did happen, without saying to whom: `subject` is a keyed hash or None."""

    seq: int
    at: str
    kind: str
    subject: str | None
    data: Mapping[str, Any]
    previous: str = field(repr=False)
    clock: str | None = None

    def body(self) -> bytes:
        """The canonical bytes. `data` must consist of JSON types (see `waarborg.canonical.plain`)."""
        values: dict[str, Any] = {
            "at": self.at,
            "data": dict(self.data),
            "format": FORMAT,
            "kind": self.kind,
            "previous": self.previous,
            "seq": self.seq,
            "subject": self.subject,
        }
        if self.clock is not None:
            values["clock"] = self.clock
        return _dump(values).encode()

    @classmethod
    def parse(cls, body: bytes) -> Entry:
        """Read canonical bytes. Raises `EvidenceError` WB505 for any other bytes, even of the same meaning."""
        values = canonical_object(body)
        keys = values.keys()
        if (keys != _NEEDED and keys - {"clock"} != _NEEDED) or values["format"] != FORMAT:
            raise unreadable()
        seq, at, data, clock = values["seq"], values["at"], values["data"], values.get("clock")
        if type(seq) is not int or not isinstance(data, dict):
            raise unreadable()
        if not is_instant(at) or ("clock" in values and not is_instant(clock)):
            raise unreadable()
        if not isinstance(values["kind"], str) or not isinstance(values["previous"], str):
            raise unreadable()
        return cls(seq, at, values["kind"], values["subject"], data, values["previous"], clock)


def canonical_object(body: bytes) -> dict[str, Any]:
    """The JSON object whose canonical bytes these are, or `EvidenceError` WB505."""
    try:
        values = _load(body.decode())
        if isinstance(values, dict) and _dump(values).encode() == body:
            return values
    except (ValueError, RecursionError):
        pass
    raise unreadable()


def unreadable() -> EvidenceError:
    """The error for bytes that are not an entry, a head or a bundle of a format this version knows."""
    return EvidenceError.one(
        "WB505",
        "These bytes are not canonical evidence of a known format.",
        "One value has one sequence of bytes, so that it has one digest.",
        "Take the bundle again from where it was made, or use a version of waarborg that knows its format.",
    )


def genesis(log: str) -> str:
    """What the first entry of a log holds as `previous`: an entry cannot be moved to another log."""
    return hashlib.sha256(b"waarborg evidence log 1\n" + log.encode()).hexdigest()


def subject_hash(person_key: bytes, reference: str) -> str:
    """How entries name a person: a keyed hash (HMAC-SHA-256). `person_key` is 32 random bytes of that person alone."""
    if len(person_key) != 32:
        raise ValueError("a person's key is 32 bytes")
    return keyed_digest(person_key, ["waarborg subject 1", reference])


def instant_text(at: datetime) -> str:
    """An aware instant as fixed-length UTC text that sorts as time does. Raises `EvidenceError` WB503 if naive."""
    if at.tzinfo is None:
        raise EvidenceError.one(
            "WB503",
            "An instant without a zone was handed in.",
            "Evidence tells when, and a naive clock reading does not.",
            "Hand in an instant from a waarborg.clock.Clock.",
        )
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def is_instant(text: object) -> bool:
    """Whether this is the text of an instant that exists, as `instant_text` writes it."""
    if not isinstance(text, str) or len(text) != 27 or text[26] != "Z" or text[10] != "T":
        return False
    try:
        return datetime.fromisoformat(text[:26]).isoformat(timespec="microseconds") == text[:26]
    except ValueError:
        return False
