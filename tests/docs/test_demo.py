"""The demo: its last line, its time, and that it fails when something of the leavers is left."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest
from tests.cli_kit import ROOT, process

from waarborg.cli import demo, deployments
from waarborg.cli.main import main


def test_the_demo_ends_with_its_sentence_well_under_a_minute() -> None:
    begun = time.monotonic()
    ran = process("demo", "--lang", "nl", environment={"WAARBORG_KEY": "env:NOT_THERE", "APP_DATABASE": "sqlite:///x"})
    assert ran.code == 0, ran.out + ran.err
    assert ran.out.endswith("verified: nothing left but what the plan kept\n")
    assert time.monotonic() - begun < 60
    assert ran.err == ""
    assert max(map(len, ran.out.splitlines())) <= 100
    assert "behalve op" in ran.out


@pytest.mark.parametrize("name", ["a mention that nobody mapped", "a column that nobody mapped"])
def test_the_demo_fails_when_the_map_forgets_something(tmp_path: Path, monkeypatch, capsys, name: str) -> None:
    """The look from outside does not believe the map: what the map forgets is found."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    datamap = tmp_path / "examples" / "projects" / "datamap.yaml"
    text = datamap.read_text()
    if name == "a mention that nobody mapped":
        changed = "\n".join(line for line in text.splitlines() if "in_text: body" not in line) + "\n"
    else:
        changed = text.replace("      full_name: account.name\n", "      full_name: technical\n", 1)
    assert changed != text
    datamap.write_text(changed)
    monkeypatch.setattr(deployments, "PLACES", (tmp_path / "examples",))
    code = main(["demo"])
    seen = capsys.readouterr().out
    assert code == 1
    assert "still found in" in seen
    assert not seen.endswith(f"{demo.SENTENCE}\n")
    assert "APP_DATABASE" not in os.environ


def test_the_demo_says_where_it_needs_to_be(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(deployments, "PLACES", (tmp_path / "nowhere",))
    assert main(["demo"]) == 2
    assert "WB630" in capsys.readouterr().err
