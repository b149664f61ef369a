-- Retries that a sender chooses, fallback senders, quarantine, the schedule switch.

-- When a server says try again later, in words, as in
-- `5m 15m 30m 1h 2h 4h, then every 4h, for 72h`; NULL is the program's own schedule.
ALTER TABLE senders ADD COLUMN retries TEXT;
-- The same for transactional mail.
ALTER TABLE senders ADD COLUMN urgent_retries TEXT;
-- Whether it takes messages from its own address only, also where it stands in for another.
ALTER TABLE senders ADD COLUMN own_from_only INTEGER NOT NULL DEFAULT 0;
-- When the server refused the sign-in, and in which words: nobody signs in again before the account
-- is changed or a test has passed. Both NULL while it is not stopped.
ALTER TABLE senders ADD COLUMN refused_at BIGINT;
ALTER TABLE senders ADD COLUMN refusal TEXT;

-- Who stands in for a sender whose server lets nobody in, the first in line first.
CREATE TABLE sender_fallbacks (
  workspace_id BLOB NOT NULL,
  sender_id BLOB NOT NULL,
  position INTEGER NOT NULL,
  fallback_id BLOB NOT NULL,
  PRIMARY KEY (workspace_id, sender_id, position),
  FOREIGN KEY (workspace_id, sender_id) REFERENCES senders (workspace_id, id),
  FOREIGN KEY (workspace_id, fallback_id) REFERENCES senders (workspace_id, id)
) WITHOUT ROWID;

-- The sender that stands in at the moment; NULL is the campaign's own.
ALTER TABLE campaigns ADD COLUMN stand_in_id BLOB;

-- When this row of retries began, and how many tries there had been before it. Both NULL until it
-- is claimed for a second try.
ALTER TABLE deliveries ADD COLUMN retries_since BIGINT;
ALTER TABLE deliveries ADD COLUMN retries_from INTEGER;
-- How often the program died while this message was being made.
ALTER TABLE deliveries ADD COLUMN deaths INTEGER NOT NULL DEFAULT 0;
