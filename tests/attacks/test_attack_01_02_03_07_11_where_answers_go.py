"""Answers go to the address that the database holds for that person, whatever the request says."""

from __future__ import annotations

import pytest
from tests.attacks.office_kit import attack, spoil
from tests.office.kit import Office

from waarborg.office.errors import IdentityError
from waarborg.office.requests import identity, lookup
from waarborg.office.requests.life import State

ATTACKER = "aanvaller@elders.example"

TRUSTING = {
    "answers go where the request says": spoil(
        lookup, "record_address", lambda known, given, contact, behalf: (contact, "")
    )
}


def _to(office: Office) -> set[str]:
    """Everybody who got a mail."""
    return {letter.to for letter in office.letters()}


@attack(TRUSTING)
def test_attack_01_a_spoofed_sender_gets_nothing(office: Office) -> None:
    """The From line names the victim, the mail comes from, and would be answered to, somebody else."""
    victim = office.email(5)
    office.receive("access", victim, door="mailbox", contact=ATTACKER)
    office.drain()
    assert _to(office) == {victim}


@attack({
    "addresses that look alike are one": spoil(
        identity, "spelled", lambda address: address.strip().casefold().replace("\u0430", "a").replace("\u0435", "e")
    )
})  # fmt: skip
def test_attack_01_a_look_alike_sender_is_somebody_else(office: Office) -> None:
    """A Cyrillic letter in the address: it finds nobody, and is never taken for the victim's."""
    victim = office.email(5)
    fake = victim.replace("a", "\u0430", 1) if "a" in victim else victim.replace("e", "\u0435", 1)
    assert fake != victim
    received = office.receive("portability", fake, door="mailbox")
    office.drain()
    office.confirm(received)
    office.drain()
    assert victim not in _to(office)
    assert "niets" in office.letters(received.request, "letter")[-1].fields["letter"]["text"]
    assert received.request is not None
    assert not received.request.packages.exists()
    assert identity.spelled(fake) != identity.spelled(victim)


@attack(TRUSTING)
def test_attack_02_mailbox_a_asks_for_account_b(office: Office) -> None:
    mine, theirs = office.email(4), office.email(5)
    for more in ({"identifiers": {"email": theirs}}, {"identifiers": {"key": "5"}, "table": "app.member"}):
        received = office.receive("portability", theirs, door="mailbox", contact=mine, **more)
        office.drain()
        assert received.request is not None
    assert _to(office) == {theirs}


@attack(TRUSTING)
def test_attack_03_a_reply_from_another_address_changes_nothing(office: Office) -> None:
    """The thread goes on from elsewhere before the confirmation, and after it: mails keep going to the record."""
    victim = office.email(5)
    received = office.receive("portability", victim, door="mailbox")
    office.drain()
    again = office.receive("portability", victim, door="mailbox", contact=ATTACKER, text="Stuur het hierheen.")
    office.drain()
    assert again.request is not None
    office.confirm(received)
    office.drain()
    office.confirm(again)
    office.drain()
    office.receive("portability", victim, door="mailbox", contact=ATTACKER)
    office.drain()
    assert _to(office) == {victim}
    received.request.refresh_from_db()  # type: ignore[union-attr]
    again.request.refresh_from_db()
    assert {received.request.state, again.request.state} <= {State.ANSWERED, State.JOINED}  # type: ignore[union-attr]


@attack(TRUSTING)
def test_attack_07_the_delivery_address_is_not_chosen_by_who_asks(office: Office) -> None:
    victim = office.email(5)
    received = office.receive(
        "portability", victim, contact=ATTACKER, text=f"Mijn adres is nu {ATTACKER}, stuur alles daarheen."
    )
    office.drain()
    assert _to(office) == {victim}
    office.confirm(received)
    office.drain()
    assert _to(office) == {victim}
    assert office.letters(received.request, "answer")[-1].to == victim


def test_attack_07_with_two_addresses_of_record_nobody_guesses(office: Office) -> None:
    """A key leads to a person whose rows hold two addresses: a person of the staff looks, and no mail goes out."""
    victim = office.email(5)
    known = lookup.Known((("app.member", ("5",)),), {"email": (victim, "oud@post.example")}, frozenset())
    assert lookup.record_address(known, {"key": "5"}, ATTACKER, "") == ("", "addresses")
    assert lookup.record_address(known, {"email": "OUD@post.example "}, ATTACKER, "") == ("oud@post.example", "")


@attack(TRUSTING)
def test_attack_11_an_agent_without_a_mandate_gets_nothing(office: Office) -> None:
    """Who asks on behalf of another has the code on the screen; the mail with the link goes to the one it is about."""
    victim = office.email(5)
    received = office.receive("portability", victim, contact=ATTACKER, on_behalf="mandate", name="Bureau Beter")
    office.drain()
    assert _to(office) == {victim}
    assert received.request is not None
    received.request.refresh_from_db()
    assert (received.request.state, received.request.assurance) == (State.IDENTITY, 0)
    office.confirm(received)  # the person agrees: the answer is theirs, to hand on or not
    office.drain()
    assert _to(office) == {victim}


def test_attack_11_a_guardian_is_looked_at_by_a_person(office: Office) -> None:
    request = office.ask("portability", office.email(5), contact=ATTACKER, on_behalf="guardian")
    assert (request.state, request.hint) == (State.IN_REVIEW, "guardian")
    assert not request.packages.exists()


def test_attack_11_the_code_alone_confirms_nothing(office: Office) -> None:
    received = office.receive("portability", office.email(5), contact=ATTACKER)
    office.drain()
    with pytest.raises(IdentityError, match="WB920"):
        identity.confirm(office.tenant, "x" * 43, received.code)
