"""docs/how/check-in-ci.md runs: every command in it, and the hook in a real repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli_kit import Shop, shop

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/how/check-in-ci.md").read_text()


@pytest.fixture
def project(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A folder in which `waarborg` is a command."""
    made = shop(tmp_path, capsys, monkeypatch)
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "waarborg").write_text(f'#!/bin/sh\nexec {sys.executable} -m waarborg.cli.main "$@"\n')
    (bin_ / "waarborg").chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    return made


def sh(words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "-c", words], cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_every_command_in_the_page_runs(project: Shop) -> None:
    blocks = re.findall(r"```sh run([^\n]*)\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) >= 4
    for _, words in blocks:
        for line in words.strip().splitlines():
            done = sh(line, project.folder)
            assert done.returncode in (0, 1), f"{line}: {done.stderr}"
            assert "WB6" not in done.stderr, done.stderr


def test_the_hook_stops_a_commit_with_an_error_and_lets_others_pass(project: Shop) -> None:
    if not shutil.which("git"):
        pytest.skip("needs git")
    hook = re.search(r"```sh hook\n(.*?)```", PAGE, re.DOTALL)
    assert hook
    folder = project.folder
    sh("git init -q . && git config user.email a@b.example && git config user.name a", folder)
    (folder / ".git/hooks/pre-commit").write_text(hook[1])
    (folder / ".git/hooks/pre-commit").chmod(0o755)
    (folder / "other.txt").write_text("x")
    assert sh("git add other.txt && git commit -qm other", folder).returncode == 0
    (folder / "datamap.yaml").write_text((folder / "datamap.yaml").read_text().replace("account.email", "acount.email"))
    assert sh("git add datamap.yaml && git commit -qm broken", folder).returncode != 0
