"""Receipts: the person alone can prove that entries are theirs, offline, and for ever."""

import base64
import json
from pathlib import Path

import pytest
from tests.evidence_kit import PLAN, REQUEST, START, Kit, in_memory

from waarborg.errors import EvidenceError
from waarborg.evidence import receipt
from waarborg.evidence.heads import SigningKey

REFERENCE = "jan.de.vries@post.example"
OLD = Path(__file__).parent / "receipt-format-1.txt"
OLD_KEY = SigningKey.from_bytes(bytes(range(100, 132))).public


def asked() -> tuple[Kit, bytes, list[int]]:
    """A log in which Jan's request was carried out between those of others."""
    kit = in_memory()
    other, _ = kit.state.people.subject("els@post.example", at=START)
    subject, person_key = kit.state.people.subject(REFERENCE, at=START)
    for who in (other, subject, other):
        kit.log.append(
            kind="request.received", at=kit.tick(), subject=who, data={"request": REQUEST, "right": "erasure"}
        )
    kit.log.append(kind="plan.verified", at=kit.tick(), subject=subject, data={"plan": PLAN, "left": 0})
    kit.sign()
    return kit, person_key, kit.state.entries().of_subject(subject)


def issued(kit: Kit, person_key: bytes, entries: list[int], **changed: object) -> str:
    given = {"request": REQUEST, "reference": REFERENCE, "head": kit.head(), **changed}
    return receipt.issue(kit.log, key=kit.key, at=kit.now, person_key=person_key, entries=entries, **given)


def why_not(call) -> str:
    with pytest.raises(EvidenceError) as caught:
        call()
    assert {finding.id for finding in caught.value.findings} == {"WB507"}
    assert REFERENCE not in str(caught.value)
    return str(caught.value)


def test_a_receipt_is_checked_with_nothing_but_the_public_key():
    kit, person_key, entries = asked()
    token = issued(kit, person_key, entries)
    checked = receipt.check(token, keys=[kit.key.public])
    assert [entry.seq for entry in checked.entries] == entries == [2, 4]
    assert checked.head == kit.head()
    assert (checked.request, checked.reference) == (REQUEST, REFERENCE)
    assert REFERENCE not in repr(checked)
    assert person_key.hex() not in repr(checked)


def test_a_receipt_still_holds_when_the_log_has_grown_and_the_person_was_forgotten():
    kit, person_key, entries = asked()
    token = issued(kit, person_key, entries)
    kit.state.people.forget(REFERENCE, at=START)
    kit.append(20)
    checked = receipt.check(token, keys=[kit.key.public])
    proof = kit.log.consistency(checked.head.size, kit.head().size)
    assert receipt.extends(checked, kit.head(), proof, keys=[kit.key.public])
    assert not receipt.extends(checked, kit.head(), proof[:-1], keys=[kit.key.public])
    assert not receipt.extends(checked, kit.head(), proof, keys=[OLD_KEY[::-1]])


def test_nobody_gets_a_proof_of_anothers_entry():
    kit, person_key, entries = asked()
    assert "not about this person" in why_not(lambda: issued(kit, person_key, [1]))
    assert "not about this person" in why_not(lambda: issued(kit, b"0" * 32, entries))
    assert "not about this person" in why_not(lambda: issued(kit, person_key, entries, reference="els@post.example"))


def reworked(token: str, change) -> str:
    """The payload changed, the signature made again by the controller's own key: the proofs have to notice."""
    header, payload, _ = token.split(".")
    values = json.loads(base64.urlsafe_b64decode(payload + "=="))
    change(values)
    from waarborg.canonical import canonical

    signing = SigningKey.from_bytes(bytes(range(100, 132)))
    middle = header + "." + base64.urlsafe_b64encode(canonical(values)).rstrip(b"=").decode()
    mark = base64.urlsafe_b64encode(bytes.fromhex(signing.sign(middle.encode()))).rstrip(b"=").decode()
    return f"{middle}.{mark}"


def entry_changed(values):
    values["entries"][0]["entry"] = values["entries"][0]["entry"].replace("erasure", "access")


def head_changed(values):
    values["head"] = values["head"].replace('"size":5', '"size":6')


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (entry_changed, "not in the log"),
        (lambda v: v["entries"][0]["proof"].pop(), "not in the log"),
        (lambda v: v["person"].update(key="00" * 32), "not about the person"),
        (lambda v: v["person"].update(reference="els@post.example"), "not about the person"),
        (lambda v: v["person"].update(key="00"), "not of a format"),
        (lambda v: v.update(log="another"), "not signed by a trusted key for this log"),
        (head_changed, "not signed by a trusted key"),
        (lambda v: v.update(format=2), "not of a format"),
        (lambda v: v.pop("entries"), "not of a format"),
        (lambda v: v.update(entries=[{"entry": "{}", "proof": []}]), "not of a format"),
    ],
)
def test_a_receipt_that_was_signed_but_proves_nothing_is_refused(change, says):
    kit, person_key, entries = asked()
    token = issued(kit, person_key, entries)
    assert receipt.check(reworked(token, lambda values: None), keys=[kit.key.public])
    assert says in why_not(lambda: receipt.check(reworked(token, change), keys=[kit.key.public]))


def test_a_receipt_by_an_unknown_key_or_another_algorithm_is_refused():
    kit, person_key, entries = asked()
    token = issued(kit, person_key, entries)
    assert "not signed by a key that is trusted" in why_not(
        lambda: receipt.check(token, keys=[SigningKey.generate().public])
    )
    header, payload, mark = token.split(".")
    for algorithm in ("none", "HS256", "EdDSA"):
        values = json.loads(base64.urlsafe_b64decode(header + "==")) | {"alg": algorithm}
        other = base64.urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()
        why_not(lambda other=other: receipt.check(f"{other}.{payload}.{mark}", keys=[kit.key.public]))
    for spoilt in (token[:-4] + "AAAA", "", "a.b", "é.é.é", f"{header}.{payload}."):
        why_not(lambda spoilt=spoilt: receipt.check(spoilt, keys=[kit.key.public]))


def test_a_receipt_that_would_not_hold_is_not_handed_out():
    kit, person_key, entries = asked()
    kit.state.sql.run("DROP TRIGGER waarborg_entry_no_update")
    kit.state.sql.run("UPDATE waarborg_entry SET nodes = zeroblob(length(nodes)) WHERE seq = 3")
    assert "not in the log" in why_not(lambda: issued(kit, person_key, entries))


def test_old_receipts_verify_for_ever():
    """A receipt of format 1, made once and kept: when this fails, the format was broken for people who hold one."""
    checked = receipt.check(OLD.read_text().strip(), keys=[OLD_KEY])
    assert [entry.kind for entry in checked.entries] == ["request.received", "plan.verified"]


@pytest.mark.parametrize(
    ("check", "change"),
    [
        ("inclusion_holds", lambda v: v["entries"][0]["proof"].pop()),
        ("subject_hash", lambda v: v["person"].update(reference="els@post.example")),
    ],
)
def test_sabotage_of_a_check_lets_a_false_receipt_pass(check, change, monkeypatch):
    kit, person_key, entries = asked()
    false = reworked(issued(kit, person_key, entries), change)
    why_not(lambda: receipt.check(false, keys=[kit.key.public]))
    subject = kit.log.entry(entries[0]).subject
    always = {"inclusion_holds": lambda *arguments: True, "subject_hash": lambda *arguments: subject}
    monkeypatch.setattr(receipt, check, always[check])
    assert receipt.check(false, keys=[kit.key.public])
