"""The rights as they are typed: correct, restrict and restore, object, withdraw, stop, take elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli_kit import Shop

JAN = ("--email", "jan@voorbeeld.example")


@pytest.fixture
def shop(winkel: Shop) -> Shop:
    """The shop with rights and purposes in its policy."""
    winkel.with_rights()
    return winkel


def through(shop: Shop, id: str) -> None:
    """Approve, apply and verify a plan."""
    assert shop.run("approve", id).code == 0
    assert shop.run("apply", id).code == 0
    verified = shop.run("verify", id)
    assert verified.code == 0, verified.out


def plan_of(shop: Shop, *words: str) -> str:
    """The id of the plan that a command made."""
    made = shop.run(*words)
    assert made.code == 0, made.err
    return made.out.splitlines()[0].split()[-1][:8]


def dump(shop: Shop) -> list[object]:
    return [shop.sql(f"SELECT * FROM {name} ORDER BY 1") for name in ("member", "comment", "session", "invoice")]


def test_rectify_from_plan_to_letter(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "changes").write_text("account.email=jan.jansen@nieuw.example\n")
    shown = shop.run("rectify", *JAN, "--changes", str(tmp_path / "changes"))
    assert "Rectification of data of 1 person" in shown.out
    assert "To be corrected: 1 change." in shown.out
    assert "jan.jansen@nieuw.example" not in shown.out + shown.err, "a plan never shows a value"
    id = shown.out.splitlines()[0].split()[-1][:8]
    assert shop.sql("SELECT email FROM member WHERE id = 1") == [("Jan@voorbeeld.example",)]
    through(shop, id)
    assert shop.sql("SELECT email FROM member WHERE id = 1") == [("jan.jansen@nieuw.example",)]
    letter = shop.run("answer", id, "--lang", "nl")
    assert "Je gegevens zijn verbeterd" in letter.out
    assert "e-mailadres" in letter.out
    assert "nieuw.example" not in letter.out
    assert shop.run("evidence", "verify").code == 0


def test_rectify_says_what_is_wrong_and_shows_no_value(shop: Shop) -> None:
    for change, id in (("account.email=geen-adres", "WB463"), ("account.nick=x", "WB464"), ("account.email", "WB613"),
                       ("account.email=els@voorbeeld.example", "WB465")):  # fmt: skip
        refused = shop.run("rectify", *JAN, "--set", change)
        assert refused.code == 2
        assert id in refused.err
        assert "geen-adres" not in refused.err
    assert "WB618" in shop.run("rectify", *JAN).err


def test_restrict_and_restore_bit_for_bit(shop: Shop, tmp_path: Path) -> None:
    before = dump(shop)
    id = plan_of(shop, "restrict", *JAN, "--ground", "claims")
    assert dump(shop) == before, "the plan touches nothing"
    through(shop, id)
    assert shop.sql("SELECT count(*) FROM session WHERE member_id = 1") == [(0,)]
    letter = shop.run("answer", id, "--lang", "nl").out
    assert "Je gegevens staan stil" in letter
    assert "rechtszaak" in letter
    stands = shop.run("limits")
    assert "restriction · needed for a legal claim · only stored" in stands.out
    assert shop.run("may-use", *JAN, "--purpose", "service").code == 1
    assert "WB468" in shop.run("plan", *JAN).err
    assert "WB571" in shop.run("restore", *JAN).err
    told = tmp_path / "letter.txt"
    told.write_text("Beste Jan")
    assert "WB572" in shop.run("restriction", "tell", *JAN, "--letter", str(told)).err
    assert shop.run("restriction", "tell", *JAN, "--reason", "Het klopte.", "--letter", str(told)).code == 0
    shown = shop.run("restore", *JAN)
    assert "come back from the vault" in shown.out
    back = shown.out.splitlines()[0].split()[-1][:8]
    assert shop.run("approve", back).code == 0
    assert shop.run("apply", back).code == 0
    verified = shop.run("verify", back)
    assert "✓ restored: every row is as it was" in verified.out
    assert dump(shop) == before
    assert "Nothing stands" in shop.run("limits").out
    assert shop.run("evidence", "verify").code == 0


def test_a_restriction_ends_in_erasure(shop: Shop) -> None:
    through(shop, plan_of(shop, "restrict", *JAN, "--ground", "unlawful"))
    through(shop, plan_of(shop, "restriction", "end", *JAN))
    assert "Nothing stands" in shop.run("limits").out
    assert shop.run("evidence", "verify").code == 0


def test_object_weigh_withdraw_and_stop(shop: Shop) -> None:
    halted = shop.run("object", *JAN, "--purpose", "recommendations")
    assert "objection · recommendations · halted while it is weighed" in halted.out
    limit = halted.out.split()[1]
    assert shop.run("may-use", *JAN, "--purpose", "recommendations").code == 1
    assert "WB572" in shop.run("weigh", limit, "--refuse").err
    assert shop.run("weigh", limit, "--refuse", "--reason", "Fraude.").code == 0
    assert shop.run("may-use", *JAN, "--purpose", "recommendations").code == 0
    assert shop.run("withdraw", *JAN, "--purpose", "newsletter").code == 0
    assert shop.run("may-use", *JAN, "--purpose", "newsletter").code == 1
    stopped = shop.run("stop-use", *JAN, "--json").data
    assert shop.run("may-use", *JAN, "--purpose", "service", "--lang", "nl").out.startswith("✗ Mag niet.")
    assert shop.run("take-back", str(stopped["limit"]["id"])[:8]).code == 0  # type: ignore[index]
    assert shop.run("may-use", *JAN, "--purpose", "service").code == 0
    assert "WB461" in shop.run("object", *JAN, "--purpose", "service").err
    assert "WB460" in shop.run("object", *JAN, "--purpose", "recomendations").err
    assert "WB619" in shop.run("weigh", "ffff", "--uphold").err


def test_portability_gives_what_was_provided_and_nothing_else(shop: Shop, tmp_path: Path) -> None:
    where = tmp_path / "mine"
    made = shop.run("answer", *JAN, "--portability", "-o", str(where))
    assert made.code == 0, made.err
    text = (where / "data.json").read_text()
    data = json.loads(text)
    assert data["right"] == "portability"
    assert "Jan@voorbeeld.example" in text
    assert "[" not in str([one["withheld"] for one in data["data"]]).replace("[]", "").strip("[], ")
    assert not any("comment" in one["table"] for one in data["data"]), "what others share stays with them"
    assert (where / "schema.json").is_file()
    assert list((where / "data").glob("*.csv"))
    assert not list(tmp_path.glob(".mine*")), "nothing is left beside it"
    assert "WB615" in shop.run("answer", *JAN, "--portability").err
