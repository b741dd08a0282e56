"""Measure discovery against labelled applications: recall and precision of columns, links and tables of people."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from discovery.recorded import RecordedStore
from waarborg.scan.findings import Findings
from waarborg.scan.pipeline import scan

HERE = Path(__file__).parent
RULES_MADE_ON = (
    "zabbix",
    "helpdesk",
    "tryton",
    "kamailio",
    "oscar",
    "roundcube",
    "redmine",
    "hard_nl",
    "synapse",
    "pretix",
)
REPORTED = ("indico", "cacti", "wagtail", "machina", "mediawiki", "hard_de", "rt", "reviewboard")


@dataclass
class Score:
    """Found, missed and wrong, for one kind of finding."""

    hit: set[Any] = field(default_factory=set)
    missed: set[Any] = field(default_factory=set)
    wrong: set[Any] = field(default_factory=set)

    @property
    def recall(self) -> float:
        return len(self.hit) / max(1, len(self.hit) + len(self.missed))

    @property
    def precision(self) -> float:
        return len(self.hit) / max(1, len(self.hit) + len(self.wrong))


REAL = Path(os.environ.get("REAL_LABELS", HERE.parent / "real"))


def truth(app: str) -> dict[str, Any]:
    """The labels: ours, or those of the real applications under `tests/real` in the same vocabulary."""
    own = HERE / app / "truth.yaml"
    if own.exists():
        return dict(YAML(typ="safe").load(own.read_text()))
    labels = dict(YAML(typ="safe").load((REAL / app / "truth.yaml").read_text()))
    links = labels["links"]
    # Structure joins tables without people: neither a link nor an error. A name in a running text is not a reference.
    skip = [one for one in links if one["kind"] == "structure" or one["how"] == "text"]
    labels["links"] = [one for one in links if one not in skip]
    labels["either_links"] = skip
    labels["either"] = [*labels["either"], *(one["table"] for one in labels.get("people_without_account", ()))]
    return labels


def findings(app: str) -> Findings:
    return scan(RecordedStore("app", HERE / app / "recording.json.gz"))


def compare(found: Findings, labels: dict[str, Any]) -> dict[str, Score]:
    """Scores by kind. Debatable columns and links (`either`) count neither way."""
    either = set(labels.get("either") or ())
    columns = {f"{t}.{c}" for t, c in found.columns}
    true_columns = set(labels.get("columns") or ())
    links = {
        (
            tuple(f"{one.reference.table}.{c}" for c in one.reference.columns),
            tuple(f"{one.reference.target}.{c}" for c in one.reference.to_columns),
        )
        for one in found.links
    }
    true_links = {(tuple(one["from"]), tuple(one["to"])) for one in labels.get("links") or ()}
    loose = {(tuple(one["from"]), tuple(one["to"])) for one in labels.get("either_links") or ()}
    anywhere = {left for left, right in loose if right == ("*",)}
    loose |= {link for link in links if link[0] in anywhere}
    subjects = {s.table for s in found.subjects}
    named = subjects | {s.table for s in found.guests}
    true_subjects = {s["table"] for s in labels.get("subjects") or ()}
    return {
        "columns": Score(true_columns & columns, true_columns - columns, columns - true_columns - either),
        "links": Score(true_links & links, true_links - links, links - true_links - loose),
        "subjects": Score(true_subjects & named, true_subjects - named, subjects - true_subjects - either),
    }


def together(scores: Mapping[str, Score]) -> Score:
    """One score over several applications."""
    whole = Score()
    for app, one in scores.items():
        whole.hit |= {(app, x) for x in one.hit}
        whole.missed |= {(app, x) for x in one.missed}
        whole.wrong |= {(app, x) for x in one.wrong}
    return whole


def line(kind: str, s: Score) -> str:
    counts = f"{len(s.hit)} found, {len(s.missed)} missed, {len(s.wrong)} wrong"
    return f"{kind}: recall {s.recall:.3f} precision {s.precision:.3f} ({counts})"


def main(apps: list[str], verbose: bool) -> None:
    seen: dict[str, dict[str, Score]] = {}
    for app in apps:
        scores = seen[app] = compare(findings(app), truth(app))
        print(f"{app:12}", "  ".join(line(kind, s) for kind, s in scores.items()))
        if verbose:
            for kind, s in scores.items():
                print("  missed", kind, sorted(s.missed))
                print("  wrong ", kind, sorted(s.wrong))
    for title, half in (("rules half", RULES_MADE_ON), ("reported half", REPORTED)):
        if set(half) <= set(seen):
            kinds = ("columns", "links", "subjects")
            whole = {kind: together({app: seen[app][kind] for app in half}) for kind in kinds}
            print(f"{title:12}", "  ".join(line(kind, s) for kind, s in whole.items()))


if __name__ == "__main__":
    names = [a for a in sys.argv[1:] if not a.startswith("-")] or sorted(
        p.parent.name for p in HERE.glob("*/recording.json.gz")
    )
    main(names, "-v" in sys.argv)
