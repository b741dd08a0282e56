"""People of Taakveld that checks are about, found in its database, and canaries planted as its application would."""

from __future__ import annotations

from typing import NamedTuple

from tests.promises.kit import Unusable, World

CANARY = "Kanarie-7f3a"
"""A word that stands nowhere in the example."""


class Member(NamedTuple):
    """Somebody with an account."""

    id: int
    email: str
    name: str


def member(world: World, clause: str = "1 = 1") -> Member:
    """A member whose name nobody else has, and of whom the clause (about `m`) is true."""
    found = world.sql(
        "SELECT m.id, m.email, m.full_name FROM member m WHERE m.id > 0 AND m.closed_at IS NULL"
        f" AND (SELECT count(*) FROM member o WHERE o.full_name = m.full_name) = 1 AND {clause} ORDER BY m.id LIMIT 1"
    )
    if not found:
        raise Unusable(f"nobody in the example of whom: {clause}")
    return Member(*found[0])


def author(world: World) -> Member:
    """Somebody who wrote a comment on a task that others have too."""
    return member(
        world,
        "EXISTS (SELECT 1 FROM comment c JOIN task t ON t.id = c.task_id JOIN project_member p"
        " ON p.project_id = t.project_id WHERE c.author_id = m.id AND p.member_id <> m.id)",
    )


def task_of(world: World, who: Member) -> int:
    """A task on which somebody wrote."""
    return int(world.one("SELECT task_id FROM comment WHERE author_id = ? ORDER BY id", who.id))


def comment(world: World, who: Member, body: str, id: int = 90001) -> int:
    """A comment of theirs, planted; its id."""
    world.insert("comment", id=id, task_id=task_of(world, who), author_id=who.id, body=body)
    return id


def shown(answer: dict[str, object], table: str) -> list[dict[str, object]]:
    """The rows that an access answer gives of a table."""
    parts: list[dict[str, object]] = answer["data"]  # type: ignore[assignment]
    return [row for part in parts if part["table"] == table for row in part["rows"]]  # type: ignore[attr-defined]


def letter(world: World, plan: str, language: str = "en") -> str:
    """The answer to an erasure, as one line of text."""
    return " ".join(world.run("answer", plan, "--lang", language).out.split())
