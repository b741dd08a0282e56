"""Answer packages at rest: encrypted in chunks, behind a link and a fresh code, counted, destroyed after their term.

    package = keep(request, zip_path)             # the key lies in the vault, under the key of the request
    release(package, by)                          # the person may fetch it; the mail with the link goes out
    chunks = fetch(package)                       # decrypts as it streams; `IdentityError` WB920 when it is over
    destroy(package)                              # key and file

A chunk is AES-256-GCM under the package's own key; its number and whether it is the last are authenticated with it, so
that a file that was cut, reordered or mixed with another does not open. What is unencrypted on the way lies in a folder
that is emptied at the start and the end of the work, and whenever a worker starts.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction
from django.db.models import F

from waarborg.office import engine
from waarborg.office.errors import OfficeError
from waarborg.office.people.models import Tenant
from waarborg.office.requests import links
from waarborg.office.requests.models import Package, SubjectRequest
from waarborg.office.requests.papers import opened_papers

CHUNK = 256 * 1024
LASTS = timedelta(days=7)
"""How long a package can be fetched."""
_TAG, _NONCE = 16, 12


@contextmanager
def workroom(request: SubjectRequest) -> Iterator[Path]:
    """An empty folder for work in progress; gone afterwards, and what a killed worker left in it is gone before."""
    folder = rooms(request.tenant) / request.id.hex
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def rooms(tenant: Tenant) -> Path:
    """Where work in progress lies."""
    path = engine.hidden(tenant) / "work"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def sweep_rooms(tenant: Tenant, busy: frozenset[str]) -> int:
    """Take away what killed workers left: every room but those of requests that are being worked on now."""
    left = [path for path in rooms(tenant).iterdir() if path.name not in busy]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(left)


def keep(request: SubjectRequest, plain: Path, digest: str) -> Package:
    """Encrypt a finished file; returns the package, not yet released. An earlier one of the request is destroyed."""
    for old in request.packages.filter(destroyed_at=None):
        destroy(old)
    folder = engine.hidden(request.tenant) / "packages"
    folder.mkdir(mode=0o700, exist_ok=True)
    name, key = secrets.token_hex(16), secrets.token_bytes(32)
    path = folder / name
    with plain.open("rb") as source, os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        for number, (body, last) in enumerate(_pieces(source.fileno())):
            nonce = secrets.token_bytes(_NONCE)
            out.write(nonce + AESGCM(key).encrypt(nonce, body, _bound(name, number, last)))
        out.flush()
        os.fsync(out.fileno())
    now = engine.now()
    with transaction.atomic(), opened_papers(request) as papers:
        package = Package.objects.create(
            request=request,
            file=name,
            size=plain.stat().st_size,
            digest=digest,
            made_at=now,
            expires_at=now + LASTS,
        )
        papers.put_bytes(f"package:{package.pk}", key)
    return package


def _pieces(descriptor: int) -> Iterator[tuple[bytes, bool]]:
    """The file in chunks, each with whether it is the last; an empty file is one empty chunk."""
    body = os.read(descriptor, CHUNK)
    while True:
        following = os.read(descriptor, CHUNK)
        yield body, not following
        if not following:
            return
        body = following


def _bound(name: str, number: int, last: bool) -> bytes:
    return f"waarborg package 1 {name} {number} {'last' if last else 'more'}".encode()


def works(package: Package) -> bool:
    """Whether it can be fetched now."""
    return package.released_at is not None and package.destroyed_at is None and engine.now() < package.expires_at


def fetch(package: Package) -> Iterator[bytes]:
    """Count a download and stream the package. Raises `IdentityError` WB920 when it is over, WB929 when it was changed.

    Whoever calls has asked for a fresh code first (`identity.check_code`), or knows that the person is signed in.
    """
    if not works(package):
        raise links.invalid()
    chunks = opened(package)
    Package.objects.filter(pk=package.pk).update(downloads=F("downloads") + 1)
    return chunks


def opened(package: Package) -> Iterator[bytes]:
    """The package, decrypted chunk by chunk."""
    with opened_papers(package.request) as papers:
        key = papers.get_bytes(f"package:{package.pk}")
    path = engine.hidden(package.request.tenant) / "packages" / package.file
    if key is None or not path.exists():
        raise links.invalid()
    return _decrypted(path, key, package.file)


def _decrypted(path: Path, key: bytes, name: str) -> Iterator[bytes]:
    """Reads one chunk ahead, to know which is the last."""
    size = _NONCE + CHUNK + _TAG
    cipher, number = AESGCM(key), 0
    with path.open("rb") as file:
        sealed = file.read(size)
        while True:
            following = file.read(size)
            try:
                yield cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(name, number, not following))
            except (InvalidTag, ValueError):
                raise OfficeError.one(
                    "WB929",
                    "This package was changed or cut.",
                    "What is encrypted is authenticated, chunk by chunk.",
                    "Make the answer again, and treat it as a security incident.",
                ) from None
            if not following:
                return
            sealed, number = following, number + 1


def destroy(package: Package) -> None:
    """Destroy the key and the file. Safe to repeat."""
    with transaction.atomic(), opened_papers(package.request) as papers:
        papers.drop(f"package:{package.pk}")
        Package.objects.filter(pk=package.pk, destroyed_at=None).update(destroyed_at=engine.now())
    path = engine.hidden(package.request.tenant) / "packages" / package.file
    path.unlink(missing_ok=True)
    package.refresh_from_db()


def over(tenant: Tenant, now: datetime) -> int:
    """Destroy the packages whose term is over; returns how many."""
    old = Package.objects.filter(request__tenant=tenant, destroyed_at=None, expires_at__lte=now)
    count = 0
    for package in old.select_related("request", "request__tenant"):
        destroy(package)
        count += 1
    return count


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
