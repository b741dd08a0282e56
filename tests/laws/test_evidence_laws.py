"""Laws of the evidence log: any change to a serialised log is noticed and named; heads only ever add."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.evidence_kit import PERSON, PLAN, START, Kit, in_memory, sample

from waarborg.evidence import bundle
from waarborg.evidence.audit import Auditor, Flaw, Report
from waarborg.evidence.heads import SigningKey
from waarborg.evidence.log import Draft
from waarborg.evidence.merkle import consistency_holds


@cache
def honest() -> tuple[Kit, bytes]:
    """A log with a rotation in it, and its bundle."""
    kit = sample(3, 2)
    old, kit.key = kit.key, SigningKey.from_bytes(bytes(range(32)))
    kit.log.rotate(at=kit.tick(), old=old, new=kit.key)
    kit.append(2)
    return kit, b"".join(line + b"\n" for line in kit.lines())


def report_on(serialised: bytes) -> Report:
    kit, _ = honest()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bundle"
        path.write_bytes(serialised)
        return bundle.verify(path, keys=[kit.key.public], seen=kit.head())


def test_the_honest_bundle_verifies() -> None:
    assert report_on(honest()[1]).ok


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_changed_byte_is_noticed(data: st.DataObject) -> None:
    _, good = honest()
    place = data.draw(st.integers(0, len(good) - 1))
    value = data.draw(st.integers(0, 255).filter(lambda n: n != good[place]))
    assert report_on(good[:place] + bytes([value]) + good[place + 1 :]).names


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_bytes_taken_out_put_in_or_cut_off_are_noticed(data: st.DataObject) -> None:
    _, good = honest()
    start = data.draw(st.integers(0, len(good)))
    stop = data.draw(st.integers(start, min(start + 400, len(good))))
    inserted = data.draw(st.one_of(st.binary(max_size=30), st.just(good[start:stop] * 2), st.just(b"\n")))
    changed = good[:start] + inserted + good[stop:]
    assert changed == good or report_on(changed).names


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_lines_dropped_repeated_or_in_another_order_are_noticed(data: st.DataObject) -> None:
    _, good = honest()
    lines = good.splitlines(keepends=True)
    order = data.draw(
        st.one_of(
            st.permutations(range(len(lines))),
            st.lists(st.integers(0, len(lines) - 1), max_size=len(lines) + 2),
            st.sets(st.integers(0, len(lines) - 1)).map(sorted),
        )
    )
    changed = b"".join(lines[n] for n in order)
    assert changed == good or report_on(changed).names


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_line_of_another_honest_log_is_noticed(data: st.DataObject) -> None:
    _, good = honest()
    lines = good.splitlines(keepends=True)
    other = in_memory()
    other.append(6)
    stranger = data.draw(st.sampled_from(other.lines())) + b"\n"
    place = data.draw(st.integers(0, len(lines) - 1))
    replaced = data.draw(st.booleans())
    changed = b"".join([*lines[:place], stranger, *lines[place + replaced :]])
    assert report_on(changed).names


@given(st.lists(st.integers(1, 5), min_size=1, max_size=8), st.data())
@settings(max_examples=40, deadline=None)
def test_every_later_head_contains_every_earlier_one_and_batches_do_not_matter(
    batches: list[int], data: st.DataObject
) -> None:
    kit = sample(*batches)
    heads = list(kit.log.heads())
    old, new = sorted(data.draw(st.tuples(*[st.sampled_from(heads)] * 2)), key=lambda head: head.number)
    proof = kit.log.consistency(old.size, new.size)
    assert consistency_holds(old.size, new.size, bytes.fromhex(old.root), bytes.fromhex(new.root), proof)
    for seen in heads:
        assert kit.audit(seen=seen).ok
    total = sum(batches)
    assert [entry.seq for entry in kit.log.entries()] == list(range(total + 1))


@given(st.integers(1, 6), st.integers(1, 6))
@settings(max_examples=20, deadline=None)
def test_going_back_to_any_earlier_head_is_called_rolled_back(kept: int, gone: int) -> None:
    kit = sample(*[1] * (kept + gone))
    lines, heads = kit.lines(), list(kit.log.heads())
    place = lines.index(heads[kept].line())
    assert kit.audit(lines[: place + 1], seen=heads[-1]).names == {Flaw.ROLLED_BACK}


def test_verifying_keeps_nothing_of_what_it_has_read() -> None:
    """Memory grows with the logarithm: the only containers of an auditor hold peaks, keys and flaws."""
    kit = in_memory()
    auditor = Auditor([kit.key.public])
    sizes = []
    for _ in range(3):
        drafts = (Draft("plan.made", START, PERSON, {"plan": PLAN, "rows": n}) for n in range(300))
        kit.log.append_all(drafts)
    kit.sign()
    for line in kit.lines():
        auditor.take(line)
        sizes.append(sum(len(value) for value in vars(auditor).values() if isinstance(value, list | dict | set)))
    assert auditor.report().ok
    assert max(sizes) == len([kit.key.public])
    assert len(auditor._tree.peaks) <= 10


def test_sabotage_an_auditor_that_looks_away_breaks_the_law(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the checks of chain and root off, a changed byte in an entry passes: the law above hangs on them."""
    _, good = honest()
    changed = good.replace(b'"rows":1', b'"rows":5', 1)
    assert report_on(changed).names
    for check in ("_check_link", "_check_root", "_compare_with_seen"):
        monkeypatch.setattr(Auditor, check, lambda *arguments: None)
    assert report_on(changed).ok
