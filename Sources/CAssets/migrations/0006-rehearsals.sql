-- How the sandbox misbehaves for a workspace; where there is no row it takes everything.

CREATE TABLE rehearsals (
  workspace_id BLOB NOT NULL PRIMARY KEY REFERENCES workspaces (id),
  -- The script that comes with the program, by its name.
  script TEXT NOT NULL,
  begun_at BIGINT NOT NULL
);
