"""`waarborg leftovers`, and the line `waarborg verify` ends with."""

import json

from tests.cli_kit import Shop


def carried_out(winkel: Shop) -> str:
    id = winkel.plan()
    winkel.run("approve", id)
    winkel.run("apply", id)
    return id


def test_verify_ends_with_the_leftovers(winkel: Shop) -> None:
    id = carried_out(winkel)
    verified = winkel.run("verify", id)
    assert verified.code == 0, verified.out
    assert "✓ leftovers: 0 unexplained (1 explained, 0 ambiguous, 0 ignored)" in verified.out
    assert "app.invoice.name" in verified.out
    assert "leftovers" not in winkel.run("verify", id, "--no-leftovers").out
    assert "resten: 0 onverklaard (1 verklaard" in winkel.run("verify", id, "--lang", "nl").out


def test_an_unmapped_table_turns_it_red(winkel: Shop) -> None:
    winkel.sql("CREATE TABLE spoor (id INTEGER PRIMARY KEY, wat TEXT)")
    winkel.sql("INSERT INTO spoor VALUES (1, 'mail naar JAN@voorbeeld.example')")
    id = carried_out(winkel)
    for command in ("verify", "leftovers"):
        ran = winkel.run(command, id)
        assert ran.code == 1
        assert "✗ leftovers: 1 unexplained" in ran.out
        assert "app.spoor.wat" in ran.out
        assert "jan@" not in ran.out.lower()
    told = winkel.run("leftovers", id, "--json")
    assert told.code == 1
    assert told.data["ok"] is False
    assert told.data["leftovers"]["places"][0]["standing"] == "unexplained"  # type: ignore[index]
    assert "voorbeeld" not in json.dumps(told.data)
    assert winkel.run("verify", id, "--no-leftovers").code == 0
    assert winkel.run("evidence", "verify").code == 0


def test_before_it_is_carried_out_there_are_no_leftovers(winkel: Shop) -> None:
    refused = winkel.run("leftovers", winkel.plan())
    assert refused.code == 2
    assert "WB439" in refused.err
