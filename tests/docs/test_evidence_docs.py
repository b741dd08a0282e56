"""docs/how/evidence.md runs: the verifier written by hand agrees with ours, and the procedures do what they say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.evidence_kit import MASTER, NAMES, PERSON, PLAN, START, sample

from waarborg.evidence import bundle
from waarborg.evidence.audit import audit
from waarborg.evidence.heads import SigningKey
from waarborg.state import create_key_file, load_master, open_state

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/how/evidence.md").read_text()
BLOCKS = re.findall(r"```python([^\n]*)\n(.*?)```", PAGE, re.DOTALL)


def block(holding: str) -> str:
    found = [code for _, code in BLOCKS if holding in code]
    assert len(found) == 1, f"one example with {holding}"
    return found[0]


def by_hand(path: Path, key: str) -> subprocess.CompletedProcess[str]:
    """Run the documented verifier as a program, where waarborg cannot be imported."""
    script = path.parent / "verify.py"
    script.write_text(block("def root(leaves)"))
    return subprocess.run([sys.executable, "-I", script, path, key], capture_output=True, text=True, timeout=30)


def test_the_verifier_in_the_docs_agrees_with_ours(tmp_path):
    kit = sample(3, 4, 1)
    path = tmp_path / "evidence.jsonl"
    bundle.write(kit.log, path)
    done = by_hand(path, kit.key.public)
    assert done.stdout.startswith("9 entries, all signed"), done.stderr
    assert kit.head().line().decode() in done.stdout
    assert "import waarborg" not in block("def root(leaves)")


@pytest.mark.parametrize("change", ["dropped", "edited", "unsigned", "another key"])
def test_the_verifier_in_the_docs_notices(tmp_path, change):
    kit = sample(3, 4, 1)
    path, key = tmp_path / "evidence.jsonl", kit.key.public
    bundle.write(kit.log, path)
    lines = path.read_bytes().splitlines(keepends=True)
    if change == "dropped":
        del lines[4]
    elif change == "edited":
        lines[-2] = lines[-2].replace(b'"rows":0', b'"rows":1')
    elif change == "unsigned":
        del lines[-1]
    else:
        key = SigningKey.generate().public
    path.write_bytes(b"".join(lines))
    assert by_hand(path, key).returncode != 0


def state_with_a_log(path: Path) -> str:
    with open_state(path, master=MASTER) as file, file.begin() as state:
        key = state.vault.signing_key(at=START)
        log = state.log(NAMES)
        log.open(at=START, key=key)
        log.append(kind="plan.made", at=START, subject=PERSON, data={"plan": PLAN})
        log.sign(at=START, key=key)
        return key.public


def test_rotating_the_master_key_as_documented(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    public = state_with_a_log(tmp_path / "state.sqlite")
    given = {"Path": Path, "create_key_file": create_key_file, "open_state": open_state}
    exec(block("rewrap("), {**given, "path": tmp_path / "state.sqlite", "old": MASTER, "now": START})  # noqa: S102
    new = load_master("file:waarborg-2027.key")
    with open_state(tmp_path / "state.sqlite", master=new) as file, file.read() as state:
        assert state.vault.signing_key(at=START).public == public
        assert audit(state.log().lines(), keys=[public]).ok


@pytest.mark.parametrize(("example", "enough"), [("rotate(", True), ("replace_lost(", False)])
def test_another_signing_key_as_documented(tmp_path, example, enough):
    path = tmp_path / "state.sqlite"
    public = state_with_a_log(path)
    given = {"open_state": open_state, "SigningKey": SigningKey, "path": path, "master": MASTER, "now": START}
    exec(block(example), given)  # noqa: S102
    with open_state(path, master=MASTER) as file, file.read() as state:
        new = state.vault.signing_key(at=START).public
        assert new != public
        assert audit(state.log().lines(), keys=[public, new]).ok
        assert audit(state.log().lines(), keys=[public]).ok is enough


def test_verifying_as_documented(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    kit = sample(2)
    head = bundle.write(kit.log, tmp_path / "evidence.jsonl")
    names: dict[str, object] = {"public_key": kit.key.public, "kept_line": head.line()}
    exec(block("bundle.verify("), names)  # noqa: S102
    assert names["report"].ok
    assert capsys.readouterr().out == ""


def test_every_error_of_evidence_and_state_has_its_page_and_every_page_its_error():
    sources = "".join(path.read_text() for path in (ROOT / "src/waarborg").rglob("*.py"))
    used = set(re.findall(r"\bWB5\d\d\b", sources)) | {f"WB{510 + n}" for n in range(13)}
    pages = {path.stem for path in (ROOT / "docs/errors").glob("WB5*.md")}
    assert used == pages
    for path in (ROOT / "docs/errors").glob("WB5*.md"):
        text = path.read_text()
        assert text.startswith(f"# {path.stem} · ")
        assert "## Example" in text
        assert "## How to mend it" in text
