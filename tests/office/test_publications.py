"""Published versions: kept as they are, told to the evidence, never changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from tests.office.kit import Office

from waarborg.errors import PolicyError
from waarborg.notice.words import NoticeError
from waarborg.office.publications import versions


def change(office: Office, old: str, new: str) -> None:
    """Another text in the policy's file, with another time stamp: files are read again when it moves."""
    path = Path(office.tenant.folder) / "policy.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    import os

    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 1_000_000))


def later(office: Office) -> None:
    change(office, "version: 2026-12-01", "version: 2027-02-01")
    change(office, "for: 6 months", "for: 3 months")


def test_a_version_is_published_once_and_told(office: Office) -> None:
    first = versions.publish(office.tenant)
    assert versions.publish(office.tenant).pk == first.pk
    assert office.kinds().count("policy.published") == 1
    later(office)
    second = versions.publish(office.tenant)
    assert second.version == date(2027, 2, 1)
    assert office.kinds().count("policy.published") == 2
    assert [one.version for one in versions.versions(office.tenant)] == [date(2027, 2, 1), date(2026, 12, 1)]


def test_the_one_in_force_is_that_of_today(office: Office) -> None:
    assert versions.current(office.tenant, date(2026, 11, 30)) is None
    versions.publish(office.tenant)
    later(office)
    versions.publish(office.tenant)
    found = {
        day: versions.current(office.tenant, day) for day in (date(2026, 11, 30), date(2027, 1, 31), date(2027, 2, 1))
    }
    assert [one.version.isoformat() for one in found.values() if one] == ["2026-12-01", "2026-12-01", "2027-02-01"]


def test_what_was_published_never_changes(office: Office) -> None:
    versions.publish(office.tenant)
    assert not versions.differs(office.tenant)
    change(office, "for: 6 months", "for: 9 months")
    assert versions.differs(office.tenant)
    with pytest.raises(PolicyError) as wrong:
        versions.publish(office.tenant)
    assert wrong.value.findings[0].id == "WB960"
    current = versions.current(office.tenant, date(2026, 12, 1))
    assert current is not None
    assert "for: 6 months" in current.text


def test_a_notice_with_a_gap_is_not_published(office: Office) -> None:
    change(office, "  address: Lijnbaan 12, 3512 LT Utrecht\n", '  address: ""\n')
    with pytest.raises((NoticeError, PolicyError)):
        versions.publish(office.tenant)
    assert versions.versions(office.tenant) == []
    assert "policy.published" not in office.kinds()


def test_versions_have_permanent_addresses_and_a_readable_difference(office: Office, client: Client) -> None:
    def get(path: str) -> str:
        answer = client.get(f"/taakveld/nl/notice{path}", headers={"host": "localhost"})
        assert answer.status_code == 200, path
        return answer.content.decode().lower()

    versions.publish(office.tenant)
    before = get("/2026-12-01")
    later(office)
    versions.publish(office.tenant)
    assert "zes maanden" in get("/2026-12-01")
    assert get("/2026-12-01").count("<h2>") == before.count("<h2>")
    assert "nog niet ingegaan" in get("/2027-02-01")
    said = get("/2026-12-01/2027-02-01")
    assert "<del>" in said
    assert "zes maanden" in said
    assert "drie maanden" in said
    assert "/notice/2026-12-01/2027-02-01" in get("/versions")
    for path in ("/2026-12-02", "/2027-02-30", "/2027-02-01/2026-12-01"):
        assert client.get(f"/taakveld/nl/notice{path}", headers={"host": "localhost"}).status_code == 404, path
