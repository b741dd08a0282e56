"""The company that the tests of the command line work on."""

from pathlib import Path

import pytest
from tests.cli_kit import Shop, shop


@pytest.fixture
def winkel(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shop:
    return shop(tmp_path, capsys, monkeypatch)
