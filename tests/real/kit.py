"""What the recipes of the real applications share: people, packages, processes, pages.

A *recipe* installs an application that others wrote, lets its own migrations make the schema and
enters data through the application's own code. Nothing of such an application is kept in this
repository: recipes take it from Debian or PyPI when they run.
"""

from __future__ import annotations

import hashlib
import http.cookiejar
import json
import os
import re
import shutil
import socket
import subprocess
import time
import unicodedata
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PASSWORD = "Correct-horse-9-battery"
COUNT = 60


class Unavailable(RuntimeError):
    """The machine lacks something a recipe cannot bring along; says what, why and what to do."""


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up person as every recipe enters them.

    `number` counts from 1; `role` is what the recipe gave them (`admin`, `member`, `locked`, `guest` …);
    `identifiers` is kind to value, as known to the application (e-mail as written there).
    """

    number: int
    given: str
    family: str
    role: str
    identifiers: Mapping[str, str] = field(repr=False)

    @property
    def name(self) -> str:
        """Given and family name with a space, the way applications show it."""
        return f"{self.given} {self.family}"


@dataclass(frozen=True, slots=True)
class Page:
    """One opened page: who opened it, its path, and the HTTP status after redirects."""

    viewer: str
    path: str
    status: int


@dataclass(frozen=True, slots=True)
class Deployment:
    """A filled application.

    `url` is the SQLAlchemy URL of its database. `pages(viewer)` boots the application, opens its main pages
    as `viewer` (a person that still exists; default: the last member) and as its admin, and raises `PageError`
    when one shows an error. `reset()` puts the data back as they were right after filling, files included;
    `drop()` removes the database. `files` are roots outside the database that hold personal data.
    """

    name: str
    url: str
    people: tuple[Person, ...] = field(repr=False)
    pages: Callable[[Person | None], list[Page]]
    reset: Callable[[], None]
    drop: Callable[[], None]
    files: tuple[Path, ...] = ()
    notes: str = ""


class PageError(AssertionError):
    """A page of the application shows an error; carries viewer, path and the first words of what it says."""


# --- people -------------------------------------------------------------------------------------------------

_GIVEN = (  # noqa: SIM905 - a list of quoted words reads worse
    "Sanne Daan Fleur Bram Noor Thijs Lotte Sem Iris Jesse Maud Ruben Eva Luuk Femke Niels Anouk Koen Roos Joris "
    "Zoë Björn Chloé Jürgen Amélie Søren Aylin Mehmet Fatima Youssef Mei Hiro Oluwaseun Siobhán Łukasz Inês João Ines"
).split(" ")
_FAMILY = (  # noqa: SIM905
    "de Vries|van den Berg|Bakker|Visser|Smit|Meijer|de Boer|Mulder|Bos|Vos|Peters|Hendriks|van Dijk|Dekker|Brouwer|"
    "Dijkstra|Koster|Kuipers|Post|Jonker|O'Brien|D'Angelo|Yılmaz|El Amrani|Nakamura|Adeyemi|Ní Bhriain|Wiśniewski|"
    "Müller-Lüdenscheidt|Østergaard"
).split("|")


def ascii_word(text: str) -> str:
    """The text in lower-case ASCII letters and digits only, for logins and mailbox names."""
    plain = text.translate(str.maketrans("øØłŁı", "oOlLi"))
    flat = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]", "", flat)


def names(count: int = COUNT) -> list[tuple[int, str, str, str, str]]:
    """`count` made-up people as (number, given, family, login, e-mail); always the same ones.

    On purpose among them: two people of one name (11 and 12), an address that is the tail of another (13 and
    14), a plus-address (15), capitals in the address (16), and a given name that is an ordinary word (`Roos`).
    """
    people = []
    for n in range(1, count + 1):
        given, family = _GIVEN[(n * 7) % len(_GIVEN)], _FAMILY[(n * 11) % len(_FAMILY)]
        login = f"{ascii_word(given)[:1]}{ascii_word(family)[:12]}{n}"
        mail = f"{ascii_word(given)}.{ascii_word(family)}{n}@{('lijnwerk', 'kaartje', 'polderpost')[n % 3]}.example"
        people.append((n, given, family, login, mail))
    twin = people[10]
    people[11] = (12, twin[1], twin[2], people[11][3], f"{ascii_word(twin[1])}.twin12@kaartje.example")
    people[12] = (13, people[12][1], people[12][2], people[12][3], "jan@lijnwerk.example")
    people[13] = (14, people[13][1], people[13][2], people[13][3], "mirjan@lijnwerk.example")
    n, given, family, login, mail = people[14]
    people[14] = (n, given, family, login, mail.replace("@", "+work@"))
    n, given, family, login, mail = people[15]
    people[15] = (n, given, family, login, mail[0].upper() + mail[1:])
    return people


def phone(number: int) -> str:
    """A number in the shape of a Dutch mobile, in one of three spellings."""
    return (f"06-555{number:05d}", f"+316555{number:05d}", f"0031 6 555 {number:05d}")[number % 3]


# --- packages and processes ---------------------------------------------------------------------------------


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: str | None = None,
    timeout: float = 300,
) -> str:
    """Run a command to its end and return what it printed; its first and last lines are in the error if it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        text=True,
        input=stdin,
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    if done.returncode:
        lines = (done.stdout + "\n" + done.stderr).strip().splitlines()
        shown = "\n".join(lines if len(lines) < 30 else [*lines[:12], "[…]", *lines[-12:]])
        raise RuntimeError(f"{Path(str(command[0])).name} ended with {done.returncode}:\n{shown}")
    return done.stdout


def ensure_debian(packages: Sequence[str], preseed: str = "") -> None:
    """Install Debian packages that are missing (none asked for when all are there).

    Raises `Unavailable` without apt or without the right to install.
    """
    missing = [name for name in packages if not _is_installed(name)]
    if not missing:
        return
    wanted = " ".join(missing)
    if shutil.which("apt-get") is None:
        raise Unavailable(f"needs the Debian packages {wanted}; this machine has no apt-get. Run it on Debian 12.")
    if os.geteuid() != 0:
        raise Unavailable(f"needs the Debian packages {wanted}. Install them as root: apt-get install {wanted}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    if preseed:
        run(["debconf-set-selections"], stdin=preseed, env=quiet)
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300", *packages]
    try:
        run(install, env=quiet, timeout=900)
    except RuntimeError:  # an old package list names files that are gone: fetch the list once, try once more
        run(["apt-get", "update", "-q"], env=quiet, timeout=300)
        run(install, env=quiet, timeout=900)


def _is_installed(package: str) -> bool:
    done = (
        subprocess.run(["dpkg-query", "-W", "-f=${Status}", package], capture_output=True, text=True, check=False)
        if shutil.which("dpkg-query")
        else None
    )
    return done is not None and done.stdout.strip().endswith(" installed")


def free_port() -> int:
    """A port of 127.0.0.1 that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    command: Sequence[str | Path],
    port: int,
    log: Path,
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Iterator[None]:
    """Run a server until the block ends; enters when the port answers, and always ends the process."""
    with log.open("ab") as sink:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdout=sink,
            stderr=sink,
            stdin=subprocess.DEVNULL,
        )
        try:
            _wait_for(process, port, log)
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended at once; its log: {log.read_text(errors='replace')[-1500:]}")
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"nothing answers on port {port} after 60 s; log: {log.name}")


# --- pages --------------------------------------------------------------------------------------------------


class Browser:
    """A person at a keyboard, roughly: keeps cookies, follows redirects, sends forms."""

    def __init__(self, base: str, viewer: str = "visitor") -> None:
        self.base, self.viewer = base, viewer
        self.jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Open a path; returns (status, text)."""
        return self._open(urllib.request.Request(self.base + path, headers=self._headers(headers)))  # noqa: S310 - http

    def post(
        self, path: str, form: Mapping[str, str] | Sequence[tuple[str, str]], headers: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        """Send a form; returns (status, text) after redirects."""
        data = urllib.parse.urlencode(form).encode()
        return self._open(urllib.request.Request(self.base + path, data, headers=self._headers(headers)))  # noqa: S310

    def form(self, path: str) -> dict[str, str]:
        """The hidden fields of the page at `path`: its tokens against forgery and the like."""
        _, text = self.get(path)
        found: dict[str, str] = {}
        for tag in re.findall(r"<input\b[^>]*>", text):
            given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
            if given.get("type") == "hidden" and "name" in given:
                found[given["name"]] = given.get("value", "")
        return found

    def page(self, path: str, *, wrong: str, right: str = "", headers: Mapping[str, str] | None = None) -> Page:
        """Open a main page; `PageError` for status 400 or more, text that matches `wrong`, or without `right`."""
        status, text = self.get(path, headers)
        bad = re.search(wrong, text)
        if status >= 400 or bad or (right and right not in text):
            why = bad.group(0) if bad else f"status {status}" if status >= 400 else f"{right!r} is missing"
            raise PageError(f"{self.viewer} {path}: {why}")
        return Page(self.viewer, path, status)

    def _headers(self, extra: Mapping[str, str] | None) -> dict[str, str]:
        return {"User-Agent": "Mozilla/5.0 (recipe)", "Referer": self.base + "/", **(extra or {})}

    def _open(self, request: urllib.request.Request) -> tuple[int, str]:
        try:
            with self._opener.open(request, timeout=60) as answer:
                return int(answer.status), answer.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode("utf-8", "replace")


# --- doing a thing once -------------------------------------------------------------------------------------


def short_id(workdir: Path) -> str:
    """Six hex digits that are the same for the same directory: two work directories never share a database."""
    return hashlib.sha256(str(workdir.resolve()).encode()).hexdigest()[:6]


def once(workdir: Path, sources: Sequence[Path], make: Callable[[], None]) -> bool:
    """Call `make` unless it already ran to its end here with these very sources; says whether it was called."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    stamp = workdir / "filled.json"
    if stamp.exists() and json.loads(stamp.read_text()).get("sources") == digest:
        return False
    stamp.unlink(missing_ok=True)
    make()
    stamp.write_text(json.dumps({"sources": digest}))
    return True


def copy_tree(source: Path, target: Path) -> None:
    """Replace `target` by a copy of `source`."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=True)


def report(deployment: Deployment, started: float) -> None:
    """Print what a recipe made, for a person who ran it by hand."""
    print(f"{deployment.name}: {len(deployment.people)} people, {deployment.url}")
    for page in deployment.pages(None):
        print(f"  {page.status} {page.viewer:10} {page.path}")
    print(f"  ready in {time.monotonic() - started:.1f} s")
