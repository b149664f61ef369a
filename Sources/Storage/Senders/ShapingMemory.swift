public import Database
public import Model

/// What senders have learnt about how much their receivers take.
public struct ShapingMemory: Sendable {
  let pool: DatabasePool

  /// More receivers than that are not remembered, the youngest first.
  private static let most = 10_000

  /// What is known of a sender's receivers, those that refused last first.
  public func all(
    of sender: Identifier, in workspace: Identifier
  ) async throws(DatabaseError) -> [ShapedDomain] {
    try await pool.read { connection throws(DatabaseError) in
      try connection.run(
        """
        SELECT domain, rate, ceiling, blocked_since, blocked_until, refused_at
        FROM shaped_domains WHERE workspace_id = \(workspace) AND sender_id = \(sender)
        ORDER BY refused_at DESC LIMIT \(Self.most)
        """
      ).map { row throws(DatabaseError) in
        ShapedDomain(
          domain: [UInt8](try row.text("domain").utf8), rate: try row.realIfAny("rate") ?? 0,
          ceiling: try row.realIfAny("ceiling") ?? 0,
          blockedSince: try row.momentIfAny("blocked_since"),
          blockedUntil: try row.momentIfAny("blocked_until"),
          refusedAt: try row.moment("refused_at"))
      }
    }
  }

  /// Writes down what has changed, in one transaction.
  public func write(
    _ kept: [ShapedDomain], forgetting forgotten: [[UInt8]], of sender: Identifier,
    in workspace: Identifier
  ) async throws(DatabaseError) {
    guard !kept.isEmpty || !forgotten.isEmpty else { return }
    try await pool.write { connection throws(DatabaseError) in
      for shaped in kept {
        try connection.change(
          """
          INSERT INTO shaped_domains (workspace_id, sender_id, domain, rate, ceiling,
            blocked_since, blocked_until, refused_at)
          VALUES (\(workspace), \(sender), \(text: shaped.domain), \(shaped.rate),
            \(shaped.ceiling), \(shaped.blockedSince), \(shaped.blockedUntil), \(shaped.refusedAt))
          ON CONFLICT (workspace_id, sender_id, domain) DO UPDATE SET rate = excluded.rate,
            ceiling = excluded.ceiling, blocked_since = excluded.blocked_since,
            blocked_until = excluded.blocked_until, refused_at = excluded.refused_at
          """)
      }
      for domain in forgotten {
        try connection.change(
          """
          DELETE FROM shaped_domains WHERE workspace_id = \(workspace) AND sender_id = \(sender)
            AND domain = \(text: domain)
          """)
      }
    }
  }
}
