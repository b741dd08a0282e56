"""The vault: personal data that must last a while, sealed, and gone for good when its key is destroyed.

    vault = Vault(sql, master)
    vault.seal("plan:<id>", body, key="request:<id>", kind="plan", at=instant)     # one data key per `key`
    vault.open("plan:<id>") -> bytes
    vault.destroy("request:<id>") -> int          # the data key and its records are gone: that is the erasure
    vault.secret("replay") -> bytes               # a named secret of this installation, made on first use
    vault.signing_key(at=…) / vault.keep_signing_key(key, at=…)
    vault.rewrap(new_master) -> int               # rotation: every data key wrapped again
    vault.start_over() -> int                     # the master key is lost: what nobody can read is removed

    people = PersonKeys(vault)
    people.subject("app.member:42", at=…) -> (keyed hash for evidence, the key behind it)
    people.forget("app.member:42")                # its entries can no longer be linked to anybody

A body is sealed with AES-256-GCM under a random data key of its own or its person's; the record, its key and its kind
are authenticated with it, so a sealed body cannot be moved to another record. Record and key names are opaque:
lower-case words and ids (WB558 otherwise). Errors: WB554, WB555 (changed), WB556 (not there, or destroyed), WB557.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from waarborg.canonical import canonical, keyed_digest
from waarborg.errors import StateError
from waarborg.evidence.entry import instant_text, subject_hash
from waarborg.evidence.heads import SigningKey
from waarborg.state.master import MasterKey
from waarborg.state.sql import Sql

OWN = "waarborg:own"
"""The data key of what belongs to the installation itself: its named secrets and its signing key."""

_OPAQUE = re.compile(r"[a-z][a-z0-9._-]*(?::[a-z0-9._-]+){0,4}")


def check_opaque(name: str) -> str:
    """The name, if it is opaque; raises `StateError` WB558 otherwise, without repeating it."""
    if len(name) > 180 or _OPAQUE.fullmatch(name) is None:
        raise StateError.one(
            "WB558",
            "This name of a record is not opaque.",
            "Names in the state are not sealed, so they may not hold personal data.",
            "Use lower-case words, digits and an id, parted by colons.",
        )
    return name


class Vault:
    """Sealed records on a connection that was handed in. Never commits."""

    __slots__ = ("_master", "_sql", "destroyed")

    def __init__(self, sql: Sql, master: MasterKey) -> None:
        self._sql, self._master = sql, master
        self.destroyed = 0
        """How many wrapped data keys were removed or replaced through this object."""

    # --- records --------------------------------------------------------------------------------------------------

    def seal(self, record: str, body: bytes, *, key: str, kind: str, at: datetime) -> None:
        """Seal a body under the data key of this name, which is made if it is not there. WB557 if the record exists."""
        check_opaque(record)
        check_opaque(kind)
        if self._sql.one("SELECT 1 FROM waarborg_vault WHERE record = ?", [record]):
            raise StateError.one("WB557", "This record is in the vault already.", "Nothing is sealed over.", "")
        data_key = self._data_key(check_opaque(key)) or self._make_key(key, at)
        nonce = secrets.token_bytes(12)
        sealed = nonce + AESGCM(data_key).encrypt(nonce, body, _bound(record, key, kind))
        self._sql.run(
            "INSERT INTO waarborg_vault (record, key_id, kind, made, sealed) VALUES (?, ?, ?, ?, ?)",
            [record, key, kind, instant_text(at), sealed],
        )

    def open(self, record: str) -> bytes:
        """The body of a record."""
        row = self._sql.one("SELECT key_id, kind, sealed FROM waarborg_vault WHERE record = ?", [record])
        data_key = None if row is None else self._data_key(row[0])
        if row is None or data_key is None:
            raise StateError.one(
                "WB556",
                "The vault does not hold this record, or its key was destroyed.",
                "",
                "It cannot be brought back.",
            )
        key, kind, raw = row[0], row[1], bytes(row[2])
        try:
            return AESGCM(data_key).decrypt(raw[:12], raw[12:], _bound(record, key, kind))
        except (InvalidTag, ValueError):
            raise StateError.one(
                "WB555",
                "A sealed record was changed.",
                "What is sealed is authenticated with its name, its key and its kind.",
                "Put a backup of the state beside it and compare; treat it as a security incident.",
            ) from None

    def has(self, record: str) -> bool:
        """Whether the vault holds this record."""
        return self._sql.one("SELECT 1 FROM waarborg_vault WHERE record = ?", [record]) is not None

    def records(self, *, key: str | None = None, kind: str | None = None) -> list[str]:
        """The names of records, sorted; of one data key or one kind if asked."""
        clauses, values = [], []
        for column, value in (("key_id", key), ("kind", kind)):
            if value is not None:
                clauses.append(f"{column} = ?")
                values.append(value)
        where = f" WHERE {' AND '.join(clauses)}" if clauses else ""
        return [name for (name,) in self._sql.all(f"SELECT record FROM waarborg_vault{where} ORDER BY record", values)]

    def drop(self, record: str) -> None:
        """Remove one record; its key and the other records of that key stay."""
        self._sql.run("DELETE FROM waarborg_vault WHERE record = ?", [record])

    def destroy(self, key: str) -> int:
        """Destroy a data key and everything sealed under it; returns how many records that were."""
        if key == OWN:
            raise StateError.one(
                "WB558", "The installation's own key cannot be destroyed.", "It holds the signing key.", ""
            )
        records = self._sql.run("DELETE FROM waarborg_vault WHERE key_id = ?", [key])
        self.destroyed += self._sql.run("DELETE FROM waarborg_key WHERE id = ?", [key])
        return records

    # --- data keys ------------------------------------------------------------------------------------------------

    def _data_key(self, key: str) -> bytes | None:
        row = self._sql.one("SELECT wrapped FROM waarborg_key WHERE id = ?", [key])
        return None if row is None else self._master.unwrap(bytes(row[0]))

    def _make_key(self, key: str, at: datetime) -> bytes:
        data_key = secrets.token_bytes(32)
        self._sql.run(
            "INSERT INTO waarborg_key (id, master, wrapped, made) VALUES (?, ?, ?, ?)",
            [key, self._master.id, self._master.wrap(data_key), instant_text(at)],
        )
        return data_key

    def keys(self) -> Iterator[str]:
        """The names of all data keys, sorted."""
        return (name for (name,) in self._sql.all("SELECT id FROM waarborg_key ORDER BY id"))

    def rewrap(self, new: MasterKey) -> int:
        """Wrap every data key with a new master key; returns how many. The vault uses the new one from here.

        Sealed bodies do not change. Commit before the old master key is destroyed, and not after.
        """
        rows = self._sql.all("SELECT id, wrapped FROM waarborg_key ORDER BY id" + self._sql.for_update)
        wrapped = [(new.id, new.wrap(self._master.unwrap(bytes(old))), key) for key, old in rows]
        self._sql.many("UPDATE waarborg_key SET master = ?, wrapped = ? WHERE id = ?", wrapped)
        self._master = new
        self.destroyed += len(wrapped)
        return len(wrapped)

    def start_over(self) -> int:
        """The master key is lost: remove everything sealed, which nobody can read; returns how many records that were.

        The log is not sealed and stays; go on with `Log.replace_lost`. See docs/how/evidence.md for what this means.
        """
        records = self._sql.run("DELETE FROM waarborg_vault")
        self.destroyed += self._sql.run("DELETE FROM waarborg_key")
        return records

    # --- the installation's own secrets ---------------------------------------------------------------------------

    def secret(self, name: str, *, at: datetime) -> bytes:
        """32 random bytes that this installation keeps under a name; made on first use."""
        record = f"secret:{name}"
        if not self.has(record):
            self.seal(record, secrets.token_bytes(32), key=OWN, kind="secret", at=at)
        return self.open(record)

    def keep_signing_key(self, key: SigningKey, *, at: datetime) -> None:
        """Keep the key that signs heads and receipts, in place of an earlier one."""
        self.drop("signing-key")
        self.seal("signing-key", key.private, key=OWN, kind="signing-key", at=at)

    def signing_key(self, *, at: datetime) -> SigningKey:
        """The key that signs heads and receipts; made on first use."""
        if not self.has("signing-key"):
            self.keep_signing_key(SigningKey.generate(), at=at)
        return SigningKey.from_bytes(self.open("signing-key"))


def _bound(record: str, key: str, kind: str) -> bytes:
    return canonical(["waarborg vault 1", record, key, kind])


class PersonKeys:
    """Each person's own key, under which evidence names them. `reference` is the same text every time for a person."""

    __slots__ = ("_vault",)

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def key_name(self, reference: str, *, at: datetime) -> str:
        """The name of the person's data key: seal what belongs to that person alone under it."""
        return "person:" + keyed_digest(self._vault.secret("people", at=at), ["person", reference])[:40]

    def subject(self, reference: str, *, at: datetime) -> tuple[str, bytes]:
        """The person's keyed hash for entries, and the key behind it for their receipt; made on first use."""
        name = self.key_name(reference, at=at)
        record = f"subject:{name.removeprefix('person:')}"
        if not self._vault.has(record):
            self._vault.seal(record, secrets.token_bytes(32), key=name, kind="subject-key", at=at)
        person_key = self._vault.open(record)
        return subject_hash(person_key, reference), person_key

    def forget_key(self, name: str) -> int:
        """The same by the name of the key, for a tombstone: it knows no other name of the person."""
        return self._vault.destroy(name)

    def forget(self, reference: str, *, at: datetime) -> int:
        """Destroy the person's key and all that is sealed under it. Entries stay, and name nobody any more."""
        return self._vault.destroy(self.key_name(reference, at=at))
