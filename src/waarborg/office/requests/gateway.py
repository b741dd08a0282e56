"""Text messages to the telephone number of record: through a gateway that the environment names.

    WAARBORG_SMS=file:FOLDER          each message is a file there: for tries, tests, and a script that takes them on

A message holds a code and nothing else: no name, no company's customer number, no link.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from waarborg.office.people.models import Tenant

WORDS = {
    "nl": "Uw code is {code}. Geef deze code aan niemand door.",
    "en": "Your code is {code}. Do not pass this code on to anyone.",
    "fr": "Votre code est {code}. Ne communiquez ce code à personne.",
}


def ready() -> bool:
    """Whether there is a gateway."""
    return bool(settings.ENVIRONMENT.sms)


def send(tenant: Tenant, number: str, code: str, language: str) -> None:
    """Hand a message to the gateway."""
    folder = Path(settings.ENVIRONMENT.sms)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    body = {"to": number, "text": WORDS.get(language, WORDS["en"]).format(code=code), "tenant": tenant.slug}
    path = folder / f"{uuid4().hex}.json"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(body, file, ensure_ascii=False)
