"""Checks on who gets data, and on data that leaves the European Economic Area."""

from __future__ import annotations

from datetime import date

from waarborg.errors import near_miss
from waarborg.policy.checks.data import items_of
from waarborg.policy.checks.who import Said
from waarborg.policy.law import EEA, stands
from waarborg.policy.model import OwnUse, Policy, Role, Safeguard, Transfer

DECIDES_ITSELF = (Role.CONTROLLER, Role.JOINT_CONTROLLER, Role.AFFILIATE, Role.ORGANISATION, Role.INTEGRATION)


def recipient_incomplete(policy: Policy, today: date) -> Said:
    for name, one in policy.recipients.items():
        missing = [key for key in ("name", "role", "country", "purposes", "data") if not getattr(one, key)]
        if missing:
            yield f"recipients.{name}", f"The entry does not say: {', '.join(missing)}."


def own_marketing(policy: Policy, today: date) -> Said:
    for name, one in policy.recipients.items():
        if OwnUse.MARKETING in one.own_use:
            yield f"recipients.{name}", "The recipient uses the data for its own marketing."


def sale(policy: Policy, today: date) -> Said:
    for name, one in policy.recipients.items():
        if one.for_consideration:
            yield f"recipients.{name}", "The recipient pays for the data, in money or in kind: that is a sale."


def processor_unbound(policy: Policy, today: date) -> Said:
    for name, one in policy.recipients.items():
        path = f"recipients.{name}"
        if one.role is not Role.PROCESSOR:
            continue
        if not one.agreement or not one.instruction:
            yield path, "A processor needs an agreement and instructions; one of them is missing."
        elif one.agreement_until is not None and one.agreement_until < today:
            yield path, f"The agreement ended on {one.agreement_until}."


def processor_own_use(policy: Policy, today: date) -> Said:
    for name, one in policy.recipients.items():
        if one.role is Role.PROCESSOR and set(one.own_use) - {OwnUse.MARKETING}:
            yield f"recipients.{name}", "The recipient is called a processor, and uses the data for itself."


def recipient_without_ground(policy: Policy, today: date) -> Said:
    for name, one in policy.recipients.items():
        if one.role in DECIDES_ITSELF and one.basis is None:
            yield f"recipients.{name}", "The recipient decides for itself, and the hand-over has no ground."


def unknown_purpose(policy: Policy, today: date) -> Said:
    for name, one in policy.recipients.items():
        for purpose in one.purposes:
            if purpose not in policy.purposes:
                hint = near_miss(purpose, policy.purposes)
                yield f"recipients.{name}.purposes", f'No purpose "{purpose}" is declared. {hint}'.strip()


def more_than_needed(policy: Policy, today: date) -> Said:
    for name, one in policy.recipients.items():
        purposes = [policy.purposes[purpose] for purpose in one.purposes if purpose in policy.purposes]
        needed = {item for purpose in purposes for item in items_of(policy, purpose.data)}
        extra = sorted(items_of(policy, one.data) - needed)
        if purposes and extra:
            yield f"recipients.{name}.data", f"None of its purposes uses: {', '.join(extra)}."


def no_transfer(policy: Policy, today: date) -> Said:
    covered = {transfer.recipient for transfer in policy.transfers.values()}
    for name, one in policy.recipients.items():
        if one.country and one.country not in EEA and name not in covered:
            yield (
                f"recipients.{name}",
                "The recipient is outside the EEA, and no transfer to it is declared.",
            )


def no_safeguard(policy: Policy, today: date) -> Said:
    for name, one in policy.transfers.items():
        if one.safeguard is None:
            yield f"transfers.{name}", "The transfer rests on no safeguard."


def dead_safeguard(policy: Policy, today: date) -> Said:
    for name, one in policy.transfers.items():
        reason = _why_dead(one, _where(policy, one), today)
        if reason:
            yield f"transfers.{name}.safeguard", reason


def _where(policy: Policy, transfer: Transfer) -> str:
    recipient = policy.recipients.get(transfer.recipient)
    return transfer.country or (recipient.country if recipient else "")


def _why_dead(transfer: Transfer, country: str, today: date) -> str:
    safeguard = transfer.safeguard
    if safeguard is None or not country or country in EEA:
        return ""
    if safeguard.valid_until is not None and safeguard.valid_until < today:
        return f"The safeguard ended on {safeguard.valid_until}."
    if safeguard.valid_from is not None and safeguard.valid_from > today:
        return f"The safeguard starts on {safeguard.valid_from} only."
    if stands(safeguard.kind, country, today) is None:
        return f"{safeguard.kind.value.replace('_', ' ').capitalize()} does not stand for {country}."
    return ""


def uncertified(policy: Policy, today: date) -> Said:
    for name, one in policy.transfers.items():
        framework = one.safeguard is not None and one.safeguard.kind is Safeguard.DATA_PRIVACY_FRAMEWORK
        if framework and one.safeguard is not None and not one.safeguard.certificate:
            yield f"transfers.{name}.safeguard", "No certification of the recipient is named."


def transfer_to_nobody(policy: Policy, today: date) -> Said:
    for name, one in policy.transfers.items():
        recipient = policy.recipients.get(one.recipient)
        if recipient is None:
            hint = near_miss(one.recipient, policy.recipients)
            yield f"transfers.{name}", f"The recipient of this transfer is not declared. {hint}".strip()
        elif one.country and recipient.country and one.country != recipient.country:
            yield f"transfers.{name}.country", "The transfer and its recipient name different countries."


def outside_regions(policy: Policy, today: date) -> Said:
    allowed = set(policy.regions) | (set(EEA) if {"EEA"} & set(policy.regions) else set())
    for name, one in policy.recipients.items():
        if allowed and one.role is Role.PROCESSOR and one.country and one.country not in allowed:
            yield f"recipients.{name}.country", "The processor works outside the declared regions."
