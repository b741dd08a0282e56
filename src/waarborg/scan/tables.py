"""What a table is for: people, someone's address, a trace, settings, a look-up list, machinery. From names and shape.

The role decides what a bare `name`, `ip` or `description` in the table means.
"""

from __future__ import annotations

from dataclasses import dataclass

from waarborg.scan.words import canonical, common_prefix, without_prefix
from waarborg.stores.contract import Family, Table

PERSON_NOUNS = frozenset(
    """user person customer contact employee member patient student teacher author guest visitor subscriber participant
    applicant donor driver child spouse actor party lead speaker beneficiary recipient account identity profile
    registration attendee admin administrator operator principal friend buddy respondent voter passenger resident
    lawyer doctor nurse partner signatory shareholder holder signup requester requestor""".split()
)
STRONG_PERSON_NOUNS = PERSON_NOUNS - {
    "account",
    "partner",
    "identity",
    "profile",
    "registration",
    "lead",
    "recipient",
    "admin",
    "signup",
    "holder",
    "principal",
}
ADDRESS_NOUNS = frozenset({"address", "street", "location"})
TRACE_NOUNS = frozenset(
    """log session login visit visitor activity event access attempt history request trail call cdr acc cdrs online
    presence tracking click pageview hit failure audit auditlog journal statistic consent throttle lockout trace""".split()
)
CONTENT_NOUNS = frozenset(
    """comment message post note ticket review feedback answer reply mail email chat conversation thread topic
    discussion issue followup complaint annotation memo revision page article text body document attachment file survey
    response submission entry letter suggestion idea proposal abstract paper contribution application request
    correspondence sms reaction bookmark draft transaction incident problem event remark acknowledge task subtask
    todo appointment reservation booking case voicemail silo imc story blog wiki
    reminder report journal timesheet absence leave vacation sicknote""".split()
)
CONFIG_NOUNS = frozenset(
    """config option permission capability status type category template currency country language locale unit
    migration migrations version module plugin extension schema cache queue job scheduler cron lookup dictionary
    translation field attribute workflow state stage tag label menu layout theme widget dashboard filter rule
    trigger action script report graph chart icon image_map tax plan priority severity role group acl right policy
    region timezone zone color style feature package dependency resource registry sequence counter lock semaphore
    content_type contenttype format property parameter variable setting function hook mapping expression macro
    regex operator_rule condition interwiki sitemap stat updatelog""".split()
)
MACHINE_NOUNS = frozenset(
    """host hosts interface server gateway dispatcher proxy node network subnet carrier route routing router trunk
    switch sensor item poller snmp graph drule dcheck dhost dservice httptest httpstep service trusted pdt
    domainpolicy htable dialplan rtpengine rtpproxy lcr mtree mohqueue uid_domain
    domain plan_tree autoreg_host media_type connector adapter printer device_type data_source datasource""".split()
)
COLLECTIVE_NOUNS = frozenset(
    """team project group board forum workspace channel room site course category product catalogue catalog map
    repository release milestone version page organisation department folder collection album space list kb kbitem
    item package app application campaign survey poll form dashboard widget report view filter screen sysmap slideshow
    domain network host location warehouse building event contribution session_block conference queue calendar""".split()
)
"""Things many people have a part in: who made one does not own it."""
PLACE_NOUNS = frozenset(
    "site location room building venue warehouse store branch organisation affiliation office depot hotel school".split()
)
ORGANISATION_NOUNS = frozenset({"organisation", "agency", "tenant", "workspace", "branch"})
_NEUTRAL = frozenset(
    "table list data info master record record tab stamm detail base main core all new old archive "
    "archived basic entity model item extra field record".split()
)


_SIGN_ON = frozenset({"oauth", "sso", "openid", "oidc", "saml"})
"""Under these a client, a provider or an account is an application or an agreement with one."""


@dataclass(frozen=True, slots=True)
class Role:
    """What a table is for. `words` are the canonical words of its name without the schema's prefix."""

    words: tuple[str, ...]
    person_noun: bool = False
    """Its name says its rows are people."""
    address: bool = False
    trace: bool = False
    content: bool = False
    config: bool = False
    machine: bool = False
    organisation: bool = False
    place: bool = False
    """Its rows are places or companies: their address is not a person's."""
    join: bool = False
    """Hardly more than keys of other tables."""
    prefix: str = ""
    """The prefix that most of its columns carry (`rev_`), or ''."""

    @property
    def head(self) -> str:
        """The word that says what one row is."""
        return self.words[-1] if self.words else ""


def local_name(table: str) -> str:
    """The table's name without its schema."""
    return table.rpartition(".")[2].strip('"')


def role_of(table: Table, schema_prefix: str = "") -> Role:
    """The role of a table from its name and the shape of its columns."""
    own = without_prefix(local_name(table.name), schema_prefix)
    words = canonical(own)
    bare = tuple(w for w in words if w not in _NEUTRAL) or words
    head = bare[-1] if bare else ""
    first = bare[0] if bare else ""
    prefix = common_prefix([c.name for c in table.columns], 0.7, 3)
    keys = sum(1 for c in table.columns if _is_key_like(table, c.name))
    return Role(
        words=bare,
        person_noun=(head in PERSON_NOUNS and not set(words) & _SIGN_ON)
        or (first in STRONG_PERSON_NOUNS and _french(own)),
        address=head in ADDRESS_NOUNS or (head == "email" and "address" in bare),
        trace=any(w in TRACE_NOUNS for w in bare),
        content=any(w in CONTENT_NOUNS for w in bare),
        config=head in CONFIG_NOUNS,
        machine=first in MACHINE_NOUNS or head in MACHINE_NOUNS or bool({"ldap", "smtp", "imap", "snmp"} & set(words)),
        place=head in PLACE_NOUNS,
        organisation=head in ORGANISATION_NOUNS,
        join=keys >= 2 and len(table.columns) - keys <= 1,
        prefix=prefix,
    )


def _french(name: str) -> bool:
    return bool({"du", "de", "des", "la", "le", "les"} & set(name.lower().split("_")))


def _is_key_like(table: Table, column: str) -> bool:
    if any(column in reference.columns for reference in table.foreign_keys) or column in table.key:
        return True
    facts = table.column(column)
    words = canonical(column)
    return bool(facts and words and words[-1] == "id" and facts.family in (Family.NUMBER, Family.UUID))
