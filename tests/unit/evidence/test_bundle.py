"""Bundles as files."""

import pytest
from tests.evidence_kit import PERSON, PLAN, sample

from waarborg.errors import EvidenceError
from waarborg.evidence import bundle
from waarborg.evidence.audit import MOST_FLAWS, Flaw
from waarborg.evidence.entry import Entry


def test_a_bundle_verifies_by_itself_and_gives_the_head_to_keep(tmp_path):
    kit = sample(3, 2)
    head = bundle.write(kit.log, tmp_path / "evidence.jsonl")
    report = bundle.verify(tmp_path / "evidence.jsonl", keys=[kit.key.public], seen=head)
    assert report.ok
    assert report.seen
    assert (report.entries, report.heads, report.head) == (6, 3, kit.head())
    assert report.findings() == []


def test_a_bundle_is_not_written_over_another_nor_without_a_signature(tmp_path):
    kit = sample(1)
    path = tmp_path / "evidence.jsonl"
    bundle.write(kit.log, path)
    with pytest.raises(FileExistsError):
        bundle.write(kit.log, path)
    kit.log.append(kind="plan.made", at=kit.tick(), subject=PERSON, data={"plan": PLAN})
    with pytest.raises(EvidenceError):
        bundle.write(kit.log, tmp_path / "other.jsonl")
    assert not (tmp_path / "other.jsonl").exists()


def test_a_line_without_end_or_of_any_length_is_unreadable_and_memory_stays_small(tmp_path):
    kit = sample(1)
    path = tmp_path / "evidence.jsonl"
    head = bundle.write(kit.log, path)
    good = path.read_bytes()
    for changed in (good[:-1], good + b"\n", good + b"x" * (3 << 20) + b"\n"):
        path.write_bytes(changed)
        assert Flaw.UNREADABLE in bundle.verify(path, keys=[kit.key.public], seen=head).names
    assert max(len(line) for line in bundle.lines_of(path)) <= bundle.LONGEST + 1


def test_an_empty_file_is_not_a_log(tmp_path):
    path = tmp_path / "evidence.jsonl"
    path.write_bytes(b"")
    assert Flaw.TRUNCATED in bundle.verify(path, keys=[]).names


def test_a_kind_of_a_later_version_is_counted_and_does_not_spoil_the_proof():
    from waarborg.evidence.kinds import KINDS

    kit = sample(2)
    fewer = {name: kind for name, kind in KINDS.items() if name != "plan.made"}
    from waarborg.evidence.audit import audit

    report = audit(kit.lines(), keys=[kit.key.public], kinds=fewer)
    assert report.ok
    assert report.unknown_kinds == {"plan.made": 2}


def test_flaws_beyond_a_hundred_are_counted_and_gaps_do_not_pile_up():
    kit = sample(500)
    lines = [line for line in kit.lines() if line.startswith(b'{"at"') is False or Entry.parse(line).seq % 2 == 0]
    report = kit.audit(lines)
    assert report.names == {Flaw.DROPPED}
    assert len(report.flaws) == MOST_FLAWS
    assert len(report.flaws) + report.more == 250
