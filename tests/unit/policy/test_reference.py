"""The published reference is the generated one, and its links lead somewhere."""

from __future__ import annotations

import re

from tests.policy_pages import ROOT

from waarborg.policy.reference import published

PUBLISHED = ROOT / "docs" / "reference" / "policy.md"


def test_the_published_reference_is_the_generated_one() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == published(), (
        "The policy language changed. Run: python -m waarborg.policy.reference > docs/reference/policy.md"
    )


def test_every_key_has_a_meaning_and_every_link_a_section() -> None:
    text = published()
    rows = re.findall(r"^\| `(\w+)`(?: \*)? \| (.*) \| (.*) \|$", text, re.MULTILINE)
    assert len(rows) > 150
    assert [key for key, value, meaning in rows if not value or not meaning] == []
    sections = {title.lower().replace(" ", "-") for title in re.findall(r"^## (.*)$", text, re.MULTILINE)}
    assert set(re.findall(r"\(#([\w-]+)\)", text)) <= sections
