"""The way in: a policy file becomes a `Policy`, or one error with everything that is wrong with it.

Nothing in the file can do more than be refused: it is read up to a bound, as UTF-8, without anchors, aliases or tags
(see `waarborg.yamlfile`), and each value by the type of its field (see `read`).
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from waarborg.errors import Finding, Place, PolicyError
from waarborg.policy.model import Policy
from waarborg.policy.read import Reader, Unreadable
from waarborg.yamlfile import in_order, parse_text, read_text

MAX_BYTES = 1_000_000
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
    text, refused = read_text(path, MAX_BYTES)
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
