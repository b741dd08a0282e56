"""Checks on rights, cookies, breaches, children, measures and dates that pass."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from waarborg.clock import Period
from waarborg.policy.checks.who import Said
from waarborg.policy.law import ANSWER_MONTHS, BREACH_OF_TELECOM_PROVIDER, BREACH_TO_AUTHORITY
from waarborg.policy.model import Policy
from waarborg.policy.values import AccessFormat, CookieKind, IdentityStep, MeasureProof
from waarborg.policy.walk import walk
from waarborg.terms import LegalBasis, Outcome

TOLD = ("access", "rectification", "erasure", "restriction", "portability", "objection")
MEASUREMENTS = ("tls", "access", "encryption_at_rest", "evidence")
"""What `waarborg promises` can measure by itself."""
MACHINE_READABLE = frozenset({AccessFormat.JSON, AccessFormat.CSV})
A_YEAR_TO_COMPARE = date(2027, 1, 1)
"""Periods are compared from one fixed day, so that the answer does not change with the calendar."""


def longer(one: Period, other: Period) -> bool:
    """Whether one period is longer than another, hours included."""
    return (one.after(A_YEAR_TO_COMPARE), one.hours % 24) > (other.after(A_YEAR_TO_COMPARE), other.hours % 24)


def restriction_loses(policy: Policy, today: date) -> Said:
    rule = policy.rights.restriction
    if rule is not None and rule.suspend is not None and rule.suspend.loses:
        yield "rights.restriction.suspend", "Suspended data can be restored, the policy says, and also that it is lost."


def suspension_open(policy: Policy, today: date) -> Said:
    rule = policy.rights.restriction
    if rule is None or rule.suspend is None:
        return
    if rule.suspend.period is None or rule.suspend.then is None:
        yield "rights.restriction.suspend", "The suspension has no term, or nothing says what follows it."


def fee_without_window(policy: Policy, today: date) -> Said:
    fee = policy.rights.fee
    if fee is not None and (fee.at_most is None or fee.repeated_within is None):
        yield "rights.fee", "A fee needs a cap and a window inside which a request is a repetition."


def right_missing(policy: Policy, today: date) -> Said:
    for name in TOLD:
        if getattr(policy.rights, name) is None:
            yield f"rights.{name}", f"The right of {name} is not told."
    consent = any(purpose.basis is LegalBasis.CONSENT for purpose in policy.purposes.values())
    if consent and policy.rights.withdrawal is None:
        yield "rights.withdrawal", "Consent is asked, and taking it back is not told."


def no_way_in(policy: Policy, today: date) -> Said:
    if not policy.rights.intake:
        yield "rights.intake", "Nothing says where a request is made."


def no_complaint(policy: Policy, today: date) -> Said:
    if not policy.rights.complaint or not policy.controller.authority:
        yield "rights.complaint", "Complaining to the supervisory authority is not told."


def not_portable(policy: Policy, today: date) -> Said:
    rule = policy.rights.portability
    if rule is not None and not MACHINE_READABLE & set(rule.formats):
        yield "rights.portability", "None of the formats is machine-readable."


def answer_too_late(policy: Policy, today: date) -> Said:
    for path, value in walk(policy.rights, "rights"):
        if path.endswith(".within") and isinstance(value, Period) and longer(value, Period(months=ANSWER_MONTHS)):
            yield path, "The promised term is longer than the law's month."


def too_much_identity(policy: Policy, today: date) -> Said:
    if policy.rights.identity and policy.rights.identity[0] is IdentityStep.DOCUMENT:
        yield "rights.identity", "An identity document is asked first."


def limit_without_law(policy: Policy, today: date) -> Said:
    for name, one in policy.rights.limits.items():
        if not one.law:
            yield f"rights.limits.{name}", "The limitation names no article that allows it."


def review_passed(policy: Policy, today: date) -> Said:
    for path, value in walk(policy):
        key = path.rpartition(".")[2]
        if key in ("review", "balancing_review") and isinstance(value, date) and value < today and "holds." not in path:
            yield path, f"This was to be looked at again on {value}."


def purpose_over(policy: Policy, today: date) -> Said:
    for name, purpose in policy.purposes.items():
        if purpose.ends is not None and purpose.ends < today:
            yield f"purposes.{name}", f"The purpose ended on {purpose.ends}."


def optional_unasked(policy: Policy, today: date) -> Said:
    for name, cookie in policy.cookies.items.items():
        if cookie.kind is None:
            yield f"cookies.items.{name}", "Nothing says what kind of cookie this is."
        elif cookie.kind is not CookieKind.NECESSARY and not policy.cookies.banner:
            yield f"cookies.items.{name}", "The cookie is not necessary, and no banner asks first."


def cookie_too_long(policy: Policy, today: date) -> Said:
    most = policy.cookies.at_most
    for name, cookie in policy.cookies.items.items():
        if most is not None and cookie.period is not None and longer(cookie.period, most):
            yield f"cookies.items.{name}", f"The cookie lives longer than the {most} promised."


def cookie_for_stranger(policy: Policy, today: date) -> Said:
    for name, cookie in policy.cookies.items.items():
        if cookie.recipient and cookie.recipient not in policy.recipients:
            yield f"cookies.items.{name}", "The cookie is read by a recipient that is not declared."


def breach_too_late(policy: Policy, today: date) -> Said:
    term = policy.breach.authority_within
    most = BREACH_OF_TELECOM_PROVIDER if policy.breach.telecom_provider else BREACH_TO_AUTHORITY
    if term is None and policy.breach.telecom_provider:
        yield "breach", "The term to the authority is not declared."
    elif term is not None and (term.months or timedelta(days=term.days, hours=term.hours) > most):
        yield "breach.authority_within", f"The term is longer than the law's {int(most.total_seconds()) // 3600} hours."


def child_ignored(policy: Policy, today: date) -> Said:
    if policy.minimum_age is not None and policy.children.then not in (Outcome.ERASE, Outcome.ANONYMISE):
        yield "children", "The policy has a minimum age, and does not remove a younger person's data."


def measure_unproven(policy: Policy, today: date) -> Said:
    for name, one in policy.measures.items():
        if one.proof is None:
            yield f"measures.{name}", "Nothing says how this measure is shown to stand."
        elif one.proof is MeasureProof.MEASURED and (one.measured_by or name) not in MEASUREMENTS:
            yield f"measures.{name}", f"Nothing measures this; measured can be: {', '.join(MEASUREMENTS)}."
        elif one.proof is MeasureProof.ATTESTED:
            yield from _attestation(f"measures.{name}", one.document, one.owner, one.until, today)


def _attestation(path: str, document: str, owner: str, until: date | None, today: date) -> Iterator[tuple[str, str]]:
    if not document or not owner or until is None:
        yield path, "An attested measure needs a document, an owner and an end."
    elif until < today:
        yield path, f"The attestation ended on {until}."
