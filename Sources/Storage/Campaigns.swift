package import Database
package import Model
package import Octets

/// Campaigns with their content, state and counts.
package struct Campaigns: Sendable {
  let pool: DatabasePool

  /// Adds a campaign together with the audience that its file becomes: both or neither.
  package func add(
    _ campaign: Campaign, with audience: Audience, now: Timestamp
  ) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      try Audiences.insert(audience, now: now, on: connection)
      let content = campaign.content
      try connection.change(
        """
        INSERT INTO campaigns (workspace_id, id, name, state, sender_id, audience_id, subject,
          html, text, from_header, reply_to, base_url, is_transactional, in_doubt, created_at)
        VALUES (\(campaign.workspace), \(campaign.id), \(campaign.name),
          \(campaign.state.rawValue), \(campaign.sender), \(campaign.audience),
          \(content.subject), \(text: content.html), \(text: content.text), \(content.from),
          \(content.replyTo), \(content.baseURL), \(content.isTransactional),
          \(campaign.inDoubt.rawValue), \(campaign.createdAt))
        """)
      for (position, file) in content.attachments.enumerated() {
        try connection.change(
          """
          INSERT INTO campaign_attachments
            (workspace_id, campaign_id, position, name, content_type, file, size)
          VALUES (\(campaign.workspace), \(campaign.id), \(position), \(file.name),
            \(file.contentType), \(file.file), \(file.size))
          """)
      }
    }
  }

  package func find(_ key: CampaignKey) async throws(DatabaseError) -> Campaign? {
    try await pool.read { connection throws(DatabaseError) in
      let row = try connection.first(
        "\(Self.columns) WHERE workspace_id = \(key.workspace) AND id = \(key.campaign)")
      return try row.map { row throws(DatabaseError) in try Self.campaign(row, on: connection) }
    }
  }

  /// The campaign that was made last.
  package func latest(in workspace: Identifier) async throws(DatabaseError) -> Campaign? {
    try await pool.read { connection throws(DatabaseError) in
      let row = try connection.first(
        "\(Self.columns) WHERE workspace_id = \(workspace) ORDER BY id DESC LIMIT 1")
      return try row.map { row throws(DatabaseError) in try Self.campaign(row, on: connection) }
    }
  }

  /// Moves a campaign to another state.
  ///
  /// - Returns: The state it was in; the caller has asked for a legal move or the row is left.
  /// - Throws: ``DatabaseError``; an illegal move is `nil`.
  package func move(
    _ key: CampaignKey, to state: CampaignState, failure: String? = nil, now: Timestamp
  ) async throws(DatabaseError) -> CampaignState? {
    try await pool.write { connection throws(DatabaseError) in
      try Self.move(key, to: state, failure: failure, now: now, on: connection)
    }
  }

  static func move(
    _ key: CampaignKey, to state: CampaignState, failure: String?, now: Timestamp,
    on connection: Connection
  ) throws(DatabaseError) -> CampaignState? {
    guard
      let row = try connection.first(
        """
        SELECT state FROM campaigns
        WHERE workspace_id = \(key.workspace) AND id = \(key.campaign)
        """), let old = CampaignState(rawValue: try row.text("state")),
      (try? old.moved(to: state)) != nil
    else { return nil }
    try connection.change(
      """
      UPDATE campaigns SET state = \(state.rawValue), failure = \(failure),
        revision = revision + 1,
        started_at = CASE WHEN \(state == .sending) = 1
          THEN COALESCE(started_at, \(now)) ELSE started_at END,
        finished_at = CASE WHEN \(state.isFinal) = 1 THEN \(now) ELSE NULL END
      WHERE workspace_id = \(key.workspace) AND id = \(key.campaign)
      """)
    return old
  }

  /// The counts alone, for whoever asks many times a second: content and attachments stay unread.
  package func counts(_ key: CampaignKey) async throws(DatabaseError) -> CampaignCounts? {
    try await pool.read { connection throws(DatabaseError) in
      let row = try connection.first(
        """
        SELECT queued, sending, deferred, sent, failed, in_doubt_count, suppressed, skipped,
          cancelled
        FROM campaigns WHERE workspace_id = \(key.workspace) AND id = \(key.campaign)
        """)
      return try row.map { row throws(DatabaseError) in try Self.counts(row) }
    }
  }

  // MARK: Rows

  private static let columns: SQL = """
    SELECT workspace_id, id, name, state, failure, sender_id, audience_id, subject, html, text,
      from_header, reply_to, base_url, is_transactional, in_doubt, queued, sending, deferred,
      sent, failed, in_doubt_count, suppressed, skipped, cancelled, revision, created_at
    FROM campaigns
    """

  private static func campaign(
    _ row: Row, on connection: Connection
  ) throws(DatabaseError) -> Campaign {
    let workspace = try row.identifier("workspace_id")
    let id = try row.identifier("id")
    guard let state = CampaignState(rawValue: try row.text("state")) else {
      throw .unexpectedColumn("state")
    }
    guard let inDoubt = InDoubtPolicy(rawValue: try row.text("in_doubt")) else {
      throw .unexpectedColumn("in_doubt")
    }
    var attachments: [StoredAttachment] = []
    for file in try connection.run(
      """
      SELECT name, content_type, file, size FROM campaign_attachments
      WHERE workspace_id = \(workspace) AND campaign_id = \(id) ORDER BY position
      """)
    {
      attachments.append(
        StoredAttachment(
          name: try file.text("name"), contentType: try file.textIfAny("content_type"),
          file: try file.text("file"), size: try file.integer("size")))
    }
    let content = CampaignContent(
      subject: try row.text("subject"), html: try row.octetsIfAny("html"),
      text: try row.octetsIfAny("text"), from: try row.text("from_header"),
      replyTo: try row.textIfAny("reply_to"), isTransactional: try row.bool("is_transactional"),
      baseURL: try row.textIfAny("base_url"), attachments: attachments)
    return Campaign(
      id: id, workspace: workspace, name: try row.text("name"), state: state,
      failure: try row.textIfAny("failure"), content: content,
      sender: try row.identifier("sender_id"), audience: try row.identifier("audience_id"),
      inDoubt: inDoubt, counts: try counts(row), revision: try row.integer("revision"),
      createdAt: try row.moment("created_at"))
  }

  private static func counts(_ row: Row) throws(DatabaseError) -> CampaignCounts {
    var counts = CampaignCounts()
    for state in DeliveryState.allCases {
      counts[state] = try row.integer(state == .unknown ? "in_doubt_count" : state.word)
    }
    return counts
  }
}
