"""The way in: a policy file becomes a `Policy`, or one error with everything that is wrong with it.

Nothing in the file can do more than be refused: it is read up to a bound, as UTF-8, without anchors, aliases or tags
(see `nodes`), and each value by the type of its field (see `read`).
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from waarborg.errors import Finding, Place, PolicyError
from waarborg.policy.model import Policy
from waarborg.policy.nodes import Node, parse
from waarborg.policy.read import Reader, Unreadable

MAX_BYTES = 2_000_000
FORMAT = 1


def load_policy(path: str | os.PathLike[str]) -> Policy:
    """The policy in a file. Raises `PolicyError` with all findings; contradictions are `check_policy`'s to find."""
    policy, findings = read_policy(path)
    if policy is None or findings:
        raise PolicyError(findings)
    return policy


def read_policy(path: str | os.PathLike[str]) -> tuple[Policy | None, list[Finding]]:
    """The policy in a file as far as it could be read, and everything wrong with its form. Never raises for a file."""
    name = Path(path).name
    text, refused = read_text(path)
    if refused is not None:
        return None, [refused]
    return parse_policy(text, name)


def parse_policy(text: str, file: str = "policy.yaml") -> tuple[Policy | None, list[Finding]]:
    """The policy in a text, and everything wrong with its form."""
    node, findings = parse_text(text, file)
    if node is None:
        return None, findings
    reader = Reader(file, findings)
    try:
        policy: Policy = reader.entry(Policy, node, "")
    except Unreadable:
        return None, in_order(findings)
    if policy.format != FORMAT:
        place = Place(file, reader.places["format"].line, 0, "format")
        what = "This version of the policy language is not known."
        findings.append(Finding("WB111", place, what, "", f"Write format: {FORMAT}, or use a newer Waarborg."))
    return replace(policy, places=reader.places), in_order(findings)


def parse_text(text: str, file: str) -> tuple[Node | None, list[Finding]]:
    """The tree of a YAML text that must say something. For every file that people write by hand."""
    refused = unprintable(text, file)
    if refused is not None:
        return None, [refused]
    node, findings = parse(text, file)
    if node is None and not findings:
        findings = [Finding("WB112", Place(file, 1), "The file is empty.", "", "Start one with `waarborg init`.")]
    return node, in_order(findings)


def read_text(path: str | os.PathLike[str], limit: int = MAX_BYTES) -> tuple[str, Finding | None]:
    """The text of a file, or the finding that refuses it. Reads at most one byte more than the limit."""
    name = Path(path).name
    try:
        if not Path(path).is_file():
            return "", Finding("WB100", Place(name), "There is no such file.", "", "Check the name and the directory.")
        with open(path, "rb") as stream:
            raw = stream.read(limit + 1)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        return "", Finding("WB100", Place(name), f"The file cannot be read ({reason}).", "", "Check its permissions.")
    if len(raw) > limit:
        what = f"The file is larger than {limit // 1_000_000} MB; it was not read further."
        return "", Finding(
            "WB101", Place(name), what, "No policy is that long.", "Check whether this is the right file."
        )
    try:
        return raw.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        what = "This is not UTF-8 text."
        return "", Finding("WB102", Place(name, line), what, "Letters with accents would be lost.", "Save it as UTF-8.")


def unprintable(text: str, file: str) -> Finding | None:
    """The finding for the first control character that no text needs (NUL among them)."""
    for number, row in enumerate(text.split("\n"), 1):
        if any((ord(char) < 32 and char not in "\t\r") or char == "\x7f" for char in row):
            what = "A control character stands in this line."
            return Finding(
                "WB102", Place(file, number), what, "It cannot be seen and changes what is read.", "Remove it."
            )
    return None


def in_order(findings: list[Finding]) -> list[Finding]:
    """Findings from the top of the file to the bottom."""
    return sorted(findings, key=lambda one: (one.place.line, one.id))
