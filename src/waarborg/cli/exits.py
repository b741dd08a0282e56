"""Exit codes: what a script, or a pipeline, can rely on. `docs/reference/exit-codes.md` is written from this table."""

from __future__ import annotations

from collections.abc import Mapping

OK = 0
FINDINGS = 1
CANNOT = 2
STALE = 3
INTERRUPTED = 130

MEANING: Mapping[int, str] = {
    OK: "Done, and nothing is wrong: no error among the findings, verified, every store finished.",
    FINDINGS: "Done, and something is wrong: a finding of severity error, rows left after verification, an "
    "unexplained leftover, a store that could not be reached and waits, evidence with a flaw.",
    CANNOT: "Not done: the command was called wrongly, or a file, a store, the state or a plan stands in the way. "
    "Nothing was changed.",
    STALE: "Not done: what was approved is no longer what is there. Nothing was touched; make the plan again.",
    INTERRUPTED: "Stopped by Ctrl-C. Whatever was begun was rolled back, or is finished by running the command again.",
}
