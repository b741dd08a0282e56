"""Portability (Art. 20): what the person provided, on consent or contract, in files that another service can read.

    made = port(work, person, Path("mine"), "nl")      # data.json, data/*.csv, schema.json, index.html

Given or observed, never inferred; nothing of what others share; no secrets (`waarborg.notice.answer.provided`). The
access answer it is made from is written to a file of its owner's only, beside the folder, and taken away.
"""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

from waarborg.notice.package import Package, write_package
from waarborg.plans.casework import Casework, reference
from waarborg.terms import Right, SubjectRef


def port(work: Casework, person: SubjectRef, folder: Path, language: str, request: str = "") -> Package:
    """Write the export of one person into a new folder, and leave the evidence that it was handed over.

    Raises `PlanError` where the person cannot be told from another, `StoreError` where a store is out of reach,
    `NoticeError` WB810 to WB815.
    """
    planner = work.planner
    answer = folder.with_name(f".{folder.name}.{uuid4().hex}.part")
    try:
        with os.fdopen(os.open(answer, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            planner.access(person, out)
        made = write_package(answer, folder, planner.policy, planner.datamap, language, portable=True)
    finally:
        answer.unlink(missing_ok=True)
    request = request or uuid4().hex
    with work.writing() as (state, log, now):
        subject, _ = state.people.subject(reference(person), at=now)
        told = {"request": request, "right": Right.PORTABILITY.value}
        log.append(kind="request.received", at=now, subject=subject, data=told)
        log.append(
            kind="request.answered", at=now, subject=subject, data=told | {"answer": made.digest, "rows": made.rows}
        )
    return made
