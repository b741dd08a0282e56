"""Fixtures of the classes that inherit `checks.RequestChecks`: one installed application for each class."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.real import carry
from tests.real.carry import Application, Done
from tests.real.checks import Numbers, refs


@pytest.fixture(scope="class")
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """The application of the class, filled, with its policy and map."""
    with carry.opened(request.cls.setting.name, tmp_path_factory.mktemp("real")) as found:
        yield found


@pytest.fixture(scope="class", params=["one", "ten"])
def done(
    request: pytest.FixtureRequest, app: Application, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Numbers, Done]:
    """An erasure that was carried out, for one person and for ten."""
    numbers: Numbers = getattr(request.cls.setting, request.param)
    people = refs(request.cls.setting, app, numbers)
    return numbers, carry.carry_out(app, people, tmp_path_factory.mktemp("state"))
