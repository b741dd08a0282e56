"""Publishing: a version that is new is kept as it is and told to the evidence; one that was published never changes.

    publish(tenant)                    the policy.yaml of the tenant, where its version is new (Art. 12, 13)
    current(tenant, today)             the version in force; before the first one, the one that is coming
    versions(tenant)                   all of them, newest first
    policy_of(publication)             what it says
    differs(tenant)                    whether the file says other things than the published version of its date

`policy.yaml` is carried out; what stands here is what people read. Where the two differ under one date, people go on
reading what was published, and `differs` says so.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

from django.db import transaction

from waarborg.errors import PolicyError
from waarborg.notice.gaps import complete
from waarborg.office import engine
from waarborg.office.people.models import Tenant
from waarborg.office.publications.models import Publication
from waarborg.policy.diff import Effect, difference
from waarborg.policy.load import parse_policy
from waarborg.policy.model import Policy


def publish(tenant: Tenant) -> Publication:
    """Publish the tenant's policy where its version is new; otherwise the publication there is.

    Raises `PolicyError` where the file cannot be read, and WB960 where it changed under a date that was published;
    `NoticeError` naming every item that Art. 13 asks for and the policy lacks in one of its languages.
    """
    text = (Path(tenant.folder) / "policy.yaml").read_text(encoding="utf-8")
    policy = engine.policy_of(tenant)
    with transaction.atomic(), engine.door(tenant).begin() as state:
        known = Publication.objects.filter(tenant=tenant, version=policy.version).first()
        if known is not None:
            if known.digest != policy.digest:
                raise _changed(policy)
            return known
        for language in policy.languages:
            complete(policy, language)
        before = Publication.objects.filter(tenant=tenant, version__lt=policy.version).first()
        now = engine.now()
        made = Publication.objects.create(
            tenant=tenant, version=policy.version, digest=policy.digest, text=text, at=now
        )
        data: dict[str, object] = {"policy": policy.digest, "effective": policy.version.isoformat()}
        if before is not None:
            found = difference(policy_of(before), policy)
            material = any(one.effect is Effect.MATERIAL for one in found)
            data |= {"previous": before.digest, "material": material}
        state.log().append(kind="policy.published", at=now, data=data)
    return made


def _changed(policy: Policy) -> PolicyError:
    return PolicyError.one(
        "WB960",
        f"The version of {policy.version.isoformat()} was published, and this file says something else.",
        "People were told what was published; a published version never changes.",
        "Give the policy a new version (the day it takes effect), or put the published text back.",
    )


def differs(tenant: Tenant) -> bool:
    """Whether the file says something else than what was published for its date, or is not published."""
    policy = engine.policy_of(tenant)
    known = Publication.objects.filter(tenant=tenant, version=policy.version).first()
    return known is None or known.digest != policy.digest


def versions(tenant: Tenant) -> list[Publication]:
    """Every version, newest first."""
    return list(Publication.objects.filter(tenant=tenant).defer("text"))


def current(tenant: Tenant, today: date) -> Publication | None:
    """The version in force on a day; before the first, the first. None where nothing was published."""
    all_ = Publication.objects.filter(tenant=tenant)
    return all_.filter(version__lte=today).first() or all_.last()


def policy_of(publication: Publication) -> Policy:
    """What a version says."""
    return _read(publication.pk, publication.digest)


@lru_cache(maxsize=64)
def _read(pk: int, digest: str) -> Policy:
    text = Publication.objects.values_list("text", flat=True).get(pk=pk)
    policy, findings = parse_policy(text)
    if policy is None:
        raise PolicyError(findings)
    return policy
