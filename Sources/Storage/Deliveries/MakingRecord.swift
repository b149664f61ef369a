import Database
import Locking
public import Model
import Octets

/// Which messages are being made at this very moment, for the process that comes after one that
/// died of it.
///
/// Hundreds of deliveries are claimed at any time, and a kill in between is nobody's fault. This
/// record names the one message, or one for each thread, that the process was at. It costs a few
/// words of memory a message, see ``SurvivingPage``.
public final class MakingRecord: Sendable {
  private let page: SurvivingPage?
  /// A bit for each place that is taken.
  private let taken = Lock<UInt64>(0)
  private static let places = 64
  /// Words of a place: whether it is taken, the number, the workspace and the campaign.
  private static let width = SurvivingPage.wordCount / places

  /// Without a path nothing is noted.
  init(path: String?) { page = path.flatMap(SurvivingPage.init) }

  /// Makes a message, noting meanwhile which it is.
  public func whileMaking<Result, Failure: Error>(
    _ number: Int, of key: CampaignKey, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard let page, let place = take() else { return try body() }
    defer {
      page[place * Self.width] = 0
      taken.withLock { $0 &= ~(1 << UInt64(place)) }
    }
    let (start, workspace, campaign) = (
      place * Self.width, key.workspace.words, key.campaign.words
    )
    page[start + 1] = UInt64(bitPattern: Int64(number))
    page[start + 2] = workspace.high
    page[start + 3] = workspace.low
    page[start + 4] = campaign.high
    page[start + 5] = campaign.low
    page[start] = 1
    return try body()
  }

  private func take() -> Int? {
    taken.withLock { taken in
      let place = (~taken).trailingZeroBitCount
      guard place < Self.places else { return nil }
      taken |= 1 << UInt64(place)
      return place
    }
  }

  /// What a process was making that died.
  var leftBehind: [(key: CampaignKey, number: Int)] {
    guard let page else { return [] }
    return (0..<Self.places).compactMap { place in
      let start = place * Self.width
      guard page[start] == 1 else { return nil }
      return (
        CampaignKey(
          workspace: Identifier(high: page[start + 2], low: page[start + 3]),
          campaign: Identifier(high: page[start + 4], low: page[start + 5])),
        Int(truncatingIfNeeded: page[start + 1])
      )
    }
  }

  /// Forgets what a process was making that died.
  func clear() {
    guard let page else { return }
    for place in 0..<Self.places { page[place * Self.width] = 0 }
  }
}

extension Deliveries {
  /// After so many deaths of the process a message is not made again by itself.
  static let mostDeaths = 2

  /// Counts a death against each message that the process was making then.
  ///
  /// Only what is still claimed counts: a message of which the ledger knows more was made.
  func blame(_ rows: [(key: CampaignKey, number: Int)]) async throws(DatabaseError) {
    guard !rows.isEmpty else { return }
    try await pool.write { connection throws(DatabaseError) in
      for row in rows {
        try connection.change(
          """
          UPDATE deliveries SET deaths = deaths + 1
          WHERE \(in: row.key) AND number = \(row.number) AND state = \(DeliveryState.sending)
            AND intended_at IS NULL
          """)
      }
    }
  }

  /// Ends what the process has died of time and again; in the transaction of a recovery.
  ///
  /// `left` finds the rows that were claimed when the process died.
  ///
  /// - Returns: How many there were.
  static func quarantine(
    _ left: SQL, through sender: Identifier, now: Timestamp, on connection: Connection
  ) throws(DatabaseError) -> Int {
    let condition: SQL = "\(left) AND intended_at IS NULL AND deaths >= \(mostDeaths)"
    let reason = """
      quarantined: the program ended \(mostDeaths) times while this message was being made; it is \
      tried again only when someone asks for it
      """
    try connection.change(
      """
      INSERT INTO attempts (workspace_id, campaign_id, number, attempt, sender_id, server,
        started_at, finished_at, state, reason)
      SELECT workspace_id, campaign_id, number, attempts + 1, \(sender), \(""), \(now), \(now),
        \(DeliveryState.failed), \(reason)
      FROM \(rowsByLease) WHERE \(condition)
      """)
    return try connection.change(
      """
      UPDATE \(rowsByLease) SET state = \(DeliveryState.failed), lease = NULL,
        attempts = attempts + 1, reason = \(reason), code = NULL, enhanced_code = NULL,
        finished_at = \(now)
      WHERE \(condition)
      """)
  }
}
