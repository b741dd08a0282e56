"""What a notice cannot do without (Art. 13, 14): each missing item blocks it by name, so that no section is empty."""

from __future__ import annotations

from collections.abc import Iterator

from waarborg.errors import Finding, Severity
from waarborg.notice.words import LANGUAGES, NoticeError, Say, addressed
from waarborg.policy.model import Policy, Purpose, Recipient, Transfer
from waarborg.policy.values import Identifiability, Safeguard, Source
from waarborg.policy.walk import texts
from waarborg.policy.words import words_of
from waarborg.terms import LegalBasis

Missing = Iterator[tuple[str, str, str]]
"""Path in the policy, what is missing, and the article that asks for it."""


def gaps(policy: Policy, language: str) -> list[Finding]:
    """Everything that is missing for a notice in this language."""
    found = [
        Finding(
            "WB801",
            policy.place(path),
            f"{what} is missing.",
            f"A notice must say it ({article}).",
            "Write it in the policy.",
        )
        for path, what, article in (*_who(policy), *_data(policy), *_purposes(policy), *_handed(policy), *_kept(policy))
    ]
    return [*found, *_untranslated(policy, language), *_unnamed(policy, language)]


def complete(policy: Policy, language: str) -> None:
    """Raise `NoticeError` with everything that is missing."""
    Say.in_(language)
    if found := gaps(policy, language):
        raise NoticeError(found)


def mixed(policy: Policy) -> list[Finding]:
    """A Dutch policy that says both `je` and `u`: a warning, because readers notice."""
    informal, formal = addressed(policy)
    if not (informal and formal):
        return []
    what = f"The Dutch texts say je, jij, jou or jouw {informal} times, and u or uw {formal} times."
    why = "A service speaks to people in one way."
    return [Finding("WB805", policy.place(""), what, why, "Choose one.", Severity.WARNING)]


def _who(policy: Policy) -> Missing:
    one = policy.controller
    for name, value in (("name", one.name), ("address", one.address), ("contact", one.contact)):
        if not value:
            yield f"controller.{name}", f"The controller's {name}", "Art. 13(1)(a)"
    if not one.authority:
        yield "controller.authority", "The supervisory authority", "Art. 13(2)(d)"
    for name, joint in policy.joint_controllers.items():
        if not joint.arrangement:
            yield f"joint_controllers.{name}", "The essence of the arrangement", "Art. 26(2)"


def _data(policy: Policy) -> Missing:
    for name, one in policy.data.items():
        path = f"data.{name}"
        if not one.label:
            yield path, "The category's name for people", "Art. 14(1)(d)"
        if not one.source:
            yield path, "Where the data comes from", "Art. 14(2)(f)"
        if Source.THIRD_PARTY in one.source and not one.third_parties:
            yield path, "The name of the outside source", "Art. 14(2)(f)"
        if one.special and not one.special_ground:
            yield path, "What lifts the ban on special categories", "Art. 9(2)"
        for key, item in one.items.items():
            if not words_of(item):
                yield f"{path}.items.{key}", "The item's name for people", "Art. 12(1)"


def _purposes(policy: Policy) -> Missing:
    if not policy.purposes:
        yield "purposes", "Any purpose", "Art. 13(1)(c)"
    for name, one in policy.purposes.items():
        yield from ((f"purposes.{name}", what, article) for what, article in _purpose(policy, name, one))


def _purpose(policy: Policy, name: str, one: Purpose) -> Iterator[tuple[str, str]]:
    if not one.label:
        yield "The purpose in words for people", "Art. 13(1)(c)"
    if one.basis is None:
        yield "The legal basis", "Art. 13(1)(c)"
    if not one.data:
        yield "The data it uses", "Art. 13(1)(c)"
    if one.basis in (LegalBasis.LEGAL_OBLIGATION, LegalBasis.PUBLIC_TASK) and not one.law:
        yield "The law that asks for it", "Art. 13(1)(c)"
    if one.basis is LegalBasis.LEGITIMATE_INTERESTS and not one.interest:
        yield "The legitimate interest", "Art. 13(1)(d)"
    if one.basis is LegalBasis.CONSENT and name not in policy.notice.asks:
        yield "The question with which consent is asked", "Art. 7"
    for kind, made in (("profiling", one.profiling), ("automated decision", one.automated_decision)):
        if made and not made.logic:
            yield f"The logic of the {kind}", "Art. 13(2)(f)"
        if made and not made.effect:
            yield f"The effect of the {kind}", "Art. 13(2)(f)"
    if one.automated_decision and not one.automated_decision.contest:
        yield "Where a decision can be contested", "Art. 22(3)"


def _handed(policy: Policy) -> Missing:
    for name, one in policy.recipients.items():
        yield from ((f"recipients.{name}", what, "Art. 13(1)(e)") for what in _recipient(one))
    for name, transfer in policy.transfers.items():
        yield from ((f"transfers.{name}", what, "Art. 13(1)(f)") for what in _transfer(policy, transfer))


def _recipient(one: Recipient) -> Iterator[str]:
    for what, value in (("name", one.name), ("label", one.label), ("country", one.country), ("data", one.data)):
        if not value:
            yield f"The recipient's {what}"
    if one.role is None:
        yield "The recipient's role"


def _transfer(policy: Policy, one: Transfer) -> Iterator[str]:
    if one.recipient not in policy.recipients:
        yield "The recipient of the transfer"
    if not one.country:
        yield "The country of the transfer"
    if one.safeguard is None:
        yield "The safeguard of the transfer"
    elif one.safeguard.kind is not Safeguard.ADEQUACY and not one.copy_from:
        yield "How people get a copy of the safeguard"


def _kept(policy: Policy) -> Missing:
    for ref in sorted(policy.expand(policy.data)):
        rules = policy.retention_for(ref)
        if policy.category(ref).identifiability is Identifiability.ANONYMOUS:
            continue  # nobody is in it, so nothing of anybody is kept
        if not any(rule.until or rule.period for rule in rules):
            name, _, item = ref.partition(".")
            path = f"data.{name}.items.{item}" if item else f"data.{name}"
            yield path, "How long it is kept", "Art. 13(2)(a)"


def _untranslated(policy: Policy, language: str) -> Iterator[Finding]:
    if language not in policy.languages:
        what = f"The policy is not written in {_language(language)}."
        why = "A notice is in one language from beginning to end (Art. 12(1))."
        yield Finding("WB803", policy.place("languages"), what, why, f"Add {language} to languages, and the texts.")
        return
    for path, text in texts(policy):
        if not text.say(language):
            what = f"There are no words in {_language(language)}."
            todo = f"Add the text in {language}."
            yield Finding("WB803", policy.place(path), what, "People are told in their language (Art. 12(1)).", todo)


def _unnamed(policy: Policy, language: str) -> Iterator[Finding]:
    say = Say.in_(language)
    places = [(f"recipients.{name}", one.country) for name, one in policy.recipients.items()]
    places += [(f"transfers.{name}", one.country) for name, one in policy.transfers.items()]
    places += [("controller", policy.controller.country)]
    for path, code in places:
        if code and not say.country(code):
            yield Finding(
                "WB804",
                policy.place(path),
                "There is no name for this country.",
                "People are told where their data goes (Art. 13(1)(f)).",
                "Correct the code, or add the country to notice/texts/names.toml.",
            )


def _language(language: str) -> str:
    return dict(zip(LANGUAGES, ("Dutch", "English", "French"), strict=True))[language]
