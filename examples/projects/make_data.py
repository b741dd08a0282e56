"""Fills the database of Taakveld (a fictitious company) with plausible people, Dutch and Belgian.

    python -m examples.projects taakveld.db --people 200

The same seed gives the same rows on SQLite, PostgreSQL and MariaDB. Rows are generated one by one and inserted in
blocks, so a million people need no more memory than two hundred.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from ..making import engines
from ..making.engines import Made, Row
from . import crowd, traces, work
from .world import PER_ORGANISATION, PROJECTS_EACH, TASKS_EACH, World

Maker = Callable[[World], Iterator[Row]]
TABLES: Sequence[tuple[str, str, Maker]] = (
    ("organisation", "id name mail_domain vat_number city country", crowd.organisations),
    (
        "member",
        "id organisation_id email email_lower full_name phone photo language birth_date trade password_hash totp_seed "
        "is_system last_ip last_seen_at closed_at",
        crowd.members,
    ),
    ("team", "id organisation_id name lead_id", crowd.teams),
    ("team_member", "team_id member_id role", crowd.team_members),
    ("availability", "id team_id member_id weekday hours remark", crowd.availabilities),
    ("client", "id organisation_id name city", crowd.clients),
    ("client_contact", "id client_id full_name email phone address added_by last_activity_on", crowd.client_contacts),
    (
        "project",
        "id organisation_id name description created_by contact_id contact_name contact_email created_at",
        work.projects,
    ),
    ("project_member", "project_id member_id role invited_by", work.project_members),
    ("folder", "id project_id parent_id name owner_id", work.folders),
    (
        "task",
        "id project_id folder_id parent_id title description reporter_id assignee_id due_on created_at",
        work.tasks,
    ),
    ("task_watcher", "task_id member_id", work.task_watchers),
    ("vote", "id task_id member_id points", work.votes),
    ("tag", "id organisation_id name created_by", work.tags),
    ("task_tag", "task_id tag_id tagged_by", work.task_tags),
    ("comment", "id task_id author_id reply_to body created_at", work.comments),
    ("attachment", "id holder_type holder_id uploaded_by file_name bytes", work.attachments),
    ("direct_message", "id sender_id recipient_id body sent_at", work.direct_messages),
    ("invitation", "id project_id email name token invited_by", crowd.invitations),
    ("login_attempt", "id username ip_address browser town succeeded at", traces.login_attempts),
    ("session", "token member_id ip_address browser device", traces.sessions),
    ("preference", "member_id name setting", crowd.preferences),
    ("newsletter_subscriber", "id email subscribed asked_at", crowd.newsletter_subscribers),
    (
        "invoice",
        "id number organisation_id member_id name address vat_number iban iban_compact invoice_email amount_cents "
        "issued_on fiscal_year_end",
        traces.invoices,
    ),
    ("invoice_line", "id invoice_id description amount_cents", traces.invoice_lines),
    ("support_ticket", "id email name question browser handled_by opened_at closed_at", traces.support_tickets),
    ("support_message", "id ticket_id body sent_at", traces.support_messages),
    ("activity", "id actor_id subject action ip_address at", traces.activities),
    ("notification", "id task_id meta recipients body", work.notifications),
    ("time_entry", "id task_id member_id minutes note worked_on", work.time_entries),
    ("template", "id organisation_id name body created_by", work.templates),
    ("feature_use", "member_id feature used_at", traces.feature_uses),
    ("search_log", "id member_id term at", traces.searches),
    ("coworker_score", "member_id coworker_id score seen_on", traces.coworker_scores),
    ("partner_report", "id email interest reported_at", crowd.partner_reports),
    ("schema_migration", "version", traces.migrations),
)

STAMPED = {
    "organisation": "created_at", "member": "created_at", "team_member": "joined_at", "project_member": "joined_at",
    "attachment": "created_at", "invitation": "created_at", "notification": "created_at", "session": "created_at",
    "schema_migration": "applied_at",
}  # fmt: skip
"""Columns with the moment a row was made, for tables whose makers leave it out."""


def make(
    target: str,
    people: int = 200,
    seed: int = 1,
    *,
    per_organisation: int = PER_ORGANISATION,
    projects_each: int = PROJECTS_EACH,
    tasks_each: int = TASKS_EACH,
) -> int:
    """Make the tables in an empty database and fill them; gives the number of rows. See `engines.fill` for `target`."""
    world = World(max(people, 1), seed, per_organisation, projects_each, tasks_each)
    return engines.fill(target, Path(__file__).with_name("schema.sql"), tables(world))


def tables(world: World) -> Iterator[Made]:
    """Every table with its rows, in an order that foreign keys allow."""
    for name, columns, maker in TABLES:
        stamp = STAMPED.get(name, "")
        rows = partial(stamped, world, name, maker) if stamp else partial(maker, world)
        yield Made(name, f"{columns} {stamp}", rows)


def stamped(world: World, table: str, maker: Maker) -> Iterator[Row]:
    """The rows with the moment each was made."""
    days = 60 if table == "session" else 900
    yield from ((*row, world.moment(table, number, days)) for number, row in enumerate(maker(world)))


def main() -> None:
    """`python -m examples.projects TARGET [--people N] [--seed N]`"""
    given = engines.arguments("Fill an empty database with the people of Taakveld.").parse_args()
    print(f"{make(given.target, given.people, given.seed):,} rows")
