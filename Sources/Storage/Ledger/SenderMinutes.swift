import Database
import Model
import Octets

/// What left in which minute by which sender, gathered for one transaction.
struct SenderMinutes {
  private struct Place: Hashable {
    let workspace: Identifier
    let sender: Identifier
    let minute: Int
  }

  private struct Counts {
    var sent = 0
    var deferred = 0
    var failed = 0
    var inDoubt = 0
  }

  private var counts: [Place: Counts] = [:]

  /// Minutes since 1970.
  static func minute(of moment: Timestamp) -> Int {
    let seconds = moment.seconds
    return Int(seconds / 60 - (seconds % 60 < 0 ? 1 : 0))
  }

  /// Notes attempts that ended in a state; others than those that are counted change nothing.
  mutating func add(
    _ state: DeliveryState, count: Int = 1, by sender: Identifier, in workspace: Identifier,
    at moment: Timestamp
  ) {
    guard count > 0 else { return }
    let place = Place(workspace: workspace, sender: sender, minute: Self.minute(of: moment))
    switch state {
    case .sent: counts[place, default: Counts()].sent += count
    case .deferred: counts[place, default: Counts()].deferred += count
    case .failed: counts[place, default: Counts()].failed += count
    case .unknown: counts[place, default: Counts()].inDoubt += count
    case .queued, .sending, .suppressed, .skipped, .cancelled: break
    }
  }

  /// Adds them to what is there, one statement for each minute of a sender.
  func write(on connection: Connection) throws(DatabaseError) {
    for (place, counts) in counts {
      let upsert = try connection.statement(
        """
        INSERT INTO sender_minutes (workspace_id, minute, sender_id, sent, deferred, failed,
          in_doubt)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (workspace_id, minute, sender_id) DO UPDATE SET
          sent = sender_minutes.sent + excluded.sent,
          deferred = sender_minutes.deferred + excluded.deferred,
          failed = sender_minutes.failed + excluded.failed,
          in_doubt = sender_minutes.in_doubt + excluded.in_doubt
        """)
      upsert.bind(blob: place.workspace.octets, at: 1)
      upsert.bind(place.minute, at: 2)
      upsert.bind(blob: place.sender.octets, at: 3)
      upsert.bind(counts.sent, at: 4)
      upsert.bind(counts.deferred, at: 5)
      upsert.bind(counts.failed, at: 6)
      upsert.bind(counts.inDoubt, at: 7)
      try upsert.run()
    }
  }
}
