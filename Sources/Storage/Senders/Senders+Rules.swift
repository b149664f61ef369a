public import Database
public import Model
import Octets

extension Senders {
  static func write(
    _ rules: SenderRules, of sender: Sender, on connection: Connection
  ) throws(DatabaseError) {
    try connection.change(
      """
      UPDATE senders SET retries = \(rules.retries?.description),
        urgent_retries = \(rules.urgentRetries?.description),
        own_from_only = \(rules.usesOwnFromOnly)
      WHERE workspace_id = \(sender.workspace) AND id = \(sender.id) AND removed_at IS NULL
      """)
  }

  // MARK: A refused sign-in

  /// Stops a sender whose server refused the sign-in, if it still is as it was tried; that is as good
  /// as a test that failed.
  ///
  /// - Returns: `false` when it has been changed or removed meanwhile.
  @discardableResult
  public func stop(
    _ tried: Sender, because refusal: SignInRefusal
  ) async throws(DatabaseError) -> Bool {
    try await pool.write { connection throws(DatabaseError) in
      guard let now = try Self.find(tried.id, in: tried.workspace, on: connection),
        now.signsIn(as: tried)
      else { return false }
      return try connection.change(
        """
        UPDATE senders SET refused_at = \(refusal.at), refusal = \(refusal.answer),
          tested_at = \(refusal.at), test_passed = 0, test_answer = \(refusal.answer)
        WHERE workspace_id = \(tried.workspace) AND id = \(tried.id)
        """) > 0
    }
  }

  /// Lets a sender go to work again.
  static func forgive(
    _ id: Identifier, in workspace: Identifier, on connection: Connection
  ) throws(DatabaseError) {
    try connection.change(
      """
      UPDATE senders SET refused_at = NULL, refusal = NULL
      WHERE workspace_id = \(workspace) AND id = \(id)
      """)
  }

  /// Lets a sender go to work again whose account is another one from now on.
  static func forgive(
    whereItDiffersFrom sender: Sender, on connection: Connection
  ) throws(DatabaseError) {
    guard let before = try find(sender.id, in: sender.workspace, on: connection),
      before.refusal != nil, !before.signsIn(as: sender)
    else { return }
    try forgive(sender.id, in: sender.workspace, on: connection)
  }

  static func find(
    _ id: Identifier, in workspace: Identifier, on connection: Connection
  ) throws(DatabaseError) -> Sender? {
    try connection.first(
      """
      \(columns) WHERE workspace_id = \(workspace) AND id = \(id) AND removed_at IS NULL
      """
    ).map { row throws(DatabaseError) in try Sender(row) }
  }
}

extension Sender {
  /// Reads what ``Senders/columns`` names of rules and refusal.
  mutating func readRules(_ row: Row) throws(DatabaseError) {
    rules.retries = try Self.schedule(row, "retries")
    rules.urgentRetries = try Self.schedule(row, "urgent_retries")
    rules.usesOwnFromOnly = try row.bool("own_from_only")
    if let at = try row.momentIfAny("refused_at") {
      refusal = SignInRefusal(at: at, answer: try row.textIfAny("refusal") ?? "")
    }
  }

  private static func schedule(
    _ row: Row, _ column: String
  ) throws(DatabaseError) -> RetrySchedule? {
    guard let text = try row.textIfAny(column) else { return nil }
    do throws(RetryScheduleError) {
      return try RetrySchedule(parsing: text)
    } catch {
      throw .unexpectedColumn(column)
    }
  }
}
