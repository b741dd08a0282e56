"""Attack 18: secrets in an export (password hashes, tokens, second-factor seeds).

The canaries stand in a column the map calls secret, in one nobody declared, and, worst, in one that is declared as
ordinary data by mistake. Each stops the package before anything of it is left, and the message shows no value.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.notice_kit import MAP, section, taakveld, written

from waarborg.notice import answer
from waarborg.notice.package import Package, write_package
from waarborg.notice.words import NoticeError

BCRYPT = "$2b$12$" + "abcdefghijklmnopqrstuv" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ01234"
HASHES = [
    BCRYPT,
    "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA",
    "pbkdf2_sha256$600000$saltsaltsalt$2Nw3kq0m4mJj0iYkq3Vq3n1b0v9q8w7e6r5t4y3u2i1=",
    "$6$rounds=5000$saltsalt$" + "h" * 60,
    "{SSHA}9fX0dEhzkO1Tn3dQ0m2mJj0iYkq3Vq3n",
    "otpauth://totp/Taakveld:noor?secret=KANARIEKANARIE",
    "-----BEGIN PRIVATE KEY-----\nKANARIE\n-----END PRIVATE KEY-----",
]


def make(folder: Path, text: str) -> Package:
    (folder / "answer.json").write_text(text, encoding="utf-8")
    return write_package(folder / "answer.json", folder / "package", taakveld(), MAP, "nl")


def test_attack_18_a_secret_column_stops_the_package(tmp_path: Path) -> None:
    text = written((section("app.member", "email", "password_hash"), [[("noor@post.example", "kanarie")]]))
    assert "kanarie" in text
    with pytest.raises(NoticeError, match=r"WB811 app\.member\.password_hash") as stopped:
        make(tmp_path, text)
    assert "kanarie" not in str(stopped.value)
    assert not (tmp_path / "package").exists()


def test_attack_18_a_column_nobody_declared_stops_the_package(tmp_path: Path) -> None:
    declared = {"app.member": {"email": "account.email", "reset": "account.reset_token"}}
    text = written((section("app.member", "email", "reset"), [[("noor@post.example", "kanarie")]]), categories=declared)
    with pytest.raises(NoticeError, match=r"WB811 app\.member\.reset"):
        make(tmp_path, text)


@pytest.mark.parametrize("secret", HASHES, ids=[one[:8] for one in HASHES])
def test_attack_18_a_hash_mapped_as_a_name_stops_the_package(tmp_path: Path, secret: str) -> None:
    text = written((section("app.member", "email", "full_name"), [[("noor@post.example", secret)]]))
    with pytest.raises(NoticeError, match=r"WB812 app\.member\.full_name") as stopped:
        make(tmp_path, text)
    assert secret not in str(stopped.value)
    assert not (tmp_path / "package").exists()


def test_attack_18_without_the_look_at_values_it_comes_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "HASHES", __import__("re").compile(r"(?!)"))
    made = make(tmp_path, written((section("app.member", "email", "full_name"), [[("noor@post.example", BCRYPT)]])))
    assert BCRYPT in (made.folder / "index.html").read_text()


def test_attack_18_ordinary_texts_about_secrets_pass(tmp_path: Path) -> None:
    text = f"Mijn wachtwoord begon met {BCRYPT[:7]}, en kostte $6 per maand."
    assert make(tmp_path, written((section("app.comment", "body"), [[(text,)]]))).rows == 1
