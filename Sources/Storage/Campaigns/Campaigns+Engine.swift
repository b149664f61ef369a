public import Database
public import Model
public import Octets

// What only the sending engine asks and does. All but `beginSending` cross workspaces, on behalf of
// the one scheduler.

extension Campaigns {
  /// Begins the campaigns of all workspaces whose time has come; they are *preparing* then.
  ///
  /// - Returns: How many there were.
  @discardableResult
  public func startDue(now: Timestamp) async throws(DatabaseError) -> Int {
    let due: SQL = """
      state IN ('scheduled', 'preparing', 'sending') AND state = 'scheduled'
        AND scheduled_at <= \(now)
      """
    // Asked first, so that the writer is left in peace several times a second.
    let isAnyDue = try await pool.read { connection throws(DatabaseError) in
      try connection.first("SELECT id FROM campaigns WHERE \(due) LIMIT 1") != nil
    }
    guard isAnyDue else { return 0 }
    let started = try await pool.write { connection throws(DatabaseError) in
      try connection.change(
        "UPDATE campaigns SET state = 'preparing', revision = revision + 1 WHERE \(due)")
    }
    if started > 0 { doorbell.ring() }
    return started
  }

  /// Moves a campaign from *preparing* to *sending*; one that was paused meanwhile stays so.
  ///
  /// - Returns: `false` when it was not *preparing*.
  @discardableResult
  public func beginSending(
    _ key: CampaignKey, now: Timestamp
  ) async throws(DatabaseError) -> Bool {
    let isDone = try await pool.write { connection throws(DatabaseError) in
      guard
        try connection.first(
          "SELECT id FROM campaigns WHERE \(campaign: key) AND state = 'preparing'") != nil
      else { return false }
      return try Self.move(key, to: .sending, failure: nil, now: now, on: connection) != nil
    }
    if isDone { doorbell.ring() }
    return isDone
  }

  /// The campaigns of all workspaces, in whatever state, that a process left with deliveries under
  /// way; for the program's start.
  public func interrupted() async throws(DatabaseError) -> [CampaignKey] {
    try await pool.read { connection throws(DatabaseError) in
      // The index alone tells which rows are worth reading: bodies make them long.
      try connection.run(
        """
        SELECT workspace_id, id FROM campaigns WHERE sending > 0 AND (workspace_id, id) IN (
          SELECT workspace_id, id FROM campaigns
          WHERE state IN ('preparing', 'sending', 'paused', 'held', 'failed', 'cancelled'))
        """
      ).map { row throws(DatabaseError) in
        CampaignKey(
          workspace: try row.identifier("workspace_id"), campaign: try row.identifier("id"))
      }
    }
  }

  // MARK: Files

  /// Whether a campaign of the workspace may still send a file of the attachments' folder.
  public func needsAttachment(
    _ file: String, in workspace: Identifier
  ) async throws(DatabaseError) -> Bool {
    try await pool.read { connection throws(DatabaseError) in
      try connection.first(
        """
        \(Self.neededFiles) AND a.workspace_id = \(workspace) AND a.file = \(file) LIMIT 1
        """) != nil
    }
  }

  /// The attachments' files that a campaign of any workspace may still send; for the program's
  /// start, which removes all others.
  public func neededAttachments() async throws(DatabaseError) -> Set<String> {
    try await pool.read { connection throws(DatabaseError) in
      Set(
        try connection.run(Self.neededFiles).map { row throws(DatabaseError) in
          try row.text("file")
        })
    }
  }

  /// A campaign that has ended needs its files as long as some of it can be tried again.
  ///
  /// The first of the two names for deliveries makes it walk the index by state, not all rows.
  private static let neededFiles: SQL = """
    SELECT a.file FROM campaign_attachments AS a
    JOIN campaigns AS c ON c.workspace_id = a.workspace_id AND c.id = a.campaign_id
    WHERE c.state <> 'cancelled' AND (c.state NOT IN ('sent', 'failed')
      OR c.queued + c.sending + c.deferred + c.in_doubt_count + c.cancelled > 0
      OR c.failed > 0 AND EXISTS (
        SELECT 1 FROM deliveries AS f CROSS JOIN deliveries AS d
        WHERE f.workspace_id = c.workspace_id AND f.campaign_id = c.id
          AND f.state IN (2, 4, 5, 6, 7, 8) AND f.state = 4
          AND d.workspace_id = f.workspace_id AND d.campaign_id = f.campaign_id
          AND d.number = f.number AND (d.code IS NULL OR d.code BETWEEN 400 AND 499)))
    """
}

extension Audiences {
  /// The uploads of all workspaces that are still to be read; for the program's start, which
  /// removes all others.
  public func awaitedFiles() async throws(DatabaseError) -> Set<String> {
    try await pool.read { connection throws(DatabaseError) in
      Set(
        try connection.run(
          "SELECT file FROM audiences WHERE state IN ('reading', 'empty') AND file <> ''"
        ).map { row throws(DatabaseError) in try row.text("file") })
    }
  }
}
