"""Every command as data: its words, its arguments, and where its code is. Parser, completion and docs come from here.

The code of a command is imported when it runs, so that `waarborg --help` needs nothing but the standard library.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

GROUPS: Mapping[str, str] = {
    "begin": "To begin",
    "request": "A request, step by step",
    "tell": "What people read",
    "look": "To look at things",
    "prove": "To prove it",
    "registers": "Registers",
}


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument. `names` as argparse takes them; `value` is what stands for its value in help texts."""

    names: tuple[str, ...]
    says: str
    value: str = ""
    many: str = ""
    """argparse's `nargs`: `?`, `*` or empty."""
    repeat: bool = False
    flag: bool = False
    file: bool = False
    """Completed with file names."""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `code` is `module:function` inside `waarborg.cli`."""

    name: str
    group: str
    says: str
    code: str
    arguments: tuple[Argument, ...] = ()
    more: str = ""
    examples: tuple[str, ...] = field(default=())


PLAN = Argument(("plan",), "The plan's id, or its first characters.", "PLAN")
RULE = Argument(("--rule",), "Only this retention rule. Repeat it for more.", "RULE", repeat=True)
TERMS = Argument(
    ("--terms",), "A YAML file with the terms that organisations set: rule, organisation, period.", "FILE", file=True
)
MONTHS = Argument(("--months",), "How many months to show (12).", "N")
BRIEF = Argument(("--brief",), "Only the totals.", flag=True)
PEOPLE = (
    Argument(("--email",), "The person's e-mail address.", "ADDRESS"),
    Argument(
        ("--identifier", "-i"),
        "Any identifier that the data map declares, for example customer_number=1042. Repeat it to say more about the "
        "same person.",
        "KIND=VALUE",
        repeat=True,
    ),
    Argument(
        ("--people",),
        "A CSV file with a person on each line; its header names the kinds of identifier.",
        "FILE",
        file=True,
    ),
    Argument(
        ("--stdin",),
        "Read people from standard input, one on each line: an e-mail address, or kind=value pairs with commas "
        "between. Keeps identifiers out of the shell's history.",
        flag=True,
    ),
    Argument(("--table",), "Look only in this table of people (store.table).", "TABLE"),
)

LANGUAGE = Argument(
    ("--language",), "Only this language; every language of the policy if not given.", choices=("nl", "en", "fr")
)
FOLDER = Argument(("--output", "-o"), "The folder to write to; standard output if not given.", "DIR", file=True)

COMMON = (
    Argument(
        ("--dir", "-C"), "The folder with policy.yaml and datamap.yaml; the current one if not given.", "DIR", file=True
    ),
    Argument(("--json",), "Print JSON for machines, errors too.", flag=True),
    Argument(
        ("--lang",),
        "The language of plans, results and answers; from the environment if not given.",
        choices=("nl", "en"),
    ),
    Argument(
        ("--key",),
        "Where the master key is: file:PATH, env:NAME or command:WORDS. Otherwise WAARBORG_KEY says where, or it is "
        "the file that init made.",
        "WHERE",
    ),
    Argument(("--quiet", "-q"), "No progress bars and no hints.", flag=True),
    Argument(("--debug",), "Show where an unexpected error arose. Never shows values.", flag=True),
)

COMMANDS: tuple[Command, ...] = (
    Command(
        "demo",
        "begin",
        "See the whole thing work: 200 people who share things, one of them leaves, then fifty.",
        "demo:run",
        (
            Argument(("--keep",), "Keep everything it makes in this new folder, to look around in.", "DIR", file=True),
            Argument(("--pace",), "Seconds to wait between the steps, for showing it to others.", "SECONDS"),
        ),
        "Needs a checkout of the repository (it uses examples/projects) and nothing else: the database is a SQLite "
        "file in a temporary folder.",
        ("waarborg demo", "waarborg demo --lang nl --keep demo-output"),
    ),
    Command(
        "init",
        "begin",
        "Make the files to begin with: policy.yaml, datamap.yaml, the state and its key.",
        "start:run",
        (
            Argument(
                ("--url",),
                "The database to draft the data map from. A reference (env:NAME, file:PATH, command:WORDS) or an "
                "address without a password.",
                "WHERE",
            ),
            Argument(("--store",), "The name of that database in the data map (app).", "NAME"),
            Argument(("--name",), "The name of the service in the policy.", "NAME"),
        ),
        "Never writes over a file that is there: what exists is left as it is, what is missing is made.",
        ("waarborg init", "waarborg init --url env:APP_DATABASE"),
    ),
    Command(
        "scan",
        "begin",
        "See whose data is where in your own database, with nothing else set up. Reads only.",
        "scan:run",
        (
            Argument(
                ("where",),
                "A database (postgresql://…, mariadb://…, sqlite:///…, or env:NAME, file:PATH, command:WORDS that "
                "gives its address), an SQLite file, or a folder or file of logs or mail.",
                "WHERE",
                file=True,
            ),
            Argument(("--name",), "The name of this place in the data map (app).", "NAME"),
            Argument(
                ("--output", "-o"), "Write the data map here; a map that is there keeps every word.", "FILE", file=True
            ),
            Argument(
                ("--merge",), "Merge into this data map, which keeps every decision and comment.", "FILE", file=True
            ),
            Argument(("--svg",), "Draw the map as a picture.", "FILE", file=True),
            Argument(("--ask",), "Walk through the questions; the answers are written to the map.", flag=True),
            Argument(("--by",), "Who answers; the account you are logged in with if not given.", "NAME"),
            Argument(("--rows",), "Rows of each table to look at (200); 0 goes by names and types alone.", "N"),
        ),
        "Polite to production: a bounded sample of each table, no statement over five seconds, no lock, nothing "
        "written; a replica and a read-only account are enough. A password in the address is used and forgotten.",
        (
            "waarborg scan env:APP_DATABASE",
            "waarborg scan env:APP_DATABASE -o datamap.yaml --svg datamap.svg",
            "waarborg scan env:APP_DATABASE -o datamap.yaml --ask",
            "waarborg scan env:APP_DATABASE --merge datamap.yaml",
        ),
    ),
    Command(
        "snapshot",
        "begin",
        "Write what the databases look like to a file to commit, so that a check needs no database. No value in it.",
        "snapshot:run",
        (
            Argument(("--output", "-o"), "The file to write (snapshot.json).", "FILE", file=True),
            Argument(("--check",), "Write nothing; exit with 1 when the file is not what is there.", flag=True),
        ),
        examples=("waarborg snapshot", "waarborg snapshot && waarborg snapshot --check"),
    ),
    Command(
        "check",
        "begin",
        "Check policy and data map: by themselves, against each other, against the databases or their snapshot.",
        "check:run",
        (
            Argument(
                ("--offline",), "Leave the databases out: the committed snapshot.json stands for them.", flag=True
            ),
            Argument(("--snapshot",), "Check against this snapshot; leaves the databases out.", "FILE", file=True),
            Argument(("--since",), "Tell what changed since this older snapshot.", "FILE", file=True),
            Argument(("--format",), "How to print the findings (text).", choices=("text", "json", "sarif", "junit")),
            Argument(("--output", "-o"), "The file for json, sarif or junit.", "FILE", file=True),
        ),
        "For every push: exits with 0 when there is no error among the findings, with 1 when there is, with 2 when "
        "it could not be run.",
        ("waarborg check", "waarborg check --offline --format sarif -o check.sarif"),
    ),
    Command(
        "doctor",
        "begin",
        "Prove that everything a plan needs is in place: connections, rights, keys, clock, evidence.",
        "doctor:run",
        (
            Argument(
                ("--prepare",), "Make the table of applied plans in the stores that allow it (marker: true).", flag=True
            ),
        ),
        examples=("waarborg doctor",),
    ),
    Command(
        "grants",
        "begin",
        "Print the least rights an account needs, as SQL for each store: to scan, to plan, to apply.",
        "grants:run",
        (
            Argument(("--role",), "Only this role.", choices=("scan", "plan", "apply")),
            Argument(("--account",), "The account the rights are for (waarborg).", "NAME"),
        ),
        "Derived from the data map: only the tables, columns and kinds of change that a plan could ever need.",
        ("waarborg grants", "waarborg grants --role apply --account privacy"),
    ),
    Command(
        "plan",
        "request",
        "Show what erasing somebody would do: what goes, what stays, why, and until when. Touches nothing.",
        "requests:plan",
        (*PEOPLE, Argument(("--explain",), "Say for each line where it was decided: file and line.", flag=True), BRIEF),
        "The plan is the dry run. It is kept sealed until its request is closed; approve it by its id.",
        (
            "waarborg plan --email jan@voorbeeld.example",
            "waarborg plan --identifier customer_number=1042 --explain",
            "waarborg plan --people leavers.csv",
            "pass show leaver | waarborg plan --stdin",
        ),
    ),
    Command(
        "approve",
        "request",
        "Approve exactly this plan: these people, tables and treatments, and so many rows at most.",
        "requests:approve",
        (PLAN, Argument(("--by",), "Who approves; the account you are logged in with if not given.", "NAME")),
        "The name is kept as a keyed hash.",
        ("waarborg approve 8f3c21d0",),
    ),
    Command(
        "apply",
        "request",
        "Carry out an approved plan. Safe to run again after anything that went wrong.",
        "requests:apply",
        (PLAN, BRIEF),
        "Refuses (exit code 3) when what was approved is no longer what is there.",
        ("waarborg apply 8f3c21d0",),
    ),
    Command(
        "verify",
        "request",
        "Plan again with everything frozen: is anything left but what the plan kept?",
        "requests:verify",
        (PLAN, Argument(("--no-leftovers",), "Leave out the search of every column that follows.", flag=True)),
        "Rows that were born meanwhile are treated under the same approval. Then every column of every store is "
        "searched for these people (see leftovers).",
        ("waarborg verify 8f3c21d0",),
    ),
    Command(
        "leftovers",
        "request",
        "Search every column of every store for the people of a plan that was carried out.",
        "leftovers:run",
        (PLAN,),
        "Mapped or not, and inside JSON, base64, gzip and serialised cells. A hit is explained by a row and column that "
        "the plan keeps, ignored by a dated decision, ambiguous where somebody else has the same identifier; anything "
        "else is unexplained, and the exit code is 1.",
        ("waarborg leftovers 8f3c21d0",),
    ),
    Command(
        "answer",
        "request",
        "Answer a person: everything we have of them (access), or what an erasure did.",
        "answer:run",
        (
            Argument(("plan",), "An erasure plan to answer for; leave it out for access.", "PLAN", many="?"),
            *PEOPLE,
            Argument(("--output", "-o"), "The file to write; - for standard output.", "FILE", file=True),
        ),
        "Access (Art. 15) writes JSON: data, purposes, recipients, terms and rights; other people's columns are "
        "withheld. With a plan, the answer says what went, what stays, why, and until when.",
        (
            "waarborg answer --email jan@voorbeeld.example -o answer.json",
            "waarborg answer 8f3c21d0 --lang nl",
        ),
    ),
    Command(
        "close",
        "request",
        "The request is done: destroy its sealed plans and keys.",
        "requests:close",
        (PLAN,),
        examples=("waarborg close 8f3c21d0",),
    ),
    Command(
        "retention plan",
        "request",
        "Show what each retention rule would take now, and what stays. Touches nothing.",
        "retention:plan",
        (RULE, TERMS, BRIEF),
        examples=("waarborg retention plan", "waarborg retention plan --rule invoices --brief"),
    ),
    Command(
        "retention run",
        "request",
        "Carry out the retention rules: what is past its term goes, what a law kept until now comes back.",
        "retention:run",
        (RULE, TERMS),
        "A rule's first run, and one that takes more than the rule declares, waits: approve its plan, and run again. "
        "Exits with 1 while something waits.",
        ("waarborg retention run", "waarborg retention run --rule invoices"),
    ),
    Command(
        "retention forecast",
        "look",
        "Say how many rows go in which month, under which rule.",
        "retention:show_forecast",
        (MONTHS, TERMS),
        examples=("waarborg retention forecast --months 24",),
    ),
    Command(
        "retention calendar",
        "look",
        "Draw the retention calendar as SVG.",
        "retention:calendar",
        (
            MONTHS,
            TERMS,
            Argument(("--output", "-o"), "The file to write; standard output if not given.", "FILE", file=True),
        ),
        examples=("waarborg retention calendar -o calendar.svg",),
    ),
    Command("plans", "look", "List the plans that are open, and what each waits for.", "requests:listing"),
    Command(
        "show",
        "look",
        "Show an open plan again.",
        "requests:show",
        (PLAN, Argument(("--explain",), "Say for each line where it was decided: file and line.", flag=True), BRIEF),
    ),
    Command(
        "explain",
        "look",
        "Say what can happen to a table, by which rule, and where that was decided.",
        "explain:run",
        (Argument(("table",), "A table of the data map: store.table.", "TABLE"),),
        examples=("waarborg explain app.comment",),
    ),
    Command(
        "graph",
        "look",
        "Draw the data map as SVG: stores, tables, people, links.",
        "graph:run",
        (Argument(("--output", "-o"), "The file to write; standard output if not given.", "FILE", file=True),),
        examples=("waarborg graph -o datamap.svg",),
    ),
    Command(
        "notice",
        "tell",
        "Write the policy as the notice people read (Art. 13, or 14 for data from elsewhere).",
        "notice:notice",
        (
            LANGUAGE,
            Argument(("--format",), "The form (html).", choices=("html", "md", "txt", "pdf")),
            Argument(("--elsewhere",), "The variant for people whose data came from others (Art. 14).", flag=True),
            FOLDER,
        ),
        "What the law asks a notice to hold and the policy lacks stops it, item by item.",
        ("waarborg notice -o public", "waarborg notice --language nl --format md"),
    ),
    Command(
        "changes",
        "tell",
        "Write what changes between an earlier version of the policy and this one, and how much it matters.",
        "notice:changes",
        (
            Argument(("old",), "The policy file of the earlier version.", "FILE", file=True),
            LANGUAGE,
            Argument(("--format",), "The form (html).", choices=("html", "md", "txt", "pdf")),
            FOLDER,
        ),
        examples=("waarborg changes policy-2026-12-01.yaml -o public",),
    ),
    Command(
        "record",
        "tell",
        "Write the record of processing (Art. 30(1)).",
        "notice:record",
        (LANGUAGE, Argument(("--format",), "The form (html).", choices=("html", "md", "csv", "pdf")), FOLDER),
        examples=("waarborg record --language en --format csv",),
    ),
    Command(
        "package",
        "request",
        "Make the package a person gets from an access answer: it opens offline, with JSON and CSV beside it.",
        "notice:package",
        (
            Argument(("answer",), "The file that `waarborg answer` wrote.", "FILE", file=True),
            Argument(("--language",), "The person's language; else the policy's first.", choices=("nl", "en", "fr")),
            Argument(("--portable",), "Only what the person provided, to take elsewhere (Art. 20).", flag=True),
            Argument(("--output", "-o"), "The new folder, or zip file, to write.", "FILE", file=True),
        ),
        "Secrets and other people's data stay out; the command stops where it cannot be sure.",
        ("waarborg package answer.json -o answer.zip", "waarborg package answer.json --portable -o mine"),
    ),
    Command(
        "evidence verify",
        "prove",
        "Verify the evidence: nothing dropped, edited, reordered, back-dated or put back.",
        "evidence:verify",
        (
            Argument(("bundle",), "A bundle to verify instead of the log of this folder.", "FILE", many="?", file=True),
            Argument(("--trust",), "A public key you trust (hexadecimal). Needed for a bundle.", "KEY", repeat=True),
            Argument(("--seen",), "A file with a head you kept from before.", "FILE", file=True),
        ),
        examples=("waarborg evidence verify", "waarborg evidence verify bundle.jsonl --trust KEY"),
    ),
    Command(
        "evidence export",
        "prove",
        "Write the whole log to one file that anybody can verify without us.",
        "evidence:export",
        (Argument(("file",), "The new file.", "FILE", file=True),),
        examples=("waarborg evidence export bundle.jsonl",),
    ),
    Command(
        "evidence receipt",
        "prove",
        "Write the receipt with which one person can prove that the entries are theirs.",
        "evidence:receipt",
        (PLAN, Argument(("--output", "-o"), "The file (for one person) or the folder (for many).", "FILE", file=True)),
        examples=("waarborg evidence receipt 8f3c21d0 -o receipt.jws",),
    ),
    Command(
        "evidence head", "prove", "Print the last signed head and the public key: keep them elsewhere.", "evidence:head"
    ),
    Command(
        "promises",
        "prove",
        "List every promise of the policy: kept, broken or not yet shown, by which check, with its evidence.",
        "promises:run",
        (
            Argument(("promise",), "Only these: the path of an entry, or a promise it names.", "PROMISE", many="*"),
            Argument(
                ("--list",), "A file with a list of promises to hold the policy against, both ways.", "FILE", file=True
            ),
            Argument(("--offline",), "Leave the databases out: what only they can show is not shown.", flag=True),
            Argument(("--strict",), "Exit with 1 as well while a promise is not yet shown.", flag=True),
        ),
        "Exits with 1 when a promise is broken. What no program can see is kept by an attestation, until its day.",
        ("waarborg promises", "waarborg promises retention.invoices", "waarborg promises --json"),
    ),
    Command(
        "attest",
        "prove",
        "Confirm a promise that no program can see, with a document, until a day.",
        "registers:attest",
        (
            Argument(("promise",), "The path of the policy's entry, or a promise that one entry names.", "PROMISE"),
            Argument(("--document",), "The document that shows it; its SHA-256 is kept.", "FILE", file=True),
            Argument(("--until",), "The last day on which it counts.", "DATE"),
            Argument(("--by",), "Who confirms it; the account you are logged in with if not given.", "NAME"),
        ),
        "The document stays where it is. After its last day the promise is broken, until it is confirmed again.",
        ("waarborg attest measures.datacentre --document iso27001.pdf --until 2027-06-30",),
    ),
    Command(
        "disclose",
        "registers",
        "Write down that data of somebody was handed over: to whom, which, when, on what ground.",
        "registers:disclose",
        (
            *PEOPLE,
            Argument(("--to",), "The recipient of the policy that got it.", "RECIPIENT"),
            Argument(("--purpose",), "The purpose of the policy it got it for.", "PURPOSE"),
            Argument(
                ("--data",), "The data that was handed over (account.email). Repeat it for more.", "DATA", repeat=True
            ),
            Argument(("--on",), "The day; today if not given.", "DATE"),
            Argument(("--document",), "The order, request or instruction; its SHA-256 is kept.", "FILE", file=True),
            Argument(("--ground",), "An exceptional ground of the policy (disclosures), in place of --to.", "GROUND"),
            Argument(("--who",), "Exceptional: who got it.", "NAME"),
            Argument(("--by",), "Exceptional: who decided.", "NAME"),
            Argument(("--reason",), "Exceptional: why, where there is no document.", "TEXT"),
            Argument(("--silent-until",), "Exceptional: the person may not be told before the day after this.", "DATE"),
            Argument(("--silent-law",), "Exceptional: the law that forbids it.", "ARTICLE"),
            Argument(
                ("--log",),
                "A CSV file with a hand-over on each line: recipient, purpose, data, on, and kinds of identifier.",
                "FILE",
                file=True,
            ),
        ),
        "Refused where the policy does not promise it: another recipient, another purpose, more data, an agreement or "
        "safeguard that ended. Access answers name who really got a person's data, and when.",
        (
            "waarborg disclose --to mail_provider --purpose service --data account.email --email jan@voorbeeld.example",
            "waarborg disclose --log campaign.csv",
            "waarborg disclose --ground law --who Politie --by 'privacy officer' --document order.pdf --data account --email jan@voorbeeld.example",
        ),
    ),
    Command(
        "recipients",
        "registers",
        "Show which recipients must be told of what was done for a request, and write down that they were.",
        "registers:recipients",
        (
            Argument(("plan",), "A plan; everything that waits for an answer if not given.", "PLAN", many="?"),
            Argument(("recipient",), "The recipient that was told, or answered.", "RECIPIENT", many="?"),
            Argument(
                ("--state",),
                "What happened (told). impossible: it cannot be told, or only with disproportionate effort.",
                choices=("told", "confirmed", "impossible"),
            ),
            Argument(("--document",), "The message or the reply; its SHA-256 is kept.", "FILE", file=True),
        ),
        "Whoever has data that was erased, corrected or restricted is told (Art. 19). Exits with 1 while one is not.",
        (
            "waarborg recipients",
            "waarborg recipients 8f3c21d0",
            "waarborg recipients 8f3c21d0 mail_provider --state confirmed",
        ),
    ),
    Command(
        "completion",
        "begin",
        "Print the completion script for your shell.",
        "completion:run",
        (Argument(("shell",), "The shell.", choices=("bash", "zsh", "fish")),),
        examples=('eval "$(waarborg completion bash)"',),
    ),
)
