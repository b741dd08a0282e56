"""Small values of the policy language: texts by language, money, and the closed vocabularies an entry may use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from waarborg.errors import WaarborgError

ANY_LANGUAGE = ""
"""The key of a text written once without a language: enough for a policy in one language."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words for people, by language code.

    >>> Text({"nl": "Naam", "en": "Name"}).say("en")
    'Name'
    """

    by_language: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(words.strip() for words in self.by_language.values())

    def __contains__(self, language: str) -> bool:
        return bool(self.by_language.get(language, "").strip())

    def say(self, language: str) -> str:
        """The words in this language, or the words written without one; empty when there are neither."""
        return self.by_language.get(language) or self.by_language.get(ANY_LANGUAGE, "")


NO_TEXT = Text()
"""No words."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole cents with its ISO 4217 currency.

    >>> str(Money.parse("10 EUR"))
    '10.00 EUR'
    """

    cents: int
    currency: str

    @classmethod
    def parse(cls, text: str) -> Money:
        """Read `10 EUR` or `7.50 EUR`. Raises `WaarborgError` WB111 otherwise."""
        found = re.fullmatch(r"\s*(\d{1,9})(?:\.(\d{2}))?\s+([A-Z]{3})\s*", text)
        if not found:
            raise WaarborgError.one(
                "WB111",
                "This is not an amount of money.",
                "An amount is a number, a space and a currency.",
                'Write for example "10 EUR" or "7.50 EUR".',
            )
        return cls(int(found[1]) * 100 + int(found[2] or 0), found[3])

    def __str__(self) -> str:
        return f"{self.cents // 100}.{self.cents % 100:02} {self.currency}"


class Source(StrEnum):
    """Where data comes from (Art. 14(2)(f), Art. 15(1)(g))."""

    SUBJECT = "subject"
    """The person gives it."""
    AUTOMATIC = "automatic"
    """Use of the service yields it: observed, so still provided by the person (Art. 20)."""
    OTHER_SUBJECTS = "other_subjects"
    """Other people who use the service write it."""
    ORGANISATION = "organisation"
    """The person's employer, club or school gives it."""
    THIRD_PARTY = "third_party"
    """Somebody outside gives it; who is named in `third_parties`."""
    PUBLIC = "public"
    """A public register or page."""
    INFERRED = "inferred"
    """We conclude it from other data: outside portability, inside access."""


PROVIDED = frozenset({Source.SUBJECT, Source.AUTOMATIC})
"""Sources that count as provided by the person (Art. 20(1): given or observed)."""


class SpecialCategory(StrEnum):
    """Special categories of personal data (Art. 9(1)) and criminal data (Art. 10)."""

    ORIGIN = "origin"
    POLITICS = "politics"
    RELIGION = "religion"
    UNION = "union"
    GENETIC = "genetic"
    BIOMETRIC = "biometric"
    HEALTH = "health"
    SEX_LIFE = "sex_life"
    CRIMINAL = "criminal"


class SpecialGround(StrEnum):
    """What lifts the ban on special categories (Art. 9(2)(a)–(j)), and law for criminal data (Art. 10)."""

    EXPLICIT_CONSENT = "explicit_consent"
    EMPLOYMENT_LAW = "employment_law"
    VITAL_INTERESTS = "vital_interests"
    MEMBERS_OF_NON_PROFIT = "members_of_non_profit"
    MADE_PUBLIC = "made_public"
    LEGAL_CLAIMS = "legal_claims"
    SUBSTANTIAL_PUBLIC_INTEREST = "substantial_public_interest"
    HEALTH_CARE = "health_care"
    PUBLIC_HEALTH = "public_health"
    ARCHIVE_AND_RESEARCH = "archive_and_research"


class Visibility(StrEnum):
    """Who can see data inside the service, besides the person and staff with a task."""

    SUBJECT = "subject"
    COUNTERPARTY = "counterparty"
    MEMBERS = "members"
    ADMINISTRATORS = "administrators"
    PUBLIC = "public"


class Sensitivity(StrEnum):
    """How much harm the data could do; decides the measures its stores must have (Art. 32(2))."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Identifiability(StrEnum):
    """What the policy claims about a category. `anonymous` must be proven by the store, never by hashing."""

    IDENTIFIED = "identified"
    PSEUDONYMOUS = "pseudonymous"
    ANONYMOUS = "anonymous"


class Channel(StrEnum):
    """How a purpose reaches people."""

    EMAIL = "email"
    SMS = "sms"
    PHONE = "phone"
    POST = "post"
    PUSH = "push"
    IN_SERVICE = "in_service"
    WEB = "web"
    ADVERTISING = "advertising"


class InterestOf(StrEnum):
    """Whose legitimate interest a purpose serves (Art. 6(1)(f): the controller's or a third party's)."""

    CONTROLLER = "controller"
    ORGANISATION = "organisation"
    THIRD_PARTY = "third_party"


class Role(StrEnum):
    """What a recipient is in the Regulation's terms (Art. 4(7)–(10))."""

    PROCESSOR = "processor"
    CONTROLLER = "controller"
    JOINT_CONTROLLER = "joint_controller"
    AFFILIATE = "affiliate"
    ORGANISATION = "organisation"
    """The customer who manages the person's account."""
    INTEGRATION = "integration"
    """An outside service that the person or the organisation switched on."""
    AUTHORITY = "authority"


class OwnUse(StrEnum):
    """What a recipient does with the data for itself."""

    MARKETING = "marketing"
    ANALYTICS = "analytics"
    PRODUCT_IMPROVEMENT = "product_improvement"
    LEGAL_DUTY = "legal_duty"
    FRAUD_PREVENTION = "fraud_prevention"
    OWN_SERVICE = "own_service"


class Safeguard(StrEnum):
    """What lets data leave the European Economic Area (Art. 45–49)."""

    ADEQUACY = "adequacy"
    STANDARD_CONTRACTUAL_CLAUSES = "standard_contractual_clauses"
    BINDING_CORPORATE_RULES = "binding_corporate_rules"
    DATA_PRIVACY_FRAMEWORK = "data_privacy_framework"
    PRIVACY_SHIELD = "privacy_shield"
    """Void; kept in the vocabulary so that an old policy gets an answer, not a spelling error."""
    SAFE_HARBOUR = "safe_harbour"
    """Void since 2015; kept for the same reason."""
    EXPLICIT_CONSENT = "explicit_consent"
    CONTRACT_NECESSITY = "contract_necessity"
    LEGAL_CLAIMS = "legal_claims"


class RetentionGround(StrEnum):
    """Why data outlives its purpose; each is a rule of its own with an end."""

    LAW = "law"
    DISPUTE = "dispute"
    AGREEMENT = "agreement"
    TRANSACTION = "transaction"
    ARCHIVE = "archive"
    BUSINESS = "business"
    IMPROVEMENT = "improvement"
    SECURITY = "security"


class HoldGround(StrEnum):
    """Why a legal hold stops erasure (Art. 17(3), Art. 18(1))."""

    LEGAL_CLAIM = "legal_claim"
    LEGAL_OBLIGATION = "legal_obligation"
    AUTHORITY_ORDER = "authority_order"
    PUBLIC_HEALTH = "public_health"
    ARCHIVE_AND_RESEARCH = "archive_and_research"
    EXPRESSION = "expression"


class AccessFormat(StrEnum):
    """The forms an answer can take."""

    HTML = "html"
    JSON = "json"
    CSV = "csv"
    PDF = "pdf"


class Intake(StrEnum):
    """Where requests come in; all lead to one queue."""

    ACCOUNT = "account"
    FORM = "form"
    EMAIL = "email"
    POST = "post"
    PHONE = "phone"
    ADMINISTRATOR = "administrator"
    API = "api"


class IdentityStep(StrEnum):
    """The ladder of identity checks, lightest first (Art. 12(6), Art. 64)."""

    SESSION = "session"
    CONFIRMED_ADDRESS = "confirmed_address"
    SECOND_FACTOR = "second_factor"
    DOCUMENT = "document"


class CookieKind(StrEnum):
    """What a cookie or similar technique is for; only `necessary` needs no consent (ePrivacy 5(3))."""

    NECESSARY = "necessary"
    FUNCTIONAL = "functional"
    ANALYTICS = "analytics"
    MARKETING = "marketing"
    SOCIAL = "social"


class Technique(StrEnum):
    """What is stored on or read from a device."""

    COOKIE = "cookie"
    LOCAL_STORAGE = "local_storage"
    SESSION_STORAGE = "session_storage"
    PIXEL = "pixel"
    FINGERPRINT = "fingerprint"
    DEVICE_IDENTIFIER = "device_identifier"


class SignalTreatment(StrEnum):
    """What is done with a browser's privacy signal."""

    HONOURED = "honoured"
    IGNORED = "ignored"


class MeasureProof(StrEnum):
    """How a security measure is shown to stand."""

    MEASURED = "measured"
    ATTESTED = "attested"


class ChangeChannel(StrEnum):
    """How a change of the policy is told."""

    EMAIL = "email"
    IN_SERVICE = "in_service"
    LOGIN = "login"
    HOME_PAGE = "home_page"
