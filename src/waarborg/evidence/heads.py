"""Signed heads: a signature over how long the log is and what its tree's root is.

    key = SigningKey.generate()                  # Ed25519; the private half never appears in repr
    head = Head.sign(key, log=…, number=0, size=1, root=…, at=…, previous=…)
    head.line()                                  # canonical JSON: what people keep as "a head seen before"
    Head.parse(line)                             # raises EvidenceError WB505
    head.signature_holds()                       # by the public key that it names; trusting that key is another matter

Heads are numbered and each holds the digest of the one before it, so none can be left out of a bundle. Keys are
replaced by an entry that the old and the new key both signed (`sign_rotation`), or by the new one alone (`sign_loss`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from waarborg.canonical import canonical
from waarborg.evidence.entry import FORMAT, canonical_object, is_instant, unreadable

NO_HEAD = "0" * 64
"""What the first head holds as `previous`."""

_HEAD = b"waarborg evidence head 1\n"
_ROTATION = b"waarborg evidence key rotation 1\n"
_LOSS = b"waarborg evidence key loss 1\n"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 key that signs heads and receipts."""

    private: bytes = field(repr=False)
    public: str

    @classmethod
    def generate(cls) -> SigningKey:
        """A new key from the operating system's randomness."""
        return cls.from_bytes(Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def from_bytes(cls, private: bytes) -> SigningKey:
        """The key with these 32 private bytes."""
        public = Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
        return cls(private, public.hex())

    def sign(self, message: bytes) -> str:
        """A signature as 128 hexadecimal digits."""
        return Ed25519PrivateKey.from_private_bytes(self.private).sign(message).hex()


def holds(public: str, signature: str, message: bytes) -> bool:
    """Whether this is that key's signature over the message; malformed keys and signatures simply do not hold."""
    try:
        raw, mark = bytes.fromhex(public), bytes.fromhex(signature)
        if raw.hex() != public or mark.hex() != signature:
            return False
        Ed25519PublicKey.from_public_bytes(raw).verify(mark, message)
    except (ValueError, InvalidSignature):
        return False
    return True


def key_id(public: str) -> str:
    """A short name for a public key, as receipts give it: the first 16 digits of its digest."""
    return hashlib.sha256(b"waarborg evidence key\n" + public.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Head:
    """A signed statement: at this instant log `log` had `size` entries and this root (hexadecimal)."""

    log: str
    number: int
    size: int
    root: str
    at: str
    previous: str = field(repr=False)
    key: str = field(repr=False)
    signature: str = field(repr=False, default="")

    @classmethod
    def sign(cls, key: SigningKey, *, log: str, number: int, size: int, root: str, at: str, previous: str) -> Head:
        """A head signed by `key`."""
        bare = cls(log, number, size, root, at, previous, key.public)
        return replace(bare, signature=key.sign(bare._message()))

    def _values(self) -> dict[str, Any]:
        names = ("log", "number", "size", "root", "at", "previous", "key")
        return {"format": FORMAT} | {name: getattr(self, name) for name in names}

    def _message(self) -> bytes:
        return _HEAD + canonical(self._values())

    def line(self) -> bytes:
        """The head as canonical JSON on one line, without the line's end."""
        return canonical({"head": self._values() | {"signature": self.signature}})

    def digest(self) -> str:
        """What the next head holds as `previous`."""
        return hashlib.sha256(self.line()).hexdigest()

    def signature_holds(self) -> bool:
        """Whether the key that the head names made its signature."""
        return holds(self.key, self.signature, self._message())

    @classmethod
    def parse(cls, line: bytes) -> Head:
        """Read a head from its line. Raises `EvidenceError` WB505 for anything else."""
        outer = canonical_object(line)
        values = outer.get("head")
        names = {"format", "log", "number", "size", "root", "at", "previous", "key", "signature"}
        if len(outer) != 1 or not isinstance(values, dict) or values.keys() != names or values.pop("format") != FORMAT:
            raise unreadable()
        numbers = (values["number"], values["size"])
        texts = [value for name, value in values.items() if name not in ("number", "size")]
        if not all(type(n) is int and n >= 0 for n in numbers) or not all(isinstance(text, str) for text in texts):
            raise unreadable()
        if not is_instant(values["at"]):
            raise unreadable()
        return cls(**values)


def sign_rotation(log: str, seq: int, old: SigningKey, new: SigningKey) -> dict[str, str]:
    """The data of a `key.rotated` entry at `seq`: each key signs for the other."""
    message = _ROTATION + canonical([log, seq, old.public, new.public])
    return {"old": old.public, "new": new.public, "by_old": old.sign(message), "by_new": new.sign(message)}


def rotation_holds(log: str, seq: int, data: dict[str, Any]) -> bool:
    """Whether both keys signed this rotation, for this log and this place in it."""
    message = _ROTATION + canonical([log, seq, data["old"], data["new"]])
    return holds(data["old"], data["by_old"], message) and holds(data["new"], data["by_new"], message)


def sign_loss(log: str, seq: int, old: str, new: SigningKey) -> dict[str, str]:
    """The data of a `key.lost` entry at `seq`: only the new key can sign."""
    return {"old": old, "new": new.public, "by_new": new.sign(_LOSS + canonical([log, seq, old, new.public]))}


def loss_holds(log: str, seq: int, data: dict[str, Any]) -> bool:
    """Whether the new key signed its own introduction."""
    return holds(data["new"], data["by_new"], _LOSS + canonical([log, seq, data["old"], data["new"]]))


class KeyChain:
    """The keys a log was signed with, in order, and which of them a set of trusted keys vouches for.

    A rotation links two keys both ways (each signed for the other); a loss links nothing: the new key has to be
    trusted for itself.
    """

    __slots__ = ("_segments",)

    def __init__(self) -> None:
        self._segments: list[list[str]] = []

    @property
    def current(self) -> str | None:
        """The key that signs at this point of the log."""
        return self._segments[-1][-1] if self._segments else None

    def begin(self, key: str) -> None:
        """A key that no earlier key vouches for: the first, or one after a loss."""
        self._segments.append([key])

    def rotate(self, key: str) -> None:
        """A key that the current one vouches for."""
        self._segments[-1].append(key)

    def untrusted(self, trusted: Iterable[str]) -> list[str]:
        """The keys that no trusted key vouches for."""
        known = frozenset(trusted)
        return [key for segment in self._segments if known.isdisjoint(segment) for key in segment]
