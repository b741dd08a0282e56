"""Appending, signing, proving: what the log lets in, and what it makes of time and keys."""

import sqlite3
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from tests.evidence_kit import MASTER, PERSON, PLAN, START, in_memory, sample

from waarborg.errors import EvidenceError
from waarborg.evidence.entry import Entry, genesis, is_instant
from waarborg.evidence.heads import Head, SigningKey
from waarborg.evidence.kinds import KINDS
from waarborg.evidence.log import Draft
from waarborg.evidence.merkle import consistency_holds, inclusion_holds, leaf_hash
from waarborg.state import State


def refused(call) -> list[str]:
    with pytest.raises(EvidenceError) as caught:
        call()
    return [finding.id for finding in caught.value.findings]


def test_entries_are_chained_by_their_leaf_hashes():
    kit = sample(3)
    bodies = kit.lines()
    entries = list(kit.log.entries())
    assert [entry.seq for entry in entries] == [0, 1, 2, 3]
    assert entries[0].previous == genesis(kit.log.tip().log)
    for before, entry in pairwise(entries):
        assert entry.previous == leaf_hash(before.body()).hex()
    assert entries[2].body() in bodies


def test_an_entry_survives_its_own_bytes():
    entry = in_memory().log.append(kind="plan.made", at=START, subject=PERSON, data={"plan": PLAN, "rows": 3})
    assert Entry.parse(entry.body()) == entry


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body.replace(b'"format":1', b'"format":2'),
        lambda body: body.replace(b'"rows":3', b'"rows":3.0'),
        lambda body: body.replace(b'"rows":3', b'"rows":NaN'),
        lambda body: body.replace(b'"rows":3', b'"rows": 3'),
        lambda body: body.replace(b'"rows":3', b'"rows":3,"rows":3'),
        lambda body: body.replace(b'"seq":1', b'"seq":true'),
        lambda body: body.replace(b"T09:", b"T25:"),
        lambda body: body.replace(b'"kind":"plan.made"', b'"kind":7'),
        lambda body: body.replace(b'"kind":"plan.made"', b'"kind":"\\ud800"'),
        lambda body: body[:-1] + b',"more":1}',
        lambda body: body[:-1],
        lambda body: body + b"\n",
        lambda body: b"\xff" + body,
        lambda body: b"[" * 100_000,
        lambda body: b"[]",
    ],
)
def test_other_bytes_of_the_same_meaning_are_not_an_entry(spoil):
    entry = in_memory().log.append(kind="plan.made", at=START, subject=PERSON, data={"plan": PLAN, "rows": 3})
    assert spoil(entry.body()) != entry.body()
    assert refused(lambda: Entry.parse(spoil(entry.body()))) == ["WB505"]


def test_a_clock_set_back_leaves_time_in_order_and_its_own_claim_beside_it():
    kit = in_memory()
    kit.log.append(kind="plan.made", at=START + timedelta(hours=2), data={"plan": PLAN})
    late = kit.log.append(kind="plan.made", at=START + timedelta(hours=1), data={"plan": PLAN})
    assert (late.at, late.clock) == ("2026-12-01T11:30:00.000000Z", "2026-12-01T10:30:00.000000Z")
    assert kit.sign().at >= late.at
    assert kit.audit().ok


def test_times_of_another_zone_are_told_in_utc_and_naive_ones_are_refused():
    kit = in_memory()
    zone = datetime(2026, 12, 1, 12, 0, tzinfo=UTC).astimezone()
    assert kit.log.append(kind="plan.made", at=zone, data={"plan": PLAN}).at == "2026-12-01T12:00:00.000000Z"
    naive = datetime(2026, 12, 1, 12, 0)  # naive on purpose
    assert refused(lambda: kit.log.append(kind="plan.made", at=naive, data={"plan": PLAN})) == ["WB503"]
    assert not is_instant("2026-12-01T12:00:00.000000+")


def test_a_batch_is_stored_whole_or_not_at_all():
    kit = in_memory()
    good = Draft("plan.made", START, None, {"plan": PLAN})
    assert refused(lambda: kit.log.append_all([good, Draft("plan.made", START, None, {})])) == ["WB502"]
    assert kit.log.tip().size == 1
    assert kit.log.append_all([]) == []
    assert [entry.seq for entry in kit.log.append_all([good, good])] == [1, 2]


def test_the_log_neither_commits_nor_rolls_back(tmp_path):
    connection = sqlite3.connect(tmp_path / "state.sqlite", isolation_level=None)
    state = State(connection, MASTER)
    state.create()
    connection.execute("BEGIN")
    key = SigningKey.generate()
    state.log().open(at=START, key=key)
    assert connection.in_transaction
    connection.execute("ROLLBACK")
    assert refused(state.log().tip) == ["WB503"]


def test_a_log_is_opened_once_and_signed_by_its_current_key_only():
    kit = in_memory()
    other = SigningKey.generate()
    assert refused(lambda: kit.log.open(at=START, key=kit.key)) == ["WB503"]
    assert refused(lambda: kit.log.sign(at=START, key=other)) == ["WB504"]
    assert refused(lambda: kit.log.rotate(at=START, old=other, new=other)) == ["WB504"]


def test_every_inclusion_and_consistency_proof_from_stored_nodes_holds():
    kit = sample(*range(1, 8))
    size = kit.log.tip().size
    bodies = [entry.body() for entry in kit.log.entries()]
    heads = list(kit.log.heads())
    for head in heads:
        root = bytes.fromhex(head.root)
        for seq in range(head.size):
            proof = kit.log.inclusion(seq, head.size)
            assert inclusion_holds(leaf_hash(bodies[seq]), seq, head.size, proof, root)
        last = bytes.fromhex(heads[-1].root)
        assert consistency_holds(head.size, size, root, last, kit.log.consistency(head.size, size))
    assert refused(lambda: kit.log.inclusion(size, size)) == ["WB506"]
    assert refused(lambda: kit.log.consistency(0, size)) == ["WB506"]
    assert refused(lambda: kit.log.entry(size)) == ["WB506"]


def test_heads_survive_their_own_line_and_nothing_else_does():
    head = sample(2).head()
    assert Head.parse(head.line()) == head
    assert head.signature_holds()
    for spoil in (head.line()[:-1], head.line().replace(b'"size":3', b'"size":-3'), b'{"head":1}', b"{}"):
        assert refused(lambda spoil=spoil: Head.parse(spoil)) == ["WB505"]


def test_private_keys_never_appear_in_repr():
    key = SigningKey.generate()
    assert key.private.hex() not in repr(key)
    assert repr(key.private) not in repr(key)


def test_after_a_rotation_either_key_vouches_for_the_whole_log():
    kit = sample(2)
    old, kit.key = kit.key, SigningKey.generate()
    kit.log.rotate(at=kit.tick(), old=old, new=kit.key)
    kit.append(2)
    from waarborg.evidence.audit import audit

    for trusted in (old, kit.key):
        assert audit(kit.lines(), keys=[trusted.public]).ok
    assert not audit(kit.lines(), keys=[SigningKey.generate().public]).ok


def test_after_a_lost_key_both_keys_have_to_be_trusted():
    from waarborg.evidence.audit import Flaw, audit

    kit = sample(2)
    old, seen, kit.key = kit.key, kit.head(), SigningKey.generate()
    kit.log.replace_lost(at=kit.tick(), new=kit.key)
    kit.append(2)
    assert audit(kit.lines(), keys=[old.public, kit.key.public], seen=seen).ok
    for trusted in (old, kit.key):
        assert audit(kit.lines(), keys=[trusted.public]).names == {Flaw.UNKNOWN_KEY}


def test_every_registered_kind_says_what_it_is_and_has_forms_for_its_fields():
    for name, kind in KINDS.items():
        assert name == kind.name
        assert kind.says.endswith(".")
        assert not kind.fields.keys() & kind.optional.keys()
