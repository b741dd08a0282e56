"""What a column holds about a person: a pure function from its facts and a bounded sample to a verdict.

A verdict says its category, how sure it is, and every sentence it rests on. Names propose, the table's role decides
what a bare word means, and validated values confirm, contradict, or stand alone. No value is kept or shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from waarborg.scan.rules import LABELS, MACHINE_WORDS, NOT_THE_VALUE, PERSON_WORDS, RULES, THINGS, TRAIL, Rule
from waarborg.scan.tables import STRONG_PERSON_NOUNS, Role
from waarborg.scan.values import EMPTY, Profile
from waarborg.scan.words import canonical, without_prefix
from waarborg.stores.contract import Column, Family

REPORTED_FROM = 0.5
"""Verdicts below this are not findings; they are kept for the questions."""

ADDRESS_PARTS = frozenset({"street", "house", "postcode", "city", "address", "state", "country", "line", "zip"})
SPECIAL = frozenset(
    {
        "health",
        "religion",
        "trade_union",
        "ethnic_origin",
        "political_opinion",
        "sexual_orientation",
        "biometric",
        "genetic",
        "criminal_record",
    }
)
SECRET = frozenset({"secret", "session"})
_TABLE_NEEDS = frozenset(
    {
        "channel",
        "identifier",
        "bank",
        "session",
        "tokens",
        "inaddress",
        "mail",
        "wrote",
        "trace",
        "own",
        "chain",
        "content",
        "avatar",
        "titled",
        "payment",
        "card",
        "answers",
        "settings",
        "federated",
    }
)
_WHOLE_NAME = frozenset({"channel", "identifier", "bank", "session", "tokens", "avatar", "card"})
"""Needs under which the match must be the whole name: the words are too common."""
"""Needs that only the table can meet: such a name alone says nothing."""
_ENOUGH = 3
"""Filled values from which a sample may contradict a name."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything about a column but its values."""

    table: str
    column: Column
    role: Role
    unique: bool = False
    key: bool = False
    reference: bool = False
    """It holds the key of another table."""
    person: bool = False
    """The rows of its table are people."""
    owned: bool = False
    """A row of its table leads to a person directly."""
    own: bool = False
    """A row of its table is a person's own: theirs alone, or written by them."""
    chain: bool = False
    """A row of its table belongs to a row that is a person's own."""
    street: bool = False
    """The table has a street or postcode column: its city and country are part of an address."""
    extension: bool = False
    """A row of its table extends the row of one person (a profile)."""
    named: bool = False
    """The table has first and last names, or an e-mail address beside a name."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A category with its confidence (0 to 1) and the sentences it rests on."""

    category: str
    confidence: float
    evidence: tuple[str, ...]

    @property
    def reported(self) -> bool:
        """Whether it is a finding."""
        return self.confidence >= REPORTED_FROM


def words_of(column: str, role: Role) -> tuple[str, ...]:
    """The canonical words of a column's name, without a prefix that only repeats its table (`rev_`)."""
    bare = without_prefix(column, role.prefix)
    lead = canonical(role.prefix)
    return canonical(column) if set(lead) & PERSON_WORDS else canonical(bare)


_ELSEWHERE = frozenset("external federated social oauth openid linked identity sso saml association idp".split())
"""A table of these kinds says under which name a person is known to another service."""
_PROVING = frozenset({"validation", "verification", "confirmation", "recovery", "reset", "invitation"})
"""A token of such a table was sent to one person."""
_BILLED = frozenset({"invoice", "order", "payment", "shipping", "delivery"})
"""Before the parts of an address these say what it is used for."""
_KEYS_OF_THINGS = frozenset("storage cache foreign primary sort natural wrap archive object".split())
_ANSWERS = frozenset("value answer response submission entry detail change attribute journal revision".split())
_WRITINGS = frozenset("comment message post note document wiki article review feedback chat journal complaint".split())


def classify(facts: Facts, profile: Profile = EMPTY) -> Verdict | None:
    """The best verdict about a column, or None when nothing speaks for it."""
    candidates = [*_by_name(facts, profile), *_by_value(facts, profile), *_by_type(facts)]
    return max(candidates, key=lambda v: v.confidence, default=None)


def _by_type(facts: Facts) -> Iterator[Verdict]:
    """A text index holds every word of the texts it was made from."""
    if facts.column.type.startswith("tsvector") and (facts.person or facts.owned or facts.own):
        yield Verdict(
            "free_text", 0.65, (f'"{facts.column.name}" is a search index of texts in rows that are a person\'s',)
        )


def name_category(column: Column, role: Role) -> tuple[str, float]:
    """The category a name alone would have, whatever the table; ('', 0.0) when none. For finding people first."""
    for rule, before, after in _matches(column, words_of(column.name, role)):
        if (
            rule.need in _TABLE_NEEDS
            or set(after) - TRAIL
            or (before and before[-1] in THINGS and rule.category == "name")
        ):
            continue
        return rule.category, rule.confidence
    return "", 0.0


# ---------------------------------------------------------------------------------------------------- by name


def _matches(column: Column, words: tuple[str, ...]) -> Iterator[tuple[Rule, tuple[str, ...], tuple[str, ...]]]:
    """The rules whose pattern fits, with the words before and after the match."""
    return (found for found in _named(words, id(RULES)) if _fits(column, found[0]))


@lru_cache(maxsize=16_384)
def _named(words: tuple[str, ...], rules: int) -> tuple[tuple[Rule, tuple[str, ...], tuple[str, ...]], ...]:
    """What a name alone matches: the same few names stand in thousands of tables. `rules` tells which rules."""
    return tuple(_read(words))


def _read(words: tuple[str, ...]) -> Iterator[tuple[Rule, tuple[str, ...], tuple[str, ...]]]:
    sentence = f" {' '.join(words)} "
    for rule in RULES:
        found = rule.whole.search(sentence) or rule.pattern.search(sentence)
        if not found:
            continue
        before, after = tuple(sentence[: found.start()].split()), tuple(sentence[found.end() :].split())
        inside = found.group(0).split()
        if any(w in NOT_THE_VALUE for w in after) or _turned(rule, inside):
            continue
        if LABELS & set(before) and rule.category != "free_text":
            continue
        if rule.category == "name" and inside[0] == "name" and before and before[-1] in ("user", "login"):
            continue  # a user name is how one logs in
        yield rule, before, after


def _turned(rule: Rule, inside: list[str]) -> bool:
    """Whether the last word of the match itself says that this is not the value (`email_template`)."""
    if len(inside) < 2 or rule.category in ("activity", "birth_date", "username"):
        return False
    last = inside[-1]
    allowed = {
        "id",
        "key",
        "code",
        "number",
        "text",
        "hash",
        "data",
        "value",
        "time",
        "date",
        "type",
        "source",
        "public",
        "private",
    }
    return last in NOT_THE_VALUE and not (last in allowed and rule.pattern.pattern.find(last) >= 0)


def _fits(column: Column, rule: Rule) -> bool:
    # Some applications keep their text in short binary columns, to be spared the engine's collations.
    text = column.family is Family.BINARY and column.type.startswith(("varbinary", "tinyblob", "blob"))
    family = Family.TEXT if text and rule.category != "picture" else column.family
    if (family not in rule.families and column.family not in rule.families) or column.choices:
        return False
    return not (column.family is Family.TEXT and column.length is not None and column.length < rule.shortest)


def _by_name(facts: Facts, profile: Profile) -> Iterator[Verdict]:
    words = words_of(facts.column.name, facts.role)
    for rule, before, after in _matches(facts.column, words):
        confidence = _in_context(facts, rule, words, before, after)
        if confidence <= 0:
            continue
        confidence, sentence = _against_values(rule, confidence, profile)
        evidence = [f'the name "{facts.column.name}" reads as {rule.category.replace("_", " ")}']
        evidence.extend(s for s in (_table_sentence(facts), sentence) if s)
        yield Verdict(rule.category, round(min(confidence, 0.99), 2), tuple(evidence))


def _in_context(
    facts: Facts, rule: Rule, words: tuple[str, ...], before: tuple[str, ...], after: tuple[str, ...]
) -> float:
    """The rule's confidence where it stands, or 0 when what it needs is missing."""
    if facts.key and (
        rule.category not in ("email", "username", "session", "secret") or facts.column.family is Family.NUMBER
    ):
        return 0.0
    if facts.reference and facts.column.family is not Family.TEXT:
        return 0.0
    around = set(before) | set(after) if rule.category in ("username", "secret") else set(words)
    said = bool(around & PERSON_WORDS)
    address = facts.role.address and rule.category not in ("ip_address", "mac_address")
    called = bool(set(facts.role.words) & STRONG_PERSON_NOUNS) and not (facts.role.config or facts.role.join)
    about = facts.person or facts.owned or facts.own or facts.chain or address or said or facts.named or called
    confidence = rule.confidence
    if (
        ((after or before) and rule.need == "own" and rule.category == "free_text")
        or (before and rule.need == "own" and before[-1] in _KEYS_OF_THINGS)
        or _is_a_thing(facts, rule, before)
        or (before and rule.need in _WHOLE_NAME)
        or (words[-1] == "identifier" and before and before[-1] not in PERSON_WORDS)
    ):
        return 0.0
    if not _need_met(facts, rule, about, before):
        if rule.category != "username":
            return 0.0
        confidence *= 0.5
    if set(after) - TRAIL:
        confidence *= 0.6
    if (set(before) | set(after) if rule.category == "ip_address" else set(words)) & MACHINE_WORDS and not facts.person:
        confidence *= 0.45
    if facts.role.machine and not (facts.person or said):
        confidence *= 0.62 if rule.category in ("email", "phone") else 0.5
    if rule.need == "anywhere" and not about:
        return confidence * 0.68
    if facts.role.config and not (facts.person or facts.named or facts.own or facts.chain):
        confidence *= 0.55 if not facts.owned else 0.75
    return confidence


def _need_met(facts: Facts, rule: Rule, about: bool, before: tuple[str, ...]) -> bool:
    role = facts.role
    table = set(role.words)
    match rule.need:
        case "any":
            return True
        case "anywhere":
            return True
        case "traced":
            return facts.person or facts.own or facts.owned or (role.trace and not role.machine)
        case "own":
            own = facts.own or (facts.chain and rule.category == "encoded" and role.content)
            return own and not (role.machine or role.join) and (not role.config or rule.category == "encoded")
        case "settings":
            return facts.own and bool(table & {"property", "config", "preference", "setting", "option", "attribute"})
        case "answers":
            return bool(table & {"answer", "submission", "response"}) and not (role.config or role.machine)
        case "chain":
            return (facts.own or facts.chain) and not (role.machine or role.join) and bool(table & _ANSWERS)
        case "titled":
            return facts.named and (facts.person or role.address)
        case "payment":
            return (facts.own or facts.chain) and bool(
                table & {"payment", "transaction", "bank", "card", "refund", "subscription"}
            )
        case "card":
            return bool(
                {"bank", "card"} <= table
                or {"credit", "card"} <= table
                or "bankcard" in table
                or "card number" in " ".join(role.words)
            )
        case "about":
            proving = rule.category == "secret" and bool(table & _PROVING)
            return about or proving or (role.trace and not role.machine)
        case "person":
            addressee = facts.role.address and (facts.owned or facts.own or facts.chain)
            return (
                facts.person
                or (addressee and rule.category in ("name", "employer"))
                or (facts.extension and rule.category not in ("name", "title", "employer"))
                or (facts.named and rule.category in ("name", "picture", "biography", "employer", "website"))
            )
        case "place":
            return facts.person or "birth" in before or (not role.place and (role.address or facts.street))
        case "trace":
            return role.trace and (facts.owned or facts.person)
        case "inaddress":
            return role.address or (facts.street and facts.person)
        case "content":
            return role.content and (facts.own or facts.chain)
        case "avatar":
            return bool(table & {"avatar", "photo", "portrait"}) and not role.config
        case "mail":
            return bool(
                table & {"email", "mail", "message", "media", "alert", "invitation", "notification", "sms", "share"}
            ) or (rule.category == "email" and (role.content or role.trace) and (facts.owned or facts.named))
        case "channel":
            return (facts.owned or facts.person) and bool(
                table & {"contact", "phone", "email", "communication", "mechanism", "telecom", "social", "media"}
            )
        case "identifier":
            return (facts.owned or facts.person) and bool(
                table & {"identifier", "identity", "identification", "passport", "document_id"}
            )
        case "federated":
            return facts.owned and not facts.reference and bool(table & _ELSEWHERE)
        case "bank":
            return {"bank", "account"} <= table or "iban" in table
        case "session":
            return "session" in table and not role.config and facts.column.family is not Family.NUMBER
        case "tokens":
            return (facts.owned or bool(table & {"token", "confirmation"})) and bool(
                table
                & {
                    "grant",
                    "oauth",
                    "token",
                    "confirmation",
                    "invitation",
                    "reset",
                    "recovery",
                    "api",
                    "application",
                    "credential",
                    "secret",
                    "otp",
                    "verification",
                    "session",
                    "authenticator",
                    "device",
                }
            )
        case "wrote":
            if role.config and not (facts.own or facts.chain):
                return False
            if facts.table and table & _WRITINGS and facts.column.length is None and not role.machine:
                return True
            return ((role.content or role.trace) and (facts.owned or facts.named)) or (
                (facts.own or facts.chain) and (rule.confidence > 0.7 or facts.own or role.content)
            )
    return False


def _is_a_thing(facts: Facts, rule: Rule, before: tuple[str, ...]) -> bool:
    """Whether the word before the match says it is the name, address or title of a thing."""
    if rule.category in (
        "email",
        "phone",
        "birth_date",
        "iban",
        "user_agent",
        "free_text",
        "activity",
        "ip_address",
        "session",
        "secret",
        "bank_account",
    ):
        return False
    if rule.category == "address" and facts.street and before and before[-1] in _BILLED:
        return False
    return bool(before) and before[-1] in THINGS and not set(before) & PERSON_WORDS


_CONTRADICTABLE = {"email": "email_inside", "phone": "phone", "iban": "iban", "ip_address": "ip", "mac_address": "mac"}


def _against_values(rule: Rule, confidence: float, profile: Profile) -> tuple[float, str]:
    """Raise or lower by what the values say."""
    if profile.count == 0:
        return confidence, ""
    if rule.check:
        share = profile.share(rule.check)
        if share >= 0.6 and profile.count >= 2:
            raised = 1 - (1 - confidence) * 0.4
            return (
                raised,
                f"{share:.0%} of {profile.count} sampled values pass the check for {rule.check.replace('_', ' ')}",
            )
    refuting = _CONTRADICTABLE.get(rule.category)
    if refuting and profile.count >= _ENOUGH and profile.share(refuting) == 0:
        if rule.category == "phone" and profile.share("number") + profile.share("phone") > 0.2:
            return confidence, ""
        return confidence * 0.55, f"but none of {profile.count} sampled values is one"
    if (
        rule.category == "name"
        and rule.need == "person"
        and profile.count >= _ENOUGH
        and profile.share("identifier") > 0.8
    ):
        return confidence * 0.6, "but its values are written like technical names"
    return confidence, ""


def _table_sentence(facts: Facts) -> str:
    if facts.person:
        return f'the rows of "{facts.table}" are people'
    if facts.role.address:
        return f'"{facts.table}" holds addresses'
    if facts.owned:
        return f'the rows of "{facts.table}" lead to a person'
    return ""


# ---------------------------------------------------------------------------------------------------- by value

_VALUE_KINDS: tuple[tuple[str, str, float, float], ...] = (
    # check, category, least share, confidence
    ("email", "email", 0.7, 0.9),
    ("iban", "iban", 0.8, 0.95),
    ("user_agent", "user_agent", 0.7, 0.85),
    ("password_hash", "secret", 0.8, 0.9),
    ("street", "address", 0.6, 0.8),
)


def _by_value(facts: Facts, profile: Profile) -> Iterator[Verdict]:
    """What validated values say without any help from the name."""
    if profile.count < _ENOUGH or profile.distinct < 2 or facts.reference:
        return
    damp = 0.5 if (facts.role.config or facts.role.machine) and not facts.person else 1.0
    for check, category, least, confidence in _VALUE_KINDS:
        share = profile.share(check)
        if share >= least:
            yield Verdict(
                category,
                round(confidence * damp * share, 2),
                (f"{share:.0%} of {profile.count} sampled values pass the check for {check.replace('_', ' ')}",),
            )
    about = facts.person or facts.owned or facts.named
    if about and profile.share("ip") >= 0.8 and profile.share("number") == 0:
        yield Verdict(
            "ip_address", round(0.8 * damp, 2), (f"{profile.share('ip'):.0%} of the sampled values are IP addresses",)
        )
    phones = profile.share("phone")
    if phones >= 0.8 and profile.distinct >= (3 if about else 6) and facts.column.family is Family.TEXT:
        yield Verdict(
            "phone",
            round((0.65 if about else 0.58) * damp, 2),
            (f"{phones:.0%} of the sampled values are valid telephone numbers",),
        )
    names = profile.share("person_name")
    if names >= 0.6 and profile.share("several_words") >= 0.6 and profile.distinct >= 3 and profile.mean_words < 4:
        yield Verdict(
            "name", round(0.75 * damp, 2), (f"{names:.0%} of the sampled values contain a known given or family name",)
        )
    sentences = profile.share("sentence")
    if facts.own and facts.role.content and sentences >= 0.5 and profile.distinct >= 3 and profile.mean_words >= 5:
        yield Verdict("free_text", round(0.6 * damp, 2), (f"{sentences:.0%} of the sampled values are sentences",))
    told = {"email": "e-mail addresses", "iban": "bank accounts", "name": "names of people"}
    kinds = [words for kind, words in told.items() if kind in profile.inside]
    theirs = facts.owned or facts.person or ((facts.own or facts.chain) and profile.inside & {"iban", "name"})
    if kinds and theirs:
        yield Verdict("encoded", round(0.65 * damp, 2), (f"{' and '.join(kinds)} stand inside its encoded cells",))
    if profile.share("bsn") >= 0.95 and profile.count >= 20 and facts.person:
        yield Verdict("national_id", 0.7, ("nearly all sampled values pass the 11-proof, which chance would not do",))
    if profile.share("card") >= 0.9 and profile.distinct >= 5 and not facts.key:
        yield Verdict("card_number", 0.75, (f"{profile.share('card'):.0%} of the sampled values pass the Luhn check",))
