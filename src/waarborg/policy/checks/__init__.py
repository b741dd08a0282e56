"""Does the policy contradict itself, or the law? Pure: a policy and a day in, findings out."""

from __future__ import annotations

from datetime import date

from waarborg.errors import Finding, Severity
from waarborg.policy.checks.registry import CHECKS, Check
from waarborg.policy.model import Policy, Suppression
from waarborg.yamlfile import shown

__all__ = ["CHECKS", "Check", "check_policy"]

SUPPRESSION = "WB098"
EXPIRED = "WB099"
MAX_WHAT = 300


def check_policy(policy: Policy, today: date) -> list[Finding]:
    """Everything wrong with a policy on a day, in the order of the file. Accepted findings are left out.

    A suppression that is incomplete or no longer needed is itself a finding (WB098), and so is one past its
    day (WB099): an expired one hides nothing any more.
    """
    found = [one for check in CHECKS for one in _findings(check, policy, today)]
    open_, notes = _suppress(policy, found, today)
    return sorted([*open_, *notes], key=lambda one: (one.place.line, one.id, one.place.path))


def _findings(check: Check, policy: Policy, today: date) -> list[Finding]:
    said = dict.fromkeys(check.run(policy, today))
    return [
        Finding(check.id, policy.place(path), shown(what, MAX_WHAT), check.why, check.todo, check.severity)
        for path, what in said
    ]


def _suppress(policy: Policy, found: list[Finding], today: date) -> tuple[list[Finding], list[Finding]]:
    """What remains after the policy's own suppressions, and what is wrong with those."""
    notes: list[Finding] = []
    for number, one in enumerate(policy.ignored):
        place = policy.place(f"ignored.{number}")
        missing = [key for key in ("reason", "owner", "until") if not getattr(one, key)]
        hidden = [finding for finding in found if _matches(one, finding)]
        if missing:
            what = f"The accepted finding does not say: {', '.join(missing)}."
            notes.append(Finding(SUPPRESSION, place, what, "Nobody could tell when it must be mended.", "Fill it in."))
        elif one.until is not None and one.until < today:
            what = f"{shown(one.finding)} was accepted until {one.until}."
            notes.append(Finding(EXPIRED, place, what, "What is accepted decays.", "Mend the cause, or decide again."))
        elif not hidden:
            what = f"{shown(one.finding)} is accepted here, and does not occur."
            why = "A suppression that is not needed would hide the next one."
            notes.append(Finding(SUPPRESSION, place, what, why, "Remove it.", Severity.WARNING))
        else:
            found = [finding for finding in found if finding not in hidden]
    return found, notes


def _matches(one: Suppression, finding: Finding) -> bool:
    path = finding.place.path
    return finding.id == one.finding and (not one.at or path == one.at or path.startswith(f"{one.at}."))
