"""Attack 47: a policy file made to hurt whoever reads it. Each test shows first what the file does to a reader without
the defence, then that Waarborg refuses it by name, quickly, in little memory, and without a stack trace.
"""

from __future__ import annotations

import os
import re
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from waarborg import yamlfile
from waarborg.errors import Finding, PolicyError
from waarborg.policy import load_policy, read_policy
from waarborg.policy.checks import check_policy, who
from waarborg.policy.load import MAX_BYTES, parse_policy
from waarborg.yamlfile import read_text

EXAMPLE = Path(__file__).parents[2] / "examples" / "projects" / "policy.yaml"
SMALL = "policy: s\nversion: 2026-12-01\nlanguages: [nl]\ncontroller: {name: A}\ndata: {}\npurposes: {}\n"
MEMORY = 60_000_000
SECONDS = 6.0


@contextmanager
def quick() -> Iterator[None]:
    """The block ends in time."""
    began = time.monotonic()
    yield
    spent = time.monotonic() - began
    assert spent < SECONDS, f"{spent:.1f} s"


@contextmanager
def small() -> Iterator[None]:
    """The block ends within its memory."""
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MEMORY, f"{peak:,} bytes"


def refused(text: str) -> set[str]:
    """The ids that refuse a text; it must not be accepted."""
    policy, found = parse_policy(text)
    assert found
    assert all(harmless(one) for one in found)
    assert policy is None or found
    return {one.id for one in found}


def harmless(one: Finding) -> bool:
    """Nothing of a finding can steer a terminal or forge a line of a log."""
    return str(one).isprintable() and len(str(one)) < 1000


def bomb(levels: int) -> str:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return SMALL + "\n".join(rows)


def leaves(value: Any) -> int:
    return sum(leaves(one) for one in value) if isinstance(value, list) else 1


def test_attack_47_a_yaml_bomb_is_not_expanded() -> None:
    small_one = YAML(typ="safe", pure=True).load(bomb(5))
    assert leaves(small_one["a4"]) == 9**5, "without the defence, five short lines are 59,049 values"
    with quick():
        assert "WB105" in refused(bomb(12))


def test_attack_47_an_alias_that_holds_itself_is_refused() -> None:
    endless = YAML(typ="safe", pure=True).load("a: &a [*a]")
    assert endless["a"][0] is endless["a"], "without the defence, walking it never ends"
    assert "WB105" in refused(SMALL + "texts: &t {intro: *t}")


def test_attack_47_merge_keys_do_not_bring_in_what_nobody_sees() -> None:
    hidden = SMALL + "x: &x {then: isolate}\nretention: {a: {<<: *x}}\n"
    assert YAML(typ="safe", pure=True).load(hidden)["retention"]["a"] == {"then": "isolate"}
    assert "WB105" in refused(hidden)


def test_attack_47_a_key_cannot_be_said_twice() -> None:
    twice = SMALL + "minimum_age: 16\nminimum_age: 12\n"
    lenient = YAML(typ="safe", pure=True)
    lenient.allow_duplicate_keys = True
    assert lenient.load(twice)["minimum_age"] in (12, 16), "without the defence, one of them silently wins"
    found = parse_policy(twice)[1]
    assert {one.id for one in found} == {"WB106"}
    assert "line 7" in found[0].what
    assert found[0].place.line == 8


def test_attack_47_of_a_hundred_megabytes_one_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    huge = tmp_path / "policy.yaml"
    with huge.open("wb") as stream:
        stream.truncate(100_000_000)
    assert len(huge.read_bytes()) == 100_000_000, "without the defence, all of it lands in memory"
    with small(), quick():
        assert [one.id for one in read_policy(huge)[1]] == ["WB101"]
    assert read_text(huge, limit=200_000_000)[1] is None, "the bound is what refuses it"


def test_attack_47_the_largest_file_that_is_read_costs_little(tmp_path: Path) -> None:
    full = tmp_path / "policy.yaml"
    full.write_text("texts:\n" + "- 1\n" * (MAX_BYTES // 4 - 10))
    with quick():
        assert [one.id for one in read_policy(full)[1]] == ["WB107"]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_attack_47_deep_nesting_does_not_exhaust_the_stack(opening: str) -> None:
    deep = f"texts:\n  {opening * 4_500}"
    with pytest.raises(RecursionError):
        YAML(typ="safe", pure=True).load(f"texts:\n  {'[' * 5_000}")
    with quick():
        assert refused(deep) <= {"WB107", "WB103"}


def test_attack_47_depth_is_refused_because_of_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    text = SMALL + "texts: " + "[" * 20 + "]" * 20
    assert refused(text) == {"WB107"}
    monkeypatch.setattr(yamlfile, "MAX_DEPTH", 30)
    assert refused(text) == {"WB108"}


def test_attack_47_a_tag_creates_no_object() -> None:
    tagged = SMALL + "texts: !!python/object/apply:os.system ['true']\n"
    assert YAML(typ="safe", pure=True).load(SMALL + "x: !!set {a, b}")["x"] == {"a", "b"}
    assert "WB105" in refused(tagged)
    assert "WB105" in refused(SMALL + "texts: !!set {a, b}")
    assert "WB105" in refused(SMALL + "minimum_age: !!int '16'")


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1", "cp1252", "utf-32"])
def test_attack_47_another_encoding_is_named(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "policy.yaml"
    file.write_bytes(SMALL.replace("name: A", "name: Café").encode(encoding))
    with pytest.raises(UnicodeDecodeError):
        file.read_text(encoding="utf-8")
    assert [one.id for one in read_policy(file)[1]] == ["WB102"]


def test_attack_47_a_byte_order_mark_is_no_attack(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_bytes(SMALL.encode("utf-8-sig"))
    assert load_policy(file).id == "s"


@pytest.mark.parametrize("char", ["\x00", "\x1b", "\x08", "\x7f"])
def test_attack_47_a_control_character_is_named_by_line(char: str) -> None:
    policy, found = parse_policy(SMALL + f"minimum_age: 1{char}6\n")
    assert policy is None
    assert [(one.id, one.place.line) for one in found] == [("WB102", 7)]


def test_attack_47_a_tab_is_named_by_line() -> None:
    policy, found = parse_policy(SMALL + "children:\n\tthen: erase\n")
    assert [(one.id, one.place.line) for one in found] == [("WB104", 8)]
    assert policy is None


@pytest.mark.parametrize(
    "line",
    [
        r'"te\u001b[31mxts\nWB000 ok": {}',
        r'texts: {"a\u001b[2Jb\n": {label: x}}',
        r'purposes: {p: {data: ["a\u001b[31m\nb"], basis: "\u001b[31m"}}',
        r'data: {d: {label: {"\u001b[31m": x}}}',
        r'recipients: {r: {purposes: ["\u001b[31m\nroot"]}}',
        r'retention: {r: {until: "\u001b[31m\nevent", keep: ["\u001b[31m"], data: ["\u001b"]}}',
        r'ignored: [{finding: "\u001b[31m", reason: x, owner: x, until: 2020-01-01}]',
        r'ignored: [{finding: "\u001b[31m", reason: x, owner: x, until: 2999-01-01}]',
        r'data: {d: {people: ["\u001b[31m\n"]}}',
    ],
)
def test_attack_47_escapes_do_not_reach_the_terminal(line: str) -> None:
    key = line.partition(":")[0]
    text = "".join(row for row in SMALL.splitlines(keepends=True) if not row.startswith(f"{key}:")) + line + "\n"
    assert not all(str(value).isprintable() for value in flat(YAML(typ="safe", pure=True).load(line)))
    policy, found = parse_policy(text)
    found += check_policy(policy, date(2026, 12, 1)) if policy is not None else []
    assert found
    assert all(harmless(one) for one in found)


def flat(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from flat(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from flat(inner)
    else:
        yield value


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "."])
def test_attack_47_what_is_no_file_is_not_read(device: str) -> None:
    with quick():
        assert [one.id for one in read_policy(device)[1]] == ["WB100"]


def test_attack_47_a_pipe_that_never_speaks_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "policy.yaml")
    with quick():
        assert [one.id for one in read_policy(tmp_path / "policy.yaml")[1]] == ["WB100"]


@pytest.mark.parametrize(
    "value",
    ["9" * 1_000_000, "A" * 1_000_000, "a@" * 500_000, "Ab " * 300_000 + "B.V", "fully " * 150_000],
    ids=["digits", "letters", "addresses", "names", "claims"],
)
def test_attack_47_a_value_without_end_is_refused(value: str) -> None:
    with quick():
        assert refused(SMALL + f"texts: {{intro: {{label: '{value}'}}}}\n") == {"WB107"}


def test_attack_47_a_value_over_many_lines_is_refused() -> None:
    rows = "".join(f"      {'a' * 90}\n" for _ in range(9_000))
    with quick():
        assert refused(f"{SMALL}texts:\n  intro:\n    label: >\n{rows}") == {"WB107"}


@pytest.mark.parametrize("value", ["A" * 19_900, "a@" * 9_900, "Ab " * 6_000 + "B.V", "fully " * 3_000, " " * 19_900])
def test_attack_47_the_longest_texts_are_searched_in_no_time(value: str) -> None:
    many = "".join(f"  t{n}: {{label: '{value}'}}\n" for n in range(20))
    policy = parse_policy(f"{SMALL}texts:\n{many}")[0]
    assert policy is not None
    with quick():
        assert all(harmless(one) for one in check_policy(policy, date(2026, 12, 1)))


def test_attack_47_the_bound_in_the_pattern_is_what_keeps_it_quick() -> None:
    careless = re.compile(who.ADDRESS.pattern.replace("{1,64}", "+", 1), re.IGNORECASE)
    spent = []
    for pattern in (who.ADDRESS, careless):
        began = time.process_time()
        assert list(pattern.finditer("A" * 19_900)) == []
        spent.append(time.process_time() - began)
    assert spent[1] > 10 * spent[0]


@pytest.mark.parametrize("value", ["9999-99-99", "2026-02-30", "0000-00-00", "999999999999999", "1e9", "٣"])
def test_attack_47_impossible_dates_and_numbers_are_named(value: str) -> None:
    assert refused(SMALL.replace("2026-12-01", value)) == {"WB111"}
    assert refused(SMALL + f"minimum_age: {value}\n") == {"WB111"}


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400))
@example("? [a]\n: b")
@example("a: b: c")
@example("%YAML 9.9\n---\na: b")
@example("- - - -")
@example("'")
@example("\ufeff")
def test_attack_47_no_text_ends_in_a_stack_trace(text: str) -> None:
    policy, found = parse_policy(text)
    assert policy is None
    assert found
    assert all(harmless(one) for one in found)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_attack_47_no_damage_to_a_good_file_ends_in_a_stack_trace(data: st.DataObject) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start, min(len(text), start + 60)))
    damaged = text[:start] + data.draw(st.text(max_size=20)) + text[end:]
    policy, found = parse_policy(damaged)
    found += check_policy(policy, date(2026, 12, 1)) if policy is not None else []
    assert policy is not None or found
    assert all(harmless(one) for one in found)


def test_attack_47_the_one_error_of_a_hostile_file_prints_plainly(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(bomb(12), encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load_policy(file)
    assert "Traceback" not in str(caught.value)
    assert all(line.startswith("WB") for line in str(caught.value).splitlines())
