"""The name rules: what a column is called when it holds something about a person. Data only.

A pattern is matched against the canonical words of a name (`" user email "`), so one rule reads four languages.
`need` says what else must hold before the name counts:

* `any`      the name is enough, except in tables of settings, look-ups and machinery;
* `about`    the table or a word of the name must point at a person;
* `person`   the row itself must be a person, or someone's address or profile.

The other needs name the kind of table that gives the word its meaning; `classify` says what each asks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from waarborg.scan.words import singular
from waarborg.stores.contract import Family

TEXT = frozenset({Family.TEXT, Family.OTHER, Family.ARRAY, Family.JSON})
WIDE = TEXT | {Family.BINARY, Family.UUID}
DIGITS = TEXT | {Family.NUMBER}
DATES = frozenset({Family.DATE, Family.DATETIME, Family.TEXT, Family.NUMBER})


@dataclass(frozen=True, slots=True)
class Rule:
    """A name pattern, the category it stands for, how sure it is alone (0 to 1), and what it needs."""

    category: str
    whole: re.Pattern[str]
    """Matches when nothing follows; tried first."""
    pattern: re.Pattern[str]
    confidence: float
    need: str = "any"
    families: frozenset[Family] = TEXT
    shortest: int = 0
    """A text column that holds fewer characters cannot be meant."""
    check: str = ""
    """The validation of `values` that would confirm it."""


def _rule(
    category: str,
    words: str,
    confidence: float,
    need: str = "any",
    families: frozenset[Family] = TEXT,
    shortest: int = 0,
    check: str = "",
) -> Rule:
    # Canonical words are singular; a rule may be written as people write.
    words = re.sub(r"(?<!\\)[a-z]{4,}", lambda found: singular(found[0]), words)
    return Rule(
        category,
        re.compile(rf" (?:{words}) $"),
        re.compile(rf" (?:{words}) "),
        confidence,
        need,
        families,
        shortest,
        check,
    )


RULES: tuple[Rule, ...] = (
    # Secrets first: a "password reset email token" is a token.
    _rule(
        "secret",
        r"recovery code|security question|private key|secret key|api key|api secret|client secret|ha1|credential",
        0.85,
        "anywhere",
        WIDE,
    ),
    _rule("secret", r"password(?: \w+)*", 0.93, "anywhere", WIDE, 6, "password_hash"),
    _rule("secret", r"pin", 0.8, "about", WIDE | {Family.NUMBER}, 3),
    _rule("secret", r"(?:\w+ )*otp(?: \w+)*|totp seed", 0.8, "about", WIDE),
    _rule(
        "secret",
        r"(?:\w+ )*token|token (?:key|value|hash|secret|salt|code)|(?:\w+ )*secret(?: key| value)?",
        0.8,
        "about",
        WIDE,
        8,
    ),
    _rule(
        "secret",
        r"(?:activation|activate|reset|confirm\w*|verification|verify|invitation|auth|access|remember|login|feed|rss|unsubscribe|forgot|recover\w*) (?:key|code|hash|string|session|salt)",
        0.8,
        "about",
        WIDE,
        6,
    ),
    _rule("secret", r"salt|auth hash|(?:auth|oauth|api|open) (?:key|data)|(?:oauth|open) id", 0.7, "about", WIDE, 4),
    _rule(
        "session",
        r"session|session (?:key|id|data|code|hash|value)|(?:\w+ )?cookie|cookie \w+",
        0.75,
        "traced",
        WIDE,
        8,
    ),
    _rule("secret", r"csrf|nonce", 0.5, "person", WIDE, 6),
    # Contact
    _rule("email", r"email(?: (?:address|\w+))?", 0.95, "any", TEXT, 12, "email"),
    _rule("phone", r"(?:\w+ )*(?:phone|mobile|fax)(?: \w+)?", 0.93, "any", DIGITS, 6, "phone"),
    _rule(
        "phone",
        r"(?:caller|calling|called|callee|src|dst|source|destination|dialed|dialled) (?:id )?(?:number|phone)|callerid|caller id|caller|callee|cli|clid|ani",
        0.7,
        "any",
        DIGITS,
        6,
        "phone",
    ),
    _rule("social", r"social|social (?:id|name|account|handle|link|url|profile|user)", 0.8, "about", TEXT, 6),
    _rule(
        "contact",
        r"(?:from|to|contact|sip|user|caller|callee|presentity|watcher|local|remote|pres|resource|sender|recipient|new|caller contact|callee contact) (?:uri|contact)|aor|impu|impi|asserted identity|identity|contact",
        0.62,
        "any",
        TEXT,
        32,
        "sip",
    ),
    _rule(
        "email",
        r"(?:email )?recipient(?: (?:email|address|list|to|cc|bcc|hidden|secondary|\w+))?|cc|bcc|reply to|to address|from address|to email|from email|(?:mail|email|message|envelope) (?:to|from)|sender(?: (?:address|email))?|cc address|to|from",
        0.66,
        "mail",
        TEXT,
        32,
        "email",
    ),
    _rule("contact", r"value(?: \w+)?|number(?: \w+)?|content", 0.75, "channel", TEXT, 16),
    _rule("email", r"bcc|cc|reply to", 0.6, "about", TEXT, 32, "email"),
    _rule("national_id", r"(?:code|value|number)(?: \w+)?", 0.7, "identifier", TEXT, 6),
    _rule("bank_account", r"number(?: \w+)?|account", 0.8, "bank", TEXT, 10, "iban"),
    _rule("session", r"key|id|data|hash|vars|session data", 0.75, "session", WIDE, 16),
    _rule(
        "secret",
        r"key|code|hash|value|hash key|key hash|code challenge|nonce|verifier|credential id|user handle|key handle",
        0.75,
        "tokens",
        WIDE,
        12,
    ),
    _rule("secret", r"key|share key|public key|access code", 0.56, "own", WIDE, 6),
    _rule(
        "bank_account",
        r"(?:\w+ )?(?:reference|label|authorization|authorisation)|(?:partner|provider|transaction|payment) (?:id|reference|number)",
        0.55,
        "payment",
        TEXT,
        12,
    ),
    _rule("address", r"search text|search|formatted|full text", 0.6, "inaddress", TEXT, 40),
    _rule("free_text", r"note|instruction|direction|delivery note", 0.6, "inaddress", TEXT, 40),
    _rule(
        "card_number",
        r"number|expiry date|expiration(?: date)?|card type|holder|name|type|last(?: \w+)?|brand",
        0.75,
        "card",
        DATES | DIGITS,
    ),
    _rule(
        "address",
        r"(?:building|floor|room|unit|apartment|suite|door|flat|post box|box|block|complex|house)(?: (?:name|number|code|addition|suffix))?|(?:\w+ )?(?:suburb|district|area|quarter|parish|municipality)|street \w+|post box",
        0.8,
        "inaddress",
        DIGITS,
    ),
    # Names
    _rule(
        "name",
        r"(?:first|last|middle|full|maiden|nick|real|family|given|second) name|name infix|initials|gecos",
        0.93,
        "any",
        TEXT,
        4,
        "person_name",
    ),
    _rule(
        "name",
        r"display name|account holder|salutation|honorific|nick|surname|name suffix|name prefix|maiden",
        0.75,
        "about",
        TEXT,
        2,
    ),
    _rule("name", r"title|prefix|suffix|titles|academic title", 0.6, "titled", TEXT, 2),
    _rule(
        "name",
        r"(?:person|customer|contact|employee|member|patient|student|teacher|author|owner|guest|visitor|subscriber|participant|applicant|donor|driver|child|spouse|actor|recipient|sender|beneficiary|party|lead|agent|reporter|speaker|commenter|poster|requester|requestor|holder|creator|assignee|manager|approver|doctor|emergency|parent|father|mother|cardholder|invoice|shipping|delivery|order|salesman|seller|ordered|attention|attn|friendly|submitter|handler) (?:\w+ )?name",
        0.85,
        "any",
        TEXT,
        6,
        "person_name",
    ),
    _rule(
        "name",
        r"name|name \d|fn|phonetic name|search name|sort name|legal name|alias name|name (?:display|full|real|first|last|phonetic|search|sort|key|lower|clean|ascii|normali[sz]ed|\w)",
        0.75,
        "person",
        TEXT,
        6,
        "person_name",
    ),
    _rule(
        "username",
        r"user name(?: \w+)?|login(?: name)?|user login|user nick|screen name|account name|handle|auth user|principal",
        0.88,
        "about",
        TEXT,
        4,
    ),
    _rule("username", r"user id|identifier|uid", 0.6, "about", TEXT, 20),
    _rule(
        "username",
        r"alias|dn|user dn|ldap dn|external id|remote id|auth id|open id|federated id",
        0.5,
        "person",
        TEXT,
        8,
    ),
    _rule(
        "username",
        r"(?:user|author|owner|actor|sender|commenter|poster|reporter|customer|employee|agent|creator|requester|requestor|submitter|assignee|created by|updated by|changed by|deleted by|assigned to|performed by|done by|last editor|(?:\w+ )?(?:user|owner|author)|(?:\w*ed|added|sent|written|made|taken|built|run|set|read) by|username\w*)",
        0.62,
        "any",
        TEXT,
        12,
    ),
    _rule(
        "username",
        r"(?:external|remote|social|federated|foreign|provider user|service user|user)(?: user)? (?:id|identifier)|uid|subject|sub",
        0.6,
        "federated",
        TEXT,
        16,
    ),
    _rule(
        "username",
        r"from user|to user|caller user|callee user|src user|dst user|watcher user(?: name)?",
        0.8,
        "any",
        TEXT,
        4,
    ),
    _rule(
        "person_reference",
        r"(?:customer|employee|member|patient|student|personnel|person) (?:number|code)",
        0.7,
        "person",
        DIGITS,
        3,
    ),
    # Identity
    _rule(
        "birth_date",
        r"birth date(?: \w+)?|date birth|birth|birth (?:year|month|day)|age",
        0.92,
        "any",
        DATES | DIGITS,
        0,
        "birth",
    ),
    _rule("birth_place", r"birth place|place birth|birth (?:country|city|name)", 0.9),
    _rule("gender", r"gender|gender \w+|pronouns?", 0.88, "any", DIGITS),
    _rule(
        "nationality",
        r"nationality|nationality \w+|marital(?: status)?|civil status|family status",
        0.85,
        "any",
        DIGITS,
    ),
    _rule("death_date", r"death date|date death", 0.85, "about", DATES),
    _rule(
        "national_id",
        r"bsn|national id|national id number|passport|passport number|(?:id|identity) (?:card|document)(?: number)?|tax (?:number|id)",
        0.85,
        "person",
        DIGITS,
        6,
        "bsn",
    ),
    _rule("license_plate", r"license plate", 0.85, "any", TEXT),
    # Money
    _rule("iban", r"iban|iban \w+", 0.93, "any", TEXT, 12, "iban"),
    _rule(
        "bank_account",
        r"bank account(?: number)?|bank (?:name|code|number|iban)|account number|bic|bank account \w+|sort code|routing number",
        0.7,
        "about",
        DIGITS,
        4,
    ),
    _rule(
        "card_number",
        r"card number|credit card(?: number)?|card (?:last|digits|holder|expiry|expiration|cvc|cvv)|cvc|cvv",
        0.85,
        "any",
        DIGITS,
        4,
        "card",
    ),
    _rule("vat_number", r"vat|vat (?:number|id|code)", 0.75, "about", TEXT, 8, "vat"),
    _rule("salary", r"salary(?: \w+)?|wage|income|hourly rate|cost price", 0.7, "person", DIGITS | {Family.NUMBER}),
    # Place
    _rule(
        "address",
        r"(?:\w+ )*(?:street|house number|postcode)(?: (?:\w+|address))?|(?:post|postal|zip) code|po box|postbus",
        0.85,
        "about",
        DIGITS,
        2,
    ),
    _rule(
        "address",
        r"(?:home|work|billing|invoice|shipping|delivery|customer|contact|mailing|postal|private|business|user|person|street|house|visit|full|formatted) (?:\w+ )?address(?: \w+)*",
        0.85,
        "any",
        TEXT,
        10,
        "street",
    ),
    _rule(
        "address",
        r"address|address (?:\w|line|street|extra|addition|supplement|text|full|\w+ line|number|second|additional|building)|line|address line",
        0.8,
        "about",
        TEXT,
        10,
        "street",
    ),
    _rule(
        "address",
        r"(?:\w+ )?(?:city|state|country|region|district|suburb|county|area)(?: (?:name|code|iso))?",
        0.72,
        "place",
        TEXT,
        2,
    ),
    _rule(
        "geolocation",
        r"(?:\w+ )?(?:latitude|longitude)|geo(?: \w+)?|coordinates|geom|location (?:point|lat)",
        0.7,
        "about",
        TEXT | {Family.NUMBER},
    ),
    _rule("geolocation", r"location", 0.6, "person", TEXT, 8),
    # Connection
    _rule(
        "ip_address",
        r"(?:\w+ )*ip(?: (?:address|hex|int|bin|from|to|network|net|range|hash|\w))?|remote (?:address|addr|host)|(?:src|source|peer|caller|received) (?:address|addr|ip)|x forwarded for",
        0.85,
        "about",
        WIDE | {Family.NETWORK, Family.NUMBER},
        4,
        "ip",
    ),
    _rule("mac_address", r"mac address|mac", 0.7, "about", WIDE | {Family.NETWORK}, 6, "mac"),
    _rule("user_agent", r"(?:\w+ )*user agent(?: \w+)?", 0.88, "any", TEXT, 16, "user_agent"),
    _rule("hostname", r"host|hostname|remote host|(?:user|visitor|login) host(?:name)?", 0.5, "trace", TEXT, 8),
    _rule("referer", r"referer|referer url", 0.6, "trace", TEXT, 16),
    _rule(
        "device",
        r"device (?:id|(?:display )?name|token|identifier|uuid|info|fingerprint)|push (?:token|key)|imei|imsi|udid|fingerprint",
        0.7,
        "about",
        TEXT,
        8,
    ),
    _rule(
        "device",
        r"(?:device|os|operating system|agent|browser|platform) (?:type|name|version|family|brand|model|os)",
        0.6,
        "trace",
        TEXT,
        8,
    ),
    # Activity of a person
    _rule(
        "activity",
        r"last (?:login|visit|visited|seen|active|activity|access|accessed|logon|signin|logged in|password \w+|online)(?: \w+)*|(?:login|logged in|visit|session) (?:date|time|at|on|start|end)|current login(?: \w+)*|last (?:date|time) login|attempt (?:clock|time|at)|failed login(?: \w+)*|login attempts?",
        0.65,
        "person",
        DATES,
    ),
    _rule(
        "activity",
        r"(?:date|time) joined|joined(?: (?:at|on|date))?|registered(?: \w+)?|registration(?: (?:date|at|on|time))?|member since|signup (?:date|at|time)",
        0.55,
        "person",
        DATES,
    ),
    # Picture, voice, body
    _rule(
        "picture",
        r"avatar|avatar \w+|photo|photo \w+|signature image|(?:profile|user|person) (?:image|picture)",
        0.8,
        "about",
        WIDE,
        8,
    ),
    _rule("picture", r"image|image (?:file|path|url|data|link)|vcard", 0.6, "person", WIDE, 8),
    _rule("voice", r"voice|voice \w+|recording \w+", 0.6, "about", WIDE, 8),
    _rule("biometric", r"biometric(?: \w+)?", 0.85, "any", WIDE),
    _rule("genetic", r"genetic(?: \w+)?", 0.85, "any", WIDE),
    # Special categories (Art. 9 and 10)
    _rule(
        "health",
        r"health|health (?:\w+)|blood (?:type|group)|bmi|weight kg|insurance number",
        0.85,
        "about",
        WIDE | DIGITS | {Family.BOOLEAN},
    ),
    _rule("religion", r"religion|religion \w+", 0.85, "about", DIGITS | {Family.BOOLEAN}),
    _rule(
        "trade_union",
        r"(?:\w+ )?union(?: (?:member|membership|name|number))?",
        0.75,
        "person",
        DIGITS | {Family.BOOLEAN},
    ),
    _rule("ethnic_origin", r"ethnic|ethnic \w+", 0.8, "person", DIGITS),
    _rule("political_opinion", r"political(?: \w+)?", 0.75, "person", DIGITS),
    _rule("sexual_orientation", r"sexual(?: \w+)?", 0.85, "about", DIGITS),
    _rule("criminal_record", r"criminal(?: \w+)?", 0.85, "about", WIDE | DIGITS | {Family.BOOLEAN}),
    # The person's circumstances
    _rule("job", r"job title|job title \w+|position title|occupation|position|department|job", 0.65, "person", TEXT, 6),
    _rule(
        "employer", r"organisation|organisation name|employer|affiliation|institution|school", 0.7, "person", TEXT, 10
    ),
    _rule("education", r"education(?: \w+)?", 0.65, "person"),
    _rule("language", r"language|language code|lang(?:uage)? \w+|prefer(?:red)? language", 0.55, "person", TEXT),
    _rule("timezone", r"timezone|time zone", 0.55, "person", TEXT),
    _rule(
        "website",
        r"(?:\w+ )?website(?: \w+)?|url|home page|web page|(?:author|user|homepage|profile|website|blog|personal) (?:url|link|page)",
        0.65,
        "person",
        TEXT,
        16,
        "url",
    ),
    _rule(
        "biography",
        r"biography|biography \w+|signature|signature \w+|profile text|interests|hobbies|about|user signature|motto|tagline|profile",
        0.75,
        "person",
        WIDE,
        16,
    ),
    _rule(
        "preferences",
        r"config|config \w+|user config|profile data|extra data|custom fields?|attributes?|properties|fields|data|info|metadata|json|details|custom data|extra",
        0.5,
        "person",
        WIDE,
        30,
    ),
    _rule("title", r"title", 0.5, "person", TEXT, 4),
    # What people write
    _rule(
        "free_text",
        r"(?:\w+ )*(?:comment|note|message|body|feedback|review|complaint|answer|question)(?: (?:body|text|content|html|plain|raw|source|markdown|clean|rendered|data|subject|original|parsed|search|top|bottom|intro|header|footer))?",
        0.72,
        "wrote",
        WIDE,
        60,
    ),
    _rule(
        "free_text",
        r"(?:\w+ )?(?:text|description|subject|summary|details|transcript|story|excerpt|quote|abstract|justification|explanation|motivation|headers?|raw|html|snippet)",
        0.6,
        "wrote",
        WIDE,
        60,
    ),
    _rule("free_text", r"title|subject|topic|headline", 0.55, "wrote", TEXT, 60),
    _rule("free_text", r"(?:\w+ )?reason(?: text)?", 0.55, "content", TEXT, 60),
    _rule("picture", r"image|picture|photo|file|data|image (?:data|file|url)", 0.75, "avatar", WIDE, 8),
    _rule("preferences", r"value|val|data|setting|preference|config", 0.56, "settings", WIDE, 20),
    # In rows that are a person's own, whatever they are called
    _rule(
        "free_text",
        r"title|name|label|headline|(?:\w+ )?caption|file|words|phrase|text|value|purpose|objective|goal|location|(?:\w+ )?(?:query|term|keyword|search|file)(?: (?:name|text|original|value|string))?",
        0.56,
        "own",
        WIDE,
        20,
    ),
    _rule(
        "free_text", r"(?:\w+ )?(?:value|old value|new value|text|attribute value)(?: \w+)?", 0.53, "chain", WIDE, 60
    ),
    _rule("encoded", r"(?:\w+ )?(?:data|value|answer|text|content)", 0.56, "answers", WIDE, 60),
    _rule(
        "encoded",
        r"(?:\w+ )*(?:data|vars|config|filter|params|extra|details|payload|serialized|serialised|meta|metadata|others|vcard|criteria|raw|xml|json|diff|object repr|blob|snapshot)",
        0.55,
        "own",
        WIDE,
        100,
    ),
    _rule(
        "free_text",
        r"note|note (?:text|content|html|private|public|internal)|(?:customer|user|person|internal|private|personal) note|comment|remarks|memo",
        0.7,
        "person",
        WIDE,
        30,
    ),
)

# Words after the match that turn the value into something else: a flag, a number, a template, a moment.
TRAIL = frozenset(
    """address number value text lower upper compact new old first second third raw normalized normalised canonical clean
    hash hashed display work home private business mobile alt alternate alternative extra main primary secondary full original
    encrypted enc crypt plain sha md5 history prev previous current last next name names line html md markdown
    full_text search sort ascii local hidden list to cc a b c d e x part iso code day month year international
    invoice billing shipping delivery personal company office emergency other landline direct switchboard number_
    internal body content data string legacy backup copy id key user person contact customer owner short long""".split()
)
"""Words after a match that leave its meaning alone; an unknown one casts doubt."""

LABELS = frozenset("attr attribute field column mapping map label header xpath selector claim".split())
"""Words before a match that say the cell names a field elsewhere (`attr_mail`), not a value."""

NOT_THE_VALUE = frozenset(
    """id count type template enabled verified confirmed validated flag format status date at time limit length max min
    color colour class size order position visible required host port server encoding sent notification notifications
    expires expiry expire expired expiration lifetime ttl changed updated created allowed disabled active policy level
    strength attempts failed failures required mandatory blocked bounced optin opt subscribed frequency interval digest
    queue batch number_of total sum amount price rate percentage version visibility public private mode method scheme
    algorithm algo iterations provider field label placeholder help hint regex pattern prefix suffix width height
    index sequence config permission role group hide show display hidden preference use used is has on off until since
    valid validity validate strategy duration key_id timestamp locked check day week month reminder usage
    separator delimiter charset mimetype column table file page default source context types changes count_ last_used block""".split()
)
NOT_THE_VALUE = NOT_THE_VALUE | {singular(word) for word in NOT_THE_VALUE}

# Words before a bare "name", "title", "address"… that say it is the name of a thing.
THINGS = frozenset(
    """file template product host class group role currency column table server domain event category tag field module
    package project page post thread topic forum board list type status option config key index task job queue plan
    device interface network service application app app_label model method function action hook plugin widget menu
    theme view report chart dashboard query script rule filter trigger item order invoice payment shipping tax country
    city state language timezone locale permission policy scope provider driver_class media image picture document
    attachment folder path section block layout style font color unit brand vendor_code store warehouse stock bank
    branch department team room location building venue course lesson class quiz question survey form bucket storage
    database schema view_name backup cron process command node cluster pool zone region site website url slug code
    variable parameter attribute property object content resource entity record label short long internal
    technical common short_name version release build image_name gateway protocol port codec channel extension
    campaign newsletter subject mailbox list_name alert sensor metric graph map icon screen slide step stage phase
    milestone sprint workflow state_name transition reason source target method_name carrier discount coupon
    voucher promotion offer partition range catalogue catalog set collection album gallery track track_name genre
    license license_name feature flag test case suite parser format codec_name mime cookie_name realm
    organisation company_name agency business sheet level grade skill badge award trophy level_name rank""".split()
)

# Words that make a column someone's, whatever table it is in.
PERSON_WORDS = frozenset(
    """user person customer contact employee member patient student teacher author owner guest visitor subscriber
    participant applicant donor driver child spouse actor recipient sender beneficiary lead agent reporter speaker
    commenter poster requester requestor holder creator assignee manager approver doctor emergency parent father mother
    cardholder billing shipping delivery caller callee login session remote client last visitor personal home
    attempt signup signin register invitee""".split()
)

# Words that make a value the machine's own, not a person's.
MACHINE_WORDS = frozenset(
    """smtp imap pop ldap proxy ftp sftp snmp database db server host gateway interface network dispatcher listen bind
    public_key ssl tls cert api_base webhook callback endpoint bot cron noreply system default site admin_email_from
    ipmi jmx http ssh jabber_server radius psk vault mysql pgsql support monitor template sample example poller
    trap agent_host bounce mailserver mailhost dns subnet netmask""".split()
)
