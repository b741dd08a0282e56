"""What each role may see and do, as data and one function.

    may(by, "approve", request)              # may this person of the staff do this to this request?
    require(by, "see_person", request)       # the same, or `NotAllowed` WB940/WB941
    visible(by) -> QuerySet                  # the requests that this person may know of

`By` is who acts: the person, the system, or somebody of the staff in one role for one tenant. A role counts for its
tenant only: with another tenant's request every question is answered as if it did not exist (WB940).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from waarborg.office.errors import NotAllowed
from waarborg.office.people.models import Account, Membership, Organisation, Role, Tenant

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from waarborg.office.requests.models import SubjectRequest


@dataclass(frozen=True, slots=True)
class By:
    """Who acts."""

    role: str
    """`person`, `system`, `recipient`, or a staff role."""
    account: Account | None = None
    tenant: Tenant | None = None
    """The tenant a staff role counts for."""
    organisation: Organisation | None = None

    @property
    def staff(self) -> bool:
        """Whether this is somebody of the staff."""
        return self.role in Role.values

    @classmethod
    def member(cls, membership: Membership) -> By:
        """Somebody of the staff, in the role that a membership gives."""
        return cls(membership.role, membership.account, membership.tenant, membership.organisation)


PERSON = By("person")
SYSTEM = By("system")

ALL = frozenset(Role.values)
_PO, _AGENT, _ADMIN, _AUDITOR = (
    Role.PRIVACY_OFFICER.value,
    Role.SUPPORT_AGENT.value,
    Role.ORGANISATION_ADMINISTRATOR.value,
    Role.AUDITOR.value,
)

RIGHTS: Mapping[str, frozenset[str]] = {
    # looking
    "see_requests": ALL,
    "see_person": frozenset({_PO, _AGENT, _ADMIN}),
    "see_document": frozenset({_PO}),
    "see_answer": frozenset({_PO}),
    "see_plan": ALL,
    "see_evidence": frozenset({_PO, _AUDITOR}),
    "see_promises": frozenset({_PO, _AUDITOR, _AGENT}),
    "see_looks": frozenset({_PO, _AUDITOR}),
    "search_person": frozenset({_PO, _AGENT}),
    # working on requests; each move and act names its roles itself (`requests.life`)
    "enter_request": frozenset({_PO, _AGENT}),
    "write_message": frozenset({_PO, _AGENT, _ADMIN}),
    "assign": frozenset({_PO, _AGENT}),
    "confirm_task": frozenset({_PO, _AGENT}),
    "vouch": frozenset({_PO}),
    "release_answer": frozenset({_PO}),
    "revoke_link": frozenset({_PO, _AGENT}),
    # running the office
    "hold": frozenset({_PO}),
    "stop": frozenset({_PO, _AGENT}),
    "lift_stop": frozenset({_PO}),
    "requeue": frozenset({_PO}),
    "manage_people": frozenset({_PO}),
    "manage_organisations": frozenset({_PO}),
    "export_evidence": frozenset({_PO, _AUDITOR}),
}
"""Every right with the roles that have it. An auditor sees how requests went, and never who they are about."""


def may(by: By, right: str, request: SubjectRequest | None = None) -> bool:
    """Whether somebody of the staff has this right, for this request where one is named."""
    roles = RIGHTS.get(right)
    if roles is None:
        raise KeyError(right)
    return by.role in roles and (request is None or knows(by, request))


def knows(by: By, request: SubjectRequest) -> bool:
    """Whether the request exists for this person of the staff: their tenant's, and their organisation's."""
    if not by.staff or by.tenant is None or by.tenant.pk != request.tenant_id:
        return False
    if by.role == Role.ORGANISATION_ADMINISTRATOR:
        return by.organisation is not None and by.organisation.pk == request.organisation_id
    return True


def require(by: By, right: str, request: SubjectRequest | None = None) -> None:
    """Raise `NotAllowed`: WB940 where the request does not exist for this role, WB941 where the right is lacking."""
    if request is not None and not knows(by, request):
        raise unknown()
    if not may(by, right, request):
        raise NotAllowed.one(
            "WB941",
            "Your role does not include this.",
            "Each role sees and does what its work needs.",
            "Ask a privacy officer.",
        )


def unknown() -> NotAllowed:
    """The error for what does not exist, or exists for another tenant: there is no telling which."""
    return NotAllowed.one("WB940", "There is no such request here.", "", "Check the number.")


def visible(by: By) -> QuerySet[SubjectRequest]:
    """The requests that exist for this person of the staff."""
    from waarborg.office.requests.models import SubjectRequest

    if not by.staff or by.tenant is None:
        return SubjectRequest.objects.none()
    found = SubjectRequest.objects.filter(tenant=by.tenant)
    if by.role == Role.ORGANISATION_ADMINISTRATOR:
        return found.filter(organisation=by.organisation) if by.organisation else found.none()
    return found


def acting(account: Account, tenant: Tenant) -> By:
    """The role of an account for a tenant. Raises `NotAllowed` WB940 where it has none."""
    found = Membership.objects.select_related("tenant", "organisation", "account").filter(
        account=account, tenant=tenant, account__is_active=True
    )
    membership = found.first()
    if membership is None:
        raise unknown()
    return By.member(membership)
