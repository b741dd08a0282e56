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
RIGHTS = (ROOT / "docs/how/rights.md").read_text(encoding="utf-8")
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
    for name in ("DJANGO_SETTINGS_MODULE", "WAARBORG_HOME", "WAARBORG_KEY"):
        environment.pop(name, None)  # those of these tests, not of who types

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


def with_a_child(made: Shop) -> None:
    """The company has a minimum age, and a customer who is too young."""
    policy, datamap = made.folder / "policy.yaml", made.folder / "datamap.yaml"
    text = policy.read_text().replace(
        "{email: required, name: optional}", "{email: required, birth_date: optional, name: optional}"
    )
    policy.write_text(text + "minimum_age: 16\nchildren: {birth_date: account.birth_date, then: erase}\n")
    datamap.write_text(
        datamap.read_text().replace("name: account.name}", "name: account.name, born: account.birth_date}")
    )
    made.sql("ALTER TABLE member ADD COLUMN born DATE")
    made.sql("UPDATE member SET born = date('now', '-10 years') WHERE id = 3")


OTHER = re.compile(r"waarborg (rectify|restrict|restore|object|weigh|withdraw|stop-use|take-back|limits|may-use)")
STANDING = re.compile(r"waarborg (restriction|restore|weigh|take-back)")


def with_rights(made: Shop, line: str) -> str:
    """The policy knows the other rights; what a line is about stands, as far as it has to."""
    made.with_rights()
    for name in ("letter.txt", "changes.txt"):
        (made.folder / name).write_text("account.name=Jan de Vries\n")
    person = ("--email", "jan@voorbeeld.example")
    found = STANDING.findall(line)
    if not found:
        return line
    if found[0] in ("weigh", "take-back"):
        limit = made.limit("object", *person, "--purpose", "recommendations")
        return line.replace(ID, str(limit["id"])[:8])
    plan = made.run("restrict", *person, "--ground", "claims", "--json").data
    for step in ("approve", "apply"):
        assert made.run(step, str(plan["id"])).code == 0
    request = str(plan["request"])
    if found[0] == "restore" or "keep" in line:
        letter = str(made.folder / "letter.txt")
        assert made.run("restriction", "tell", request, "--reason", "It was right.", "--letter", letter).code == 0
    return line.replace("5f0c21d0", request[:12])


def prepared(made: Shop, line: str) -> str:
    """The line about a plan that is where it has to be."""
    if ID not in line:
        return line
    id = made.plan()
    for step in NEEDS.get(re.findall(r"waarborg (\w+)", line)[0], []):
        assert made.run(step, id).code == 0
    return line.replace(ID, id[:8])


LASTING = {
    "waarborg serve": "waarborg serve",
    "waarborg serve --dir /srv/privacy --bind 127.0.0.1:8080": "waarborg serve --dir . --bind 127.0.0.1:8080",
    "waarborg worker": "waarborg worker",
}
"""Commands that last, and as what they are tried."""


@pytest.mark.parametrize("line", dict.fromkeys([*commands(REFERENCE), *commands(RIGHTS)]))
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
    if "children" in line:
        with_a_child(made)
    if OTHER.search(line):
        line = with_rights(made, line)
    if "policy-2026-12-01.yaml" in line:
        earlier = (made.folder / "policy.yaml").read_text(encoding="utf-8")
        (made.folder / "policy-2026-12-01.yaml").write_text(earlier, encoding="utf-8")
    if "office restore" in line:  # what was backed up comes back where the office is gone
        assert run(line.replace("restore", "backup")).returncode == 0
        for path in (made.folder / ".waarborg").glob("office.db*"):
            path.unlink()
    if line in LASTING:  # it runs until it is told to stop
        stopped = run(f"timeout 8 {LASTING[line]}")
        assert stopped.returncode == 124, stopped.stderr
        assert "WB" not in stopped.stderr
        return
    done = run(prepared(made, line))
    # the small company's policy leaves out some rights on purpose: `check` has something to say about it; and of a
    # recipient that was not told yet, or of a child, `recipients` and `children` say so
    wrong = line.startswith(("waarborg check", "waarborg children")) or line == f"waarborg recipients {ID}"
    assert done.returncode == (1 if wrong else 0), done.stderr
    assert "WB6" not in done.stderr


def test_the_declarations_on_the_page_of_rights_can_be_read(tmp_path: Path) -> None:
    from waarborg.datamap import load_datamap

    columns, policy, subject = re.findall(r"```yaml\n(.*?)```", RIGHTS, re.DOTALL)
    indented = "".join(f"    {line}\n" for line in (subject + columns).splitlines())
    text = "stores:\n  app: {kind: sql, url: env:APP}\ntables:\n  app.member:\n" + indented
    (tmp_path / "datamap.yaml").write_text(text)
    found = load_datamap(tmp_path / "datamap.yaml").tables["app.member"]
    assert found.columns["email_lower"].form == ("lowercase",)
    assert found.subject is not None
    assert found.subject.restricted is not None
    assert "suspend: {for: 3 months, then: erase}" in policy


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
    assert "Your data is erased" in done.stdout


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
