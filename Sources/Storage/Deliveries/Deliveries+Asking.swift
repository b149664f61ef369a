public import Database
public import Model
public import Octets

/// Which deliveries of a campaign are to be tried again.
public enum RetryKind: Sendable, CaseIterable {
  /// Those that failed though the server never refused them for good.
  case temporaryFailures
  /// Those that may or may not have arrived.
  case unknown
  case cancelled
}

/// What happens because someone asks, and what ends with its campaign.
extension Deliveries {
  /// Rows that one transaction changes, about 50 ms, so that the ledgers of other campaigns never
  /// wait long.
  private static let chunk = 10_000

  /// Ends what has not been sent when its campaign ends before its time.
  ///
  /// It walks through the campaign in short transactions and may be called again after a crash.
  ///
  /// - Returns: How many deliveries were ended.
  @discardableResult
  public func endUnsent(
    of key: CampaignKey, as state: DeliveryState, reason: String, now: Timestamp
  ) async throws(DatabaseError) -> Int {
    var (ended, number) = (0, 0)
    var isMore = true
    while isMore {
      let first = number
      let (count, last) = try await pool.write { connection throws(DatabaseError) in
        let last = try connection.first(
          "SELECT number FROM deliveries WHERE \(in: key) ORDER BY number DESC LIMIT 1")
        var change = CountChange()
        var ended = 0
        for old in [DeliveryState.queued, .deferred] where old.next.contains(state) {
          let count = try connection.change(
            """
            UPDATE deliveries SET state = \(state), reason = \(reason), due_at = NULL,
              finished_at = \(now)
            WHERE \(in: key) AND number > \(first) AND number <= \(first + Self.chunk)
              AND state = \(old)
            """)
          change.move(count, from: old, to: state)
          ended += count
        }
        try change.apply(to: key, on: connection)
        return (ended, try last?.integer("number") ?? 0)
      }
      ended += count
      number += Self.chunk
      isMore = number < last
      if count > 0 { doorbell.ring() }
    }
    return ended
  }

  /// Brings deliveries back to life that were ended unsent.
  public func revive(
    _ state: DeliveryState, of key: CampaignKey, now: Timestamp
  ) async throws(DatabaseError) {
    guard state.next.contains(.deferred), state.isFinal else { return }
    try await pool.write { connection throws(DatabaseError) in
      let count = try connection.change(
        """
        UPDATE deliveries SET state = \(DeliveryState.deferred), reason = NULL, due_at = \(now),
          finished_at = NULL, \(Self.newRowOfRetries)
        WHERE \(in: key) AND state = \(state)
        """)
      var change = CountChange()
      change.move(count, from: state, to: .deferred)
      try change.apply(to: key, on: connection)
    }
    doorbell.ring()
  }

  /// Has deliveries tried again, those of one kind and no others, and brings their campaign back
  /// to life in the same transactions where it has been sent or has failed.
  ///
  /// - Returns: How many are due again; 0 also when the campaign was cancelled.
  public func retry(
    _ kind: RetryKind, of key: CampaignKey, now: Timestamp
  ) async throws(DatabaseError) -> Int {
    var (retried, number) = (0, 0)
    while true {
      let first = number
      let (count, last) = try await pool.write { connection throws(DatabaseError) in
        try Self.retryChunk(kind, of: key, after: first, now: now, on: connection)
      }
      guard let last else { return retried }
      retried += count
      number = last
      doorbell.ring()
    }
  }

  /// - Returns: How many rows were changed, and the number of the last; `nil` at the end.
  private static func retryChunk(
    _ kind: RetryKind, of key: CampaignKey, after number: Int, now: Timestamp,
    on connection: Connection
  ) throws(DatabaseError) -> (Int, last: Int?) {
    guard let row = try connection.first("SELECT state FROM campaigns WHERE \(campaign: key)")
    else { return (0, nil) }
    let campaign = try CampaignState(row)
    guard !campaign.isFinal || campaign.next.contains(.sending) else { return (0, nil) }
    // The list of states is that of the index, word by word.
    let wanted: SQL = "\(in: key) AND state IN (2, 4, 5, 6, 7, 8) AND \(condition(kind))"
    guard
      let last = try connection.run(
        """
        SELECT number FROM \(rowsByState) WHERE \(wanted) AND number > \(number)
        ORDER BY number LIMIT \(chunk)
        """
      ).last?.integer("number")
    else { return (0, nil) }
    let count = try connection.change(
      """
      UPDATE \(rowsByState) SET state = \(DeliveryState.deferred), reason = NULL,
        due_at = \(now), finished_at = NULL, \(newRowOfRetries)
      WHERE \(wanted) AND number > \(number) AND number <= \(last)
      """)
    var change = CountChange()
    change.move(count, from: kind.state, to: .deferred)
    try change.apply(to: key, on: connection)
    if campaign.isFinal {
      _ = try Campaigns.move(key, to: .sending, failure: nil, now: now, on: connection)
    }
    return (count, last)
  }

  private static func condition(_ kind: RetryKind) -> SQL {
    switch kind {
    case .temporaryFailures:
      "state = \(kind.state) AND (code IS NULL OR code BETWEEN 400 AND 499)"
    case .unknown, .cancelled: "state = \(kind.state)"
    }
  }

  /// Has one delivery sent before all that is not due yet.
  ///
  /// - Returns: `false` when it is neither queued nor deferred, or not there.
  public func sendNow(
    _ key: CampaignKey, _ number: Int, now: Timestamp
  ) async throws(DatabaseError) -> Bool {
    let isDone = try await pool.write { connection throws(DatabaseError) in
      let deferred = try connection.change(
        """
        UPDATE deliveries SET due_at = \(now)
        WHERE \(in: key) AND number = \(number) AND state = \(DeliveryState.deferred)
        """)
      if deferred > 0 { return true }
      // What is due goes before what is queued.
      let queued = try connection.change(
        """
        UPDATE deliveries SET state = \(DeliveryState.deferred), due_at = \(now), reason = NULL
        WHERE \(in: key) AND number = \(number) AND state = \(DeliveryState.queued)
        """)
      var change = CountChange()
      change.move(queued, from: .queued, to: .deferred)
      try change.apply(to: key, on: connection)
      return queued > 0
    }
    if isDone { doorbell.ring() }
    return isDone
  }
}

extension RetryKind {
  /// The state of those that are tried again.
  fileprivate var state: DeliveryState {
    switch self {
    case .temporaryFailures: .failed
    case .unknown: .unknown
    case .cancelled: .cancelled
    }
  }
}
