-- How far the rows of deliveries follow the ledger's journal, a file beside the database that bears
-- the name of this book: one row. Not scoped by workspace: one commit holds entries of all.
CREATE TABLE ledger_folded (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  -- The last commit whose entries stand in the rows.
  seq BIGINT NOT NULL,
  book BLOB NOT NULL
);

-- How often nobody knew whether a delivery had arrived: after the second time it is not sent again
-- by itself.
ALTER TABLE deliveries ADD COLUMN doubts INTEGER NOT NULL DEFAULT 0;
