public import Octets

/// A list: the people of an uploaded file, or the file on its way into the database.
public struct Audience: Sendable {
  public let id: Identifier
  public let workspace: Identifier
  /// Where the file lies until its rows are stored.
  public var file: String
  public var state: State
  /// The columns' names as templates call them.
  public var fieldNames: [String]
  public var emailColumn: Int
  /// Where in the file to go on reading.
  public var offset: Int
  public var line: Int
  /// What lists call it, such as the file's name.
  public var name: String
  public var kind: Kind
  /// Why the file could not be read to its end.
  public var failure: String?
  public var rowCount: Int
  public var refusedCount: Int
  public var createdAt: Timestamp

  public init(
    id: Identifier, workspace: Identifier, file: String, state: State = .reading,
    fieldNames: [String], emailColumn: Int, offset: Int, line: Int, name: String = "",
    kind: Kind = .list, failure: String? = nil, rowCount: Int = 0, refusedCount: Int = 0,
    createdAt: Timestamp = Timestamp(microseconds: 0)
  ) {
    self.id = id
    self.workspace = workspace
    self.file = file
    self.state = state
    self.fieldNames = fieldNames
    self.emailColumn = emailColumn
    self.offset = offset
    self.line = line
    self.name = name
    self.kind = kind
    self.failure = failure
    self.rowCount = rowCount
    self.refusedCount = refusedCount
    self.createdAt = createdAt
  }

  public enum State: String, Sendable {
    /// A draft's place where no file has come yet.
    case empty
    /// Rows are missing yet.
    case reading
    /// All rows are stored.
    case ready
    /// The file cannot be read to its end.
    case failed
  }

  public enum Kind: String, Sendable {
    case list
    /// The one recipient of a single message.
    case single
  }
}
