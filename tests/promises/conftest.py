"""One small copy of a deployment for each check: made once in a session, copied for each test."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.promises.kit import DEPLOYMENTS, Asked, World, copied, template


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, World]:
    """The deployments made so far in this session."""

    class Made(dict[str, World]):
        def __missing__(self, service: str) -> World:
            folder = tmp_path_factory.mktemp(service)
            with pytest.MonkeyPatch.context() as patch:
                self[service] = template(DEPLOYMENTS[service], folder, patch)
            return self[service]

    return Made()


@pytest.fixture
def world(
    request: pytest.FixtureRequest,
    templates: dict[str, World],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    """The deployment of the promise, and the sabotage of this run, if it is one."""
    asked: Asked = request.param
    made = copied(templates[asked.service], tmp_path, monkeypatch)
    made.sabotage = asked.sabotage
    return made
