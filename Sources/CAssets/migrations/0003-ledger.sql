-- What group commits have written down and the rows of deliveries do not say yet. Not scoped by
-- workspace: one commit holds entries of all, each with its own.
CREATE TABLE ledger_journal (
  slot INTEGER NOT NULL PRIMARY KEY,
  -- The commit's number.
  seq BIGINT NOT NULL,
  entries BLOB NOT NULL
);
-- The last commit whose entries stand in the rows: one row.
CREATE TABLE ledger_folded (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  seq BIGINT NOT NULL
);
INSERT INTO ledger_folded (id, seq) VALUES (1, 0);

-- How often nobody knew whether a delivery had arrived: after the second time it is not sent again
-- by itself.
ALTER TABLE deliveries ADD COLUMN doubts INTEGER NOT NULL DEFAULT 0;
