"""Checks on data categories and what they are used for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from waarborg.policy.checks.who import Said
from waarborg.policy.model import DataCategory, Identifiability, Policy, Purpose, Source, undeclared
from waarborg.policy.values import Channel
from waarborg.policy.walk import references
from waarborg.terms import LegalBasis

IDENTIFYING = frozenset(
    {"email", "name", "first_name", "last_name", "phone", "mobile", "photo"}
    | {"user_name", "ip_address", "customer_number", "iban", "birth_date"}
)
MAILED = frozenset({Channel.EMAIL, Channel.SMS, Channel.PUSH})


def each_item(policy: Policy) -> Iterator[tuple[str, DataCategory]]:
    """Every item of every category as a reference; a category without items stands for itself."""
    for name, category in policy.data.items():
        yield from ((f"{name}.{item}", category) for item in category.items) if category.items else ((name, category),)


def items_of(policy: Policy, refs: tuple[str, ...]) -> set[str]:
    """The items of those references that are declared; the others are WB020's to report."""
    return policy.expand(ref for ref in refs if policy.has(ref))


def undeclared_data(policy: Policy, today: date) -> Said:
    for path, ref in references(policy):
        if not policy.has(ref):
            found = undeclared(policy, ref, policy.place(path))
            yield path, f"{found.what} {found.todo}" if "mean" in found.todo else found.what


def unused_category(policy: Policy, today: date) -> Said:
    used = {ref.partition(".")[0] for purpose in policy.purposes.values() for ref in purpose.data}
    yield from ((f"data.{name}", "No purpose uses this category.") for name in policy.data if name not in used)


def unnamed_source(policy: Policy, today: date) -> Said:
    for name, category in policy.data.items():
        if not category.source:
            yield f"data.{name}", "Nothing says where this data comes from."
        elif Source.THIRD_PARTY in category.source and not category.third_parties:
            yield f"data.{name}.source", "The source is a third party, and none is named."


def special_without_ground(policy: Policy, today: date) -> Said:
    for name, category in policy.data.items():
        special = [item.id for item in category.items.values() if item.special]
        if (category.special or special) and category.special_ground is None:
            yield f"data.{name}", "This is a special category of personal data, and no ground lifts the ban."


def open_list(policy: Policy, today: date) -> Said:
    for name, category in policy.data.items():
        if not category.items:
            yield f"data.{name}", "The category lists no items."


def anonymous_claim(policy: Policy, today: date) -> Said:
    for name, category in policy.data.items():
        if category.identifiability is Identifiability.ANONYMOUS and IDENTIFYING & set(category.items):
            yield f"data.{name}", "The category is called anonymous, and holds items that identify a person."


def whose_data(policy: Policy, today: date) -> Said:
    for name, category in policy.data.items():
        if policy.people and not category.people:
            yield f"data.{name}", "Nothing says which people this data is about."
        for kind in category.people:
            if kind not in policy.people:
                yield f"data.{name}.people", f'No kind of people "{kind}" is declared.'


def no_basis(policy: Policy, today: date) -> Said:
    for name, purpose in policy.purposes.items():
        if purpose.basis is None:
            yield f"purposes.{name}", "The purpose has no legal basis."


def consent_not_asked(policy: Policy, today: date) -> Said:
    for name, purpose in policy.purposes.items():
        if purpose.basis is LegalBasis.CONSENT and name not in policy.notice.asks:
            yield f"purposes.{name}", "The basis is consent, but no notice asks for it."


def ask_unsound(policy: Policy, today: date) -> Said:
    for name, ask in policy.notice.asks.items():
        path = f"notice.asks.{name}"
        if ask.preticked:
            yield path, "The box is ticked before the person has chosen."
        if not ask.text:
            yield path, "The question has no words."
        if not ask.withdraw:
            yield path, "Nothing says where the consent is taken back."


def ask_without_consent(policy: Policy, today: date) -> Said:
    for name in policy.notice.asks:
        purpose = policy.purposes.get(name)
        if purpose is None:
            yield f"notice.asks.{name}", "Consent is asked for a purpose that is not declared."
        elif purpose.basis not in (LegalBasis.CONSENT, None):
            yield f"notice.asks.{name}", "Consent is asked, but the purpose rests on another basis."


def interest_unweighed(policy: Policy, today: date) -> Said:
    for name, purpose in policy.purposes.items():
        if purpose.basis is not LegalBasis.LEGITIMATE_INTERESTS:
            continue
        if not purpose.interest:
            yield f"purposes.{name}", "The legitimate interest is not named."
        if not purpose.balancing:
            yield f"purposes.{name}", "The legitimate interest carries no balancing test."


def duty_without_law(policy: Policy, today: date) -> Said:
    for name, purpose in policy.purposes.items():
        if purpose.basis in (LegalBasis.LEGAL_OBLIGATION, LegalBasis.PUBLIC_TASK) and not purpose.law:
            yield f"purposes.{name}", "The basis is a duty by law, and no law is named."


def purpose_without_data(policy: Policy, today: date) -> Said:
    yield from (
        (f"purposes.{name}", "The purpose uses no data.") for name, one in policy.purposes.items() if not one.data
    )


def switch_missing(policy: Policy, today: date) -> Said:
    for name, purpose in policy.purposes.items():
        for message in purpose.messages.values():
            path = f"purposes.{name}.messages.{message.id}"
            if message.promotional and not message.refusable:
                yield path, "The message promotes something and cannot be refused."
            elif message.refusable and not message.switch:
                yield path, "The message can be refused, and nothing says where."


def promotion_unasked(policy: Policy, today: date) -> Said:
    for name, purpose in policy.purposes.items():
        promotes = purpose.promotional or any(one.promotional for one in purpose.messages.values())
        allowed = purpose.basis in (LegalBasis.CONSENT, None) or purpose.soft_opt_in
        if promotes and purpose.channel in MAILED and not allowed:
            yield f"purposes.{name}", "Promotional messages go out without consent and without a soft opt-in."


def decision_unexplained(policy: Policy, today: date) -> Said:
    allowed = (LegalBasis.CONTRACT, LegalBasis.LEGAL_OBLIGATION, LegalBasis.CONSENT)
    for name, purpose in policy.purposes.items():
        decision, path = purpose.automated_decision, f"purposes.{name}.automated_decision"
        if decision is None:
            continue
        if not decision.logic or not decision.effect:
            yield path, "The decision's logic or effect is not told."
        if decision.ground not in allowed:
            yield path, "The decision has no ground: contract, legal_obligation or consent."
        if not decision.contest:
            yield path, "Nothing says where a person looks at the decision again."


def profile_unexplained(policy: Policy, today: date) -> Said:
    for name, purpose in policy.purposes.items():
        profile, path = purpose.profiling, f"purposes.{name}.profiling"
        if profile is None:
            continue
        if not profile.inputs or not profile.logic or not profile.effect:
            yield path, "The profile's inputs, logic or effect are not told."
        if items_of(policy, profile.inputs) - items_of(policy, purpose.data):
            yield path, "The profile is built from data that the purpose does not have."


def bundled_consent(policy: Policy, today: date) -> Said:
    for ref, category in each_item(policy):
        item = category.items.get(ref.partition(".")[2])
        using: list[Purpose] = policy.purposes_for(ref)
        if item is None or not item.required or not using or ref.partition(".")[0] in _asked_apart(policy):
            continue
        if all(purpose.basis is LegalBasis.CONSENT for purpose in using):
            yield f"data.{ref.replace('.', '.items.')}", "The item is required, and only serves consent."


def _asked_apart(policy: Policy) -> set[str]:
    """Categories that exist only for purposes on consent: their required items bind nobody who does not consent."""
    return {
        name
        for name, category in policy.data.items()
        if all(
            purpose.basis is LegalBasis.CONSENT
            for ref in (f"{name}.{item}" for item in category.items)
            for purpose in policy.purposes_for(ref)
        )
    }
