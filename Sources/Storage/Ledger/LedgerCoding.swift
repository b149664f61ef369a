import Database
import Model
import Octets

/// How entries are written in the journal: numbers in big-endian order, texts behind their lengths.
///
/// The first octet of an entry is its form, so that a later program reads what an earlier one
/// wrote; 0 ends them.
enum LedgerCoding {
  /// No entry takes more than its words and so many octets.
  static let longestFrame = 256
  /// The form of entries that this program writes.
  private static let form: UInt8 = 1
  private static let outcomeFlag: UInt8 = 1
  private static let intentFlag: UInt8 = 2
  private static let answerFlag: UInt8 = 4
  private static let reasonFlag: UInt8 = 8
  private static let dueFlag: UInt8 = 16
  private static let inDoubtFlag: UInt8 = 32

  static func write(_ entry: LedgerEntry, to bytes: inout [UInt8]) {
    var flags: UInt8 = 0
    let verdict = entry.outcome?.verdict
    if entry.outcome != nil { flags |= outcomeFlag }
    if entry.intent != nil { flags |= intentFlag }
    if verdict?.answer != nil { flags |= answerFlag }
    if verdict?.reason != nil { flags |= reasonFlag }
    if verdict?.dueAt != nil { flags |= dueFlag }
    if verdict?.isInDoubt == true { flags |= inDoubtFlag }
    bytes.append(form)
    bytes.append(flags)
    for identifier in [entry.campaign.workspace, entry.campaign.campaign, entry.sender] {
      bytes += identifier.octets
    }
    if let outcome = entry.outcome { write(outcome, to: &bytes) }
    if let intent = entry.intent {
      write(intent.number, to: &bytes)
      write(intent.lease.token, to: &bytes)
      write(Int(intent.at.microseconds), to: &bytes)
    }
  }

  private static func write(_ outcome: Ledger.Outcome, to bytes: inout [UInt8]) {
    let verdict = outcome.verdict
    write(outcome.number, to: &bytes)
    write(outcome.lease.token, to: &bytes)
    write(outcome.attempt, to: &bytes)
    write(Int(outcome.startedAt.microseconds), to: &bytes)
    write(Int(outcome.finishedAt.microseconds), to: &bytes)
    bytes.append(UInt8(clamping: verdict.state.rawValue))
    write(text: outcome.server, to: &bytes)
    if let answer = verdict.answer {
      write(answer.code, to: &bytes)
      write(text: answer.enhancedCode.utf8, to: &bytes)
      write(text: answer.text, to: &bytes)
    }
    if let reason = verdict.reason { write(text: reason.utf8, to: &bytes) }
    if let dueAt = verdict.dueAt { write(Int(dueAt.microseconds), to: &bytes) }
  }

  private static func write(_ number: Int, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
  }

  private static func write(text: some Collection<UInt8>, to bytes: inout [UInt8]) {
    write(text.count, to: &bytes)
    bytes.append(contentsOf: text)
  }

  // MARK: Reading

  /// Reads the entries of one slot; throws where they are not what this program writes.
  static func entries(in bytes: [UInt8]) throws(DatabaseError) -> [LedgerEntry] {
    var entries: [LedgerEntry] = []
    var reader = Reader(bytes: bytes)
    while let form = reader.octetIfAny(), form != 0 {
      guard form == Self.form, let entry = try reader.entry() else { throw Reader.damage }
      entries.append(entry)
    }
    return entries
  }

  private struct Reader {
    let bytes: [UInt8]
    private var position = 0

    static let damage = DatabaseError.corrupt("the ledger's journal cannot be read")

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func octetIfAny() -> UInt8? {
      guard position < bytes.count else { return nil }
      defer { position += 1 }
      return bytes[position]
    }

    private mutating func octet() throws(DatabaseError) -> UInt8 {
      guard let octet = octetIfAny() else { throw Self.damage }
      return octet
    }

    private mutating func octets(_ count: Int) throws(DatabaseError) -> [UInt8] {
      guard count >= 0, count <= bytes.count - position else { throw Self.damage }
      defer { position += count }
      return [UInt8](bytes[position..<position + count])
    }

    private mutating func number() throws(DatabaseError) -> Int {
      Int(
        truncatingIfNeeded: try octets(8).reduce(0) { (sum: UInt64, octet) in
          sum << 8 | UInt64(octet)
        })
    }

    private mutating func moment() throws(DatabaseError) -> Timestamp {
      Timestamp(microseconds: Int64(try number()))
    }

    private mutating func text() throws(DatabaseError) -> [UInt8] { try octets(try number()) }

    private mutating func identifier() throws(DatabaseError) -> Identifier {
      guard let identifier = Identifier(octets: try octets(16)) else { throw Self.damage }
      return identifier
    }

    mutating func entry() throws(DatabaseError) -> LedgerEntry? {
      let flags = try octet()
      let workspace = try identifier()
      let campaign = CampaignKey(workspace: workspace, campaign: try identifier())
      var entry = LedgerEntry(campaign: campaign, sender: try identifier())
      if flags & outcomeFlag != 0 { entry.outcome = try outcome(flags) }
      if flags & intentFlag != 0 {
        let number = try number()
        let lease = Lease(token: try self.number())
        entry.intent = Ledger.Intent(number: number, lease: lease, at: try moment())
      }
      return entry
    }

    private mutating func outcome(_ flags: UInt8) throws(DatabaseError) -> Ledger.Outcome? {
      let number = try number()
      let lease = Lease(token: try self.number())
      let attempt = try self.number()
      let startedAt = try moment()
      let finishedAt = try moment()
      guard let state = DeliveryState(rawValue: Int(try octet())) else { throw Self.damage }
      let server = try text()
      var answer: ServerAnswer?
      if flags & answerFlag != 0 {
        let code = try self.number()
        let enhancedCode = String(decoding: try text(), as: UTF8.self)
        answer = ServerAnswer(code: code, enhancedCode: enhancedCode, text: try text())
      }
      var reason: String?
      if flags & reasonFlag != 0 { reason = String(decoding: try text(), as: UTF8.self) }
      var dueAt: Timestamp?
      if flags & dueFlag != 0 { dueAt = try moment() }
      return Ledger.Outcome(
        number: number, lease: lease, attempt: attempt,
        verdict: Verdict(
          state: state, answer: answer, reason: reason, dueAt: dueAt,
          isInDoubt: flags & inDoubtFlag != 0),
        server: server, startedAt: startedAt, finishedAt: finishedAt)
    }
  }
}
