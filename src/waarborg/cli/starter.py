"""The texts that `waarborg init` writes: a policy and a data map to begin with, commented, and free of findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from waarborg.policy.words import ITEMS

DEFAULT_ITEMS: Mapping[str, tuple[str, ...]] = {"account": ("email", "name")}
LABELS: Mapping[str, str] = {
    "account": "Account data",
    "billing": "Invoices and payment",
    "connection": "Connection and device",
    "content": "What people write",
    "special": "Sensitive data",
}
SOURCES: Mapping[str, str] = {"connection": "automatic", "content": "subject, other_subjects"}
ENDS = {
    "billing": ["for: 7 years", "from: end_of_fiscal_year", "basis: legal_obligation", "law: name the law here"],
    "connection": ["for: 6 months", "from: created"],
}


def policy_text(name: str, today: date, items: Mapping[str, Iterable[str]] | None = None) -> str:
    """A first policy, for the data that a look at the database found (or for an account with a name)."""
    found = {category: tuple(sorted(names)) for category, names in (items or DEFAULT_ITEMS).items()}
    data = "\n".join(_category(category, names) for category, names in found.items())
    terms = "\n".join(_term(category) for category in found)
    return f"""\
# What this service promises people about their data. Published as its notice, carried out on its databases, and
# proven. Everything in <angle brackets> waits for you. `waarborg check` says what is missing or contradicts itself.

policy: {name}
version: {today.isoformat()}        # the day this version takes effect
languages: [en]                # every text stands in each of these; add nl, fr, …

controller:
  name: <your company>
  address: <street, town>
  country: NL
  contact: privacy@yourcompany.example
  authority: AP                # the supervisory authority you answer to
  time_zone: Europe/Amsterdam

people:
  member: {{label: {{en: people with an account}}}}

# What data you have. A closed list: a column of the data map that is not here fails the check.
data:
{data}

# What for. One legal basis each: consent, contract, legal_obligation, legitimate_interests, …
purposes:
  deliver_service:
    label: {{en: Provide the service}}
    data: [{", ".join(found)}]
    basis: contract

# How long. Until an event, or for a term from an event; `then` says what comes of it: erase, anonymise, isolate.
# With a law beside it, what `keep` names stays against a request for erasure, until the term ends.
retention:
{terms}

rights:
  access: {{formats: [html, json, csv]}}
  rectification: {{}}
  erasure: {{}}
  restriction: {{suspend: {{for: 3 months, then: erase}}}}
  portability: {{formats: [json, csv]}}
  objection: {{}}
  intake: [email]
  identity: [session, confirmed_address]
  complaint: {{en: Do you disagree with us? You can complain to the data protection authority.}}

breach: {{authority_within: 72 hours, contact: security@yourcompany.example}}
changes: {{channels: [email], ahead: 30 days, archive: true}}
"""


def _category(name: str, items: Iterable[str]) -> str:
    inside = ", ".join(f"{item}: {_item(item)}" for item in items)
    return (
        f"  {name}:\n    label: {{en: {LABELS.get(name, name.capitalize())}}}\n"
        f"    source: [{SOURCES.get(name, 'subject')}]\n    people: [member]\n    items: {{{inside}}}"
    )


def _item(name: str) -> str:
    """How an item is declared: with words of its own where there are no standard ones."""
    must = "required" if name == "email" else "optional"
    if name in ITEMS:
        return must
    return f"{{label: {{en: {name.replace('_', ' ')}}}, required: {'true' if must == 'required' else 'false'}}}"


def _term(name: str) -> str:
    lines = ENDS.get(name, ["until: account_closed"])
    then = "anonymise" if name == "content" else "erase"
    body = "\n".join(f"    {line}" for line in [f"data: [{name}]", *lines, f"then: {then}"])
    return f"  {name}:\n{body}"


EMPTY_MAP = """\
# Where personal data is, and whose. Yours: edit it, and review its differences like code.
#
# A table leads to people by its links; a column says which data of policy.yaml it holds. `secret` (password hashes,
# tokens) is shown to nobody, `technical` says nothing about a person. `waarborg explain TABLE` says what follows.

stores:
  {store}: {{kind: sql, url: env:APP_DATABASE, region: NL}}     # never a password here: env:NAME, file:PATH or command:…

tables:

  {store}.users:                      # each row is a person, found by these identifiers
    subject:
      key: id
      identifiers: {{email: {{column: email, normalise: lowercase}}, name: name}}
    columns: {{email: account.email, name: account.name}}

# More tables, for example:
#
#  {store}.orders:
#    links:
#      - {{belongs_to: {store}.users, by: user_id}}                              # goes with the person
#  {store}.comments:
#    links:
#      - {{belongs_to: {store}.users, by: author_id, on_erasure: stand_in}}      # stays, under a placeholder
#      - {{about: {store}.users, in_text: body, mentions: [name, email], on_erasure: replace}}
#
# ignored:
#  - {{table: {store}.migrations, reason: version numbers only, owner: platform team, until: {until}}}
"""


def datamap_text(store: str, until: date) -> str:
    """An empty data map with one example."""
    return EMPTY_MAP.format(store=store, until=until.isoformat())
