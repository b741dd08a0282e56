"""An exception nobody foresaw, told without anything it may hold: a number, its type, and where it arose."""

from __future__ import annotations

import sys
import traceback
from secrets import token_hex

from waarborg.errors import UsageError


def incident(error: BaseException, debug: bool) -> UsageError:
    """The error to show. With `debug`, the places in the code go to standard error; never a message, never a value."""
    number = token_hex(4)
    frames = traceback.extract_tb(error.__traceback__)
    kind = type(error).__name__
    if debug:
        print(f"incident {number}: {kind}", file=sys.stderr)
        for frame in frames:
            print(f"  {_short(frame.filename)}:{frame.lineno} in {frame.name}", file=sys.stderr)
    ours = [frame for frame in frames if "waarborg" in frame.filename]
    where = f" at {_short(ours[-1].filename)}:{ours[-1].lineno}" if ours else ""
    return UsageError.one(
        "WB699",
        f"Something went wrong that nobody foresaw (incident {number}: {kind}{where}).",
        "The message of the exception is not shown: it may hold somebody's data.",
        "Whatever was begun is rolled back. Run it again with --debug and report what it prints."
        if not debug
        else "Whatever was begun is rolled back. Report what is printed above.",
    )


def _short(file: str) -> str:
    """A source file by its place in the package, not on this machine."""
    for root in ("waarborg/", "site-packages/", "lib/python"):
        if root in file:
            return (root if root == "waarborg/" else "") + file.rpartition(root)[2]
    return file.rpartition("/")[2]
