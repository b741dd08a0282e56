"""One browser for each worker, and pages that tell what went wrong on them.

Needs playwright, axe-playwright-python and the system's Chromium; tests that use `browser` are skipped where they are
missing, unless WAARBORG_REQUIRE_SERVICES=1.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright runs a loop in the thread of the test

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WIDTHS = (1280, 390, 320)
HEAVIEST = 300_000
"""Bytes of a page with all that it asks for."""


def missing() -> str:
    try:
        import axe_playwright_python.sync_playwright  # noqa: F401
        import playwright.sync_api  # noqa: F401
    except ImportError as wrong:
        return str(wrong)
    return "" if CHROMIUM else "no chromium on the path"


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if missing() and os.environ.get("WAARBORG_REQUIRE_SERVICES") != "1":
        pytest.skip(f"a browser is missing: {missing()}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        found = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


def axe(page: Any) -> list[str]:
    """What axe finds on a page."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['target']}" for one in found for node in one["nodes"]]


class Watch:
    """Everything a page asked for, said, or was refused."""

    def __init__(self, page: Any, home: str) -> None:
        self.home, self.page = home, page
        self.elsewhere: list[str] = []
        self.said: list[str] = []
        self.bytes = 0
        page.on("request", self._asked)
        page.on("console", lambda message: self.said.append(message.text))
        page.on("response", self._came)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.home, "data:")):
            self.elsewhere.append(request.url)

    def _came(self, response: Any) -> None:
        self.bytes += int(response.headers.get("content-length", 0))

    @property
    def wrong(self) -> list[str]:
        """Requests elsewhere, errors in the console (a refusal by the CSP is one), and too much weight."""
        heavy = [f"{self.bytes} bytes"] if self.bytes > HEAVIEST else []
        return [*self.elsewhere, *self.said, *heavy]


def looked_at(browser: Any, home: str, path: str, *, width: int, scheme: str, **context: Any) -> list[str]:
    """Open a page at a width and in a scheme; everything that is wrong with it."""
    with browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **context) as where:
        page = where.new_page()
        watch = Watch(page, home)
        page.goto(home + path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        found = axe(page)
        wrong = watch.wrong + ([f"{wide} wide"] if wide > width else []) + found
    return [f"{path} {width} {scheme}: {one}" for one in wrong]
