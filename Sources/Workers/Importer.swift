import MIME
public import Model
import Octets
public import Spreadsheet
public import Storage

/// Brings a contact file into the database, row by row, so that a killed import goes on where it
/// stopped.
public struct Importer: Sendable {
  private let store: Store
  private let crash: CrashPlan
  private static let batch = 5_000

  private let stop: StopSign?

  public init(store: Store, crash: CrashPlan = .none, stop: StopSign? = nil) {
    self.store = store
    self.crash = crash
    self.stop = stop
  }

  /// What a contact file looks like, without reading its rows.
  public struct Survey: Sendable {
    public let columns: [String]
    public let emailColumn: Int
    /// Where the rows begin.
    public let offset: Int
    /// The line of the first row.
    public let line: Int
  }

  /// Looks at the head of a file; `column` names the one with the addresses, `nil` to guess.
  ///
  /// It throws also when no column seems to hold addresses.
  public static func survey(
    _ path: String, column: String?
  ) throws(SpreadsheetError) -> Survey {
    let file = try ContactFile(path: path)
    let chosen = try column.map { name throws(SpreadsheetError) in try file.column(named: name) }
    guard let emailColumn = chosen ?? file.emailColumn else {
      throw .noEmailColumn(has: file.columns)
    }
    return Survey(
      columns: file.columns, emailColumn: emailColumn, offset: file.headerEndOffset, line: 2)
  }

  /// Stores all rows that are missing; `path` tells where the file lies, if not where it says.
  ///
  /// - Returns: The audience, ready unless it was stopped before.
  /// - Throws: ``SpreadsheetError`` when the file cannot be read to its end, ``StoreError``.
  public func run(_ audience: Audience, at path: String? = nil) async throws -> Audience {
    var audience = audience
    if audience.state == .ready { return audience }
    var file = try ContactFile(
      path: path ?? audience.file, resumingAt: audience.offset, line: audience.line)
    let columns = file.columns.count
    var row = Row()
    var rows: [AudienceRow] = []
    while audience.state == .reading, stop?.isRaised != true {
      while rows.count < Self.batch {
        guard try file.next(into: &row) else {
          audience.state = .ready
          break
        }
        // Spreadsheets leave rows of nothing but delimiters behind.
        if !row.isBlank {
          rows.append(Self.verdict(on: row, emailColumn: audience.emailColumn, of: columns))
        }
        audience.offset = row.endOffset
        audience.line = row.nextLine
      }
      try await store.audiences.store(rows, of: audience, state: audience.state)
      crash.reached(.importBatch)
      rows.removeAll(keepingCapacity: true)
    }
    return audience
  }

  /// A row of the file as a recipient, or the reason why not.
  public static func verdict(
    on row: Row, emailColumn: Int, of columns: Int
  ) -> AudienceRow {
    var fields: [UInt8] = []
    FieldList.append((0..<columns).lazy.map { row[$0] }, to: &fields)
    let cell = row.trimmed(emailColumn)
    do throws(EmailAddress.ParseError) {
      let address = try EmailAddress(cell)
      return AudienceRow(
        line: row.line, email: address.wire, key: address.key, fields: fields, refusal: nil)
    } catch {
      let reason = cell.isEmpty ? "no e-mail address" : "invalid address: \(error)"
      return AudienceRow(
        line: row.line, email: [UInt8](cell.prefix(320)), key: nil, fields: fields,
        refusal: reason)
    }
  }
}
