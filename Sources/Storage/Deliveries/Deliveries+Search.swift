import Database
import Model
import Octets

/// Finding an address among a million deliveries.
///
/// Deliveries have no index by address: each campaign would pay for one with a third of its size.
/// The list that they were made of has one. Deliveries are numbered in the order of its lines, so
/// a line tells the number, but for the lines that hold no row of their own.
extension Deliveries {
  /// More matches than that are not looked up one by one: they lie close enough for a walk.
  private static let mostMatches = 10_000
  /// A file with more lines that hold no row of their own is walked through.
  private static let mostGaps = 200

  /// The first deliveries after a number whose address begins in a way, in send order.
  ///
  /// `select` gets the rows for which a condition holds.
  ///
  /// - Returns: `nil` when one has to walk.
  static func search(
    _ prefix: AddressPrefix, of key: CampaignKey, after number: Int, limit: Int,
    on connection: Connection, select: (SQL) throws(DatabaseError) -> [QueueRow]
  ) throws(DatabaseError) -> [QueueRow]? {
    guard
      let campaign = try connection.first(
        """
        SELECT audience_id, planned_line - (queued + sending + deferred + sent + failed
          + in_doubt_count + suppressed + skipped + cancelled) AS gaps
        FROM campaigns WHERE \(campaign: key)
        """)
    else { return [] }
    // A delivery's number is its line less the gaps before it, which only ever become more.
    let gaps = try campaign.integer("gaps")
    guard (0...mostGaps).contains(gaps),
      let lines = try lines(
        prefix, of: try campaign.identifier("audience_id"), in: key.workspace, on: connection)
    else { return nil }
    let match = prefix.condition(on: "lower(email)")
    var found: [QueueRow] = []
    for line in lines where line > number {
      if found.count >= limit, limit < 1 || line - gaps > found[limit - 1].number { break }
      let isNew = try select(
        """
         AND number > \(number) AND number >= \(line - gaps) AND number <= \(line) AND \(match)
        """
      ).filter { row in !found.contains { $0.number == row.number } }
      if !isNew.isEmpty { found = (found + isNew).sorted { $0.number < $1.number } }
    }
    return Array(found.prefix(max(0, limit)))
  }

  /// The lines of a list whose address begins in a way, in their order; `nil` when there are many.
  private static func lines(
    _ prefix: AddressPrefix, of list: Identifier, in workspace: Identifier,
    on connection: Connection
  ) throws(DatabaseError) -> [Int]? {
    let scope: SQL = """
      SELECT line FROM audience_rows WHERE workspace_id = \(workspace) AND audience_id = \(list)
      """
    var lines: [Int] = []
    for row in try connection.run(
      """
      \(scope) AND email_key IS NOT NULL AND \(prefix.condition(on: "email_key"))
      LIMIT \(mostMatches + 1)
      """)
    { lines.append(try row.integer("line")) }
    for row in try connection.run(
      """
      \(scope) AND refusal IS NOT NULL AND email_key IS NULL
        AND \(prefix.condition(on: "lower(email)")) LIMIT \(mostMatches + 1)
      """)
    { lines.append(try row.integer("line")) }
    return lines.count > mostMatches ? nil : lines.sorted()
  }
}
