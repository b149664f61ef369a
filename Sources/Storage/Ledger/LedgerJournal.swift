import Database
import Model

/// The journal of group commits: a few slots that are written over and over.
///
/// All slots have one size, so that a commit writes the same few pages of the file again instead of
/// moving others about; only an entry with more words than that takes a longer one.
enum LedgerJournal {
  /// Octets of a slot: as many as one page of the file holds.
  static let slotSize = 4_000
  /// How many slots there are.
  static let most = 64

  /// Writes entries as one commit or, where they are many, as several that stand or fall together.
  ///
  /// - Returns: The number of the last slot that it took.
  static func write(
    _ entries: [LedgerEntry], after seq: Int, on connection: Connection
  ) throws(DatabaseError) -> Int {
    var seq = seq
    var bytes: [UInt8] = []
    bytes.reserveCapacity(slotSize)
    for entry in entries {
      let length = bytes.count
      LedgerCoding.write(entry, to: &bytes)
      if bytes.count > slotSize, length > 0 {
        let rest = [UInt8](bytes[length...])
        bytes.removeSubrange(length...)
        seq += 1
        try put(&bytes, seq: seq, on: connection)
        bytes = rest
      }
    }
    if !bytes.isEmpty {
      seq += 1
      try put(&bytes, seq: seq, on: connection)
    }
    return seq
  }

  private static func put(
    _ bytes: inout [UInt8], seq: Int, on connection: Connection
  ) throws(DatabaseError) {
    if bytes.count < slotSize {
      bytes.append(contentsOf: repeatElement(0, count: slotSize - bytes.count))
    }
    let slot = seq % most
    let update = try connection.statement(
      "UPDATE ledger_journal SET seq = $1, entries = $2 WHERE slot = $3")
    update.bind(seq, at: 1)
    update.bind(blob: bytes, at: 2)
    update.bind(slot, at: 3)
    guard try update.run() == 0 else { return }
    let insert = try connection.statement(
      "INSERT INTO ledger_journal (seq, entries, slot) VALUES ($1, $2, $3)")
    insert.bind(seq, at: 1)
    insert.bind(blob: bytes, at: 2)
    insert.bind(slot, at: 3)
    try insert.run()
  }

  /// Says that all commits up to a number stand in the rows.
  static func setFolded(_ seq: Int, on connection: Connection) throws(DatabaseError) {
    try connection.change("UPDATE ledger_folded SET seq = \(seq) WHERE id = 1 AND seq < \(seq)")
  }

  /// What a program that died has left in the journal, as books.
  static func read(on connection: Connection) throws(DatabaseError) -> LedgerBooks {
    let folded = try connection.first("SELECT seq FROM ledger_folded WHERE id = 1")
    var books = LedgerBooks(foldedSeq: try folded?.integer("seq") ?? 0)
    let rows = try connection.run(
      "SELECT seq, entries FROM ledger_journal WHERE seq > \(books.seq) ORDER BY seq")
    for row in rows {
      books.add(
        try LedgerCoding.entries(in: try row.octets("entries")), upTo: try row.integer("seq"))
    }
    return books
  }
}
