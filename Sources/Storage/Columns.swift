import Database
import Model
import Octets

extension SQL.Interpolation {
  mutating func appendInterpolation(_ id: Identifier) { appendInterpolation(blob: id.octets) }

  mutating func appendInterpolation(_ moment: Timestamp) {
    appendInterpolation(moment.microseconds)
  }

  mutating func appendInterpolation(_ id: Identifier?) { appendInterpolation(blob: id?.octets) }

  mutating func appendInterpolation(_ moment: Timestamp?) {
    appendInterpolation(moment?.microseconds)
  }

  mutating func appendInterpolation(_ state: DeliveryState) { appendInterpolation(state.rawValue) }

  /// The condition that keeps a statement inside one campaign of one workspace.
  mutating func appendInterpolation(in key: CampaignKey) {
    appendLiteral("workspace_id = ")
    appendInterpolation(key.workspace)
    appendLiteral(" AND campaign_id = ")
    appendInterpolation(key.campaign)
  }

  /// The number of rows that a list gives at once; a negative one would mean all of them.
  mutating func appendInterpolation(page limit: Int) {
    appendInterpolation(min(max(0, limit), 1_000))
  }
}

extension SQL {
  /// The condition that one of some columns holds a text, whatever the case of ASCII letters.
  static func anyOf(_ columns: [SQL], contain text: String) -> SQL {
    var pattern = "%"
    // Longer ones are nobody's words, and the database refuses very long ones.
    for scalar in text.unicodeScalars.prefix(200) {
      if scalar == "%" || scalar == "_" || scalar == "\\" { pattern.append("\\") }
      pattern.unicodeScalars.append(scalar)
    }
    pattern.append("%")
    var condition: SQL = "("
    for (index, column) in columns.enumerated() {
      if index > 0 { condition = condition + " OR " }
      condition = condition + "lower(\(column)) LIKE lower(\(pattern)) ESCAPE '\\'"
    }
    return condition + ")"
  }
}

extension Row {
  func identifier(_ name: String) throws(DatabaseError) -> Identifier {
    guard let id = Identifier(octets: try octets(name)) else { throw .unexpectedColumn(name) }
    return id
  }

  func moment(_ name: String) throws(DatabaseError) -> Timestamp {
    Timestamp(microseconds: Int64(try integer(name)))
  }

  func identifierIfAny(_ name: String) throws(DatabaseError) -> Identifier? {
    try octetsIfAny(name) == nil ? nil : try identifier(name)
  }

  func momentIfAny(_ name: String) throws(DatabaseError) -> Timestamp? {
    try integerIfAny(name).map { Timestamp(microseconds: Int64($0)) }
  }

  func boolIfAny(_ name: String) throws(DatabaseError) -> Bool? {
    try integerIfAny(name).map { $0 != 0 }
  }
}

/// By how much each counter of a campaign has to change.
struct CountChange {
  private var byState = [Int](repeating: 0, count: DeliveryState.allCases.count)

  /// Notes that `count` deliveries went from one state to another; `nil` is "new here".
  mutating func move(_ count: Int = 1, from old: DeliveryState?, to new: DeliveryState) {
    if let old { byState[old.rawValue] -= count }
    byState[new.rawValue] += count
  }

  /// Writes the change into the campaign's row, in the caller's transaction.
  func apply(to key: CampaignKey, on connection: Connection) throws(DatabaseError) {
    guard byState.contains(where: { $0 != 0 }) else { return }
    let statement = try connection.statement(
      """
      UPDATE campaigns SET queued = queued + $1, sending = sending + $2, deferred = deferred + $3,
        sent = sent + $4, failed = failed + $5, in_doubt_count = in_doubt_count + $6,
        suppressed = suppressed + $7, skipped = skipped + $8, cancelled = cancelled + $9,
        revision = revision + 1
      WHERE workspace_id = $10 AND id = $11
      """)
    for state in DeliveryState.allCases {
      statement.bind(byState[state.rawValue], at: Int32(state.rawValue + 1))
    }
    statement.bind(blob: key.workspace.octets, at: 10)
    statement.bind(blob: key.campaign.octets, at: 11)
    try statement.run()
  }
}
