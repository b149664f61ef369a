-- Workspaces, senders, contact files on their way in, campaigns, and the ledger of deliveries.
--
-- Identifiers are UUIDs of 16 octets, times are microseconds since 1970 in UTC, and every key
-- begins with the workspace. Types are those that SQLite and PostgreSQL share.

CREATE TABLE workspaces (
  id BLOB NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  -- What public links are signed with. It outlives rotations of the key that seals it, or links in
  -- messages already sent would go dead.
  sealed_link_key BLOB NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE senders (
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  id BLOB NOT NULL,
  name TEXT NOT NULL,
  host TEXT NOT NULL,
  port INTEGER NOT NULL,
  security TEXT NOT NULL,
  username TEXT,
  -- Sealed under the key outside the database.
  sealed_password BLOB,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE audiences (
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  id BLOB NOT NULL,
  file TEXT NOT NULL,
  state TEXT NOT NULL,
  -- The columns' names as templates call them, a JSON array; rows hold values in this order.
  field_names TEXT NOT NULL,
  email_column INTEGER NOT NULL,
  -- Where to go on reading.
  file_offset BIGINT NOT NULL,
  line BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE audience_rows (
  workspace_id BLOB NOT NULL,
  audience_id BLOB NOT NULL,
  line BIGINT NOT NULL,
  email TEXT NOT NULL,
  -- What two rows for one person share; NULL where the row was refused.
  email_key TEXT,
  fields TEXT NOT NULL,
  refusal TEXT,
  PRIMARY KEY (workspace_id, audience_id, line),
  FOREIGN KEY (workspace_id, audience_id) REFERENCES audiences (workspace_id, id)
);
CREATE UNIQUE INDEX audience_rows_by_person
  ON audience_rows (workspace_id, audience_id, email_key) WHERE email_key IS NOT NULL;

CREATE TABLE campaigns (
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  id BLOB NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  failure TEXT,
  sender_id BLOB NOT NULL,
  audience_id BLOB NOT NULL,
  subject TEXT NOT NULL,
  html TEXT,
  text TEXT,
  from_header TEXT NOT NULL,
  reply_to TEXT,
  base_url TEXT,
  is_transactional INTEGER NOT NULL,
  in_doubt TEXT NOT NULL,
  -- The last line of the audience that has become a delivery.
  planned_line BIGINT NOT NULL DEFAULT 0,
  -- How many deliveries are in each state; written with the rows.
  queued BIGINT NOT NULL DEFAULT 0,
  sending BIGINT NOT NULL DEFAULT 0,
  deferred BIGINT NOT NULL DEFAULT 0,
  sent BIGINT NOT NULL DEFAULT 0,
  failed BIGINT NOT NULL DEFAULT 0,
  in_doubt_count BIGINT NOT NULL DEFAULT 0,
  suppressed BIGINT NOT NULL DEFAULT 0,
  skipped BIGINT NOT NULL DEFAULT 0,
  cancelled BIGINT NOT NULL DEFAULT 0,
  revision BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  scheduled_at BIGINT,
  started_at BIGINT,
  finished_at BIGINT,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, sender_id) REFERENCES senders (workspace_id, id),
  FOREIGN KEY (workspace_id, audience_id) REFERENCES audiences (workspace_id, id)
);
CREATE INDEX campaigns_by_state ON campaigns (workspace_id, state, id);

CREATE TABLE campaign_attachments (
  workspace_id BLOB NOT NULL,
  campaign_id BLOB NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  content_type TEXT,
  file TEXT NOT NULL,
  size BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, campaign_id, position),
  FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns (workspace_id, id)
);

-- One row per recipient, in send order: updates in ascending order cost a tenth of random ones.
CREATE TABLE deliveries (
  workspace_id BLOB NOT NULL,
  campaign_id BLOB NOT NULL,
  number BIGINT NOT NULL,
  email TEXT NOT NULL,
  fields TEXT NOT NULL,
  state INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  -- The claim: only who knows the token may write the outcome.
  lease BIGINT,
  -- Set before the final dot may be sent; a claim without it is safe to take back.
  intended_at BIGINT,
  due_at BIGINT,
  reason TEXT,
  code INTEGER,
  enhanced_code TEXT,
  finished_at BIGINT,
  PRIMARY KEY (workspace_id, campaign_id, number),
  FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns (workspace_id, id)
) WITHOUT ROWID;
CREATE INDEX deliveries_deferred
  ON deliveries (workspace_id, campaign_id, due_at) WHERE due_at IS NOT NULL;

-- Every try with the server's own words. Rows are only ever added.
CREATE TABLE attempts (
  workspace_id BLOB NOT NULL,
  campaign_id BLOB NOT NULL,
  number BIGINT NOT NULL,
  attempt INTEGER NOT NULL,
  sender_id BLOB NOT NULL,
  server TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  finished_at BIGINT NOT NULL,
  state INTEGER NOT NULL,
  code INTEGER,
  enhanced_code TEXT,
  answer TEXT,
  reason TEXT,
  PRIMARY KEY (workspace_id, campaign_id, number, attempt),
  FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns (workspace_id, id)
) WITHOUT ROWID;
