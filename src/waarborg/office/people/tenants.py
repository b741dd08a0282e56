"""Tenants from folders: each folder with a policy.yaml under WAARBORG_HOME is one, with its own state and evidence.

sync() -> list[Tenant]        # at start: makes rows and state tables for new folders, forgets none
tenant("taakveld")            # by its name in addresses; `NotAllowed` WB942 where there is none
"""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

from waarborg.errors import Finding, Place, UsageError
from waarborg.office import engine
from waarborg.office.errors import NotAllowed
from waarborg.office.people.models import Tenant

POLICY, DATAMAP = "policy.yaml", "datamap.yaml"
NAME = re.compile(r"[a-z][a-z0-9-]{0,29}")


def folders(home: Path) -> list[Path]:
    """The folders with a deployment: home itself, or those in it."""
    if (home / POLICY).is_file():
        return [home]
    return sorted(path.parent for path in home.glob(f"*/{POLICY}") if not path.parent.name.startswith("."))


def sync(home: Path | None = None) -> list[Tenant]:
    """Make a tenant of every folder, and prepare its state. Raises `UsageError` WB906, WB907 with every finding.

    A folder that is gone keeps its tenant: its evidence and its open requests do not go with a folder.
    """
    found: list[Tenant] = []
    findings: list[Finding] = []
    for folder in folders(home or settings.ENVIRONMENT.home):
        if not (folder / DATAMAP).is_file():
            findings.append(
                Finding(
                    "WB906",
                    Place(str(folder / POLICY)),
                    "Beside this policy there is no datamap.yaml.",
                    "Without it the office cannot find anybody.",
                    "Make one: waarborg scan URL --write datamap.yaml.",
                )
            )
            continue
        slug = engine.policy_at(folder).id.replace("_", "-").lower()
        other = Tenant.objects.filter(slug=slug).exclude(folder=str(folder)).first()
        if NAME.fullmatch(slug) is None or (other and Path(other.folder).is_dir()):
            findings.append(
                Finding(
                    "WB907",
                    Place(str(folder / POLICY)),
                    "The short name of this policy cannot name a tenant, or another folder has it already.",
                    "It stands in addresses and before the tables of the state.",
                    "Give each policy a name of its own: a letter, then at most 29 letters, digits or hyphens.",
                )
            )
            continue
        made, _ = Tenant.objects.update_or_create(slug=slug, defaults={"folder": str(folder)})
        engine.prepare(made)
        found.append(made)
    if findings:
        raise UsageError(findings)
    return found


def tenant(slug: str) -> Tenant:
    """The tenant of this name. Raises `NotAllowed` WB942."""
    found = Tenant.objects.filter(slug=slug).first()
    if found is None:
        raise NotAllowed.one("WB942", "There is no such deployment here.", "", "Check the address.")
    return found
