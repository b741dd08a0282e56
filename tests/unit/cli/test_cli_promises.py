"""Promises with their standing, attestations, disclosures, and recipients that must be told."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.cli_kit import Shop

from waarborg.clock import SystemClock

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The time of these tests: what stands in the list."""
    found = [NOW]
    monkeypatch.setattr(SystemClock, "now", lambda self: found[0])
    return found


def standing(shop: Shop, path: str) -> Mapping[str, object]:
    """What `promises` says of one entry."""
    (one,) = shop.run("promises", path, "--json").data["promises"]  # type: ignore[misc]
    return one  # type: ignore[no-any-return]


def document(shop: Shop, text: str = "a certificate") -> Path:
    path = shop.folder / "certificate.pdf"
    path.write_text(text)
    return path


# ------------------------------------------------------------------------------------------------ promises


def test_every_promise_has_a_standing_a_check_and_a_place(winkel: Shop) -> None:
    ran = winkel.run("promises", "--json")
    listed = {one["path"]: one for one in ran.data["promises"]}  # type: ignore[union-attr]
    assert {"data.account", "retention.invoices", "measures.datacentre", "recipients.mail_provider"} <= set(listed)
    assert all(one["state"] in ("kept", "broken", "attested", "not_shown") and one["check"] for one in listed.values())
    assert listed["retention.invoices"]["place"].startswith("policy.yaml:")
    named = {one["id"]: one for one in ran.data["named"]}  # type: ignore[union-attr]
    assert named["winkel.3"] == {"id": "winkel.3", "state": "kept", "entries": ["retention.invoices"]}
    assert sum(ran.data["counts"].values()) == len(listed)  # type: ignore[union-attr]


def test_a_row_past_its_term_breaks_the_promise(winkel: Shop) -> None:
    assert standing(winkel, "retention.invoices")["state"] == "kept"
    winkel.sql("UPDATE invoice SET issued_on = '2018-06-30'")
    found = standing(winkel, "winkel.3")
    assert (found["state"], found["why"]) == ("broken", "1 row is past the term")
    assert winkel.run("promises", "retention.invoices").code == 1


def test_what_only_the_databases_show_is_not_shown_without_them(winkel: Shop) -> None:
    ran = winkel.run("promises", "retention.invoices", "--offline", "--json")
    assert ran.data["promises"][0]["state"] == "not_shown"  # type: ignore[index]
    assert ran.code == 0
    assert winkel.run("promises", "retention.invoices", "--offline", "--strict").code == 1


def test_what_check_finds_at_an_entry_breaks_its_promise(winkel: Shop) -> None:
    policy = winkel.folder / "policy.yaml"
    policy.write_text(
        policy.read_text().replace("agreement: dpa-2026-03,", "agreement: dpa, agreement_until: 2026-01-01,")
    )
    found = standing(winkel, "recipients.mail_provider")
    assert found["state"] == "broken"
    assert "WB044" in str(found["why"])


def test_a_category_that_no_column_holds_is_a_broken_promise(winkel: Shop) -> None:
    datamap = winkel.folder / "datamap.yaml"
    assert standing(winkel, "data.content")["state"] == "kept"
    datamap.write_text(datamap.read_text().replace("{body: content.text}", "{body: technical}"))
    assert "no column" in str(standing(winkel, "data.content")["why"])


def test_a_request_that_waits_longer_than_a_month_breaks_the_right(winkel: Shop, clock: list[datetime]) -> None:
    with (winkel.folder / "policy.yaml").open("a") as policy:
        policy.write("rights:\n  erasure: {self_service: true}\n")
    winkel.plan()
    assert standing(winkel, "rights.erasure")["state"] == "not_shown"
    clock[0] = datetime(2026, 12, 29, 9, tzinfo=UTC)
    assert standing(winkel, "rights.erasure")["why"] == "1 request has waited longer than the law allows"


def test_a_list_of_promises_is_held_against_the_policy_both_ways(winkel: Shop) -> None:
    file = winkel.folder / "list.yaml"
    kept = "".join(
        f"- {{id: winkel.{n}, kind: retention, promise: p, system: s, proof: behaviour}}\n" for n in (1, 2, 3, 5)
    )
    file.write_text(f"services:\n  winkel: {{country: NL}}\npromises:\n{kept}")
    ran = winkel.run("promises", "--list", str(file), "--json")
    assert ran.code == 1
    assert ran.data["without_entry"] == ["winkel.5"]
    assert {finding["id"] for finding in ran.data["findings"]} == {"WB120", "WB121"}  # type: ignore[union-attr]


def test_an_unknown_promise_is_refused_with_the_nearest(winkel: Shop) -> None:
    ran = winkel.run("promises", "retention.invoice")
    assert ran.code == 2
    assert 'Did you mean "retention.invoices"?' in ran.err


# ------------------------------------------------------------------------------------------------ attestations


def test_an_attestation_keeps_a_promise_until_its_day(winkel: Shop, clock: list[datetime]) -> None:
    assert standing(winkel, "measures.datacentre")["state"] == "not_shown"
    path = document(winkel)
    made = winkel.run("attest", "measures.datacentre", "--document", str(path), "--until", "2027-06-30", "--json")
    assert made.code == 0
    assert made.data["document"] == hashlib.sha256(b"a certificate").hexdigest()
    found = standing(winkel, "measures.datacentre")
    assert (found["state"], found["until"], found["evidence"]) == ("attested", "2027-06-30", [made.data["evidence"]])
    clock[0] = datetime(2027, 6, 30, 9, tzinfo=UTC)
    assert standing(winkel, "measures.datacentre")["state"] == "attested"
    clock[0] = datetime(2027, 7, 1, 9, tzinfo=UTC)
    assert standing(winkel, "measures.datacentre")["why"] == "the attestation ended on 2027-06-30"
    assert winkel.run("promises", "measures.datacentre").code == 1


def test_an_attestation_does_not_cover_what_a_check_found(winkel: Shop) -> None:
    path = document(winkel)
    assert winkel.run("attest", "retention.invoices", "--document", str(path), "--until", "2027-06-30").code == 0
    assert standing(winkel, "retention.invoices")["state"] == "kept"
    winkel.sql("UPDATE invoice SET issued_on = '2018-06-30'")
    assert standing(winkel, "retention.invoices")["state"] == "broken"


def test_the_entry_names_nobody_and_verifies(winkel: Shop) -> None:
    path = document(winkel)
    winkel.run("attest", "winkel.4", "--document", str(path), "--until", "2027-06-30", "--by", "Noor van Dijk")
    winkel.run("evidence", "export", str(winkel.folder / "log.jsonl"))
    text = (winkel.folder / "log.jsonl").read_text()
    assert '"promise":"recipients.mail_provider"' in text
    assert "Noor" not in text
    assert winkel.run("evidence", "verify").code == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["measures.datacenter", "--until", "2027-06-30"], "WB660"),
        (["measures.datacentre", "--until", "2026-01-01"], "WB662"),
        (["measures.datacentre", "--until", "soon"], "WB662"),
        (["measures.datacentre", "--until", "2027-06-30", "--document", "nothing.pdf"], "WB661"),
    ],
)
def test_an_attestation_that_would_prove_nothing_is_refused(winkel: Shop, words: list[str], says: str) -> None:
    given = [] if "--document" in words else ["--document", str(document(winkel))]
    before = winkel.run("evidence", "head", "--json").out
    ran = winkel.run("attest", *words, *given)
    assert ran.code == 2
    assert says in ran.err
    assert winkel.run("evidence", "head", "--json").out == before


# ------------------------------------------------------------------------------------------------ disclosures

MAILED = ("disclose", "--to", "mail_provider", "--purpose", "service", "--data", "account.email")


def recipients_of(shop: Shop, *who: str) -> dict[str, object]:
    """The recipients of an access answer, by id."""
    file = shop.folder / f"answer{len(list(shop.folder.glob('answer*')))}.json"
    assert shop.run("answer", *who, "-o", str(file)).code == 0
    information = json.loads(file.read_text())["information"]
    return {"exceptional": information["disclosures"], **{one["id"]: one["given"] for one in information["recipients"]}}


def test_an_access_answer_names_who_really_got_it_and_when(winkel: Shop) -> None:
    assert winkel.run(*MAILED, "--email", "JAN@voorbeeld.example", "--on", "2026-03-02").code == 0
    assert recipients_of(winkel, "--email", "jan@voorbeeld.example")["mail_provider"] == [
        {"on": "2026-03-02", "purpose": "service", "data": ["account.email"]}
    ]
    # known by every identifier, whichever was given; and somebody else's answer says nothing of it
    assert len(recipients_of(winkel, "-i", "customer_number=1")["mail_provider"]) == 1  # type: ignore[arg-type]
    assert recipients_of(winkel, "--email", "els@voorbeeld.example")["mail_provider"] == []


def test_a_recipient_by_choice_is_named_only_where_it_got_something(winkel: Shop) -> None:
    policy = winkel.folder / "policy.yaml"
    policy.write_text(policy.read_text().replace("role: processor,\n", "role: processor, by_choice: true,\n", 1))
    assert "mail_provider" in recipients_of(winkel, "--email", "els@voorbeeld.example")
    assert winkel.run(*MAILED, "--email", "jan@voorbeeld.example").code == 0
    assert "mail_provider" in recipients_of(winkel, "--email", "jan@voorbeeld.example")
    assert "mail_provider" not in recipients_of(winkel, "--email", "els@voorbeeld.example")


def test_an_exceptional_disclosure_is_told_when_the_law_allows_it(winkel: Shop, clock: list[datetime]) -> None:
    order = document(winkel, "an order")
    words = ["disclose", "--ground", "law", "--who", "Politie Utrecht", "--by", "privacy officer", "--data", "account"]
    words += ["--document", str(order), "--email", "jan@voorbeeld.example"]
    assert winkel.run(*words, "--silent-until", "2027-01-31", "--silent-law", "Sv art. 126").code == 0
    assert recipients_of(winkel, "--email", "jan@voorbeeld.example")["exceptional"] == []
    clock[0] = datetime(2027, 2, 1, 9, tzinfo=UTC)
    (told,) = recipients_of(winkel, "--email", "jan@voorbeeld.example")["exceptional"]  # type: ignore[misc]
    assert told == {"ground": "law", "who": "Politie Utrecht", "data": ["account"], "on": "2026-11-28"}


def test_a_log_of_another_system_comes_in_whole_or_not_at_all(winkel: Shop) -> None:
    log = winkel.folder / "log.csv"
    log.write_text(
        "recipient,purpose,data,on,email\n"
        "mail_provider,service,account.email,2026-03-02,jan@voorbeeld.example\n"
        "mail_provider,service,account.email account.name,2026-04-02,Jan@voorbeeld.example\n"
        "postman,service,content,2026-04-02,els@voorbeeld.example\n"
    )
    ran = winkel.run("disclose", "--log", str(log))
    assert ran.code == 2
    assert "WB582 log.csv:4" in ran.err
    assert recipients_of(winkel, "--email", "jan@voorbeeld.example")["mail_provider"] == []
    log.write_text(log.read_text().rpartition("postman")[0])
    assert winkel.run("disclose", "--log", str(log), "--json").data["ok"]
    assert len(recipients_of(winkel, "--email", "jan@voorbeeld.example")["mail_provider"]) == 2  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--to", "mail_provide", "--purpose", "service", "--data", "account.email"], ["WB582", "mail_provider"]),
        (["--to", "mail_provider", "--purpose", "marketing", "--data", "account.email"], ["WB585"]),
        (["--to", "mail_provider", "--purpose", "service", "--data", "billing.iban"], ["WB585", "billing.iban"]),
        (["--to", "mail_provider", "--purpose", "service", "--data", "account.emial"], ["WB020", "email"]),
        (["--to", "mail_provider", "--purpose", "service"], ["WB583"]),
        (["--to", "mail_provider", "--purpose", "service", "--data", "account.email", "--on", "2027-01-01"], ["WB587"]),
        (["--ground", "law", "--data", "account"], ["WB584", "who, decider, document or reason"]),
        (["--ground", "lew", "--data", "account"], ["WB582", 'mean "law"']),
        (["--data", "account"], ["WB582"]),
        ([*MAILED[1:], "--ground", "law"], ["WB582"]),
    ],
)
def test_a_disclosure_that_the_policy_does_not_promise_is_refused(
    winkel: Shop, words: list[str], says: list[str]
) -> None:
    ran = winkel.run("disclose", *words, "--email", "jan@voorbeeld.example")
    assert ran.code == 2
    assert all(part in ran.err for part in says), ran.err
    assert "jan@" not in ran.err


def test_nothing_goes_to_a_recipient_whose_agreement_ended(winkel: Shop) -> None:
    policy = winkel.folder / "policy.yaml"
    policy.write_text(
        policy.read_text().replace("agreement: dpa-2026-03,", "agreement: dpa, agreement_until: 2026-11-01,")
    )
    assert "WB586" in winkel.run(*MAILED, "--email", "jan@voorbeeld.example").err
    assert winkel.run(*MAILED, "--email", "jan@voorbeeld.example", "--on", "2026-10-31").code == 0


def test_a_name_is_not_enough_to_know_somebody_by(winkel: Shop) -> None:
    assert "WB581" in winkel.run(*MAILED, "-i", "name=Jan Jansen").err


# ------------------------------------------------------------------------------------------------ recipients to be told


def erased(shop: Shop) -> str:
    plan = shop.plan()
    for step in ("approve", "apply", "verify"):
        assert shop.run(step, plan).code == 0
    return plan


def test_whoever_has_the_data_must_be_told_that_it_went(winkel: Shop, clock: list[datetime]) -> None:
    assert winkel.run("recipients").code == 0
    plan = erased(winkel)
    waits = winkel.run("recipients", plan, "--json")
    assert waits.code == 1
    assert [(one["recipient"], one["state"]) for one in waits.data["recipients"]] == [("mail_provider", "due")]  # type: ignore[union-attr]
    assert winkel.run("recipients", plan, "mail_provider").code == 1
    assert standing(winkel, "recipients.mail_provider")["state"] == "kept"
    clock[0] = datetime(2026, 12, 29, 9, tzinfo=UTC)
    assert standing(winkel, "recipients.mail_provider")["why"] == "1 answer is missing, on what went or changed"
    reply = document(winkel, "done")
    confirmed = winkel.run("recipients", plan, "mail_provider", "--state", "confirmed", "--document", str(reply))
    assert confirmed.code == 0
    found = standing(winkel, "recipients.mail_provider")
    assert found["state"] == "kept"
    assert len(found["evidence"]) == 2  # type: ignore[arg-type]
    assert "WB580" in winkel.run("recipients", plan, "postman").err


def test_a_recipient_by_choice_is_told_only_where_it_got_something(winkel: Shop) -> None:
    policy = winkel.folder / "policy.yaml"
    policy.write_text(policy.read_text().replace("role: processor,\n", "role: processor, by_choice: true,\n", 1))
    assert winkel.run(*MAILED, "--email", "els@voorbeeld.example").code == 0
    assert winkel.run("recipients", erased(winkel), "--json").data["recipients"] == []


def test_a_person_who_is_gone_is_gone_from_the_register(winkel: Shop) -> None:
    winkel.sql("DELETE FROM invoice")
    assert winkel.run(*MAILED, "--email", "jan@voorbeeld.example").code == 0
    plan = erased(winkel)
    assert _hashes(winkel) > 0
    assert winkel.run("close", plan).code == 0
    assert _hashes(winkel) == 0


def test_while_a_law_keeps_something_the_register_knows_the_person(winkel: Shop) -> None:
    assert winkel.run(*MAILED, "--email", "jan@voorbeeld.example").code == 0
    assert winkel.run("close", erased(winkel)).code == 0
    assert _hashes(winkel) > 0


def _hashes(shop: Shop) -> int:
    import sqlite3

    with sqlite3.connect(shop.folder / ".waarborg" / "state.db") as connection:
        return int(connection.execute("SELECT count(*) FROM waarborg_disclosed").fetchone()[0])
