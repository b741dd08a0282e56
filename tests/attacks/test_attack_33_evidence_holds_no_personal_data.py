"""Attack 33: the evidence log becomes a store of personal data.

The canaries are what a hurried engineer would put into an entry. Without the guard each of them ends up in the log (the
sabotage shows it); with the guard each is refused, and the refusal does not repeat it.
"""

from __future__ import annotations

import pytest
from tests.evidence_kit import NAMES, PERSON, PLAN, REQUEST, START, Kit, in_memory

from waarborg.errors import EvidenceError
from waarborg.evidence import kinds as forms
from waarborg.evidence.kinds import KINDS, Guard, Kind, kinds
from waarborg.evidence.log import Draft, Log

CANARIES = [
    "jan.de.vries@post.example",
    "Jan de Vries",
    "jan.de.vries",
    "jandevries",
    "+31 6 12345678",
    "0031612345678",
    "123456782",
    "NL91ABNA0417164300",
    "192.0.2.17",
    "Kerkstraat 1, 1234 AB Utrecht",
    "1980-02-30",
    "é",
    "",
]
HARMLESS = {
    forms.DIGEST: PLAN,
    forms.PERSON: PERSON,
    forms.PUBLIC_KEY: PLAN,
    forms.SIGNATURE: PLAN * 2,
    forms.ID: REQUEST,
    forms.INSTANT: "2026-12-01T09:30:00.000000Z",
    forms.ERROR_ID: "WB401",
    forms.COUNT: 3,
    forms.DATE: "2026-12-31",
    forms.FLAG: True,
    forms.NAME: "app.member",
    forms.NAMES: ["app.member", "app.comment"],
    forms.TALLY: {"app.member": 2},
}


def harmless(kind: Kind) -> dict[str, object]:
    """Data that this kind lets pass, every field of it."""
    return {name: HARMLESS.get(form) or form.words[0] for name, form in {**kind.fields, **kind.optional}.items()}


def attempts(kind: Kind, canary: str) -> list[tuple[str | None, dict[str, object]]]:
    """The ways to get a canary into an entry of this kind: as the subject, in each field, beside them, inside one."""
    fine = harmless(kind)
    ways: list[tuple[str | None, dict[str, object]]] = [(canary, fine), (None, {**fine, "note": canary})]
    if canary:
        ways.append((None, {**fine, canary: 1}))
    for name in fine:
        ways += [(None, {**fine, name: value}) for value in (canary, [canary], {canary: 1}, {"app": canary})]
    return ways


def log_without_a_guard(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> Log:
    monkeypatch.setattr(Guard, "check", lambda self, kind, subject, data: None)
    return kit.log


@pytest.mark.parametrize("name", KINDS)
def test_attack_33_every_way_into_every_kind_is_refused_without_repeating_it(name: str) -> None:
    guard, kind = Guard(declared=NAMES), KINDS[name]
    guard.check(name, PERSON if kind.person else None, harmless(kind))
    for canary in CANARIES:
        for subject, data in attempts(kind, canary):
            with pytest.raises(EvidenceError) as caught:
                guard.check(name, subject, data)
            assert {finding.id for finding in caught.value.findings} == {"WB502"}
            assert not canary or len(canary) < 2 or canary not in str(caught.value)


def test_attack_33_sabotage_without_the_guard_the_canaries_are_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    kit = in_memory()
    log = log_without_a_guard(kit, monkeypatch)
    planted = [canary for canary in CANARIES if canary]
    log.append_all(Draft("plan.made", START, canary, {"plan": PLAN, "note": canary}) for canary in planted)
    kit.sign()
    whole = b"\n".join(kit.lines()).decode()
    assert all(canary in whole for canary in planted)


def test_attack_33_with_the_guard_nothing_of_them_reaches_the_log() -> None:
    kit = in_memory()
    for canary in CANARIES:
        with pytest.raises(EvidenceError):
            kit.log.append(kind="plan.made", at=START, data={"plan": PLAN, "note": canary})
    assert kit.log.tip().size == 1


def test_attack_33_an_unknown_kind_is_refused_without_repeating_it() -> None:
    with pytest.raises(EvidenceError) as caught:
        in_memory().log.append(kind="jan.de.vries", at=START)
    assert [finding.id for finding in caught.value.findings] == ["WB501"]
    assert "vries" not in str(caught.value)


def test_attack_33_a_name_nobody_declared_is_refused_however_harmless_it_looks() -> None:
    kit = in_memory()
    data = {"plan": PLAN, "treated": {"app.member": 1, "app.jansen": 1}}
    with pytest.raises(EvidenceError):
        kit.log.append(kind="plan.made", at=START, data=data)
    with pytest.raises(EvidenceError):
        kit.state.log().append(kind="plan.made", at=START, data={"plan": PLAN, "treated": {"app.member": 1}})
    del data["treated"]["app.jansen"]
    kit.log.append(kind="plan.made", at=START, data=data)


def test_attack_33_a_kind_of_ones_own_is_held_to_its_own_fields() -> None:
    mine = {**KINDS, **kinds(Kind("mail.sent", "A mail left.", {"request": forms.ID}, person=True))}
    log = in_memory().state.log(NAMES, mine)
    log.append(kind="mail.sent", at=START, subject=PERSON, data={"request": REQUEST})
    with pytest.raises(EvidenceError):
        log.append(kind="mail.sent", at=START, data={"request": REQUEST, "to": "jan@post.example"})


def test_attack_33_the_hash_in_an_entry_is_nobodys_without_the_key() -> None:
    """Hashing an address is no protection by itself: whoever has a list of addresses hashes them all (attack 34)."""
    import hashlib

    kit = in_memory()
    address = "jan.de.vries@post.example"
    plain = hashlib.sha256(address.encode()).hexdigest()
    guesses = {hashlib.sha256(guess.encode()).hexdigest(): guess for guess in (address, "els@post.example")}
    assert guesses[plain] == address, "without a key the guess succeeds"
    subject, _ = kit.state.people.subject(address, at=START)
    assert subject not in guesses
    assert kit.state.people.subject(address, at=START)[0] == subject
    kit.state.people.forget(address, at=START)
    again, _ = kit.state.people.subject(address, at=START)
    assert again != subject, "once the key is gone not even the controller can make the hash again"
