"""Attack 4: an e-mail address or a number was given out again, and the new holder is taken for the old one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli_kit import Shop, shop

from waarborg.state.disclosures import Disclosures

OLD, NEW = "Kanarie Vroeger", "Kim Nu"
ADDRESS = "info@voorbeeld.example"
MAP = """
stores:
  app: {kind: sql, url: env:WINKEL_DATABASE, region: NL}
tables:
  app.member:
    subject:
      key: id
      identifiers: {email: {column: email, normalise: [trim, lowercase]}, customer_number: id}
    columns: {id: technical, email: account.email, name: account.name}
"""


@pytest.fixture
def winkel(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop in which an address may belong to several accounts, one after the other."""
    made = shop(tmp_path, capsys, monkeypatch)
    made.sql("DROP TABLE comment")
    made.sql("DROP TABLE session")
    made.sql("DROP TABLE invoice")
    made.sql("DROP TABLE member")
    made.sql("CREATE TABLE member (id INTEGER PRIMARY KEY, email TEXT NOT NULL, name TEXT NOT NULL)")
    (tmp_path / "datamap.yaml").write_text(MAP)
    made.sql(f"INSERT INTO member VALUES (1, '{ADDRESS}', '{OLD}')")
    return made


def answer(made: Shop, *who: str) -> dict[str, object]:
    file = made.folder / f"answer{len(list(made.folder.glob('answer*')))}.json"
    ran = made.run("answer", *who, "-o", str(file))
    assert ran.code == 0, ran.err
    found: dict[str, object] = json.loads(file.read_text())
    return found


def given(made: Shop, *who: str) -> list[object]:
    information: dict[str, list[dict[str, list[object]]]] = answer(made, *who)["information"]  # type: ignore[assignment]
    return next(one["given"] for one in information["recipients"] if one["id"] == "mail_provider")  # type: ignore[comparison-overlap]


def handed_over(made: Shop) -> None:
    words = [
        "disclose",
        "--to",
        "mail_provider",
        "--purpose",
        "service",
        "--data",
        "account.email",
        "--on",
        "2026-03-02",
    ]
    assert made.run(*words, "--email", ADDRESS).code == 0


def test_attack_04_two_holders_of_one_address_are_never_one_person(winkel: Shop) -> None:
    assert OLD in str(answer(winkel, "--email", ADDRESS))  # the canary is there for its own address
    winkel.sql(f"INSERT INTO member VALUES (2, '{ADDRESS}', '{NEW}')")
    for words in (("answer", "--email", ADDRESS, "-o", str(winkel.folder / "x.json")), ("plan", "--email", ADDRESS)):
        ran = winkel.run(*words)
        assert ran.code == 2
        assert "WB411" in ran.err
    assert not (winkel.folder / "x.json").exists()
    told = str(answer(winkel, "-i", "customer_number=2"))
    assert NEW in told
    assert OLD not in told


def test_attack_04_the_new_holder_is_not_told_who_got_the_old_ones_data(winkel: Shop) -> None:
    handed_over(winkel)
    assert len(given(winkel, "--email", ADDRESS)) == 1
    winkel.sql("DELETE FROM member WHERE id = 1")
    winkel.sql(f"INSERT INTO member VALUES (2, '{ADDRESS}', '{NEW}')")
    assert given(winkel, "--email", ADDRESS) == []


def test_attack_04_sabotage_by_the_address_alone_the_new_holder_would_be(
    winkel: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Disclosures, "_another", lambda self, disclosure, who, keys: False)
    handed_over(winkel)
    winkel.sql("DELETE FROM member WHERE id = 1")
    winkel.sql(f"INSERT INTO member VALUES (2, '{ADDRESS}', '{NEW}')")
    assert len(given(winkel, "--email", ADDRESS)) == 1


def test_attack_04_erasing_the_old_holder_leaves_the_new_one(winkel: Shop) -> None:
    winkel.sql(f"INSERT INTO member VALUES (2, '{ADDRESS}', '{NEW}')")
    made = str(winkel.run("plan", "-i", "customer_number=1", "--json").data["id"])
    for step in ("approve", "apply"):
        assert winkel.run(step, made).code == 0
    winkel.run("verify", made)
    assert winkel.sql("SELECT id, name FROM member WHERE id > 0 AND name <> 'Oud-klant'") == [(2, NEW)]
