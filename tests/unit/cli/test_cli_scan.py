"""`waarborg scan` and its questions, `snapshot`, and `check` in every format, on a small database."""

from __future__ import annotations

import io
import json
import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli_kit import Shop

from waarborg.cli.main import main
from waarborg.datamap.load import parse_datamap

SCHEMA = """
CREATE TABLE customer (id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT, email TEXT NOT NULL UNIQUE,
  password_hash TEXT, religion TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, notes TEXT, total INTEGER);
CREATE TABLE wishlist_share (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id),
  order_id INTEGER REFERENCES orders (id));
CREATE TABLE visits (id INTEGER PRIMARY KEY, ip_address TEXT, user_agent TEXT);
CREATE TABLE "we""ird 💥" (id INTEGER PRIMARY KEY, "e✉mail" TEXT);
CREATE VIEW broken AS SELECT * FROM not_there;
"""


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with `app.db`: twenty customers."""
    with closing(sqlite3.connect(tmp_path / "app.db")) as db:
        db.executescript(SCHEMA)
        for n in range(1, 21):
            row = (n, "Jan", "Jansen", f"jan{n}@klant.example", f"$2b$12${'a' * 53}", "none")
            db.execute("INSERT INTO customer VALUES (?, ?, ?, ?, ?, ?)", row)
            db.execute("INSERT INTO orders VALUES (?, ?, 'bellen voor bezorging', 5)", (n, n % 18))
            db.execute("INSERT INTO visits VALUES (?, ?, 'Mozilla/5.0')", (n, f"192.0.2.{n}"))
            db.execute("INSERT INTO wishlist_share VALUES (?, ?, ?)", (n, n, n))
        db.commit()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main(list(words))
    return code, capsys.readouterr().out


def test_the_first_minute_shows_people_and_what_is_theirs(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(capsys, "scan", "app.db")
    assert code == 0
    lines = said.split("\n")
    people = next(n for n, line in enumerate(lines) if line.startswith("● "))
    assert "customer" in lines[people]
    assert "20 rows" in lines[people]
    assert any("└ orders" in line for line in lines[people : people + 4])
    for words in ("customer.religion (religion)", "customer.password_hash", "leads to nobody", "visits", "To decide"):
        assert words in said
    assert "Jansen" not in said
    assert "klant.example" not in said
    assert not list(base.glob("*.yaml"))


def test_json_is_one_object_with_full_names(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(capsys, "scan", "app.db", "--json", "--name", "shop", "-o", "map.yaml")
    found = json.loads(said)
    assert code == 0
    assert {"table": "shop.customer"}.items() <= found["subjects"][0].items()
    assert "shop.customer.email" in {one["column"] for one in found["columns"]}
    assert {"from": ["shop.orders.customer_id"], "to": ["shop.customer.id"], "kind": "belongs_to"}.items() <= next(
        one for one in found["links"] if one["from"][0].startswith("shop.orders")
    ).items()
    assert {"about", "question", "impact", "answers"} <= found["questions"][0].keys()
    impacts = [one["impact"] for one in found["questions"]]
    assert impacts == sorted(impacts, reverse=True)


def test_the_map_is_proposed_and_merged_without_losing_a_word(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "scan", "app.db", "-o", "datamap.yaml", "--svg", "map.svg")
    text = Path("datamap.yaml").read_text()
    assert "email: account.email" in text
    assert "row stays: replace? · term: until account_closed?" in text
    assert "on_erasure" not in text.replace("write\n# on_erasure", "")  # proposed, never chosen
    assert Path("map.svg").read_text().startswith("<svg")
    mine = text.replace("notes: content.text", "notes: content.instructions  # decided by Els in March")
    mine = mine.replace("religion: special.religion", "religion: technical")
    Path("datamap.yaml").write_text(mine)
    with closing(sqlite3.connect("app.db")) as db:
        db.execute("ALTER TABLE customer ADD COLUMN phone TEXT")
        db.execute("UPDATE customer SET phone = '06-1234567' || (id % 10)")
        db.commit()
    code, said = run(capsys, "scan", "app.db", "--merge", "datamap.yaml")
    after = Path("datamap.yaml").read_text()
    assert code == 0
    assert "phone: account.phone" in after
    assert [line for line in mine.split("\n") if line not in after.split("\n")] == []
    assert "1 added" in said


def test_a_password_is_used_and_never_written(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["scan", "postgresql://someone:hunter2@127.0.0.1:1/none", "-o", "map.yaml"])
    told = capsys.readouterr()
    assert code == 2
    assert "hunter2" not in told.out + told.err
    assert not Path("map.yaml").exists()


def answers(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_questions_are_walked_stopped_and_gone_on_with(
    base: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch, "1\nq\n")
    code, said = run(capsys, "scan", "app.db", "--ask", "--by", "els", "-o", "datamap.yaml")
    assert code == 0
    assert "1 answered" in said
    asked = [line for line in said.split("\n") if line.startswith("1 of ")]
    total = int(asked[0].split()[2])
    once = Path("datamap.yaml").read_text()
    assert once.count("els: ") == 1
    answers(monkeypatch, "2\n" * 40)
    _, said = run(capsys, "scan", "app.db", "--ask", "--by", "els", "-o", "datamap.yaml")
    assert f"1 of {total - 1}" in said
    text = Path("datamap.yaml").read_text()
    assert text.count("[q:") == total
    datamap, wrong = parse_datamap(text)
    assert datamap is not None
    assert [one for one in wrong if one.id == "WB211"] == []
    answers(monkeypatch, "")
    _, said = run(capsys, "scan", "app.db", "--ask", "--by", "els", "-o", "datamap.yaml")
    assert Path("datamap.yaml").read_text() == text


def test_an_answer_can_be_taken_back(
    base: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(capsys, "scan", "app.db", "-o", "datamap.yaml")
    before = Path("datamap.yaml").read_text()
    answers(monkeypatch, "2\nu\nq\n")
    run(capsys, "scan", "app.db", "--ask", "-o", "datamap.yaml")
    assert Path("datamap.yaml").read_text() == before


def test_rows_and_paths_that_are_none_are_refused(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "app.db", "--rows", "many"]) == 2
    assert "WB640" in capsys.readouterr().err
    assert main(["scan", "nothing.db"]) == 2
    assert "WB641" in capsys.readouterr().err


# ------------------------------------------------------------------------------------------------ snapshot and check


def test_check_needs_no_database_once_there_is_a_snapshot(winkel: Shop) -> None:
    assert winkel.run("snapshot").code == 0
    assert "voorbeeld.example" not in (winkel.folder / "snapshot.json").read_text()
    assert winkel.run("snapshot", "--check").code == 0
    known = {one["id"] for one in winkel.run("check", "--json").data["findings"]}
    with closing(sqlite3.connect(next(winkel.folder.glob("*.db")))) as db:
        db.execute("ALTER TABLE member ADD COLUMN birth_date DATE")
        db.execute("CREATE TABLE badge (id INTEGER PRIMARY KEY, member_id INTEGER REFERENCES member (id))")
    found = {one["id"] for one in winkel.run("check", "--json").data["findings"]}
    assert found - known == {"WB701", "WB703", "WB711"}
    assert winkel.run("snapshot", "--check").code == 1
    offline = {one["id"] for one in winkel.run("check", "--offline", "--json").data["findings"]}
    assert not offline & {"WB701", "WB703"}  # the old snapshot does not know yet
    assert winkel.run("snapshot").code == 0
    offline = {one["id"] for one in winkel.run("check", "--offline", "--json").data["findings"]}
    assert {"WB701", "WB703"} <= offline


def test_check_in_the_formats_of_ci(winkel: Shop) -> None:
    with closing(sqlite3.connect(next(winkel.folder.glob("*.db")))) as db:
        db.execute("ALTER TABLE member ADD COLUMN birth_date DATE")
    ran = winkel.run("check", "--format", "sarif", "-o", str(winkel.folder / "check.sarif"))
    assert ran.code == 1
    sarif = json.loads((winkel.folder / "check.sarif").read_text())
    assert sarif["version"] == "2.1.0"
    (run_,) = sarif["runs"]
    (result,) = [one for one in run_["results"] if one["ruleId"] == "WB701"]
    assert result["level"] == "error"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "datamap.yaml"
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] > 1
    assert run_["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "WB701"
    suite = ET.fromstring(winkel.run("check", "--format", "junit").out)  # noqa: S314 - our own output
    failed = [case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None]
    assert any(name and name.startswith("WB701") for name in failed)
    assert int(suite.get("failures") or 0) == len(failed)
    assert any(case.get("name", "").startswith("WB709") for case in suite.iter("testcase"))


def test_a_snapshot_that_is_none_is_a_finding(winkel: Shop) -> None:
    (winkel.folder / "snapshot.json").write_text("<<<<<<< ours\n")
    assert "WB715" in winkel.run("check", "--offline").out


def test_init_says_what_it_saw_and_what_to_do_with_a_password(
    base: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP", f"sqlite:///{base / 'app.db'}")
    code, said = run(capsys, "init", "--dir", "one", "--url", "env:SHOP")
    assert code == 0
    assert "People: customer" in said
    assert "questions cannot be decided from outside" in said
    text = (base / "one" / "datamap.yaml").read_text()
    assert "url: env:SHOP" in text
    assert "row stays:" in text
    code, said = run(capsys, "check", "--dir", "one", "--json")
    found = json.loads(said)["findings"]
    assert {one["id"] for one in found if one["severity"] == "error"} == {"WB702"}  # visits: whose, a person must say
    assert not [one for one in found if one["id"] == "WB233"]
    code, said = run(capsys, "init", "--dir", "two", "--url", "sqlite:///empty.db")
    assert code == 2  # no such file


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("postgresql://postgres@127.0.0.1:1/x", "Nobody answers at that host and port."),
        ("mysql://root@127.0.0.1:1/x", "Nobody answers at that host and port."),
        ("postgresql://postgres@nowhere.invalid/x", "No host of that name is known."),
        ("postgresql://postgres@127.0.0.1/x?wrong=1", "an option that the driver does not know"),
    ],
)
def test_an_address_that_does_not_answer_says_why(
    base: Path, capsys: pytest.CaptureFixture[str], address: str, says: str
) -> None:
    assert main(["scan", address]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert says in said
    assert "manual of the engine" not in said
