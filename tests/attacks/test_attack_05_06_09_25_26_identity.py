"""How sure we are of who asks: never by what somebody knows, never by more than is needed, and nothing is kept."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.attacks.office_kit import Sabotage, attack, spoil
from tests.office.kit import Office

from waarborg.office import engine
from waarborg.office.errors import IdentityError
from waarborg.office.requests import documents, gateway, identity, moves
from waarborg.office.requests.identity import Need
from waarborg.office.requests.life import State
from waarborg.office.requests.models import SubjectRequest

SCAN = b"\xff\xd8\xff\xe0 Kanarie op een pasfoto"


def _knowing(patch: pytest.MonkeyPatch) -> None:
    """A system that believes who knows enough."""
    old = moves.move

    def move(request: SubjectRequest, name: str, **more: Any) -> SubjectRequest:
        done = old(request, name, **more)
        if name == "ask_identity":
            SubjectRequest.objects.filter(pk=request.pk).update(assurance=2)
        return done

    patch.setattr(moves, "move", move)


@attack({"facts count": _knowing})
def test_attack_05_what_is_known_of_somebody_is_no_proof(office: Office) -> None:
    """Name, telephone number and address, all right, and all to be found: they find the row, and lift nothing."""
    email, name, phone = office.sql("SELECT email, full_name, phone FROM member WHERE id = 5")[0]
    received = office.receive("portability", email, identifiers={"email": email, "name": name, "phone": phone})
    office.drain()
    request = received.request
    assert request is not None
    request.refresh_from_db()
    assert (request.state, request.assurance) == (State.IDENTITY, 0)
    assert not request.packages.exists()


def _asked_for_a_document(office: Office) -> tuple[SubjectRequest, str]:
    """A person whose row has no mail address any more: nothing lighter is possible."""
    office.sql("UPDATE member SET email = '', email_lower = '', phone = NULL WHERE id = 5")
    received = office.receive(
        "portability", "", identifiers={"key": "5"}, table="app.member", contact="nieuw@post.example"
    )
    office.drain()
    assert received.request is not None
    received.request.refresh_from_db()
    assert received.request.hint == "no_address"
    SubjectRequest.objects.filter(pk=received.request.pk).update(needed=4)
    received.request.refresh_from_db()
    token = documents.ask(received.request, office.staff(), "De rij heeft geen adres meer, en bellen lukt niet.")
    received.request.refresh_from_db()
    return received.request, token


def _believing(judge: Any, request: SubjectRequest, by: Any, genuine: bool) -> None:
    judge(request, by, genuine=True)


@attack({"every document is believed": spoil(documents, "judge", partial(_believing, documents.judge))})
def test_attack_06_a_forged_document_lifts_nothing(office: Office) -> None:
    request, token = _asked_for_a_document(office)
    documents.take(office.tenant, token, SCAN, "image/jpeg")
    documents.judge(request, office.staff(), genuine=False)
    request.refresh_from_db()
    assert (request.state, request.assurance) == (State.IDENTITY, 0)


@pytest.mark.parametrize(("body", "kind"), [(b"", "image/jpeg"), (b"MZ\x90", "image/jpeg"), (SCAN, "text/html"),
                                            (b"%PDF-" + bytes(9 * 1024 * 1024), "application/pdf")])  # fmt: skip
def test_attack_06_a_blank_or_foreign_file_is_no_document(office: Office, body: bytes, kind: str) -> None:
    _, token = _asked_for_a_document(office)
    with pytest.raises(IdentityError, match="WB925"):
        documents.take(office.tenant, token, body, kind)


def test_attack_06_nothing_handed_over_cannot_be_judged(office: Office) -> None:
    request, _ = _asked_for_a_document(office)
    with pytest.raises(IdentityError, match="WB920"):
        documents.judge(request, office.staff(), genuine=True)


TOWN = "    items: {ip_address: required, browser: required, device: required, town: {precision: town}}\n"


def _sensitive(office: Office) -> None:
    """The policy says that where somebody signs in from is delicate."""
    office.edit("policy.yaml", TOWN, TOWN + "    sensitivity: high\n")


@attack({"a session is enough for everything": spoil(identity, "needed", lambda *_, **__: Need(1))})
def test_attack_09_a_stolen_session_does_not_export_what_is_sensitive(office: Office) -> None:
    """The thief is signed in at the company. What would hurt asks for a second factor, and the owner gets a mail."""
    _sensitive(office)
    email = office.email(5)
    received = office.signed_in("access", {"email": email})
    office.drain()
    request = received.request
    assert request is not None
    request.refresh_from_db()
    assert (request.state, request.needed) == (State.IDENTITY, 3)
    assert not request.packages.exists()
    assert {letter.to for letter in office.letters(request)} <= {email}


def test_attack_09_with_the_second_factor_of_the_company_it_goes_on(office: Office) -> None:
    _sensitive(office)
    received = office.signed_in("portability", {"email": office.email(5)}, amr=("pwd", "otp"))
    office.drain()
    assert received.request is not None
    received.request.refresh_from_db()
    assert (received.request.state, received.request.hint) == (State.ANSWERED, "")
    assert "received" in [letter.kind for letter in office.letters(received.request)], "the owner is not told"


def test_attack_09_a_text_message_to_the_number_of_record(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Step up by text message: the clock stands still, the code goes to the number of the row, and works once."""
    monkeypatch.setattr(gateway, "ready", lambda: True)
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(gateway, "send", lambda tenant, number, code, language: sent.append((number, code)))
    _sensitive(office)
    request = office.ask("portability", office.email(5))
    assert (request.state, request.assurance, request.paused_at is not None) == (State.IDENTITY, 2, True)
    due = request.due_on
    office.clock.advance(days=10)
    identity.text_code(request)
    number, code = sent[-1]
    assert number == office.sql("SELECT phone FROM member WHERE id = 5")[0][0]
    with pytest.raises(IdentityError, match="WB920"):
        identity.check_text(request, f"{(int(code) + 1) % 10**8:08d}")
    identity.check_text(request, code)
    office.drain()
    request.refresh_from_db()
    assert (request.state, request.paused_at) == (State.ANSWERED, None)
    assert request.due_on >= due
    assert "request.resumed" in office.kinds()
    with pytest.raises(IdentityError):
        identity.check_text(request, code)


@attack({"a document is asked of everybody": spoil(documents, "offered", lambda *_: ())})
def test_attack_25_no_document_while_something_lighter_will_do(office: Office) -> None:
    received = office.receive("portability", office.email(5))
    office.drain()
    assert received.request is not None
    received.request.refresh_from_db()
    assert received.request.needed == 1, "a mail to the address of record is enough"
    asked = False
    try:
        documents.ask(received.request, office.staff(), "Voor de zekerheid een paspoort.")
        asked = True
    except IdentityError:
        pass
    assert not asked


@attack({"everybody needs everything": spoil(identity, "needed", lambda *_, **__: Need(4, ("sensitive",)))})
def test_attack_25_as_much_as_this_answer_needs_and_no_more(office: Office) -> None:
    """Taking consent back needs nothing, a question nothing, an ordinary answer one step."""
    email = office.email(5)
    for ask, more, height in (("withdrawal", {"purpose": "newsletter"}, 0), ("complaint", {}, 0), ("access", {}, 1)):
        received = office.receive(ask, email, **more)
        office.drain()
        assert received.request is not None
        received.request.refresh_from_db()
        assert received.request.needed == height, ask


def _bytes(office: Office) -> bytes:
    """Everything the vault holds under document keys, opened."""
    with engine.door(office.tenant).read() as state:
        return b"".join(state.vault.open(name) for name in state.vault.records(kind="document"))


def _keeping(patch: pytest.MonkeyPatch) -> None:
    from waarborg.state.vault import Vault

    old = Vault.destroy
    patch.setattr(Vault, "destroy", lambda self, key: 1 if key.startswith("document:") else old(self, key))


DOCUMENTS: dict[str, Sabotage] = {"documents are kept": _keeping}


@attack(DOCUMENTS)
def test_attack_26_a_document_is_destroyed_after_the_decision(office: Office) -> None:
    request, token = _asked_for_a_document(office)
    documents.take(office.tenant, token, SCAN, "image/jpeg")
    assert SCAN in _bytes(office)  # seen first
    found = documents.read(request, office.staff())
    assert found == (SCAN, "image/jpeg")
    assert office.tenant.looks.filter(what="document").count() == 1
    documents.judge(request, office.staff(), genuine=True)
    request.refresh_from_db()
    assert request.assurance == 4
    assert SCAN not in _bytes(office)
    assert documents.read(request, office.staff()) is None


@attack(DOCUMENTS)
def test_attack_26_a_refused_document_is_destroyed_as_well(office: Office) -> None:
    request, token = _asked_for_a_document(office)
    documents.take(office.tenant, token, SCAN, "image/jpeg")
    documents.judge(request, office.staff(), genuine=False)
    assert SCAN not in _bytes(office)


def test_a_message_of_the_gateway_holds_a_code_and_nothing_else(office: Office, tmp_path: Path, settings: Any) -> None:
    from dataclasses import replace

    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, sms=str(tmp_path / "sms"))
    gateway.send(office.tenant, "+31612345678", "12345678", "nl")
    (file,) = (tmp_path / "sms").iterdir()
    body = json.loads(file.read_text())
    assert body["text"] == "Uw code is 12345678. Geef deze code aan niemand door."
    assert file.stat().st_mode & 0o777 == 0o600
