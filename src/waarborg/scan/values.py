"""What a bounded sample of one column's values looks like. Pure; keeps shares and never a value.

`profile(values)` answers with the share of values that *are* an e-mail address, an IBAN, a BSN, … by validation, not
by looks alone. Checks that random numbers pass often (BSN: 9.1 %) count only together with a name; see `classify`.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from waarborg.scan.people import FAMILY_NAMES, GIVEN_NAMES
from waarborg.scan.words import plain

_EMAIL = re.compile(r"^\s*(?:[^<>@]{0,80}<)?[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,24}>?\s*$")
_EMAIL_INSIDE = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_PHONE_SHAPE = re.compile(r"^\+?[\d][\d\s().\-/]{5,20}$")
_MAC = re.compile(r"^[0-9A-Fa-f]{2}([:-]?)(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}$")
_IP_INSIDE = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
_URL = re.compile(r"^(?:https?|ftp)://\S+$", re.I)
_SIP = re.compile(r"^<?(?:sips?|tel|xmpp|mailto):[^\s]+>?$", re.I)
_AGENT = re.compile(r"^(?:Mozilla/\d|Opera/|curl/|Wget/|Dalvik/|okhttp|python-requests|[\w.-]+/\d+\.\d+.*\()", re.I)
_STREET = re.compile(
    r"(?:straat|weg|laan|plein|gracht|kade|dijk|singel|hof|str\.|strasse|straße|allee|platz|gasse|damm|ring|ufer"
    r"|street|road|avenue|ave\b|lane|drive|\brue |\bplace |boulevard|chemin|impasse|quai)\W*\d|"
    r"^\d+\w? (?:\w+\.? ){0,4}(?:street|st|road|rd|ave|avenue|lane|ln|drive|dr|court|rue|boulevard|bd|chemin|quai)\b",
    re.I,
)
_POSTCODE = re.compile(r"^(?:\d{4}\s?[A-Z]{2}|(?:D|B|F|NL|BE|DE|FR)-\d{4,5}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})$", re.I)
_DIGIT_POSTCODE = re.compile(r"^\d{4,5}$")
_BCRYPT = re.compile(
    r"^(?:\$(?:2[abxy]|1|5|6|P|H|S|argon2\w*|scrypt|pbkdf2[\w-]*|apr1|y)\$|pbkdf2_|bcrypt|argon2|scrypt|md5\$"
    r"|\{(?:SSHA|SHA|CRYPT|MD5)\w*\}|:(?:pbkdf2|A|B):|sha1:)"
)
_HEX_HASH = re.compile(
    r"^[0-9a-f]{32}$|^[0-9a-f]{40}$|^[0-9a-f]{56}$|^[0-9a-f]{64}$|^[0-9a-f]{96}$|^[0-9a-f]{128}$", re.I
)
_PHP = re.compile(r'^(?:a:\d+:\{|O:\d+:"|s:\d+:"|i:\d+;)')
_YAML = re.compile(r"^(?:---\s|[\w.:-]+:(?: [^\n]*)?\n(?:[ \w-]))")
_BASE64 = re.compile(r"^[A-Za-z0-9+/]{24,}={0,2}$")
_MODEL_ID = re.compile(r"^[a-z][\w.]*,-?\d+$")
_IDENTIFIER = re.compile(r"^[a-z0-9]+(?:[_.\-:/][a-z0-9]+)+$|^[A-Z]+(?:_[A-Z]+)+$")
_WORDY_NAME = re.compile(r"^[^\W\d_][\w'’.\-]*(?: [\w'’.\-]+){1,4}$")
_UUID = re.compile(r"^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$", re.I)
_ISO_DATE = re.compile(r"^(\d{4})-(\d{2})-(\d{2})")
_DUTCH_DATE = re.compile(r"^(\d{1,2})[-./](\d{1,2})[-./](\d{4})$")
_IBAN_INSIDE = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}[A-Z0-9]{11,30}(?![A-Za-z0-9])")
_PERSON_KEY = re.compile(r"\"?(?:user|owner|author|member|customer|person)_?id\"?", re.I)
_NAME_INSIDE = re.compile(r"\"(?:[a-z]+[_ ]?)?(?:name|payer|payee|holder)\"\s*:\s*\"([^\"]{3,60})\"", re.I)
_LONGEST = 4_000
_MOST_LOOKED_AT = 200
_EMPTY_CELLS: tuple[object, ...] = (None, "", b"", "[]", "{}", [], {})


@dataclass(frozen=True, slots=True)
class Profile:
    """Shares (0 to 1) of the filled values that pass each check; `count` is how many filled values were seen."""

    count: int = 0
    distinct: int = 0
    shares: Mapping[str, float] = field(default_factory=dict)
    mean_words: float = 0.0
    mean_length: float = 0.0
    inside: frozenset[str] = frozenset()
    """What was found inside encoded cells: `email`, `ip`, `iban`, `name`, `person_key`."""
    encodings: frozenset[str] = frozenset()
    """`json`, `serialised`, `yaml`, `base64`."""

    def share(self, kind: str) -> float:
        """The share of values that are of that kind; 0 when nothing was seen."""
        return self.shares.get(kind, 0.0)


EMPTY = Profile()


def eleven_proof(text: str) -> bool:
    """Whether the nine digits pass the Dutch 11-proof of the BSN."""
    digits = re.sub(r"[ .]", "", text)
    if not re.fullmatch(r"\d{8,9}", digits) or len(set(digits)) == 1:
        return False
    digits = digits.zfill(9)
    return (sum(int(d) * w for d, w in zip(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True))) % 11 == 0


def luhn(text: str) -> bool:
    """Whether 13 to 19 digits pass the Luhn check and begin like a payment card."""
    digits = re.sub(r"[ -]", "", text)
    if not re.fullmatch(r"[3-6]\d{12,18}", digits) or len(set(digits)) < 2:
        return False
    doubled = [
        int(d) if i % 2 == 0 else (int(d) * 2 - 9 if int(d) > 4 else int(d) * 2) for i, d in enumerate(digits[::-1])
    ]
    return sum(doubled) % 10 == 0


def is_iban(text: str) -> bool:
    """Whether the text is an IBAN with valid check digits."""
    bare = re.sub(r"\s", "", text).upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", bare):
        return False
    turned = bare[4:] + bare[:4]
    return int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def is_vat(text: str) -> bool:
    """Whether the text is a European VAT number with its country letters."""
    bare = re.sub(r"[\s.]", "", text).upper()
    if not re.fullmatch(
        r"(?:AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK)\w{8,12}", bare
    ):
        return False
    from stdnum.eu import vat

    return bool(vat.is_valid(bare))


def is_phone(text: str) -> bool:
    """Whether the text is a possible telephone number (international, or national in the home countries)."""
    bare = text.strip()
    if (
        not _PHONE_SHAPE.match(bare)
        or _ISO_DATE.match(bare)
        or _DUTCH_DATE.match(bare)
        or sum(c.isdigit() for c in bare) < 7
    ):
        return False
    import phonenumbers

    for region in (None,) if bare.startswith("+") else ("NL", "DE", "FR", "BE", "GB"):
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(bare, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


def is_ip(text: str) -> bool:
    """Whether the text is an IPv4 or IPv6 address, perhaps with a prefix length or port."""
    bare = text.strip().removeprefix("::ffff:")
    if not bare or not ("." in bare or ":" in bare):
        return False
    for candidate in (bare, bare.split("/")[0], bare.rsplit(":", 1)[0]):
        try:
            ipaddress.ip_address(candidate)
        except ValueError:
            continue
        return True
    return False


def is_person_name(text: str) -> bool:
    """Whether a word of the text is a given or family name we know and the rest could be one."""
    bare = text.strip()
    if len(bare) > 60 or any(c.isdigit() for c in bare):
        return False
    words = re.split(r"[\s,.'’\-]+", plain(bare))
    return bool(words) and len(words) <= 6 and any(w in GIVEN_NAMES or w in FAMILY_NAMES for w in words)


def _is_street(text: str) -> bool:
    return len(text) < 120 and bool(_STREET.search(text))


def _is_sentence(text: str) -> bool:
    return len(text.split()) >= 5 and " " in text


def _is_agent(text: str) -> bool:
    return bool(_AGENT.match(text))


def _birth_like(value: object) -> bool:
    found = _as_date(value)
    return found is not None and 1905 <= found.year <= 2016


def _as_date(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date() if (value.hour, value.minute, value.second) == (0, 0, 0) else None
    if isinstance(value, date):
        return value
    text = str(value).strip()
    iso, dutch = _ISO_DATE.match(text), _DUTCH_DATE.match(text)
    try:
        if iso and len(text) <= 10:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if dutch:
            return date(int(dutch[3]), int(dutch[2]), int(dutch[1]))
    except ValueError:
        return None
    return None


_TEXT_CHECKS: Mapping[str, Callable[[str], object]] = {
    "email": _EMAIL.match,
    "email_inside": _EMAIL_INSIDE.search,
    "phone": is_phone,
    "iban": is_iban,
    "bsn": eleven_proof,
    "card": luhn,
    "vat": is_vat,
    "ip": is_ip,
    "mac": _MAC.match,
    "url": _URL.match,
    "sip": _SIP.match,
    "user_agent": _is_agent,
    "street": _is_street,
    "postcode": _POSTCODE.match,
    "digit_postcode": _DIGIT_POSTCODE.match,
    "password_hash": _BCRYPT.match,
    "hex_hash": _HEX_HASH.match,
    "identifier": _IDENTIFIER.match,
    "person_name": is_person_name,
    "several_words": _WORDY_NAME.match,
    "sentence": _is_sentence,
    "model_id": _MODEL_ID.match,
    "uuid": _UUID.match,
    "number": re.compile(r"^-?\d+$").match,
}


def as_text(value: object) -> str:
    """A cell as text: bytes are decoded where they are text, else shown as hexadecimal."""
    if isinstance(value, bytes | bytearray | memoryview):
        raw = bytes(value)[:_LONGEST]
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            return raw.hex()
        return text if text.isprintable() or "\n" in text else raw.hex()
    return str(value)[:_LONGEST]


def profile(values: Iterable[object]) -> Profile:
    """Measure a sample. NULL and empty values are left out; numbers are checked as their digits."""
    filled = [v for v in values if v not in _EMPTY_CELLS][:_MOST_LOOKED_AT]
    if not filled:
        return EMPTY
    structured = [v for v in filled if isinstance(v, dict | list)]
    texts = [as_text(v) for v in filled if not isinstance(v, dict | list | bool | float | Decimal)]
    often = Counter(texts)  # a status or a note stands in many rows: each spelling is checked once
    shares = {
        kind: sum(n for t, n in often.items() if check(t)) / len(filled)
        for kind, check in (_TEXT_CHECKS.items() if often else ())
    }
    shares["birth"] = sum(map(_birth_like, filled)) / len(filled)
    encodings, inside = _look_inside(list(often), structured)
    words = [len(t.split()) for t in texts] or [0]
    return Profile(
        count=len(filled),
        distinct=len({as_text(v) for v in filled}),
        shares={k: round(v, 3) for k, v in shares.items() if v},
        mean_words=sum(words) / len(words),
        mean_length=sum(map(len, texts)) / max(1, len(texts)),
        inside=inside,
        encodings=encodings,
    )


def decode(text: str) -> tuple[str, object] | None:
    """The encoding of a cell and what is in it: parsed JSON, or text for the others; None for a plain cell."""
    bare = text.strip()
    if bare[:1] in "{[" and len(bare) > 2:
        try:
            return "json", json.loads(bare)
        except ValueError:
            return None
    if _PHP.match(bare):
        return "serialised", bare
    if len(bare) % 4 == 0 and _BASE64.match(bare) and not _HEX_HASH.match(bare):
        try:
            inner = base64.b64decode(bare, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return None
        return ("base64", inner) if inner.isprintable() or "\n" in inner else None
    if "\n" in bare and _YAML.match(bare):
        return "yaml", bare
    return None


def _look_inside(texts: Sequence[str], structured: Sequence[object]) -> tuple[frozenset[str], frozenset[str]]:
    encodings: set[str] = {"json"} if structured else set()
    bodies = [json.dumps(s, default=str)[:_LONGEST] for s in structured]
    for text in texts:
        found = decode(text)
        if found:
            encodings.add(found[0])
            bodies.append(text if found[0] == "json" else str(found[1]))
    inside: set[str] = set()
    for body in bodies:
        if _EMAIL_INSIDE.search(body):
            inside.add("email")
        if any(is_ip(m.group(0)) for m in _IP_INSIDE.finditer(body)):
            inside.add("ip")
        if _PERSON_KEY.search(body):
            inside.add("person_key")
        if any(is_iban(m.group(0)) for m in _IBAN_INSIDE.finditer(body)):
            inside.add("iban")
        if any(is_person_name(m.group(1)) for m in _NAME_INSIDE.finditer(body)):
            inside.add("name")
    return frozenset(encodings), frozenset(inside)
