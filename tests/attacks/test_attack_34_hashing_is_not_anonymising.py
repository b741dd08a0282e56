"""Attack 34: hashing sold as anonymisation.

The canary is a table without a name or an address in it: only a hash. Whoever knows an address finds its rows (shown
first). Such a table may not call itself anonymous, a category may not, and an erasure may not end in a code.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from tests.cli_kit import Shop, shop

from waarborg.datamap import against
from waarborg.policy.checks import check_policy
from waarborg.policy.load import parse_policy
from waarborg.scan import rehashed

VISITS = "CREATE TABLE visit (visitor TEXT NOT NULL, page TEXT NOT NULL, people INTEGER NOT NULL)"
MAPPED = """  app.visit:
    unlinked: anonymous visits
    columns: {visitor: technical, page: technical, people: technical}
"""
METHODS = ("md5", "sha1", "sha256", "sha512")


def hashed(method: str, text: str) -> str:
    return hashlib.new(method, text.encode(), usedforsecurity=False).hexdigest()


@pytest.fixture
def winkel(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shop:
    made = shop(tmp_path, capsys, monkeypatch)
    made.sql(VISITS)
    with (tmp_path / "datamap.yaml").open("a") as file:
        file.write(MAPPED)
    return made


def found(made: Shop) -> list[str]:
    findings: list[dict[str, str]] = made.run("check", "--json").data["findings"]  # type: ignore[assignment]
    return [one["id"] for one in findings]


@pytest.mark.parametrize("method", METHODS)
def test_attack_34_whoever_knows_an_address_finds_the_rows_and_the_check_says_so(winkel: Shop, method: str) -> None:
    assert "WB721" not in found(winkel)
    winkel.sql(f"INSERT INTO visit VALUES ('{hashed(method, 'jan@voorbeeld.example')}', '/ontslag', 1)")
    known = hashed(method, "Jan@voorbeeld.example".lower())
    assert winkel.sql(f"SELECT page FROM visit WHERE visitor = '{known}'") == [("/ontslag",)]
    ran = winkel.run("check")
    assert ran.code == 1
    assert f"app.visit.visitor holds hashes ({method}) of app.member.email" in " ".join(ran.out.split())


def test_attack_34_random_codes_are_no_hashes_of_anybody(winkel: Shop) -> None:
    winkel.sql(f"INSERT INTO visit VALUES ('{hashed('sha256', 'nobody at all')}', '/ontslag', 1)")
    assert "WB721" not in found(winkel)


def test_attack_34_sabotage_without_making_the_hashes_again_it_passes(
    winkel: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehashed, "METHODS", ())
    winkel.sql(f"INSERT INTO visit VALUES ('{hashed('sha256', 'jan@voorbeeld.example')}', '/ontslag', 1)")
    assert "WB721" not in found(winkel)


def test_attack_34_an_erasure_may_not_end_in_a_code(winkel: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    datamap = winkel.folder / "datamap.yaml"
    assert "WB242" not in found(winkel)
    text = datamap.read_text().replace("{body: content.text}", "{body: {is: content.text, on_erasure: pseudonymise}}")
    datamap.write_text(text)
    assert "WB242" in found(winkel)
    monkeypatch.setattr(against, "codes_for_nothing", lambda datamap, policy: iter(()))
    assert "WB242" not in found(winkel)  # without the check nothing else says so


def test_attack_34_a_category_of_hashes_may_not_be_called_anonymous(winkel: Shop) -> None:
    text = (winkel.folder / "policy.yaml").read_text()
    category = (
        "  visits: {label: {nl: bezoek, en: visits}, source: [automatic], people: [member],\n"
        "    identifiability: anonymous, items: {ITEM: required}}\n"
    )
    for item, refused in (("customer_number", True), ("ip_address", True), ("page", False)):
        policy, wrong = parse_policy(text.replace("purposes:\n", category.replace("ITEM", item) + "purposes:\n", 1))
        assert policy is not None, wrong
        assert ("WB026" in {one.id for one in check_policy(policy, policy.version)}) is refused
