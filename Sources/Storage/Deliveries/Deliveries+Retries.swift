public import Database
public import Model
public import Octets

/// A delivery's row of retries: it begins with the first refusal, and anew when someone asks for
/// what was given up.
extension Deliveries {
  /// A moment as a claim reads it, 0 for none.
  static func moment(_ microseconds: Int) -> Timestamp? {
    microseconds == 0 ? nil : Timestamp(microseconds: Int64(microseconds))
  }

  /// What the claim of a due delivery writes: the refusal before it began the row, if none has.
  static let rowOfRetries: SQL = """
    retries_from = COALESCE(retries_from,
      CASE WHEN finished_at IS NULL THEN attempts ELSE attempts - 1 END),
    retries_since = COALESCE(retries_since, finished_at)
    """

  /// What asking writes: the next try is the first of a new row.
  static let newRowOfRetries: SQL = "retries_from = attempts, retries_since = NULL"

  /// How often a delivery was tried before its row of retries began, and since when it goes.
  public func retries(
    of key: CampaignKey, _ number: Int
  ) async throws(DatabaseError) -> (before: Int, since: Timestamp?)? {
    try await pool.read { connection throws(DatabaseError) in
      try connection.first(
        """
        SELECT COALESCE(retries_from, 0) AS retries_from,
          COALESCE(retries_since, finished_at) AS since
        FROM deliveries WHERE \(in: key) AND number = \(number)
        """
      ).map { row throws(DatabaseError) in
        (try row.integer("retries_from"), try row.momentIfAny("since"))
      }
    }
  }

  /// Who a campaign's messages leave through at the moment: its sender, or the one that stands in.
  static func sender(
    of campaign: Campaign, on connection: Connection
  ) throws(DatabaseError) -> Identifier {
    try connection.first(
      "SELECT stand_in_id FROM campaigns WHERE \(campaign: campaign.key)"
    )?.identifierIfAny("stand_in_id") ?? campaign.sender
  }
}

extension Campaigns {
  /// Notes who stands in for a campaign's sender from now on; `nil`: nobody.
  public func setStandIn(
    _ sender: Identifier?, of key: CampaignKey
  ) async throws(DatabaseError) {
    try await pool.write { connection throws(DatabaseError) in
      _ = try connection.change(
        """
        UPDATE campaigns SET stand_in_id = \(sender)
        WHERE \(campaign: key) AND stand_in_id IS NOT \(sender)
        """)
    }
  }
}
