"""One access in a process of its own, so that its resident peak is its own: ``child.py floor|ours ENGINE DB PERSON``.

Prints one line of JSON: ``{"seconds": ..., "peak_bytes": ...}``.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

from benchmarks import floors
from benchmarks.engines import every_engine


def resident_peak() -> int:
    """Bytes. VmHWM starts anew at exec, where ``ru_maxrss`` may still hold the parent's; used where /proc is absent."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main(arguments: list[str]) -> None:
    whose, name, database, person = arguments
    engine = every_engine()[name]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answer.jsonl"
        started = time.perf_counter()
        if whose == "floor":
            connection = engine.connect(database)
            floors.access(engine, connection, int(person), path)
            connection.close()
        else:
            import_module("benchmarks.ours").access(engine.url(database), f"person{person}@post.example", path)
        seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "peak_bytes": resident_peak()}))


if __name__ == "__main__":
    main(sys.argv[1:])
