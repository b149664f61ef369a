import Database
import Model

/// The journal of group commits: a file beside the database, of a few slots that are written over and
/// over.
struct LedgerJournal: Sendable {
  private let file: SlotFile

  /// Opens the journal of the database at `path`, or makes one.
  init(besideDatabase path: String, pool: DatabasePool) async throws(DatabaseError) {
    let book = try await pool.write(framed: false) { connection throws(DatabaseError) in
      if let known = try connection.first("SELECT book FROM ledger_folded WHERE id = 1") {
        return try known.octets("book")
      }
      let new = Identifier.new().octets
      try connection.change(
        "INSERT INTO ledger_folded (id, seq, book) VALUES (1, 0, \(blob: new))")
      return new
    }
    guard book.count == 16 else { throw .corrupt("the ledger's book has no name") }
    file = try SlotFile(path: "\(path)-ledger", count: Self.most, owner: book)
  }

  /// How many slots there are.
  static let most = 256

  /// Whether an entry fits into a slot; one with more words than that goes into the rows at once.
  static func holds(_ entry: LedgerEntry) -> Bool {
    let verdict = entry.outcome?.verdict
    let words =
      (entry.outcome?.server.count ?? 0) + (verdict?.answer?.text.count ?? 0)
      + (verdict?.answer?.enhancedCode.utf8.count ?? 0) + (verdict?.reason?.utf8.count ?? 0)
    return words <= SlotFile.capacity - LedgerCoding.longestFrame
  }

  /// Makes entries durable as one commit, each of which fits into a slot.
  ///
  /// - Returns: The number of the last slot that it took.
  func write(_ entries: [LedgerEntry], after seq: Int) throws(DatabaseError) -> Int {
    var slots: [[UInt8]] = []
    var bytes: [UInt8] = []
    bytes.reserveCapacity(2 * SlotFile.capacity)
    for entry in entries {
      let length = bytes.count
      LedgerCoding.write(entry, to: &bytes)
      if bytes.count > SlotFile.capacity {
        slots.append([UInt8](bytes[..<length]))
        bytes.removeSubrange(..<length)
      }
    }
    if !bytes.isEmpty { slots.append(bytes) }
    guard !slots.isEmpty else { return seq }
    try file.write(slots, from: seq + 1)
    return seq + slots.count
  }

  /// Says that all commits up to a number stand in the rows.
  static func setFolded(_ seq: Int, on connection: Connection) throws(DatabaseError) {
    try connection.change("UPDATE ledger_folded SET seq = \(seq) WHERE id = 1 AND seq < \(seq)")
  }

  /// What a program that died has left in the journal, as books.
  func read(on connection: Connection) throws(DatabaseError) -> LedgerBooks {
    let folded = try connection.first("SELECT seq FROM ledger_folded WHERE id = 1")
    var books = LedgerBooks(foldedSeq: try folded?.integer("seq") ?? 0)
    for slot in try file.slots(after: books.seq) {
      books.add(try LedgerCoding.entries(in: slot.content), upTo: slot.number)
    }
    return books
  }
}
