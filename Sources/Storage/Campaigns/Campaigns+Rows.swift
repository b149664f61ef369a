import Database
import Model
import Octets

extension SQL.Interpolation {
  /// The condition that finds one campaign of one workspace.
  mutating func appendInterpolation(campaign key: CampaignKey) {
    appendLiteral("workspace_id = ")
    appendInterpolation(key.workspace)
    appendLiteral(" AND id = ")
    appendInterpolation(key.campaign)
  }
}

extension Campaigns {
  /// All of a campaign but its bodies.
  static let outline: SQL = """
    workspace_id, id, name, state, failure, sender_id, audience_id, subject, from_header, reply_to,
      base_url, is_transactional, in_doubt, queued, sending, deferred, sent, failed,
      in_doubt_count, suppressed, skipped, cancelled, revision, created_at, kind, template_id,
      is_personalised, time_zone, scheduled_at, started_at, finished_at, archived_at, created_by,
      rate, finish_estimate, slow_reason, stand_in_id
    """

  /// The first whole campaign for which `condition` holds.
  static func find(
    _ condition: SQL, on connection: Connection
  ) throws(DatabaseError) -> Campaign? {
    guard
      let row = try connection.first(
        "SELECT html, text, \(outline) FROM campaigns WHERE \(condition)")
    else { return nil }
    var campaign = try Campaign(outline: row)
    campaign.content.html = try row.octetsIfAny("html")
    campaign.content.text = try row.octetsIfAny("text")
    campaign.content.attachments = try connection.run(
      """
      SELECT name, content_type, file, size FROM campaign_attachments
      WHERE \(in: campaign.key) ORDER BY position
      """
    ).map { file throws(DatabaseError) in
      StoredAttachment(
        name: try file.text("name"), contentType: try file.textIfAny("content_type"),
        file: try file.text("file"), size: try file.integer("size"))
    }
    return campaign
  }

  static func insert(
    _ attachments: [StoredAttachment], of key: CampaignKey, on connection: Connection
  ) throws(DatabaseError) {
    for (position, file) in attachments.enumerated() {
      try connection.change(
        """
        INSERT INTO campaign_attachments
          (workspace_id, campaign_id, position, name, content_type, file, size)
        VALUES (\(key.workspace), \(key.campaign), \(position), \(file.name),
          \(file.contentType), \(file.file), \(file.size))
        """)
    }
  }
}

extension Campaign {
  /// Reads what ``Campaigns/outline`` names.
  init(outline row: Row) throws(DatabaseError) {
    guard let inDoubt = InDoubtPolicy(rawValue: try row.text("in_doubt")) else {
      throw .unexpectedColumn("in_doubt")
    }
    guard let kind = Kind(rawValue: try row.text("kind")) else { throw .unexpectedColumn("kind") }
    let content = CampaignContent(
      subject: try row.text("subject"), html: nil, text: nil, from: try row.text("from_header"),
      replyTo: try row.textIfAny("reply_to"), isTransactional: try row.bool("is_transactional"),
      baseURL: try row.textIfAny("base_url"), isPersonalised: try row.bool("is_personalised"))
    self.init(
      id: try row.identifier("id"), workspace: try row.identifier("workspace_id"),
      name: try row.text("name"), state: try CampaignState(row),
      failure: try row.textIfAny("failure"), content: content,
      sender: try row.identifier("sender_id"), audience: try row.identifier("audience_id"),
      inDoubt: inDoubt, counts: try CampaignCounts(row), revision: try row.integer("revision"),
      createdAt: try row.moment("created_at"))
    self.kind = kind
    template = try row.identifierIfAny("template_id")
    scheduledAt = try row.momentIfAny("scheduled_at")
    timeZone = try row.text("time_zone")
    startedAt = try row.momentIfAny("started_at")
    finishedAt = try row.momentIfAny("finished_at")
    archivedAt = try row.momentIfAny("archived_at")
    createdBy = try row.textIfAny("created_by")
    pace = try CampaignPace(row)
    standIn = try row.identifierIfAny("stand_in_id")
  }
}

extension CampaignState {
  init(_ row: Row) throws(DatabaseError) {
    guard let state = CampaignState(rawValue: try row.text("state")) else {
      throw .unexpectedColumn("state")
    }
    self = state
  }
}

extension CampaignCounts {
  init(_ row: Row) throws(DatabaseError) {
    self.init()
    for state in DeliveryState.allCases {
      self[state] = try row.integer(state == .unknown ? "in_doubt_count" : state.word)
    }
  }
}

extension CampaignPace {
  init(_ row: Row) throws(DatabaseError) {
    self.init(
      rate: try row.realIfAny("rate"), finishEstimate: try row.momentIfAny("finish_estimate"),
      slowReason: try row.textIfAny("slow_reason"))
  }
}
