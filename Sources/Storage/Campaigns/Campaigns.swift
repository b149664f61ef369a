public import Database
public import Model
public import Octets

/// Campaigns with their content, state and counts.
public struct Campaigns: Sendable {
  let pool: DatabasePool
  let doorbell: Doorbell

  /// Adds a campaign together with the audience that its file becomes: both or neither.
  ///
  /// Without `audience` the campaign's own must be there.
  public func add(
    _ campaign: Campaign, with audience: Audience? = nil, now: Timestamp
  ) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      if let audience { try Audiences.insert(audience, now: now, on: connection) }
      let content = campaign.content
      try connection.change(
        """
        INSERT INTO campaigns (workspace_id, id, name, state, sender_id, audience_id, subject,
          html, text, from_header, reply_to, base_url, is_transactional, in_doubt, created_at,
          kind, template_id, is_personalised, time_zone, scheduled_at, created_by)
        VALUES (\(campaign.workspace), \(campaign.id), \(campaign.name),
          \(campaign.state.rawValue), \(campaign.sender), \(campaign.audience),
          \(content.subject), \(text: content.html), \(text: content.text), \(content.from),
          \(content.replyTo), \(content.baseURL), \(content.isTransactional),
          \(campaign.inDoubt.rawValue), \(campaign.createdAt), \(campaign.kind.rawValue),
          \(campaign.template), \(content.isPersonalised), \(campaign.timeZone),
          \(campaign.scheduledAt), \(campaign.createdBy))
        """)
      try Self.insert(content.attachments, of: campaign.key, on: connection)
    }
    doorbell.ring()
  }

  /// Writes name, content, sender, audience, schedule and template of a campaign that has not
  /// begun, all of it or nothing.
  ///
  /// `campaign` bears state and revision as they were read; `state` is what it becomes by this,
  /// `nil` leaves it; `audience` is the list that it names, where that is to be written too.
  ///
  /// - Returns: `false` when it has begun or was changed since it was read, is not there, would wait
  ///   for no time, or its list is used already: nothing was changed.
  public func edit(
    _ campaign: Campaign, as state: CampaignState? = nil, with audience: Audience? = nil
  ) async throws(DatabaseError) -> Bool {
    let key = campaign.key
    let next = state ?? campaign.state
    guard campaign.state == .draft || campaign.state == .scheduled,
      next == campaign.state || campaign.state.next.contains(next),
      next != .scheduled || campaign.scheduledAt != nil
    else { return false }
    let isDone = try await pool.write { connection throws(DatabaseError) in
      let asRead: SQL = """
        \(campaign: key) AND state = \(campaign.state.rawValue)
          AND revision = \(campaign.revision)
        """
      guard
        let old = try connection.first("SELECT audience_id FROM campaigns WHERE \(asRead)")
      else { return false }
      if let audience {
        guard audience.workspace == key.workspace, audience.id == campaign.audience,
          try Audiences.put(audience, on: connection)
        else { return false }
      }
      try Self.write(campaign, as: next, on: connection)
      try connection.change("DELETE FROM campaign_attachments WHERE \(in: key)")
      try Self.insert(campaign.content.attachments, of: key, on: connection)
      try Audiences.dropPlace(
        try old.identifier("audience_id"), in: key.workspace, on: connection)
      return true
    }
    if isDone { doorbell.ring() }
    return isDone
  }

  private static func write(
    _ campaign: Campaign, as state: CampaignState, on connection: Connection
  ) throws(DatabaseError) {
    let content = campaign.content
    try connection.change(
      """
      UPDATE campaigns SET name = \(campaign.name), state = \(state.rawValue),
        sender_id = \(campaign.sender), audience_id = \(campaign.audience),
        subject = \(content.subject), html = \(text: content.html), text = \(text: content.text),
        from_header = \(content.from), reply_to = \(content.replyTo),
        base_url = \(content.baseURL), is_transactional = \(content.isTransactional),
        is_personalised = \(content.isPersonalised), in_doubt = \(campaign.inDoubt.rawValue),
        template_id = \(campaign.template), time_zone = \(campaign.timeZone),
        scheduled_at = \(campaign.scheduledAt), revision = revision + 1
      WHERE \(campaign: campaign.key)
      """)
  }

  public func find(_ key: CampaignKey) async throws(DatabaseError) -> Campaign? {
    try await pool.read { connection throws(DatabaseError) in
      try Self.find("\(campaign: key)", on: connection)
    }
  }

  /// The campaign that was made last.
  public func latest(in workspace: Identifier) async throws(DatabaseError) -> Campaign? {
    try await pool.read { connection throws(DatabaseError) in
      try Self.find("workspace_id = \(workspace) ORDER BY id DESC LIMIT 1", on: connection)
    }
  }

  /// Makes a draft of the same content, for the same audience.
  ///
  /// Attachments share their files too: see ``isAttached(_:in:)``.
  ///
  /// - Returns: `nil` when there is no such campaign.
  public func copy(
    _ key: CampaignKey, as id: Identifier = .new(), by user: String? = nil, now: Timestamp
  ) async throws(DatabaseError) -> Campaign? {
    let copy = try await pool.write { connection throws(DatabaseError) -> Campaign? in
      let copied = try connection.change(
        """
        INSERT INTO campaigns (workspace_id, id, name, state, sender_id, audience_id, subject,
          html, text, from_header, reply_to, base_url, is_transactional, in_doubt, created_at,
          kind, template_id, is_personalised, time_zone, created_by)
        SELECT workspace_id, \(id), substr('Copy of ' || name, 1, \(Self.longestName)), 'draft',
          sender_id, audience_id, subject, html, text, from_header, reply_to, base_url,
          is_transactional, in_doubt, \(now), kind, template_id, is_personalised, time_zone,
          \(user)
        FROM campaigns WHERE \(campaign: key)
        """)
      guard copied > 0 else { return nil }
      try connection.change(
        """
        INSERT INTO campaign_attachments
          (workspace_id, campaign_id, position, name, content_type, file, size)
        SELECT workspace_id, \(id), position, name, content_type, file, size
        FROM campaign_attachments WHERE \(in: key)
        """)
      let new = CampaignKey(workspace: key.workspace, campaign: id)
      return try Self.find("\(campaign: new)", on: connection)
    }
    if copy != nil { doorbell.ring() }
    return copy
  }

  /// In characters; copies of copies grow no further.
  private static let longestName = 200

  /// Removes a draft.
  ///
  /// Files of its attachments stay; who removes them asks ``isAttached(_:in:)``.
  ///
  /// - Returns: `false` when it is no draft, or not there.
  public func remove(_ key: CampaignKey) async throws(DatabaseError) -> Bool {
    let isDone = try await pool.write { connection throws(DatabaseError) in
      guard
        let row = try connection.first(
          "SELECT audience_id FROM campaigns WHERE \(campaign: key) AND state = 'draft'")
      else { return false }
      try connection.change("DELETE FROM campaign_attachments WHERE \(in: key)")
      try connection.change("DELETE FROM campaigns WHERE \(campaign: key)")
      try Audiences.dropPlace(
        try row.identifier("audience_id"), in: key.workspace, on: connection)
      return true
    }
    if isDone { doorbell.ring() }
    return isDone
  }

  /// Whether a campaign has an attachment in this file of the data folder.
  public func isAttached(
    _ file: String, in workspace: Identifier
  ) async throws(DatabaseError) -> Bool {
    try await pool.read { connection throws(DatabaseError) in
      try connection.first(
        """
        SELECT position FROM campaign_attachments
        WHERE workspace_id = \(workspace) AND file = \(file) LIMIT 1
        """) != nil
    }
  }
}
