"""What the office adds to the command line. Declared here without Django, so that `waarborg --help` stays quick."""

from __future__ import annotations

from waarborg.cli.catalogue import Argument, Command

_WHERE = "waarborg.office.operate"

COMMANDS: tuple[Command, ...] = (
    Command(
        "serve",
        "office",
        "Open the office: the privacy centre and the console, with a worker beside them.",
        f"{_WHERE}.serve:serve",
        (
            Argument(("--bind",), "Where to listen (127.0.0.1:8000).", "HOST:PORT"),
            Argument(("--workers",), "Web processes: 1 on SQLite, 2 on PostgreSQL if not given.", "N"),
            Argument(("--no-worker",), "Without the worker: it runs elsewhere, by `waarborg worker`.", flag=True),
        ),
        "The folder (--dir, or WAARBORG_HOME) holds policy.yaml and datamap.yaml, or a folder with them for each "
        "deployment. The first start makes the key and the database. Settings come from the environment: see "
        "docs/how/operating.md.",
        ("waarborg serve", "waarborg serve --dir /srv/privacy --bind 127.0.0.1:8080"),
    ),
    Command(
        "worker",
        "office",
        "Do the office's work in the background: plans, erasures, answers, mail. Run as many as you like.",
        f"{_WHERE}.serve:worker",
        (Argument(("--once",), "Do what is due now, and end.", flag=True),),
        "A worker that is killed is taken over by another: every job converges.",
        ("waarborg worker", "waarborg worker --once"),
    ),
    Command(
        "office play",
        "office",
        "Open the office with two fictitious companies and people to play with.",
        f"{_WHERE}.play:run",
        (
            Argument(("folder",), "Where everything is kept (.waarborg-play).", "FOLDER", many="?", file=True),
            Argument(("--bind",), "Where to listen (127.0.0.1:8000).", "HOST:PORT"),
            Argument(("--prepare",), "Make the folder and print who there is; do not serve.", flag=True),
        ),
        "Prints addresses, accounts and links. Mail is written to a folder and goes nowhere.",
        ("waarborg office play --prepare",),
    ),
    Command(
        "office upgrade",
        "office",
        "Bring the office's database to this release. On SQLite a copy is kept first.",
        f"{_WHERE}.upgrade:run",
        (Argument(("--check",), "Change nothing; exit with 1 when there is something to do.", flag=True),),
        examples=("waarborg office upgrade", "waarborg office upgrade --check"),
    ),
    Command(
        "office account",
        "office",
        "Give somebody of the staff a role; prints the link with which they set their password.",
        f"{_WHERE}.accounts:run",
        (
            Argument(("address",), "The e-mail address to sign in with.", "EMAIL"),
            Argument(("--name",), "How the person is called.", "NAME"),
            Argument(("--role",), "What they may do.", "ROLE", choices=("privacy_officer", "support_agent", "auditor")),
            Argument(("--tenant",), "For which deployment; all of them if not given.", "NAME", repeat=True),
            Argument(("--end",), "End it: the account can no longer sign in.", flag=True),
        ),
        "The console asks everybody for a second factor at the first sign-in. Administrators of organisations are made "
        "in the console.",
        ("waarborg office account fatima@taakveld.example --name Fatima --role privacy_officer",),
    ),
    Command(
        "office jobs",
        "office",
        "List the jobs that died, and put them back in the queue.",
        f"{_WHERE}.queue:run",
        (Argument(("--requeue",), "Let this job run again; `all` for every dead one.", "JOB", repeat=True),),
        examples=("waarborg office jobs", "waarborg office jobs --requeue all"),
    ),
    Command(
        "office backup",
        "office",
        "Write everything the office knows to one file: its database, and the answers that wait for their person.",
        f"{_WHERE}.keep:backup",
        (Argument(("file",), "The file to write.", "FILE", file=True),),
        "Sealed parts stay sealed: the file is of no use without the master key, and the key is not in it. Keep both, "
        "apart. The file is a backup set: register it, so that it expires.",
        ("waarborg office backup office-2026-12-01.tar",),
    ),
    Command(
        "office restore",
        "office",
        "Bring the office back from such a file, and verify its evidence. Never writes over an office that is there.",
        f"{_WHERE}.keep:restore",
        (Argument(("file",), "The file to read.", "FILE", file=True),),
        examples=("waarborg office restore office-2026-12-01.tar",),
    ),
)
