public import Database
public import Model
public import Octets

extension Campaigns {
  /// A page of campaigns without their bodies and attachments, newest first.
  ///
  /// `search` is part of a name or subject; `states` of `nil` are all.
  public func page(
    in workspace: Identifier, kind: Campaign.Kind = .campaign,
    states: Set<CampaignState>? = nil, archived: Bool = false, search: String? = nil,
    after: Identifier? = nil, limit: Int
  ) async throws(DatabaseError) -> [Campaign] {
    try await pool.read { connection throws(DatabaseError) in
      var query: SQL = """
        SELECT \(Self.outline) FROM campaigns
        WHERE workspace_id = \(workspace) AND kind = \(kind.rawValue)
        """
      if let after { query = query + " AND id < \(after)" }
      query =
        query + (archived ? " AND archived_at IS NOT NULL" : " AND archived_at IS NULL")
      if let states {
        // The empty text keeps the index by state away: its rows would have to be sorted.
        query = query + " AND state || '' IN ("
        for (index, state) in states.map(\.rawValue).sorted().enumerated() {
          query = query + (index > 0 ? ", \(state)" : "\(state)")
        }
        query = query + ")"
      }
      if let search, !search.isEmpty {
        query = query + " AND \(SQL.anyOf(["name", "subject"], contain: search))"
      }
      return try connection.run(query + " ORDER BY id DESC LIMIT \(page: limit)")
        .map { row throws(DatabaseError) in try Campaign(outline: row) }
    }
  }

  /// A campaign that the scheduler has to do with.
  public struct Active: Sendable, Equatable {
    public let key: CampaignKey
    public let state: CampaignState
    public let sender: Identifier
    public let scheduledAt: Timestamp?
  }

  /// The campaigns of all workspaces that wait for their time, are being prepared or sent, and
  /// those that ended with deliveries unsent, which want ending too.
  public func active() async throws(DatabaseError) -> [Active] {
    try await pool.read { connection throws(DatabaseError) in
      // Both conditions are those of indexes, word by word, so that campaigns of the past are not
      // looked at.
      try connection.run(
        """
        SELECT workspace_id, id, state, sender_id, scheduled_at FROM campaigns
        WHERE state IN ('scheduled', 'preparing', 'sending')
        UNION ALL
        SELECT workspace_id, id, state, sender_id, scheduled_at FROM campaigns
        WHERE state IN ('failed', 'cancelled') AND queued + deferred > 0
        """
      ).map { row throws(DatabaseError) in
        Active(
          key: CampaignKey(
            workspace: try row.identifier("workspace_id"), campaign: try row.identifier("id")),
          state: try CampaignState(row), sender: try row.identifier("sender_id"),
          scheduledAt: try row.momentIfAny("scheduled_at"))
      }
    }
  }

  /// The counts alone, for whoever asks many times a second: content and attachments stay unread.
  public func counts(_ key: CampaignKey) async throws(DatabaseError) -> CampaignCounts? {
    try await progress(key)?.counts
  }

  /// How far a campaign is; content and attachments stay unread.
  public func progress(_ key: CampaignKey) async throws(DatabaseError) -> CampaignProgress? {
    try await pool.read { connection throws(DatabaseError) in
      try connection.first(
        """
        SELECT state, failure, queued, sending, deferred, sent, failed, in_doubt_count, suppressed,
          skipped, cancelled, revision, rate, finish_estimate, slow_reason
        FROM campaigns WHERE \(campaign: key)
        """
      ).map { row throws(DatabaseError) in
        CampaignProgress(
          state: try CampaignState(row), failure: try row.textIfAny("failure"),
          counts: try CampaignCounts(row), pace: try CampaignPace(row),
          revision: try row.integer("revision"))
      }
    }
  }
}
