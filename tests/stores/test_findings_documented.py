"""Every finding that our shared store code gives has a page that explains it."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHARED = ("credentials", "registry", "refusals")


def test_every_finding_has_a_page() -> None:
    source = "".join((ROOT / f"src/waarborg/stores/{name}.py").read_text() for name in SHARED)
    given = set(re.findall(r'"(WB3\d\d)"', source))
    missing = {id for id in given if not (ROOT / f"docs/errors/{id}.md").exists()}
    assert len(given) >= 18
    assert not missing, f"write docs/errors/{min(missing, default='')}.md"
