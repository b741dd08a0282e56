"""A worker killed at any statement is taken over by another: nothing lost, nothing twice, evidence unbroken."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.parametrize(("ask", "step"), [("erasure", 37), ("portability", 17)])
def test_a_worker_killed_at_any_statement_is_taken_over(small_world: Path, tmp_path: Path, ask: str, step: int) -> None:
    home = tmp_path / "home"
    shutil.copytree(small_world, home)
    (home / ".waarborg").mkdir()
    ran = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("kill_child.py")), str(home), ask, str(step)],
        capture_output=True, text=True, timeout=280, cwd=ROOT,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-3000:]
    whole, *killed = [json.loads(line) for line in ran.stdout.splitlines()]
    assert whole["state"] == "answered"
    assert (whole["sent"], whole["jobs"], whole["flaws"], whole["left"]) == (0, ["done"], [], [])
    assert len(killed) > 10
    del whole["statements"]
    for found in killed:
        at = found.pop("at")
        assert found == whole, f"killed at statement {at}"
