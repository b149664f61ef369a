-- Limits of senders and what is learnt about recipient domains.

-- The most messages in any sliding second, minute and day beside those of an hour, connections at
-- a time, and messages on a connection; NULL is no limit.
ALTER TABLE senders ADD COLUMN messages_per_second INTEGER;
ALTER TABLE senders ADD COLUMN messages_per_minute INTEGER;
ALTER TABLE senders ADD COLUMN messages_per_day INTEGER;
ALTER TABLE senders ADD COLUMN most_connections INTEGER;
ALTER TABLE senders ADD COLUMN messages_per_connection INTEGER;

-- How much each receiver takes that has asked a sender to slow down. The domain is empty for the
-- sender's own server.
CREATE TABLE shaped_domains (
  workspace_id BLOB NOT NULL,
  sender_id BLOB NOT NULL,
  domain TEXT NOT NULL,
  -- Messages a second, now and when it last refused.
  rate REAL NOT NULL,
  ceiling REAL NOT NULL,
  blocked_since BIGINT,
  blocked_until BIGINT,
  refused_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, sender_id, domain),
  FOREIGN KEY (workspace_id, sender_id) REFERENCES senders (workspace_id, id)
) WITHOUT ROWID;
