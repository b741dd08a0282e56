"""What the drawings look like, in both languages, with and without a terminal; and the small commands."""

import re
import subprocess
import sys

import pytest
from tests.cli_kit import ROOT, Shop, process


def test_every_line_fits_in_80_columns_and_ends_without_spaces(winkel: Shop) -> None:
    for lang in ("nl", "en"):
        plan = winkel.run("plan", "--email", "jan@voorbeeld.example", "--lang", lang, "--explain").out
        lines = plan.splitlines()
        assert max(map(len, lines)) <= 80
        assert not [line for line in lines if line != line.rstrip()]
        assert "\x1b" not in plan


def test_dutch_is_dutch_all_through(winkel: Shop) -> None:
    plan = " ".join(winkel.run("plan", "--email", "jan@voorbeeld.example", "--lang", "nl").out.split())
    assert "Gaat weg" in plan
    assert "Blijft, en waarom" in plan
    assert "de wet eist het (AWR art. 52)" in plan
    assert not re.search(r"\b(the|rows|stays|until|deleted|emptied|person)\b", plan)


def test_a_table_name_cannot_command_the_terminal_or_the_drawing(winkel: Shop) -> None:
    from waarborg.cli.findings import clean

    assert clean("[red]\x1b[2Jx\u202e") == "[red]�[2Jx�"
    winkel.sql('CREATE TABLE "[bold]x[/bold]" (id INTEGER PRIMARY KEY, m INTEGER REFERENCES member (id))')
    winkel.sql('INSERT INTO "[bold]x[/bold]" VALUES (1, 1)')
    map = winkel.folder / "datamap.yaml"
    map.write_text(map.read_text() + '  "app.[bold]x[/bold]":\n    links: [{belongs_to: app.member, by: m}]\n')
    assert "app.[bold]x[/bold]" in winkel.run("plan", "--email", "jan@voorbeeld.example").out


def test_help_loads_neither_sqlalchemy_nor_pydantic_nor_rich() -> None:
    code = (
        "import sys; from waarborg.cli.main import main; main(['--help']); "
        "print([m for m in ('sqlalchemy', 'pydantic', 'rich', 'yaml', 'cryptography') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ROOT / "src")}
    )
    assert done.stdout.rstrip().endswith("[]")


def test_help_of_every_command_fits_and_has_its_options() -> None:
    from waarborg.cli.catalogue import commands
    from waarborg.cli.parser import build, overview

    assert max(map(len, overview().splitlines())) <= 80
    build()
    for command in commands():
        text = process(*command.name.split(), "--help").out if command.name in ("plan", "evidence verify") else ""
        for one in command.arguments if text else ():
            assert one.names[0].strip("-") in text.lower()


def test_check_finds_what_is_wrong_in_each_of_its_three_parts(winkel: Shop) -> None:
    assert winkel.run("check", "--json").data["ok"] is False  # the small policy does not tell every right
    map = winkel.folder / "datamap.yaml"
    good = map.read_text()
    for change, id in (("account.emial", "WB231"), ("nowhere.email", "WB230")):
        map.write_text(good.replace("account.email", change, 1))
        assert id in winkel.run("check").out
    map.write_text(good.replace("token: secret", "tokn: secret"))
    assert "WB402" in winkel.run("check").out
    assert "WB402" not in winkel.run("check", "--offline").out


def test_init_from_a_database_drafts_a_map_and_leaves_what_is_there(winkel: Shop, tmp_path, monkeypatch) -> None:
    other = Shop(tmp_path / "new", winkel.capture)
    made = other.run("init", "--url", "env:WINKEL_DATABASE")
    assert made.code == 0
    text = (other.folder / "datamap.yaml").read_text()
    assert "app.member" in text
    assert "sqlite" not in text
    (other.folder / "policy.yaml").write_text("policy: mine\n")
    assert "was there" in other.run("init").out
    assert (other.folder / "policy.yaml").read_text() == "policy: mine\n"
    assert (other.folder / ".waarborg" / "master.key").stat().st_mode & 0o077 == 0


def test_an_empty_init_passes_its_own_check(tmp_path, capsys) -> None:
    made = Shop(tmp_path, capsys)
    assert made.run("init").code == 0
    assert made.run("check", "--offline").code == 0


def test_doctor_sees_a_key_that_others_can_read_and_an_unreachable_store(winkel: Shop, monkeypatch) -> None:
    good = winkel.run("doctor")
    assert good.code == 0
    assert "✓ ready" in good.out
    (winkel.folder / ".waarborg" / "master.key").chmod(0o644)
    assert "WB552" in winkel.run("doctor").out
    (winkel.folder / ".waarborg" / "master.key").chmod(0o600)
    monkeypatch.setenv("WINKEL_DATABASE", "postgresql://someone:Geheim-9@127.0.0.1:1/nix")
    down = winkel.run("doctor")
    assert down.code == 1
    assert "Geheim-9" not in down.out + down.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_every_command(shell: str) -> None:
    from waarborg.cli.catalogue import commands

    script = process("completion", shell).out
    assert all(command.name.split()[-1] in script for command in commands())


def test_bash_completes(tmp_path) -> None:
    script = tmp_path / "waarborg.bash"
    script.write_text(process("completion", "bash").out)
    ask = f"source {script}; COMP_WORDS=(waarborg evidence v); COMP_CWORD=2; _waarborg; echo ${{COMPREPLY[@]}}"
    assert subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True).stdout.strip() == "verify"


def test_explain_and_graph(winkel: Shop) -> None:
    told = winkel.run("explain", "comment").out
    assert "datamap.yaml:" in told
    assert "to the stand-in: author_id" in told
    assert winkel.run("graph").out.startswith("<svg")


def test_the_evidence_notices_an_edit_and_an_old_copy_put_back(winkel: Shop) -> None:
    import shutil
    import sqlite3

    state = winkel.folder / ".waarborg" / "state.db"
    winkel.run("evidence", "verify")
    sqlite3.connect(state).execute("PRAGMA wal_checkpoint(TRUNCATE)").connection.close()
    shutil.copy(state, state.with_suffix(".old"))
    winkel.plan()
    assert winkel.run("evidence", "verify").code == 0
    for name in ("state.db-wal", "state.db-shm"):
        (state.parent / name).unlink(missing_ok=True)
    shutil.copy(state.with_suffix(".old"), state)
    old = winkel.run("evidence", "verify")
    assert old.code == 1
    assert "WB517" in old.out or "rolled back" in old.out or "older" in old.out


def test_a_bundle_and_a_receipt_verify_without_the_state(winkel: Shop) -> None:
    id = winkel.plan()
    bundle, token = winkel.folder / "bundle.jsonl", winkel.folder / "receipt.jws"
    key = str(winkel.run("evidence", "export", str(bundle), "--json").data["key"])
    assert winkel.run("evidence", "verify", str(bundle), "--trust", key).code == 0
    assert winkel.run("evidence", "receipt", id, "-o", str(token)).code == 0
    from waarborg.evidence.receipt import check

    assert check(token.read_text().strip(), keys=[key]).entries
    bundle.write_bytes(bundle.read_bytes().replace(b'"right":"erasure"', b'"right":"access"'))
    assert winkel.run("evidence", "verify", str(bundle), "--trust", key).code == 1
