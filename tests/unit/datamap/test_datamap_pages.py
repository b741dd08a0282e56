"""Every error of the data map has a page, and what a page calls refused is refused with its id."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from policy_pages import PAGES, fragments
from waarborg.datamap.load import parse_datamap

SOURCE = Path(__file__).parents[3] / "src" / "waarborg" / "datamap"
MINE = sorted(PAGES.glob("WB2*.md"))


def test_every_id_has_a_page_and_every_page_an_id() -> None:
    used = set(re.findall(r'"(WB2\d\d)"', "".join(path.read_text() for path in SOURCE.glob("*.py"))))
    assert used == {page.stem for page in MINE}


@pytest.mark.parametrize("page", MINE, ids=lambda page: page.stem)
def test_examples_are_what_they_say(page: Path) -> None:
    for text in fragments(page, "refused"):
        assert page.stem in {one.id for one in parse_datamap(text, today=date(2026, 11, 22))[1]}
    for text in fragments(page, "accepted"):
        assert [str(one) for one in parse_datamap(text, today=date(2026, 11, 22))[1]] == []
