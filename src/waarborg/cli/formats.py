"""Findings for machines that show them beside the code: SARIF 2.1.0 and JUnit XML. Pure functions to text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from xml.sax.saxutils import escape, quoteattr

from waarborg import __version__
from waarborg.cli.findings import clean
from waarborg.errors import Finding, Severity

LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
FORMATS = ("text", "json", "sarif", "junit")


def as_json(findings: Sequence[Finding]) -> str:
    """One object with every finding."""
    errors = sum(one.severity is Severity.ERROR for one in findings)
    whole = {"ok": not errors, "errors": errors, "findings": [one.as_dict() for one in findings]}
    return json.dumps(whole, ensure_ascii=False, indent=2)


def as_sarif(findings: Sequence[Finding], checks: Sequence[tuple[str, str]] = ()) -> str:
    """SARIF: what GitHub, GitLab and editors read. A finding without a file points at the folder."""
    ids, titles = sorted({one.id for one in findings}), dict(checks)
    rules = [{"id": id, "name": id, "shortDescription": {"text": titles.get(id, id)}} for id in ids]
    results = [_result(one, ids) for one in findings]
    driver = {"name": "waarborg", "version": __version__, "rules": rules}
    run = {"tool": {"driver": driver}, "results": results, "columnKind": "unicodeCodePoints"}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _result(one: Finding, ids: Sequence[str]) -> dict[str, object]:
    place: dict[str, object] = {"artifactLocation": {"uri": one.place.file or "."}}
    if one.place.line:
        column = {"startColumn": one.place.column} if one.place.column else {}
        place["region"] = {"startLine": one.place.line, **column}
    logical = [{"fullyQualifiedName": one.place.path}] if one.place.path else []
    location: dict[str, object] = {"physicalLocation": place}
    if logical:
        location["logicalLocations"] = logical
    # The line may move; what is said about which declaration stays the same finding.
    print_ = sha256("\n".join([one.id, one.place.file, one.place.path, one.what]).encode()).hexdigest()
    return {
        "ruleId": one.id,
        "ruleIndex": ids.index(one.id),
        "level": LEVEL[one.severity],
        "message": {"text": " ".join(part for part in (one.what, one.why, one.todo) if part)},
        "locations": [location],
        "partialFingerprints": {"waarborg/v1": print_},
    }


def as_junit(findings: Sequence[Finding], checks: Sequence[tuple[str, str]]) -> str:
    """JUnit: a case for each finding; a check of `checks` (id, title) that found nothing is a case that passed.

    Only errors fail; warnings and notes are cases that passed and say so in `system-out`.
    """
    found = {one.id for one in findings}
    errors = sum(one.severity is Severity.ERROR for one in findings)
    cases = [_case(one) for one in findings]
    cases += [
        f'  <testcase classname="waarborg" name={_attr(f"{id} {title}")}/>' for id, title in checks if id not in found
    ]
    head = f'<testsuite name="waarborg check" tests="{len(cases)}" failures="{errors}" errors="0" skipped="0">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *cases, "</testsuite>"])


def _case(one: Finding) -> str:
    where = " ".join(part for part in (one.id, one.place.path or one.place.file) if part)
    line = f' file={_attr(one.place.file)} line="{one.place.line}"' if one.place.file else ""
    head = f'  <testcase classname="waarborg" name={_attr(where)}{line}>'
    text = escape(_legal("\n".join(part for part in (str(one.place), one.what, one.why, one.todo) if part)))
    if one.severity is Severity.ERROR:
        return f"{head}<failure message={_attr(one.what)} type={_attr(one.id)}>{text}</failure></testcase>"
    return f"{head}<system-out>{one.severity.value}: {text}</system-out></testcase>"


def _attr(text: str) -> str:
    return quoteattr(_legal(text).replace("\n", " "))


def _legal(text: str) -> str:
    """Without what XML 1.0 cannot hold: names come from databases."""
    return "".join(
        char if char == "\n" or (not 0xD800 <= ord(char) <= 0xDFFF and ord(char) not in (0xFFFE, 0xFFFF)) else "�"
        for char in clean(text)
    )
