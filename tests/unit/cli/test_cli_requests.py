"""A request from plan to answer, as it is typed, and everything that can be typed wrong."""

import json
import stat

import pytest
from tests.cli_kit import Shop, process


def test_a_request_from_plan_to_close(winkel: Shop) -> None:
    plan = winkel.run("plan", "--email", "jan@voorbeeld.example")
    assert plan.code == 0
    assert "Of the 4 rows of this person" in plan.out
    assert "AWR art. 52" in " ".join(plan.out.split())
    assert "winkel.3" in plan.out
    id = plan.out.splitlines()[0].split()[-1]
    assert winkel.sql("SELECT count(*) FROM session WHERE member_id = 1") == [(1,)]
    assert winkel.run("approve", id[:8]).code == 0
    applied = winkel.run("apply", id[:8])
    assert applied.code == 0
    assert "one transaction" in applied.out
    verified = winkel.run("verify", id[:8])
    assert verified.code == 0
    assert "✓ verified: nothing left but what the plan kept" in verified.out
    assert "policy.yaml:" in verified.out
    assert winkel.sql("SELECT count(*) FROM session WHERE member_id = 1") == [(0,)]
    assert winkel.sql("SELECT body FROM comment WHERE id = 2") == [("[iemand] weet dit",)]
    assert winkel.sql("SELECT name, iban FROM invoice") == [("Jan Jansen", None)]
    letter = winkel.run("answer", id[:8], "--lang", "nl")
    assert "Wat wij nog bewaren, en waarom" in letter.out
    assert "artikel 52 van de Algemene wet inzake rijksbelastingen" in " ".join(letter.out.split())
    assert "app." not in letter.out
    assert winkel.run("close", id[:8]).code == 0
    assert "No plan is open" in winkel.run("plans").out
    assert winkel.run("evidence", "verify").code == 0


def test_verifying_what_was_not_carried_out_touches_nothing_and_exits_with_1(winkel: Shop) -> None:
    id = winkel.plan()
    for approved in (False, True):
        if approved:
            winkel.run("approve", id)
        verdict = winkel.run("verify", id)
        assert verdict.code == 1
        assert "not clean" in verdict.out
        assert "✗" in verdict.out
        assert winkel.sql("SELECT count(*) FROM session WHERE member_id = 1") == [(1,)]


def test_a_row_born_meanwhile_is_treated_under_the_same_approval(winkel: Shop) -> None:
    id = winkel.plan()
    winkel.run("approve", id)
    winkel.run("apply", id)
    winkel.sql("INSERT INTO comment VALUES (9, 2, 'en Jan Jansen belde')")
    assert winkel.run("verify", id).code == 0
    assert winkel.sql("SELECT body FROM comment WHERE id = 9") == [("en [iemand] belde",)]


def test_json_says_the_same(winkel: Shop) -> None:
    plan = winkel.run("plan", "--email", "jan@voorbeeld.example", "--json", "--explain").data
    assert plan["totals"] == {
        "located": 4,
        "goes": 1,
        "changes": 4,
        "kept_by_rule": 1,
        "kept_shared": 0,
        "stays_without": 2,
        "kept_until": plan["totals"]["kept_until"],  # type: ignore[index]
    }
    assert all("yaml:" in place for place in plan["decided"].values())  # type: ignore[attr-defined]
    assert "jan" not in json.dumps(plan).lower().replace("january", "")


def test_a_changed_policy_is_stale(winkel: Shop) -> None:
    id = winkel.plan()
    winkel.run("approve", id)
    policy = winkel.folder / "policy.yaml"
    policy.write_text(policy.read_text().replace("7 years", "8 years"))
    stale = winkel.run("apply", id)
    assert stale.code == 3
    assert "WB421" in stale.err
    assert winkel.sql("SELECT count(*) FROM session WHERE member_id = 1") == [(1,)]


def test_access_writes_a_file_for_its_owner_only_and_never_over_another(winkel: Shop) -> None:
    where = winkel.folder / "answer.json"
    first = winkel.run("answer", "--email", "jan@voorbeeld.example", "-o", str(where))
    assert first.code == 0
    assert stat.S_IMODE(where.stat().st_mode) == 0o600
    answer = json.loads(where.read_text())
    assert {section["table"] for section in answer["data"]} >= {"app.member", "app.comment", "app.invoice"}
    assert "geheim" not in where.read_text()
    assert "WB616" in winkel.run("answer", "--email", "jan@voorbeeld.example", "-o", str(where)).err


def test_people_from_a_file_and_from_standard_input(winkel: Shop, tmp_path) -> None:
    file = tmp_path / "leavers.csv"
    file.write_text("email;name\njan@voorbeeld.example;\nels@voorbeeld.example;\nels@voorbeeld.example;\n")
    both = winkel.run("plan", "--people", str(file), "--json").data
    assert both["plan"]["people"] == 2  # type: ignore[index]
    piped = process("plan", "--stdin", "--json", "--dir", str(winkel.folder), stdin="jan@voorbeeld.example\n\nkey=2\n")
    assert json.loads(piped.out)["plan"]["people"] == 2


@pytest.mark.parametrize(
    ("words", "id"),
    [
        (["plan"], "WB610"),
        (["plan", "--identifier", "emial=jan@voorbeeld.example"], "WB611"),
        (["plan", "--identifier", "jan@voorbeeld.example"], "WB613"),
        (["plan", "--identifier", "name=Jan Jansen"], "WB417"),
        (["plan", "--people", "nergens.csv"], "WB613"),
        (["plan", "--table", "app.membr", "--email", "jan@voorbeeld.example"], "WB612"),
        (["plan", "--emial", "jan@voorbeeld.example"], "WB600"),
        (["plan", "--email"], "WB600"),
        (["plna"], "WB601"),
        (["jan@voorbeeld.example"], "WB601"),
        (["evidence", "verifi"], "WB601"),
        (["apply", "ffff"], "WB419"),
        (["answer", "--email", "jan@voorbeeld.example"], "WB615"),
        (["evidence", "verify", "nergens.jsonl"], "WB620"),
        (["evidence", "verify", "nergens.jsonl", "--trust", "00"], "WB621"),
        (["explain", "app.commnt"], "WB612"),
        (["completion", "tcsh"], "WB600"),
        (["grants", "--role", "jan@voorbeeld.example"], "WB600"),
    ],
)
def test_wrong_input_is_told_and_never_repeated(winkel: Shop, words: list[str], id: str) -> None:
    for more in ([], ["--json"]):
        told = winkel.run(*words, *more)
        assert told.code == 2
        assert id in told.err + told.out
        assert "voorbeeld" not in told.err + told.out
        assert "Traceback" not in told.err
        assert "→" in told.err or json.loads(told.out)["findings"][0]["todo"]


def test_a_folder_without_anything(tmp_path, capsys) -> None:
    winkel = Shop(tmp_path, capsys)
    assert "WB603" in winkel.run("plan", "--email", "jan@voorbeeld.example").err
    assert "WB602" in Shop(tmp_path / "nergens", capsys).run("plans").err
    assert "WB604" in (Shop(tmp_path, capsys).run("init"), _without_state(winkel))[1].err


def _without_state(winkel: Shop):
    (winkel.folder / ".waarborg" / "state.db").unlink()
    return winkel.run("evidence", "head")
