"""Attack 50: the credentials of a store in an error message, whatever goes wrong and however it is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli_kit import DATAMAP, POLICY, process

from databases import Database

CANARY = "Zeer-Geheim-4711"
BROKEN = {
    "nobody listens": f"postgresql://app:{CANARY}@127.0.0.1:1/winkel",
    "nobody listens there": f"mysql://app:{CANARY}@127.0.0.1:1/winkel",
    "an engine nobody knows": f"oracel://app:{CANARY}@127.0.0.1:1/winkel",
    "not an address at all": f"app {CANARY} winkel",
    "a port that is no number": f"postgresql://app:{CANARY}@127.0.0.1:{CANARY}/winkel",
    "a password with signs": f"postgresql://app:{CANARY}%@/:@127.0.0.1:1/w?password={CANARY}",
    "a token in the query": f"sqlite:////nowhere/{CANARY}/x.db?token={CANARY}",
}
COMMANDS = (["check"], ["doctor"], ["plan", "--email", "jan@voorbeeld.example"], ["grants"], ["explain", "app.member"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "datamap.yaml").write_text(DATAMAP)
    assert process("init", cwd=tmp_path).code == 0
    return tmp_path


@pytest.mark.parametrize("name", BROKEN)
def test_attack_50_an_address_that_fails_is_never_shown(folder: Path, name: str) -> None:
    for words in COMMANDS if name == "nobody listens" else (["check"], ["plan", "--email", "jan@voorbeeld.example"]):
        for more in (["--debug"], ["--json", "--debug"]):
            ran = process(*words, *more, cwd=folder, environment={"WINKEL_DATABASE": BROKEN[name]})
            assert ran.code in (1, 2)
            assert CANARY not in ran.out + ran.err, words
            assert "Traceback" not in ran.err


def test_attack_50_a_password_in_the_map_itself_is_refused_without_repeating_it(folder: Path) -> None:
    text = DATAMAP.replace("env:WINKEL_DATABASE", f"postgresql://app:{CANARY}@127.0.0.1/winkel")
    (folder / "datamap.yaml").write_text(text)
    ran = process("check", cwd=folder)
    assert ran.code == 1
    assert "WB205" in ran.out
    assert CANARY not in ran.out + ran.err


def test_attack_50_init_keeps_no_password_of_the_command_line(tmp_path: Path, postgresql: Database) -> None:
    """The password opens the database, and is in no file, on no screen and in no error afterwards."""
    postgresql.run(
        "CREATE TABLE member (id bigint PRIMARY KEY, email text)", "INSERT INTO member VALUES (1, 'a@b.example')"
    )
    place = postgresql.url.partition("@")[2]
    for where, code in ((place, 0), ("127.0.0.1:1/winkel", 2)):
        folder = tmp_path / str(code)
        folder.mkdir()
        ran = process("init", "--url", f"postgresql://postgres:{CANARY}@{where}", cwd=folder)
        assert ran.code == code, ran.err
        assert CANARY not in ran.out + ran.err
        written = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
        assert (folder / "datamap.yaml").exists() is (code == 0)
        assert not any(CANARY.encode() in one for one in written)


def test_attack_50_an_exception_nobody_foresaw_is_told_without_its_message(folder: Path, monkeypatch, capsys) -> None:
    """The sabotage: a part that raises with the address in its message. Shown by Python, hidden by the command line."""
    from waarborg.cli import check
    from waarborg.cli.main import main

    def leak(*_: object, **__: object) -> None:
        raise RuntimeError(f"could not reach app:{CANARY}@db")

    monkeypatch.setattr(check, "findings", leak)
    with pytest.raises(RuntimeError, match=CANARY):
        check.findings()
    for more in ([], ["--debug"], ["--json"]):
        assert main(["check", "--dir", str(folder), *more]) == 2
        seen = capsys.readouterr()
        assert CANARY not in seen.out + seen.err
        assert "WB699" in seen.out + seen.err
    assert "RuntimeError" in seen.out


def test_attack_50_the_environment_is_not_shown_when_the_key_is_wrong(folder: Path) -> None:
    ran = process("plans", "--debug", cwd=folder, environment={"WAARBORG_KEY": "env:WINKEL_KEY", "WINKEL_KEY": CANARY})
    assert ran.code == 2
    assert "WB553" in ran.err
    assert CANARY not in ran.out + ran.err
