"""Figures of the evidence log: appending with durable commits, verifying, peak memory.

Run: `python benchmarks/evidence.py [--quick] [--out results.json]`. A line per figure: `name value aim ok|short`. The
quick run works on a tenth of the entries and has the same aims; the time to verify is scaled to a million (linear).
The file is made in a temporary directory on the file system that TMPDIR names, with `synchronous=FULL`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from waarborg.evidence.audit import audit
from waarborg.evidence.log import Draft
from waarborg.state import MasterKey, open_state

START = datetime(2026, 12, 1, tzinfo=UTC)
BATCH = 500
NAMES = frozenset(("app.member", "app.comment", "app.order", "app"))


def draft(n: int) -> Draft:
    """An entry as the engine writes them."""
    plan = hashlib.sha256(b"plan %d" % n).hexdigest()
    person = hashlib.sha256(b"person %d" % (n % 5000)).hexdigest()
    data = {
        "plan": plan,
        "store": "app",
        "done": plan,
        "chunk": 0,
        "rows": 21,
        "treated": {"app.member": 1, "app.comment": 12, "app.order": 8},
    }
    return Draft("plan.applied", START + timedelta(milliseconds=n), person, data)


def fill(path: Path, entries: int, batch: int) -> float:
    """Append so many entries, each batch a durable commit with a signed head; returns entries a second."""
    with open_state(path, master=MasterKey.generate()) as file:
        with file.begin() as state:
            key = state.vault.signing_key(at=START)
            state.log().open(at=START, key=key)
        began = time.perf_counter()
        for first in range(1, entries, batch):
            with file.begin() as state:
                log = state.log(NAMES)
                done = log.append_all(draft(n) for n in range(first, min(first + batch, entries)))
                log.sign(at=START + timedelta(milliseconds=done[-1].seq), key=key)
        return (entries - 1) / (time.perf_counter() - began)


def verify(path: Path) -> None:
    """Verify the log in this process and print seconds and resident peak, for the parent to read."""
    with open_state(path) as file, file.read() as state:
        tip = state.log().tip()
        began = time.perf_counter()
        report = audit(state.log().lines(), keys=[tip.key])
        took = time.perf_counter() - began
    if not report.ok or report.entries != tip.size:
        raise SystemExit("the log that was just written does not verify")
    print(json.dumps({"seconds": took, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def verified(path: Path) -> dict[str, float]:
    """What a process of its own says about verifying this file."""
    done = subprocess.run([sys.executable, __file__, "--verify", str(path)], capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def figures(quick: bool) -> list[tuple[str, float, float, bool]]:
    """Name, value, aim, and whether less is better."""
    entries = 100_000 if quick else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        small = fill(Path(folder) / "small.sqlite", entries // 50, 50)
        rate = fill(Path(folder) / "log.sqlite", entries, BATCH)
        whole = verified(Path(folder) / "log.sqlite")
        part = verified(Path(folder) / "small.sqlite")
    return [
        ("evidence.append_per_second_batches_of_50", small, 2_000, False),
        ("evidence.append_per_second_batches_of_500", rate, 2_000, False),
        ("evidence.verify_million_seconds", whole["seconds"] * 1_000_000 / entries, 30, True),
        ("evidence.verify_peak_mb", whole["peak_mb"], 100, True),
        ("evidence.verify_peak_mb_for_50_times_the_entries", whole["peak_mb"] - part["peak_mb"], 10, True),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--verify", type=Path)
    chosen = parser.parse_args()
    if chosen.verify:
        verify(chosen.verify)
        return 0
    results, short = {}, 0
    for name, value, aim, less in figures(chosen.quick):
        good = value <= aim if less else value >= aim
        short += not good
        print(f"{name} {value:.1f} {'<=' if less else '>='}{aim} {'ok' if good else 'short'}")
        results[name] = value
    if chosen.out:
        known = json.loads(chosen.out.read_text()) if chosen.out.exists() else {}
        machine = {"machine": platform.platform(), "quick": chosen.quick}
        chosen.out.write_text(json.dumps(known | {"evidence": results | machine}, indent=1) + "\n")
    return 1 if short else 0


if __name__ == "__main__":
    raise SystemExit(main())
