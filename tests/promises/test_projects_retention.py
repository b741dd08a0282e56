"""Taakveld's promises about how long data stays, and what comes of it."""

from __future__ import annotations

from tests.promises.kit import World, edit, promise

AS_THEIRS = "{belongs_to: app.member, by: author_id, on_erasure: stand_in}"
AS_OTHERS = "{visible_to: app.member, by: author_id, on_erasure: keep}"


def author(world: World) -> tuple[int, str, str]:
    """Somebody who wrote a comment that others still need."""
    return world.sql(
        "SELECT m.id, m.email, m.full_name FROM member m JOIN comment c ON c.author_id = m.id JOIN task t"
        " ON t.id = c.task_id JOIN project_member p ON p.project_id = t.project_id AND p.member_id <> m.id"
        " WHERE m.id > 0 AND (SELECT count(*) FROM member o WHERE o.full_name = m.full_name) = 1 ORDER BY m.id"
    )[0]  # type: ignore[return-value]


@promise(
    "projects.14",
    sabotage=edit(
        "datamap.yaml",
        "belongs_to: app.member, by: author_id, on_erasure: stand_in",
        "visible_to: app.member, by: author_id, on_erasure: keep",
    ),
)
def test_projects_14_contributions_stay_without_the_name(world: World) -> None:
    number, email, name = author(world)
    task = world.one("SELECT task_id FROM comment WHERE author_id = ?", number)
    world.insert("comment", id=90001, task_id=task, author_id=number, body=f"Kanarie zingt. Groet, {name} ({email})")
    assert world.where(email)
    world.erase(email)
    body, now = world.sql("SELECT body, author_id FROM comment WHERE id = 90001")[0]
    assert body.startswith("Kanarie zingt.")
    assert now != number
    assert "member.full_name" not in world.where(name)
    assert email not in body
    assert name not in body
