"""Every command in the README and the reference is typed into a real shell, in a small company's folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli_kit import ROOT, Shop, shop

ID = "8f3c21d0"
README = (ROOT / "README.md").read_text(encoding="utf-8")
REFERENCE = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")
APPLIED = ["approve", "apply"]
VERIFIED = [*APPLIED, "verify"]
NEEDS = {"apply": ["approve"], "verify": APPLIED, "leftovers": APPLIED, "answer": VERIFIED, "recipients": VERIFIED}
"""What has to have happened before a command about a plan."""


def commands(text: str) -> list[str]:
    """The lines of code blocks that call waarborg."""
    blocks = re.findall(r"```(?:text|console)\n(.*?)```", text, re.DOTALL)
    lines = [line.removeprefix("$ ").strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if "waarborg " in line and not line.startswith("waarborg demo")]


@pytest.fixture
def typed(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """A way to type a line in the folder of the company; `waarborg` and `pass` are on the path."""
    made = shop(tmp_path, capsys, monkeypatch)
    (tmp_path / "iso27001.pdf").write_bytes(b"%PDF-1.7 a certificate")
    (tmp_path / "order.pdf").write_bytes(b"%PDF-1.7 an order")
    (tmp_path / "campaign.csv").write_text(
        "recipient,purpose,data,on,email\nmail_provider,service,account.email,2026-03-02,els@voorbeeld.example\n"
    )
    (tmp_path / "leavers.csv").write_text("email\nels@voorbeeld.example\nkim@voorbeeld.example\n")
    bin = tmp_path / "bin"
    bin.mkdir()
    for name, body in (
        ("waarborg", f'exec "{sys.executable}" -m waarborg.cli.main "$@"'),
        ("pass", "echo jan@voorbeeld.example"),
    ):
        (bin / name).write_text(f"#!/bin/sh\n{body}\n")
        (bin / name).chmod(0o755)
    environment = {**os.environ, "PATH": f"{bin}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT / "src")}
    environment["APP_DATABASE"] = environment["WINKEL_DATABASE"]

    def run(line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", line],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env=environment,
            timeout=120,
            check=False,
        )

    return made, run


def prepared(made: Shop, line: str) -> str:
    """The line about a plan that is where it has to be."""
    if ID not in line:
        return line
    id = made.plan()
    for step in NEEDS.get(re.findall(r"waarborg (\w+)", line)[0], []):
        assert made.run(step, id).code == 0
    return line.replace(ID, id[:8])


@pytest.mark.parametrize("line", dict.fromkeys(commands(REFERENCE)))
def test_each_example_of_the_reference_runs(typed, line: str) -> None:
    made, run = typed
    if "bundle.jsonl" in line and "verify" in line:
        key = made.run("evidence", "export", str(made.folder / "bundle.jsonl"), "--json").data["key"]
        line = line.replace("KEY", str(key))
    if "package answer.json" in line:
        assert made.run("answer", "--email", "jan@voorbeeld.example", "-o", str(made.folder / "answer.json")).code == 0
    if line == "waarborg snapshot --check":
        assert made.run("snapshot").code == 0
    if "app.db" in line:
        shutil.copy(made.database, made.folder / "app.db")
    if "policy-2026-12-01.yaml" in line:
        earlier = (made.folder / "policy.yaml").read_text(encoding="utf-8")
        (made.folder / "policy-2026-12-01.yaml").write_text(earlier, encoding="utf-8")
    done = run(prepared(made, line))
    # the small company's policy leaves out some rights on purpose: `check` has something to say about it; and of a
    # recipient that was not told yet, `recipients` says so
    wrong = line.startswith("waarborg check") or line == f"waarborg recipients {ID}"
    assert done.returncode == (1 if wrong else 0), done.stderr
    assert "WB6" not in done.stderr


def test_the_readme_runs_from_top_to_bottom(typed) -> None:
    made, run = typed
    for name in ("policy.yaml", "datamap.yaml"):
        (made.folder / name).unlink()
    lines = commands(README)
    assert [line.split()[1] for line in lines] == ["init", "check", "plan", "approve", "apply", "verify", "answer"]
    id = ""
    for line in lines:
        done = run(line.replace("somebody@yourcompany.example", "jan@voorbeeld.example").replace(ID, id))
        # a drafted map has something left to decide: `check` says so, and the leftover scan finds where
        assert done.returncode in (0, 1 if "check" in line or "verify" in line else 0), done.stderr
        assert "verify" not in line or "verified: nothing left" in done.stdout
        if "waarborg plan" in line:
            id = done.stdout.splitlines()[0].split()[-1][:8]
    assert "Dit hebben wij gewist" in done.stdout


def test_links_of_the_readme_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_docs_are_complete_and_a_missing_page_is_noticed(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "tools/docs.py", "check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    for part in ("src", "docs", "tools"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "docs/errors/WB604.md").unlink()
    page = tmp_path / "docs/reference/cli.md"
    page.write_text(page.read_text().replace("--offline", "--onlien"))
    broken = subprocess.run(
        [sys.executable, "tools/docs.py", "check"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert broken.returncode == 1
    assert "WB604.md is missing" in broken.stdout
    assert "cli.md is out of date" in broken.stdout
