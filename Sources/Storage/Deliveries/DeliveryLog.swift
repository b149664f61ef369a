public import Database
public import Model
public import Octets

/// Every try to deliver, as servers answered it.
public struct DeliveryLog: Sendable {
  let pool: DatabasePool

  /// A page of a workspace's tries, the latest first; `troubleOnly` leaves out what was sent.
  ///
  /// `place` is that of the last row of the page before.
  public func page(
    in workspace: Identifier,
    after place: (finishedAt: Timestamp, campaign: Identifier, number: Int, attempt: Int)? = nil,
    limit: Int, troubleOnly: Bool = false
  ) async throws(DatabaseError) -> [LogRow] {
    try await pool.read { connection throws(DatabaseError) in
      var query: SQL = "\(Self.columns) WHERE workspace_id = \(workspace)"
      // The condition of an index, word by word: what was sent is not looked at.
      if troubleOnly { query = query + " AND state <> 3" }
      if let place {
        query =
          query + """
             AND (finished_at, campaign_id, number, attempt)
              < (\(place.finishedAt), \(place.campaign), \(place.number), \(place.attempt))
            """
      }
      return try connection.run(
        query + """
           ORDER BY finished_at DESC, campaign_id DESC, number DESC, attempt DESC
          LIMIT \(page: limit)
          """
      ).map { row throws(DatabaseError) in try LogRow(row) }
    }
  }

  /// Name and address are looked up for each row of the page.
  static let columns: SQL = """
    SELECT campaign_id, number, attempt, server, started_at, finished_at, state, code,
      COALESCE(enhanced_code, '') AS enhanced_code, COALESCE(answer, '') AS answer,
      COALESCE(reason, '') AS reason,
      (SELECT c.name FROM campaigns AS c WHERE c.workspace_id = attempts.workspace_id
        AND c.id = attempts.campaign_id) AS campaign_name,
      (SELECT s.name FROM senders AS s WHERE s.workspace_id = attempts.workspace_id
        AND s.id = attempts.sender_id) AS sender_name,
      (SELECT d.email FROM deliveries AS d WHERE d.workspace_id = attempts.workspace_id
        AND d.campaign_id = attempts.campaign_id AND d.number = attempts.number) AS email
    FROM attempts
    """
}

extension LogRow {
  /// Reads what ``DeliveryLog/columns`` names.
  init(_ row: Row) throws(DatabaseError) {
    self.init(
      campaign: try row.identifier("campaign_id"), campaignName: try row.text("campaign_name"),
      number: try row.integer("number"), email: try row.octets("email"),
      attempt: try row.integer("attempt"), sender: try row.textIfAny("sender_name"),
      server: try row.text("server"),
      startedAt: try row.moment("started_at"), finishedAt: try row.moment("finished_at"),
      state: try DeliveryState(row), code: try row.integerIfAny("code"),
      enhancedCode: try row.text("enhanced_code"), answer: try row.octets("answer"),
      reason: try row.text("reason"))
  }
}
