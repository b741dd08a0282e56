"""The office of the tests: see `kit`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.office.kit import NOON, Office, world

from waarborg.clock import FixedClock
from waarborg.office import engine
from waarborg.office.people.models import Tenant


@pytest.fixture(scope="session")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Taakveld, made once."""
    return world(tmp_path_factory.mktemp("taakveld"))


@pytest.fixture
def office(db: Any, settings: Any, small_world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A tenant over a copy of the small world."""
    clock = FixedClock(NOON)
    settings.WAARBORG_CLOCK = clock
    folder = tmp_path / "taakveld"
    shutil.copytree(small_world, folder)
    monkeypatch.setenv("APP_DATABASE", f"sqlite:///{folder / 'app.db'}")
    tenant = Tenant.objects.create(slug="taakveld", folder=str(folder))
    engine.prepare(tenant)
    return Office(tenant, clock, folder / "app.db")
