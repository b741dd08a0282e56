-- The database of Pennestreek, online invoicing for small companies (fictitious), and of its help centre.
-- Written so that SQLite, PostgreSQL and MariaDB read it; make_data.py adds how each of them numbers rows.
-- It has the shapes that make erasing hard in real life; datamap.yaml says how each row leads to people.

-- ---- customers and their people -------------------------------------------------------------------------------

-- kind: company, association, or self_employed: then name, address, VAT number and bank account are somebody's own.
-- owner_id leads to person, but no foreign key says so (it would make a circle). group_id: the company above it.
CREATE TABLE organisation (
  id INTEGER PRIMARY KEY,
  kind VARCHAR(20) NOT NULL,
  name VARCHAR(160) NOT NULL,
  address VARCHAR(200),
  vat_number VARCHAR(20),
  iban VARCHAR(42),
  iban_compact VARCHAR(34),
  peppol_id VARCHAR(40),
  language CHAR(2) NOT NULL,
  owner_id INTEGER,
  group_id INTEGER,
  last_vat_year_end DATE NOT NULL,
  created_at TIMESTAMP NOT NULL,
  closed_at TIMESTAMP NULL,
  FOREIGN KEY (group_id) REFERENCES organisation (id)
);
CREATE INDEX organisation_by_owner ON organisation (owner_id);
CREATE INDEX organisation_by_group ON organisation (group_id);

-- Several kinds of people in one table: user (has an account), representative, contact (no account, sometimes no
-- e-mail address), staff (our help desk). A robot is none of them. id 0 is the system itself: "nobody".
-- email_lower is a copy that must go with email.
CREATE TABLE person (
  id INTEGER PRIMARY KEY,
  organisation_id INTEGER NOT NULL,
  kind VARCHAR(20) NOT NULL,
  first_name VARCHAR(80),
  last_name VARCHAR(80),
  email VARCHAR(190),
  email_lower VARCHAR(190),
  mobile VARCHAR(30),
  phone VARCHAR(30),
  job VARCHAR(60),
  language CHAR(2),
  password_hash VARCHAR(120),
  totp_seed VARCHAR(64),
  invited_by INTEGER,
  last_ip VARCHAR(45),
  last_seen_at TIMESTAMP NULL,
  created_at TIMESTAMP NOT NULL,
  closed_at TIMESTAMP NULL,
  UNIQUE (email_lower),
  FOREIGN KEY (organisation_id) REFERENCES organisation (id),
  FOREIGN KEY (invited_by) REFERENCES person (id)
);
CREATE INDEX person_by_organisation ON person (organisation_id);
CREATE INDEX person_by_email ON person (email);
CREATE INDEX person_by_inviter ON person (invited_by);
CREATE INDEX person_by_mobile ON person (mobile);

-- More addresses of one person: each of them is that person.
CREATE TABLE person_email (
  person_id INTEGER NOT NULL,
  email VARCHAR(190) NOT NULL,
  confirmed BOOLEAN NOT NULL,
  PRIMARY KEY (person_id, email),
  FOREIGN KEY (person_id) REFERENCES person (id)
);
CREATE INDEX person_email_by_email ON person_email (email);

-- An accountant works in the books of many organisations.
CREATE TABLE access (
  organisation_id INTEGER NOT NULL,
  person_id INTEGER NOT NULL,
  role VARCHAR(40) NOT NULL,
  granted_by INTEGER,
  granted_at TIMESTAMP NOT NULL,
  PRIMARY KEY (organisation_id, person_id),
  FOREIGN KEY (organisation_id) REFERENCES organisation (id),
  FOREIGN KEY (person_id) REFERENCES person (id),
  FOREIGN KEY (granted_by) REFERENCES person (id)
);
CREATE INDEX access_by_person ON access (person_id);
CREATE INDEX access_by_granter ON access (granted_by);

-- A composite reference: both columns together lead to one access.
CREATE TABLE access_right (
  organisation_id INTEGER NOT NULL,
  person_id INTEGER NOT NULL,
  module VARCHAR(40) NOT NULL,
  remark VARCHAR(200),
  PRIMARY KEY (organisation_id, person_id, module),
  FOREIGN KEY (organisation_id, person_id) REFERENCES access (organisation_id, person_id)
);

CREATE TABLE subscription (
  id INTEGER PRIMARY KEY,
  organisation_id INTEGER NOT NULL,
  plan VARCHAR(40) NOT NULL,
  contact_id INTEGER,
  started_on DATE NOT NULL,
  ended_on DATE,
  FOREIGN KEY (organisation_id) REFERENCES organisation (id),
  FOREIGN KEY (contact_id) REFERENCES person (id)
);
CREATE INDEX subscription_by_organisation ON subscription (organisation_id);
CREATE INDEX subscription_by_contact ON subscription (contact_id);

-- What Pennestreek itself bills. Kept ten years by law: name, address, VAT number, amount. iban_compact is a copy.
CREATE TABLE subscription_invoice (
  id INTEGER PRIMARY KEY,
  number VARCHAR(20) NOT NULL,
  organisation_id INTEGER NOT NULL,
  person_id INTEGER,
  name VARCHAR(160) NOT NULL,
  address VARCHAR(200) NOT NULL,
  vat_number VARCHAR(20),
  email VARCHAR(190),
  iban VARCHAR(42),
  iban_compact VARCHAR(34),
  amount_cents INTEGER NOT NULL,
  issued_on DATE NOT NULL,
  vat_year_end DATE NOT NULL,
  UNIQUE (number),
  FOREIGN KEY (organisation_id) REFERENCES organisation (id),
  FOREIGN KEY (person_id) REFERENCES person (id)
);
CREATE INDEX subscription_invoice_by_person ON subscription_invoice (person_id);

CREATE TABLE bank_link (
  id INTEGER PRIMARY KEY,
  organisation_id INTEGER NOT NULL,
  holder VARCHAR(160) NOT NULL,
  iban VARCHAR(42) NOT NULL,
  iban_compact VARCHAR(34) NOT NULL,
  token VARCHAR(64) NOT NULL,
  linked_by INTEGER NOT NULL,
  linked_at TIMESTAMP NOT NULL,
  FOREIGN KEY (organisation_id) REFERENCES organisation (id),
  FOREIGN KEY (linked_by) REFERENCES person (id)
);
CREATE INDEX bank_link_by_person ON bank_link (linked_by);

-- ---- whom they bill: companies and private people, who have no account here -----------------------------------------

-- merged_into: a relation that was entered twice. kind: company or private.
CREATE TABLE relation (
  id INTEGER PRIMARY KEY,
  organisation_id INTEGER NOT NULL,
  kind VARCHAR(20) NOT NULL,
  name VARCHAR(160) NOT NULL,
  email VARCHAR(190),
  phone VARCHAR(30),
  address VARCHAR(200),
  vat_number VARCHAR(20),
  iban VARCHAR(42),
  iban_compact VARCHAR(34),
  merged_into INTEGER,
  created_by INTEGER NOT NULL DEFAULT 0,
  last_invoice_on DATE NOT NULL,
  FOREIGN KEY (organisation_id) REFERENCES organisation (id),
  FOREIGN KEY (merged_into) REFERENCES relation (id),
  FOREIGN KEY (created_by) REFERENCES person (id)
);
CREATE INDEX relation_by_organisation ON relation (organisation_id);
CREATE INDEX relation_by_email ON relation (email);
CREATE INDEX relation_by_merged ON relation (merged_into);
CREATE INDEX relation_by_creator ON relation (created_by);

CREATE TABLE relation_contact (
  id INTEGER PRIMARY KEY,
  relation_id INTEGER NOT NULL,
  full_name VARCHAR(160) NOT NULL,
  email VARCHAR(190),
  phone VARCHAR(30),
  last_used_on DATE NOT NULL,
  FOREIGN KEY (relation_id) REFERENCES relation (id)
);
CREATE INDEX relation_contact_by_relation ON relation_contact (relation_id);
CREATE INDEX relation_contact_by_email ON relation_contact (email);

-- Names and addresses in running text; watchers is a list of ids: "3,17".
CREATE TABLE relation_note (
  id INTEGER PRIMARY KEY,
  relation_id INTEGER NOT NULL,
  author_id INTEGER NOT NULL,
  watchers VARCHAR(200) NOT NULL,
  body TEXT NOT NULL,
  written_at TIMESTAMP NOT NULL,
  FOREIGN KEY (relation_id) REFERENCES relation (id),
  FOREIGN KEY (author_id) REFERENCES person (id)
);
CREATE INDEX relation_note_by_relation ON relation_note (relation_id);
CREATE INDEX relation_note_by_author ON relation_note (author_id);

-- ---- invoices -----------------------------------------------------------------------------------------------------

CREATE TABLE product (
  id INTEGER PRIMARY KEY,
  organisation_id INTEGER NOT NULL,
  name VARCHAR(120) NOT NULL,
  price_cents INTEGER NOT NULL,
  FOREIGN KEY (organisation_id) REFERENCES organisation (id)
);
CREATE INDEX product_by_organisation ON product (organisation_id);

-- What customers bill, kept ten years by law. buyer_* are copies of the relation; attention is a contact person.
-- credit_of: the invoice that this one takes back.
CREATE TABLE invoice (
  id INTEGER PRIMARY KEY,
  organisation_id INTEGER NOT NULL,
  number VARCHAR(20) NOT NULL,
  relation_id INTEGER NOT NULL,
  contact_id INTEGER,
  buyer_name VARCHAR(160) NOT NULL,
  buyer_address VARCHAR(200) NOT NULL,
  buyer_vat VARCHAR(20),
  buyer_email VARCHAR(190),
  attention VARCHAR(160),
  remark TEXT,
  credit_of INTEGER,
  amount_cents INTEGER NOT NULL,
  created_by INTEGER NOT NULL DEFAULT 0,
  issued_on DATE NOT NULL,
  vat_year_end DATE NOT NULL,
  UNIQUE (organisation_id, number),
  FOREIGN KEY (organisation_id) REFERENCES organisation (id),
  FOREIGN KEY (relation_id) REFERENCES relation (id),
  FOREIGN KEY (contact_id) REFERENCES relation_contact (id),
  FOREIGN KEY (credit_of) REFERENCES invoice (id),
  FOREIGN KEY (created_by) REFERENCES person (id)
);
CREATE INDEX invoice_by_relation ON invoice (relation_id);
CREATE INDEX invoice_by_contact ON invoice (contact_id);
CREATE INDEX invoice_by_credit ON invoice (credit_of);
CREATE INDEX invoice_by_creator ON invoice (created_by);

CREATE TABLE invoice_line (
  invoice_id INTEGER NOT NULL,
  line INTEGER NOT NULL,
  description VARCHAR(200) NOT NULL,
  amount_cents INTEGER NOT NULL,
  PRIMARY KEY (invoice_id, line),
  FOREIGN KEY (invoice_id) REFERENCES invoice (id)
);

-- Who paid, from which account: not always who was billed.
CREATE TABLE payment (
  id INTEGER PRIMARY KEY,
  invoice_id INTEGER NOT NULL,
  paid_on DATE NOT NULL,
  amount_cents INTEGER NOT NULL,
  holder VARCHAR(160) NOT NULL,
  iban VARCHAR(42) NOT NULL,
  iban_compact VARCHAR(34) NOT NULL,
  message VARCHAR(140),
  FOREIGN KEY (invoice_id) REFERENCES invoice (id)
);
CREATE INDEX payment_by_invoice ON payment (invoice_id);

CREATE TABLE reminder (
  id INTEGER PRIMARY KEY,
  invoice_id INTEGER NOT NULL,
  to_email VARCHAR(190) NOT NULL,
  body TEXT NOT NULL,
  sent_at TIMESTAMP NOT NULL,
  FOREIGN KEY (invoice_id) REFERENCES invoice (id)
);
CREATE INDEX reminder_by_invoice ON reminder (invoice_id);
CREATE INDEX reminder_by_email ON reminder (to_email);

-- Ids inside JSON: {"by": {"person": 12}, "to": "0208:0900000147"}.
CREATE TABLE peppol_delivery (
  id INTEGER PRIMARY KEY,
  invoice_id INTEGER NOT NULL,
  envelope TEXT NOT NULL,
  state VARCHAR(20) NOT NULL,
  sent_at TIMESTAMP NOT NULL,
  FOREIGN KEY (invoice_id) REFERENCES invoice (id)
);
CREATE INDEX peppol_delivery_by_invoice ON peppol_delivery (invoice_id);

-- Two columns, holder_type and holder_id, lead to an invoice, a relation or a ticket; no foreign key can say so.
CREATE TABLE attachment (
  id INTEGER PRIMARY KEY,
  holder_type VARCHAR(20) NOT NULL,
  holder_id INTEGER NOT NULL,
  uploaded_by INTEGER,
  file_name VARCHAR(200) NOT NULL,
  bytes INTEGER NOT NULL,
  uploaded_at TIMESTAMP NOT NULL,
  FOREIGN KEY (uploaded_by) REFERENCES person (id)
);
CREATE INDEX attachment_by_holder ON attachment (holder_id, holder_type);
CREATE INDEX attachment_by_person ON attachment (uploaded_by);

CREATE TABLE text_template (
  id INTEGER PRIMARY KEY,
  organisation_id INTEGER NOT NULL,
  name VARCHAR(120) NOT NULL,
  body TEXT NOT NULL,
  created_by INTEGER NOT NULL DEFAULT 0,
  FOREIGN KEY (organisation_id) REFERENCES organisation (id),
  FOREIGN KEY (created_by) REFERENCES person (id)
);
CREATE INDEX text_template_by_creator ON text_template (created_by);

-- ---- mail and marketing -----------------------------------------------------------------------------------------

-- By value, in three columns, and without a primary key: two equal rows can stand here.
CREATE TABLE mail_log (
  from_email VARCHAR(190) NOT NULL,
  to_email VARCHAR(190) NOT NULL,
  cc_email VARCHAR(190),
  subject VARCHAR(200) NOT NULL,
  opened_ip VARCHAR(45),
  sent_at TIMESTAMP NOT NULL
);
CREATE INDEX mail_log_by_from ON mail_log (from_email);
CREATE INDEX mail_log_by_to ON mail_log (to_email);
CREATE INDEX mail_log_by_cc ON mail_log (cc_email);

CREATE TABLE mailing_list (
  id INTEGER PRIMARY KEY,
  name VARCHAR(80) NOT NULL
);

-- Somebody on a list may be a customer, or only a reader.
CREATE TABLE mailing_list_member (
  list_id INTEGER NOT NULL,
  email VARCHAR(190) NOT NULL,
  name VARCHAR(160),
  added_at TIMESTAMP NOT NULL,
  PRIMARY KEY (list_id, email),
  FOREIGN KEY (list_id) REFERENCES mailing_list (id)
);
CREATE INDEX mailing_list_member_by_email ON mailing_list_member (email);

-- allowed is empty where nobody ever asked: that is no permission.
CREATE TABLE marketing_permission (
  id INTEGER PRIMARY KEY,
  email VARCHAR(190) NOT NULL,
  channel VARCHAR(20) NOT NULL,
  allowed BOOLEAN,
  via VARCHAR(40),
  decided_at TIMESTAMP NULL,
  UNIQUE (email, channel)
);

CREATE TABLE segment (
  name VARCHAR(80) PRIMARY KEY,
  derived_from VARCHAR(200) NOT NULL
);

CREATE TABLE person_segment (
  person_id INTEGER NOT NULL,
  segment VARCHAR(80) NOT NULL,
  score INTEGER NOT NULL,
  derived_from VARCHAR(200) NOT NULL,
  built_at TIMESTAMP NOT NULL,
  PRIMARY KEY (person_id, segment),
  FOREIGN KEY (person_id) REFERENCES person (id),
  FOREIGN KEY (segment) REFERENCES segment (name)
);

-- ---- the help centre ----------------------------------------------------------------------------------------------

CREATE TABLE help_article (
  id INTEGER PRIMARY KEY,
  language CHAR(2) NOT NULL,
  title VARCHAR(200) NOT NULL,
  body TEXT NOT NULL,
  author_id INTEGER,
  updated_at TIMESTAMP NOT NULL,
  FOREIGN KEY (author_id) REFERENCES person (id)
);
CREATE INDEX help_article_by_author ON help_article (author_id);

CREATE TABLE help_feedback (
  id INTEGER PRIMARY KEY,
  article_id INTEGER NOT NULL,
  email VARCHAR(190),
  helped BOOLEAN,
  remark VARCHAR(300),
  given_at TIMESTAMP NOT NULL,
  FOREIGN KEY (article_id) REFERENCES help_article (id)
);
CREATE INDEX help_feedback_by_article ON help_feedback (article_id);
CREATE INDEX help_feedback_by_email ON help_feedback (email);

CREATE TABLE ticket (
  id INTEGER PRIMARY KEY,
  email VARCHAR(190) NOT NULL,
  name VARCHAR(160),
  subject VARCHAR(200) NOT NULL,
  browser VARCHAR(200),
  handled_by INTEGER,
  opened_at TIMESTAMP NOT NULL,
  closed_at TIMESTAMP NULL,
  FOREIGN KEY (handled_by) REFERENCES person (id)
);
CREATE INDEX ticket_by_email ON ticket (email);
CREATE INDEX ticket_by_handler ON ticket (handled_by);

CREATE TABLE ticket_message (
  id INTEGER PRIMARY KEY,
  ticket_id INTEGER NOT NULL,
  body TEXT NOT NULL,
  sent_at TIMESTAMP NOT NULL,
  FOREIGN KEY (ticket_id) REFERENCES ticket (id)
);
CREATE INDEX ticket_message_by_ticket ON ticket_message (ticket_id);

-- meta holds who answered: {"person": {"id": 12}}.
CREATE TABLE survey_answer (
  id INTEGER PRIMARY KEY,
  survey VARCHAR(80) NOT NULL,
  meta TEXT NOT NULL,
  answer VARCHAR(300) NOT NULL,
  given_at TIMESTAMP NOT NULL
);

-- ---- what arises by itself ----------------------------------------------------------------------------------------

CREATE TABLE session (
  token VARCHAR(64) PRIMARY KEY,
  person_id INTEGER NOT NULL,
  ip_address VARCHAR(45) NOT NULL,
  browser VARCHAR(200),
  device VARCHAR(80),
  created_at TIMESTAMP NOT NULL,
  FOREIGN KEY (person_id) REFERENCES person (id)
);
CREATE INDEX session_by_person ON session (person_id);

-- By value and without a primary key: what somebody typed, in whatever case.
CREATE TABLE login_attempt (
  username VARCHAR(190) NOT NULL,
  ip_address VARCHAR(45) NOT NULL,
  browser VARCHAR(200),
  succeeded BOOLEAN NOT NULL,
  at TIMESTAMP NOT NULL
);
CREATE INDEX login_attempt_by_username ON login_attempt (username);

-- One column holds model and id together: "person,12".
CREATE TABLE activity (
  id INTEGER PRIMARY KEY,
  actor VARCHAR(40) NOT NULL,
  object VARCHAR(40) NOT NULL,
  action VARCHAR(40) NOT NULL,
  ip_address VARCHAR(45),
  at TIMESTAMP NOT NULL
);
CREATE INDEX activity_by_actor ON activity (actor);

-- The log of the programming interface: who called stands in JSON, {"user": {"id": 12}}.
CREATE TABLE api_call (
  id INTEGER PRIMARY KEY,
  route VARCHAR(120) NOT NULL,
  context TEXT NOT NULL,
  ip_address VARCHAR(45) NOT NULL,
  at TIMESTAMP NOT NULL
);

CREATE TABLE device (
  id INTEGER PRIMARY KEY,
  person_id INTEGER NOT NULL,
  name VARCHAR(80) NOT NULL,
  push_token VARCHAR(64) NOT NULL,
  last_used_at TIMESTAMP NOT NULL,
  FOREIGN KEY (person_id) REFERENCES person (id)
);
CREATE INDEX device_by_person ON device (person_id);

CREATE TABLE schema_migration (
  version INTEGER PRIMARY KEY,
  applied_at TIMESTAMP NOT NULL
);
