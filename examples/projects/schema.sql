-- The database of Taakveld, project management for teams (a fictitious company).
-- Written so that SQLite, PostgreSQL and MariaDB read it; make_data.py adds how each of them numbers rows.
-- It has the shapes that make erasing hard in real life; datamap.yaml says how each row leads to people.

CREATE TABLE organisation (
  id INTEGER PRIMARY KEY,
  name VARCHAR(120) NOT NULL,
  mail_domain VARCHAR(120) NOT NULL,
  vat_number VARCHAR(20),
  city VARCHAR(80),
  country CHAR(2) NOT NULL,
  created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- id 0 is the system itself: "nobody". email_lower is a copy that must go with email.
CREATE TABLE member (
  id INTEGER PRIMARY KEY,
  organisation_id INTEGER NOT NULL,
  email VARCHAR(190) NOT NULL,
  email_lower VARCHAR(190) NOT NULL,
  full_name VARCHAR(120) NOT NULL,
  phone VARCHAR(30),
  photo VARCHAR(200),
  language CHAR(2) NOT NULL DEFAULT 'nl',
  birth_date DATE,
  trade VARCHAR(60),
  password_hash VARCHAR(120) NOT NULL DEFAULT '!',
  totp_seed VARCHAR(64),
  is_system BOOLEAN NOT NULL DEFAULT FALSE,
  last_ip VARCHAR(45),
  last_seen_at TIMESTAMP NULL,
  closed_at TIMESTAMP NULL,
  created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  UNIQUE (organisation_id, email_lower),
  FOREIGN KEY (organisation_id) REFERENCES organisation (id)
);
CREATE INDEX member_by_email ON member (email);
CREATE INDEX member_by_email_lower ON member (email_lower);

CREATE TABLE team (
  id INTEGER PRIMARY KEY,
  organisation_id INTEGER NOT NULL,
  name VARCHAR(80) NOT NULL,
  lead_id INTEGER,
  FOREIGN KEY (organisation_id) REFERENCES organisation (id),
  FOREIGN KEY (lead_id) REFERENCES member (id)
);
CREATE INDEX team_by_lead ON team (lead_id);

CREATE TABLE team_member (
  team_id INTEGER NOT NULL,
  member_id INTEGER NOT NULL,
  role VARCHAR(40) NOT NULL,
  joined_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (team_id, member_id),
  FOREIGN KEY (team_id) REFERENCES team (id),
  FOREIGN KEY (member_id) REFERENCES member (id)
);
CREATE INDEX team_member_by_member ON team_member (member_id);

-- A composite reference: both columns together lead to one membership.
CREATE TABLE availability (
  id INTEGER PRIMARY KEY,
  team_id INTEGER NOT NULL,
  member_id INTEGER NOT NULL,
  weekday INTEGER NOT NULL,
  hours INTEGER NOT NULL,
  remark VARCHAR(200),
  FOREIGN KEY (team_id, member_id) REFERENCES team_member (team_id, member_id)
);
CREATE INDEX availability_by_membership ON availability (team_id, member_id);

CREATE TABLE client (
  id INTEGER PRIMARY KEY,
  organisation_id INTEGER NOT NULL,
  name VARCHAR(120) NOT NULL,
  city VARCHAR(80),
  FOREIGN KEY (organisation_id) REFERENCES organisation (id)
);

-- People without an account, whom a team writes down.
CREATE TABLE client_contact (
  id INTEGER PRIMARY KEY,
  client_id INTEGER NOT NULL,
  full_name VARCHAR(120) NOT NULL,
  email VARCHAR(190),
  phone VARCHAR(30),
  address VARCHAR(200),
  added_by INTEGER NOT NULL DEFAULT 0,
  last_activity_on DATE NOT NULL,
  FOREIGN KEY (client_id) REFERENCES client (id),
  FOREIGN KEY (added_by) REFERENCES member (id)
);
CREATE INDEX client_contact_by_email ON client_contact (email);
CREATE INDEX client_contact_by_client ON client_contact (client_id);
CREATE INDEX client_contact_by_member ON client_contact (added_by);

-- contact_name and contact_email describe the contact person; the project is the team's. visibility: team or public.
CREATE TABLE project (
  id INTEGER PRIMARY KEY,
  organisation_id INTEGER NOT NULL,
  name VARCHAR(120) NOT NULL,
  description TEXT,
  created_by INTEGER NOT NULL DEFAULT 0,
  contact_id INTEGER,
  contact_name VARCHAR(120),
  contact_email VARCHAR(190),
  visibility VARCHAR(10) NOT NULL DEFAULT 'team',
  created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  FOREIGN KEY (organisation_id) REFERENCES organisation (id),
  FOREIGN KEY (created_by) REFERENCES member (id),
  FOREIGN KEY (contact_id) REFERENCES client_contact (id)
);
CREATE INDEX project_by_creator ON project (created_by);
CREATE INDEX project_by_contact ON project (contact_id);

CREATE TABLE project_member (
  project_id INTEGER NOT NULL,
  member_id INTEGER NOT NULL,
  role VARCHAR(40) NOT NULL,
  invited_by INTEGER,
  joined_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (project_id, member_id),
  FOREIGN KEY (project_id) REFERENCES project (id),
  FOREIGN KEY (member_id) REFERENCES member (id),
  FOREIGN KEY (invited_by) REFERENCES member (id)
);
CREATE INDEX project_member_by_member ON project_member (member_id);
CREATE INDEX project_member_by_inviter ON project_member (invited_by);

-- A tree whose root refers to itself: the reference may not be empty.
CREATE TABLE folder (
  id INTEGER PRIMARY KEY,
  project_id INTEGER NOT NULL,
  parent_id INTEGER NOT NULL,
  name VARCHAR(120) NOT NULL,
  owner_id INTEGER NOT NULL DEFAULT 0,
  FOREIGN KEY (project_id) REFERENCES project (id),
  FOREIGN KEY (parent_id) REFERENCES folder (id),
  FOREIGN KEY (owner_id) REFERENCES member (id)
);
CREATE INDEX folder_by_project ON folder (project_id);
CREATE INDEX folder_by_parent ON folder (parent_id);
CREATE INDEX folder_by_owner ON folder (owner_id);

CREATE TABLE task (
  id INTEGER PRIMARY KEY,
  project_id INTEGER NOT NULL,
  folder_id INTEGER,
  parent_id INTEGER,
  title VARCHAR(200) NOT NULL,
  description TEXT,
  reporter_id INTEGER NOT NULL DEFAULT 0,
  assignee_id INTEGER,
  due_on DATE,
  created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  FOREIGN KEY (project_id) REFERENCES project (id),
  FOREIGN KEY (folder_id) REFERENCES folder (id),
  FOREIGN KEY (parent_id) REFERENCES task (id),
  FOREIGN KEY (reporter_id) REFERENCES member (id),
  FOREIGN KEY (assignee_id) REFERENCES member (id)
);
CREATE INDEX task_by_project ON task (project_id);
CREATE INDEX task_by_folder ON task (folder_id);
CREATE INDEX task_by_parent ON task (parent_id);
CREATE INDEX task_by_reporter ON task (reporter_id);
CREATE INDEX task_by_assignee ON task (assignee_id);

CREATE TABLE task_watcher (
  task_id INTEGER NOT NULL,
  member_id INTEGER NOT NULL,
  PRIMARY KEY (task_id, member_id),
  FOREIGN KEY (task_id) REFERENCES task (id),
  FOREIGN KEY (member_id) REFERENCES member (id)
);
CREATE INDEX task_watcher_by_member ON task_watcher (member_id);

-- One vote for each member and task: two leavers' votes cannot both go to one stand-in.
CREATE TABLE vote (
  id INTEGER PRIMARY KEY,
  task_id INTEGER NOT NULL,
  member_id INTEGER NOT NULL,
  points INTEGER NOT NULL,
  UNIQUE (member_id, task_id),
  FOREIGN KEY (task_id) REFERENCES task (id),
  FOREIGN KEY (member_id) REFERENCES member (id)
);
CREATE INDEX vote_by_task ON vote (task_id);

CREATE TABLE tag (
  id INTEGER PRIMARY KEY,
  organisation_id INTEGER NOT NULL,
  name VARCHAR(40) NOT NULL,
  created_by INTEGER,
  FOREIGN KEY (organisation_id) REFERENCES organisation (id),
  FOREIGN KEY (created_by) REFERENCES member (id)
);
CREATE INDEX tag_by_member ON tag (created_by);

CREATE TABLE task_tag (
  task_id INTEGER NOT NULL,
  tag_id INTEGER NOT NULL,
  tagged_by INTEGER,
  PRIMARY KEY (task_id, tag_id),
  FOREIGN KEY (task_id) REFERENCES task (id),
  FOREIGN KEY (tag_id) REFERENCES tag (id),
  FOREIGN KEY (tagged_by) REFERENCES member (id)
);
CREATE INDEX task_tag_by_member ON task_tag (tagged_by);

CREATE TABLE comment (
  id INTEGER PRIMARY KEY,
  task_id INTEGER NOT NULL,
  author_id INTEGER NOT NULL,
  reply_to INTEGER,
  body TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  FOREIGN KEY (task_id) REFERENCES task (id),
  FOREIGN KEY (author_id) REFERENCES member (id),
  FOREIGN KEY (reply_to) REFERENCES comment (id)
);
CREATE INDEX comment_by_task ON comment (task_id);
CREATE INDEX comment_by_author ON comment (author_id);
CREATE INDEX comment_by_reply ON comment (reply_to);

-- Two columns, holder_type and holder_id, lead to a task, a comment or a project; no foreign key can say so.
CREATE TABLE attachment (
  id INTEGER PRIMARY KEY,
  holder_type VARCHAR(20) NOT NULL,
  holder_id INTEGER NOT NULL,
  uploaded_by INTEGER,
  file_name VARCHAR(200) NOT NULL,
  bytes INTEGER NOT NULL,
  created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  FOREIGN KEY (uploaded_by) REFERENCES member (id)
);
CREATE INDEX attachment_by_holder ON attachment (holder_id, holder_type);
CREATE INDEX attachment_by_member ON attachment (uploaded_by);

-- Two owners: the row dies with the last of them.
CREATE TABLE direct_message (
  id INTEGER PRIMARY KEY,
  sender_id INTEGER NOT NULL,
  recipient_id INTEGER NOT NULL,
  body TEXT NOT NULL,
  sent_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  FOREIGN KEY (sender_id) REFERENCES member (id),
  FOREIGN KEY (recipient_id) REFERENCES member (id)
);
CREATE INDEX direct_message_by_sender ON direct_message (sender_id);
CREATE INDEX direct_message_by_recipient ON direct_message (recipient_id);

-- People who have no account (yet), known by their e-mail address only.
CREATE TABLE invitation (
  id INTEGER PRIMARY KEY,
  project_id INTEGER NOT NULL,
  email VARCHAR(190) NOT NULL,
  name VARCHAR(120),
  token VARCHAR(64) NOT NULL,
  invited_by INTEGER NOT NULL,
  created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  FOREIGN KEY (project_id) REFERENCES project (id),
  FOREIGN KEY (invited_by) REFERENCES member (id)
);
CREATE INDEX invitation_by_email ON invitation (email);
CREATE INDEX invitation_by_project ON invitation (project_id);
CREATE INDEX invitation_by_member ON invitation (invited_by);

-- By value: what somebody typed, in whatever case.
CREATE TABLE login_attempt (
  id INTEGER PRIMARY KEY,
  username VARCHAR(190) NOT NULL,
  ip_address VARCHAR(45) NOT NULL,
  browser VARCHAR(200),
  town VARCHAR(80),
  succeeded BOOLEAN NOT NULL,
  at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX login_attempt_by_username ON login_attempt (username);

CREATE TABLE session (
  token VARCHAR(64) PRIMARY KEY,
  member_id INTEGER NOT NULL,
  ip_address VARCHAR(45) NOT NULL,
  browser VARCHAR(200),
  device VARCHAR(80),
  created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  FOREIGN KEY (member_id) REFERENCES member (id)
);
CREATE INDEX session_by_member ON session (member_id);

CREATE TABLE preference (
  member_id INTEGER NOT NULL,
  name VARCHAR(40) NOT NULL,
  setting VARCHAR(200) NOT NULL,
  PRIMARY KEY (member_id, name),
  FOREIGN KEY (member_id) REFERENCES member (id)
);

CREATE TABLE newsletter_subscriber (
  id INTEGER PRIMARY KEY,
  email VARCHAR(190) NOT NULL,
  subscribed BOOLEAN,
  asked_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  UNIQUE (email)
);

-- Kept seven years by law, but only name, address, VAT number and amount. iban_compact is a derived copy.
CREATE TABLE invoice (
  id INTEGER PRIMARY KEY,
  number VARCHAR(20) NOT NULL,
  organisation_id INTEGER NOT NULL,
  member_id INTEGER,
  name VARCHAR(120) NOT NULL,
  address VARCHAR(200) NOT NULL,
  vat_number VARCHAR(20),
  iban VARCHAR(42),
  iban_compact VARCHAR(34),
  invoice_email VARCHAR(190),
  amount_cents INTEGER NOT NULL,
  issued_on DATE NOT NULL,
  fiscal_year_end DATE NOT NULL,
  UNIQUE (number),
  FOREIGN KEY (organisation_id) REFERENCES organisation (id),
  FOREIGN KEY (member_id) REFERENCES member (id)
);
CREATE INDEX invoice_by_member ON invoice (member_id);

CREATE TABLE invoice_line (
  id INTEGER PRIMARY KEY,
  invoice_id INTEGER NOT NULL,
  description VARCHAR(200) NOT NULL,
  amount_cents INTEGER NOT NULL,
  FOREIGN KEY (invoice_id) REFERENCES invoice (id)
);
CREATE INDEX invoice_line_by_invoice ON invoice_line (invoice_id);

CREATE TABLE support_ticket (
  id INTEGER PRIMARY KEY,
  email VARCHAR(190) NOT NULL,
  name VARCHAR(120),
  question TEXT NOT NULL,
  browser VARCHAR(200),
  handled_by INTEGER,
  opened_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  closed_at TIMESTAMP NULL,
  FOREIGN KEY (handled_by) REFERENCES member (id)
);
CREATE INDEX support_ticket_by_email ON support_ticket (email);
CREATE INDEX support_ticket_by_member ON support_ticket (handled_by);

CREATE TABLE support_message (
  id INTEGER PRIMARY KEY,
  ticket_id INTEGER NOT NULL,
  body TEXT NOT NULL,
  sent_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  FOREIGN KEY (ticket_id) REFERENCES support_ticket (id)
);
CREATE INDEX support_message_by_ticket ON support_message (ticket_id);

-- What people attach to a question, with the words that were found in it.
CREATE TABLE support_attachment (
  id INTEGER PRIMARY KEY,
  ticket_id INTEGER NOT NULL,
  file_name VARCHAR(200) NOT NULL,
  words TEXT,
  FOREIGN KEY (ticket_id) REFERENCES support_ticket (id)
);
CREATE INDEX support_attachment_by_ticket ON support_attachment (ticket_id);

-- One column that holds model and id together: "member,12".
CREATE TABLE activity (
  id INTEGER PRIMARY KEY,
  actor_id INTEGER NOT NULL DEFAULT 0,
  subject VARCHAR(60) NOT NULL,
  action VARCHAR(40) NOT NULL,
  ip_address VARCHAR(45),
  at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  FOREIGN KEY (actor_id) REFERENCES member (id)
);
CREATE INDEX activity_by_actor ON activity (actor_id);
CREATE INDEX activity_by_subject ON activity (subject);

-- Ids inside text: one in JSON ({"actor": {"id": 12}}), several in a list ("3,17,20").
CREATE TABLE notification (
  id INTEGER PRIMARY KEY,
  task_id INTEGER NOT NULL,
  meta TEXT NOT NULL,
  recipients TEXT NOT NULL,
  body VARCHAR(300) NOT NULL,
  created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  FOREIGN KEY (task_id) REFERENCES task (id)
);
CREATE INDEX notification_by_task ON notification (task_id);

CREATE TABLE time_entry (
  id INTEGER PRIMARY KEY,
  task_id INTEGER NOT NULL,
  member_id INTEGER NOT NULL,
  minutes INTEGER NOT NULL,
  note VARCHAR(200),
  worked_on DATE NOT NULL,
  FOREIGN KEY (task_id) REFERENCES task (id),
  FOREIGN KEY (member_id) REFERENCES member (id)
);
CREATE INDEX time_entry_by_task ON time_entry (task_id);
CREATE INDEX time_entry_by_member ON time_entry (member_id);

CREATE TABLE template (
  id INTEGER PRIMARY KEY,
  organisation_id INTEGER NOT NULL,
  name VARCHAR(120) NOT NULL,
  body TEXT NOT NULL,
  created_by INTEGER NOT NULL DEFAULT 0,
  FOREIGN KEY (organisation_id) REFERENCES organisation (id),
  FOREIGN KEY (created_by) REFERENCES member (id)
);
CREATE INDEX template_by_member ON template (created_by);

-- No primary key: two equal rows can stand here.
CREATE TABLE feature_use (
  member_id INTEGER NOT NULL,
  feature VARCHAR(60) NOT NULL,
  used_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  FOREIGN KEY (member_id) REFERENCES member (id)
);
CREATE INDEX feature_use_by_member ON feature_use (member_id);

CREATE TABLE search_log (
  id INTEGER PRIMARY KEY,
  member_id INTEGER NOT NULL,
  term VARCHAR(200) NOT NULL,
  at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  FOREIGN KEY (member_id) REFERENCES member (id)
);
CREATE INDEX search_log_by_member ON search_log (member_id);

CREATE TABLE coworker_score (
  member_id INTEGER NOT NULL,
  coworker_id INTEGER NOT NULL,
  score INTEGER NOT NULL,
  seen_on DATE NOT NULL,
  PRIMARY KEY (member_id, coworker_id),
  FOREIGN KEY (member_id) REFERENCES member (id),
  FOREIGN KEY (coworker_id) REFERENCES member (id)
);
CREATE INDEX coworker_score_by_coworker ON coworker_score (coworker_id);

-- What a partner tells us about somebody's interest; known by e-mail address only.
CREATE TABLE partner_report (
  id INTEGER PRIMARY KEY,
  email VARCHAR(190) NOT NULL,
  interest VARCHAR(80) NOT NULL,
  reported_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX partner_report_by_email ON partner_report (email);

-- Who tries new functions first, and until when.
CREATE TABLE trial_member (
  trial VARCHAR(40) NOT NULL,
  member_id INTEGER NOT NULL,
  joined_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  ends_on DATE NOT NULL,
  PRIMARY KEY (trial, member_id),
  FOREIGN KEY (member_id) REFERENCES member (id)
);
CREATE INDEX trial_member_by_member ON trial_member (member_id);

-- What looked like abuse of an account.
CREATE TABLE abuse_flag (
  id INTEGER PRIMARY KEY,
  member_id INTEGER NOT NULL,
  reason VARCHAR(120) NOT NULL,
  ip_address VARCHAR(45),
  flagged_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  FOREIGN KEY (member_id) REFERENCES member (id)
);
CREATE INDEX abuse_flag_by_member ON abuse_flag (member_id);

-- Totals only: nobody can be found in it, and a month with few people is left out.
CREATE TABLE feature_month (
  feature VARCHAR(60) NOT NULL,
  month CHAR(7) NOT NULL,
  uses INTEGER NOT NULL,
  people INTEGER NOT NULL,
  PRIMARY KEY (feature, month)
);

CREATE TABLE schema_migration (
  version INTEGER PRIMARY KEY,
  applied_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
