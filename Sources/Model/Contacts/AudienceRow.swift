/// One row of a contact file after it was looked at: a recipient, or the reason why not.
package struct AudienceRow: Sendable {
  /// The line of the file where the row begins.
  package let line: Int
  /// The address on the wire, or what stood in its place.
  package let email: [UInt8]
  /// What two rows for one person have in common; `nil` for a refused row.
  package let key: [UInt8]?
  /// A JSON array of the row's values.
  package let fields: [UInt8]
  /// Why this row cannot be mailed.
  package let refusal: String?

  package init(line: Int, email: [UInt8], key: [UInt8]?, fields: [UInt8], refusal: String?) {
    self.line = line
    self.email = email
    self.key = key
    self.fields = fields
    self.refusal = refusal
  }

  /// The same row as one that will not be mailed.
  package func refused(_ reason: String) -> AudienceRow {
    AudienceRow(line: line, email: email, key: nil, fields: fields, refusal: reason)
  }
}

/// A contact file on its way into the database.
package struct Audience: Sendable {
  package enum State: String, Sendable {
    /// Rows are missing yet.
    case reading
    /// All rows are stored.
    case ready
    /// The file cannot be read to its end.
    case failed
  }

  package let id: Identifier
  package let workspace: Identifier
  package var file: String
  package var state: State
  /// The columns' names as templates call them.
  package var fieldNames: [String]
  package var emailColumn: Int
  /// Where in the file to go on reading.
  package var offset: Int
  package var line: Int

  package init(
    id: Identifier, workspace: Identifier, file: String, state: State = .reading,
    fieldNames: [String], emailColumn: Int, offset: Int, line: Int
  ) {
    self.id = id
    self.workspace = workspace
    self.file = file
    self.state = state
    self.fieldNames = fieldNames
    self.emailColumn = emailColumn
    self.offset = offset
    self.line = line
  }
}
