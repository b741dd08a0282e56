"""The end of a file: after its term nothing of the person is left in our own state, nor in the database's log."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.office.kit import Office

from waarborg.office import engine
from waarborg.office.requests import ending, identity, links, packages
from waarborg.office.requests.life import State

CANARY = "Kanariegeel Vogelhuisje"


def _sealed(office: Office) -> int:
    with engine.door(office.tenant).read() as state:
        return len(state.vault.records(kind="office"))


def test_after_its_term_the_file_is_destroyed(office: Office) -> None:
    request = office.ask("portability", office.email(5), text=CANARY)
    assert request.state == State.ANSWERED
    package = request.packages.get()
    path = engine.hidden(office.tenant) / "packages" / package.file
    assert path.exists()
    assert any(CANARY in str(letter.fields) for letter in _all(office, request))
    office.clock.advance(days=8)
    ending.tidy(office.tenant)
    package.refresh_from_db()
    assert (path.exists(), package.destroyed_at is not None) == (False, True)
    assert request.messages.exists()
    assert _all(office, request)
    office.clock.advance(days=200)
    ending.tidy(office.tenant)
    request.refresh_from_db()
    assert request.destroyed_at is not None
    assert (request.contact_hash, _all(office, request), _sealed(office)) == ("", [], 0)
    assert "request.closed" in office.kinds()
    ending.destroy(request)  # and once more changes nothing
    assert request.number == "2026-00001"


def _all(office: Office, request: Any) -> list[Any]:
    from waarborg.office.requests import messages

    return [letter for row in request.messages.all() if (letter := messages.read(row)) is not None]


def test_a_request_that_was_never_confirmed_goes_after_a_month(office: Office) -> None:
    from waarborg.office.people.roles import SYSTEM
    from waarborg.office.requests import moves

    received = office.receive("access", office.email(5), text=CANARY)
    office.drain()
    assert received.request is not None
    received.request.refresh_from_db()
    moves.move(received.request, "withdraw", by=SYSTEM)
    assert _sealed(office) > 0
    office.clock.advance(days=32)
    ending.tidy(office.tenant)
    assert _sealed(office) == 0


def test_what_was_destroyed_is_in_no_file(tmp_path: Path) -> None:
    """On a real file: the wrapped key is in neither the database nor its write-ahead log after `scrub`."""
    from waarborg.office.requests.papers import scrub

    file = tmp_path / "office.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as raw:
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("PRAGMA secure_delete=ON")
        raw.execute("CREATE TABLE t (x BLOB)")
        raw.execute("INSERT INTO t VALUES (?)", [CANARY.encode()])
        raw.execute("DELETE FROM t")
        assert CANARY.encode() in (tmp_path / "office.db-wal").read_bytes()  # seen first
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("waarborg.office.requests.papers.connection", _Like(raw))
            scrub()
        assert CANARY.encode() not in file.read_bytes() + (tmp_path / "office.db-wal").read_bytes()


class _Like:
    """Django's connection, as far as `scrub` uses it."""

    vendor, in_atomic_block = "sqlite", False

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.cursor = lambda: closing(raw.cursor())


def test_a_package_that_was_changed_or_cut_does_not_open(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "CHUNK", 4096)
    request = office.ask("portability", office.email(5))
    package = request.packages.get()
    path = engine.hidden(office.tenant) / "packages" / package.file
    whole = path.read_bytes()
    size = 4096 + 28
    assert len(whole) > size
    assert b"PK" in b"".join(packages.fetch(package))[:2]
    for broken in (
        whole[:size],  # cut at a chunk
        whole[:-1],
        whole[size:] + whole[:size],  # another order
        whole[:20] + bytes([whole[20] ^ 1]) + whole[21:],
        whole + whole[:size],
    ):
        path.write_bytes(broken)
        with pytest.raises(Exception, match="WB929"):
            list(packages.fetch(package))
    path.write_bytes(whole)
    assert b"".join(packages.fetch(package))[:2] == b"PK"
    assert office.email(5).encode() not in whole


def test_a_download_is_counted_expires_and_can_be_revoked(office: Office) -> None:
    request = office.ask("portability", office.email(5))
    package = request.packages.get()
    token = office.token(request, "answer")
    for _ in range(2):
        list(packages.fetch(package))
    package.refresh_from_db()
    assert package.downloads == 2
    assert links.find(office.tenant, token, "download").request == request
    links.revoke(request, "download")
    with pytest.raises(Exception, match="WB920"):
        links.find(office.tenant, token, "download")
    office.clock.advance(days=7)
    with pytest.raises(Exception, match="WB920"):
        packages.fetch(package)


def test_a_fresh_code_works_once_for_a_while_and_for_a_few_tries(office: Office) -> None:
    request = office.ask("portability", office.email(5))
    identity.send_code(request)
    code = office.letters(request, "code")[-1].fields["code"]
    identity.check_code(request, code)
    with pytest.raises(Exception, match="WB920"):
        identity.check_code(request, code)
    identity.send_code(request)
    code = office.letters(request, "code")[-1].fields["code"]
    office.clock.advance(minutes=31)
    with pytest.raises(Exception, match="WB920"):
        identity.check_code(request, code)
    identity.send_code(request)
    code = office.letters(request, "code")[-1].fields["code"]
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    for _ in range(identity.TRIES - 1):
        with pytest.raises(Exception, match="WB920"):
            identity.check_code(request, wrong)
    with pytest.raises(Exception, match="WB921"):
        identity.check_code(request, wrong)
    with pytest.raises(Exception, match="WB920"):
        identity.check_code(request, code)
