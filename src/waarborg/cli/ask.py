"""`waarborg scan --ask`: the questions one by one, what most depends on first. Stop at any time, go on later."""

from __future__ import annotations

import getpass
import sys
import textwrap
from datetime import timedelta
from pathlib import Path

from waarborg.cli import exits
from waarborg.cli.findings import clean
from waarborg.cli.output import Out
from waarborg.cli.scan import Look, save
from waarborg.clock import SystemClock
from waarborg.scan.answers import Who, answer, reasons, still_open
from waarborg.scan.findings import Question

REVIEW = timedelta(days=365)
"""What is left out of the map is looked at again after so long."""
SKIP, UNDO, STOP = "s", "u", "q"


def walk(look: Look, path: Path, out: Out, by: str = "") -> int:
    """Ask until nothing is open, or the person stops. Every answer is on disk before the next question."""
    today = SystemClock().now().date()
    who = Who(by or getpass.getuser(), today, today + REVIEW)
    text = path.read_text(encoding="utf-8")
    skipped: set[Question] = set()
    before: list[str] = []
    while waiting := [one for one in still_open(text, look.findings) if one not in skipped]:
        question = waiting[0]
        _show(question, len(before) + 1, len(before) + len(waiting), look)
        chosen = _choice(question)
        if chosen == STOP:
            break
        if chosen == UNDO:
            if before:
                text = before.pop()
                save(path, text)
        elif chosen == SKIP:
            skipped.add(question)
        else:
            done = answer(text, question, chosen, who, look.findings)
            before.append(text)
            text = done.text
            save(path, text)
            if done.by_hand:
                print(f"   ! Your lines were left alone; please do this yourself: {clean(done.by_hand)}")
    left = len(still_open(text, look.findings))
    print(f"\n✓ {len(before)} answered, in {path}" + (f"; {left} open: the same command goes on" if left else ""))
    out.hint("Next: read the map top to bottom, then `waarborg check`.")
    return exits.OK


def _show(question: Question, number: int, total: int, look: Look) -> None:
    print(f"\n{number} of {total}  {clean(look.findings.about(question))}")
    for line in textwrap.wrap(clean(question.text), 76):
        print(f"   {line}")
    for reason in list(dict.fromkeys(reasons(question, look.findings)))[:4]:
        print("\n".join(textwrap.wrap(clean(reason), 74, initial_indent="   · ", subsequent_indent="     ")))
    options = [f"{n} {words}" for n, words in enumerate(question.answers, 1)]
    print("   " + "   ".join([*options, f"{SKIP} skip", f"{UNDO} undo", f"{STOP} stop"]))


def _choice(question: Question) -> str:
    """The words of an answer, or `s`, `u`, `q`. The end of the input stops."""
    while True:
        key = _key()
        if key.isdigit() and 1 <= int(key) <= len(question.answers):
            return question.answers[int(key) - 1]
        if key in (SKIP, UNDO, STOP, ""):
            return key or STOP
        print(f"   A number from 1 to {len(question.answers)}, or {SKIP}, {UNDO}, {STOP}.")


def _key() -> str:
    """One key where there is a keyboard, else one line; empty at the end of the input."""
    print("   > ", end="", flush=True)
    if not sys.stdin.isatty():
        line = sys.stdin.readline()
        return (line.strip().lower() or "?") if line else ""
    import termios
    import tty

    before = termios.tcgetattr(sys.stdin)
    try:
        tty.setcbreak(sys.stdin)
        pressed = sys.stdin.read(1).lower()
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
    print(pressed if pressed.isprintable() else "")
    return "" if pressed == "\x04" else pressed
