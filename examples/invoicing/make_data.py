"""Fills the database of Pennestreek (a fictitious company) with plausible people, Flemish and French-speaking.

    python -m examples.invoicing pennestreek.db --people 200 --files .

The same seed gives the same rows on SQLite, PostgreSQL and MariaDB, and the same bytes in the logs and uploads that
`--files` asks for. Everything is generated one by one, so a million people need no more memory than two hundred.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from ..making import engines
from ..making.engines import Made, Row
from . import billing, customers, helpdesk, logs, traces
from .world import INVOICES_EACH, PER_ORGANISATION, RELATIONS_EACH, World

Maker = Callable[[World], Iterator[Row]]
TABLES: Sequence[tuple[str, str, Maker]] = (
    (
        "organisation",
        "id kind name address vat_number iban iban_compact peppol_id language owner_id group_id last_vat_year_end "
        "created_at closed_at",
        customers.organisations,
    ),
    (
        "person",
        "id organisation_id kind first_name last_name email email_lower mobile phone job language password_hash "
        "totp_seed invited_by last_ip last_seen_at created_at closed_at",
        customers.people,
    ),
    ("person_email", "person_id email confirmed", customers.person_emails),
    ("access", "organisation_id person_id role granted_by granted_at", customers.accesses),
    ("access_right", "organisation_id person_id module remark", customers.access_rights),
    ("subscription", "id organisation_id plan contact_id started_on ended_on", customers.subscriptions),
    (
        "subscription_invoice",
        "id number organisation_id person_id name address vat_number email iban iban_compact amount_cents issued_on "
        "vat_year_end",
        customers.subscription_invoices,
    ),
    ("bank_link", "id organisation_id holder iban iban_compact token linked_by linked_at", customers.bank_links),
    (
        "relation",
        "id organisation_id kind name email phone address vat_number iban iban_compact merged_into created_by "
        "last_invoice_on",
        billing.relations,
    ),
    ("relation_contact", "id relation_id full_name email phone last_used_on", billing.relation_contacts),
    ("relation_note", "id relation_id author_id watchers body written_at", billing.relation_notes),
    ("product", "id organisation_id name price_cents", billing.products),
    (
        "invoice",
        "id organisation_id number relation_id contact_id buyer_name buyer_address buyer_vat buyer_email attention "
        "remark credit_of amount_cents created_by issued_on vat_year_end",
        billing.invoices,
    ),
    ("invoice_line", "invoice_id line description amount_cents", billing.invoice_lines),
    ("payment", "id invoice_id paid_on amount_cents holder iban iban_compact message", billing.payments),
    ("reminder", "id invoice_id to_email body sent_at", billing.reminders),
    ("peppol_delivery", "id invoice_id envelope state sent_at", billing.peppol_deliveries),
    ("attachment", "id holder_type holder_id uploaded_by file_name bytes uploaded_at", billing.attachments),
    ("text_template", "id organisation_id name body created_by", billing.text_templates),
    ("mail_log", "from_email to_email cc_email subject opened_ip sent_at", helpdesk.mail_log),
    ("mailing_list", "id name", helpdesk.mailing_lists),
    ("mailing_list_member", "list_id email name added_at", helpdesk.mailing_list_members),
    ("marketing_permission", "id email channel allowed via decided_at", helpdesk.marketing_permissions),
    ("segment", "name derived_from", helpdesk.segments),
    ("person_segment", "person_id segment score derived_from built_at", helpdesk.person_segments),
    ("help_article", "id language title body author_id updated_at", helpdesk.help_articles),
    ("help_feedback", "id article_id email helped remark given_at", helpdesk.help_feedback),
    ("ticket", "id email name subject browser handled_by opened_at closed_at", helpdesk.tickets),
    ("ticket_message", "id ticket_id body sent_at", helpdesk.ticket_messages),
    ("survey_answer", "id survey meta answer given_at", helpdesk.survey_answers),
    ("session", "token person_id ip_address browser device created_at", traces.sessions),
    ("login_attempt", "username ip_address browser succeeded at", traces.login_attempts),
    ("activity", "id actor object action ip_address at", traces.activities),
    ("api_call", "id route context ip_address at", traces.api_calls),
    ("device", "id person_id name push_token last_used_at", traces.devices),
    ("schema_migration", "version applied_at", traces.migrations),
)


def make(
    target: str,
    people: int = 200,
    seed: int = 1,
    *,
    files: str | Path = "",
    per_organisation: int = PER_ORGANISATION,
    relations_each: int = RELATIONS_EACH,
    invoices_each: int = INVOICES_EACH,
) -> int:
    """Make the tables in an empty database and fill them; gives the number of rows. See `engines.fill` for `target`.

    With `files`, the logs and the uploads are written into that folder as well.
    """
    world = World(max(people, 1), seed, per_organisation, relations_each, invoices_each)
    made = (Made(name, columns, partial(maker, world)) for name, columns, maker in TABLES)
    rows = engines.fill(target, Path(__file__).with_name("schema.sql"), made)
    if files:
        logs.write(world, Path(files))
    return rows


def main() -> None:
    """`python -m examples.invoicing TARGET [--people N] [--seed N] [--files FOLDER]`"""
    parser = engines.arguments("Fill an empty database with the people of Pennestreek, and a folder with its logs.")
    parser.add_argument("--files", default="", help="folder for logs and uploads; without it there are none")
    given = parser.parse_args()
    print(f"{make(given.target, given.people, given.seed, files=given.files):,} rows")
