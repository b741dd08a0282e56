"""What the law says about countries and safeguards, as dated parameters with their source. Law moves: numbers live
here and not in code.

The tables serve checks of a policy; they are build facts, not advice. `check_source` marks a row whose primary text
should be read again before anyone relies on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from waarborg.policy.values import Safeguard

ALWAYS = date(2018, 5, 25)
"""The day the Regulation applies from (Art. 99)."""

EEA = frozenset(
    {"AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU", "MT"}
    | {"NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "IS", "LI", "NO"}
)
"""Members of the Union and Iceland, Liechtenstein and Norway (EEA Joint Committee Decision 154/2018)."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of a jurisdiction with its validity."""

    country: str
    value: int
    valid_from: date
    source: str
    valid_until: date | None = None
    check_source: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """From when until when a safeguard stands; `country` empty means every country."""

    kind: Safeguard
    country: str
    valid_from: date
    source: str
    valid_until: date | None = None
    check_source: bool = False

    def on(self, day: date) -> bool:
        """Whether it stands on this day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


CONSENT_AGE = (
    Parameter("", 16, ALWAYS, "GDPR Art. 8(1)"),
    Parameter("NL", 16, ALWAYS, "UAVG art. 5"),
    Parameter("BE", 13, date(2018, 9, 5), "Law of 30 July 2018, art. 7"),
    Parameter("DE", 16, ALWAYS, "GDPR Art. 8(1)"),
    Parameter("LU", 16, ALWAYS, "GDPR Art. 8(1)"),
    Parameter("IE", 16, ALWAYS, "Data Protection Act 2018, s. 31"),
    Parameter("FR", 15, date(2018, 6, 22), "Loi Informatique et Libertés, art. 45"),
    Parameter("ES", 14, date(2018, 12, 7), "LO 3/2018, art. 7"),
    Parameter("IT", 14, date(2018, 9, 19), "D.lgs. 101/2018, art. 2-quinquies"),
    Parameter("AT", 14, ALWAYS, "DSG § 4(4)"),
    Parameter("PT", 13, date(2019, 8, 9), "Lei 58/2019, art. 16"),
    Parameter("SE", 13, ALWAYS, "Lag 2018:218, 2 kap. 4 §"),
    Parameter("FI", 13, date(2019, 1, 1), "Tietosuojalaki 5 §"),
    Parameter("DK", 15, date(2024, 1, 1), "Databeskyttelsesloven § 6", check_source=True),
)
"""Age from which someone consents alone to an online service (Art. 8(1)); the row without a country is the default."""

ADEQUATE = tuple(
    Standing(Safeguard.ADEQUACY, country, since, source, until, check)
    for country, since, source, until, check in (
        ("CH", date(2000, 7, 26), "Decision 2000/518", None, False),
        ("CA", date(2001, 12, 20), "Decision 2002/2 (commercial organisations)", None, False),
        ("AR", date(2003, 6, 30), "Decision 2003/490", None, False),
        ("GG", date(2003, 11, 21), "Decision 2003/821", None, False),
        ("IM", date(2004, 4, 28), "Decision 2004/411", None, False),
        ("JE", date(2008, 5, 8), "Decision 2008/393", None, False),
        ("FO", date(2010, 3, 5), "Decision 2010/146", None, False),
        ("AD", date(2010, 10, 19), "Decision 2010/625", None, False),
        ("IL", date(2011, 1, 31), "Decision 2011/61", None, False),
        ("UY", date(2012, 8, 21), "Decision 2012/484", None, False),
        ("NZ", date(2012, 12, 19), "Decision 2013/65", None, False),
        ("JP", date(2019, 1, 23), "Decision 2019/419", None, False),
        ("GB", date(2021, 6, 28), "Decision 2021/1772, as renewed", None, True),
        ("KR", date(2021, 12, 17), "Decision 2022/254", None, False),
    )
)
"""Countries with an adequacy decision (Art. 45). The United States stand under the Data Privacy Framework instead."""

SAFEGUARDS = (
    *ADEQUATE,
    Standing(Safeguard.SAFE_HARBOUR, "US", date(2000, 7, 26), "Decision 2000/520; void: C-362/14", date(2015, 10, 5)),
    Standing(Safeguard.PRIVACY_SHIELD, "US", date(2016, 7, 12), "Dec. 2016/1250; void: C-311/18", date(2020, 7, 15)),
    Standing(Safeguard.DATA_PRIVACY_FRAMEWORK, "US", date(2023, 7, 10), "Decision 2023/1795", None, True),
    Standing(Safeguard.STANDARD_CONTRACTUAL_CLAUSES, "", date(2021, 6, 27), "Decision 2021/914"),
    Standing(Safeguard.BINDING_CORPORATE_RULES, "", ALWAYS, "GDPR Art. 47"),
    Standing(Safeguard.EXPLICIT_CONSENT, "", ALWAYS, "GDPR Art. 49(1)(a)"),
    Standing(Safeguard.CONTRACT_NECESSITY, "", ALWAYS, "GDPR Art. 49(1)(b)"),
    Standing(Safeguard.LEGAL_CLAIMS, "", ALWAYS, "GDPR Art. 49(1)(e)"),
)
"""When each safeguard stands, and for which country."""

BREACH_TO_AUTHORITY = timedelta(hours=72)
"""GDPR Art. 33(1)."""
BREACH_OF_TELECOM_PROVIDER = timedelta(hours=24)
"""Reg. 611/2013 art. 2(2)."""
ANSWER_MONTHS = 1
"""GDPR Art. 12(3)."""


def consent_age(country: str, day: date) -> Parameter:
    """The age of consent in a country on a day, or the Regulation's own where the table has no row."""
    rows = [
        row
        for row in CONSENT_AGE
        if row.country in (country, "")
        and row.valid_from <= day
        and (row.valid_until is None or day <= row.valid_until)
    ]
    return max(rows, key=lambda row: (row.country == country, row.valid_from), default=CONSENT_AGE[0])


def stands(kind: Safeguard, country: str, day: date) -> Standing | None:
    """The row under which a safeguard stands for a country on a day, or None when there is none."""
    return next((row for row in SAFEGUARDS if row.kind == kind and row.country in (country, "") and row.on(day)), None)
