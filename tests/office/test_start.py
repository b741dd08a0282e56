"""The office starts: its settings are valid, its tables fit its models, its state lives in its own transaction."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from waarborg.errors import UsageError
from waarborg.office import engine
from waarborg.office.environment import read_environment
from waarborg.office.people.models import Tenant


@pytest.mark.django_db
def test_the_tables_fit_the_models() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
    call_command("check", "--fail-level", "WARNING")


@pytest.mark.django_db
def test_it_says_that_it_is_well(client: Client) -> None:
    assert client.get("/health").json() == {"ok": True}


@pytest.mark.django_db
def test_state_and_rows_commit_together_or_not_at_all(tmp_path: Path) -> None:
    tenant = Tenant.objects.create(slug="taakveld", folder=str(tmp_path))
    engine.prepare(tenant)
    door = engine.door(tenant)

    def fail_halfway() -> None:
        with transaction.atomic():
            Tenant.objects.create(slug="other", folder=str(tmp_path))
            with door.begin() as state:
                state.vault.seal("plan:1", b"canary", key="request:1", kind="plan", at=engine.now())
                assert state.vault.has("plan:1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert Tenant.objects.count() == 1
    with door.read() as state:
        assert not state.vault.has("plan:1")
        assert state.entries().tip() is not None


def test_wrong_settings_are_all_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as wrong:
        read_environment(
            {
                "WAARBORG_HOME": str(tmp_path / "nowhere"),
                "WAARBORG_ADDRESS": "http://privacy.taakveld.example",
                "WAARBORG_KEY": "env:NOT_THERE_AT_ALL",
                "WAARBORG_DATABASE_URL": "mysql://root:geheim@127.0.0.1/x",
                "WAARBORG_SMTP": "pigeon://loft",
                "WAARBORG_DKIM": "x",
            }
        )
    found = {one.id for one in wrong.value.findings}
    assert found == {"WB900", "WB901", "WB902", "WB903", "WB904", "WB551"}
    assert "geheim" not in str(wrong.value)
