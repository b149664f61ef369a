package import Database
import Dispatch
import Locking
package import Model
package import Octets

/// Writes down what is about to be sent and what became of it, before anything else happens.
///
/// The final dot of a message waits until its intent, and the outcome of the message before it on
/// the same connection, are durable. All connections share one group commit: while a commit is on
/// its way to the disk, the entries of the others gather for the next.
package final class Ledger: Sendable {
  /// A message whose final dot is about to be sent.
  package struct Intent: Sendable {
    package let number: Int
    package let lease: Lease
    package let at: Timestamp

    package init(number: Int, lease: Lease, at: Timestamp) {
      self.number = number
      self.lease = lease
      self.at = at
    }
  }

  /// What became of a message.
  package struct Outcome: Sendable {
    package let number: Int
    package let lease: Lease
    /// Its number, from 1.
    package let attempt: Int
    package let verdict: Verdict
    package let server: [UInt8]
    package let startedAt: Timestamp
    package let finishedAt: Timestamp

    package init(
      number: Int, lease: Lease, attempt: Int, verdict: Verdict, server: [UInt8],
      startedAt: Timestamp, finishedAt: Timestamp
    ) {
      self.number = number
      self.lease = lease
      self.attempt = attempt
      self.verdict = verdict
      self.server = server
      self.startedAt = startedAt
      self.finishedAt = finishedAt
    }
  }

  /// What stands in the ledger after an entry.
  package struct Receipt: Sendable, Equatable {
    /// `false`: the claim was no longer ours, so the outcome was not written.
    package var outcomeStands = true
    /// `false`: the claim is no longer ours, so the dot must not be sent.
    package var intentStands = true
  }

  private typealias Answer = Result<Receipt, DatabaseError>

  private struct Entry: Sendable {
    let campaign: CampaignKey
    let sender: Identifier
    let outcome: Outcome?
    let intent: Intent?
    let waiting: UnsafeContinuation<Answer, Never>
  }

  private struct Pending: Sendable {
    var entries: [Entry] = []
    var isFlushDue = false
  }

  private let pool: DatabasePool
  private let doorbell: Doorbell
  private let pending = Lock(Pending())
  /// How often a commit is tried again while the disk is full or the database busy.
  private static let retries = 6

  init(pool: DatabasePool, doorbell: Doorbell) {
    self.pool = pool
    self.doorbell = doorbell
  }

  /// Writes an outcome, an intent or both, and returns when they are durable.
  package func record(
    _ outcome: Outcome?, thenIntent intent: Intent?, of campaign: CampaignKey, sender: Identifier
  ) async throws(DatabaseError) -> Receipt {
    let answer = await withUnsafeContinuation { (waiting: UnsafeContinuation<Answer, Never>) in
      let entry = Entry(
        campaign: campaign, sender: sender, outcome: outcome, intent: intent, waiting: waiting)
      let mustFlush = pending.withLock { pending in
        pending.entries.append(entry)
        defer { pending.isFlushDue = true }
        return !pending.isFlushDue
      }
      if mustFlush { pool.onWriter { [self] connection in flush(on: connection) } }
    }
    return try answer.get()
  }

  private func flush(on connection: Connection) {
    let entries = pending.withLock { pending in
      defer { pending = Pending() }
      return pending.entries
    }
    commit(entries, triesLeft: Self.retries, on: connection)
  }

  private func commit(_ entries: [Entry], triesLeft: Int, on connection: Connection) {
    do throws(DatabaseError) {
      let receipts = try connection.transaction { connection throws(DatabaseError) in
        try Self.write(entries, on: connection)
      }
      for (entry, receipt) in zip(entries, receipts) {
        entry.waiting.resume(returning: .success(receipt))
      }
      doorbell.ring()
    } catch {
      // A full disk may be emptied in a moment; until then every connection waits before its dot.
      // A failed fsync is final: what it covered may or may not be on the disk (it was rolled
      // back here, and recovery will name it as in doubt).
      if triesLeft > 0, error == .full || error == .busy {
        pool.onWriter(after: .milliseconds(500)) { [self] connection in
          commit(entries, triesLeft: triesLeft - 1, on: connection)
        }
        return
      }
      // One entry that the database refuses must not take those of other connections with it.
      if case .constraint = error, entries.count > 1 {
        for entry in entries { commit([entry], triesLeft: triesLeft, on: connection) }
        return
      }
      for entry in entries { entry.waiting.resume(returning: .failure(error)) }
    }
  }

  private static func write(
    _ entries: [Entry], on connection: Connection
  ) throws(DatabaseError) -> [Receipt] {
    var receipts: [Receipt] = []
    receipts.reserveCapacity(entries.count)
    var changes: [CampaignKey: CountChange] = [:]
    var minutes = SenderMinutes()
    for entry in entries {
      var receipt = Receipt()
      if let outcome = entry.outcome {
        receipt.outcomeStands = try write(outcome, of: entry, on: connection)
        if receipt.outcomeStands {
          changes[entry.campaign, default: CountChange()]
            .move(from: .sending, to: outcome.verdict.state)
          // What may have left counts as that, whatever becomes of it next.
          minutes.add(
            outcome.verdict.isInDoubt ? .unknown : outcome.verdict.state, by: entry.sender,
            in: entry.campaign.workspace,
            at: outcome.finishedAt)
        }
      }
      if let intent = entry.intent {
        receipt.intentStands = try write(intent, of: entry.campaign, on: connection)
      }
      receipts.append(receipt)
    }
    for (key, change) in changes { try change.apply(to: key, on: connection) }
    try minutes.write(on: connection)
    return receipts
  }

  private static func write(
    _ intent: Intent, of key: CampaignKey, on connection: Connection
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

  private static func write(
    _ outcome: Outcome, of entry: Entry, on connection: Connection
  ) throws(DatabaseError) -> Bool {
    let verdict = outcome.verdict
    let workspace = entry.campaign.workspace.octets
    let campaign = entry.campaign.campaign.octets
    // Compare and set on the token: a worker that slept past its lease changes nothing.
    let update = try connection.statement(
      """
      UPDATE deliveries SET state = $1, attempts = $2, lease = NULL, due_at = $3, reason = $4,
        code = $5, enhanced_code = $6, finished_at = $7
      WHERE workspace_id = $8 AND campaign_id = $9 AND number = $10 AND lease = $11 AND state = 1
      """)
    update.bind(verdict.state.rawValue, at: 1)
    update.bind(outcome.attempt, at: 2)
    update.bind(verdict.dueAt.map { .integer($0.microseconds) } ?? .null, at: 3)
    update.bind(Self.reason(verdict).map(SQL.Value.text) ?? .null, at: 4)
    bind(verdict.answer, to: update, at: 5)
    update.bind(outcome.finishedAt, at: 7)
    update.bind(blob: workspace, at: 8)
    update.bind(blob: campaign, at: 9)
    update.bind(outcome.number, at: 10)
    update.bind(outcome.lease.token, at: 11)
    guard try update.run() > 0 else { return false }

    let insert = try connection.statement(
      """
      INSERT INTO attempts (workspace_id, campaign_id, number, attempt, sender_id, server,
        started_at, finished_at, state, code, enhanced_code, answer, reason)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
      """)
    insert.bind(blob: workspace, at: 1)
    insert.bind(blob: campaign, at: 2)
    insert.bind(outcome.number, at: 3)
    insert.bind(outcome.attempt, at: 4)
    insert.bind(blob: entry.sender.octets, at: 5)
    insert.bind(text: outcome.server, at: 6)
    insert.bind(outcome.startedAt, at: 7)
    insert.bind(outcome.finishedAt, at: 8)
    insert.bind(verdict.state.rawValue, at: 9)
    bind(verdict.answer, to: insert, at: 10)
    if let answer = verdict.answer {
      insert.bind(text: answer.text, at: 12)
    } else {
      insert.bindNull(at: 12)
    }
    insert.bind(verdict.reason.map { .text([UInt8]($0.utf8)) } ?? .null, at: 13)
    try insert.run()
    return true
  }

  /// Binds code and enhanced code at `index` and the one after it.
  private static func bind(_ answer: ServerAnswer?, to statement: Statement, at index: Int32) {
    guard let answer else {
      statement.bindNull(at: index)
      statement.bindNull(at: index + 1)
      return
    }
    statement.bind(answer.code, at: index)
    statement.bind(text: [UInt8](answer.enhancedCode.utf8), at: index + 1)
  }

  /// What a report shows: nothing for what was sent, the server's words for what was refused.
  private static func reason(_ verdict: Verdict) -> [UInt8]? {
    if verdict.state == .sent { return nil }
    var reason = verdict.reason.map { [UInt8]($0.utf8) } ?? []
    if let answer = verdict.answer {
      if !reason.isEmpty { reason.append(": ") }
      reason += answer.text.map { $0 < 0x20 ? ASCII.space : $0 }
    }
    return reason
  }
}
