-- Who signs in, what they set up, and what the pages show: users, sessions, settings, templates,
-- jobs, the sandbox's inbox, and the figures behind limits and charts.

-- A user signs in with an address and works in one workspace.
CREATE TABLE users (
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  id BLOB NOT NULL PRIMARY KEY,
  email TEXT NOT NULL,
  -- The address in small letters: two accounts never differ in case alone.
  email_key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  is_administrator INTEGER NOT NULL,
  is_disabled INTEGER NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  signed_in_at BIGINT
);
CREATE INDEX users_by_workspace ON users (workspace_id, id);

-- A browser that is signed in. Only the digest of its token is kept.
CREATE TABLE sessions (
  token_digest BLOB NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  user_id BLOB NOT NULL REFERENCES users (id),
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);

-- Links that work once: set-up, an invitation, a new password, the demo's way in.
CREATE TABLE one_time_links (
  token_digest BLOB NOT NULL PRIMARY KEY,
  purpose TEXT NOT NULL,
  workspace_id BLOB REFERENCES workspaces (id),
  user_id BLOB REFERENCES users (id),
  email TEXT,
  created_by BLOB REFERENCES users (id),
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX one_time_links_by_workspace ON one_time_links (workspace_id, created_at);

-- Tries to sign in or register, by account and by address, for throttling. No names: digests.
CREATE TABLE access_tries (
  subject BLOB NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX access_tries_by_subject ON access_tries (subject, at);
CREATE INDEX access_tries_by_time ON access_tries (at);

-- Settings of the whole installation that the product itself can change.
CREATE TABLE settings (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);

ALTER TABLE workspaces ADD COLUMN time_zone TEXT NOT NULL DEFAULT 'UTC';
-- The most messages in any sliding hour over all senders; NULL is no limit.
ALTER TABLE workspaces ADD COLUMN messages_per_hour INTEGER;

-- `smtp`, or `sandbox`: the mail server within.
ALTER TABLE senders ADD COLUMN kind TEXT NOT NULL DEFAULT 'smtp';
ALTER TABLE senders ADD COLUMN from_name TEXT NOT NULL DEFAULT '';
ALTER TABLE senders ADD COLUMN from_address TEXT NOT NULL DEFAULT '';
ALTER TABLE senders ADD COLUMN reply_to TEXT;
ALTER TABLE senders ADD COLUMN messages_per_hour INTEGER;
-- The last test: when, whether it went well, and in which words. All NULL after a change.
ALTER TABLE senders ADD COLUMN tested_at BIGINT;
ALTER TABLE senders ADD COLUMN test_passed INTEGER;
ALTER TABLE senders ADD COLUMN test_answer TEXT;
ALTER TABLE senders ADD COLUMN removed_at BIGINT;

-- A list: the people of an uploaded file.
ALTER TABLE audiences ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE audiences ADD COLUMN failure TEXT;
-- Counted as rows are stored.
ALTER TABLE audiences ADD COLUMN row_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audiences ADD COLUMN refused_count BIGINT NOT NULL DEFAULT 0;
-- `list` is shown among the lists; `single` is the one recipient of a single message.
ALTER TABLE audiences ADD COLUMN kind TEXT NOT NULL DEFAULT 'list';
UPDATE audiences SET
  row_count = (SELECT COUNT(*) FROM audience_rows AS r
    WHERE r.workspace_id = audiences.workspace_id AND r.audience_id = audiences.id),
  refused_count = (SELECT COUNT(refusal) FROM audience_rows AS r
    WHERE r.workspace_id = audiences.workspace_id AND r.audience_id = audiences.id);
-- Files whose rows are missing yet.
CREATE INDEX audiences_unread ON audiences (state, id) WHERE state = 'reading';
-- Those who can be mailed are found by address through audience_rows_by_person; an index of all
-- addresses would double the time that a file takes to come in.
CREATE INDEX audience_rows_refused
  ON audience_rows (workspace_id, audience_id, line) WHERE refusal IS NOT NULL;

CREATE TABLE templates (
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  id BLOB NOT NULL,
  name TEXT NOT NULL,
  subject TEXT NOT NULL,
  html TEXT,
  text TEXT,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id)
);

-- `campaign`, or `single` for one message to one recipient.
ALTER TABLE campaigns ADD COLUMN kind TEXT NOT NULL DEFAULT 'campaign';
ALTER TABLE campaigns ADD COLUMN template_id BLOB;
-- Whether placeholders are filled in; without it subject and body go out as they are.
ALTER TABLE campaigns ADD COLUMN is_personalised INTEGER NOT NULL DEFAULT 1;
-- The zone in which `scheduled_at` was chosen, for showing it again.
ALTER TABLE campaigns ADD COLUMN time_zone TEXT NOT NULL DEFAULT 'UTC';
ALTER TABLE campaigns ADD COLUMN archived_at BIGINT;
ALTER TABLE campaigns ADD COLUMN created_by TEXT;
-- What the sending engine says about its speed, renewed every second while it sends.
ALTER TABLE campaigns ADD COLUMN rate REAL;
ALTER TABLE campaigns ADD COLUMN finish_estimate BIGINT;
ALTER TABLE campaigns ADD COLUMN slow_reason TEXT;
-- No delivery with a smaller number is queued: where claims and the queue's pages begin to look.
ALTER TABLE campaigns ADD COLUMN first_queued BIGINT NOT NULL DEFAULT 1;
CREATE INDEX campaigns_by_kind ON campaigns (workspace_id, kind, id);
CREATE INDEX campaigns_by_audience ON campaigns (workspace_id, audience_id);
-- What the scheduler looks at, and what ended before all its deliveries did.
CREATE INDEX campaigns_active ON campaigns (state, scheduled_at)
  WHERE state IN ('scheduled', 'preparing', 'sending');
CREATE INDEX campaigns_unended ON campaigns (state)
  WHERE state IN ('failed', 'cancelled') AND queued + deferred > 0;
CREATE INDEX campaigns_queued ON campaigns (workspace_id, id) WHERE queued > 0;

-- States one looks for; those that most rows are in are found by walking.
CREATE INDEX deliveries_by_state ON deliveries (workspace_id, state, campaign_id, number)
  WHERE state IN (2, 4, 5, 6, 7, 8);
-- What is under way: a few hundred rows at any time.
CREATE INDEX deliveries_leased
  ON deliveries (workspace_id, campaign_id, number) WHERE lease IS NOT NULL;
CREATE INDEX attempts_by_time ON attempts (workspace_id, finished_at, campaign_id, number, attempt);
-- All but what was sent.
CREATE INDEX attempts_in_trouble
  ON attempts (workspace_id, finished_at, campaign_id, number, attempt) WHERE state <> 3;

-- How many messages left by a sender in each minute: what hourly limits count after a restart,
-- and what the dashboard draws.
CREATE TABLE sender_minutes (
  workspace_id BLOB NOT NULL,
  sender_id BLOB NOT NULL,
  minute BIGINT NOT NULL,
  sent BIGINT NOT NULL DEFAULT 0,
  deferred BIGINT NOT NULL DEFAULT 0,
  failed BIGINT NOT NULL DEFAULT 0,
  in_doubt BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (workspace_id, minute, sender_id)
) WITHOUT ROWID;

-- What a page asks the engine to do, and its answer.
CREATE TABLE jobs (
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  id BLOB NOT NULL,
  kind TEXT NOT NULL,
  -- What it is about, such as a sender.
  subject_id BLOB NOT NULL,
  argument TEXT NOT NULL,
  state TEXT NOT NULL,
  passed INTEGER,
  answer TEXT,
  created_at BIGINT NOT NULL,
  finished_at BIGINT,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX jobs_waiting ON jobs (state, id) WHERE state <> 'done';

-- What the mail server within has taken.
CREATE TABLE inbox_messages (
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  id BLOB NOT NULL,
  received_at BIGINT NOT NULL,
  envelope_from TEXT NOT NULL,
  recipients TEXT NOT NULL,
  from_header TEXT NOT NULL,
  subject TEXT NOT NULL,
  size BIGINT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
