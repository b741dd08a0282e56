"""Where a command's output goes: drawn for people, JSON for machines, progress on standard error for whoever waits."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from argparse import Namespace

    from rich.console import Console, RenderableType

NARROW, WIDE = 60, 100
"""Drawings are never narrower or wider than this: a line of 200 characters is not read."""
PATIENCE = 1.0
"""Seconds of work after which a bar appears."""
LANGUAGES = ("nl", "en")
TRAILING = re.compile(r" +((?:\x1b\[[0-9;]*m)*)$")
"""Spaces that only fill a line up to its end."""


@dataclass(slots=True)
class Out:
    """One command's way to say things."""

    json: bool = False
    lang: str = "en"
    quiet: bool = False
    _console: Any = None

    @classmethod
    def of(cls, arguments: Namespace) -> Out:
        """From the options everywhere and the environment."""
        lang = getattr(arguments, "lang", None) or language(os.environ)
        return cls(getattr(arguments, "json", False), lang, getattr(arguments, "quiet", False))

    @property
    def console(self) -> Console:
        """The console to draw on: no markup, no guessing, so that a table called `[red]` is just that."""
        if self._console is None:
            from rich.console import Console

            width = Console().width if sys.stdout.isatty() else 80
            self._console = Console(
                width=max(NARROW, min(WIDE, width)), markup=False, highlight=False, emoji=False, soft_wrap=False
            )
        console: Console = self._console
        return console

    def draw(self, *parts: RenderableType) -> None:
        """Draw for people. Nothing with `--json`."""
        if self.json:
            return
        with self.console.capture() as drawn:
            for part in parts:
                self.console.print(part)
        print("\n".join(TRAILING.sub(r"\1", line) for line in drawn.get().removesuffix("\n").split("\n")))

    def say(self, text: str = "") -> None:
        """A line for people, as it stands."""
        if not self.json:
            print(text)

    def hint(self, text: str) -> None:
        """What to do next: left out with `--quiet`, and where nobody looks."""
        if not self.json and not self.quiet:
            from rich.text import Text

            self.console.print(Text(text, style="dim"))

    def data(self, value: Mapping[str, object]) -> None:
        """The same for machines. Nothing without `--json`."""
        if self.json:
            print(json.dumps(value, ensure_ascii=False, indent=2, default=str))

    @contextmanager
    def working(self, what: str) -> Iterator[None]:
        """Show that something is going on once it lasts over a second; silent when piped or quiet."""
        if self.json or self.quiet or not sys.stderr.isatty():
            yield
            return
        from threading import Event, Thread

        done = Event()
        thread = Thread(target=_bar, args=(what, done), daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


def _bar(what: str, done: Any) -> None:
    """A pulsing bar with the time it has taken, from the first second on."""
    if done.wait(PATIENCE):
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}", markup=False), BarColumn(20), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        progress.add_task(what, total=None)
        done.wait()


def language(environment: Mapping[str, str]) -> str:
    """Dutch where the environment asks for it, English elsewhere."""
    for name in ("WAARBORG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name, ""):
            return value[:2] if value[:2] in LANGUAGES else "en"
    return "en"
