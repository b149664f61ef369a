import Database
import Model
import Octets

/// Puts entries into the rows: deliveries, attempts, the counters of campaigns and senders.
///
/// All is compare and set on the lease's token: a worker that slept past its lease changes nothing,
/// and what is put in twice counts once.
enum LedgerFold {
  /// Writes entries that do not go through the journal.
  static func write(
    _ entries: [LedgerEntry], on connection: Connection
  ) throws(DatabaseError) -> [Ledger.Receipt] {
    let rows = try Rows(on: connection)
    var counts = LedgerCounts()
    var receipts: [Ledger.Receipt] = []
    for entry in entries {
      var receipt = Ledger.Receipt()
      if let outcome = entry.outcome {
        try rows.turn(to: entry)
        receipt.outcomeStands = try rows.write(outcome)
        if receipt.outcomeStands { counts.add(outcome, of: entry) }
      }
      if let intent = entry.intent {
        receipt.intentStands = try write(intent, of: entry.campaign, on: connection)
      }
      receipts.append(receipt)
    }
    try counts.write(on: connection)
    return receipts
  }

  /// Writes all of a page, in the order of the rows.
  static func write(_ page: LedgerPage, on connection: Connection) throws(DatabaseError) {
    let rows = try Rows(on: connection)
    var counts = LedgerCounts()
    var campaign: CampaignKey?
    var sender: Identifier?
    for entry in page.outcomes {
      guard let outcome = entry.outcome else { continue }
      if entry.campaign != campaign || entry.sender != sender {
        (campaign, sender) = (entry.campaign, entry.sender)
        try rows.turn(to: entry)
      }
      if try rows.write(outcome) { counts.add(outcome, of: entry) }
    }
    try counts.write(on: connection)
    try writeIntents(page, on: connection)
  }

  /// Writes all of a page, each outcome in a transaction of its own: a message whose outcome the rows
  /// refuse is in doubt, and says so.
  static func writeEach(_ page: LedgerPage, on connection: Connection) throws(DatabaseError) {
    for entry in page.outcomes {
      guard let outcome = entry.outcome else { continue }
      var alone = entry
      alone.intent = nil
      do throws(DatabaseError) {
        _ = try connection.transaction { connection throws(DatabaseError) in
          try write([alone], on: connection)
        }
      } catch {
        guard case .constraint(let message) = error else { throw error }
        try connection.transaction { connection throws(DatabaseError) in
          try doubt(alone, outcome, because: message, on: connection)
        }
      }
    }
    try connection.transaction { connection throws(DatabaseError) in
      try writeIntents(page, on: connection)
    }
  }

  private static func doubt(
    _ entry: LedgerEntry, _ outcome: Ledger.Outcome, because message: String,
    on connection: Connection
  ) throws(DatabaseError) {
    let verdict = Verdict(
      state: .unknown, reason: "what the server answered could not be written down: \(message)")
    let refused = Ledger.Outcome(
      number: outcome.number, lease: outcome.lease, attempt: outcome.attempt, verdict: verdict,
      server: outcome.server, startedAt: outcome.startedAt, finishedAt: outcome.finishedAt)
    let rows = try Rows(on: connection)
    try rows.turn(to: entry)
    guard try rows.write(refused, asAttempt: false) else { return }
    var counts = LedgerCounts()
    counts.add(refused, of: entry)
    try counts.write(on: connection)
  }

  private static func writeIntents(
    _ page: LedgerPage, on connection: Connection
  ) throws(DatabaseError) {
    for (place, intent) in page.intents {
      _ = try write(intent, of: place.campaign, on: connection)
    }
    try LedgerJournal.setFolded(page.seq, on: connection)
  }

  private static func write(
    _ intent: Ledger.Intent, of key: CampaignKey, on connection: Connection
  ) throws(DatabaseError) -> Bool {
    let update = try connection.statement(
      """
      UPDATE deliveries SET intended_at = $1
      WHERE workspace_id = $2 AND campaign_id = $3 AND number = $4 AND lease = $5 AND state = 1
      """)
    update.bind(intent.at, at: 1)
    update.bind(blob: key.workspace.octets, at: 2)
    update.bind(blob: key.campaign.octets, at: 3)
    update.bind(intent.number, at: 4)
    update.bind(intent.lease.token, at: 5)
    return try update.run() > 0
  }

  /// Whether a delivery is claimed under a lease, as its row says.
  static func isClaimed(
    _ number: Int, of key: CampaignKey, under lease: Lease, on connection: Connection
  ) throws(DatabaseError) -> Bool {
    let select = try connection.statement(
      """
      SELECT 1 FROM deliveries
      WHERE workspace_id = $1 AND campaign_id = $2 AND number = $3 AND lease = $4 AND state = 1
      """)
    select.bind(blob: key.workspace.octets, at: 1)
    select.bind(blob: key.campaign.octets, at: 2)
    select.bind(number, at: 3)
    select.bind(lease.token, at: 4)
    guard try select.step() else { return false }
    select.reset()
    return true
  }

  /// The two statements of an outcome, with the campaign and the sender bound once for many.
  private struct Rows {
    private let update: Statement
    private let insert: Statement

    init(on connection: Connection) throws(DatabaseError) {
      update = try connection.statement(
        """
        UPDATE deliveries SET state = $1, attempts = $2, lease = NULL, due_at = $3, reason = $4,
          code = $5, enhanced_code = $6, finished_at = $7, doubts = doubts + $8
        WHERE workspace_id = $9 AND campaign_id = $10 AND number = $11 AND lease = $12
          AND state = 1
        """)
      insert = try connection.statement(
        """
        INSERT INTO attempts (workspace_id, campaign_id, number, attempt, sender_id, server,
          started_at, finished_at, state, code, enhanced_code, answer, reason)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        """)
    }

    func turn(to entry: LedgerEntry) throws(DatabaseError) {
      let workspace = entry.campaign.workspace.octets
      let campaign = entry.campaign.campaign.octets
      update.bind(blob: workspace, at: 9)
      update.bind(blob: campaign, at: 10)
      insert.bind(blob: workspace, at: 1)
      insert.bind(blob: campaign, at: 2)
      insert.bind(blob: entry.sender.octets, at: 5)
    }

    func write(
      _ outcome: Ledger.Outcome, asAttempt isAttempt: Bool = true
    ) throws(DatabaseError) -> Bool {
      let verdict = outcome.verdict
      update.bind(verdict.state.rawValue, at: 1)
      update.bind(outcome.attempt, at: 2)
      update.bind(verdict.dueAt.map { .integer($0.microseconds) } ?? .null, at: 3)
      update.bind(LedgerFold.reason(verdict).map(SQL.Value.text) ?? .null, at: 4)
      update.bind(outcome.finishedAt, at: 7)
      update.bind(verdict.isInDoubt ? 1 : 0, at: 8)
      update.bind(outcome.number, at: 11)
      update.bind(outcome.lease.token, at: 12)
      insert.bind(outcome.number, at: 3)
      insert.bind(outcome.attempt, at: 4)
      insert.bind(text: outcome.server, at: 6)
      insert.bind(outcome.startedAt, at: 7)
      insert.bind(outcome.finishedAt, at: 8)
      insert.bind(verdict.state.rawValue, at: 9)
      if let answer = verdict.answer {
        let enhancedCode = [UInt8](answer.enhancedCode.utf8)
        update.bind(answer.code, at: 5)
        update.bind(text: enhancedCode, at: 6)
        insert.bind(answer.code, at: 10)
        insert.bind(text: enhancedCode, at: 11)
        insert.bind(text: answer.text, at: 12)
      } else {
        for index: Int32 in 5...6 { update.bindNull(at: index) }
        for index: Int32 in 10...12 { insert.bindNull(at: index) }
      }
      insert.bind(verdict.reason.map { .text([UInt8]($0.utf8)) } ?? .null, at: 13)
      guard try update.run() > 0 else { return false }
      if isAttempt { try insert.run() }
      return true
    }
  }

  /// What a report shows: nothing for what was sent, the server's words for what was refused.
  private static func reason(_ verdict: Verdict) -> [UInt8]? {
    if verdict.state == .sent { return nil }
    var reason = verdict.reason.map { [UInt8]($0.utf8) } ?? []
    if let answer = verdict.answer {
      if !reason.isEmpty { reason += [UInt8](": ".utf8) }
      reason += answer.text.map { $0 < 0x20 ? ASCII.space : $0 }
    }
    return reason
  }
}

/// What outcomes change in the counters, gathered for one transaction.
private struct LedgerCounts {
  private var changes: [CampaignKey: CountChange] = [:]
  private var minutes = SenderMinutes()

  mutating func add(_ outcome: Ledger.Outcome, of entry: LedgerEntry) {
    changes[entry.campaign, default: CountChange()]
      .move(from: .sending, to: outcome.verdict.state)
    // What may have left counts as that, whatever becomes of it next.
    minutes.add(
      outcome.verdict.isInDoubt ? .unknown : outcome.verdict.state, by: entry.sender,
      in: entry.campaign.workspace, at: outcome.finishedAt)
  }

  func write(on connection: Connection) throws(DatabaseError) {
    for (key, change) in changes { try change.apply(to: key, on: connection) }
    try minutes.write(on: connection)
  }
}
