"""Pictures of the privacy centre and of every component, in docs/screenshots: `python tools/screenshots.py [FOLDER]`.

A small Taakveld is made in a folder of its own, its clock stands still, and a browser walks through the pages as the
tests do. Needs the development set-up and Debian's chromium. `make screenshots` runs it.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src"), str(ROOT / "tests")]
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
COLOURS = 48
"""Of each picture: they are ink on paper."""
TALLEST = 2200

SIZES = {"desk": (1280, 900), "phone": (390, 844)}


class Quiet(WSGIRequestHandler):
    """Says nothing."""

    def log_message(self, *args: Any) -> None: ...


@contextmanager
def office(home: Path) -> Iterator[Any]:
    """An office with a small Taakveld, and a server in a thread."""
    os.environ |= {
        "WAARBORG_HOME": str(home),
        "WAARBORG_KEY": "env:WAARBORG_PICTURES_KEY",
        "WAARBORG_PICTURES_KEY": "5" * 64,
    }
    os.environ |= {"DJANGO_SETTINGS_MODULE": "waarborg.office.settings"}
    os.environ["APP_DATABASE"] = f"sqlite:///{home / 'taakveld' / 'app.db'}"
    (home / ".waarborg").mkdir(parents=True)
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from tests.office.kit import NOON, Office, world

    from waarborg.clock import FixedClock
    from waarborg.office.people import tenants

    call_command("migrate", verbosity=0)
    world(home / "taakveld")
    settings.WAARBORG_CLOCK = FixedClock(NOON)
    made = Office(tenants.sync(home)[0], settings.WAARBORG_CLOCK, home / "taakveld" / "app.db")
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    made.url = f"http://127.0.0.1:{server.server_port}"  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()


def take(page: Any, folder: Path, name: str) -> None:
    """A picture, in few colours, so that it stays small."""
    from PIL import Image

    path = folder / f"{name}.png"
    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    width = page.viewport_size["width"]
    page.screenshot(path=path, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height})
    Image.open(path).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def walked(browser: Any, one: Any, folder: Path, number: int, language: str, size: str, scheme: str) -> None:
    """One walk through everything, and the pictures of it."""
    from tests.web import walk

    width, height = SIZES[size]
    wanted = WANTED[language, size, scheme]
    with browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme) as where:
        page = where.new_page()

        def keep(names: Iterator[str]) -> None:
            for name in names:
                if name in wanted:
                    take(page, folder, f"{language}-{name}-{size}-{scheme}")

        if "components" in wanted:
            page.goto(f"{one.url}/components?lang={language}")
            take(page, folder, f"{language}-components-{size}-{scheme}")
        keep(walk.public(page, one.url, "taakveld", language))
        billed = walk.billed(one, number)
        if any(name.startswith("mine") for name in wanted):
            keep(walk.own(page, one, language, billed))
        keep(walk.asking(page, one, language, "erasure", one.email(billed)))


_DESK = "components home notice rights request request-erasure sent confirm status mine mine-data mine-choices"
WANTED: dict[tuple[str, str, str], frozenset[str]] = {
    ("nl", "desk", "light"): frozenset(_DESK.split()),
    ("en", "desk", "dark"): frozenset({"components", "home", "status", "mine-erasure"}),
    ("nl", "phone", "dark"): frozenset({"home", "request-erasure", "sent", "status"}),
    ("en", "phone", "light"): frozenset({"home", "rights", "request-wrong", "status", "mine"}),
}
"""Which pages are kept, by language, size and scheme."""


def main(folder: Path, step: Callable[[str], None] = print) -> None:
    """Take all of them anew."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as home, office(Path(home)) as one, sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for number, wanted in enumerate(WANTED):
            walked(browser, one, folder, number, *wanted)
        browser.close()
    taken = sorted(folder.glob("*.png"))
    step(f"{len(taken)} pictures, {sum(path.stat().st_size for path in taken):,} bytes, in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screenshots")
