"""Checks on who speaks and in which words: controller, contacts, names, languages, claims."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from waarborg.errors import near_miss
from waarborg.policy.law import EEA, consent_age
from waarborg.policy.model import Policy
from waarborg.policy.read import LANGUAGE
from waarborg.policy.values import ANY_LANGUAGE, NO_TEXT
from waarborg.policy.walk import contacts, entries, texts, walk
from waarborg.policy.words import EVENTS, words_of
from waarborg.terms import LegalBasis

Said = Iterator[tuple[str, str]]
"""What a check yields: the path of the declaration, and a sentence about it."""

ADDRESS = re.compile(r"[^@\s,;<>()]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}", re.IGNORECASE)
NOBODY = re.compile(r"(no-?reply|do-?not-?reply|geen-?antwoord|mailer-daemon|nobody)@", re.IGNORECASE)
LINK = re.compile(r"https://(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?(?:/\S*)?", re.IGNORECASE)
COMPANY = re.compile(
    r"((?:[A-Z][\w&'-]{1,40}\s{1,3}){1,4})(B\.?V\.?|N\.?V\.?|GmbH|AG|SRL|S\.?A\.?|SAS|BVBA|VOF|Ltd\.?|Inc\.?|LLC)(?![\w.])"
)
ABSOLUTE = re.compile(
    r"\b(100\s?%|absolu(?:ut|te|tely|ment)|volledig|volkomen|totaal|completely|fully|totally|entièrement|totalement)\s+"
    r"(?:en\s+|and\s+|et\s+)?(veilig\w*|beveiligd\w*|secure\w*|safe\w*|protected|sûr\w*|sécurisé\w*)"
    r"|\b(onkraakbaar|unhackable|unbreakable|inviolable)\b"
    r"|\b(garanderen|guarantee|garantissons)\b[^.]{0,60}\b(veiligheid|security|safety|sécurité)",
    re.IGNORECASE,
)


SPOKEN = re.compile(
    r"(data|purposes|recipients|disclosures|holds|measures|cookies\.items|organisations\.powers|rights\.limits)\.[^.]+"
)
"""Entries about which people read; a purpose's profile or a category's item has checks of its own."""


def controller_incomplete(policy: Policy, today: date) -> Said:
    for key in ("name", "address", "country", "contact"):
        if not getattr(policy.controller, key).strip():
            yield f"controller.{key}", f"The notice cannot say the controller's {key}."


def contact_unreachable(policy: Policy, today: date) -> Said:
    for path, contact in contacts(policy):
        if NOBODY.match(contact) or not (ADDRESS.fullmatch(contact) or LINK.fullmatch(contact)):
            yield path, "This is no address at which somebody can be reached."


def other_company(policy: Policy, today: date) -> Said:
    parties = [policy.controller.name, *policy.controller.also_known_as]
    parties += [one.name for one in policy.joint_controllers.values()]
    parties += [one.name for one in policy.recipients.values()]
    parties += [policy.representative.name] if policy.representative else []
    parties += [name for category in policy.data.values() for name in category.third_parties]
    known = {_bare(name) for name in parties}
    for path, text in texts(policy):
        for words in text.by_language.values():
            for match in COMPANY.finditer(words):
                tail = _bare(match[0])
                if not any(tail == name or tail.endswith(f" {name}") for name in known):
                    yield path, "This text names a company that is neither the controller nor a declared party."


def _bare(name: str) -> str:
    return " ".join(name.replace(".", "").lower().split())


def other_address(policy: Policy, today: date) -> Said:
    known = {contact.lower() for _, contact in contacts(policy)}
    for path, text in texts(policy):
        found = (match[0] for words in text.by_language.values() for match in ADDRESS.finditer(words))
        if {address.lower().rstrip(".") for address in found} - known:
            yield path, "This text gives a mail address that is nobody's declared contact."


def untranslated(policy: Policy, today: date) -> Said:
    for path, text in texts(policy):
        if len(policy.languages) == 1 and text.by_language.get(ANY_LANGUAGE):
            continue
        missing = [language for language in policy.languages if language not in text]
        if missing:
            yield path, f"The text is missing in: {', '.join(missing)}."


def without_words(policy: Policy, today: date) -> Said:
    for path, entry in entries(policy):
        if SPOKEN.fullmatch(path) and not getattr(entry, "label", NO_TEXT):
            yield path, "People will read about this entry, and it has no words (label)."
    for name, category in policy.data.items():
        for item in category.items.values():
            words = words_of(item)
            if not item.label and any(language not in words for language in policy.languages):
                yield f"data.{name}.items.{item.id}", "This item has no words (label), and no standard ones exist."


def absolute_security(policy: Policy, today: date) -> Said:
    for path, text in texts(policy):
        if any(ABSOLUTE.search(words) for words in text.by_language.values()):
            yield path, "This text claims that data is absolutely safe."


def consent_too_young(policy: Policy, today: date) -> Said:
    asks = any(purpose.basis is LegalBasis.CONSENT for purpose in policy.purposes.values())
    if policy.minimum_age is None or not asks or policy.children.parental_consent:
        return
    age = consent_age(policy.controller.country, today)
    if policy.minimum_age < age.value:
        yield "minimum_age", f"People consent alone from {age.value} here ({age.source}); the policy admits younger."


def no_representative(policy: Policy, today: date) -> Said:
    country = policy.controller.country
    if country and country not in EEA and policy.representative is None:
        yield "controller.country", "The controller is outside the Union and names no representative in it."


def unknown_code(policy: Policy, today: date) -> Said:
    for path, value in walk(policy):
        key = path.rpartition(".")[2]
        if key == "country" and isinstance(value, str) and value and not re.fullmatch("[A-Z]{2}", value):
            yield path, "This is no country code of two capital letters."
    if any(not re.fullmatch("[A-Z]{2}|EEA", region) for region in policy.regions):
        yield "regions", "A region is a country code of two capital letters, or EEA."
    if not policy.languages or any(not LANGUAGE.fullmatch(language) for language in policy.languages):
        yield "languages", "A language is a code of two small letters; at least one is needed."


def unknown_event(policy: Policy, today: date) -> Said:
    known = {**EVENTS, **policy.events}
    for name, rule in policy.retention.items():
        for key, event in (("until", rule.until), ("from", rule.starts_at)):
            if event and event not in known:
                hint = near_miss(event, known)
                yield f"retention.{name}.{key}", f'No event "{event}" is declared. {hint}'.strip()
